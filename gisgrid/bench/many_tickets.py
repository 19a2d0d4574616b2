"""A million tickets in minutes: written without triggers, then all that is kept of them counted once. Invented."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine, text

TOGETHER = 50_000
"""Tickets a statement."""
WIDTH = 0.0004
"""How far apart, in degrees, tickets of one grid lie around its label point: within it, as a rule."""

_GRIDS = """
CREATE TABLE work.bench_grid AS
SELECT row_number() OVER (ORDER BY v.code COLLATE "C") - 1 AS n, v.area_version_id, v.area_id, v.path, v.label_point,
       ARRAY(SELECT p.post_id FROM core.post AS p WHERE p.area_id = v.area_id ORDER BY p.post_id) AS posts
FROM app.area_at(now()) AS v
WHERE v.network = 'base' AND v.level = 'grid' AND v.kind = 'base'
"""
_TICKETS = """
WITH placed AS (
    SELECT i, g.*, st_translate(g.label_point, (random() - 0.5) * :width, (random() - 0.5) * :width) AS geom
    FROM generate_series(CAST(:first AS bigint), :first + :count - 1) AS i
    JOIN work.bench_grid AS g ON g.n = i * 7919 % :grids
), ticket AS (
    INSERT INTO work.ticket (number, network, category, workflow, step, area_version_id, area_id, path, method,
                             confidence, geom, has_public_point, reported_at, received_at, due_at, closed_at)
    SELECT 'bench-many-' || i, 'base', (ARRAY['hazard', 'dispute', 'livelihood'])[1 + i % 3], 'six_step',
           CASE WHEN i % 100 < 25 THEN 'handle' ELSE 'rate' END, area_version_id, area_id, path, 'inside', 1, geom,
           true, t.at, t.at, t.at + interval '24 hours',
           CASE WHEN i % 100 >= 25 THEN least(t.at + interval '20 hours', now()) END
    FROM placed CROSS JOIN LATERAL (SELECT now() - i % 500000 * interval '1 minute' AS at) AS t
    RETURNING ticket_id, path, geom, area_id
)
INSERT INTO work.ticket_private (ticket_id, path, description, lon, lat, system, accuracy_m, geom, post_id, department)
SELECT t.ticket_id, t.path, '', st_x(t.geom), st_y(t.geom), 'wgs84', 15, t.geom,
       CASE WHEN t.ticket_id % 10 < 5 THEN g.posts[1] WHEN t.ticket_id % 10 < 7 THEN g.posts[2] END,
       CASE WHEN t.ticket_id % 10 IN (7, 8) THEN 'department ' || t.ticket_id % 12 END
FROM ticket AS t JOIN work.bench_grid AS g USING (area_id)
"""


def fill_many_tickets(superuser: Engine, count: int, say: Callable[[str], None]) -> None:
    """So many more tickets, around the label points of the grids, over 350 days.

    A quarter is open; seven of ten have one of two posts of their grid, two of ten one of twelve departments. What is
    kept of all tickets is counted once at the end; the figures of the planner are renewed.
    """
    with superuser.begin() as connection:
        connection.exec_driver_sql(_GRIDS)
        grids = connection.execute(text("SELECT count(*) FROM work.bench_grid")).scalar_one()
        last = connection.execute(text("SELECT coalesce(max(ticket_id), 0) FROM work.ticket")).scalar_one()
    for done in range(0, count, TOGETHER):
        say(f"{done} of {count} tickets")
        part = {"first": last + 1 + done, "count": min(TOGETHER, count - done), "grids": grids, "width": WIDTH}
        with superuser.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.execute(text("SELECT setseed(0.5)"))
            connection.execute(text(_TICKETS), part)
    with superuser.begin() as connection:
        connection.exec_driver_sql("DROP TABLE work.bench_grid")
    _count(superuser, say)


def _count(superuser: Engine, say: Callable[[str], None]) -> None:
    """All that is kept of tickets: counters, sums, cells of the map."""
    _settle(superuser)
    say("counting them once")
    with superuser.begin() as connection:
        connection.execute(text("SELECT app.recount_tickets()"))
    _settle(superuser)


def _scalar(connection: Connection, query: str, **values: int) -> int:
    return int(connection.execute(text(query), values).scalar_one())


def _settle(superuser: Engine) -> None:
    with superuser.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
