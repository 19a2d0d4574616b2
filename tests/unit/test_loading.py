"""Files become checked rows: every fault with its row, its column and a remedy; nothing guessed."""

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from gisgrid.coordinates import to_wgs84_array
from gisgrid.errors import GisgridError
from gisgrid.geo import BBox
from gisgrid.loading import Column, ReadOptions, Table, number, point_columns, points, read_points, read_table

COLUMNS = (
    Column("code", required=True, aliases=("编码", "id")),
    Column("name"),
    Column("at", ReadOptions().instant),
    Column("size_m", number(0, 100)),
    *point_columns(required=False),
)
DISTRICT = BBox(113.0, 27.0, 114.0, 28.0)


def write(folder: Path, body: str | bytes, name: str = "things.csv") -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def table_of(path: Path, **options: Any) -> Table:
    given = ReadOptions(**options)
    table = read_table(path, COLUMNS, given)
    read_points(table, given, DISTRICT)
    table.refuse_faults()
    return table


def faults_of(path: Path, **options: Any) -> list[str]:
    with pytest.raises(GisgridError) as caught:
        table_of(path, **options)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", ""), ("utf-8-sig", ""), ("gbk", "gbk"), ("gb18030", "GB2312"), ("utf-16", "utf-16")],
)
def test_encodings(tmp_path: Path, encoding: str, named: str) -> None:
    path = write(tmp_path, "编码,name\n007,东大街\n".encode(encoding))
    row = table_of(path, encoding=named).rows[0]
    assert (row["code"], row["name"]) == ("007", "东大街")


def test_a_wrong_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, b"code,name\n1,ok\n2," + "东".encode("gbk"))
    assert faults_of(path) == ["things.csv: this is no UTF-8 text (line 3) -> name its encoding: --encoding gbk"]
    assert "encoding: 'klingon' is unknown" in faults_of(path, encoding="klingon")[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_cells_with_line_breaks(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, 'code,name\r\n1,"a\nb"\r\n\r\n2,c\r\n'.replace(",", delimiter))
    assert [(row.place, row["name"]) for row in table_of(path).rows] == [("row 2", "a\nb"), ("row 4", "c")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "things.csv: the file has no header row"),
        ("code\n", "things.csv: the file has no rows"),
        ("name\nx\n", "things.csv: there is no column code -> name the column that holds it: --map code=HEADER"),
        ("code,code\n1,2\n", "things.csv row 1: two columns are called 'code'"),
        ("编码,id\n1,2\n", "things.csv: 编码 and id could both be code -> say which: --map code=编码"),
        ("code,name\n1\n", "things.csv row 2: 1 cells under 2 headers"),
        ('code,name\n1,"a"b\n', "things.csv line 2: this is no CSV"),
        ("code,name\n1,a\0b\n", "things.csv row 2, name: a character that cannot be stored"),
        ("code,name\n1," + "x" * 201, "things.csv row 2, name: 201 characters are too many"),
        ("code\n" + " \n,\n", "things.csv: the file has no rows"),
        ("code,at\n1,2024-05-01T08:00:00\n", "things.csv row 2, at: '2024-05-01T08:00:00' does not say its offset"),
        ("code,name\n1,#N/A\n", "things.csv row 2, name: #N/A is an error of the spreadsheet"),
        ("code,at\n1,2024-02-30\n", "things.csv row 2, at: '2024-02-30' is no time"),
        ("code,at\n1,yesterday\n", "things.csv row 2, at: 'yesterday' is no time"),
        ("code,size_m\n1,nan\n", "things.csv row 2, size_m: 'nan' is no finite number"),
        ("code,size_m\n1,1e999\n", "things.csv row 2, size_m: '1e999' is no finite number"),
        ("code,size_m\n1,1_0\n", "things.csv row 2, size_m: '1_0' is no finite number"),
        ("code,size_m\n1,101\n", "things.csv row 2, size_m: 101 is out of range -> from 0 to 100"),
        ("code,lon,lat\n1,113.5,27.5\n", "things.csv row 2, system: the coordinate system is not said"),
        ("code,lon,lat,system\n1,113.5,,wgs84\n", "things.csv row 2, lat: a point needs both lon and lat"),
        ("code,lon,lat,system\n1,x,27.5,wgs84\n", "things.csv row 2, lon: 'x' is no finite number"),
        ("code,lon,lat,system\n1,27.5,113.5,wgs84\n", "things.csv row 2, lon: lon and lat are swapped"),
        (
            "code,lon,lat,system\n1,113.5,27.5,wgs72\n",
            "things.csv row 2, system: 'wgs72' is no known coordinate system",
        ),
        ("code,lon,lat,system\n1,190,27.5,wgs84\n", "things.csv row 2, lon: 190 is beyond 180 degrees"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, body: str, said: str) -> None:
    found = faults_of(write(tmp_path, body))
    assert len(found) == 1
    assert found[0].startswith(said)


def test_swapped_axes_that_are_degrees_both_ways(tmp_path: Path) -> None:
    """Only the district can tell these: 27, 113 is no latitude, but eastings and northings are both numbers."""
    path = write(tmp_path, "code,lon,lat,system\n1,3063000,450000,EPSG:4547\n")
    assert "swapped" in faults_of(path)[0]


def test_all_faults_are_told_and_the_same_one_of_many_rows_once(tmp_path: Path) -> None:
    bad = "".join(f"{n},113.5,27.5,mars,{'x' if n == 3 else ''}\n" for n in range(1, 6))
    found = faults_of(
        write(tmp_path, "code,lon,lat,system,size_m\n" + bad + ",113.5,27.5,wgs84,\n7,113.5,27.5,mars,\n")
    )
    assert [line.split(":")[0] for line in found] == [
        "things.csv rows 2-6, 8, system",
        "things.csv row 4, size_m",
        "things.csv row 7, code",
    ]


@pytest.mark.parametrize("bad", ["\ud800", "a\0b"])
def test_what_cannot_be_stored_is_refused(tmp_path: Path, bad: str) -> None:
    point = {"type": "Point", "coordinates": [113.5, 27.5]}
    feature = {"type": "Feature", "properties": {"code": "1", "name": bad}, "geometry": point}
    path = write(tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature]}), "things.geojson")
    assert faults_of(path)[0].startswith("things.geojson feature 1, name: a character that cannot be stored")


