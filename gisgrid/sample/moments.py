"""When is a row of the sample, counted from the moment of loading? Times in the files are relative."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from gisgrid.instants import write_instant

KEPT = (
    "external_id", "category", "lon", "lat", "system", "description", "step", "source",
    "contact_name", "contact_phone",
)  # fmt: skip
ROOM_BEFORE_NOW = 0.9
"""A ticket is closed at the latest when this share of the way from its receipt to now is gone."""


def moment(day: str, fraction: str, now: datetime, zone: tzinfo) -> datetime:
    """Which instant is this fraction of that day, in whole seconds?

    `day` is a date, or days before the local day of loading (`-3`). Of day `0` only the span from
    midnight to now counts, so that what is of today has always happened, at any time of day. Of day `now` it is
    counted from now, backwards where it is negative, for what goes on while the sample is loaded.
    """
    if day == "now":
        return (now + timedelta(days=float(fraction))).astimezone(zone).replace(microsecond=0)
    today = now.astimezone(zone).date()
    when = today + timedelta(days=int(day)) if day.lstrip("-").isdigit() else date.fromisoformat(day)
    start = datetime.combine(when, time(), zone)
    end = now if when == today else datetime.combine(when + timedelta(days=1), time(), zone)
    seconds = int((end.timestamp() - start.timestamp()) * float(fraction))
    return datetime.fromtimestamp(start.timestamp() + seconds, zone)


def materialise(rows: Iterable[Mapping[str, str]], now: datetime, zone: tzinfo) -> list[dict[str, str]]:
    """The tickets with absolute times (ISO 8601, offset of `zone`), ready for `load tickets`.

    `due_in_h` counts from now (open tickets), `due_after_h` and `closed_after_h` from the receipt.
    """
    return [_ticket(row, now, zone) for row in rows]


def _ticket(row: Mapping[str, str], now: datetime, zone: tzinfo) -> dict[str, str]:
    received = moment(row["day"], row["fraction"], now, zone)
    reported = received - timedelta(minutes=int(row["reported_min_before"]))
    closed = ""
    if row["closed_after_h"]:
        latest = received + (now - received) * ROOM_BEFORE_NOW
        done = min(received + timedelta(hours=float(row["closed_after_h"])), latest)
        closed = _written(done, zone)
    if row["due_in_h"]:
        due = now + timedelta(hours=float(row["due_in_h"]))
    else:
        due = received + timedelta(hours=float(row["due_after_h"]))
    times = {
        "reported_at": _written(reported, zone),
        "received_at": _written(received, zone),
        "due_at": _written(due, zone),
        "closed_at": closed,
    }
    return {name: row[name] for name in KEPT} | times


def materialise_pings(rows: Iterable[Mapping[str, str]], now: datetime, zone: tzinfo) -> list[dict[str, str]]:
    """The patrols' points with absolute times, ready for `load pings`; several of a worker in one
    second (just after midnight) are one."""
    pings: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        at = _written(moment(row["day"], row["fraction"], now, zone), zone)
        pings[row["worker"], at] = {
            "worker": row["worker"], "shift": row["shift"], "at": at, "lon": row["lon"],
            "lat": row["lat"], "system": "wgs84", "accuracy_m": row["accuracy_m"],
        }  # fmt: skip
    return list(pings.values())


def _written(instant: datetime, zone: tzinfo) -> str:
    return write_instant(instant.replace(microsecond=0), zone)
