"""Draws the tiles that are kept: past the app's routing, over connections of the event loop, without a thread."""

import re
import time
from datetime import datetime
from urllib.parse import unquote_plus

from fastapi import Response
from starlette.concurrency import run_in_threadpool

from gisgrid.api.tiles import answer_plain, draw_plain
from gisgrid.database import Database
from gisgrid.errors import Refused
from gisgrid.lines import Line
from gisgrid.settings import Settings
from gisgrid.tile_cache import Key, ListKey
from gisgrid.tiles import arguments, tile_values, tile_words
from gisgrid.times import read_instant

LONG = 20_000
"""What is longer, in bytes, is compressed in a thread, because the loop serves everybody."""
_DATE = re.compile(rb"at=([^&]+)")


class Drawing:
    """Draws tiles of public layers as `get_tile` does for a stranger, so many at a time as it has lines.

    While a line is not open, or breaks off, its tile is drawn through the pool of connections.
    """

    def __init__(self, database: Database, settings: Settings, lines: int) -> None:
        self._database, self._network, self._zone = database, settings.network, settings.timezone
        self._lines = [Line(database) for _ in range(lines)]
        self._free = list(self._lines)

    async def draw(self, key: Key) -> Response | None:
        """The tile of the service's own network, as of now or of its date; None: the app has to draw it.

        Raises Unavailable, or what SQLAlchemy says, when the database does not answer.
        """
        dated = _DATE.fullmatch(key.query)
        if isinstance(key, ListKey) or (key.query and not dated):
            return None
        try:
            at = read_instant("at", unquote_plus(dated[1].decode()), self._zone) if dated else None
        except Refused:
            return None
        if drawn := await self._ask(key, at):
            return drawn
        return await run_in_threadpool(draw_plain, self._database, self._network, key.layers, key.tile, at)

    def close(self) -> None:
        """End the lines, with their event loop."""
        for line in self._lines:
            line.close()

    async def _ask(self, key: Key, at: datetime | None) -> Response | None:
        if not self._free:
            return None
        words, constants = tile_words(key.layers)
        values = constants | tile_values(key.tile, at, arguments(self._network))
        line, started = self._free.pop(), time.perf_counter()
        try:
            held = await line.ask(words, values)
        finally:
            self._free.append(line)
        if held is None:
            return None
        body, sql_ms = bytes(held), (time.perf_counter() - started) * 1000
        if len(body) > LONG:
            return await run_in_threadpool(answer_plain, body, sql_ms)
        return answer_plain(body, sql_ms)
