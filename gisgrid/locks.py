"""A lock between processes that its holder's death opens: a file and flock."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from gisgrid.steps import Say

_held: set["Lock"] = set()
"""Keeps taken locks alive although nobody keeps the object: they end by release or with us."""


class Lock:
    """Only one holder at a time, or many `shared` ones; `held` says whether `wait=False` got it."""

    def __init__(self, file: Path, *, shared: bool = False, wait: bool = True, say: Say | None = None) -> None:
        self.file, self.shared, self.wait, self.say = file, shared, wait, say
        self.held = False
        self._descriptor = -1

    def acquire(self) -> "Lock":
        """Take it; without `wait` look at `held`."""
        self._descriptor = os.open(self.file, os.O_RDONLY | os.O_CREAT, 0o644)
        mode = fcntl.LOCK_SH if self.shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._descriptor, mode | fcntl.LOCK_NB)
        except OSError:
            if not self.wait:
                return self
            if self.say:
                self.say(f"waiting for another gisgrid that holds {self.file}")
            fcntl.flock(self._descriptor, mode)
        self.held = True
        _held.add(self)
        return self

    def release(self) -> None:
        """Let it go; twice does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self.held = -1, False
        _held.discard(self)

    def __enter__(self) -> "Lock":
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
