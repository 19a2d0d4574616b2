"""A ring of very many corners: a river bank, a coast line taken from a survey."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely

from tests.desk import NORTH, A, B, Desk, open_desk
from tests.drawing import CELL, draw, spot

CORNERS = 4_000
TOWN = draw("AAAA\nAAAA\nCCDD")


def bank(moved: float = 0.0) -> shapely.Polygon:
    """A ragged ring round the middle of the northern town; its hundredth corner lies farther out by so much."""
    x, y = spot(2, 1)
    ring = []
    for n in range(CORNERS):
        angle, reach = 2 * math.pi * n / CORNERS, 0.4 * CELL * (1 + 0.02 * math.sin(n * 7.0)) + moved * (n == 100)
        ring.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return shapely.Polygon(ring)


@pytest.fixture
def desk(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Desk]:
    """The northern town is a box with a lake in it, a grid of its own."""
    with open_desk(
        new_database, tmp_path, {"A": TOWN["A"].difference(bank()), "B": bank(), "C": TOWN["C"], "D": TOWN["D"]}
    ) as found:
        yield found


def test_a_corner_of_a_ring_of_thousands_is_moved(desk: Desk) -> None:
    """In both grids that have it; nothing else stands against the ring, and it goes live."""
    changeset = desk.open(desk.north, NORTH)
    desk.redraw(desk.north, changeset, B, bank(1e-6))
    assert desk.problems(desk.north, changeset) == [("overlap", A)]
    desk.redraw(desk.north, changeset, A, TOWN["A"].difference(bank(1e-6)))
    assert desk.problems(desk.north, changeset) == []
    desk.publish(desk.north, changeset)
    assert desk.one(desk.north, "SELECT max(ST_NPoints(geom)) FROM app.area_now WHERE code = :c", c=B) > CORNERS
