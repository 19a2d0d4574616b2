"""Who else works on a ticket: handed over, passed up, departments called in, parts of a whole, the same thing twice.

Every function's connection has the caller's scope. Each raises NotFound, NotAllowed, Conflict or Refused with a
sentence of app.refusal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.database import asking
from gisgrid.errors import Fault, NotFound


@dataclass(frozen=True)
class Call:
    """Departments to be called in; each clock so many calendar or working hours, None: as long as the ticket's own."""

    departments: Sequence[str]
    due_hours: int | None = None
    due_unit: str | None = None
    note: str | None = None


def hand_over(
    connection: Connection, number: str, caller: Caller, *, post: int | None, department: str | None, note: str | None
) -> None:
    """转办: give a ticket to a post on its grid or above it, or to a department."""
    _do(
        connection,
        "app.hand_over(:number, :post, :department, :actor, :role, :note)",
        number,
        caller,
        {"post": post, "department": department, "note": note},
    )


def pass_up(connection: Connection, number: str, caller: Caller, note: str) -> None:
    """Pass a ticket up to the centre of the nearest area above whoever has it: community, town, district."""
    _do(connection, "app.pass_up(:number, :actor, :role, :note)", number, caller, {"note": note})


def blow_whistle(connection: Connection, number: str, caller: Caller, call: Call) -> None:
    """吹哨: call departments in to a ticket, each with a clock of its own."""
    _do(
        connection,
        "app.blow_whistle(:number, :departments, :hours, :unit, :actor, :role, :note)",
        number,
        caller,
        {"departments": list(call.departments), "hours": call.due_hours, "unit": call.due_unit, "note": call.note},
    )


def answer_whistle(
    connection: Connection, number: str, caller: Caller, whistle: int, state: str, note: str | None
) -> None:
    """报到: a department that was called has `reported_in`, is `done`, or is let go (`withdrawn`)."""
    _do(
        connection,
        "app.answer_whistle(:number, :whistle, :state, :actor, :role, :note)",
        number,
        caller,
        {"whistle": whistle, "state": state, "note": note},
    )


def set_parent(connection: Connection, number: str, caller: Caller, parent: str | None, note: str | None) -> None:
    """Make a ticket part of another one, which then cannot close before it; None: of no other."""
    _do(
        connection,
        "app.set_parent(:number, :parent, :actor, :role, :note)",
        number,
        caller,
        {"parent": parent, "note": note},
    )


def set_original(connection: Connection, number: str, caller: Caller, original: str | None, note: str | None) -> None:
    """Say that a ticket is about the same thing as another, open one, and close it; None: it was not after all."""
    call = "app.merge_ticket(:number, :original, :actor, :role, :note)"
    if original is None:
        call = "app.unmerge_ticket(:number, :actor, :role, :note)"
    _do(connection, call, number, caller, {"original": original, "note": note})


def list_similar(connection: Connection, number: str, *, within_m: float, within: timedelta) -> list[dict[str, Any]]:
    """Which open tickets may be about the same thing as this one, the closest first? Of those that the caller sees."""
    rows = connection.execute(
        text("SELECT * FROM app.similar_tickets(:id, :within_m, :within)"),
        {"id": _private_id(connection, number), "within_m": within_m, "within": within},
    )
    return [
        {
            "number": row.number,
            "category": row.category,
            "distance_m": round(row.distance_m, 1),
            "apart_hours": round(row.apart / timedelta(hours=1), 1),
            "closeness": round(row.closeness, 3),
        }
        for row in rows
    ]


def list_assignees(connection: Connection, number: str) -> dict[str, Any]:
    """To whom can this ticket be given? Posts from its grid upwards, and the departments in which somebody is."""
    path = connection.execute(
        text("SELECT path FROM work.ticket WHERE ticket_id = :id"), {"id": _private_id(connection, number)}
    ).scalar_one()
    posts = connection.execute(text("SELECT * FROM app.posts_at(:path)"), {"path": list(path)})
    departments = connection.execute(text("SELECT d FROM app.departments() AS d")).scalars()
    return {
        "posts": [
            {"post": row.post_id, "role": row.role, "area": row.area, "level": row.level}
            | {"title": row.title, "department": row.department, "is_on_shift": row.is_on_shift}
            | ({"name": row.name} if row.is_shown else {})
            for row in posts
        ],
        "departments": list(departments),
    }


def _private_id(connection: Connection, number: str) -> int:
    """The id of a ticket whose private half the caller sees. Raises NotFound for any other."""
    found: int | None = connection.execute(
        text("SELECT t.ticket_id FROM work.ticket AS t JOIN work.ticket_private USING (ticket_id) WHERE number = :n"),
        {"n": number},
    ).scalar()
    if found is None:
        raise NotFound(Fault("number", f"there is no ticket {number[:64]} in your area", "check the number"))
    return found


def _do(connection: Connection, call: str, number: str, caller: Caller, values: dict[str, Any]) -> None:
    said = {"number": number, "actor": caller.name, "role": caller.role, **values}
    with asking(connection):
        connection.execute(text(f"SELECT {call}"), said)  # noqa: S608  # constants above
