"""How much of an area was seen by patrols in a time?"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import shapely
from sqlalchemy import Connection, Row, text

from gisgrid.errors import Fault, Refused
from gisgrid.lattice import Division, Floats, Runs, difference, runs_of, union, unpack
from gisgrid.patrol.walks import HOUR, SIGHT_M, Track, seen_along, track_of

Found = TypeVar("Found")
MOST_PINGS = 2_000_000
"""So many are read for one answer; kept hours need none."""
_SHARE_DIGITS = 6
_ARRAY_HEAD = 20
_GRIDS = text("SELECT area_version_id, code FROM app.grids_to_cover(:area)")
_SHAPES = text("""
SELECT area_version_id, ST_AsBinary(geom) AS shape FROM core.area_version WHERE area_version_id = ANY(:ids)
""")
_STATE = text("SELECT app.walks_kept_state(:area, :since, :until)")
_KEPT = text("SELECT runs FROM app.walks_kept(:area, :since, :until)")
_TRAILS = text("""
SELECT begins_at, pings, ats, lons, lats, starts
FROM app.trails_to_cover(:area, :since, :until, :kept_since, :kept_until, :most)
""")


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


@dataclass(frozen=True)
class _Kept:
    """What is added up of a time, and how much ground of each grid, and last of all together, is in it."""

    cells: Runs
    weights: Floats


class Memory:
    """The last answers' grids and hours as cells, which one more batch of pings leaves as they are; of one database."""

    def __init__(self, most: int = 8) -> None:
        self._most, self._found = most, OrderedDict[Hashable, Any]()
        self._lock = Lock()

    def find(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make` once made for this key."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                known: Found = self._found[key]
                return known
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


def cover(
    connection: Connection,
    area_id: int,
    since: datetime,
    until: datetime,
    *,
    radius_m: float = SIGHT_M,
    memory: Memory | None = None,
) -> Coverage:
    """Which share of an area, and of each of its grids of today, did patrols see from `since` until before `until`?

    Seen is the ground within `radius_m` of a walked line: from ping to ping, unless 120 s lie between two or a
    recorded segment ends; a line counts for the time in which it ends. On a lattice of 2.5 m, within 2 % of a grid's
    ground of the exact area. For 30 m, whole hours are read as they are kept, the rest from the pings; `memory` spares
    reading again what is kept as it was. Raises NotAllowed outside the caller's private scope.
    """
    memory = memory or Memory()
    hours = _whole_hours(since, until) if radius_m == SIGHT_M else (until, until)
    # The pings first: what is added up in between is found twice, not never.
    new = union(
        [seen_along(track, radius_m, begin) for track, begin in _tracks(connection, area_id, (since, until), hours)]
    )
    values = {"area": area_id, "since": hours[0], "until": hours[1]}
    state = connection.execute(_STATE, values).scalar_one()
    grids = connection.execute(_GRIDS, {"area": area_id}).all()
    ids = tuple(grid.area_version_id for grid in grids)
    division = memory.find(ids, lambda: _divide(connection, ids))
    kept = memory.find((ids, state), lambda: _read_kept(connection, division, values))
    seen = kept.weights + division.weights_in(difference(new, kept.cells))
    *shares, share = (_rounded(a / b) if b else 0.0 for a, b in zip(seen, division.whole, strict=True))
    return Coverage(share, [Share(grid.code, one) for grid, one in zip(grids, shares, strict=True)])


def _rounded(share: float) -> float:
    return round(min(float(share), 1.0), _SHARE_DIGITS)


def _divide(connection: Connection, ids: Sequence[int]) -> Division:
    """The cells of these grids in their order, and last those of all together."""
    shapes = {row.area_version_id: bytes(row.shape) for row in connection.execute(_SHAPES, {"ids": [*ids]})}
    cells = [runs_of(shapely.from_wkb(shapes[one])) for one in ids]
    return Division([*cells, union(cells)])


def _read_kept(connection: Connection, division: Division, values: Mapping[str, object]) -> _Kept:
    cells = union([unpack(bytes(row.runs)) for row in connection.execute(_KEPT, values)])
    return _Kept(cells, division.weights_in(cells))


def _whole_hours(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The hours (of UTC) that lie wholly in the time: from, until; equal if there are none."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    first = since.replace(minute=0, second=0, microsecond=0)
    first += HOUR if first < since else timedelta(0)
    last = until.replace(minute=0, second=0, microsecond=0)
    return (first, last) if first < last else (until, until)


def _tracks(
    connection: Connection, area_id: int, span: tuple[datetime, datetime], hours: tuple[datetime, datetime]
) -> list[tuple[Track, float]]:
    """Of each worker and hour what is not added up: a track, and from when on its lines count. Raises Refused."""
    values = {"area": area_id, "since": span[0], "until": span[1], "kept_since": hours[0], "kept_until": hours[1]}
    rows = connection.execute(_TRAILS, {**values, "most": MOST_PINGS + 1}).all()
    if sum(row.pings for row in rows) > MOST_PINGS:
        remedy = f"ask for a shorter time, or for whole hours and {SIGHT_M:g} m, which are kept"
        raise Refused(Fault("from", f"there are more than {MOST_PINGS} pings in this time", remedy))
    return [(_track(row), row.begins_at) for row in rows]


def _track(row: Row[Any]) -> Track:
    at, lon, lat = (_items(sent, ">f8") for sent in (row.ats, row.lons, row.lats))
    return track_of(at, lon, lat, _items(row.starts, "?"))


def _items(sent: memoryview, kind: str) -> Any:
    """The items of an array as PostgreSQL's array_send writes it: five integers, then of each item length and value."""
    return np.frombuffer(sent, [("length", ">i4"), ("item", kind)], offset=_ARRAY_HEAD)["item"]
