"""Cells of tickets are kept below zoom 16: a tile of them is what counting every ticket gives, bytes and all."""

import random
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gisgrid.counters import check_counters
from gisgrid.geo import LonLat, TileCoord, tile_at
from gisgrid.layers import find_layers
from gisgrid.tiles import render
from tests.drawing import spot
from tests.sql.test_tiles import network

FAR = "9999-01-01T00:00:00Z"
"""As of then the same tickets are there, and no cell is kept: tile.ticket counts them."""
FIELDS = "feature_id, ST_AsEWKB(geom) AS geom, due_at, closed, count, open, number, category"


def features(db: Connection, z: int, x: int, y: int, at: str | None) -> list[Any]:
    """The rows of a tile, as its box of 20 px more asks for them; what lies beyond the box is cut off."""
    sql = (
        f"SELECT {FIELDS} FROM (SELECT ST_TileEnvelope(:z, :x, :y, margin => 0.04) AS box) AS b,"  # noqa: S608
        " tile.ticket(:z, b.box, :at, '{}') AS t WHERE t.geom && b.box ORDER BY feature_id"
    )
    return [tuple(row) for row in db.execute(text(sql), {"z": z, "x": x, "y": y, "at": at})]


def assert_tiles_are_right(db: Connection) -> None:
    for z in range(17):
        first, last = tile_at(LonLat(*spot(-3, -3)), z), tile_at(LonLat(*spot(5, 5)), z)
        for x in range(first.x, last.x + 1):
            for y in range(first.y, last.y + 1):
                assert features(db, z, x, y, None) == features(db, z, x, y, FAR), (z, x, y)


def receive(db: Connection, number: int, dice: random.Random, network: str = "base") -> None:
    lon, lat = spot(dice.uniform(-4, 6), dice.uniform(-4, 6))
    db.execute(
        text(
            "INSERT INTO work.ticket (number, network, category, workflow, step, path, method, confidence, geom,"
            " has_public_point, reported_at, received_at, due_at, closed_at) VALUES (:number, :network, 'hazard',"
            " 'six_step', 'handle', '{0}', 'none', 1, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), true, now(), now(),"
            " now() + :hours * interval '1 hour', CASE WHEN :closed THEN now() END)"
        ),
        {
            "number": f"{network}-{number}",
            "network": network,
            "lon": lon,
            "lat": lat,
            "hours": dice.randint(-50, 50),
            "closed": dice.random() < 0.5,
        },
    )


CHANGES = {
    "close": "UPDATE work.ticket SET closed_at = now() WHERE ticket_id = :id",
    "reopen": "UPDATE work.ticket SET closed_at = NULL WHERE ticket_id = :id",
    "due": "UPDATE work.ticket SET due_at = due_at - interval '70 hours' WHERE ticket_id = :id",
    "move": "UPDATE work.ticket SET geom = ST_Translate(geom, 0.003, -0.002) WHERE ticket_id = :id",
    "hide": "UPDATE work.ticket SET geom = NULL WHERE ticket_id = :id",
    "step": "UPDATE work.ticket SET step = 'inspect' WHERE ticket_id = :id",
}


@pytest.mark.parametrize("seed", range(3))
def test_kept_cells_are_a_recount(db: Connection, seed: int) -> None:
    """After each handful of changes, renewed or not."""
    network(db)
    db.execute(text("INSERT INTO core.network VALUES ('party', '党建网', 'party', 'free')"))
    dice = random.Random(seed)  # noqa: S311  # not for secrets
    for number in range(80):
        receive(db, number, dice)
        receive(db, number, dice, "party")
    count = 80
    for _ in range(8):
        if dice.random() < 0.5:
            db.execute(text("SELECT app.renew_bins(:most)"), {"most": dice.choice([1, 7, None])})
        known = db.execute(text("SELECT ticket_id FROM work.ticket ORDER BY 1")).scalars().all()
        for _ in range(dice.randint(0, 5)):
            db.execute(text(dice.choice([*CHANGES.values()])), {"id": dice.choice(known)})
        for _ in range(dice.randint(0, 5)):
            count += 1
            receive(db, count, dice, dice.choice(["base", "party"]))
        assert_tiles_are_right(db)


def test_a_change_that_is_taken_back_leaves_the_cell(db: Connection) -> None:
    network(db)
    receive(db, 1, random.Random(1))  # noqa: S311  # not for secrets
    db.execute(text("SELECT app.renew_bins()"))
    tile = TileCoord(0, 0, 0)
    before = render(db, find_layers("ticket"), tile)
    with db.begin_nested() as savepoint:
        db.execute(text("UPDATE work.ticket SET closed_at = CASE WHEN closed_at IS NULL THEN now() END"))
        assert render(db, find_layers("ticket"), tile) != before
        savepoint.rollback()
    assert render(db, find_layers("ticket"), tile) == before
    assert db.execute(text("SELECT app.renew_bins()")).scalar() == 0


def test_a_cell_that_is_empty_again_is_gone(db: Connection) -> None:
    network(db)
    receive(db, 1, random.Random(1))  # noqa: S311  # not for secrets
    assert db.execute(text("SELECT app.renew_bins()")).scalar() == 1
    db.execute(text("UPDATE work.ticket SET geom = NULL"))
    assert db.execute(text("SELECT app.renew_bins()")).scalar() == 1
    assert db.execute(text("SELECT count(*) FROM work.ticket_bin")).scalar() == 0


def test_a_wrong_cell_is_named_and_counted_again(db: Connection) -> None:
    """What a hand did with triggers off."""

    def wrong() -> list[tuple[str, str | None, int, int]]:
        found = [one for one in check_counters(db) if one.counter.endswith(" of the map")]
        return [(one.counter.split()[0], one.area, one.kept, one.counted) for one in found]

    network(db)
    receive(db, 1, random.Random(1))  # noqa: S311  # not for secrets
    db.execute(text("UPDATE work.ticket SET closed_at = NULL"))
    db.execute(text("SELECT app.renew_bins()"))
    db.execute(text("ALTER TABLE work.ticket DISABLE TRIGGER count_bins"))
    receive(db, 2, random.Random(1))  # noqa: S311
    db.execute(text("UPDATE work.ticket SET closed_at = NULL"))
    assert wrong() == [("large", None, 1, 2)]
    db.execute(text("UPDATE work.ticket SET closed_at = now()"))
    assert wrong() == [("large", None, 1, 2), ("small", None, 0, 2)]
    db.execute(text("SELECT app.recount_tickets()"))
    assert wrong() == []
    db.execute(text("UPDATE work.ticket SET geom = ST_Translate(geom, 0.000001, 0)"))  # as many, at another place
    assert wrong() == [("large", None, 2, 2), ("small", None, 2, 2)]
    db.execute(text("ALTER TABLE work.ticket ENABLE TRIGGER count_bins"))
    told = text("SELECT count(*) FROM core.change WHERE layer = 'ticket' AND ST_Area(box) > 60000")
    before = db.execute(told).scalar_one()
    db.execute(text("SELECT app.recount_tickets()"))
    assert db.execute(told).scalar_one() == before + 1, "tiles that are kept, and open maps, hear of it"
    assert wrong() == []
    assert_tiles_are_right(db)
