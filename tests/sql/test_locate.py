"""app.locate: one grid a point, by its contract. Long because a rule a test."""

import math
import random
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import box
from shapely.ops import unary_union
from sqlalchemy import Connection, text

from gisgrid.bench.coverage import Plan, draw_district
from tests.drawing import draw, publish_leaves, spot

GEOD = Geod(ellps="WGS84")


def locate(db: Connection, point: tuple[float, float], **more: Any) -> Any:
    return db.execute(
        text("SELECT * FROM app.locate(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :network, :at, :accuracy_m, :seen)"),
        {
            "lon": point[0],
            "lat": point[1],
            "network": more.get("network", "base"),
            "at": more.get("at"),
            "accuracy_m": more.get("accuracy_m"),
            "seen": more.get("as_recorded"),
        },
    ).one()


def test_inside_says_how_far_the_edge_is(db: Connection) -> None:
    publish_leaves(db, draw("AB"))
    lon, lat = spot(0.75, 0.5)
    found = locate(db, (lon, lat))
    assert (found.code, found.method, found.confidence) == ("A", "inside", 1)
    _, _, to_edge_m = GEOD.inv(lon, lat, spot(1, 0.5)[0], lat)
    assert found.distance_to_edge_m == pytest.approx(to_edge_m, abs=0.001)
    assert found.candidates == [{"code": "A", "share": 1}]


def test_a_shared_edge_belongs_to_the_lowest_code(db: Connection) -> None:
    publish_leaves(db, draw("ba\ncd"))
    corner = locate(db, spot(1, 1))
    assert (corner.code, corner.method, corner.distance_to_edge_m) == ("a", "edge", 0)
    assert {c["code"] for c in corner.candidates} == {"a", "b", "c", "d"}
    assert sum(c["share"] for c in corner.candidates) == pytest.approx(1, abs=1e-6)
    assert locate(db, spot(0.5, 1)).code == "b"


def test_lowest_is_by_bytes_not_by_language(db: Connection) -> None:
    publish_leaves(db, {"a": draw("xy")["x"], "B": draw("xy")["y"]})
    assert locate(db, spot(1, 0.5)).code == "B"


def test_the_outer_border_belongs_to_its_grid(db: Connection) -> None:
    publish_leaves(db, draw("A"))
    found = locate(db, spot(0, 0.5))
    assert (found.code, found.method) == ("A", "edge")


def test_a_special_grid_comes_first(db: Connection) -> None:
    base = draw("AAA\nAAA\nBBB")
    market = draw("...\n.Z.\n.Z.")
    publish_leaves(db, {**base, "Z": market["Z"]}, special="Z")
    assert locate(db, spot(1.5, 1.5)).code == "Z"
    assert locate(db, spot(1.5, 2.5)).code == "Z"
    assert locate(db, spot(1, 1.5)).code == "Z", "its edge is its own"
    assert locate(db, spot(0.5, 1.5)).code == "A"


def test_base_grids_hold_nothing_of_the_ground_under_a_special_one(db: Connection) -> None:
    publish_leaves(db, {**draw("AAAA\nAAAA"), "Z": draw("..ZZ\n..ZZ")["Z"]}, special="Z")
    found = locate(db, spot(1.9, 1), accuracy_m=100)
    shares = {c["code"]: c["share"] for c in found.candidates}
    assert found.code == "A"
    assert shares["A"] + shares["Z"] == pytest.approx(1, abs=1e-6)
    assert shares["A"] == found.confidence
    assert 0.5 < shares["A"] < 0.75


def test_near_is_only_within_the_accuracy(db: Connection) -> None:
    publish_leaves(db, draw("A."))
    lon, lat = spot(1.25, 0.5)
    _, _, away_m = GEOD.inv(lon, lat, spot(1, 0.5)[0], lat)
    assert locate(db, (lon, lat)).method == "none"
    assert locate(db, (lon, lat), accuracy_m=away_m - 1).method == "none"
    near = locate(db, (lon, lat), accuracy_m=away_m + 1)
    assert (near.code, near.method) == ("A", "nearest")
    assert near.distance_to_edge_m == pytest.approx(away_m, abs=0.001)
    assert 0 < near.confidence < 0.05


