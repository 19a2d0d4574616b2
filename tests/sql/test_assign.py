"""A table of points gets its grids, every column kept, from file to file. Long: one test an oddity of files."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import pyarrow as pa
import pyarrow.parquet as parquet
import pyogrio
import pytest
import shapely
from sqlalchemy import text

from gisgrid.assignment.many import Assigner
from gisgrid.assignment.table import AssignDone, AssignOrder, assign_file
from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.coordinates import from_wgs84
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import GisgridError, NotFound, Refused
from tests import data
from tests.drawing import CELL, NORTH, WEST, draw, publish_leaves, spot

ADDED = ["grid_code", "grid_name", "method", "distance_to_edge_m"]


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AAB AAB"), valid_from="2023-01-01T00:00:00+08:00")
    with owner.transaction(EVERYTHING) as connection:
        shapes = draw("xxB xxB")
        areas = {"A1": shapes["x"], "B": shapes["B"]}
        publish_leaves(connection, areas, valid_from="2024-06-01T00:00:00+08:00")


def assign(owner: Database, source: Path, target: Path, **more: Any) -> AssignDone:
    said: list[str] = []
    with owner.transaction() as connection:
        return assign_file(connection, AssignOrder(source, target, **more), say=said.append)


def faults(owner: Database, source: Path, target: Path, **more: Any) -> list[str]:
    with pytest.raises(GisgridError) as caught:
        assign(owner, source, target, **more)
    assert not target.exists()
    assert not list(target.parent.glob(".*part*"))
    return [str(fault) for fault in caught.value.faults]


def write(folder: Path, body: str | bytes, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


EDGE = draw("AAB AAB")["A"].bounds[2]
POINTS = [spot(0.5, 0.5), spot(2.5, 0.5), (EDGE, spot(2, 1)[1]), spot(9, 9)]
CODES, METHODS = ["A1", "B", "A1", ""], ["inside", "inside", "edge", "none"]


def body() -> str:
    rows = [("id", "x", "名称", "y", "id2")]
    rows += [(f"00{n}", repr(p[0]), f"第{n}\n行", repr(p[1]), " a ") for n, p in enumerate(POINTS)]
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n"


XY: dict[str, Any] = {"lon": "x", "lat": "y", "system": "wgs84"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_csv_keeps_text_as_it_is(owner: Database, tmp_path: Path, encoding: str) -> None:
    source = write(tmp_path, body().encode(encoding))
    named = "gbk" if encoding == "gbk" else ""
    done = assign(owner, source, tmp_path / "out.csv", **XY, encoding=named)
    assert done == AssignDone(rows=4, inside=2, edge=1, none=1, skipped=0)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", "x", "名称", "y", "id2", *ADDED]
    assert [row["grid_code"] for row in rows] == CODES
    assert [row["grid_name"] for row in rows] == [f"网格{code}" if code else "" for code in CODES]
    assert [row["method"] for row in rows] == METHODS
    for n, row in enumerate(rows):
        assert (row["id"], row["名称"], row["id2"]) == (f"00{n}", f"第{n}\n行", " a ")
    assert float(rows[0]["distance_to_edge_m"]) == pytest.approx(CELL / 2 * 98_000, rel=0.02)
    assert (rows[2]["distance_to_edge_m"], rows[3]["distance_to_edge_m"]) == ("0.0", "")


@pytest.mark.parametrize("ending", ["csv", "gpkg", "parquet"])
def test_csv_to_every_kind(owner: Database, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    assign(owner, write(tmp_path, body()), target, **XY)
    if ending == "csv":
        frame: Any = pandas.read_csv(target, dtype=str, keep_default_na=False)
    else:
        frame = pandas.read_parquet(target) if ending == "parquet" else geopandas.read_file(target)
    assert frame["id"].tolist() == ["000", "001", "002", "003"]
    assert frame["grid_code"].fillna("").tolist() == CODES
    if ending == "gpkg":
        assert frame.crs == 4326
        assert frame.geometry.x.tolist() == [p[0] for p in POINTS]


def layer(crs: int = 4326, system: str = "wgs84") -> Any:
    places = [*POINTS[:2], spot(1.5, 1.5), POINTS[3]]
    points = [shapely.Point(from_wgs84(*place, system)) for place in places]
    values = {
        "id": ["007", None, "x", "y"],
        "whole": pandas.array([2**53 + 1, None, 3, 4], dtype="Int64"),
        "seen": pandas.to_datetime(
            ["2024-05-01T08:00:00Z", "NaT", "2024-05-02", "2024-05-03"], format="ISO8601", utc=True
        ),
        "yes": [True, False, True, True],
    }
    return geopandas.GeoDataFrame(values, geometry=points, crs=crs)


@pytest.mark.parametrize("kind_in", ["gpkg", "parquet"])
@pytest.mark.parametrize("kind_out", ["gpkg", "parquet", "csv"])
def test_points_of_the_file_and_types_of_its_columns(
    owner: Database, tmp_path: Path, kind_in: str, kind_out: str
) -> None:
    """Neither columns nor system need naming; whole numbers with gaps, times and truth stay what they are."""
    source, target = tmp_path / f"in.{kind_in}", tmp_path / f"out.{kind_out}"
    given = layer(4547, "EPSG:4547")
    given.to_parquet(source) if kind_in == "parquet" else given.to_file(source)
    assert assign(owner, source, target).inside == 3
    if kind_out == "csv":
        with target.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["whole"] for row in rows] == ["9007199254740993", "", "3", "4"]
        assert [row["grid_code"] for row in rows] == CODES
        assert shapely.from_wkt(rows[0]["geometry" if kind_in == "parquet" else "geom"]).equals(given.geometry.iloc[0])
        return
    frame = geopandas.read_parquet(target) if kind_out == "parquet" else geopandas.read_file(target, use_arrow=True)
    assert frame["grid_code"].fillna("").tolist() == CODES
    assert frame.crs == 4547
    assert frame.geometry.geom_equals_exact(given.geometry, 0).all()
    table = parquet.read_table(target) if kind_out == "parquet" else pyogrio.read_arrow(target)[1]
    assert table["whole"].to_pylist() == [2**53 + 1, None, 3, 4]
    assert table["id"].to_pylist() == ["007", None, "x", "y"]
    assert [bool(v) for v in table["yes"].to_pylist()] == [True, False, True, True]
    assert table["seen"].to_pylist()[0] == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert [name for name in table.column_names if name != "fid"][:4] == ["id", "whole", "seen", "yes"]


def test_a_geopackages_row_numbers_stay(owner: Database, tmp_path: Path) -> None:
    source, target = tmp_path / "in.gpkg", tmp_path / "out.gpkg"
    layer().to_file(source)
    numbered = pyogrio.read_arrow(source, return_fids=True)[1].take([0, 2, 3])
    source.unlink()
    pyogrio.write_arrow(
        numbered, source, driver="GPKG", geometry_name="geom", geometry_type="Point", crs="EPSG:4326",
        layer_options={"FID": "fid"},
    )  # fmt: skip
    assign(owner, source, target)
    assert pyogrio.read_arrow(target, return_fids=True)[1]["fid"].to_pylist() == [1, 3, 4]
    assign(owner, source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith("fid,id,whole,seen,yes,geom,grid_code,")


def test_plain_parquet_with_columns(owner: Database, tmp_path: Path) -> None:
    columns = {"x": [p[0] for p in POINTS], "y": [p[1] for p in POINTS], "list": [[1], [2, 3], None, []]}
    parquet.write_table(pa.table(columns), tmp_path / "in.parquet")
    assign(owner, tmp_path / "in.parquet", tmp_path / "out.parquet", **XY)
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names == ["x", "y", "list", *ADDED]
    assert table["list"].to_pylist() == columns["list"]
    assert table["distance_to_edge_m"].to_pylist()[3] is None


def test_at_asks_for_a_date(owner: Database, tmp_path: Path) -> None:
    then = datetime(2024, 1, 1, tzinfo=UTC)
    assign(owner, write(tmp_path, body()), tmp_path / "out.csv", **XY, at=then)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["grid_code"] for row in csv.DictReader(file)] == ["A", "B", "A", ""]
    before = datetime(2020, 1, 1, tzinfo=UTC)
    assert assign(owner, write(tmp_path, body()), tmp_path / "out.csv", **XY, at=before).none == 4


def test_a_gcj02_table(owner: Database, tmp_path: Path) -> None:
    shifted = [from_wgs84(*p, "gcj02") for p in POINTS]
    source = write(tmp_path, "x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in shifted))
    done = assign(owner, source, tmp_path / "out.csv", **(XY | {"system": "gcj02"}))
    assert (done.inside + done.edge, done.none) == (3, 1)


def test_every_wrong_row_is_told_and_nothing_is_written(owner: Database, tmp_path: Path) -> None:
    lon, lat = spot(0.5, 0.5)
    source = write(tmp_path, f"x,y\n{lon},{lat}\n,{lat}\nnan,{lat}\n{lat},{lon}\n190,{lat}\n一二,{lat}\n{lon},{lat}\n")
    told = faults(owner, source, tmp_path / "out.csv", **XY)
    assert [line.split(":")[0] for line in told] == [
        "in.csv row 3, x",
        "in.csv row 4, x",
        "in.csv row 5, x",
        "in.csv row 6, x",
        "in.csv row 7, x",
    ]
    assert "swapped" in told[2]
    done = assign(owner, source, tmp_path / "out.csv", **XY, skip_bad=True)
    assert (done.rows, done.inside, done.skipped, done.notes) == (7, 2, 5, tuple(told))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["grid_code"] for row in rows] == ["A1", "", "", "", "", "", "A1"]
    assert [row["method"] for row in rows][1:6] == [""] * 5


def test_what_cannot_be_assigned_is_refused(owner: Database, tmp_path: Path) -> None:
    source, target = write(tmp_path, body()), tmp_path / "out.csv"
    assert faults(owner, source, target, lon="lon", lat="y", system="wgs84") == [
        "--lon: in.csv has no column 'lon' -> one of id, x, 名称, y, id2"
    ]
    assert faults(owner, source, target, lon="x", system="wgs84")[0].startswith("--lat: is missing")
    assert faults(owner, source, target)[0].startswith("in.csv: the file has no points of its own")
    assert faults(owner, source, target, lon="x", lat="y")[0].startswith("system: the coordinate system is not said")
    assert faults(owner, source, target, **(XY | {"system": "mars"}))[0].startswith("system: 'mars'")
    assert faults(owner, source, tmp_path / "out.xls", **XY)[0].endswith(
        "one of .csv, .gpkg, .parquet, .geojson, .shp, .xlsx"
    )
    assert "there is no such file" in faults(owner, tmp_path / "none.csv", target, **XY)[0]
    assert "cannot be read" in faults(owner, write(tmp_path, "x", "in.gpkg"), target, **XY)[0]
    assert "cannot be read" in faults(owner, write(tmp_path, "x", "in.parquet"), target, **XY)[0]
    again = write(tmp_path, "x,y,method\n1,2,3\n")
    assert faults(owner, again, target, **XY) == ["in.csv: there is a column method already -> rename it first"]
    lines = geopandas.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)]), None], crs=4326)
    lines.to_file(tmp_path / "lines.gpkg")
    told = faults(owner, tmp_path / "lines.gpkg", target)
    assert [line.split(" ->")[0] for line in told] == [
        "lines.gpkg row 1, geom: this is a LineString, not a point",
        "lines.gpkg row 2, geom: there is no point",
    ]
    with pytest.raises(Refused, match="this is the input itself"):
        assign(owner, source, source, **XY)
    with pytest.raises(NotFound):
        assign(owner, write(tmp_path, body()), target, **XY, network="none")


def test_a_geopackage_of_several_layers(owner: Database, tmp_path: Path) -> None:
    source = tmp_path / "in.gpkg"
    layer().to_file(source, layer="first")
    layer().to_file(source, layer="second")
    assert faults(owner, source, tmp_path / "out.csv") == [
        "in.gpkg: there are 2 layers -> --layer, one of first, second"
    ]
    assert assign(owner, source, tmp_path / "out.gpkg", layer="second").inside == 3
    assert pyogrio.list_layers(tmp_path / "out.gpkg")[:, 0].tolist() == ["second"]


def test_many_agree_with_one(owner: Database) -> None:
    """50,000 points by the index, the first 500 of them asked one by one."""
    chance = np.random.default_rng(7)
    lon = WEST + chance.uniform(-0.5, 3.5, 50_000) * CELL
    lat = NORTH - chance.uniform(-0.5, 2.5, 50_000) * CELL
    with owner.transaction() as connection:
        many = Assigner(connection).assign(lon, lat)
        one = [
            connection.execute(
                text("SELECT code, name, method, distance_to_edge_m FROM app.locate(ST_Point(:x, :y, 4326))"),
                {"x": x, "y": y},
            ).one()
            for x, y in zip(lon[:500].tolist(), lat[:500].tolist(), strict=True)
        ]
    columns = (many.grid_code, many.grid_name, many.method, many.distance_to_edge_m)
    answers = list(zip(*(column[:500].to_pylist() for column in columns), strict=True))
    assert [row[:3] for row in one] == [row[:3] for row in answers]
    assert [row[3] for row in one] == pytest.approx([row[3] for row in answers], abs=1e-7)


@pytest.mark.parametrize("network", ["anc", "tract", "block_group"])
def test_real_incidents_have_their_official_label(owner: Database, tmp_path: Path, network: str) -> None:
    """2,898 incidents: every label is found, and none where there is none; without any tolerance."""
    folder = data.test_data("dc2016")
    order = ImportOrder(
        folder / "boundaries" / f"{network}.geojson",
        datetime(2016, 1, 1, tzinfo=UTC),
        level="grid",
        network=network,
        scheme="free",
        fields=Fields(code="key"),
    )
    import_boundaries(owner, order)
    target = tmp_path / "out.csv"
    assign(owner, folder / "incidents.csv", target, lon="lon", lat="lat", system="wgs84", network=network)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2898
    assert sum(bool(row[network]) for row in rows) > 2800
    assert [row["grid_code"] for row in rows] == [row[network] for row in rows]


def test_plain_numbers_and_those_that_people_write_are_read_alike(owner: Database, tmp_path: Path) -> None:
    lon, lat = spot(2.5, 0.5)
    wide = str(lon).translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
    written = [str(lon), f" {lon} ", f'"=""{lon}"""', wide, f'"{lon}"'.replace(".", ",")]
    source = write(tmp_path, "x,y\n" + "".join(f"{cell},{lat}\n" for cell in written))
    done = assign(owner, source, tmp_path / "out.parquet", lon="x", lat="y", system="wgs84")
    table = parquet.read_table(tmp_path / "out.parquet")
    assert (done.rows, set(table["grid_code"].to_pylist())) == (5, {"B"})
    assert len(set(table["distance_to_edge_m"].to_pylist())) == 1
