"""The filter of tickets: by area, category, time, state, and work list.

A work list holds open tickets, the most urgent first: for a signed-in caller those of his scope.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Date, and_, any_, cast, false, func, literal, or_, select, true, tuple_

from gisgrid import tables
from gisgrid.access import STRANGER, Caller
from gisgrid.database import EVERYTHING
from gisgrid.errors import Fault, Refused
from gisgrid.tickets.selecting import AREA, CATEGORY, CLOCK, HAS_SEEN_POINT, PRIVATE, TICKET
from gisgrid.tickets.states import TicketState, is_in_state

WorkList = Literal["mine", "area", "no_grid", "near_edge", "due_soon", "overdue", "waiting", "reporter"]
WORK_LISTS: tuple[WorkList, ...] = get_args(WorkList)
PERSONAL: tuple[WorkList, ...] = ("mine", "area", "waiting")
"""Work lists that a stranger does not have."""

State = Literal["", "open", "done", "due_soon", "overdue", "today", "unplaced"]
STATES: tuple[State, ...] = get_args(State)
"""The states of a ticket, with the words and rules of `app.counters`; a test compares the two."""
_RULE = tables.transition.alias("w")
_CALL = tables.whistle.alias("w")
_LIVE = tables.area_at(func.now(), None, alias="live")
_IS_LIVE = TICKET.c.area_id.in_(select(_LIVE.c.area_id))
"""Is the ticket's area there today? The grids that are there, hashed once for all tickets of a list."""
_CURSOR = re.compile(r"(-?[0-9]{1,17})_([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets: of a network (empty: all), of an area's subtree, of a category with those below it, in a step or
    state, received from-to, by the method that found their area, on a work list of the caller's.

    `now` is the instant of the states, `zone` gives the day of today, `due_soon` is how long before its due time a
    ticket is due soon; a ticket with less than `confidence` is near an edge. Method and edge find only what the caller
    may know.
    """

    area_id: int | None = None
    network: str = ""
    category: str = ""
    step: str = ""
    method: str = ""
    state: State = ""
    work_list: WorkList | None = None
    caller: Caller = STRANGER
    confidence: float = 1
    due_soon: timedelta = timedelta(hours=24)
    zone: str = "Asia/Shanghai"
    received_from: datetime | None = None
    received_to: datetime | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def condition(self) -> ColumnElement[bool]:
        """The filter as SQL, over `selecting.filtered_tables`."""
        listed = [self.is_listed, self.is_on(self.work_list)] if self.work_list else []
        return and_(true(), *self._said(), *self._standing(), *listed)

    @property
    def is_listed(self) -> ColumnElement[bool]:
        """The condition of all work lists: open, and in the scope of a signed-in caller."""
        scope = self.caller.scope
        mine: ColumnElement[bool] = true()
        if self.caller.signed_in and scope != EVERYTHING:
            reads = scope.private_ids or scope.department
            mine = PRIVATE.c.ticket_id.is_not(None) if reads else TICKET.c.path.overlap(list(scope.area_ids))
        return and_(TICKET.c.closed_at.is_(None), mine)

    def is_on(self, work_list: WorkList) -> ColumnElement[bool]:
        """The condition of this work list of the caller's, for open tickets."""
        match work_list:
            case "mine":
                return self._is_mine()
            case "area":
                own = self.caller.area_id
                return true() if own is None else TICKET.c.path.contains([own])
            case "no_grid":
                return or_(TICKET.c.area_version_id.is_(None), AREA.c.level != "grid", ~_IS_LIVE)
            case "near_edge":
                in_grid = and_(TICKET.c.method != "none", TICKET.c.confidence < self.confidence)
                unsure = or_(TICKET.c.method.in_(("edge", "nearest")), in_grid)
                return and_(unsure, HAS_SEEN_POINT)
            case "due_soon" | "overdue":
                return self._stands(work_list)
            case "waiting":
                waits = select(_RULE.c.workflow, _RULE.c.from_step).where(
                    literal(self.caller.role) == any_(_RULE.c.roles)
                )
                return tuple_(TICKET.c.workflow, TICKET.c.step).in_(waits)
            case "reporter":
                return TICKET.c.ticket_id.in_(select(CLOCK.c.ticket_id).where(CLOCK.c.paused_at.is_not(None)))

    def _said(self) -> Iterator[ColumnElement[bool]]:
        if self.area_id is not None:
            yield TICKET.c.path.contains([self.area_id])
        if self.network:
            yield TICKET.c.network == self.network
        if self.category:
            below = select(CATEGORY.c.category).where(CATEGORY.c.path.contains([self.category]))
            yield TICKET.c.category.in_(below)
        if self.step:
            yield TICKET.c.step == self.step
        if self.method:
            yield and_(TICKET.c.method == self.method, HAS_SEEN_POINT)
        if self.received_from:
            yield TICKET.c.received_at >= self.received_from
        if self.received_to:
            yield TICKET.c.received_at < self.received_to

    def _standing(self) -> Iterator[ColumnElement[bool]]:
        """The condition of the state: as the area's counter has it, if the area is live."""
        if not self.state:
            return
        place = func.app.counted_path(self.area_id or 0, self.now, None, self.network or None)
        counted = place.table_valued("depth", "path", "children")
        depth, path = (select(counted.c[name]).scalar_subquery() for name in ("depth", "path"))
        yield func.coalesce(TICKET.c.path[1:depth] == path, true())
        if self.state == "today":
            yield self._day_of(TICKET.c.received_at) == self._day_of(literal(self.now))
        elif self.state == "unplaced":
            is_leaf = select(AREA.c.area_id).where(AREA.c.area_id == self.area_id, AREA.c.level == "grid")
            children = select(func.unnest(counted.c.children))
            yield ~is_leaf.correlate(None).exists()
            yield TICKET.c.path[1 + depth].in_(children).is_not(True)
        else:
            yield self._stands(self.state)

    def _stands(self, state: TicketState) -> ColumnElement[bool]:
        return is_in_state(state, TICKET.c.closed_at, TICKET.c.due_at, self.now, self.due_soon)

    def _day_of(self, instant: ColumnElement[datetime]) -> ColumnElement[date]:
        return cast(func.timezone(self.zone, instant), Date)

    def _is_mine(self) -> ColumnElement[bool]:
        """Assigned to a post of the caller's; or to his department, for an account without person; or calling it in."""
        caller = self.caller
        mine: list[ColumnElement[bool]] = []
        if caller.person_id is not None or caller.area_id is not None:
            posts = select(func.app.my_posts(caller.person_id, caller.area_id, caller.role))
            mine.append(PRIVATE.c.post_id.in_(posts))
        if caller.department:
            if caller.person_id is None:
                mine.append(PRIVATE.c.department == caller.department)
            called = select(_CALL.c.ticket_id).where(
                _CALL.c.department == caller.department, _CALL.c.done_at.is_(None), _CALL.c.withdrawn_at.is_(None)
            )
            mine.append(TICKET.c.ticket_id.in_(called))
        return or_(false(), *mine)


@dataclass(frozen=True)
class Place:
    """Where a page of a long list ended: the time that it is sorted by, and the ticket."""

    at: datetime
    ticket_id: int

    def __str__(self) -> str:
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}_{self.ticket_id}"


def read_place(cursor: str) -> Place | None:
    """Where does the next page begin? None for an empty cursor. Raises Refused for a wrong cursor."""
    if not cursor:
        return None
    match = _CURSOR.fullmatch(cursor)
    try:
        if match:
            return Place(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
    except OverflowError:
        pass
    raise Refused(Fault("after", "this is not a position in a list", "the `next` of the page before"))
