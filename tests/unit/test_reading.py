"""Files as others make them: read exactly, or refused with a way on; long because each kind of file is a test."""

import json
import os
import re
import sqlite3
import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
import shapely

from gisgrid.boundaries.cleaning import Fields, clean_areas
from gisgrid.boundaries.reading import read_file
from gisgrid.codes import load_scheme
from gisgrid.coordinates import map_system
from gisgrid.errors import GisgridError, Refused, Unreadable
from tests.shapefiles import WGS84, Column, write_shapefile

NAMES = ("柑子园社区第一网格", "东大街网格")
USUAL = Fields()
BOXES = [shapely.box(113.80 + i / 100, 27.60, 113.81 + i / 100, 27.61) for i in range(5)]


def frame(codes: list[Any], names: list[str] | None = None, *, shapes: list[Any] | None = None) -> Any:
    columns = {"code": codes} | ({"name": names} if names else {})
    return geopandas.GeoDataFrame(columns, geometry=shapes or BOXES[: len(codes)], crs=4326)


def write(path: Path, what: Any, **options: Any) -> Path:
    if path.suffix == ".kml":
        options = {"driver": "LIBKML"} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        what.to_file(path, engine="pyogrio", **options)
    return path


def geojson(path: Path, rows: list[dict[str, Any]], **more: Any) -> Path:
    features = [
        {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(box)}
        for row, box in zip(rows, BOXES, strict=False)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", **more, "features": features}), encoding="utf-8")
    return path


def areas(path: Path, fields: Fields = USUAL, *, layer: str = "", encoding: str = "") -> list[tuple[str, str]]:
    """Codes and names of a file without faults."""
    rows = read_file(path, layer=layer, encoding=encoding)
    cleaned = clean_areas(rows, map_system("wgs84"), load_scheme("free"), fields, "grid")
    assert cleaned.findings == []
    return [(area.code, area.name) for area in cleaned.areas]


def faults(path: Path, **how: str) -> list[str]:
    """What is said against the rows of a file."""
    rows = read_file(path, **how)
    cleaned = clean_areas(rows, map_system("wgs84"), load_scheme("free"), Fields(), "grid")
    return [f"{found.where}: {found.message} -> {found.remedy}" for found in cleaned.findings]


def refusal(path: Path, kind: type[GisgridError] = GisgridError, **how: str) -> str:
    with pytest.raises(kind) as caught:
        read_file(path, **how)
    return str(caught.value)


# -- layers


def several(path: Path, layers: dict[str, Any], driver: str = "GPKG") -> Path:
    for i, (name, what) in enumerate(layers.items()):
        write(path, what, layer=name, driver=driver, mode="a" if i else "w")
    return path


def points(count: int) -> Any:
    return frame([f"p{i}" for i in range(count)], shapes=[box.centroid for box in BOXES[:count]])


@pytest.mark.parametrize(("ending", "driver"), [(".gpkg", "GPKG"), (".gdb", "OpenFileGDB"), (".kml", "LIBKML")])
def test_of_several_layers_with_polygons_one_has_to_be_named(tmp_path: Path, ending: str, driver: str) -> None:
    layers = {"网格2023": frame(["old"], ["旧"]), "网格2024": frame(["1", "2"], list(NAMES)), "caves": points(3)}
    path = several(tmp_path / f"two{ending}", layers, driver)
    said = refusal(path, Refused)
    assert "2 layers have polygons" in said and "--layer" in said
    assert "网格2023 (1 polygon)" in said and "网格2024 (2 polygons)" in said and "caves (3 points)" in said
    assert [code for code, _ in areas(path, layer="网格2024")] == ["1", "2"]
    assert "网格2023" in refusal(path, Refused, layer="nowhere")


def test_one_layer_of_polygons_is_taken_and_that_is_said(tmp_path: Path) -> None:
    empty = frame(["x"]).iloc[:0]
    path = several(tmp_path / "one.gpkg", {"caves": points(2), "grids": frame(["1"], ["甲"]), "empty": empty})
    table = geopandas.GeoDataFrame({"styleQML": ["<qgis/>"]}).drop(columns="geometry", errors="ignore")
    pyogrio.write_dataframe(table, path, layer="layer_styles", driver="GPKG", append=True)
    rows = read_file(path)
    assert rows.columns["code"] == ["1"]
    assert rows.notes == ("layer grids taken (1 polygon), left out: caves (2 points)",)


def test_layers_without_polygons_are_named(tmp_path: Path) -> None:
    path = several(tmp_path / "none.gpkg", {"caves": points(2), "wells": points(1)})
    assert "no layer has polygons: caves (2 points); wells (1 point)" in refusal(path, Refused)


def test_an_empty_layer_has_no_rows_and_a_table_no_shapes(tmp_path: Path) -> None:
    assert "no rows" in refusal(several(tmp_path / "empty.gpkg", {"grids": frame(["x"]).iloc[:0]}), Refused)
    table = tmp_path / "table.gpkg"
    pyogrio.write_dataframe(geopandas.pd.DataFrame({"code": ["1"]}), table, layer="t", driver="GPKG")
    assert "no shapes" in refusal(table, Unreadable)


# -- containers


@pytest.mark.parametrize("ending", [".fgb", ".gml", ".tab", ".mif", ".gdb", ".geojson", ".gpkg"])
def test_every_format_gives_the_same_codes(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / f"网 格?#{ending}", frame(["0360302001001001", "36030200100100100123"], list(NAMES)))
    assert sorted(areas(path)) == [("0360302001001001", NAMES[0]), ("36030200100100100123", NAMES[1])]
    assert not list(tmp_path.glob("*.gfs"))


@pytest.mark.parametrize("name", ["a!b", "a?b", "a#b", "中文 空格", "a%20b", "a&b", "[a]"])
def test_a_file_may_be_called_anything(tmp_path: Path, name: str) -> None:
    assert areas(geojson(tmp_path / f"{name}.geojson", [{"code": "1", "name": "甲"}])) == [("1", "甲")]
    write_shapefile(tmp_path / f"{name}.shp", [Column("code", 5), Column("name", 20)], [["1", "甲"]])
    assert areas(tmp_path / f"{name}.shp") == [("1", "甲")]


def zipped(path: Path, files: Mapping[str, bytes | Path]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in files.items():
            if isinstance(held, bytes):
                archive.writestr(name, held)
            else:
                archive.write(held, name)
    return path


def parts(path: Path) -> dict[str, bytes | Path]:
    return {part.name: part for part in path.parent.iterdir() if part.stem == path.stem}


def test_a_zip_may_hold_a_folder_or_a_geojson_or_a_geodatabase(tmp_path: Path) -> None:
    shp = write_shapefile(tmp_path / "grids.shp", [Column("code", 5), Column("name", 20)], [["1", "甲"]])
    inside = {f"某区/边界/{name}": part for name, part in parts(shp).items()}
    assert areas(zipped(tmp_path / "folder.zip", inside)) == [("1", "甲")]
    one = geojson(tmp_path / "a.geojson", [{"code": "1", "name": "甲"}])
    held: dict[str, bytes | Path] = {
        "a.geojson": one,
        "metadata.json": b"{}",
        "__MACOSX/._a.geojson": b"x",
        "readme.txt": b"x",
    }
    assert areas(zipped(tmp_path / "json.zip", held)) == [("1", "甲")]
    gdb = write(tmp_path / "g.gdb", frame(["1"], ["甲"]))
    with_folder = {f"g.gdb/{part.name}": part for part in gdb.iterdir()}
    assert areas(zipped(tmp_path / "g.gdb.zip", with_folder)) == [("1", "甲")]
    without = {part.name: part for part in gdb.iterdir()}
    assert areas(zipped(tmp_path / "bare.zip", without)) == [("1", "甲")]


def test_a_zip_of_several_shapefiles_names_them(tmp_path: Path) -> None:
    held: dict[str, bytes | Path] = {}
    for name in ("老网格", "新网格"):
        held |= parts(write_shapefile(tmp_path / f"{name}.shp", [Column("code", 5)], [[name[0]]]))
    path = zipped(tmp_path / "two.zip", held)
    said = refusal(path, Refused)
    assert "老网格 (1 polygon)" in said and "新网格 (1 polygon)" in said
    assert areas(path, layer="新网格") == [("新", "新")]


def test_names_that_a_chinese_windows_packed(tmp_path: Path) -> None:
    shp = write_shapefile(tmp_path / "grids.shp", [Column("code", 5)], [["1"]])
    path = tmp_path / "gbk.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts(shp).values():
            assert isinstance(part, Path)
            info = zipfile.ZipInfo(f"XXXX{part.suffix}")
            archive.writestr(info, part.read_bytes())
    raw = path.read_bytes().replace(b"XXXX", "网格".encode("gbk"))
    path.write_bytes(raw)
    assert areas(path) == [("1", "1")]
    assert "one of: 网格" in refusal(path, layer="none")


@pytest.mark.parametrize(
    ("name", "content", "message", "remedy"),
    [
        ("empty.gpkg", b"", "0 bytes", "copy or save it again"),
        ("empty.geojson", b"", "0 bytes", ""),
        ("cut.zip", b"PK\x03\x04rest", "cannot be unpacked", "copy or pack it again"),
        ("grids.dbf", b"x", "a part of a Shapefile", "name grids.shp"),
        ("grids.rar", b"Rar!", "not unpacked here", "pack it as zip"),
        ("grids.7z", b"7z", "not unpacked here", ""),
        ("grids.xlsx", b"PK", "a table has no shapes", "GeoPackage"),
        ("grids.docx", b"PK", "not a format of shapes", "GeoJSON, GeoPackage or Shapefile"),
        ("grids.gpkg", b"SQLite format 3\0" + b"\0" * 200, "damaged or cut short", "save it"),
        ("grids.geojson", b'{"type": "FeatureCollection", "features": [', "cannot be read", "save it"),
        ("grids.csv", b"code,name\n1,a\n", "no shapes", ""),
        ("grids.kml", b"<kml><Document>", "", ""),
        ("grids.gml", b"<gml", "", ""),
        ("grids.fgb", b"fgb\x03fgb\x00", "", ""),
        ("grids.mif", b"Version 300\n", "", ""),
        ("none.zip", None, "no boundary file is in the zip, but a.txt", "GeoJSON"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes | None, message: str, remedy: str
) -> None:
    path = tmp_path / name
    if content is None:
        zipped(path, {"a.txt": b"x"})
    else:
        path.write_bytes(content)
    said = refusal(path)
    assert name in said and message in said and remedy in said
    assert str(tmp_path / "gisgrid") not in said


def test_a_folder_names_what_lies_in_it(tmp_path: Path) -> None:
    geojson(tmp_path / "a.geojson", [{"code": "1"}])
    assert "this is a folder" in refusal(tmp_path) and "a.geojson" in refusal(tmp_path)
    (tmp_path / "nothing").mkdir()
    assert "none in it" in refusal(tmp_path / "nothing")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [{"code": "1"}])
    path.chmod(0)
    assert "may not read" in refusal(path)


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    path = zipped(tmp_path / "locked.zip", {"a.geojson": geojson(tmp_path / "a.geojson", [{"code": "1"}])})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert "password" in refusal(path)


@pytest.mark.parametrize("ending", [".shx", ".dbf"])
def test_a_shapefile_that_lacks_a_part(tmp_path: Path, ending: str) -> None:
    path = write_shapefile(tmp_path / "grids.shp", [Column("code", 5)], [["1"]])
    path.with_suffix(ending).unlink()
    said = refusal(path, Unreadable)
    assert f"grids{ending} is missing" in said and "copy it beside" in said


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
def test_a_shapefile_that_is_cut_short(tmp_path: Path, ending: str) -> None:
    path = write_shapefile(tmp_path / "grids.shp", [Column("code", 5)], [["1"], ["2"]])
    part = path.with_suffix(ending)
    part.write_bytes(part.read_bytes()[:-6])
    assert "cut short" in refusal(path, Unreadable)


def test_parts_in_capitals_are_parts(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "grids.shp", [Column("code", 5), Column("name", 9)], [["1", "甲"]], "gbk")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    assert areas(path.with_suffix(".SHP")) == [("1", "甲")]


def test_deleted_rows_of_a_table_do_not_shift_the_others(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "grids.shp", [Column("code", 5)], [["1"], ["2"], ["3"]])
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[int.from_bytes(raw[8:10], "little")] = ord("*")
    path.with_suffix(".dbf").write_bytes(raw)
    rows = read_file(path)
    assert rows.columns["code"] == ["2", "3"]
    assert [shape.bounds[0] for shape in rows.shapes] == pytest.approx([113.81, 113.82])


# -- text


@pytest.mark.parametrize("cpg", ["", "UTF-8", "ISO-8859-1", "1252", "88591", "GBK", "936", "ANSI 936", "nonsense"])
@pytest.mark.parametrize("language", [0, 0x57, 0x03, 0x4D])
def test_gbk_is_read_as_gbk_whatever_the_file_pretends(tmp_path: Path, cpg: str, language: int) -> None:
    columns = [Column("code", 5), Column("name", 40)]
    path = write_shapefile(
        tmp_path / "g.shp", columns, [["1", NAMES[0]], ["2", NAMES[1]]], "gbk", cpg=cpg, language=language
    )
    assert areas(path) == [("1", NAMES[0]), ("2", NAMES[1])]
    assert areas(zipped(tmp_path / "g.zip", parts(path))) == [("1", NAMES[0]), ("2", NAMES[1])]


@pytest.mark.parametrize("cpg", ["", "ISO-8859-1", "GBK", "UTF-8"])
def test_utf8_is_read_as_utf8_whatever_the_file_pretends(tmp_path: Path, cpg: str) -> None:
    path = write_shapefile(tmp_path / "g.shp", [Column("code", 5), Column("name", 40)], [["1", NAMES[0]]], cpg=cpg)
    assert areas(path) == [("1", NAMES[0])]


@pytest.mark.parametrize("names", [("Málaga", "Ñuñoa"), ("Größe", "Zürich"), ("Île d'Oléron", "Évreux")])
@pytest.mark.parametrize(("encoding", "cpg"), [("latin-1", "ISO-8859-1"), ("utf-8", "UTF-8"), ("utf-8", "")])
def test_names_that_are_latin_stay_latin(tmp_path: Path, names: tuple[str, str], encoding: str, cpg: str) -> None:
    columns = [Column("code", 5), Column("name", 40)]
    path = write_shapefile(tmp_path / "g.shp", columns, [["1", names[0]], ["2", names[1]]], encoding, cpg=cpg)
    assert [name for _, name in areas(path)] == list(names)
    assert [name for _, name in areas(write(tmp_path / "g.gpkg", frame(["1", "2"], list(names))))] == list(names)


def test_an_encoding_that_fits_nothing_has_to_be_named(tmp_path: Path) -> None:
    columns = [Column("code", 5), Column("name", 40)]
    path = write_shapefile(tmp_path / "g.shp", columns, [["1", "Málaga"]], "latin-1", cpg="")
    assert "--encoding" in refusal(path, Refused)
    assert areas(path, encoding="latin-1") == [("1", "Málaga")]
    assert "not a known encoding" in refusal(path, Refused, encoding="klingon")
    (line,) = faults(path, encoding="utf-8")
    assert "row 1, code 1, name: its text is not utf-8" in line and "--encoding" in line


def test_big5_is_not_taken_for_gbk(tmp_path: Path) -> None:
    columns = [Column("code", 5), Column("name", 40)]
    names = ["中正區第一網格", "信義區東大街網格", "萬華區龍山里"]
    path = write_shapefile(tmp_path / "g.shp", columns, [[str(i), n] for i, n in enumerate(names)], "big5", cpg="")
    assert [name for _, name in areas(path)] == names


@pytest.mark.parametrize("cpg", ["", "UTF-8", "GBK"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_table_joined_from_two_encodings(tmp_path: Path, cpg: str, first: int) -> None:
    """Rows that somebody pasted: some in UTF-8, the others in GBK."""
    names = [NAMES[0], "金三角市场网格", NAMES[1], "八一街网格"]
    columns = [Column("code", 5), Column("name", 40)]
    path = write_shapefile(tmp_path / "g.shp", columns, [[str(i), ""] for i in range(4)], cpg=cpg)
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = (int.from_bytes(raw[place : place + 2], "little") for place in (8, 10))
    for row, name in enumerate(names):
        cell = name.encode("utf-8" if row % 2 == first else "gbk").ljust(40)
        raw[start + row * width + 6 : start + (row + 1) * width] = cell
    path.with_suffix(".dbf").write_bytes(raw)
    assert [name for _, name in areas(path)] == names


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
@pytest.mark.parametrize("right", ["gbk", "utf-8"])
@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".tab"])
def test_text_that_somebody_took_for_latin_before(tmp_path: Path, right: str, wrong: str, ending: str) -> None:
    """A GBK Shapefile that was opened as Latin-1 and saved: the file is UTF-8, its names are not names."""
    try:
        names = [name.encode(right).decode(wrong) for name in NAMES]
    except UnicodeDecodeError:
        pytest.skip("these bytes are no text of Windows-1252")
    path = write(tmp_path / f"g{ending}", frame(["1", "2"], names))
    rows = read_file(path)
    assert areas(path) == [("1", NAMES[0]), ("2", NAMES[1])]
    assert any("Latin" in note for note in rows.notes)


@pytest.mark.parametrize(
    ("column", "found"), [("网格编码", True), ("统一编码", True), ("网格编码扩展", True), ("网格边码", False)]
)
def test_column_names_cut_in_the_middle_of_a_character(tmp_path: Path, column: str, found: bool) -> None:
    columns = [Column(column, 20), Column("网格名称", 40)]
    path = write_shapefile(tmp_path / "g.shp", columns, [["W1", "甲网格"]], cpg="UTF-8")
    if found:
        assert areas(path) == [("W1", "甲网格")]
        assert areas(path, Fields(code=column, name="网格名称")) == [("W1", "甲网格")]
    else:
        with pytest.raises(Refused, match="no column holds the code"):
            areas(path)


def test_text_that_was_cut_in_the_middle_of_a_character(tmp_path: Path) -> None:
    path = write_shapefile(
        tmp_path / "g.shp", [Column("code", 5), Column("name", 10)], [["1", "一二三四"]], cpg="UTF-8"
    )
    (line,) = faults(path)
    assert "'一二三' was cut" in line and "GeoPackage" in line


def test_geojson_in_gbk_is_read_and_utf16_is_named(tmp_path: Path) -> None:
    path = geojson(tmp_path / "g.geojson", [{"code": "1", "name": "柑子园社区"}])
    text = json.dumps(json.loads(path.read_text("utf-8")), ensure_ascii=False)
    for encoding, named in (("gbk", ""), ("gbk", "GBK"), ("utf-8-sig", ""), ("utf-16", "utf-16")):
        path.write_bytes(text.encode(encoding))
        assert areas(path, encoding=named) == [("1", "柑子园社区")]
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        path.write_bytes(text.encode(encoding))
        said = refusal(path, Unreadable)
        assert "UTF-16" in said and "save it as UTF-8" in said


# -- codes


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("36030200100100100123", "36030200100100100123"),
        ("9223372036854775809", "9223372036854775809"),
        ("360302001001001.0", "360302001001001"),
        ("1.0", "1"),
        ("3.60302001001001e14", "360302001001001"),
    ],
)
def test_a_number_of_json_is_what_is_written(tmp_path: Path, number: str, code: str) -> None:
    path = geojson(tmp_path / "g.geojson", [{"code": "@"}])
    path.write_text(path.read_text().replace('"@"', number))
    assert [found for found, _ in areas(path)] == [code]


@pytest.mark.parametrize("number", ["3.60302e+14", "3.60302e14", "1e400", "36030200100100100123.0"])
def test_numbers_of_json_that_lost_digits_are_refused(tmp_path: Path, number: str) -> None:
    path = geojson(tmp_path / "g.geojson", [{"code": "@"}])
    path.write_text(path.read_text().replace('"@"', number))
    try:
        (line,) = faults(path)
    except Unreadable as error:  # GDAL does not read 1e400 at all
        line = str(error)
    assert "text" in line or "save" in line


def test_a_property_that_looks_like_a_shape_is_a_property(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"code": "1", "coordinates": "113.8,27.6", "name": "甲"},
        {"code": "2", "name": {"type": "x"}},
    ]
    path = geojson(tmp_path / "g.geojson", rows)
    assert read_file(path).columns["code"] == ["1", "2"]
    assert ["object" in line for line in faults(path)] == [True]


