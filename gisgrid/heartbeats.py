"""Does what runs by itself still run? Threads beat at each turn; who asks hears which part is silent or keeps failing.

Within a process by `Heart`, between processes by a row of core.heartbeat. No clock decides: a part is silent when its
number of beats has not moved for so long by the asker's own monotonic time.
"""

import logging
import threading
import time
from collections.abc import Iterable

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from gisgrid.database import Database
from gisgrid.errors import Fault, GisgridError

log = logging.getLogger("gisgrid")
PATIENCE_S = 30.0
"""A part that has to beat more seldom says so with its beat."""
FAILING_S = 5.0
"""What fails for longer than this is a fault; one lost connection is none."""
WRITE_S = 5.0
"""Between two beats that are written to the database."""
_BEAT = text("SELECT app.beat(:part, make_interval(secs => :patience), :failing)")
_READ = text(
    "SELECT part, beats, extract(epoch FROM patience)::float AS patience_s,"
    " extract(epoch FROM clock_timestamp() - failing_since)::float AS failing_s FROM core.heartbeat"
)
REMEDY = "look into the log; gisgrid down, then gisgrid up starts it again"


class Heart:
    """The life of one thread; another thread asks it."""

    def __init__(self, part: str, patience_s: float = PATIENCE_S) -> None:
        self.part = part
        self._usual_s = self._patience_s = patience_s
        self._beat_at: float | None = None
        self._failing_since: float | None = None

    def beat(self, patience_s: float | None = None) -> None:
        """All is well, and the next beat comes within this time."""
        self._move(patience_s)
        self._failing_since = None

    def fail(self, error: BaseException) -> None:
        """Alive, but this turn failed; the first failure is logged with all that is known."""
        if self._failing_since is None:
            self._failing_since = time.monotonic()
            log.warning("%s goes on in a moment: %s", self.part, error, exc_info=not isinstance(error, GisgridError))
        self._move(None)

    def rest(self) -> None:
        """It ends on purpose."""
        self._beat_at = self._failing_since = None

    @property
    def fault(self) -> Fault | None:
        """What is wrong with it; None before it begins, after it ended, and while it is well."""
        beat_at, failing_since, now = self._beat_at, self._failing_since, time.monotonic()
        if beat_at is not None and now - beat_at > self._patience_s:
            return silent(self.part, now - beat_at)
        if failing_since is not None and now - failing_since > FAILING_S:
            return failing(self.part, now - failing_since)
        return None

    def _move(self, patience_s: float | None) -> None:
        self._patience_s = self._usual_s if patience_s is None else patience_s
        self._beat_at = time.monotonic()


class Pulse:
    """The life of a thread, shown to every process of the district by its row in the database."""

    def __init__(self, database: Database, part: str) -> None:
        """`database`: as the owner."""
        self._database, self._part = database, part
        self._written_at = float("-inf")
        self._failed = self._told = False

    def fail(self) -> None:
        """Something of this turn failed, and will be tried again."""
        self._failed = True

    def beat(self, patience_s: float = PATIENCE_S) -> None:
        """A turn is over, or a long one begins: written if it says something new, and every few seconds.

        What cannot be written is left: the silence then tells it.
        """
        is_new = self._failed != self._told or patience_s > PATIENCE_S
        failed, self._failed = self._failed, False
        if not is_new and time.monotonic() - self._written_at < WRITE_S:
            return
        try:
            with self._database.reading() as connection:
                connection.execute(_BEAT, {"part": self._part, "patience": patience_s, "failing": failed})
        except (GisgridError, SQLAlchemyError) as error:
            log.debug("%s cannot tell that it lives: %s", self._part, error)
            return
        self._written_at, self._told = time.monotonic(), failed

    def rest(self) -> None:
        """It ends on purpose: nobody waits for its next beat."""
        try:
            with self._database.transaction() as connection:
                connection.execute(text("DELETE FROM core.heartbeat WHERE part = :part"), {"part": self._part})
        except (GisgridError, SQLAlchemyError) as error:
            log.debug("%s cannot tell that it ended: %s", self._part, error)


class Watch:
    """What the parts of other threads and processes say of themselves in the database; may be asked by any thread."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def ask(self, connection: Connection) -> dict[str, Fault | None]:
        """Each part that has begun and not ended, with its fault. A part is first seen as alive."""
        now, found = time.monotonic(), dict[str, Fault | None]()
        rows = connection.execute(_READ).all()
        with self._lock:
            for row in rows:
                beats, moved_at = self._seen.get(row.part, (-1, now))
                if beats != row.beats:
                    moved_at = now
                self._seen[row.part] = (row.beats, moved_at)
                found[row.part] = None
                if now - moved_at > row.patience_s:
                    found[row.part] = silent(row.part, now - moved_at)
                elif row.failing_s is not None and row.failing_s > FAILING_S:
                    found[row.part] = failing(row.part, row.failing_s)
        return found


def silent(part: str, seconds: float) -> Fault:
    """The fault of a part that does nothing any more."""
    return Fault(part, f"this part of the service has been silent for {seconds:.0f} s", REMEDY)


def failing(part: str, seconds: float) -> Fault:
    """The fault of a part that fails at every turn."""
    return Fault(part, f"this part of the service has failed for {seconds:.0f} s", REMEDY)


def faults_of(hearts: Iterable[Heart]) -> list[Fault]:
    """What is wrong with these threads?"""
    return [fault for heart in hearts if (fault := heart.fault)]
