"""The state of a ticket at an instant: Python's queries call `app.ticket_state`."""

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func

TicketState = Literal["done", "overdue", "due_soon", "open"]
STATE_NAMES: dict[TicketState, dict[str, str]] = {
    "done": {"zh": "办结", "en": "closed"},
    "overdue": {"zh": "超时", "en": "overdue"},
    "due_soon": {"zh": "在办", "en": "open"},
    "open": {"zh": "在办", "en": "open"},
}
"""The names of states in a file, where due soon is open."""
Instant = ColumnElement[Any]


def ticket_state(closed_at: Instant, due_at: Instant, at: datetime, due_soon: timedelta) -> ColumnElement[str]:
    """Which state has a ticket at that instant? Due soon: open, not overdue, and due within `due_soon`."""
    found: ColumnElement[str] = func.app.ticket_state(closed_at, due_at, at, due_soon)
    return found


def is_in_state(
    state: TicketState, closed_at: Instant, due_at: Instant, at: datetime, due_soon: timedelta
) -> ColumnElement[bool]:
    """Is a ticket in this state? Overdue and due-soon tickets are open too, as in app.counters."""
    found = ticket_state(closed_at, due_at, at, due_soon)
    if state == "open":
        return found != "done"
    latest = {"overdue": at, "due_soon": at + due_soon}.get(state)
    # this bound follows from the state, and lets an index be used
    return found == state if latest is None else and_(due_at <= latest, found == state)
