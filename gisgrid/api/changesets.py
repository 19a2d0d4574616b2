"""Change sets over HTTP, for whose role may draw boundaries: open, check, solve, preview, publish, undo, discard.

Long because it is one resource with its verbs.
"""

import json
from dataclasses import asdict
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from gisgrid.access import DRAW, Caller
from gisgrid.api.answers import Answer, GeoJson, Instant, MoveCollection, MultiPolygon, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute
from gisgrid.api.values import PlainText, read_instant, tell
from gisgrid.boundaries import changesets
from gisgrid.boundaries.publishing import PUBLISH_TIMEOUT_S
from gisgrid.boundaries.reviewing import Drawn, Move, list_drawn, list_problems
from gisgrid.errors import Fault, NotAllowed
from gisgrid.layers import Json
from gisgrid.networks import require_network

RELOCATE_S = 2.0
"""How long an answer waits for tickets to be relocated; the worker relocates the rest."""


def editing_caller(caller: CurrentCaller) -> Caller:
    """The caller, who may draw boundaries. Raises NotAllowed."""
    if DRAW not in caller.may:
        message = f"the role {caller.role} may not change boundaries"
        raise NotAllowed(Fault("Authorization", message, "ask somebody whose role may"))
    return caller


Editor = Annotated[Caller, Depends(editing_caller)]
ChangesetId = Annotated[int, Path(ge=1, le=2**62)]
router = APIRouter(
    prefix="/api/v1/changesets",
    tags=["changesets"],
    route_class=SignedInRoute,
    dependencies=[Depends(editing_caller)],
    responses=problems(401, 403),
)
_FOUND = problems(404)
_ACTED = problems(400, 404, 409, 413)


State = Literal["open", "waiting", "following", "published", "discarded"]


class FoundProblem(Answer):
    """A fault that a check found: codes, sentences, a point of its place in WGS 84."""

    code: str | None
    other_code: str | None
    kind: str = Field(
        description="overlap, special_outside, ground_lost, ground_gained, sliver, ring, code..., conflict, later,"
        " pieces, apart, outside_district, staff"
    )
    severity: Literal["error", "warning"]
    message: str
    remedy: str
    message_zh: str = Field(description="the same in Chinese, with the same codes")
    remedy_zh: str
    lon: float | None
    lat: float | None


class Changeset(Answer):
    """A change set. `state` waiting: for its date; following: live, and tickets are still being relocated."""

    changeset_id: int
    state: State
    area_code: str | None = Field(description="the area whose grids may be redrawn; null: the whole network")
    together_with: list[str] = Field(description="further areas whose grids may be redrawn")
    network: str
    title: str
    status: Literal["open", "published", "discarded"]
    valid_from: Instant = Field(description="from when on it applies; where nobody chose it: from its publishing on")
    policy: Literal["move", "stay"] = Field(description="what open tickets do when their ground changes hands")
    ground: Literal["keep", "gain", "any"] = Field(description="may the ground covered change?")
    undoes: int | None
    opened_by: str = Field(description="an account, a database login, or machine/NAME for who owns the machine")
    published_by: str | None = Field(description="who published it, perhaps for a day to come")
    opened_at: Instant
    published_at: Instant | None
    followed_at: Instant | None
    summary: dict[str, Any] | None = Field(
        description="once live {grids, ended, above, tickets_moved}; refused at its date {refused: [...]}"
    )
    changed: int = Field(description="areas that differ from what stood")
    errors: int = Field(description="of the last check")
    warnings: int


class CheckedChangeset(Changeset):
    """A change set with what its last check found, errors first."""

    problems: list[FoundProblem]


class Changesets(Answer):
    """Change sets, the newest first."""

    changesets: list[Changeset]


class DrawnProperties(Answer):
    """A grid that a draft alters."""

    code: str
    name: str | None
    kind: str = Field(description="base or special")
    change: Literal["new", "redrawn", "ended"] = Field(description="what the draft does with the grid")
    side: Literal["before", "after"] = Field(description="as the draft found it, or as the draft has it")


class DrawnShape(Answer):
    """A grid before or after."""

    type: Literal["Feature"]
    geometry: MultiPolygon
    properties: DrawnProperties


class DrawnCollection(Answer):
    """The grids that a draft alters, adds or ends: a new one has no before, an ended one no after."""

    type: Literal["FeatureCollection"]
    features: list[DrawnShape]


class OpenBody(BaseModel):
    """The area (default: the caller's own), the date, the policy for open tickets, and for the covered ground."""

    model_config = ConfigDict(extra="forbid")

    area: PlainText = ""
    together_with: list[PlainText] = Field(
        default_factory=list, max_length=20, description="further areas, for a change set of several; opened from above"
    )
    network: PlainText = ""
    title: PlainText = ""
    valid_from: PlainText | None = None
    policy: Literal["move", "stay"] = "move"
    ground: Literal["keep", "gain", "any"] = "keep"


class ResolveBody(BaseModel):
    """How conflicts are solved: the draft's shape, the live one, or the changes of both; of one code, or of all."""

    model_config = ConfigDict(extra="forbid")

    take: Literal["mine", "theirs", "both"]
    code: PlainText | None = None


class PublishBody(BaseModel):
    """The date from which to apply; without it the change set's own date, or now."""

    model_config = ConfigDict(extra="forbid")

    valid_from: PlainText | None = None


@router.get("")
def get_changesets(
    request: Request,
    caller: Editor,
    database: CurrentDatabase,
    status: Annotated[Literal["", "open", "published", "discarded"], Query()] = "",
) -> Changesets:
    """The change sets of the caller's area, the newest first."""
    with database.transaction(caller.scope) as connection:
        found = changesets.list_changesets(connection, status)
    return tell(Changesets, {"changesets": found}, _zone(request))


