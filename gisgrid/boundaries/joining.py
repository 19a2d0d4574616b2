"""Rows of one code: parts of one area, to be joined, or a code that was given twice."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import shapely

from gisgrid.boundaries.drawn import DrawnArea, listed
from gisgrid.boundaries.finding import ERROR, Finding
from gisgrid.boundaries.shapes import MULTIPOLYGON, lift_point, written
from gisgrid.coordinates import MapSystem

HAIR_M = 0.001
"""What two rows of one area share by less is one line, drawn twice."""
OWN_CODES = "give every area a code of its own"
JOINED = "if they are parts of one area, --dissolve joins them (or in QGIS: Dissolve, Collect geometries, by code)"


def join_rows(
    areas: list[DrawnArea], system: MapSystem, source: str, *, dissolve: bool
) -> tuple[list[DrawnArea], list[Finding], list[str]]:
    """The areas, a code each where `dissolve` allows it; what is wrong with codes given twice; what was joined."""
    by_code = defaultdict(list)
    for area in areas:
        by_code[area.code].append(area)
    findings: list[Finding] = []
    joined: dict[int, DrawnArea | None] = {}
    for code, parts in by_code.items():
        if not code or len(parts) == 1:
            continue
        wrong = _not_one(parts, system, dissolve=dissolve)
        where = f"{source} {listed([part.row for part in parts])}, code {code}"
        findings += [Finding("code", ERROR, code, None, *fault, where) for fault in wrong]
        if not wrong:
            whole = shapely.union_all([part.geom for part in parts])
            joined |= dict.fromkeys([part.row for part in parts])
            joined[parts[0].row] = replace(parts[0], geom=_multi(whole))
    kept = [joined.get(area.row, area) for area in areas]
    notes = [f"{len(joined)} rows joined to {sum(map(bool, joined.values()))} areas by their codes"] * bool(joined)
    return [area for area in kept if area], findings, notes


def _multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])


def _not_one(parts: list[DrawnArea], system: MapSystem, *, dissolve: bool) -> list[tuple[str, str, Any]]:
    """Why these rows are not one area (message, remedy, place); empty where they are, and are to be joined."""
    for what in ("name", "level", "kind"):
        values = sorted({getattr(part, what) for part in parts})
        if len(values) > 1:
            message = f"{len(parts)} rows have this code, with another {what} each: {', '.join(values[:5])}"
            return [(message, f"{OWN_CODES}, or one {what}", _place(parts[1].geom, system))]
    if not dissolve:
        return [(f"{len(parts)} rows have this code", f"{OWN_CODES}; {JOINED}", _place(parts[1].geom, system))]
    if not all(_is_good(part.geom) for part in parts):
        return [("rows of this code have no valid shape", "repair the shapes, then they can be joined", None)]
    shapes = [part.geom for part in parts]
    pairs = zip(*shapely.STRtree(shapes).query(shapes, predicate="intersects"), strict=True)
    wrong = []
    for i, j in pairs:
        if i < j and (shared := _overlap(shapes[i], shapes[j], system)):
            message = f"rows {parts[i].row} and {parts[j].row} overlap at {written(shared, system)}"
            wrong.append((message, "draw the ground in one of them", lift_point(shared, system)))
    return wrong


def _is_good(shape: Any) -> bool:
    return shape is not None and shapely.get_type_id(shape) == MULTIPOLYGON and bool(shapely.is_valid(shape))


def _overlap(one: Any, other: Any, system: MapSystem) -> Any:
    """A point of the ground that both hold; None where they share less than a hair."""
    shared = shapely.intersection(one, other)
    if not shared.area or 2 * shared.area / shared.length * system.metres_a_unit < HAIR_M:
        return None
    return shapely.point_on_surface(shared)


def _place(shape: Any, system: MapSystem) -> Any:
    return lift_point(shapely.point_on_surface(shape), system) if _is_good(shape) else None
