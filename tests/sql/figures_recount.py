"""What figures say if all tickets are counted one by one, as they stood at an instant: to compare kept sums with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

_COLUMNS = "received, closed, overdue, on_time, solved_in_grid, hours_to_close"
_SUMS = """
    count(*) AS received, count(t.closed_at) AS closed,
    count(*) FILTER (WHERE t.closed_at IS NULL AND t.due_at <= :at) AS overdue,
    count(*) FILTER (WHERE t.closed_at <= t.due_at) AS on_time,
    count(*) FILTER (WHERE t.solved_in_grid) AS solved_in_grid,
    round(avg(extract(EPOCH FROM t.closed_at - t.received_at)) / 3600, 3)::double precision AS hours_to_close
"""
_COHORT = """
    FROM app.tickets_then(:area, :at, NULL, :network) AS t
    WHERE t.received_at >= coalesce(CAST(:start AS timestamptz), '-infinity')
      AND t.received_at < coalesce(CAST(:stop AS timestamptz), 'infinity')
      AND (:category = '' OR t.category IN (SELECT c.category FROM work.category AS c WHERE :category = ANY(c.path)))
"""
_HELD = (
    "(SELECT v.area_id::text FROM app.area_at(:at) AS v WHERE v.network = :network AND v.level = '{}'"
    " AND v.area_id = ANY(t.path) AND (:area = 0 OR :area = ANY(v.path)) LIMIT 1)"
)
_KEYS = {
    "grid": _HELD.format("grid"),
    "community": _HELD.format("community"),
    "category": "(SELECT CASE WHEN :category = '' THEN c.path[2] END FROM work.category AS c"
    " WHERE c.category = t.category)",
    "source": "t.source",
    "day": "to_char(t.received_at AT TIME ZONE :zone, 'YYYY-MM-DD')",
    "month": "to_char(t.received_at AT TIME ZONE :zone, 'YYYY-MM')",
}
_ASKED = f"""
SELECT key, {_COLUMNS}
FROM app.statistics_by(:by, :area, :network, :level, :category, :start, :stop, :at, :zone) AS s
WHERE NOT s.is_total AND s.received > 0 ORDER BY key
"""  # noqa: S608
_VERSIONS = f"""
SELECT t.area_version_id, CASE WHEN t.area_version_id IS NULL THEN t.path END AS path, {_SUMS} {_COHORT}
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608
_KEPT_VERSIONS = """
SELECT s.area_version_id, CASE WHEN s.area_version_id IS NULL THEN s.path END AS path, sum(s.received) AS received,
    sum(s.closed) AS closed, sum(s.overdue) AS overdue, sum(s.on_time) AS on_time, sum(s.solved) AS solved_in_grid,
    round(sum(s.microseconds) / 3600000000 / nullif(sum(s.closed), 0), 3)::double precision AS hours_to_close
FROM app.leaf_sums(:network, :area, :category, :start, :stop, :at) AS s
GROUP BY 1, 2 ORDER BY 1, 2
"""

_WHOSE = f"""
SELECT key, {_COLUMNS} FROM (
    SELECT CASE :by WHEN 'post' THEN p.post_id::text ELSE p.department END AS key, {_SUMS}
    {_COHORT.replace("WHERE", "LEFT JOIN work.ticket_private AS p ON p.ticket_id = t.ticket_id WHERE", 1)} GROUP BY 1
) AS s ORDER BY key
"""  # noqa: S608
_OF_POSTS = """
SELECT p.post_id::text AS key, count(*) AS received, count(t.closed_at) AS closed,
    count(*) FILTER (WHERE t.closed_at IS NULL AND t.due_at <= :at) AS overdue,
    count(*) FILTER (WHERE t.closed_at <= t.due_at) AS on_time,
    coalesce(extract(EPOCH FROM sum(t.closed_at - t.received_at)) * 1000000, 0)::bigint AS microseconds
FROM app.tickets_then(0, :at) AS t JOIN work.ticket_private AS p ON p.ticket_id = t.ticket_id
WHERE p.post_id IS NOT NULL AND t.received_at >= coalesce(CAST(:start AS timestamptz), '-infinity')
  AND t.received_at < coalesce(CAST(:stop AS timestamptz), 'infinity')
GROUP BY 1 ORDER BY 1
"""
_KEPT_OF_POSTS = """
SELECT key, received, closed, overdue, on_time, microseconds
FROM app.post_sums('post', NULL, 0, :start, :stop, :at) WHERE key IS NOT NULL ORDER BY key
"""

Span = tuple[datetime | None, datetime | None]


def assert_figures_are_right(
    connection: Connection,
    instants: Iterable[datetime],
    *,
    spans: Iterable[Span] = ((None, None),),
    areas: Iterable[int] = (0,),
    categories: Iterable[str] = ("",),
    zone: str = "Asia/Shanghai",
    network: str = "base",
) -> int:
    """Each kind of figures, and what rankings are made of, for each instant, stretch, area and category.

    Returns how many tickets the largest cohort had. Asks twice, so the transaction has to be one snapshot, or nobody
    may write meanwhile.
    """
    most = 0
    spans, areas, categories = list(spans), list(areas), list(categories)
    for at in instants:
        for start, stop in spans:
            for area in areas:
                for category in categories:
                    asked = {"at": at, "start": start, "stop": stop, "area": area, "category": category}
                    most = max(most, _compare(connection, {**asked, "zone": zone, "network": network}))
    return most


def _compare(connection: Connection, asked: dict[str, Any]) -> int:
    for by, key in _KEYS.items():
        sql = f"SELECT key, {_COLUMNS} FROM (SELECT {key} AS key, {_SUMS} {_COHORT} GROUP BY 1) AS s ORDER BY key"  # noqa: S608
        wanted = connection.execute(text(sql), asked).all()
        level = by if by in ("grid", "community") else ""
        kept = connection.execute(text(_ASKED), {**asked, "by": "area" if level else by, "level": level}).all()
        assert kept == wanted, (by, asked)
    wanted = connection.execute(text(_VERSIONS), asked).all()
    assert connection.execute(text(_KEPT_VERSIONS), asked).all() == wanted, asked
    return sum(row.received for row in wanted)


def assert_posts_are_right(
    connection: Connection, at: datetime, *, span: Span = (None, None), area: int = 0, network: str = "base"
) -> set[str]:
    """By post, by department, and what holders of posts are ranked by, as far as the connection's role may see whose
    tickets are; the keys that it saw."""
    asked = {"at": at, "start": span[0], "stop": span[1], "area": area, "network": network, "zone": "UTC"}
    seen: set[str] = set()
    for by, category in (("post", ""), ("department", ""), ("post", "hazard")):
        values = {**asked, "by": by, "category": category, "level": ""}
        wanted = connection.execute(text(_WHOSE), values).all()
        assert connection.execute(text(_ASKED), values).all() == wanted, values
        seen |= {row.key for row in wanted if row.key is not None}
    wanted = connection.execute(text(_OF_POSTS), asked).all()
    assert connection.execute(text(_KEPT_OF_POSTS), asked).all() == wanted, asked
    return seen
