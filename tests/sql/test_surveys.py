"""Files as surveyors and map services write them come in, or are refused with a next step that works."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from sqlalchemy import text

from gisgrid.boundaries.audit import audit, leaves_by_code, read_live
from gisgrid.boundaries.finding import Faulty
from gisgrid.boundaries.importing import Imported, ImportOrder, import_boundaries
from gisgrid.boundaries.snapping import snap_coverage
from gisgrid.database import EVERYTHING, Database
from tests.surveys import sample_grids, survey

FROM = datetime(2024, 1, 1, tzinfo=UTC)
METRES = 111_320.0


def bring(owner: Database, path: Path, network: str, **more: Any) -> Imported:
    given = {"level": "grid", "network": network, "scheme": "unit15", "ground": "any", **more}
    return import_boundaries(owner, ImportOrder(path, FROM, **given))


@pytest.mark.parametrize(
    ("kind", "more", "tolerance_m"),
    [
        ("millimetres", {}, 0.01),
        ("denser", {}, 0.01),
        ("shaken-0.1", {"snap_m": 0.2}, 0.3),
        ("shaken-0.7", {"snap_m": 1}, 2),
        ("shaken-2", {"snap_m": 3}, 5),
        ("gcj02", {"crs": "gcj02"}, 0.5),
        ("heights", {}, 0.01),
        ("unclosed", {}, 0.05),
        ("gbk", {}, 0.01),
    ],
)
def test_a_survey_file_comes_in(
    owner: Database, tmp_path: Path, kind: str, more: dict[str, Any], tolerance_m: float
) -> None:
    network, grids = kind.replace(".", "-"), sample_grids()
    done = bring(owner, survey(kind, tmp_path), network, **more)
    assert done.grids == len(grids)
    with owner.transaction(EVERYTHING) as connection:
        live = read_live(connection, network)
        assert [f for f in audit(connection, network) if f.kind in ("overlap", "gap", "hole", "nesting")] == []
    leaves = leaves_by_code(live)
    names = {area.code: area.name for area in live}
    for code, name, shape in zip(grids.code, grids["name"], grids.geometry, strict=True):
        assert names[code] == name
        apart = leaves[code].symmetric_difference(shape).area * METRES**2
        assert apart < tolerance_m * shape.length * METRES, code
    assert shapely.coverage_is_valid(list(leaves.values()))


@pytest.mark.parametrize("width", ["0.1", "0.7", "2"])
def test_outlines_that_differ_by_more_are_refused_with_the_next_step(
    owner: Database, tmp_path: Path, width: str
) -> None:
    """The remedy of the refusal, followed as it is written, brings the file in."""
    path, network = survey(f"shaken-{width}", tmp_path, seed=2), f"step-{width.replace('.', '-')}"
    with pytest.raises(Faulty, match=r"overlap in .* --snap-m") as refused:
        bring(owner, path, network)
    (wanted,) = {float(f.remedy.split()[1]) for f in refused.value.findings if f.severity == "error"}
    assert bring(owner, path, network, snap_m=wanted).grids == len(sample_grids())


def test_what_changed_hands_is_told_by_code_and_drawn(owner: Database, tmp_path: Path) -> None:
    path, out = survey("shaken-0.7", tmp_path), tmp_path / "report.gpkg"
    done = bring(owner, path, "told", snap_m=1, out=out)
    assert any("were made the same" in note for note in done.notes)
    moved = geopandas.read_file(out, layer="moved")
    assert 0.3 < moved.width_m.max() <= 1.1
    assert set(moved.from_code.dropna()) | set(moved.to_code.dropna()) == set(sample_grids().code)
    assert np.isclose(moved.to_crs("EPSG:4547").area.sum(), moved.area_m2.sum(), rtol=1e-3)
    assert len(geopandas.read_file(out, layer="problem")) == 0


def test_a_file_with_faults_becomes_a_draft(owner: Database, tmp_path: Path) -> None:
    """Overlaps stay with both, everything else matches; the problems are those of the database."""
    path = survey("shaken-2", tmp_path)
    done = bring(owner, path, "draft", draft=True)
    assert done.grids == 0
    overlaps = {(f.code, f.other_code) for f in done.findings if f.kind == "overlap"}
    assert overlaps
    with owner.transaction(EVERYTHING) as connection:
        problems = connection.execute(
            text("SELECT kind, code, other_code FROM draft.problem WHERE changeset_id = :id"), {"id": done.changeset_id}
        ).all()
        status = connection.execute(
            text("SELECT status FROM draft.changeset WHERE changeset_id = :id"), {"id": done.changeset_id}
        ).scalar_one()
    assert status == "open"
    assert done.problems == len(problems)
    assert {(row.code, row.other_code) for row in problems if row.kind == "overlap"} >= overlaps


def test_lines_of_live_neighbours_that_stay_are_taken_over(owner: Database, tmp_path: Path) -> None:
    grids = sample_grids()
    bring(owner, survey("millimetres", tmp_path), "beside")
    some = grids[grids.code.str.startswith("360302001001")]
    shaken = geopandas.read_file(survey("shaken-0.7", tmp_path)).set_index("code").loc[some.code].reset_index()
    shaken.to_file(tmp_path / "some.gpkg", index=False)
    done = bring(owner, tmp_path / "some.gpkg", "beside", snap_m=1, ground="gain")
    assert done.grids == len(some)
    with owner.transaction(EVERYTHING) as connection:
        assert [f for f in audit(connection, "beside") if f.kind in ("overlap", "gap", "hole")] == []


def test_what_matches_comes_back_as_it_was() -> None:
    """Only shapes that had to change are others afterwards, so an import changes no more than it must."""
    given = np.array([shapely.multipolygons([s]) for s in sample_grids().to_crs("EPSG:4547").geometry], dtype=object)
    given[0] = shapely.transform(given[0], lambda places: places + 0.004)
    made = snap_coverage(given, 0.01).shapes
    changed = [n for n in range(len(given)) if made[n] is not given[n]]
    assert 0 < len(changed) < 12, "the one that was moved, or its neighbours"


def file_of(path: Path, shapes: dict[str, Any], crs: str) -> Path:
    geopandas.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs=crs).to_file(path, index=False)
    return path


@pytest.mark.parametrize("bend", [1, -1])
@pytest.mark.parametrize(("crs", "named", "size"), [("EPSG:4547", "", 1), ("EPSG:4326", "gcj02", 1e-5)])
def test_a_coverage_stays_one_in_another_system(
    owner: Database, tmp_path: Path, crs: str, named: str, size: float, bend: int
) -> None:
    """A corner on a neighbour's straight line of kilometres lies metres beside it when both are transformed."""
    west, south = (485_000.0, 3_056_000.0) if size == 1 else (113.8, 27.6)
    long, wide = 9000 * size, 900 * size * bend
    middle = (west + long / 2, south + long / 2)
    shapes = {
        "L": shapely.Polygon([(west, south), (west + long, south + long), (west + long + wide, south + long - wide)]),
        "A": shapely.Polygon([(west, south), middle, (middle[0] - wide, middle[1] + wide)]),
        "B": shapely.Polygon([middle, (west + long, south + long), (middle[0] - wide, middle[1] + wide)]),
    }
    network = f"bent-{named or 'gauss'}-{'in' if bend > 0 else 'out'}"
    done = bring(owner, file_of(tmp_path / "bent.gpkg", shapes, crs), network, scheme="free", crs=named)
    assert done.grids == 3
    with owner.transaction(EVERYTHING) as connection:
        assert audit(connection, network) == []
        leaves = leaves_by_code(read_live(connection, network))
    assert shapely.coverage_is_valid(list(leaves.values()))
    if size == 1:
        drawn = geopandas.GeoSeries(leaves, crs=4326).to_crs(crs).area
        assert all(abs(drawn[code] - shape.area) < 3 for code, shape in shapes.items())


