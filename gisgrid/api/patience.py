"""How long the server waits for a request to arrive, and for how many at once: a slow sender is cut off.

Connections whose request has not arrived are half open. Where one address has too many, or all together are too many,
the one that has waited longest is ended: a request that comes at once is never that one.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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


class HalfOpen:
    """The connections whose request has not arrived, in the order in which they came."""

    def __init__(self, each: int = EACH, most: int = ALL, trusted: Sequence[Network] = ()) -> None:
        self._each, self._most, self._trusted = each, most, trusted
        self._all: dict[Any, str] = {}
        self._of: dict[str, dict[Any, Callable[[], None]]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Any, address: str, end: Callable[[], None]) -> None:
        """This connection waits for its request; `end` ends it. The one that has waited longest may end for it."""
        if connection in self._all:
            return
        who = self._who(address)
        own = self._of.setdefault(who, {})
        own[connection] = end
        self._all[connection] = who
        if who and len(own) > self._each:
            self._end(next(iter(own)))
        if len(self._all) > self._most:
            self._end(next(iter(self._all)))

    def discard(self, connection: Any) -> None:
        """Its request has arrived, or it has ended."""
        who = self._all.pop(connection, None)
        if who is not None:
            del self._of[who][connection]
            if not self._of[who]:
                del self._of[who]

    def _end(self, connection: Any) -> None:
        end = self._of[self._all[connection]][connection]
        self.discard(connection)
        end()

    def _who(self, address: str) -> str:
        """Whose connections are counted together; "": nobody's, because a trusted proxy has everybody's."""
        found = read_address(address)
        if found is None or any(found in network for network in self._trusted):
            return ""
        return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def protocol(
    headers_s: float = HEADERS_S, body_s: float = BODY_S, half_open: HalfOpen | None = None
) -> type[HttpToolsProtocol]:
    """uvicorn's protocol with deadlines: for the headers, from the connection or their first byte on, and for the body.

    A body may take `body_s`, and as long as the slowest line needs for the length that it declares.
    """
    waiting = HalfOpen() if half_open is None else half_open

    class Deadlines(HttpToolsProtocol):
        """Ends the connection of a request that has not arrived in time; without an answer, because nobody reads it."""

        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._expect(headers_s)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._expect(headers_s)

        def on_headers_complete(self) -> None:
            length = next((value for name, value in self.headers if name == b"content-length"), b"0")
            self._expect(body_s + (int(length) if length.isdigit() else 0) / SLOWEST)
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            self._expect(None)
            super().on_message_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._expect(None)
            super().connection_lost(exc)

        def _expect(self, seconds: float | None) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
            if seconds is None:
                self._deadline = None
                waiting.discard(self)
            else:
                self._deadline = self.loop.call_later(seconds, self.transport.close)
                waiting.add(self, self.client[0] if self.client else "", self.transport.close)

    return Deadlines
