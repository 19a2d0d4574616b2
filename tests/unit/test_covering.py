"""The covering index gives each point the polygon that GEOS' exact predicate gives it, or says that it cannot."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.assignment.covering import ASK, cover
from gisgrid.assignment.orientation import sides
from gisgrid.bench.coverage import Plan, draw_district
from gisgrid.bench.hard_points import hard_points
from tests.drawing import draw

Floats = NDArray[np.float64]


def by_relate(shapes: Sequence[Any], x: Floats, y: Floats) -> tuple[list[int], list[bool], list[int]]:
    """Of each point: the lowest label that holds it (0: none), whether on that one's edge, and how many hold it."""
    labels, on_edge, held = [0] * len(x), [False] * len(x), [0] * len(x)
    points, polygons = shapely.points(x, y), np.asarray(shapes, dtype=object)
    which, shape = shapely.STRtree(polygons).query(points)
    lowest_last = np.lexsort((-shape, which))
    which, shape = which[lowest_last], shape[lowest_last]
    for i, k, relation in zip(which, shape, shapely.relate(polygons[shape], points[which]), strict=True):
        if "0" in (relation[0], relation[3]):
            labels[i], on_edge[i] = int(k) + 1, relation[3] == "0"
            held[i] += relation[0] == "0"
    return labels, on_edge, held


def check(shapes: Sequence[Any], x: Floats, y: Floats, *, clean: bool = True) -> int:
    """Compare every answer; of an unclean coverage those that are given. Returns how many were not given."""
    index = cover(shapes)
    found, on_edge = index.find(x, y)
    labels, on, held = by_relate(shapes, x, y)
    asked = found == ASK
    assert not (clean and asked.any())
    wrong = [
        (float(x[i]), float(y[i]), int(found[i]), labels[i])
        for i in np.flatnonzero(~asked)
        if (found[i], on_edge[i]) != (labels[i], on[i])
    ]
    assert wrong == []
    assert all(asked[i] for i in range(len(x)) if held[i] > 1)
    for i in range(0, len(x), 101):
        assert index.find_one(float(x[i]), float(y[i])) == (found[i], on_edge[i])
    return int(asked.sum())


def with_holes() -> list[Any]:
    """An enclave, a lake, a grid in two pieces, pieces that meet in a corner, a hole that touches its outline."""
    shapes = list(draw("AAAAAA.C ABBA.ACC AB.AAA.D AAAAAAD. EE..FFFF EE..F..F").values())
    outline = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(0, 0), (2, 1), (1, 2)]])
    return [*shapes, shapely.affinity.translate(outline, 10, 10)]


COVERAGES: dict[str, Callable[[], list[Any]]] = {
    "wavy": lambda: list(draw_district(Plan(6, 5)).values()),
    "squares": lambda: list(draw("ABCAB CCDDA BADCA").values()),
    "holes": with_holes,
    "one": lambda: [shapely.Point(113.85, 27.65).buffer(0.01, 500)],
    "long and thin": lambda: [shapely.box(0, 0, 1, 1e-6), shapely.box(0, 1e-6, 1, 2e-6)],
    "a tenth of a millimetre": lambda: [
        shapely.box(120 + k * 1e-9, 30, 120 + (k + 1) * 1e-9, 30 + 1e-9) for k in range(9)
    ],
    "over the equator": lambda: [
        shapely.Polygon([(-1, -1), (2, -1e-17), (1, 1)]),
        shapely.Polygon([(2, -1e-17), (3, 2), (1, 1)]),
    ],
}


@pytest.mark.parametrize("name", COVERAGES)
def test_every_point_gets_what_the_exact_predicate_says(name: str) -> None:
    shapes = COVERAGES[name]()
    assert check(shapes, *hard_points(shapes, 1_500)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_corners_on_a_neighbours_line_lie_beside_it_by_a_last_digit(seed: int) -> None:
    random = np.random.default_rng(seed)
    a, b, c, d = [(113.8, 27.6), (113.9 + random.uniform(0, 0.01), 27.63), (113.88, 27.7), (113.81, 27.71)]
    middle = tuple(np.array(a) + (np.array(c) - np.array(a)) * random.uniform())
    shapes = [shapely.Polygon([a, b, c]), shapely.Polygon([a, middle, d]), shapely.Polygon([middle, c, d])]
    x, y = hard_points(shapes, 1_500, seed)
    assert check(shapes, x, y, clean=False) < len(x) / 3


def test_ground_of_several_grids_is_left_to_the_definition() -> None:
    outer, inner, aside = shapely.box(0, 0, 4, 4), shapely.box(1, 1, 2, 2), shapely.box(3, 3, 6, 6)
    shapes = [outer, inner, aside, shapely.box(4, 0, 6, 2), outer]
    x, y = hard_points(shapes, 1_500)
    assert check(shapes, x, y, clean=False) > 0
    assert check([outer, inner], *hard_points([outer, inner], 1_500), clean=False) > 0


def test_nothing_holds_nothing() -> None:
    labels, on_edge = cover([]).find(np.array([0.0, np.nan, np.inf]), np.array([0.0, 1.0, 1.0]))
    assert (labels.tolist(), on_edge.tolist()) == ([0, 0, 0], [False] * 3)


_NEAR = st.integers(-40, 40).map(lambda k: 27.6 + k * 2.0**-48)
_ANY = st.one_of(_NEAR, st.floats(-180, 180), st.sampled_from([0.0, 5e-324, -1e-160, 1e-8]))


@given(st.tuples(_ANY, _ANY, _ANY, _ANY, _ANY, _ANY))
def test_sides_are_those_of_exact_arithmetic(given: tuple[float, ...]) -> None:
    ax, ay, bx, by, x, y = (Fraction(value) for value in given)
    exact = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    found = float(sides(*(np.array([value]) for value in given))[0])
    assert (found > 0, found < 0) == (exact > 0, exact < 0)
