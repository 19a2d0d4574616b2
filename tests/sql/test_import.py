"""Boundary files in: what is good becomes live, what is wrong is named with place and remedy and changes nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from sqlalchemy import text

from gisgrid.boundaries import drafting, files, importing
from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import GisgridError, Refused, Unreadable
from tests.drawing import draw, write_geojson

FIXTURES = Path(__file__).parents[1] / "fixtures" / "boundaries"
FROM = datetime(2024, 1, 1, tzinfo=UTC)
COUNTED = ("core.network", "core.area", "core.area_version", "core.lineage", "draft.changeset", "draft.area")


def order(path: Path, **more: Any) -> ImportOrder:
    return ImportOrder(path, **{"valid_from": FROM, "level": "grid", "network": "base", **more})


def state(owner: Database) -> list[Any]:
    with owner.transaction(EVERYTHING) as connection:
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in COUNTED]


REFUSED = {
    "overlapping_pair": ("360302001001001 and 360302001001002", r"overlap in .* at \(113", "give the ground to one"),
    "duplicate_code": ("rows 1, 2, code 360302001001001", "2 rows have this code", "a code of its own"),
    "malformed_code": ("row 2, code 36030200100100X", "sequence", ""),
    "self_crossing_ring": ("row 2, code 360302001001002, shape", "Self-intersection", "redraw the ring"),
    "empty_geometry": ("row 2", "no shape", "draw it"),
    "no_geometry": ("row 2", "no shape", "draw it"),
    "a_line": ("row 2", "LineString is no polygon", "polygons"),
    "swapped_axes": ("swapped_axes.geojson", "axes are swapped", "longitude (easting) first"),
    "nul_in_name": ("nul_in_name.geojson line", "NUL", "remove"),
    "half_a_surrogate_pair": ("half_a_surrogate_pair.geojson line 1", "surrogate", "remove"),
    "no_code_column": ("no_code_column.geojson", "no column holds the code", "--code-field, among: bianhao"),
    "not_a_number": ("not_a_number.geojson row 1", "not a finite number", "redraw the shape"),
    "infinite": ("infinite.geojson", "1e400", "save it anew"),
    "out_of_range": ("out_of_range.geojson row 1 lon", "413.852 is beyond 180 degrees", "--crs"),
    "broken": ("broken.geojson", "cannot be read", "save it anew"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_files_are_refused_with_place_and_remedy(owner: Database, name: str) -> None:
    place, message, remedy = REFUSED[name]
    before = state(owner)
    with pytest.raises(GisgridError) as caught:
        import_boundaries(owner, order(FIXTURES / f"{name}.geojson"))
    assert isinstance(caught.value, Refused | Unreadable)
    said = [str(fault) for fault in caught.value.faults]
    assert any(place in line for line in said), said
    assert caught.match(message)
    assert remedy in caught.value.faults[0].remedy
    assert state(owner) == before


def test_every_wrong_row_is_named_at_once(owner: Database, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "many.geojson", {"x": draw("a")["a"], "y": draw(".b")["b"]}, level="village")
    with pytest.raises(Refused) as caught:
        import_boundaries(owner, order(path, level=None))
    assert sum("'village' is no level" in str(f) for f in caught.value.faults) == 2
    assert sum("code" in f.field and "level" not in f.field for f in caught.value.faults) >= 2


def test_a_good_file_makes_what_is_above_it(owner: Database) -> None:
    done = import_boundaries(owner, order(FIXTURES / "good.geojson"))
    assert (done.rows, done.grids, done.ended, done.above) == (2, 2, 0, 3)
    assert any("360302001001 was not there yet" in note for note in done.notes)
    again = import_boundaries(owner, order(FIXTURES / "good.geojson"))
    assert (again.grids, again.ended, again.above) == (0, 0, 0)


def test_many_areas_of_one_kind_are_a_few_lines(owner: Database, tmp_path: Path) -> None:
    """100,000 grids without the areas above them were 3,281 lines."""
    codes = [f"3603020{n:02d}001001" for n in range(51, 76)]
    areas = {code: shapely.box(113 + n * 0.001, 27, 113.001 + n * 0.001, 27.001) for n, code in enumerate(codes)}
    done = import_boundaries(owner, order(write_geojson(tmp_path / "many.geojson", areas), draft=True))
    lines = [note for note in done.notes if "was not there yet" in note]
    assert len(lines) == 10
    (more,) = [note for note in done.notes if note.endswith("more of this kind")]
    assert 10 + int(more.split()[1]) in (50, 51), "two for each grid, and the district if it is not there"


def test_a_large_file_says_how_far_it_is(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever breaks off at any of its lines leaves nothing behind."""
    for module, name in ((files, "SILENT"), (importing, "SILENT"), (drafting, "ROWS")):
        monkeypatch.setattr(module, name, 1)
    before = state(owner)

    def bring_in(stop: int | None) -> list[str]:
        heard: list[str] = []

        def say(line: str) -> None:
            heard.append(line)
            if len(heard) == stop:
                raise KeyboardInterrupt

        import_boundaries(owner, order(FIXTURES / "good.geojson", network="told"), say=say)
        return heard

    for stop in range(1, 9):
        with pytest.raises(KeyboardInterrupt):
            bring_in(stop)
        assert state(owner) == before
    heard = bring_in(None)
    assert state(owner) != before
    assert [line for line in heard if "read" in line or "drawn" in line] == [
        "reading good.geojson",
        "  2 rows read; checking codes and shapes",
        "  1 of 2 areas drawn",
        "  2 of 2 areas drawn",
        *(f"  {n} of 3 areas drawn" for n in (1, 2, 3)),
    ]


