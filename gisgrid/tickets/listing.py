"""Tickets as they are read: public facts for everybody, the private half where row policies show it."""

from typing import Any

from sqlalchemy import Connection, text

from gisgrid.errors import Fault, NotFound
from gisgrid.tickets.filtering import TABLES, Place, TicketFilter
from gisgrid.tickets.following import find_rating
from gisgrid.tickets.photos import list_photos

_TICKETS = f"""
SELECT t.ticket_id, t.number, t.network, t.category, t.workflow, t.step, t.source, t.method, t.confidence,
       t.area_version_id, t.reported_at, t.received_at, t.due_at, t.closed_at, t.priority, t.solved_in_grid,
       c.step_due_at, c.paused_at, u.number AS parent, o.number AS duplicate_of,
       ST_X(t.geom) AS lon, ST_Y(t.geom) AS lat,
       g.code AS grid_code, g.name AS grid_name, g.kind AS grid_kind, a.code AS area_code, a.level AS area_level,
       p.ticket_id AS private_id, p.description, p.contact_name, p.contact_phone, p.department, p.post_id,
       p.lon AS raw_lon, p.lat AS raw_lat, p.system AS raw_system, p.accuracy_m,
       ST_X(p.geom) AS exact_lon, ST_Y(p.geom) AS exact_lat
{TABLES}JOIN work.clock AS c ON c.ticket_id = t.ticket_id
LEFT JOIN work.ticket AS u ON u.ticket_id = t.parent_id
LEFT JOIN work.ticket AS o ON o.ticket_id = t.duplicate_of
"""


def list_tickets(
    connection: Connection, wanted: TicketFilter, *, limit: int = 100, after: Place | None = None
) -> tuple[list[dict[str, Any]], Place | None]:
    """Which tickets are these, and where does the next page begin? At most `limit`; None: there are no more.

    The newest first; of a work list the most urgent.
    """
    at, order, beyond = ("t.due_at", "", ">") if wanted.work_list else ("t.received_at", "DESC", "<")
    rows = connection.execute(
        text(
            f"{_TICKETS} WHERE {wanted.condition}"  # noqa: S608  # constants
            + (f" AND ({at}, t.ticket_id) {beyond} (:after_at, :after_id)" if after else "")
            + f" ORDER BY {at} {order}, t.ticket_id {order} LIMIT :limit"
        ),
        wanted.parameters
        | {"limit": limit + 1}
        | ({"after_at": after.at, "after_id": after.ticket_id} if after else {}),
    ).all()
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = Place(last.due_at if wanted.work_list else last.received_at, last.ticket_id)
    return [_ticket(row) for row in rows[:limit]], following


def get_ticket(connection: Connection, number: str) -> dict[str, Any]:
    """Which ticket has this number? With its history, photos and next steps where the caller may see them."""
    row = connection.execute(text(_TICKETS + "WHERE t.number = :number"), {"number": number}).one_or_none()
    if row is None:
        raise NotFound(Fault("number", f"there is no ticket {number[:64]}", "check the number"))
    ticket = _ticket(row) | _tied(connection, row.ticket_id)
    if row.private_id is not None:
        ticket |= _history(connection, row.ticket_id)
        ticket["photos"] = list_photos(connection, row.ticket_id)
        ticket["rating"] = find_rating(connection, row.ticket_id)
        ticket["next_steps"] = _next_steps(connection, row)
    return ticket


def _tied(connection: Connection, ticket_id: int) -> dict[str, list[str]]:
    """The numbers of its parts, and of what was reported again."""
    tied = connection.execute(
        text(
            "SELECT number, duplicate_of IS NOT DISTINCT FROM :id AS is_duplicate FROM work.ticket"
            " WHERE parent_id = :id OR duplicate_of = :id ORDER BY ticket_id"
        ),
        {"id": ticket_id},
    ).all()
    return {
        "parts": [one.number for one in tied if not one.is_duplicate],
        "duplicates": [one.number for one in tied if one.is_duplicate],
    }


def _history(connection: Connection, ticket_id: int) -> dict[str, list[dict[str, Any]]]:
    events = connection.execute(
        text(
            "SELECT at, action, from_step, to_step, actor, note, detail FROM work.event"
            " WHERE ticket_id = :id ORDER BY event_id"
        ),
        {"id": ticket_id},
    )
    whistles = connection.execute(
        text(
            "SELECT whistle_id AS whistle, department, note, blown_at, due_at, reported_in_at, done_at, withdrawn_at,"
            " result FROM work.whistle WHERE ticket_id = :id ORDER BY whistle_id"
        ),
        {"id": ticket_id},
    )
    return {
        "history": [dict(event._mapping) for event in events],
        "whistles": [dict(whistle._mapping) for whistle in whistles],
    }


def _next_steps(connection: Connection, row: Any) -> list[dict[str, Any]]:
    if row.duplicate_of:
        return []
    steps = connection.execute(
        text(
            "SELECT to_step AS step, roles, kind, needs FROM work.transition AS t JOIN work.step AS s"
            " ON s.workflow = t.workflow AND s.step = t.to_step"
            " WHERE t.workflow = :workflow AND t.from_step = :step"
            " ORDER BY array_position('{forward,return,reopen}', t.kind), s.position"
        ),
        {"workflow": row.workflow, "step": row.step},
    )
    return [dict(step._mapping) for step in steps]


def _ticket(row: Any) -> dict[str, Any]:
    ticket: dict[str, Any] = {
        "number": row.number,
        "network": row.network,
        "category": row.category,
        "workflow": row.workflow,
        "step": row.step,
        "source": row.source,
        "grid": None
        if row.grid_code is None
        else {"code": row.grid_code, "name": row.grid_name, "kind": row.grid_kind},
        "area": None if row.area_code is None else {"code": row.area_code, "level": row.area_level},
        "assignment": {"method": row.method, "confidence": row.confidence, "version": row.area_version_id},
        "place": None if row.lon is None else {"lon": row.lon, "lat": row.lat},
        "reported_at": row.reported_at,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "closed_at": row.closed_at,
        "priority": row.priority,
        "step_due_at": row.step_due_at,
        "paused_at": row.paused_at,
        "solved_in_grid": row.solved_in_grid,
        "parent": row.parent,
        "duplicate_of": row.duplicate_of,
    }
    if row.private_id is not None:
        ticket |= {
            "description": row.description,
            "contact": {"name": row.contact_name, "phone": row.contact_phone},
            "point": {
                "lon": row.exact_lon,
                "lat": row.exact_lat,
                "given": {"lon": row.raw_lon, "lat": row.raw_lat, "system": row.raw_system},
                "accuracy_m": row.accuracy_m,
            },
            "department": row.department,
            "post": row.post_id,
        }
    return ticket
