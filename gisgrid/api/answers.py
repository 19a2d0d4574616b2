"""The models of answers, from which /openapi.json and clients' types are made. Long because it is one list."""

from typing import Annotated, Any, Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gisgrid.access import Home
from gisgrid.api.field_answers import Instant as Instant
from gisgrid.api.field_answers import Share as Share
from gisgrid.api.field_answers import unless_hidden, with_fields

Chinese = Annotated[  # without a default in the document, or generated types take it for always there
    str | None,
    Field(
        description="the same in Chinese; absent where there are no words for it",
        json_schema_extra=lambda schema: schema.pop("default", None),
    ),
]
State = Literal["open", "done", "due_soon", "overdue", "today", "unplaced"]
"""The state of a ticket; the same words and rules as the counters'."""


class Answer(BaseModel):
    """An answer has exactly these keys: a key that is not declared here fails the tests, not the client."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=lambda schema: schema.pop("additionalProperties", None))


class LonLat(Answer):
    """A point in WGS 84, degrees."""

    lon: float
    lat: float


class GridRef(Answer):
    """A grid by its unified code."""

    code: str
    name: str
    kind: str = Field(description="base or special")


class AreaRef(Answer):
    """An area by its unified code."""

    code: str
    level: str


class Candidate(Answer):
    """A grid, and how much of the disc round the point lies in it."""

    code: str
    share: Share


class Assignment(Answer):
    """Why this grid: how it was found, how sure that is, by which version of its shape."""

    method: str = Field(description="inside, edge, nearest; code (an area was said, no point); or none")
    confidence: Share
    distance_to_edge_m: float | None
    candidates: list[Candidate]
    version: int | None
    system: str | None = Field(description="the coordinate system that the point came in; null: there was none")


class Located(Answer):
    """The grid that holds a point; `grid` is null outside every grid. `point` is the point in WGS 84."""

    grid: GridRef | None
    assignment: Assignment
    point: LonLat
    doubt: Literal["far", "coarse"] | None = Field(
        description="why a report of this point waits, as nobody's work, until somebody says its location: far (outside"
        " everything by more than GISGRID_FAR_M and its accuracy), coarse (less accurate than GISGRID_COARSE_M); null:"
        " it does not"
    )


class AreaProperties(Answer):
    """What an area is, at a date."""

    code: str
    name: str
    level: str = Field(description="district, town, community or grid")
    kind: str = Field(description="base or special")
    parent: str | None
    network: str
    area_m2: float
    valid_from: Instant
    valid_to: Instant | None


class MultiPolygon(Answer):
    """GeoJSON: WGS 84, longitude first."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[list[list[float]]]]


class AreaFeature(Answer):
    """An area as GeoJSON; `id` is the id of its version. `geometry` is null if the request asked for none."""

    type: Literal["Feature"]
    id: int
    properties: AreaProperties
    geometry: MultiPolygon | None


class AreaCollection(Answer):
    """Areas by code."""

    type: Literal["FeatureCollection"]
    features: list[AreaFeature]


class BoundaryChange(Answer):
    """An instant from which other grids apply."""

    at: Instant
    began: int = Field(description="how many grids, or shapes of grids, begin there")
    ended: int = Field(description="how many end there")
    grids: int = Field(description="how many grids there are from then on")


class BoundaryHistory(Answer):
    """When the grids of a network changed, oldest first."""

    network: str
    changes: list[BoundaryChange]


class ComparedProperties(Answer):
    """A grid of the earlier or of the later date alone, or what became of a grid."""

    side: Literal["before", "after", "link"]
    code: str
    name: str
    kind: str | None = Field(description="of a link: split, merge, reshape, renumber or recut")
    became: str | None = Field(description="of a link: the code of the later grid")
    from_share: Share | None = Field(description="of a link: which part of the older grid's ground the newer one has")
    to_share: Share | None = Field(description="of a link: which part of the newer grid's ground the older one had")


class ComparedFeature(Answer):
    """A shape, or of a link the line between two label points."""

    type: Literal["Feature"]
    properties: ComparedProperties
    geometry: dict[str, Any]


class BoundaryComparison(Answer):
    """What changed between two dates, as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[ComparedFeature]


class SearchHit(Answer):
    """What words may mean. Public, but for things that only some see: those are found by who may see them."""

    kind: Literal["area", "ground", "place", "camera", "device", "post", "ticket", "point"]
    code: str = Field(description="an area's or thing's code, a ticket's number, a post's area; of ground its kind")
    name: str = Field(description="a ticket's is its category, a point's are its coordinates in WGS 84")
    level: str | None
    within: str | None = Field(description="name of the area above")
    lon: float | None = Field(description="WGS 84")
    lat: float | None
    system: str | None = Field(description="as which coordinates the words were read")


class SearchHits(Answer):
    """What was found, the likeliest first."""

    hits: list[SearchHit]


class LineageEntry(Answer):
    """An area that this one came from or became, with its shares of the older and of the newer area's ground."""

    code: str
    kind: str = Field(description="split, merge, reshape, renumber or recut")
    from_share: Share
    to_share: Share
    valid_from: Instant


