"""app.area_above: the nearest area above the leaves; app.location_doubt: what is far. Without measuring every one."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from gisgrid.bench.coverage import Plan, draw_district
from tests.drawing import draw, publish_leaves, spot

_ALL = """
SELECT a.code, l.rank,
    round(st_distance(a.geom::geography, ST_SetSRID(ST_MakePoint(:x, :y), 4326)::geography)::numeric, 3) AS m
FROM app.area_now AS a JOIN core.level AS l USING (level)
WHERE a.network = :network AND a.level <> 'grid' ORDER BY m, rank DESC, a.code COLLATE "C"
"""
_ONE = "SELECT code FROM app.area_above(ST_SetSRID(ST_MakePoint(:x, :y), 4326), :network)"


def district(db: Connection, picture: str, communities: str) -> None:
    """Leaves of the picture; the letters of `communities`, in their order, say whose each leaf is."""
    shapes = draw(picture)
    publish_leaves(db, shapes, parents=dict(zip(shapes, communities, strict=True)))


def nearest(db: Connection, points: Sequence[tuple[float, float]]) -> list[tuple[str, list[str]]]:
    """Of each point: the answer, and the codes of the areas that are nearest, to a centimetre, of the lowest level."""
    found = []
    for x, y in points:
        values = {"x": x, "y": y, "network": "base"}
        rows = db.execute(text(_ALL), values).all()
        near = [row for row in rows if float(row.m - rows[0].m) <= 0.01 + 1e-5 * float(rows[0].m)]
        lowest = max(row.rank for row in near)
        one = db.execute(text(_ONE), values).scalar_one()
        found.append((one, [row.code for row in near if row.rank == lowest]))
    return found


def test_it_is_the_nearest_of_the_lowest_level(db: Connection) -> None:
    district(db, "AAB.CDD AEB.CDF .EE..FF GGG.HHH", "uuvvwwxx")
    random = np.random.default_rng(3)
    points = [spot(float(column), float(row)) for column, row in random.uniform(-4, 11, (60, 2))]
    assert [(one, near) for one, near in nearest(db, points) if one not in near] == []


def test_of_equally_near_ones_the_lowest_code(db: Connection) -> None:
    district(db, "A.B", "vu")
    assert (
        db.execute(text(_ONE), {"x": spot(1.5, 0.5)[0], "y": spot(1.5, 0.5)[1], "network": "base"}).scalar_one() == "u"
    )


def test_before_the_boundaries_there_is_none(db: Connection) -> None:
    district(db, "AB", "uv")
    query = "SELECT count(*) FROM app.area_above(ST_Point(113.8, 27.6, 4326), 'base', '2020-01-01')"
    assert db.execute(text(query)).scalar_one() == 0


_DOUBT = "SELECT app.location_doubt(ST_Point(:x, :y, 4326), 'base', CAST(:at AS timestamptz), NULL, false)"
_READ = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'core.area_version'::regclass"


@pytest.mark.parametrize(("at", "doubt"), [("2023-06-01", None), ("2024-06-01", "far")])
def test_history_of_before_the_boundaries_does_not_read_them_all(db: Connection, at: str, doubt: str | None) -> None:
    """Loads ask it of every row outside all grids; then it was in no doubt, later a point so far off is."""
    shapes = draw_district(Plan(16, 16))
    publish_leaves(db, shapes, parents={code: f"u{n // 64}" for n, code in enumerate(shapes)})
    db.execute(text("ANALYZE core.area_version"))
    x, y = shapely.get_coordinates(shapes[min(shapes)])[0].tolist()
    values = {"x": x + (0 if doubt is None else 0.5), "y": y, "at": at}
    read = []
    for _ in range(3):
        before = db.execute(text(_READ)).scalar_one()
        assert db.execute(text(_DOUBT), values).scalar_one() == doubt
        read.append(db.execute(text(_READ)).scalar_one() - before)
    assert read[-1] <= 20, read


def test_the_nearest_ground_counts_and_what_has_nothing_below(db: Connection) -> None:
    """A point 1 km from a grid is in no doubt, one 3 km off is far; nor is one near an area without grids."""
    publish_leaves(db, draw("AB"), parents={"A": "u", "B": "u"})
    x, y = spot(0.5, 0.5)
    east_m = 111_320 * math.cos(math.radians(y))

    def doubt(metres: float) -> str | None:
        values = {"x": spot(2.0, 0.5)[0] + metres / east_m, "y": y, "at": "2024-06-01"}
        found: str | None = db.execute(text(_DOUBT), values).scalar_one()
        return found

    assert [doubt(metres) for metres in (1, 1000, 1990, 2010, 3000)] == [None, None, None, "far", "far"]
    db.execute(text("ALTER TABLE core.area_version DISABLE TRIGGER USER"))
    db.execute(text("UPDATE core.area_version SET valid_to = '2024-02-01' WHERE level = 'grid'"))
    assert [doubt(metres) for metres in (1000, 3000)] == [None, "far"]
