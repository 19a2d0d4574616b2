"""Patrols: the points that a worker's device sent, and the ground that was seen."""

from gisgrid.patrol.loading import load_pings

__all__ = ["load_pings"]
