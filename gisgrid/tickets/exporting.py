"""Tickets out as CSV, XLSX or GeoJSON, in pieces that are sent as they come."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter

from gisgrid.cells import Program, for_excel, harmless
from gisgrid.instants import say_time, write_instant
from gisgrid.ticket_fields import Facts
from gisgrid.tickets.columns import Column
from gisgrid.tickets.selecting import Lang

BYTE_ORDER_MARK = "\ufeff"
SHEET_ROWS = 1_000_000
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Sheet:
    """How rows become a file: the columns, their language, the zone of times, who opens a CSV."""

    columns: Sequence[Column]
    lang: Lang
    zone: tzinfo
    program: Program = "programs"

    @property
    def header(self) -> list[str]:
        """The names of the columns for people."""
        return [column.zh if self.lang == "zh" else column.en for column in self.columns]


def write_csv(pages: Iterable[list[Facts]], sheet: Sheet) -> Iterator[bytes]:
    """A table that Excel in China opens as it is: UTF-8 with its mark, CRLF, times ISO 8601 with offset.

    Text that a spreadsheet would take for a formula gets an apostrophe in front. For Excel, codes are text and times
    have no offset: they are of the zone.
    """
    yield (BYTE_ORDER_MARK + _csv_lines([sheet.header])).encode()
    for page in pages:
        lines = [[_cell(row.get(column.name), sheet) for column in sheet.columns] for row in page]
        yield _csv_lines(lines).encode()


def write_geojson(pages: Iterable[list[Facts]], sheet: Sheet) -> Iterator[bytes]:
    """One FeatureCollection: the public location (null: none), every column as a property."""
    yield b'{"type": "FeatureCollection", "features": ['
    mark = "\n"
    for page in pages:
        lines = [json.dumps(_feature(row, sheet.zone), ensure_ascii=False, allow_nan=False) for row in page]
        if lines:
            yield (mark + ",\n".join(lines)).encode()
            mark = ",\n"
    yield b"\n]}\n"


def write_xlsx(pages: Iterable[list[Facts]], sheet: Sheet) -> Iterator[bytes]:
    """A workbook: real times (in the zone) and numbers, text as text. Nothing is sent before the workbook is whole.

    One page of rows is made in memory; more of them in a folder of the workbook's own, which is removed after sending
    or when the client has gone.
    """
    coming = iter(pages)
    ahead = list(islice(coming, 2))
    with tempfile.TemporaryDirectory(prefix="gisgrid-xlsx-") if len(ahead) > 1 else nullcontext() as folder:
        target = Path(folder) / "tickets.xlsx" if folder else io.BytesIO()
        book = xlsxwriter.Workbook(
            target, {"constant_memory": True, "tmpdir": folder} if folder else {"in_memory": True}
        )
        times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for _ in _fill_book(book, times, chain(ahead, coming), sheet):
            yield b""  # lets the caller serve others meanwhile, and notice that the client has gone
        book.close()
        if isinstance(target, io.BytesIO):
            yield target.getvalue()
            return
        with target.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


Writer = Callable[[Iterable[list[Facts]], Sheet], Iterator[bytes]]
WRITERS: dict[str, Writer] = {"csv": write_csv, "xlsx": write_xlsx, "geojson": write_geojson}


def _fill_book(book: Any, times: Any, pages: Iterable[list[Facts]], sheet: Sheet) -> Iterator[None]:
    current, line = _add_sheet(book, sheet), 0
    for page in pages:
        for row in page:
            if line == SHEET_ROWS:
                current, line = _add_sheet(book, sheet), 0
            line += 1
            _fill_line(current, line, [row.get(column.name) for column in sheet.columns], times, sheet.zone)
        yield


def _add_sheet(book: Any, sheet: Sheet) -> Any:
    current = book.add_worksheet()
    current.freeze_panes(1, 1)
    current.set_column(0, len(sheet.columns) - 1, 18)
    for place, name in enumerate(sheet.header):
        current.write_string(0, place, name)
    return current


def _fill_line(current: Any, line: int, values: Sequence[Any], times: Any, zone: tzinfo) -> None:
    for place, value in enumerate(values):
        if isinstance(value, datetime):
            current.write_datetime(line, place, value.astimezone(zone).replace(tzinfo=None), times)
        elif isinstance(value, int | float):
            current.write_number(line, place, value)
        elif value is not None:
            current.write_string(line, place, str(value))


def _csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _cell(value: Any, sheet: Sheet) -> Any:
    excel = sheet.program == "excel"
    if isinstance(value, datetime):
        return say_time(value, sheet.zone) if excel else write_instant(value, sheet.zone)
    if isinstance(value, str):
        return for_excel(value) if excel else harmless(value)
    return "" if value is None else value


def _feature(row: Facts, zone: tzinfo) -> Facts:
    facts = {name: write_instant(value, zone) if isinstance(value, datetime) else value for name, value in row.items()}
    lon, lat = facts.pop("lon"), facts.pop("lat")
    place = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": row["number"], "properties": facts, "geometry": place}
