"""app.area_above: the nearest area above the leaves, without measuring every one."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, text

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
