"""Service requests are tickets: their public facts, listed and one by one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import ColumnElement, Connection, Interval, func, literal, select, text

from gisgrid import tables
from gisgrid.open311.asking import Arguments, CurrentDatabase, CurrentSettings, check_reader, storable, takes
from gisgrid.open311.faults import Fault311
from gisgrid.open311.formats import format_of, render, w3c

router = APIRouter()
SPAN = timedelta(days=90)
LIMIT = 1000
PAGE_SIZE = 50
MOST_PAGES = 10_000
FILTERS = (
    "service_request_id", "service_code", "start_date", "end_date", "status", "updated_after", "updated_before", "page",
    "page_size",
)  # fmt: skip
take_filters = takes(*FILTERS)
Filters = Annotated[dict[str, str], Depends(take_filters)]
STATUSES = ("open", "closed")


@dataclass(frozen=True)
class Wanted:
    """Which requests: these, or of these services, in these states, made from-to, changed from-to; which page of them.

    `page` counts from 1.
    """

    ids: list[str] | None = None
    codes: list[str] | None = None
    statuses: tuple[str, ...] = STATUSES
    start: datetime | None = None
    end: datetime | None = None
    changed_from: datetime | None = None
    changed_to: datetime | None = None
    page: int = 1
    page_size: int = LIMIT


@dataclass(frozen=True)
class ServiceRequest:
    """A ticket by the standard's fields: public facts, times in the standard's form."""

    service_request_id: str
    status: str
    status_notes: str
    service_name: str
    service_code: str
    description: None
    agency_responsible: str | None
    service_notice: None
    requested_datetime: str | None
    updated_datetime: str | None
    expected_datetime: str | None
    address: None
    address_id: str | None
    zipcode: None
    lat: float | None
    long: float | None
    media_url: None


def read_wanted(arguments: Mapping[str, str], zone: ZoneInfo) -> Wanted:
    """The requests that the arguments ask for. Ids override all other arguments. Raises Fault311 (400)."""
    page, page_size = _page(arguments)
    ids = _list(arguments, "service_request_id")
    if ids:
        if len(ids) > LIMIT:
            raise Fault311(400, f"service_request_id: at most {LIMIT} at once")
        return Wanted(ids, page=page, page_size=page_size)
    statuses = tuple(_list(arguments, "status")) or STATUSES
    if wrong := [status for status in statuses if status not in STATUSES]:
        raise Fault311(400, f"status is open or closed, not {wrong[0][:40]!r}")
    start, end, after, before = (
        _instant(arguments, name, zone) for name in ("start_date", "end_date", "updated_after", "updated_before")
    )
    if start and end and not start <= end <= start + SPAN:
        raise Fault311(400, "start_date and end_date are at most 90 days apart, the earlier one first")
    if after and before and after > before:
        raise Fault311(400, "updated_after is later than updated_before")
    codes = _list(arguments, "service_code") or None
    return Wanted(None, codes, statuses, start, end, after, before, page, page_size)


def _page(arguments: Mapping[str, str]) -> tuple[int, int]:
    """Which page, and how long one is: without either, all that there may be at once. Raises Fault311 (400)."""
    if "page" not in arguments and "page_size" not in arguments:
        return 1, LIMIT
    found = []
    for name, default, most in (("page", 1, MOST_PAGES), ("page_size", PAGE_SIZE, LIMIT)):
        value = arguments.get(name, str(default))
        if not re.fullmatch("0*[0-9]{1,9}", value) or not 1 <= int(value.lstrip("0") or "0") <= most:
            raise Fault311(400, f"{name} is a number from 1 to {most}, not {value[:40]!r}")
        found.append(int(value.lstrip("0")))
    return found[0], found[1]


def list_requests(connection: Connection, wanted: Wanted, zone: ZoneInfo) -> list[ServiceRequest]:
    """The public facts of these requests, the newest first, at most 1000; without a time, of the last 90 days."""
    r = tables.service_request
    changed_at = func.app.ticket_changed_at(r.c.ticket_id).label("changed_at")
    query = select(*r.c, changed_at).order_by(r.c.received_at.desc(), r.c.ticket_id.desc())
    query = query.limit(wanted.page_size).offset((wanted.page - 1) * wanted.page_size)
    if wanted.ids is not None:
        query = query.where(r.c.number.in_(wanted.ids))
    else:
        query = query.where(r.c.status.in_(wanted.statuses), *_in_time(wanted))
    if wanted.codes is not None:
        query = query.where(r.c.category.in_(wanted.codes))
    return [_told(row, zone) for row in connection.execute(query)]


def _in_time(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The condition on time: from..to; if one end is open, a span from the other end; if both, the last span.

    Who asks for what changed then gets it of any age.
    """
    changed = _changed(wanted)
    if changed and wanted.start is None and wanted.end is None:
        return changed
    received, span = tables.service_request.c.received_at, literal(SPAN, Interval)
    start, end = (None if at is None else literal(at, tables.INSTANT) for at in (wanted.start, wanted.end))
    conditions = [received >= (start if start is not None else (func.now() if end is None else end) - span)]
    if end is not None:
        conditions.append(received <= end)
    elif start is not None:
        conditions.append(received <= start + span)
    return conditions + changed


