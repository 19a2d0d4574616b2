"""Targets of notices, and the tokens of devices and phones, over HTTP, for whose role keeps them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from gisgrid import devices
from gisgrid.api.answers import Answer, Instant, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import PlainText, tell
from gisgrid.notices import targets

NAME = Annotated[PlainText, Field(description="name of the target")]
CODE = Annotated[PlainText, Field(description="code of the device")]
ACCOUNT = Annotated[PlainText, Field(description="name of the account")]
Kind = Literal["webhook", "dingtalk", "wecom", "email"]

router = APIRouter(prefix="/api/v1", tags=["notices"], route_class=SignedInRoute, responses=problems(401, 403))


class TargetAnswer(Answer):
    """A target of notices: what it wants, what has arrived, what waits. Its secret is shown once, when it is made."""

    name: str
    kind: str = Field(description="webhook, dingtalk, wecom, email, message, reporter")
    address: str = Field(description="what in it may be a key is cut short")
    topics: list[str] = Field(description="its topics; a last * matches any ending; none: everything")
    area: str | None = Field(description="tickets of this area and below; null: of everywhere")
    category: str | None = Field(description="tickets about it and what lies below; null: about anything")
    has_words: bool = Field(description="does it read the words of that area's tickets?")
    may_be_private: bool = Field(description="may its host lie in a private network?")
    pace_s: float = Field(description="the shortest time between two notices to it")
    failures: int = Field(description="failed attempts since it last answered")
    waiting: int = Field(description="notices on their way")
    oldest: Instant | None = Field(description="since when the oldest of them waits")
    parked: int = Field(description="notices that are tried no more")
    delivered: int = Field(description="notices that have arrived")
    said: str | None = Field(description="what the last failure said")


class TargetList(Answer):
    """The targets of notices, by name."""

    targets: list[TargetAnswer] = Field(description="the targets, by name")


class TargetBody(BaseModel):
    """A target of notices to add."""

    model_config = ConfigDict(extra="forbid")

    name: PlainText = Field(description="2 to 40 of a-z 0-9 _ . -, a letter first")
    kind: Kind = Field("webhook", description="what it is: an end point, a group's robot, mailboxes")
    address: Annotated[PlainText, Field(max_length=2000)] = Field(description="a URL, or mailboxes with commas")
    secret: PlainText = Field("", description="what notices are signed with; empty: a webhook's is made")
    topics: list[PlainText] = Field([], max_length=40, description="its topics; empty: everything")
    area: PlainText = Field("", description="tickets of this area and below; empty: of everywhere")
    category: PlainText = Field("", description="tickets about it and what lies below; empty: about anything")
    with_words: bool = Field(False, description="trust it with the words of that area's tickets")


class TargetSecret(Answer):
    """A target that was added, and the secret that signs its notices, which is shown once."""

    name: str
    secret: str | None = Field(description="shown once; null: this kind signs nothing")


class TargetCount(Answer):
    """How many notices of a target it was about."""

    name: str
    notices: int = Field(description="dropped with it, or tried again")


class TokenAnswer(Answer):
    """A device, or a worker's phone: has it a token, and does it count? Of the token nothing can be shown."""

    kind: Literal["device", "phone"] = Field(description="what has the token")
    code: str = Field(description="code of the device, or the account whose phone it is")
    name: str | None
    area: str | None
    made_at: Instant | None = Field(description="since when it has its token; null: it has none")
    disabled_at: Instant | None = Field(description="since when the token is refused; null: it counts")


class TokenList(Answer):
    """The devices and phones, and how much one of them may send."""

    tokens: list[TokenAnswer] = Field(description="devices, then phones")
    alarms_per_hour: int = Field(description="alarms that a device may raise in an hour")


class DeviceToken(Answer):
    """A device's new token; the one before no longer works."""

    code: str
    token: str = Field(description="shown once; it raises alarms, and nothing else")


@router.get("/targets")
def get_targets(request: Request, caller: CurrentCaller, database: CurrentDatabase) -> TargetList:
    """Which targets get notices, and do the notices arrive?"""
    with database.transaction(caller.scope) as connection:
        found = targets.list_targets(connection, actor=caller.name)
    return tell(TargetList, {"targets": found}, zone_of(request))


@router.post("/targets", status_code=201, responses=problems(400, 409, 413, 422))
def create_target(request: Request, caller: CurrentCaller, database: CurrentDatabase, body: TargetBody) -> TargetSecret:
    """Add a target of notices. The answer has the secret of a webhook, which is shown nowhere else."""
    settings = request.app.state.settings
    given = body.model_dump() | {"topics": tuple(body.topics), "network": settings.network}
    with database.transaction(caller.scope) as connection:
        targets.require_keeper(connection, caller.name)
        order = targets.TargetOrder(**given)
        secret = targets.add_target(connection, order, may_be_http=settings.webhook_http, actor=caller.name)
    return TargetSecret(name=body.name, secret=secret)


@router.delete("/targets/{name}", responses=problems(404))
def remove_target(caller: CurrentCaller, database: CurrentDatabase, name: NAME) -> TargetCount:
    """Remove a target; notices that wait for it are dropped."""
    with database.transaction(caller.scope) as connection:
        return TargetCount(name=name, notices=targets.remove_target(connection, name, actor=caller.name))


@router.post("/targets/{name}/retry", responses=problems(404))
def retry_target(caller: CurrentCaller, database: CurrentDatabase, name: NAME) -> TargetCount:
    """Try all notices again that have not reached a target, parked ones too."""
    with database.transaction(caller.scope) as connection:
        return TargetCount(name=name, notices=targets.retry(connection, name, actor=caller.name))


@router.get("/tokens")
def get_tokens(request: Request, caller: CurrentCaller, database: CurrentDatabase) -> TokenList:
    """Which devices and phones have a token, and does it count?"""
    with database.transaction(caller.scope) as connection:
        found = devices.list_tokens(connection, caller.name)
    most = request.app.state.settings.alarms_per_hour
    return tell(TokenList, {"tokens": found, "alarms_per_hour": most}, zone_of(request))


@router.post("/tokens/devices/{code}", status_code=201, responses=problems(404))
def create_device_token(caller: CurrentCaller, database: CurrentDatabase, code: CODE) -> DeviceToken:
    """A new token for a device; the one before no longer works."""
    with database.transaction(caller.scope) as connection:
        return DeviceToken(code=code, token=devices.make_token(connection, code, actor=caller.name))


@router.post("/tokens/devices/{code}/disable", status_code=204, responses=problems(404))
def disable_device(caller: CurrentCaller, database: CurrentDatabase, code: CODE) -> None:
    """Refuse a device's token from now on."""
    with database.transaction(caller.scope) as connection:
        devices.switch_device(connection, code, False, actor=caller.name)


@router.post("/tokens/devices/{code}/enable", status_code=204, responses=problems(404))
def enable_device(caller: CurrentCaller, database: CurrentDatabase, code: CODE) -> None:
    """Accept a device's token again."""
    with database.transaction(caller.scope) as connection:
        devices.switch_device(connection, code, True, actor=caller.name)


@router.delete("/tokens/phones/{name}", status_code=204, responses=problems(404))
def end_phone(caller: CurrentCaller, database: CurrentDatabase, name: ACCOUNT) -> None:
    """The phone of an account sends no more positions by its token."""
    with database.transaction(caller.scope) as connection:
        devices.end_phone_token(connection, name, actor=caller.name)
