"""Looks at database, disk and machinery in the background, so that health and metrics are answered at once.

Nobody who asks waits for the database: who finds the last look old gets what it saw for a moment more, then 503.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from gisgrid.database import Database
from gisgrid.disks import Disk
from gisgrid.disks import faults_of as full
from gisgrid.errors import Fault, GisgridError
from gisgrid.heartbeats import Heart, Watch
from gisgrid.heartbeats import faults_of as stopped
from gisgrid.machinery import Machinery, read_machinery
from gisgrid.migrations.catalogue import find_differences

log = logging.getLogger("gisgrid")
EVERY_S = 10.0
FRESH_S = 1.0
"""A look that is older is taken again before an answer, if it comes in time."""
PATIENCE_S = 0.06
"""So long an answer waits for a look that is under way."""
OLD_S = 20.0
"""A look that is older says nothing any more: the database hangs."""
FIRST_S = 10.0
CATALOGUE_S, UNASKED_S = 10.0, 60.0
"""How long an answer about the catalogue holds, which costs some 50 ms: for who asks, and while nobody does."""
SHOWN = 20
AGAIN = "try again in a moment"
STARTING = Fault("service", "starting: migration or sample not finished", AGAIN)
HANGS = Fault("database", "the database does not answer", AGAIN)


@dataclass(frozen=True)
class Seen:
    """What one look saw."""

    at: float
    faults: tuple[Fault, ...]
    """Why the service is not ready; empty: it is."""
    machinery: Machinery | None
    """None: the database did not answer."""
    parts: dict[str, Fault | None] = field(default_factory=dict)
    """What runs by itself in other threads and processes, each with its fault."""
    free_bytes: dict[str, int] = field(default_factory=dict)


class Lookout:
    """A thread that looks every few seconds, and when somebody asks."""

    def __init__(
        self,
        database: Database,
        ready: Callable[[], bool],
        hearts: Sequence[Heart],
        disks: Callable[[], Sequence[Disk]],
        others: Callable[[], tuple[Fault, ...]] = tuple,
    ) -> None:
        """`others`: why the other processes of this service are not ready."""
        self.database, self.ready, self.hearts, self.disks = database, ready, hearts, disks
        self._others = others
        self._faults_of_others: tuple[Fault, ...] = ()
        self._watch = Watch()
        self.seen: Seen | None = None
        self._asked, self._stopped = threading.Event(), threading.Event()
        self._changed = threading.Condition()
        self._catalogue: tuple[float, tuple[Fault, ...]] = (float("-inf"), ())
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if it has not."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, after the look under way, if that ends soon."""
        self._stopped.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    async def first(self) -> None:
        """Wait for the first look, for some seconds at most."""
        end = time.monotonic() + FIRST_S
        while self.seen is None and time.monotonic() < end:
            await asyncio.sleep(0.01)

    async def ask(self) -> tuple[Fault, ...]:
        """Why the service is not ready, as of now or of a moment ago; empty: it is. Answers within 0.1 s."""
        if self._thread is None:  # an app that was not begun, in tests
            self.start()
            await self.first()
        began = time.monotonic()
        if self.seen is None or began - self.seen.at > FRESH_S:
            before = self.seen
            self._asked.set()
            while self.seen is before and time.monotonic() - began < PATIENCE_S:
                await asyncio.sleep(0.005)
        return self.faults()

    def faults(self) -> tuple[Fault, ...]:
        """Why the service is not ready, by the last look: this process or another one."""
        return tuple(dict.fromkeys((*self.own_faults(), *self._faults_of_others)))

    def own_faults(self) -> tuple[Fault, ...]:
        """Why this process is not ready, by the last look."""
        if not self.ready():
            return (STARTING,)
        if self.seen is None or time.monotonic() - self.seen.at > OLD_S:
            return (HANGS,)
        return (*self.seen.faults, *stopped(self.hearts))

    @property
    def parts(self) -> dict[str, Fault | None]:
        """Everything that runs by itself, by the last look, with its fault."""
        return (self.seen.parts if self.seen else {}) | {heart.part: heart.fault for heart in self.hearts}

    def _run(self) -> None:
        while not self._stopped.is_set():
            holds_s = CATALOGUE_S if self._asked.is_set() else UNASKED_S
            self._asked.clear()
            try:
                self._faults_of_others = self._others()
                self.seen = self._look(holds_s)
            except Exception:  # of any kind: it looks on, and what it saw last becomes old
                log.exception("the lookout sees nothing just now")
            self._asked.wait(EVERY_S)

    def _look(self, holds_s: float) -> Seen:
        disks = self.disks()
        free = {disk.what: room for disk in disks if (room := disk.free) is not None}
        faults = tuple(full(disks))
        try:
            with self.database.transaction() as connection:
                machinery = read_machinery(connection)
                parts = self._watch.ask(connection)
                faults += (*filter(None, parts.values()), *self._differences(connection, holds_s))
            return Seen(time.monotonic(), faults, machinery, parts, free)
        except GisgridError as error:
            return Seen(time.monotonic(), faults or error.faults, None, free_bytes=free)
        except SQLAlchemyError as error:
            log.warning("the lookout sees no machinery: %s", type(error).__name__)
            return Seen(time.monotonic(), faults or self._broken(), None, free_bytes=free)

    def _broken(self) -> tuple[Fault, ...]:
        """What is missing, where the function that is asked for does not run."""
        try:
            with self.database.transaction() as connection:
                connection.execute(text("SELECT 1 FROM core.level LIMIT 1"))
                return self._differences(connection, CATALOGUE_S) or (HANGS,)
        except (GisgridError, SQLAlchemyError):
            return (HANGS,)

    def _differences(self, connection: Connection, holds_s: float) -> tuple[Fault, ...]:
        """Which functions, triggers, policies, grants and roles differ from what the last deploy made?"""
        at, faults = self._catalogue
        if time.monotonic() - at > holds_s:
            found = find_differences(connection)[:SHOWN]
            faults = tuple(Fault("database", one.sentence, "gisgrid migrate") for one in found)
            self._catalogue = (time.monotonic(), faults)
        return faults
