"""The coordinate system of a whole file: by name, or by a definition of the file's own."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gisgrid.coordinates.china_offset import GCJ_BOX, Floats, Pair
from gisgrid.coordinates.points import convert, from_wgs84_array, to_wgs84_array
from gisgrid.coordinates.systems import CGCS2000_EPSG, WGS84_EPSG, Projection, known_system, not_flat
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox, LonLat

METRES_A_DEGREE = 111_319.490793
"""Of the equator: nowhere on the map is a degree longer."""
SURVEY_OFFICE = "convert it to CGCS2000 with your survey office's parameters first"
_CONFIDENCE = 70
_CGCS2000 = ("china2000", "cgcs2000", "chinageodeticcoordinatesystem2000")
_WGS84 = ("worldgeodeticsystem1984", "wgs84", "wgs1984", "dwgs1984")
_UNNAMED = ("unknown", "dunknown", "notspecified", "unnamed", "undefined", "dunnamed")
_SIZE_M = 6378137.0
_FLATTENINGS = (298.257222101, 298.257223563)
"""Of CGCS2000 and GRS 80, of WGS 84."""


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

    def locate(self, x: float, y: float) -> LonLat:
        """Where on the ground is this point? Raises Refused as `to_degrees`."""
        lon, lat = self.to_degrees(np.array([x]), np.array([y]))
        return LonLat(float(lon[0]), float(lat[0]))

    def is_swapped(self, x: float, y: float) -> bool:
        """Is (y, x) a point of the system's area where (x, y) is none?"""
        return not self._holds(x, y) and self._holds(y, x)

    def _holds(self, x: float, y: float) -> bool:
        try:
            point = self.locate(x, y)
        except Refused:
            return False
        return self.area_of_use is None or self.area_of_use.contains(point)


def map_system(written: str, *, is_given: bool = False) -> MapSystem:
    """Which system is this: a name of `coordinates`, or WKT, PROJ's string or its JSON?

    A definition that is an EPSG system is that one. A city's own on CGCS2000 or WGS 84 is projected back to its
    degrees, which are taken as WGS 84. `is_given`: somebody said so, so a datum without a name on the ellipsoid of
    one of these is meant to be it. Raises Refused for an unknown system, and for another datum without exact
    parameters: it is never guessed.
    """
    if not set(written) & set("[{+"):
        return _named(known_system(written))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of +init=, which is as good here: x comes first anyway
            definition = CRS(written)
        definition = definition if definition.is_bound else definition.to_2d()
    except (CRSError, ValueError) as error:
        message, remedy = "this does not define a coordinate system", "give WKT, or PROJ's string (+proj=...)"
        raise Refused(Fault("system", message, remedy)) from error
    authority = _authority(definition)
    if authority == ("OGC", "CRS84"):
        return _named("wgs84")
    if authority and authority[0] == "EPSG" and not _datum_in(definition, ("beijing1954",)):
        return _named(known_system(f"EPSG:{authority[1]}"))
    return _defined(definition, is_given=is_given)


def _authority(definition: CRS) -> tuple[str, str] | None:
    """Whose number the definition has; looked for (2 s) only where it would lead another way to degrees."""
    if definition.is_bound:
        return None
    if said := definition.to_json_dict().get("id"):
        return str(said["authority"]), str(said["code"])
    if _datum_in(definition, _CGCS2000 + _WGS84 + _UNNAMED):
        return None
    found: tuple[str, str] | None = definition.to_authority(min_confidence=_CONFIDENCE)
    return found


def _named(name: str) -> MapSystem:
    code = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}.get(name, name)
    definition = CRS(code) if code.startswith("EPSG:") else None
    area = _area_of_use(definition) if definition else GCJ_BOX

    def forth(x: Floats, y: Floats) -> Pair:
        return to_wgs84_array(x, y, name)

    def back(lon: Floats, lat: Floats) -> Pair:
        return from_wgs84_array(lon, lat, name)

    return _made(name, name, definition, area, forth, back)


def _defined(definition: CRS, *, is_given: bool) -> MapSystem:
    name = definition.name if definition.name.lower() not in ("unknown", "unnamed") else "this system"
    if not definition.is_bound and (message := not_flat(definition, name)):
        raise Refused(Fault("system", message, "name a projected or geographic 2D system with --crs"))
    area = _area_of_use(definition)
    target = CRS.from_epsg(WGS84_EPSG)
    if _leads_to_wgs84(definition, name, is_given=is_given):
        assert definition.geodetic_crs is not None  # noqa: S101 -- what is flat has one
        target = definition.geodetic_crs
        area = area or (_area_of_use(CRS.from_epsg(CGCS2000_EPSG)) if _datum_in(definition, _CGCS2000) else None)
    try:
        transformer = Transformer.from_crs(definition, target, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise Refused(Fault("system", f"{name} has no known way to WGS 84", SURVEY_OFFICE)) from error
    ready = Projection(transformer, definition.is_geographic, definition == target)

    def forth(x: Floats, y: Floats) -> Pair:
        return convert(x, y, ready, name, "in")

    def back(lon: Floats, lat: Floats) -> Pair:
        return convert(lon, lat, ready, name, "out")

    return _made(name, "", definition, area, forth, back)


def _leads_to_wgs84(definition: CRS, name: str, *, is_given: bool) -> bool:
    """Are its degrees those of WGS 84, once its projection is undone? Refuses an unnamed and an inexact datum."""
    if definition.is_bound:
        return False
    is_greenwich = definition.prime_meridian is None or not definition.prime_meridian.longitude
    if _datum_in(definition, _CGCS2000) or _datum_in(definition, _WGS84):
        return is_greenwich
    if _datum_in(definition, ("beijing1954",)):
        message = f"{name} is on Beijing 1954, whose published parameters are good to 15 m only"
        remedy = f"{SURVEY_OFFICE}, or give them: --crs '... +ellps=krass +towgs84=...'"
        raise Refused(Fault("system", message, remedy))
    if not _datum_in(definition, _UNNAMED):
        return False
    ball = definition.ellipsoid
    is_usual = ball is not None and (
        abs(ball.semi_major_metre - _SIZE_M) < 1e-3
        and any(abs(ball.inverse_flattening - usual) < 1e-6 for usual in _FLATTENINGS)
    )
    if is_usual and is_given and is_greenwich:
        return True
    called = ball.name if ball is not None else "unknown"
    message = f"{name} does not name its datum, only an ellipsoid ({called})"
    remedy = f"--crs {_way_on(definition)}, if it is on CGCS2000 or WGS 84" if is_usual else SURVEY_OFFICE
    raise Refused(Fault("system", message, remedy))


def _way_on(definition: CRS) -> str:
    """What to write for this system to be taken as one on CGCS2000."""
    if definition.is_geographic:
        return "wgs84"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what PROJ's string leaves out: the datum, which has no name here
        return f"'{definition.to_proj4().replace(' +no_defs', '')}'"


def _datum_in(definition: CRS, names: tuple[str, ...]) -> bool:
    geodetic = definition.geodetic_crs
    datum = (definition.datum.name if definition.datum else "") or (geodetic.name if geodetic else "")
    plain = re.sub("[^a-z0-9]", "", datum.lower())
    return plain.startswith(names) or plain.removeprefix("d").startswith(names)


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