def test_nowhere_is_an_answer(db: Connection) -> None:
    publish_leaves(db, draw("A"))
    found = locate(db, (0.0, 0.0))
    assert (found.code, found.method, found.candidates) == (None, "none", [])
    assert locate(db, spot(0.5, 0.5), network="party").method == "none"


def test_two_time_axes(db: Connection) -> None:
    publish_leaves(db, draw("AB"), valid_from="2023-01-01T00:00:00+08:00")
    before = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    publish_leaves(db, draw("BB"), valid_from="2024-01-01T00:00:00+08:00")
    west = spot(0.5, 0.5)
    assert locate(db, west).code == "B"
    assert locate(db, west, at="2023-06-01").code == "A"
    assert locate(db, west, at="2022-06-01").method == "none"
    assert locate(db, west, as_recorded=before).code == "A", "by then nobody knew of the change"
    assert locate(db, west, at="2023-06-01", as_recorded="2020-01-01").method == "none"


def mesh(size: int, seed: int) -> dict[str, Any]:
    """A clean coverage: a warped lattice whose vertices are shared, cells joined at random, codes shuffled."""
    rng = random.Random(seed)
    step = 0.003
    node = {
        (i, j): (
            113.8 + (i + rng.uniform(-0.3, 0.3)) * step,
            27.6 + (j + rng.uniform(-0.3, 0.3)) * step,
        )
        for i in range(size + 1)
        for j in range(size + 1)
    }
    names = list(range(size * size))
    rng.shuffle(names)
    owner = {(i, j): names[i * size + j] for i in range(size) for j in range(size)}
    for cell in list(owner):
        if rng.random() < 0.3:
            owner[cell] = owner.get((cell[0] + 1, cell[1]), owner[cell])
    parts: dict[str, list[Any]] = {}
    for (i, j), name in owner.items():
        ring = [node[i, j], node[i + 1, j], node[i + 1, j + 1], node[i, j + 1]]
        parts.setdefault(f"{name:03}", []).append(shapely.Polygon(ring))
    return {code: shapely.union_all(shapes) for code, shapes in parts.items()}


def hard_points(areas: dict[str, Any], rng: random.Random) -> list[tuple[float, float]]:
    """Points anywhere, on vertices, on edges as far as doubles go, and one step beside."""
    vertices = [tuple(v) for v in shapely.get_coordinates(list(areas.values()))]
    west, south, east, north = shapely.total_bounds(list(areas.values()))
    points = [(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(20)]
    points += rng.sample(vertices, min(20, len(vertices)))
    for shape in rng.sample(list(areas.values()), min(8, len(areas))):
        ring = shapely.get_coordinates(shapely.boundary(shape))
        k = rng.randrange(len(ring) - 1)
        f = rng.random()
        x, y = ring[k] + f * (ring[k + 1] - ring[k])
        points += [
            (x, y),
            (math.nextafter(x, 180), y),
            (math.nextafter(x, -180), y),
            (x, math.nextafter(y, 90)),
            (x, math.nextafter(y, -90)),
        ]
    return [(float(x), float(y)) for x, y in points]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(2, 6), seed=st.integers(0, 2**32))
def test_every_point_of_a_clean_coverage_has_exactly_one_grid(db: Connection, size: int, seed: int) -> None:
    areas = mesh(size, seed)
    whole = shapely.union_all(list(areas.values()))
    points = hard_points(areas, random.Random(seed))
    savepoint = db.begin_nested()
    publish_leaves(db, areas)
    rows = db.execute(
        text(
            "SELECT n, l.code, l.method FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[]))"
            " WITH ORDINALITY AS p (lon, lat, n),"
            " app.locate(ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)) AS l ORDER BY n"
        ),
        {"lon": [p[0] for p in points], "lat": [p[1] for p in points]},
    ).all()
    savepoint.rollback()
    assert len(rows) == len(points), "one row a point"
    for (lon, lat), row in zip(points, rows, strict=True):
        point = shapely.Point(lon, lat)
        holders = sorted(code for code, shape in areas.items() if shapely.covers(shape, point))
        assert row.code == (holders[0] if holders else None)
        if holders:
            on_edge = shapely.touches(areas[holders[0]], point)
            assert row.method == ("edge" if on_edge else "inside")
        else:
            assert not shapely.contains_properly(whole, point) or shapely.distance(whole.boundary, point) < 1e-12


