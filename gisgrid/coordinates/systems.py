"""The coordinate systems by name: which there are, and how PROJ leads from each to WGS 84."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gisgrid.coordinates.china_offset import OFFSETS
from gisgrid.errors import Fault, Refused

SAME_AS_WGS84 = ("wgs84", "cgcs2000")
NAMED_SYSTEMS = (*SAME_AS_WGS84, *OFFSETS)
CGCS2000_EPSG = 4490
WGS84_EPSG = 4326

_EPSG = re.compile(r"epsg:([1-9][0-9]{3,5})")
_NAMES = ", ".join(NAMED_SYSTEMS) + " or EPSG:n"


@dataclass(frozen=True)
class Projection:
    """An EPSG system made ready: its transformer leads to degrees and takes x first.

    `geographic`: its own coordinates are degrees; `identity`: they are taken as WGS 84 unchanged.
    """

    transformer: Transformer
    geographic: bool
    identity: bool


def known_system(name: object) -> str:
    """What is the written name of this system (`EPSG:4547` for `epsg:4547`, `gcj02` for `GCJ02`)?

    Raises Refused for an unknown system, or for a system without points on the ground.
    """
    if isinstance(name, str) and name.isascii():
        lower = name.lower()
        if lower in NAMED_SYSTEMS:
            return lower
        if match := _EPSG.fullmatch(lower):
            projection(int(match[1]))
            return lower.upper()
    shown = ascii(name[:40] if isinstance(name, str) else name)[:80]
    raise Refused(Fault("system", f"{shown} is no known coordinate system", f"use {_NAMES}"))


def projection(code: int) -> Projection:
    """How does EPSG:code lead to WGS 84? Raises Refused where it does not."""
    ready = _prepared(code)
    if isinstance(ready, Fault):
        raise Refused(ready)
    return ready


@lru_cache(maxsize=64)
def _prepared(code: int) -> Projection | Fault:
    """One transformer a code, shared by all threads: pyproj >= 3.1 keeps its state thread-local.

    Ballpark operations are off: PROJ would pass Xian 1980 through unmoved, 100 m wrong, in silence.
    CGCS2000 has no published operation either; its degrees are taken as WGS 84 by decision.
    Refusals are cached too: PROJ takes a tenth of a second to find that it has no operation.
    """
    try:
        crs = CRS.from_epsg(code)
    except CRSError:
        return Fault("system", f"EPSG:{code} is unknown", f"use {_NAMES}")
    if message := not_flat(crs, f"EPSG:{code} ({crs.name})"):
        return Fault("system", message, "name a projected or geographic 2D system")
    geodetic = crs.geodetic_crs
    cgcs2000 = geodetic is not None and geodetic.to_epsg() == CGCS2000_EPSG
    target = geodetic if cgcs2000 else CRS.from_epsg(WGS84_EPSG)
    try:
        transformer = Transformer.from_crs(crs, target, always_xy=True, allow_ballpark=False)
    except ProjError:
        remedy = "convert to CGCS2000 with your survey office's parameters first"
        return Fault("system", f"EPSG:{code} ({crs.name}) has no published way to WGS 84", remedy)
    return Projection(transformer, crs.is_geographic, crs == target)


def not_flat(crs: CRS, name: str) -> str:
    """Why this is not a system of two-dimensional maps; empty: it is one."""
    if crs.type_name not in ("Projected CRS", "Geographic 2D CRS") or len(crs.axis_info) != 2:
        return f"{name} is a {crs.type_name}, not a flat map's"
    if crs.is_geographic and any(axis.unit_name.lower() != "degree" for axis in crs.axis_info):
        return f"{name} is not in degrees"
    return ""
