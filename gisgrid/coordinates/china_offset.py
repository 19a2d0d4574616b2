"""The offsets of GCJ-02 and BD-09 against WGS 84: pure arithmetic on arrays of degrees.

Neither has a published definition; the constants are those that every map client uses. Forward is
the definition. Backward is its fixed point: each step brings the point at least 60 times nearer,
so that seven steps end in the rounding of the numbers (5 nm) anywhere in the box.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gisgrid.geo import BBox

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
Step = Callable[[Floats, Floats], Pair]

GCJ_BOX = BBox(72.004, 0.8293, 137.8347, 55.8271)
"""The offsets apply in this box of WGS 84 degrees, border included; outside nothing is moved."""

ELLIPSOID_A_M = 6378245.0
ELLIPSOID_E2 = 0.006693421622965943
ORIGIN_LON = 105.0
ORIGIN_LAT = 35.0
BD_SHIFT_LON = 0.0065
BD_SHIFT_LAT = 0.006
BD_RADIUS_WAVE = 0.00002
BD_ANGLE_WAVE = 0.000003
BD_FREQUENCY = np.pi * 3000.0 / 180.0
STEPS = 7
REACH_DEG = 0.05
"""No offset is larger (BD-09: at most 0.0156 degrees); farther from the box nothing is tried."""
BORDER_DEG = 1e-9
"""A recovered point this near to the box counts as in it (0.1 mm), or rounding would throw a
point on the border by the whole offset."""


def to_gcj02(lon: Floats, lat: Floats) -> Pair:
    """Where does GCJ-02 draw these WGS 84 points? The same place outside GCJ_BOX."""
    return _inside_only(_gcj, lon, lat)


def to_bd09(lon: Floats, lat: Floats) -> Pair:
    """Where does BD-09 draw these WGS 84 points? The same place outside GCJ_BOX."""
    return _inside_only(_bd, lon, lat)


def from_gcj02(lon: Floats, lat: Floats) -> Pair:
    """Which WGS 84 points does GCJ-02 draw here? Inverse of `to_gcj02` to well below 1 mm.

    At the border of the box two points may be drawn in one place: the one in the box is meant.
    """
    return _fixed_point(_gcj, lon, lat)


def from_bd09(lon: Floats, lat: Floats) -> Pair:
    """Which WGS 84 points does BD-09 draw here? As `from_gcj02`."""
    return _fixed_point(_bd, lon, lat)


OFFSETS: dict[str, Step] = {"gcj02": to_gcj02, "bd09": to_bd09}
INVERSES: dict[str, Step] = {"gcj02": from_gcj02, "bd09": from_bd09}


def _in_box(lon: Floats, lat: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
    return (
        (lon >= GCJ_BOX.west - margin)
        & (lon <= GCJ_BOX.east + margin)
        & (lat >= GCJ_BOX.south - margin)
        & (lat <= GCJ_BOX.north + margin)
    )


def _inside_only(step: Step, lon: Floats, lat: Floats) -> Pair:
    inside = _in_box(lon, lat)
    drawn_lon, drawn_lat = lon.copy(), lat.copy()
    drawn_lon[inside], drawn_lat[inside] = step(lon[inside], lat[inside])
    return drawn_lon, drawn_lat


def _fixed_point(step: Step, lon: Floats, lat: Floats) -> Pair:
    """The formula goes on past the border: a test of the box between steps would not settle."""
    near = _in_box(lon, lat, REACH_DEG)
    goal_lon, goal_lat = lon[near], lat[near]
    found_lon, found_lat = goal_lon, goal_lat
    for _ in range(STEPS):
        drawn_lon, drawn_lat = step(found_lon, found_lat)
        found_lon, found_lat = (
            found_lon + (goal_lon - drawn_lon),
            found_lat + (goal_lat - drawn_lat),
        )
    moved = _in_box(goal_lon, goal_lat) | _in_box(found_lon, found_lat, BORDER_DEG)
    back_lon, back_lat = lon.copy(), lat.copy()
    back_lon[near] = np.where(moved, found_lon, goal_lon)
    back_lat[near] = np.where(moved, found_lat, goal_lat)
    return back_lon, back_lat


def _gcj(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - ORIGIN_LON, lat - ORIGIN_LAT
    bend = 0.1 * np.sqrt(np.abs(x))
    ripple = _waves(x, (20.0, 6.0), (20.0, 2.0))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + bend + ripple
    east_m += _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 2.0 * bend + ripple
    north_m += _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    phi = np.radians(lat)
    root = np.sqrt(1.0 - ELLIPSOID_E2 * np.sin(phi) ** 2)
    parallel_m = ELLIPSOID_A_M / root * np.cos(phi)
    meridian_m = ELLIPSOID_A_M * (1.0 - ELLIPSOID_E2) / root**3
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _waves(value: Floats, *waves: tuple[float, float]) -> Floats:
    """The sum of sines, given as (amplitude in metres, half waves a degree)."""
    total = np.zeros_like(value)
    for amplitude_m, frequency in waves:
        total += amplitude_m * np.sin(value * frequency * np.pi)
    return total * (2.0 / 3.0)


def _bd(lon: Floats, lat: Floats) -> Pair:
    x, y = _gcj(lon, lat)
    radius = np.hypot(x, y) + BD_RADIUS_WAVE * np.sin(y * BD_FREQUENCY)
    angle = np.arctan2(y, x) + BD_ANGLE_WAVE * np.cos(x * BD_FREQUENCY)
    return radius * np.cos(angle) + BD_SHIFT_LON, radius * np.sin(angle) + BD_SHIFT_LAT
