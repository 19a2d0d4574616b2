"""Accounts over HTTP, for whose role manages them: an administrator all, a supervisor those of his area."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from gisgrid import access
from gisgrid.access import Caller
from gisgrid.api.answers import Answer, Instant, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import PlainText, tell
from gisgrid.database import Database
from gisgrid.errors import Fault, NotAllowed

MANAGE = "manage_accounts"


def managing_caller(caller: CurrentCaller) -> Caller:
    """The caller, who may manage accounts; which ones, the database asks. Raises NotAllowed."""
    if MANAGE not in caller.may:
        message = f"the role {caller.role} may not manage accounts"
        raise NotAllowed(Fault("Authorization", message, "ask an administrator, or the supervisor of the area"))
    return caller


router = APIRouter(
    prefix="/api/v1/accounts",
    tags=["accounts"],
    route_class=SignedInRoute,
    dependencies=[Depends(managing_caller)],
    responses=problems(401, 403),
)
_FOUND = problems(404)
_ACTED = problems(400, 404, 409, 413)
NAME = Annotated[PlainText, Field(description="name of the account")]


class AccountAnswer(Answer):
    """Somebody who can sign in; of the secret nothing is kept that could be shown."""

    name: str
    role: str
    area: str | None
    department: str | None
    person: str | None = Field(description="who owns the account; his posts are mine")
    created_at: Instant
    disabled_at: Instant | None = Field(description="since when nobody signs in to it")
    login: Literal["none", "ready", "needs_secret"] = Field(description="the database login for QGIS and psql")
    may_change: bool = Field(description="may the caller change this account? Not one whose role is beyond his own")


class AccountList(Answer):
    """The accounts that work in the caller's area, by name."""

    accounts: list[AccountAnswer]


class SecretAnswer(Answer):
    """A secret, which is shown once; it is also the password of the database login."""

    name: str
    secret: str


class _AccountBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    area: PlainText = Field("", description="code of the area that the role is for; empty: none")
    department: PlainText = Field("", description="the department, for a role that works in one; empty: none")
    person: PlainText = Field("", description="whose account: name or number of who holds posts; empty: nobody's")


class NewAccountBody(_AccountBody):
    """A new account."""

    name: PlainText = Field(description="2 to 40 of a-z 0-9 _ . -, a letter first; nobody has or had it")
    role: PlainText = Field(description="what the account is for")


class AccountBody(_AccountBody):
    """What shall be otherwise; what is left out stays."""

    role: PlainText = Field("", description="what the account is for from now on")


@router.get("")
def get_accounts(request: Request, caller: CurrentCaller, database: CurrentDatabase) -> AccountList:
    """Which accounts work in my area?"""
    with database.transaction(caller.scope) as connection:
        found = access.list_accounts(connection, actor=caller.name)
    return tell(AccountList, {"accounts": found}, zone_of(request))


@router.post("", status_code=201, responses=problems(400, 409, 413))
def create_account(caller: CurrentCaller, database: CurrentDatabase, body: NewAccountBody) -> SecretAnswer:
    """Make an account. The answer has its secret, which is kept nowhere."""
    with database.transaction(caller.scope) as connection:
        secret = access.add_account(
            connection, body.name, body.role, body.area, body.department, person=body.person, actor=caller.name
        )
    return SecretAnswer(name=body.name, secret=secret)


@router.get("/{name}", responses=_FOUND)
def get_account(request: Request, caller: CurrentCaller, database: CurrentDatabase, name: NAME) -> AccountAnswer:
    """One account."""
    with database.transaction(caller.scope) as connection:
        return tell(AccountAnswer, access.get_account(connection, name, actor=caller.name), zone_of(request))


@router.patch("/{name}", responses=_ACTED)
def change_account(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, name: NAME, body: AccountBody
) -> AccountAnswer:
    """Give an account another role, area, department or person. It holds at once, also for who is signed in."""
    with database.transaction(caller.scope) as connection:
        access.change_account(connection, name, body.model_dump(exclude_unset=True), actor=caller.name)
        facts = tell(AccountAnswer, access.get_account(connection, name, actor=caller.name), zone_of(request))
    _end_login(database)
    return facts


@router.delete("/{name}", status_code=204, responses=problems(404))
def remove_account(caller: CurrentCaller, database: CurrentDatabase, name: NAME) -> None:
    """Remove an account for good. History keeps its name, and nobody else gets it."""
    with database.transaction(caller.scope) as connection:
        access.remove_account(connection, name, actor=caller.name)
    _end_login(database, name)


@router.post("/{name}/secret", status_code=201, responses=problems(404))
def create_secret(caller: CurrentCaller, database: CurrentDatabase, name: NAME) -> SecretAnswer:
    """A new secret: the one before signs nobody in, and every session of the account ends."""
    with database.transaction(caller.scope) as connection:
        secret = access.renew_secret(connection, name, actor=caller.name)
    _end_login(database, name)
    return SecretAnswer(name=name, secret=secret)


@router.post("/{name}/disable", responses=problems(404))
def disable_account(request: Request, caller: CurrentCaller, database: CurrentDatabase, name: NAME) -> AccountAnswer:
    """Let an account out, at once: sessions, secret, database login, open streams. What it did stays."""
    return _switch(request, caller, database, name, is_on=False)


@router.post("/{name}/enable", responses=problems(404))
def enable_account(request: Request, caller: CurrentCaller, database: CurrentDatabase, name: NAME) -> AccountAnswer:
    """Let a disabled account in again, with the secret that it had."""
    return _switch(request, caller, database, name, is_on=True)


def _switch(request: Request, caller: Caller, database: Database, name: str, *, is_on: bool) -> AccountAnswer:
    with database.transaction(caller.scope) as connection:
        access.switch_account(connection, name, is_on=is_on, actor=caller.name)
        facts = tell(AccountAnswer, access.get_account(connection, name, actor=caller.name), zone_of(request))
    if not is_on:
        _end_login(database, name)
    return facts


def _end_login(database: Database, name: str = "") -> None:
    with database.transaction() as connection:
        access.end_login(connection, name)
