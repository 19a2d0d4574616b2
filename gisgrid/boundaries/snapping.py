"""Outlines drawn one by one become one coverage: lines that differ by less than a tolerance are made the same line."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.measuring import POLYGON, polygons

FEW_DIGITS = (2, 9)
"""Decimals looked for: fewer are a plan, not a survey; more are what a program computed."""


@dataclass(frozen=True)
class Transfer:
    """Ground that changed hands, by the numbers of its shapes (None: nobody's), and how wide it is at most."""

    giver: int | None
    taker: int | None
    shape: Any
    width: float


@dataclass(frozen=True)
class Dispute:
    """Ground wider than the tolerance that several shapes hold, by their numbers, and how wide it is at most."""

    holders: tuple[int, ...]
    shape: Any
    width: float


@dataclass(frozen=True)
class Snapped:
    """Shapes as one coverage, but for what is disputed, and which ground changed hands for it."""

    shapes: Any
    transfers: tuple[Transfer, ...] = ()
    disputes: tuple[Dispute, ...] = ()


def snap_coverage(shapes: Any, tolerance: float) -> Snapped:
    """Make the lines of these valid MultiPolygons the same where they differ by less than the tolerance.

    Corners snap to corners and lines, lines get the corners that lie on them, overlaps and gaps narrower than the
    tolerance go to the neighbour with the longest common border (GEOS' coverage cleaner). Wider overlaps stay with all
    their holders and are listed as disputes. A plane in one unit, not degrees. A clean coverage comes back as it was.
    """
    given = np.asarray(shapes, dtype=object)
    if len(given) < 2 or shapely.coverage_is_valid(given, gap_width=tolerance):
        return Snapped(given)
    disputes = _disputes(given, tolerance)
    cut = given.copy()
    for index in {holder for dispute in disputes for holder in dispute.holders}:
        shared = [dispute.shape for dispute in disputes if index in dispute.holders]
        cut[index] = shapely.MultiPolygon(polygons(given[index].difference(shapely.union_all(shared))))
    pieces = np.array([*cut, *(dispute.shape for dispute in disputes)], dtype=object)
    clean = shapely.coverage_clean(pieces, gap_width=tolerance, snapping_distance=tolerance)
    made = clean[: len(given)]
    left = [(dispute.holders, shape) for dispute, shape in zip(disputes, clean[len(given) :], strict=True) if shape]
    wide = widths(np.array([shape for _, shape in left], dtype=object), tolerance).tolist()
    disputes = [Dispute(*one, width) for one, width in zip(left, wide, strict=True)]
    for dispute in disputes:
        for index in dispute.holders:
            made[index] = shapely.coverage_union(made[index], dispute.shape)
    single = shapely.get_type_id(made) == POLYGON
    made[single] = shapely.multipolygons(made[single], indices=np.arange(single.sum()))
    same = shapely.equals_exact(shapely.normalize(made), shapely.normalize(given))
    made[same] = given[same]
    return Snapped(made, tuple(_transfers(given, made, ~same, tolerance)), tuple(disputes))


def _transfers(given: Any, made: Any, changed: Any, tolerance: float) -> Iterator[Transfer]:
    """The ground that one of the shapes lost, by who has it now, and what the shapes won that nobody had."""
    now, before = shapely.STRtree(made), shapely.STRtree(given)
    owners: list[tuple[int | None, int | None]] = []
    grounds: list[Any] = []
    for index in np.flatnonzero(changed).tolist():
        lost, won = given[index].difference(made[index]), made[index].difference(given[index])
        takers = [other for other in now.query(lost, predicate="intersects").tolist() if other != index]
        givers = [other for other in before.query(won, predicate="intersects").tolist() if other != index]
        owners += [(index, None), (None, index), *((index, taker) for taker in takers)]
        grounds += [lost.difference(shapely.union_all(made[takers])), won.difference(shapely.union_all(given[givers]))]
        grounds += [lost.intersection(made[taker]) for taker in takers]
    parts, owner = shapely.get_parts(np.array(grounds, dtype=object), return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    for part, width, n in zip(parts, widths(parts, tolerance).tolist(), owner[inner].tolist(), strict=True):
        if width > 0:
            yield Transfer(owners[n][0], owners[n][1], part, width)


def widths(parts: Any, tolerance: float) -> Any:
    """How wide are these polygons at most? To a tenth where it is more than the tolerance; 0 for lines and points.

    Where it is less, four times the area by the perimeter, which no convex shape exceeds.
    """
    area, around = shapely.area(parts), shapely.length(parts)
    found = np.divide(4 * area, around, out=np.zeros(len(parts)), where=area > 0)
    roomy = np.flatnonzero(area > tolerance**2 / 2)  # a disc of that diameter has room
    wide = _are_wide(parts[roomy], np.full(len(roomy), tolerance))
    found[roomy[~wide]] = np.minimum(found[roomy[~wide]], tolerance)
    wide = roomy[wide]
    found[wide] = _bisected(parts[wide], tolerance)
    return found


def _bisected(parts: Any, tolerance: float) -> Any:
    """The width of parts that are wider than the tolerance, by shrinking them until nothing is left."""
    low, high = np.full(len(parts), tolerance), np.full(len(parts), 2 * tolerance)
    while len(grown := np.flatnonzero(_are_wide(parts, high))):
        low[grown], high[grown] = high[grown], 2 * high[grown]
    while (high > 1.1 * low).any():
        middle = np.sqrt(low * high)
        wide = _are_wide(parts, middle)
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    return high


def _are_wide(parts: Any, width: Any) -> Any:
    """Does a disc of that diameter fit into each part?"""
    return ~shapely.is_empty(shapely.buffer(parts, -width / 2))


def _disputes(given: Any, tolerance: float) -> list[Dispute]:
    """Ground in several shapes that holds a disc of the tolerance's diameter."""
    edges = shapely.coverage_invalid_edges(given)
    bad = np.flatnonzero([edge is not None and not edge.is_empty for edge in edges])
    pairs = bad[shapely.STRtree(given[bad]).query(given[bad], predicate="intersects")]
    pairs = pairs[:, pairs[0] < pairs[1]]
    common, owner = shapely.get_parts(shapely.intersection(*given[pairs]), return_index=True)
    wide = (shapely.get_type_id(common) == 3) & ~shapely.is_empty(shapely.buffer(common, -tolerance / 2))
    if not wide.any():
        return []
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(shapely.boundary(common[wide])))))
    found = defaultdict(set)
    inside = shapely.STRtree(shapely.point_on_surface(faces)).query(given[np.unique(pairs[:, owner[wide]])], "contains")
    holders = np.unique(pairs[:, owner[wide]])
    for holder, face in inside.T.tolist():
        found[face].add(int(holders[holder]))
    return [Dispute(tuple(sorted(held)), faces[face], 0.0) for face, held in sorted(found.items()) if len(held) > 1]


def last_digit(coordinates: Any) -> float:
    """In which unit were these coordinates rounded: 0.001 for three decimals; 0 where no rounding shows."""
    values = np.asarray(coordinates, dtype=float)
    for decimals in range(*FEW_DIGITS):
        scaled = values * 10.0**decimals
        if (np.abs(scaled - np.round(scaled)) <= 4 * np.spacing(np.abs(scaled))).all():
            return float(10.0**-decimals)
    return 0.0
