"""Who else works on a ticket: assignment, escalation, whistles, parts, duplicates."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gisgrid.api.answers import Answer, Ticket, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import LongText, PlainText, tell
from gisgrid.tickets import cooperation
from gisgrid.tickets.listing import get_ticket

acting = APIRouter(prefix="/api/v1/tickets/{number}", tags=["cooperation"], route_class=SignedInRoute)
ACTED: dict[str, Any] = {
    "status_code": 201,
    "response_model": Ticket,
    "response_model_exclude_unset": True,
    "responses": problems(400, 401, 403, 404, 409, 413),
}
SET = {**ACTED, "status_code": 200}
NUMBER = Annotated[PlainText, Field(description="the ticket's number")]
HOURS = Annotated[int, Field(ge=1, le=87_600, strict=True)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: LongText | None = None


class AssignmentBody(_Body):
    """The new assignee: a post or a department, one of the two."""

    post: Annotated[int, Field(ge=1, lt=2**63, strict=True)] | None = None
    department: PlainText | None = None

    @model_validator(mode="after")
    def _one(self) -> "AssignmentBody":
        if (self.post is None) == (self.department is None):
            raise ValueError("name a post or a department, one of the two")
        return self


class EscalationBody(BaseModel):
    """Why the ticket is passed up."""

    model_config = ConfigDict(extra="forbid")

    note: LongText


class WhistleBody(_Body):
    """Which departments, and the hours that each has; without hours as long as the ticket's own clock."""

    departments: Annotated[list[PlainText], Field(min_length=1, max_length=20)]
    due_hours: HOURS | None = None
    due_unit: Literal["calendar", "working"] | None = None


class WhistleAnswerBody(_Body):
    """报到: reported_in, then done; withdrawn takes the call back."""

    state: Literal["reported_in", "done", "withdrawn"]


class ParentBody(_Body):
    """The ticket that this one becomes a part of; null: of none."""

    parent: PlainText | None


class DuplicateBody(_Body):
    """The ticket about the same thing; null: this one is no duplicate after all."""

    of: PlainText | None


class AssigneePost(Answer):
    """A post that the ticket can be assigned to; the name only for callers who may see it."""

    post: int
    role: str
    area: str
    level: str
    title: str | None
    department: str | None
    is_on_shift: bool
    name: str | None = Field(default_factory=lambda: None, description="absent for callers who may not see it")


class Assignees(Answer):
    """Whom a ticket can be assigned to: posts, the lowest area first, and departments."""

    posts: list[AssigneePost]
    departments: list[str]


class SimilarTicket(Answer):
    """An open ticket that may be about the same thing."""

    number: str
    category: str
    distance_m: float
    apart_hours: float
    closeness: Annotated[float, Field(ge=0, le=1, description="1: same category, place and time")]


class SimilarTickets(Answer):
    """The closest first."""

    tickets: list[SimilarTicket]


@acting.get("/assignees", response_model=Assignees, response_model_exclude_unset=True, responses=problems(401, 404))
def get_assignees(request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER) -> Assignees:
    """Whom can this ticket be assigned to?"""
    with database.transaction(caller.scope) as connection:
        return tell(Assignees, cooperation.list_assignees(connection, number), zone_of(request))


@acting.get("/similar", response_model=SimilarTickets, responses=problems(401, 404))
def get_similar(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    number: NUMBER,
    within_m: Annotated[float, Query(gt=0, le=5000, allow_inf_nan=False)] = 100,
    within_days: Annotated[int, Query(ge=1, le=366)] = 28,
) -> SimilarTickets:
    """Which open tickets may be about the same thing? Same root category, by default within 100 m and 28 days."""
    with database.transaction(caller.scope) as connection:
        found = cooperation.list_similar(connection, number, within_m=within_m, within=timedelta(days=within_days))
    return tell(SimilarTickets, {"tickets": found}, zone_of(request))


@acting.post("/assignment", **ACTED)
def create_assignment(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: AssignmentBody
) -> Ticket:
    """转办: give the ticket to another post on its grid or above, or to a department."""
    with database.transaction(caller.scope) as connection:
        cooperation.hand_over(connection, number, caller, post=body.post, department=body.department, note=body.note)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))


@acting.post("/escalation", **ACTED)
def create_escalation(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: EscalationBody
) -> Ticket:
    """Pass the ticket up to the centre above its assignee: community, town, district."""
    with database.transaction(caller.scope) as connection:
        cooperation.pass_up(connection, number, caller, body.note)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))


@acting.post("/whistles", **ACTED)
def create_whistle(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: WhistleBody
) -> Ticket:
    """吹哨: a town or the district calls departments in, each with a clock of its own."""
    call = cooperation.Call(body.departments, body.due_hours, body.due_unit, body.note)
    with database.transaction(caller.scope) as connection:
        cooperation.blow_whistle(connection, number, caller, call)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))


@acting.post("/whistles/{whistle}", **ACTED)
def answer_whistle(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    number: NUMBER,
    whistle: Annotated[int, Field(ge=1, lt=2**63)],
    body: WhistleAnswerBody,
) -> Ticket:
    """报到: a called department reports in or is done, or its call is withdrawn."""
    with database.transaction(caller.scope) as connection:
        cooperation.answer_whistle(connection, number, caller, whistle, body.state, body.note)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))


@acting.put("/parent", **SET)
def set_parent(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: ParentBody
) -> Ticket:
    """Make the ticket a part of another ticket, which cannot close before its parts; null: of none."""
    with database.transaction(caller.scope) as connection:
        cooperation.set_parent(connection, number, caller, body.parent, body.note)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))


@acting.put("/duplicate", **SET)
def set_duplicate(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: DuplicateBody
) -> Ticket:
    """Record the ticket as a duplicate of another one, and close it; null: it is no duplicate after all."""
    with database.transaction(caller.scope) as connection:
        cooperation.set_original(connection, number, caller, body.of, body.note)
        return tell(Ticket, get_ticket(connection, number, caller), zone_of(request))