class Successor(Answer):
    """An area that holds ground of another area, and its share of that area's ground."""

    code: str
    name: str
    kind: str = Field(description="base or special")
    share: Share


class Lineage(Answer):
    """What an area came from and became, oldest first; the areas that hold its ground, the largest share first."""

    code: str
    name: str = Field(description="what it is called; of one that has ended, what it was called last")
    network: str
    from_: list[LineageEntry] = Field(alias="from")
    to: list[LineageEntry]
    successors: list[Successor] = Field(description="at the date; with lost_share the shares add up to 1")
    lost_share: Share = Field(description="of its ground, what no area holds")


class NamedArea(Answer):
    """An area that a department's own code names; `share` of its ground was the code's when the alias was recorded."""

    department: str = Field(description="the network whose code it is")
    name: str | None
    share: Share
    valid_from: Instant
    valid_to: Instant | None
    network: str
    code: str
    level: str
    area_name: str | None = Field(description="null: not live at that date")
    is_live: bool


class NetworkAnswer(Answer):
    """A network: a set of areas that covers the ground once, with its names."""

    network: str
    name_zh: str
    name_en: str
    scheme: str = Field(description="the code scheme of its areas")
    grids: int = Field(description="how many live grids it has")
    levels: list[str] = Field(description="the levels of its live areas, the top one first")
    is_default: bool = Field(description="is it meant where no network is named?")


class AliasAnswer(Answer):
    """The areas that a department's own code names at a date."""

    alias: str
    areas: list[NamedArea]


class FiguresByCode(Answer):
    """Tickets of one code and shape; `share` of the shape's ground lies in the area that was asked for."""

    code: str | None = Field(description="null: outside every grid")
    own: bool = Field(description="was it in this area's subtree?")
    share: Share
    received: int
    closed: int


class Figures(Answer):
    """Tickets of a time on the ground that an area holds, under old and new codes, by share of ground."""

    code: str
    network: str
    from_: Instant = Field(alias="from")
    to: Instant
    received: float
    closed: float
    by_code: list[FiguresByCode]


class LineString(Answer):
    """GeoJSON: WGS 84, longitude first."""

    type: Literal["LineString"]
    coordinates: list[list[float]]


class MoveProperties(Answer):
    """One thing that publishing would relocate; a null code means no grid."""

    what: str = Field(
        description="ticket, camera, place, device, post or special; tickets: how many (`id`) with a private place lie"
        " in an area that is altered (`from_code`); which of them would move is listed to those who may read_private"
    )
    id: str
    from_code: str | None
    to_code: str | None


class Move(Answer):
    """A line from a thing to the label point of its new grid."""

    type: Literal["Feature"]
    geometry: LineString | None
    properties: MoveProperties


class MoveCollection(Answer):
    """What publishing a change set would relocate."""

    type: Literal["FeatureCollection"]
    features: list[Move]


class Category(Answer):
    """What a report can be about; a root has no parent."""

    id: str
    parent: str | None
    name_zh: str
    name_en: str
    due_hours: int
    due_unit: str = Field(description="calendar or working hours")
    retired: bool = Field(description="no new report can be about it")
    needs_words: bool = Field(description="must a report say something, or do its place and picture do?")


class Source(Answer):
    """A way by which reports come."""

    id: str
    name_zh: str
    name_en: str
    said_by: str = Field(description="who may say so in a report: anybody, signed_in, nobody (its door says it)")


class Counters(Answer):
    """How many tickets of an area's subtree are in which state; total = the children's totals + unplaced."""

    network: str = Field(description="whose own tickets are counted")
    total: int
    done: int
    open: int
    today: int
    due_soon: int
    overdue: int
    unplaced: int


class Assignee(Answer):
    """The post that a report went to; null where a department has it and its posts are not here."""

    post: int | None
    role: str
    area: str | None
    department: str = Field(default_factory=str, description="absent where the post has none")


class Receipt(Answer):
    """The result of a report. With `number` and `secret` the reporter can ask for it again."""

    number: str
    secret: str
    grid: GridRef | None
    area: AreaRef | None
    assignment: Assignment
    step: str
    assignee: Assignee | None
    due_at: Instant


