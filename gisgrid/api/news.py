"""What was committed until now, read once for all requests that wait for it; what is kept from one to the next."""

import asyncio
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from gisgrid.database import Database
from gisgrid.errors import GisgridError
from gisgrid.lines import Line, look
from gisgrid.tile_cache import Change, TileCache, read_news

LOOKED = "gisgrid.looked"
"""Where a request's scope says that a look at the database has ended that began after the request came."""
MOST_BYTES = 64_000_000
PAUSE_S = 0.005
"""At most so long after one look at the database the next one begins, so that many requests share it: it begins once
as many wait for it as for one of the two before it."""


class News:
    """What was committed until now, read for all requests that wait; owns the kept tiles."""

    def __init__(self, database: Database) -> None:
        self.cache = TileCache(MOST_BYTES)
        self.redrawn = 0
        """Grows with each look that finds areas changed, or may have missed it."""
        self._database = database
        self._line = Line(database)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seen = ""
        self._reading: asyncio.Future[bool] | None = None
        self._next: asyncio.Future[bool] | None = None
        self._calls: list[Callable[[bool], None]] = []
        self._waiting, self._before, self._usual = 0, 0, 0
        """How many wait for the next look, did for the last one, and at most for one of the last two."""
        self._enough: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Begin, in this event loop."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """End with the event loop."""
        self._line.close()

    def is_here(self) -> bool:
        """Was it begun in this event loop?"""
        return self._loop is not None and asyncio.get_running_loop() is self._loop

    async def read(self) -> bool:
        """Drop what has changed until now. Returns whether the database said so."""
        return await asyncio.shield(self._look())

    def call(self, then: Callable[[bool], None]) -> None:
        """Drop what has changed until now, and call `then` with whether the database said so."""
        self._look()
        self._calls.append(then)

    def _look(self) -> "asyncio.Future[bool]":
        """The look that has not begun yet."""
        self._waiting += 1
        if self._enough is not None and self._waiting >= self._usual and not self._enough.done():
            self._enough.set_result(None)
        if self._next is None:
            self._next = asyncio.ensure_future(self._read_after(self._reading))
        return self._next

    async def _gather(self) -> None:
        """Let as many come as usual, but not for long."""
        if self._waiting < self._usual:
            self._enough = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._enough], timeout=PAUSE_S)
            self._enough = None

    async def _read_after(self, earlier: "asyncio.Future[bool] | None") -> bool:
        """Read once the earlier look has ended; who comes from here on waits for the next one."""
        if earlier is not None and not earlier.done():
            await asyncio.wait([earlier])
            await self._gather()
        self._reading, self._next = self._next, None
        self._usual, self._before, self._waiting = max(self._waiting, self._before), self._waiting, 0
        calls, self._calls = self._calls, []
        is_known = await self._read_now()
        for then in calls:
            asyncio.get_running_loop().call_soon(then, is_known)
        return is_known

    async def _read_now(self) -> bool:
        if self._seen and await look(self._line) == self._seen:
            return True
        if not self._seen:
            self.redrawn += 1
        try:
            self._seen, changes = await run_in_threadpool(self._ask)
        except (GisgridError, SQLAlchemyError):
            self.cache.clear()
            self._seen = ""
            return False
        self.redrawn += any(change.layer == "area" for change in changes)
        self.cache.make_old(changes)
        return True

    def _ask(self) -> tuple[str, list[Change]]:
        with self._database.reading() as connection:
            return read_news(connection, self._seen)
