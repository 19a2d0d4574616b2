"""The index of today's grids: what it answers is what app.locate answers, after every redraw as well."""

from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.assignment.present import Present, read_present
from gisgrid.bench.coverage import Plan, draw_district
from gisgrid.bench.hard_points import hard_points
from tests.drawing import draw, publish_leaves

Floats = NDArray[np.float64]
SAME_M, SAME_SHARE = 1e-7, 1e-6
"""As of many points (test_many_points)."""
_LOCATE = """
SELECT l.area_version_id, l.code, l.name, l.kind, l.method, l.confidence, l.candidates, l.distance_to_edge_m
FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS p (x, y, n)
CROSS JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(p.x, p.y), 4326)) AS l ORDER BY p.n
"""


def compare(db: Connection, present: Present, x: Floats, y: Floats) -> float:
    """The index answers nothing but what app.locate answers; the share of the points inside that it answers."""
    rows = db.execute(text(_LOCATE), {"x": x.tolist(), "y": y.tolist()}).all()
    answered = 0
    for lon, lat, row in zip(x.tolist(), y.tolist(), rows, strict=True):
        found = present.find(lon, lat)
        if found is None:
            continue
        answered += 1
        assert (found.version, found.code, found.name, found.kind) == tuple(row[:4]), (lon, lat)
        assert (row.method, row.confidence, row.candidates) == ("inside", 1, [{"code": found.code, "share": 1}])
        assert found.distance_to_edge_m == pytest.approx(row.distance_to_edge_m, rel=SAME_SHARE, abs=SAME_M)
    return answered / max(len([row for row in rows if row.method == "inside"]), 1)


def redrawn(shapes: dict[str, Any], dice: np.random.Generator) -> dict[str, Any]:
    """The same ground with one grid's share of its neighbour: two shapes differ."""
    codes = sorted(shapes)
    while True:
        one, other = (str(code) for code in dice.choice(codes, 2, replace=False))
        if shapely.intersection(shapes[one], shapes[other]).length > 0:
            break
    west, south, east, north = shapely.bounds(shapes[other])
    half = shapely.box(west, south, (west + east) / 2, north)
    taken = shapely.intersection(shapes[other], half)
    changed = {one: shapely.union(shapes[one], taken), other: shapely.difference(shapes[other], half)}
    return {**shapes, **changed}


def test_after_each_of_many_redraws(db: Connection) -> None:
    """Small ones are patches over each other, of a special grid too; a large one makes the whole index again."""
    base: dict[str, Any] = draw_district(Plan(8, 6))
    corner = shapely.get_coordinates(base[min(base)])[30]
    special = {"z": shapely.Point(*corner).buffer(0.0015, 3)}
    publish_leaves(db, base)
    publish_leaves(db, {**base, **special}, special="z")
    present = read_present(db, "base")
    x, y = hard_points([*base.values(), *special.values()], 1_500)
    assert compare(db, present, x, y) > 0.99
    dice, most = np.random.default_rng(7), 0
    for turn in range(5):
        former = base
        base = redrawn(base, dice)
        if turn == 2:
            special = {"z": shapely.affinity.translate(special["z"], 0.001, 0.0005)}
        publish_leaves(db, {**base, **special}, special="z")
        changed = [shape for code, shape in base.items() if not shape.equals(former[code])]
        present = read_present(db, "base", present)
        most = max(most, len(present.patches))
        x, y = hard_points([*changed, *special.values()], 700)
        assert compare(db, present, x, y) > 0.99
    assert most > 1
    moved = {code: shapely.affinity.translate(shape, 0.0001, 0) for code, shape in base.items()}
    publish_leaves(db, moved)
    present = read_present(db, "base", present)
    assert len(present.patches) == 1
    assert compare(db, present, *hard_points(list(moved.values()), 1_000)) > 0.99


def test_nothing_is_read_again_when_nothing_has_changed(db: Connection) -> None:
    publish_leaves(db, draw("AABB"))
    present = read_present(db, "base")
    assert read_present(db, "base", present).patches is present.patches


def test_grids_that_overlap_are_not_answered(db: Connection) -> None:
    publish_leaves(db, draw("AABB"))
    db.execute(text("ALTER TABLE core.area_version DISABLE TRIGGER USER"))
    shape = draw("AAAB")["A"].wkb
    db.execute(
        text("UPDATE core.area_version SET geom = ST_Multi(ST_GeomFromWKB(:shape, 4326)) WHERE code = 'A'"),
        {"shape": shape},
    )
    share = compare(db, read_present(db, "base"), *hard_points(list(draw("AABB").values()), 500))
    assert 0.4 < share < 0.9


def test_an_index_ends_before_other_grids_apply_by_themselves(db: Connection) -> None:
    publish_leaves(db, draw("AABB"))
    lasting = read_present(db, "base")
    x, y = shapely.get_coordinates(draw("AABB")["A"].centroid)[0].tolist()
    assert lasting.find(x, y) is not None
    db.execute(text("ALTER TABLE core.area_version DISABLE TRIGGER USER"))
    db.execute(text("UPDATE core.area_version SET valid_to = now() + interval '1 second' WHERE code = 'A'"))
    assert read_present(db, "base").find(x, y) is None


def test_no_grids_no_answer(db: Connection) -> None:
    assert read_present(db, "base").find(113.85, 27.65) is None
