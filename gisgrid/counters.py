"""Figures of an area: how do its tickets stand at an instant?"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text


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

    total = the children's totals + unplaced, always. One pass over the subtree's tickets.
    """
    row = connection.execute(
        text("SELECT * FROM app.counters(:area, coalesce(:at, now()), :zone, :due_soon, :as_recorded)"),
        {"area": area_id, "at": at, "zone": zone, "due_soon": due_soon, "as_recorded": as_recorded},
    ).one()
    return {key: int(value) for key, value in row._mapping.items()}
