"""Who else works on a ticket: assigning, passing up, calling departments in, parts, duplicates.

Every function's connection has the caller's scope. Each raises NotFound, NotAllowed, Conflict or Refused with a
sentence of app.refusal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NotRequired, TypedDict

from sqlalchemy import Connection, Function, Text, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from gisgrid.access import Caller
from gisgrid.database import asking
from gisgrid.errors import Fault, NotFound


@dataclass(frozen=True)
class Call:
    """Departments to call in, each with a clock of so many calendar or working hours; None: as long as the ticket's."""

    departments: Sequence[str]
    due_hours: int | None = None
    due_unit: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Similar:
    """An open ticket that may be about the same thing; `closeness` is 1 for the same category, place and time."""

    number: str
    category: str
    distance_m: float
    apart_hours: float
    closeness: float


class AssigneePost(TypedDict):
    """A post that a ticket can be assigned to; without a name if the caller may not see the holder."""

    post: int
    role: str
    area: str
    level: str
    title: str | None
    department: str | None
    is_on_shift: bool
    name: NotRequired[str | None]


@dataclass(frozen=True)
class Assignees:
    """Whom a ticket can be assigned to."""

    posts: list[AssigneePost]
    departments: list[str]


def hand_over(
    connection: Connection, number: str, caller: Caller, *, post: int | None, department: str | None, note: str | None
) -> None:
    """转办: assign a ticket to a post on its grid or above, or to a department."""
    _do(connection, func.app.hand_over(number, post, department, caller.name, caller.role, note))


def pass_up(connection: Connection, number: str, caller: Caller, note: str) -> None:
    """Pass a ticket up to the centre of the nearest area above its assignee: community, town, district."""
    _do(connection, func.app.pass_up(number, caller.name, caller.role, note))


def blow_whistle(connection: Connection, number: str, caller: Caller, call: Call) -> None:
    """吹哨: call departments in to a ticket, each with a clock of its own."""
    called = literal(list(call.departments), ARRAY(Text))
    whistle = func.app.blow_whistle(number, called, call.due_hours, call.due_unit, caller.name, caller.role, call.note)
    _do(connection, whistle)


def answer_whistle(
    connection: Connection, number: str, caller: Caller, whistle: int, state: str, note: str | None
) -> None:
    """报到: a called department has `reported_in` or is `done`, or its call is `withdrawn`."""
    answer = func.app.answer_whistle(number, whistle, state, caller.name, caller.role, note)
    _do(connection, answer)


def set_parent(connection: Connection, number: str, caller: Caller, parent: str | None, note: str | None) -> None:
    """Make a ticket a part of another one, which then cannot close before its parts; None: of no other."""
    _do(connection, func.app.set_parent(number, parent, caller.name, caller.role, note))


def set_original(connection: Connection, number: str, caller: Caller, original: str | None, note: str | None) -> None:
    """Record a ticket as a duplicate of another, open one, and close it; None: it is not a duplicate after all."""
    if original is None:
        call = func.app.unmerge_ticket(number, caller.name, caller.role, note)
    else:
        call = func.app.merge_ticket(number, original, caller.name, caller.role, note)
    _do(connection, call)


def list_similar(connection: Connection, number: str, *, within_m: float, within: timedelta) -> list[Similar]:
    """Which open tickets in the caller's scope may be about the same thing as this one? The closest first."""
    rows = connection.execute(
        text("SELECT * FROM app.similar_tickets(:id, :within_m, :within)"),
        {"id": _private_id(connection, number), "within_m": within_m, "within": within},
    )
    return [
        Similar(
            number=row.number,
            category=row.category,
            distance_m=round(row.distance_m, 1),
            apart_hours=round(row.apart / timedelta(hours=1), 1),
            closeness=round(row.closeness, 3),
        )
        for row in rows
    ]


def list_assignees(connection: Connection, number: str) -> Assignees:
    """Whom can this ticket be assigned to? Posts from its grid upwards, and departments with people."""
    path = connection.execute(
        text("SELECT path FROM work.ticket WHERE ticket_id = :id"), {"id": _private_id(connection, number)}
    ).scalar_one()
    posts = connection.execute(text("SELECT * FROM app.posts_at(:path)"), {"path": list(path)})
    departments = connection.execute(text("SELECT d FROM app.departments() AS d")).scalars()
    found: list[AssigneePost] = []
    for row in posts:
        post = AssigneePost(
            post=row.post_id,
            role=row.role,
            area=row.area,
            level=row.level,
            title=row.title,
            department=row.department,
            is_on_shift=row.is_on_shift,
        )
        if row.is_shown:
            post["name"] = row.name
        found.append(post)
    return Assignees(found, list(departments))


def _private_id(connection: Connection, number: str) -> int:
    """The id of a ticket whose private row the caller may see. Raises NotFound for any other."""
    found: int | None = connection.execute(
        text("SELECT t.ticket_id FROM work.ticket AS t JOIN work.ticket_private USING (ticket_id) WHERE number = :n"),
        {"n": number},
    ).scalar()
    if found is None:
        raise NotFound(Fault("number", f"there is no ticket {number[:64]} in your area", "check the number"))
    return found


def _do(connection: Connection, call: Function[None]) -> None:
    with asking(connection):
        connection.execute(select(call))
