"""Reach: the ground within some minutes of a place, loaded as polygons; how much of each grid it is, and which lack it.

By the boundaries of today, so it follows every redraw. Who reckoned the minutes, on foot or by car, is the file's word.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.lattice import Division, runs_of, union
from gisgrid.loading import Column, Loaded, ReadOptions, Row, Table, district_extent, read_table
from gisgrid.loading.cells import number, plain
from gisgrid.loading.shapes import read_shapes

NETWORK = "base"
LONGEST_MIN = 1440.0
DETAIL_DEG = 2e-5
"""The outline is drawn within two metres."""
COLUMNS = (
    Column("place", plain, required=True, aliases=("place_code", "code", "编码", "点位编码")),
    Column("minutes", number(0.1, LONGEST_MIN), required=True, aliases=("分钟", "时间")),
)
_PLACES = text("SELECT code, place_id FROM overlay.place WHERE code = ANY(:codes)")
_SAVE = text("""
WITH given AS (
    SELECT g.place_id, g.minutes, ST_Multi(ST_GeomFromWKB(g.shape, 4326)) AS geom
    FROM unnest(CAST(:places AS bigint[]), CAST(:minutes AS float8[]), CAST(:shapes AS bytea[]))
        AS g (place_id, minutes, shape)
),
there AS (
    SELECT o.place_id, o.minutes FROM overlay.reach AS o JOIN given AS g USING (place_id, minutes)
),
saved AS (
    INSERT INTO overlay.reach AS o (place_id, minutes, geom) SELECT * FROM given ORDER BY 1, 2
    ON CONFLICT (place_id, minutes) DO UPDATE SET geom = excluded.geom
    WHERE ST_AsBinary(o.geom) <> ST_AsBinary(excluded.geom)
    RETURNING o.place_id, o.minutes
)
SELECT count(*) AS saved, count(t.place_id) AS changed FROM saved AS s LEFT JOIN there AS t USING (place_id, minutes)
""")
_SHAPES = text("""
SELECT ST_AsBinary(r.geom) AS shape FROM overlay.reach AS r JOIN overlay.place AS p ON p.place_id = r.place_id
WHERE (CAST(:kind AS text) = '' OR p.kind = :kind) AND r.minutes <= coalesce(CAST(:minutes AS float8), 'infinity')
  AND (p.starts_at IS NULL OR p.starts_at <= now()) AND (p.ends_at IS NULL OR p.ends_at > now())
  AND r.geom && (
    SELECT ST_SetSRID(ST_Extent(v.geom)::geometry, 4326) FROM app.area_at(now()) AS v
    WHERE v.level = 'grid' AND v.network = :network AND v.path @> ARRAY[CAST(:area AS bigint)]
)
""")
_GRIDS = text("""
SELECT v.code, ST_AsBinary(v.geom) AS shape FROM app.area_at(now()) AS v
WHERE v.level = 'grid' AND v.network = :network AND v.path @> ARRAY[CAST(:area AS bigint)]
  AND v.path && app.service_scope()
ORDER BY v.code COLLATE "C"
""")


@dataclass(frozen=True)
class Reach:
    """How much of an area, 0..1, lies within reach, and of each of its grids by code; by how many polygons.

    `outline` is the ground within reach in degrees; None where there is none.
    """

    polygons: int
    share: float
    by: list[tuple[str, float]]
    outline: BaseGeometry | None


def measure_reach(connection: Connection, area_id: int, *, kind: str = "", minutes: float | None = None) -> Reach:
    """How much of the area's ground, and of each of its grids of today, is within reach of places of this kind?

    Of places in the caller's scope that are current; by polygons of at most so many minutes, None: of any; "": of
    any kind. Grids outside the scope are left out. On the lattice of coverage, within 2 % of a grid's ground.
    """
    values = {"area": area_id, "network": NETWORK}
    grids = connection.execute(_GRIDS, values).all()
    rows = connection.execute(_SHAPES, {**values, "kind": kind, "minutes": minutes})
    shapes = [shapely.from_wkb(bytes(row.shape)) for row in rows]
    cells = [runs_of(shapely.from_wkb(bytes(grid.shape))) for grid in grids]
    division = Division([*cells, union(cells)])
    inside = division.weights_in(union([runs_of(shape) for shape in shapes]))
    *by, share = (round(min(float(a / b), 1.0), 6) if b else 0.0 for a, b in zip(inside, division.whole, strict=True))
    outline = shapely.simplify(shapely.union_all(shapes), DETAIL_DEG) if shapes else None
    return Reach(len(shapes), share, list(zip((grid.code for grid in grids), by, strict=True)), outline)


def load_reach(database: Database, source: Path, options: ReadOptions | None = None) -> Loaded:
    """Load polygons of places that are known by their codes; of one place and time the last file's polygon stays.

    Raises Unreadable; Refused with every fault; then nothing has changed.
    """
    options = options or ReadOptions()
    with database.transaction(EVERYTHING) as connection:
        sheet, shapes = read_shapes(source, options, district_extent(connection, NETWORK))
        table = read_table(sheet, COLUMNS, options)
        _find_places(connection, table)
        for row, shape in zip(table.rows, shapes, strict=True):
            _take_shape(table, row, shape)
        table.refuse_repeats("this place and time", ("place", "minutes"))
        table.refuse_faults()
        names = {"places": "place_id", "minutes": "minutes", "shapes": "shape"}
        values = {name: [row[key] for row in table.rows] for name, key in names.items()}
        counts = connection.execute(_SAVE, values).one()
    return Loaded(counts.saved - counts.changed, counts.changed, len(table.rows) - counts.saved, table.notes)


def _find_places(connection: Connection, table: Table) -> None:
    codes = [row["place"] for row in table.rows if row["place"]]
    known = {row.code: row.place_id for row in connection.execute(_PLACES, {"codes": codes})}
    for row in table.rows:
        row.values["place_id"] = known.get(row["place"])
        if row["place"] and row["place_id"] is None:
            table.fault(row, "place", f"no place has the code {row['place']}", "load it: gisgrid load places FILE")


def _take_shape(table: Table, row: Row, shape: Any) -> None:
    row.values["shape"] = None if shape is None else shape.wkb
    if shape is not None and shape.geom_type not in ("Polygon", "MultiPolygon"):
        table.fault(row, "place", f"its shape is a {shape.geom_type}", "give a polygon")
