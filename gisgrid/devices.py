"""Devices that raise alarms at fixed places: home terminals, smoke and flood sensors; each has a token of its own."""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Fault, NotFound
from gisgrid.loading import (
    Column,
    Loaded,
    ReadOptions,
    Sheet,
    Table,
    district_extent,
    point_columns,
    read_points,
    read_table,
    take_turn,
)

NETWORK = "base"
LOAD_TIMEOUT_S = 600
TOKEN = re.compile(r"gd_([0-9]{1,18})_[A-Za-z0-9_-]{43}")

DEVICE_COLUMNS = (
    Column("code", required=True, aliases=("id", "编码", "设备编码")),
    Column("name", required=True, aliases=("名称", "设备名称")),
    Column("kind", required=True, aliases=("type", "类型", "设备类型")),
    Column("category", required=True, aliases=("类别", "事件类别")),
    *point_columns(required=True),
)

_SAVE = """
WITH given AS (
    SELECT g.n, g.code, g.name, g.kind, g.category, p.geom, l.area_id, coalesce(l.path, '{0}') AS path
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
        n integer, code text, name text, kind text, category text, lon float8, lat float8)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326) AS geom) AS p
    CROSS JOIN LATERAL app.locate(p.geom, :network) AS l
),
there AS (SELECT o.code FROM overlay.device AS o JOIN given AS g USING (code)),
saved AS (
    INSERT INTO overlay.device AS o (code, name, kind, category, area_id, path, geom)
    SELECT code, name, kind, category, area_id, path, geom FROM given ORDER BY n
    ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, kind = excluded.kind, category = excluded.category, area_id = excluded.area_id,
        path = excluded.path, geom = excluded.geom
    WHERE (o.name, o.kind, o.category, o.path, ST_AsEWKB(o.geom)) IS DISTINCT FROM (
        excluded.name, excluded.kind, excluded.category, excluded.path, ST_AsEWKB(excluded.geom))
    RETURNING o.code
)
SELECT count(*) AS saved, count(*) FILTER (WHERE code IN (SELECT code FROM there)) AS changed,
       (SELECT count(*) FROM given WHERE area_id IS NULL) AS outside
FROM saved
"""


@dataclass(frozen=True)
class Device:
    """A device that has shown its token."""

    device_id: int
    code: str


def load_devices(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Bring devices in; one whose code is there is changed, or skipped as it is. Their tokens are made one by one.

    Raises Refused with every fault; nothing has changed then.
    """
    options = options or ReadOptions()
    table = read_table(source, DEVICE_COLUMNS, options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        take_turn(connection)
        read_points(table, options, district_extent(connection, NETWORK))
        table.refuse_repeats("this code", ("code",))
        _check_categories(connection, table)
        table.refuse_faults()
        rows = [
            {key: row[key] for key in ("code", "name", "kind", "category")}
            | {"n": n, "lon": row["point"].lon, "lat": row["point"].lat}
            for n, row in enumerate(table.rows)
        ]
        counts = connection.execute(text(_SAVE), {"rows": json.dumps(rows), "network": NETWORK}).one()
    notes = table.notes + ((f"{counts.outside} lie outside every grid",) if counts.outside else ())
    return Loaded(counts.saved - counts.changed, counts.changed, len(table.rows) - counts.saved, notes)


def make_token(connection: Connection, code: str) -> str:
    """A new token for this device, shown once and kept nowhere; the one before no longer works. Raises NotFound."""
    device_id = _device_id(connection, code)
    token = f"gd_{device_id}_{secrets.token_urlsafe(32)}"
    connection.execute(
        text(
            "INSERT INTO overlay.device_token (device_id, token_sha256) VALUES (:id, :hash) ON CONFLICT (device_id)"
            " DO UPDATE SET token_sha256 = excluded.token_sha256, made_at = clock_timestamp()"
        ),
        {"id": device_id, "hash": _sha256(token)},
    )
    return token


def switch_device(connection: Connection, code: str, is_on: bool) -> None:
    """Let a device raise alarms, or refuse its token from now on. Raises NotFound."""
    connection.execute(
        text(
            "UPDATE overlay.device SET disabled_at = CASE WHEN NOT :on THEN coalesce(disabled_at, clock_timestamp())"
            " END WHERE device_id = :id"
        ),
        {"on": is_on, "id": _device_id(connection, code)},
    )


def find_device(connection: Connection, token: str) -> Device | None:
    """Whose token is this? None: nobody's, or that of a device which is switched off."""
    match = TOKEN.fullmatch(token)
    if not match:
        return None
    row = connection.execute(
        text("SELECT device_id, code FROM app.device_of(:id, :hash)"), {"id": int(match[1]), "hash": _sha256(token)}
    ).one_or_none()
    return None if row is None else Device(row.device_id, row.code)


def _check_categories(connection: Connection, table: Table) -> None:
    """A category is named by its id, or in Chinese where only one in use is called so."""
    known = connection.execute(
        text("SELECT category, name_zh FROM work.category WHERE retired_at IS NULL ORDER BY category")
    ).all()
    shown = ", ".join(f"{row.category} ({row.name_zh})" for row in known[:20])
    ids = {row.category for row in known}
    for row in table.rows:
        given = row["category"]
        if not given or given in ids:
            continue
        named = [one.category for one in known if one.name_zh == given]
        if len(named) == 1:
            row.values["category"] = named[0]
        elif named:
            table.fault(row, "category", f"several are called {given!r}", f"write its id: {', '.join(named)}")
        else:
            table.fault(row, "category", f"there is no category {given!r} in use", f"one of {shown}")


def _device_id(connection: Connection, code: str) -> int:
    found: int | None = connection.execute(
        text("SELECT device_id FROM overlay.device WHERE code = :code"), {"code": code}
    ).scalar()
    if found is None:
        raise NotFound(Fault("code", f"there is no device {code[:64]}", "load it first: gisgrid load devices"))
    return found


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
