"""Whose processor time was it? Of a service, of the database with all its backends, of this process."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

TICKS = os.sysconf("SC_CLK_TCK")
UTIME = 11
"""Where the time of the user is in /proc/PID/stat after the program; then of the system, both of ended children."""


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used; 0 where the system does not say."""
    return sum(_times(pid)[:2])


def family_cpu_s(pid: int) -> float:
    """Processor seconds of a process, its children that ended, and those that run."""
    return sum(_times(pid)) + sum(cpu_s(child) for child in _children(pid))


def find_postmaster(connection: Connection) -> int:
    """The process whose children serve this connection and all others of the server, on this machine."""
    backend: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return int(_fields(backend)[1])


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the program's name."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return ["0"] * 20


def _times(pid: int) -> list[float]:
    return [int(field) / TICKS for field in _fields(pid)[UTIME : UTIME + 4]]


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@dataclass(frozen=True)
class Used:
    """Processor seconds of the services, of the database, and of this process, which asks."""

    service_s: float
    database_s: float
    asking_s: float

    def since(self, earlier: "Used") -> "Used":
        """What was used from then to now."""
        pairs = zip(vars(self).values(), vars(earlier).values(), strict=True)
        return Used(*(later - before for later, before in pairs))

    @property
    def work_s(self) -> float:
        """Without the asking."""
        return self.service_s + self.database_s


@dataclass(frozen=True)
class Meter:
    """Reads the processor time of these services, and of the server of this postmaster."""

    services: tuple[int, ...]
    postmaster: int

    def read(self, services: Iterable[int] | None = None) -> Used:
        """What was used until now; of other services if named."""
        pids = self.services if services is None else services
        own = time.process_time()
        return Used(sum(family_cpu_s(pid) for pid in pids), family_cpu_s(self.postmaster), own)
