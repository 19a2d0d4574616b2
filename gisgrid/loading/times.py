"""The reader of times: ISO 8601 and other forms that begin with the year, or the formats that somebody names."""

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from gisgrid.cells import BadCell
from gisgrid.errors import Fault, Refused
from gisgrid.instants import write_instant
from gisgrid.loading.cells import bad_cell

NAMED = ("us", "eu")
"""Orders of day and month by name: month first, day first; months also in words, any kind of clock behind."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = (
    r"(?: (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]{1,6})?)?"
    r" ?(?P<after>AM|PM)?)?"
)
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_NAMED_SHAPES = {
    "us": (
        re.compile(rf"(?P<month>[0-9]{{1,2}})[/.-](?P<day>[0-9]{{1,2}})[/.-]{_YEAR}{_CLOCK}", re.IGNORECASE),
        re.compile(rf"(?P<month>[A-Z]{{3,9}}) (?P<day>[0-9]{{1,2}}),? {_YEAR}{_CLOCK}", re.IGNORECASE),
    ),
    "eu": (
        re.compile(rf"(?P<day>[0-9]{{1,2}})[/.-](?P<month>[0-9]{{1,2}})[/.-]{_YEAR}{_CLOCK}", re.IGNORECASE),
        re.compile(rf"(?P<day>[0-9]{{1,2}})[ /.-](?P<month>[A-Z]{{3,9}})[ /.-]{_YEAR}{_CLOCK}", re.IGNORECASE),
    ),
}
NUMBERS = ("excel", "unix", "unix-ms")
"""Times as numbers: days since 1899-12-30 as spreadsheets count, seconds or milliseconds since 1970 in UTC."""
_FIRST_DAY = datetime(1899, 12, 30)
_LAST_DAY = 2_958_465
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/.年])(?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?"
    r"(?:[T ]*(?P<before>上午|下午|AM|PM)? *(?P<hour>[0-9]{1,2})(?:[:时](?P<minute>[0-9]{1,2}))?分?"
    r"(?:[:分]?(?P<second>[0-9]{2})(?P<fraction>\.[0-9]{1,6})?)?秒? *(?P<after>AM|PM)?"
    r" *(?P<offset>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?P<day>[0-9]{8})(?P<clock>[0-9]{6})?")
_CLOCK_OF_FORMAT = re.compile(r"%[HIMSfpcXT]")


@dataclass(frozen=True)
class Reading:
    """A time as it is written: without a zone where the text has none; `has_clock`: is it more than a day?"""

    at: datetime
    has_clock: bool


@dataclass(frozen=True)
class InstantReader:
    """Reads the text of a cell. `zone`: a bare date is 00:00 there. `local`: times without an offset, bare dates too,
    are of that zone (None: a time with a clock has to say its offset). `formats`: of `strptime`, or names.
    """

    zone: tzinfo
    local: tzinfo | None = None
    formats: tuple[str, ...] = ()

    def __call__(self, text: str) -> datetime:
        """The instant, with its zone. Raises BadCell, with the option that would read it."""
        text = " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())
        found = {self._place(text, reading) for reading in self._readings(text)}
        if not found:
            raise bad_cell(text, "time", self._remedy(text))
        if len(found) > 1:
            several = " or ".join(write_instant(at, to="minutes") for at in sorted(found))
            raise BadCell(f"{text[:40]!r} can be {several}", "give one --time-format, or name the month in words")
        return found.pop()

    def _readings(self, text: str) -> Iterator[Reading]:
        if reading := _year_first(text):
            yield reading
            return
        for name in self.formats:
            yield from _by_format(text, name)

    def _place(self, text: str, reading: Reading) -> datetime:
        at = reading.at
        if not 1 < at.year < 9999:
            raise BadCell(f"{text[:40]!r} is out of range", "a year from 2 to 9998")
        if at.tzinfo is not None:
            return at
        zone = self.local or (None if reading.has_clock else self.zone)
        if zone is None:
            raise BadCell(f"{text[:40]!r} does not say its offset", self._remedy(text))
        return in_local_zone(at, zone, text)

    def _remedy(self, text: str) -> str:
        remedy = "ISO 8601 with offset, as 2026-11-23T08:00:00+08:00, or a date"
        if _year_first(text) is None and (fitting := sorted(_fitting(text))):
            remedy = f"name its format: --time-format {' or '.join(fitting)}"
        elif _year_first(text) is None:
            remedy += "; or say how it is written: --time-format as '%d.%m.%Y %H:%M', us, eu, excel"
        if self.local is None and not re.search(r"(Z|[+-][0-9]{2}:?[0-9]{2})$", text):
            remedy += f"; times without offset need their zone: --zone, as {self.zone}"
        return remedy


def in_local_zone(at: datetime, zone: tzinfo, text: str) -> datetime:
    """The instant of a local time. Raises BadCell where clocks were changed: it never was, or was twice."""
    first, second = at.replace(tzinfo=zone), at.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at:
        raise BadCell(f"{text[:40]!r} never was in {zone}: clocks were put forward", "correct it, or write its offset")
    offsets = " or ".join(write_instant(moment)[-6:] for moment in (first, second))
    raise BadCell(f"{text[:40]!r} was twice in {zone}: clocks were put back", f"write its offset: {offsets}")


def known_zone(name: str) -> ZoneInfo | None:
    """The zone of `--zone`; None for "". Raises Refused for an unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError) as error:
        raise Refused(Fault("--zone", f"{name!r} is not known", "as Asia/Shanghai, America/New_York, UTC")) from error


