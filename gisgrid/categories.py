"""Categories: what a report can be about, as a tree; a city's own event catalogue comes in whole."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.loading import (
    BadCell,
    Column,
    Loaded,
    ReadOptions,
    Row,
    Sheet,
    Table,
    as_records,
    choice,
    read_table,
    take_turn,
    whole,
)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
UNITS = {
    "calendar": ("calendar", 1), "calendar_hours": ("calendar", 1), "hours": ("calendar", 1), "小时": ("calendar", 1),
    "自然时": ("calendar", 1), "working": ("working", 1), "working_hours": ("working", 1), "工作时": ("working", 1),
    "days": ("calendar", 24), "calendar_days": ("calendar", 24), "天": ("calendar", 24), "自然日": ("calendar", 24),
    "working_days": ("working", 0), "工作日": ("working", 0),
}  # fmt: skip
"""The units of a due time, each with its hours; 0: the hours of a working day."""
PLACES = {"point": "point", "grid": "grid", "点位": "point", "网格": "grid"}
_YES = {"yes": True, "no": False, "是": True, "否": False, "停用": True, "启用": False}

_SAVE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
        category text, parent text, name_zh text, name_en text, due_hours integer, due_unit text, public_place text,
        workflow text, retired boolean)
)
INSERT INTO work.category AS c
    (category, parent, name_zh, name_en, due_hours, due_unit, public_place, workflow, retired_at)
SELECT g.category, g.parent, g.name_zh, g.name_en, g.due_hours, g.due_unit, g.public_place, g.workflow,
       CASE WHEN g.retired THEN clock_timestamp() END
FROM given AS g
ON CONFLICT (category) DO UPDATE SET
    parent = excluded.parent, name_zh = excluded.name_zh, name_en = excluded.name_en, due_hours = excluded.due_hours,
    due_unit = excluded.due_unit, public_place = excluded.public_place, workflow = excluded.workflow,
    retired_at = CASE WHEN excluded.retired_at IS NOT NULL THEN coalesce(c.retired_at, excluded.retired_at) END
WHERE (c.parent, c.name_zh, c.name_en, c.due_hours, c.due_unit, c.public_place, c.workflow, c.retired_at IS NULL)
    IS DISTINCT FROM (excluded.parent, excluded.name_zh, excluded.name_en, excluded.due_hours, excluded.due_unit,
                      excluded.public_place, excluded.workflow, excluded.retired_at IS NULL)
RETURNING xmax = 0 AS is_new
"""
# Leaves first: what is in use is retired, and so is what lies above it.
_REMOVE = """
DELETE FROM work.category AS c WHERE NOT c.category = ANY(:kept)
  AND NOT EXISTS (SELECT FROM work.ticket AS t WHERE t.category = c.category)
  AND NOT EXISTS (SELECT FROM work.rule AS r WHERE r.category = c.category)
  AND NOT EXISTS (SELECT FROM work.category AS b WHERE b.parent = c.category)
"""
_RETIRE = """
UPDATE work.category SET retired_at = clock_timestamp() WHERE NOT category = ANY(:kept) AND retired_at IS NULL
"""


@dataclass(frozen=True)
class Category:
    """The values of a category that lower categories take over where their rows are empty."""

    category: str
    parent: str | None
    name_zh: str
    due_hours: int | None
    due_unit: str | None
    public_place: str
    workflow: str


@dataclass(frozen=True)
class FilledCategory(Category):
    """A category as it is saved."""

    name_en: str
    retired: bool


Known = dict[str, Category]
"""Categories by their ids."""


def load_categories(
    database: Database, source: Path | Sheet, options: ReadOptions | None = None, *, replace: bool = False
) -> Loaded:
    """Load an event catalogue: new categories, and changes of known ones.

    With `replace` categories that the file lacks are removed, or retired if tickets or rules name them.
    Raises Refused with every fault: circles, repeats, unknown parents.
    """
    options = options or ReadOptions()
    table = read_table(source, category_columns(), options)
    with database.transaction(EVERYTHING) as connection:
        take_turn(connection)
        kept = [row["id"] for row in table.rows if row["id"]]
        removed = _remove(connection, kept) if replace else 0
        known = _known(connection)
        _check(connection, table, known, replace)
        table.refuse_faults()
        rows = _filled(connection, table, known)
        table.refuse_faults()
        new = list(connection.execute(text(_SAVE), {"rows": as_records(rows)}).scalars())
        retired = connection.execute(text(_RETIRE), {"kept": kept}).rowcount if replace else 0
    notes = (f"{removed} that the file lacks were removed, {retired} in use retired",) if removed + retired else ()
    return Loaded(sum(new), len(new) - sum(new), len(rows) - len(new), table.notes + notes)


