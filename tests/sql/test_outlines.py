"""What tiles draw below zoom 16: neighbours never part, at no zoom, date and level; far from a redraw nothing moves."""

from collections import Counter
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from gisgrid.bench.coverage import Plan, draw_district
from gisgrid.bench.redraw import take_bites
from gisgrid.boundaries import outlines
from gisgrid.boundaries.outlines import draw_outlines, tolerance_m
from gisgrid.database import EVERYTHING, Database
from gisgrid.geo import LonLat, tile_at
from gisgrid.layers import all_layers
from gisgrid.tiles import arguments, render
from gisgrid.worker import working
from tests.drawing import publish_leaves
from tests.waiting import until

ZOOMS = (10, 11, 12, 13, 14, 15)
NEXT = "2025-01-01T00:00:00+08:00"


def district(seed: int, side: int = 8, count: int = 16) -> dict[str, Any]:
    """Grids of many forms with wavy edges, grown at random from cells of a kilometre or two; where three meet, the line
    of one of them often goes straight on.
    """
    shapes = list(draw_district(Plan(side, side, seed)).values())
    dice = np.random.default_rng(seed)
    owner = {int(cell): n for n, cell in enumerate(dice.permutation(side * side)[:count])}
    while len(owner) < side * side:
        cell = int(dice.choice(list(owner)))
        step = [1 if cell % side < side - 1 else 0, -1 if cell % side else 0, side, -side][int(dice.integers(4))]
        if 0 <= cell + step < side * side:
            owner.setdefault(cell + step, owner[cell])
    grown = [shapely.coverage_union_all([shapes[c] for c in owner if owner[c] == n]) for n in range(count)]
    wide = [shapely.transform(shape, lambda xy: (xy - [113.7, 27.5]) * 8 + [113.7, 27.5]) for shape in grown]
    return {f"36030200100100{n:02d}": shape for n, shape in enumerate(wide)}


def halves(shapes: dict[str, Any]) -> dict[str, str]:
    """A parent for each grid, in two parts."""
    return {code: f"P{n % 2}" for n, code in enumerate(sorted(shapes))}


def drawn(db: Connection, zoom: int, level: str = "grid", at: str | None = None) -> dict[str, Any]:
    """The shapes that a tile of this zoom is made of, before it is cut out."""
    rows = db.execute(
        text(
            "SELECT feature_id, code, ST_AsBinary(geom) AS shape FROM tile.area(:z,"
            " ST_MakeEnvelope(1.2e7, 3e6, 1.3e7, 4e6, 3857), CAST(:at AS timestamptz), '{}')"
            " WHERE level = :level AND label IS NULL AND feature_id % 2 = 0"
        ),
        {"z": zoom, "level": level, "at": at},
    )
    return {str(row.feature_id): shapely.from_wkb(bytes(row.shape)) for row in rows}


def edges(shape: Any) -> set[frozenset[tuple[float, float]]]:
    """Pieces of the outline, from corner to corner."""
    rings = [shapely.get_coordinates(ring).tolist() for ring in shapely.get_rings(shapely.get_parts(shape))]
    return {frozenset({tuple(a), tuple(b)}) for ring in rings for a, b in zip(ring, ring[1:], strict=False)}


def check_shared(shapes: dict[str, Any]) -> None:
    """Every edge inside belongs to two areas; those of one area alone make the outline of all together."""
    count = Counter(edge for shape in shapes.values() for edge in edges(shape))
    assert max(count.values()) == 2
    alone = {edge for edge, times in count.items() if times == 1}
    assert shapely.coverage_is_valid(list(shapes.values()))
    assert alone == edges(shapely.coverage_union_all(list(shapes.values())))


@pytest.mark.parametrize("seed", range(3))
def test_neighbours_share_every_corner_of_their_line_at_every_zoom(db: Connection, seed: int) -> None:
    shapes = district(seed)
    publish_leaves(db, shapes, parents=halves(shapes))
    with pytest.raises(AssertionError):
        check_shared(drawn(db, 10))  # each by itself, as until the worker has drawn them: they part
    draw_outlines(db)
    corners = []
    for zoom in ZOOMS:
        found = drawn(db, zoom)
        assert len(found) == len(shapes)
        check_shared(found)
        above = drawn(db, zoom, "community")
        assert above
        assert set().union(*map(edges, above.values())) <= set().union(*map(edges, found.values()))
        corners.append(len(shapely.get_coordinates(list(found.values()))))
    assert corners == sorted(corners)
    assert corners[0] < corners[-1] / 2


