"""The base map below the areas: whose tiles they are, how they are brought into WGS 84, and what is kept of them."""

from gisgrid.basemaps.basemap import Basemap, open_basemap
from gisgrid.basemaps.pictures import Picture

__all__ = ["Basemap", "Picture", "open_basemap"]
