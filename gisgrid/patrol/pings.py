"""Pings as they come in from phones: which are believed, which are set aside and why.

Long because it is every rule by which a ping is judged, in the order in which they are asked.
"""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import h3.api.basic_int as h3
import numpy as np
from sqlalchemy import Connection, text

from gisgrid.coordinates import known_system
from gisgrid.errors import Refused
from gisgrid.geo import BBox
from gisgrid.loading import district_extent
from gisgrid.loading.points import believable_points

Reason = Literal[
    "unreadable", "system", "receiver", "future", "late", "outside", "repeated", "coarse", "jump", "unordered"
]
"""unreadable: no point or time; system: not said or unknown; receiver: a receiver without time, or rolled over;
future: still to come; late: older than 7 days; outside: far outside the district; repeated: the worker has a ping of
this instant; coarse: less accurate than 50 m; jump: faster than a vehicle. Of `coarse` and `jump` the ping is kept,
and colours nothing. unordered: an older one than came before; it is accepted, and counted here too."""

NETWORK = "base"
CELL_RESOLUTION = 11
GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
GAP = timedelta(seconds=120)
"""After so long without a ping a new segment begins; the two are never joined."""
AHEAD = timedelta(seconds=120)
"""So much a phone's clock may be ahead."""
LATEST = timedelta(days=7)
"""A phone that was out of reach sends what it kept; what is older comes in by `gisgrid load pings`."""
ROLLED = timedelta(weeks=1024)
"""The week of GPS is a number of ten bits: an old receiver is wrong by so much, or twice."""
COARSE_M = 50.0
"""A ping that is less accurate than a cell of the map is wide says nothing about the cell."""
FASTEST_M_S = 60.0
EXTENT_S = 10.0
_EARTH_M = 6_371_008.8
LONGEST_DEGREE_M = 111_700.0
Doubt = Literal["coarse", "jump"]


class Ping(NamedTuple):  # a dataclass that is frozen takes five times as long to be made
    """A ping as it was sent: degrees or metres of its system; None where it could not be read."""

    lon: float | None
    lat: float | None
    system: str
    at: datetime | None
    accuracy_m: float | None = None
    is_start: bool = False
    """Begins a segment that somebody recorded: no line leads to it."""


class Fix(NamedTuple):
    """A ping to keep: WGS 84, with the H3 cell that holds it; `doubt` says why it colours nothing."""

    at: datetime
    lon: float
    lat: float
    cell: int
    accuracy_m: float | None
    is_start: bool
    doubt: Doubt | None


@dataclass(frozen=True)
class Received:
    """What became of a batch: how many were accepted, and of each other one its index in the batch and why."""

    accepted: int
    set_aside: list[tuple[int, Reason]]


class Extent:
    """The box in which pings are believed: the district's, and GISGRID_FAR_M around; looked up again after a while."""

    def __init__(self) -> None:
        self._far_m = 0.0
        self._box: BBox | None = None
        self._found_at = -math.inf

    def find(self, connection: Connection) -> BBox | None:
        """The district's own box; None: there are no areas yet, and any place is believed."""
        if self._box is None or time.monotonic() - self._found_at > EXTENT_S:
            self._box, self._found_at = district_extent(connection, NETWORK), time.monotonic()
            self._far_m = float(connection.execute(text("SELECT far_m FROM core.deployment")).scalar_one())
        return self._box

    def widen(self, box: BBox) -> BBox:
        """The box with so much around."""
        high = self._far_m / 111_000
        wide = high / max(math.cos(math.radians((box.south + box.north) / 2)), 0.01)
        return BBox(box.west - wide, box.south - high, box.east + wide, box.north + high)


def judge_times(pings: Sequence[Ping], reasons: dict[int, Reason], now: datetime, latest: timedelta | None) -> None:
    """Which pings cannot be believed for their time? Nearly all are of these days, which is asked first."""
    since, until = now - min(latest or LATEST, LATEST), now + AHEAD
    for i, ping in enumerate(pings):
        at = ping.at
        if at is None or ping.lon is None or ping.lat is None:
            reasons[i] = "unreadable"
        elif since <= at <= until:
            continue
        elif at < GPS_EPOCH or _has_rolled_over(at, now):
            reasons[i] = "receiver"
        elif at > until:
            reasons[i] = "future"
        elif latest is not None and at < now - latest:
            reasons[i] = "late"


