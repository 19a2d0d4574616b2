"""Points in and out of a named system, one or many, and what is wrong with those refused."""

import math
from decimal import Decimal
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gisgrid.coordinates.china_offset import INVERSES, OFFSETS, Floats, Pair
from gisgrid.coordinates.systems import SAME_AS_WGS84, Projection, known_system, projection
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox, LonLat

Way = Literal["in", "out"]

ROUND_TRIP_DEG = 1e-5
ROUND_TRIP_UNITS = 1.0
"""A projected point that misses itself by more, there and back, lies outside the system's reach."""
FAULTS_SHOWN = 10


def to_wgs84(lon: object, lat: object, system: str) -> LonLat:
    """Where on the ground is this pair? Degrees, or easting and northing if `system` is projected.

    Raises Refused, naming `lon`, `lat` or `system`, for a value that is not finite, out of range,
    or outside the reach of the system. CGCS2000 is taken as WGS 84 (less than a metre apart).
    """
    name = known_system(system)
    if name in SAME_AS_WGS84 and type(lon) is type(lat) is float and abs(lon) <= 180 and abs(lat) <= 90:
        return LonLat(lon, lat)  # most points; an array for each cost a tenth of a look-up
    x, y = _convert(_number("lon", lon), _number("lat", lat), name, "in")
    return LonLat(float(x[0]), float(y[0]))


def from_wgs84(lon: object, lat: object, system: str) -> tuple[float, float]:
    """What are the coordinates of a WGS 84 point in another system, x (lon, easting) first?

    Raises Refused like `to_wgs84`, also where the system does not reach the point.
    """
    name = known_system(system)
    x, y = _convert(_number("lon", lon), _number("lat", lat), name, "out")
    return float(x[0]), float(y[0])


def to_wgs84_array(lon: ArrayLike, lat: ArrayLike, system: str) -> Pair:
    """`to_wgs84` for many points: two columns of n numbers in, lon and lat in degrees out.

    One bad point refuses all; the faults name the first ten as `lon[i]`, counted from 0
    (a single point as `lon`).
    """
    return _convert(*_columns(lon, lat), known_system(system), "in")


def from_wgs84_array(lon: ArrayLike, lat: ArrayLike, system: str) -> Pair:
    """`from_wgs84` for many points: two columns of n degrees in, x and y of the system out."""
    return _convert(*_columns(lon, lat), known_system(system), "out")


def check_point(lon: object, lat: object, system: str, extent: BBox | None = None) -> LonLat:
    """Where is this pair? As `to_wgs84`, and refuses swapped axes.

    They are swapped exactly when the swapped pair lies in `extent` (WGS 84, the district's box)
    and the given one does not; both are tried in their own system, so this holds for eastings too.
    """
    try:
        point = to_wgs84(lon, lat, system)
    except Refused:
        if extent is not None and _lies_in(extent, lat, lon, system):
            raise _swapped(lon, lat) from None
        raise
    if extent is None or extent.contains(point) or not _lies_in(extent, lat, lon, system):
        return point
    raise _swapped(lon, lat)


def _lies_in(extent: BBox, x: object, y: object, system: str) -> bool:
    try:
        return extent.contains(to_wgs84(x, y, system))
    except Refused:
        return False


def _swapped(lon: object, lat: object) -> Refused:
    message = f"lon and lat are swapped: ({lat}, {lon}) is in the district, ({lon}, {lat}) is not"
    return Refused(Fault("lon", message, f"send lon={lat}, lat={lon}: longitude or easting first"))


def _number(field: str, value: object) -> Floats:
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        kind = type(value).__name__
        raise Refused(Fault(field, f"is a {kind}, not a number", "send a number, without quotes"))
    try:
        return np.array([float(value)])
    except (OverflowError, ValueError):  # an integer of 400 digits, a signalling NaN
        return np.array([math.nan])


