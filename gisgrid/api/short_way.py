"""The shortest way of a kept tile: from the server's parser to its line, past every middleware, without a task.

What it answers is what the long way would: the same status, headers and bytes, never older than what was acknowledged
when the request came, counted and named alike. Every request that is not plainly of that kind goes the long way.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from starlette.types import Scope

from gisgrid.api.kept_tiles import Answer, has_now, headers_of, key_of_tile
from gisgrid.api.metrics import TILE, Meters, log_request, name_request
from gisgrid.api.news import LOOKED, News
from gisgrid.api.proxies import HSTS
from gisgrid.api.writing import Writing
from gisgrid.logs import REQUEST_ID
from gisgrid.tile_cache import Key
from gisgrid.ways import OF_PROXIES, Wayfinder

log = logging.getLogger("gisgrid")
MOST_WAYS = 4096
"""So many ways of requests are remembered: one for each client of a proxy."""
LONGEST_WAY, LONGEST_NAME = 1000, 64
"""Bytes of headers, and of a header's name: what is longer goes the long way, and is not remembered."""
_PLAIN, _LONG, _WAY, _HAS, _PACKED, _NAMED = range(6)
_KINDS = {
    **dict.fromkeys((b"authorization", b"origin", b"content-length", b"transfer-encoding"), _LONG),
    **dict.fromkeys((b"expect", b"upgrade"), _LONG),
    b"host": _WAY,
    b"if-none-match": _HAS,
    b"accept-encoding": _PACKED,
    b"x-request-id": _NAMED,
}
_LINES = {200: b"HTTP/1.1 200 OK\r\n", 204: b"HTTP/1.1 204 No Content\r\n", 304: b"HTTP/1.1 304 Not Modified\r\n"}
Pairs = Sequence[tuple[bytes, bytes]]


class Cycle(Protocol):
    """What the server knows of one request and its answer (uvicorn's RequestResponseCycle)."""

    scope: Any
    transport: Writing
    flow: Any
    default_headers: Any
    message_event: Any
    on_response: Callable[[], None]
    disconnected: bool
    keep_alive: bool
    response_started: bool
    response_complete: bool


class _Asked:
    """One request: for which tile, what it says of itself, since when; `start` lets the app answer it."""

    __slots__ = ("began", "cycle", "has", "is_https", "key", "packed", "request_id", "start")
    key: Key

    def __init__(self, cycle: Cycle, start: Callable[[], None]) -> None:
        self.cycle, self.start, self.began = cycle, start, time.perf_counter()
        self.has = self.packed = self.request_id = b""
        self.is_https = False


