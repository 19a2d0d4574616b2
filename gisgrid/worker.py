"""The worker: publishes change sets whose date has come, relocates tickets that are not relocated yet, watches the
clocks of tickets, and keeps house. Long because it is one thread that does it all, each with its own failure.

Any number of workers may run: each publish, each batch of relocation and each reminder is done once, by the first of
them. A worker that dies leaves no half-done work; the next worker goes on from there.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from gisgrid.boundaries.outlines import draw_outlines
from gisgrid.boundaries.publishing import PUBLISH_TIMEOUT_S, publish, relocate
from gisgrid.changes import CHANNEL
from gisgrid.counters import add_up_counters, add_up_posts, renew_bins
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import Conflict, GisgridError, Refused
from gisgrid.heartbeats import PATIENCE_S, Pulse
from gisgrid.keeping import begin_posts
from gisgrid.migrations import program
from gisgrid.patrol import follow_patrols, keep_walks
from gisgrid.round_trips import prepared
from gisgrid.settings import Settings
from gisgrid.tickets.clocks import tick_clocks
from gisgrid.tickets.housekeeping import keep_house
from gisgrid.trail import seal

log = logging.getLogger("gisgrid")
POLL_S = 3.0
"""How often it looks where no notification comes: for dates that have come, and for what was missed."""
PAUSE_S = 0.1
"""At least this long between two looks, however many changes are notified."""
RELOCATE_S = 2.0
ADD_UP_S = 1.0
"""At least this long between two times of adding up counters."""
AT_ONCE = 5000
"""So many changes are added up in one transaction: until it ends nobody hears of what was committed after it began."""
TICK_S = 10.0
"""Between two looks at the clocks of tickets; the database decides what is due."""
HOUSE_S = 3600.0
"""Between two rounds of housekeeping, which erase reporters of old tickets and clear files without a row."""
JUMP_S, AFTER_JUMP_S = 600.0, 24 * 3600.0
"""A clock that was set by more than the first erases nothing for the second: it may be wrong now, and set back soon."""
_WAITING = """
SELECT
    ARRAY(
        SELECT c.changeset_id FROM draft.changeset AS c
        WHERE c.status = 'published' AND c.published_at IS NULL AND c.valid_from <= now()
        ORDER BY c.valid_from, c.changeset_id
    ) AS due,
    ARRAY(
        SELECT c.changeset_id FROM draft.changeset AS c
        WHERE c.published_at IS NOT NULL AND c.followed_at IS NULL AND c.valid_from <= now()
        ORDER BY c.published_at, c.changeset_id
    ) AS behind,
    EXISTS (SELECT FROM core.audit_note) AS is_noted,
    EXISTS (SELECT FROM work.counter_change) OR EXISTS (SELECT FROM work.ticket_bin_change)
    OR EXISTS (SELECT FROM work.post_change)
    OR EXISTS (SELECT FROM core.outline_due) OR EXISTS (SELECT FROM overlay.walk_due)
    OR EXISTS (SELECT FROM overlay.camera_bin_change) OR EXISTS (SELECT FROM overlay.patrol_bin_change)
    OR EXISTS (SELECT FROM overlay.place_bin_change) OR EXISTS (
        SELECT FROM overlay.place AS p
        WHERE (p.starts_at IS NOT NULL OR p.ends_at IS NOT NULL) AND p.is_current <> (
            coalesce(p.starts_at <= clock_timestamp(), true) AND coalesce(p.ends_at > clock_timestamp(), true))
    )
    OR EXISTS (SELECT FROM overlay.presence AS s WHERE s.redrawn_at IS NOT NULL) OR EXISTS (
        SELECT FROM work.counter_time AS k JOIN work.ticket AS t ON t.due_at > k.overdue_at
        WHERE t.closed_at IS NULL AND t.due_at <= clock_timestamp()
    ) AS is_uncounted
