"""What a publish asks of each shape it asks once, what costs most on more than one processor, and what it kept."""

import math
from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, text

from gisgrid.bench.coverage import Plan, draw_district
from tests.drawing import publish_leaves
from tests.sql.test_each_with_each import Told

SHAPES = draw_district(Plan(8, 5))
PARENTS = {code: code[:-3] for code in SHAPES}
CALLS = text(
    "SELECT sum(pg_stat_get_xact_function_calls(p.oid)) FROM pg_proc AS p"
    " WHERE p.oid = ANY(CAST(CAST(:names AS text[]) AS regprocedure[]))"
)
ELLIPSOID = ["st_area(geography, boolean)", "st_perimeter(geography, boolean)"]


@pytest.fixture
def publisher(db: Connection) -> Connection:
    """As the superuser: what functions are called how often, and the plans of statements in them, are his to ask."""
    db.execute(text("SET LOCAL ROLE NONE"))
    db.execute(text("SET LOCAL track_functions TO 'all'"))
    return db


def calls(db: Connection, *names: str) -> int:
    return int(db.execute(CALLS, {"names": list(names)}).scalar_one() or 0)


def test_each_shape_is_asked_once_when_drawn_and_once_when_live(publisher: Connection) -> None:
    summary = publish_leaves(publisher, SHAPES, parents=PARENTS)
    areas = summary["grids"] + summary["above"]
    assert areas == len(SHAPES) + len(set(PARENTS.values()))
    assert len(SHAPES) + areas <= calls(publisher, "st_isvalid(geometry)") <= 2 * areas
    assert calls(publisher, "st_maximuminscribedcircle(geometry)") == areas
    assert calls(publisher, *ELLIPSOID) == areas  # its size, which is kept: no grid is nearly a sliver


@pytest.mark.parametrize(
    "statement", ["st_relate(d.geom, o.geom", "app.united_children(", "st_maximuminscribedcircle(s.geom)"]
)
def test_what_costs_most_can_use_more_than_one_processor(publisher: Connection, statement: str) -> None:
    forced = publisher.execute(
        text("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')")
    ).scalar_one()  # a plan that may go to another processor goes there, however small
    publisher.execute(text("LOAD 'auto_explain'"))
    driver: Any = publisher.connection.dbapi_connection
    for name, value in {
        forced: "on",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_nested_statements": "on",
        "auto_explain.log_level": "notice",
        "client_min_messages": "notice",
    }.items():
        publisher.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
    driver.notices = said = Told()
    publish_leaves(publisher, SHAPES, parents=PARENTS)
    publisher.execute(text("SELECT set_config('auto_explain.log_min_duration', '-1', true)"))
    plans = [one for one in said.texts if statement in one and "INSERT INTO" not in one and "UPDATE draft" not in one]
    assert plans
    assert [plan for plan in plans if "Workers Planned" not in plan] == []


def test_a_shape_that_a_hand_spoils_is_unsound_and_sound_again(db: Connection) -> None:
    publish_leaves(db, SHAPES, parents=PARENTS)
    number = db.execute(
        text("INSERT INTO draft.changeset (network, ground) VALUES ('base', 'any') RETURNING changeset_id")
    ).scalar_one()
    code, shape = next(iter(SHAPES.items()))
    x, y = shape.centroid.coords[0]
    tie = shapely.Polygon([(x, y), (x + 1e-4, y + 1e-4), (x + 1e-4, y), (x, y + 1e-4)])
    drawn = text(
        "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromWKB(:shape, 4326)) WHERE changeset_id = :id AND code = :code"
    )
    sound = text("SELECT is_sound FROM draft.area WHERE changeset_id = :id AND code = :code")
    rings = text("SELECT count(*) FROM draft.problem WHERE changeset_id = :id AND code = :code AND kind = 'ring'")
    where = {"id": number, "code": code}
    found = []
    for each in (shape, tie, shape):
        db.execute(drawn, where | {"shape": shapely.to_wkb(each)})
        db.execute(text("SELECT app.check_changeset(:id)"), {"id": number})
        found.append((db.execute(sound, where).scalar_one(), db.execute(rings, where).scalar_one()))
    db.execute(text("UPDATE draft.area SET name = 'x' WHERE changeset_id = :id AND code = :code"), where)
    found.append((db.execute(sound, where).scalar_one(), 0))
    assert found == [(True, 0), (False, 1), (True, 0), (True, 0)]


@pytest.mark.parametrize("lat", [0.0, 27.5, 60.0, 85.0])
@pytest.mark.parametrize(("wide_m", "is_narrow"), [(0.5, True), (0.99, True), (3.0, True), (500.0, False)])
def test_a_part_that_may_be_a_sliver_is_measured_on_the_ellipsoid(
    db: Connection, lat: float, wide_m: float, is_narrow: bool
) -> None:
    high = wide_m / 111_000
    part = shapely.box(113.7, lat, 113.7 + 100 * high / math.cos(math.radians(lat)), lat + high)
    said, whole = db.execute(
        text(
            "SELECT app.narrow_width_m(p), 2 * ST_Area(CAST(p AS geography)) / ST_Perimeter(CAST(p AS geography))"
            " FROM CAST(:part AS geometry) AS p"
        ),
        {"part": shapely.to_wkb(shapely.set_srid(part, 4326), hex=True, include_srid=True)},
    ).one()
    assert whole == pytest.approx(wide_m, rel=0.02)
    assert said == (whole if is_narrow else None)
