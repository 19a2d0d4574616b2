"""The rows of a boundary file: every fault of every row in one pass, each with its place; nothing guessed."""

from typing import Any

import numpy as np
import pytest
import shapely

from gisgrid.boundaries.cleaning import Cleaned, Fields, clean_areas
from gisgrid.boundaries.finding import refuse_errors
from gisgrid.boundaries.placing import place_areas
from gisgrid.boundaries.reading import FileRows
from gisgrid.boundaries.settling import settle_lines
from gisgrid.codes import load_scheme
from gisgrid.coordinates import map_system
from gisgrid.errors import Refused

SQUARE = shapely.box(0, 0, 1, 1)
BOW_TIE = shapely.from_wkt("POLYGON((0 0,1 1,1 0,0 1,0 0))")


def clean(
    shapes: list[Any] | None = None, *, system: str = "wgs84", dissolve: bool = False, **columns: list[Any]
) -> Cleaned:
    count = len(next(iter(columns.values())))
    given = shapes or [shapely.box(i, 0, i + 1, 1) for i in range(count)]
    rows = FileRows("f.geojson", columns, np.array(given, dtype=object), system)
    return clean_areas(rows, map_system(system), load_scheme("free"), Fields(), "grid", dissolve=dissolve)


def said(cleaned: Cleaned) -> list[str]:
    return [f"{found.where}: {found.message} -> {found.remedy}" for found in cleaned.findings]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ({"zh": "甲", "en": "A"}, "row 1, code 1, name: this is an object, not text"),
        (["甲"], "this is a list, not text"),
        (b"\x01", "this is binary data"),
        ("两行\n名称", "has two lines"),
        ("两行\u2028名称", "has two lines"),
        ("a\x07b", "U+0007, a control character"),
        ("a\tb", "U+0009, a control character"),
        ("a\u202eb", "U+202E, a control character"),
        ("a\0b", "NUL"),
        ("a\ud800b", "half of a surrogate pair"),
        ("长" * 201, "201 characters are too many"),
    ],
)
def test_a_name_that_is_not_a_line_of_text_is_refused(name: object, message: str) -> None:
    (line,) = said(clean(code=["1"], name=[name]))
    assert message in line


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("001", "001"),
        (" 001\t", "001"),
        ("\u30001 ", "1"),
        (360302001001001, "360302001001001"),
        (360302001001001.0, "360302001001001"),
        ("360302001001001.0", "360302001001001"),
        ("1.0", "1.0"),
        ('="007"', "007"),
        (36030200100100100123, "36030200100100100123"),
    ],
)
def test_a_code_is_what_the_file_says(value: object, code: str) -> None:
    cleaned = clean(code=[value])
    assert (cleaned.findings, cleaned.areas[0].code) == ([], code)


@pytest.mark.parametrize("value", [36030200100100100123.0, "3.60302E+14", "36030200100100100.0", ["1"], {"a": 1}])
def test_a_code_that_lost_digits_or_is_not_text_is_refused(value: object) -> None:
    (line,) = said(clean(code=[value]))
    assert line.startswith("f.geojson row 1, code: ")


@pytest.mark.parametrize("name", ["", "  ", None, float("nan")])
def test_without_a_name_the_code_is_the_name_and_that_is_said(name: object) -> None:
    cleaned = clean(code=["1", "2"], name=["甲", name])
    assert [area.name for area in cleaned.areas] == ["甲", "2"]
    assert cleaned.notes == ["row 2: no name, the code is the name"]


def test_one_pass_finds_every_fault_of_every_row() -> None:
    lines = said(
        clean(
            [BOW_TIE, SQUARE, None, shapely.Point(0, 0), SQUARE, SQUARE],
            code=["1", "", "3", "4", "5", "5"],
            name=[["x"], "b", "c", "d", "e", "e"],
            kind=["base", "odd", None, "", "base", "base"],
        )
    )
    for expected in (
        "row 1, code 1, name: this is a list",
        "row 1, code 1, shape: invalid: Self-intersection at (0.5, 0.5)",
        "row 2, code: the row has no code",
        "row 2, kind: 'odd' is not a kind",
        "row 3, code 3, shape: the area has no shape",
        "row 4, code 4, shape: a Point",
        "rows 5, 6, code 5: 2 rows have this code",
    ):
        assert any(expected in line for line in lines), (expected, lines)
    assert len(lines) == 7


def test_every_place_where_a_ring_crosses_itself_is_listed_in_both_systems() -> None:
    """Two crossings in one ring, in metres: each with its place in the file and on the map."""
    shape = shapely.from_wkt("POLYGON((0 0,3 0,3 1,2 2,3 2,2 1,1 1,0 2,1 2,0 1,0 0))")
    moved = shapely.affinity.translate(shapely.affinity.scale(shape, 100, 100, origin=(0, 0)), 486_000, 3_057_000)
    cleaned = clean([moved], system="EPSG:4547", code=["1"])
    lines = said(cleaned)
    assert len(lines) == 2
    assert any("Self-intersection at (486250, 3057150), WGS 84 (113.8" in line for line in lines), lines
    for found in cleaned.findings:
        lon, lat = found.place or (0, 0)
        assert 113 < lon < 115 and 27 < lat < 28


def test_a_ring_that_touches_itself_is_sent_to_fix_geometries() -> None:
    esri = shapely.from_wkt("POLYGON((0 0,4 0,4 4,2 4,3 2,1 2,2 4,0 4,0 0))")
    (line,) = said(clean([esri], code=["1"]))
    assert "Ring Self-intersection at (2, 4)" in line and "Fix geometries" in line


