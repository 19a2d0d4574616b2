"""`gisgrid assign` from every kind of file to every other: every column, every digit, no traceback."""

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas
import pyarrow.parquet as parquet
import pytest
import shapely

from gisgrid.assignment.table import AssignOrder, assign_file
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import GisgridError
from gisgrid.loading import ReadOptions, cell_text, read_cells, read_sheet, write_table
from tests.drawing import draw, publish_leaves, spot
from tests.unit.test_spreadsheets import book

KINDS = ["csv", "gpkg", "parquet", "geojson", "shp", "xlsx"]
LON, LAT = (round(degrees, 6) for degrees in spot(0.5, 0.5))
VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>other.csv</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""
LONG = "36030200100100100123"
CODES = {"code": "007", "long": LONG, "name": "东大街", "note": "=1+1"}
BODY = ",".join([*CODES, "x", "y"]) + "\n" + ",".join([*CODES.values(), repr(LON), repr(LAT)]) + "\n"


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))


def assign(owner: Database, source: Path, target: Path, *, xy: bool = True, **more: Any) -> Path:
    columns: dict[str, Any] = {"lon": "x", "lat": "y", "system": "wgs84"} if xy else {}
    with owner.transaction() as connection:
        assert assign_file(connection, AssignOrder(source, target, **columns, **more)).inside >= 1
    return target


def refused(owner: Database, source: Path, target: Path, **more: Any) -> str:
    with pytest.raises(GisgridError) as caught:
        assign(owner, source, target, **more)
    assert not target.exists()
    return str(caught.value)


def write(folder: Path, body: str, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_text(body, encoding="utf-8")
    return path


def facts(path: Path) -> dict[str, Any]:
    """The first row of any kind of file."""
    match path.suffix:
        case ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                return dict(next(csv.DictReader(file)))
        case ".xlsx":
            cells = read_cells(path)
            return dict(zip(cells.header, cells.rows[0], strict=True))
        case ".parquet":
            return dict(parquet.read_table(path).to_pylist()[0])
        case ".geojson":
            return dict(json.loads(path.read_text(encoding="utf-8"))["features"][0]["properties"])
        case _:
            return dict(geopandas.read_file(path).iloc[0])


@pytest.mark.parametrize("kind_in", KINDS)
@pytest.mark.parametrize("kind_out", KINDS)
def test_every_kind_to_every_kind(owner: Database, tmp_path: Path, kind_in: str, kind_out: str) -> None:
    first = assign(owner, write(tmp_path, BODY), tmp_path / f"first.{kind_in}")
    body = facts(first)
    assert {name: body[name] for name in CODES} == CODES
    write_without_answers(first)
    second = facts(assign(owner, first, tmp_path / f"second.{kind_out}"))
    assert {name: second[name] for name in CODES} == CODES
    assert (second["grid_code"], second["method"]) == ("A", "inside")


def write_without_answers(path: Path) -> Path:
    """The file with other names for the answers."""
    names = {name: f"was_{n}" for n, name in enumerate(("grid_code", "grid_name", "method", "distance_to_edge_m"))}
    if path.suffix == ".xlsx":
        cells = read_cells(path)
        rows = [[cell_text(value) for value in row] for row in cells.rows]
        write_table(path, [names.get(name, name) for name in cells.header], rows)
    elif path.suffix in (".gpkg", ".shp"):
        geopandas.read_file(path).rename(columns=names | {"edge_m": "was_3"}).to_file(path, encoding="UTF-8")
    elif path.suffix == ".parquet":
        table = parquet.read_table(path)
        parquet.write_table(table.rename_columns([names.get(name, name) for name in table.column_names]), path)
    else:
        text = path.read_text(encoding="utf-8")
        for name, other in names.items():
            text = text.replace(name, other)
        path.write_text(text, encoding="utf-8")
    return path


def test_columns_without_a_name_go_through(owner: Database, tmp_path: Path) -> None:
    source = write(tmp_path, f'"","x","y","", tail ,\n"1",{LON},{LAT},"007", a ,\n')
    with assign(owner, source, tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:6] == ["", "x", "y", "", " tail ", ""]
    assert rows[1][:6] == ["1", repr(LON), repr(LAT), "007", " a ", ""]
    assign(owner, source, tmp_path / "out.xlsx")
    assign(owner, source, tmp_path / "out.parquet")
    for ending in ("gpkg", "shp", "geojson"):
        assert "column 1 has no name -> name it, or choose .csv" in refused(owner, source, tmp_path / f"out.{ending}")


def test_a_geojson_keeps_every_member(owner: Database, tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [LON, LAT, 12.5]}
    nested = {"deep": [1, {"a": None}]}
    feature: dict[str, Any] = {"type": "Feature", "id": "f1", "bbox": [0, 0, 1, 1], "geometry": point, "extra": 1}
    features: list[dict[str, Any]] = [
        feature | {"properties": {"long": int(LONG), "nested": nested, "": "x", "mixed": 1}},
        feature | {"properties": {"mixed": "a"}},
        feature | {"properties": None},
    ]
    given = {"type": "FeatureCollection", "name": "reports", "features": features}
    out = assign(owner, write(tmp_path, json.dumps(given), "in.geojson"), tmp_path / "out.csv", xy=False)
    assert facts(out) | {"mixed": "1", "long": LONG, "nested": json.dumps(nested), "": "x"} == facts(out)
    target = tmp_path / "out.geojson"
    for one in features:
        (one["properties"] or {}).pop("", None)
    assign(owner, write(tmp_path, json.dumps(given), "in.geojson"), target, xy=False)
    said = json.loads(target.read_text(encoding="utf-8"))
    assert said["name"] == "reports"
    for old, new in zip(features, said["features"], strict=True):
        assert {**new, "properties": None} == {**old, "properties": None}
        assert (old["properties"] or {}).items() <= new["properties"].items()
        assert new["properties"]["grid_code"] == "A"


def test_types_of_a_workbook_stay(owner: Database, tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, 8, 5)
    rows = [["x", "y", "at", "on", "n", "mixed", "s"], [LON, LAT, at, date(2026, 11, 20), 3, "a", LONG]]
    rows.append([LON, LAT, at, date(2026, 11, 21), None, 1.5, "1"])
    out = assign(owner, book(tmp_path / "in.xlsx", ("a", rows)), tmp_path / "out.xlsx")
    cells = read_cells(out)
    assert cells.rows[0][:7] == (LON, LAT, at, date(2026, 11, 20), 3.0, "a", LONG)
    assert cells.rows[1][4:7] == ("", "1.5", "1")


def test_what_a_shapefile_cannot_hold_is_refused_with_another_kind(owner: Database, tmp_path: Path) -> None:
    source = write(tmp_path, f"x,y,a_rather_long_name\n{LON},{LAT},1\n")
    said = refused(owner, source, tmp_path / "out.shp")
    assert "'a_rather_long_name' is longer than 10 bytes -> rename it, or choose .gpkg" in said
    source = write(tmp_path, f"x,y,note\n{LON},{LAT},{'长' * 100}\n")
    assert "254 bytes" in refused(owner, source, tmp_path / "out.shp")
    source = write(tmp_path, f"x,y,a,A\n{LON},{LAT},1,2\n")
    assert "a and A are one name there" in refused(owner, source, tmp_path / "out.gpkg")


def test_a_long_number_of_a_dbf_is_refused(owner: Database, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"code": [36030200100100100123.0]}, geometry=[shapely.Point(LON, LAT)], crs=4326)
    frame.to_file(tmp_path / "in.shp")
    said = refused(owner, tmp_path / "in.shp", tmp_path / "out.csv", xy=False)
    assert (
        "in.shp, code: a number of more than 15 digits cannot be read exactly here -> save the column as text" in said
    )


