"""Patrols: pings in, as a batch of the worker who is signed in; coverage out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gisgrid.access import Caller
from gisgrid.api.answers import Answer, Share, problems
from gisgrid.api.gathering import PingGatherer
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute
from gisgrid.api.values import Accuracy, Coordinate, PlainText, read_span, send
from gisgrid.boundaries.areas import area_id_at
from gisgrid.errors import Fault, NotAllowed, Refused, Unreadable
from gisgrid.json_text import read_json
from gisgrid.patrol import Memory, Ping, cover, end_token, make_token
from gisgrid.patrol.pings import NETWORK, Reason

MOST_PINGS = 10_000
SEND = "send_pings"
SEE = "see_patrol"
router = APIRouter(prefix="/api/v1", tags=["patrols"], route_class=SignedInRoute, responses=problems(401, 403))


class PingBody(BaseModel):
    """One ping of a batch."""

    model_config = ConfigDict(extra="forbid")

    lon: Coordinate
    lat: Coordinate
    system: PlainText = Field("", description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; without one it is set aside")
    at: PlainText = Field(description="when it was measured: ISO 8601 with offset")
    accuracy_m: Accuracy | None = None


class SetAside(Answer):
    """A ping that was not accepted: its place in the batch, counted from 0, and why."""

    index: int = Field(description="its place in the batch, counted from 0")
    reason: Reason


class PingsTaken(Answer):
    """What became of a batch. Of `coarse` and `jump` the ping is kept all the same, and counts for no coverage."""

    accepted: int = Field(description="how many are kept and count")
    set_aside: list[SetAside] = Field(description="the others")


class PhoneToken(Answer):
    """What a worker's phone needs: the token is the device identifier of Traccar Client."""

    name: str
    token: str = Field(description="shown once; the one before no longer works; it sends pings, and nothing else")


class GridShare(Answer):
    """A grid, and how much of it was seen."""

    code: str
    share: Share


class CoverageAnswer(Answer):
    """How much of an area's ground patrols saw in a time, and of each of its grids."""

    share: Share
    by: list[GridShare]


BATCH: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"Up to {MOST_PINGS} pings: a JSON array, or one JSON object a line (NDJSON)",
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "maxItems": MOST_PINGS,
                    # What is not a ping is set aside, so everything may stand there.
                    "items": {"description": "lon, lat, system, at (ISO 8601 with offset), accuracy_m?"},
                }
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


def _require_sender(caller: Caller) -> None:
    if SEND not in caller.may:
        message = f"the role {caller.role} goes on no patrol"
        raise NotAllowed(Fault("Authorization", message, "send them from the account of a worker"))


async def read_lines(request: Request) -> list[Any]:
    """The pings of the body, as JSON has them. Raises Unreadable for other than JSON, Refused for another form."""
    body = await request.body()
    kind = request.headers.get("content-type", "")
    is_lines = "ndjson" in kind or (body.lstrip()[:1] == b"{" and "application/json" not in kind)
    try:
        found = [read_json(line) for line in body.splitlines() if line.strip()] if is_lines else read_json(body)
    except ValueError as error:
        raise Unreadable(Fault("body", "this is not JSON", "an array of pings, or one ping a line")) from error
    if not isinstance(found, list):
        raise Refused(Fault("body", "a batch is a list", "an array of pings, or one ping a line"))
    if len(found) > MOST_PINGS:
        raise Refused(Fault("body", f"a batch holds at most {MOST_PINGS} pings", "send it in parts"))
    return found


@router.post("/pings", response_model=PingsTaken, openapi_extra=BATCH, responses=problems(400, 413, 422))
async def create_pings(
    request: Request,
    caller: CurrentCaller,
    given: Annotated[list[Any], Depends(read_lines)],
) -> Response:
    """Pings of the caller's own patrol, in any order. Committed when answered; the same batch again changes nothing.

    A ping that is set aside refuses no other, and is counted under its reason.
    """
    _require_sender(caller)
    return send(await keep_pings(request, caller.name, lambda: _read_batch(given), len(given)), 200)


