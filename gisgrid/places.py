"""Places: somewhere to visit on a patrol, and the grid each one stands in."""

import json
from pathlib import Path

from sqlalchemy import text

from gisgrid.database import EVERYTHING, Database
from gisgrid.loading import (
    Column,
    Loaded,
    ReadOptions,
    Sheet,
    district_extent,
    point_columns,
    read_points,
    read_table,
    take_turn,
)

NETWORK = "base"
LOAD_TIMEOUT_S = 600
PLACE_COLUMNS = (
    Column("code", required=True, aliases=("id", "编码")),
    Column("name", required=True, aliases=("名称",)),
    Column("kind", required=True, aliases=("type", "类型")),
    *point_columns(required=True),
)

_SAVE = """
WITH given AS (
    SELECT g.n, g.code, g.name, g.kind, p.geom, l.area_id, coalesce(l.path, '{0}') AS path
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
        n integer, code text, name text, kind text, lon float8, lat float8)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326) AS geom) AS p
    CROSS JOIN LATERAL app.locate(p.geom, :network) AS l
),
there AS (SELECT o.code FROM overlay.place AS o JOIN given AS g USING (code)),
saved AS (
    INSERT INTO overlay.place AS o (code, name, kind, area_id, path, geom)
    SELECT code, name, kind, area_id, path, geom FROM given ORDER BY n
    ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, kind = excluded.kind, area_id = excluded.area_id, path = excluded.path,
        geom = excluded.geom
    WHERE (o.name, o.kind, o.path, ST_AsEWKB(o.geom))
        IS DISTINCT FROM (excluded.name, excluded.kind, excluded.path, ST_AsEWKB(excluded.geom))
    RETURNING o.code, o.area_id
)
SELECT count(*) AS saved, count(*) FILTER (WHERE code IN (SELECT code FROM there)) AS changed,
       (SELECT count(*) FROM given WHERE area_id IS NULL) AS outside
FROM saved
"""


def load_places(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Bring places in; one whose code is there is changed, or skipped when nothing differs.

    Raises Refused with every fault; nothing has changed then.
    """
    options = options or ReadOptions()
    table = read_table(source, PLACE_COLUMNS, options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        take_turn(connection)
        read_points(table, options, district_extent(connection, NETWORK))
        table.refuse_repeats("this code", ("code",))
        table.refuse_faults()
        rows = [
            {key: row[key] for key in ("code", "name", "kind")}
            | {"n": n, "lon": row["point"].lon, "lat": row["point"].lat}
            for n, row in enumerate(table.rows)
        ]
        counts = connection.execute(text(_SAVE), {"rows": json.dumps(rows), "network": NETWORK}).one()
    notes = table.notes + ((f"{counts.outside} lie outside every grid",) if counts.outside else ())
    return Loaded(counts.saved - counts.changed, counts.changed, len(table.rows) - counts.saved, notes)