@pytest.mark.parametrize(
    ("width", "decimals", "text", "code"),
    [
        (18, 0, "360302001001001002", "360302001001001002"),
        (15, 0, "000302001001001", "000302001001001"),
        (20, 0, "360302001001001", "360302001001001"),
        (20, 0, "36030200100100100123", None),
        (19, 11, "360302001001001.00000", "360302001001001"),
        (24, 11, "3.60302001001e+014", None),
        (24, 15, "3.60302001001001e+014", "360302001001001"),
        (24, 15, "3.603020010010010e+014", "360302001001001"),
        (10, 0, "**********", None),
    ],
)
def test_numbers_of_a_dbf_are_what_is_written(
    tmp_path: Path, width: int, decimals: int, text: str, code: str | None
) -> None:
    path = write_shapefile(tmp_path / "g.shp", [Column("code", width, "N", decimals)], [[text]])
    if code:
        assert [found for found, _ in areas(path)] == [code]
    else:
        (line,) = faults(path)
        assert "row 1, code" in line and "save the column as text" in line


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".tab", ".gdb"])
def test_numbers_of_other_formats(tmp_path: Path, ending: str) -> None:
    """Whole numbers with a gap stay whole; what floating point cannot hold is refused."""
    whole = geopandas.pd.array([360302001001001, None], dtype="Int64")
    rows = read_file(write(tmp_path / f"w{ending}", frame(whole, list(NAMES))))
    assert sorted(str(code).removesuffix(".0") for code in rows.columns["code"]) in (
        ["360302001001001", "None"],
        ["0", "360302001001001"],  # MapInfo knows no gap
    )
    real = write(tmp_path / f"r{ending}", frame([360302001001001.0, 36030200100100100123.0], list(NAMES)))
    lines = faults(real)
    assert len(lines) == 1 and "more than 15 digits" in lines[0]


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A GeoPackage as the database that it is; what was written is kept."""
    with closing(sqlite3.connect(path)) as base, base:
        yield base


def test_objects_in_other_formats_are_no_text_either(tmp_path: Path) -> None:
    path = write(tmp_path / "g.gpkg", frame(["1"], ['{"zh": "甲"}']))
    with opened(path) as db:
        db.execute(
            "CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT,"
            " description TEXT, mime_type TEXT, constraint_name TEXT)"
        )
        db.execute("INSERT INTO gpkg_data_columns VALUES ('g', 'name', NULL, NULL, NULL, 'application/json', NULL)")
    (line,) = faults(path)
    assert "this is an object, not text" in line


@pytest.mark.parametrize("ending", [".kml", ".gml", ".json", ".geojson", ".csv", ".gpkg", ".tab", ".vrt", ".zip"])
def test_a_file_that_leads_elsewhere_is_not_followed(tmp_path: Path, ending: str) -> None:
    """GDAL goes by the content: over HTTP a file would read the server's own."""
    other = geojson(tmp_path / "other.geojson", [{"code": "secret"}])
    virtual = (
        f"<OGRVRTDataSource><OGRVRTLayer name='other'><SrcDataSource>{other}</SrcDataSource></OGRVRTLayer>"
        "</OGRVRTDataSource>"
    )
    pipeline = json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {other}"})
    for content in (virtual, pipeline):
        path = tmp_path / f"g{ending}"
        if ending == ".zip":
            zipped(path, {"g.geojson": content.encode()})
        else:
            path.write_text(content)
        assert "leads to another file" in refusal(path, Unreadable)


