"""Reports in."""

import uuid
from datetime import datetime
from functools import partial
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from gisgrid.access import Caller
from gisgrid.api.answers import Receipt, problems
from gisgrid.api.report_gathering import ReportGatherer
from gisgrid.api.session import CurrentCaller
from gisgrid.api.values import Accuracy, Coordinate, LongText, PlainText, read_instant, send, tell
from gisgrid.errors import Fault, NotSignedIn, Refused
from gisgrid.settings import Settings
from gisgrid.tickets import receipts
from gisgrid.tickets.intake import Report
from gisgrid.tickets.sources import check_source

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


class OnBehalf(BaseModel):
    """The person for whom a signed-in caller reports."""

    model_config = ConfigDict(extra="forbid")

    name: PlainText | None = None
    phone: PlainText | None = None


class ReportBody(BaseModel):
    """What a client sends: a category, words, and where: a point in a named system, or one of the other ways."""

    model_config = ConfigDict(extra="forbid")

    lon: Coordinate | None = Field(None, description="with lat and system; else area, place or place_unknown")
    lat: Coordinate | None = None
    system: PlainText | None = None
    area: PlainText | None = Field(None, description="instead of a point: the unified code of an area of any level")
    place: PlainText | None = Field(None, description="instead of a point: the name or code of a place, building, area")
    place_unknown: bool | None = Field(None, description="instead of a point: nobody knows yet; the top area has it")
    category: PlainText
    description: LongText = Field("", description="what happened; may be left out where the category says so")
    accuracy_m: Accuracy | None = None
    reported_at: PlainText | None = None
    client_ref: PlainText | None = None
    contact_name: PlainText | None = None
    contact_phone: PlainText | None = None
    on_behalf_of: OnBehalf | None = Field(None, description="instead of contact_name, contact_phone; needs a login")
    network: PlainText | None = Field(None, description="whose grids hold it; default the service's own network")
    source: PlainText | None = Field(None, description="one of /api/v1/sources; default app")


Answered = TypeVar("Answered", bound=Receipt)
AGAIN = {"description": "The same report again: the same ticket", "model": Receipt}


@router.post(
    "",
    status_code=201,
    response_model=Receipt,
    response_model_exclude_unset=True,
    responses={**problems(400, 401, 404, 409, 413, 429), 200: AGAIN},
)
async def create_report(body: ReportBody, caller: CurrentCaller, request: Request) -> Response:
    """A report becomes a ticket, located as of now and routed to the post on duty. Committed when answered.

    Exactly one of these says the location: lon, lat and system; area; place; place_unknown.
    """
    settings = request.app.state.settings
    await request.app.state.limits.admit(request, caller)
    report = read_report(body, caller, settings)
    gatherer: ReportGatherer = request.app.state.gatherer
    check = None if report.source == "app" else partial(check_source, source=report.source, caller=caller)
    received = await gatherer.receive(report, caller.scope, check)
    return send(told(Receipt, received.facts, settings), 201 if received.is_new else 200)


def read_report(body: ReportBody, caller: Caller, settings: Settings) -> Report:
    """The report of this body and this caller. Raises Refused, NotSignedIn."""
    name, phone = body.contact_name, body.contact_phone
    if body.on_behalf_of is not None:
        if not caller.signed_in:
            raise NotSignedIn(
                Fault("on_behalf_of", "only signed-in callers report for others", "sign in, or leave it out")
            )
        if name is not None or phone is not None:
            raise Refused(Fault("contact_name", "the contact is said twice", "leave it out beside on_behalf_of"))
        name, phone = body.on_behalf_of.name, body.on_behalf_of.phone
    return Report(
        lon=body.lon,
        lat=body.lat,
        system=body.system,
        category=body.category,
        description=body.description,
        accuracy_m=body.accuracy_m,
        reported_at=read_instant("reported_at", body.reported_at, settings.timezone),
        client_ref=_key(body.client_ref, stranger=not caller.signed_in),
        client=caller.name,
        contact_name=name,
        contact_phone=phone,
        source="app" if body.source is None else body.source,
        area=body.area or "",
        place=body.place or "",
        place_unknown=body.place_unknown or False,
        network=body.network or "",
        on_behalf=body.on_behalf_of is not None,
    )


def told(kind: type[Answered], facts: receipts.Receipt, settings: Settings) -> Answered:
    """The facts of a receipt as the answer has them, times in the district's zone."""
    return tell(kind, {**facts, "due_at": datetime.fromisoformat(facts["due_at"])}, settings.timezone)


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
