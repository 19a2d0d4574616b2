"""The protocol of OsmAnd, by which a worker's phone sends its pings: Traccar Client, OsmAnd and others."""

import math
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from gisgrid.api.answers import problems
from gisgrid.api.patrols import PingsTaken, keep_pings
from gisgrid.api.session import database_of
from gisgrid.errors import Fault, NotSignedIn, Unreadable
from gisgrid.patrol import Ping, find_sender

FORM = "application/x-www-form-urlencoded"
_MILLISECONDS_FROM = 1e11
"""A number of seconds is as large in the year 5138."""
router = APIRouter(tags=["patrols"])


async def read_sender(request: Request) -> dict[str, str]:
    """What a phone says: the query, and a form in the body; `worker` is whose token its `id` is.

    Raises NotSignedIn for an unknown token, before anything else is read of it.
    """
    said = dict(request.query_params)
    if request.method == "POST" and request.headers.get("content-type", "").startswith(FORM):
        said |= dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    token = said.get("id") or said.get("deviceid") or ""
    worker = await run_in_threadpool(_sender, request, token)
    if worker is None:
        raise NotSignedIn(
            Fault("id", "this token is nobody's", "gisgrid patrol token NAME, or POST /api/v1/pings/token")
        )
    return {**said, "worker": worker}


def _sender(request: Request, token: str) -> str | None:
    with database_of(request).reading() as connection:
        return find_sender(connection, token)


Phone = Annotated[dict[str, str], Depends(read_sender)]
SAID = {
    "id": "the token of a worker's phone",
    "lat": "degrees of WGS 84",
    "lon": "degrees of WGS 84",
    "timestamp": "seconds or milliseconds since 1970, or ISO 8601; without one it is now",
    "accuracy": "metres within which the point surely lies",
    "speed": "ignored",
    "bearing": "ignored",
    "altitude": "ignored",
}
PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,  # they may stand in a form
            "schema": {"type": "string"},
            "description": words,
        }
        for name, words in SAID.items()
    ],
    "security": [{"phone": []}],
}


@router.get("/osmand", name="get_osmand", openapi_extra=PARAMETERS, responses=problems(400, 401, 503))
@router.post("/osmand", name="create_osmand", openapi_extra=PARAMETERS, responses=problems(400, 401, 503))
async def take_osmand(request: Request, phone: Phone) -> PingsTaken:
    """One ping by the protocol of OsmAnd, as Traccar Client sends it: in the query, or as a form in the body.

    `id` is a worker's token; degrees of WGS 84; `timestamp` in seconds or milliseconds since 1970, or ISO 8601, without
    one it is now; `accuracy` in metres. Other parameters are ignored. Committed when answered. A ping that is set aside
    is answered 200 too, because a phone sends again what is not.
    """
    accuracy = _number(phone, "accuracy") if phone.get("accuracy") else None
    lon, lat = _number(phone, "lon"), _number(phone, "lat")
    if accuracy is not None and not 0 <= accuracy <= 100_000:
        accuracy = None  # a phone that does not know it says -1
    ping = Ping(lon, lat, "wgs84", _instant(phone), accuracy)
    return await keep_pings(request, phone["worker"], lambda: [ping], 1)


def _number(phone: dict[str, str], name: str) -> float:
    try:
        found = float(phone.get(name, ""))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Unreadable(Fault(name, f"{phone.get(name, '')[:40]!r} is not a number", "degrees of WGS 84, as 113.85"))
    return found


def _instant(phone: dict[str, str]) -> datetime:
    """When was it measured? The protocol has UTC where a time says no offset."""
    said = phone.get("timestamp", "").strip()
    try:
        if not said:
            return datetime.now(UTC)
        if said.replace(".", "", 1).isdigit():
            number = float(said)
            return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC)
        found = datetime.fromisoformat(said.replace(" ", "+") if "T" in said else said)
        if not 1 < found.year < 9999:
            raise ValueError
    except (ValueError, OverflowError, OSError) as error:
        message = f"{said[:40]!r} is not a time"
        raise Unreadable(Fault("timestamp", message, "seconds or milliseconds since 1970, or ISO 8601")) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
