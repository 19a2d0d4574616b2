"""`gisgrid check`: every kind of offender, planted behind publish's back, is found; a clean network has none."""

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from sqlalchemy import Connection, text

from gisgrid.boundaries.audit import audit
from gisgrid.boundaries.coverage import find_uncovered
from gisgrid.boundaries.finding import Finding
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import NotFound
from tests.drawing import CELL, NORTH, WEST, draw, publish_leaves, spot

METRE = 1 / 111_320
PARENTS = {"A": "north", "B": "north", "C": "south"}


def plant(db: Connection, code: str, shape: Any, *, level: str = "grid", network: str = "base", above: int = 0) -> None:
    """A live version that publish never saw."""
    db.execute(
        text(
            "WITH a AS (INSERT INTO core.area (network, code, level) VALUES (:n, :c, :l)"
            "  ON CONFLICT (network, code) DO UPDATE SET code = excluded.code RETURNING *)"
            " INSERT INTO core.area_version (area_id, network, code, level, kind, name, parent_id, path, geom,"
            "  label_point, area_m2, valid_from)"
            " SELECT area_id, network, code, level, kind, code, nullif(:above, 0),"
            "  array_remove(ARRAY[0, nullif(:above, 0), area_id], NULL), g,"
            "  ST_PointOnSurface(g), ST_Area(g::geography), '2024-01-01' FROM a,"
            " (SELECT ST_Multi(ST_GeomFromText(:wkt, 4326)) AS g) AS s"
        ),
        {"n": network, "c": code, "l": level, "above": above, "wkt": shapely.to_wkt(shape, rounding_precision=-1)},
    )


def end(db: Connection, code: str) -> None:
    db.execute(text("UPDATE core.area_version SET recorded_to = clock_timestamp() WHERE code = :code"), {"code": code})


def found(db: Connection, network: str = "base") -> set[tuple[str, str, str | None, str | None]]:
    return {(f.kind, f.severity, f.code, f.other_code) for f in audit(db, network)}


def test_a_clean_network_has_nothing_wrong(db: Connection) -> None:
    publish_leaves(db, {**draw("AAB\nCCC"), "Z": draw(".ZZ")["Z"]}, parents=PARENTS, special="Z")
    assert audit(db, "base") == []
    with pytest.raises(NotFound, match="there is no network"):
        audit(db, "nobody")


def test_an_overlap_and_a_missing_grid(db: Connection) -> None:
    publish_leaves(db, draw("AAB\nE.B\nCDD"))
    plant(db, "X", shapely.box(WEST, NORTH - 2.9 * CELL, WEST + CELL / 2, NORTH - 2.1 * CELL))
    problems = audit(db, "base")
    assert {(f.kind, f.severity, f.code, f.other_code) for f in problems} == {
        ("overlap", "error", "C", "X"),
        ("hole", "warning", "A", "B"),
    }
    overlap, hole = problems
    assert "m²" in overlap.message
    assert overlap.place == pytest.approx((WEST + CELL / 4, NORTH - 2.5 * CELL), abs=CELL / 4)
    assert hole.place == pytest.approx(spot(1.5, 1.5), abs=CELL / 2)


def ring_of_four(gap_m: float) -> dict[str, Any]:
    """Two areas with a slit between them, closed at both ends by two more."""
    slit = gap_m * METRE
    left, middle, right = WEST + CELL, WEST + 2 * CELL, WEST + 3 * CELL
    return {
        "A": shapely.box(left, NORTH - CELL, middle, NORTH),
        "B": shapely.Polygon([(middle, NORTH - CELL), (right, NORTH - CELL), (right, NORTH), (middle + slit, NORTH),
                              (middle + slit, NORTH - CELL * 0.9), (middle, NORTH - CELL * 0.9)]),
        "C": shapely.Polygon([(left, NORTH), (middle, NORTH), (middle + slit, NORTH), (right, NORTH),
                              (right, NORTH + CELL), (left, NORTH + CELL)]),
    }  # fmt: skip


@pytest.mark.parametrize(("width_m", "kind"), [(0.2, "gap"), (0.8, "gap"), (5.0, "hole")])
def test_a_slit_is_a_gap_or_a_hole_by_its_width(width_m: float, kind: str) -> None:
    holes = find_uncovered(ring_of_four(width_m), 1.0)
    assert [(f.kind, f.severity) for f in holes] == [(kind, "error" if kind == "gap" else "warning")]


def test_a_slit_that_is_open_at_its_end_is_found_too() -> None:
    shapes = ring_of_four(0.3)
    del shapes["C"]
    kinds = {f.kind for f in find_uncovered(shapes, 1.0)}
    assert "gap" in kinds
    assert [f for f in find_uncovered(shapes, 0) if f.kind == "gap"] == []


@pytest.mark.parametrize(
    ("beside", "fault"),
    [
        (0, []),
        (2e-15, []),
        (5e-9, [("gap", "warning", "B", None)]),
        (-5e-9, [("overlap", "error", "A", "B")]),
    ],
)
def test_a_corner_that_only_one_neighbour_has(beside: float, fault: list[Any]) -> None:
    """On the other's line it is right, and so it is beside it by its last digit."""
    west, south, east, north = draw(".B")["B"].bounds
    corner = (west + beside, (south + north) / 2)
    bent = shapely.Polygon([(west, south), (east, south), (east, north), (west, north), corner])
    problems = find_uncovered({"A": draw("A.")["A"], "B": bent}, 1.0)
    assert [(f.kind, f.severity, f.code, f.other_code) for f in problems] == fault


