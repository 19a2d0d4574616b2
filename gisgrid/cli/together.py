"""Several processes that serve one port: started, watched, started again when they die, ended together.

All accept from one listener, so what waits there is served by those that live. This process serves nothing itself; it
works, sends notices and keeps the database. A process whose watcher is killed ends by itself.
"""

import multiprocessing
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

from prometheus_client import multiprocess

from gisgrid.api.app import COUNTS
from gisgrid.api.counts import Counts
from gisgrid.bootstrap import say
from gisgrid.cli.serving import Server, make_server, open_more_files
from gisgrid.errors import Fault, Unavailable
from gisgrid.logs import configure_logs
from gisgrid.processes import Shift, clear, list_processes, membership
from gisgrid.settings import Settings

METRICS = "PROMETHEUS_MULTIPROC_DIR"
LOOK_S = 1.0
SILENT_S = 60.0
"""A process whose event loop has stood still for so long is replaced."""
END_S = 15.0
"""What has not ended by then is killed: requests get two seconds, streams end at once."""
SOON_S = 10.0
LONGEST_PAUSE_S = 30.0
"""Between two starts of a process that dies at once each time."""


class Child(Server):
    """A server that its watcher ends; Ctrl-C, which a terminal sends to both, is left to the watcher."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End in good order, by SIGTERM alone."""
        if sig == signal.SIGTERM:
            self.should_exit = True

    def follow(self, watcher: multiprocessing.process.BaseProcess) -> None:
        """End when the watcher has died; after a while also where the event loop does not move."""
        watcher.join()
        self.should_exit = True
        time.sleep(END_S)
        os._exit(1)


def _serve(settings: Settings, service_url: str, shift: Shift, listener: socket.socket) -> None:
    """What a process does from its start to its end."""
    open_more_files()
    configure_logs(settings)
    assert shift.folder is not None  # noqa: S101  # it serves with others
    with membership(shift.folder) as member:
        server = make_server(settings, service_url, member=member, shift=shift, has_begun=_ignore, kind=Child)
        assert isinstance(server, Child)  # noqa: S101
        if watcher := multiprocessing.parent_process():
            threading.Thread(target=server.follow, args=(watcher,), name="watcher", daemon=True).start()
        server.run(sockets=[listener])


def _ignore(_server: Server) -> None:
    """Nothing is to be done once it listens: what it tells of itself says so."""


@dataclass
class _Seat:
    """One of so many processes, and the one that came in its place when it died."""

    process: SpawnProcess | None = None
    began_at: float = 0.0
    beats: tuple[int, float] = (0, 0.0)
    """How many were seen, and when they moved."""
    starts: int = 0
    start_at: float = 0.0
    """Not before; later each time that it dies soon."""


@dataclass
class Watcher:
    """Starts as many processes as are wanted, and keeps them."""

    settings: Settings
    service_url: str
    shift: Shift
    listener: socket.socket
    has_begun: Callable[["Watcher"], None]
    """Called once, when all processes serve."""
    failure: BaseException | None = None
    _seats: list[_Seat] = field(default_factory=list)
    _is_ending: bool = False
    _is_forced: bool = False
    _is_complete: bool = False

    def __post_init__(self) -> None:
        self._woken, self._wake = os.pipe()
        self._seats = [_Seat() for _ in range(self.shift.count)]

    def run(self) -> None:
        """Serve until somebody ends it: SIGINT, SIGTERM, SIGHUP, or `end`."""
        with self._signals():
            try:
                while not self._is_ending:
                    self._start_missing()
                    wait([self._woken, *(seat.process.sentinel for seat in self._seats if seat.process)], LOOK_S)
                    self._look()
            finally:
                self._end_all()
        os.close(self._woken)
        os.close(self._wake)

    def end(self, failure: BaseException | None) -> None:
        """End, with or without a failure; callable from any thread."""
        self.failure = self.failure or failure
        self._is_ending = True
        with suppress(OSError):
            os.write(self._wake, b" ")

    def _start_missing(self) -> None:
        for seat in self._seats:
            if seat.process is None and time.monotonic() >= seat.start_at:
                given = (self.settings, self.service_url, self.shift, self.listener)
                seat.process = multiprocessing.get_context("spawn").Process(target=_serve, args=given, name="gisgrid")
                seat.process.start()
                seat.starts += 1
                seat.began_at = time.monotonic()
                seat.beats = (0, seat.began_at)

    def _look(self) -> None:
        assert self.shift.folder is not None  # noqa: S101
        beating = {one.pid: one.beats for one in list_processes(self.shift.folder)}
        for seat in self._seats:
            if seat.process is None:
                continue
            if not seat.process.is_alive():
                self._bury(seat)
            elif (beats := beating.get(seat.process.pid or 0, seat.beats[0])) != seat.beats[0]:
                seat.beats = (beats, time.monotonic())
            elif seat.beats[0] and time.monotonic() - seat.beats[1] > SILENT_S:
                say(f"process {seat.process.pid} of the service does not move; another one takes its place")
                seat.process.kill()
        if not self._is_complete and all(seat.beats[0] for seat in self._seats):
            self._is_complete = True
            self.has_begun(self)

    def _bury(self, seat: _Seat) -> None:
        """Clear away what a dead process left, and plan the next one."""
        process, lived_s = seat.process, time.monotonic() - seat.began_at
        assert process is not None  # noqa: S101
        assert self.shift.folder is not None  # noqa: S101
        code, pid = process.exitcode or 0, process.pid or 0
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
        multiprocess.mark_process_dead(pid, os.environ[METRICS])  # type: ignore[no-untyped-call]
        Counts(self.shift.folder / COUNTS).forget(pid)
        clear(self.shift.folder, pid)
        process.close()
        seat.process = None
        if self._is_ending:
            return
        if not seat.beats[0] and not self._is_complete:
            fault = Fault("service", f"a process ended while it started, by {how}", "see the lines above")
            self.end(Unavailable(fault))
            return
        seat.starts = seat.starts if lived_s < SOON_S else 1
        pause_s = min(2.0 ** (seat.starts - 2), LONGEST_PAUSE_S) if seat.starts > 1 else 0.0
        seat.start_at = time.monotonic() + pause_s
        say(f"process {pid} of the service has ended by {how}; another one takes its place")

    def _end_all(self) -> None:
        """End every process in good order, and kill what does not."""
        self._is_ending = True
        self.listener.close()
        for seat in self._seats:
            if seat.process:
                seat.process.terminate()
        end = time.monotonic() + END_S
        while alive := [seat for seat in self._seats if seat.process]:
            if self._is_forced or time.monotonic() > end:
                for seat in alive:
                    if seat.process:
                        seat.process.kill()
            wait([seat.process.sentinel for seat in alive if seat.process], 0.2)
            for seat in alive:
                if seat.process and not seat.process.is_alive():
                    self._bury(seat)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """The first signal ends in good order, the second at once."""

        def hear(_number: int, _frame: FrameType | None) -> None:
            self._is_forced = self._is_ending
            self.end(None)

        names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {name: signal.signal(name, hear) for name in names}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)


@contextmanager
def metrics_of_all(folder: Path) -> Iterator[None]:
    """The processes that are started in this block count requests together, in files of this folder."""
    if os.environ.get(METRICS):  # the operator's own
        yield
        return
    own = folder / "metrics"
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    os.environ[METRICS] = str(own)
    try:
        yield
    finally:
        del os.environ[METRICS]
        shutil.rmtree(own, ignore_errors=True)
