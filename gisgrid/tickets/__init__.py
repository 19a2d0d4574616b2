"""Tickets: intake, routing, steps, lists, photos, clocks."""