@pytest.mark.parametrize(
    "table",
    [
        "CREATE VIRTUAL TABLE leak USING VirtualText('/etc/hosts', 'UTF-8', 0)",
        "CREATE VIRTUAL TABLE leak USING\n\"VirtualText\"('/etc/hosts', 'UTF-8', 0)",
        "CREATE/**/VIRTUAL TABLE leak USING VirtualShape('grids', 'UTF-8', 4326)",
    ],
)
@pytest.mark.parametrize("page", [0, 2])
def test_a_geopackage_does_not_read_the_servers_files(tmp_path: Path, table: str, page: int) -> None:
    """SpatiaLite comes with GDAL: a view over such a table would bring a file of the server into the names."""
    path = write(tmp_path / "g.gpkg", frame(["1"], ["甲"]))
    assert areas(path) == [("1", "甲")]
    with opened(path) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("INSERT INTO sqlite_master VALUES ('table', 'leak', 'leak', ?, ?)", (page, table))
    assert "leads to another file" in refusal(path, Unreadable)
    assert "leads to another file" in refusal(path.rename(tmp_path / "g.json"), Unreadable)


# -- text in other formats


def test_a_gml_without_its_schema_keeps_leading_zeros(tmp_path: Path) -> None:
    path = write(tmp_path / "g.gml", frame(["007", "012"], list(NAMES)))
    path.with_suffix(".xsd").unlink()
    assert [code for code, _ in areas(path)] == ["007", "012"]


