"""Every named coordinate system in and out: the one door a point enters through.

`wgs84`, `cgcs2000`, `gcj02`, `bd09` are degrees, `EPSG:n` is any two-dimensional system that PROJ
knows; x comes first always (longitude, easting). docs/coordinates.md says what each one promises.
"""

from gisgrid.coordinates.map_systems import MapSystem, map_system
from gisgrid.coordinates.points import (
    check_point,
    from_wgs84,
    from_wgs84_array,
    to_wgs84,
    to_wgs84_array,
)
from gisgrid.coordinates.systems import NAMED_SYSTEMS, known_system

__all__ = [
    "NAMED_SYSTEMS",
    "MapSystem",
    "check_point",
    "from_wgs84",
    "from_wgs84_array",
    "known_system",
    "map_system",
    "to_wgs84",
    "to_wgs84_array",
]
