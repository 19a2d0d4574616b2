"""What a reporter sees and does, by number and secret (in a header, never in an address); what staff write to him.

Long because it is all that a reporter can do.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gisgrid.api.answers import Answer, AreaRef, GridRef, Instant, LonLat, Photo, Rating, Ticket, problems
from gisgrid.api.photos import AS_BODY, JPEG, TAKEN, PhotoId, PhotoReceipt, SentPhoto, Size, jpeg
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import LongText, PlainText
from gisgrid.api.values import tell as answer_as
from gisgrid.errors import NotFound
from gisgrid.notices.reporters import check_mark, subscribe, subscription, unsubscribe
from gisgrid.settings import Settings
from gisgrid.tickets.listing import get_ticket
from gisgrid.tickets.photos import PhotoOrder, add_photo, find_own_photo
from gisgrid.tickets.tracking import answer_staff, check_secret, rate_ticket, reopen_report, tell_reporter, track_report

_PAGE = (
    '<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>gisgrid</title>{body}</html>"
)
_ASK = (
    '<form method="post"><p>不再接收这件上报的通知？<br><span lang="en">No more messages about this report?</span></p>'
    "<button>不再通知 / No more</button></form>"
)
_DONE = '<p>已取消，不再通知。<br><span lang="en">Done: you get no more messages.</span></p>'
_UNSEEN = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

router = APIRouter(prefix="/api/v1/reports", tags=["following"])
acting = APIRouter(prefix="/api/v1/tickets", tags=["following"], route_class=SignedInRoute)


def _said(words: str) -> str:
    if not words.strip():
        raise ValueError("there are no words in it")
    return words.strip()


Words = Annotated[LongText, AfterValidator(_said)]


class Step(Answer):
    """A step of the report's workflow."""

    step: str
    name_zh: str
    name_en: str


class ReportAssignee(Answer):
    """The assignee: the post; a name only if the post is public."""

    role: str | None
    role_zh: str | None
    role_en: str | None
    title: str | None
    area: str | None
    department: str | None
    name: str | None
    phone: str | None


class May(Answer):
    """What the reporter may do now."""

    add_photos: bool = Field(description="for a day, and while he is asked something")
    answer: bool = Field(description="while he is asked something")
    rate: bool = Field(description="once the result is there, until 30 days after closing")


class Said(Answer):
    """What staff wrote to the reporter, or what he answered."""

    at: Instant
    is_yours: bool
    text: str


class Subscription(Answer):
    """The reporter's own mailbox and number, null where not; and until when he may reopen his report."""

    email: str | None
    phone: str | None
    may_reopen_until: Instant | None = Field(description="null: it is open, or it is too late")
    ways: list[Literal["email", "phone"]] = Field(description="by which ways messages are sent from here")


class FollowedReport(Answer):
    """A report as its reporter sees it."""

    number: str
    category: str
    workflow: str
    step: str
    steps: list[Step]
    grid: GridRef | None
    area: AreaRef | None
    place: LonLat | None = Field(description="its public place")
    reported_at: Instant
    received_at: Instant
    due_at: Instant
    closed_at: Instant | None
    duplicate_of: str | None = Field(description="the ticket that is about the same thing, and goes on")
    description: str
    assignee: ReportAssignee | None
    waits_for_you: bool = Field(description="its clocks stand still until you answer")
    may: May
    talk: list[Said] = Field(description="oldest first")
    photos: list[Photo] = Field(description="yours, oldest first")
    rating: Rating | None


class WordsBody(BaseModel):
    """What the reporter or the staff write."""

    model_config = ConfigDict(extra="forbid")

    text: Words


class RatingBody(BaseModel):
    """A rating, 1 bad to 5 good, and words about it."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(strict=True, ge=1, le=5)]
    words: LongText | None = None


class SubscriptionBody(BaseModel):
    """By which ways the reporter subscribes; null ends one, one that is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    email: PlainText | None = Field(None, description="one mailbox")
    phone: PlainText | None = Field(None, description="a telephone number; needs a city's message service")


def require_reporter(
    request: Request,
    number: PlainText,
    database: CurrentDatabase,
    x_report_secret: Annotated[str, Header(max_length=200)] = "",
) -> str:
    """The number of a report whose secret came with the request. Raises NotFound, TooMany after many wrong secrets."""
    limits = request.app.state.secret_limits
    limits.check(request)
    try:
        with database.transaction() as connection:
            check_secret(connection, number, x_report_secret)
    except NotFound:
        limits.count(request)
        raise
    return number


OwnReport = Annotated[str, Depends(require_reporter)]


@router.get("/{number}", response_model=FollowedReport, responses=problems(404, 429))
def get_report(own: OwnReport, database: CurrentDatabase) -> FollowedReport:
    """How is my report? Its facts, words and photos, step, assignee, due time, and what staff wrote to me."""
    with database.transaction() as connection:
        return FollowedReport.model_validate(track_report(connection, own))


