"""Reading tickets: public facts for everybody, private rows if row policies show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ARRAY, BigInteger, Connection, Select, func, literal, select, text, tuple_

from gisgrid.access import Caller
from gisgrid.errors import Fault, NotFound
from gisgrid.ticket_fields import Facts, shown_at
from gisgrid.tickets.filtering import Place, TicketFilter
from gisgrid.tickets.following import read_public_side
from gisgrid.tickets.photos import list_photos
from gisgrid.tickets.selecting import HAS_SEEN_POINT, PRIVATE, TICKET, listed_tables, tells_private, value_of
from gisgrid.tickets.tracking import find_rating
from gisgrid.trail import note_reading

_PLACES = [(tuple(name.split(".")), field.is_private) for name, field in shown_at("list")]
"""The place of each value in the answer, in the order of `_VALUES`, and whether it is private."""
_VALUES = [value_of(field, "zh", datetime.now(UTC)) for _, field in shown_at("list")]
_KEYS = (TICKET.c.ticket_id, PRIVATE.c.ticket_id.label("private_id"), tells_private().label("tells_private"))
_NULL_WITHOUT = {"grid": "code", "area": "code", "place": "lon"}
"""Objects of the answer that are null if this value of theirs is null."""
Plan = dict[str, "int | Plan"]
"""An object of the answer: for each name the column of `_select`, or an object within."""


@dataclass(frozen=True)
class Event:
    """Something that happened to a ticket."""

    at: datetime
    action: str
    from_step: str | None
    to_step: str | None
    actor: str | None
    note: str | None
    detail: Facts


@dataclass(frozen=True)
class Whistle:
    """A department that was called in, its state, and the answers that the caller may give now."""

    whistle: int
    department: str
    note: str | None
    blown_at: datetime
    due_at: datetime
    reported_in_at: datetime | None
    done_at: datetime | None
    withdrawn_at: datetime | None
    result: str | None
    may: list[str]


@dataclass(frozen=True)
class NextStep:
    """A step that can come next, the roles that may take it, what it needs, and whether the caller may."""

    step: str
    roles: list[str]
    kind: Literal["forward", "return", "reopen"]
    needs: list[str]
    may: bool


def list_tickets(
    connection: Connection, wanted: TicketFilter, *, limit: int = 100, after: Place | None = None
) -> tuple[list[Facts], Place | None]:
    """The tickets of a filter, at most `limit`, and where the next page begins; None: there are no more.

    The newest first; on a work list the most urgent first. Facts by the names of the door `list`, with nested objects.
    """
    rows = connection.execute(_page(wanted, after).limit(limit + 1)).all()
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = Place(last.sorted_by, last.ticket_id)
    note_reading(connection, "tickets", [row.number for row in rows[:limit] if row.tells_private])
    return [_ticket(row) for row in rows[:limit]], following


def _page(wanted: TicketFilter, after: Place | None) -> Select[Any]:
    urgent = wanted.work_list is not None
    at = TICKET.c.due_at if urgent else TICKET.c.received_at
    order = (at, TICKET.c.ticket_id) if urgent else (at.desc(), TICKET.c.ticket_id.desc())
    query = _select().add_columns(at.label("sorted_by")).where(wanted.condition).order_by(*order)
    if after is None:
        return query
    here, there = tuple_(at, TICKET.c.ticket_id), tuple_(literal(after.at), literal(after.ticket_id))
    return query.where(here > there if urgent else here < there)


def _select() -> Select[Any]:
    values = (value.label(".".join(path)) for value, (path, _) in zip(_VALUES, _PLACES, strict=True))
    return select(*_KEYS, *values).select_from(listed_tables())


def list_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, Facts]:
    """These tickets by their ids, with facts as in a list."""
    rows = connection.execute(_select().where(TICKET.c.ticket_id == func.any(literal(list(ids), ARRAY(BigInteger)))))
    return {row.ticket_id: _ticket(row) for row in rows}


def get_ticket(connection: Connection, number: str, caller: Caller) -> Facts:
    """The ticket of this number, with history, photos and next steps if the caller may see them."""
    query = _select().add_columns(TICKET.c.duplicate_of.label("duplicate_id"), HAS_SEEN_POINT.label("has_seen_point"))
    row = connection.execute(query.where(TICKET.c.number == number)).one_or_none()
    if row is None:
        raise NotFound(Fault("number", f"there is no ticket {number[:64]}", "check the number"))
    ticket: Facts = _ticket(row) | _tied(connection, row.ticket_id, has_seen_point=row.has_seen_point)
    ticket |= read_public_side(connection, row.ticket_id)
    note_reading(connection, "ticket", [number] if row.tells_private else [])
    if row.private_id is not None:
        ticket["history"] = _history(connection, row.ticket_id)
        ticket["whistles"] = _whistles(connection, row.ticket_id, caller)
        ticket["photos"] = list_photos(connection, row.ticket_id)
        ticket["rating"] = find_rating(connection, row.ticket_id)
        ticket["next_steps"] = [] if row.duplicate_id else _next_steps(connection, row.ticket_id, caller)
    return ticket


def _tied(connection: Connection, ticket_id: int, *, has_seen_point: bool) -> Facts:
    """The numbers of a ticket's parts, and of its duplicates: only where the caller may know the point of both."""
    if not has_seen_point:
        return {"parts": [], "duplicates": []}
    tied = connection.execute(
        text(
            "SELECT x.number, x.duplicate_of IS NOT DISTINCT FROM :id AS is_duplicate FROM work.ticket AS x"
            " LEFT JOIN work.ticket_private AS p ON p.ticket_id = x.ticket_id"
            " WHERE (x.parent_id = :id OR x.duplicate_of = :id) AND (x.has_public_point OR p.ticket_id IS NOT NULL)"
            " ORDER BY x.ticket_id"
        ),
        {"id": ticket_id},
    ).all()
    return {
        "parts": [one.number for one in tied if not one.is_duplicate],
        "duplicates": [one.number for one in tied if one.is_duplicate],
    }


