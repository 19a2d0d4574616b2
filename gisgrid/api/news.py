"""What was committed until now, read once for all requests that wait for it; what is kept from one to the next."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from gisgrid.database import Database
from gisgrid.errors import GisgridError
from gisgrid.tile_cache import Change, TileCache, read_news

MOST_BYTES = 64_000_000
PAUSE_S = 0.005
"""Between two looks at the database, so that many requests share one."""


class News:
    """What was committed until now, read for all requests that wait; owns the kept tiles."""

    def __init__(self, database: Database) -> None:
        self.cache = TileCache(MOST_BYTES)
        self.redrawn = 0
        """Grows with each look that finds areas changed, or may have missed it."""
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seen = ""
        self._reading: asyncio.Future[bool] | None = None
        self._next: asyncio.Future[bool] | None = None

    def start(self) -> None:
        """Begin, in this event loop."""
        self._loop = asyncio.get_running_loop()

    def is_here(self) -> bool:
        """Was it begun in this event loop?"""
        return self._loop is not None and asyncio.get_running_loop() is self._loop

    async def read(self) -> bool:
        """Drop what has changed until now. Returns whether the database said so."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._read_after(self._reading))
        return await asyncio.shield(self._next)

    async def _read_after(self, earlier: "asyncio.Future[bool] | None") -> bool:
        """Read once the earlier look has ended; who comes from here on waits for the next one."""
        if earlier is not None and not earlier.done():
            await asyncio.wait([earlier])
            await asyncio.sleep(PAUSE_S)
        self._reading, self._next = self._next, None
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