def test_a_point_at_the_latitude_of_a_hair_of_an_edge_is_not_lost(db: Connection) -> None:
    west, south, east, north = 113.85, 27.639999999999997, 113.854, 27.642
    ring = [(west, 27.638), (east, 27.638), (east, south), (east, 27.64), (east, north), (west, north), (west, 27.64)]
    publish_leaves(db, {"A": shapely.Polygon([*ring, (west, south)])})
    query = "SELECT l.code FROM generate_series(1, 9) AS n, app.locate(ST_Point(113.85 + n * 0.0004, :lat, 4326)) AS l"
    assert db.execute(text(query), {"lat": south}).scalars().all() == ["A"] * 9


def test_the_nearest_is_so_on_the_ground_and_not_in_degrees(db: Connection) -> None:
    """49 km to the east and 51 km to the north: in degrees the other one is nearer."""
    lon, lat = 113.8, 27.6
    publish_leaves(
        db, {"e": box(lon + 0.5, lat, lon + 0.51, lat + 0.01), "n": box(lon, lat + 0.46, lon + 0.01, lat + 0.47)}
    )
    near = locate(db, (lon, lat), accuracy_m=100_000)
    assert (near.code, near.method) == ("e", "nearest")
    assert near.distance_to_edge_m == pytest.approx(49_360, abs=100)


def test_an_accuracy_of_kilometres_names_the_twenty_largest_shares(db: Connection) -> None:
    """A disc over all grids of a district: its answer is short, and its shares are still those of the whole disc."""
    shapes = draw_district(Plan(11, 10))
    publish_leaves(db, shapes)
    west, south, east, north = box(*unary_union(list(shapes.values())).bounds).bounds
    found = locate(db, ((west + east) / 2, (south + north) / 2), accuracy_m=20_000)
    assert len(found.candidates) == 20
    shares = [one["share"] for one in found.candidates]
    assert shares == sorted(shares, reverse=True)
    assert 0 < found.confidence < 1e-3
    largest = sum(sorted((shape.area for shape in shapes.values()), reverse=True)[:20])
    disc = math.pi * (20 / 111) ** 2 / math.cos(math.radians(27.5))
    assert sum(shares) == pytest.approx(largest / disc, rel=0.1)


def test_a_point_of_another_row_reckons_no_grid_twice(db: Connection) -> None:
    """As in `FROM point CROSS JOIN LATERAL app.locate(...)`: what is dear is called as often as for a point alone."""
    publish_leaves(db, draw("ABCDEFGHIJ\nKLMNOPQRST\nUVWXYZabcd"))
    db.execute(text("SET LOCAL ROLE NONE"))  # a superuser, who may ask for calls to be counted
    db.execute(text("SET LOCAL track_functions TO 'all'"))
    lon, lat = spot(-20, 1.5)
    found = db.execute(
        text(
            "SELECT l.method FROM (VALUES (CAST(:lon AS float8), CAST(:lat AS float8)), (:lon, :lat)) AS p (lon, lat)"
            " CROSS JOIN LATERAL"
            " app.locate(ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326), 'base', NULL, 20000 + p.lon) AS l"
        ),
        {"lon": lon, "lat": lat},
    ).scalars()
    assert list(found) == ["nearest"] * 2
    calls = db.execute(text("SELECT funcname, sum(calls) FROM pg_stat_xact_user_functions GROUP BY funcname")).all()
    counted = {name: int(count) for name, count in calls}
    assert counted["distance_to_edge_m"] <= 2 * 3, "to the grids of the western edge, for each point"
    assert counted.get("st_buffer", 0) <= 2 * 3


