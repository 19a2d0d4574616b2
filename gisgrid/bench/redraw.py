"""A redraw as a clerk makes it: a handful of neighbouring grids, each takes a bite out of the one before."""

from typing import Any

import numpy as np
import shapely

Shapes = dict[str, shapely.Geometry]
DEEP = 0.35
"""How far towards the middle of the losing grid a bite reaches."""


def take_bites(shapes: Shapes, count: int, *, seed: int) -> Shapes:
    """New shapes for `count` grids that touch each other, by code; the ground that they cover together is the same.

    Raises ValueError where none of the grids has such neighbours.
    """
    codes = list(shapes)
    tree = shapely.STRtree([shapes[code] for code in codes])
    for start in np.random.default_rng(seed).permutation(len(codes)):
        changed: Shapes = {}
        loser: str | None = codes[start]
        while loser is not None and len(changed) < count:
            near = [codes[index] for index in tree.query(shapes[loser], predicate="touches")]
            current = {code: changed.get(code, shapes[code]) for code in (loser, *near)}
            loser = _bite(current, loser, [code for code in near if code not in changed], changed)
        if len(changed) == count:
            return changed
    raise ValueError(f"no {count} grids touch each other in a row")


def _bite(current: Shapes, loser: str, near: list[str], changed: Shapes) -> str | None:
    """The first neighbour that can take a bite does; its code."""
    for winner in near:
        bite = _between(current[loser], current[winner])
        if bite is None:
            continue
        less, more = current[loser].difference(bite), current[winner].union(bite)
        if less.geom_type == more.geom_type == "Polygon" and shapely.coverage_is_valid([less, more]):
            changed[loser], changed[winner] = less, more
            return winner
    return None


def _between(loser: Any, winner: Any) -> Any:
    """The ground between the middle half of their common line and a point inside the loser; None where it leaves it."""
    shared = shapely.line_merge(shapely.intersection(loser.boundary, winner.boundary))
    if shared.geom_type != "LineString" or len(shared.coords) < 8:
        return None
    places = list(shared.coords)
    quarter = len(places) // 4
    chain = places[quarter:-quarter]
    inside = loser.representative_point()
    middle = np.array(chain[len(chain) // 2])
    tip = middle + DEEP * (np.array([inside.x, inside.y]) - middle)
    bite = shapely.Polygon([*chain, tuple(tip)])
    return bite if bite.is_valid and loser.covers(bite) else None
