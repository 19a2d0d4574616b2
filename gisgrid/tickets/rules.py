"""Loading routing rules: the assignee by category, area and time; the database refuses ties and broken rules."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database, asking
from gisgrid.errors import Refused
from gisgrid.loading import (
    Column,
    Loaded,
    ReadOptions,
    Sheet,
    Table,
    choice,
    clock,
    read_table,
    take_turn,
    weekdays,
    whole,
    words,
)
from gisgrid.networks import require_network

KINDS = {"base": "base", "special": "special", "基础网格": "base", "专属网格": "special"}
DAYS = {"working": "working", "rest": "rest", "weekend": "weekend", "holiday": "holiday",
        "工作日": "working", "休息日": "rest", "周末": "weekend", "节假日": "holiday"}  # fmt: skip
UNITS = {"calendar": "calendar", "working": "working", "自然时": "calendar", "小时": "calendar", "工作时": "working"}
TARGETS = ("role", "department", "person")
REMEDIES = {"area_code": "import its boundary first", "person": "load a post of this person first"}
_NAMED = {
    "category": "SELECT category AS id, category AS name FROM work.category UNION ALL"
    " SELECT category, name_zh FROM work.category WHERE retired_at IS NULL",
    "shift": "SELECT shift AS id, unnest(ARRAY[shift, name_zh, name_en]) AS name FROM core.shift",
    "role": "SELECT role AS id, unnest(ARRAY[role, name_zh, name_en]) AS name FROM core.post_role",
    "area_code": "SELECT area_id AS id, code AS name FROM core.area WHERE network = :network AND code = ANY(:wanted)",
    "person": "SELECT DISTINCT h.person_id AS id, unnest(ARRAY[h.name, h.name || ' ' || h.phone]) AS name"
    " FROM core.person AS h JOIN core.post AS p USING (person_id) WHERE p.valid_to > now() AND h.name = ANY(:people)",
}
"""The names that a cell may hold, and the value of each."""

_SAVE = """
INSERT INTO work.rule AS r (rule, category, area_id, kind, days, weekdays, starts, ends, shift, role, department,
                            person_id, priority, due_hours, due_unit, note)
SELECT g.* FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
    rule text, category text, area_id bigint, kind text, days text, weekdays smallint[], starts time, ends time,
    shift text, role text, department text, person_id bigint, priority smallint, due_hours integer, due_unit text,
    note text)
ON CONFLICT (rule) DO UPDATE SET
    category = excluded.category, area_id = excluded.area_id, kind = excluded.kind, days = excluded.days,
    weekdays = excluded.weekdays, starts = excluded.starts, ends = excluded.ends, shift = excluded.shift,
    role = excluded.role, department = excluded.department, person_id = excluded.person_id,
    priority = excluded.priority, due_hours = excluded.due_hours, due_unit = excluded.due_unit, note = excluded.note
WHERE (r.category, r.area_id, r.kind, r.days, r.weekdays, r.starts, r.ends, r.shift, r.role, r.department, r.person_id,
       r.priority, r.due_hours, r.due_unit, r.note)
    IS DISTINCT FROM (excluded.category, excluded.area_id, excluded.kind, excluded.days, excluded.weekdays,
       excluded.starts, excluded.ends, excluded.shift, excluded.role, excluded.department, excluded.person_id,
       excluded.priority, excluded.due_hours, excluded.due_unit, excluded.note)
