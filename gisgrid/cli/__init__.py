"""The command line: thin verbs over the rooms. Results go to stdout, notes and progress to stderr."""
