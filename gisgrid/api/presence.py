"""Who was where at an instant, which grids did patrols leave and enter, how long was each in his own?"""

from datetime import UTC, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy import Connection

from gisgrid.access import Caller
from gisgrid.api.answers import Answer, Instant, PatrolThen, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import PlainText, QueryNumber, read_instant, read_span, tell
from gisgrid.boundaries.areas import area_id_at
from gisgrid.coordinates import check_point
from gisgrid.errors import Fault, NotAllowed, Refused
from gisgrid.geo import LonLat
from gisgrid.loading import district_extent
from gisgrid.patrol.finding import find_patrols, list_crossings, measure_presence
from gisgrid.patrol.pings import NETWORK

SEE = "see_patrol"
router = APIRouter(prefix="/api/v1", tags=["patrols"], route_class=SignedInRoute, responses=problems(401, 403, 404))
Limit = Annotated[int, Query(ge=1, le=1000)]
From = Annotated[str | None, Query(alias="from", max_length=40, description="From then on. Default: today 00:00")]
To = Annotated[str | None, Query(max_length=40, description="Before then; a date: through that day. Default: now")]


class Patrols(Answer):
    """Who was on patrol at an instant, and where; the nearest first, without a point by worker."""

    at: Instant = Field(description="the instant that was asked")
    patrols: list[PatrolThen] = Field(description="the nearest first; without a point by worker")


class CrossingSeen(Answer):
    """A patrol left a grid and entered another."""

    worker: str
    at: Instant
    cause: Literal["start", "walk", "redraw"] = Field(
        description="start: the patrol began; walk: the worker went; redraw: the boundary did"
    )
    left: str | None = Field(description="code of the grid that was left; null: the patrol began, or was in none")
    entered: str | None = Field(description="code of the grid that was entered; null: none holds the place")
    changeset_id: int | None = Field(description="of a redraw the change set; else null")
    lon: float
    lat: float


class Crossings(Answer):
    """Which grids patrols left and entered, the latest first."""

    crossings: list[CrossingSeen] = Field(description="the latest first")


class PresenceSeen(Answer):
    """How long a worker was on patrol."""

    worker: str
    name: str | None = Field(description="of the person; null: the account has none")
    minutes: float = Field(description="on patrol: between pings that are at most 120 s apart")
    own_minutes: float = Field(description="of them in the areas of his own posts")
    pings: int = Field(description="how many of his pings lie in the time")
    first_at: Instant
    last_at: Instant


class PresenceAnswer(Answer):
    """How long each worker was on patrol in a time, and in the areas of his own posts."""

    presence: list[PresenceSeen] = Field(description="by worker")


def require_patrols(caller: Caller) -> None:
    """Raises NotAllowed for a role that may not see patrols."""
    if SEE not in caller.may:
        message = f"the role {caller.role} may not see patrols"
        raise NotAllowed(Fault("Authorization", message, "ask somebody whose role may"))


def _area(connection: Connection, code: str) -> int | None:
    return area_id_at(connection, code, network=NETWORK, at=None, as_recorded=None, field="area") if code else None


def _point(connection: Connection, lon: float | None, lat: float | None, system: str) -> LonLat | None:
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise Refused(Fault("lon", "a point needs both lon and lat", "give both, or leave both out"))
    return check_point(lon, lat, system, district_extent(connection, NETWORK))


def _span(request: Request, since: str | None, until: str | None) -> tuple[datetime, datetime]:
    zone = request.app.state.settings.timezone
    first, last = read_span(since, until, zone)
    last = last or datetime.now(UTC)
    return first or datetime.combine(last.astimezone(zone).date(), time(), zone), last


@router.get("/patrols")
def get_patrols(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    at: Annotated[str | None, Query(max_length=40, description="When. Default: now")] = None,
    area: PlainText = "",
    lon: QueryNumber | None = None,
    lat: QueryNumber | None = None,
    system: PlainText = "",
    limit: Limit = 100,
) -> Patrols:
    """Who was on patrol in the caller's areas at an instant, and where? The nearest to a point first, if one is given.

    A worker is where his newest ping is, of the last 10 minutes.
    """
    require_patrols(caller)
    instant = read_instant("at", at, request.app.state.settings.timezone) or datetime.now(UTC)
    with database.transaction(caller.scope) as connection:
        point, area_id = _point(connection, lon, lat, system), _area(connection, area)
        found = find_patrols(connection, instant, area_id=area_id, point=point, limit=limit)
    return tell(Patrols, {"at": instant, "patrols": found}, zone_of(request))


@router.get("/patrols/crossings")
def get_crossings(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    area: PlainText = "",
    worker: PlainText = "",
    from_: From = None,
    to: To = None,
    limit: Limit = 100,
) -> Crossings:
    """Which grids of the caller's areas did patrols leave and enter, because they walked or a boundary was redrawn?

    A worker is in another grid once he was in it, and in no other, for 60 s; the crossing is of the instant he came in.
    """
    require_patrols(caller)
    since, until = _span(request, from_, to)
    with database.transaction(caller.scope) as connection:
        area_id = _area(connection, area)
        found = list_crossings(connection, since, until, area_id=area_id, worker=worker, limit=limit)
    return tell(Crossings, {"crossings": found}, zone_of(request))


@router.get("/patrols/presence")
def get_presence(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    area: PlainText = "",
    from_: From = None,
    to: To = None,
) -> PresenceAnswer:
    """How many minutes was each worker on patrol in the caller's areas, and how many in the areas of his own posts?

    Time counts between two pings that are at most 120 s apart, for the grid of the later one.
    """
    require_patrols(caller)
    since, until = _span(request, from_, to)
    with database.transaction(caller.scope) as connection:
        found = measure_presence(connection, since, until, area_id=_area(connection, area))
    return tell(PresenceAnswer, {"presence": found}, zone_of(request))
