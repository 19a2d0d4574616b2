"""Which grid is a point in? `app.locate` is the definition; this asks it."""

from gisgrid.assignment.one import locate, require_network

__all__ = ["locate", "require_network"]
