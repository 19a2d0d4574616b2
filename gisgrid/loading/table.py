"""A sheet's rows as values under our own column names, and the faults found on the way."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gisgrid.cells import ERRORS, BadCell, unmarked
from gisgrid.errors import Fault, Refused, kind_of
from gisgrid.loading.headers import Column, match_headers
from gisgrid.loading.point_files import read_sheet
from gisgrid.loading.setting_aside import check_target, write_aside
from gisgrid.loading.sheets import ReadOptions, Sheet

LEFT_OUT = "-"
"""In a file of meanings: rows with this word are left out."""


@dataclass(frozen=True)
class Loaded:
    """The result of a load: rows added, rows that changed existing ones, rows that were there before.

    `set_aside`: rows that could not be used and went to a file; `reasons`: how many of them, by reason.
    """

    loaded: int
    changed: int = 0
    skipped: int = 0
    notes: tuple[str, ...] = ()
    set_aside: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row: where it is in the file (words and a number, as `row 2`), and its values by our names.

    A value is None if the cell is empty or was refused.
    """

    place: str
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True)
class Found:
    """A fault of a row: its place, the file's column, what is wrong, what to do."""

    place: str
    column: str
    message: str
    remedy: str
    in_short: str = ""
    """One sentence for all rows of this kind, instead of one a row."""


