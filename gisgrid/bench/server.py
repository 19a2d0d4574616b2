"""The service, and its worker, in processes of their own, so that their processor time is not that of who asks."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection

import uvicorn

from gisgrid.api.app import create_app
from gisgrid.api.patience import protocol
from gisgrid.api.sweeping import Sweeper
from gisgrid.bench.processes import family_cpu_s
from gisgrid.notices.sender import sending
from gisgrid.settings import read_settings
from gisgrid.worker import working

START_S = 900.0
END_S = 60.0


@dataclass(frozen=True)
class Service:
    """A running service: its port, its process."""

    port: int
    pid: int

    @property
    def cpu_s(self) -> float:
        """Processor seconds that it has used; 0 where the system does not say."""
        return family_cpu_s(self.pid)


@contextmanager
def serving(service_url: str) -> Iterator[Service]:
    """The service over this database on a free port. Raises TimeoutError if it does not come up."""
    with started([sys.executable, "-m", "gisgrid.bench.server", "{port}"], "/healthz", service_url) as service:
        yield service


@contextmanager
def serving_many(service_url: str, processes: int) -> Iterator[list[Service]]:
    """So many processes of the service over one database, each on a port of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(service_url)) for _ in range(processes)]


@contextmanager
def worker_beside(owner_url: str) -> Iterator[int]:
    """A worker of this database in a process of its own; its number."""
    with _process([sys.executable, "-m", "gisgrid.bench.server", "worker"], {"GISGRID_DATABASE_URL": owner_url}) as own:
        yield own.pid


@contextmanager
def started(command: Sequence[str], ready: str, url: str, **environment: str) -> Iterator[Service]:
    """A server whose command has `{port}` for its port, once it answers this path with 200."""
    port = free_port()
    named = [part.replace("{port}", str(port)) for part in command]
    given = {
        "GISGRID_SERVICE_URL": url,
        **{name: each.replace("{port}", str(port)) for name, each in environment.items()},
    }
    with _process(named, given) as process:
        wait_for(port, ready, process)
        yield Service(port, process.pid)


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with tempfile.TemporaryDirectory() as folder:
        known = {name: value for name, value in os.environ.items() if not name.startswith("GISGRID_DATABASE")}
        process = subprocess.Popen(command, env={**known, "GISGRID_DATA_DIR": folder, **environment})
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(port: int, path: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers. Raises TimeoutError, or ChildProcessError where it has ended."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ChildProcessError(f"{process.args!r} ended with {process.returncode}")
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as door:
            door.request("GET", path)
            if door.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(f"{process.args!r} did not answer on port {port} in {START_S:g} s")


class _Server(uvicorn.Server):
    """Collects garbage as `gisgrid up` does."""

    def __init__(self, config: uvicorn.Config, sweeper: Sweeper) -> None:
        super().__init__(config)
        self._sweeper = sweeper

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._sweeper.start()


def serve(port: int) -> None:
    """Serve the database of GISGRID_SERVICE_URL, as `gisgrid up` does, until the process is ended."""
    settings = read_settings()
    app = create_app(settings, settings.service_url)
    config = uvicorn.Config(
        app,
        port=port,
        http=protocol(take=app.state.short_way.take),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    _Server(config, app.state.sweeper).run()


def work() -> None:
    """Do the worker's work in the database of GISGRID_DATABASE_URL, and send notices, until the process is ended."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    settings = read_settings()
    with working(settings.database_url), sending(settings.database_url, settings):
        ended.wait()


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work()
    else:
        serve(int(sys.argv[1]))