@with_fields("assignment")
class TicketAssignment(Answer):
    """How the ticket's grid was found, and by which version of its shape."""


@with_fields("contact")
class Contact(Answer):
    """The person who reported the ticket."""


@with_fields("point.given")
class GivenPoint(Answer):
    """The point as it was sent."""


@with_fields("point")
class ExactPoint(Answer):
    """The exact location in WGS 84, and as the reporter gave it."""

    given: GivenPoint


class TicketEvent(Answer):
    """What happened to a ticket."""

    at: Instant
    action: str
    from_step: str | None
    to_step: str | None
    actor: str | None
    note: str | None
    detail: dict[str, Any]


class NextStep(Answer):
    """A step that can come next, the roles that may take it, and what it needs."""

    step: str
    roles: list[str]
    kind: Literal["forward", "return", "reopen"]
    needs: list[Literal["note", "photo"]]
    may: bool = Field(description="may the caller take it?")


class Whistle(Answer):
    """吹哨: a department that was called in; it reports in, is done or withdrawn, and has a clock of its own."""

    whistle: int
    department: str
    note: str | None
    blown_at: Instant
    due_at: Instant
    reported_in_at: Instant | None
    done_at: Instant | None
    withdrawn_at: Instant | None
    result: str | None
    may: list[Literal["reported_in", "done", "withdrawn"]] = Field(description="what the caller may say of it now")


@with_fields()
class TicketSummary(Answer):
    """A ticket's public facts; fields after `closed_at` only for callers who may see them."""

    grid: GridRef | None
    area: AreaRef | None
    assignment: TicketAssignment
    place: LonLat | None = Field(description="its public place: the point, or its grid's label point")
    contact: Contact = unless_hidden("Who reported it")
    point: ExactPoint = unless_hidden("Where it really is")


class Photo(Answer):
    """A photo as it is kept: JPEG, upright, without the camera's metadata."""

    photo_id: int
    kind: str = Field(description="report: the reporter sent it; work: somebody of the staff")
    added_at: Instant
    actor: str | None = Field(default_factory=lambda: None, description="who of the staff; absent for the reporter")
    width: int
    height: int
    bytes: int
    media_type: str


class Rating(Answer):
    """The reporter's rating of the finished work (党群评议)."""

    rater: str = Field(description="reporter")
    score: int = Field(ge=1, le=5, description="1 bad to 5 good")
    words: str | None
    rated_at: Instant


class CameraSeen(Answer):
    """A camera that sees a point."""

    code: str = Field(description="its id as text; of GB/T 28181 20 digits")
    name: str
    grid: str | None = Field(description="code of the grid in which it lies (or nearest area above)")
    lon: float
    lat: float
    bearing_deg: float | None = Field(description="the middle of its view, clockwise from north; null: all round")
    angle_deg: float = Field(description="how wide it looks: 360 is all round")
    range_m: float = Field(description="how far it sees")
    height_m: float | None = Field(description="how high it hangs")
    state: str | None = Field(description="on, off or broken: one that is off or broken shows nothing now")
    owner: str | None = Field(description="whose it is")
    distance_m: float


class PatrolThen(Answer):
    """A worker on patrol."""

    worker: str = Field(description="the account, or the name in the file that the patrol came in by")
    name: str | None = Field(description="of the person; null: the account has none")
    grid: str | None
    lon: float
    lat: float
    at: Instant = Field(description="of his newest ping then, at most 10 minutes before")
    accuracy_m: float | None
    distance_m: float | None = Field(description="geodesic, from the point that was asked; null: none was")


class PatrolPassed(Answer):
    """A patrol that passed a point."""

    worker: str = Field(description="the account, or the name in the file that the patrol came in by")
    at: Instant
    distance_m: float


class Ticket(TicketSummary):
    """One ticket, with its history and next steps for callers who may see them."""

    parts: list[str] = Field(description="numbers of the tickets that are parts of it")
    duplicates: list[str] = Field(description="numbers of the tickets that are about the same thing, closed for it")
    followers: int = Field(description="how many people see the same thing")
    public_words: str | None = Field(description="what staff wrote about it for everybody; null: nothing")
    history: list[TicketEvent] = unless_hidden("What happened, oldest first")
    photos: list[Photo] = unless_hidden("Its photos, oldest first")
    rating: Rating | None = unless_hidden("How the reporter rated it; null: not yet")
    next_steps: list[NextStep] = unless_hidden("What can follow")
    whistles: list[Whistle] = unless_hidden("Departments that were called in")
    cameras: list[CameraSeen] = unless_hidden("The cameras that see its point, the nearest first, at most 20")
    last_patrol: PatrolPassed | None = unless_hidden("The patrol that last passed its point within 60 m; null: none")
    nearest_patrols: list[PatrolThen] = unless_hidden(
        "Of an urgent one (open, and of priority 1 or 2 or overdue): who is on patrol, the nearest first, at most 3"
    )


