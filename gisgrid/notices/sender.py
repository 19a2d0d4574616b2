"""The sender: sends every notice that is due, each target in lanes of its own, so that a dead target delays no other.

A lane claims one notice in a short transaction, sends it outside of any, and records the outcome in the next. A sender
that dies leaves claims that run out; the next sender sends those notices again under the same id. Any number may run.
"""

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from gisgrid.changes import CHANNEL
from gisgrid.database import OWNER, Database
from gisgrid.errors import GisgridError
from gisgrid.heartbeats import Pulse
from gisgrid.migrations import program
from gisgrid.notices.addresses import hide_keys
from gisgrid.notices.outcome import Undelivered
from gisgrid.notices.outlets import Outlets
from gisgrid.notices.queue import Notice, claim, due_targets, record_delivered, record_failed
from gisgrid.settings import Settings

log = logging.getLogger("gisgrid")
POLL_S = 3.0
PAUSE_S = 0.1
"""At least this long between two looks, however many changes are notified."""
LANES = 4
"""At most so many notices are on their way to one target at once."""
ALL_LANES = 200
LEASE_S = 60.0
"""Longer than any attempt takes; a killed sender delays its notices by no more than this."""
STOP_S = 6.0
"""Every webhook has ended by then; a mail that has not is sent again."""
POOL = 4
DATABASE_FAULTS = (GisgridError, SQLAlchemyError, OSError)


class Sender:
    """Sends notices that are due, at every notification of a change and every other second."""

    def __init__(self, database: Database, settings: Settings, *, lease_s: float = LEASE_S) -> None:
        """`database`: as the owner, with a connection to listen on beside those to work with."""
        self._database, self._lease_s = database, lease_s
        self._outlets = Outlets(settings)
        self._give_up = timedelta(hours=settings.notice_give_up_hours)
        self._lanes: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._stop = threading.Event()
        self._pulse = Pulse(database, "sender")
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
        self.outcomes: Counter[str] = Counter()
        """How many attempts so far were delivered, waiting, parked."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Has it begun, and not ended?"""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End once the notices on their way have arrived or failed."""
        self._stop.set()
        self._thread.join(timeout=STOP_S)
        self._wait_for_lanes(STOP_S)

    def send_once(self) -> Counter[str]:
        """Try each notice that is due now once; returns the outcomes."""
        while self._look():
            self._wait_for_lanes(None)
        return self.outcomes

    def _wait_for_lanes(self, timeout_s: float | None) -> None:
        with self._idle:
            self._idle.wait_for(lambda: not self._lanes.total(), timeout_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._database.listening(CHANNEL) as wait:
                    while not self._stop.is_set():
                        self._look()
                        self._pulse.beat()
                        wait(POLL_S)
                        self._stop.wait(PAUSE_S)
            except Exception as error:  # of any kind: sending goes on
                known = isinstance(error, DATABASE_FAULTS)
                log.warning("sending goes on in a moment: %s", error, exc_info=None if known else error)
                self._pulse.fail()
                self._pulse.beat()
                self._stop.wait(POLL_S)
        self._pulse.rest()

    def _look(self) -> int:
        """Open lanes for every target with notices that are due; returns how many."""
        with self._database.reading() as connection:
            due = due_targets(connection, LANES)
        opened = [target_id for target_id, waiting in due for _ in range(waiting) if self._open_lane(target_id)]
        for target_id in opened:
            threading.Thread(target=self._drive, args=(target_id,), name="notices-lane", daemon=True).start()
        return len(opened)

    def _open_lane(self, target_id: int) -> bool:
        with self._lock:
            if self._lanes[target_id] >= LANES or self._lanes.total() >= ALL_LANES:
                return False
            self._lanes[target_id] += 1
            return True

    def _drive(self, target_id: int) -> None:
        """Send one notice after another to one target, until none is due."""
        done: tuple[Notice, Undelivered | None] | None = None
        try:
            while notice := self._next(target_id, done):
                done = notice, self._deliver(notice)
        except DATABASE_FAULTS as error:
            log.warning("sending goes on in a moment: %s", error)
            self._pulse.fail()
        finally:
            with self._idle:
                self._lanes[target_id] -= 1
                self._idle.notify_all()

    def _next(self, target_id: int, done: tuple[Notice, Undelivered | None] | None) -> Notice | None:
        """Record the outcome of the last notice and claim another, in one short transaction.

        If the database is away, the outcome is recorded once it is back; after the lease the notice is sent again.
        """
        until = time.monotonic() + self._lease_s
        while True:
            try:
                with self._database.transaction() as connection:
                    outcome = self._say(connection, *done) if done else ""
                    notice = None if self._stop.is_set() else claim(connection, target_id, self._lease_s)
                break
            except DATABASE_FAULTS as error:
                if not done or time.monotonic() > until or self._stop.wait(POLL_S):
                    raise
                log.warning("what came of a notice for %s cannot be recorded yet: %s", done[0].name, error)
        if outcome:
            with self._lock:
                self.outcomes[outcome] += 1
        return notice

    def _deliver(self, notice: Notice) -> Undelivered | None:
        try:
            self._outlets.deliver(notice)
        except Undelivered as failure:
            return Undelivered(hide_keys(str(failure), notice.address), failure.blame, failure.retry_after_s)
        except Exception as error:  # a fault of ours must not come back with every lease
            said = hide_keys(f"{type(error).__name__}: {error}", notice.address)
            where = hide_keys("".join(traceback.format_tb(error.__traceback__)), notice.address)
            log.error("a notice for %s could not be written: %s\n%s", notice.name, said, where)
            return Undelivered(said, "notice")
        return None

    def _say(self, connection: Connection, notice: Notice, failure: Undelivered | None) -> str:
        if failure is None:
            record_delivered(connection, notice)
            return "delivered"
        log.info("notice %s did not reach %s: %s", notice.notice_id, notice.name, failure)
        said, pause_s = str(failure), failure.retry_after_s
        return record_failed(connection, notice, said, failure.blame, self._give_up, pause_s) or "taken over"


@contextmanager
def sending(owner_url: str, settings: Settings, *, lease_s: float = LEASE_S) -> Iterator[None]:
    """A sender over this database while the block runs."""
    database = open_database(owner_url, settings)
    sender = Sender(database, settings, lease_s=lease_s)
    sender.start()
    try:
        yield
    finally:
        sender.stop()
        database.close()


def open_database(owner_url: str, settings: Settings) -> Database:
    """Connections for a sender: one listens, the lanes share the others."""
    return Database(owner_url, role=OWNER, pool_size=POOL + 1, zone=settings.zone, program=program("sender"))