@pytest.mark.parametrize("named", ["hex", "rot13", "klingon", "base64"])
def test_what_is_not_an_encoding_of_text_is_refused(tmp_path: Path, named: str) -> None:
    path = geojson(tmp_path / "g.geojson", [{"code": "1"}])
    assert "not a known encoding" in refusal(path, Refused, encoding=named)
    shp = write_shapefile(tmp_path / "g.shp", [Column("code", 5), Column("name", 40)], [["1", NAMES[0]]], cpg=named)
    assert areas(shp) == [("1", NAMES[0])]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_cpg_that_names_utf16_is_not_believed(tmp_path: Path, encoding: str) -> None:
    columns = [Column("code", 5), Column("name", 40)]
    path = write_shapefile(tmp_path / "g.shp", columns, [["1", NAMES[0] + "号"]], encoding, cpg="UTF-16")
    assert areas(path) == [("1", NAMES[0] + "号")]


def test_xml_in_gbk_declared_or_not(tmp_path: Path) -> None:
    for ending in (".kml", ".gml"):
        text = write(tmp_path / f"u{ending}", frame(["1", "2"], list(NAMES))).read_text("utf-8")
        for declared in ("UTF-8", "GBK", "gb2312"):
            path = tmp_path / f"{declared}{ending}"
            path.write_bytes(re.sub(r'encoding="[^"]*"', f'encoding="{declared}"', text, count=1).encode("gbk"))
            assert areas(path) == [("1", NAMES[0]), ("2", NAMES[1])]