def _history(connection: Connection, ticket_id: int) -> list[Event]:
    """Its events; the number of a ticket that it was tied to is left out where that one's point may not be known."""
    events = connection.execute(
        text(
            "SELECT e.at, e.action, e.from_step, e.to_step, e.actor, e.note,"
            " CASE WHEN x.ticket_id IS NULL THEN e.detail ELSE e.detail - CAST(:ties AS text[]) END AS detail"
            " FROM work.event AS e LEFT JOIN work.ticket AS x"
            " ON x.number = coalesce(e.detail->>'into', e.detail->>'duplicate', e.detail->>'parent',"
            " e.detail->>'original') AND NOT x.has_public_point"
            " AND (SELECT p.ticket_id FROM work.ticket_private AS p WHERE p.ticket_id = x.ticket_id) IS NULL"
            " WHERE e.ticket_id = :id ORDER BY e.event_id"
        ),
        {"id": ticket_id, "ties": ["into", "duplicate", "parent", "original"]},
    )
    return [Event(**event._mapping) for event in events]


def _whistles(connection: Connection, ticket_id: int, caller: Caller) -> list[Whistle]:
    whistles = connection.execute(
        text(
            "SELECT w.whistle_id AS whistle, w.department, w.note, w.blown_at, w.due_at, w.reported_in_at, w.done_at,"
            " w.withdrawn_at, w.result, ARRAY("
            "  SELECT s FROM unnest(app.whistle_answers(w.department, t.path, :role)) AS s"
            "  WHERE w.done_at IS NULL AND w.withdrawn_at IS NULL"
            "  AND (s <> 'reported_in' OR w.reported_in_at IS NULL)) AS may"
            " FROM work.whistle AS w JOIN work.ticket AS t USING (ticket_id) WHERE w.ticket_id = :id"
            " ORDER BY w.whistle_id"
        ),
        {"id": ticket_id, "role": caller.role},
    )
    return [Whistle(**whistle._mapping) for whistle in whistles]


def _next_steps(connection: Connection, ticket_id: int, caller: Caller) -> list[NextStep]:
    steps = connection.execute(
        text(
            "SELECT t.to_step AS step, t.roles, t.kind, t.needs,"
            " :role = ANY(t.roles) AND app.in_hand(p.path, p.department) AS may"
            " FROM work.ticket AS x JOIN work.ticket_private AS p USING (ticket_id)"
            " JOIN work.transition AS t ON t.workflow = x.workflow AND t.from_step = x.step"
            " JOIN work.step AS s ON s.workflow = t.workflow AND s.step = t.to_step"
            " WHERE x.ticket_id = :id ORDER BY array_position('{forward,return,reopen}', t.kind), s.position"
        ),
        {"id": ticket_id, "role": caller.role},
    )
    return [NextStep(**step._mapping) for step in steps]


def _ticket(row: Any) -> Facts:
    """A row of `_select` as the answer; private values only if the caller may see the row."""
    ticket = _read(_PUBLIC, row)
    for name, needed in _NULL_WITHOUT.items():
        held: Any = ticket[name]
        if held[needed] is None:
            ticket[name] = None
    return ticket if row.private_id is None else ticket | _read(_PRIVATE, row)


def _plan(*, private: bool) -> Plan:
    plan: Plan = {}
    for column, (path, is_private) in enumerate(_PLACES, len(_KEYS)):
        if is_private == private:
            held: Any = plan
            for name in path[:-1]:
                held = held.setdefault(name, {})
            held[path[-1]] = column
    return plan


def _read(plan: Plan, row: Any) -> Facts:
    return {name: row[at] if isinstance(at, int) else _read(at, row) for name, at in plan.items()}


_PUBLIC, _PRIVATE = _plan(private=False), _plan(private=True)
