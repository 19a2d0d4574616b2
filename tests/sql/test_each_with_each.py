"""What deletes many rows, or counts them again, goes by row whatever the planner knows: never each with each.

Long because each kind of work begins with rows of its own. Counted in the plans as they ran (auto_explain): the rows
that their steps took into their hands, for each that changed.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, text

from gisgrid.database import Database
from gisgrid.patrol import keep_walks
from tests.drawing import CELL, draw, publish_leaves, spot

MANY = 1_200
EACH = 250
"""Rows that the steps of all plans may take for each that changed; each with each would be MANY."""
DRAWN = 2_000
"""The same for a grid that is drawn, of which each corner is settled (1,250); each with each comes on top of it."""
WORN = 30
"""So often the rows of the tickets' tables were there and went, and left their room."""
LON, LAT = spot(0, 0)
PLACES = f"""
INSERT INTO overlay.place (code, name, kind, path, geom)
SELECT 'p' || i, 'p' || i, 'gate', '{{0}}', ST_SetSRID(ST_MakePoint({LON} + i % 40 * 0.02, {LAT} - i / 40 * 0.02), 4326)
FROM generate_series(1, {MANY}) AS i
"""
CELLS = f"""
INSERT INTO overlay.patrol_cell (cell, path, seen_at, geom)
SELECT i, '{{0}}', now(), ST_MakeEnvelope(x, y, x + 0.0004, y + 0.0004, 4326)
FROM (SELECT i, {LON} + i % 40 * 0.02 AS x, {LAT} - i / 40 * 0.02 AS y FROM generate_series(1, {MANY}) AS i) AS c
"""
TICKETS = f"""
INSERT INTO work.ticket (number, network, category, workflow, step, path, method, confidence, geom, has_public_point,
                         reported_at, received_at, due_at, closed_at)
SELECT 'n' || i, 'base', 'hazard', 'six_step', 'handle', '{{0}}', 'none', 1,
       ST_SetSRID(ST_MakePoint({LON} + i % 40 * 0.02, {LAT} - i / 40 * 0.02), 4326), true, now() - interval '9 days',
       now() - interval '9 days', now(), CASE WHEN i % 2 = 0 THEN now() - interval '8 days' END
FROM generate_series(1, {MANY}) AS i
"""
NOTICES = f"""
INSERT INTO work.outbox (topic, payload, created_at)
SELECT 'patrol.missed', '{{}}', now() - interval '9 days' FROM generate_series(1, {MANY})
"""
DELIVERIES = """
WITH target AS (
    INSERT INTO work.target (name, kind, address) SELECT 'far-away', k.kind, 'https://far-away.example'
    FROM work.target_kind AS k ORDER BY k.kind LIMIT 1 RETURNING target_id
)
INSERT INTO work.delivery (outbox_id, target_id, delivered_at) SELECT o.outbox_id, t.target_id, now()
FROM work.outbox AS o, target AS t
"""
PINGS = f"""
INSERT INTO overlay.ping (worker, at, path, cell, geom)
SELECT 'w' || i, '2026-10-01 08:00Z', '{{0}}', 0,
       ST_SetSRID(ST_MakePoint({LON} + i % 40 * 0.02, {LAT} - i / 40 * 0.02), 4326)
FROM generate_series(1, {MANY}) AS i
"""
HOURS = """
INSERT INTO overlay.walk (worker, hour) SELECT p.worker, p.at FROM overlay.ping AS p;
INSERT INTO overlay.walk_due (worker, hour, since) SELECT p.worker, p.at, p.at FROM overlay.ping AS p
"""


def seen(db: Connection) -> None:
    """The hours are added up, and due once more with a later ping each."""
    keep_walks(db, batch=MANY)
    db.execute(text("UPDATE overlay.ping SET at = at + interval '1 minute'"))
    db.execute(text("INSERT INTO overlay.walk_due SELECT worker, hour, hour + interval '1 minute' FROM overlay.walk"))


