"""Do these areas cover their ground once, edge to edge? Overlaps, holes, narrow gaps and lines that do not match."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.finding import ERROR, WARNING, Finding
from gisgrid.boundaries.measuring import Shapes, area_m2, polygons, width_m

METRES_A_DEGREE = 111_320.0
NOTHING_WIDER = 1e-12
"""Degrees (0.1 micrometres): an overlap or gap all of which is narrower is rounding; as app.overlaps_by_rounding."""


def find_uncovered(shapes: Shapes, gap_m: float) -> list[Finding]:
    """What keeps these areas (by code, EPSG:4326, each valid) from being one coverage? Empty: they are one.

    Overlaps and gaps narrower than `gap_m` are errors; wider holes, gaps that are open at an end, and lines of which
    only one neighbour has a corner, are warnings. Costs about 0.2 ms an area of a hundred corners.
    """
    codes, geoms = list(shapes), np.array(list(shapes.values()), dtype=object)
    narrow = gap_m / METRES_A_DEGREE
    edges = shapely.coverage_invalid_edges(geoms)
    bad = [index for index, edge in enumerate(edges) if edge is not None and not edge.is_empty]
    found = list(_pairs(codes, geoms, edges, bad))
    found += _holes(codes, geoms, union(geoms), gap_m)
    if gap_m > 0 and not shapely.coverage_is_valid(geoms, gap_width=narrow):
        found += _inlets(codes, shapely.coverage_invalid_edges(geoms, gap_width=narrow), edges, found)
    return found


def union(geoms: Any) -> Any:
    """The ground of all these shapes; slits of rounding between them are closed. Fast where they are a coverage."""
    rounded = shapely.transform(geoms, lambda places: np.round(places, 12))
    if shapely.coverage_is_valid(rounded):
        return shapely.coverage_union_all(rounded)
    return shapely.union_all(geoms, grid_size=NOTHING_WIDER)


def _pairs(codes: list[str], geoms: Any, edges: Any, bad: list[int]) -> Iterator[Finding]:
    tree = shapely.STRtree(geoms[bad])
    for near, far in tree.query(geoms[bad], predicate="intersects").T:
        one, other = bad[near], bad[far]
        if codes[one] >= codes[other]:
            continue
        yield from _pair((codes[one], geoms[one], edges[one]), (codes[other], geoms[other], edges[other]))


def _pair(one: tuple[str, Any, Any], other: tuple[str, Any, Any]) -> Iterator[Finding]:
    (code, shape, edge), (other_code, other_shape, other_edge) = one, other
    common = shapely.unary_union(polygons(shape.intersection(other_shape)))
    wide = [part for part in polygons(common) if _is_wide(part)]
    if wide:
        shared = shapely.multipolygons(wide)
        message = f"{code} and {other_code} overlap in {area_m2(shared):.3f} m2"
        yield Finding("overlap", ERROR, code, other_code, message, "give the ground to one of them", shared)
        return
    line = edge.union(other_edge).intersection(shape.boundary.union(other_shape.boundary))
    line = line.intersection(shape.envelope.buffer(1e-9)).intersection(other_shape.envelope.buffer(1e-9))
    if not line.is_empty:
        message = f"the common line of {code} and {other_code} has corners that only one of them has"
        yield Finding("edge", WARNING, code, other_code, message, "snap one line to the other's corners", line)


def _holes(codes: list[str], geoms: Any, ground: Any, gap_m: float) -> Iterator[Finding]:
    tree = shapely.STRtree(geoms)
    for part in polygons(ground):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            if not _is_wide(hole):
                continue
            round_it = [codes[index] for index in tree.query(hole, predicate="intersects")]
            around = sorted(round_it)[:4]
            size = f"{area_m2(hole):.1f} m2 between {', '.join(around)} belong to no area"
            if width_m(hole) < gap_m:
                message = f"a gap {width_m(hole):.3f} m wide: {size}"
                yield Finding("gap", ERROR, *_two(around), message, "give it to a neighbour", hole)
            else:
                message = f"a hole: {size}"
                yield Finding("hole", WARNING, *_two(around), message, "draw an area there, unless it is meant", hole)


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
        if rest.is_empty or shapely.distance(corners, rest).max() > NOTHING_WIDER:
            return True
    return False


def _is_wide(part: Any) -> bool:
    return bool(2 * part.area > NOTHING_WIDER * part.length)


def _two(codes: list[str]) -> tuple[str | None, str | None]:
    return (codes[0] if codes else None), (codes[1] if len(codes) > 1 else None)
