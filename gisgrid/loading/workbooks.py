"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) as rows of text: the values of formulas, dates as ISO 8601."""

import html
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum
from python_calamine import SheetTypeEnum as Kind

from gisgrid.cells import shown_text
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.instants import write_instant
from gisgrid.loading.sheets import Sheet, as_sheet

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SHEET = re.compile(r'<sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_ERROR = re.compile(r'<c r="([A-Z]+)([0-9]+)"[^>]*?\bt="e"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]*)</v>')
_CLOCK_SLACK = timedelta(milliseconds=1)


def is_workbook(path: Path) -> bool:
    """Is this a workbook by its content? Its name does not count."""
    with path.open("rb") as file:
        start = file.read(4)
    return start in (_ZIP, _OLE)


@dataclass(frozen=True)
class Cells:
    """The rows of a sheet as values: text, numbers, truth, times; "" where a cell is empty."""

    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    places: tuple[str, ...]


def read_workbook(path: Path, layer: str = "") -> Sheet:
    """The rows of a sheet as text: `layer`, or the only one that is shown and not empty. Lines above the header are
    skipped while they hold a title alone. Raises Unreadable; Refused for several sheets, by their names, and for
    another one.
    """
    lines = [[cell_text(value) for value in line] for line in _read_lines(path, layer)]
    top = _header_line(lines)
    return as_sheet(path.name, lines[top:], first_row=top + 1)


def read_cells(path: Path, layer: str = "") -> Cells:
    """The rows of a sheet as values, empty rows left out, no column left out. Raises as `read_workbook`."""
    lines = _read_lines(path, layer)
    top = _header_line([[cell_text(value) for value in line] for line in lines])
    sheet = as_sheet(path.name, [[cell_text(value) for value in line] for line in lines[top:]], whole=True)
    kept = [n for n, line in enumerate(lines[top + 1 :], start=top + 2) if any(map(cell_text, line))]
    rows = tuple(tuple(lines[n - 1]) for n in kept)
    return Cells(sheet.header, rows, tuple(f"row {n}" for n in kept))


def _read_lines(path: Path, layer: str) -> list[list[object]]:
    body = path.read_bytes()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        sheet = _choose_sheet(path, book, layer)
        lines: list[list[object]] = [list(line) for line in sheet.to_python(skip_empty_area=False)]
        for row, place, error in _errors_of(body, sheet.name):
            lines[row][place] = error
        return lines
    except PasswordError as error:
        raise Unreadable(Fault(path.name, "this workbook has a password", "save it without one")) from error
    except (CalamineError, OSError, ValueError, LookupError, zipfile.BadZipFile) as error:
        message = f"this cannot be read as a workbook: {error}"
        raise Unreadable(Fault(path.name, message, "open it, and save it as .xlsx or as CSV UTF-8")) from error


def _errors_of(body: bytes, name: str) -> Iterator[tuple[int, int, str]]:
    """Which cells of a sheet hold an error (#N/A ...)? Row, column, error; calamine has them as empty.

    Only of .xlsx, which is XML; in the older kinds such a cell stays empty.
    """
    if not body.startswith(_ZIP):
        return
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        if "xl/workbook.xml" not in parts.namelist():
            return
        sheets = {
            html.unescape(found[1]): found[2] for found in _SHEET.finditer(parts.read("xl/workbook.xml").decode())
        }
        targets = {}
        for element in _RELATION.findall(parts.read("xl/_rels/workbook.xml.rels").decode()):
            facts = dict(_ATTRIBUTE.findall(element))
            targets[facts.get("Id")] = facts.get("Target", "").removeprefix("/xl/")
        text = parts.read(f"xl/{targets[sheets[name]]}").decode()
    for letters, row, error in _ERROR.findall(text):
        place = 0
        for letter in letters:
            place = place * 26 + ord(letter) - ord("A") + 1
        yield int(row) - 1, place - 1, error


def _choose_sheet(path: Path, book: CalamineWorkbook, layer: str) -> CalamineSheet:
    names = [one.name for one in book.sheets_metadata if one.typ == Kind.WorkSheet]
    if layer:
        if layer not in names:
            raise Refused(Fault(path.name, f"no sheet is called {layer!r}", f"--layer, one of {', '.join(names)}"))
        return book.get_sheet_by_name(layer)
    shown = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible and one.name in names]
    held = [sheet for sheet in map(book.get_sheet_by_name, shown) if sheet.height]
    if not held:
        raise Unreadable(Fault(path.name, "no sheet has rows", "save it with its rows"))
    if len(held) > 1:
        several = ", ".join(sheet.name for sheet in held)
        raise Refused(Fault(path.name, f"there are {len(held)} sheets", f"--layer, one of {several}"))
    return held[0]


def _header_line(lines: Sequence[Sequence[str]]) -> int:
    """Which line is the header? The first one, unless it holds one cell at most and lower ones hold more."""
    filled = [sum(bool(cell.strip()) for cell in line) for line in lines]
    widest = max(filled, default=0)
    return next((n for n, count in enumerate(filled) if count > 1 or count == widest), 0)


def cell_text(value: object) -> str:
    """A cell as text: a time of a spreadsheet has no zone, so its text has none; midnight is a date."""
    if isinstance(value, datetime):
        at = value + _CLOCK_SLACK
        value = at.replace(microsecond=0) if at.microsecond <= 2 * _CLOCK_SLACK.microseconds else value
        return write_instant(value if value.time() != datetime.min.time() else value.date(), separator=" ")
    if isinstance(value, date):
        return write_instant(value)
    return shown_text(value)
