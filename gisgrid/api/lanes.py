"""Lanes: each kind of request has places of its own, so that reports never wait behind readers, files or photos.

A place is a thread and a connection to the database. Who waits longer than `wait_s` for one, or can see that he will,
gets 503 with Retry-After at once.
"""

import asyncio
import re
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgrid.api.problems import problem
from gisgrid.errors import Fault

REPORTS = "/api/v1/reports"
"""A report needs a place to wait in and no connection: `tickets.gathering` writes those that wait together."""
PINGS = "/api/v1/pings"
"""A batch of pings the same: `gathering`."""
INTAKE = re.compile(r"/api/v1/(reports/batch|alarms)|/osmand|/open311/v2/requests\.\w+")
FILES = re.compile(r"/api/v1/(tickets\.\w+|(tickets|reports)/[^/]+/photos.*|changesets/[^/]+/\w+)")
LISTS = re.compile(r"/api/v1/(areas|figures|ranking|coverage|tickets)")
"""Long answers: what makes them is Python, which runs in one thread at a time, so many at once only stop the loop."""
_LONG = re.compile(rb"(?:.*&)?limit=(?:[3-9][0-9]{2}|1000)(?:&.*)?")
"""A list of tickets is long from here on."""
SPARE = 3
"""Places of no lane: who is calling, health, what was committed until now. None of these takes long."""
DECIDE_S = 0.15
"""Who still waits in line after so long, and will not reach a place in time as the line has moved since, is refused
then: a refusal that comes late is worth less than one that comes at once."""
_OPEN = re.compile(
    r"/api/v1/events|/healthz|/readyz|/metrics|/|/index\.html|/assets/.*|/basemap/.*|/sw\.js|/openapi\.json"
)


@dataclass(eq=False)
class _Waiting:
    """Somebody who waits for a place, in the event loop in which he does."""

    loop: asyncio.AbstractEventLoop
    turn: "asyncio.Future[None]"
    ahead: int
    """How many stood before him when he came."""


@dataclass(eq=False)
class Lane:
    """So many requests at once; the others wait in line."""

    places: int
    wait_s: float
    sure: float = 1.0
    """So many times what its wait is reckoned to be a request must have left, or it is refused at once."""
    _taken: int = 0
    _held_s: float = 0.0
    """How long a place is held, on the average of late."""
    _line: "deque[_Waiting]" = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def taken(self) -> int:
        """How many places are in use?"""
        return self._taken

    @property
    def waiting(self) -> int:
        """How many requests wait for one?"""
        return len(self._line)

    async def enter(self, *, is_patient: bool = False) -> bool:
        """Take a place, which `leave` gives back; False: that takes too long, unless the caller is patient."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._taken < self.places:
                self._taken += 1
                return True
            if not is_patient and self.sure * (len(self._line) + 1) * self._held_s / self.places > self.wait_s:
                return False
            waiting = _Waiting(loop, loop.create_future(), len(self._line))
            self._line.append(waiting)
        try:
            if is_patient:
                await asyncio.shield(waiting.turn)
            else:
                await self._stand(waiting)
        except (TimeoutError, asyncio.CancelledError) as error:
            self._give_up(waiting)
            if isinstance(error, asyncio.CancelledError):
                raise
            return False
        return True

    async def _stand(self, waiting: _Waiting) -> None:
        """Wait for the turn. Raises TimeoutError, early where it can be seen that it will not come in time."""
        began = time.monotonic()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting.turn), min(DECIDE_S, self.wait_s))
            return
        waited = time.monotonic() - began
        if not self._will_come(waiting, waited):
            raise TimeoutError
        await asyncio.wait_for(asyncio.shield(waiting.turn), max(self.wait_s - waited, 0))

    def _will_come(self, waiting: _Waiting, waited: float) -> bool:
        """Will the turn come in time, as places are held on the average, and as the line has moved?"""
        with self._lock:
            if waiting not in self._line:
                return True
            ahead = self._line.index(waiting)
            each_s = max(self._held_s / self.places, waited / max(waiting.ahead - ahead, 1))
            return self.sure * (ahead + 1) * each_s <= self.wait_s - waited

    def leave(self, held_s: float) -> None:
        """Give a place back, to the first in line."""
        with self._lock:
            self._held_s += (held_s - self._held_s) / 8
            if self._line:
                first = self._line.popleft()
                first.loop.call_soon_threadsafe(first.turn.set_result, None)
            else:
                self._taken -= 1

    def _give_up(self, waiting: _Waiting) -> None:
        with self._lock:
            if waiting in self._line:
                self._line.remove(waiting)
                self._held_s = max(self._held_s, self.wait_s)
                return
        self.leave(0)  # its turn has come in this very moment


class Busy(Exception):
    """No place comes free for this request in time."""


class _Visit:
    """One request in its lane. It takes its place once all of it has arrived, and gives it back while a part of its
    answer is sent, so who sends or reads slowly holds none.
    """

    def __init__(self, lane: Lane, receive: Receive, send: Send) -> None:
        self.lane, self._receive, self._send = lane, receive, send
        self.since: float | None = None
        self.is_refused = self.has_entered = False

    async def enter(self) -> None:
        """Take a place, once. Raises Busy."""
        if not self.has_entered:
            if not await self.lane.enter():
                self.is_refused = True
                raise Busy
            self.has_entered, self.since = True, time.monotonic()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            await self.enter()
        return message

    async def send(self, message: Message) -> None:
        if self.is_refused:  # what the app makes of a request that broke off is not the answer
            return
        if message["type"] == "http.response.body":
            self.leave()
        await self._send(message)
        if message.get("more_body", False):
            await self.lane.enter(is_patient=True)
            self.since = time.monotonic()

    def leave(self) -> None:
        if self.since is not None:
            self.lane.leave(time.monotonic() - self.since)
            self.since = None


class Lanes:
    """ASGI middleware: a place in its lane for every request that goes to the database."""

    def __init__(
        self, app: ASGIApp, *, reports: Lane, pings: Lane, intake: Lane, files: Lane, lists: Lane, reading: Lane
    ) -> None:
        self.app = app
        self.reports, self.pings, self.intake = reports, pings, intake
        self.files, self.lists, self.reading = files, lists, reading

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when there is a place."""
        lane = self._lane(scope)
        if lane is None:
            await self.app(scope, receive, send)
            return
        visit = _Visit(lane, receive, send)
        try:
            if not _has_body(scope["headers"]):
                await visit.enter()
            await self.app(scope, visit.receive, visit.send)
        except Busy:
            pass
        finally:
            visit.leave()
        if visit.is_refused:
            await refuse(scope, receive, send)

    def _lane(self, scope: Scope) -> Lane | None:
        if scope["type"] != "http" or _OPEN.fullmatch(scope["path"]):
            return None
        if scope["method"] == "POST" and scope["path"] == REPORTS:
            return self.reports
        if scope["method"] == "POST" and scope["path"] == PINGS:
            return self.pings
        if (scope["method"] == "POST" or scope["path"] == "/osmand") and INTAKE.fullmatch(scope["path"]):
            return self.intake
        if FILES.fullmatch(scope["path"]):
            return self.files
        return self.lists if is_long(scope["path"], scope["query_string"]) else self.reading


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer that no place comes free in time."""
    fault = Fault("service", "too many requests at once", "try again in a moment")
    await problem(503, "Unavailable", (fault,))(scope, receive, send)


def is_long(path: str, query: bytes) -> bool:
    """Is the answer to this address a long one?"""
    return bool(LISTS.fullmatch(path)) and (not path.endswith("/tickets") or bool(_LONG.fullmatch(query)))


def _has_body(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers)