@pytest.mark.parametrize("charset", ["WindowsSimpChinese", "Neutral", "WindowsLatin1"])
def test_mapinfo_in_gbk_under_any_charset(tmp_path: Path, charset: str) -> None:
    path = write(tmp_path / "g.mif", frame(["1", "2"], list(NAMES)), ENCODING="CP936")
    path.write_bytes(path.read_bytes().replace(b"WindowsSimpChinese", charset.encode()))
    assert areas(path) == [("1", NAMES[0]), ("2", NAMES[1])]


def test_a_mapinfo_table_that_lacks_a_part(tmp_path: Path) -> None:
    tab, mif = (write(tmp_path / f"g{ending}", frame(["1"])) for ending in (".tab", ".mif"))
    mif.with_suffix(".mid").unlink()
    assert "g.mid is missing" in refusal(mif)
    assert "name g.tab" in refusal(tab.with_suffix(".map"))
    tab.with_suffix(".dat").unlink()
    assert "g.dat is missing" in refusal(tab)


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".gml", ".kml", ".geojson"])
def test_a_file_that_is_cut_short_gives_nothing(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / f"g{ending}", frame(["1", "2"], list(NAMES)))
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) - (60 if ending == ".fgb" else len(raw) // 3)])
    said = refusal(path, Unreadable)
    assert "copy it" in said or "save it" in said


def test_json_of_other_kinds(tmp_path: Path) -> None:
    esri = tmp_path / "esri.json"
    ring = [[113.8, 27.6], [113.8, 27.61], [113.81, 27.61], [113.8, 27.6]]
    esri.write_text(
        json.dumps(
            {
                "geometryType": "esriGeometryPolygon",
                "spatialReference": {"wkid": 4326},
                "fields": [{"name": "code", "type": "esriFieldTypeString"}],
                "features": [{"attributes": {"code": "007"}, "geometry": {"rings": [ring]}}],
            }
        )
    )
    assert areas(esri) == [("007", "007")]
    path = geojson(tmp_path / "g.geojson", [{"code": "1"}, {"code": "2"}])
    whole = json.loads(path.read_text())
    path.write_text(json.dumps(whole["features"][1]))
    assert areas(path) == [("2", "2")]
    whole["features"].insert(1, None)  # GDAL leaves it out
    path.write_text(json.dumps(whole))
    assert areas(path) == [("1", "1"), ("2", "2")]
    lines = tmp_path / "g.geojsonl"
    lines.write_text("\n".join(json.dumps(feature) for feature in whole["features"] if feature))
    assert areas(lines) == [("1", "1"), ("2", "2")]


def test_layers_of_one_name_in_a_zip_go_by_their_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "g.gpkg", frame(["1"]))
    both = zipped(tmp_path / "both.zip", {"2023/g.gpkg": path, "2024/g.gpkg": path})
    assert "2023/g.gpkg/g (1 polygon); 2024/g.gpkg/g (1 polygon)" in refusal(both, Refused)
    assert areas(both, layer="2024/g.gpkg/g") == [("1", "1")]


