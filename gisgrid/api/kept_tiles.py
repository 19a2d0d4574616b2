"""Tiles and lists of areas from memory, before any routing, while nothing in them has changed. Long: keys and answers.

A request asks the database what was committed until now, by one statement for all requests that wait at that moment.
So no answer is older than what was acknowledged when its request came: by any process, whether a
notification was lost, a listener was cut off, or the tile was being drawn during the commit.
"""

import asyncio
import gzip
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgrid.api.guards import HEADERS
from gisgrid.api.lanes import Busy, Lane, refuse
from gisgrid.api.metrics import AREAS
from gisgrid.api.news import LOOKED, MOST_BYTES, News
from gisgrid.api.shares import share_drawing
from gisgrid.errors import GisgridError
from gisgrid.geo import TileCoord
from gisgrid.layers import all_layers
from gisgrid.tile_cache import Kept, Key, list_key

DRAWN_AFTER = 5
"""So many times as long as another answer a tile may be waited for: each waits once, however many maps ask for it, and
a map that is refused comes back, which is dearer."""
MOST_OF_ONE = MOST_BYTES // 4
LONG = 100_000
"""What is longer is unpacked in a thread, because the loop serves everybody."""
LONGEST = 400
"""Addresses that are longer are not remembered: what somebody makes up must not fill the memory."""
KEPT = b'cache;desc="kept", sql;dur=0.0'
"""What Server-Timing says of a tile that was not drawn for this request."""
_PATH = re.compile(r"/tiles/([a-z_,]+)/([0-9]{1,2})/([0-9]{1,8})/([0-9]{1,8})\.mvt")
_FILTER = rb"category=[A-Za-z0-9_.%-]+", rb"state=(?:open|done)", rb"from=\d{4}-\d\d-\d\d", rb"to=\d{4}-\d\d-\d\d"
_DATE = rb"at=[0-9A-Za-z:.%+-]+"
_QUERY = re.compile(b"".join(rb"(?:&%b)?" % each for each in (rb"network=[A-Za-z0-9_-]+", *_FILTER, _DATE)))
"""Of an address's `&` and query, what may be kept: nothing that becomes another by time alone, as what is overdue does.

A tile of a date becomes another by what is committed, as that of now."""
_LIST = re.compile(rb"(?:&(?:level=[a-z]+|parent=[A-Za-z0-9_-]+|network=[A-Za-z0-9_-]+|geometry=(?:true|false)))*")
"""Of a list's `&` and query, what may be kept: no box, of which there are too many, and no other date."""
_PER_ANSWER = {b"content-length", b"content-encoding", b"server-timing"}
_KEPT_BACK = {b"accept-encoding", b"if-none-match", b"authorization", b"cookie"}


@dataclass(frozen=True)
class Answer:
    """A tile as it is sent: 200 or 204, its headers, its bytes, gzipped where a header says so."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    etag: bytes
    is_gzip: bool
    timing: bytes
    heads: dict[tuple[bool, bool], bytes] = field(default_factory=dict, compare=False)
    """Its headers as the short way sends them: to who has it already, over https."""


class KeptTiles:
    """ASGI middleware in front of everything: answers tiles of public layers that are kept, and keeps the others.

    Only in the event loop in which `start` was called; elsewhere, and without it, it lets every request pass.

    Of each tile one drawing is under way at a time, and all who come meanwhile wait for one more. So many are drawn at
    once as `drawing` has places, however many maps ask: reports come in beside them. Who would wait too long gets 503.

    `draw` draws what is plain as the app would, and leaves the rest to the app.
    """

    def __init__(
        self, app: ASGIApp, news: News, drawing: Lane, draw: Callable[[Key], Awaitable[Response | None]]
    ) -> None:
        self.app = app
        self.draw = draw
        self.news = news
        self.drawing = drawing
        self._under_way: dict[Key, asyncio.Task[Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        key = _key(scope) if self.news.is_here() else None
        try:
            answer = await self._find(key, scope) if key else None
        except Busy:
            await refuse(scope, receive, send)
            return
        if answer is None:
            await self.app(scope, receive, send)
        else:
            await _send(answer, dict(scope["headers"]), send)

    async def _find(self, key: Key, scope: Scope) -> Answer | None:
        """The answer as of now; None: it cannot be kept, or the database does not answer. Raises Busy."""
        if not scope.get(LOOKED) and not await self.news.read():
            return None
        kept = self.news.cache.find(key)
        if kept is None:
            kept = self.news.cache.expect(key, is_waiting=True)
            kept.answer = asyncio.create_task(self._draw(key, kept, scope))
            kept.answer.add_done_callback(_noticed)
        if isinstance(kept.answer, asyncio.Future):
            return await asyncio.shield(kept.answer)
        assert isinstance(kept.answer, Answer)  # noqa: S101  # a kept tile is one or the other
        return kept.answer

    async def _draw(self, key: Key, kept: Kept, scope: Scope) -> Answer | None:
        """Let the app draw the tile, once for all who wait for it, and after an earlier drawing of it. Raises Busy."""
        answer: Answer | None = None
        try:
            if earlier := self._under_way.get(key):
                await asyncio.wait([earlier])
            if not await self.drawing.enter():
                raise Busy
            began = time.monotonic()
            mine = self._under_way[key] = asyncio.ensure_future(self._ask(key, scope))
            kept.is_waiting = False
            try:
                answer = await mine
            finally:
                self.drawing.leave(time.monotonic() - began)
                if self._under_way.get(key) is mine:
                    del self._under_way[key]
        finally:
            if answer is None or len(answer.body) > MOST_OF_ONE:
                if self.news.cache.find(key) is kept:
                    self.news.cache.drop(key)
            else:
                self.news.cache.keep(key, kept, replace(answer, timing=KEPT, heads={}), len(answer.body) + 1000)
        return answer

    async def _ask(self, key: Key, scope: Scope) -> Answer | None:
        """The tile as of now; None: the app has to say what is wrong."""
        try:
            drawn = await self.draw(key)
        except (GisgridError, SQLAlchemyError):
            return None
        if drawn is None:
            return await _ask(self.app, scope)
        return _answer(drawn.status_code, [*drawn.raw_headers, *HEADERS], bytes(drawn.body))


def drawing_lane(wait_s: float, processes: int) -> Lane:
    """The places in which one of so many processes draws tiles."""
    return Lane(share_drawing(processes), wait_s * DRAWN_AFTER, sure=0.2)  # one that took long says little of others


def _noticed(drawn: "asyncio.Task[Answer | None]") -> None:
    """Who asked may have gone: what failed is nobody's then."""
    if not drawn.cancelled():
        drawn.exception()


