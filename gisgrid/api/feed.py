"""What changed, read once and sent to any number of listeners; their counters, counted once for all of an area.

Long because the feed, its listeners and their counters share one lock and one life.
"""

import asyncio
import json
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from gisgrid.api.answers import TicketSummary
from gisgrid.api.listeners import Delivery, Event, Listener, Words
from gisgrid.api.values import tell
from gisgrid.boundaries.areas import area_id_at
from gisgrid.changes import CHANNEL, Change, Place, latest_transaction, read_changes
from gisgrid.counters import count_tickets
from gisgrid.database import EVERYTHING, NOTHING, Database
from gisgrid.errors import Fault, NotFound, Unavailable
from gisgrid.heartbeats import PATIENCE_S, Heart
from gisgrid.instants import write_instant
from gisgrid.settings import Settings
from gisgrid.tickets.listing import list_by_id

POLL_S = 1.0
ALONE_S = 5.0
"""As long between two looks while nobody listens, and nothing is notified."""
GATHER_S = 0.4
"""At least this long between two looks, however many changes are notified: a listener hears of several at once."""
RECOUNT_S = 60.0
"""Time alone moves counters: what is due soon or overdue."""
REST = 3
"""Counting takes at most one part in so many of the time, so that readers never starve writers."""
MOST_ROWS = 10_000
"""Who missed more rows than this reads everything again."""
MOST_TICKETS = 100
"""More tickets than this in one event are not named: the list is read again."""
START_S = 3.0
"""How long to wait for the first look, and for changes that a listener has heard already from another process."""


