"""Posts: who is in which role on which area, from when to when."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.loading import (
    Column,
    InstantReader,
    Loaded,
    ReadOptions,
    Row,
    Sheet,
    Table,
    as_records,
    choice,
    district_extent,
    point_columns,
    read_points,
    read_table,
    take_turn,
)
from gisgrid.networks import require_network

LOAD_TIMEOUT_S = 600
PUBLIC = {"yes": True, "no": False, "是": True, "否": False}

_SAVE = """
WITH given AS (
    SELECT g.*, coalesce(g.valid_from, '-infinity') AS starts, coalesce(g.valid_to, 'infinity') AS ends
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
        n integer, area_id bigint, path bigint[], role text, person text, phone text, title text, department text,
        lon float8, lat float8, valid_from timestamptz, valid_to timestamptz, is_public boolean)
),
there AS (
    SELECT g.n, p.post_id, p.valid_to, g.ends, p.is_public, coalesce(g.is_public, p.is_public) AS shown
    FROM given AS g
    JOIN core.post AS p ON p.area_id = g.area_id AND p.role = g.role AND p.valid_from = g.starts
    LEFT JOIN core.person AS h ON h.person_id = p.person_id
    WHERE h.name IS NOT DISTINCT FROM g.person AND p.title IS NOT DISTINCT FROM g.title
),
ended AS (
    UPDATE core.post AS p SET valid_to = t.ends, is_public = t.shown FROM there AS t
    WHERE p.post_id = t.post_id AND (p.valid_to, p.is_public) <> (t.ends, t.shown) RETURNING p.post_id
),
fresh AS (SELECT * FROM given AS g WHERE NOT EXISTS (SELECT FROM there AS t WHERE t.n = g.n)),
known AS (
    SELECT DISTINCT ON (h.name, h.phone) h.name, h.phone, h.person_id
    FROM core.person AS h WHERE h.phone IS NOT NULL ORDER BY h.name, h.phone, h.person_id
),
person AS (
    -- The same name with the same phone is one person; a name alone is somebody of his own in every row.
    SELECT f.person, f.phone, CASE WHEN f.phone IS NULL THEN f.n END AS own, min(f.n) AS n,
           nextval('core.person_id_seq') AS person_id
    FROM fresh AS f LEFT JOIN known AS k ON k.name = f.person AND k.phone = f.phone
    WHERE f.person IS NOT NULL AND k.person_id IS NULL GROUP BY 1, 2, 3
),
hired AS (INSERT INTO core.person (person_id, name, phone) SELECT person_id, person, phone FROM person),
added AS (
    INSERT INTO core.post (area_id, path, role, person_id, title, department, geom, valid_from, valid_to, is_public)
    SELECT f.area_id, f.path, f.role, coalesce(k.person_id, p.person_id), f.title, f.department,
           ST_SetSRID(ST_MakePoint(f.lon, f.lat), 4326), f.starts, f.ends, coalesce(f.is_public, false)
    FROM fresh AS f
    LEFT JOIN known AS k ON k.name = f.person AND k.phone = f.phone
    LEFT JOIN person AS p ON p.person = f.person AND (p.own = f.n OR p.own IS NULL AND p.phone = f.phone)
    ORDER BY f.n
    RETURNING post_id
)
SELECT (SELECT count(*) FROM added) AS loaded, (SELECT count(*) FROM ended) AS changed,
       (SELECT count(*) FROM there) AS there
"""


@dataclass(frozen=True)
class Post:
    """A row to save: its row number in the file, the person, role and area of a post, from-to.

    None: an open beginning or end; `is_public` None leaves the mark unchanged.
    """

    n: int
    area_id: int
    path: list[int]
    role: str
    person: str | None
    phone: str | None
    title: str | None
    department: str | None
    lon: float | None
    lat: float | None
    valid_from: datetime | None
    valid_to: datetime | None
    is_public: bool | None


def load_posts(
    database: Database, source: Path | Sheet, options: ReadOptions | None = None, *, network: str = "base"
) -> Loaded:
    """Load people and their posts. A known post (area, role, title, person, from) is skipped,
    or changed if only its end or its mark `public` differs. Raises Refused with every fault.
    """
    options = options or ReadOptions()
    table = read_table(source, post_columns(options.instant), options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        require_network(connection, network)
        take_turn(connection)
        read_points(table, options, district_extent(connection, network))
        _check_roles(connection, table)
        _find_areas(connection, table, network)
        _check_spans(table)
        table.refuse_repeats("this post", ("area_code", "role", "title", "person", "from"))
        table.refuse_faults()
        done = connection.execute(text(_SAVE), {"rows": as_records(_post(n, row) for n, row in enumerate(table.rows))})
        counts = done.one()
        return table.result(counts.loaded, counts.changed, counts.there - counts.changed)


def post_columns(read_time: InstantReader) -> tuple[Column, ...]:
    """The columns of a file of posts."""
    return (
        Column("area_code", required=True, aliases=("area", "code", "网格编码", "区域编码", "编码")),
        Column("role", required=True, aliases=("岗位", "角色")),
        Column("person", aliases=("姓名",)),
        Column("phone", aliases=("mobile", "电话", "手机", "联系电话")),
        Column("title", aliases=("职务",)),
        Column("department", aliases=("部门",)),
        Column("from", read_time, aliases=("valid_from", "任职日期")),
        Column("to", read_time, aliases=("valid_to", "离任日期")),
        Column("public", choice(PUBLIC), aliases=("公开",)),
        *point_columns(required=False),
    )


def _check_roles(connection: Connection, table: Table) -> None:
    """A role may be named by its id, in Chinese or in English."""
    known = connection.execute(text("SELECT role, name_zh, name_en FROM core.post_role ORDER BY rank")).all()
    names = {name: row.role for row in known for name in (row.name_en, row.name_zh, row.role)}
    for row in table.rows:
        if row["role"] and row["role"] not in names:
            shown = ", ".join(f"{r.role} ({r.name_zh})" for r in known)
            table.fault(row, "role", f"there is no role {row['role']!r}", f"one of {shown}")
        row.values["role"] = names.get(row["role"])


def _find_areas(connection: Connection, table: Table, network: str) -> None:
    """The area of every code, and its path: by its live version, else by its last one."""
    codes = sorted({row["area_code"] for row in table.rows if row["area_code"]})
    found = connection.execute(
        text(
            "SELECT DISTINCT ON (area_id) code, area_id, path FROM core.area_version"
            " WHERE network = :network AND code = ANY(:codes) AND recorded_to = 'infinity'"
            " ORDER BY area_id, (valid_from <= now() AND valid_to > now()) DESC, valid_from DESC"
        ),
        {"network": network, "codes": codes},
    )
    areas = {row.code: row for row in found}
    for row in table.rows:
        area = areas.get(row["area_code"])
        row.values["area_id"] = area and area.area_id
        row.values["path"] = area and area.path
        if row["area_code"] and not area:
            message = f"network {network} has no area {row['area_code']!r}"
            table.fault(row, "area_code", message, "import its boundary first, or correct the code")


def _check_spans(table: Table) -> None:
    for row in table.rows:
        if row["from"] and row["to"] and row["from"] >= row["to"]:
            table.fault(row, "to", "the post ends before it begins", "`to` is the first day after")


def _post(n: int, row: Row) -> Post:
    point = row["point"]
    return Post(
        n=n,
        **{name: row[name] for name in ("area_id", "path", "role", "person", "phone", "title", "department")},
        lon=point and point.lon,
        lat=point and point.lat,
        valid_from=row["from"],
        valid_to=row["to"],
        is_public=row["public"],
    )
