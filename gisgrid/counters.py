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

    total = the children's totals + unplaced, always. Now: one pass over the subtree's tickets. At another instant, or
    as was recorded by then: also over what has changed of any ticket since, which is dearer (docs/boundaries.md).
    """
    is_now = at is None and as_recorded is None
    ask = "app.counters(:area, now(), :zone, :due_soon)"
    if not is_now:
        ask = "app.counters_then(:area, coalesce(CAST(:at AS timestamptz), now()), :zone, :due_soon, :as_recorded)"
    row = connection.execute(
        text(f"SELECT * FROM {ask}"),  # noqa: S608  # one of the two above
        {"area": area_id, "at": at, "zone": zone, "due_soon": due_soon, "as_recorded": as_recorded},
    ).one()
    return {key: int(value) for key, value in row._mapping.items()}