def test_points_that_come_together_are_where_each_one_is(db: Connection) -> None:
    """app.paths_of_points as app.locate: inside, on edges and corners and within rounding of them, in a special grid,
    outside every grid, and before the grids were there; far apart and twice the same.
    """
    publish_leaves(db, {**draw("ba\ncd\neee"), "Z": draw("..\n.Z\n.Z")["Z"]}, special="Z")
    chance = random.Random(7)
    points = [spot(chance.uniform(-1, 4), chance.uniform(-1, 4)) for _ in range(150)]
    points += [spot(chance.randint(0, 3), chance.uniform(0, 3)) for _ in range(40)]
    points += [spot(column, row) for column in range(4) for row in range(4)] * 2
    points += [(lon + chance.uniform(-2e-9, 2e-9), lat + chance.uniform(-2e-9, 2e-9)) for lon, lat in points[150:220]]
    ats = [chance.choice(["2025-06-01T00:00:00Z", "2023-06-01T00:00:00Z", "2024-01-01T00:00:00+08:00"]) for _ in points]
    lons, lats = zip(*points, strict=True)
    given = {"lons": [*lons], "lats": [*lats], "ats": ats}
    asked = "unnest(:lons, :lats, CAST(:ats AS timestamptz[])) WITH ORDINALITY AS g (lon, lat, at, n)"
    expected = db.execute(
        text(
            f"SELECT coalesce(l.path, '{{0}}') FROM {asked}"
            " CROSS JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 'base', at) AS l ORDER BY n"
        ),
        given,
    ).scalars()
    found = db.execute(
        text("SELECT path FROM app.paths_of_points(:lons, :lats, CAST(:ats AS timestamptz[]), 'base') ORDER BY n"),
        given,
    ).scalars()
    assert (mine := list(found)) == list(expected)
    assert len({tuple(path) for path in mine}) == 6 and len(mine) == len(points), "Z hides d, and some are in none"


SHARES = """
WITH disc AS (SELECT st_buffer(CAST(:point AS geometry)::geography, :accuracy_m)::geometry AS d),
part AS (
    SELECT v.code, CASE WHEN v.kind = 'base' THEN st_difference(st_intersection(v.geom, d), s.geom)
                        ELSE st_intersection(v.geom, d) END AS geom
    FROM disc, app.area_at(now()) AS v,
        (SELECT st_union(x.geom) AS geom FROM app.area_at(now()) AS x WHERE x.kind = 'special') AS s
)
SELECT p.code, st_area(p.geom) / st_area(d) AS share FROM part AS p, disc WHERE st_area(p.geom) / st_area(d) > 1e-8
ORDER BY 1
"""
# A special grid, one beside it, a hole that another grid fills.
GROUND = "AAAABBBB AAAABBBB AACABBBB AAAABBBB DDDDDDDD"


@pytest.mark.parametrize("special", [".........YYY .....Y...... ..........", ".......... ......ZZYY ......ZZYY"])
def test_shares_are_of_the_disc_also_where_it_is_not_drawn(db: Connection, special: str) -> None:
    """Far from every edge, near one, beside special ground and on it: as a count of the disc's ground has it."""
    own = draw(special)
    publish_leaves(db, {**draw(GROUND), **own}, special="".join(own))
    dice, sure, shared = random.Random(4), 0, 0
    for _ in range(250):
        point = spot(dice.uniform(0.05, 7.95), dice.uniform(0.05, 4.95))
        accuracy_m = dice.uniform(1, 130)
        found = locate(db, point, accuracy_m=accuracy_m)
        values = {"point": f"SRID=4326;POINT({point[0]} {point[1]})", "accuracy_m": accuracy_m}
        expected = {row.code: row.share for row in db.execute(text(SHARES), values)}
        said = {one["code"]: one["share"] for one in found.candidates}
        assert said == pytest.approx(expected, abs=1e-7), (point, accuracy_m)
        assert found.confidence == pytest.approx(expected.get(found.code, 0), abs=1e-7)
        sure += said == {found.code: 1}
        shared += len(said) > 1
    assert sure > 50 and shared > 50
