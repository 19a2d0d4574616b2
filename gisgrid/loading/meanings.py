"""What the words of another system mean here: a file that the product writes, people fill in, and a load reads."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gisgrid.cells import unmarked
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.loading.headers import Column, match_headers
from gisgrid.loading.point_files import read_sheet
from gisgrid.loading.sheets import ReadOptions, Sheet
from gisgrid.loading.writing import check_table_ending, write_table

HEADER = ("column", "value", "rows", "becomes", "guess", "guess_name")
_LIKELY = 0.6


@dataclass(frozen=True)
class Meant:
    """One of our own values, with its names."""

    value: str
    names: tuple[str, ...]


def read_meanings(path: Path) -> dict[str, dict[str, str]]:
    """Our column -> the file's words -> ours, of a file that `write_skeleton` wrote and somebody filled in.

    Words without a meaning are left out. Raises Unreadable, Refused.
    """
    sheet = _read(path)
    missing = [name for name in ("column", "value", "becomes") if name not in sheet.header]
    if missing:
        remedy = "--values-skeleton OUT writes a file with these columns"
        raise Refused(*(Fault(sheet.name, f"the column {name} is missing", remedy) for name in missing))
    index = [sheet.header.index(name) for name in ("column", "value", "becomes")]
    found: dict[str, dict[str, str]] = {}
    faults = list(sheet.faults)
    for place, cells in zip(sheet.places, sheet.rows, strict=True):
        column, value, becomes = (unmarked(cells[i]) for i in index)
        words = found.setdefault(column, {})
        value = " ".join(value.split())
        if words.setdefault(value, becomes) != becomes:
            remedy = "leave one of the two rows"
            faults.append(Fault(f"{sheet.name} {place}", f"{value!r} becomes {words[value]!r} and {becomes!r}", remedy))
    if faults:
        raise Refused(*faults)
    return {column: {value: meant for value, meant in words.items() if meant} for column, words in found.items()}


def write_skeleton(
    source: Path, target: Path, columns: tuple[Column, ...], options: ReadOptions, known: Mapping[str, list[Meant]]
) -> dict[str, int]:
    """Write every distinct value of these columns with its rows, an empty `becomes`, and the likeliest of the known
    ones by name. Returns how many values each column has. Raises Unreadable, Refused.
    """
    check_table_ending("--values-skeleton", target)
    if target.exists():
        raise Refused(Fault("--values-skeleton", f"{target} is there already", "name another file"))
    sheet = read_sheet(source, options)
    needed = tuple(replace(one, required=one.name in known) for one in columns)
    headers = {name: header for name, header in match_headers(sheet, needed, options)[0].items() if name in known}
    rows: list[tuple[str, ...]] = []
    counts: dict[str, int] = {}
    for column, header in headers.items():
        place = sheet.header.index(header)
        values = Counter(" ".join(unmarked(cells[place]).split()) for cells in sheet.rows)
        values.pop("", None)
        counts[column] = len(values)
        for value, times in sorted(values.items(), key=lambda item: (-item[1], item[0])):
            guess = guess_meant(value, known[column])
            guessed = (guess.value, guess.names[0]) if guess else ("", "")
            rows.append((column, value, str(times), "", *guessed))
    write_table(target, HEADER, rows)
    return counts


def guess_meant(value: str, known: Iterable[Meant]) -> Meant | None:
    """Which known value is called most like this? None if none is likely."""
    best = max(known, key=lambda one: _likeness(value, one), default=None)
    return best if best and _likeness(value, best) >= _LIKELY else None


def _likeness(value: str, meant: Meant) -> float:
    return max(_likeness_of_names(_folded(value), _folded(name)) for name in (meant.value, *meant.names))


def _likeness_of_names(one: str, other: str) -> float:
    """1 for the same name, at least 0.7 for a name that holds the other, else by their common parts."""
    if not one or not other:
        return 0.0
    alike = difflib.SequenceMatcher(None, one, other).ratio()
    shorter, longer = sorted((one, other), key=len)
    holds = len(shorter) > 1 and shorter in longer
    return max(alike, 0.7 + alike * 0.3) if holds else alike


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).lower()).strip()


def _read(path: Path) -> Sheet:
    """The file; a CSV that a Chinese Excel saved is GBK."""
    try:
        return read_sheet(path, ReadOptions())
    except Unreadable:
        if path.suffix.lower() != ".csv" or not path.is_file():
            raise
        return read_sheet(path, ReadOptions(encoding="gb18030"))
