"""Working time in the database: public holidays, make-up working days and working hours, kept at every deploy.

The days come from the library `holidays`, which knows what the State Council announced; local rows win over it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Fault, Refused
from gisgrid.instants import write_instant
from gisgrid.settings import Settings

FIRST_YEAR = 2007
"""The first year whose days two libraries agree on; earlier years are Monday to Friday."""
YEARS_AHEAD = 5
WARN_AHEAD = timedelta(days=45)
_HOURS = re.compile(r"((?:[01]?[0-9]|2[0-3]):[0-5][0-9])-((?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)")

_SAVE_DAYS = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(CAST(:days AS jsonb)) AS g(date date, is_working boolean, name text)
)
INSERT INTO core.calendar_day AS d (date, is_working, name, source)
SELECT g.date, g.is_working, g.name, :source FROM given AS g
ON CONFLICT (date) DO UPDATE SET is_working = excluded.is_working, name = excluded.name, source = excluded.source
WHERE (d.source <> 'local' OR excluded.source = 'local')
  AND (d.is_working, d.name, d.source) IS DISTINCT FROM (excluded.is_working, excluded.name, excluded.source)
RETURNING d.date
"""


@dataclass(frozen=True)
class Day:
    """A day of the calendar: is it a working day, and the holiday's name if it is a holiday."""

    date: date
    is_working: bool
    name: str | None


def china_days(first: int, last: int) -> Iterator[Day]:
    """Every day of these years: Monday to Friday, without public holidays, with make-up working days."""
    import holidays  # a fifth of a second, and only a deploy asks it

    known = holidays.country_holidays("CN", years=range(first, last + 2), language="zh_CN")
    makeup = set(known.weekend_workdays)
    at = date(first, 1, 1)
    while at.year <= last:
        name = known.get(at)
        is_working = at in makeup or (at.weekday() < 5 and name is None)
        yield Day(at, is_working, None if is_working else name)
        at += timedelta(days=1)


def last_announced() -> int:
    """The last year whose make-up working days the library knows; the State Council announces them year by year."""
    import holidays

    this = date.today().year
    known = holidays.country_holidays("CN", years=range(this - 2, this + 2))
    return max((at.year for at in known.weekend_workdays), default=0)


def keep_calendar(database: Database, settings: Settings) -> bool:
    """Set zone, working hours and days in the database by settings and library. Returns whether any was different.

    Costs one statement when nothing has changed. Raises Refused for wrong working hours.
    """
    hours = read_hours(settings.work_hours)
    last = date.today().year + YEARS_AHEAD
    label = f"holidays {version('holidays')}, {FIRST_YEAR}-{last}"
    changed = False
    with database.transaction(EVERYTHING) as connection:
        kept = connection.execute(
            text(
                "SELECT d.zone, d.due_soon = make_interval(hours => :soon) AS is_soon, d.calendar,"
                " d.far_m, d.coarse_m, d.reopen_days, ("
                " SELECT array_agg(ARRAY[left(h.starts::text, 5), left(h.ends::text, 5)] ORDER BY h.starts)"
                " FROM core.work_hours AS h) AS hours"
                " FROM core.deployment AS d"
            ),
            {"soon": settings.due_soon_hours},
        ).one()
        if (kept.zone, kept.is_soon, kept.far_m, kept.coarse_m, kept.reopen_days) != (
            settings.zone,
            True,
            settings.far_m,
            settings.coarse_m,
            settings.reopen_days,
        ):
            connection.execute(
                text(
                    "UPDATE core.deployment SET zone = :zone, due_soon = make_interval(hours => :soon),"
                    " far_m = :far, coarse_m = :coarse, reopen_days = :reopen"
                ),
                {
                    "zone": settings.zone,
                    "soon": settings.due_soon_hours,
                    "far": settings.far_m,
                    "coarse": settings.coarse_m,
                    "reopen": settings.reopen_days,
                },
            )
        if [tuple(pair) for pair in kept.hours or []] != hours:
            changed = True
            _set_hours(connection, hours)
        if kept.calendar != label:
            changed = True
            set_days(connection, list(china_days(FIRST_YEAR, last)), "library")
            connection.execute(text("UPDATE core.deployment SET calendar = :label"), {"label": label})
    return changed


def what_is_unknown() -> str:
    """What should an operator know of the calendar? Empty while the days of the next weeks are known."""
    year = (date.today() + WARN_AHEAD).year
    if year <= last_announced():
        return ""
    return (
        f"the make-up working days of {year} are not in holidays {version('holidays')} yet: weekends and the holidays"
        " that the law names are taken; update the package, or load your own: gisgrid load holidays FILE"
    )


def read_hours(words: str) -> list[tuple[str, str]]:
    """Working hours as `09:00-12:00,14:00-18:00`, in order; a day ends at 24:00. Raises Refused."""
    spans: list[tuple[str, str]] = []
    for part in words.split(","):
        match = _HOURS.fullmatch(part.strip())
        ends = [word.zfill(5) for word in match.groups()] if match else []
        if not ends or ends[0] >= ends[1] or (spans and spans[-1][1] > ends[0]):
            fault = f"{part!r} is not a span of working hours, or not after the one before"
            raise Refused(Fault("GISGRID_WORK_HOURS", fault, "as 09:00-12:00,14:00-18:00"))
        spans.append((ends[0], ends[1]))
    return spans


def set_days(connection: Connection, days: list[Day], source: str) -> list[date]:
    """Set days; returns those that changed. One statement, so that core.work_span is rebuilt once."""
    records = json.dumps([vars(one) for one in days], default=write_instant)
    done = connection.execute(text(_SAVE_DAYS), {"days": records, "source": source})
    return list(done.scalars())


def _set_hours(connection: Connection, hours: list[tuple[str, str]]) -> None:
    connection.execute(text("DELETE FROM core.work_hours"))
    connection.execute(
        text("INSERT INTO core.work_hours (starts, ends) SELECT * FROM unnest(CAST(:s AS time[]), CAST(:e AS time[]))"),
        {"s": [start for start, _ in hours], "e": [end for _, end in hours]},
    )
