"""Tickets: taken in, routed, moved along their steps."""
