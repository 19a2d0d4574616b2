"""What low zooms read from kept squares is what a count of all rows gives, for every caller, whatever happened."""

import random
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, text

from gisgrid.counters import check_counters
from gisgrid.geo import LonLat, tile_at
from gisgrid.layers import all_layers
from gisgrid.tiles import render
from tests.drawing import draw, publish_leaves, spot

HALVES = ("A" * 10 + "B" * 10, "A" * 6 + "B" * 14)
ZOOMS = (8, 10, 11, 12, 13, 14)
CAMERAS = """
SELECT count(*), sum((ST_X(geom_3857) * 100)::bigint), max(code)
FROM overlay.camera WHERE path && CAST(:scope AS bigint[])
GROUP BY floor(ST_X(geom_3857) / (40075016.68557849 / 2 ^ :z / 8)),
    floor(ST_Y(geom_3857) / (40075016.68557849 / 2 ^ :z / 8))
"""
CELLS = """
SELECT floor(ST_XMin(geom_3857) / (40075016.68557849 / 2 ^ :z / 32)),
    floor(ST_YMin(geom_3857) / (40075016.68557849 / 2 ^ :z / 32)), extract(EPOCH FROM max(seen_at))::bigint
FROM overlay.patrol_cell WHERE path && CAST(:scope AS bigint[]) GROUP BY 1, 2
"""
PLACES = """
SELECT count(*), extract(EPOCH FROM min(due_at))::bigint, max(code)
FROM overlay.place WHERE path && CAST(:scope AS bigint[]) AND is_current
GROUP BY floor(x_m / (40075016.68557849 / 2 ^ :z / 8)), floor(y_m / (40075016.68557849 / 2 ^ :z / 8))
"""


def touch(db: Connection, chance: random.Random, number: int) -> None:
    """Something happens to cameras, places and cells."""
    lon, lat = spot(chance.uniform(0, 40), chance.uniform(0, 40))
    values: dict[str, Any] = {"lon": lon, "lat": lat, "n": number, "some": chance.randrange(1, 60)}
    here = "ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
    cell = "ST_MakeEnvelope(:lon, :lat, :lon + 0.0004, :lat + 0.0004, 4326)"
    held = f"(SELECT coalesce(l.path, '{{0}}') FROM app.locate({here}) AS l)"
    acts = {
        5: f"INSERT INTO overlay.camera (code, name, path, geom) VALUES (:n, :n, {held}, {here})",
        1: f"UPDATE overlay.camera SET geom = {here}, path = {held} WHERE camera_id % 60 = :some",
        2: "DELETE FROM overlay.camera WHERE camera_id % 60 = :some",
        4: f"INSERT INTO overlay.patrol_cell (cell, path, seen_at, geom) VALUES (:n, {held}, now() + :n * interval"
        f" '1 s', {cell})",
        6: "INSERT INTO overlay.place (code, name, kind, path, geom, visit_hours, ends_at)"
        f" VALUES (:n, :n, 'gate', {held}, {here}, nullif(:n % 3, 0), now() + nullif(:n % 4, 0) * interval '1 h')",
        7: "UPDATE overlay.place SET visited_at = now() + :n * interval '1 s' WHERE place_id % 20 = :some % 20",
        8: f"UPDATE overlay.place SET geom = {here}, path = {held} WHERE place_id % 30 = :some % 30",
        9: "UPDATE overlay.place SET ends_at = now() - interval '1 h' WHERE place_id % 30 = :some % 30",
        10: "DELETE FROM overlay.place WHERE place_id % 60 = :some",
        3: "UPDATE overlay.patrol_cell SET seen_at = seen_at + interval '1 h' WHERE cell % 60 = :some",
    }
    often = {5: 5, 4: 4, 6: 8, 3: 3}
    db.execute(text(acts[chance.choices(list(acts), weights=[often.get(act, 1) for act in acts])[0]]), values)


def redraw(db: Connection, picture: str) -> None:
    publish_leaves(db, draw(picture), valid_from="now")
    changeset = db.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
    while db.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset}).scalar_one():
        pass


def features(db: Connection, layer: str, z: int, scope: list[int]) -> list[Any]:
    """All features of a layer at a zoom, from every tile around."""
    first, last = (tile_at(LonLat(*spot(*corner)), z) for corner in ((-1, -1), (41, 41)))
    found = {}
    with db.begin_nested() as back:
        for name in ("scope", "private"):
            db.execute(text("SELECT set_config(:name, :scope, true)"),
                       {"name": f"gisgrid.{name}", "scope": "{" + ",".join(map(str, scope)) + "}"})  # fmt: skip
        db.execute(text("SET LOCAL ROLE gisgrid_service"))
        for x in range(first.x, last.x + 1):
            for y in range(first.y, last.y + 1):
                body = render(db, [all_layers()[layer]], type(first)(z, x, y))
                for one in mapbox_vector_tile.decode(body).get(layer, {}).get("features", []):
                    found[one["id"]] = one["properties"]
        back.rollback()
    return list(found.values())


def live(db: Connection, chance: random.Random) -> None:
    """300 acts, added up now and then, recounted now and then, one redraw; each tenth time all is as a recount says."""
    for number in range(1, 300):
        touch(db, chance, number)
        if number % 40 == 0:
            db.execute(text("SELECT app.add_up_overlays()"))
        if number % 110 == 0:
            db.execute(text("SELECT app.recount_overlays()"))
        if number % 10 == 0:
            assert db.execute(text("SELECT * FROM app.wrong_overlay_bin()")).all() == [], number
        if number == 150:
            redraw(db, "\n".join([HALVES[1]] * 20))


