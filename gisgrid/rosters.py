"""Rosters: on which days which post works which shift; three shifts a day (三班倒), weeks and longer cycles."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.loading import (
    Column,
    Loaded,
    ReadOptions,
    Row,
    Sheet,
    Table,
    as_records,
    clock,
    day,
    read_table,
    take_turn,
    weekdays,
    whole,
)
from gisgrid.networks import require_network

_SAVE = """
INSERT INTO core.roster AS r (post_id, shift, valid_from, valid_to, every_days, weekdays)
SELECT g.post_id, g.shift, g.valid_from, coalesce(g.valid_to, 'infinity'), coalesce(g.every_days, 1), g.weekdays
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
    post_id bigint, shift text, valid_from date, valid_to date, every_days smallint, weekdays smallint[])
ON CONFLICT (post_id, valid_from, shift) DO UPDATE SET
    valid_to = excluded.valid_to, every_days = excluded.every_days, weekdays = excluded.weekdays
WHERE (r.valid_to, r.every_days, r.weekdays)
    IS DISTINCT FROM (excluded.valid_to, excluded.every_days, excluded.weekdays)
RETURNING xmax = 0 AS is_new
"""
_SHIFTS = """
INSERT INTO core.shift (shift, name_zh, name_en, starts, ends)
SELECT g.shift, g.shift, g.shift, g.starts, g.ends
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(shift text, starts time, ends time)
ON CONFLICT (shift) DO UPDATE SET starts = excluded.starts, ends = excluded.ends
"""
_POSTS = """
SELECT a.code AS area_code, p.role, h.name AS person, p.title, p.post_id
FROM core.post AS p JOIN core.area AS a USING (area_id) LEFT JOIN core.person AS h USING (person_id)
WHERE a.network = :network AND a.code = ANY(:codes) AND p.valid_to > now()
"""


@dataclass(frozen=True)
class Roster:
    """A row to save: which post has which shift, on which days, from-to (None: without end)."""

    post_id: int
    shift: str
    every_days: int | None
    weekdays: list[int] | None
    valid_from: date
    valid_to: date | None


def load_rosters(
    database: Database, source: Path | Sheet, options: ReadOptions | None = None, *, network: str = "base"
) -> Loaded:
    """Load rosters. A known row (post, shift, from) is skipped, or changed if its cycle or end differs.

    `starts` and `ends` make a shift, or move a known one. Raises Refused with every fault.
    """
    options = options or ReadOptions()
    table = read_table(source, ROSTER_COLUMNS, options)
    with database.transaction(EVERYTHING) as connection:
        require_network(connection, network)
        take_turn(connection)
        shifts = _find_shifts(connection, table)
        _find_posts(connection, table, network)
        _check_spans(table)
        table.refuse_repeats("this post's shift", ("post_id", "shift", "from"))
        table.refuse_faults()
        connection.execute(text(_SHIFTS), {"rows": json.dumps(shifts)})
        rows = as_records(map(_roster, table.rows))
        new = list(connection.execute(text(_SAVE), {"rows": rows}).scalars())
    return Loaded(sum(new), len(new) - sum(new), len(table.rows) - len(new), table.notes)


ROSTER_COLUMNS = (
    Column("area_code", required=True, aliases=("area", "网格编码", "区域编码", "编码")),
    Column("role", required=True, aliases=("岗位", "角色")),
    Column("person", aliases=("姓名",)),
    Column("title", aliases=("职务",)),
    Column("shift", required=True, aliases=("班次",)),
    Column("starts", clock, aliases=("上班时间",)),
    Column("ends", clock, aliases=("下班时间",)),
    Column("from", day, required=True, aliases=("valid_from", "开始日期")),
    Column("to", day, aliases=("valid_to", "结束日期")),
    Column("every_days", whole(1, 366), aliases=("周期",)),
    Column("weekdays", weekdays, aliases=("星期",)),
)


def _find_shifts(connection: Connection, table: Table) -> list[dict[str, str]]:
    """A shift may be named by its id or in Chinese or English; the shifts that the file itself defines."""
    known = connection.execute(text("SELECT shift, name_zh, name_en FROM core.shift ORDER BY starts")).all()
    names = {name: row.shift for row in known for name in (row.name_en, row.name_zh, row.shift)}
    hours: dict[str, tuple[str, str]] = {}
    for row in table.rows:
        shift = row.values["shift"] = names.get(row["shift"], row["shift"])
        if table.empty(row, "starts") != table.empty(row, "ends"):
            table.fault(row, "starts", "it says one end of the shift", "give starts and ends, or neither")
        elif row["starts"] and row["starts"] == row["ends"]:
            table.fault(row, "ends", "the shift begins when it ends", "correct one of the two")
        elif row["starts"] and hours.setdefault(shift, (row["starts"], row["ends"])) != (row["starts"], row["ends"]):
            table.fault(row, "shift", f"{shift} has other hours in another row", "one shift has the same hours")
    for row in table.rows:
        if row["shift"] and row["shift"] not in names.values() and row["shift"] not in hours:
            shown = ", ".join(f"{r.shift} ({r.name_zh})" for r in known)
            table.fault(row, "shift", f"there is no shift {row['shift']!r}", f"give starts and ends, or one of {shown}")
    return [{"shift": shift, "starts": starts, "ends": ends} for shift, (starts, ends) in hours.items()]


def _find_posts(connection: Connection, table: Table, network: str) -> None:
    """The one post that area and role mean, with person and title if given."""
    roles = {
        name: row.role
        for row in connection.execute(text("SELECT role, name_zh, name_en FROM core.post_role"))
        for name in (row.name_en, row.name_zh, row.role)
    }
    codes = sorted({row["area_code"] for row in table.rows if row["area_code"]})
    posts = connection.execute(text(_POSTS), {"network": network, "codes": codes}).all()
    for row in table.rows:
        role = roles.get(row["role"])
        meant = [
            post
            for post in posts
            if (post.area_code, post.role) == (row["area_code"], role)
            and row["person"] in (None, post.person)
            and row["title"] in (None, post.title)
        ]
        row.values["post_id"] = meant[0].post_id if len(meant) == 1 else None
        if not meant:
            message = f"{row['area_code']} has no such post: {row['role']} {row['person'] or ''}".rstrip()
            table.fault(row, "area_code", message, "load its posts first, or correct the row")
        if len(meant) > 1:
            people = Counter(post.person for post in meant)
            table.fault(row, "person", f"{len(meant)} posts are meant", f"say whose: {', '.join(map(str, people))}")


def _check_spans(table: Table) -> None:
    for row in table.rows:
        if row["from"] and row["to"] and row["from"] >= row["to"]:
            table.fault(row, "to", "the roster ends before it begins", "`to` is the first day after")


def _roster(row: Row) -> Roster:
    return Roster(row["post_id"], row["shift"], row["every_days"], row["weekdays"], row["from"], row["to"])