async def keep_pings(request: Request, worker: str, read: Callable[[], Sequence[Ping]], count: int) -> PingsTaken:
    """Keep pings of a worker, which are read in a thread; committed when it returns."""
    gatherer: PingGatherer = request.app.state.ping_gatherer
    done = await gatherer.receive(worker, read, count)
    aside = [SetAside(index=index, reason=reason) for index, reason in done.set_aside]
    return PingsTaken(accepted=done.accepted, set_aside=aside)


_BATCH = TypeAdapter(list[PingBody])
_UNREADABLE = Ping(None, None, "", None)


def _read_batch(given: list[Any]) -> list[Ping]:
    """The pings of a batch; of one that cannot be read without place and time."""
    try:
        return [_read(body) for body in _BATCH.validate_python(given)]
    except ValidationError:  # one by one, which takes longer
        return [_read_one(one) for one in given]


def _read_one(given: Any) -> Ping:
    try:
        return _read(PingBody.model_validate(given))
    except ValidationError:
        return _UNREADABLE


def _read(body: PingBody) -> Ping:
    try:
        at = datetime.fromisoformat(body.at)
    except ValueError:
        return _UNREADABLE
    is_instant = at.tzinfo is not None and 1 < at.year < 9999
    return Ping(body.lon, body.lat, body.system, at if is_instant else None, body.accuracy_m)


@router.post("/pings/token", status_code=201)
def create_ping_token(caller: CurrentCaller, database: CurrentDatabase) -> PhoneToken:
    """A token for the caller's own phone, with which Traccar Client and OsmAnd send pings to /osmand."""
    _require_sender(caller)
    with database.transaction(caller.scope) as connection:
        return PhoneToken(name=caller.name, token=make_token(connection, caller.name))


@router.delete("/pings/token", status_code=204)
def delete_ping_token(caller: CurrentCaller, database: CurrentDatabase) -> None:
    """The caller's phone has no token from now on."""
    with database.transaction(caller.scope) as connection:
        end_token(connection, caller.name)


@router.get("/coverage", responses=problems(404))
def get_coverage(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    area: PlainText = "",
    from_: Annotated[
        str | None, Query(alias="from", max_length=40, description="Walked from then on. Default: today 00:00")
    ] = None,
    to: Annotated[
        str | None, Query(max_length=40, description="Walked before then; a date: through that day. Default: now")
    ] = None,
    radius_m: Annotated[float, Query(ge=1, le=500, description="How far a worker sees to each side")] = 30.0,
) -> CoverageAnswer:
    """How much of an area, and of each of its grids of today, did patrols see in a time?

    Seen is the ground within `radius_m` of a walked line: from ping to ping, unless more than 120 s lie between them;
    a line counts for the time in which it ends. Within 2 % of a grid's ground of the exact area. Without an area: the
    caller's own.
    """
    if SEE not in caller.may:
        message = f"the role {caller.role} may not see patrols"
        raise NotAllowed(Fault("Authorization", message, "ask somebody whose role may"))
    settings = request.app.state.settings
    since, until = read_span(from_, to, settings.timezone)
    now = datetime.now(UTC)
    until = until or now
    since = since or datetime.combine(until.astimezone(settings.timezone).date(), time(), settings.timezone)
    with database.transaction(caller.scope) as connection:
        code = area or caller.area
        found = area_id_at(connection, code, network=NETWORK, at=None, as_recorded=None, field="area") if code else 0
        memory: Memory = request.app.state.coverage_memory
        covered = cover(connection, found, since, until, radius_m=radius_m, memory=memory)
    by = [GridShare(code=one.code, share=one.share) for one in covered.by]
    return CoverageAnswer(share=covered.share, by=by)
