"""A file's rows as text under their headers, of any kind of text file or workbook."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from gisgrid.cells import unmarked
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.loading.times import InstantReader

CHINA = ZoneInfo("Asia/Shanghai")
WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}
"""Encodings that files name too narrowly: GB 18030 reads all of GBK, and the rare characters of names."""
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",;\t|"
_OTHER_KINDS = {
    b"%pdf": "a PDF",
    b"<htm": "a web page, which many systems call .xls",
    b"<!do": "a web page, which many systems call .xls",
    b"<tab": "a web page, which many systems call .xls",
    b"<?xm": "XML",
    b"\x1f\x8b": "a compressed file",
}


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file whose columns have other names.

    `system` of points whose row does not name one; `columns`: our column -> the file's header;
    `values`: our column -> the value of every row, for a column that the file lacks;
    `zone`: a bare date is 00:00 there; `local`, `time_formats`: as `times.InstantReader` has them;
    `layer`: the sheet of a workbook, the layer of a GeoPackage; `set_aside`: a file for the rows that cannot be used;
    `meanings`: our column -> the file's words there -> ours, from the file `meanings_name`.
    """

    system: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = CHINA
    local: ZoneInfo | None = None
    time_formats: tuple[str, ...] = ()
    layer: str = ""
    set_aside: Path | None = None
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    meanings_name: str = ""

    @property
    def instant(self) -> InstantReader:
        """The reader of times."""
        return InstantReader(self.zone, self.local, self.time_formats)


@dataclass(frozen=True)
class Odd:
    """A row that cannot be read under its headers: where it is, its cells, and why."""

    place: str
    cells: tuple[str, ...]
    fault: Fault


@dataclass(frozen=True)
class Sheet:
    """A file's rows as text. `places` names each row as people find it: `row 2`, `feature 1`."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    places: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    odd: tuple[Odd, ...] = ()
    notes: tuple[str, ...] = ()


def missing_file(path: Path) -> Unreadable:
    """The error of a path that leads to no file."""
    return Unreadable(Fault(str(path), "there is no such file", "name a CSV, XLSX, GeoJSON or GeoPackage file"))


def no_column(name: str) -> str:
    """The message about a column of ours that a file or an option lacks."""
    return f"there is no column {name}"


def decode(path: Path, encoding: str = "") -> str:
    """The text of a file: as its byte order mark says, else in the encoding that is named, else UTF-8.

    Raises Unreadable, also for files that are no text, each with what to save it as.
    """
    body = path.read_bytes()
    for start, kind in _OTHER_KINDS.items():
        if body.lstrip()[: len(start)].lower() == start:
            raise Unreadable(Fault(path.name, f"this is {kind}", "open it, and save it as .xlsx or as CSV UTF-8"))
    marked = next((name for mark, name in _MARKS.items() if body.startswith(mark)), "")
    name = marked or WIDER.get(encoding.lower(), encoding) or "utf-8"
    try:
        return body.decode(name).lstrip("\ufeff")
    except LookupError as error:
        raise Unreadable(Fault("encoding", f"{encoding!r} is unknown", "as utf-8, gbk, gb18030")) from error
    except UnicodeError as error:
        row = body.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        remedy = "name its encoding: --encoding gbk" if not encoding else "name another --encoding"
        message = f"this is no {encoding or 'UTF-8'} text (line {row})"
        raise Unreadable(Fault(path.name, message, remedy)) from error


def read_csv(name: str, text: str, *, whole: bool = False) -> Sheet:
    """The rows of a CSV text. Its delimiter is comma, semicolon, tab or bar: as a first line `sep=;` says, else the
    most frequent one of the header. `whole`: as `as_sheet` has it. Raises Unreadable, Refused.
    """
    if "\0" in text[:4]:
        raise Unreadable(Fault(name, "this is UTF-16 without its mark", "name its encoding: --encoding utf-16-le"))
    first_line, delimiter = 1, ""
    first = text.splitlines()[0] if text else ""
    if first.strip('" ').lower().startswith("sep="):
        delimiter = first.strip('" ')[4:5] or "\t"
        text, first_line = text[len(first) :].lstrip("\r").removeprefix("\n"), 2
        first = text.splitlines()[0] if text else ""
    if not delimiter:
        bare = "".join(first.split('"')[::2])
        delimiter = max(_DELIMITERS, key=bare.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        remedy = "save the file again as CSV, with quotes doubled inside quotes"
        line = reader.line_num + first_line - 1
        raise Unreadable(Fault(f"{name} line {line}", f"this is no CSV: {error}", remedy)) from error
    return as_sheet(name, lines, first_row=first_line, whole=whole)


def as_sheet(name: str, lines: Sequence[Sequence[str]], *, first_row: int = 1, whole: bool = False) -> Sheet:
    """These lines as a sheet: the first is the header, the others rows, numbered from `first_row` on.

    Empty rows are left out, and so are empty cells beyond the header. `whole`: headers stay as they are, and so do
    empty columns at the end; else the marks of programs are taken off them. Raises Unreadable, Refused.
    """
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise Unreadable(Fault(name, "the file has no header row", "name the columns in the first row"))
    header = list(lines[0]) if whole else [unmarked(cell) for cell in lines[0]]
    held = [
        (f"row {n}", tuple(line)) for n, line in enumerate(lines[1:], start=first_row + 1) if any(map(str.strip, line))
    ]
    width = max((_filled(line) for _, line in held), default=0)
    while not whole and len(header) > max(width, 1) and not header[-1]:
        header.pop()
    twice = sorted(cell for cell, times in Counter(header).items() if cell and times > 1)
    if twice:
        place = f"{name} row {first_row}"
        raise Refused(*(Fault(place, f"two columns are called {cell!r}", "rename one") for cell in twice))
    rows, places, odd = [], [], []
    for place, line in held:
        cells = line[: max(len(header), _filled(line))]
        if len(cells) == len(header):
            rows.append(cells)
            places.append(place)
        else:
            message = f"{len(cells)} cells under {len(header)} headers"
            fault = Fault(f"{name} {place}", message, "quote cells that hold a delimiter")
            odd.append(Odd(place, cells, fault))
    return Sheet(name, tuple(header), tuple(rows), tuple(places), tuple(one.fault for one in odd), tuple(odd))


def _filled(line: Sequence[str]) -> int:
    """How many cells are there up to the last one that is not empty?"""
    return next((n for n in range(len(line), 0, -1) if line[n - 1].strip()), 0)