def _key(scope: Scope) -> Key | None:
    """Which tile or list is asked for, if it is one that may be kept: of public layers, now."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    if scope["path"] == AREAS:
        return _key_of_list(scope)
    if not scope["path"].startswith("/tiles/"):
        return None
    if any(name == b"authorization" for name, _ in scope["headers"]):  # which may be wrong, and then is refused
        return None
    return key_of_tile(scope["path"], scope["query_string"])


def key_of_tile(path: str, query: bytes) -> Key | None:
    """Which tile this address names, if it is one that may be kept; for who shows no secret."""
    return remembered_key(path, query) if len(path) + len(query) <= LONGEST else None


@lru_cache(maxsize=20_000)
def remembered_key(path: str, query: bytes) -> Key | None:
    """The same for an address that is short enough to be remembered."""
    found = _PATH.fullmatch(path)
    if not found or not _QUERY.fullmatch(query and b"&" + query):
        return None
    layers = tuple(found[1].split(","))
    known = all_layers()
    if not all(name in known and not known[name].scoped for name in layers):
        return None
    tile = TileCoord(int(found[2]), int(found[3]), int(found[4]))
    return Key(layers, tile, query) if tile.exists else None


def _key_of_list(scope: Scope) -> Key | None:
    query = scope["query_string"]
    if not _LIST.fullmatch(query and b"&" + query) or any(name == b"authorization" for name, _ in scope["headers"]):
        return None
    return list_key(query)


async def _ask(app: ASGIApp, scope: Scope) -> Answer | None:
    """The app's answer to this request, gzipped, as if a stranger asked for the first time; None: none to keep."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(name, value) for name, value in scope["headers"] if name not in _KEPT_BACK]
    await app({**scope, "headers": [*headers, (b"accept-encoding", b"gzip")], "state": {}}, receive, send)
    start = said[0]
    if start["status"] not in (200, 204):
        return None
    body = b"".join(message.get("body", b"") for message in said[1:])
    headers = start["headers"]
    if not any(name == b"etag" for name, _ in headers):
        etag = b'W/"%b"' % (await run_in_threadpool(hashlib.blake2b, body, digest_size=12)).hexdigest().encode()
        headers = [*headers, (b"etag", etag)]
    return _answer(start["status"], headers, body)


def _answer(status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> Answer:
    named = dict(headers)
    kept = tuple((name, value) for name, value in headers if name not in _PER_ANSWER)
    is_gzip = named.get(b"content-encoding") == b"gzip"
    return Answer(status, kept, body, named[b"etag"], is_gzip, named.get(b"server-timing", b"sql"))


def has_now(said: bytes, answer: Answer) -> bool:
    """Does who says this (If-None-Match) have the answer already?"""
    return bool(said) and answer.etag.removeprefix(b"W/") in re.findall(rb'"[^"]*"', said)


def headers_of(answer: Answer, *, has_it: bool, is_packed: bool) -> list[tuple[bytes, bytes]]:
    """Its headers, but for the length of what was unpacked; to who has it already those of a 304."""
    headers = [*answer.headers, (b"server-timing", answer.timing)]
    if has_it:
        return [(name, value) for name, value in headers if name != b"content-type"]
    if is_packed:
        headers.append((b"content-encoding", b"gzip"))
    if answer.status == 200 and is_packed is answer.is_gzip:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    return headers


async def _send(answer: Answer, asked: dict[bytes, bytes], send: Send) -> None:
    """Send the tile, or 304 if the client has it."""
    has_it = has_now(asked.get(b"if-none-match", b""), answer)
    is_packed = answer.is_gzip and b"gzip" in asked.get(b"accept-encoding", b"")
    status, body = (304, b"") if has_it else (answer.status, answer.body)
    headers = headers_of(answer, has_it=has_it, is_packed=is_packed)
    if body and answer.is_gzip and not is_packed:
        body = await run_in_threadpool(gzip.decompress, body) if len(body) > LONG else gzip.decompress(body)
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