@router.post("", status_code=201, responses=problems(400, 404, 413))
def create_changeset(request: Request, caller: Editor, database: CurrentDatabase, body: OpenBody) -> Changeset:
    """Open a change set, filled with the live grids of its area."""
    settings = request.app.state.settings
    order = changesets.ChangesetOrder(
        area=body.area or caller.area,
        network=body.network or settings.network,
        title=body.title,
        valid_from=read_instant("valid_from", body.valid_from, settings.timezone),
        policy=body.policy,
        ground=body.ground,
        together_with=tuple(body.together_with),
    )
    with database.transaction(caller.scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        require_network(connection, order.network)
        opened = changesets.open_changeset(connection, order)
    return tell(Changeset, opened, _zone(request))


@router.get("/{changeset_id}", responses=_FOUND)
def get_changeset(
    request: Request, caller: Editor, database: CurrentDatabase, changeset_id: ChangesetId
) -> CheckedChangeset:
    """One change set, with the problems that its last check found."""
    with database.transaction(caller.scope) as connection:
        found = changesets.get_changeset(connection, changeset_id)
        problems_found = list_problems(connection, changeset_id)
    return tell(CheckedChangeset, {**vars(found), "problems": problems_found}, _zone(request))


@router.post("/{changeset_id}/check", responses=_ACTED)
def check_changeset(
    request: Request, caller: Editor, database: CurrentDatabase, changeset_id: ChangesetId
) -> CheckedChangeset:
    """Check a draft, with what others published taken over: every problem with its place and remedy."""
    with database.transaction(caller.scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        problems_found = changesets.check(connection, changeset_id)
        found = changesets.get_changeset(connection, changeset_id)
    return tell(CheckedChangeset, {**vars(found), "problems": problems_found}, _zone(request))


@router.post("/{changeset_id}/resolve", responses=_ACTED)
def resolve_conflicts(
    request: Request, caller: Editor, database: CurrentDatabase, changeset_id: ChangesetId, body: ResolveBody
) -> CheckedChangeset:
    """Solve conflicts with what others published; the change set, checked again."""
    with database.transaction(caller.scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        changesets.solve_conflicts(connection, changeset_id, body.take, body.code)
        found = changesets.get_changeset(connection, changeset_id)
        problems_found = list_problems(connection, changeset_id)
    return tell(CheckedChangeset, {**vars(found), "problems": problems_found}, _zone(request))


@router.get(
    "/{changeset_id}/preview", response_model=MoveCollection, response_class=GeoJson, responses=problems(404, 409)
)
def preview_changeset(caller: Editor, database: CurrentDatabase, changeset_id: ChangesetId) -> GeoJson:
    """What publishing would relocate: GeoJSON lines from each thing to its new grid; 422 with the draft's errors."""
    with database.transaction(caller.scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        moves = changesets.preview(connection, changeset_id)
    collection = {"type": "FeatureCollection", "features": [_arrow(move) for move in moves]}
    return GeoJson(json.dumps(collection, ensure_ascii=False))


@router.get("/{changeset_id}/drawn", response_model=DrawnCollection, response_class=GeoJson, responses=_FOUND)
def get_drawn(caller: Editor, database: CurrentDatabase, changeset_id: ChangesetId) -> GeoJson:
    """The grids that a change set alters, adds or ends, each before and after."""
    with database.transaction(caller.scope) as connection:
        changesets.get_changeset(connection, changeset_id)
        drawn = list_drawn(connection, changeset_id)
    collection = {"type": "FeatureCollection", "features": [_shape(one) for one in drawn]}
    return GeoJson(json.dumps(collection, ensure_ascii=False))


@router.post("/{changeset_id}/publish", responses=_ACTED)
def publish_changeset(
    request: Request,
    caller: Editor,
    database: CurrentDatabase,
    changeset_id: ChangesetId,
    body: PublishBody | None = None,
) -> Changeset:
    """Make a change set live, or let it wait for its date; 422 with every error if it is refused."""
    asked = body.valid_from if body else None
    valid_from = read_instant("valid_from", asked, request.app.state.settings.timezone)
    published = changesets.publish_changeset(
        database, changeset_id, scope=caller.scope, valid_from=valid_from, relocate_s=RELOCATE_S
    )
    return tell(Changeset, published, _zone(request))


@router.post("/{changeset_id}/undo", status_code=201, responses=_ACTED)
def undo_changeset(request: Request, caller: Editor, database: CurrentDatabase, changeset_id: ChangesetId) -> Changeset:
    """Restore what a change set altered, by publishing another change set, which is the answer."""
    undone = changesets.undo_changeset(database, changeset_id, scope=caller.scope, relocate_s=RELOCATE_S)
    return tell(Changeset, undone, _zone(request))


@router.post("/{changeset_id}/discard", responses=_ACTED)
def discard_changeset(
    request: Request, caller: Editor, database: CurrentDatabase, changeset_id: ChangesetId
) -> Changeset:
    """End a change set that is not live."""
    with database.transaction(caller.scope) as connection:
        discarded = changesets.discard_changeset(connection, changeset_id)
    return tell(Changeset, discarded, _zone(request))


def _shape(one: Drawn) -> Json:
    facts = asdict(one)
    shape = json.loads(facts.pop("shape"))
    return {"type": "Feature", "geometry": shape, "properties": facts}


def _arrow(move: Move) -> Json:
    facts = asdict(move)
    arrow = facts.pop("arrow")
    return {"type": "Feature", "geometry": json.loads(arrow) if arrow else None, "properties": facts}


def _zone(request: Request) -> ZoneInfo:
    zone: ZoneInfo = request.app.state.settings.timezone
    return zone
