"""Below zoom 15 open tickets are figures by area: together they are all of them, each once, at every zoom."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, text

from gisgrid.bench import coverage
from gisgrid.bench.coverage import CELL, SOUTH, WEST, Plan, write_district
from gisgrid.bench.filling import fill_tickets
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.changes import FIGURES_OF, read_figures, tiles_of
from gisgrid.cli.bench_database import FROM
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.geo import BBox, TileCoord
from gisgrid.layers import find_layers
from gisgrid.tile_cache import Change, Key, TileCache
from gisgrid.tiles import EXTENT, render
from tests.waiting import PATIENCE_S

SIDE = 10
HERE = (WEST - 0.02, SOUTH - 0.02, WEST + SIDE * CELL + 0.02, SOUTH + SIDE * CELL + 0.02)
OUTSIDE = """
INSERT INTO work.ticket (number, network, category, workflow, step, path, method, confidence, geom, has_public_point,
    reported_at, received_at, due_at)
VALUES (:number, 'base', 'hazard', 'six_step', 'handle', '{0}', 'none', 1, st_setsrid(st_makepoint(:lon, :lat), 4326),
    true, now(), now(), now() + interval '3 hours')
"""


@pytest.fixture
def db(owner: Database, tmp_path: Path) -> Iterator[Connection]:
    """A town of a hundred grids with six hundred tickets, a quarter of them open, and two outside of every grid."""
    path = write_district(Plan(SIDE, SIDE), tmp_path / "district.gpkg")
    import_boundaries(owner, ImportOrder(path, FROM, level="grid"), say=lambda _: None)
    with owner.transaction(EVERYTHING) as connection:
        fill_tickets(connection, 600)
        for number in (1, 2):
            values = {"number": f"out-{number}", "lon": WEST - 0.004 * number, "lat": SOUTH}
            connection.execute(text(OUTSIDE), values)
        yield connection
        connection.rollback()


def drawn(db: Connection, z: int) -> list[dict[str, Any]]:
    """Open tickets and figures of all tiles of a zoom, each from the tile in which it lies."""
    found = []
    west, north, east, south = tiles_of(*HERE, zooms=[z])[str(z)]
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            body = render(db, find_layers("ticket"), TileCoord(z, x, y), None, {"network": "base"})
            layer = mapbox_vector_tile.decode(body)["ticket"]["features"] if body else []
            for one in layer:
                px, py = one["geometry"]["coordinates"]
                if 0 <= px < EXTENT and 0 < py <= EXTENT and not one["properties"]["closed"]:
                    found.append({"id": one["id"]} | one["properties"])
    return found


def assert_all_are_there(db: Connection) -> None:
    wanted = db.execute(
        text("SELECT count(*) AS open, min(extract(epoch FROM due_at)::bigint) AS due FROM work.ticket"
             " WHERE closed_at IS NULL AND geom IS NOT NULL")
    ).one()  # fmt: skip
    for z in range(5, 16):
        features = drawn(db, z)
        assert sum(one.get("open", 1) for one in features) == wanted.open, z
        assert min(one["due_at"] for one in features) == wanted.due, z
        assert len({one["id"] for one in features}) == len(features), z
        alone = [one for one in features if "count" not in one]
        assert all(one["number"] for one in alone)
        assert {"out-1", "out-2"} <= {one["number"] for one in alone} or z < 12, z


@pytest.mark.parametrize("added_up", [True, False])
def test_figures_are_all_open_tickets_at_every_zoom(db: Connection, added_up: bool) -> None:
    if added_up:
        db.execute(text("SELECT app.add_up_counters()"))
    assert_all_are_there(db)
    assert len(drawn(db, 8)) < 6 < len(drawn(db, 14)) <= SIDE * SIDE + 2
    one = db.execute(text("SELECT min(ticket_id) FROM work.ticket WHERE closed_at IS NULL")).scalar_one()
    for change in (
        "closed_at = now()",
        "closed_at = NULL, due_at = now() - interval '900 days'",
        "(area_id, path, area_version_id) = (SELECT v.area_id, v.path, v.area_version_id FROM app.area_at(NULL) AS v"
        " WHERE v.level = 'grid' ORDER BY v.code DESC LIMIT 1)",
    ):
        db.execute(text(f"UPDATE work.ticket SET {change} WHERE ticket_id = :one"), {"one": one})  # noqa: S608
        assert_all_are_there(db)


def test_a_grid_larger_than_a_tile_has_its_tickets_where_they_are(db: Connection) -> None:
    """So that a tile depends on its neighbours alone, which is what makes a kept one old."""
    largest = db.execute(
        text("SELECT max(greatest(ST_XMax(geom_3857) - ST_XMin(geom_3857), ST_YMax(geom_3857) - ST_YMin(geom_3857)))"
             " FROM app.area_at(NULL) WHERE level = 'grid'")
    ).scalar_one()  # fmt: skip
    z = 14
    assert largest < 40075016 / 2**z, "as all of these are smaller"
    query = text("SELECT count(*) FROM app.open_work(:z, ST_MakeEnvelope(-2e7, -2e7, 2e7, 2e7, 3857), 'base')")
    assert db.execute(query, {"z": 14}).scalar_one() <= SIDE * SIDE + 2
    open_ = db.execute(text("SELECT count(*) FROM work.ticket WHERE closed_at IS NULL")).scalar_one()
    assert db.execute(query, {"z": 20}).scalar_one() == open_


READ = f"""
SELECT c.layer, ST_XMin(c.box), ST_YMin(c.box), ST_XMax(c.box), ST_YMax(c.box),
    CASE WHEN c.counted_in IS NOT NULL THEN {FIGURES_OF} END
