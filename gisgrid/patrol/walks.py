"""What was seen along the line that a worker walked; kept by hour, so that coverage of a day needs no pings.

Long because its statements go row by row, each by a list.

A line joins pings of one worker that follow each other within GAP and were recorded as one segment; where it breaks, it
is never joined. It counts for the time in which it ends, so the times a..b and b..c add up to a..c.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import h3.api.basic_int as h3
import numpy as np
from pyproj import Geod
from sqlalchemy import Connection, text

from gisgrid.lattice import NONE, Floats, Runs, pack, runs_near, union, unpack
from gisgrid.patrol.pings import CELL_RESOLUTION, GAP, NETWORK
from gisgrid.patrol.visits import visit

SIGHT_M = 30.0
"""How far a worker sees to each side of his line, where nobody says it."""
STEP_M = 10.0
"""The line is followed in such steps for the cells of the map, whose sides are 28 m."""
HOUR = timedelta(hours=1)
_GROUND = Geod(ellps="WGS84")
# A table that was empty when it was counted is read as a whole for each row of a list, however long it is by now.
_BY_INDEX = text("SELECT set_config('enable_seqscan', :all, true)")
# Row by row (OFFSET 0): how long a list is the planner does not know, and it would compare each with each.
_STALE = text("""
SELECT w.* FROM (SELECT DISTINCT x.hour, x.worker FROM overlay.walk_due AS x ORDER BY 1, 2) AS d
CROSS JOIN LATERAL (
    SELECT x.worker, x.hour, x.kept_until, x.runs FROM overlay.walk AS x
    WHERE x.worker = d.worker AND x.hour = d.hour FOR UPDATE SKIP LOCKED
) AS w LIMIT :batch
""")
_TAKE = text("""
DELETE FROM overlay.walk_due AS d WHERE d.ctid = ANY(ARRAY(
    SELECT x.spot FROM unnest(CAST(:workers AS text[]), CAST(:hours AS timestamptz[])) AS g (worker, hour)
    CROSS JOIN LATERAL (
        SELECT y.ctid AS spot FROM overlay.walk_due AS y WHERE y.worker = g.worker AND y.hour = g.hour OFFSET 0
    ) AS x
)) RETURNING d.worker, d.hour, d.since
""")
_KEEP = text("""
UPDATE overlay.walk AS w SET kept_until = g.kept_until, runs = g.runs
FROM (
    SELECT x.spot, n.kept_until, n.runs
    FROM unnest(CAST(:workers AS text[]), CAST(:hours AS timestamptz[]), CAST(:untils AS timestamptz[]),
                CAST(:runs AS bytea[])) AS n (worker, hour, kept_until, runs)
    CROSS JOIN LATERAL (
        SELECT y.ctid AS spot FROM overlay.walk AS y WHERE y.worker = n.worker AND y.hour = n.hour OFFSET 0
    ) AS x
) AS g
WHERE w.ctid = g.spot
""")
_PINGS = text("""
SELECT g.n, array_agg(date_part('epoch', p.at) ORDER BY p.at) AS at,
    array_agg(ST_X(p.geom) ORDER BY p.at) AS lon, array_agg(ST_Y(p.geom) ORDER BY p.at) AS lat,
    array_agg(p.is_start ORDER BY p.at) AS is_start
