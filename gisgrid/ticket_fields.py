"""The fields of a ticket, and the doors that show each. Long because it is one list, an entry a field.

A new column is a migration and an entry here, with its Chinese and English name. Each door shows a field under a name,
or leaves the field out with a reason. `tests/house/test_ticket_fields.py` compares every door with this list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["text", "words", "instant", "number", "share", "small", "id", "flag"]
"""text: at most 200 characters; words: text that somebody wrote; share: 0 to 1; small: a whole number; id: a key."""
Door = Literal["list", "export", "notice", "reporter", "tile", "open311", "load", "page"]
DOORS: tuple[Door, ...] = get_args(Door)
"""list: API, list and detail, a dotted name lies in an object; export: files; notice: what notices carry; reporter: his
report's page; tile: layer `ticket`; open311: GeoReport v2; load: files of tickets; page: the viewer's page."""
Facts = dict[str, object]
"""A ticket's values by the names of a door; the names are those of this list."""


@dataclass(frozen=True)
class Left:
    """The reason why a door leaves a field out."""

    why: str


Decision = str | Left | None
"""A door shows a field under this name (SAME: the field's own name), or leaves the field out; None: undecided."""
SAME = "="
PRIVATE = Left("words, contacts, exact points and people are not public")
POINT = "null where its point is private and the caller may not see it"
TIE = "null where the point of either is private and the caller may not see it"
TERSE = Left("a notice says what, where and until when; the ticket says the rest")
SMALL = Left("a tile holds what the style and a click need")
PROTOCOL = Left("GeoReport v2 has no element for it")
SERVER = Left("the server finds it out when a ticket comes in")
LATER = Left("it comes about while the ticket is worked on")
PLAIN = Left("a reporter reads what concerns him, in fewer words")
ELSEWHERE = Left("another part of the page shows it")
STAFF = Left("it is for the order of work, in lists and files")


@dataclass(frozen=True)
class Field:
    """A fact of a ticket: names for programs and people, kind, where its value comes from, and what each door does.

    `source` is `table.column` of `tickets.selecting` (`{lang}` for a name in either language, `x(...)`, `y(...)` of a
    point), or `state`. `is_optional`: null is possible. `note`: for programs, in OpenAPI. `export_after`: in files it
    follows that column, not the field above. A private one is left out of notices, tiles and Open311. One that tells of
    the point (`tells_point`) is as public as the point: lists and files leave it empty where the point is private.
    """

    name: str
    zh: str
    en: str
    kind: Kind
    source: str
    is_private: bool = False
    tells_point: bool = False
    is_optional: bool = False
    note: str = ""
    list: Decision = SAME
    export: Decision = SAME
    notice: Decision = None
    reporter: Decision = None
    tile: Decision = None
    open311: Decision = None
    load: Decision = None
    page: Decision = None
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    export_after: str = ""

    def decision(self, door: Door) -> Decision:
        """A door's decision on this field: a name, a reason to leave it out, or None: undecided."""
        said: Decision = getattr(self, door)
        if said is None and self.is_private and door in ("notice", "tile", "open311"):
            return PRIVATE
        return self.name if said == SAME else said

    def name_at(self, door: Door) -> str | None:
        """The name under which a door shows this field; None if the door leaves it out."""
        said = self.decision(door)
        return said if isinstance(said, str) else None

    @property
    def is_number(self) -> bool:
        """Do files hold the field's value as a number?"""
        return self.kind in ("number", "share", "small", "id")


