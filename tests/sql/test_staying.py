"""Policy `stay`: a ticket stays with its grid while that lives, and nobody is left on a grid that ended.

Long because each kind of thing is tried by one and the same redraw.
"""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from tests.drawing import draw, publish_leaves, spot

PARENTS = dict.fromkeys("ABCDEX", "north")
_dates = (datetime(2024, 1, 2, tzinfo=UTC) + timedelta(days=n) for n in itertools.count())
Held = dict[str, str | None]


def report(db: Connection, column: float, row: float, category: str = "hazard") -> str:
    lon, lat = spot(column, row)
    told = {
        "network": "base", "zone": "UTC", "category": category, "lon_wgs84": lon, "lat_wgs84": lat, "lon": lon,
        "lat": lat, "system": "wgs84", "description": "",
    }  # fmt: skip
    number: str = db.execute(text("SELECT number FROM app.receive_report(:r)"), {"r": json.dumps(told)}).scalar_one()
    return number


def stand(db: Connection, table: str, code: str, column: float, row: float, **more: str) -> str:
    """A camera, place or device at a point, on the grid that holds it."""
    lon, lat = spot(column, row)
    columns = "".join(f", {name}" for name in more)
    values = "".join(f", :{name}" for name in more)
    db.execute(
        text(
            f"INSERT INTO overlay.{table} (code, name, area_id, path, geom{columns}) SELECT :code, :code, l.area_id,"  # noqa: S608
            f" l.path, p.geom{values} FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom) AS p,"
            " app.locate(p.geom) AS l"
        ),
        {"code": code, "lon": lon, "lat": lat, **more},
    )
    return code


def stand_post(db: Connection, code: str, role: str, at: tuple[float, float] | None = None) -> str:
    """A post on a grid, with a point or without one; its title."""
    lon, lat = spot(*at) if at else (None, None)
    title = f"{role} of {code}"
    db.execute(
        text(
            "INSERT INTO core.post (area_id, path, role, title, geom) SELECT area_id, path, :role, :title,"
            " ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) FROM app.area_at(now()) WHERE code = :code"
        ),
        {"code": code, "role": role, "title": title, "lon": lon, "lat": lat},
    )
    return title


def redraw(
    db: Connection, picture: str, *, policy: str = "stay", names: dict[str, str] | None = None
) -> tuple[set[tuple[str, str, str | None]], int]:
    """Draw all leaves anew, preview, publish, let everything follow. What the preview said, and the change set."""
    changeset = db.execute(
        text(
            "INSERT INTO draft.changeset (valid_from, is_dated, policy, ground) VALUES (:at, true, :policy, 'any')"
            " RETURNING changeset_id"
        ),
        {"at": next(_dates), "policy": policy},
    ).scalar_one()
    wanted = draw(picture)
    for code, shape in wanted.items():
        values = {"id": changeset, "code": code, "wkt": shape.wkt, "name": (names or {}).get(code)}
        changed = db.execute(
            text(
                "UPDATE draft.area SET geom = CASE WHEN ST_Equals(geom, g.shape) THEN geom ELSE ST_Multi(g.shape) END,"
                " name = coalesce(:name, name)"
                " FROM (SELECT ST_GeomFromText(:wkt, 4326) AS shape) AS g"
                " WHERE changeset_id = :id AND code = :code"
            ),
            values,
        )
        if not changed.rowcount:
            db.execute(
                text(
                    "INSERT INTO draft.area (changeset_id, code, name, parent_code, geom) VALUES (:id, :code,"
                    " coalesce(:name, :code), 'north', ST_Multi(ST_GeomFromText(:wkt, 4326)))"
                ),
                values,
            )
    db.execute(
        text("DELETE FROM draft.area WHERE changeset_id = :id AND code <> ALL(:codes)"),
        {"id": changeset, "codes": list(wanted)},
    )
    assert db.execute(text("SELECT app.check_changeset(:id)"), {"id": changeset}).scalar_one() == 0
    db.execute(text("SELECT app.preview_changeset(:id)"), {"id": changeset})
    rows = db.execute(
        text("SELECT what, id, from_code, to_code FROM draft.preview WHERE changeset_id = :id"), {"id": changeset}
    ).all()
    before = held(db)
    publish(db, changeset)
    moved = {(key, was, now) for key, now in held(db).items() if (was := before.get(key)) != now}
    said = {(row.id, row.from_code, row.to_code) for row in rows if row.what not in ("post", "special", "tickets")}
    assert {move for move in moved if not move[0].startswith("post ")} == said, "the preview says what publishing does"
    assert nobody_left_behind(db)
    return {(row.id, row.from_code, row.to_code) for row in rows}, changeset


