"""Routing: the rule that fires and why the others do not, the post on duty, another category or location."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.database import asking
from gisgrid.errors import Fault, NotFound
from gisgrid.geo import LonLat
from gisgrid.networks import call_network, require_network
from gisgrid.tickets.intake import category_id
from gisgrid.tickets.receipts import AreaRef, Assignee, GridRef
from gisgrid.trail import note_reading

_ROUTE = """
SELECT r.*, app.due_at(coalesce(CAST(:at AS timestamptz), now()), r.due_hours, r.due_unit) AS due_at
FROM app.route(:category, :path, :kind, CAST(:at AS timestamptz), true) AS r
"""
_PLACE = """
SELECT l.grid_kind AS kind, l.path, l.grid_code, l.grid_name, l.code, l.level, l.doubt
FROM app.locate_report(
    ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :network, CAST(:at AS timestamptz), :accuracy_m) AS l
"""
_AREA = """
SELECT CASE WHEN v.level = 'grid' THEN v.kind END AS kind, v.path,
       CASE WHEN v.level = 'grid' THEN v.code END AS grid_code, v.name AS grid_name, v.code, v.level, NULL AS doubt
FROM app.area_at(CAST(:at AS timestamptz)) AS v WHERE v.network = :network AND v.code = :code
"""


@dataclass(frozen=True)
class Where:
    """A location to route for: a point (WGS 84) or an area's code, in a network, at an instant (None: now)."""

    network: str
    point: LonLat | None = None
    area: str = ""
    accuracy_m: float | None = None
    at: datetime | None = None


class OtherRule(TypedDict):
    """A rule that did not fire, and why."""

    rule: str
    why_not: str


class Route(TypedDict):
    """The rule that fires for a report there and then, its assignee, and why every other rule does not fire."""

    rule: str
    assigned_by: str
    assignee: Assignee | None
    priority: int
    due_hours: int
    due_unit: str
    due_at: datetime
    category: str
    grid: GridRef | None
    area: AreaRef | None
    others: list[OtherRule]


class DutyPost(TypedDict):
    """A post; without name and phone if the caller may not see the holder."""

    post: int
    role: str
    role_zh: str
    role_en: str
    area: str
    level: str
    title: str | None
    department: str | None
    takes_reports: bool
    is_on_shift: bool
    name: NotRequired[str | None]
    phone: NotRequired[str | None]


class Duty(TypedDict):
    """The post on duty at a location, and all posts there, the lowest area first."""

    grid: GridRef | None
    area: AreaRef | None
    on_duty: DutyPost | None
    posts: list[DutyPost]


class Moved(TypedDict):
    """The location of a ticket in WGS 84, and as it was given."""

    lon_wgs84: float
    lat_wgs84: float
    lon: float
    lat: float
    system: str
    accuracy_m: float | None


def explain_route(connection: Connection, category: str, where: Where) -> Route:
    """Which rule fires for a report there and then, and why does every other rule not?

    Calls the same function as intake. Raises Refused, NotFound.
    """
    about = category_id(connection, category)
    place = _place(connection, where)
    row = connection.execute(
        text(_ROUTE), {"category": about, "path": list(place.path), "kind": place.kind, "at": where.at}
    ).one()
    return {
        "rule": row.rule,
        "assigned_by": f"nobody: {place.doubt}" if place.doubt else row.assigned_by,
        "assignee": None if place.doubt else _assignee(row, place),
        "priority": row.priority,
        "due_hours": row.due_hours,
        "due_unit": row.due_unit,
        "due_at": row.due_at,
        "category": about,
        "grid": _grid(place),
        "area": _area(place),
        "others": row.others,
    }


