"""A cut that ends on a neighbour's straight edge stands beside it by its last digit: no overlap; none deeper passes."""

from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, text

from tests.drawing import publish_leaves

WEST, EAST = 113.851234567, 113.853456789
LOW, HIGH = 27.601234567, 27.603456789
UPPER = shapely.Polygon([(WEST, LOW), (EAST, HIGH), (EAST, HIGH + 0.002), (WEST, HIGH + 0.002)])


def lower(share: float, raised: float = 0) -> Any:
    """The area below the slanted edge, with a corner more on it, or `raised` degrees above it."""
    corner = (WEST + share * (EAST - WEST), LOW + share * (HIGH - LOW) + raised)
    return shapely.Polygon([(WEST, LOW), corner, (EAST, HIGH), (EAST, LOW - 0.002), (WEST, LOW - 0.002)])


def overlapping() -> list[Any]:
    """Areas whose extra corner was rounded to the wrong side of the edge."""
    drawn = [lower(n / 97) for n in range(1, 97)]
    return [area for area in drawn if shapely.relate_pattern(area, UPPER, "2********")]


def by_rounding(db: Connection, area: Any) -> bool:
    found: bool = db.execute(
        text("SELECT app.overlaps_by_rounding(ST_GeomFromText(:one, 4326), ST_GeomFromText(:other, 4326))"),
        {"one": area.wkt, "other": UPPER.wkt},
    ).scalar_one()
    return found


def test_the_last_digit_makes_no_overlap(db: Connection) -> None:
    areas = overlapping()
    assert len(areas) > 10
    assert all(by_rounding(db, area) for area in areas)


@pytest.mark.parametrize("raised", [2e-12, 1e-11, 1e-9, 1e-5])
def test_what_coordinates_can_tell_is_an_overlap(db: Connection, raised: float) -> None:
    assert not by_rounding(db, lower(0.4, raised))


def test_such_a_corner_is_published(db: Connection) -> None:
    summary = publish_leaves(db, {"A": UPPER, "B": overlapping()[0]}, network="rounded")
    assert summary["grids"] == 2
