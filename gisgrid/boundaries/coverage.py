"""Do these areas cover their ground once, edge to edge? Overlaps, holes and narrow gaps."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.finding import ERROR, WARNING, Finding
from gisgrid.boundaries.measuring import Shapes, area_m2, polygons, said_m2, width_m
from gisgrid.boundaries.tolerance import ROUNDING_DEG

METRES_A_DEGREE = 111_320.0


def find_uncovered(shapes: Shapes, gap_m: float) -> list[Finding]:
    """What keeps these areas (by code, EPSG:4326, each valid) from being one coverage? Empty: they are one.

    Overlaps and gaps narrower than `gap_m` are errors; wider holes, and gaps that are open at an end, are warnings. A
    corner on the straight line of a neighbour is right. Where they match it costs 0.06 ms an area of a hundred corners.
    """
    codes, geoms = list(shapes), np.array(list(shapes.values()), dtype=object)
    narrow = gap_m / METRES_A_DEGREE
    if shapely.coverage_is_valid(geoms, gap_width=narrow):  # the usual case, by one search where the others take three
        return list(_holes(codes, geoms, shapely.coverage_union_all(geoms), gap_m))
    edges = shapely.coverage_invalid_edges(geoms)
    bad = [index for index, edge in enumerate(edges) if edge is not None and not edge.is_empty]
    found = list(_pairs(codes, geoms, bad))
    found += _holes(codes, geoms, union(geoms), gap_m)
    if gap_m > 0 and not shapely.coverage_is_valid(geoms, gap_width=narrow):
        found += _inlets(codes, shapely.coverage_invalid_edges(geoms, gap_width=narrow), edges, found)
    return found


def union(geoms: Any) -> Any:
    """The ground of all these shapes; slits of rounding between them are closed. Fast where they are a coverage."""
    rounded = shapely.transform(geoms, lambda places: np.round(places, 12))
    if shapely.coverage_is_valid(rounded):
        return shapely.coverage_union_all(rounded)
    return shapely.union_all(geoms, grid_size=ROUNDING_DEG)


def _pairs(codes: list[str], geoms: Any, bad: list[int]) -> Iterator[Finding]:
    tree = shapely.STRtree(geoms[bad])
    for near, far in tree.query(geoms[bad], predicate="intersects").T:
        one, other = bad[near], bad[far]
        if codes[one] >= codes[other]:
            continue
        common = shapely.unary_union(polygons(geoms[one].intersection(geoms[other])))
        wide = [part for part in polygons(common) if _is_wide(part)]
        if wide:
            shared = shapely.multipolygons(wide)
            message = f"{codes[one]} and {codes[other]} overlap in {said_m2(area_m2(shared))} m²"
            yield Finding("overlap", ERROR, codes[one], codes[other], message, "give the ground to one of them", shared)


def _holes(codes: list[str], geoms: Any, ground: Any, gap_m: float) -> Iterator[Finding]:
    tree = shapely.STRtree(geoms)
    for part in polygons(ground):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            if not _is_wide(hole):
                continue
            round_it = [codes[index] for index in tree.query(hole, predicate="intersects")]
            around = sorted(round_it)[:4]
            first, second = _two(around)
            size = f"{said_m2(area_m2(hole))} m² between {', '.join(around)} belong to no area"
            if width_m(hole) < gap_m:
                message = f"a gap {width_m(hole):.3f} m wide: {size}"
                yield Finding("gap", ERROR, first, second, message, "give it to a neighbour", hole)
            else:
                message = f"a hole: {size}"
                yield Finding("hole", WARNING, first, second, message, "draw an area there, unless it is meant", hole)


def _inlets(codes: list[str], edges: Any, known: Any, found: list[Finding]) -> Iterator[Finding]:
    """Narrow gaps that are open at an end and so are no holes: edges that only the wider search finds."""
    found_already = shapely.union_all([finding.geom.buffer(1e-9) for finding in found if finding.kind != "hole"])
    narrow = [index for index, edge in enumerate(edges) if edge is not None and not edge.is_empty]
    tree = shapely.STRtree([edges[index] for index in narrow])
    for index in narrow:
        more = edges[index].difference(found_already)
        if known[index] is not None and not known[index].is_empty:
            more = more.difference(known[index])
        near = [other for other in (narrow[i] for i in tree.query(more.buffer(1e-9))) if other != index]
        if not more.is_empty and _are_apart(more, edges[near].tolist()):
            message = f"beside {codes[index]} a narrow gap opens to the outside"
            yield Finding("gap", WARNING, codes[index], None, message, "draw the line of both neighbours as one", more)


def _are_apart(line: Any, others: list[Any]) -> bool:
    """Does a part of a line differ by more than rounding from all others, its own other parts included?"""
    parts = shapely.get_parts(shapely.line_merge(line)).tolist()
    for part in parts:
        rest = shapely.union_all(others + [other for other in parts if other is not part])
        corners = shapely.points(shapely.get_coordinates(part))
        if rest.is_empty or shapely.distance(corners, rest).max() > ROUNDING_DEG:
            return True
    return False


def _is_wide(part: Any) -> bool:
    return bool(2 * part.area > ROUNDING_DEG * part.length)


def _two(codes: list[str]) -> tuple[str | None, str | None]:
    return (codes[0] if codes else None), (codes[1] if len(codes) > 1 else None)
