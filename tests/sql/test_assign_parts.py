"""`gisgrid assign` a part at a time: as if the file were read whole; indexes that are kept are only of these shapes."""

import csv
import math
import struct
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pyogrio
import pytest
import shapely

from gisgrid.assignment import keeping, many, reading
from gisgrid.assignment.reading import open_point_file, plain_points
from gisgrid.assignment.table import AssignDone, AssignOrder, assign_file
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import GisgridError
from tests.drawing import draw, publish_leaves, spot

ROWS = 23
CODES = ["A", "B", ""]
XY: dict[str, Any] = {"lon": "x", "lat": "y", "system": "wgs84"}


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AAB AAB"))


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of three parts, whose points an index finds from the first on."""
    monkeypatch.setattr(reading, "PART", 10)
    monkeypatch.setattr(many, "FEW", 0)


def assign(owner: Database, source: Path, target: Path, **more: Any) -> AssignDone:
    with owner.transaction() as connection:
        return assign_file(connection, AssignOrder(source, target, **more))


def places() -> list[tuple[float, float]]:
    return [(spot(1.5, 0.5), spot(2.5, 0.5), spot(9, 9))[n % 3] for n in range(ROWS)]


def layer() -> Any:
    values = {"name": [f"第{n}" for n in range(ROWS)], "whole": [2**53 + n for n in range(ROWS)]}
    return geopandas.GeoDataFrame(values, geometry=[shapely.Point(p) for p in places()], crs=4326)


def write(folder: Path, kind: str) -> Path:
    source = folder / f"in.{kind}"
    if kind == "csv":
        lines = "".join(f"第{n},{2**53 + n},{p[0]!r},{p[1]!r}\n" for n, p in enumerate(places()))
        source.write_text("name,whole,x,y\n" + lines, encoding="utf-8")
    elif kind == "parquet":
        layer().to_parquet(source)
    else:
        layer().to_file(source, encoding="UTF-8")
    return source


def rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".parquet":
        return list(parquet.read_table(path).to_pylist())
    return list(pyogrio.read_arrow(path)[1].to_pylist())


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize("kind_in", ["csv", "parquet", "gpkg", "shp"])
@pytest.mark.parametrize("kind_out", ["csv", "parquet", "gpkg", "geojson"])
def test_three_parts_are_one_file(owner: Database, tmp_path: Path, kind_in: str, kind_out: str) -> None:
    source, target = write(tmp_path, kind_in), tmp_path / f"out.{kind_out}"
    done = assign(owner, source, target, **(XY if kind_in == "csv" else {}))
    assert done == AssignDone(ROWS, inside=16, edge=0, none=7, skipped=0)
    found = rows(target)
    assert [row["grid_code"] or "" for row in found] == [CODES[n % 3] for n in range(ROWS)]
    assert [row["name"] for row in found] == [f"第{n}" for n in range(ROWS)]
    assert [int(row["whole"]) for row in found] == [2**53 + n for n in range(ROWS)]


@pytest.mark.usefixtures("in_parts")
def test_wrong_rows_of_every_part_are_told_together(owner: Database, tmp_path: Path) -> None:
    source, target = write(tmp_path, "csv"), tmp_path / "out.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].rpartition(",")[0] + ",north"
    lines[22] = lines[22].rpartition(",")[0] + ","
    source.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(GisgridError) as caught:
        assign(owner, source, target, **XY)
    assert [str(fault).split(":")[0] for fault in caught.value.faults] == ["in.csv row 4, y", "in.csv row 23, y"]
    assert list(tmp_path.iterdir()) == [source]
    assert assign(owner, source, target, **XY, skip_bad=True).skipped == 2
    lines[15] += ",one more"
    source.write_text("\n".join(lines), encoding="utf-8")
    target.unlink()
    for out in (target, tmp_path / "out.gpkg", tmp_path / "out.parquet"):
        with pytest.raises(GisgridError) as caught:
            assign(owner, source, out, **XY, skip_bad=True)
        assert [str(fault).split(" ->")[0] for fault in caught.value.faults] == [
            "in.csv row 16: 5 cells under 4 headers"
        ]
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize(
    ("tail", "told"),
    [(b"\xb9\xf1,1,1,1\n", "this is no UTF-8 text (line 25)"), (b'"a"b,1,1,1\n', "in.csv line 25: this is no CSV")],
)
def test_a_file_that_breaks_off_is_refused_at_its_line(owner: Database, tmp_path: Path, tail: bytes, told: str) -> None:
    source = write(tmp_path, "csv")
    source.write_bytes(source.read_bytes() + tail)
    with pytest.raises(GisgridError) as caught:
        assign(owner, source, tmp_path / "out.parquet", **XY)
    assert told in str(caught.value.faults[0])
    assert list(tmp_path.iterdir()) == [source]


def test_a_row_group_that_is_damaged_is_of_the_input(owner: Database, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"x": np.arange(9.0), "y": np.arange(9.0)}), source, use_dictionary=False)
    body = bytearray(source.read_bytes())
    body[4:40] = bytes(36)
    source.write_bytes(body)
    with pytest.raises(GisgridError, match="this cannot be read"):
        assign(owner, source, tmp_path / "out.parquet", **XY)


def test_without_distances(owner: Database, tmp_path: Path) -> None:
    source = write(tmp_path, "parquet")
    assign(owner, source, tmp_path / "all.parquet")
    assign(owner, source, tmp_path / "few.parquet", distances=False)
    table = parquet.read_table(tmp_path / "all.parquet")
    assert parquet.read_table(tmp_path / "few.parquet").equals(table.drop_columns(["distance_to_edge_m"]))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("z", [False, True])
def test_points_as_wkb_of_every_kind(tmp_path: Path, order: str, z: bool) -> None:
    """Those of the usual kind are taken at once; never others, whose bytes mean something else."""
    source = tmp_path / "in.parquet"
    geo = b'{"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}'
    shapes = shapely.points(np.array([(1.5, 2.5, 3.5), (math.nan, math.nan, 0)])[:, : 3 if z else 2])
    wkb = shapely.to_wkb(shapes, byte_order=int(order == "<"), output_dimension=3).tolist()
    table = pa.table({"g": pa.array(wkb, pa.binary())}).replace_schema_metadata({"geo": geo})
    parquet.write_table(table, source)
    with open_point_file(source) as file:
        part = next(file.rows).table
    found = plain_points(part, "g")
    if order == ">" or z:
        assert found is None
    else:
        assert found is not None
        assert (found[0][0], found[1][0]) == (1.5, 2.5) and math.isnan(found[0][1])
    line = pa.table({"g": pa.array([struct.pack("<BI2d", 1, 2, 0, 0)], pa.binary())})
    assert plain_points(line, "g") is None
    assert plain_points(pa.table({"g": pa.array([None, wkb[0]], pa.binary())}), "g") is None
    part = pa.table({"g": pa.array([b"", *wkb] if order == "<" else wkb, pa.binary())}).slice(1)
    assert (plain_points(part, "g") is None) == (order == ">" or z)


@pytest.mark.usefixtures("in_parts")
def test_an_index_is_kept_until_a_shape_differs(
    owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = write(tmp_path, "parquet"), tmp_path / "indexes"
    made: list[Path] = []
    real = keeping._write

    def write_and_tell(place: Path, parts: keeping.Parts) -> None:
        made.append(place)
        real(place, parts)

    monkeypatch.setattr(keeping, "_write", write_and_tell)

    def codes(target: str) -> list[str]:
        assign(owner, source, tmp_path / target, folder=folder)
        return [row["grid_code"] or "" for row in rows(tmp_path / target)]

    first = codes("1.parquet")
    assert codes("2.parquet") == first
    assert len(made) == 1
    damaged = next(made[0].rglob("cell.npy"))
    damaged.write_bytes(damaged.read_bytes()[:50])
    assert codes("3.parquet") == first
    assert len(made) == 2
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("ABB AAB"))
    assert codes("4.parquet") == ["" if code == "" else "B" for code in first]
    assert len(made) == 3
    for old in folder.iterdir():
        assert old in made