KEYS = """
INSERT INTO work.client_ref (client, client_ref, body_sha256, ticket_id, answer)
SELECT 'c', t.number, '', t.ticket_id, '{}' FROM work.ticket AS t
"""
MOVING = f"""
WITH ticket AS (
    INSERT INTO work.ticket (number, network, category, workflow, step, path, area_id, area_version_id, method,
                             confidence, geom, has_public_point, reported_at, received_at, due_at)
    SELECT 'm' || i, 'base', 'hazard', 'six_step', 'handle', a.path, a.area_id, a.area_version_id, 'inside', 1,
           ST_SetSRID(ST_MakePoint({LON} + {CELL} * (1.05 + i * 0.9 / {MANY}), {LAT} - {CELL} / 2), 4326), true, now(),
           now(), now()
    FROM app.area_at(now()) AS a, generate_series(1, {MANY}) AS i
    WHERE a.code = 'B'
    RETURNING *
)
INSERT INTO work.ticket_private (ticket_id, path, description, lon, lat, system, geom)
SELECT ticket_id, path, '', ST_X(geom), ST_Y(geom), 'wgs84', geom FROM ticket
"""
"""Open tickets, all in the cell of B."""
UNSAID = """
UPDATE work.ticket_private SET geom = NULL, lon = NULL, lat = NULL, system = NULL,
    named_area_id = (SELECT area_id FROM core.area WHERE code = 'B')
"""
LIVE = "core.area core.area_version core.version_shape core.shared_ground draft.area draft.staged"


