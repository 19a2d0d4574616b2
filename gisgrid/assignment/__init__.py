"""Which grid is a point in? `app.locate` is the definition; these modules call it."""

from gisgrid.assignment.one import EXTENT, as_box, locate, locate_given
from gisgrid.networks import require_network

__all__ = ["EXTENT", "as_box", "locate", "locate_given", "require_network"]