@router.post(
    "/{number}/photos",
    status_code=201,
    response_model=PhotoReceipt,
    responses={**TAKEN, **problems(429)},
    openapi_extra=AS_BODY,
)
def create_own_photo(
    request: Request, response: Response, own: OwnReport, database: CurrentDatabase, photo: SentPhoto
) -> PhotoReceipt:
    """Add a photo to my report: within a day, and while I am asked something."""
    settings: Settings = request.app.state.settings
    order = PhotoOrder(own, "report", settings.photos_per_ticket)
    facts, is_new = add_photo(database, settings.photos, order, photo)
    if not is_new:
        response.status_code = 200
    return answer_as(PhotoReceipt, facts, settings.timezone)


@router.get("/{number}/photos/{photo_id}", response_class=Response, responses={**problems(404, 429), **JPEG})
def get_own_photo(
    request: Request, own: OwnReport, photo_id: PhotoId, database: CurrentDatabase, size: Size = "large"
) -> Response:
    """A photo that I sent, as it is kept."""
    with database.transaction() as connection:
        name, sha256 = find_own_photo(connection, own, photo_id)
    return jpeg(request, name, sha256, size)


@router.post(
    "/{number}/answers", status_code=201, response_model=FollowedReport, responses=problems(400, 404, 409, 413, 429)
)
def create_answer(own: OwnReport, body: WordsBody, database: CurrentDatabase) -> FollowedReport:
    """Answer what staff asked me; the clocks run again."""
    with database.transaction() as connection:
        answer_staff(connection, own, body.text)
        return FollowedReport.model_validate(track_report(connection, own))


@router.post(
    "/{number}/rating", status_code=201, response_model=FollowedReport, responses=problems(400, 404, 409, 413, 429)
)
def create_rating(own: OwnReport, body: RatingBody, database: CurrentDatabase) -> FollowedReport:
    """Rate the finished work (党群评议); in the step that waits for the rating, it closes the ticket."""
    with database.transaction() as connection:
        rate_ticket(connection, own, body.score, body.words)
        return FollowedReport.model_validate(track_report(connection, own))


@router.post(
    "/{number}/reopen", status_code=201, response_model=FollowedReport, responses=problems(400, 404, 409, 413, 429)
)
def reopen_own(own: OwnReport, body: WordsBody, database: CurrentDatabase) -> FollowedReport:
    """Say that a closed report is not done: it is worked on again. Until `may_reopen_until` of my subscription."""
    with database.transaction() as connection:
        reopen_report(connection, own, body.text)
        return FollowedReport.model_validate(track_report(connection, own))


@router.get("/{number}/subscription", responses=problems(404, 429))
def get_subscription(own: OwnReport, database: CurrentDatabase, request: Request) -> Subscription:
    """By which ways do I hear of my report, and until when may I reopen it?"""
    with database.transaction() as connection:
        found = subscription(connection, own, request.app.state.settings)
        return answer_as(Subscription, found, zone_of(request))


@router.put("/{number}/subscription", responses=problems(400, 404, 409, 413, 429))
def put_subscription(
    request: Request, own: OwnReport, body: SubscriptionBody, database: CurrentDatabase
) -> Subscription:
    """By which ways do I want to hear of steps, of what staff write, and when I can rate?"""
    with database.transaction() as connection:
        given = {name: getattr(body, name) for name in body.model_fields_set}
        subscribe(connection, own, given, request.app.state.settings)
        found = subscription(connection, own, request.app.state.settings)
        return answer_as(Subscription, found, zone_of(request))


Kind = Annotated[Literal["reporter", "message"], Path(description="a mailbox, or a number")]
Mark = Annotated[str, Path(max_length=64, description="from the link")]
HTML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}


@router.get("/{number}/unsubscribe/{kind}/{mark}", response_class=HTMLResponse, responses={**problems(404), **HTML})
def get_unsubscribe(number: PlainText, kind: Kind, mark: Mark, database: CurrentDatabase) -> HTMLResponse:
    """The page of the link in a letter: a button. Looking at it changes nothing, as programs look at links too."""
    with database.transaction() as connection:
        check_mark(connection, number, kind, mark)
    return HTMLResponse(_PAGE.format(body=_ASK), headers=_UNSEEN)


@router.post("/{number}/unsubscribe/{kind}/{mark}", response_class=HTMLResponse, responses={**problems(404), **HTML})
def create_unsubscribe(number: PlainText, kind: Kind, mark: Mark, database: CurrentDatabase) -> HTMLResponse:
    """Tell me no more (RFC 8058, one click: the mail program sends this for its reader)."""
    with database.transaction() as connection:
        unsubscribe(connection, number, kind, mark)
    return HTMLResponse(_PAGE.format(body=_DONE), headers=_UNSEEN)


@acting.post(
    "/{number}/answers",
    name="tell_reporter",
    status_code=201,
    response_model=Ticket,
    response_model_exclude_unset=True,
    responses=problems(400, 401, 403, 404, 409, 413),
)
def tell(
    request: Request, number: PlainText, body: WordsBody, caller: CurrentCaller, database: CurrentDatabase
) -> Ticket:
    """Write to the reporter: he reads it on the page of his report, and nothing else of the history."""
    with database.transaction(caller.scope) as connection:
        tell_reporter(connection, number, body.text, caller)
        ticket = get_ticket(connection, number, caller)
    return answer_as(Ticket, ticket, zone_of(request))
