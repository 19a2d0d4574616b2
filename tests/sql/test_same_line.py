"""One tolerance, both ways: what two lines differ by less is the same line, and is made so when it is published."""

from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from gisgrid.boundaries.audit import audit, leaves_by_code, read_live
from gisgrid.boundaries.tolerance import LATTICE_DEG, ROUNDING_DEG, SAME_LINE_DEG
from gisgrid.settings import shipped
from tests.drawing import draw, publish_leaves

PATCHWORK = """
AABBCC
AADBCC
EDDDFF
EEGGFF
HHGGII
"""
PARENTS = dict.fromkeys("ABD", "north") | dict.fromkeys("CEF", "middle") | dict.fromkeys("GHI", "south")


def settled(db: Connection, leaf: Any, *beside: Any, tolerance: float = SAME_LINE_DEG) -> Any:
    found = db.execute(
        text(
            "SELECT ST_AsBinary(app.settle_leaf(ST_GeomFromWKB(:leaf, 4326), ARRAY(SELECT ST_GeomFromWKB(b, 4326)"
            " FROM unnest(CAST(:beside AS bytea[])) AS b), :tolerance))"
        ),
        {"leaf": shapely.to_wkb(leaf), "beside": [shapely.to_wkb(shape) for shape in beside], "tolerance": tolerance},
    ).scalar_one()
    return shapely.get_geometry(shapely.from_wkb(bytes(found)), 0)


def slanted() -> dict[str, Any]:
    """A patchwork turned by some degrees, so that no line lies on round numbers; corners of one side are on both."""
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    middle = np.array([113.856, 27.645])
    areas = draw(PATCHWORK)
    noded = shapely.coverage_clean(list(areas.values()))
    return {
        code: shapely.transform(shape, lambda places: (places - middle) @ turn.T + middle)
        for code, shape in zip(areas, noded, strict=True)
    }


def test_the_tolerances_are_the_same_everywhere(db: Connection) -> None:
    row = db.execute(text("SELECT app.same_line_deg(), app.rounding_deg(), app.lattice_deg()")).one()
    assert tuple(row) == (SAME_LINE_DEG, ROUNDING_DEG, LATTICE_DEG)


@pytest.mark.parametrize("step", [1e-11, -1e-11, 1e-9, -1e-9, 9e-9, -9e-9])
def test_a_line_that_nearly_matches_matches(db: Connection, step: float) -> None:
    a, b = draw("AB").values()
    moved = shapely.transform(a, lambda places: places + np.array([step, 0]))
    assert shapely.coverage_is_valid([settled(db, moved, b), b])


def test_a_line_that_differs_by_more_stays(db: Connection) -> None:
    a, b = draw("AB").values()
    moved = shapely.transform(a, lambda places: places - np.array([1.2e-8, 0]))
    assert shapely.equals_exact(settled(db, moved, b), moved)


def test_what_matches_stays_as_it_is(db: Connection) -> None:
    areas = slanted()
    for code, leaf in areas.items():
        others = [shape for other, shape in areas.items() if other != code]
        assert shapely.equals_exact(settled(db, leaf, *others), leaf)


@pytest.mark.parametrize("seed", range(20))
def test_after_redraws_of_a_patchwork_nothing_is_left(db: Connection, seed: int) -> None:
    """Lines moved by less than the tolerance, with corners of one side only: afterwards one coverage, exact unions."""
    rng = np.random.default_rng(seed)
    areas = slanted()
    publish_leaves(db, areas, network="patchwork", parents=PARENTS)
    for day in ("2025-01-01", "2025-02-01"):
        changeset_id = db.execute(
            text("INSERT INTO draft.changeset (network, valid_from) VALUES ('patchwork', :day) RETURNING changeset_id"),
            {"day": day},
        ).scalar_one()
        live = leaves_by_code(read_live(db, "patchwork"))
        for code in rng.permutation(sorted(areas))[: rng.integers(1, 6)].tolist():
            draw_again(db, changeset_id, code, nudged(rng, live[code]))
        db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset_id})
        found = audit(db, "patchwork")
        assert [f for f in found if f.kind in ("overlap", "gap", "hole", "nesting")] == []
    above = {area.code: area.geom for area in read_live(db, "patchwork") if area.code in PARENTS.values()}
    for code, shape in above.items():
        exact = shapely.union_all([areas[leaf] for leaf in areas if PARENTS[leaf] == code], grid_size=ROUNDING_DEG)
        assert rings(shape) == rings(exact)
        assert shapely.hausdorff_distance(shape, exact) < 3 * SAME_LINE_DEG


def nudged(rng: Any, leaf: Any) -> Any:
    """The leaf with more corners, or not, each moved by less than the tolerance."""
    more = rng.choice([0, 0.0007, 0.0013, 0.003])
    drawn = shapely.segmentize(leaf, more) if more else leaf
    steps = rng.uniform(-0.7, 0.7, shapely.get_coordinates(drawn).shape) * SAME_LINE_DEG
    return shapely.transform(drawn, lambda places: places + np.where(closes(places)[:, None], steps[0], steps))


def closes(places: Any) -> Any:
    """Is this corner the first or last of a single ring?"""
    return (places == places[0]).all(axis=1)


def draw_again(db: Connection, changeset_id: int, code: str, leaf: Any) -> None:
    db.execute(
        text(
            "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromWKB(:leaf, 4326))"
            " WHERE changeset_id = :changeset_id AND code = :code"
        ),
        {"leaf": shapely.to_wkb(leaf), "changeset_id": changeset_id, "code": code},
    )


def rings(shape: Any) -> int:
    return len(shapely.get_rings(shapely.get_parts(shape)))


def test_hairlines_of_earlier_unions_are_closed_and_recorded(db: Connection) -> None:
    publish_leaves(db, slanted(), network="patchwork", parents=PARENTS)
    db.execute(text("ALTER TABLE core.area_version DISABLE TRIGGER USER"))
    db.execute(
        text(
            "UPDATE core.area_version SET geom = ST_Multi(ST_Difference(geom, ST_Buffer(ST_MakeLine("
            "ST_PointOnSurface(geom), ST_Translate(ST_PointOnSurface(geom), 1e-4, 1e-4)), 1e-11))) WHERE code = 'north'"
        )
    )
    db.execute(text("ALTER TABLE core.area_version ENABLE TRIGGER USER"))
    assert [rings(area.geom) for area in read_live(db, "patchwork") if area.code == "north"] == [2]
    db.exec_driver_sql((shipped("sql") / "migrations" / "0011_no_hairlines.sql").read_text("utf-8"))
    assert [rings(area.geom) for area in read_live(db, "patchwork") if area.code == "north"] == [1]
    closed = text("SELECT count(*) FROM core.area_version WHERE network = 'patchwork' AND recorded_to < 'infinity'")
    assert db.execute(closed).scalar_one() == 1


def test_a_slit_between_parts_of_one_area_is_closed(db: Connection) -> None:
    a, b = draw("AB").values()
    apart = shapely.multipolygons([a, shapely.transform(b, lambda places: places + np.array([5e-9, 0]))])
    publish_leaves(db, {"A": apart}, network="slit")
    (leaf,) = leaves_by_code(read_live(db, "slit")).values()
    assert rings(leaf) == 1
