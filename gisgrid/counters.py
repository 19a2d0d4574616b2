"""Figures of an area: how do its tickets stand at an instant?"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Interval, func, literal, select

from gisgrid.tables import INSTANT, counters, counters_then


def count_tickets(
    connection: Connection,
    area_id: int,
    *,
    at: datetime | None,
    as_recorded: datetime | None,
    zone: str,
    due_soon: timedelta,
) -> dict[str, int]:
    """total, done, open, today, due_soon, overdue, unplaced of an area's subtree; area 0 is everything.

    total = the children's totals + unplaced, always. Now: one pass over the subtree's tickets. At another instant, or
    as was recorded by then: also over what has changed of any ticket since, which is dearer (docs/boundaries.md).
    """
    soon, then = literal(due_soon, Interval), func.coalesce(literal(at, INSTANT), func.now())
    if at is None and as_recorded is None:
        counted = counters(area_id, func.now(), zone, soon, alias="c")
    else:
        counted = counters_then(area_id, then, zone, soon, literal(as_recorded, INSTANT), alias="c")
    row = connection.execute(select(*counted.c)).one()
    return {key: int(value) for key, value in row._mapping.items()}
