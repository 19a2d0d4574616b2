"""Server-sent events: what changed, where, which tiles; and the counters of an area as they move."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from gisgrid.access import Caller
from gisgrid.api.answers import problems
from gisgrid.api.areas import Network
from gisgrid.api.feed import ChangeFeed
from gisgrid.api.limits import StreamLimits
from gisgrid.api.listeners import Listener
from gisgrid.api.session import CurrentCaller, CurrentDatabase, find_caller
from gisgrid.api.tiles import visible_layers
from gisgrid.api.values import PlainText
from gisgrid.boundaries.areas import area_id_at
from gisgrid.changes import read_place
from gisgrid.errors import GisgridError
from gisgrid.ways import LINE

router = APIRouter(prefix="/api/v1", tags=["events"])
STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events as they come"}
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""The second tells a proxy in front (nginx) to pass each event on at once."""
ASK_AGAIN_S = 10.0
"""How long a stream trusts that its caller is still who he was: accounts are disabled, sessions end."""
RETRY_MS = (1000, 4000)
"""When to come back after the stream broke; not all at once."""
Wanted = Annotated[PlainText | None, Query(description="Send the counters of this area, too; empty: of the network")]
Heard = Annotated[str, Header(max_length=64, description="`id` of the last event heard; what came after it is sent")]
HeardToo = Annotated[
    str | None,
    Query(max_length=64, description="The same, for a client that cannot send the header; its place comes at once"),
]


class EventStream(StreamingResponse):
    """A stream that nobody holds up: it ends where the listener's line is full for too long.

    `ended` is called once, however the stream ends, also one that nobody began to read.
    """

    media_type = "text/event-stream"

    def __init__(self, words: AsyncIterator[bytes], listener: Listener, ended: Callable[[], None]) -> None:
        super().__init__(words, headers=HEADERS)
        self._words, self._listener, self._ended = words, listener, ended
        self._line: Send | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        self._line = scope.get(LINE)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()

    async def stream_response(self, send: Send) -> None:
        """Send as long as each piece is taken in time.

        What follows the head goes to the line itself: no layer of the service has a use for it, and every one of a
        thousand maps would take it through all of them.
        """
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        line = self._line or send
        listener, sender = self._listener, asyncio.current_task()
        listener.sender = sender
        try:
            async for words in self._words:
                listener.since, listener.is_taking = listener.loop.time(), False
                await line({"type": "http.response.body", "body": words, "more_body": True})
                listener.is_taking = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except asyncio.CancelledError:
            if not listener.is_gone or sender is None or sender.uncancel():
                raise


def _alive(feed: ChangeFeed, listener: Listener) -> bytes:
    """A sign of life, with the place up to which everything was sent; or that nothing new can be heard just now."""
    if feed.fault:
        return b"event: stalled\ndata: {}\n\n"
    head = f"id: {listener.place}\n" if listener.queue.empty() else ""
    return f"{head}event: alive\ndata: {{}}\n\n".encode()


def _is_still(caller: Caller, request: Request) -> bool:
    """Is the caller who he was when the stream began? Not if nobody can say."""
    try:
        return find_caller(request) == caller
    except GisgridError:
        return False


def _begin(feed: ChangeFeed, listener: Listener, words: str, *, says_place: bool) -> bytes:
    """The first words to a listener: what he missed since the event that he heard last, and where he is.

    `says_place`: as an event, because a page's script does not see an id without one.
    """
    place, heard, missed = feed.join(listener), read_place(words), b""
    if words:
        found = feed.replay(heard, place, listener) if heard else None
        missed = f"id: {place}\nevent: reset\ndata: {{}}\n\n".encode() if found is None else found
    retry = f"retry: {random.randint(*RETRY_MS)}\n\n"  # noqa: S311  # not for secrets
    alive = "event: alive\ndata: {}\n" if says_place else ""
    return retry.encode() + missed + f"id: {place}\n{alive}\n".encode()


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={**problems(401, 404, 429, 503), 200: STREAM},
)
async def get_events(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    area: Wanted = None,
    last_event_id: Heard = "",
    heard: HeardToo = None,
) -> StreamingResponse:
    """What changed, where, which tiles: `event: change`, data `{layer, bbox, tiles, at, tickets?}`; `id` to resume.

    With `area` also `event: counters` as they move. `event: reset`: too much was missed, read everything again.
    `event: alive` when it was quiet, `event: stalled` while this server itself hears of no changes. Changes of scoped
    layers only in the caller's area. Ends once the caller is somebody else: signed out, disabled.
    """
    feed: ChangeFeed = request.app.state.feed
    settings = request.app.state.settings
    network = network or settings.network
    if area:
        await run_in_threadpool(_require_area, database, network, area)
    visible = {
        layer.id: caller.scope.area_ids if layer.is_thing else caller.scope.private_ids
        for layer in visible_layers(caller, settings.public_facts)
    }
    listener = Listener(visible, None if area is None else (network, area))
    words = last_event_id or heard or ""
    await feed.read_up_to(read_place(words))
    limits: StreamLimits = request.app.state.stream_limits
    counted = limits.take(request)

    def leave() -> None:
        feed.leave(listener)
        limits.give_back(counted)

    try:
        hello = await run_in_threadpool(_begin, feed, listener, words, says_place=heard is not None)
    except BaseException:
        leave()
        raise

    async def stream() -> AsyncIterator[bytes]:
        asked_at = time.monotonic()
        yield hello
        while True:
            words = await listener.take()
            if words is None:
                return
            if caller.signed_in and time.monotonic() - asked_at >= ASK_AGAIN_S:
                if not await run_in_threadpool(_is_still, caller, request):
                    return
                asked_at = time.monotonic()
            yield words or _alive(feed, listener)

    return EventStream(stream(), listener, leave)


def _require_area(database: CurrentDatabase, network: str, area: str) -> None:
    """Raises NotFound."""
    with database.transaction() as connection:
        area_id_at(connection, area, network=network, at=None, as_recorded=None)
