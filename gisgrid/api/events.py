"""Server-sent events: what changed, where, which tiles. One reader of the database, any number of listeners."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from gisgrid.access import Caller
from gisgrid.api.answers import problems
from gisgrid.api.session import CurrentCaller, find_caller
from gisgrid.api.tiles import visible_layers
from gisgrid.changes import CHANNEL, Change, is_told, latest_transaction, read_changes
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import GisgridError
from gisgrid.instants import write_instant
from gisgrid.layers import Json

router = APIRouter(prefix="/api/v1", tags=["events"])
STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events as they come"}
POLL_S = 1.0
KEEP_ALIVE_S = 15.0
QUEUE_LENGTH = 1000
ASK_AGAIN_S = 10.0
"""How long a stream trusts that its caller is still who he was: accounts are disabled, sessions end."""


class ChangeFeed:
    """Reads `core.change` when NOTIFY wakes it, and each second; passes the changes to its listeners."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Queue[Change | None], asyncio.AbstractEventLoop] = {}
        self._thread = threading.Thread(target=self._follow, name="change-feed", daemon=True)

    def start(self) -> None:
        """Begin to read, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, and end every listener's stream."""
        self._stop.set()
        self._hand_out([None])
        self._thread.join(timeout=5)

    def listen(self) -> asyncio.Queue[Change | None]:
        """A queue of changes from now on; None ends it. A listener that falls far behind is ended."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(QUEUE_LENGTH)
        with self._lock:
            self._listeners[queue] = asyncio.get_running_loop()
        return queue

    @property
    def listeners(self) -> int:
        """How many listeners there are."""
        with self._lock:
            return len(self._listeners)

    def leave(self, queue: asyncio.Queue[Change | None]) -> None:
        """No more changes for this queue."""
        with self._lock:
            self._listeners.pop(queue, None)

    def _follow(self) -> None:
        since: int | None = None
        while not self._stop.is_set():
            try:
                with self.database.listening(CHANNEL) as wait:
                    while not self._stop.is_set():
                        with self.database.transaction(EVERYTHING) as connection:
                            if since is None:
                                since = latest_transaction(connection)
                            changes, since = read_changes(connection, since)
                        self._hand_out(list(changes))
                        wait(POLL_S)
            except (GisgridError, OSError):
                self._stop.wait(POLL_S)

    def _hand_out(self, changes: list[Change | None]) -> None:
        with self._lock:
            listeners = list(self._listeners.items())
        for queue, loop in listeners:
            for change in changes:
                loop.call_soon_threadsafe(_put, queue, change)


def _put(queue: asyncio.Queue[Change | None], change: Change | None) -> None:
    if queue.full():
        queue.get_nowait()
        change = None
    queue.put_nowait(change)


def _told(change: Change) -> Json:
    """A change as JSON, without its path."""
    facts = {"layer": change.layer, "bbox": change.bbox, "tiles": change.tiles}
    return {**facts, "at": write_instant(change.at)}


async def _hear(queue: asyncio.Queue[Change | None]) -> tuple[bool, Change | None]:
    """Was it quiet for a while? Else the next change; None: the feed ends."""
    try:
        return False, await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
    except TimeoutError:
        return True, None


def _is_still(caller: Caller, request: Request) -> bool:
    """Is the caller who he was when the stream began? Not if nobody can say."""
    try:
        return find_caller(request) == caller
    except GisgridError:
        return False


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={**problems(401), 200: STREAM},
)
async def get_events(request: Request, caller: CurrentCaller) -> StreamingResponse:
    """What changed, where, which tiles: `event: change`, data `{layer, bbox, tiles, at}`; a comment keeps it alive.

    Changes of scoped layers only in the caller's area. Ends once the caller is somebody else: signed out, disabled.
    """
    feed: ChangeFeed = request.app.state.feed
    settings = request.app.state.settings
    visible = {
        layer.id: caller.scope.area_ids if layer.is_thing else caller.scope.private_ids
        for layer in visible_layers(caller, settings.public_facts)
    }

    async def stream() -> AsyncIterator[str]:
        queue = feed.listen()
        asked_at = time.monotonic()
        try:
            yield "retry: 2000\n\n"
            while True:
                is_quiet, change = await _hear(queue)
                if not is_quiet and change is None:
                    return
                if time.monotonic() - asked_at >= ASK_AGAIN_S:
                    if not await run_in_threadpool(_is_still, caller, request):
                        return
                    asked_at = time.monotonic()
                if change is None:
                    yield ": alive\n\n"
                elif change.layer in visible and is_told(change, visible[change.layer]):
                    yield f"event: change\ndata: {json.dumps(_told(change))}\n\n"
        finally:
            feed.leave(queue)

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
