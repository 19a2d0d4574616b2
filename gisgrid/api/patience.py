"""How long the server waits for a request to arrive, and for how many at once: a slow sender is cut off.

Connections whose request has not arrived are half open. Where one address has too many, or all together are too many,
the one that has waited longest is ended, unless it came a moment ago: many maps that come back at once are accepted
in one turn of the event loop, before any of their requests is read.
"""

import asyncio
import ipaddress
import time
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gisgrid.api.writing import Writing
from gisgrid.ways import Network, read_address

HEADERS_S = 10.0
BODY_S = 30.0
SLOWEST = 20_000
"""Bytes a second: a large body may take longer than BODY_S, but not longer than this."""
EACH = 100
"""Half-open connections of one address; of IPv6 of one network of 64 bits. Trusted proxies have no limit of their own,
because everybody's connections are theirs."""
ALL = 1_000
"""Half-open connections of all addresses."""
GRACE_S = 2.0
"""No connection is ended for another one so soon,"""
BURST = 4
"""unless there are so many times as many as there may be."""


class HalfOpen:
    """The connections whose request has not arrived, in the order in which they came."""

    def __init__(
        self, each: int = EACH, most: int = ALL, trusted: Sequence[Network] = (), grace_s: float = GRACE_S
    ) -> None:
        self._each, self._most, self._trusted, self._grace_s = each, most, trusted, grace_s
        self._all: dict[Any, tuple[str, float]] = {}
        """Whose it is, and since when it waits."""
        self._of: dict[str, dict[Any, Callable[[], None]]] = {}
        self._is_timed = False

    def __len__(self) -> int:
        return len(self._all)

    def add(
        self, connection: Any, address: str, end: Callable[[], None], loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        """This connection waits for its request; `end` ends it. The one that has waited longest may end for it, at
        once or, in this loop, a moment later.
        """
        if connection in self._all:
            return
        who = self._who(address)
        own = self._of.setdefault(who, {})
        own[connection] = end
        self._all[connection] = who, time.monotonic()
        are_left = bool(who) and self._end_oldest(own, self._each)
        are_left = self._end_oldest(self._all, self._most) or are_left
        if are_left and loop and not self._is_timed:
            self._is_timed = True
            loop.call_later(self._grace_s, self._cut_down)

    def _cut_down(self) -> None:
        """End those that were let for a moment."""
        self._is_timed = False
        for who in [who for who, own in self._of.items() if who and len(own) > self._each]:
            self._end_oldest(self._of[who], self._each)
        self._end_oldest(self._all, self._most)

    def discard(self, connection: Any) -> None:
        """Its request has arrived, or it has ended."""
        who, _ = self._all.pop(connection, (None, 0.0))
        if who is not None:
            del self._of[who][connection]
            if not self._of[who]:
                del self._of[who]

    def _end_oldest(self, waiting: dict[Any, Any], most: int) -> bool:
        """End those that have waited longest, down to `most`. Returns whether more are left, which came just now."""
        while len(waiting) > most:
            oldest = next(iter(waiting))
            who, since = self._all[oldest]
            if len(waiting) <= BURST * most and time.monotonic() - since < self._grace_s:
                return True
            end = self._of[who][oldest]
            self.discard(oldest)
            end()
        return False

    def _who(self, address: str) -> str:
        """Whose connections are counted together; "": nobody's, because a trusted proxy has everybody's."""
        found = read_address(address)
        if found is None or any(found in network for network in self._trusted):
            return ""
        return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def _under_way(cycles: Sequence[RequestResponseCycle | None]) -> list[RequestResponseCycle]:
    return [one for one in cycles if one is not None and not one.response_complete]


Take = Callable[[RequestResponseCycle, Callable[[], None]], bool]
"""Takes a request, or lets the app have it: now, by False, or later, by a call."""


class Deadlines(HttpToolsProtocol):
    """Ends the connection of a request that has not arrived in time; without an answer, because nobody reads it.

    Where requests came ahead of their answers, uvicorn tells only the last one that the client has left; the one
    under way would be written to a line that is closed (RuntimeError of uvloop), so here all of them learn of it.
    """

    headers_s: float
    body_s: float
    half_open: HalfOpen
    take: Take
    _deadline: asyncio.TimerHandle | None = None
    _is_due_s: float | None = None
    _is_told = False

    def connection_made(self, transport: Any) -> None:
        """A connection: its first request is waited for."""
        super().connection_made(Writing(transport, self.loop))  # type: ignore[arg-type]
        self._cycles: Sequence[RequestResponseCycle | None] = ()
        self._expect(self.headers_s)

    def data_received(self, data: bytes) -> None:
        """Some bytes: what they leave open is waited for, which of a request that came whole is nothing."""
        self._is_told = False
        super().data_received(data)
        if self._is_told:
            self._expect(self._is_due_s)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._is_due_s, self._is_told = self.headers_s, True

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        length = next((value for name, value in self.headers if name == b"content-length"), b"0")
        self._is_due_s = self.body_s + (int(length) if length.isdigit() else 0) / SLOWEST
        self._is_told = True
        super().on_headers_complete()
        self._cycles = [*_under_way(self._cycles), self.cycle]

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._is_due_s, self._is_told = None, True
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._expect(None)
        for one in _under_way(self._cycles):
            one.disconnected = True
            one.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        start = super()._start_asgi_task
        if not self.take(cycle, lambda: start(cycle, app)):
            start(cycle, app)

    def _expect(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if seconds is None:
            self._deadline = None
            self.half_open.discard(self)
        else:
            self._deadline = self.loop.call_later(seconds, self.transport.close)
            self.half_open.add(self, self.client[0] if self.client else "", self.transport.close, self.loop)


def protocol(
    headers_s: float = HEADERS_S,
    body_s: float = BODY_S,
    half_open: HalfOpen | None = None,
    take: Take = lambda _cycle, _start: False,
) -> type[Deadlines]:
    """uvicorn's protocol with deadlines: for the headers, from the connection or their first byte on, and for the body.

    A body may take `body_s`, and as long as the slowest line needs for the length that it declares.
    """
    waiting = HalfOpen() if half_open is None else half_open
    own = {"headers_s": headers_s, "body_s": body_s, "half_open": waiting, "take": staticmethod(take)}
    return type("Patient", (Deadlines,), own)