def _changed(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The condition on the time of the last change, as answers have it; of one end, a span from it."""
    if wanted.changed_from is None and wanted.changed_to is None:
        return []
    r, end = tables.service_request, wanted.changed_to
    start = wanted.changed_from or (end and end - SPAN)
    changed = func.coalesce(r.c.closed_at, func.app.ticket_changed_at(r.c.ticket_id))
    since = literal(start, tables.INSTANT)
    found = [r.c.ticket_id.in_(select(func.app.changed_since(since))), changed >= since]
    return found if end is None else [*found, changed <= literal(end, tables.INSTANT)]


def _told(row: Any, zone: ZoneInfo) -> ServiceRequest:
    return ServiceRequest(
        service_request_id=row.number,
        status=row.status,
        status_notes=row.step_zh,
        service_name=row.category_zh,
        service_code=row.category,
        description=None,  # words are not public
        agency_responsible=row.area_name,
        service_notice=None,
        requested_datetime=w3c(row.received_at, zone),
        updated_datetime=w3c(row.closed_at or row.changed_at, zone),
        expected_datetime=w3c(row.due_at, zone),
        address=None,
        address_id=row.grid_code,
        zipcode=None,
        lat=row.lat,
        long=row.lon,
        media_url=None,
    )


@router.get("/requests.{extension}")
def get_requests(
    extension: str, request: Request, arguments: Filters, database: CurrentDatabase, settings: CurrentSettings
) -> Response:
    """GET Service Requests; beyond the standard, as others have it: updated_after, updated_before, page, page_size."""
    kind = format_of(request)
    wanted = read_wanted(arguments, settings.timezone)
    with database.transaction() as connection:
        check_reader(connection, request, arguments)
        return render(kind, "service_requests", list_requests(connection, wanted, settings.timezone))


@router.get("/requests/{number}.{extension}")
def get_request(
    number: str,
    extension: str,
    request: Request,
    arguments: Arguments,
    database: CurrentDatabase,
    settings: CurrentSettings,
) -> Response:
    """GET Service Request."""
    kind = format_of(request)
    wanted = Wanted([storable({"service_request_id": number}).get("service_request_id", "")])
    with database.transaction() as connection:
        check_reader(connection, request, arguments)
        found = list_requests(connection, wanted, settings.timezone)
    if not found:
        raise Fault311(404, "service_request_id was not found")
    return render(kind, "service_requests", found)


@router.get("/tokens/{token}.{extension}")
def get_token(
    token: str, extension: str, request: Request, arguments: Arguments, database: CurrentDatabase
) -> Response:
    """GET service_request_id from a token. Ids are given at once here, so an id is its own token."""
    kind = format_of(request)
    number = storable({"token": token}).get("token", "")
    with database.transaction() as connection:
        check_reader(connection, request, arguments)
        known = connection.execute(
            text("SELECT number FROM app.service_request WHERE number = :number"), {"number": number}
        ).scalar()
    if not known:
        raise Fault311(404, "token was not found")
    return render(kind, "service_requests", [{"service_request_id": known, "token": token}])


def _list(arguments: Mapping[str, str], name: str) -> list[str]:
    return [part for part in (part.strip() for part in arguments.get(name, "").split(",")) if part]


def _instant(arguments: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime | None:
    """A time in W3C's form; a bare date is 00:00 in the district's zone, where it ends a span the last of its day."""
    value = arguments.get(name)
    if not value:
        return None
    try:
        if len(value) == 10:
            return datetime.combine(
                date.fromisoformat(value), time.max if name in ("end_date", "updated_before") else time.min, zone
            )
        instant = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        raise Fault311(400, f"{name} is not a time as 2010-01-01T00:00:00Z") from None
    if instant.tzinfo is None or not 1 < instant.year < 9999:
        raise Fault311(400, f"{name} does not say its offset: 2010-01-01T00:00:00Z")
    return instant