def category_columns() -> tuple[Column, ...]:
    """The columns of an event catalogue."""
    return (
        Column("id", _name, required=True, aliases=("category", "code", "类别代码", "代码", "编码")),
        Column("parent", _name, aliases=("上级", "上级代码", "父类")),
        Column("name_zh", required=True, aliases=("name", "名称", "类别名称")),
        Column("name_en", aliases=("英文名称",)),
        Column("due", whole(1, 87_600), aliases=("due_hours", "时限", "处置时限")),
        Column("unit", choice(UNITS), aliases=("due_unit", "时限单位", "单位")),
        Column("public_place", choice(PLACES), aliases=("公开位置",)),
        Column("workflow", aliases=("流程",)),
        Column("retired", choice(_YES), aliases=("停用",)),
    )


def _name(cell: str) -> str:
    if not NAME.fullmatch(cell):
        raise BadCell(f"{cell[:50]!r} cannot be an id", "1 to 40 of A-Z a-z 0-9 _ . -, a letter or digit first")
    return cell


def _known(connection: Connection) -> Known:
    rows = connection.execute(
        text("SELECT category, parent, name_zh, due_hours, due_unit, public_place, workflow FROM work.category")
    )
    return {row.category: Category(**row._mapping) for row in rows}


def _check(connection: Connection, table: Table, known: Known, replace: bool) -> None:
    """The faults of the tree that the file's and the known categories would make. `replace`: the file's alone."""
    table.refuse_repeats("this id", ("id",))
    table.refuse_repeats("this name under the same parent", ("name_zh", "parent"))
    flows = list(connection.execute(text("SELECT workflow FROM work.workflow ORDER BY 1")).scalars())
    given = {row["id"]: row for row in table.rows}
    beside = {(each.parent, each.name_zh): each.category for each in known.values()}
    for row in table.rows:
        parent = row["parent"]
        if parent and parent not in given and (replace or parent not in known):
            table.fault(row, "parent", f"there is no category {parent!r}", "add its row, or correct the id")
        if row["workflow"] and row["workflow"] not in flows:
            table.fault(row, "workflow", f"there is no workflow {row['workflow']!r}", f"one of {', '.join(flows)}")
        if row["unit"] and row["due"] is None:
            table.fault(row, "due", "a unit without a number", "say how many, or leave both to its parent")
        same = beside.get((parent, row["name_zh"]))
        if same and same not in given:
            remedy = "give it another name, or the id of that one"
            table.fault(row, "name_zh", f"category {same} beside it is called so already", remedy)
        if (way := _circle(row, given, known)) is not None:
            table.fault(row, "parent", f"it lies under itself: {' > '.join(way)}", "give one of them another parent")


def _circle(row: Row, given: dict[Any, Row], known: Known) -> list[str] | None:
    """The path from a category up and back to itself; None: there is no circle."""
    way: list[str] = [row["id"]]
    while True:
        last = way[-1]
        above = given[last]["parent"] if last in given else known[last].parent if last in known else None
        if above is None or (above in way and above != row["id"]):
            return None
        way.append(above)
        if above == row["id"]:
            return way


def _filled(connection: Connection, table: Table, known: Known) -> list[FilledCategory]:
    """The rows to save, parents first; an empty cell takes the parent's value."""
    day_hours = float(
        connection.execute(
            text("SELECT extract(EPOCH FROM coalesce(sum(ends - starts), '0')) / 3600 FROM core.work_hours")
        ).scalar_one()
    )
    done: Known = dict(known)
    waiting = {row["id"]: row for row in table.rows}
    rows = []
    while waiting:
        for row in [r for r in waiting.values() if r["parent"] not in waiting]:
            rows.append(_fill(table, row, done.get(row["parent"] or ""), day_hours))
            done[row["id"]] = rows[-1]
            del waiting[row["id"]]
    return rows


def _fill(table: Table, row: Row, above: Category | None, day_hours: float) -> FilledCategory:
    unit, hours = row["unit"] or ("calendar", 1)
    due = row["due"] and -(-row["due"] * (hours or day_hours) // 1)
    if not due and not above:
        table.fault(row, "due", "neither the row nor a parent says how soon it is due", "give a number and its unit")
    return FilledCategory(
        category=row["id"],
        parent=row["parent"],
        name_zh=row["name_zh"],
        due_hours=int(due) if due else above.due_hours if above else None,
        due_unit=unit if due else above.due_unit if above else None,
        public_place=row["public_place"] or (above.public_place if above else "point"),
        workflow=row["workflow"] or (above.workflow if above else "six_step"),
        name_en=row["name_en"] or row["name_zh"],
        retired=bool(row["retired"]),
    )


def _remove(connection: Connection, kept: list[str]) -> int:
    """Remove categories that nothing names, the lowest first; returns how many."""
    removed = 0
    while gone := connection.execute(text(_REMOVE), {"kept": kept}).rowcount:
        removed += gone
    return removed