def _has_rolled_over(at: datetime, now: datetime) -> bool:
    """Would the time be of these days, had the receiver counted its weeks on?"""
    return any(now - LATEST <= at + turns * ROLLED <= now + AHEAD for turns in (1, 2))


def read_places(
    connection: Connection, pings: Sequence[Ping], reasons: dict[int, Reason], extent: Extent
) -> dict[int, tuple[float, float]]:
    """lon and lat in WGS 84 of every ping that lies near the district."""
    box = extent.find(connection)
    groups: dict[str, list[int]] = {}
    for i, ping in enumerate(pings):
        if i not in reasons:
            try:
                groups.setdefault(known_system(ping.system), []).append(i)
            except Refused:
                reasons[i] = "system"
    places = {}
    for system, members in groups.items():
        given = np.array([(pings[i].lon, pings[i].lat) for i in members], dtype=np.float64)
        lons, lats, _ = believable_points(given[:, 0], given[:, 1], system, box)
        wide = extent.widen(box) if box else BBox(-180, -90, 180, 90)
        good = (lons >= wide.west) & (lons <= wide.east) & (lats >= wide.south) & (lats <= wide.north)
        for i, lon, lat, is_good in zip(members, lons.tolist(), lats.tolist(), good.tolist(), strict=True):
            if is_good:
                places[i] = (lon, lat)
            else:
                reasons[i] = "outside"
    return places


def follow(
    pings: Sequence[Ping],
    places: Mapping[int, tuple[float, float]],
    reasons: dict[int, Reason],
    before: Iterable[Any],
) -> list[Fix]:
    """The pings to keep, in the order of their times, after those that are there; the others get their reasons.

    `places`: by the place in the batch, in that order.
    """
    there = {row[0]: row for row in before}
    walked = sorted([(at, lon, lat) for at, lon, lat, doubt in there.values() if doubt is None], reverse=True)
    fixes: list[Fix] = []
    last: tuple[datetime, float, float] | None = None
    for at, i in sorted([(time_of(pings[i]), i) for i in places]):
        ping, (lon, lat) = pings[i], places[i]
        if at in there:
            reasons[i] = "repeated"
            continue
        there[at] = (at, lon, lat, None)
        while walked and walked[-1][0] < at:
            known = walked.pop()
            last = known if last is None or known[0] > last[0] else last
        doubt = _doubt(ping, (at, lon, lat), last)
        if doubt:
            reasons[i] = doubt
        else:
            last = (at, lon, lat)
        cell = h3.latlng_to_cell(lat, lon, CELL_RESOLUTION)
        fixes.append(Fix(at, lon, lat, cell, ping.accuracy_m, ping.is_start, doubt))
    return fixes


def _doubt(ping: Ping, here: tuple[datetime, float, float], last: tuple[datetime, float, float] | None) -> Doubt | None:
    if ping.accuracy_m is not None and ping.accuracy_m > COARSE_M:
        return "coarse"
    if last is None or ping.is_start or here[0] - last[0] > GAP:
        return None
    seconds = max((here[0] - last[0]).total_seconds(), 1.0)
    if LONGEST_DEGREE_M * (abs(here[1] - last[1]) + abs(here[2] - last[2])) <= FASTEST_M_S * seconds:
        return None  # as nearly always; the way itself is shorter than that
    return "jump" if distance_m(here[1:], last[1:]) > FASTEST_M_S * seconds else None


def count_unordered(newest: datetime | None, pings: Iterable[Ping]) -> int:
    """How many are older than one that came before them, in the batch or earlier (`newest`)?"""
    count = 0
    for ping in pings:
        at = time_of(ping)
        if newest is not None and at < newest:
            count += 1
        else:
            newest = at
    return count


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How far is it, over a sphere? lon, lat in degrees; within 0.6 % of the ellipsoid."""
    (lon1, lat1), (lon2, lat2) = one, other
    a, b = math.radians(lat1), math.radians(lat2)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def time_of(ping: Ping) -> datetime:
    """The time of a ping that is believed."""
    if ping.at is None:
        raise AssertionError("a ping without time was believed")
    return ping.at
