"""A code scheme: which codes it allows, what a code says about its place in the tree, new codes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import get_args

from gisgrid.codes.reading_order import reading_order
from gisgrid.codes.segments import NO_TEXT, Segment, is_digits, quoted
from gisgrid.errors import Fault, Refused
from gisgrid.geo import LonLat
from gisgrid.terms import Level

LEVELS: tuple[Level, ...] = get_args(Level)
"""The levels of areas, the top one first, as core.level has them: all other modules take the list from here."""
MAX_LENGTH = 64


@dataclass(frozen=True)
class ParsedCode:
    """A valid code taken apart: the text of each segment by name, and the named range it lies in.

    `level` is None where the scheme has no tree; then the one segment is called `text`.
    """

    code: str
    level: str | None
    segments: Mapping[str, str] = field(hash=False)
    parts: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Scheme:
    """The grammar of a network's codes. Without segments any printable text of 1-64 is a code."""

    name: str
    title: str
    title_zh: str
    source: str
    segments: tuple[Segment, ...]

    @property
    def has_tree(self) -> bool:
        """Does a code tell its level and the code of the area above?"""
        return bool(self.segments)

    @property
    def levels(self) -> tuple[str, ...]:
        """Which levels have codes here, from the top? Empty without a tree."""
        present = {segment.level for segment in self.segments}
        return tuple(level for level in LEVELS if level in present)

    def level_width(self, level: str) -> int | None:
        """How many characters has a code of this level? None without a tree."""
        return sum(s.width for s in self._layout(level)) if self.has_tree else None

    def parse(self, code: str) -> ParsedCode:
        """What do the segments of this code say? Raises Refused that names segment and place."""
        if faults := self.check(code):
            raise Refused(*faults)
        if not self.has_tree:
            return ParsedCode(code, None, MappingProxyType({"text": code}), NO_TEXT)
        level = self._level_by_length(code)
        placed = list(self._placed(level, code))
        texts = {segment.name: text for segment, _, text in placed}
        parts = {s.name: part for s, _, text in placed if (part := s.part(text))}
        return ParsedCode(code, level, MappingProxyType(texts), MappingProxyType(parts))

    def check(self, code: object, level: str | None = None, parent: str | None = None) -> list[Fault]:
        """What is wrong with this code, as one of `level` and below `parent` where they are given?

        One fault a segment, empty if all is well. `level` and `parent` mean nothing without a tree.
        """
        if not isinstance(code, str):
            remedy = "read the column as text: numbers lose leading zeros and long codes digits"
            return [Fault("code", f"is of type {type(code).__name__}, not text", remedy)]
        if not self.has_tree:
            return _check_free(code)
        if level is not None and level not in self.levels:
            return [self._no_such_level(level)]
        faults = self._check_segments(code, level)
        return faults if faults or parent is None else self._check_parent(code, parent)

    def level(self, code: str) -> str | None:
        """The level of this code; None without a tree. Raises Refused for a malformed code."""
        return self.parse(code).level

    def parent(self, code: str) -> str | None:
        """What is the code of the area above? None at the top and without a tree."""
        parsed = self.parse(code)
        if parsed.level is None or parsed.level == self.levels[0]:
            return None
        above = self.levels[self.levels.index(parsed.level) - 1]
        return "".join(parsed.segments[segment.name] for segment in self._layout(above))

    def allocate(
        self,
        parent: str,
        taken: Collection[str],
        count: int,
        *,
        given: Mapping[str, str] = NO_TEXT,
        within: str | None = None,
    ) -> list[str]:
        """Which are the lowest `count` free codes directly below `parent`, in ascending order?

        `taken`: every code ever used, retired ones too; they leave gaps. `given`: text of segments
        that the parent does not give and that are not counted (`object`, `type`). `within`: named range to
        count in, by default the first. Raises Refused if the scheme, parent or room does not allow.
        """
        level, texts, counted = self._room_below(parent, given)
        low, high = _numbers(counted, within)
        used = frozenset(taken)
        layout = self._layout(level)
        at = layout.index(counted)
        head = "".join(texts[segment.name] for segment in layout[:at])
        tail = "".join(texts[segment.name] for segment in layout[at + 1 :])
        every = (head + counted.write(n) + tail for n in range(low, high + 1))
        codes = list(islice((code for code in every if code not in used), max(count, 0)))
        if len(codes) < count:
            span = f"{counted.write(low)}-{counted.write(high)}"
            message = f"{counted.place(len(head) + 1)}: {len(codes)} of {span} are free, {count} needed"
            raise Refused(Fault("code", message, f"cut {parent} in two, or use a wider scheme"))
        return codes

    def number(
        self,
        parent: str,
        points: Sequence[LonLat],
        taken: Collection[str],
        *,
        given: Mapping[str, str] = NO_TEXT,
        within: str | None = None,
    ) -> list[str]:
        """Which code gets each of these points (one inside each new area), in their order?

        The lowest free codes go from N to S by rows and from W to E in each (DB11/T 2157-2023; see
        `reading_order` for what a row is). `taken`, `given`, `within` and Refused as in `allocate`.
        """
        codes = self.allocate(parent, taken, len(points), given=given, within=within)
        by_place = dict(zip(reading_order(points), codes, strict=True))
        return [by_place[i] for i in range(len(points))]

    def _layout(self, level: str) -> tuple[Segment, ...]:
        if level not in self.levels:
            raise Refused(self._no_such_level(level))
        present = LEVELS[: LEVELS.index(level) + 1]
        return tuple(segment for segment in self.segments if segment.level in present)

    def _no_such_level(self, level: str) -> Fault:
        message = f"{quoted(level)} is no level of scheme {self.name}"
        return Fault("level", message, f"use one of {', '.join(self.levels)}")

    def _placed(self, level: str, code: str) -> Iterator[tuple[Segment, int, str]]:
        start = 0
        for segment in self._layout(level):
            yield segment, start + 1, code[start : start + segment.width]
            start += segment.width

    def _level_by_length(self, code: str) -> str:
        """The level with codes of this length, else the next longer one, to name segments by."""
        fitting = (level for level in self.levels if (self.level_width(level) or 0) >= len(code))
        return next(fitting, self.levels[-1])

    def _check_segments(self, code: str, level: str | None) -> list[Fault]:
        """The faults of the segments. After a wrong length, which shifts segments, only wrong characters count."""
        level = level or self._level_by_length(code)
        whole = len(code) == self.level_width(level)
        wrong = []
        for segment, start, text in self._placed(level, code):
            strange = text != "" and not segment.values and not is_digits(text)
            if (whole or strange) and (fault := segment.check(text, start)):
                wrong.append(fault)
        return wrong if wrong or whole else [self._wrong_length(code, level)]

    def _wrong_length(self, code: str, level: str) -> Fault:
        lengths = ", ".join(f"{self.level_width(each)} ({each})" for each in self.levels)
        remedy = f"{self.name} has codes of {lengths} characters"
        for segment, start, text in self._placed(level, code):
            if len(text) < segment.width:
                message = f"{segment.place(start)}: {len(text)} of {segment.width} are there"
                return Fault("code", message, remedy)
        end = start + segment.width - 1
        message = f"{quoted(code[end:])} follows segment {segment.name}, from character {end + 1} on"
        return Fault("code", message, remedy)

    def _check_parent(self, code: str, parent: str) -> list[Fault]:
        above = self.parent(code)
        if above == parent:
            return []
        message = f"{quoted(code)} lies below {above or 'nothing'}, not below {quoted(parent)}"
        return [Fault("code", message, f"give it a code of {parent}, or the right parent")]

    def _room_below(self, parent: str, given: Mapping[str, str]) -> tuple[str, dict[str, str], Segment]:
        """The level below, the texts of its other segments, and the segment that counts."""
        if not self.has_tree:
            message = f"scheme {self.name} cannot make codes: it has no tree"
            raise Refused(Fault("code", message, "give the codes yourself, or use another scheme"))
        parsed = self.parse(parent)
        below = self.levels[self.levels.index(str(parsed.level)) + 1 :]
        if not below:
            raise Refused(Fault("code", f"nothing lies below {parent}", "give a code further up"))
        *settled, counted = (s for s in self._layout(below[0]) if s.level == below[0])
        texts = dict(parsed.segments)
        for segment in settled:
            texts[segment.name] = _settle(segment, given)
        return below[0], texts, counted


