"""The ground of the map: streets, railways, water, green, buildings. Everybody sees it, no ticket depends on it."""

import json
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.loading import Column, Loaded, ReadOptions, Row, Table, district_extent, read_table
from gisgrid.loading.shapes import read_shapes

NETWORK = "base"
LOAD_TIMEOUT_S = 600
KIND_OF_CLASS: dict[str, str] = {
    **dict.fromkeys(("trunk", "arterial", "main", "street", "lane"), "street"),
    "rail": "rail",
    **dict.fromkeys(("surface", "middle", "river"), "water"),
    "building": "building",
}
"""The kind of each class that the style draws in its own way."""
GROUND_COLUMNS = (
    Column("kind", aliases=("种类",)),
    Column("class", aliases=("类别", "等级")),
    Column("name", aliases=("名称",)),
)

_SAVE = """
WITH given AS (
    SELECT g.n, g.kind, g.class, g.name, ST_GeomFromWKB(decode(g.shape, 'hex'), 4326) AS geom
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(n integer, kind text, class text, name text, shape text)
),
there AS (
    SELECT o.ground_id FROM overlay.ground AS o
    JOIN given AS g ON o.kind = g.kind AND sha256(ST_AsBinary(o.geom)) = sha256(ST_AsBinary(g.geom))
),
saved AS (
    INSERT INTO overlay.ground AS o (kind, class, name, geom)
    SELECT kind, class, name, geom FROM given ORDER BY n
    ON CONFLICT (kind, sha256(ST_AsBinary(geom))) DO UPDATE SET class = excluded.class, name = excluded.name
    WHERE (o.class, o.name) IS DISTINCT FROM (excluded.class, excluded.name)
    RETURNING o.ground_id
)
SELECT count(*) AS saved, count(*) FILTER (WHERE ground_id IN (SELECT ground_id FROM there)) AS changed FROM saved
"""


def load_ground(database: Database, source: Path, options: ReadOptions | None = None) -> Loaded:
    """Load lines and polygons. A shape that is there already keeps its row, with the new class and name.

    Raises Unreadable; Refused with every fault; then nothing has changed.
    """
    options = options or ReadOptions()
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        sheet, shapes = read_shapes(source, options, district_extent(connection, NETWORK))
        table = read_table(sheet, GROUND_COLUMNS, options)
        _read_kinds(connection, table)
        for row, shape in zip(table.rows, shapes, strict=True):
            row.values["shape"] = None if shape is None else shape.wkb_hex
        table.refuse_repeats("this shape", ("shape", "kind"))
        table.refuse_faults()
        keys = ("kind", "class", "name", "shape")
        rows = [{"n": n, **{key: row[key] for key in keys}} for n, row in enumerate(table.rows)]
        counts = connection.execute(text(_SAVE), {"rows": json.dumps(rows)}).one()
    return Loaded(counts.saved - counts.changed, counts.changed, len(table.rows) - counts.saved, table.notes)


def _read_kinds(connection: Connection, table: Table) -> None:
    known = list(connection.execute(text("SELECT kind FROM overlay.ground_kind ORDER BY kind")).scalars())
    for row in table.rows:
        _tell_apart(row)
        if row["kind"] not in known and (row.place, "kind") not in table.refused:
            message = f"there is no kind {row['kind']!r}" if row["kind"] else "its kind is not said"
            table.fault(row, "kind", message, f"--set kind=..., one of {', '.join(known)}")


def _tell_apart(row: Row) -> None:
    """A known class gives its kind; a row with a `kind` alone may mean a class by it."""
    kind, own = row["kind"], row["class"]
    if own is None and kind in KIND_OF_CLASS:
        row.values["class"] = own = kind
        kind = None
    row.values["kind"] = kind or KIND_OF_CLASS.get(own or "")