def test_heights_and_measures_are_dropped_and_said() -> None:
    cleaned = clean([shapely.force_3d(SQUARE, 5)], code=["1"])
    assert not cleaned.areas[0].geom.has_z
    assert cleaned.notes == ["1 of the shapes had heights or measures (Z, M): dropped"]


def test_a_collection_gives_its_polygons_and_says_what_it_leaves_out() -> None:
    one = shapely.GeometryCollection([SQUARE])
    more = shapely.GeometryCollection([shapely.MultiPolygon([shapely.box(2, 0, 3, 1)]), shapely.Point(0, 0)])
    cleaned = clean([one, more, shapely.GeometryCollection([shapely.Point(0, 0)])], code=["1", "2", "3"])
    assert [area.geom.geom_type for area in cleaned.areas[:2]] == ["MultiPolygon"] * 2
    assert cleaned.notes == ["row 2: Point of a collection left out, its polygons taken"]
    assert [found.code for found in cleaned.findings] == ["3"]


def test_coordinates_that_are_no_numbers_and_too_many_points() -> None:
    with np.errstate(invalid="ignore"):
        endless, nan = (shapely.from_wkt(f"POLYGON((0 0,{odd} 1,1 1,0 0))") for odd in ("inf", "nan"))
    turns = np.linspace(0, 2 * np.pi, 200_002)
    round_about = shapely.polygons(np.column_stack([np.cos(turns), np.sin(turns)]))
    lines = said(clean([endless, nan, round_about], code=["1", "2", "3"]))
    assert ["finite" in line for line in lines] == [True, True, False]
    assert "points are too many" in lines[2]


@pytest.mark.parametrize(("corners", "is_settled"), [(1_000, True), (200_001, False)])
def test_what_is_too_fine_is_refused_before_its_lines_are_compared(corners: int, is_settled: bool) -> None:
    fine = shapely.segmentize(shapely.box(0, 0, 1000, 1000), 4000 / corners)
    beside = shapely.box(1000.001, 0, 2000, 1000)
    cleaned = clean([fine, beside], system="EPSG:4549", code=["1", "2"])
    settled = settle_lines(cleaned.areas, map_system("EPSG:4549"), "f.geojson", snap_m=0.005)
    moved = [new.geom is not old.geom for old, new in zip(cleaned.areas, settled.areas, strict=True)]
    assert any(moved) == is_settled
    assert any("points are too many" in line for line in said(cleaned)) != is_settled


APART = [shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1), shapely.box(1, 0, 2, 1)]


def test_parts_of_one_area_are_joined_when_asked() -> None:
    cleaned = clean(APART, code=["1", "1", "1"], name=["甲"] * 3, dissolve=True)
    assert cleaned.findings == []
    assert cleaned.notes == ["3 rows joined to 1 areas by their codes"]
    (area,) = cleaned.areas
    assert area.geom.equals(shapely.MultiPolygon([shapely.box(0, 0, 2, 1), APART[1]]))
    assert area.geom.is_valid


def test_without_being_asked_the_remedy_names_the_way() -> None:
    (line,) = said(clean(APART, code=["1", "1", "2"], name=["甲", "甲", "乙"]))
    assert line.startswith("f.geojson rows 1, 2, code 1: 2 rows have this code")
    assert "a code of its own" in line and "--dissolve" in line and "Collect geometries" in line


@pytest.mark.parametrize(
    ("names", "second", "message"),
    [
        (["甲", "乙"], APART[1], "another name each: 乙, 甲"),
        (["甲", "甲"], shapely.box(0.5, 0, 2, 1), "rows 1 and 2 overlap at (0.75, 0.5)"),
        (["甲", "甲"], BOW_TIE, "no valid shape"),
    ],
)
def test_rows_that_differ_or_overlap_are_not_one_area(names: list[str], second: Any, message: str) -> None:
    lines = said(clean([APART[0], second], code=["1", "1"], name=names, dissolve=True))
    assert any(message in line for line in lines), lines


def test_a_line_drawn_twice_is_no_overlap_of_parts() -> None:
    hair = shapely.box(1 - 1e-10, 0, 2, 1)
    cleaned = clean([APART[0], hair], code=["1", "1"], dissolve=True)
    assert (cleaned.findings, len(cleaned.areas)) == ([], 1)


def test_thousands_of_faults_are_a_summary() -> None:
    cleaned = clean([None] * 3000, code=[str(i) for i in range(3000)])
    assert len(cleaned.findings) == 3000
    with pytest.raises(Refused) as caught:
        refuse_errors(cleaned.findings)
    assert len(caught.value.faults) == 101
    assert "2900 more of this kind, 3000 in all" in str(caught.value.faults[-1])


def test_placing_names_the_rows_of_the_file() -> None:
    cleaned = clean([SQUARE, shapely.box(500, 0, 501, 1)], code=["1", "2"])
    _, misplaced = place_areas(cleaned.areas, map_system("wgs84"), "f.geojson")
    assert [(found.where, found.kind) for found in misplaced] == [("f.geojson row 2 lon", "place")]


def test_a_ring_where_every_line_crosses_every_other_is_quick_to_refuse() -> None:
    """A star of 4,001 lines has eight million crossings; twenty are listed."""
    turns = np.arange(4_002) * np.pi * (1 + 1 / 4_001)
    star = shapely.polygons(np.column_stack([np.cos(turns), np.sin(turns)]))
    assert len(said(clean([star], code=["1"]))) == 20


def test_thousands_of_rows_of_one_code_are_joined() -> None:
    boxes = [shapely.box(i, 0, i + 1, 1) for i in range(3000)]
    cleaned = clean(boxes, system="EPSG:4547", code=["1"] * 3000, dissolve=True)
    assert (cleaned.findings, len(cleaned.areas), cleaned.areas[0].geom.area) == ([], 1, 3000)
