"""A file's rows as text under their headers, of any kind of text file or workbook."""

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from gisgrid.cells import unmarked
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.loading.times import InstantReader

CHINA = ZoneInfo("Asia/Shanghai")
WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}
"""Encodings that files name too narrowly: GB 18030 reads all of GBK, and the rare characters of names."""
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",;\t|"
_HEAD = 1 << 12
"""Bytes in which the kind of a file shows."""
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
    name = _encoding(path, body[:_HEAD], encoding)
    try:
        return body.decode(name).lstrip("\ufeff")
    except UnicodeError as error:
        row = body.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        remedy = "name its encoding: --encoding gbk" if not encoding else "name another --encoding"
        message = f"this is no {encoding or 'UTF-8'} text (line {row})"
        raise Unreadable(Fault(path.name, message, remedy)) from error


def _encoding(path: Path, head: bytes, encoding: str) -> str:
    """Python's name of a file's encoding, by its first bytes and what was named. Raises Unreadable."""
    for start, kind in _OTHER_KINDS.items():
        if head.lstrip()[: len(start)].lower() == start:
            raise Unreadable(Fault(path.name, f"this is {kind}", "open it, and save it as .xlsx or as CSV UTF-8"))
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
    name = marked or WIDER.get(encoding.lower(), encoding) or "utf-8"
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise Unreadable(Fault("encoding", f"{encoding!r} is unknown", "as utf-8, gbk, gb18030")) from error
    return name


@dataclass(frozen=True)
class Lines:
    """A CSV under way: its header as it is, and what follows it, each row with its place."""

    header: tuple[str, ...]
    rows: Iterator[tuple[str, tuple[str, ...]] | Odd]


@contextmanager
def open_csv(path: Path, encoding: str = "") -> Iterator[Lines]:
    """The rows of a CSV one after the other, as `decode` and `read_csv` with `whole` read it. Raises what they raise,
    the rows too.
    """
    with path.open("rb") as file:
        name = _encoding(path, file.read(_HEAD), encoding)
    with path.open(encoding=name, newline="") as stream:
        try:
            first, lines = _csv_lines(path.name, stream)
            header = _header(path.name, next(lines, []), first, whole=True)
        except UnicodeError:
            decode(path, encoding)
            raise
        yield Lines(header, _rows(path, encoding, header, lines, first))


def _rows(
    path: Path, encoding: str, header: tuple[str, ...], lines: Iterator[list[str]], first_row: int
) -> Iterator[tuple[str, tuple[str, ...]] | Odd]:
    try:
        for n, line in enumerate(lines, start=first_row + 1):
            if any(map(str.strip, line)):
                yield _fitted(path.name, header, f"row {n}", line)
    except UnicodeError:
        decode(path, encoding)  # it says in which line
        raise


def read_csv(name: str, text: str, *, whole: bool = False) -> Sheet:
    """The rows of a CSV text. Its delimiter is comma, semicolon, tab or bar: as a first line `sep=;` says, else the
    most frequent one of the header. `whole`: as `as_sheet` has it. Raises Unreadable, Refused.
    """
    first_row, lines = _csv_lines(name, io.StringIO(text, newline=""))
    return as_sheet(name, list(lines), first_row=first_row, whole=whole)


def _csv_lines(name: str, stream: TextIO) -> tuple[int, Iterator[list[str]]]:
    """The number of the header's line, and the cells of each line. Raises Unreadable."""
    first_row, delimiter = 1, ""
    first = stream.readline().lstrip("\ufeff")
    if "\0" in first[:4]:
        raise Unreadable(Fault(name, "this is UTF-16 without its mark", "name its encoding: --encoding utf-16-le"))
    words = first.strip('"\r\n ')
    if words.lower().startswith("sep="):
        delimiter = words[4:5] or "\t"
        first_row, first = 2, stream.readline()
    if not delimiter:
        bare = "".join(first.split('"')[::2])
        delimiter = max(_DELIMITERS, key=bare.count)
    reader = csv.reader(itertools.chain([first] if first else [], stream), delimiter=delimiter, strict=True)
    return first_row, _checked(name, reader, first_row)


def _checked(name: str, reader: Any, first_row: int) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        remedy = "save the file again as CSV, with quotes doubled inside quotes"
        line = reader.line_num + first_row - 1
        raise Unreadable(Fault(f"{name} line {line}", f"this is no CSV: {error}", remedy)) from error


def as_sheet(name: str, lines: Sequence[Sequence[str]], *, first_row: int = 1, whole: bool = False) -> Sheet:
    """These lines as a sheet: the first is the header, the others rows, numbered from `first_row` on.

    Empty rows are left out, and so are empty cells beyond the header. `whole`: headers stay as they are, and so do
    empty columns at the end; else the marks of programs are taken off them. Raises Unreadable, Refused.
    """
    held = [(f"row {n}", line) for n, line in enumerate(lines[1:], start=first_row + 1) if any(map(str.strip, line))]
    width = max((_filled(line) for _, line in held), default=0)
    header = _header(name, lines[0] if lines else [], first_row, whole=whole, width=width)
    fitted = [_fitted(name, header, place, line) for place, line in held]
    rows = [row for row in fitted if not isinstance(row, Odd)]
    odd = tuple(row for row in fitted if isinstance(row, Odd))
    places = tuple(place for place, _ in rows)
    return Sheet(name, header, tuple(cells for _, cells in rows), places, tuple(one.fault for one in odd), odd)


def _header(name: str, line: Sequence[str], row: int, *, whole: bool, width: int = 0) -> tuple[str, ...]:
    if not any(cell.strip() for cell in line):
        raise Unreadable(Fault(name, "the file has no header row", "name the columns in the first row"))
    header = list(line) if whole else [unmarked(cell) for cell in line]
    while not whole and len(header) > max(width, 1) and not header[-1]:
        header.pop()
    twice = sorted(cell for cell, times in Counter(header).items() if cell and times > 1)
    if twice:
        place = f"{name} row {row}"
        raise Refused(*(Fault(place, f"two columns are called {cell!r}", "rename one") for cell in twice))
    return tuple(header)


def _fitted(name: str, header: Sequence[str], place: str, line: Sequence[str]) -> tuple[str, tuple[str, ...]] | Odd:
    """The row's place and its cells, one a column; empty ones beyond the header are left out."""
    cells = tuple(line[: max(len(header), _filled(line))])
    if len(cells) == len(header):
        return place, cells
    message = f"{len(cells)} cells under {len(header)} headers"
    return Odd(place, cells, Fault(f"{name} {place}", message, "quote cells that hold a delimiter"))


def _filled(line: Sequence[str]) -> int:
    """How many cells are there up to the last one that is not empty?"""
    return next((n for n in range(len(line), 0, -1) if line[n - 1].strip()), 0)
