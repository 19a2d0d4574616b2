"""Things on the ground of a district in great numbers: tickets, posts, cameras, pings. Invented, written by SQL."""

import numpy as np
from shapely import Polygon
from sqlalchemy import Connection, text

from gisgrid.cameras import view_sector
from gisgrid.geo import LonLat

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
           CASE WHEN i % 100 >= :open THEN least(t.at + interval '20 hours', now()) END
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


_PINGS = """
WITH grid AS (
    SELECT row_number() OVER (ORDER BY code COLLATE "C") - 1 AS n, path, st_x(label_point) AS lon,
           st_y(label_point) AS lat, count(*) OVER () AS grids
    FROM app.area_at(now()) WHERE network = 'base' AND level = 'grid'
),
ping AS (
    INSERT INTO overlay.ping (worker, at, path, cell, accuracy_m, geom)
    SELECT 'bench-' || w, date_trunc('hour', now()) - CAST(:hours AS float8) * interval '1 hour'
               + s * interval '1 second', g.path, 0, 8,
           st_setsrid(st_makepoint(
               g.lon + 150 / 98000.0 * sin(s / 160.0 + w), g.lat + 150 / 110800.0 * sin(s / 197.0 + 2 * w)), 4326)
    FROM generate_series(1, CAST(:workers AS integer)) AS w
    JOIN grid AS g ON g.n = w % g.grids
    CROSS JOIN generate_series(0, CAST(:hours * 3600 AS integer) - 1, CAST(:step_s AS integer)) AS s
    ORDER BY s / (100 * CAST(:step_s AS integer)), w, s
    ON CONFLICT DO NOTHING
    RETURNING worker, at
), walk AS (
    INSERT INTO overlay.walk (worker, hour)
    SELECT DISTINCT worker, date_trunc('hour', at, 'UTC') FROM ping ON CONFLICT DO NOTHING RETURNING worker, hour
)
INSERT INTO overlay.walk_due (worker, hour, since) SELECT worker, hour, hour FROM walk
"""

_SECTORS = """
ALTER TABLE overlay.camera DISABLE TRIGGER USER;
INSERT INTO overlay.camera (code, name, area_id, path, bearing_deg, angle_deg, range_m, geom, sector)
SELECT c.code, c.code, v.area_id, coalesce(v.path, '{0}'), c.bearing, c.angle, c.range, p.geom,
       st_geomfromwkb(c.sector, 4326)
FROM unnest(CAST(:codes AS text[]), CAST(:lons AS float8[]), CAST(:lats AS float8[]), CAST(:bearings AS float8[]),
            CAST(:angles AS float8[]), CAST(:ranges AS float8[]), CAST(:sectors AS bytea[]))
     AS c(code, lon, lat, bearing, angle, range, sector)
CROSS JOIN LATERAL (SELECT st_setsrid(st_makepoint(c.lon, c.lat), 4326) AS geom) AS p
LEFT JOIN LATERAL (
    SELECT l.area_id, l.path FROM app.locate(p.geom) AS l
) AS v ON true;
ALTER TABLE overlay.camera ENABLE TRIGGER USER;
ANALYZE overlay.camera
"""


def fill_pings(connection: Connection, workers: int, hours: int, step_s: int) -> None:
    """What so many workers walked in the last whole hours, a ping each `step_s` seconds, each around a grid's middle.

    At walking speed, 1.3 m/s at most; in the order in which batches of a hundred come; not added up yet.
    """
    connection.execute(text(_PINGS), {"workers": workers, "hours": hours, "step_s": step_s})
    connection.execute(text("ANALYZE overlay.ping; ANALYZE overlay.walk; ANALYZE overlay.walk_due"))


def fill_cameras(connection: Connection, count: int, box: tuple[float, float, float, float]) -> dict[str, Polygon]:
    """So many cameras anywhere in the box (W, S, E, N), looking 60 to 120 degrees wide and 50 to 200 m far.

    Returns their view sectors by code.
    """
    dice = np.random.default_rng(11)
    west, south, east, north = box
    lons, lats = dice.uniform(west, east, count).tolist(), dice.uniform(south, north, count).tolist()
    bearings, angles = dice.uniform(0, 360, count).tolist(), dice.uniform(60, 120, count).tolist()
    ranges = dice.uniform(50, 200, count).tolist()
    each = zip(lons, lats, bearings, angles, ranges, strict=True)
    views = [view_sector(LonLat(lon, lat), *view) for lon, lat, *view in each]
    codes = [f"bench-{n:06d}" for n in range(count)]
    values = {"codes": codes, "lons": lons, "lats": lats, "bearings": bearings, "angles": angles, "ranges": ranges}
    connection.execute(text(_SECTORS), {**values, "sectors": [view.wkb for view in views]})
    connection.execute(text("SELECT app.recount_overlays()"))  # which the triggers did not do
    return dict(zip(codes, views, strict=True))
