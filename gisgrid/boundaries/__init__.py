"""Boundaries: files in, checks, publish, lineage. The rules are in SQL; this carries them."""