class Tickets(Answer):
    """Tickets, the newest first; on a work list the most urgent first."""

    tickets: list[TicketSummary]
    next: str | None = Field(description="give it as `after` for the page that follows; null: there is none")


class TicketFeature(Answer):
    """A ticket at its public location; its properties are the columns of an export."""

    type: Literal["Feature"]
    id: str
    properties: dict[str, Any]
    geometry: dict[str, Any] | None


class TicketFeatures(Answer):
    """Tickets as one GeoJSON FeatureCollection."""

    type: Literal["FeatureCollection"]
    features: list[TicketFeature]


class WorkLists(Answer):
    """How many tickets are on each work list; null: a stranger has none."""

    mine: int | None
    area: int | None
    no_grid: int | None
    near_edge: int | None
    due_soon: int | None
    overdue: int | None
    waiting: int | None
    reporter: int | None


class WorkflowStep(Answer):
    """A step of a template."""

    step: str
    name_zh: str
    name_en: str
    closes: bool


class Transition(Answer):
    """From which step to which, who may take it, what it needs, and whether it stops or starts the clocks."""

    from_step: str
    to_step: str
    kind: Literal["forward", "return", "reopen"]
    roles: list[str]
    needs: list[Literal["note", "photo"]]
    clock: Literal["stop", "start"] | None


class Workflow(Answer):
    """A template of steps, in their order."""

    workflow: str
    name_zh: str
    name_en: str
    steps: list[WorkflowStep]
    transitions: list[Transition]


class WhoAmI(Answer):
    """Who is signed in: role, and the code of the area whose subtree the caller sees (empty: everything)."""

    name: str
    role: str
    area: str
    department: str
    may: list[str] = Field(description="what the role allows, wherever its scope reaches")
    home: Home = Field(description="the page of the viewer that the role begins with")


class Status(Answer):
    """`ok` while alive, `ready` once migrated and loaded."""

    status: Literal["ok", "ready"]


class Role(Answer):
    """A role that an account or a post can have, in words."""

    role: str
    name_zh: str
    name_en: str


class LevelName(Answer):
    """What a level of areas is called."""

    level: str
    name_zh: str
    name_en: str


class Config(Answer):
    """What a client needs to know of this server; open to everybody."""

    zone: str = Field(description="IANA name; a bare date is 00:00 there, and it cuts today")
    due_soon_hours: int
    oidc: str | None = Field(None, description="absent without a sign-in of the city's own; its name, may be empty")
    network: str = Field(description="the network that is meant where none is named")
    version: str
    sample: bool = Field(description="is this the sample district, whose shapes, people and tickets are invented?")
    roles: list[Role] = Field(description="every role of accounts, then those of posts that no account has")
    levels: list[LevelName] = Field(description="the levels of areas, the top one first")


class VectorLayer(Answer):
    """What a layer of tiles holds."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJson(Answer):
    """TileJSON 3.0."""

    tilejson: str
    name: str
    description: str
    attribution: str
    scheme: str
    tiles: list[str]
    minzoom: int
    maxzoom: int
    vector_layers: list[VectorLayer]
    filters: dict[str, str]


class MapStyle(Answer):
    """A MapLibre style, version 8, with the state variables that its colours depend on."""

    version: Literal[8]
    name: str
    metadata: dict[str, Any]
    state: dict[str, dict[str, int | bool]]
    sources: dict[str, dict[str, Any]]
    layers: list[dict[str, Any]]


class ProblemFault(Answer):
    """One fault: where it is, what is wrong, what to do."""

    field: str
    message: str
    remedy: str
    message_zh: Chinese = None
    remedy_zh: Chinese = None


class Problem(Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemFault]


class GeoJson(JSONResponse):
    """GeoJSON that the database has written as text."""

    media_type = "application/geo+json"

    def render(self, content: Any) -> bytes:
        """The text as it is."""
        return str(content).encode()


WHY = {
    400: "Unreadable: no JSON in UTF-8",
    401: "Not signed in, or not by this secret",
    403: "This role, or its area, may not",
    404: "No such thing, or not at that date",
    409: "It contradicts what is there already",
    413: "The body is too large",
    422: "Readable and refused, with each field's fault and remedy",
    429: "Too many requests from this address",
    503: "Not ready, or too busy: try again",
    507: "A disk of the server is full: try again later",
}
Answers = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Answers:
    """What else a route may answer: problem documents, for its `responses`."""
    return {status: {"description": WHY[status]} for status in statuses}