# fmt: off
FIELDS: tuple[Field, ...] = (
    Field("number", "编号", "Number", "text", "ticket.number", notice=SAME, reporter=SAME, tile=SAME,
          open311="service_request_id", load=SERVER, page=ELSEWHERE),
    Field("network", "网", "Network", "text", "ticket.network",
          notice=TERSE, reporter=PLAIN, tile=Left("a tile is of one network"), open311=PROTOCOL,
          load=Left("a whole file is of one network"), page=Left("the map shows one network"),
          export_after="area_level"),
    Field("category", "类别代码", "Category id", "text", "ticket.category", notice=SAME, reporter=SAME, tile=SAME,
          open311="service_code", load=SAME, page=ELSEWHERE, aliases=("类别", "事件类别"), is_required=True),
    Field("category_name", "类别", "Category", "text", "category.name_{lang}", list=Left("GET /categories has names"),
          notice=Left("a message in words looks it up"), reporter=Left("GET /categories has names"), tile=SMALL,
          open311="service_name", load=Left("`category` may hold it"), page=ELSEWHERE),
    Field("workflow", "流程", "Workflow", "text", "ticket.workflow", export=Left("the step's name says enough"),
          notice=TERSE, reporter=SAME, tile=SMALL, open311=PROTOCOL, load=Left("the category says it"), page=ELSEWHERE),
    Field("step", "环节代码", "Step id", "text", "ticket.step", notice=SAME, reporter=SAME, tile=SAME,
          open311=Left("status_notes has its name"), load=SAME, page=ELSEWHERE, aliases=("环节",)),
    Field("step_name", "环节", "Step", "text", "step.name_{lang}", list=Left("GET /workflows has names"),
          notice=Left("a message in words looks it up"), reporter=Left("`steps` has names"), tile=SMALL,
          open311="status_notes", load=Left("`step` says it"), page=ELSEWHERE),
    Field("state", "状态", "State", "text", "state", list=Left("it follows from closed_at and due_at as time goes on"),
          notice=Left("the topic says it"), reporter=Left("it follows from closed_at and due_at"),
          tile=Left("a tile carries instants, the style makes states of them"), open311="status",
          load=Left("closed_at and due_at say it"), page=ELSEWHERE),
    Field("source", "来源", "Source", "text", "ticket.source", notice=TERSE, reporter=PLAIN, tile=SMALL,
          open311=PROTOCOL, load=SAME, page=STAFF, aliases=("来源",)),
    Field("grid_code", "网格编码", "Grid code", "text", "grid.code", list="grid.code", notice="grid.code",
          reporter="grid.code", tile=SMALL, open311="address_id", load=SERVER, page=ELSEWHERE),
    Field("grid_name", "网格", "Grid", "text", "grid.name", list="grid.name", notice="grid.name",
          reporter="grid.name", tile=SMALL, open311=PROTOCOL, load=SERVER, page=SAME),
    Field("grid_kind", "网格类型", "Kind of grid", "text", "grid.kind", list="grid.kind", notice="grid.kind",
          reporter="grid.kind", tile=SMALL, open311=PROTOCOL, load=SERVER, page=STAFF),
    Field("area_code", "区域编码", "Area code", "text", "area.code", list="area.code", notice="area.code",
          reporter="area.code", tile=SMALL, open311=Left("agency_responsible has its name"), load=SERVER,
          page=ELSEWHERE),
    Field("area_level", "层级", "Level", "text", "area.level", list="area.level", notice="area.level",
          reporter="area.level", tile=SMALL, open311=PROTOCOL, load=SERVER, page=STAFF),
    Field("method", "落格方式", "Method", "text", "ticket.method", tells_point=True, is_optional=True,
          note=f"inside, edge, nearest, code (an area was said) or none; {POINT}", list="assignment.method",
          notice=TERSE, reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=SERVER, page=STAFF),
    Field("confidence", "把握", "Confidence", "share", "ticket.confidence", tells_point=True, is_optional=True,
          note=f"how much of the disc round its point lies in its grid; {POINT}", list="assignment.confidence",
          notice=TERSE, reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=SERVER, page=STAFF),
    Field("version", "边界版本", "Boundary version", "id", "ticket.area_version_id", is_optional=True,
          list="assignment.version", export=Left("a key of the database, which a file's reader has no use for"),
          notice=TERSE, reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=SERVER, page=STAFF),
    Field("lon", "经度(WGS84)", "Longitude (WGS 84)", "number", "x(ticket.geom)", list="place.lon", notice=TERSE,
          reporter="place.lon", tile=Left("the feature's own point"), open311="long", load=SERVER,
          page=Left("the map shows it")),
    Field("lat", "纬度(WGS84)", "Latitude (WGS 84)", "number", "y(ticket.geom)", list="place.lat", notice=TERSE,
          reporter="place.lat", tile=Left("the feature's own point"), open311="lat", load=SERVER,
          page=Left("the map shows it")),
    Field("reported_at", "上报时间", "Reported", "instant", "ticket.reported_at", notice=TERSE, reporter=SAME,
          tile=SMALL, open311=PROTOCOL, load=SAME, page=STAFF, aliases=("reported", "上报时间")),
    Field("received_at", "受理时间", "Received", "instant", "ticket.received_at", notice=SAME, reporter=SAME,
          tile=SMALL, open311="requested_datetime", load=SAME, page=SAME, is_required=True,
          aliases=("created_at", "created", "received", "受理时间")),
    Field("due_at", "到期时间", "Due", "instant", "ticket.due_at", notice=SAME, reporter=SAME, tile=SAME,
          open311="expected_datetime", load=SAME, page=SAME, aliases=("due", "办结时限")),
    Field("closed_at", "办结时间", "Closed", "instant", "ticket.closed_at", is_optional=True, notice=SAME,
          reporter=SAME, tile="closed", open311="updated_datetime", load=SAME, page=SAME,
          aliases=("closed", "resolved", "办结时间")),
    Field("priority", "优先级", "Priority", "small", "ticket.priority", note="1 most urgent, 5 least", notice=TERSE,
          reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=Left("the rule that routes it says it"), page=STAFF,
          export_after="state"),
    Field("step_due_at", "环节到期时间", "Step due", "instant", "clock.step_due_at", is_optional=True,
          note="when the step is due; null: no sooner than the whole", export=Left("a file has the whole's due time"),
          notice=TERSE, reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=LATER, page=STAFF),
    Field("paused_at", "计时暂停", "Clock stopped", "instant", "clock.paused_at", is_optional=True,
          note="since when its clocks stand still, for its reporter", export=Left("its due time moves on when it ends"),
          notice=TERSE, reporter="waits_for_you", tile=SMALL, open311=PROTOCOL, load=LATER, page=SAME),
    Field("solved_in_grid", "问题解决", "Solved", "flag", "ticket.solved_in_grid", is_optional=True,
          note="closed without leaving its grid; null: open, duplicate, not known", export=Left("figures count it"),
          notice=TERSE, reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=LATER, page=SAME),
    Field("parent", "主事件", "Part of", "text", "whole.number", tells_point=True, is_optional=True,
          note=f"the number of the ticket of which it is a part; {TIE}", export=Left("the ticket shows its ties"),
          notice=TERSE, reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=LATER, page=ELSEWHERE),
    Field("duplicate_of", "重复于", "Duplicate of", "text", "original.number", tells_point=True, is_optional=True,
          note=f"the number of the ticket about the same thing; {TIE}", export=Left("the ticket shows its ties"),
          notice=TERSE, reporter=SAME, tile=SMALL, open311=PROTOCOL, load=LATER, page=ELSEWHERE),
    Field("description", "描述", "Description", "words", "private.description", is_private=True, is_optional=True,
          note="What was reported", reporter=SAME, load=SAME, page=SAME, aliases=("描述", "事件描述", "内容")),
    Field("contact_name", "联系人", "Contact", "text", "private.contact_name", is_private=True, is_optional=True,
          list="contact.name", reporter=Left("he knows it"), load=SAME, page=STAFF, aliases=("联系人",)),
    Field("contact_phone", "联系电话", "Telephone", "text", "private.contact_phone", is_private=True, is_optional=True,
          list="contact.phone", reporter=Left("he knows it"), load=SAME, page=STAFF, aliases=("联系电话",)),
    Field("exact_lon", "实际经度(WGS84)", "Exact longitude (WGS 84)", "number", "x(private.geom)", is_private=True,
          is_optional=True, list="point.lon", reporter=Left("he knows it"), load=SERVER, page=Left("the map shows it")),
    Field("exact_lat", "实际纬度(WGS84)", "Exact latitude (WGS 84)", "number", "y(private.geom)", is_private=True,
          is_optional=True, list="point.lat", reporter=Left("he knows it"), load=SERVER, page=Left("the map shows it")),
    Field("given_lon", "原始经度", "Longitude as given", "number", "private.lon", is_private=True, is_optional=True,
          list="point.given.lon", export=Left("a file has the point in WGS 84"), reporter=Left("he knows it"),
          load="lon", page=Left("the map shows it")),
    Field("given_lat", "原始纬度", "Latitude as given", "number", "private.lat", is_private=True, is_optional=True,
          list="point.given.lat", export=Left("a file has the point in WGS 84"), reporter=Left("he knows it"),
          load="lat", page=Left("the map shows it")),
    Field("given_system", "坐标系", "Coordinate system", "text", "private.system", is_private=True, is_optional=True,
          list="point.given.system", export=Left("a file has the point in WGS 84"), reporter=Left("he knows it"),
          load="system", page=STAFF),
    Field("accuracy_m", "精度(米)", "Accuracy (m)", "number", "private.accuracy_m", is_private=True, is_optional=True,
          list="point.accuracy_m", reporter=PLAIN, load=SAME, page=STAFF, aliases=("accuracy", "精度")),
    Field("doubt", "位置存疑", "Location in doubt", "text", "private.doubt", is_private=True, is_optional=True,
          note="why the point is not its location: far (outside the district) or coarse (accuracy of kilometres)",
          list="point.doubt", reporter=PLAIN, load=SERVER,
          page=Left("it is in the list of no grid, and the map shows the point")),
    Field("department", "部门", "Department", "text", "private.department", is_private=True, is_optional=True,
          note="Whose department it is with", reporter="assignee.department", load=SERVER, page=ELSEWHERE),
    Field("post", "岗位编号", "Post id", "id", "private.post_id", is_private=True, is_optional=True,
          note="Which post it is with", export=Left("post_role and assignee say it in words"),
          reporter=Left("`assignee` says it in words"), load=SERVER, page=ELSEWHERE),
    Field("post_role", "岗位", "Post", "text", "post_role.name_{lang}", is_private=True, is_optional=True,
          list=Left("`post` is its key"), reporter="assignee.role_zh", load=SERVER, page=ELSEWHERE),
    Field("assignee", "经办人", "Assignee", "text", "person.name", is_private=True, is_optional=True,
          list=Left("`post` is the key of the post"), reporter="assignee.name", load=SERVER, page=ELSEWHERE),
    Field("external_id", "外部编号", "Number elsewhere", "text", "private.external_id", is_private=True,
          is_optional=True, list=Left("it keeps a ticket from being loaded twice, no more"),
          export=Left("it keeps a ticket from being loaded twice, no more"), reporter=PLAIN, load=SAME, page=STAFF,
          aliases=("工单编号", "编号")),
)
# fmt: on


def shown_at(door: Door, fields: tuple[Field, ...] = FIELDS) -> Iterator[tuple[str, Field]]:
    """The fields that a door shows, each with its name there, in the order of this list."""
    for field in fields:
        name = field.name_at(door)
        if name is not None:
            yield name, field


def columns_of(table: str) -> Iterator[tuple[str, Kind]]:
    """The columns of a table that fields are read from unchanged, with their kinds."""
    for field in FIELDS:
        owner, _, column = field.source.partition(".")
        if owner == table and column.isidentifier():
            yield column, field.kind
