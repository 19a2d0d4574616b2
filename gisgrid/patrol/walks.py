"""What was seen along the line that a worker walked; kept by hour, so that coverage of a day needs no pings.

A line joins pings of one worker that follow each other within GAP and were recorded as one segment; where it breaks, it
is never joined. It counts for the time in which it ends, so the times a..b and b..c add up to a..c.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import shapely
from pyproj import Geod
from sqlalchemy import Connection, text

from gisgrid.instants import write_instant
from gisgrid.lattice import NONE, Floats, Runs, pack, runs_of, union, unpack
from gisgrid.loading import as_records
from gisgrid.patrol.pings import CELL_RESOLUTION, GAP, NETWORK

SIGHT_M = 30.0
"""How far a worker sees to each side of his line, where nobody says it."""
SAME_LINE_M = 0.5
"""Corners of a line that lie so near to it are left out before it is widened."""
STEP_M = 10.0
"""The line is followed in such steps for the cells of the map, whose sides are 28 m."""
ARC = 16
"""Corners of a quarter of a circle: its area is then 0.2 % too small."""
HOUR = timedelta(hours=1)
_GROUND = Geod(ellps="WGS84")

_STALE = """
SELECT w.worker, w.hour, w.kept_until, w.runs FROM overlay.walk AS w
WHERE w.is_stale ORDER BY w.hour LIMIT :batch FOR UPDATE SKIP LOCKED
"""
_KEEP = """
UPDATE overlay.walk AS w SET is_stale = false, kept_until = :until, runs = :runs
WHERE w.worker = :worker AND w.hour = :hour
"""
_PINGS = """
SELECT extract(EPOCH FROM p.at)::float8 AS at, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.is_start, p.at AS instant
FROM overlay.ping AS p
WHERE p.worker = :worker AND p.at >= :since AND p.at < :until AND p.doubt IS NULL ORDER BY p.at
"""
_SEE_AGAIN = """
UPDATE overlay.patrol_cell AS o SET seen_at = g.seen_at
FROM (SELECT * FROM jsonb_to_recordset(CAST(:cells AS jsonb)) AS x(cell bigint, seen_at timestamptz)) AS g
WHERE o.cell = g.cell AND o.seen_at < g.seen_at
"""
# A cell belongs to the grid that holds its centre today; a redraw relocates it.
_SEE_FIRST = """
INSERT INTO overlay.patrol_cell AS o (cell, path, seen_at, geom)
SELECT g.cell, coalesce(l.path, '{0}'), g.seen_at, p.geom
FROM jsonb_to_recordset(CAST(:cells AS jsonb)) AS g(cell bigint, seen_at timestamptz, shape text)
CROSS JOIN LATERAL (SELECT ST_GeomFromText(g.shape, 4326) AS geom) AS p
CROSS JOIN LATERAL app.locate(ST_Centroid(p.geom), :network) AS l
WHERE NOT EXISTS (SELECT FROM overlay.patrol_cell AS x WHERE x.cell = g.cell)
ORDER BY g.cell
ON CONFLICT (cell) DO UPDATE SET seen_at = excluded.seen_at WHERE o.seen_at < excluded.seen_at
"""
_VISIT = """
UPDATE overlay.place AS p SET visited_at = v.at
FROM (
    SELECT x.place_id, max(g.at) AS at
    FROM jsonb_to_recordset(CAST(:points AS jsonb)) AS g(at timestamptz, lon float8, lat float8)
    JOIN overlay.place AS x ON x.geom && ST_Expand(ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326),
        :near / (111000 * greatest(cosd(g.lat), 0.01)), :near / 110000)
      AND ST_DWithin(x.geom::geography, ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326)::geography, :near)
    GROUP BY x.place_id
) AS v
WHERE p.place_id = v.place_id AND (p.visited_at IS NULL OR p.visited_at < v.at)
"""


@dataclass(frozen=True)
class Track:
    """Pings of one worker in the order of time: seconds since 1970, degrees; `joins[i]`: a line leads to i from i-1."""

    at: Floats
    lon: Floats
    lat: Floats
    joins: Any

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True)
class SeenCell:
    """An H3 cell, when it was last seen, and its outline as WKT."""

    cell: int
    seen_at: datetime
    shape: str


def track_of(rows: Sequence[Any]) -> Track:
    """A track of these pings (`at`, `lon`, `lat`, `is_start`), sorted by time."""
    at, lon, lat = (np.array([getattr(row, name) for row in rows], dtype=np.float64) for name in ("at", "lon", "lat"))
    starts = np.array([row.is_start for row in rows], dtype=bool)
    joins = ~starts & (np.diff(at, prepend=-np.inf) <= GAP.total_seconds())
    return Track(at, lon, lat, joins)


def seen_along(track: Track, radius_m: float, since: float = -np.inf) -> Runs:
    """The ground within `radius_m` of the lines that end at `since` (seconds) or later, as cells of the lattice.

    The disc of a ping to which no line leads counts too. 4 km in an hour take 3 ms.
    """
    if not len(track) or not np.any(track.at >= since):
        return NONE
    first = int(np.argmax(track.at >= since))
    first -= bool(first and track.joins[first])
    lon, lat = track.lon[first:], track.lat[first:]
    piece = np.cumsum(~track.joins[first:])
    lon0, lat0 = float(lon.mean()), float(lat.mean())
    east_m, north_m = metres_of_a_degree(lat0)
    flat = np.stack([(lon - lon0) * east_m, (lat - lat0) * north_m], axis=1)
    counts = np.bincount(piece)[piece]
    shapes = [shapely.points(flat[counts == 1])] if np.any(counts == 1) else []
    if np.any(counts > 1):
        lines = shapely.linestrings(flat[counts > 1], indices=np.unique(piece[counts > 1], return_inverse=True)[1])
        shapes.append(shapely.simplify(np.atleast_1d(lines), SAME_LINE_M))
    wide = shapely.buffer(np.concatenate([np.atleast_1d(s) for s in shapes]), radius_m, quad_segs=ARC)
    back = shapely.transform(wide, lambda xy: np.stack([xy[:, 0] / east_m + lon0, xy[:, 1] / north_m + lat0], axis=1))
    return union([runs_of(one) for one in back])


def keep_walks(connection: Connection, *, batch: int = 200) -> int:
    """Add up the hours in which pings came since: what was seen, the map's cells, the places that were visited.

    As the owner; returns how many hours, 0 when all are done. Several workers take different hours.
    """
    stale = connection.execute(text(_STALE), {"batch": batch}).all()
    for row in stale:
        _keep(connection, row)
    if stale:
        connection.execute(text("SELECT app.add_up_overlays()"))
    return len(stale)


def read_track(connection: Connection, worker: str, since: datetime, until: datetime) -> Track:
    """The track of a worker from GAP before `since`, so that the line that leads into the time is there, to `until`."""
    rows = connection.execute(text(_PINGS), {"worker": worker, "since": since - GAP, "until": until})
    return track_of(rows.all())


def _keep(connection: Connection, row: Any) -> None:
    since = row.kept_until or row.hour
    track = read_track(connection, row.worker, since, row.hour + HOUR)
    begin = since.timestamp() + (1e-6 if row.kept_until else 0)  # what ends at kept_until is in the runs already
    kept = [unpack(bytes(row.runs))] if row.kept_until and row.runs else []
    runs = union([*kept, seen_along(track, SIGHT_M, begin)])
    last = datetime.fromtimestamp(track.at[-1], UTC) if len(track) else None
    values = {"worker": row.worker, "hour": row.hour, "runs": pack(runs), "until": last}
    connection.execute(text(_KEEP), values)
    _see_cells(connection, track, begin)


def _see_cells(connection: Connection, track: Track, begin: float) -> None:
    """The cells of the map, and the places, by the lines that end at `begin` or later."""
    steps = list(steps_along(track, begin))
    seen: dict[int, float] = {}
    for at, lon, lat in steps:
        cell = h3.latlng_to_cell(lat, lon, CELL_RESOLUTION)
        seen[cell] = max(at, seen.get(cell, at))
    if not seen:
        return
    cells = as_records(
        SeenCell(cell, datetime.fromtimestamp(at, UTC), cell_shape(cell)) for cell, at in sorted(seen.items())
    )
    connection.execute(text(_SEE_AGAIN), {"cells": cells})
    connection.execute(text(_SEE_FIRST), {"cells": cells, "network": NETWORK})
    points = as_records(_Step(write_instant(datetime.fromtimestamp(at, UTC)), lon, lat) for at, lon, lat in steps)
    connection.execute(text(_VISIT), {"points": points, "near": SIGHT_M})


@dataclass(frozen=True)
class _Step:
    at: str
    lon: float
    lat: float


def steps_along(track: Track, begin: float) -> Iterator[tuple[float, float, float]]:
    """Instant, lon, lat of every ping from `begin` on, and of points each STEP_M on the lines that lead there."""
    for i in np.flatnonzero(track.at >= begin):
        if track.joins[i]:
            east_m, north_m = metres_of_a_degree(float(track.lat[i]))
            d_lon, d_lat = track.lon[i] - track.lon[i - 1], track.lat[i] - track.lat[i - 1]
            parts = int(np.hypot(d_lon * east_m, d_lat * north_m) // STEP_M) + 1
            for part in range(1, parts):
                on = part / parts
                at = track.at[i - 1] + on * (track.at[i] - track.at[i - 1])
                yield float(at), float(track.lon[i - 1] + on * d_lon), float(track.lat[i - 1] + on * d_lat)
        yield float(track.at[i]), float(track.lon[i]), float(track.lat[i])


def cell_shape(cell: int) -> str:
    """The outline of an H3 cell as WKT, lon first, WGS 84."""
    corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    ring = ", ".join(f"{lon!r} {lat!r}" for lon, lat in [*corners, corners[0]])
    return f"POLYGON(({ring}))"


def track_length_m(segments: Iterable[Sequence[tuple[float, float]]]) -> float:
    """How long are these recorded segments (lon, lat in degrees) together? Geodesic; nothing joins two segments."""
    lengths = (_GROUND.line_length([p[0] for p in one], [p[1] for p in one]) for one in segments if len(one) > 1)
    return float(sum(lengths, 0.0))


def metres_of_a_degree(lat: float) -> tuple[float, float]:
    """How long is a degree to the east, and to the north, on the ellipsoid at this latitude?"""
    turn = np.radians(lat)
    bulge = 1 - 0.00669437999014 * np.sin(turn) ** 2
    across = 6_378_137.0 / np.sqrt(bulge)
    along = across * (1 - 0.00669437999014) / bulge
    return float(np.radians(across * np.cos(turn))), float(np.radians(along))
