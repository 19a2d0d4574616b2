"""How an instant is written: ISO 8601 with its offset, in a zone where one is given; for answers and files alike."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Moment = datetime | date | time
"""An instant; or a day or a time of day as in cells of files, without a zone."""


def write_instant(at: Moment, zone: tzinfo | None = None, *, to: str = "auto", separator: str = "T") -> str:
    """This instant in ISO 8601, in `zone`, or with the offset that it has; a day as 2026-10-01.

    `to` is the smallest unit that is written, by the names of `datetime.isoformat` (minutes, seconds, ...).
    """
    if not isinstance(at, datetime):
        return at.isoformat()
    return (at if zone is None else at.astimezone(zone)).isoformat(separator, to)


def say_instant(at: datetime, zone: tzinfo) -> str:
    """This instant as people of the zone read it: day and minute, without an offset."""
    return write_instant(at.astimezone(zone).replace(tzinfo=None), to="minutes", separator=" ")


def say_time(at: datetime, zone: tzinfo) -> str:
    """This instant as spreadsheets read it: day and second of the zone, without an offset."""
    return write_instant(at.astimezone(zone).replace(tzinfo=None), to="seconds", separator=" ")


def in_zone(value: Any, zone: tzinfo) -> Any:
    """This value as JSON: each instant written in this zone, each dataclass an object of its fields.

    A field whose name is a keyword of Python ends with `_`, which is left out (`from_` becomes `from`).
    """
    if isinstance(value, datetime):
        return write_instant(value, zone)
    if isinstance(value, dict):
        return {key: in_zone(item, zone) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [in_zone(item, zone) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: in_zone(item, zone) for name, item in fields_of(value).items()}
    return value


def fields_of(value: "DataclassInstance") -> dict[str, object]:
    """The fields of a dataclass by their names as JSON has them, without a `_` at the end; the values unchanged."""
    return {field.name.rstrip("_"): getattr(value, field.name) for field in fields(value)}