"""
_LOOK = prepared(text(_WAITING))
_IDLE_LOGINS = "SELECT app.end_idle_logins() FROM app.note_logins()"


def work(database: Database, pulse: Pulse | None = None, waiting: Any = None) -> int:
    """Do the work that is due now, as the owner, for a few seconds; `waiting`: what `_look` said. How much was done?

    0: nothing is left. What fails is logged and left for the next time; other work goes on. `pulse` hears of both.
    """
    waiting = waiting or _look(database)
    done = sum(_try(database, number, _publish, pulse) for number in waiting.due)
    behind = _look(database).behind if waiting.due else waiting.behind
    return done + sum(_try(database, number, _relocate, pulse) for number in behind)


def _try(database: Database, changeset_id: int, act: Callable[[Database, int], bool], pulse: Pulse | None) -> bool:
    if pulse:
        pulse.beat(PUBLISH_TIMEOUT_S + PATIENCE_S)
    try:
        return act(database, changeset_id)
    except Exception as error:  # of any kind: the other change sets go on
        log.warning("change set %s waits for the next time: %s", changeset_id, error)
        if pulse:
            pulse.fail()
        return False


def _relocate(database: Database, changeset_id: int) -> bool:
    relocate(database, changeset_id, limit_s=RELOCATE_S)
    return True


def _look(database: Database) -> Any:
    """All that may wait for a worker, in one statement: change sets that are `due`, or `behind` (things have not
    followed them yet), notes for the audit trail, counters and cells to be added up.
    """
    with database.reading() as connection:
        return connection.execute(_LOOK).one()


def _publish(database: Database, changeset_id: int) -> bool:
    """Publish a change set that waited. Refused, it is open again, its summary says why, and a notice goes out."""
    with database.transaction(EVERYTHING, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        try:
            publish(connection, changeset_id)
        except Conflict:
            return False  # another worker published it, or somebody opened it again
        except Refused as refused:
            why = [str(fault.in_both()) for fault in refused.faults]
            log.warning("change set %s was refused when its date came: %s", changeset_id, "; ".join(why))
            connection.execute(text("SELECT app.reopen_refused(:id, :why)"), {"id": changeset_id, "why": why})
    return True


def _clock_ahead_s() -> float:
    """How far is the clock ahead of the time that this machine has been running? Constant while nobody sets it."""
    return time.time() - time.monotonic()


class Worker:
    """A thread that works at every notification of a change, and every three seconds."""

    def __init__(self, database: Database, settings: Settings | None = None) -> None:
        """`database`: as the owner, with a connection to listen on beside the one to work with.

        Without settings it keeps no house: they hold the folder of photos and how long reporters are kept.
        """
        self.database = database
        self.settings = settings
        self._kept_house_at = time.monotonic() - HOUSE_S
        self._clock_ahead_s = _clock_ahead_s()
        self._stop = threading.Event()
        self._pulse = Pulse(database, "worker")
        self._added_up_at = time.monotonic() - ADD_UP_S
        self._ticked_at = time.monotonic() - TICK_S
        self._may_lag = True  # the worker before may have died between adding walks up and following them
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self.database.listening(CHANNEL) as wait:
                    while not self._stop.is_set():
                        self._tick()
                        self._keep_house()
                        waiting = _look(self.database)
                        if waiting.is_noted:
                            self._seal()
                        if waiting.is_uncounted or self._may_lag:
                            self._add_up()
                        is_done = bool(work(self.database, self._pulse, waiting))
                        self._pulse.beat()
                        if not is_done:
                            wait(POLL_S)
                            self._stop.wait(PAUSE_S)
            except Exception as error:  # of any kind: the worker goes on
                self._failed("the worker goes on in a moment: %s", error)
                self._pulse.beat()
                self._stop.wait(POLL_S)
        self._pulse.rest()

    def _failed(self, sentence: str, error: Exception) -> None:
        self._pulse.fail()
        known = isinstance(error, GisgridError | SQLAlchemyError | OSError)
        log.warning(sentence, error, exc_info=None if known else error)

    @contextmanager
    def _apart(self, what: str) -> Iterator[None]:
        """What fails here is left for the next look, and the other work goes on."""
        try:
            yield
        except Exception as error:  # of any kind: one row that cannot be added up must not stop all patrols
            self._failed(f"{what} for the next time: %s", error)

    def _seal(self) -> None:
        """Append what was noted to the audit trail."""
        with self._apart("the audit trail waits"), self.database.transaction() as connection:
            seal(connection)

    def _tick(self) -> None:
        """Remind, escalate, begin posts, end idle sessions of people, if the last look is long enough ago."""
        if time.monotonic() - self._ticked_at < TICK_S:
            return
        self._ticked_at = time.monotonic()
        with self._apart("the clocks of tickets wait"):
            tick_clocks(self.database)
        with self._apart("tickets of posts that were handed over wait"):
            with self.database.reading(EVERYTHING) as connection:
                begin_posts(connection)
        with self._apart("idle database sessions wait"):
            with self.database.reading(EVERYTHING) as connection:
                ended = connection.execute(text(_IDLE_LOGINS)).scalar_one()
            if ended:
                log.warning("%s database sessions of people were ended: they kept locks and did nothing", ended)

    def _add_up(self) -> None:
        """Add up counters and walks, count cells again, follow patrols, draw outlines; but not twice in a moment.

        Readers count what is left, or what fails.
        """
        if time.monotonic() - self._added_up_at < ADD_UP_S:
            return
        self._added_up_at = time.monotonic()
        self._follow()
        with self._apart("counters wait"):
            self._repeat(lambda connection: add_up_counters(connection, AT_ONCE) == AT_ONCE)
        with self._apart("sums of posts wait"):
            self._repeat(lambda connection: add_up_posts(connection, AT_ONCE) >= AT_ONCE)
        with self._apart("cells of tickets wait"):
            self._repeat(lambda connection: renew_bins(connection, AT_ONCE) >= AT_ONCE)
        with self._apart("walks of patrols wait"):
            self._repeat(self._keep_some_walks)
        if self._may_lag:
            self._follow()
        with self._apart("outlines wait"):
            self._repeat(lambda connection: bool(draw_outlines(connection)), timeout_s=PUBLISH_TIMEOUT_S)

    def _keep_some_walks(self, connection: Connection) -> bool:
        """Add hours of walks up. Was there one? It is done with, and pings came into it after they were followed."""
        is_kept = bool(keep_walks(connection))
        self._may_lag |= is_kept
        return is_kept

    def _repeat(self, act: Callable[[Connection], bool], timeout_s: float | None = None) -> None:
        """Do it, each time in a transaction of its own, until it says that nothing is left."""
        while not self._stop.is_set():
            with self.database.transaction(EVERYTHING, timeout_s=timeout_s) as connection:
                if not act(connection):
                    return

    def _follow(self) -> None:
        """Follow patrols from grid to grid, and fold what came to the squares of the map."""
        with self._apart("patrols wait to be followed"):
            with self.database.transaction(EVERYTHING) as connection:
                follow_patrols(connection)
            with self.database.transaction(EVERYTHING) as connection:
                connection.execute(text("SELECT app.add_up_overlays()"))
            self._may_lag = False

    def _has_jumped(self) -> bool:
        """Was the clock set since the last look? What was a year ago then was perhaps an hour ago."""
        before, self._clock_ahead_s = self._clock_ahead_s, _clock_ahead_s()
        return abs(self._clock_ahead_s - before) > JUMP_S

    def _keep_house(self) -> None:
        """Keep house, if the last round is long enough ago."""
        if self.settings is None or time.monotonic() - self._kept_house_at < HOUSE_S:
            return
        self._kept_house_at = time.monotonic()
        if self._has_jumped():
            log.warning("the clock of this machine has jumped: nothing is erased for a day")
            self._kept_house_at += AFTER_JUMP_S - HOUSE_S
            return
        with self._apart("the house waits"):
            keep_house(self.database, self.settings)


@contextmanager
def working(owner_url: str, settings: Settings | None = None) -> Iterator[None]:
    """A worker of this database while the block runs; with settings it keeps house as well."""
    database = Database(
        owner_url, role=OWNER, pool_size=2, statement_timeout_s=PUBLISH_TIMEOUT_S, program=program("worker")
    )
    worker = Worker(database, settings)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        database.close()
