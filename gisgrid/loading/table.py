"""A sheet's rows as values under our own column names, and the faults found on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gisgrid.cells import BadCell
from gisgrid.errors import Fault, Refused
from gisgrid.loading.cells import Reader, plain
from gisgrid.loading.sheets import ReadOptions, Sheet, read_sheet


@dataclass(frozen=True)
class Loaded:
    """The result of a load: rows added, rows that changed existing ones, rows that were there before."""

    loaded: int
    changed: int = 0
    skipped: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column that a file may have: its name, other names for it, how its cells are read."""

    name: str
    read: Reader = plain
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row: where it is in the file (words and a number, as `row 2`), and its values by our names.

    A value is None if the cell is empty or was refused.
    """

    place: str
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass
class Table:
    """The rows of a file and what is wrong with them; `refuse_faults` before anything is written."""

    name: str
    rows: list[Row]
    ignored: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    sheet_faults: tuple[Fault, ...] = ()
    found: list[tuple[str, str, str, str]] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)

    def fault(self, row: Row, column: str, message: str, remedy: str = "") -> None:
        """Record a fault of this row; `column` by our name, shown by the file's own name."""
        self.found.append((row.place, self.headers.get(column) or column, message, remedy))
        self.refused.add((row.place, column))

    def empty(self, row: Row, column: str) -> bool:
        """Is this cell empty? A cell whose value was refused is not."""
        return row[column] is None and (row.place, column) not in self.refused

    def refuse_repeats(self, what: str, columns: Sequence[str], rows: Iterable[Row] | None = None) -> None:
        """Record every row that has the same values in these columns as an earlier row."""
        seen: dict[tuple[Any, ...], str] = {}
        for row in self.rows if rows is None else rows:
            key = tuple(row[c] for c in columns)
            first = seen.setdefault(key, row.place)
            if first != row.place and key[0] is not None:
                self.fault(row, columns[0], f"{what} is in {first} already", "leave one of them out")

    def refuse_faults(self) -> None:
        """Raise Refused with all faults, in the order of the file; the same fault of many rows is raised once,
        with all its rows.
        """
        if not self.found and not self.sheet_faults:
            return
        order = {row.place: n for n, row in enumerate(self.rows)}
        merged: dict[tuple[str, str, str, str], list[int]] = {}
        for place, column, message, remedy in sorted(self.found, key=lambda f: order[f[0]]):
            kind, _, number = place.rpartition(" ")
            merged.setdefault((kind, column, message, remedy), []).append(int(number))
        faults = [
            Fault(f"{self.name} {kind}{'s' * (len(numbers) > 1)} {_ranges(numbers)}, {column}", message, remedy)
            for (kind, column, message, remedy), numbers in merged.items()
        ]
        raise Refused(*self.sheet_faults, *faults)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the load left out, as text."""
        return (f"columns not used: {', '.join(self.ignored)}",) if self.ignored else ()


def _ranges(numbers: Sequence[int]) -> str:
    """2, 3, 4, 7 as `2-4, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)


def read_table(source: Path | Sheet, columns: Sequence[Column], options: ReadOptions) -> Table:
    """The rows of a file under these columns. Raises Unreadable; Refused for wrong headers and an empty file.

    Faults of rows are kept in `faults`, so that a caller can add faults of its own.
    """
    sheet = source if isinstance(source, Sheet) else read_sheet(source, options)
    headers, ignored = _match_headers(sheet, columns, options)
    if not sheet.rows and not sheet.faults:
        raise Refused(Fault(sheet.name, "the file has no rows", "save it with its rows"))
    table = Table(sheet.name, [], ignored, headers, sheet.faults)
    index = {name: sheet.header.index(header) for name, header in headers.items()}
    for place, cells in zip(sheet.places, sheet.rows, strict=True):
        texts = {name: cells[i] for name, i in index.items()} | dict(options.values)
        row = Row(place, {})
        table.rows.append(row)
        for column in columns:
            row.values[column.name] = _value(table, row, column, texts.get(column.name, "").strip())
    return table


def _value(table: Table, row: Row, column: Column, text: str) -> Any:
    if not text:
        if column.required:
            table.fault(row, column.name, "is empty", "every row needs one")
        return None
    try:
        return column.read(text)
    except BadCell as bad:
        table.fault(row, column.name, bad.message, bad.remedy)
        return None


def _match_headers(
    sheet: Sheet, columns: Sequence[Column], options: ReadOptions
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Our column -> the file's header, and the unread headers. Raises Refused with every fault."""
    faults = list(_wrong_options(sheet, columns, options))
    headers: dict[str, str] = {}
    for column in columns:
        if mapped := options.columns.get(column.name):
            headers[column.name] = mapped
            continue
        names = [name for name in (column.name, *column.aliases) if name in sheet.header]
        if names and names[0] != column.name and len(names) > 1:
            remedy = f"say which: --map {column.name}={names[0]}"
            faults.append(Fault(sheet.name, f"{' and '.join(names)} could both be {column.name}", remedy))
        if names and column.name in options.values:
            remedy = f"leave --set {column.name} out, or the column"
            faults.append(Fault(f"{sheet.name}, {names[0]}", f"the file says {column.name} itself", remedy))
        if names:
            headers[column.name] = names[0]
        elif column.required and column.name not in options.values:
            remedy = f"name the column that holds it: --map {column.name}=HEADER, or --set {column.name}=VALUE"
            faults.append(Fault(sheet.name, f"there is no column {column.name}", remedy))
    if faults:
        raise Refused(*faults)
    return headers, tuple(h for h in sheet.header if h and h not in headers.values())


def _wrong_options(sheet: Sheet, columns: Sequence[Column], options: ReadOptions) -> Iterable[Fault]:
    known = [column.name for column in columns]
    for option, names in (("--map", options.columns), ("--set", options.values)):
        for name in names:
            if name not in known:
                yield Fault(option, f"there is no column {name!r} to fill", f"one of {', '.join(known)}")
    for name, header in options.columns.items():
        if header not in sheet.header:
            yield Fault(
                "--map", f"{sheet.name} has no column {header!r} for {name}", f"one of {', '.join(sheet.header)}"
            )
        if name in options.values:
            yield Fault("--set", f"{name} is mapped to {header!r} and set too", "do one of the two")
