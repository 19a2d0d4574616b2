"""A lock between processes, by a file and flock; it opens when its holder dies."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from gisgrid.steps import Say

_held: set["Lock"] = set()
"""Taken locks; this set keeps them until `release` or the end of the process."""


class Lock:
    """Only one holder at a time, or many `shared` ones; `held` says whether `wait=False` got it."""

    def __init__(self, file: Path, *, shared: bool = False, wait: bool = True, say: Say | None = None) -> None:
        self.file, self.shared, self.wait, self.say = file, shared, wait, say
        self.held = False
        self._descriptor = -1

    def acquire(self) -> "Lock":
        """Take the lock; without `wait` the caller looks at `held`."""
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
        """Release the lock; a second call does nothing."""
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
