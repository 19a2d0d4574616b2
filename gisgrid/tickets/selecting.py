"""The tables that hold the values of a ticket's fields, and their joins."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select

from gisgrid import tables
from gisgrid.terms import Lang
from gisgrid.ticket_fields import Field
from gisgrid.tickets.states import STATE_NAMES, ticket_state

TICKET = tables.ticket.alias("t")
PRIVATE = tables.ticket_private.alias("p")
GRID = tables.area_version.alias("g")
AREA = tables.area.alias("a")
CLOCK = tables.clock.alias("k")
CATEGORY = tables.category.alias("c")
STEP = tables.step.alias("s")
POST = tables.post.alias("o")
POST_ROLE = tables.post_role.alias("r")
PERSON = tables.person.alias("h")
WHOLE = tables.ticket.alias("whole")
ORIGINAL = tables.ticket.alias("original")
SOURCES: dict[str, FromClause] = {
    "ticket": TICKET,
    "private": PRIVATE,
    "grid": GRID,
    "area": AREA,
    "clock": CLOCK,
    "category": CATEGORY,
    "step": STEP,
    "post_role": POST_ROLE,
    "person": PERSON,
    "whole": WHOLE,
    "original": ORIGINAL,
}
"""The tables that `Field.source` names."""
HAS_SEEN_POINT = or_(TICKET.c.has_public_point, PRIVATE.c.ticket_id.is_not(None))
"""May the caller know what is found by the ticket's point? Where it is public, and where he sees the private half."""


@cache
def filtered_tables() -> FromClause:
    """The join for a filter: a ticket, its grid's version, its area, its private row if a policy shows it."""
    return (
        TICKET.outerjoin(GRID, GRID.c.area_version_id == TICKET.c.area_version_id)
        .outerjoin(AREA, AREA.c.area_id == TICKET.c.area_id)
        .outerjoin(PRIVATE, PRIVATE.c.ticket_id == TICKET.c.ticket_id)
    )


@cache
def listed_tables() -> FromClause:
    """The join for a list: also the clock, the ticket that it is a part of, the ticket that it duplicates."""
    return (
        filtered_tables()
        .outerjoin(CLOCK, CLOCK.c.ticket_id == TICKET.c.ticket_id)
        .outerjoin(WHOLE, WHOLE.c.ticket_id == TICKET.c.parent_id)
        .outerjoin(ORIGINAL, ORIGINAL.c.ticket_id == TICKET.c.duplicate_of)
    )


@cache
def exported_tables(*, private: bool) -> FromClause:
    """The join for a file: a list's join, names of category and step; names of people if the caller may see any."""
    joined = (
        listed_tables()
        .outerjoin(CATEGORY, CATEGORY.c.category == TICKET.c.category)
        .outerjoin(STEP, (STEP.c.workflow == TICKET.c.workflow) & (STEP.c.step == TICKET.c.step))
    )
    if not private:
        return joined
    return (
        joined.outerjoin(POST, POST.c.post_id == PRIVATE.c.post_id)
        .outerjoin(POST_ROLE, POST_ROLE.c.role == POST.c.role)
        .outerjoin(PERSON, PERSON.c.person_id == POST.c.person_id)
    )


def shows_tie(other: FromClause) -> ColumnElement[bool]:
    """May the caller know that a ticket is tied to this other one? Each of the two would tell where the other is."""
    half = tables.ticket_private.alias()
    # A value, not EXISTS, which would be answered from a hash of every private half.
    is_seen = select(half.c.ticket_id.is_not(None)).where(half.c.ticket_id == other.c.ticket_id).scalar_subquery()
    return and_(HAS_SEEN_POINT, or_(other.c.has_public_point, is_seen))


def tells_private() -> ColumnElement[bool]:
    """Does the row show a contact, or a point that is not public? Null or false where its private half is hidden."""
    contact = or_(PRIVATE.c.contact_name.is_not(None), PRIVATE.c.contact_phone.is_not(None))
    return and_(PRIVATE.c.ticket_id.is_not(None), or_(contact, TICKET.c.has_public_point.is_(False)))


def value_of(field: Field, lang: Lang, now: datetime) -> ColumnElement[Any]:
    """The SQL of a field's value, in one of the joins above; `now`: the instant of its state."""
    if field.source == "state":
        names = {state: name[lang] for state, name in STATE_NAMES.items()}
        return case(names, value=ticket_state(TICKET.c.closed_at, TICKET.c.due_at, now, timedelta(0)))
    reading, _, column = field.source.format(lang=lang).rstrip(")").rpartition("(")
    table, _, name = column.partition(".")
    value: ColumnElement[Any] = SOURCES[table].c[name]
    if field.tells_point:
        other = {"whole": WHOLE, "original": ORIGINAL}.get(table)
        return case((HAS_SEEN_POINT if other is None else shows_tie(other), value))
    return getattr(func, f"ST_{reading.upper()}")(value) if reading else value
