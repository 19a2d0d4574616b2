"""Tickets out as CSV, XLSX or GeoJSON, in pieces that are sent as they come."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any

from gisgrid.cells import Program, for_excel, harmless
from gisgrid.instants import say_time, write_instant
from gisgrid.terms import Lang
from gisgrid.ticket_fields import Facts
from gisgrid.tickets.columns import Column
from gisgrid.tickets.workbook import write_book

BYTE_ORDER_MARK = "\ufeff"
SCRIPT = Path(__file__).with_name("workbook.py")
CHUNK_BYTES = 1 << 16
FEW = 100
"""So many rows are made into a workbook here: sooner done (a few ms) than a process of its own is started."""


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

    A process of its own makes one of more than `FEW` rows, after everybody else, because this one would hold up reports
    meanwhile. One page of rows is made in memory; more of them in a folder, which is removed after sending or when the
    client has gone.
    """
    coming = iter(pages)
    ahead = list(islice(coming, 2))
    if sum(map(len, ahead)) <= FEW:
        out = io.BytesIO()
        write_book(_lines(chain(ahead, coming), sheet), out, "")
        yield out.getvalue()
        return
    with tempfile.TemporaryDirectory(prefix="gisgrid-xlsx-") if len(ahead) > 1 else nullcontext("") as folder:
        maker = subprocess.Popen(
            [sys.executable, "-I", str(SCRIPT), folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
        )
        assert maker.stdin and maker.stdout  # noqa: S101  # both are pipes
        try:
            with maker.stdin as rows:
                for line in _lines(chain(ahead, coming), sheet):
                    rows.write(line)
                    yield b""  # lets the caller serve others meanwhile, and notice that the client has gone
            while chunk := maker.stdout.read(CHUNK_BYTES):
                yield chunk
            if maker.wait():
                raise OSError(f"the program that makes workbooks has ended with {maker.returncode}")
        finally:
            maker.kill()
            maker.stdout.close()
            maker.wait()


def _lines(pages: Iterable[list[Facts]], sheet: Sheet) -> Iterator[bytes]:
    """What the program reads."""
    yield json.dumps(sheet.header).encode() + b"\n"
    for page in pages:
        yield json.dumps([_line(row, sheet) for row in page]).encode() + b"\n"


def _line(row: Facts, sheet: Sheet) -> list[Any]:
    """A row as the program reads it: numbers and words as they are, times without their zone."""
    return [_value(row.get(column.name), sheet.zone) for column in sheet.columns]


def _value(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return {"t": write_instant(value.astimezone(zone).replace(tzinfo=None))}
    return value if value is None or isinstance(value, int | float) else str(value)


Writer = Callable[[Iterable[list[Facts]], Sheet], Iterator[bytes]]
WRITERS: dict[str, Writer] = {"csv": write_csv, "xlsx": write_xlsx, "geojson": write_geojson}


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