RETURNING xmax = 0 AS is_new
"""


def load_rules(
    database: Database,
    source: Path | Sheet,
    options: ReadOptions | None = None,
    *,
    network: str = "base",
    replace: bool = False,
) -> Loaded:
    """Load routing rules; a rule of a known name changes. With `replace` rules that the file lacks are removed.

    Raises Refused with every fault; two rules that could both apply and are equally specific are named.
    """
    options = options or ReadOptions()
    table = read_table(source, RULE_COLUMNS, options)
    with database.transaction(EVERYTHING) as connection:
        require_network(connection, network)
        take_turn(connection)
        table.refuse_repeats("this rule", ("rule",))
        for column in _NAMED:
            _find(connection, table, column, network)
        _check(table)
        table.refuse_faults()
        gone = 0
        if replace:
            kept = [row["rule"] for row in table.rows]
            gone = connection.execute(
                text("DELETE FROM work.rule WHERE NOT rule = ANY(:kept)"), {"kept": kept}
            ).rowcount
        new = _save(connection, table)
    notes = (f"{gone} rules that the file lacks were removed",) if gone else ()
    return Loaded(sum(new), len(new) - sum(new), len(table.rows) - len(new), table.notes + notes)


RULE_COLUMNS = (
    Column("rule", required=True, aliases=("name", "规则", "名称")),
    Column("category", aliases=("类别", "事件类别")),
    Column("area_code", aliases=("area", "网格编码", "区域编码")),
    Column("kind", choice(KINDS), aliases=("网格类型",)),
    Column("days", choice(DAYS), aliases=("日期类型",)),
    Column("weekdays", weekdays, aliases=("星期",)),
    Column("from", clock, aliases=("starts", "开始时间")),
    Column("to", clock, aliases=("ends", "结束时间")),
    Column("shift", aliases=("班次",)),
    Column("role", aliases=("岗位", "角色")),
    Column("department", aliases=("部门",)),
    Column("person", aliases=("姓名",)),
    Column("phone", aliases=("电话", "手机")),
    Column("priority", whole(1, 5), aliases=("优先级",)),
    Column("due", whole(1, 87_600), aliases=("due_hours", "时限")),
    Column("unit", choice(UNITS), aliases=("due_unit", "时限单位")),
    Column("note", words, aliases=("备注",)),
)


def _find(connection: Connection, table: Table, column: str, network: str) -> None:
    """The values of the cells of a column; a name of several is a fault, never guessed."""
    wanted = sorted({row[column] for row in table.rows if row[column]})
    values = {"network": network, "wanted": wanted, "people": wanted}
    found: dict[str, set[Any]] = {}
    for meant in connection.execute(text(_NAMED[column]), values) if wanted else ():
        found.setdefault(meant.name, set()).add(meant.id)
    for row in table.rows:
        cell = row[column]
        if column == "person" and cell and row["phone"]:
            cell = f"{cell} {row['phone']}"
        ids = {cell} if cell in found.get(cell, ()) else found.get(cell, set())
        row.values[column] = next(iter(ids)) if len(ids) == 1 else None
        if cell and not ids:
            table.fault(row, column, f"there is no {column} {cell!r}", REMEDIES.get(column, "correct it"))
        if len(ids) > 1:
            remedy = "add the phone" if column == "person" else f"write its id: {', '.join(map(str, sorted(ids)))}"
            table.fault(row, column, f"several are called {cell!r}", remedy)


def _check(table: Table) -> None:
    for row in table.rows:
        named = [column for column in TARGETS if not table.empty(row, column)]
        if len(named) != 1:
            message = "it names nobody" if not named else f"it names {' and '.join(named)}"
            table.fault(row, "rule", message, "one of role, department, person")
        if table.empty(row, "from") != table.empty(row, "to"):
            table.fault(row, "from", "it says one end of its hours", "give from and to, or neither")
        elif row["from"] and row["from"] == row["to"]:
            table.fault(row, "to", "it begins when it ends", "leave both empty for the whole day")
        if row["from"] and row["shift"]:
            table.fault(row, "shift", "hours and a shift", "one of the two")
        if table.empty(row, "due") != table.empty(row, "unit"):
            table.fault(row, "due", "a due time needs a number and its unit", "unit is calendar or working")


def _save(connection: Connection, table: Table) -> list[bool]:
    plain = ("rule", "category", "kind", "days", "weekdays", "shift", "role", "department", "priority", "note")
    renamed = {
        "area_id": "area_code", "starts": "from", "ends": "to", "person_id": "person", "due_hours": "due",
        "due_unit": "unit",
    }  # fmt: skip
    rows = [
        {name: row[name] for name in plain} | {name: row[own] for name, own in renamed.items()} for row in table.rows
    ]
    try:
        with asking(connection):
            return list(connection.execute(text(_SAVE), {"rows": json.dumps(rows)}).scalars())
    except Refused as refused:
        raise refused.said_of(table.name) from refused
