"""One segment of a code: its grammar, and the faults of a text."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gisgrid.errors import Fault

NO_TEXT: Mapping[str, str] = MappingProxyType({})
NO_RANGES: Mapping[str, tuple[int, int]] = MappingProxyType({})


@dataclass(frozen=True)
class Segment:
    """A run of characters with one meaning, in the codes of `level` and of the levels below it.

    Digits from `low` to `high`, unless `values` lists the only texts allowed. `ranges` names parts
    of the numbers, the first being where new ones are taken; `default` is used where none is given.
    """

    name: str
    level: str
    width: int
    low: int
    high: int
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=lambda: NO_RANGES, hash=False)
    values: Mapping[str, str] = field(default_factory=lambda: NO_TEXT, hash=False)
    default: str = ""
    settable: bool = False

    def write(self, number: int) -> str:
        """How is this number written here?"""
        return str(number).zfill(self.width)

    def part(self, text: str) -> str | None:
        """In which named range does this valid text lie (town 001: `street`)? None if in none."""
        if self.values:
            return self.values[text] or None
        number = int(text)
        named = (name for name, (low, high) in self.ranges.items() if low <= number <= high)
        return next(named, None)

    def check(self, text: str, start: int) -> Fault | None:
        """What is wrong with this text, which begins at character `start` (from 1) of its code?"""
        place = self.place(start)
        if self.values:
            allowed = ", ".join(self.values)
            if text in self.values:
                return None
            return Fault("code", f"{place}: {quoted(text)} is not allowed", f"use one of {allowed}")
        if not is_digits(text):
            return Fault("code", _stray(place, text), self._in_digits(text))
        if self.low <= int(text) <= self.high:
            return None
        low, high = self.write(self.low), self.write(self.high)
        return Fault("code", f"{place}: {text} is not in {low}-{high}", f"use {low} to {high}")

    def place(self, start: int) -> str:
        """What is this segment called in a fault, when it begins at character `start` (from 1)?"""
        if self.width == 1:
            return f"segment {self.name}, character {start}"
        return f"segment {self.name}, characters {start}-{start + self.width - 1}"

    def _in_digits(self, text: str) -> str:
        if all(unicodedata.decimal(char, None) is not None for char in text):
            plain = "".join(str(unicodedata.decimal(char)) for char in text)
            return f"write plain ASCII digits: {plain}"
        if any(char.isspace() for char in text):
            return "remove the spaces"
        return f"write {self.width} digits"


def is_digits(text: str) -> bool:
    """Are these ASCII digits alone? (`isdigit` also takes full-width and other scripts' digits.)"""
    return text.isascii() and text.isdigit()


def quoted(text: str) -> str:
    """How is any text shown in a message? At most 40 characters, unprintable ones escaped."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _stray(place: str, text: str) -> str:
    char = next(char for char in text if not is_digits(char))
    name = unicodedata.name(char, "no printable character").lower()
    return f"{place}: {quoted(text)} holds U+{ord(char):04X} ({name}), not digits alone"
