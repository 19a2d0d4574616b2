"""Pings are kept: batches of several workers in one transaction, each with what became of its pings.

Every ping that comes is counted under what became of it (`overlay.ping_tally`); none is dropped unseen.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.instants import write_instant
from gisgrid.patrol.pings import (
    GAP,
    GPS_EPOCH,
    LATEST,
    NETWORK,
    Extent,
    Fix,
    Ping,
    Reason,
    Received,
    count_unordered,
    follow,
    judge_times,
    read_places,
    time_of,
)
from gisgrid.round_trips import prepared, send_with_next

HOUR = timedelta(hours=1)
HOUR_S = HOUR.total_seconds()
DOUBTS = {None: "0", "coarse": "1", "jump": "2"}
UNSAID = "-1"
"""An accuracy that nobody said: an array with nulls is read by place in a time that grows with it."""
_OPEN = prepared(
    text(
        "SELECT * FROM app.open_trails(CAST(:workers AS text[]), CAST(:sinces AS timestamptz[]),"
        " CAST(:untils AS timestamptz[]), :gap, :waits)"
    )
)
_SAVE = """
SELECT app.save_trails(%(workers)s, %(firsts)s, %(lasts)s, %(newest)s, %(ats)s, %(lons)s, %(lats)s, %(cells)s,
    %(accuracies)s, %(starts)s, %(doubts)s, %(due_workers)s, %(due_hours)s, %(due_sinces)s, %(told_workers)s,
    %(told_reasons)s, %(told_pings)s, %(network)s)
"""


@dataclass(frozen=True)
class Batch:
    """Pings of one worker, in any order."""

    worker: str
    pings: Sequence[Ping]


@dataclass(frozen=True)
class _Judged:
    """A batch, the places of its pings that are believed by themselves, and why the others are not."""

    batch: Batch
    places: dict[int, tuple[float, float]]
    reasons: dict[int, Reason]

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when until when are the pings that are believed? Some instant, where there are none."""
        at = [time_of(self.batch.pings[i]) for i in self.places]
        return (min(at), max(at)) if at else (datetime(2000, 1, 1, tzinfo=UTC),) * 2


@dataclass(frozen=True)
class _Kept:
    """A batch that is to be written: the fixes in the order of their times, and how many pings had which fate."""

    worker: str
    fixes: Sequence[Fix]
    facts: Counter[str]


def receive(
    connection: Connection,
    worker: str,
    pings: Sequence[Ping],
    extent: Extent,
    *,
    now: datetime | None = None,
    latest: timedelta | None = LATEST,
) -> Received:
    """Keep the pings of one worker; committed with the transaction, and a batch that comes again changes nothing.

    `latest` None: of any age. It waits for another batch of this worker. Two statements, of which the second goes with
    the next one, or with COMMIT.
    """
    (found,) = receive_together(connection, [Batch(worker, pings)], extent, now=now, latest=latest, waits=True)
    if found is None:
        raise AssertionError("a trail that was waited for is held")
    return found


def receive_together(
    connection: Connection,
    batches: Sequence[Batch],
    extent: Extent,
    *,
    now: datetime | None = None,
    latest: timedelta | None = LATEST,
    waits: bool = False,
) -> list[Received | None]:
    """As `receive`, for a batch each of several workers, by the same two statements.

    Without waiting None for who has a batch under way elsewhere, or his first one ever: nothing of it is kept.
    """
    judged = _judge(connection, batches, extent, now or datetime.now(UTC), latest)
    spans = [one.span for one in judged]
    values = {
        "workers": [batch.worker for batch in batches],
        "sinces": [since for since, _ in spans],
        "untils": [until for _, until in spans],
    }
    trails = {row.n: row for row in connection.execute(_OPEN, {**values, "gap": GAP, "waits": waits})}
    found: list[Received | None] = []
    kept: list[_Kept] = []
    for n, one in enumerate(judged, 1):
        if n in trails:
            kept.append(_follow(one, trails[n]))
            found.append(Received(kept[-1].facts["accepted"], sorted(one.reasons.items())))
        else:
            found.append(None)
    if kept:
        _save(connection, kept)
    return found


