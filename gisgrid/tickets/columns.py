"""What a file of tickets holds: its columns in two languages, and its rows, read page by page.

No connection is held while whoever reads the file takes his time: each page is a transaction of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text

from gisgrid.database import Database
from gisgrid.tickets.filtering import TABLES, TicketFilter

PAGE = 500
Lang = Literal["zh", "en"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, for people, where its value comes from, who may see it."""

    name: str
    zh: str
    en: str
    sql: str
    is_private: bool = False


_STATE = """CASE WHEN t.closed_at <= :now THEN {closed} WHEN t.due_at <= :now THEN {overdue} ELSE {open} END"""
_STATES = {
    "zh": _STATE.format(closed="'办结'", overdue="'超时'", open="'在办'"),
    "en": _STATE.format(closed="'closed'", overdue="'overdue'", open="'open'"),
}
COLUMNS = (
    Column("number", "编号", "Number", "t.number"),
    Column("category", "类别代码", "Category id", "t.category"),
    Column("category_name", "类别", "Category", "c.name_{lang}"),
    Column("step", "环节代码", "Step id", "t.step"),
    Column("step_name", "环节", "Step", "s.name_{lang}"),
    Column("state", "状态", "State", "{state}"),
    Column("priority", "优先级", "Priority", "t.priority"),
    Column("source", "来源", "Source", "t.source"),
    Column("grid_code", "网格编码", "Grid code", "g.code"),
    Column("grid_name", "网格", "Grid", "g.name"),
    Column("grid_kind", "网格类型", "Kind of grid", "g.kind"),
    Column("area_code", "区域编码", "Area code", "a.code"),
    Column("area_level", "层级", "Level", "a.level"),
    Column("method", "落格方式", "Method", "t.method"),
    Column("confidence", "把握", "Confidence", "t.confidence"),
    Column("lon", "经度(WGS84)", "Longitude (WGS 84)", "st_x(t.geom)"),
    Column("lat", "纬度(WGS84)", "Latitude (WGS 84)", "st_y(t.geom)"),
    Column("reported_at", "上报时间", "Reported", "t.reported_at"),
    Column("received_at", "受理时间", "Received", "t.received_at"),
    Column("due_at", "到期时间", "Due", "t.due_at"),
    Column("closed_at", "办结时间", "Closed", "t.closed_at"),
    Column("description", "描述", "Description", "p.description", True),
    Column("contact_name", "联系人", "Contact", "p.contact_name", True),
    Column("contact_phone", "联系电话", "Telephone", "p.contact_phone", True),
    Column("exact_lon", "实际经度(WGS84)", "Exact longitude (WGS 84)", "st_x(p.geom)", True),
    Column("exact_lat", "实际纬度(WGS84)", "Exact latitude (WGS 84)", "st_y(p.geom)", True),
    Column("accuracy_m", "精度(米)", "Accuracy (m)", "p.accuracy_m", True),
    Column("department", "部门", "Department", "p.department", True),
    Column("post_role", "岗位", "Post", "r.name_{lang}", True),
    Column("assignee", "经办人", "Assignee", "h.name", True),
)
_FROM = f"""{TABLES}
LEFT JOIN work.category AS c ON c.category = t.category
LEFT JOIN work.step AS s ON s.workflow = t.workflow AND s.step = t.step
"""
_PEOPLE = """
LEFT JOIN core.post AS o ON o.post_id = p.post_id
LEFT JOIN core.post_role AS r ON r.role = o.role
LEFT JOIN core.person AS h ON h.person_id = o.person_id
"""


def choose_columns(*, private: bool) -> tuple[Column, ...]:
    """Which columns does the file have? The private ones only for somebody who may see some of them."""
    return tuple(column for column in COLUMNS if private or not column.is_private)


def read_pages(
    database: Database, wanted: TicketFilter, columns: Sequence[Column], lang: Lang = "zh"
) -> Iterator[list[Row]]:
    """The tickets of a filter, the newest first, in pages of at most `PAGE` rows by column name; None is unknown.

    As of `wanted.now`: what is received later is left out, and none comes twice, because pages follow one another by
    time of receipt, which does not change. How a ticket stands is read with its page. Private values of a row that the
    caller may not see are absent.
    """
    private = any(column.is_private for column in columns)
    values = ", ".join(f"{column.sql.format(lang=lang, state=_STATES[lang])} AS {column.name}" for column in columns)
    order = (
        f"SELECT t.ticket_id, t.received_at AS sorted_by, p.ticket_id IS NOT NULL AS is_seen, {values}"  # noqa: S608
        f" {_FROM} {_PEOPLE if private else ''} WHERE {wanted.condition} AND t.received_at <= :now"
        " AND (:after_id ::bigint IS NULL OR (t.received_at, t.ticket_id) < (:after_at ::timestamptz, :after_id))"
        " ORDER BY t.received_at DESC, t.ticket_id DESC LIMIT :page"
    )
    place: dict[str, Any] = {"after_at": None, "after_id": None}
    hidden = {column.name for column in columns if column.is_private}
    while True:
        with database.transaction(wanted.caller.scope) as connection:
            rows = connection.execute(text(order), wanted.parameters | place | {"page": PAGE}).all()
        yield [
            {column.name: row._mapping[column.name] for column in columns if row.is_seen or column.name not in hidden}
            for row in rows
        ]
        if len(rows) < PAGE:
            return
        place = {"after_at": rows[-1].sorted_by, "after_id": rows[-1].ticket_id}