def _columns(lon: ArrayLike, lat: ArrayLike) -> Pair:
    columns = []
    for field, values in (("lon", lon), ("lat", lat)):
        column = np.atleast_1d(np.asarray(values))
        if column.size and column.dtype.kind not in "fiu":
            message = f"is a column of {column.dtype}, not of numbers"
            raise Refused(Fault(field, message, "convert the column to numbers first"))
        columns.append(column.astype(np.float64))
    x, y = columns
    if x.ndim != 1 or x.shape != y.shape:
        message = f"lon and lat have the shapes {x.shape} and {y.shape}"
        raise Refused(Fault("lon", message, "give two columns of one length"))
    return x, y


def convert(x: Floats, y: Floats, ready: Projection, name: str, way: Way) -> Pair:
    """Points in or out of a system that is made ready. Raises Refused as `to_wgs84_array`, calling it `name`."""
    _check_numbers(x, y, degrees=way == "out" or ready.geographic)
    return (x, y) if ready.identity else _project(x, y, ready, name, way)


def _convert(x: Floats, y: Floats, name: str, way: Way) -> Pair:
    if name.startswith("EPSG:"):
        return convert(x, y, projection(int(name[5:])), name, way)
    _check_numbers(x, y, degrees=True)
    return (x, y) if name in SAME_AS_WGS84 else (INVERSES if way == "in" else OFFSETS)[name](x, y)


def _check_numbers(x: Floats, y: Floats, *, degrees: bool) -> None:
    faults = []
    for field, values, limit in (("lon", x, 180.0), ("lat", y, 90.0)):
        good = np.abs(values) <= limit if degrees else np.isfinite(values)
        for i in np.flatnonzero(~good)[:FAULTS_SHOWN]:
            faults.append(Fault(_place(field, i, values), *_why_not(values[i], limit, x[i], y[i])))
    if faults:
        raise Refused(*faults[:FAULTS_SHOWN])


def _place(field: str, i: int, values: Floats) -> str:
    return field if len(values) == 1 else f"{field}[{i}]"


def _why_not(value: float, limit: float, x: float, y: float) -> tuple[str, str]:
    if not math.isfinite(value):
        return f"{value} is no finite number", "send a measured point, or none"
    remedy = "send degrees, or name the projected system that it is in (EPSG:n)"
    if abs(x) <= 90 < abs(y) <= 180:
        remedy = "longitude comes first, latitude second: these look swapped"
    return f"{value:.10g} is beyond {limit:g} degrees", remedy


def _project(x: Floats, y: Floats, ready: Projection, name: str, way: Way) -> Pair:
    """Projects there and back, because beyond their reach some projections give a number, not inf."""
    forth: Any = "FORWARD" if way == "in" else "INVERSE"
    back: Any = "INVERSE" if way == "in" else "FORWARD"
    out_x, out_y = ready.transformer.transform(x, y, direction=forth)
    again_x, again_y = ready.transformer.transform(out_x, out_y, direction=back)
    with np.errstate(invalid="ignore"):
        if way == "out" or ready.geographic:
            turn = np.abs(again_x - x)
            miss_x = np.minimum(turn, np.abs(turn - 360.0)) * np.cos(np.radians(y))
            near = np.maximum(miss_x, np.abs(again_y - y)) < ROUND_TRIP_DEG
        else:
            near = np.maximum(np.abs(again_x - x), np.abs(again_y - y)) < ROUND_TRIP_UNITS
    lost: NDArray[np.intp] = np.flatnonzero(~(near & np.isfinite(out_x) & np.isfinite(out_y)))
    if lost.size:
        raise Refused(*(_out_of_reach(i, x, y, name) for i in lost[:FAULTS_SHOWN]))
    return out_x, out_y


def _out_of_reach(i: int, x: Floats, y: Floats, name: str) -> Fault:
    remedy = "easting is first, northing second; else it is another EPSG code than this"
    if 1e7 <= x[i] < 1e8:
        remedy += ": an easting of 8 digits starts with its zone, as EPSG:4526 has it and EPSG:4547 not"
    message = f"({x[i]:.12g}, {y[i]:.12g}) is out of the reach of {name}"
    return Fault(_place("lon", i, x), message, remedy)
