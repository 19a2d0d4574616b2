"""Tickets near a place, for who is about to report: distance, public words, "I see that, too"."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from gisgrid.api.answers import Answer, Instant, Ticket, problems
from gisgrid.api.areas import Network
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import PlainText, QueryNumber, tell
from gisgrid.coordinates import check_point
from gisgrid.tickets.following import follow, list_near, write_public_words
from gisgrid.tickets.intake import district_extent
from gisgrid.tickets.listing import get_ticket

router = APIRouter(prefix="/api/v1", tags=["following"])
own = APIRouter(prefix="/api/v1/tickets/{number}/followers", tags=["following"])
acting = APIRouter(prefix="/api/v1/tickets/{number}", tags=["following"], route_class=SignedInRoute)


class NearTicket(Answer):
    """An open ticket whose point is public."""

    number: str
    category: str
    workflow: str
    step: str
    received_at: Instant
    due_at: Instant
    lon: float
    lat: float
    distance_m: float
    followers: int = Field(description="how many people see the same thing")
    words: str | None = Field(description="what staff wrote about it for everybody; null: nothing")


class NearTickets(Answer):
    """Open tickets near a point, the nearest first. Of matters that happen at somebody's home there are none."""

    tickets: list[NearTicket]


class Followers(Answer):
    """How many people see the same thing."""

    number: str
    followers: int = Field(description="how many, the caller included")


def _some(words: str) -> str:
    if not words.strip():
        raise ValueError("there are no words in it")
    return words.strip()


class PublicWordsBody(BaseModel):
    """What everybody may read about the ticket; null: nothing any more."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[PlainText, StringConstraints(max_length=400), AfterValidator(_some)] | None


FOLLOWER = Annotated[uuid.UUID, Field(description="a random key that the follower keeps; of it only a hash is kept")]
NUMBER = Annotated[PlainText, Field(description="the ticket's number")]


@router.get("/nearby", responses=problems(404))
def get_nearby(
    request: Request,
    database: CurrentDatabase,
    network: Network,
    lon: QueryNumber,
    lat: QueryNumber,
    system: PlainText,
    within_m: Annotated[float, Query(gt=0, le=1000, description="how far away at most")] = 100.0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> NearTickets:
    """Which open tickets lie near this point? Public facts only, to spare people a second report."""
    network = network or request.app.state.settings.network
    with database.transaction() as connection:
        point = check_point(lon, lat, system, district_extent(connection, network))
        found = list_near(connection, point, network, within_m=within_m, most=limit)
    return tell(NearTickets, {"tickets": found}, zone_of(request))


@own.put("/{follower}", name="follow_ticket", responses=problems(401, 404, 409, 429))
def put_follower(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, follower: FOLLOWER
) -> Followers:
    """I see that, too. The same key counts once; who a follower is, nobody knows."""
    request.app.state.limits.check(request, caller)
    with database.transaction() as connection:
        return Followers(number=number, followers=follow(connection, number, str(follower), is_on=True))


@own.delete("/{follower}", name="unfollow_ticket", responses=problems(401, 404, 429))
def delete_follower(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, follower: FOLLOWER
) -> Followers:
    """I do not see it any more, or it was a mistake."""
    request.app.state.limits.check(request, caller)
    with database.transaction() as connection:
        return Followers(number=number, followers=follow(connection, number, str(follower), is_on=False))


@acting.put(
    "/public_words",
    response_model=Ticket,
    response_model_exclude_unset=True,
    responses=problems(400, 401, 403, 404, 413),
)
def put_public_words(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, number: NUMBER, body: PublicWordsBody
) -> Ticket:
    """Write about the ticket for everybody; the reporter's name and number are taken out of it."""
    with database.transaction(caller.scope) as connection:
        write_public_words(connection, number, body.words, caller)
        ticket = get_ticket(connection, number, caller)
    return tell(Ticket, ticket, zone_of(request))
