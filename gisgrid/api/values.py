"""Values of requests, strict: text that can be stored, finite numbers, times with a zone."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox
from gisgrid.instants import in_zone as in_zone

_DAY = len("2026-11-23")
UNTIL = "Received before then; a date: through that day"


def _storable(value: str) -> str:
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("the text has a character that cannot be stored (NUL, half of a surrogate pair)")
    return value


PlainText = Annotated[str, StringConstraints(strict=True, max_length=200), AfterValidator(_storable)]
LongText = Annotated[str, StringConstraints(strict=True, max_length=10_000), AfterValidator(_storable)]
Coordinate = Annotated[float, Field(strict=True, allow_inf_nan=False)]
QueryNumber = Annotated[float, Field(allow_inf_nan=False)]
Accuracy = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=100_000)]
QueryAccuracy = Annotated[float, Field(allow_inf_nan=False, ge=0, le=100_000)]


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


def read_bbox(value: str | None) -> BBox | None:
    """The box of this text: west,south,east,north in degrees. Raises Refused."""
    if not value:
        return None
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise Refused(Fault("bbox", f"{value[:60]!r} is not a box", "west,south,east,north in degrees")) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Refused(Fault("bbox", "its sides are out of order or range", "west,south,east,north in degrees"))
    return BBox(west, south, east, north)


Model = TypeVar("Model", bound=BaseModel)


def tell(kind: type[Model], facts: object, zone: ZoneInfo) -> Model:
    """These facts (a dataclass, or a dict) as an answer of this kind, with every instant in the district's zone."""
    return kind.model_validate(in_zone(facts, zone))