@pytest.mark.parametrize("seed", [1, 2])
def test_kept_squares_say_what_a_count_says(db: Connection, seed: int) -> None:
    chance = random.Random(seed)
    publish_leaves(db, draw("\n".join([HALVES[0]] * 20)))
    live(db, chance)
    scopes = [[0], *([one] for one in db.execute(text("SELECT area_id FROM core.area")).scalars())]
    for turn in range(2):
        for scope in scopes:
            for z in ZOOMS[:-1]:
                counted = sorted(tuple(row) for row in db.execute(text(CAMERAS), {"z": z, "scope": scope}))
                shown = features(db, "camera", z, scope)
                assert sorted(one.get("count", 1) for one in shown) == [row[0] for row in counted], (turn, scope, z)
                alone = sorted(row[2] for row in counted if row[0] == 1)
                assert sorted(one["code"] for one in shown if "count" not in one) == alone
                counted = [tuple(row) for row in db.execute(text(PLACES), {"z": z, "scope": scope})]
                shown = features(db, "place", z, scope)
                due = sorted((row[0], row[1] or 0) for row in counted)
                assert sorted((one.get("count", 1), one.get("due_at", 0)) for one in shown) == due, (turn, scope, z)
                alone = sorted(row[2] for row in counted if row[0] == 1)
                assert sorted(one["code"] for one in shown if "count" not in one) == alone
            for z in ZOOMS:
                seen = sorted(row[2] for row in db.execute(text(CELLS), {"z": z, "scope": scope}))
                assert sorted(one["seen_at"] for one in features(db, "patrol", z, scope)) == seen, (turn, scope, z)
        db.execute(text("SELECT app.add_up_overlays()"))
        for bins in ("camera", "patrol", "place"):
            assert db.execute(text(f"SELECT count(*) FROM overlay.{bins}_bin_change")).scalar() == 0


WRONG = {
    "cameras": (
        "INSERT INTO overlay.camera (code, name, path, geom) SELECT 'new', 'new', path, geom FROM overlay.camera"
        " LIMIT 1",
        "UPDATE overlay.camera SET geom = ST_Translate(geom, 0.0000001, 0) WHERE code = 'new'",
        "DELETE FROM overlay.camera WHERE code = 'new'",
    ),
    "patrols": (
        "UPDATE overlay.patrol_cell SET seen_at = seen_at + interval '1 year' WHERE cell = 1",
        "UPDATE overlay.patrol_cell SET path = '{0}' WHERE cell = 1",
        "UPDATE overlay.patrol_cell SET seen_at = seen_at - interval '2 years'",
        "DELETE FROM overlay.patrol_cell WHERE cell = 1",
    ),
    "places": (
        "INSERT INTO overlay.place (code, name, kind, path, geom) SELECT 'new', 'new', 'gate', path, geom FROM"
        " overlay.place WHERE is_current LIMIT 1",
        "UPDATE overlay.place SET due_at = '2001-01-01' WHERE code = 'new'",
        "DELETE FROM overlay.place WHERE code = 'new'",
    ),
}


def turn_triggers(db: Connection, how: str) -> None:
    for table in ("camera", "patrol_cell", "place"):
        db.execute(text(f"ALTER TABLE overlay.{table} {how} TRIGGER USER"))


def test_a_wrong_cell_of_a_thing_is_named_and_counted_again(db: Connection) -> None:
    """What a hand did with triggers off: more, others at the same place, fewer; what was appended stays right."""
    publish_leaves(db, draw("AB"))
    for number in range(6):
        for what, values in (
            ("camera (code, name", "'{n}', 'x'"),
            ("place (code, name, kind", "'{n}', 'x', 'gate'"),
            ("patrol_cell (cell, seen_at", "{n}, '2026-01-01'"),
        ):
            lon, lat = spot(number / 3, 0.5)
            shape = f"ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326)"
            shape = f"ST_Expand({shape}, 0.0002)" if what.startswith("patrol") else shape
            path = f"(SELECT path FROM app.locate(ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326)))"
            sql = f"INSERT INTO overlay.{what}, path, geom) VALUES ({values}, {path}, {shape})"  # noqa: S608
            db.execute(text(sql.format(n=number)))
        if number == 3:
            db.execute(text("SELECT app.add_up_overlays()"))
    assert check_counters(db) == []
    for kind, acts in WRONG.items():
        for act in acts:
            turn_triggers(db, "DISABLE")
            db.execute(text(act))
            turn_triggers(db, "ENABLE")
            wrong = check_counters(db)
            assert wrong and {one.counter.split(",")[0] for one in wrong} == {kind}, act
            assert {(one.network, one.area) for one in wrong} <= {("base", "A"), ("base", "B"), ("base", None)}, act
            db.execute(text("SELECT app.recount_overlays()"))
            assert check_counters(db) == [], act
    told = "SELECT layer FROM core.change WHERE ST_Area(box) > 60000 AND path && ARRAY(SELECT area_id FROM core.area)"
    assert set(db.execute(text(told)).scalars()) == {"camera", "patrol", "place"}, "tiles and open maps hear of it"