def _judge(
    connection: Connection, batches: Sequence[Batch], extent: Extent, now: datetime, latest: timedelta | None
) -> list[_Judged]:
    """What can be said of each ping by itself, of all batches at once."""
    pings = [ping for batch in batches for ping in batch.pings]
    reasons: dict[int, Reason] = {}
    judge_times(pings, reasons, now, latest)
    places = read_places(connection, pings, reasons, extent)
    judged, first = [], 0
    for batch in batches:
        own = range(first, first + len(batch.pings))
        judged.append(
            _Judged(
                batch,
                {i - first: places[i] for i in own if i in places},
                {i - first: reasons[i] for i in own if i in reasons},
            )
        )
        first = own.stop
    return judged


def _follow(judged: _Judged, trail: Any) -> _Kept:
    batch, reasons = judged.batch, judged.reasons
    before = zip(trail.ats, trail.lons, trail.lats, trail.doubts, strict=True) if trail.ats else ()
    fixes = follow(batch.pings, judged.places, reasons, before)
    unordered = count_unordered(trail.newest, (ping for i, ping in enumerate(batch.pings) if i not in reasons))
    facts: Counter[str] = Counter(reasons.values())
    facts |= Counter(accepted=len(batch.pings) - len(reasons), unordered=unordered)
    return _Kept(batch.worker, fixes, facts)


def _save(connection: Connection, kept: Sequence[_Kept]) -> None:
    """Arrays, a column each, are read three times as fast as a JSON document of rows."""
    fixes = [fix for one in kept for fix in one.fixes]
    ats, lons, lats, cells, accuracies, starts, doubts = zip(*fixes, strict=True) if fixes else [()] * 7
    lasts = [*accumulate((len(one.fixes) for one in kept), initial=0)]
    newest = [
        max((first + n for n, fix in enumerate(one.fixes, 1) if fix.doubt is None), default=0)
        for first, one in zip(lasts, kept, strict=False)
    ]
    due = [(one.worker, *hour) for one in kept for hour in hours_of(one.fixes)]
    counted = [(one.worker, reason, count) for one in kept for reason, count in one.facts.items() if count]
    values = {
        "workers": [one.worker for one in kept],
        "firsts": [last + 1 for last in lasts[:-1]],
        "lasts": lasts[1:],
        "newest": newest,
        "ats": _array(map(write_instant, ats)),
        "lons": _array(map(repr, lons)),
        "lats": _array(map(repr, lats)),
        "cells": _array(map(str, cells)),
        "accuracies": _array(UNSAID if one is None else repr(one) for one in accuracies),
        "starts": _array("t" if one else "f" for one in starts),
        "doubts": _array(DOUBTS[one] for one in doubts),
        "due_workers": [worker for worker, _, _ in due],
        "due_hours": _array(write_instant(hour) for _, hour, _ in due),
        "due_sinces": _array(write_instant(since) for _, _, since in due),
        "told_workers": [worker for worker, _, _ in counted],
        "told_reasons": [reason for _, reason, _ in counted],
        "told_pings": [count for _, _, count in counted],
        "network": NETWORK,
    }
    send_with_next(connection, _SAVE, {name: value if value != [] else "{}" for name, value in values.items()})


def hours_of(fixes: Iterable[Fix]) -> list[tuple[datetime, datetime]]:
    """Which hours of UTC do pings without a doubt change, and which ping is the first that does? In the order of time.

    From a ping shortly before an hour a line may lead into it: that hour is changed by a ping that is before it.
    """
    own: dict[datetime, datetime] = {}
    led: dict[datetime, datetime] = {}
    known_until = GPS_EPOCH
    for fix in fixes:
        if fix.doubt is None and fix.at >= known_until:
            hour = datetime.fromtimestamp(fix.at.timestamp() // HOUR_S * HOUR_S, UTC)
            own.setdefault(hour, fix.at)
            known_until = hour + HOUR - GAP
            if fix.at >= known_until:
                led.setdefault(hour + HOUR, fix.at)
                known_until = hour + HOUR
    return [*own.items(), *led.items()]


def _array(items: Iterable[str]) -> str:
    return "{" + ",".join(items) + "}"
