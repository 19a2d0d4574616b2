"""The shapes of a boundary file's rows: what may be repaired, and what is wrong with one."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.drawn import first_of
from gisgrid.coordinates import MapSystem
from gisgrid.errors import Refused

MAX_VERTICES = 200_000
PLACES = 20
"""So many places of one shape are listed."""
PAIRS = 20_000
"""So many pairs of lines are looked at in one go."""
POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7
_REASON = re.compile(r"(.*?)\[(\S+) (\S+)\]")
_REMEDIES = {
    "Self-intersection": "redraw the ring at that place",
    "Ring Self-intersection": "the ring touches itself: QGIS, Fix geometries, makes a hole of it or two parts",
}
_OTHERWISE = "QGIS, Fix geometries, and look at the result"


def repair_shapes(given: Any) -> tuple[Any, list[str]]:
    """Drop heights and points that repeat the one before, unpack collections: no point's area changes by that.

    What is polygonal becomes a MultiPolygon; the rest is returned as it is.
    """
    shapes = np.asarray(given, dtype=object).copy()
    notes: list[str] = []
    if raised := int((shapely.has_z(shapes) | shapely.has_m(shapes)).sum()):
        shapes = shapely.force_2d(shapes)
        notes.append(f"{raised} of the shapes had heights or measures (Z, M): dropped")
    left_out: list[str] = []
    for row in np.flatnonzero(shapely.get_type_id(shapes) == COLLECTION):
        shapes[row], left = _unpacked(shapes[row])
        left_out += [f"row {row + 1}: {left} of a collection left out, its polygons taken"] * bool(left)
    notes += first_of(left_out)
    polygonal = np.isin(shapely.get_type_id(shapes), (POLYGON, MULTIPOLYGON)) & np.isfinite(shapely.area(shapes))
    before = shapely.get_num_coordinates(shapes)
    shapes[polygonal] = shapely.remove_repeated_points(shapes[polygonal], 0.0)
    dropped = before - shapely.get_num_coordinates(shapes)
    repeated = np.flatnonzero(dropped)
    notes += [f"row {row + 1}: {dropped[row]} repeated points dropped" for row in repeated[:PLACES]]
    if len(repeated) > PLACES:
        rest = repeated[PLACES:]
        notes.append(f"{len(rest)} more rows: {dropped[rest].sum()} repeated points dropped")
    single = shapely.get_type_id(shapes) == POLYGON
    shapes[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.sum()))
    return shapes, notes


def _unpacked(collection: Any) -> tuple[Any, str]:
    """The polygons of a collection, and what else it holds; a collection without polygons as it is."""
    parts = [part for whole in shapely.get_parts(collection) for part in shapely.get_parts(whole)]
    polygons = [part for part in parts if part.geom_type == "Polygon"]
    others = sorted({part.geom_type for part in parts} - {"Polygon"})
    return (shapely.MultiPolygon(polygons), ", ".join(others)) if polygons else (collection, "")


def wrong_with_shape(shape: Any, system: MapSystem) -> Iterator[tuple[str, str, Any]]:
    """What is wrong with this MultiPolygon, with its remedy and place (a point in EPSG:4326, None: without one)?"""
    if shape is None or shapely.is_empty(shape):
        yield "the area has no shape", "draw it, or delete the row", None
        return
    coordinates = shapely.get_coordinates(shape)
    if not np.isfinite(coordinates).all():
        yield "a coordinate is not a finite number", "redraw the shape", None
        return
    if is_too_fine(shape):
        yield f"{len(coordinates)} points are too many", f"simplify it below {MAX_VERTICES}", None
        return
    if not shapely.is_valid(shape):
        yield from _invalid(shape, system)


def is_too_fine(shape: Any) -> bool:
    """Has it more corners than a boundary may have? Then nothing that takes longer is asked of it."""
    return bool(shapely.get_num_coordinates(shape) > MAX_VERTICES)


def _invalid(shape: Any, system: MapSystem) -> Iterator[tuple[str, str, Any]]:
    reason = shapely.is_valid_reason(shape)
    match = _REASON.fullmatch(reason)
    if not match:
        yield f"invalid: {reason}", _OTHERWISE, None
        return
    remedy = _REMEDIES.get(match[1], _OTHERWISE)
    first = shapely.Point(float(match[2]), float(match[3]))
    places = crossings(shape) if match[1] == "Self-intersection" else []
    for place in places or [first]:
        yield f"invalid: {match[1]} at {written(place, system)}", remedy, lift_point(place, system)


def crossings(shape: Any) -> list[Any]:
    """The points where lines of this shape cross or lie on each other, at most twenty, each once."""
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
    pairs = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    lines = shapely.linestrings(pairs)
    tree, places = shapely.STRtree(lines), dict[Any, None]()
    step = max(16, PAIRS // len(lines))
    for start in range(0, len(lines), step):  # a ring where all lines cross each other has millions of places
        one, other = tree.query(lines[start : start + step], predicate="intersects")
        one, other = one[one + start < other] + start, other[one + start < other]
        shared = shapely.intersection(lines[one], lines[other])
        for place, first, second in zip(shared, one, other, strict=True):
            is_corner = place.geom_type == "Point" and all(_ends_at(pairs[line], place) for line in (first, second))
            if not is_corner:
                places[shapely.Point(place.coords[0])] = None
            if len(places) == PLACES:
                return list(places)
    return list(places)


def _ends_at(line: Any, point: Any) -> bool:
    """Does this line (two corners) begin or end there?"""
    return bool((line == shapely.get_coordinates(point)).all(axis=1).any())


def lift_point(point: Any, system: MapSystem) -> Any:
    """A point of the file in EPSG:4326; None where its system does not reach."""
    try:
        lon, lat = system.to_degrees(np.array([point.x]), np.array([point.y]))
    except Refused:
        return None
    return shapely.Point(lon[0], lat[0])


def written(point: Any, system: MapSystem) -> str:
    """The point as the file has it, and in WGS 84 where that is something else."""
    lifted = lift_point(point, system)
    own = f"({point.x:.10g}, {point.y:.10g})"
    return own if lifted is None or lifted.equals(point) else f"{own}, WGS 84 ({lifted.x:.7f}, {lifted.y:.7f})"
