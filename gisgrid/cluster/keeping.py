"""The private PostgreSQL is watched while a service runs on it: what ended by itself is started again."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gisgrid.cluster import Cluster
from gisgrid.errors import Fault, GisgridError, Unavailable
from gisgrid.locks import Lock
from gisgrid.steps import Say

log = logging.getLogger("gisgrid")
POLL_S = 0.5
"""Between two looks, and after a start that failed."""
GIVE_UP_S = 60.0
"""So long it is tried; then the service ends, so that a supervisor can start all of it again."""
JOIN_S = 30.0


class Keeper:
    """A thread that looks whether the server's process is there, and starts the server again if it is not."""

    def __init__(
        self, cluster: Cluster, *, say: Say, give_up: Callable[[GisgridError], None], full: Callable[[], bool]
    ):
        """`full`: is the reason a full disk? Then it is tried until there is room, because nothing else would help."""
        self._cluster, self._say, self._give_up, self._full = cluster, say, give_up, full
        self._down_since: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a start under way is waited for."""
        self._stop.set()
        self._thread.join(timeout=JOIN_S)

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self._look()
            except Exception as error:  # of any kind: the database is watched on, and given up in its time
                if not isinstance(error, GisgridError):
                    log.warning("the database cannot be started just now: %s", error)
                if self._has_waited() and not self._full():
                    self._give_up(_gone(error))
                    return

    def _look(self) -> None:
        server = self._cluster.server
        if server is None or server.running() is not None:
            return
        if self._down_since is None:
            self._down_since = time.monotonic()
            self._say("the database has ended by itself; starting it again")
        with Lock(self._cluster.data_dir / "starting.lock"):
            if not self._stop.is_set() and server.running() is None:
                server.start_again()
        self._say(f"the database is back after {time.monotonic() - self._down_since:.1f} s")
        self._down_since = None

    def _has_waited(self) -> bool:
        return self._down_since is not None and time.monotonic() - self._down_since > GIVE_UP_S


def _gone(error: Exception) -> Unavailable:
    said = error.faults[0].message if isinstance(error, GisgridError) else str(error)
    remedy = "look into the log in its folder; gisgrid up starts all of it again"
    return Unavailable(Fault("database", f"it ended and cannot be started again: {said}", remedy))


@contextmanager
def keeping(
    cluster: Cluster, *, say: Say, give_up: Callable[[GisgridError], None], full: Callable[[], bool]
) -> Iterator[None]:
    """Watch the private server while the block runs; a server of the user's own is watched by its own people."""
    if cluster.server is None:
        yield
        return
    keeper = Keeper(cluster, say=say, give_up=give_up, full=full)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