FROM core.change AS c WHERE c.change_id > :last
"""  # noqa: S608
CHANGES = (
    "closed_at = now()",
    "closed_at = NULL",
    "due_at = now() - interval '900 days'",
    "geom = ST_Translate(geom, 0.004, 0.004)",
    "(area_id, path, area_version_id) = (SELECT v.area_id, v.path, v.area_version_id FROM app.area_at(NULL) AS v"
    " WHERE v.level = 'grid' ORDER BY v.code DESC LIMIT 1)",
)


@pytest.fixture
def wide(new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Sixteen grids, each more than half as wide as a tile of zoom 14, with two hundred tickets."""
    owner = Database(new_database(), role=OWNER, statement_timeout_s=PATIENCE_S)
    monkeypatch.setattr(coverage, "CELL", 7 * CELL)
    path = write_district(Plan(4, 4), tmp_path / "wide.gpkg")
    import_boundaries(owner, ImportOrder(path, FROM, level="grid"), say=lambda _: None)
    with owner.transaction(EVERYTHING) as connection:
        fill_tickets(connection, 200)
        yield connection
    owner.close()


def all_tiles(db: Connection) -> dict[TileCoord, bytes]:
    found = {}
    for z in (11, 13, 14):
        west, north, east, south = tiles_of(WEST, SOUTH, WEST + 28 * CELL, SOUTH + 28 * CELL, zooms=[z])[str(z)]
        for x in range(west, east + 1):
            for y in range(north, south + 1):
                tile = TileCoord(z, x, y)
                found[tile] = render(db, find_layers("ticket"), tile, None, {"network": "base"})
    return found


def dropped_by(db: Connection, tiles: Iterable[TileCoord], last: int) -> tuple[set[TileCoord], bool]:
    """Of these kept tiles, those that the changes since then make old; was each change's figure known?"""
    cache = TileCache(1_000_000)
    for tile in tiles:
        key = Key(("ticket",), tile, b"")
        cache.keep(key, cache.expect(key), "a tile", 1)
    rows = db.execute(text(READ), {"last": last}).all()
    cache.make_old([Change(layer, BBox(*box), read_figures(figures)) for layer, *box, figures in rows])
    return set(tiles) - {key.tile for key in cache.tiles}, all(row[-1] is not None for row in rows)


def test_a_change_makes_those_tiles_old_that_it_changes_and_few_others(wide: Connection) -> None:
    """Also where the figure is of one ticket, or was: it stands where that ticket is."""
    ids = (
        wide.execute(text("SELECT min(ticket_id) FROM work.ticket GROUP BY area_id ORDER BY area_id LIMIT 5"))
        .scalars()
        .all()
    )
    before, dropped_at_14 = all_tiles(wide), []
    for turn, one in enumerate(ids):
        for change in CHANGES[:2] if turn else CHANGES:
            last = wide.execute(text("SELECT coalesce(max(change_id), 0) FROM core.change")).scalar_one()
            wide.execute(text(f"UPDATE work.ticket SET {change} WHERE ticket_id = :one"), {"one": one})  # noqa: S608
            now = all_tiles(wide)
            dropped, is_known = dropped_by(wide, now, last)
            assert {tile for tile, body in now.items() if body != before[tile]} <= dropped, (change, one)
            dropped_at_14 += [len([tile for tile in dropped if tile.z == 14])] if is_known else []
            before = now
    assert sum(dropped_at_14) / len(dropped_at_14) < 5, "of nine around the ticket"
