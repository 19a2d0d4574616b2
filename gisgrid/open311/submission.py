"""A new request: the standard's form becomes a report, taken in like any other."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from gisgrid.json_text import read_json
from gisgrid.open311.asking import (
    CurrentDatabase,
    CurrentSettings,
    check_jurisdiction,
    check_names,
    find_caller,
    require_key,
    storable,
)
from gisgrid.open311.faults import Fault311
from gisgrid.open311.formats import format_of, render, w3c
from gisgrid.open311.services import ACCURACY, require_service
from gisgrid.tickets.intake import Report, receive

router = APIRouter()
LONGEST_WORDS = 4000
LONGEST_NAME = 200
MOST_FIELDS = 200
ENCODINGS = {"utf-8", "utf8", "us-ascii", "gbk", "gb2312", "gb18030"}
ATTRIBUTE = re.compile(r"attribute\[([^\]]*)\](\[\])?")
SOURCE = "open311"
ARGUMENTS = (
    "service_code", "lat", "long", "address_string", "address_id", "description", "email", "device_id", "account_id",
    "first_name", "last_name", "phone", "media_url",
)  # fmt: skip


async def read_form(request: Request) -> dict[str, str]:
    """The arguments of a POST: a form, or an object in JSON; those of the address count where the body lacks them.

    Raises Fault311 (400): another type, an unknown charset, a body that is not a form.
    """
    attributes = (name for name in request.query_params if ATTRIBUTE.fullmatch(name))
    check_names(request, *ARGUMENTS, *attributes)
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    found = re.search(r"charset=\"?([\w.-]+)", parameters, re.IGNORECASE)
    charset = found[1].lower() if found else "utf-8"
    if charset not in ENCODINGS:
        raise Fault311(400, "the text is not in UTF-8")
    body = await request.body()
    try:
        text = body.decode(charset)
        if media.strip().lower() == "application/json":
            given = _flat(read_json(text))
        elif media.strip().lower() in ("application/x-www-form-urlencoded", ""):
            given = dict(
                parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=MOST_FIELDS)
            )
        else:
            raise Fault311(400, "send a form (application/x-www-form-urlencoded) or application/json")
    except ValueError as error:
        raise Fault311(400, "the body is not a form, or not in its charset") from error
    return storable({**request.query_params, **given})


def _flat(given: Any) -> dict[str, str]:
    """An object in JSON as the fields of a form: numbers as text, attributes one by one."""
    if not isinstance(given, dict):
        raise Fault311(400, "the body is not an object")
    fields: dict[str, str] = {}
    for name, value in given.items():
        if name == "attribute" and isinstance(value, dict):
            fields |= {f"attribute[{code}]": str(answer) for code, answer in value.items() if answer is not None}
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            fields[name] = str(value)
        elif value is not None:
            raise Fault311(400, f"{name[:40]!r} is neither text nor a number")
    return fields


Form = Annotated[dict[str, str], Depends(read_form)]


@router.post("/requests.{extension}", status_code=201)
def post_request(
    extension: str, request: Request, form: Form, database: CurrentDatabase, settings: CurrentSettings
) -> Response:
    """POST Service Request. Committed when answered; its id is the ticket's number."""
    kind = format_of(request)
    with database.transaction() as connection:
        caller = find_caller(connection, request, form)
        require_key(caller)
        check_jurisdiction(connection, settings, form)
        _check_service(connection, form)
    report = read_report(form, caller.name)
    with database.transaction(caller.scope) as connection:
        received = receive(connection, report, network=settings.network, zone=settings.zone)
    due = w3c(datetime.fromisoformat(received.facts["due_at"]), settings.timezone)
    made = {
        "service_request_id": received.facts["number"],
        "service_notice": f"已受理,办结时限 {due} / received, due {due}",
        "account_id": form.get("account_id"),
    }
    return render(kind, "service_requests", [made], 201)


def _check_service(connection: Connection, form: Mapping[str, str]) -> None:
    if "service_code" not in form:
        raise Fault311(400, "service_code was not provided")
    require_service(connection, form["service_code"])


def read_report(form: Mapping[str, str], client: str) -> Report:
    """The report of this form. Raises Fault311 (400) with all its faults."""
    faults: list[str] = []
    lat, long = (_number(form, name, faults) for name in ("lat", "long"))
    if lat is None or long is None:
        faults += _no_place(form)
    attributes = {match[1]: value for name, value in form.items() if (match := ATTRIBUTE.fullmatch(name))}
    accuracy = _number({ACCURACY: attributes.pop(ACCURACY, "")}, ACCURACY, faults, 100_000)
    faults += [f"there is no attribute {code[:40]!r}" for code in attributes]
    words = _words(form)
    if len(form.get("description", "")) > LONGEST_WORDS:
        faults.append(f"description is longer than {LONGEST_WORDS} characters")
    names = ("first_name", "last_name", "phone", "email", "address_string", "address_id", "media_url")
    faults += [f"{name} is too long" for name in names if len(form.get(name, "")) > LONGEST_NAME * 5]
    if faults:
        raise Fault311(400, *faults)
    return Report(
        lon=long or 0.0,
        lat=lat or 0.0,
        system="wgs84",
        category=form["service_code"],
        description=words,
        accuracy_m=accuracy,
        client=client,
        contact_name=_name(form),
        contact_phone=", ".join(form[name] for name in ("phone", "email") if name in form) or None,
        source=SOURCE,
    )


def _no_place(form: Mapping[str, str]) -> list[str]:
    """The fault of a form without a point."""
    if "lat" in form or "long" in form:
        return [f"{name} was not provided" for name in ("lat", "long") if name not in form]
    for name in ("address_id", "address_string"):
        if name in form:
            return [f"{name} alone is not supported here: send lat and long"]
    return ["lat and long were not provided"]


def _number(form: Mapping[str, str], name: str, faults: list[str], most: float = math.inf) -> float | None:
    """The number of this field; None when it is not given, or is none (which is then among the faults)."""
    text = form.get(name)
    if not text:
        return None
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not -most <= number <= most or (most < math.inf and number < 0):
        faults.append(f"{name} is not a number in its range")
        return None
    return number


def _words(form: Mapping[str, str]) -> str:
    """The description, with the arguments that have no field of their own here, for the worker who goes there."""
    said = [form.get("description", "")]
    labels = {"address_string": "地址 / address", "address_id": "地址编号 / address id", "media_url": "照片 / media"}
    said += [f"{label}: {form[name]}" for name, label in labels.items() if name in form]
    return "\n".join(filter(None, said))


def _name(form: Mapping[str, str]) -> str | None:
    first, last = form.get("first_name", ""), form.get("last_name", "")
    whole = f"{first} {last}" if (first + last).isascii() else f"{last}{first}"
    return whole.strip() or None
