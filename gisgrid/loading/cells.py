"""The readers of cells: each takes the text of a cell and gives its value, or says what is wrong."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any, TypeVar

from gisgrid.cells import BadCell

Reader = Callable[[str], Any]
Meant = TypeVar("Meant")

MAX_WORDS = 10_000
MAX_PLAIN = 200
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def words(text: str) -> str:
    """Text that the database can hold, without blanks around it, at most 10,000 characters."""
    return _storable(text, MAX_WORDS)


def plain(text: str) -> str:
    """Short text, at most 200 characters: a name, a code, a number of another system."""
    return _storable(text, MAX_PLAIN)


def number(low: float = -math.inf, high: float = math.inf) -> Reader:
    """A reader of finite numbers with a decimal point, from `low` to `high`, both included."""

    def read(text: str) -> float:
        if not _NUMBER.fullmatch(text):
            raise BadCell(f"{text[:40]!r} is no finite number", "digits with a decimal point, as 113.8738")
        value = float(text)
        if not math.isfinite(value):
            raise BadCell(f"{text[:40]!r} is no finite number", "a number that was measured")
        if not low <= value <= high:
            raise BadCell(f"{text[:40]} is out of range", f"{low:g} to {high:g}")
        return value

    return read


def instant(zone: tzinfo) -> Reader:
    """A reader of ISO 8601 times with offset; a bare date is 00:00 in `zone`."""

    def read(text: str) -> datetime:
        remedy = "ISO 8601 with offset, as 2026-11-23T08:00:00+08:00, or a date"
        try:
            if _DATE.fullmatch(text):
                return datetime.combine(date.fromisoformat(text), time(), zone)
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise BadCell(f"{text[:40]!r} is no time", remedy) from error
        if found.tzinfo is None:
            raise BadCell(f"{text[:40]!r} does not say its offset", remedy)
        if not 1 < found.year < 9999:
            raise BadCell(f"{text[:40]!r} is out of range", remedy)
        return found

    return read


def whole(low: int, high: int) -> Reader:
    """A reader of whole numbers from `low` to `high`, both included."""
    read_number = number(low, high)

    def read(text: str) -> int:
        value: float = read_number(text)
        if not value.is_integer():
            raise BadCell(f"{text[:40]} is no whole number", f"{low} to {high}")
        return int(value)

    return read


def choice(words_for: Mapping[str, Meant]) -> Callable[[str], Meant]:
    """A reader of these words, upper or lower case, each with its value."""

    def read(text: str) -> Meant:
        if text.lower() not in words_for:
            raise BadCell(f"{text[:40]!r} is none of them", f"one of {', '.join(words_for)}")
        return words_for[text.lower()]

    return read


def day(text: str) -> date:
    """A day of the calendar, as 2026-10-01."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadCell(f"{text[:40]!r} is no day", "as 2026-10-01")


def clock(text: str) -> str:
    """A time of day, as 08:30; 24:00 is the day's end."""
    if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00", text):
        raise BadCell(f"{text[:40]!r} is no time of day", "as 08:30, or 24:00")
    return text.zfill(5)


def weekdays(text: str) -> list[int]:
    """Days of the week, 1 = Monday: `1-5`, `6,7`, also 周一-周五 and 周六,周日."""
    plain_text = re.sub(r"周|星期", "", text).translate(str.maketrans("一二三四五六日天、,至", "12345677,,-"))
    found: set[int] = set()
    for part in plain_text.split(","):
        match = re.fullmatch(r"\s*([1-7])(?:\s*-\s*([1-7]))?\s*", part)
        if not match or int(match[2] or match[1]) < int(match[1]):
            raise BadCell(f"{text[:40]!r} are no days of the week", "1 = Monday to 7 = Sunday, as 1-5 or 6,7")
        found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return sorted(found)


def _storable(text: str, longest: int) -> str:
    if "\0" in text or _SURROGATE.search(text):
        raise BadCell("a character that cannot be stored (NUL, half of a surrogate pair)", "remove it")
    if len(text) > longest:
        raise BadCell(f"{len(text)} characters are too many", f"at most {longest}")
    return text
