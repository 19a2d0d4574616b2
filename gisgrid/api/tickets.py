"""Tickets, their steps, their categories, and the counters of an area."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.api.answers import Category, Counters, Source, Ticket, Workflow, problems
from gisgrid.api.areas import Instant, Network
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import LongText, PlainText, read_instant, tell
from gisgrid.boundaries.areas import area_id_at
from gisgrid.cameras import find_cameras
from gisgrid.counters import count_tickets
from gisgrid.geo import LonLat
from gisgrid.layers import Json
from gisgrid.patrol.finding import find_patrols, last_passed
from gisgrid.tickets.listing import get_ticket
from gisgrid.tickets.sources import list_sources
from gisgrid.tickets.steps import list_workflows, take_step

PASSED_M = 60.0
"""A patrol that came so near saw the place of a ticket."""
URGENT = 2
"""Of priorities 1 to 5 those up to this one are urgent."""
router = APIRouter(prefix="/api/v1", tags=["tickets"])
acting = APIRouter(prefix="/api/v1", tags=["tickets"], route_class=SignedInRoute)


class StepBody(BaseModel):
    """The next step, and a note."""

    model_config = ConfigDict(extra="forbid")

    step: PlainText
    note: LongText | None = None


@router.get("/categories", response_model=list[Category])
def get_categories(database: CurrentDatabase) -> list[Category]:
    """The tree of categories."""
    with database.transaction() as connection:
        rows = connection.execute(
            text(
                "SELECT category AS id, parent, name_zh, name_en, due_hours, due_unit,"
                " retired_at IS NOT NULL AS retired, app.needs_words(category) AS needs_words"
                " FROM work.category ORDER BY category"
            )
        )
        return [Category(**row._mapping) for row in rows]


@router.get("/workflows", response_model=list[Workflow])
def get_workflows(request: Request, database: CurrentDatabase) -> list[Workflow]:
    """The templates of steps: which step leads to which, who may take it, what it needs."""
    with database.transaction() as connection:
        return [tell(Workflow, one, zone_of(request)) for one in list_workflows(connection)]


@router.get("/sources", response_model=list[Source])
def get_sources(request: Request, database: CurrentDatabase) -> list[Source]:
    """The ways by which reports come, and who may name each in a report."""
    with database.transaction() as connection:
        return [tell(Source, one, zone_of(request)) for one in list_sources(connection)]


@router.get(
    "/tickets/{number}",
    name="get_ticket",
    response_model=Ticket,
    response_model_exclude_unset=True,
    responses=problems(401, 404),
)
def get_one_ticket(request: Request, caller: CurrentCaller, database: CurrentDatabase, number: PlainText) -> Ticket:
    """One ticket; with its words, contact, point and history for callers who may see them."""
    with database.transaction(caller.scope) as connection:
        ticket = get_ticket(connection, number, caller)
        point: Any = ticket.get("point")
        if point:
            ticket |= _around(connection, LonLat(point["lon"], point["lat"]), ticket, caller)
    return tell(Ticket, ticket, zone_of(request))


def _around(connection: Connection, point: LonLat, ticket: Json, caller: Caller) -> Json:
    """Which cameras see the point, which patrol passed it last, and of an urgent ticket who is near now?"""
    found: Json = {}
    if "see_camera" in caller.may:
        found["cameras"] = find_cameras(connection, point)
    if "see_patrol" in caller.may:
        now = datetime.now(UTC)
        found["last_patrol"] = last_passed(connection, point, PASSED_M)
        is_urgent = ticket["priority"] <= URGENT or ticket["due_at"] < now
        if ticket["closed_at"] is None and is_urgent:
            found["nearest_patrols"] = find_patrols(connection, now, point=point, limit=3)
    return found


@acting.post(
    "/tickets/{number}/steps",
    status_code=201,
    response_model=Ticket,
    response_model_exclude_unset=True,
    responses=problems(400, 401, 403, 404, 409, 413),
)
def create_step(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: PlainText, body: StepBody
) -> Ticket:
    """Take the next step of a ticket; answers the ticket after the step."""
    with database.transaction(caller.scope) as connection:
        take_step(connection, number, body.step, body.note, caller)
        ticket = get_ticket(connection, number, caller)
    return tell(Ticket, ticket, zone_of(request))


@router.get("/counters", response_model=Counters, responses=problems(404))
def get_counters(
    request: Request,
    database: CurrentDatabase,
    network: Network,
    area: PlainText = "",
    at: Instant = None,
    as_recorded: Instant = None,
) -> Counters:
    """How many tickets of an area's subtree are done, open, of today, due_soon, overdue, unplaced?

    A network's own tickets; without an area all of them.
    """
    settings = request.app.state.settings
    instant = read_instant("at", at, settings.timezone)
    recorded = read_instant("as_recorded", as_recorded, settings.timezone)
    network = network or settings.network
    with database.transaction() as connection:
        found = area_id_at(connection, area, network=network, at=instant, as_recorded=recorded) if area else 0
        counted = count_tickets(
            connection,
            found,
            at=instant,
            as_recorded=recorded,
            network=network,
            zone=settings.zone,
            due_soon=timedelta(hours=settings.due_soon_hours),
        )
    return Counters(network=network, **counted)
