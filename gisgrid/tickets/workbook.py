"""A program by itself: rows from standard input become a workbook on standard output. It imports nothing of the house.

The first line is the header, each following one a page of rows, in JSON; a time is {"t": "2026-05-01T08:00:00"}. The
argument is a folder for what does not fit into memory; empty: all does.
"""

import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO

SHEET_ROWS = 1_000_000
NICE = 10
"""Who waits for a file waits behind everybody else."""


def write_book(lines: Iterator[bytes], out: BinaryIO, folder: str) -> None:
    """Read all, then write the workbook."""
    import xlsxwriter  # half a second, which the service that starts this need not take

    target = Path(folder) / "tickets.xlsx" if folder else io.BytesIO()
    options = {"constant_memory": True, "tmpdir": folder} if folder else {"in_memory": True}
    book = xlsxwriter.Workbook(target, options)
    times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    header = json.loads(next(lines))
    sheet, number = _add_sheet(book, header), 0
    for line in lines:
        for row in json.loads(line):
            if number == SHEET_ROWS:
                sheet, number = _add_sheet(book, header), 0
            number += 1
            _fill_line(sheet, number, row, times)
    book.close()
    if isinstance(target, io.BytesIO):
        out.write(target.getbuffer())
    else:
        with target.open("rb") as file:
            copyfileobj(file, out)


def _add_sheet(book: Any, header: Sequence[str]) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(header) - 1, 18)
    for place, name in enumerate(header):
        sheet.write_string(0, place, name)
    return sheet


def _fill_line(sheet: Any, line: int, values: Sequence[Any], times: Any) -> None:
    for place, value in enumerate(values):
        if isinstance(value, dict):
            sheet.write_datetime(line, place, datetime.fromisoformat(value["t"]), times)
        elif isinstance(value, int | float):
            sheet.write_number(line, place, value)
        elif value is not None:
            sheet.write_string(line, place, value)


if __name__ == "__main__":
    os.nice(NICE)
    write_book(iter(sys.stdin.buffer), sys.stdout.buffer, sys.argv[1])
