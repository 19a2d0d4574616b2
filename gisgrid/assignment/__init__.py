"""Which grid is a point in? `app.locate` is the definition; this asks it."""

from gisgrid.assignment.one import locate

__all__ = ["locate"]
