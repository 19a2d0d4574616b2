"""Connections of the event loop itself: one question at a time over each, without a thread.

The snapshot of now takes some 0.02 ms of processor time here and in the database so, a drawn tile 0.06 ms here; through
the pool, in a thread, twenty and five times as much.
"""

import asyncio
import os
import select
import time
from collections.abc import Mapping
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ

from gisgrid.database import Database
from gisgrid.round_trips import read_prepared

AGAIN_S = 1.0
"""So long after it broke off, the connection is not tried again."""
PATIENCE_S = 5.0
"""So long one step of opening it may take."""
SNAPSHOT = "SELECT CAST(pg_current_snapshot() AS text)"


class Line:
    """One connection to this database, of one event loop, opened in a thread when it is first asked for.

    It reads as `Database.reading` does, in the database's role, with nothing in scope.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cursor: Any = None
        self._prepared: set[str] = set()
        self._line = -1
        """The connection's socket, once more: the driver closes its own when the server hangs up."""
        self._waits: asyncio.Future[Any] | None = None
        self._opening: asyncio.Task[None] | None = None
        self._not_before = 0.0

    async def ask(self, statement: str, values: Mapping[str, object] | None = None) -> Any:
        """The one value that this statement gives, which is never null; it is PREPAREd once. One question at a time.

        None: nothing is connected yet, or it broke off, or the database refused: ask in another way.
        """
        if self._cursor is None:
            self._begin()
            return None
        waits: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waits = waits
        try:
            self._send(statement, values or {})
            return await waits
        except psycopg2.Error:
            self._end()
            return None
        except asyncio.CancelledError:  # its answer would be taken for that of the next question
            self._end()
            raise

    def close(self) -> None:
        """End the connection, with its event loop."""
        self._not_before = float("inf")
        if self._opening is not None:
            self._opening.cancel()
        self._end()

    def _send(self, statement: str, values: Mapping[str, object]) -> None:
        name, preparing, executing = read_prepared(statement)
        query = self._cursor.mogrify(executing, values) if values else executing.encode()
        if name not in self._prepared:
            query = preparing.encode() + b"; " + query
            self._prepared.add(name)
        self._cursor.execute(query)

    def _begin(self) -> None:
        if self._opening is None and time.monotonic() >= self._not_before:
            self._opening = asyncio.create_task(self._open())

    async def _open(self) -> None:
        try:
            self._cursor = await asyncio.to_thread(self._connect)
            self._prepared.clear()
            self._line = os.dup(self._cursor.connection.fileno())
            asyncio.get_running_loop().add_reader(self._line, self._hear)
        except psycopg2.Error:
            self._not_before = time.monotonic() + AGAIN_S
        finally:
            self._opening = None

    def _connect(self) -> Any:
        engine = self._database.engine
        _, where = engine.dialect.create_connect_args(engine.url)
        connection = psycopg2.connect(**where, async_=True, application_name=self._database.program)
        _wait(connection)
        cursor = connection.cursor()
        cursor.execute(*self._database.first_words)
        _wait(connection)
        return cursor

    def _hear(self) -> None:
        """Something can be read: the answer, a part of it, or the server has hung up."""
        connection = self._cursor.connection
        try:
            if (state := connection.poll()) == POLL_READ:
                return
            if state != POLL_OK:
                raise psycopg2.OperationalError("the line is full")
            said = self._cursor.fetchone()[0] if self._waits else None
        except psycopg2.Error:
            self._end()
            return
        self._tell(said)

    def _tell(self, said: Any) -> None:
        waits, self._waits = self._waits, None
        if waits is not None and not waits.done():
            waits.set_result(said)

    def _end(self) -> None:
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            asyncio.get_running_loop().remove_reader(self._line)
            os.close(self._line)
            cursor.connection.close()
        self._tell(None)


async def look(line: Line) -> str | None:
    """What would a transaction see that began now? A snapshot; two equal ones: nothing was committed between them.

    None: the line says nothing.
    """
    seen: str | None = await line.ask(SNAPSHOT)
    return seen


def _wait(connection: Any) -> None:
    """Until the connection is ready. Raises psycopg2.Error."""
    line = select.poll()
    while (state := connection.poll()) != POLL_OK:
        line.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not line.poll(PATIENCE_S * 1000):
            connection.close()
            raise psycopg2.OperationalError("the database does not answer")