def test_a_zip_writes_nowhere_else(tmp_path: Path) -> None:
    path = zipped(tmp_path / "evil.zip", {"../../../../evil.gpkg": write(tmp_path / "g.gpkg", frame(["1"]))})
    before = set(tmp_path.parent.parent.rglob("evil.gpkg"))
    assert areas(path) == [("1", "1")]
    assert set(tmp_path.parent.parent.rglob("evil.gpkg")) == before


# -- shapes


def curved(path: Path) -> Path:
    """A GeoPackage with a disc: CURVEPOLYGON of one CIRCULARSTRING, as CAD exports have it."""
    write(path, frame(["1"], ["甲"]))
    arc = [(113.80, 27.60), (113.81, 27.61), (113.82, 27.60), (113.81, 27.59), (113.80, 27.60)]
    ring = struct.pack("<BII", 1, 8, len(arc)) + b"".join(struct.pack("<dd", *corner) for corner in arc)
    blob = b"GP\0\1" + struct.pack("<i", 4326) + struct.pack("<BII", 1, 10, 1) + ring
    with opened(path) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')
        db.execute(f"UPDATE {path.stem} SET geom = ?", (blob,))
    return path


def test_arcs_become_lines_and_that_is_said(tmp_path: Path) -> None:
    rows = read_file(curved(tmp_path / "g.gpkg"))
    assert rows.shapes[0].area == pytest.approx(3.1416e-4, rel=2e-3)
    assert rows.notes == ("row 1: arcs were drawn as lines of 4 degrees of a circle",)


