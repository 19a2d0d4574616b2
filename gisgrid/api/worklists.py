"""Which tickets? One filter for the list, the work lists with their badges, and the export."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from gisgrid.api.answers import State, Tickets, WorkLists, problems
from gisgrid.api.areas import Network
from gisgrid.api.session import CurrentCaller, CurrentDatabase, require_caller
from gisgrid.api.values import UNTIL, PlainText, read_span, write
from gisgrid.boundaries.areas import area_id
from gisgrid.tickets.filtering import PERSONAL, TicketFilter, WorkList, read_place
from gisgrid.tickets.intake import category_id
from gisgrid.tickets.listing import list_tickets
from gisgrid.tickets.worklists import count_lists

router = APIRouter(prefix="/api/v1", tags=["tickets"])
Method = Literal["inside", "edge", "nearest", "code", "none"]
Confidence = Annotated[
    float, Query(gt=0, le=1, description="Work list near_edge: those less sure than this. 1: all that may lie outside")
]


class Question:
    """The filter of a request as it came, before its names are looked up in the database."""

    def __init__(
        self,
        caller: CurrentCaller,
        network: Network,
        area: PlainText = "",
        category: PlainText = "",
        step: PlainText = "",
        method: Annotated[Method | None, Query(description="How their area was found: code, none, ...")] = None,
        state: Annotated[State | None, Query(description="Those that this counter of the area counts")] = None,
        list_: Annotated[WorkList | None, Query(alias="list", description="Those on this work list, all open")] = None,
        confidence: Confidence = 1,
        from_: Annotated[str | None, Query(alias="from", max_length=40)] = None,
        to: Annotated[str | None, Query(max_length=40, description=UNTIL)] = None,
    ) -> None:
        if list_ in PERSONAL:
            require_caller(caller)
        self.caller, self.area, self.category, self.step, self.state = caller, area, category, step, state
        self.method = method
        self.work_list, self.confidence, self.times, self.network = list_, confidence, (from_, to), network

    def read(self, request: Request, connection: Connection) -> TicketFilter:
        """The filter, its names looked up. Raises NotFound for an unknown area, Refused for another unknown name."""
        settings = request.app.state.settings
        received_from, received_to = read_span(*self.times, settings.timezone)
        network = self.network or settings.network
        return TicketFilter(
            network=network,
            area_id=area_id(connection, self.area, network=network) if self.area else None,
            category=category_id(connection, self.category) if self.category else "",
            step=self.step,
            method=self.method or "",
            state=self.state or "",
            work_list=self.work_list,
            caller=self.caller,
            confidence=self.confidence,
            due_soon=timedelta(hours=settings.due_soon_hours),
            zone=settings.zone,
            received_from=received_from,
            received_to=received_to,
        )


Asked = Annotated[Question, Depends()]


@router.get("/tickets", response_model=Tickets, response_model_exclude_unset=True, responses=problems(401, 404))
def get_tickets(
    request: Request,
    database: CurrentDatabase,
    asked: Asked,
    after: Annotated[PlainText, Query(description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Tickets of an area's subtree, the newest first, or of a work list, the most urgent first.

    `description` only for callers who may read it.
    """
    with database.transaction(asked.caller.scope) as connection:
        tickets, following = list_tickets(
            connection, asked.read(request, connection), limit=limit, after=read_place(after)
        )
    page = {"tickets": tickets, "next": str(following) if following else None}
    return write(Tickets, page, "tickets", request.app.state.settings.timezone)


@router.get("/worklists", response_model=WorkLists, responses=problems(401, 404))
def get_worklists(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    area: PlainText = "",
    confidence: Confidence = 1,
) -> dict[WorkList, int | None]:
    """How many tickets are on each of the caller's work lists, in an area's subtree?"""
    asked = Question(caller, network, area, confidence=confidence)
    with database.transaction(caller.scope) as connection:
        return count_lists(connection, asked.read(request, connection))
