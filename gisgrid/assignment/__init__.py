"""Which grid is a point in? `app.locate` is the definition; these modules call it."""

from gisgrid.assignment.one import locate, require_network

__all__ = ["locate", "require_network"]
