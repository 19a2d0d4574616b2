"""Head and body of an answer go to their line in one write.

The server writes each by itself, and each is a system call and a packet that wakes the client: a fifth of what a report
takes of the service's interpreter.
"""

import asyncio
from typing import Any


class Writing:
    """A connection's transport that holds a write until the next one, at most to the end of the event loop's turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held: bytes | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write it with what is held, or hold it."""
        held, self._held = self._held, None
        if held is None:
            self._held = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.writelines((held, data))

    def write_whole(self, answer: bytes) -> None:
        """Write an answer of which nothing is to come, at once."""
        self._flush()
        self._transport.write(answer)

    def close(self) -> None:
        """Write what is held, and end the connection once it is sent."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        held, self._held = self._held, None
        if held is not None and not self._transport.is_closing():
            self._transport.write(held)