def test_for_excel(owner: Database, tmp_path: Path) -> None:
    out = assign(owner, write(tmp_path, BODY), tmp_path / "out.csv", excel=True)
    raw = out.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    line = raw.decode("utf-8-sig").splitlines()[1]
    assert line.startswith(f'"=""007""","=""{LONG}""",东大街,\'=1+1,')
    sheet = read_sheet(out, ReadOptions())
    assert sheet.rows[0][0] == '="007"'


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("[]", "in.geojson"),
        ('{"type": "FeatureCollection"}', "in.geojson"),
        ('{"type": "FeatureCollection", "features": [1]}', "in.geojson"),
        ('{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point"}}]}', "in.geojson"),
        ('{"type": "FeatureCollection", "features": []}', "in.geojson"),
        ("{", "in.geojson"),
        ("x", "in.shp"),
        (VRT, "in.gpkg"),
        (VRT, "in.shp"),
        (VRT, "in.geojson"),
        ("x", "in.xlsx"),
        ("x,y\n", "in.csv"),
        ("", "in.csv"),
        ("<html>", "in.xls"),
        ("x", "in.doc"),
    ],
)
def test_files_that_cannot_be_used_are_no_traceback(owner: Database, tmp_path: Path, body: str, name: str) -> None:
    with owner.transaction() as connection:
        try:
            done = assign_file(
                connection, AssignOrder(write(tmp_path, body, name), tmp_path / "out.csv", system="wgs84")
            )
        except GisgridError as error:
            assert error.faults[0].remedy
        else:
            assert done.rows == 0
