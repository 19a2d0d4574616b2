"""Who is asking: bearer secret or cookie; sign in, who am I, sign out."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from gisgrid.access import (
    SESSION_LIFE,
    STRANGER,
    Caller,
    choose_secret,
    end_login,
    find_by_pair,
    find_by_secret,
    find_by_token,
    open_session,
    sign_in,
    sign_out,
)
from gisgrid.api.answers import WhoAmI, problems
from gisgrid.api.values import PlainText
from gisgrid.database import Database
from gisgrid.errors import Fault, NotAllowed, NotSignedIn

COOKIE, SECURE_COOKIE = "gisgrid_session", "__Host-gisgrid_session"
"""The second over https: browsers take it from this host alone, and only over https."""

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])


def zone_of(request: Request) -> ZoneInfo:
    """The district's zone, in which every answer writes its times."""
    zone: ZoneInfo = request.app.state.settings.timezone
    return zone


def database_of(request: Request) -> Database:
    """The app's database, as the service."""
    database: Database = request.app.state.database
    return database


def find_caller(request: Request) -> Caller:
    """Who is the caller? A bearer secret wins over the cookie; a wrong secret is refused, an old cookie ignored."""
    header = request.headers.get("authorization", "")
    kind, _, secret = header.partition(" ")
    cookie = request.cookies.get(_cookie(request), "")
    if not header and not cookie:
        return STRANGER
    with database_of(request).reading() as connection:
        if header:
            caller = find_by_secret(connection, secret.strip()) if kind.lower() == "bearer" else STRANGER
            if not caller.signed_in:
                raise NotSignedIn(Fault("Authorization", "this secret is nobody's", "Bearer and the account's secret"))
        else:
            caller = find_by_token(connection, cookie)
    request.state.actor = caller.name
    return caller


def require_caller(caller: Caller) -> None:
    """The caller, who is signed in. Raises NotSignedIn."""
    if not caller.signed_in:
        raise NotSignedIn(Fault("Authorization", "this needs a login", "POST /api/v1/sessions, or a bearer secret"))


async def current_caller(request: Request) -> Caller:
    """As `find_caller`, once a request, and without a thread for a stranger."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        is_stranger = "authorization" not in request.headers and _cookie(request) not in request.cookies
        caller = request.state.caller = STRANGER if is_stranger else await run_in_threadpool(find_caller, request)
    return caller


async def current_database(request: Request) -> Database:
    """The app's database: async, as everything that only reads the app's state, because else it takes a thread."""
    return database_of(request)


async def require_facts(request: Request) -> None:
    """May the caller see facts? Everybody may, unless a setting closes them to strangers. Raises NotSignedIn."""
    if not request.app.state.settings.public_facts:
        require_caller(await current_caller(request))


CurrentCaller = Annotated[Caller, Depends(current_caller)]
CurrentDatabase = Annotated[Database, Depends(current_database)]


class SignedInRoute(APIRoute):
    """A route that answers 401 to a stranger before it looks at anything else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler, run once the caller is known."""
        handler = super().get_route_handler()

        async def signed_in_first(request: Request) -> Response:
            require_caller(await current_caller(request))
            return await handler(request)

        return signed_in_first


class SignIn(BaseModel):
    """A name and its secret."""

    model_config = ConfigDict(extra="forbid")

    name: PlainText
    secret: PlainText


class OwnSecret(BaseModel):
    """The present secret, and the one that shall take its place."""

    model_config = ConfigDict(extra="forbid")

    secret: PlainText = Field(description="the one that signs in now")
    new_secret: PlainText = Field(description="at least 10 characters, 5 of them different, without the account's name")


own = APIRouter(prefix="/api/v1/sessions", tags=["sessions"], route_class=SignedInRoute, responses=problems(401))


@router.post("", status_code=201, responses=problems(400, 401, 413, 429))
def create_session(body: SignIn, database: CurrentDatabase, request: Request, response: Response) -> WhoAmI:
    """Sign in: sets a cookie. The secret also works as a bearer token, without this."""
    limits = request.app.state.secret_limits
    limits.check(request, "secret")
    try:
        with database.transaction() as connection:
            caller, token = sign_in(connection, body.name, body.secret)
    except NotSignedIn:
        limits.count(request)
        request.state.tried = body.name
        raise
    give_cookie(request, response, token)
    return _who(caller)


@own.put("/secret", responses=problems(400, 403, 413, 429))
def put_secret(
    body: OwnSecret, caller: CurrentCaller, database: CurrentDatabase, request: Request, response: Response
) -> WhoAmI:
    """Choose the caller's own secret: the one before, and every session but this one, are over.

    It signs in with its name, and not as a bearer secret; the database login has it as its password.
    """
    limits = request.app.state.secret_limits
    limits.check(request, "secret")
    with database.transaction(caller.scope) as connection:
        if find_by_pair(connection, caller.name, body.secret) != caller:
            limits.count(request)
            message = "this is not the present secret of this account"
            raise NotAllowed(Fault("secret", message, "give the secret that you sign in with"))
        choose_secret(connection, caller.name, body.new_secret)
        token = open_session(connection, caller.name)
    with database.transaction() as connection:
        end_login(connection, caller.name)
    give_cookie(request, response, token)
    return _who(caller)


def give_cookie(request: Request, response: Response, token: str) -> None:
    """Keep a session in the caller's browser: over https under a name that no other host of the site can set."""
    response.set_cookie(
        _cookie(request),
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )


def _cookie(request: Request) -> str:
    """The name of the session's cookie."""
    return SECURE_COOKIE if _is_secure(request) else COOKIE


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


@router.get("", responses=problems(401))
def get_session(caller: CurrentCaller) -> WhoAmI:
    """Who am I? 401 for a stranger."""
    require_caller(caller)
    return _who(caller)


@router.delete("", status_code=204)
def delete_session(database: CurrentDatabase, request: Request, response: Response) -> None:
    """Sign out: the cookie's session ends."""
    token = request.cookies.get(_cookie(request), "")
    if token:
        with database.transaction() as connection:
            sign_out(connection, token)
    response.delete_cookie(_cookie(request), secure=_is_secure(request), httponly=True, samesite="lax")


def _who(caller: Caller) -> WhoAmI:
    return WhoAmI(
        name=caller.name,
        role=caller.role,
        area=caller.area,
        department=caller.department,
        may=sorted(caller.may),
        home=caller.home,
    )
