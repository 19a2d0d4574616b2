"""The table of a Shapefile (dBASE) as its bytes say it: no number passes through a float, no text is guessed."""

from dataclasses import dataclass
from pathlib import Path

from gisgrid.cells import AS_TEXT, BadCell
from gisgrid.encodings import decode_cell, find_encoding
from gisgrid.numerals import exact_numeral

NAME_BYTES = 10
"""A column's name holds no more; longer ones are cut, in the middle of a character too."""
EXACT_WIDTH = 18
"""Programs keep a wider number as floating point, so what they wrote was rounded."""
_LANGUAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x4D: "gb18030", 0x4F: "cp950", 0x57: "iso8859-1"} | {
    0x78: "cp950",
    0x7A: "gb18030",
}


@dataclass(frozen=True)
class DbfColumn:
    """A column: the bytes of its name, its type (`C` text, `N` and `F` numbers ...), its width in bytes."""

    name: bytes
    kind: str
    width: int


@dataclass(frozen=True)
class Dbf:
    """A table: its columns, its rows as bytes (deleted ones too), the encoding that its head names (or none)."""

    columns: tuple[DbfColumn, ...]
    rows: list[list[bytes]]
    declared: str

    def texts(self) -> list[bytes]:
        """The bytes of all names and texts, without blanks around them."""
        held = [i for i, column in enumerate(self.columns) if column.kind == "C"]
        return [column.name for column in self.columns] + [row[i].strip(b" \0") for row in self.rows for i in held]


def read_dbf(path: Path) -> Dbf:
    """The table in this file. Raises ValueError for a file that is not one, or is cut short."""
    data = path.read_bytes()
    if len(data) < 33:
        raise ValueError(f"{path.name} has {len(data)} bytes: it is cut short")
    count, start, width = (int.from_bytes(data[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    columns, place = [], 32
    while place + 32 <= min(start, len(data)) and data[place] != 0x0D:
        entry = data[place : place + 32]
        columns.append(DbfColumn(entry[:11].split(b"\0")[0], chr(entry[11]), entry[16]))
        place += 32
    if not columns or width != 1 + sum(column.width for column in columns):
        raise ValueError(f"{path.name} is not a dBASE table")
    if len(data) < start + count * width:
        raise ValueError(f"{path.name} is cut short: {count} rows are announced")
    rows = []
    for row in range(start, start + count * width, width):
        at, cells = row + 1, []
        for column in columns:
            cells.append(data[at : at + column.width])
            at += column.width
        rows.append(cells)
    return Dbf(tuple(columns), rows, _LANGUAGES.get(data[29], ""))


def dbf_encoding(table: Dbf, declared: str) -> str:
    """The encoding of the table's text; `declared` is the .cpg's, before the head's own. Empty: nothing fits."""
    return find_encoding(table.texts(), declared or table.declared)


def column_names(table: Dbf, encoding: str) -> tuple[list[str], list[str]]:
    """The names of the columns, and those among them that may have been cut."""
    names, cut = [], []
    for column in table.columns:
        name = decode_name(column.name, encoding)
        while name in names:
            name += "_"
        names.append(name)
        if len(column.name) >= NAME_BYTES - 1 and not column.name.isascii():
            cut.append(name)
    return names, cut


def decode_name(name: bytes, encoding: str) -> str:
    """The name of a column, without what is left of a character that was cut."""
    try:
        return decode_cell(name, encoding)[0].strip()
    except UnicodeDecodeError:
        return name.decode(encoding, errors="ignore").strip()


def cell_value(cell: bytes, column: DbfColumn, encoding: str) -> str | None | BadCell:
    """What this cell says: text, a number as written, None for nothing; or why it cannot be read."""
    held = cell.strip(b" \0")
    if not held or column.kind == "M":
        return None
    if column.kind in "NF":
        if set(held) == {ord("*")}:
            return BadCell("a number did not fit its column", AS_TEXT)
        return exact_numeral(held.decode("ascii", errors="replace"), is_rounded=column.width > EXACT_WIDTH)
    try:
        text, is_cut = decode_cell(held, encoding)
    except UnicodeDecodeError:
        return BadCell(f"its text is not {encoding}: {held[:20]!r}", "name the encoding: --encoding gbk, utf-8, big5")
    if is_cut and len(held) >= column.width - 3:
        message = f"{text!r} was cut in the middle of a character"
        return BadCell(message, "save the layer as GeoPackage, which cuts nothing")
    return text
