"""The service in a process of its own, so that its processor time is not mixed with that of those who ask it."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import uvicorn

from gisgrid.api.app import create_app
from gisgrid.settings import read_settings

START_S = 60.0
STAT_UTIME = 11
"""Where the user's time is in /proc/PID/stat after the program's name; the system's time follows it."""


@dataclass(frozen=True)
class Service:
    """A running service: its port, its process."""

    port: int
    pid: int

    @property
    def cpu_s(self) -> float:
        """Processor seconds that it has used; 0 where the system does not say."""
        with suppress(OSError):
            stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            return sum(map(int, stat[STAT_UTIME : STAT_UTIME + 2])) / os.sysconf("SC_CLK_TCK")
        return 0.0


@contextmanager
def serving(service_url: str) -> Iterator[Service]:
    """The service over this database on a free port. Raises TimeoutError if it does not come up."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "gisgrid.bench.server", str(port)]
        env = {**os.environ, "GISGRID_SERVICE_URL": service_url, "GISGRID_DATA_DIR": folder}
        process = subprocess.Popen(command, env=env)
        try:
            _wait_for(port)
            yield Service(port, process.pid)
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as door:
            door.request("GET", "/healthz")
            if door.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(f"the service did not answer on port {port} in {START_S:g} s")


def serve(port: int) -> None:
    """Serve the database of GISGRID_SERVICE_URL until the process is ended."""
    settings = read_settings()
    uvicorn.run(create_app(settings, settings.service_url), port=port, log_level="warning")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
