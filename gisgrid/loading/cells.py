"""The readers of cells: each takes the text of a cell and gives its value, or says what is wrong."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from gisgrid.cells import BadCell, exact_code

Reader = Callable[[str], Any]
Meant = TypeVar("Meant")

MAX_WORDS = 10_000
MAX_PLAIN = 200
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_GROUPED = (
    (re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(,[0-9]{3}){2,}"), ",", "."),
    (re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}"), r"\.", ","),
    (re.compile(r"[+-]?[0-9]{1,3}([ '’][0-9]{3})+([.,][0-9]+)?"), "[ '’]", ","),
    (re.compile(r"[+-]?[0-9]*,[0-9]+"), "$", ","),
)
"""Shapes of numbers beside the plain one: what is left out, and what their decimal point is."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def bad_cell(text: str, what: str, remedy: str) -> BadCell:
    """The error of a text that is not what its column holds."""
    return BadCell(f"{text[:40]!r} is no {what}", remedy)


def words(text: str) -> str:
    """Text that the database can hold, without blanks around it, at most 10,000 characters."""
    return _storable(text, MAX_WORDS)


def plain(text: str) -> str:
    """Short text, at most 200 characters: a name, a code, a number of another system, exactly as it was."""
    return _storable(exact_code(text), MAX_PLAIN)


def number(low: float = -math.inf, high: float = math.inf) -> Reader:
    """A reader of finite numbers from `low` to `high`, both included; as people and spreadsheets write them too:
    full-width digits, a decimal comma, groups of three. What can be read in two ways is refused.
    """

    def read(text: str) -> float:
        value = float(text if _NUMBER.fullmatch(text) else _as_plain_number(text))
        if not math.isfinite(value):
            raise bad_cell(text, "finite number", "a number that was measured")
        if not low <= value <= high:
            raise BadCell(f"{text[:40]} is out of range", f"from {low:g} to {high:g}")
        return value

    return read


def _as_plain_number(text: str) -> str:
    found = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").removesuffix("°").strip()
    if found.endswith("%"):
        raise BadCell(f"{text[:40]!r} is a percentage", "write the number itself")
    if _TWO_WAYS.fullmatch(found):
        raise BadCell(f"{text[:40]!r} can be a fraction or thousands", "write it with a decimal point, as 113.860")
    for shape, out, point in _GROUPED:
        if shape.fullmatch(found):
            return re.sub(out, "", found).replace(point, ".")
    if not _NUMBER.fullmatch(found):
        raise bad_cell(text, "finite number", "digits with a decimal point, as 113.8738")
    return found


def whole(low: int, high: int) -> Reader:
    """A reader of whole numbers from `low` to `high`, both included."""
    read_number = number(low, high)

    def read(text: str) -> int:
        value: float = read_number(text)
        if not value.is_integer():
            raise BadCell(f"{text[:40]} is no whole number", f"from {low} to {high}")
        return int(value)

    return read


def choice(words_for: Mapping[str, Meant]) -> Callable[[str], Meant]:
    """A reader of these words, upper or lower case, each with its value."""

    def read(text: str) -> Meant:
        if text.lower() not in words_for:
            raise BadCell(f"{text[:40]!r} is none of them", f"one of {', '.join(words_for)}")
        return words_for[text.lower()]

    return read


def clock(text: str) -> str:
    """A time of day, as 08:30; 24:00 is the day's end."""
    if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00", text):
        raise bad_cell(text, "time of day", "as 08:30, or 24:00")
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
