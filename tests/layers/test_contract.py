"""What every layer promises, whoever adds it."""

import math
import random

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gisgrid.database import SERVICE
from gisgrid.geo import LonLat, TileCoord, tile_at
from gisgrid.layers import Layer
from gisgrid.tiles import BANDS, EXTENT, render, tile_query, tile_values
from tests.layers.conftest import Place, become

SPOT = LonLat(113.87, 27.62)
VIEWER = "gisgrid_viewer"


def tile_point(tile: TileCoord, right: float, down: float) -> tuple[float, float]:
    """Longitude and latitude of a place in a tile, in its units from the north-west corner."""
    n = 1 << tile.z
    lon = (tile.x + right / EXTENT) / n * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (tile.y + down / EXTENT) / n))))
    return lon, lat


def test_it_is_called_the_same_everywhere(layer: Layer, db: Connection) -> None:
    assert layer.tilejson["name"] == layer.id
    assert [entry["id"] for entry in layer.tilejson["vector_layers"]] == [layer.id]
    assert all(part["id"].startswith(f"{layer.id}-") for part in layer.style)
    assert db.execute(text("SELECT to_regproc(:f)::text"), {"f": layer.function}).scalar() == layer.function


def test_declared_fields_are_the_real_columns(layer: Layer, db: Connection) -> None:
    rows = db.execute(text(f"SELECT * FROM {layer.function}(16, ST_TileEnvelope(16, 0, 0), NULL, '{{}}') LIMIT 0"))
    assert tuple(rows.keys()) == ("feature_id", "geom", *layer.fields)
    assert all(layer.tilejson["vector_layers"][0]["fields"].values()), "every field says what it is"


def test_the_function_can_be_inlined(layer: Layer, db: Connection) -> None:
    facts = db.execute(
        text(
            "SELECT l.lanname, p.provolatile, p.proisstrict, p.prosecdef, p.proconfig, p.prosqlbody IS NOT NULL,"
            " pg_get_function_identity_arguments(p.oid), obj_description(p.oid)"
            " FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang WHERE p.oid = CAST(:f AS regproc)"
        ),
        {"f": layer.function},
    ).one()
    arguments = "z integer, box geometry, at timestamp with time zone, args jsonb"
    assert tuple(facts[:7]) == ("sql", "s", False, False, None, True, arguments)
    assert facts[7], "COMMENT ON FUNCTION says what it gives"


@pytest.mark.parametrize(("right", "down"), [(EXTENT + 20, 2000), (2000, EXTENT + 20)])
def test_a_point_20_px_outside_the_tile_is_in_it(
    layer: Layer, db: Connection, place: Place, right: float, down: float
) -> None:
    tile = tile_at(SPOT, 16)
    place(layer, [tile_point(tile, right, down)])
    become(db, SERVICE)
    assert render(db, [layer], tile), "search box = clip box + buffer"


@pytest.mark.parametrize("z", [10, 12, 14])
def test_a_point_20_px_outside_is_in_the_tile_of_a_low_zoom(layer: Layer, db: Connection, place: Place, z: int) -> None:
    tile = tile_at(SPOT, z)
    for right, down in ((-20, 2000), (EXTENT + 20, 2000), (2000, -20), (2000, EXTENT + 20)):
        with db.begin_nested() as back:
            place(layer, [tile_point(tile, right, down)], side_m=1200)
            become(db, SERVICE)
            assert render(db, [layer], tile), (right, down)
            back.rollback()


def test_same_data_same_bytes_also_in_parallel(layer: Layer, db: Connection, place: Place) -> None:
    dice = random.Random(7)  # noqa: S311
    tile = tile_at(SPOT, 13 if layer.id == "ticket" else 15)
    place(layer, [tile_point(tile, dice.uniform(0, EXTENT), dice.uniform(0, EXTENT)) for _ in range(3000)])
    become(db, SERVICE)
    seen = {render(db, [layer], tile)}
    db.execute(
        text(
            "SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0;"
            " SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2"
        )
    )
    seen |= {render(db, [layer], tile) for _ in range(3)}
    db.execute(text("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off"))
    seen.add(render(db, [layer], tile))
    assert len(seen) == 1
    [ids] = [[f["id"] for f in held["features"]] for held in mapbox_vector_tile.decode(seen.pop()).values()]
    assert ids == sorted(set(ids)), "every feature has an id of its own, and they come in order"
    assert max(ids) < 2**53, "a browser's numbers hold it"


def test_the_search_uses_the_gist_index_under_row_policies(layer: Layer, db: Connection, place: Place) -> None:
    dice = random.Random(3)  # noqa: S311
    district = [(113.8 + dice.random() * 0.16, 27.55 + dice.random() * 0.14) for _ in range(10_000)]
    place(layer, district)
    db.execute(text("ANALYZE"))
    # A sample of 10,000 rows may tempt the planner; where the index cannot be used it scans in spite of this.
    db.execute(text("SET LOCAL enable_seqscan = off"))
    become(db, SERVICE)
    asked = tile_query([layer]).compile(db)
    values = asked.construct_params(tile_values(tile_at(SPOT, 16)))
    plan = "\n".join(db.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF) {asked}", values).scalars())
    searched = [line for line in plan.splitlines() if "Index Cond" in line and "_3857 &&" in line]
    assert searched, plan
    called = [line for line in plan.splitlines() if "Function Scan" in line and "on unnest" not in line]
    assert not called, "the layer's function was not inlined\n" + plan
    scanned = [line for line in plan.splitlines() if "Seq Scan on" in line and "never executed" not in line]
    assert not scanned, plan


def test_a_login_that_reads_may_run_a_layer_of_facts_and_no_scoped_one(layer: Layer, db: Connection) -> None:
    become(db, VIEWER, "{}")
    if layer.scoped:
        with pytest.raises(DBAPIError, match="permission denied"):
            render(db, [layer], tile_at(SPOT, 14))
    else:
        assert render(db, [layer], tile_at(SPOT, 14)) == b""


def test_a_scoped_layer_is_empty_without_scope(layer: Layer, db: Connection, place: Place) -> None:
    tile = tile_at(SPOT, 16)
    place(layer, [(SPOT.lon, SPOT.lat)])
    become(db, SERVICE, "{}")
    assert bool(render(db, [layer], tile)) is not layer.scoped
    become(db, SERVICE)
    assert render(db, [layer], tile)


def test_every_style_layer_names_its_band(layer: Layer) -> None:
    assert layer.style
    assert {part["metadata"]["gisgrid:band"] for part in layer.style} <= set(BANDS)


def test_exactly_of_a_scoped_layer_the_permissions_say_who_sees_it(layer: Layer, db: Connection) -> None:
    sees = text("SELECT count(*) FROM core.permission WHERE action = :action")
    assert bool(db.execute(sees, {"action": layer.action}).scalar()) is layer.scoped