def test_columns_can_be_mapped_and_set(tmp_path: Path) -> None:
    path = write(tmp_path, "nr,word,extra\n007,hello,1\n")
    table = table_of(path, columns={"code": "nr", "name": "word"}, values={"size_m": "3"})
    assert (table.rows[0]["code"], table.rows[0]["name"], table.rows[0]["size_m"]) == ("007", "hello", 3)
    assert table.notes == ("columns not used: extra",)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"columns": {"code": "nr", "colour": "word"}},
            "--map: there is no column 'colour' to fill -> one of code, name",
        ),
        ({"columns": {"code": "number"}}, "--map: things.csv has no column 'number' for code -> one of nr, word"),
        ({"columns": {"code": "nr"}, "values": {"code": "1"}}, "--set: code is mapped to 'nr' and set too"),
        ({"columns": {"code": "nr"}, "values": {"colour": "1"}}, "--set: there is no column 'colour' to fill"),
        ({"columns": {"code": "nr"}, "system": "mars"}, "system: 'mars' is no known coordinate system"),
    ],
)
def test_wrong_options_are_told(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    assert faults_of(write(tmp_path, "nr,word\n1,x\n"), **options)[0].startswith(said)


def test_set_does_not_override_what_the_file_says(tmp_path: Path) -> None:
    found = faults_of(write(tmp_path, "code,name\n1,x\n"), values={"name": "y"})
    assert found == ["things.csv, name: the file says name itself -> leave --set name out, or the column"]


def test_a_bare_date_is_midnight_in_the_districts_zone(tmp_path: Path) -> None:
    path = write(tmp_path, "code,at\n1,2024-05-01\n2,2024-05-01T00:00:00Z\n3,2016-07-15 11:23:47+00:00\n")
    written = [row["at"].isoformat() for row in table_of(path).rows]
    assert written == ["2024-05-01T00:00:00+08:00", "2024-05-01T00:00:00+00:00", "2016-07-15T11:23:47+00:00"]


def test_the_rows_system_comes_before_the_option(tmp_path: Path) -> None:
    path = write(tmp_path, "code,lon,lat,system\n1,113.5,27.5,gcj02\n2,113.5,27.5,\n3,,,\n")
    rows = table_of(path, system="wgs84").rows
    assert rows[0]["point"].lon == pytest.approx(113.4946, abs=1e-3)
    assert (rows[1]["point"].lon, rows[1]["system"]) == (113.5, "wgs84")
    assert rows[2]["point"] is None


def points_file(path: Path, crs: Any = 4547, shapes: list[Any] | None = None) -> Path:
    shapes = shapes or [shapely.Point(400000, 3063000), None, shapely.Point(400100, 3063000)]
    count = len(shapes)
    values = {"code": ["007", "008", "9"][:count], "name": [13800000000, None, 5][:count], "lon": [1, 2, 3][:count]}
    geopandas.GeoDataFrame(values, geometry=shapes, crs=crs).to_file(path)
    return path


def test_points_of_a_geopackage_in_its_own_system(tmp_path: Path) -> None:
    """The geometry is the place, whatever attributes called lon, lat, system say; whole numbers stay whole."""
    rows = table_of(points_file(tmp_path / "things.gpkg")).rows
    assert [row["code"] for row in rows] == ["007", "008", "9"]
    assert [row["name"] for row in rows] == ["13800000000", None, "5"]
    assert [row["system"] for row in rows] == ["EPSG:4547", None, "EPSG:4547"]
    assert rows[0]["lon"] == 400000
    assert rows[0]["point"].lon == pytest.approx(112.98, abs=0.05)
    assert rows[1]["point"] is None


def test_points_of_a_geojson_are_wgs84_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [113.5, 27.5]}
    feature = {"type": "Feature", "properties": {"code": "1"}, "geometry": point}
    path = write(tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature]}), "things.geojson")
    row = table_of(path).rows[0]
    assert (row.place, row["point"].lon, row["system"]) == ("feature 1", 113.5, "EPSG:4326")
    assert table_of(path, system="gcj02").rows[0]["point"].lon == pytest.approx(113.4946, abs=1e-3)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_point_files_that_cannot_be_used(tmp_path: Path) -> None:
    assert "there is no such file" in faults_of(tmp_path / "none.gpkg")[0]
    assert "this cannot be read" in faults_of(write(tmp_path, "{", "things.geojson"))[0]
    line = points_file(tmp_path / "line.gpkg", shapes=[shapely.LineString([(0, 0), (1, 1)])])
    assert faults_of(line) == ["line.gpkg feature 1: is a LineString, not a point -> give one point a row"]
    nowhere = points_file(tmp_path / "nowhere.gpkg", crs=None)
    assert "does not say its coordinate system" in faults_of(nowhere)[0]


@pytest.mark.parametrize("name", ["things.gpkg", "things.shp", "things.geojson"])
def test_a_file_that_leads_to_another_one_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, "code,lon,lat\n1,113.5,27.5\n", "other.csv")
    source = f"<SrcDataSource>{tmp_path / 'other.csv'}</SrcDataSource>"
    body = f'<OGRVRTDataSource><OGRVRTLayer name="other">{source}</OGRVRTLayer></OGRVRTDataSource>'
    assert "this cannot be read" in faults_of(write(tmp_path, body, name))[0]


def test_points_beside_the_district_are_converted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is tried the other way round as well; one that cannot be so does not make the others be tried by halves."""
    asked: list[int] = []

    def count(x: Any, y: Any, system: str) -> Any:
        asked.append(len(x))
        return to_wgs84_array(x, y, system)

    monkeypatch.setattr(points, "to_wgs84_array", count)
    body = "".join(f"{n},{113.0 + n * 1e-4},20,wgs84\n" for n in range(500))
    table = table_of(write(tmp_path, "code,lon,lat,system\n" + body))
    assert len(table.rows) == 500
    assert len(asked) <= 2, len(asked)
