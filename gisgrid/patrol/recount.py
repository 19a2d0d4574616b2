"""Is what is kept of patrols what their pings say: the ground that was seen in each hour, and the map's cells?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import h3.api.basic_int as h3
from sqlalchemy import Connection, text

from gisgrid.lattice import NONE, Runs, difference, unpack
from gisgrid.patrol.pings import CELL_RESOLUTION
from gisgrid.patrol.walks import SIGHT_M, Hour, Track, read_tracks, seen_along, steps_along

AT_ONCE = 200
"""Hours whose pings are in memory together."""
# Of an hour before the oldest ping some are gone: what is kept may say more than they do. An hour that is due is not
# kept at all: it is answered by its pings.
_HOURS = text("""
SELECT h.worker, h.hour, w.runs, coalesce(h.hour - interval '120 s' >= l.at, false) AS is_whole
FROM (
    SELECT x.worker, x.hour FROM overlay.walk AS x
    UNION
    SELECT p.worker, date_trunc('hour', p.at, 'UTC') FROM overlay.ping AS p WHERE p.doubt IS NULL
) AS h
LEFT JOIN overlay.walk AS w ON w.worker = h.worker AND w.hour = h.hour
LEFT JOIN (SELECT DISTINCT d.worker, d.hour FROM overlay.walk_due AS d) AS d ON d.worker = h.worker AND d.hour = h.hour
CROSS JOIN (SELECT min(p.at) AS at FROM overlay.ping AS p) AS l
WHERE d.worker IS NULL AND (CAST(:workers AS text[]) IS NULL OR (h.worker, h.hour) IN (
    SELECT * FROM unnest(CAST(:workers AS text[]), CAST(:hours AS timestamptz[]))))
ORDER BY h.hour, h.worker
""")
_SEEN = text("SELECT cell, date_part('epoch', seen_at) FROM overlay.patrol_cell WHERE cell = ANY(:cells)")


@dataclass(frozen=True)
class WrongHour:
    """An hour of a worker; `what`: `ground seen`, in cells of the lattice, or `cells of the map` seen then or later."""

    worker: str
    hour: datetime
    what: str
    kept: int
    counted: int


def check_walks(connection: Connection) -> list[WrongHour]:
    """Which hours are not what their pings say, as the owner? Reckons every hour again whose pings are kept: a minute
    for some thousands.

    What is found is looked at once more, since pings may have come in between.
    """
    found = list(_find(connection, None, None))
    return list(_find(connection, [one.worker for one in found], [one.hour for one in found])) if found else []


def _find(connection: Connection, workers: list[str] | None, hours: list[datetime] | None) -> Iterator[WrongHour]:
    rows = connection.execute(_HOURS, {"workers": workers, "hours": hours}).all()
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        tracks = read_tracks(connection, [Hour(row.worker, row.hour, None, None) for row in some])
        for row, track in zip(some, tracks, strict=True):
            begin = row.hour.timestamp()
            kept = unpack(bytes(row.runs)) if row.runs else NONE
            counted = seen_along(track, SIGHT_M, begin)
            if _count(difference(counted, kept)) or row.is_whole and _count(difference(kept, counted)):
                yield WrongHour(row.worker, row.hour, "ground seen", _count(kept), _count(counted))
            there, cells = _cells(connection, track, begin)
            if there < cells:
                yield WrongHour(row.worker, row.hour, "cells of the map", there, cells)


def _count(runs: Runs) -> int:
    return int((runs.ends - runs.starts).sum())


def _cells(connection: Connection, track: Track, begin: float) -> Sequence[int]:
    """How many cells of the map are known to be seen at these times or later; how many were seen."""
    seen: dict[int, float] = {}
    for at, lon, lat in steps_along(track, begin).tolist():
        cell = h3.latlng_to_cell(lat, lon, CELL_RESOLUTION)
        seen[cell] = max(at, seen.get(cell, at))
    if not seen:
        return 0, 0
    known = connection.execute(_SEEN, {"cells": list(seen)}).all()
    return sum(at >= seen[cell] - 1e-3 for cell, at in known), len(seen)
