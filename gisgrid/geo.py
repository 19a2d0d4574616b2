"""Frozen values of the map and pure arithmetic on them: a point, a box, a tile."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LonLat:
    """A point in degrees, EPSG:4326, longitude first."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class BBox:
    """A box in degrees, EPSG:4326: west, south, east, north."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, point: LonLat) -> bool:
        """Does the box hold this point, its border included?"""
        return self.west <= point.lon <= self.east and self.south <= point.lat <= self.north


@dataclass(frozen=True, slots=True)
class TileCoord:
    """A tile of the Web Mercator pyramid (XYZ, row 0 in the north)."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Is there such a tile? Zoom 0 to 24, column and row below 2**z."""
        return 0 <= self.z <= 24 and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z


def tile_at(point: LonLat, z: int) -> TileCoord:
    """Which tile of zoom z holds this point? Latitudes beyond 85.0511 are clamped to the pyramid."""
    n = 1 << z
    lat = math.radians(max(-85.0511287798066, min(85.0511287798066, point.lat)))
    x = int((point.lon + 180.0) / 360.0 * n)
    y = int((1.0 - math.asinh(math.tan(lat)) / math.pi) / 2.0 * n)
    return TileCoord(z, min(max(x, 0), n - 1), min(max(y, 0), n - 1))
