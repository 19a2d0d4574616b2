"""When did a patrol leave a grid and enter another, because it walked, or because a redraw moved the boundary?

Streets are the edges of grids, and a receiver errs by some metres: along an edge pings lie now here, now there. So a
worker is in another grid once he was in it, and in no other, for DWELL; the crossing is of the instant he came in.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from sqlalchemy import Connection, text

from gisgrid.loading import as_records
from gisgrid.patrol.pings import NETWORK

DWELL = timedelta(seconds=60)
PATROL_GAP = timedelta(minutes=30)
"""After so long without a ping a new patrol begins."""
FRESH = timedelta(hours=1)
"""What is older was loaded from a file, or came late: it is kept, and no notice is sent."""

_LOCK = text("SELECT pg_advisory_xact_lock(app.crossing_lock())")
# The pings that came since, each worker's as stays: one grid after the other, the next one where the pings break off.
_STAYS = text("""
WITH due AS MATERIALIZED (
    SELECT w.worker, s.followed_at, s.redrawn_at FROM overlay.walker AS w
    LEFT JOIN overlay.presence AS s ON s.worker = w.worker
    WHERE w.at > coalesce(s.followed_at, '-infinity')
), ping AS (
    SELECT p.worker, p.at, nullif(p.path[cardinality(p.path)], 0) AS area_id, p.path, p.geom,
        lag(p.at) OVER own AS at_before, lag(p.path[cardinality(p.path)]) OVER own AS id_before,
        p.path[cardinality(p.path)] AS id, d.redrawn_at
    FROM due AS d JOIN overlay.ping AS p ON p.worker = d.worker AND p.at > coalesce(d.followed_at, '-infinity')
    WHERE p.doubt IS NULL WINDOW own AS (PARTITION BY p.worker ORDER BY p.at)
), stay AS (
    SELECT *, count(*) FILTER (
        WHERE at_before IS NULL OR id <> id_before OR at - at_before > :gap
            OR (at_before <= redrawn_at AND at > redrawn_at)
    ) OVER (PARTITION BY worker ORDER BY at) AS number FROM ping
), ends AS (
    SELECT worker, number, min(at) AS since, max(at) AS until FROM stay GROUP BY worker, number
)
SELECT e.worker, e.since, e.until, a.area_id, a.path, ST_X(a.geom) AS lon, ST_Y(a.geom) AS lat,
    ST_X(b.geom) AS last_lon, ST_Y(b.geom) AS last_lat
FROM ends AS e
JOIN ping AS a ON a.worker = e.worker AND a.at = e.since
JOIN ping AS b ON b.worker = e.worker AND b.at = e.until
ORDER BY e.worker, e.since
""")
_PRESENT = text("""
SELECT s.* FROM overlay.presence AS s WHERE s.worker = ANY(:workers) OR s.redrawn_at IS NOT NULL
""")
_HELD = text("""
SELECT g.worker, l.area_id, coalesce(l.path, '{0}') AS path
FROM jsonb_to_recordset(CAST(:points AS jsonb)) AS g(worker text, lon float8, lat float8)
CROSS JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326), :network) AS l
""")
_KEEP = text("SELECT app.save_crossings(CAST(:presences AS jsonb), CAST(:crossings AS jsonb), :fresh)")


@dataclass(frozen=True)
class Stay:
    """Pings of a worker that follow each other in one grid; None: outside every grid; where the first and last lie."""

    worker: str
    since: datetime
    until: datetime
    area_id: int | None
    path: list[int]
    lon: float
    lat: float
    last_lon: float
    last_lat: float


@dataclass(frozen=True)
class Presence:
    """A worker's grid as far as his pings were followed; `next_since` None: he is in no other one for a moment."""

    worker: str
    area_id: int | None = None
    path: Sequence[int] = (0,)
    followed_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    next_area_id: int | None = None
    next_path: Sequence[int] | None = None
    next_since: datetime | None = None
    next_lon: float | None = None
    next_lat: float | None = None
    changeset_id: int | None = None
    redrawn_at: datetime | None = None


@dataclass(frozen=True)
class Crossing:
    """A patrol left a grid (None: none) and entered another (None: none)."""

    worker: str
    at: datetime
    cause: Literal["start", "walk", "redraw"]
    left_area_id: int | None
    left_path: Sequence[int]
    entered_area_id: int | None
    entered_path: Sequence[int]
    changeset_id: int | None
    lon: float
    lat: float


