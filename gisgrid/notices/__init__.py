"""Notices: their targets, and how a notice reaches each, at least once and in the order of its ticket."""
