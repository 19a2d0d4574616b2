"""The command line: thin verbs over the rooms. Results go to stdout, talk and progress to stderr."""