def test_safe_repairs_are_made_and_told(owner: Database) -> None:
    done = import_boundaries(owner, order(FIXTURES / "repeated_points_and_heights.geojson", network="repairs"))
    assert any("row 1: 1 repeated points dropped" in note for note in done.notes)
    with owner.transaction(EVERYTHING) as connection:
        shape = connection.execute(
            text(
                "SELECT ST_NDims(geom) AS dims, ST_NPoints(geom) AS points FROM app.area_now"
                " WHERE network = 'repairs' AND code = '360302001001001'"
            )
        ).one()
    assert (shape.dims, shape.points) == (2, 5)


def test_an_unclosed_ring_is_closed_or_named(owner: Database) -> None:
    done = import_boundaries(owner, order(FIXTURES / "unclosed_ring.geojson", network="unclosed"))
    assert done.grids == 1


def shapefile(folder: Path, *, crs: int | None, encoding: str, cpg: bool) -> Path:
    frame = geopandas.GeoDataFrame(
        {"bm": ["360302001001001"], "mc": ["八一街网格"]}, geometry=[draw("A")["A"]], crs=4326
    ).to_crs(crs or 4547)
    path = folder / "grids.shp"
    frame.to_file(path, engine="pyogrio", encoding=encoding)
    if crs is None:
        path.with_suffix(".prj").unlink()
    if not cpg:
        path.with_suffix(".cpg").unlink()
    return path


@pytest.mark.parametrize("cpg", [True, False])
def test_a_gbk_shapefile_in_a_survey_system(owner: Database, tmp_path: Path, cpg: bool) -> None:
    path = shapefile(tmp_path, crs=4547, encoding="GBK", cpg=cpg)
    network = f"gbk-{cpg}".lower()
    import_boundaries(owner, order(path, network=network, fields=Fields(code="bm", name="mc")))
    with owner.transaction(EVERYTHING) as connection:
        row = connection.execute(
            text(
                "SELECT name, ST_AsText(ST_Envelope(geom)) AS box, ST_XMin(geom) AS west FROM app.area_now"
                " WHERE network = :network AND level = 'grid'"
            ),
            {"network": network},
        ).one()
    assert row.name == "八一街网格"
    assert row.west == pytest.approx(113.85, abs=1e-8)


def test_without_prj_the_system_must_be_named(owner: Database, tmp_path: Path) -> None:
    path = shapefile(tmp_path, crs=None, encoding="UTF-8", cpg=True)
    fields = Fields(code="bm", name="mc")
    with pytest.raises(Refused, match=r"without \.prj.*--crs"):
        import_boundaries(owner, order(path, network="noprj", fields=fields))
    assert import_boundaries(owner, order(path, network="noprj", fields=fields, crs="EPSG:4547")).grids == 1


