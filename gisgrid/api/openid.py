"""Sign-in at the city's own provider (OpenID Connect), and which of its groups has which role here."""

from html import escape
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from gisgrid.access import Caller, end_login, open_session
from gisgrid.api.accounts import managing_caller
from gisgrid.api.answers import Answer, problems
from gisgrid.api.problems import status_of
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, give_cookie
from gisgrid.api.values import PlainText
from gisgrid.errors import GisgridError, NotSignedIn
from gisgrid.openid import (
    FLOW_S,
    Provider,
    account_of,
    list_groups,
    open_flow,
    remove_group,
    require_account,
    seal_flow,
    set_group,
)

FLOW_COOKIE = "gisgrid_oidc"
PATH = "/api/v1/sessions/oidc"
router = APIRouter(prefix=PATH, tags=["sessions"])
_PAGE = (
    '<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>gisgrid</title><p>{zh}</p><p lang="en">{en}</p><p><a href="{home}">返回 / back</a></p></html>'
)
_Said = Annotated[str | None, Query(max_length=4000)]
_MOVED: dict[int | str, dict[str, Any]] = {302: {"description": "To the provider"}}


def provider_of(request: Request) -> Provider:
    """The city's provider, which is asked what it is once an hour."""
    provider: Provider = request.app.state.openid
    return provider


CurrentProvider = Annotated[Provider, Depends(provider_of)]


def _home(request: Request) -> str:
    base: str = request.app.state.settings.public_url or str(request.base_url)
    return base.rstrip("/") + "/"


def _callback(request: Request) -> str:
    return f"{_home(request)}{PATH.lstrip('/')}/callback"


def _path(request: Request) -> str:
    """Where the browser gives the flow's cookie: below a path of another site, too."""
    return urlsplit(_callback(request)).path.removesuffix("/callback")


@router.get("", status_code=302, response_class=HTMLResponse, responses={**_MOVED, **problems(404, 503)})
def begin_openid(request: Request, database: CurrentDatabase, provider: CurrentProvider) -> Response:
    """Go to the city's provider to sign in there."""
    where, flow = provider.begin(_callback(request))
    with database.transaction() as connection:
        cookie = seal_flow(connection, flow)
    response = RedirectResponse(where, 302)
    is_https = request.url.scheme == "https"
    response.set_cookie(
        FLOW_COOKIE, cookie, max_age=FLOW_S, httponly=True, samesite="lax", secure=is_https, path=_path(request)
    )
    return response


@router.get("/callback", status_code=303, response_class=HTMLResponse, responses=problems(401, 404, 429, 503))
def finish_openid(
    request: Request,
    database: CurrentDatabase,
    provider: CurrentProvider,
    code: _Said = None,
    state: _Said = None,
    iss: _Said = None,
    session_state: _Said = None,
    scope: _Said = None,
    error: _Said = None,
    error_description: _Said = None,
    error_uri: _Said = None,
) -> Response:
    """Back from the provider: a session as after any sign-in, and the map; or why not: a page for a browser."""
    limits = request.app.state.secret_limits
    try:
        limits.check(request, "oidc")
        given = {"code": code, "state": state, "iss": iss, "error": error}
        with database.transaction() as connection:
            flow = open_flow(connection, request.cookies.get(FLOW_COOKIE, ""))
        known = provider.finish(flow, {key: value for key, value in given.items() if value}, _callback(request))
        with database.transaction() as connection:
            name = account_of(connection, known)
        with database.transaction() as connection:  # whom this let out is let out, also if the rest fails
            end_login(connection)
            require_account(name)
            token = open_session(connection, name)
    except GisgridError as fault:
        if isinstance(fault, NotSignedIn):
            limits.count(request)
        if "text/html" not in request.headers.get("accept", ""):
            raise
        said = fault.faults[0].in_both()
        page = _PAGE.format(
            zh=escape(f"{said.message_zh or said.message}：{said.remedy_zh or said.remedy}"),
            en=escape(f"{said.message}: {said.remedy}"),
            home=escape(_home(request)),
        )
        return HTMLResponse(page, status_of(fault))
    response = RedirectResponse(_home(request), 303)
    response.delete_cookie(FLOW_COOKIE, path=_path(request))
    give_cookie(request, response, token)
    return response


groups = APIRouter(
    prefix="/api/v1/sign-in-groups",
    tags=["accounts"],
    route_class=SignedInRoute,
    dependencies=[Depends(managing_caller)],
    responses=problems(401, 403),
)


class SignInGroup(Answer):
    """A group of the city's provider, and the role of everybody in it."""

    group_name: str = Field(description="as the provider names it")
    role: str
    area: str | None
    department: str | None
    accounts: int = Field(description="how many accounts came by it and are on")


class SignInGroups(Answer):
    """The groups that have a role here; of several that somebody is in, the first counts."""

    groups: list[SignInGroup]


class GroupBody(BaseModel):
    """The role of a group, and the area or department that it works in."""

    model_config = ConfigDict(extra="forbid")

    group_name: PlainText
    role: PlainText
    area: PlainText | None = None
    department: PlainText | None = None


Manager = Annotated[Caller, Depends(managing_caller)]


@groups.get("")
def get_groups(caller: CurrentCaller, database: CurrentDatabase) -> SignInGroups:
    """Which groups of the city's provider have which role here?"""
    with database.transaction(caller.scope) as connection:
        found = [SignInGroup(**vars(one)) for one in list_groups(connection, actor=caller.name)]
    return SignInGroups(groups=found)


@groups.put("", responses=problems(400, 409, 413))
def put_group(body: GroupBody, caller: CurrentCaller, database: CurrentDatabase) -> SignInGroups:
    """Give a group a role. Who is in it and signed in has to sign in again."""
    with database.transaction(caller.scope) as connection:
        set_group(connection, body.group_name, body.role, body.area or "", body.department or "", actor=caller.name)
        found = [SignInGroup(**vars(one)) for one in list_groups(connection, actor=caller.name)]
    return SignInGroups(groups=found)


@groups.delete("", status_code=204, responses=problems(404))
def delete_group(
    group_name: Annotated[PlainText, Query(description="as the provider names it")],
    caller: CurrentCaller,
    database: CurrentDatabase,
) -> None:
    """A group has no role here any more: who came by it is out at once."""
    with database.transaction(caller.scope) as connection:
        gone = remove_group(connection, group_name, actor=caller.name)
    with database.transaction() as connection:
        for name in gone:
            end_login(connection, name)
