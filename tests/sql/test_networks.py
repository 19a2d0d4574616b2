"""Seven nets in one: whatever two networks look like, their areas add up, and what is derived of them is clean.

Long because comparing, aliases and deriving are tried on the same drawn, random and real networks.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gisgrid.bench.coverage import SOUTH, WEST, Plan, draw_district
from gisgrid.boundaries.aliases import find_alias, keep_aliases
from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.comparing import compare, find_overlaps
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.boundaries.measuring import area_m2, areas_m2, polygons, width_m
from gisgrid.boundaries.overlaying import overlay
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Conflict, NotFound, Refused
from tests import data, drawing
from tests.drawing import publish_leaves, spot

SPAN = 6
TOLERANCE_M = 2.0
FROM = datetime(2024, 1, 1, tzinfo=UTC)
slow = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def draw(picture: str) -> dict[str, Any]:
    """As drawn, without the slits of rounding that the cells of one letter leave."""
    return {letter: shapely.set_precision(shape, 1e-9) for letter, shape in drawing.draw(picture).items()}


def wavy_net(columns: int, rows: int, seed: int, *, shift: float = 0.0) -> dict[str, Any]:
    """A network of wavy areas over the same ground as any other of them, but for its border and a shift in degrees."""
    scale = np.array([SPAN / columns, SPAN / rows])
    corner = np.array([WEST, SOUTH])
    shapes = draw_district(Plan(columns, rows, seed)).items()
    return {
        f"{seed}/{code[6:]}": shapely.transform(shape, lambda places: corner + shift + (places - corner) * scale)
        for code, shape in shapes
    }


nets = st.builds(wavy_net, st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))


@slow
@given(nets, nets)
def test_areas_add_up(base: dict[str, Any], other: dict[str, Any]) -> None:
    ground = shapely.union_all(list(other.values()))
    rows: dict[str, float] = defaultdict(float)
    columns: dict[str, float] = defaultdict(float)
    for overlap in find_overlaps(base, other):
        rows[overlap.base] += overlap.area_m2
        columns[overlap.code] += overlap.area_m2
        assert overlap.share == pytest.approx(overlap.area_m2 / area_m2(other[overlap.code]), rel=1e-12)
    for code, shape in base.items():
        covered = area_m2(shape.intersection(ground))
        assert rows[code] == pytest.approx(covered, rel=1e-9, abs=1e-3)
        assert rows[code] <= area_m2(shape) * (1 + 1e-9)
    assert sum(rows.values()) == pytest.approx(sum(columns.values()), rel=1e-12)


@slow
@given(nets)
def test_a_network_fits_itself(net: dict[str, Any]) -> None:
    found = compare(net, net, TOLERANCE_M)
    assert found.misfits == []
    assert {o.base: o.code for o in found.overlaps} == {code: code for code in net}
    assert all(o.share == pytest.approx(1, rel=1e-9) for o in found.overlaps)


@slow
@given(nets, st.floats(0, 1))
def test_what_is_within_the_tolerance_is_no_misfit(net: dict[str, Any], part: float) -> None:
    shift = part * TOLERANCE_M / 111_000 / 2
    other = {code: shapely.transform(shape, lambda places: places + shift) for code, shape in net.items()}
    assert compare(net, other, TOLERANCE_M).misfits == []


@slow
@given(nets, nets, st.integers(0, 3))
def test_derived_pieces_are_clean_and_lie_in_one_area_of_each(
    one: dict[str, Any], other: dict[str, Any], moved_m: int
) -> None:
    near = {f"n{k}": shapely.transform(s, lambda p: p + moved_m / 111_000) for k, s in one.items()}
    networks = {"one": one, "other": other, "near": near}
    pieces = overlay(networks, TOLERANCE_M)
    shapes = np.array([piece.shape for piece in pieces])
    assert shapely.coverage_is_valid(shapes) and shapely.is_valid(shapes).all()
    assert set(shapely.get_type_id(shapes)) == {3}
    assert pieces == overlay(dict(networks), TOLERANCE_M), "the same again"
    for name, areas in networks.items():
        for piece in pieces:
            code = piece.codes[name]
            inside = areas[code] if code else shapely.union_all(list(areas.values()))
            wrong = piece.shape.difference(inside) if code else piece.shape.intersection(inside)
            widest = max((width_m(part) for part in polygons(wrong)), default=0)
            assert widest < 2 * TOLERANCE_M, f"{piece.codes}: more than slivers lies elsewhere"
    before = sum(areas_m2([shapely.union_all([s for areas in networks.values() for s in areas.values()])]))
    assert sum(areas_m2(shapes)) == pytest.approx(before, rel=1e-3)


def test_misfits_say_where() -> None:
    base, other = draw("AABB\nAABB"), draw("PPPQ\nPPP.")
    found = compare(base, {"P": other["P"], "Q": other["Q"]}, TOLERANCE_M)
    assert {(o.base, o.code, round(o.base_share, 3), round(o.share, 3)) for o in found.overlaps} == {
        ("A", "P", 1.0, 0.667),
        ("B", "P", 0.5, 0.333),
        ("B", "Q", 0.25, 1.0),
    }
    assert {code: overlap.base for code, overlap in found.best().items()} == {"P": "A", "Q": "B"}
    kinds = defaultdict(list)
    for finding in found.misfits:
        kinds[finding.kind].append(finding)
    assert [(f.code, f.other_code) for f in kinds["piece"]] == [("Q", "B")]
    assert [(f.code, f.other_code) for f in kinds["uncovered"]] == [(None, "B")]
    assert kinds["uncovered"][0].place == pytest.approx(spot(3.5, 1.5), abs=1e-3)
    assert {f.other_code for f in kinds["line"]} == {"B"}
    assert all("through B" in f.message for f in kinds["line"])


def test_an_area_made_of_whole_grids_lives_on_as_alias(db: Connection) -> None:
    publish_leaves(db, draw("ABCD\nABCD"))
    publish_leaves(db, draw("PPQR\nPPQQ"), network="party")
    kept = keep_aliases(db, "base", "party", valid_from=FROM)
    assert {(a.alias, a.code, round(a.share, 9)) for a in kept.aliases} == {("P", "A", 1), ("P", "B", 1)}
    assert (kept.made, kept.kept, kept.ended) == (2, 0, 0)
    assert [fault.field for fault in kept.left] == ["Q", "R"]
    assert "whole grids make up 66.7%" in kept.left[0].message
    found = find_alias(db, "P")
    assert [(a.department, a.network, a.code, a.is_live) for a in found] == [
        ("party", "base", "A", True),
        ("party", "base", "B", True),
    ]
    with pytest.raises(NotFound, match="no area goes by"):
        find_alias(db, "Q")
    with pytest.raises(NotFound):
        find_alias(db, "P", network="police")
    again = keep_aliases(db, "base", "party", valid_from=datetime(2024, 6, 1, tzinfo=UTC))
    assert (again.made, again.kept, again.ended) == (0, 2, 0)


def test_aliases_have_dates(db: Connection) -> None:
    publish_leaves(db, draw("ABC"))
    publish_leaves(db, draw("PPQ"), network="party")
    keep_aliases(db, "base", "party", valid_from=FROM)
    publish_leaves(db, draw("PQQ"), network="party", valid_from="2025-01-01T00:00:00+00:00")
    later = keep_aliases(db, "base", "party", valid_from=datetime(2025, 1, 1, tzinfo=UTC))
    assert (later.made, later.kept, later.ended) == (1, 2, 1)

    def named(at: str) -> list[str]:
        return [area.code for area in find_alias(db, "P", at=datetime.fromisoformat(at))]

    assert named("2024-07-01T00:00:00+00:00") == ["A", "B"]
    assert named("2025-07-01T00:00:00+00:00") == ["A"]
    with pytest.raises(Conflict, match="begin later"):
        keep_aliases(db, "base", "party", valid_from=datetime(2024, 6, 1, tzinfo=UTC))
    with pytest.raises(Refused):
        keep_aliases(db, "base", "base", valid_from=FROM)
    with pytest.raises(NotFound, match="has no grids"):
        keep_aliases(db, "base", "nobody", valid_from=FROM)


@pytest.fixture
def desk(owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    return tmp_path


def codes_of(owner: Database, network: str) -> dict[str, float]:
    with owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(
            text(
                "SELECT code, ST_Area(geom) / 0.000004 AS cells FROM app.area_at(now())"
                " WHERE network = :n AND level = 'grid'"
            ),
            {"n": network},
        )
        return {row.code: round(row.cells, 6) for row in rows}


def test_one_network_of_several_by_the_verbs(owner: Database, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABB\nAABB\nAABB"), network="party")
        publish_leaves(connection, draw("CCCC\nDDDD\nDDDD"), network="police")
    assert run(["network", "derive", "--from", "party,police", "--network", "one", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["pieces"], answer["grids"]) == (4, 4)
    assert codes_of(owner, "one") == {"A+C": 2, "B+C": 2, "A+D": 4, "B+D": 4}
    with owner.transaction(EVERYTHING) as connection:
        found = find_alias(connection, "A")
        publish_leaves(connection, draw("AAAB\nAAAB\nAAAB"), network="party")
    assert [(a.network, a.code, round(a.share, 6)) for a in found] == [("one", "A+C", 1), ("one", "A+D", 1)]
    assert run(["network", "derive", "--from", "party", "--from", "police", "--network", "one"]) == 0
    assert codes_of(owner, "one") == {"A+C": 3, "B+C": 1, "A+D": 6, "B+D": 2}, "codes stay with their ground"
    capsys.readouterr()
    out = desk / "compare.gpkg"
    assert run(["network", "compare", "--base", "one", "--with", "party", "--out", str(out), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [(row["base"], row["code"]) for row in result["matrix"]] == [
        ("A+C", "A"),
        ("A+D", "A"),
        ("B+C", "B"),
        ("B+D", "B"),
    ]
    assert result["misfits"] == []
    assert len(geopandas.read_file(out, layer="overlap")) == 4
    assert run(["network", "compare", "--base", "party", "--with", "one", "--out", str(out)]) == 0
    assert "line" in capsys.readouterr().err
    assert set(geopandas.read_file(out, layer="misfit").kind) == {"line", "piece"}
    assert run(["network", "alias", "--from", "party", "--base", "one"]) == 0
    assert "0 aliases new or changed, 4 as before, 0 ended; 0 codes left without" in capsys.readouterr().out
    assert run(["network", "derive", "--from", "party", "--network", "one"]) == 1
    assert "at least two networks" in capsys.readouterr().err


def test_pieces_get_codes_of_the_tree_that_one_network_has(
    owner: Database, desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    north = "360302001001"
    shapes = draw("AABB\nAABB")
    grids = {f"{north}001": shapes["A"], "360302001002001": shapes["B"]}
    frame = geopandas.GeoDataFrame({"code": list(grids)}, geometry=list(grids.values()), crs=4326)
    frame.to_file(tmp_path / "unit.gpkg")
    import_boundaries(owner, ImportOrder(tmp_path / "unit.gpkg", FROM, level="grid", network="unit"))
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("CCCC\nDDDD"), network="civil")
    out = tmp_path / "pieces.geojson"
    verb = ["network", "derive", "--from", "civil", "--from", "unit", "--network", "fine", "--scheme", "unit15"]
    assert run([*verb, "--out", str(out)]) == 0
    written = geopandas.read_file(out)
    assert set(zip(written.in_civil, written.in_unit, strict=True)) == {(c, u) for c in "CD" for u in grids}
    assert codes_of(owner, "fine") == {}, "a file, and nothing else"
    assert run(verb) == 0
    assert sorted(codes_of(owner, "fine")) == [
        f"{north}001",
        f"{north}002",
        "360302001002001",
        "360302001002002",
    ]
    assert run(["check", "--network", "fine"]) == 0
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("....\n....\nEEEE"), network="civil")
    assert run(verb) == 1
    assert "no network of scheme unit15 says what it stands below" in capsys.readouterr().err


def test_real_networks_over_one_city(owner: Database, desk: Path) -> None:
    names = ("anc", "tract", "block_group")
    for name in names:
        path = data.test_data(f"dc2016/boundaries/{name}.geojson")
        order = ImportOrder(path, FROM, level="grid", network=name, scheme="free", fields=Fields(code="key"))
        import_boundaries(owner, order)
    shapes = {}
    for name in names:
        frame = geopandas.read_file(data.test_data(f"dc2016/boundaries/{name}.geojson"))
        shapes[name] = dict(zip(frame.key, frame.geometry, strict=True))
    inside: dict[str, float] = defaultdict(float)
    for overlap in find_overlaps(shapes["tract"], shapes["block_group"]):
        inside[overlap.base] += overlap.base_share
    assert all(share == pytest.approx(1, abs=1e-9) for share in inside.values())
    assert compare(shapes["block_group"], shapes["tract"], 2.0).misfits == [], "tracts are made of block groups"
    with owner.transaction(EVERYTHING, timeout_s=120) as connection:
        kept = keep_aliases(connection, "block_group", "tract", valid_from=FROM)
    assert (len(kept.aliases), kept.left) == (450, [])
    assert run(["network", "derive", *(word for name in names for word in ("--from", name)), "--network", "dc",
                "--tolerance-m", "5"]) == 0  # fmt: skip
    assert run(["check", "--network", "dc"]) == 0
    with owner.transaction(EVERYTHING) as connection:
        parts = find_alias(connection, "2A")
    assert len(parts) > 10 and all(part.share > 0.9 for part in parts)