def publish(db: Connection, changeset: int) -> None:
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    while db.execute(text("SELECT app.relocate_changeset(:id, 2)"), {"id": changeset}).scalar_one():
        pass


def held(db: Connection) -> Held:
    rows = db.execute(
        text(
            "SELECT t.number AS id, t.area_id FROM work.ticket AS t UNION ALL SELECT o.code, o.area_id FROM app.thing"
            " AS o UNION ALL SELECT 'post ' || p.title, p.area_id FROM core.post AS p WHERE p.valid_to = 'infinity'"
        )
    )
    codes = {row.area_id: row.code for row in db.execute(text("SELECT area_id, code FROM core.area"))}
    return {row.id: codes.get(row.area_id) for row in rows}


def nobody_left_behind(db: Connection) -> bool:
    """Is every open ticket, thing, running post and patrol cell on live areas, with their paths of today?"""
    rows = db.execute(
        text(
            "WITH live AS (SELECT * FROM app.area_at(now())) SELECT t.number AS id, t.area_id, t.path FROM work.ticket"
            " AS t WHERE t.closed_at IS NULL UNION ALL SELECT o.code, o.area_id, o.path FROM app.thing AS o"
            " UNION ALL SELECT p.title, p.area_id, p.path FROM core.post AS p WHERE p.valid_to = 'infinity'"
            " UNION ALL SELECT 'cell', c.path[cardinality(c.path)], c.path FROM overlay.patrol_cell AS c"
        )
    ).all()
    live = {row.area_id: row.path for row in db.execute(text("SELECT area_id, path FROM app.area_at(now())"))}
    left = [row.id for row in rows if row.path != live.get(row.area_id, [0])]
    assert left == [], "left behind, or on an old path"
    return True


@pytest.fixture
def town(db: Connection) -> Connection:
    publish_leaves(db, draw("AAB\nCCB"), parents={c: "north" for c in "ABC"})
    return db


def test_a_merged_grid_hands_its_tickets_over(town: Connection) -> None:
    ticket, other = report(town, 2.5, 0.5), report(town, 0.5, 1.5)
    worker = stand_post(town, "B", "worker")
    said, _ = redraw(town, "AAA\nCCA")
    assert {move for move in said if move[1] == "B"} >= {(ticket, "B", "A")}
    assert held(town) == {ticket: "A", other: "C", f"post {worker}": "A"}
    assert town.execute(
        text(
            "SELECT p.valid_to > now() FROM work.ticket_private AS t JOIN core.post AS p USING (post_id)"
            " JOIN work.ticket AS k USING (ticket_id) WHERE k.number = :n"
        ),
        {"n": ticket},
    ).scalar_one(), "its post runs"
    event = town.execute(
        text("SELECT detail FROM work.event JOIN work.ticket USING (ticket_id) WHERE number = :n AND action = 'moved'"),
        {"n": ticket},
    ).scalar_one()
    assert (event["from"], event["to"]) == ("B", "A"), "and its history says why"


def test_a_renumbered_grid_hands_its_tickets_over(town: Connection) -> None:
    ticket, private = report(town, 2.5, 0.5), report(town, 2.5, 1.5, "dispute")
    stand_post(town, "B", "worker")
    redraw(town, "AAX\nCCX")
    assert {number: code for number, code in held(town).items() if number in (ticket, private)} == {
        ticket: "X",
        private: "X",
    }


def test_a_grid_that_is_dissolved_gives_each_ticket_to_who_holds_its_ground(town: Connection) -> None:
    north, south = report(town, 2.5, 0.5), report(town, 2.5, 1.5)
    lost = stand(town, "camera", "k1", 2.5, 1.2)
    redraw(town, "AAA\nCCC")
    assert held(town) == {north: "A", south: "C", lost: "C"}