def test_a_micrometre_is_settled_and_said(owner: Database, tmp_path: Path) -> None:
    left, right = shapely.box(113.86, 27.6, 113.87, 27.61), shapely.box(113.87 - 3e-11, 27.6, 113.88, 27.61)
    done = bring(
        owner, file_of(tmp_path / "official.gpkg", {"A": left, "B": right}, "EPSG:4326"), "hair", scheme="free"
    )
    assert (done.grids, "made the same: 1 places" in done.notes[0]) == (2, True)


def test_a_gap_is_told_and_closed_when_asked(owner: Database, tmp_path: Path) -> None:
    left, right = shapely.box(113.86, 27.6, 113.87, 27.61), shapely.box(113.870005, 27.6, 113.88, 27.61)
    path = file_of(tmp_path / "gap.gpkg", {"A": left, "B": right}, "EPSG:4326")
    told = bring(owner, path, "apart", scheme="free")
    assert {finding.kind for finding in told.findings} == {"gap"}
    assert any("narrow gap" in note and "113.87" in note for note in told.notes)
    closed = bring(owner, path, "closed", scheme="free", snap_m=1)
    assert closed.findings == ()
    with owner.transaction(EVERYTHING) as connection:
        assert audit(connection, "closed") == []
        assert {f.kind for f in audit(connection, "apart")} == {"gap"}
