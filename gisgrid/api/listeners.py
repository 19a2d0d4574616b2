"""Who listens, and how words come to him: to a few at a time, so that reports are answered between them.

One look a second, for all listeners of an event loop, sends a sign of life to who heard nothing for long, and ends who
takes nothing. Timers for each listener and piece were an eighth of what a service with 500 open maps did.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from gisgrid.changes import Change, Place, is_told

BEHIND = 64
"""A listener that lets so many batches lie is dropped; it comes back with the place up to which it has heard."""
FEW = 20
"""So many listeners hear before the event loop looks for other work."""
LOOK_S = 1.0
KEEP_ALIVE_S = 15.0
SEND_S = 60.0
"""A listener that takes nothing for so long is gone."""
QUIET = b""
"""In a listener's queue: nothing has come for a while."""
Asked = tuple[str, str]
"""The counters that a listener wants: network and code of an area (empty: the whole network)."""


@dataclass(frozen=True)
class Event:
    """A change as it is sent, made once for all listeners; who may hear it follows from `change`."""

    change: Change
    text: bytes


@dataclass(eq=False)
class Listener:
    """Somebody who listens: the layers that he hears of, each with the areas in which, and the counters he wants."""

    layers: Mapping[str, tuple[int, ...]]
    asked: Asked | None = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(BEHIND + 2))
    """Text to be sent; `QUIET`; None: the stream ends."""
    place: Place | None = None
    """Everything up to here was sent, or lies in the queue."""
    counted: bytes = b""
    sender: "asyncio.Task[None] | None" = None
    """Who sends what is in the queue."""
    since: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    """When, by the loop's clock, he was sent something, or a piece began to be sent."""
    is_taking: bool = True
    """Is nothing on the way to him that he has not taken?"""
    is_gone: bool = False
    """Did he take nothing for too long?"""

    def hear(self, events: Sequence[Event]) -> bytes:
        """The text of those events that this listener may hear."""
        layers = self.layers
        return b"".join(
            e.text for e in events if e.change.layer in layers and is_told(e.change, layers[e.change.layer])
        )

    def put(self, words: bytes | None, place: Place | None = None) -> None:
        """Send this, in the listener's own loop; a listener that is far behind is dropped instead."""
        if self.queue.qsize() >= BEHIND:
            words = None
            while not self.queue.empty():
                self.queue.get_nowait()
        if words != b"":
            self.queue.put_nowait(words)
        self.place = place or self.place

    async def take(self) -> bytes | None:
        """All that has come, in one piece; `QUIET`: nothing for a while; None: the stream ends."""
        words = await self.queue.get()
        while words is not None and not self.queue.empty():
            more = self.queue.get_nowait()
            words = None if more is None else words + more
        return words

    def look(self, now: float) -> None:
        """Say that it is quiet, or end the sending of what he does not take."""
        if self.is_taking:
            if now - self.since >= KEEP_ALIVE_S and self.queue.empty():
                self.since = now
                self.queue.put_nowait(QUIET)
        elif now - self.since >= SEND_S and self.sender:
            self.is_gone = True
            self.sender.cancel()


Words = Callable[[Listener], bytes | None]
"""What a listener is sent; empty: nothing."""


class Delivery:
    """Hands out words to the listeners of one event loop, in the order in which they were given. For any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._listeners: set[Listener] = set()
        self._parcels: deque[tuple[Iterator[Listener], Words, Place | None]] = deque()

    def add(self, listener: Listener) -> None:
        """Look after this listener from now on."""
        self._call(self._add, listener)

    def remove(self, listener: Listener) -> None:
        """No more."""
        self._call(self._listeners.discard, listener)

    def give(self, listeners: Sequence[Listener], words: Words, place: Place | None = None) -> None:
        """Send each of these its words, after all that was given before."""
        self._call(self._take, (iter(listeners), words, place))

    def _call(self, act: Callable[[Any], object], about: object) -> None:
        with suppress(RuntimeError):  # a loop that is closed has nobody left
            self._loop.call_soon_threadsafe(act, about)

    def _add(self, listener: Listener) -> None:
        if not self._listeners:
            self._loop.call_later(LOOK_S, self._look)
        self._listeners.add(listener)

    def _look(self) -> None:
        now = self._loop.time()
        for listener in self._listeners:
            listener.look(now)
        if self._listeners:
            self._loop.call_later(LOOK_S, self._look)

    def _take(self, parcel: tuple[Iterator[Listener], Words, Place | None]) -> None:
        self._parcels.append(parcel)
        if len(self._parcels) == 1:
            self._go_on()

    def _go_on(self) -> None:
        """A few of the first parcel; the loop comes back for the others after what waits."""
        listeners, words, place = self._parcels[0]
        few = list(islice(listeners, FEW))
        for listener in few:
            listener.put(words(listener), place)
        if len(few) < FEW:
            self._parcels.popleft()
        if self._parcels:
            self._loop.call_soon(self._go_on)
