"""The coordinate system of a whole file: by name, or by a definition of the file's own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gisgrid.coordinates.china_offset import GCJ_BOX, Floats, Pair
from gisgrid.coordinates.points import from_wgs84_array, to_wgs84_array
from gisgrid.coordinates.systems import known_system
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox

METRES_A_DEGREE = 111_319.490793
"""Of the equator: nowhere on the map is a degree longer."""
_CONFIDENCE = 70


@dataclass(frozen=True)
class MapSystem:
    """A coordinate system that leads to degrees (WGS 84); x first (longitude, easting).

    `known_as` is its name in `coordinates`, empty for a definition without one. `is_metric`: its units are
    lengths, each of `metres_a_unit`; else degrees, and `metres_a_unit` is a degree's greatest length.
    `area_of_use` in degrees; None: it does not say.
    """

    name: str
    known_as: str
    is_metric: bool
    metres_a_unit: float
    area_of_use: BBox | None
    _forth: Callable[[Floats, Floats], Pair]
    _back: Callable[[Floats, Floats], Pair]

    def to_degrees(self, x: Floats, y: Floats) -> Pair:
        """Where on the ground are these points? Raises Refused for points out of the system's reach."""
        return self._forth(x, y)

    def from_degrees(self, lon: Floats, lat: Floats) -> Pair:
        """What are the coordinates of these points (WGS 84) in the system? Raises Refused as `to_degrees`."""
        return self._back(lon, lat)


def map_system(written: str) -> MapSystem:
    """Which system is this: a name of `coordinates`, or WKT, PROJ's string or its JSON?

    A definition that is an EPSG system is that one. Raises Refused for an unknown system, or for one without a
    known way to WGS 84: its datum is never guessed.
    """
    if not set(written) & set("[{+"):
        return _named(known_system(written))
    try:
        definition = CRS(written).to_2d()
    except CRSError as error:
        message, remedy = "this does not define a coordinate system", "give WKT, or PROJ's string (+proj=...)"
        raise Refused(Fault("system", message, remedy)) from error
    authority = definition.to_authority(min_confidence=_CONFIDENCE)
    if authority == ("OGC", "CRS84"):
        return _named("wgs84")
    if authority and authority[0] == "EPSG":
        return _named(known_system(f"EPSG:{authority[1]}"))
    return _defined(definition)


def _named(name: str) -> MapSystem:
    code = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}.get(name, name)
    if not code.startswith("EPSG:"):
        return _made(name, name, None, GCJ_BOX, *_ways(name))
    definition = CRS(code)
    return _made(name, name, definition, _area_of_use(definition), *_ways(name))


def _ways(name: str) -> tuple[Callable[[Floats, Floats], Pair], Callable[[Floats, Floats], Pair]]:
    return lambda x, y: to_wgs84_array(x, y, name), lambda lon, lat: from_wgs84_array(lon, lat, name)


def _defined(definition: CRS) -> MapSystem:
    try:
        transformer = Transformer.from_crs(definition, 4326, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        message = f"{definition.name} has no known way to WGS 84"
        raise Refused(Fault("system", message, "convert it to CGCS2000 first")) from error

    def forth(x: Floats, y: Floats) -> Pair:
        lon, lat = transformer.transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    def back(lon: Floats, lat: Floats) -> Pair:
        x, y = transformer.transform(lon, lat, direction="INVERSE")
        return np.asarray(x), np.asarray(y)

    return _made(definition.name, "", definition, _area_of_use(definition), forth, back)


def _made(
    name: str,
    known_as: str,
    definition: CRS | None,
    area: BBox | None,
    forth: Callable[[Floats, Floats], Pair],
    back: Callable[[Floats, Floats], Pair],
) -> MapSystem:
    is_metric = definition is not None and definition.is_projected
    unit = definition.axis_info[0].unit_conversion_factor if definition is not None and is_metric else METRES_A_DEGREE
    return MapSystem(name, known_as, is_metric, unit, area, forth, back)


def _area_of_use(definition: CRS) -> BBox | None:
    area = definition.area_of_use
    return BBox(area.west, area.south, area.east, area.north) if area else None
