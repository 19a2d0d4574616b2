"""The processes that serve one port together: each holds a lock, and says how it is in a file that all read.

A lock that is open is that of a process that is dead, however it died.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from gisgrid.errors import Fault
from gisgrid.locks import Lock

LOCKS = "process-*.lock"


@dataclass(frozen=True)
class Condition:
    """What a process says of itself. `beats` moves while its event loop runs."""

    pid: int
    beats: int = 0
    faults: tuple[Fault, ...] = ()
    """Why it is not ready; empty: it is."""
    gauges: Mapping[str, float] = field(default_factory=dict)
    """What is measured of it now, by the name of a metric and its labels."""


@dataclass(frozen=True)
class Shift:
    """So many processes serve one port together, from one folder; None: this one serves alone."""

    folder: Path | None = None
    count: int = 1

    def others(self) -> list[Condition]:
        """What the others say of themselves."""
        return list_processes(self.folder, others=True) if self.folder else []

    def faults_of_others(self) -> tuple[Fault, ...]:
        """Why are the others not ready?"""
        return tuple(fault for one in self.others() for fault in one.faults)


ALONE = Shift()


class Member:
    """This process among those that serve together."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._condition = Condition(os.getpid())

    def tell(self, faults: Sequence[Fault], gauges: Mapping[str, float]) -> None:
        """Say that this process lives, and how. A full disk keeps nobody from serving."""
        self._condition = replace(self._condition, beats=self._condition.beats + 1, faults=tuple(faults), gauges=gauges)
        new = self._file.with_suffix(".new")
        with suppress(OSError):
            new.write_text(json.dumps(asdict(self._condition)))
            new.replace(self._file)


@contextmanager
def membership(folder: Path) -> Iterator[Member]:
    """This process is one of those of this folder while the block runs."""
    lock = folder / f"process-{os.getpid()}.lock"
    with Lock(lock):
        try:
            yield Member(lock.with_suffix(".json"))
        finally:
            clear(folder, os.getpid())


def clear(folder: Path, pid: int) -> None:
    """Remove what a process has left."""
    for suffix in ("json", "new", "lock"):
        (folder / f"process-{pid}.{suffix}").unlink(missing_ok=True)


def list_processes(folder: Path, *, others: bool = False) -> list[Condition]:
    """What the processes of this folder that live say of themselves; `others`: without this one."""
    found = (_read(lock) for lock in sorted(folder.glob(LOCKS)))
    return [one for one in found if one and not (others and one.pid == os.getpid())]


def lives(file: Path) -> bool:
    """Does the process live that keeps this file?"""
    if not file.exists():
        return False
    with Lock(file, shared=True, wait=False) as alone:
        return not alone.held


def await_end(folder: Path, patience_s: float) -> bool:
    """Wait until no process of this folder lives. Did they end in time?"""
    end = time.monotonic() + patience_s
    while any(map(lives, folder.glob(LOCKS))):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _read(lock: Path) -> Condition | None:
    """None: the process is dead, or has said nothing yet."""
    try:
        facts = json.loads(lock.with_suffix(".json").read_text())
    except OSError:
        return None
    condition = Condition(**{**facts, "faults": tuple(Fault(**one) for one in facts["faults"])})
    return condition if lives(lock) else None
