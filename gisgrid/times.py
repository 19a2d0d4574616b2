"""How a time that somebody gives is read: ISO 8601 with offset, or a date of the district; for HTTP and verbs alike."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gisgrid.errors import Fault, Refused

_DAY = len("2026-11-23")


def read_instant(field: str, value: str | None, zone: ZoneInfo) -> datetime | None:
    """The instant of this text: ISO 8601 with offset; a bare date is 00:00 in the district's zone. Raises Refused."""
    if not value:
        return None
    remedy = "ISO 8601 with offset, as 2026-11-23T08:00:00+08:00, or a date"
    try:
        if len(value) == _DAY:
            return datetime.combine(date.fromisoformat(value), time(), zone)
        instant = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError as error:
        raise Refused(Fault(field, f"{value[:40]!r} is no time", remedy)) from error
    if instant.tzinfo is None:
        raise Refused(Fault(field, f"{value[:40]!r} does not say its offset", remedy))
    if not 1 < instant.year < 9999:
        raise Refused(Fault(field, f"{value[:40]!r} is beyond the years 2 to 9998", remedy))
    return instant


Span = tuple[datetime | None, datetime | None]


def read_span(start: str | None, stop: str | None, zone: ZoneInfo, names: tuple[str, str] = ("from", "to")) -> Span:
    """The time from `start` until before `stop`; None: open. A bare date as `stop` means through that day.

    Raises Refused, also where the end is not after the beginning.
    """
    begins, ends = read_instant(names[0], start, zone), read_instant(names[1], stop, zone)
    if ends and stop and len(stop) == _DAY:
        try:
            ends = datetime.combine(ends.date() + timedelta(days=1), time(), zone)
        except OverflowError as error:
            raise Refused(Fault(names[1], f"{stop} is the last day of the calendar", "leave it out")) from error
    if begins and ends and begins >= ends:
        message = f"the time ends at {stop}, which is not after its beginning {start}"
        raise Refused(Fault(names[1], message, f"put the earlier one into {names[0]}"))
    return begins, ends