class ShortWay:
    """Answers what is kept, for all requests together that waited for one look at the database.

    `is_open`: may the pages of all other sites read tiles?
    """

    def __init__(self, news: News, meters: Meters, finder: Wayfinder, *, is_open: bool) -> None:
        self._news, self._meters, self._finder, self._is_open = news, meters, finder, is_open
        self._ways: dict[tuple[Any, ...], tuple[bool, str] | None] = {}
        self._dated: tuple[Pairs, bytes] = ((), b"")

    def take(self, cycle: Cycle, start: Callable[[], None]) -> bool:
        """Take this request if its tile is kept now: it is answered soon, or `start` is called."""
        scope = cycle.scope
        if scope["method"] != "GET" or scope["http_version"] != "1.1" or not cycle.keep_alive:
            return False
        if not self._news.is_here():
            return False
        asked = _Asked(cycle, start)
        if not self._read(asked, scope) or self._find(asked) is None:
            return False
        self._news.call(lambda is_known: self._answer(asked, is_known=is_known))
        return True

    def _read(self, asked: _Asked, scope: Scope) -> bool:
        """Read the headers and the address. Is this plainly such a request?"""
        spoken: list[Any] = [scope["client"] and scope["client"][0]]
        for name, value in scope["headers"]:
            kind = kind_of(name) if len(name) <= LONGEST_NAME else _LONG
            if kind == _LONG:
                return False
            if kind == _WAY:
                spoken += name, value
            elif kind == _HAS:
                asked.has = value
            elif kind == _PACKED:
                asked.packed = value
            elif kind == _NAMED:
                asked.request_id = asked.request_id or value
        way = self._way(tuple(spoken), scope)
        if way is None:
            return False
        asked.is_https, prefix = way
        path: str = scope["path"]
        key = key_of_tile(path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path, scope["query_string"])
        if key is None:
            return False
        asked.key = key
        return True

    def _way(self, spoken: tuple[Any, ...], scope: Scope) -> tuple[bool, str] | None:
        """Is it over https, and below which prefix? None: through a proxy that says nothing, of which we may warn."""
        try:
            return self._ways[spoken]
        except KeyError:
            if sum(len(word) for word in spoken[1:]) > LONGEST_WAY:
                return None
            way = self._finder.find(scope)
            if len(self._ways) >= MOST_WAYS:
                self._ways.clear()
            is_silent = way.is_proxied and way.address == spoken[0] and any(name != b"host" for name in spoken[1::2])
            found = self._ways[spoken] = None if is_silent else (way.scheme == "https", way.prefix)
            return found

    def _find(self, asked: _Asked) -> Answer | None:
        """The tile, if it is kept now, and need not be unpacked."""
        kept = self._news.cache.find(asked.key)
        answer = kept.answer if kept else None
        if not isinstance(answer, Answer) or (answer.is_gzip and b"gzip" not in asked.packed):
            return None
        return answer

    def _answer(self, asked: _Asked, *, is_known: bool) -> None:
        """Send the tile if it is kept still, else let the app draw it. `is_known`: what was committed is known."""
        cycle = asked.cycle
        if cycle.disconnected:
            return
        answer = self._find(asked) if is_known else None
        if answer is None or cycle.flow.write_paused or not cycle.keep_alive:  # the service may be ending
            cycle.scope[LOOKED] = is_known
            asked.start()
            return
        has_it = has_now(asked.has, answer)
        variant = has_it, asked.is_https
        head = answer.heads.get(variant) or answer.heads.setdefault(variant, self._head(answer, *variant))
        status, body = (304, b"") if has_it else (answer.status, answer.body)
        name = name_request(asked.request_id)
        date = self._date(cycle.default_headers)
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write_whole(b"".join((_LINES[status], date, head, name.encode(), b"\r\n\r\n", body)))
        cycle.message_event.set()
        cycle.on_response()
        cycle.on_response = _nothing  # as uvicorn does, so that none holds the other
        self._count(status, name, time.perf_counter() - asked.began)

    def _count(self, status: int, name: str, seconds: float) -> None:
        self._meters.count("GET", TILE, status, seconds, source="kept")
        if log.isEnabledFor(logging.INFO):
            token = REQUEST_ID.set(name)
            log_request("GET", TILE, status, seconds)
            REQUEST_ID.reset(token)

    def _head(self, answer: Answer, has_it: bool, is_https: bool) -> bytes:
        """Every header but the date, up to the value of the last one, which is the request's name."""
        pairs = headers_of(answer, has_it=has_it, is_packed=answer.is_gzip)
        if self._is_open:
            pairs.append((b"access-control-allow-origin", b"*"))
        if is_https:
            pairs.append(HSTS)
        return _lines(pairs) + b"x-request-id: "

    def _date(self, pairs: Pairs) -> bytes:
        """What the server says in every answer: the date, of which it makes a new list each second."""
        if self._dated[0] is not pairs:
            self._dated = pairs, _lines(pairs)
        return self._dated[1]


def _nothing() -> None:
    """Has been done."""


def _lines(pairs: Pairs) -> bytes:
    return b"".join(b"%b: %b\r\n" % pair for pair in pairs)


@lru_cache(maxsize=1024)
def kind_of(name: bytes) -> int:
    """What a header of this name means to a kept tile."""
    return _KINDS.get(name, _WAY if OF_PROXIES.fullmatch(name.decode("latin-1")) else _PLAIN)