def _settle(segment: Segment, given: Mapping[str, str]) -> str:
    text = given.get(segment.name, segment.default)
    if not text:
        message = f"segment {segment.name} is told neither by the parent nor by a default"
        raise Refused(Fault("code", message, f"give {segment.name}, {segment.width} characters"))
    if len(text) != segment.width:
        message = f"segment {segment.name}: {quoted(text)} has {len(text)} characters"
        raise Refused(Fault("code", message, f"give {segment.width} characters"))
    if fault := segment.check(text, 1):
        raise Refused(Fault("code", f"given as {segment.name}: {fault.message}", fault.remedy))
    return text


def _numbers(counted: Segment, within: str | None) -> tuple[int, int]:
    if within is None:
        return next(iter(counted.ranges.values()), (counted.low, counted.high))
    if within not in counted.ranges:
        known = ", ".join(counted.ranges) or "no named ones"
        message = f"segment {counted.name} has no range {quoted(within)}"
        raise Refused(Fault("code", message, f"its ranges: {known}"))
    return counted.ranges[within]


def _check_free(code: str) -> list[Fault]:
    if not 1 <= len(code) <= MAX_LENGTH:
        message = f"{quoted(code)} has {len(code)} characters"
        return [Fault("code", message, f"use 1 to {MAX_LENGTH} characters")]
    if code != code.strip():
        return [Fault("code", f"{quoted(code)} begins or ends with a space", "remove the spaces")]
    for place, char in enumerate(code, 1):
        if not char.isprintable():
            message = f"character {place} of {quoted(code)} is U+{ord(char):04X}, not printable"
            return [Fault("code", message, "remove it")]
    return []