def drawn(db: Connection, *, wide: float = CELL, valid_from: str = "2024-02-01") -> None:
    """A network of MANY squares, or the same grids in other places."""
    west, north = spot(0, 0)
    corners = {f"m{i}": (west + i % 40 * wide, north - i // 40 * wide) for i in range(MANY)}
    areas = {code: shapely.box(x, y - wide, x + wide, y) for code, (x, y) in corners.items()}
    publish_leaves(db, areas, network="many", valid_from=f"{valid_from}T00:00:00+08:00")


def drawn_again(db: Connection) -> None:
    drawn(db, wide=CELL * 1.1, valid_from="2024-03-01")


GIVEN = (MOVING, "SELECT app.add_up_posts()", "UPDATE work.ticket_private SET department = 'd' || ticket_id % 7")
POSTS = "work.ticket work.ticket_private work.post_change work.post_sum"
RELOCATE = f"SELECT app.relocate_changeset((SELECT max(changeset_id) FROM draft.changeset), {MANY})"
TILE = "SELECT count(*) FROM tile.{}({}, ST_TileEnvelope(0, 0, 0), NULL, '{{}}')"


@dataclass(frozen=True)
class Case:
    """What is there before, what is measured, the tables whose figures the planner has wrong, what was drawn last.

    each: rows that may be taken for each that changed.
    """

    before: tuple[str | Callable[[Connection], object], ...]
    act: str | Callable[[Connection], object]
    tables: str
    redrawn: str = ""
    each: int = EACH


CASES = {
    "places": Case(
        (PLACES, "SELECT app.add_up_overlays()", "UPDATE overlay.place SET geom = ST_Translate(geom, 0.01, 0)"),
        "SELECT app.count_place_bins()",
        "overlay.place overlay.place_bin overlay.place_bin_change",
    ),
    "patrols": Case(
        (CELLS, "SELECT app.add_up_overlays()", "UPDATE overlay.patrol_cell SET path = '{0,7}'"),
        "SELECT app.add_up_overlays()",
        "overlay.patrol_cell overlay.patrol_bin overlay.patrol_bin_change",
    ),
    "tickets": Case(
        (TICKETS, "SELECT app.renew_bins()", "UPDATE work.ticket SET geom = ST_Translate(geom, 0.01, 0)"),
        "SELECT app.renew_bins()",
        "work.ticket work.ticket_bin work.closed_bin work.ticket_bin_change",
    ),
    "counters": Case(
        (TICKETS,), "SELECT app.add_up_counters()", "work.ticket work.counter work.counter_change work.leaf_sum"
    ),
    "posts": Case(GIVEN, "SELECT app.add_up_posts()", POSTS),
    "figures of posts": Case(
        GIVEN, "SELECT count(*) FROM app.post_sums('department', 'base', 0, NULL, NULL, now())", POSTS
    ),
    "walks": Case(
        (PINGS, HOURS, PLACES),
        lambda db: keep_walks(db, batch=MANY),
        "overlay.ping overlay.walk overlay.walk_due overlay.place overlay.patrol_cell",
    ),
    "walks again": Case(
        (PINGS, HOURS, PLACES, seen),
        lambda db: keep_walks(db, batch=MANY),
        "overlay.ping overlay.walk overlay.walk_due overlay.place overlay.patrol_cell",
    ),
    "changes": Case(
        (
            f"INSERT INTO core.change (layer, box, changed_at) SELECT 'area', ST_MakeEnvelope(0, 0, 1, 1, 4326),"
            f" now() - interval '9 days' FROM generate_series(1, {MANY})",
        ),
        f"SELECT app.forget_old('change', '1 day', {MANY})",
        "core.change",
    ),
    "notices": Case(
        (NOTICES, DELIVERIES), f"SELECT app.forget_old('notice', '1 day', {MANY})", "work.outbox work.delivery"
    ),
    "keys": Case(
        (TICKETS, "ANALYZE work.ticket", KEYS),
        f"SELECT app.forget_old('client_ref', '1 day', {MANY})",
        "work.client_ref",
    ),
    "moved": Case((MOVING,), RELOCATE, "work.ticket work.ticket_private", "AAB"),
    "moved by name": Case((MOVING, UNSAID), RELOCATE, "work.ticket work.ticket_private", ".BA"),
}
CASES |= {
    f"{kind}, a tile of zoom {z}": Case(CASES[kind].before, TILE.format(layer, z), CASES[kind].tables)
    for kind, layer, z in (
        ("places", "place", 8),
        ("patrols", "patrol", 8),
        ("tickets", "ticket", 8),
        ("tickets", "ticket", 14),
    )
}
# the last: what was drawn and undone leaves its room in indexes of areas, which the others read
CASES |= {"drawn": Case((), drawn, LIVE, each=DRAWN), "drawn again": Case((drawn,), drawn_again, LIVE, each=DRAWN)}
FIGURES = {
    "never counted": "UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid = CAST(:name AS regclass)",
    "empty when counted": "UPDATE pg_class SET relpages = 60, reltuples = 0 WHERE oid = CAST(:name AS regclass)",
    "counted": "",
}


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from steps(below)


def handled(step: dict[str, Any]) -> float:
    """Rows that a step gave, or looked at and left."""
    each = step["Actual Rows"] + sum(value for name, value in step.items() if name.startswith("Rows Removed"))
    return float(each * step["Actual Loops"])


def run(db: Connection, act: str | Callable[[Connection], object]) -> float:
    """Rows that all plans of this statement, and of the functions in it, took into their hands."""
    driver: Any = db.connection.dbapi_connection
    for name, value in {
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_analyze": "on",
        "auto_explain.log_timing": "off",
        "auto_explain.log_nested_statements": "on",
        "auto_explain.log_format": "json",
        "auto_explain.log_level": "notice",
        "client_min_messages": "notice",
    }.items():
        db.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
    driver.notices = said = Told()
    do(db, act)
    db.execute(text("SELECT set_config('auto_explain.log_min_duration', '-1', true)"))
    plans = [json.loads(one[one.index("{") :])["Plan"] for one in said.texts if "plan:" in one]
    assert plans
    return sum(handled(step) for plan in plans for step in steps(plan))


def do(db: Connection, act: str | Callable[[Connection], object]) -> None:
    if isinstance(act, str):
        db.execute(text(act))
    else:
        act(db)


class Told:
    """Notices, as the driver appends them; of a list it would keep the last fifty."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def append(self, said: str) -> None:
        self.texts.append(said)


@pytest.fixture(scope="module")
def worn(owner: Database) -> Database:
    """A database whose tables are larger than their rows: work that was undone has left its room."""
    with owner.engine.connect() as connection:
        for case in [CASES["tickets"]] * WORN:
            connection.execute(text("SET LOCAL ROLE NONE"))
            publish_leaves(connection, draw("AB"))
            for act in case.before:
                do(connection, act)
            connection.rollback()
    return owner


@pytest.fixture
def explained(worn: Database) -> Iterator[Connection]:
    with worn.engine.connect() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("LOAD 'auto_explain'"))
        publish_leaves(connection, draw("AB"))
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        (name, figures)
        for name, case in CASES.items()
        for figures in FIGURES
        # Tickets that can move are never deleted: nobody counts their tables when they are empty again. What draws
        # counts its tables itself; there the planner knows the small district for which a connection's plans were made.
        if figures == "counted" or not (case.each == DRAWN or (case.redrawn and "empty" in figures))
    ],
)
def test_each_row_is_handled_a_few_times(explained: Connection, name: str, figures: str) -> None:
    case = CASES[name]
    for act in case.before:
        do(explained, act)
    if case.redrawn:
        publish_leaves(explained, draw(case.redrawn), valid_from="2024-02-01T00:00:00+08:00")
    for table in case.tables.split():
        if FIGURES[figures]:
            explained.execute(text(FIGURES[figures]), {"name": table})
        else:
            explained.execute(text(f"ANALYZE {table}"))
    rows = run(explained, case.act)
    assert MANY <= rows < case.each * MANY, rows / MANY