@dataclass
class Table:
    """The rows of a file and what is wrong with them; `refuse_faults` before anything is written."""

    sheet: Sheet
    options: ReadOptions
    rows: list[Row]
    ignored: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)
    aside: dict[str, list[Found]] = field(default_factory=dict)
    left_out: int = 0

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.sheet.name

    def fault(self, row: Row, column: str, message: str, remedy: str = "") -> None:
        """Record a fault of this row; `column` by our name, shown by the file's own name."""
        self.found.append(Found(row.place, self.headers.get(column) or column, message, remedy))
        self.refused.add((row.place, column))

    def fault_together(self, rows: Sequence[Row], column: str, in_short: str, remedy: str, message: str) -> None:
        """Record a fault of many rows that differ in their value alone: refused in one sentence, `in_short`; set aside
        row by row, as `message` with the value for {}.
        """
        shown = self.headers.get(column) or column
        for row in rows:
            self.found.append(Found(row.place, shown, message.format(repr(row[column])), remedy, in_short))
            self.refused.add((row.place, column))

    def empty(self, row: Row, column: str) -> bool:
        """Is this cell empty? A cell whose value was refused is not."""
        return row[column] is None and (row.place, column) not in self.refused

    def refuse_repeats(self, what: str, columns: Sequence[str], rows: Iterable[Row] | None = None) -> None:
        """Record every row that has the same values in these columns as an earlier row that can be used."""
        spoiled = {found.place for found in self.found} if self.options.set_aside else set()
        seen: dict[tuple[Any, ...], str] = {}
        for row in self.rows if rows is None else rows:
            key = tuple(row[c] for c in columns)
            if row.place in spoiled:
                continue
            first = seen.setdefault(key, row.place)
            if first != row.place and key[0] is not None:
                self.fault(row, columns[0], f"{what} is in {first} already", "leave one of them out")

    def refuse_faults(self) -> None:
        """Without a file to set rows aside: raise Refused with all faults, in the order of the file; the same fault of
        many rows is raised once, with all its rows. With one: take the rows with faults out of `rows`.

        A file without any usable row is refused either way.
        """
        odd = {one.place: [Found(one.place, "", one.fault.message, one.fault.remedy)] for one in self.sheet.odd}
        spoiled = {found.place for found in self.found}
        usable = len(self.rows) - len(spoiled)
        kept_faults = len(self.sheet.faults) > len(odd)
        if self.options.set_aside is None or not usable or kept_faults:
            if self.found or self.sheet.faults:
                raise Refused(*self.sheet.faults, *self._merged())
            return
        self.aside |= odd
        self.put_aside()

    def put_aside(self) -> None:
        """Take the rows with faults out of `rows`, for the file of rows set aside."""
        spoiled = {found.place for found in self.found}
        for found in self.found:
            self.aside.setdefault(found.place, []).append(found)
        self.rows = [row for row in self.rows if row.place not in spoiled]
        self.found.clear()

    def result(self, loaded: int, changed: int = 0, skipped: int = 0, notes: Sequence[str] = ()) -> Loaded:
        """What this load did. Writes the rows that were set aside; raises Refused where that file cannot be written,
        so it comes before the commit.
        """
        said = [*self.sheet.notes, *self.notes, *notes]
        if self.left_out:
            said.append(f"{self.left_out} rows left out, as {self.options.meanings_name} says")
        reasons = Counter(_reason(found[0], with_remedy=False) for found in self.aside.values())
        if self.aside and self.options.set_aside:
            words = {place: "; ".join(map(_reason, found)) for place, found in self.aside.items()}
            write_aside(self.options.set_aside, self.sheet, words)
        return Loaded(loaded, changed, skipped, tuple(said), len(self.aside), dict(reasons.most_common()))

    def _merged(self) -> list[Fault]:
        order = {row.place: n for n, row in enumerate(self.rows)}
        merged: dict[tuple[str, str, str, str], list[int]] = {}
        for one in sorted(self.found, key=lambda found: order[found.place]):
            kind, _, number = one.place.rpartition(" ")
            merged.setdefault((kind, one.column, one.in_short or one.message, one.remedy), []).append(int(number))
        return [
            Fault(f"{self.name} {kind}{'s' * (len(numbers) > 1)} {_ranges(numbers)}, {column}", message, remedy)
            for (kind, column, message, remedy), numbers in merged.items()
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the load left out, as text."""
        return (f"columns not used: {', '.join(self.ignored)}",) if self.ignored else ()


def _reason(found: Found, *, with_remedy: bool = True) -> str:
    """A fault in the words of a set-aside row; without remedy and values: a kind of fault, to be counted."""
    message = found.message if with_remedy else kind_of(found.message)
    text = f"{found.column}: {message}" if found.column else message
    return f"{text} -> {found.remedy}" if with_remedy and found.remedy else text


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

    Faults of rows are kept in `found`, so that a caller can add faults of its own.
    """
    if options.set_aside:
        check_target(options.set_aside, source if isinstance(source, Path) else None)
    sheet = source if isinstance(source, Sheet) else read_sheet(source, options)
    headers, ignored = match_headers(sheet, columns, options)
    if not sheet.rows and not sheet.faults:
        raise Refused(Fault(sheet.name, "the file has no rows", "save it with its rows"))
    table = Table(sheet, options, [], ignored, headers)
    index = {name: sheet.header.index(header) for name, header in headers.items()}
    for place, cells in zip(sheet.places, sheet.rows, strict=True):
        texts = {name: cells[i] for name, i in index.items()} | dict(options.values)
        texts = {name: _meaning(options, name, unmarked(text)) for name, text in texts.items()}
        if LEFT_OUT in (texts[name] for name in options.meanings if name in texts):
            table.left_out += 1
            continue
        row = Row(place, {})
        table.rows.append(row)
        for column in columns:
            row.values[column.name] = _value(table, row, column, texts.get(column.name, ""))
    return table


def _meaning(options: ReadOptions, column: str, text: str) -> str:
    words = options.meanings.get(column)
    return words.get(" ".join(text.split())) or text if words else text


def _value(table: Table, row: Row, column: Column, text: str) -> Any:
    if not text:
        if column.required and not column.may_be_empty:
            table.fault(row, column.name, "is empty", "every row needs one")
        return None
    if text in ERRORS:
        table.fault(row, column.name, f"{text} is an error of the spreadsheet", "mend the formula, or empty the cell")
        return None
    try:
        return column.read(text)
    except BadCell as bad:
        table.fault(row, column.name, bad.message, bad.remedy)
        return None
