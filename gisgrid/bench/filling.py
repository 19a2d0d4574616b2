"""Things on the ground of a district in great numbers: tickets, posts, cameras. Invented, written by SQL at once."""

from sqlalchemy import Connection, text

OPEN_SHARE = 0.25
"""Of four tickets one is open: more than a district has, so that publishing has something to move."""

_TICKETS = """
WITH spot AS (
    SELECT i, st_setsrid(st_makepoint(x.west + random() * x.width, x.south + random() * x.height), 4326) AS geom
    FROM (SELECT st_xmin(e) AS west, st_ymin(e) AS south, st_xmax(e) - st_xmin(e) AS width,
                 st_ymax(e) - st_ymin(e) AS height
          FROM (SELECT st_extent(geom) AS e FROM app.area_now WHERE network = 'base' AND level = 'grid') AS b) AS x,
         generate_series(CAST(:first AS bigint), :first + :count - 1) AS i
),
placed AS (
    SELECT DISTINCT ON (s.i) s.i, s.geom, v.area_version_id, v.area_id, v.path
    FROM spot AS s
    JOIN app.area_at(now()) AS v ON v.network = 'base' AND v.level = 'grid' AND st_contains(v.geom, s.geom)
    ORDER BY s.i, v.kind = 'base', v.code
),
ticket AS (
    INSERT INTO work.ticket (number, network, category, workflow, step, area_version_id, area_id, path, method,
                             confidence, geom, has_public_point, reported_at, received_at, due_at, closed_at)
    SELECT 'bench-' || i, 'base', 'hazard', 'six_step', CASE WHEN i % 100 < :open THEN 'handle' ELSE 'rate' END,
           area_version_id, area_id, path, 'inside', 1, geom, true, t.at, t.at, t.at + interval '24 hours',
           CASE WHEN i % 100 >= :open THEN t.at + interval '20 hours' END
    FROM placed CROSS JOIN LATERAL (SELECT now() - i % 500000 * interval '1 minute' AS at) AS t
    RETURNING ticket_id, path, geom
)
INSERT INTO work.ticket_private (ticket_id, path, description, lon, lat, system, accuracy_m, geom)
SELECT ticket_id, path, '', st_x(geom), st_y(geom), 'wgs84', 15, geom FROM ticket
"""

_POSTS = """
WITH who AS (
    INSERT INTO core.person (name)
    SELECT r.role || ' ' || v.code FROM app.area_at(now()) AS v, core.post_role AS r
    WHERE v.network = 'base' AND v.level = 'grid' AND r.staffs_grids
    RETURNING person_id, name
)
INSERT INTO core.post (area_id, path, role, person_id)
SELECT v.area_id, v.path, split_part(w.name, ' ', 1), w.person_id
FROM who AS w JOIN app.area_at(now()) AS v ON v.network = 'base' AND v.code = split_part(w.name, ' ', 2)
"""

_CAMERAS = """
INSERT INTO overlay.camera (code, name, area_id, path, geom)
SELECT 'bench-' || v.code, v.code, v.area_id, v.path, v.label_point
FROM app.area_at(now()) AS v
WHERE v.network = 'base' AND v.level = 'grid' AND v.area_id % 2 = 0
"""


def fill_posts(connection: Connection) -> None:
    """Four posts on every grid (1+1+1+N), a camera in every second."""
    connection.execute(text(_POSTS))
    connection.execute(text(_CAMERAS))


def fill_tickets(connection: Connection, count: int) -> int:
    """This many more tickets on the grids, a quarter of them open. Returns how many: what fell outside is left out."""
    connection.execute(text("SELECT setseed(0.5)"))
    connection.execute(text("ALTER TABLE work.ticket DISABLE TRIGGER note_change"))
    first = connection.execute(text("SELECT 1 + coalesce(max(ticket_id), 0) FROM work.ticket")).scalar_one()
    made: int = connection.execute(text(_TICKETS), {"first": first, "count": count, "open": OPEN_SHARE * 100}).rowcount
    connection.execute(text("ALTER TABLE work.ticket ENABLE TRIGGER note_change"))
    return made