def follow_patrols(connection: Connection) -> int:
    """Follow the pings that came since into which grids they lead; as the owner. Returns how many crossings.

    One at a time, whichever process; pings that are older than what was followed cross nothing.
    """
    connection.execute(_LOCK)
    stays = [Stay(**row._mapping) for row in connection.execute(_STAYS, {"gap": PATROL_GAP})]
    workers = sorted({stay.worker for stay in stays})
    present = {row.worker: Presence(**row._mapping) for row in connection.execute(_PRESENT, {"workers": workers})}
    by_worker = {worker: list(own) for worker, own in groupby(stays, key=lambda stay: stay.worker)}
    followed: dict[str, Presence] = {}
    crossings: list[Crossing] = []
    for worker in sorted({*workers, *present}):
        before = present.get(worker, Presence(worker))
        first, later = _divide(by_worker.get(worker, []), before.redrawn_at)
        own, found = follow(before, first)
        crossings += found
        if own.redrawn_at is not None:
            own, found = _redraw(connection, own)
            crossings += found
        followed[worker], found = follow(own, later)
        crossings += found
    if followed:
        values = {"presences": as_records(followed.values()), "crossings": as_records(crossings), "fresh": FRESH}
        connection.execute(_KEEP, values)
    return len(crossings)


def follow(before: Presence, stays: Iterable[Stay]) -> tuple[Presence, list[Crossing]]:
    """Where is the worker after these stays, and which grids did he leave and enter?"""
    own, crossings = before, []
    for stay in stays:
        if own.followed_at is None or stay.since - own.followed_at > PATROL_GAP:
            if stay.area_id is not None:
                crossings.append(_crossing(Presence(own.worker), "start", _beginning(own, stay)))
            own = _inside(own, stay.area_id, stay.path)
        elif stay.area_id == own.area_id:
            own = _inside(own, own.area_id, own.path)
        else:
            if own.next_since is None or own.next_area_id != stay.area_id:
                own = _beginning(own, stay)
            if own.next_since is not None and stay.until - own.next_since >= DWELL:
                crossings.append(_crossing(own, "walk", own))
                own = _inside(own, own.next_area_id, own.next_path or (0,))
        own = replace(own, followed_at=stay.until, lon=stay.last_lon, lat=stay.last_lat)
    return own, crossings


def _divide(stays: list[Stay], at: datetime | None) -> tuple[list[Stay], list[Stay]]:
    if at is None:
        return stays, []
    return [stay for stay in stays if stay.until <= at], [stay for stay in stays if stay.until > at]


def _redraw(connection: Connection, own: Presence) -> tuple[Presence, list[Crossing]]:
    """The worker stood still, and the boundary went: which grid holds now where he was last?"""
    at, done = own.redrawn_at, replace(own, redrawn_at=None)
    if at is None or own.followed_at is None or at - own.followed_at > PATROL_GAP:
        return done, []
    points = json.dumps([{"worker": own.worker, "lon": own.lon, "lat": own.lat}])
    held = connection.execute(_HELD, {"points": points, "network": NETWORK}).one()
    after = _inside(done, held.area_id, held.path)
    if held.area_id == own.area_id:
        return after, []
    moved = replace(
        own, next_area_id=held.area_id, next_path=held.path, next_since=at, next_lon=own.lon, next_lat=own.lat
    )
    return after, [_crossing(own, "redraw", moved)]


def _beginning(own: Presence, stay: Stay) -> Presence:
    """He came into another grid, maybe for a moment."""
    return replace(
        own, next_area_id=stay.area_id, next_path=stay.path, next_since=stay.since, next_lon=stay.lon, next_lat=stay.lat
    )


def _inside(own: Presence, area_id: int | None, path: Sequence[int]) -> Presence:
    """He is in this grid, and in no other."""
    return replace(
        own,
        area_id=area_id,
        path=path,
        next_area_id=None,
        next_path=None,
        next_since=None,
        next_lon=None,
        next_lat=None,
    )


def _crossing(left: Presence, cause: Literal["start", "walk", "redraw"], entered: Presence) -> Crossing:
    at, path, lon, lat = entered.next_since, entered.next_path, entered.next_lon, entered.next_lat
    if at is None or path is None or lon is None or lat is None:
        raise AssertionError("nothing was entered")
    changeset_id = left.changeset_id if cause == "redraw" else None
    return Crossing(left.worker, at, cause, left.area_id, left.path, entered.next_area_id, path, changeset_id, lon, lat)
