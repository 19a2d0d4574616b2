"""Who was where, which grids did patrols leave and enter, who passed here last, how long was each in his own grid?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from gisgrid.geo import LonLat
from gisgrid.patrol.pings import GAP

LATELY = timedelta(minutes=10)
"""A worker whose last ping is older is on no patrol at that instant."""
_AT = text("""
SELECT * FROM app.patrols_at(:at, :within, :area,
    CASE WHEN CAST(:lon AS float8) IS NOT NULL THEN ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) END, :limit)
""")
_CROSSINGS = text("""
SELECT c.worker, c.at, c.cause, l.code AS left, e.code AS entered, c.changeset_id,
    ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
FROM overlay.crossing AS c
LEFT JOIN core.area AS l ON l.area_id = c.left_area_id
LEFT JOIN core.area AS e ON e.area_id = c.entered_area_id
WHERE c.at >= :since AND c.at < :until
  AND (CAST(:area AS bigint) IS NULL OR c.path @> ARRAY[CAST(:area AS bigint)])
  AND (CAST(:worker AS text) = '' OR c.worker = :worker)
ORDER BY c.at DESC, c.crossing_id DESC LIMIT :limit
""")
_PRESENCE = text("SELECT * FROM app.presence_of(:since, :until, :area, :gap)")
_PASSED = text("""
SELECT p.worker, p.at, ST_Distance(p.geom::geography, h.geom::geography) AS distance_m
FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom) AS h
CROSS JOIN LATERAL app.passed_by(h.geom, :near) AS p
""")


@dataclass(frozen=True)
class Patrol:
    """Where a worker was: his newest ping at an instant, WGS 84; `name`: of the person, if the account has one."""

    worker: str
    name: str | None
    grid: str | None
    lon: float
    lat: float
    at: datetime
    accuracy_m: float | None
    distance_m: float | None


@dataclass(frozen=True)
class Crossed:
    """A patrol left a grid (None: none) and entered another (None: none); codes; where it was."""

    worker: str
    at: datetime
    cause: str
    left: str | None
    entered: str | None
    changeset_id: int | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Presence:
    """How long a worker was on patrol in a time, and how much of it in the areas of his own posts; minutes."""

    worker: str
    name: str | None
    minutes: float
    own_minutes: float
    pings: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Passed:
    """The patrol that passed a point last, when, and how near; metres."""

    worker: str
    at: datetime
    distance_m: float


def find_patrols(
    connection: Connection,
    at: datetime,
    *,
    area_id: int | None = None,
    point: LonLat | None = None,
    within: timedelta = LATELY,
    limit: int = 100,
) -> list[Patrol]:
    """Where were the patrols of the caller's private scope at an instant? The nearest to a point first, if one is said.

    A worker is where his newest ping is, of the last 10 minutes.
    """
    lon, lat = (point.lon, point.lat) if point else (None, None)
    values = {"at": at, "within": within, "area": area_id, "lon": lon, "lat": lat, "limit": limit}
    return [Patrol(**row._mapping) for row in connection.execute(_AT, values)]


def list_crossings(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    area_id: int | None = None,
    worker: str = "",
    limit: int = 100,
) -> list[Crossed]:
    """Which grids did patrols leave and enter from `since` until before `until`? The latest first."""
    values = {"since": since, "until": until, "area": area_id, "worker": worker, "limit": limit}
    return [Crossed(**row._mapping) for row in connection.execute(_CROSSINGS, values)]


def measure_presence(
    connection: Connection, since: datetime, until: datetime, *, area_id: int | None = None
) -> list[Presence]:
    """How long was each worker on patrol, and how much of it in the areas of his own posts?

    Only time between two pings that are at most 120 s apart counts, in the grid of the later one, so nobody is present
    while his phone is silent. His own are the areas of the posts that his person held then; of an account without a
    person the account's area. By worker.
    """
    values = {"since": since, "until": until, "area": area_id, "gap": GAP}
    return [Presence(**row._mapping) for row in connection.execute(_PRESENCE, values)]


def last_passed(connection: Connection, point: LonLat, near_m: float) -> Passed | None:
    """Which patrol of the caller's private scope passed within so many metres of a point (WGS 84) last? None: none."""
    values = {"lon": point.lon, "lat": point.lat, "near": near_m}
    row = connection.execute(_PASSED, values).one_or_none()
    return None if row is None else Passed(**row._mapping)
