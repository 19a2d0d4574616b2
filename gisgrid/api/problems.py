"""Errors to HTTP: one table, RFC 9457 problem documents with the place and the remedy of each fault."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from gisgrid import errors
from gisgrid.api.viewer import is_for_a_person, no_page
from gisgrid.disks import faults_of
from gisgrid.errors import Fault, GisgridError
from gisgrid.layers import Json

STATUS: dict[type[GisgridError], int] = {
    errors.Unreadable: 400,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Refused: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.NoSpace: 507,
}
MEDIA_TYPE = "application/problem+json"
_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "60"},
    503: {"Retry-After": "2"},
    507: {"Retry-After": "30"},
}
_REMEDIES = {
    "missing": "give it",
    "extra_forbidden": "leave it out",
    "float_type": "a number, not text",
    "finite_number": "a finite number",
    "string_type": "text",
    "datetime_from_date_parsing": "ISO 8601 with offset, as 2026-11-23T08:00:00+08:00",
}


def problem(status: int, title: str, faults: tuple[Fault, ...]) -> JSONResponse:
    """A problem document: type, title, status, detail and one entry a fault."""
    return JSONResponse(problem_body(status, title, faults), status, _HEADERS.get(status), MEDIA_TYPE)


def problem_body(status: int, title: str, faults: tuple[Fault, ...]) -> Json:
    """The content of a problem document, to be a part of another answer."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "; ".join(f"{fault.field}: {fault.message}" for fault in faults),
        "errors": [_entry(fault) for fault in faults],
    }
    said: Json = sayable(body)
    return said


def _entry(fault: Fault) -> dict[str, str]:
    said = fault.in_both()
    entry = {"field": said.field, "message": said.message, "remedy": said.remedy}
    return entry | ({"message_zh": said.message_zh, "remedy_zh": said.remedy_zh} if said.message_zh else {})


def status_of(error: GisgridError) -> int:
    """Which HTTP status has this error of the domain?"""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def read_faults(error: ValidationError | RequestValidationError) -> tuple[Fault, ...]:
    """What is wrong with a body, field by field, each with its remedy."""
    return tuple(map(_fault, error.errors()))


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the domain, of validation and of routing with a problem document."""

    @app.exception_handler(GisgridError)
    def _domain(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, GisgridError)  # noqa: S101  # the handler's contract
        error = _of_full_disk(request, error)
        return problem(status_of(error), error.title, error.faults)

    @app.exception_handler(RequestValidationError)
    def _validation(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        found = error.errors()
        if any(e["type"] == "json_invalid" for e in found):
            fault = Fault("body", f"this is not JSON: {found[0].get('ctx', {}).get('error', '')}", "send JSON in UTF-8")
            return problem(400, "Unreadable", (fault,))
        return problem(422, "Refused", read_faults(error))

    @app.exception_handler(HTTPException)
    def _routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        if error.status_code == 404 and is_for_a_person(request):
            return no_page(request)
        phrase = HTTPStatus(error.status_code).phrase
        fault = Fault(request.url.path, str(error.detail), "see /openapi.json")
        answer = problem(error.status_code, phrase, (fault,))
        answer.headers.update(error.headers or {})  # a 405 says what is allowed
        return answer

    @app.exception_handler(Exception)
    def _unexpected(request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "Internal error", (Fault(request.url.path, "this went wrong here", "tell the operator"),))


def _of_full_disk(request: Request, error: GisgridError) -> GisgridError:
    """A database that does not answer because its disk is full: the disk is the reason to be named."""
    if not isinstance(error, errors.Unavailable) or error.faults[0].field != "database":
        return error
    full = faults_of(disk for disk in request.app.state.disks if disk.what != "photos")
    return errors.NoSpace(*full) if full else error


def _fault(error: Any) -> Fault:
    place = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
    remedy = _REMEDIES.get(error["type"], "see /openapi.json")
    if error["type"] == "literal_error":
        remedy = f"one of {error['ctx']['expected']}"
    return Fault(".".join(place) or "body", error["msg"].removeprefix("Value error, "), remedy)


def sayable(value: Any) -> Any:
    """Text that cannot be UTF-8 (half of a surrogate pair) comes back escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [sayable(item) for item in value]
    if isinstance(value, dict):
        return {key: sayable(item) for key, item in value.items()}
    return value