FROM unnest(CAST(:workers AS text[]), CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
    WITH ORDINALITY AS g (worker, since, until, n)
CROSS JOIN LATERAL (
    SELECT x.* FROM overlay.ping AS x
    WHERE x.worker = g.worker AND x.at >= g.since AND x.at < g.until AND x.doubt IS NULL OFFSET 0
) AS p
GROUP BY g.n ORDER BY g.n
""")
# The known row, seen later: ON CONFLICT goes by the key, row by row, also while another changes it.
_SEE_AGAIN = text("""
INSERT INTO overlay.patrol_cell AS o (cell, path, seen_at, geom)
SELECT x.cell, x.path, to_timestamp(g.at), x.geom
FROM unnest(CAST(:cells AS bigint[]), CAST(:ats AS float8[])) AS g (cell, at)
CROSS JOIN LATERAL (
    SELECT y.* FROM overlay.patrol_cell AS y WHERE y.cell = g.cell AND y.seen_at < to_timestamp(g.at) OFFSET 0
) AS x
ORDER BY x.cell
ON CONFLICT (cell) DO UPDATE SET seen_at = excluded.seen_at WHERE o.seen_at < excluded.seen_at
""")
_UNKNOWN = text("""
SELECT g.cell FROM unnest(CAST(:cells AS bigint[])) AS g (cell)
WHERE NOT EXISTS (SELECT FROM overlay.patrol_cell AS x WHERE x.cell = g.cell OFFSET 0)
""")
# A cell belongs to the grid that holds its centre today; a redraw relocates it.
_SEE_FIRST = text("""
INSERT INTO overlay.patrol_cell AS o (cell, path, seen_at, geom)
SELECT g.cell, coalesce(l.path, '{0}'), to_timestamp(g.at), p.geom
FROM unnest(CAST(:cells AS bigint[]), CAST(:ats AS float8[]), CAST(:shapes AS text[])) AS g (cell, at, shape)
CROSS JOIN LATERAL (SELECT ST_GeomFromText(g.shape, 4326) AS geom) AS p
CROSS JOIN LATERAL app.locate(ST_Centroid(p.geom), :network) AS l
ORDER BY g.cell
ON CONFLICT (cell) DO UPDATE SET seen_at = excluded.seen_at WHERE o.seen_at < excluded.seen_at
""")


@dataclass(frozen=True)
class Track:
    """Pings of one worker in the order of time: seconds since 1970, degrees; `joins[i]`: a line leads to i from i-1."""

    at: Floats
    lon: Floats
    lat: Floats
    joins: Any

    def __len__(self) -> int:
        return len(self.at)


def track_of(at: Sequence[float], lon: Sequence[float], lat: Sequence[float], starts: Sequence[bool]) -> Track:
    """A track of these pings, sorted by time; `starts`: which of them begin a recorded segment."""
    seconds = np.array(at, dtype=np.float64)
    joins = ~np.array(starts, dtype=bool) & (np.diff(seconds, prepend=-np.inf) <= GAP.total_seconds())
    return Track(seconds, np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64), joins)


NOBODY = track_of((), (), (), ())


def seen_along(track: Track, radius_m: float, since: float = -np.inf) -> Runs:
    """The ground within `radius_m` of the lines that end at `since` (seconds) or later, as cells of the lattice.

    The disc of a ping to which no line leads counts too. 4 km in an hour take 1 ms.
    """
    ends = np.flatnonzero(track.at >= since)
    if not len(ends):
        return NONE
    begins = np.where(track.joins[ends], ends - 1, ends)
    lines = np.stack([track.lon[begins], track.lat[begins], track.lon[ends], track.lat[ends]], axis=1)
    return runs_near(lines, metres_of_degrees((lines[:, 1] + lines[:, 3]) / 2), radius_m)


def keep_walks(connection: Connection, *, batch: int = 100) -> int:
    """Add up the hours in which pings came since: what was seen, the map's cells, the places that were visited.

    As the owner; returns how many hours, 0 when all are done. Several workers take different hours. A few statements
    for all hours together.
    """
    connection.execute(_BY_INDEX, {"all": "off"})
    stale = _take_hours(connection, batch)
    if not stale:
        connection.execute(_BY_INDEX, {"all": "on"})
        return 0
    tracks = read_tracks(connection, stale)
    # What ends at kept_until is in the runs already.
    begins = [row.kept_until.timestamp() + 1e-6 if row.kept_until else row.hour.timestamp() for row in stale]
    _keep(connection, stale, tracks, begins)
    steps = np.concatenate([steps_along(track, begin) for track, begin in zip(tracks, begins, strict=True)])
    if len(steps):
        _see_cells(connection, steps)
        visit(connection, steps, SIGHT_M, metres_of_a_degree(float(np.abs(steps[:, 2]).max())))
    connection.execute(_BY_INDEX, {"all": "on"})
    connection.execute(text("SELECT app.add_up_overlays()"))
    return len(stale)


@dataclass(frozen=True)
class Hour:
    """An hour of a worker into which pings came; `kept_until`: the last ping of `runs`, None: from its beginning."""

    worker: str
    hour: datetime
    kept_until: datetime | None
    runs: bytes | None


def _take_hours(connection: Connection, batch: int) -> list[Hour]:
    """Hours that are due, locked: what comes into them from now on makes them due again."""
    rows = connection.execute(_STALE, {"batch": batch}).all()
    keys = {"workers": [row.worker for row in rows], "hours": [row.hour for row in rows]}
    first: dict[tuple[str, datetime], datetime] = {}
    for due in connection.execute(_TAKE, keys):
        key = due.worker, due.hour
        first[key] = min(due.since, first.get(key, due.since))
    return [
        Hour(row.worker, row.hour, None, None)
        if row.kept_until and first[row.worker, row.hour] <= row.kept_until
        else Hour(row.worker, row.hour, row.kept_until, row.runs)
        for row in rows
    ]


def read_tracks(connection: Connection, stale: Sequence[Hour]) -> list[Track]:
    """Of each hour the pings that were not added up, and those of GAP before: a line leads in from there."""
    values = {
        "workers": [row.worker for row in stale],
        "sinces": [(row.kept_until or row.hour) - GAP for row in stale],
        "untils": [row.hour + HOUR for row in stale],
    }
    found = {row.n: row for row in connection.execute(_PINGS, values)}
    return [track_of(*found[n][1:]) if n in found else NOBODY for n in range(1, len(stale) + 1)]


def _keep(connection: Connection, stale: Sequence[Hour], tracks: Sequence[Track], begins: Sequence[float]) -> None:
    runs, untils = [], []
    for row, track, begin in zip(stale, tracks, begins, strict=True):
        kept = [unpack(bytes(row.runs))] if row.kept_until and row.runs else []
        runs.append(pack(union([*kept, seen_along(track, SIGHT_M, begin)])))
        untils.append(datetime.fromtimestamp(track.at[-1], UTC) if len(track) else None)
    values = {"workers": [row.worker for row in stale], "hours": [row.hour for row in stale]}
    connection.execute(_KEEP, {**values, "untils": untils, "runs": runs})


def _see_cells(connection: Connection, steps: Floats) -> None:
    """The cells of the map that hold these steps (instant, lon, lat)."""
    seen: dict[int, float] = {}
    for at, lon, lat in steps.tolist():
        cell = h3.latlng_to_cell(lat, lon, CELL_RESOLUTION)
        seen[cell] = max(at, seen.get(cell, at))
    cells = sorted(seen)
    connection.execute(_SEE_AGAIN, {"cells": cells, "ats": [seen[cell] for cell in cells]})
    new = sorted(connection.execute(_UNKNOWN, {"cells": cells}).scalars())
    if new:
        values = {"cells": new, "ats": [seen[cell] for cell in new], "shapes": [cell_shape(cell) for cell in new]}
        connection.execute(_SEE_FIRST, {**values, "network": NETWORK})


def steps_along(track: Track, begin: float) -> Floats:
    """Rows of instant, lon, lat: every ping from `begin` on, and points each STEP_M on the lines that lead there."""
    ends = np.flatnonzero(track.at >= begin)
    joined = ends[track.joins[ends]]
    east_m, north_m = metres_of_a_degree(float(track.lat.mean()) if len(track) else 0.0)
    here = np.stack([track.at, track.lon, track.lat], axis=1)
    way = here[joined] - here[joined - 1]
    parts = (np.hypot(way[:, 1] * east_m, way[:, 2] * north_m) // STEP_M).astype(np.int64) + 1
    line = np.repeat(np.arange(len(joined)), parts - 1)
    part = np.arange(len(line)) - np.repeat(np.cumsum(parts - 1) - (parts - 1), parts - 1) + 1
    between = here[joined - 1][line] + (part / parts[line])[:, None] * way[line]
    return np.concatenate([here[ends], between])


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
    east, north = metres_of_degrees(np.array([lat]))
    return float(east[0]), float(north[0])


def metres_of_degrees(lats: Floats) -> tuple[Floats, Floats]:
    """The same at each of these latitudes."""
    turn = np.radians(lats)
    bulge = 1 - 0.00669437999014 * np.sin(turn) ** 2
    across = 6_378_137.0 / np.sqrt(bulge)
    along = across * (1 - 0.00669437999014) / bulge
    return np.radians(across * np.cos(turn)), np.radians(along)
