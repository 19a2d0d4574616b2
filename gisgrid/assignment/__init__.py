"""Which grid is a point in? `app.locate` is the definition; these modules call it."""

from gisgrid.assignment.one import locate
from gisgrid.networks import require_network

__all__ = ["locate", "require_network"]
