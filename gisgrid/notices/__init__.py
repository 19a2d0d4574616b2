"""Everybody told: who is told of what, and how a notice gets there, at least once and in order of its ticket."""
