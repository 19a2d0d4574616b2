"""Look-ups from memory, before any routing: a point strictly inside one of today's grids is answered by an index.

A request asks the database first what was committed until now, as tiles do (`kept_tiles.News`), and gets no answer of
grids that a publish had replaced by then: while the index is behind, and for every other question, the app answers.
"""

import asyncio
import json
import logging
import re
import time
from contextlib import suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgrid.api.news import News
from gisgrid.assignment.present import Inside, Present, read_present
from gisgrid.coordinates import NAMED_SYSTEMS, check_point
from gisgrid.database import Database
from gisgrid.errors import Refused
from gisgrid.geo import LonLat

log = logging.getLogger("gisgrid")
PATH = "/api/v1/locate"
INDEX = b'cache;desc="index", sql;dur=0.0'
"""What Server-Timing says of a look-up without a statement of its own."""
AGAIN_S = 5.0
"""So long after an index could not be made, it is not tried again."""
_QUERY = re.compile(
    r"(?=.*(?:^|&)lon=)(?=.*(?:^|&)lat=)(?=.*(?:^|&)system=)"
    r"(?:(?:lon|lat)=-?[0-9]{1,8}(?:\.[0-9]{1,20})?|system=[a-z0-9]+|network=[A-Za-z0-9_-]+)"
    r"(?:&(?:(?:lon|lat)=-?[0-9]{1,8}(?:\.[0-9]{1,20})?|system=[a-z0-9]+|network=[A-Za-z0-9_-]+)){2,3}"
)
_PER_ANSWER = {b"content-length", b"server-timing"}


@dataclass(frozen=True)
class _Asked:
    """A point in a named system."""

    lon: float
    lat: float
    system: str


@dataclass(frozen=True)
class _Manner:
    """How the app answered such a question: its headers but for what differs each time, and its route."""

    headers: tuple[tuple[bytes, bytes], ...]
    route: object


class PresentGrids:
    """The index of a network's grids, made when it is first asked for, and again after each publish.

    Look-ups read it by the news (`read`), reports by the number of redraws that they have read themselves (`read_now`).
    """

    def __init__(self, database: Database, news: News, network: str) -> None:
        self.news, self.network = news, network
        self._database = database
        self._present: Present | None = None
        self._redrawn = -1
        self._making: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin, in this event loop: from here on it can be made."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """End with the event loop."""
        self._loop = None

    def read_now(self, network: str, redrawn: int | None) -> Present | None:
        """From any thread: the index, if it is of this network and redrawn so often; else None, and it is made."""
        if network != self.network:
            return None
        present, loop = self._present, self._loop
        if present is not None and present.holds.redrawn == redrawn and time.monotonic() < present.ends:
            return present
        if loop is not None:
            with suppress(RuntimeError):  # the loop ends
                loop.call_soon_threadsafe(self._begin)
        return None

    def _begin(self) -> None:
        if self._making is None and time.monotonic() > self._not_before:
            self._making = asyncio.create_task(self._make())

    async def read(self) -> Present | None:
        """The grids as of a commit that was the last one during this call; None: the index is not that far."""
        if not await self.news.read():
            return None
        if self._redrawn == self.news.redrawn:
            return self._present
        self._begin()
        return None

    async def _make(self) -> None:
        """Read what has changed. What the index then holds was committed after the look that brought this number."""
        redrawn = self.news.redrawn
        try:
            self._present = await run_in_threadpool(self._ask)
            self._redrawn = redrawn
        except Exception as error:  # of any kind: the app answers without an index
            log.warning("the index of grids could not be made: %s", error)
            self._present, self._redrawn, self._not_before = None, -1, time.monotonic() + AGAIN_S
        finally:
            self._making = None

    def _ask(self) -> Present:
        with self._database.transaction() as connection:
            return read_present(connection, self.network, self._present)


class LookUps:
    """ASGI middleware in front of everything: answers what the index can, and lets every other request pass.

    The first answer is the app's, from which it learns the headers.
    """

    def __init__(self, app: ASGIApp, grids: PresentGrids) -> None:
        self.app = app
        self.grids = grids
        self._manner: _Manner | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        asked = self._read(scope) if scope["type"] == "http" and scope["path"] == PATH else None
        if asked is None or not self.grids.news.is_here():
            await self.app(scope, receive, send)
            return
        present = await self.grids.read()
        body = None if present is None or self._manner is None else _answer(present, asked)
        if body is None or self._manner is None:
            await self.app(scope, receive, self._learning(scope, send))
            return
        scope["route"] = self._manner.route
        added = (b"content-length", str(len(body)).encode()), (b"server-timing", INDEX)
        await send({"type": "http.response.start", "status": 200, "headers": [*self._manner.headers, *added]})
        await send({"type": "http.response.body", "body": body})

    def _read(self, scope: Scope) -> _Asked | None:
        """What is asked, if it is what the index can answer: where is this point now, as a stranger asks it."""
        query = scope["query_string"].decode("latin-1")
        if scope["method"] != "GET" or not _QUERY.fullmatch(query):
            return None
        pairs = [part.partition("=")[::2] for part in query.split("&")]
        named = dict(pairs)
        if len(named) < len(pairs) or named["system"] not in NAMED_SYSTEMS:
            return None
        if named.get("network", self.grids.network) != self.grids.network:
            return None
        if any(name == b"authorization" for name, _ in scope["headers"]):
            return None
        return _Asked(float(named["lon"]), float(named["lat"]), named["system"])

    def _learning(self, scope: Scope, send: Send) -> Send:
        """Send what the app says, and keep how it says it."""

        async def learn(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                said = message.get("headers", ())
                kept = tuple((name, value) for name, value in said if name not in _PER_ANSWER)
                if not any(name == b"content-encoding" for name, _ in kept):
                    self._manner = _Manner(kept, scope.get("route"))
            await send(message)

        return send if self._manner else learn


def _answer(present: Present, asked: _Asked) -> bytes | None:
    """The answer as the app's own `Located` would be written; None: the app is asked."""
    try:
        point = check_point(asked.lon, asked.lat, asked.system, present.extent)
    except Refused:
        return None
    found = present.find(point.lon, point.lat)
    return None if found is None else _write(found, point, asked.system)


def _write(found: Inside, point: LonLat, system: str) -> bytes:
    how = {
        "method": "inside",
        "confidence": 1.0,
        "distance_to_edge_m": found.distance_to_edge_m,
        "candidates": [{"code": found.code, "share": 1.0}],
        "version": found.version,
        "system": system,
    }
    grid = {"code": found.code, "name": found.name, "kind": found.kind}
    facts = {"grid": grid, "assignment": how, "point": {"lon": point.lon, "lat": point.lat}, "doubt": None}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
