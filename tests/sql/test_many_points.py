"""Many points by the covering index: the same code, method and distance as app.locate, in awkward places too."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.assignment.grids import read_grids
from gisgrid.assignment.many import FEW, Assigner
from gisgrid.bench.coverage import Plan, draw_district
from gisgrid.bench.hard_points import hard_points
from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from tests import data
from tests.drawing import draw, publish_leaves, spot

Floats = NDArray[np.float64]
SAME_M, SAME_SHARE = 1e-7, 1e-6
"""Both round to 1e-8 m; between two lines that are equally near in degrees they may choose differently."""

_LOCATE = """
SELECT l.code, l.name, l.method, l.distance_to_edge_m
FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS p (x, y, n)
CROSS JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(p.x, p.y), 4326), :network, :at) AS l ORDER BY p.n
"""


def differences(db: Connection, x: Floats, y: Floats, network: str = "base", at: str = "2024-06-01") -> list[Any]:
    """Where Assigner and app.locate do not agree, with both answers."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    many = Assigner(db, network=network, at=moment).assign(x, y)
    columns = (many.grid_code, many.grid_name, many.method, many.distance_to_edge_m)
    ours = zip(*(column.to_pylist() for column in columns), strict=True)
    theirs = db.execute(text(_LOCATE), {"x": x.tolist(), "y": y.tolist(), "network": network, "at": moment}).all()
    return [
        (float(x[i]), float(y[i]), one, tuple(other))
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True))
        if one[:3] != other[:3] or (one[3] or 0) != pytest.approx(other[3] or 0, rel=SAME_SHARE, abs=SAME_M)
    ]


def test_wavy_grids_with_special_ones_over_them(db: Connection) -> None:
    base = draw_district(Plan(5, 4))
    west, south, east, north = shapely.total_bounds(np.array(list(base.values())))
    corner = shapely.get_coordinates(next(iter(base.values())))[30]
    market = shapely.Polygon([corner, (east, south), ((west + east) / 2, (south + north) / 2)])
    special = {"z": market, "a": shapely.box(east, north, east + 0.002, north + 0.002)}
    publish_leaves(db, base)
    publish_leaves(db, {**base, **special}, special="az")
    x, y = hard_points([*base.values(), *special.values()], FEW + 2_000)
    assert differences(db, x, y) == []


def test_holes_enclaves_pieces_and_corners_that_touch(db: Connection) -> None:
    shapes = draw("AAAAAA.C ABBA.ACC AB.AAA.D AAAAAAD. EE..FFFF EE..F..F")
    publish_leaves(db, shapes)
    assert differences(db, *hard_points(list(shapes.values()), FEW + 1_000)) == []


def test_a_corner_beside_a_neighbours_line_by_a_last_digit(db: Connection) -> None:
    a, b, c, d = (113.8, 27.6), (113.9037, 27.63), (113.88, 27.7), (113.81, 27.71)
    middle = (a[0] + (c[0] - a[0]) * 0.37, a[1] + (c[1] - a[1]) * 0.37)
    shapes = [shapely.Polygon(ring) for ring in ([a, b, c], [a, middle, d], [middle, c, d])]
    publish_leaves(db, {"b": shapes[0]})
    publish_leaves(db, dict(zip("bac", shapes, strict=True)))
    assert differences(db, *hard_points(shapes, FEW + 1_000)) == []


def test_more_points_than_grids_are_not_asked_one_by_one(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five districts of 27,000 corners: `app.locate` takes 3 ms for each of 2,000 points, an index of them 0.1 s."""
    publish_leaves(db, draw("AB"))
    assigner = Assigner(db)
    asked = list[int]()
    monkeypatch.setattr(Assigner, "_ask", lambda _self, lon, _lat: asked.append(len(lon)))
    spots = [spot(column + 0.3, 0.4) for column in (0, 1, 0)]
    found = assigner.assign(*(np.array(axis) for axis in zip(*spots, strict=True)))
    assert (found.grid_code.to_pylist(), asked) == (["A", "B", "A"], [])
    Assigner(db).assign(np.array([spots[0][0]]), np.array([spots[0][1]]))
    assert asked == [1], "one point of two grids is asked"


def test_one_grid_with_a_long_outline(db: Connection) -> None:
    shape = shapely.Point(113.85, 27.65).buffer(0.05, 900)
    publish_leaves(db, {"round": shape})
    assert differences(db, *hard_points([shape], FEW + 300)) == []


def test_an_edge_of_two_hundred_kilometres_is_straight_in_degrees(db: Connection) -> None:
    shapes = {"n": shapely.box(112, 45, 115, 46), "s": shapely.box(112, 44, 115, 45)}
    publish_leaves(db, shapes)
    assert differences(db, *hard_points(list(shapes.values()), FEW + 1_000)) == []


def test_an_index_never_says_another_dates_answer(db: Connection) -> None:
    publish_leaves(db, draw("AB"), valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(db, {"A": draw("AA")["A"]}, valid_from="2024-01-01T00:00:00+08:00")
    x, y = hard_points(list(draw("AB").values()), FEW + 500)
    for at in ("2022-06-01", "2023-06-01", "2024-06-01"):
        assert differences(db, x, y, at=at) == []


def test_grids_that_overlap_are_asked_for(db: Connection) -> None:
    publish_leaves(db, draw("AABB"))
    db.execute(text("ALTER TABLE core.area_version DISABLE TRIGGER USER"))
    shape = draw("AAAB")["A"].wkb
    db.execute(
        text("UPDATE core.area_version SET geom = ST_Multi(ST_GeomFromWKB(:shape, 4326)) WHERE code = 'A'"),
        {"shape": shape},
    )
    now = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    x, y = hard_points(list(draw("AABB").values()), FEW + 500)
    asked = read_grids(db, "base", now, now).find(x, y).asked
    assert 0 < asked.sum() < len(x) / 2
    assert differences(db, x, y) == []


@pytest.mark.parametrize("network", ["anc", "ward", "tract"])
def test_real_boundaries(owner: Database, network: str) -> None:
    path: Path = data.test_data(f"dc2016/boundaries/{network}.geojson")
    order = ImportOrder(
        path, datetime(2016, 7, 1, tzinfo=UTC), level="grid", network=network, scheme="free", fields=Fields(code="key")
    )
    import_boundaries(owner, order)
    with owner.transaction(EVERYTHING, timeout_s=600) as connection:
        shapes = shapely.from_wkb(
            [
                bytes(w)
                for w in connection.execute(
                    text("SELECT ST_AsBinary(geom) FROM core.area_version WHERE network = :n AND level = 'grid'"),
                    {"n": network},
                ).scalars()
            ]
        )
        assert differences(connection, *hard_points(shapes, FEW + 1_500), network) == []


def test_before_there_were_grids_nothing_holds_a_point(db: Connection) -> None:
    publish_leaves(db, draw("AB"), valid_from="2024-01-01T00:00:00+08:00")
    lon, lat = spot(0.3, 0.4)
    found = Assigner(db, at=datetime(2023, 1, 1, tzinfo=UTC)).assign(np.array([lon, 9.0]), np.array([lat, 9.0]))
    assert (found.grid_code.to_pylist(), found.method.to_pylist()) == ([None, None], ["none", "none"])