def known_formats(names: Iterable[str]) -> tuple[str, ...]:
    """The formats of `--time-format`. Raises Refused for what is neither a name nor of strptime."""
    known = (*NAMED, *NUMBERS)
    for name in names:
        if "%" not in name and name not in known:
            remedy = f"one of {', '.join(known)}, or as '%d.%m.%Y %H:%M'"
            raise Refused(Fault("--time-format", f"{name!r} is not known", remedy))
        try:
            datetime.strptime("", name)
        except ValueError as error:
            if "does not match" not in str(error):
                raise Refused(
                    Fault("--time-format", f"{name!r} cannot be used: {error}", "as '%d.%m.%Y %H:%M'")
                ) from error
        except re.error as error:
            raise Refused(Fault("--time-format", f"{name!r} names a part twice", "each part once")) from error
    return tuple(names)


def day(text: str) -> date:
    """A day of the calendar, as 2026-10-01, also 2026/10/1 and 2026年10月1日."""
    reading = _year_first(unicodedata.normalize("NFKC", text))
    if reading and not reading.has_clock:
        return reading.at.date()
    raise bad_cell(text, "day", "as 2026-10-01")


def _year_first(text: str) -> Reading | None:
    """A time that begins with its year, or None: ISO 8601, 2026/11/20 8:05, 2026年11月20日 下午8时5分, 20261120."""
    if digits := _DIGITS.fullmatch(text):
        text = "T".join(filter(None, digits.groups()))
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return _assemble(found)
        return Reading(datetime.fromisoformat(text), len(text) > len("20261120")) if "T" in text or digits else None
    except (ValueError, OverflowError):
        return None


def _assemble(found: re.Match[str]) -> Reading:
    part = found.groupdict()
    hour, half = int(part["hour"] or 0), (part.get("before") or part["after"] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + 12 * (half in ("PM", "下午"))
    at = datetime.combine(
        date(_full_year(part["year"]), _month(part["month"]), int(part["day"])),
        time(hour, int(part["minute"] or 0), int(part["second"] or 0)),
    ) + timedelta(seconds=float(part["fraction"] or 0))
    if part["hour"] and part["minute"] is None and "时" not in found[0]:
        raise ValueError("an hour without minutes")
    if offset := part.get("offset"):
        offset = "+00:00" if offset.upper() in ("Z", "UTC") else offset
        at = at.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00{offset}").tzinfo)
    return Reading(at, part["hour"] is not None)


def _full_year(text: str) -> int:
    """A year of two digits is of 1970 to 2069, nearly as `strptime` has it."""
    return int(text) if len(text) > 2 else 1970 + (int(text) - 70) % 100


def _month(text: str) -> int:
    """A month by its number or its English name. Raises ValueError."""
    return int(text) if text.isdigit() else _MONTHS.index(text[:3].lower()) + 1


def _by_format(text: str, name: str) -> Iterator[Reading]:
    if name in NUMBERS:
        if reading := _as_number(text, name):
            yield reading
        return
    for shape in _NAMED_SHAPES.get(name, ()):
        if found := shape.fullmatch(text):
            with contextlib.suppress(ValueError):
                yield _assemble(found)
    if name not in NAMED:
        with contextlib.suppress(ValueError):
            yield Reading(datetime.strptime(text, name), bool(_CLOCK_OF_FORMAT.search(name)))


def _as_number(text: str, name: str) -> Reading | None:
    try:
        value = float(text)
        if name == "excel":
            if not 1 <= value <= _LAST_DAY:
                return None
            milliseconds = round(value * 86_400_000)
            return Reading(_FIRST_DAY + timedelta(milliseconds=milliseconds), not value.is_integer())
        return Reading(datetime.fromtimestamp(value / (1000 if name == "unix-ms" else 1), UTC), True)
    except (ValueError, OverflowError, OSError):
        return None


def _fitting(text: str) -> Sequence[str]:
    """The names of formats that would read this text; a bare number is what its size says."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        whole = len(text.partition(".")[0])
        return {5: ["excel"], 10: ["unix"], 13: ["unix-ms"]}.get(whole, [])
    return [name for name in NAMED if any(_by_format(text, name))]
