"""How long the server waits for a request to arrive: a slow sender is cut off, and holds nothing until then."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_S = 10.0
BODY_S = 30.0
SLOWEST = 20_000
"""Bytes a second: a large body may take longer than BODY_S, but not longer than this."""


def protocol(headers_s: float = HEADERS_S, body_s: float = BODY_S) -> type[HttpToolsProtocol]:
    """uvicorn's protocol with deadlines: for the headers, from the connection or their first byte on, and for the body.

    A body may take `body_s`, and as long as the slowest line needs for the length that it declares.
    """

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
            self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.close)

    return Deadlines