def test_swapped_survey_axes_are_recognised(owner: Database, tmp_path: Path) -> None:
    path = shapefile(tmp_path, crs=4547, encoding="UTF-8", cpg=True)
    frame = geopandas.read_file(path)
    frame = frame.set_geometry(
        geopandas.GeoSeries(shapely.transform(frame.geometry.values, lambda c: c[:, ::-1]), crs=4547)
    )
    frame.to_file(tmp_path / "swapped.gpkg", engine="pyogrio")
    with pytest.raises(Refused, match="swap"):
        import_boundaries(
            owner, order(tmp_path / "swapped.gpkg", network="swapped", fields=Fields(code="bm", name="mc"))
        )


def test_gcj02_boundaries_come_to_their_place(owner: Database, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "gcj.geojson", {"360302001001001": draw("A")["A"]})
    import_boundaries(owner, order(path, network="gcj", crs="gcj02"))
    with owner.transaction(EVERYTHING) as connection:
        west = connection.execute(
            text("SELECT ST_XMin(geom) FROM app.area_now WHERE network = 'gcj' AND level = 'grid'")
        ).scalar_one()
    assert 0.003 < 113.85 - west < 0.006


def test_replace_ends_what_the_file_lacks(owner: Database, tmp_path: Path) -> None:
    both = write_geojson(tmp_path / "both.geojson", draw("AB"))
    one = write_geojson(tmp_path / "one.geojson", {"A": draw("AA")["A"]})
    free = {"network": "replaced", "scheme": "free"}
    import_boundaries(owner, order(both, **free))
    with pytest.raises(Refused, match="overlap"):
        import_boundaries(owner, order(one, **free))
    done = import_boundaries(owner, order(one, replace=True, valid_from=datetime(2025, 1, 1, tzinfo=UTC), **free))
    assert (done.grids, done.ended) == (1, 1)


def test_a_city_brings_its_own_scheme(owner: Database, tmp_path: Path) -> None:
    scheme = tmp_path / "ours.toml"
    scheme.write_text(Path("gisgrid/schemes/unit15.toml").read_text(encoding="utf-8"), encoding="utf-8")
    path = write_geojson(tmp_path / "own.geojson", {"360302001001001": draw("A")["A"]})
    kept = tmp_path / "schemes"
    import_boundaries(owner, order(path, network="own", scheme=str(scheme), schemes=kept))
    scheme.unlink()
    assert import_boundaries(owner, order(path, network="own", schemes=kept)).grids == 0


def test_a_whole_surrogate_pair_and_a_backslash_are_text_like_any_other(owner: Database) -> None:
    import_boundaries(owner, order(FIXTURES / "good_emoji.geojson", network="emoji"))
    with owner.transaction(EVERYTHING) as connection:
        names = connection.execute(text("SELECT name FROM app.area_now WHERE network = 'emoji'")).scalars()
        assert "网格😀一 \\u0000 as text" in list(names)


def test_the_planner_knows_a_large_import_before_anything_follows_it(owner: Database, tmp_path: Path) -> None:
    """Thousands of areas that statistics do not know are planned as one: minutes, where seconds are enough."""
    side = 25
    cells = {
        f"{row * side + column:06d}": shapely.box(
            113 + column / 500, 27 + row / 500, 113.002 + column / 500, 27.002 + row / 500
        )
        for row in range(side)
        for column in range(side)
    }
    path = write_geojson(tmp_path / "large.geojson", cells)
    assert import_boundaries(owner, order(path, network="large", scheme="free")).grids == len(cells)
    known = text("SELECT relname, reltuples FROM pg_class WHERE oid = ANY(CAST(:tables AS regclass[]))")
    tables = ["draft.area", "draft.touched", "core.area", "core.area_version"]
    with owner.transaction(EVERYTHING) as connection:
        rows = {row.relname: row.reltuples for row in connection.execute(known, {"tables": tables})}
    assert min(rows.values()) >= len(cells), rows
