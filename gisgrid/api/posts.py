"""Posts over HTTP, for whose role keeps them: who holds which area from when to when; add, hand over, end."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from gisgrid import keeping
from gisgrid.api.answers import Answer, Instant, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import PlainText, read_instant, tell

MOST = 200
POST = Annotated[int, Field(ge=1, le=2**63 - 1, description="number of the post")]

router = APIRouter(prefix="/api/v1/posts", tags=["posts"], route_class=SignedInRoute, responses=problems(401, 403, 422))


class HeldPost(Answer):
    """A post, who holds it and from when to when."""

    post: int = Field(description="number of the post")
    role: str
    role_zh: str
    role_en: str
    area: str
    area_name: str | None = Field(description="name of the area")
    level: str
    title: str | None
    department: str | None
    name: str | None = Field(description="who holds it; null: it is vacant")
    phone: str | None = Field(description="his telephone number")
    is_public: bool = Field(description="may everybody read who holds it?")
    valid_from: Instant | None = Field(description="null: since ever")
    valid_to: Instant | None = Field(description="null: without end")
    open_tickets: int = Field(description="open tickets in his hand")


class NamedAnswer(Answer):
    """Something with an id and a name in both languages."""

    id: str
    name_zh: str
    name_en: str


class ChoicesAnswer(Answer):
    """What a post or a rule may name."""

    roles: list[NamedAnswer] = Field(description="roles of posts, who takes a report first comes first")
    shifts: list[NamedAnswer] = Field(description="shifts, the earliest first")
    departments: list[str]


class PostList(Answer):
    """The posts of an area and below, the highest area first."""

    choices: ChoicesAnswer = Field(description="what a post may name")
    posts: list[HeldPost]
    has_more: bool = Field(description="there are more; narrow the question")


class PostRef(Answer):
    """A post that was made."""

    post: int = Field(description="number of the post")


class SuccessorBody(BaseModel):
    """Who takes a post over: the same name with the same telephone number is one person."""

    model_config = ConfigDict(extra="forbid")

    name: PlainText = Field(min_length=1, description="who takes over")
    phone: PlainText = Field("", description="his telephone number")
    from_: str | None = Field(
        None, alias="from", max_length=40, description="ISO 8601 with offset, or a date; absent, or past: from now on"
    )


class NewPostBody(BaseModel):
    """A post to add."""

    model_config = ConfigDict(extra="forbid")

    area: PlainText = Field(description="code of the area")
    role: PlainText = Field(description="a role of posts")
    name: PlainText = Field("", description="who holds it; empty: it is vacant")
    phone: PlainText = Field("", description="his telephone number")
    title: PlainText = Field("", description="what the post is called; empty: as its role")
    department: PlainText = Field("", description="the department; empty: none")
    valid_from: str | None = Field(
        None, max_length=40, description="ISO 8601 with offset, or a date; absent: from now on"
    )
    valid_to: str | None = Field(None, max_length=40, description="the first instant after; absent: without end")
    is_public: bool = Field(False, description="may everybody read who holds it?")


class ShownBody(BaseModel):
    """May everybody read who holds the post?"""

    model_config = ConfigDict(extra="forbid")

    is_public: bool = Field(description="may everybody read who holds it?")


@router.get("")
def get_posts(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    area: PlainText = "",
    q: Annotated[PlainText, Query(description="part of a code, a name, a title, a department, a number")] = "",
    past: Annotated[bool, Query(description="with those that have ended")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> PostList:
    """Who holds which post of an area and below, from when to when? Without an area: wherever the caller works."""
    with database.transaction(caller.scope) as connection:
        network = request.app.state.settings.network
        found = keeping.list_posts(connection, caller.name, network, area, q, with_past=past, most=limit)
        answer = {"posts": found[:limit], "has_more": len(found) > limit, "choices": keeping.list_choices(connection)}
    return tell(PostList, answer, zone_of(request))


@router.post("", status_code=201, responses=problems(400, 413))
def create_post(request: Request, caller: CurrentCaller, database: CurrentDatabase, body: NewPostBody) -> PostRef:
    """Add a post, held by somebody or vacant."""
    start, end = (read_instant(name, getattr(body, name), zone_of(request)) for name in ("valid_from", "valid_to"))
    network = request.app.state.settings.network
    post = keeping.NewPost(**{**body.model_dump(), "network": network, "valid_from": start, "valid_to": end})
    with database.transaction(caller.scope) as connection:
        return PostRef(post=keeping.add_post(connection, caller.name, post))


@router.patch("/{post}", status_code=204, responses=problems(400, 404, 409, 413))
def change_post(caller: CurrentCaller, database: CurrentDatabase, post: POST, body: ShownBody) -> None:
    """Let everybody read who holds a post, or only who works there."""
    with database.transaction(caller.scope) as connection:
        keeping.show_post(connection, caller.name, post, is_public=body.is_public)


@router.post("/{post}/successor", status_code=201, responses=problems(400, 404, 409, 413))
def create_successor(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, post: POST, body: SuccessorBody
) -> PostRef:
    """Hand a post over, now or on a day to come: its open tickets, and its roster, are the successor's from then on."""
    at = read_instant("from", body.from_, zone_of(request))
    with database.transaction(caller.scope) as connection:
        made = keeping.end_post(connection, caller.name, post, body.name, body.phone, at)
    return PostRef(post=made or post)


@router.delete("/{post}", status_code=204, responses=problems(404, 409))
def end_post(caller: CurrentCaller, database: CurrentDatabase, post: POST) -> None:
    """End a post, now. Its open tickets are routed again; history keeps who held it."""
    with database.transaction(caller.scope) as connection:
        keeping.end_post(connection, caller.name, post)