class ChangeFeed:
    """Reads `core.change` when NOTIFY wakes it, and each second that somebody listens; tells the listeners."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self._stop = threading.Event()
        self._began = threading.Event()
        self._uncounted = threading.Event()
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._deliveries: WeakKeyDictionary[asyncio.AbstractEventLoop, Delivery] = WeakKeyDictionary()
        self._read_until = 0
        slow_s = settings.statement_timeout_s
        self.hearts = Heart("feed", PATIENCE_S + 2 * slow_s), Heart("counters", RECOUNT_S + PATIENCE_S + slow_s)
        self._awaited = False
        self._threads = [
            threading.Thread(target=self._follow, name="change-feed", daemon=True),
            threading.Thread(target=self._keep_counting, name="counters-feed", daemon=True),
        ]

    def start(self) -> None:
        """Begin to read and to count, in threads of their own."""
        for thread in self._threads:
            thread.start()

    def end_streams(self) -> None:
        """End every listener's stream, and that of each who still comes."""
        self._stop.set()
        self._uncounted.set()
        with self._lock:
            listeners = list(self._listeners)
        self._give(listeners, lambda _listener: None)

    def stop(self) -> None:
        """End, and end every listener's stream."""
        self.end_streams()
        for thread in self._threads:
            thread.join(timeout=5)

    @property
    def fault(self) -> Fault | None:
        """Why do listeners hear nothing new? None: they do."""
        return self.hearts[0].fault

    @property
    def listeners(self) -> int:
        """How many listeners there are."""
        with self._lock:
            return len(self._listeners)

    async def read_up_to(self, heard: Place | None) -> None:
        """Wait until this process has read what the listener has heard from another one. Raises Unavailable."""
        end = time.monotonic() + START_S
        self._awaited = True
        while not self._began.is_set() or (heard and heard.until > self._read_until):
            if time.monotonic() > end:
                break
            await asyncio.sleep(0.05)
        if not self._began.is_set():
            raise Unavailable(Fault("database", "the database does not answer", "try again in a moment"))

    def join(self, listener: Listener) -> Place:
        """Tell this listener everything from now on; the place from where on that is."""
        with self._lock:
            self._listeners.add(listener)
            place = listener.place = Place(self._read_until, self._read_until)
            delivery = self._deliveries.setdefault(listener.loop, Delivery(listener.loop))
        delivery.add(listener)
        if listener.asked:
            self._uncounted.set()
        if self._stop.is_set():
            self._give([listener], lambda _listener: None)
        return place

    def leave(self, listener: Listener) -> None:
        """No more for this listener."""
        with self._lock:
            self._listeners.discard(listener)
            delivery = self._deliveries.get(listener.loop)
        if delivery:
            delivery.remove(listener)

    def replay(self, heard: Place, now: Place, listener: Listener) -> bytes | None:
        """What the listener missed between two places, nothing twice; None: too much, or a place of another database.

        `now` is where `join` has put him.
        """
        if heard.until > now.since or heard.since > heard.until:
            return None
        with self.database.transaction(EVERYTHING) as connection:
            known = read_changes(connection, heard.since, heard.until, most=MOST_ROWS)
            new = read_changes(connection, heard.until, now.since, most=MOST_ROWS)
        if known is None or new is None:
            return None
        window = Place(heard.until, now.since)
        return listener.hear([*self._write(known, heard)[heard.count :], *self._write(new, window)])

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                with self.database.listening(CHANNEL) as wait:
                    while not self._stop.is_set():
                        began = time.monotonic()
                        self._look()
                        self.hearts[0].beat()
                        while not wait(POLL_S) and self._is_alone(began):
                            self.hearts[0].beat()
                        self._stop.wait(max(GATHER_S - (time.monotonic() - began), 0))
            except Exception as error:  # of any kind: the feed goes on
                self.hearts[0].fail(error)
                self._stop.wait(POLL_S)
        self.hearts[0].rest()

    def _is_alone(self, began: float) -> bool:
        """May the next look wait, because nobody would hear of it?"""
        return not (self.listeners or self._awaited or self._stop.is_set() or time.monotonic() - began > ALONE_S)

    def _look(self) -> None:
        """Read what is new and hand it out. Where nothing is, it costs one statement."""
        with self.database.reading() as connection:
            until = latest_transaction(connection)
        self._awaited = False
        with self._lock:
            since, is_heard = self._read_until, bool(self._listeners)
            if not is_heard:
                self._read_until = max(since, until)
        self._began.set()
        if is_heard and since < until:
            with self.database.transaction(EVERYTHING) as connection:
                changes = read_changes(connection, since, until) or []
            self._hand_out(self._write(changes, Place(since, until)), until)

    def _hand_out(self, events: list[Event], until: int) -> None:
        with self._lock:
            self._read_until = until
            listeners = list(self._listeners)
        self._give(listeners, lambda listener: listener.hear(events), Place(until, until))
        if any(event.change.layer in ("area", "ticket") for event in events):
            self._uncounted.set()

    def _give(self, listeners: Sequence[Listener], words: Words, place: Place | None = None) -> None:
        """Send each listener its words, in its own loop."""
        with self._lock:
            deliveries = dict(self._deliveries)
        for loop, delivery in deliveries.items():
            if few := [one for one in listeners if one.loop is loop]:
                delivery.give(few, words, place)

    def _write(self, changes: list[Change], window: Place) -> list[Event]:
        """These changes of one window as events, each made once."""
        wanted = {id_ for change in changes for id_ in _named(change)}
        facts: dict[int, object] = {}
        if wanted:
            with self.database.transaction(NOTHING) as connection:  # what everybody may know
                found = list_by_id(connection, sorted(wanted))
            zone = self.settings.timezone
            facts = {key: tell(TicketSummary, one, zone).model_dump(exclude_unset=True) for key, one in found.items()}
        return [
            Event(change, _event("change", _told(change, facts), Place(window.since, window.until, number + 1)))
            for number, change in enumerate(changes)
        ]

    def _keep_counting(self) -> None:
        while not self._stop.is_set():
            self._uncounted.wait(RECOUNT_S)
            self._uncounted.clear()
            began = time.monotonic()
            try:
                self._count()
                self.hearts[1].beat()
            except Exception as error:  # of any kind: counting goes on
                self.hearts[1].fail(error)
            self._stop.wait(max(POLL_S, (REST - 1) * (time.monotonic() - began)))
        self.hearts[1].rest()

    def _count(self) -> None:
        """Count for each area once, and tell those listeners whose counters moved."""
        with self._lock:
            listeners = [one for one in self._listeners if one.asked]
        for asked in sorted({one.asked for one in listeners if one.asked}):
            with self.database.transaction() as connection:
                words = self._counters(connection, *asked)
            moved = [one for one in listeners if one.asked == asked and one.counted != words]
            for one in moved:
                one.counted = words
            self.hearts[1].beat()
            self._give(moved, lambda _listener, words=words: words)  # type: ignore[misc]

    def _counters(self, connection: Connection, network: str, area: str) -> bytes:
        settings = self.settings
        try:
            found = area_id_at(connection, area, network=network, at=None, as_recorded=None) if area else 0
        except NotFound:  # it ended while somebody looks at it
            return b""
        due_soon = timedelta(hours=settings.due_soon_hours)
        counted = count_tickets(
            connection, found, at=None, as_recorded=None, network=network, zone=settings.zone, due_soon=due_soon
        )
        return _event("counters", {"area": area, "network": network, **counted})


def _named(change: Change) -> tuple[int, ...]:
    ids = change.ticket_ids or ()
    return ids if len(ids) <= MOST_TICKETS else ()


def _told(change: Change, facts: dict[int, object]) -> dict[str, object]:
    """A change as JSON, without its path."""
    data: dict[str, object] = {
        "layer": change.layer,
        "bbox": change.bbox,
        "tiles": change.tiles,
        "at": write_instant(change.at),
    }
    if change.layer == "ticket":
        named = _named(change)
        data["tickets"] = [facts[id_] for id_ in named if id_ in facts] if named else None
    return data


def _event(kind: str, data: object, place: Place | None = None) -> bytes:
    head = f"id: {place}\n" if place else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