def find_duty(connection: Connection, where: Where) -> Duty:
    """Who is on duty there and then, and which posts are there, the lowest area first?

    Names and telephones only if the connection's scope or the post's mark shows them.
    """
    place = _place(connection, where)
    rows = connection.execute(
        text("SELECT * FROM app.posts_at(:path, CAST(:at AS timestamptz))"),
        {"path": list(place.path), "at": where.at},
    ).all()
    duty = connection.execute(
        text("SELECT post_id FROM app.on_duty(:path, CAST(:at AS timestamptz))"),
        {"path": list(place.path), "at": where.at},
    ).scalar()
    posts = [_post(row) for row in rows]
    note_reading(connection, "posts", [str(row.post_id) for row in rows if row.phone and not row.is_public])
    return {
        "grid": _grid(place),
        "area": _area(place),
        "on_duty": next((post for post in posts if post["post"] == duty), None),
        "posts": posts,
    }


def change_category(connection: Connection, number: str, category: str, note: str | None, caller: Caller) -> None:
    """Give a ticket another category and route it again, once. The scope must be the caller's.

    Raises NotFound, NotAllowed, Conflict (closed), Refused (no such category).
    """
    about = category_id(connection, category, for_report=True)
    with asking(connection):
        connection.execute(
            text("SELECT app.change_category(:number, :category, :actor, :role, :note)"),
            {"number": number, "category": about, "actor": caller.name, "role": caller.role, "note": note},
        )


def change_location(connection: Connection, number: str, place: Moved, note: str | None, caller: Caller) -> None:
    """Give a ticket another location, assign and route it again, once. The scope must be the caller's.

    Raises as change_category.
    """
    with asking(connection):
        connection.execute(
            text(
                "SELECT app.change_location(:number, jsonb_strip_nulls(to_jsonb(p)), :actor, :role, :note) FROM (SELECT"
                " CAST(:lon_wgs84 AS float8) AS lon_wgs84, CAST(:lat_wgs84 AS float8) AS lat_wgs84,"
                " CAST(:lon AS float8) AS lon, CAST(:lat AS float8) AS lat, CAST(:system AS text) AS system,"
                " CAST(:accuracy_m AS float8) AS accuracy_m) AS p"
            ),
            {"number": number, "actor": caller.name, "role": caller.role, "note": note, **place},
        )


def turn_clock(connection: Connection, number: str, is_running: bool, reason: str, caller: Caller) -> None:
    """Stop a ticket's clocks while its reporter is asked, or start them again. The scope must be the caller's.

    Raises NotFound, NotAllowed, Conflict (closed, or stopped or running already).
    """
    with asking(connection):
        connection.execute(
            text("SELECT app.turn_clock(:number, :running, :reason, :actor, :role)"),
            {"number": number, "running": is_running, "reason": reason, "actor": caller.name, "role": caller.role},
        )


def _place(connection: Connection, where: Where) -> Any:
    require_network(connection, where.network)
    values: dict[str, object] = {"network": where.network, "at": where.at}
    if where.point is None:
        row = connection.execute(text(_AREA), values | {"code": where.area}).one_or_none()
        if row is None:
            called = call_network(connection, where.network)
            message = f"there is no area {where.area} in network {called} at that date"
            raise NotFound(Fault("area", message, "give a code of the map", names=called.names))
        return row
    point = {"lon": where.point.lon, "lat": where.point.lat, "accuracy_m": where.accuracy_m}
    return connection.execute(text(_PLACE), values | point).one()


def _grid(place: Any) -> GridRef | None:
    return {"code": place.grid_code, "name": place.grid_name, "kind": place.kind} if place.grid_code else None


def _area(place: Any) -> AreaRef | None:
    return {"code": place.code, "level": place.level} if place.code else None


def _assignee(row: Any, place: Any) -> Assignee | None:
    if row.post_id is None and row.department is None:
        return None
    found: Assignee = {"post": row.post_id, "role": row.role or "department", "area": row.code or place.code}
    if row.department:
        found["department"] = row.department
    return found


def _post(row: Any) -> DutyPost:
    post: DutyPost = {
        "post": row.post_id,
        "role": row.role,
        "role_zh": row.role_zh,
        "role_en": row.role_en,
        "area": row.area,
        "level": row.level,
        "title": row.title,
        "department": row.department,
        "takes_reports": row.takes_reports,
        "is_on_shift": row.is_on_shift,
    }
    if row.is_shown:
        post |= {"name": row.name, "phone": row.phone}
    return post
