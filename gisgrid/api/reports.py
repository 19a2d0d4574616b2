"""Reports in."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from gisgrid.api.answers import Receipt, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase
from gisgrid.api.values import Accuracy, Coordinate, LongText, PlainText, in_zone, read_instant
from gisgrid.errors import Fault, Refused
from gisgrid.tickets.intake import Report, receive

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


class ReportBody(BaseModel):
    """What a client sends: a point in a named system, a category, words."""

    model_config = ConfigDict(extra="forbid")

    lon: Coordinate
    lat: Coordinate
    system: PlainText
    category: PlainText
    description: LongText
    accuracy_m: Accuracy | None = None
    reported_at: PlainText | None = None
    client_ref: PlainText | None = None
    contact_name: PlainText | None = None
    contact_phone: PlainText | None = None


AGAIN = {"description": "The same report again: the same ticket", "model": Receipt}


@router.post(
    "",
    status_code=201,
    response_model=Receipt,
    response_model_exclude_unset=True,
    responses={**problems(400, 401, 404, 409, 413, 429), 200: AGAIN},
)
def create_report(
    body: ReportBody, caller: CurrentCaller, database: CurrentDatabase, request: Request, response: Response
) -> dict[str, Any]:
    """A report becomes a ticket, located as of now and routed to whoever is on duty. Committed when answered."""
    settings = request.app.state.settings
    request.app.state.limits.check(request, caller)
    report = Report(
        lon=body.lon,
        lat=body.lat,
        system=body.system,
        category=body.category,
        description=body.description,
        accuracy_m=body.accuracy_m,
        reported_at=read_instant("reported_at", body.reported_at, settings.timezone),
        client_ref=_key(body.client_ref, stranger=not caller.signed_in),
        client=caller.name,
        contact_name=body.contact_name,
        contact_phone=body.contact_phone,
    )
    with database.transaction(caller.scope) as connection:
        received = receive(connection, report, network=settings.network, zone=settings.zone)
    if not received.is_new:
        response.status_code = 200
    facts = received.facts
    facts["due_at"] = datetime.fromisoformat(facts["due_at"])
    answer: dict[str, Any] = in_zone(facts, settings.timezone)
    return answer


def _key(client_ref: str | None, *, stranger: bool) -> str:
    if client_ref is None:
        return ""
    if stranger:
        try:
            return str(uuid.UUID(client_ref))
        except ValueError as error:
            raise Refused(
                Fault("client_ref", "a stranger's key must be a UUID", "make a random UUID for each report")
            ) from error
    if not client_ref:
        raise Refused(Fault("client_ref", "the key is empty", "leave it out, or give each report its own"))
    return client_ref