def test_what_stands_above_is_not_what_lies_below(db: Connection) -> None:
    publish_leaves(db, draw("AAB\nCCC"), parents=PARENTS)
    end(db, "south")
    assert found(db) == {("parent", "error", "C", None)}
    plant(db, "other", draw("A")["A"], level="community")
    above = db.execute(text("SELECT area_id FROM core.area WHERE code = 'other'")).scalar_one()
    plant(db, "D", draw("...D")["D"], above=above)
    problems = [f for f in audit(db, "base") if f.kind == "nesting"]
    assert [(f.code, f.severity) for f in problems] == [("other", "error")]
    assert "differ in" in problems[0].message


def test_codes_are_held_against_the_scheme(db: Connection) -> None:
    db.execute(text("INSERT INTO core.network VALUES ('unit', 'u', 'u', 'unit15')"))
    plant(db, "360302001001", draw("AA")["A"], network="unit", level="community")
    above = db.execute(text("SELECT area_id FROM core.area WHERE code = '360302001001'")).scalar_one()
    plant(db, "360302001001001", draw("A.")["A"], network="unit", above=above)
    plant(db, "360302001002001", draw(".A")["A"], network="unit", above=above)
    plant(db, "36030200X", draw("..A")["A"], network="unit", level="town")
    assert {(k, c) for k, _, c, _ in found(db, "unit")} == {("code", "360302001002001"), ("code", "36030200X")}


def test_grids_without_posts_are_warned_of(db: Connection) -> None:
    publish_leaves(db, draw("AB"))
    for role in ("party", "instructor", "head", "worker"):
        db.execute(
            text(
                "INSERT INTO core.post (area_id, path, role) SELECT area_id, path, :role FROM app.area_at(now())"
                " WHERE code = 'A' OR :role IN ('party', 'head')"
            ),
            {"role": role},
        )
    problems = audit(db, "base")
    assert [(f.kind, f.severity, f.code) for f in problems] == [("staff", "warning", "B")]
    assert "网格员 (worker), 网格指导员 (instructor)" in problems[0].message


def report(db: Connection, column: float, row: float, category: str = "hazard") -> str:
    lon, lat = spot(column, row)
    number: str = db.execute(
        text(
            "SELECT number FROM app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category',"
            " CAST(:category AS text), 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84', CAST(:lat AS float8), 'lon', 0,"
            " 'lat', 0, 'system', 'wgs84', 'description', ''))"
        ),
        {"lon": lon, "lat": lat, "category": category},
    ).scalar_one()
    return number


def test_tickets_and_cameras_on_ground_that_is_not_theirs(db: Connection) -> None:
    publish_leaves(db, draw("AAB\nCCB"))
    moved, dead, home, closed = (
        report(db, 1.5, 0.5),
        report(db, 0.5, 1.5),
        report(db, 1.5, 0.5, "dispute"),
        report(db, 1.5, 0.5),
    )
    db.execute(text("UPDATE work.ticket SET closed_at = now() WHERE number = :n"), {"n": closed})
    lon, lat = spot(1.5, 0.4)
    db.execute(
        text(
            "INSERT INTO overlay.camera (code, name, area_id, path, geom) SELECT 'k', 'k', area_id, path,"
            " ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) FROM app.area_at(now()) WHERE code = 'A'"
        ),
        {"lon": lon, "lat": lat},
    )
    assert audit(db, "base") == []
    publish_leaves(db, draw("ABB\nDDB"), valid_from="2025-01-01T00:00:00+08:00")
    db.execute(text("UPDATE draft.changeset SET followed_at = now()"))  # as if they had all followed
    problems = audit(db, "base")
    assert {
        (f.kind, f.severity, f.code, f.other_code, f.message.split()[2]) for f in problems if f.kind == "ticket"
    } == {
        ("ticket", "error", "A", "B", moved),
        ("ticket", "error", "A", "B", home),
        ("ticket", "error", "C", "D", dead),
    }
    assert [(f.code, f.other_code) for f in problems if f.kind == "camera"] == [("A", "B")]
    assert "which is not live" in next(f.message for f in problems if f.code == "C")
    label = next(f.place for f in problems if home in f.message)
    assert label != pytest.approx(spot(1.5, 0.5)), "somebody's home is not told"


def test_tickets_that_were_let_stay_are_a_warning(db: Connection) -> None:
    publish_leaves(db, draw("AAB"))
    report(db, 1.5, 0.5)
    publish_leaves(db, draw("ABB"), valid_from="2025-01-01T00:00:00+08:00")
    db.execute(text("UPDATE draft.changeset SET policy = 'stay', followed_at = now()"))
    assert found(db) == {("ticket", "warning", "A", "B")}


def test_the_verb_says_places_and_ends_with_one(
    owner: Database, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AAA\nB.B\nBBB"))
    assert run(["check"]) == 0, "a hole is a warning"
    assert "belong to no area" in capsys.readouterr().out
    with owner.transaction(EVERYTHING) as connection:
        plant(connection, "X", draw("X")["X"])
    out = tmp_path / "problems.gpkg"
    assert run(["check", "--json", "--out", str(out)]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [(row["kind"], row["severity"], row["code"]) for row in rows] == [
        ("overlap", "error", "A"),
        ("hole", "warning", "A"),
    ]
    assert rows[0]["lon"] == pytest.approx(spot(0.5, 0)[0], abs=CELL)
    frame = geopandas.read_file(out, layer="problem")
    assert frame.kind.tolist() == ["overlap", "hole"] and frame.crs == 4326 and frame.geometry.notna().all()


def test_what_has_no_place_is_written_all_the_same() -> None:
    assert Finding("ticket", "error", "A", None, "m", "r").place is None
