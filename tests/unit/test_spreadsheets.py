"""What spreadsheets do to tables: workbooks of every kind, and the CSV that they write."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from gisgrid.cells import BadCell
from gisgrid.errors import GisgridError
from gisgrid.loading import ReadOptions, Sheet, number, plain, read_sheet

BODY = "external_id,category,lon\nS1,hazard,113.86\n"


def read(path: Path, **options: Any) -> Sheet:
    return read_sheet(path, ReadOptions(**options))


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(GisgridError) as caught:
        read(path, **options)
    return str(caught.value)


def write(folder: Path, body: bytes | str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def book(path: Path, *sheets: tuple[str, list[Any]]) -> Path:
    """A workbook of these sheets; datetimes and dates are formatted as such."""
    with xlsxwriter.Workbook(path) as out:
        clock, day = out.add_format({"num_format": "yyyy/m/d h:mm"}), out.add_format({"num_format": "yyyy/m/d"})
        for name, rows in sheets:
            sheet = out.add_worksheet(name)
            for n, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, datetime):
                        sheet.write_datetime(n, place, value, clock)
                    elif isinstance(value, date):
                        sheet.write_datetime(n, place, datetime.combine(value, datetime.min.time()), day)
                    elif isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(n, place, value, None, "worked out")
                    elif isinstance(value, str):
                        sheet.write_string(n, place, value)
                    elif value is not None:
                        sheet.write(n, place, value)
    return path


def test_a_workbook_is_read_by_its_cells(tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, 8, 5, 59)
    rows = [["id", "at", "on", "n", "long", "f"], ["007", at, date(2026, 11, 20), 113.86, 36030200100100100123, "=A1"]]
    sheet = read(book(tmp_path / "a.xlsx", ("一", rows)))
    assert sheet.header == ("id", "at", "on", "n", "long", "f")
    long = "3.60302001001001E+19"
    assert sheet.rows == (("007", "2026-11-20 08:05:59", "2026-11-20", "113.86", long, "worked out"),)
    with pytest.raises(BadCell, match="a number of more than 15 digits cannot be read exactly here"):
        plain(long)


@pytest.mark.parametrize("second", range(0, 60, 7))
def test_no_second_is_lost_to_a_float(tmp_path: Path, second: int) -> None:
    times = [datetime(2018, month, 26, 10, 58, second) for month in range(1, 13)]
    sheet = read(book(tmp_path / "a.xlsx", ("a", [["at", "n"], *([at, 1] for at in times)])))
    assert [row[0] for row in sheet.rows] == [f"{at:%Y-%m-%d %H:%M:%S}" for at in times]


def test_several_sheets_are_named_and_one_is_chosen(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ("十月", [["a"], ["1"]]), ("十一月", [["a"], ["2"]]), ("空", []))
    assert "there are 2 sheets -> --layer, one of 十月, 十一月" in refused(path)
    assert read(path, layer="十一月").rows == (("2",),)
    assert "no sheet is called 'x'" in refused(path, layer="x")


def test_an_error_of_a_formula_is_not_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as out:
        out.add_worksheet("a & b")
        sheet = out.add_worksheet("一")
        sheet.write_row(0, 0, ["id", "x", "y"])
        sheet.write_row(1, 0, ["1", "a", "b"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 0, "=NA()", None, "#N/A")
        sheet.write_row(2, 1, ["c", "d"])
    assert read(path).rows == (("1", "a", "#DIV/0!"), ("#N/A", "c", "d"))


def test_a_table_of_libreoffice(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'
    rows = [
        [("string", "", "id"), ("string", "", "n"), ("string", "", "at")],
        [
            ("string", "", "007"),
            ("float", 'office:value="1.5"', "1,5"),
            ("date", 'office:date-value="2026-11-20T08:05:59"', "20.11.26"),
        ],
    ]
    lines = "".join(f"<table:table-row>{''.join(cell.format(*one) for one in row)}</table:table-row>" for row in rows)
    names = ("office", "table", "text")
    spaces = "".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" ' for name in names)
    table = f'<table:table table:name="a">{lines}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        parts.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
    assert read(tmp_path / "a.ods").rows == (("007", "1.5", "2026-11-20 08:05:59"),)


def test_a_title_above_the_header_and_empty_cells_around_are_left_aside(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["热线工单导出"], [], ["id", "name", "", ""], ["1", "a"], [], ["2", ""], [" ", ""]]
    sheet = read(book(tmp_path / "a.xlsx", ("a", rows)))
    assert (sheet.header, sheet.rows, sheet.places) == (("id", "name"), (("1", "a"), ("2", "")), ("row 4", "row 6"))


def test_the_kind_of_a_file_is_in_it_not_in_its_name(tmp_path: Path) -> None:
    rows = [["a", "b"], ["1", "2"]]
    assert read(book(tmp_path / "a.xlsx", ("a", rows)).rename(tmp_path / "a.csv")).rows == (("1", "2"),)
    assert read(write(tmp_path, "a\tb\n1\t2\n", "tabs.xls")).rows == (("1", "2"),)


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"<html><table>", "a.xls", "a web page, which many systems call .xls -> open it, and save it as .xlsx"),
        (b"\n<!DOCTYPE html>", "a.xls", "a web page"),
        (b"<?xml version='1.0'?><Workbook/>", "a.xls", "XML"),
        (b"%PDF-1.7", "a.csv", "a PDF"),
        (b"PK\x03\x04 but no workbook", "a.xlsx", "cannot be read as a workbook"),
        (b"\xd0\xcf\x11\xe0 but no workbook", "a.xls", "cannot be read as a workbook"),
        ("a,b\n1,2\n".encode("utf-16-le"), "a.csv", "UTF-16 without its mark"),
    ],
)
def test_other_files_get_the_way_out(tmp_path: Path, body: bytes, name: str, said: str) -> None:
    assert said in refused(write(tmp_path, body, name))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("named", ["", "gbk"])
def test_a_mark_of_an_encoding_wins(tmp_path: Path, encoding: str, named: str) -> None:
    assert read(write(tmp_path, "编码\t名\n1\t东\n".encode(encoding)), encoding=named).rows == (("1", "东"),)


@pytest.mark.parametrize(
    "body",
    [
        "sep=;\n" + BODY.replace(",", ";"),
        "sep=,\r\n" + BODY.replace("\n", "\r\n"),
        '"sep=|"\n' + BODY.replace(",", "|"),
        "\ufeff\ufeff" + BODY,
        "\ufeffsep=\t\n" + BODY.replace(",", "\t"),
        BODY.replace(",", "\t"),
        BODY.replace("\n", "\r"),
        BODY.replace("lon\n", "lon,,\n").replace("86\n", "86,,\n") + ",,,,\n,,,,\n",
        BODY.replace("86\n", "86,,,\n"),
        BODY.replace("external_id", "\u200bexternal_id\u00a0"),
        '"external_id";"category, kind";"lon"\nS1;hazard;113.86\n'.replace("category, kind", "category"),
    ],
)
def test_habits_of_programs_that_write_csv(tmp_path: Path, body: str) -> None:
    sheet = read(write(tmp_path, body))
    assert (sheet.header, sheet.rows) == (("external_id", "category", "lon"), (("S1", "hazard", "113.86"),))


def test_rows_are_counted_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    assert read(write(tmp_path, "sep=;\n" + BODY.replace(",", ";"))).places == ("row 3",)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("113.86", 113.86),
        ("１１３.８６", 113.86),
        ("１１３．８６", 113.86),
        ("113,86", 113.86),
        ("113，8", 113.8),
        ("0,123", 0.123),
        ("1,234,567", 1234567),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234.5", 1234.5),
        ("1\u202f234", 1234),
        ("−0.5", -0.5),
        ("113.86°", 113.86),
        ("1.1386E+02", 113.86),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert number()(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("113,860", "can be a fraction or thousands"),
        ("95%", "is a percentage"),
        ("９５％", "is a percentage"),
        ("30 m", "is no finite number"),
        ("1,23,4", "is no finite number"),
        ("113°51'", "is no finite number"),
        ("#N/A", "is no finite number"),
    ],
)
def test_numbers_that_mean_two_things_or_none_are_refused(text: str, said: str) -> None:
    with pytest.raises(BadCell, match=said):
        number()(text)
