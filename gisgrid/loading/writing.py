"""Tables of text as files that a spreadsheet opens right: CSV with its mark, or a workbook whose cells are text."""

import csv
import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from gisgrid.cells import harmless
from gisgrid.errors import Fault, Refused

TABLES = (".csv", ".xlsx")
MOST_ROWS, MOST_CELL = 1_048_575, 32_767
"""What a sheet of a workbook holds: rows below the header, characters of a cell."""
_MOMENTS = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd", time: "hh:mm:ss"}


def check_table_ending(option: str, path: Path) -> None:
    """Raise Refused for another ending than .csv and .xlsx."""
    if path.suffix.lower() not in TABLES:
        known = " or ".join(TABLES)
        raise Refused(Fault(option, f"{path.suffix or 'no ending'} is not known here", f"a name with {known}"))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write these cells by the file's ending, whole or not at all. Raises Refused for what cannot be written.

    In a CSV a text that a spreadsheet would take for a formula gets an apostrophe in front; `read_table` takes it off.
    """
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".xlsx":
            write_text_workbook(part, header, rows)
        else:
            with part.open("w", encoding="utf-8-sig", newline="") as out:
                writer = csv.writer(out)
                writer.writerows([harmless(cell) for cell in line] for line in (header, *rows))
        os.replace(part, path)
    except OSError as error:
        raise Refused(Fault(str(path), f"this cannot be written: {error}", "name another file")) from error
    finally:
        part.unlink(missing_ok=True)


def write_text_workbook(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a workbook of one sheet; text stays text (codes keep zeros and digits), numbers are numbers.

    Raises Refused for more rows or longer text than a sheet holds, OSError where the file cannot be written.
    """
    import xlsxwriter  # half a second, and a service seldom writes one
    from xlsxwriter.exceptions import XlsxFileError

    try:
        book = xlsxwriter.Workbook(path, {"constant_memory": True})
        try:
            _fill(book, path, header, rows)
        finally:
            book.close()
    except XlsxFileError as error:
        raise OSError(str(error)) from error


def _fill(book: Any, path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(header) - 1, 0), 18)
    as_text = book.add_format({"num_format": "@"})
    moments = {kind: book.add_format({"num_format": shown}) for kind, shown in _MOMENTS.items()}
    for n, line in enumerate((header, *rows)):
        if n > MOST_ROWS:
            raise Refused(Fault(path.name, f"a sheet holds {MOST_ROWS:,} rows", "choose .csv"))
        for place, value in enumerate(line):
            if isinstance(value, str):
                if len(value) > MOST_CELL:
                    message = f"a cell of {len(value):,} characters is too long for a workbook"
                    raise Refused(Fault(f"{path.name} row {n + 1}", message, "choose .csv"))
                if value:
                    sheet.write_string(n, place, value, as_text)
            elif type(value) in moments:
                sheet.write_datetime(n, place, value, moments[type(value)])
            elif value is not None:
                sheet.write(n, place, value)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A column name that no column has, compared as GeoPackage does: without regard to case."""
    lower = {name.lower() for name in taken}
    while wanted.lower() in lower:
        wanted += "_"
    return wanted
