"""What every call of the standard has: the caller, the jurisdiction, the arguments."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, text

from gisgrid.access import STRANGER, Caller, find_by_secret
from gisgrid.database import Database
from gisgrid.open311.faults import Fault311
from gisgrid.settings import Settings

LONGEST = 20_000
EVERYWHERE = ("jurisdiction_id", "api_key")


def settings_of(request: Request) -> Settings:
    """The app's settings."""
    settings: Settings = request.app.state.settings
    return settings


def database_of(request: Request) -> Database:
    """The app's database, as the service."""
    database: Database = request.app.state.database
    return database


def takes(*names: str) -> Callable[[Request], dict[str, str]]:
    """What reads a door's query: the arguments of these names, and those that every door has.

    Empty ones count as not given. Raises Fault311 (400) for other names, and for text that cannot be stored.
    """

    def read(request: Request) -> dict[str, str]:
        check_names(request, *names)
        return storable(request.query_params)

    return read


def check_names(request: Request, *names: str) -> None:
    """Check that the query has these arguments only, and those that every door has. Raises Fault311 (400)."""
    known = (*names, *EVERYWHERE)
    if unknown := sorted(set(request.query_params) - {*known}):
        raise Fault311(400, *(f"{name[:40]!r} is not known here, but {', '.join(known)}" for name in unknown))


def storable(given: Mapping[str, str]) -> dict[str, str]:
    """The arguments that are not empty, stripped of blanks. Raises Fault311 (400) for text that cannot be stored."""
    held = {name: value.strip() for name, value in given.items() if value.strip()}
    for name, value in held.items():
        if len(value) > LONGEST or "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise Fault311(400, f"{name[:40]!r} is too long or holds what is no text")
    return held


def find_caller(connection: Connection, request: Request, arguments: Mapping[str, str]) -> Caller:
    """The caller with this api_key, an argument or a bearer token; without one a stranger.

    Raises Fault311 (403) for an unknown key.
    """
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    secret = arguments.get("api_key") or (bearer.strip() if kind.lower() == "bearer" else "")
    if not secret:
        return STRANGER
    caller = find_by_secret(connection, secret)
    if not caller.signed_in:
        raise Fault311(403, "this api_key is nobody's")
    return caller


def require_key(caller: Caller) -> None:
    """Check that there was an api_key. Raises Fault311 (403)."""
    if not caller.signed_in:
        raise Fault311(403, "api_key is missing: it is the secret of an account")


def check_reader(connection: Connection, request: Request, arguments: Mapping[str, str]) -> None:
    """Check that the caller may read facts of this jurisdiction. Raises Fault311: 403 if facts are closed, 404."""
    caller = find_caller(connection, request, arguments)
    if not settings_of(request).public_facts:
        require_key(caller)
    check_jurisdiction(connection, settings_of(request), arguments)


def check_jurisdiction(connection: Connection, settings: Settings, arguments: Mapping[str, str]) -> None:
    """Check that this is the jurisdiction served here; none is fine, as there is only one. Raises Fault311 (404)."""
    asked = arguments.get("jurisdiction_id")
    if asked and asked not in jurisdictions(connection, settings):
        raise Fault311(404, "jurisdiction_id was not found")


def jurisdictions(connection: Connection, settings: Settings) -> list[str]:
    """The id of the setting, else the codes of the areas at the top of the map."""
    if settings.open311_jurisdiction:
        return [settings.open311_jurisdiction]
    codes = connection.execute(
        text("SELECT DISTINCT code FROM app.area_at(now()) WHERE network = :network AND parent_id IS NULL ORDER BY 1"),
        {"network": settings.network},
    )
    return list(codes.scalars())


CurrentSettings = Annotated[Settings, Depends(settings_of)]
CurrentDatabase = Annotated[Database, Depends(database_of)]
Arguments = Annotated[dict[str, str], Depends(takes())]
