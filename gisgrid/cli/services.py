"""Which services run on this data directory? Each `up` keeps a locked file there; the lock of a dead one is open."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gisgrid import __version__
from gisgrid.locks import Lock
from gisgrid.processes import await_end, lives

FOLDER = "services"
BEFORE = "up.json"
"""Written by versions that knew one service only, without a lock."""
STOP_S = 60.0


@dataclass(frozen=True)
class Service:
    """A running `gisgrid up`."""

    pid: int
    port: int
    version: str
    file: Path
    processes: int = 1
    """So many are wanted."""

    @property
    def folder(self) -> Path:
        """Where its processes say how they are."""
        return self.file.with_suffix("")

    def stop(self) -> bool:
        """Tell it to end and wait for it. Returns whether it has ended."""
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while _lives(self.file, self.pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        self.file.unlink(missing_ok=True)
        return True


@contextmanager
def registered(data_dir: Path, port: int, processes: int = 1) -> Iterator[Path]:
    """This process is a service while the block runs; gives the folder of the processes that serve."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{os.getpid()}.json"
    own = file.with_suffix("")
    with Lock(file):
        shutil.rmtree(own, ignore_errors=True)  # of a killed one that had this number
        own.mkdir()
        facts = {"pid": os.getpid(), "port": port, "version": __version__, "processes": processes}
        file.write_text(json.dumps(facts))
        try:
            yield own
        finally:
            shutil.rmtree(own, ignore_errors=True)
            file.unlink(missing_ok=True)


def await_orphans(data_dir: Path) -> None:
    """Wait for processes whose watcher was killed: they end by themselves, and hold the port until then."""
    for folder in (data_dir / FOLDER).glob("*/"):
        if not _lives(folder.with_suffix(".json"), 0) and await_end(folder, STOP_S):
            shutil.rmtree(folder, ignore_errors=True)


def running(data_dir: Path) -> list[Service]:
    """The services that run on this data directory, by port; what killed ones left is cleared away."""
    found = []
    for file in [*(data_dir / FOLDER).glob("*.json"), data_dir / BEFORE]:
        try:
            facts = {"version": "", "processes": 1, **json.loads(file.read_text())}
            service = Service(
                int(facts["pid"]), int(facts["port"]), str(facts["version"]), file, int(facts["processes"])
            )
        except (OSError, ValueError, KeyError):
            continue  # gone meanwhile, or being written just now
        if _lives(file, service.pid):
            found.append(service)
        else:
            file.unlink(missing_ok=True)
    return sorted(found, key=lambda service: service.port)


def _lives(file: Path, pid: int) -> bool:
    """Does the process live that keeps this file?"""
    if file.name == BEFORE:
        try:
            return b"gisgrid" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
    return lives(file)
