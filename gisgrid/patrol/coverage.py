"""How much of an area was seen by patrols in a time?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from sqlalchemy import Connection, Row, text

from gisgrid.errors import Fault, Refused
from gisgrid.lattice import Ground, Runs, runs_of, union, unpack
from gisgrid.patrol.walks import HOUR, SIGHT_M, Track, seen_along, track_of

MOST_PINGS = 2_000_000
"""So many are read for one answer; kept hours need none."""
_SHARE_DIGITS = 6


@dataclass(frozen=True)
class Share:
    """A grid, and how much of its ground was seen, 0..1."""

    code: str
    share: float


@dataclass(frozen=True)
class Coverage:
    """How much of an area's ground was seen, and of each of its grids, by code."""

    share: float
    by: list[Share]


def cover(
    connection: Connection, area_id: int, since: datetime, until: datetime, *, radius_m: float = SIGHT_M
) -> Coverage:
    """Which share of an area, and of each of its grids of today, did patrols see from `since` until before `until`?

    Seen is the ground within `radius_m` of a line that a worker walked, any of them: from ping to ping, unless more
    than 120 s lie between two or a recorded segment ends; a line counts for the time in which it ends. Coarse pings and
    jumps see nothing. Measured on a lattice of 2.5 m (`gisgrid.lattice`), which is within 2 % of a grid's ground
    of the exact area of the buffered lines. What was seen is kept by place, so after a redraw the new grids have their
    share of all that was seen before. For 30 m, hours that are wholly in the time are read as they are kept, the others
    and what came a moment ago from the pings. Raises NotAllowed outside the caller's private scope.
    """
    grids = connection.execute(
        text("SELECT code, ST_AsBinary(geom) AS shape FROM app.grids_to_cover(:area)"), {"area": area_id}
    ).all()
    cells = [runs_of(shapely.from_wkb(bytes(grid.shape))) for grid in grids]
    ground = Ground(_seen(connection, area_id, (since, until), radius_m))
    by = [Share(grid.code, _rounded(ground.share_of(own))) for grid, own in zip(grids, cells, strict=True)]
    return Coverage(_rounded(ground.share_of(union(cells))), by)


def _rounded(share: float) -> float:
    return round(min(share, 1.0), _SHARE_DIGITS)


def _seen(connection: Connection, area_id: int, span: tuple[datetime, datetime], radius_m: float) -> Runs:
    since, until = span
    hours = _whole_hours(since, until) if radius_m == SIGHT_M else (until, until)
    kept = connection.execute(
        text("SELECT runs FROM app.walks_kept(:area, :since, :until)"),
        {"area": area_id, "since": hours[0], "until": hours[1]},
    ).all()
    seen = [unpack(bytes(row.runs)) for row in kept]
    values = {"area": area_id, "since": since, "until": until, "kept_since": hours[0], "kept_until": hours[1]}
    rows = connection.execute(
        text(
            "SELECT worker, hour, extract(EPOCH FROM at)::float8 AS at, lon, lat, is_start"
            " FROM app.trails_to_cover(:area, :since, :until, :kept_since, :kept_until, :most)"
        ),
        {**values, "most": MOST_PINGS + 1},
    ).all()
    if len(rows) > MOST_PINGS:
        remedy = f"ask for a shorter time, or for whole hours and {SIGHT_M:g} m, which are kept"
        raise Refused(Fault("from", f"there are more than {MOST_PINGS} pings in this time", remedy))
    return union([*seen, *(seen_along(track, radius_m, begin) for track, begin in _tracks(rows, since))])


def _whole_hours(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The hours (of UTC) that lie wholly in the time: from, until; equal if there are none."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    first = since.replace(minute=0, second=0, microsecond=0)
    first += HOUR if first < since else timedelta(0)
    last = until.replace(minute=0, second=0, microsecond=0)
    return (first, last) if first < last else (until, until)


def _tracks(rows: Sequence[Row[Any]], since: datetime) -> list[tuple[Track, float]]:
    """A track for each worker and hour, and from when on its lines count."""
    if not rows:
        return []
    keys = [(row.worker, row.hour) for row in rows]
    cuts = [0, *(i for i in range(1, len(keys)) if keys[i] != keys[i - 1]), len(keys)]
    return [
        (track_of(rows[a:b]), max(keys[a][1].timestamp(), since.timestamp()))
        for a, b in zip(cuts, cuts[1:], strict=False)
    ]
