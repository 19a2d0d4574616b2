"""The audit trail over HTTP: reading it, and noting every refused request."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgrid import trail
from gisgrid.api.answers import Answer, Instant, problems
from gisgrid.api.limits import RefusalLimits
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import PlainText, read_span, tell
from gisgrid.database import NOTHING, Database
from gisgrid.database import Scope as Reach
from gisgrid.errors import GisgridError
from gisgrid.layers import Json

log = logging.getLogger("gisgrid")
REFUSALS = (401, 403)
NAMED = ("number", "changeset_id", "name")
"""Parameters of a path that say what a request was about, and hold nothing private."""

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], route_class=SignedInRoute, responses=problems(401, 403))


class AuditEntry(Answer):
    """Somebody did something, was refused, or read something private."""

    audit_id: int = Field(description="the place in the chain, without gaps")
    at: Instant
    who: str = Field(
        description="an account, a database login, machine/NAME for who owns the machine; empty: a stranger"
    )
    what: str = Field(description="sign_in, refused, read, export, or what was changed: account, post, changeset, ...")
    subject: str = Field(
        description="the account, ticket list, change set ... that it was about; of a refusal the door"
    )
    facts: Json = Field(description="what else is known; never a value of a private column")
    digest: str = Field(description="SHA-256 over the digest of the row before and this row")


class AuditPage(Answer):
    """Rows of the trail, the newest first, and where the next page begins; null: there are no more."""

    entries: list[AuditEntry]
    next: int | None


@router.get("", responses=problems(422))
def get_audit(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    who: Annotated[PlainText | None, Query(description="Empty: strangers")] = None,
    what: PlainText = "",
    from_: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    to: Annotated[str | None, Query(max_length=40, description="Before then; a date: through that day")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=trail.MOST)] = 100,
) -> AuditPage:
    """Who did what, and who read whom? For roles that may `see_audit`."""
    since, until = read_span(from_, to, request.app.state.settings.timezone)
    with database.transaction(caller.scope) as connection:
        trail.seal(connection)
        question = trail.Question(who, what, since, until)
        found = trail.list_audit(connection, question, before=before, limit=limit)
    following = found[-1].audit_id if len(found) == limit else None
    return tell(AuditPage, {"entries": found, "next": following}, zone_of(request))


class Refusals:
    """ASGI middleware: every answer 401 or 403 leaves a row in the audit trail, whichever door gave it."""

    def __init__(self, app: ASGIApp, database: Database, limits: RefusalLimits) -> None:
        self.app = app
        self.database = database
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; note its refusal once it was answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        status = 0

        async def look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self.app(scope, receive, look)
        if status in REFUSALS:
            await run_in_threadpool(self._note, scope, status)

    def _note(self, scope: Scope, status: int) -> None:
        state: dict[str, Any] = scope["state"]
        actor = state.get("actor", "")
        if not actor and not self.limits.admit(Request(scope)):
            return
        route = getattr(scope.get("route"), "path", scope["path"])
        named = [str(value)[:64] for name, value in scope.get("path_params", {}).items() if name in NAMED]
        door = f"{scope['method']} {scope.get('root_path', '')}{route}"
        try:
            with self.database.transaction(Reach(NOTHING.area_ids, actor=actor)) as connection:
                trail.note_refusal(connection, door, status, account=state.get("tried", ""), subject=" ".join(named))
        except (GisgridError, SQLAlchemyError) as error:
            log.warning("a refusal is not in the audit trail: %s", error)