def test_a_ticket_on_ground_that_nobody_has_any_more_goes_to_the_list_above(town: Connection) -> None:
    ticket = report(town, 2.5, 0.5)
    camera = stand(town, "camera", "k1", 2.5, 0.5)
    place = stand(town, "place", "p1", 2.5, 0.5, kind="rescue")
    device = stand(town, "device", "d1", 2.5, 0.5, kind="smoke", category="hazard")
    head = stand_post(town, "B", "head", (2.5, 0.5))
    redraw(town, "AA.\nCC.")
    assert held(town) == {ticket: "north", camera: None, place: None, device: None}, f"{head} has ended"


def test_patrolled_ground_that_nobody_has_any_more_is_nobody_s(town: Connection) -> None:
    (west, north), (east, south) = spot(2.4, 0.4), spot(2.6, 0.6)
    town.execute(
        text(
            "INSERT INTO overlay.patrol_cell (cell, path, seen_at, geom) SELECT 1, l.path, now(), c.geom FROM"
            " (SELECT ST_MakeEnvelope(:w, :s, :e, :n, 4326) AS geom) AS c, app.locate(ST_Centroid(c.geom)) AS l"
        ),
        {"w": west, "s": south, "e": east, "n": north},
    )
    redraw(town, "AA.\nCC.")
    assert town.execute(text("SELECT path FROM overlay.patrol_cell")).scalar_one() == [0]


@pytest.mark.parametrize("policy", ["move", "stay"])
def test_renaming_another_grid_moves_nothing(town: Connection, policy: str) -> None:
    """Neither what lies in its box nor what an earlier `stay` left on a neighbour while its ground went there."""
    redraw(town, "AXB\nXXB", policy="move")  # X is an angle; the box of X holds A
    in_box, ground_went, after = report(town, 0.5, 0.5), report(town, 1.5, 0.5), stand(town, "camera", "k", 0.5, 0.5)
    redraw(town, "ABB\nXXB")
    assert held(town) == {in_box: "A", ground_went: "X", after: "A"}
    for code in "XBA":
        said, _ = redraw(town, "ABB\nXXB", policy=policy, names={code: f"改名{code}"})
        assert said == set()
        assert held(town) == {in_box: "A", ground_went: "X", after: "A"}


def test_what_stays_follows_once_its_ground_changes_hands_again(town: Connection) -> None:
    ticket = report(town, 1.5, 0.5)
    redraw(town, "ABB\nCCB")
    assert held(town) == {ticket: "A"}
    redraw(town, "ABB\nCBB", policy="move")
    assert held(town) == {ticket: "A"}, "not its ground"
    redraw(town, "AXB\nCBB", policy="move")
    assert held(town) == {ticket: "X"}


def test_what_stays_takes_the_path_of_its_grid(town: Connection) -> None:
    ticket = report(town, 0.5, 0.5)
    publish_leaves(town, draw("AAB\nCCB"), parents={"A": "south", "B": "north", "C": "north"}, valid_from="2025-01-01")
    changeset = town.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
    town.execute(text("UPDATE draft.changeset SET policy = 'stay' WHERE changeset_id = :id"), {"id": changeset})
    while town.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset}).scalar_one():
        pass
    assert held(town) == {ticket: "A"} and nobody_left_behind(town)


def test_a_ticket_without_a_point_stays_too_and_is_handed_over(town: Connection) -> None:
    area = town.execute(text("SELECT area_id FROM core.area WHERE code = 'B'")).scalar_one()
    told = {"network": "base", "zone": "UTC", "category": "hazard", "description": "路灯不亮", "area_id": area}
    number = town.execute(text("SELECT number FROM app.receive_report(:r)"), {"r": json.dumps(told)}).scalar_one()
    redraw(town, "ABB\nCCB")
    assert held(town) == {number: "B"}
    redraw(town, "AAA\nCCC")
    assert held(town)[number] in ("A", "C")
    heir = held(town)[number]
    redraw(town, "AAB\nCCB")
    assert held(town) == {number: heir}, "by policy stay it stays with its heir"


def test_undoing_a_merge_gives_the_tickets_back(town: Connection) -> None:
    ticket: Any = report(town, 2.5, 0.5)
    _, changeset = redraw(town, "AAA\nCCA")
    assert held(town) == {ticket: "A"}
    opened = town.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
    publish(town, opened)
    assert held(town) == {ticket: "B"} and nobody_left_behind(town)
