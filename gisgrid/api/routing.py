"""Who is assigned and why: the rule that fires, the post on duty; another category, location or clock of a ticket."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from gisgrid.api.answers import Answer, AreaRef, Assignee, GridRef, Ticket, problems
from gisgrid.api.answers import Instant as InstantText
from gisgrid.api.areas import Instant, Network
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import (
    Accuracy,
    Coordinate,
    LongText,
    PlainText,
    QueryAccuracy,
    QueryNumber,
    read_instant,
    tell,
)
from gisgrid.coordinates import check_point
from gisgrid.errors import Fault, Refused
from gisgrid.tickets.intake import district_extent
from gisgrid.tickets.listing import get_ticket
from gisgrid.tickets.routing import Moved, Where, change_category, change_location, explain_route, find_duty, turn_clock

router = APIRouter(prefix="/api/v1", tags=["routing"])
acting = APIRouter(prefix="/api/v1", tags=["routing"], route_class=SignedInRoute)
NUMBER = Annotated[PlainText, Field(description="the ticket's number")]


class OtherRule(Answer):
    """A rule that did not fire, and why."""

    rule: str
    why_not: str


class Route(Answer):
    """Which rule fires for a report there and then; `post on duty` where none does."""

    rule: str
    assigned_by: str = Field(description="rule, post on duty (no rule, or nobody is whom it names), nobody on duty")
    assignee: Assignee | None
    priority: int = Field(description="1 most urgent, 5 least")
    due_hours: int
    due_unit: str = Field(description="calendar or working")
    due_at: InstantText
    category: str
    grid: GridRef | None
    area: AreaRef | None
    others: list[OtherRule]


class DutyPost(Answer):
    """A post. The post is public; its holder only for callers in scope, or if the post is marked public."""

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
    name: str | None = Field(default_factory=lambda: None, description="absent for callers who may not see it")
    phone: str | None = Field(default_factory=lambda: None, description="absent for callers who may not see it")


class Duty(Answer):
    """The post on duty at a point, and all posts there, the lowest area first."""

    grid: GridRef | None
    area: AreaRef | None
    on_duty: DutyPost | None
    posts: list[DutyPost]


class CategoryBody(BaseModel):
    """The new category of a ticket, and a note."""

    model_config = ConfigDict(extra="forbid")

    category: PlainText
    note: LongText | None = None


class PlaceBody(BaseModel):
    """The new location of a ticket, in a named system, and a note."""

    model_config = ConfigDict(extra="forbid")

    lon: Coordinate
    lat: Coordinate
    system: PlainText
    accuracy_m: Accuracy | None = None
    note: LongText | None = None


class ClockBody(BaseModel):
    """Stop the clock while the reporter is asked, or start it again; with a reason."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["paused", "running"]
    reason: LongText = ""


@router.get("/route", response_model=Route, response_model_exclude_unset=True, responses=problems(404))
def get_route(
    request: Request,
    database: CurrentDatabase,
    network: Network,
    category: PlainText,
    area: PlainText = "",
    lon: QueryNumber | None = None,
    lat: QueryNumber | None = None,
    system: PlainText = "",
    accuracy_m: QueryAccuracy | None = None,
    at: Instant = None,
) -> Route:
    """Which rule would fire for a report in an area or at a point, and why would every other rule not?"""
    settings = request.app.state.settings
    network = network or settings.network
    given = [name for name, value in (("lon", lon), ("lat", lat), ("system", system)) if value not in (None, "")]
    if len(given) != (0 if area else 3):
        raise Refused(Fault("area", "say where: an area, or a point", "area, or lon, lat and system"))
    with database.transaction() as connection:
        point = None if lon is None else check_point(lon, lat, system, district_extent(connection, network))
        where = Where(network, point, area, accuracy_m, read_instant("at", at, settings.timezone))
        answer = explain_route(connection, category, where)
    return tell(Route, answer, settings.timezone)


@router.get("/duty", response_model=Duty, response_model_exclude_unset=True, responses=problems(404))
def get_duty(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    lon: QueryNumber,
    lat: QueryNumber,
    system: PlainText,
    at: Annotated[str | None, Query(max_length=40, description="ISO 8601 with offset, or a date")] = None,
) -> Duty:
    """Who is my grid worker? The post on duty at a point, and the other posts there and above."""
    settings = request.app.state.settings
    network = network or settings.network
    with database.transaction(caller.scope) as connection:
        point = check_point(lon, lat, system, district_extent(connection, network))
        where = Where(network, point, at=read_instant("at", at, settings.timezone))
        answer = find_duty(connection, where)
    return tell(Duty, answer, settings.timezone)


@router.get("/areas/{code}/duty", response_model=Duty, response_model_exclude_unset=True, responses=problems(404))
def get_area_duty(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    code: Annotated[PlainText, Path(description="unified code of the area")],
    at: Annotated[str | None, Query(max_length=40, description="ISO 8601 with offset, or a date")] = None,
) -> Duty:
    """Who works for this area? The post on duty, and the other posts there and above."""
    settings = request.app.state.settings
    with database.transaction(caller.scope) as connection:
        where = Where(network or settings.network, area=code, at=read_instant("at", at, settings.timezone))
        answer = find_duty(connection, where)
    return tell(Duty, answer, settings.timezone)


SET: dict[str, Any] = {
    "response_model": Ticket,
    "response_model_exclude_unset": True,
    "responses": problems(401, 403, 404, 409),
}


@acting.put("/tickets/{number}/category", **SET)
def set_category(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: CategoryBody
) -> Ticket:
    """Give a ticket another category: it is routed again, with a due time of that category."""
    with database.transaction(caller.scope) as connection:
        change_category(connection, number, body.category, body.note, caller)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))


@acting.put("/tickets/{number}/place", **SET)
def set_place(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: PlaceBody
) -> Ticket:
    """Give a ticket another location: it is assigned and routed again, and may leave the caller's area."""
    network = request.app.state.settings.network
    with database.transaction(caller.scope) as connection:
        point = check_point(body.lon, body.lat, body.system, district_extent(connection, network))
        place = Moved(
            lon_wgs84=point.lon,
            lat_wgs84=point.lat,
            lon=body.lon,
            lat=body.lat,
            system=body.system,
            accuracy_m=body.accuracy_m,
        )
        change_location(connection, number, place, body.note, caller)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))


@acting.put("/tickets/{number}/clock", **SET)
def set_clock(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: ClockBody
) -> Ticket:
    """Stop a ticket's clock while its reporter is asked, or start it again; the due time moves by the pause."""
    with database.transaction(caller.scope) as connection:
        turn_clock(connection, number, body.state == "running", body.reason, caller)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))