@pytest.mark.parametrize("zoom", [11, 13])
def test_the_line_of_two_grids_is_the_same_in_the_bytes_of_a_tile(db: Connection, zoom: int) -> None:
    publish_leaves(db, district(3))
    draw_outlines(db)
    tile = tile_at(LonLat(113.74, 27.54), zoom)
    layer = mapbox_vector_tile.decode(render(db, [all_layers()["area"]], tile, args=arguments("base")))["area"]
    features = [f for f in layer["features"] if "Polygon" in f["geometry"]["type"]]
    assert len(features) > 3
    whole = [shapely.geometry.shape(f["geometry"]) for f in features]
    inside = shapely.box(-60, -60, 4156, 4156)
    count = Counter(edge for shape in whole for edge in edges(shape) if inside.contains(shapely.LineString(list(edge))))
    shared = shapely.coverage_union_all(whole) if shapely.coverage_is_valid(whole) else None
    assert shared is not None, "two grids part, or overlap"
    assert {edge for edge, times in count.items() if times == 1} <= edges(shared)


def test_a_line_moves_by_half_a_pixel_at_most(db: Connection) -> None:
    publish_leaves(db, district(1))
    draw_outlines(db)
    exact = drawn(db, 16)
    for zoom in ZOOMS:
        found = drawn(db, zoom)
        far = [shapely.hausdorff_distance(exact[key].boundary, found[key].boundary, 0.05) for key in found]
        assert max(far) <= 2 * tolerance_m(zoom)
        assert float(np.median(far)) <= tolerance_m(zoom)


def test_a_redraw_moves_nothing_that_does_not_touch_it_and_parts_nobody_at_any_date(db: Connection) -> None:
    shapes = district(2, side=10, count=36)
    publish_leaves(db, shapes, parents=halves(shapes))
    draw_outlines(db)
    before = {zoom: drawn(db, zoom) for zoom in ZOOMS}
    bites = take_bites(shapes, 2, seed=1)
    publish_leaves(db, shapes | bites, parents=halves(shapes), valid_from=NEXT)
    draw_outlines(db)
    ids = {row.code: row.id for row in db.execute(text("SELECT code, (2 * area_id)::text AS id FROM core.area"))}
    changed = shapely.union_all(list(bites.values()))
    far = {ids[code] for code, shape in shapes.items() if not shape.intersects(changed)}
    assert far
    for zoom in ZOOMS:
        now = drawn(db, zoom)
        check_shared(now)
        assert all(edges(now[key]) == edges(before[zoom][key]) for key in far)
        then = drawn(db, zoom, at="2024-06-01T00:00:00+08:00")
        check_shared(then)
        assert then.keys() == before[zoom].keys()


def test_a_level_that_was_drawn_by_hand_is_simplified_too(db: Connection) -> None:
    """Towns without grids: their lines are in no grid."""
    shapes = {f"T{n}": shape for n, shape in enumerate(district(4).values())}
    db.execute(text("INSERT INTO core.network VALUES ('base', 'base', 'base', 'free') ON CONFLICT DO NOTHING"))
    number = db.execute(
        text(
            "INSERT INTO draft.changeset (network, valid_from, ground, is_filled)"
            " VALUES ('base', '2024-01-01', 'any', false) RETURNING changeset_id"
        )
    ).scalar_one()
    db.execute(
        text("SELECT app.draw_areas(:id, :codes, :codes, :levels, :kinds, :parents, CAST(:shapes AS bytea[]))"),
        {
            "id": number,
            "codes": list(shapes),
            "levels": ["town"] * len(shapes),
            "kinds": ["base"] * len(shapes),
            "parents": [None] * len(shapes),
            "shapes": [shapely.to_wkb(shapely.multipolygons([shape])) for shape in shapes.values()],
        },
    )
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": number})
    draw_outlines(db)
    found, exact = drawn(db, 11, "town"), drawn(db, 16, "town")
    assert len(found) == len(shapes)
    check_shared(found)
    assert len(shapely.get_coordinates(list(found.values()))) < len(shapely.get_coordinates(list(exact.values()))) / 2


def test_the_worker_draws_what_was_published_and_tells_who_keeps_tiles(owner_url: str, owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, district(5))

    def missing() -> int:
        with owner.transaction(EVERYTHING) as connection:
            return int(
                connection.execute(
                    text(
                        "SELECT count(*) FROM core.area_version LEFT JOIN core.area_outline USING (area_version_id)"
                        " WHERE area_outline IS NULL"
                    )
                ).scalar_one()
            )

    assert missing() > 0
    with owner.transaction() as connection:
        told = connection.execute(text("SELECT count(*) FROM core.change WHERE layer = 'area'")).scalar_one()
    with working(owner_url):
        until(lambda: missing() == 0)
    with owner.transaction(EVERYTHING) as connection:
        check_shared(drawn(connection, 12))
        again = connection.execute(text("SELECT count(*) FROM core.change WHERE layer = 'area'")).scalar_one()
        assert again > told
        assert draw_outlines(connection) == 0


def test_the_planner_knows_of_many_outlines(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a table that was empty when it was last looked at, every tile would read all rows for each area."""
    monkeypatch.setattr(outlines, "MANY", 10)
    db.execute(text("ANALYZE core.area_outline"))
    publish_leaves(db, district(1))
    drew = draw_outlines(db)
    assert drew >= 10
    assert db.execute(text("SELECT reltuples FROM pg_class WHERE oid = 'core.area_outline'::regclass")).scalar() == drew