def test_a_geopackage_that_says_no_system(tmp_path: Path) -> None:
    for number in (0, -1):
        path = write(tmp_path / f"srs{-number}.gpkg", frame(["1"], ["甲"]))
        with opened(path) as db:
            db.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (number,))
            db.execute("UPDATE gpkg_contents SET srs_id = ?", (number,))
        rows = read_file(path)
        with pytest.raises(Refused, match="does not say its coordinate system.*--crs"):
            rows.system()
        assert rows.system("wgs84").name == "wgs84"


def test_a_csv_with_wkt_is_a_boundary_file_without_a_system(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_bytes(f'code,name,WKT\n007,甲网格,"{BOXES[0].wkt}"\n'.encode("gbk"))
    assert areas(path) == [("007", "甲网格")]
    with pytest.raises(Refused, match="--crs"):
        read_file(path).system()


# -- systems

DATAV = {"adcode": 360302, "name": "安源区", "center": [113.87, 27.62], "centroid": [113.88, 27.6], "childrenNum": 0}
AMAP = {"citycode": "0799", "adcode": "360302", "name": "安源区", "center": "113.87,27.62", "level": "district"}


@pytest.mark.parametrize("properties", [DATAV, AMAP])
def test_a_file_of_datav_or_amap_is_asked_about(tmp_path: Path, properties: dict[str, Any]) -> None:
    rows = read_file(geojson(tmp_path / "360302.geojson", [properties]))
    with pytest.raises(Refused, match=r"GCJ-02 -> say --crs gcj02, or --crs wgs84 if it was converted"):
        rows.system()
    assert rows.system("gcj02").name == "gcj02"
    assert rows.system("wgs84").name == "wgs84"
    kept = {key: value for key, value in properties.items() if not isinstance(value, list)}
    columns = {key: [value] for key, value in kept.items()}
    shp = write(tmp_path / "a.shp", geopandas.GeoDataFrame(columns, geometry=BOXES[:1], crs=4326))
    with pytest.raises(Refused, match="GCJ-02"):
        read_file(shp).system()


@pytest.mark.parametrize(
    "properties",
    [
        {"code": "1", "name": "甲", "level": "grid", "kind": "base", "parent": "0", "area_m2": 1.5},
        {"adcode": "360302", "name": "甲"},
        {"code": "1", "center": "113,27", "level": "grid"},
    ],
)
def test_other_files_are_not_asked_about(tmp_path: Path, properties: dict[str, Any]) -> None:
    assert read_file(geojson(tmp_path / "a.geojson", [properties])).system().name == "EPSG:4326"


def test_a_citys_own_prj_and_one_without_a_datum(tmp_path: Path) -> None:
    city = (
        'PROJCS["Local_City",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
        'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40000.0],PARAMETER["False_Northing",-3000000.0],'
        'PARAMETER["Central_Meridian",113.85],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
        'UNIT["Meter",1.0]]'
    )
    path = write_shapefile(tmp_path / "city.shp", [Column("code", 5)], [["1"]], prj=city)
    point = read_file(path).system().locate(35_064.0, 54_136.0)
    assert point.lon == pytest.approx(113.80, abs=1e-4)
    assert point.lat == pytest.approx(27.60, abs=1e-3)
    unnamed = city[city.index("GEOGCS") : city.index(",PROJECTION")].replace("D_China_2000", "D_unknown")
    unnamed = unnamed.replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_unnamed")
    path = write_shapefile(tmp_path / "unnamed.shp", [Column("code", 5)], [["1"]], prj=unnamed)
    with pytest.raises(Refused, match=r"unnamed\.shp: .* does not name its datum.*--crs wgs84"):
        read_file(path).system()
    assert read_file(path).system("wgs84").locate(113.8, 27.6).lon == 113.8


@pytest.mark.parametrize(
    "prj", ['GEOGCS["x"', WGS84[:-40], WGS84.replace("SPHEROID", "SPH"), WGS84.replace("6378137.0", "abc")]
)
def test_a_damaged_prj_is_named(tmp_path: Path, prj: str) -> None:
    path = write_shapefile(tmp_path / "g.shp", [Column("code", 5)], [["1"]], prj=prj)
    said = refusal(path, Unreadable)
    assert "coordinate system is damaged" in said and ".prj" in said and "--crs" in said
    path.with_suffix(".prj").unlink()
    assert read_file(path).system("wgs84").name == "wgs84"
