"""Batches of pings that wait at the same moment are kept together: one transaction for many workers.

Nobody waits for company. Who comes while a writer is free is written at once; who comes meanwhile is written next, with
everybody who waits then, and answered once it is committed. Nobody pays for another: whose trail is held elsewhere is
written by himself, and if a transaction of many fails, each of them is.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from gisgrid.database import Database
from gisgrid.errors import Fault, Unavailable
from gisgrid.patrol import Batch, Extent, Ping, Received, receive, receive_together

MOST = 50
"""Batches of one transaction."""
MOST_PINGS = 10_000
"""Pings of one transaction, but for a single batch."""
Outcome = Received | Exception


@dataclass(eq=False)
class _Waiting:
    """A batch of which `count` pings are still to be read, in a thread, and who waits until it is committed."""

    worker: str
    read: Callable[[], Sequence[Ping]]
    count: int
    turn: "asyncio.Future[Outcome]"


class PingGatherer:
    """Keeps batches for any number of requests of one event loop, by `writers` connections and one more.

    The one more is for batches that have to be written by themselves, one after the other.
    """

    def __init__(self, database: Database, extent: Extent, *, writers: int) -> None:
        self._database, self._extent, self._writers = database, extent, writers
        self._line: deque[_Waiting] = deque()
        self._alone: deque[_Waiting] = deque()
        self._under_way: set[str] = set()
        """Workers of whom a batch is being written: the next one waits for it here, and not in the database."""
        self._writing, self._is_one_alone = 0, False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many batches wait for a writer?"""
        return len(self._line) + len(self._alone)

    async def receive(self, worker: str, read: Callable[[], Sequence[Ping]], count: int) -> Received:
        """Keep these pings of a worker, about so many; committed when it returns. `read` runs in a thread.

        Raises what `gisgrid.patrol.receive` raises.
        """
        waiting = _Waiting(worker, read, count, asyncio.get_running_loop().create_future())
        self._line.append(waiting)
        self._begin()
        outcome = await asyncio.shield(waiting.turn)  # others are written with it, also when he hangs up
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _begin(self) -> None:
        """Let free writers take what waits."""
        while self._writing < self._writers and (together := self._take()):
            self._writing += 1
            self._under_way.update(one.worker for one in together)
            self._start(self._write(together))
        if self._alone and not self._is_one_alone:
            self._is_one_alone = True
            self._start(self._write_alone(self._alone.popleft()))

    def _start(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(what)
        self._tasks.add(task)  # the loop keeps no hold of it
        task.add_done_callback(self._tasks.discard)

    def _take(self) -> list[_Waiting]:
        """Those who wait and can be written in one transaction, in their order; of each worker one."""
        together: list[_Waiting] = []
        left: deque[_Waiting] = deque()
        taken, count = set(self._under_way), 0
        for one in self._line:
            is_full = len(together) == MOST or (together and count + one.count > MOST_PINGS)
            if is_full or one.worker in taken:
                left.append(one)
            else:
                together.append(one)
                count += one.count
            taken.add(one.worker)
        self._line = left
        return together

    async def _write(self, together: list[_Waiting]) -> None:
        outcomes: Sequence[Outcome | None] = [_lost()] * len(together)
        try:
            outcomes = await run_in_threadpool(self._keep, together)
        except Unavailable as error:
            outcomes = [error] * len(together)
        except Exception as error:  # of any kind: each is tried by itself, if there were several
            outcomes = [error] if len(together) == 1 else [None] * len(together)
        finally:
            self._writing -= 1
            for one, outcome in zip(together, outcomes, strict=True):
                self._end(one, outcome)
            self._begin()

    async def _write_alone(self, one: _Waiting) -> None:
        outcome: Outcome = _lost()
        try:
            outcome = await run_in_threadpool(self._keep_alone, one)
        except Exception as error:  # of any kind: who sent the batch gets it
            outcome = error
        finally:
            self._is_one_alone = False
            self._end(one, outcome)
            self._begin()

    def _end(self, one: _Waiting, outcome: Outcome | None) -> None:
        if outcome is None:
            self._alone.append(one)
            return
        self._under_way.discard(one.worker)
        if not one.turn.done():
            one.turn.set_result(outcome)

    def _keep(self, together: Sequence[_Waiting]) -> list[Received | None]:
        batches = [Batch(one.worker, one.read()) for one in together]
        with self._database.transaction() as connection:
            return receive_together(connection, batches, self._extent)

    def _keep_alone(self, one: _Waiting) -> Received:
        pings = one.read()
        with self._database.transaction() as connection:
            return receive(connection, one.worker, pings, self._extent)


def _lost() -> Unavailable:
    return Unavailable(Fault("service", "this batch was not written", "send it again"))
