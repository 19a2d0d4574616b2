"""The HTTP door: a router a file, errors as problem documents, one app made from settings."""
