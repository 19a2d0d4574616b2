"""What counters of an area say if all its tickets are counted, one by one: what kept ones are compared with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.counters import WrongCounter, check_counters

_STATE = "app.ticket_state(t.closed_at, t.due_at, :at, '1 day')"
_COUNTED = f"""
SELECT v.network, v.code, c.* FROM (
    SELECT area_id, network, code FROM app.area_at(:at)
    UNION ALL SELECT 0, network, '' FROM core.network
    UNION ALL SELECT 0, NULL, '') AS v
LEFT JOIN LATERAL app.counted_path(v.area_id, :at, network => v.network) AS p ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS total, count(*) FILTER (WHERE {_STATE} = 'done') AS done,
           count(*) FILTER (WHERE {_STATE} <> 'done') AS open,
           count(*) FILTER (WHERE (t.received_at AT TIME ZONE :zone)::date
               = (CAST(:at AS timestamptz) AT TIME ZONE :zone)::date) AS today,
           count(*) FILTER (WHERE {_STATE} = 'due_soon') AS due_soon,
           count(*) FILTER (WHERE {_STATE} = 'overdue') AS overdue,
           count(*) FILTER (WHERE p.has_children AND (t.path[p.depth + 1] = ANY(p.children)) IS NOT TRUE) AS unplaced
    FROM work.ticket AS t
    WHERE t.path[1:p.depth] = p.path AND t.received_at <= :at AND (v.network IS NULL OR t.network = v.network)
) AS c ORDER BY v.network, v.code
"""  # noqa: S608
_KEPT = """
SELECT v.network, v.code, c.* FROM (
    SELECT area_id, network, code FROM app.area_at(:at)
    UNION ALL SELECT 0, network, '' FROM core.network
    UNION ALL SELECT 0, NULL, '') AS v
CROSS JOIN LATERAL app.counters(v.area_id, :at, :zone, '1 day', v.network) AS c ORDER BY v.network, v.code
"""


def assert_counters_are_right(connection: Connection, instants: Sequence[datetime], zone: str = "Asia/Shanghai") -> int:
    """Every area's counters, and the top's of each network and of all, at each instant; how many tickets there are.

    Asks twice, so the transaction has to be one snapshot, or nobody may write meanwhile.
    """
    rows: Sequence[Any] = ()
    for at in instants:
        asked = {"at": at, "zone": zone}
        rows = connection.execute(text(_COUNTED), asked).all()
        assert connection.execute(text(_KEPT), asked).all() == rows, f"at {at}"
    assert connection.execute(text("SELECT * FROM app.wrong_counter()")).all() == []
    return max((row.total for row in rows), default=0)


def wrong_of_tickets(db: Connection) -> list[WrongCounter]:
    """What is kept of tickets and is not what a recount says; shares of ground and overlays have tests of their own."""
    return [one for one in check_counters(db) if one.recount == "recount_tickets"]
