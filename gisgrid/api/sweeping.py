"""When Python looks through all that is kept for garbage: at a calm moment, and not while a report is answered.

By itself it does so whenever a quarter more is kept than at the last time, and everything waits meanwhile: with 500
open maps a quarter of a second, each second or two. What lives shortly is looked through as it comes and goes.
"""

import asyncio
import gc
import time
from collections.abc import Callable

YOUNG, MIDDLE, NEVER = 5_000, 10, 1_000_000_000
"""Python's thresholds here. Of 700 young objects, its own, half are in use still: a request has hundreds."""
LOOK_S = 1.0
CALM_S = 60.0
"""At least this long between two looks through all."""
LATEST_S = 120.0
"""After so long it is done while requests are under way, too."""


class Sweeper:
    """Looks through all that is kept for garbage, in an event loop, at calm moments.

    For a process that does nothing but serve: it changes how Python collects garbage in all of it. `is_calm`: does no
    request wait for an answer?
    """

    def __init__(self, is_calm: Callable[[], bool]) -> None:
        self._is_calm = is_calm
        self._usual = gc.get_threshold()
        self._next: asyncio.TimerHandle | None = None
        self._swept_at = 0.0

    def start(self) -> None:
        """Begin, in this event loop: what is there now, which is mostly code, stays and is never looked through."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        self._swept_at = time.monotonic()
        self._wait()

    def stop(self) -> None:
        """Leave it to Python again."""
        if self._next is not None:
            self._next.cancel()
            gc.set_threshold(*self._usual)

    def _wait(self) -> None:
        self._next = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _look(self) -> None:
        since_s = time.monotonic() - self._swept_at
        has_aged = gc.get_count()[2] > 0  # or nothing was kept since
        if has_aged and since_s >= (CALM_S if self._is_calm() else LATEST_S):
            gc.collect()
            self._swept_at = time.monotonic()
        self._wait()
