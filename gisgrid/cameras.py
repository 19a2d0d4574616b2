"""Cameras: where each one stands, what it sees, the grid that it stands in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyproj import Geod
from shapely import Polygon
from sqlalchemy import text

from gisgrid.database import EVERYTHING, Database
from gisgrid.geo import LonLat
from gisgrid.loading import (
    Column,
    Loaded,
    ReadOptions,
    Row,
    Sheet,
    Table,
    as_records,
    district_extent,
    number,
    point_columns,
    read_points,
    read_table,
    take_turn,
)

NETWORK = "base"
LOAD_TIMEOUT_S = 600
LONGEST_RANGE_M = 20_000
ARC_STEP_DEG = 5.0
"""Between two corners of an arc: the chord stays within a thousandth of the range."""
FURTHEST_LAT = 85.0
FURTHEST_LON = 177.0
_GROUND = Geod(ellps="WGS84")

CAMERA_COLUMNS = (
    Column("code", required=True, aliases=("id", "编码", "国标编码")),
    Column("name", required=True, aliases=("名称",)),
    Column("bearing_deg", number(0, 360), aliases=("bearing", "朝向")),
    Column("angle_deg", number(0, 360), aliases=("angle", "视角")),
    Column("range_m", number(0, LONGEST_RANGE_M), aliases=("range", "可视距离")),
    *point_columns(required=True),
)

_SAVE = """
WITH given AS (
    SELECT g.n, g.code, g.name, g.bearing_deg, g.angle_deg, g.range_m, p.geom,
           ST_SetSRID(ST_GeomFromText(g.sector), 4326) AS sector, l.area_id, coalesce(l.path, '{0}') AS path
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
        n integer, code text, name text, bearing_deg float8, angle_deg float8, range_m float8, lon float8, lat float8,
        sector text)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326) AS geom) AS p
    CROSS JOIN LATERAL app.locate(p.geom, :network) AS l
),
there AS (SELECT o.code FROM overlay.camera AS o JOIN given AS g USING (code)),
saved AS (
    INSERT INTO overlay.camera AS o (code, name, bearing_deg, angle_deg, range_m, area_id, path, geom, sector)
    SELECT code, name, bearing_deg, angle_deg, range_m, area_id, path, geom, sector FROM given ORDER BY n
    ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, bearing_deg = excluded.bearing_deg, angle_deg = excluded.angle_deg,
        range_m = excluded.range_m, area_id = excluded.area_id, path = excluded.path, geom = excluded.geom,
        sector = excluded.sector
    WHERE (o.name, o.bearing_deg, o.angle_deg, o.range_m, o.path, ST_AsEWKB(o.geom)) IS DISTINCT FROM (
        excluded.name, excluded.bearing_deg, excluded.angle_deg, excluded.range_m, excluded.path,
        ST_AsEWKB(excluded.geom))
    RETURNING o.code
)
SELECT count(*) AS saved, count(*) FILTER (WHERE code IN (SELECT code FROM there)) AS changed,
       (SELECT count(*) FROM given WHERE area_id IS NULL) AS outside
FROM saved
"""


@dataclass(frozen=True)
class Camera:
    """A row as it is saved: its place in the file, the point in WGS 84, the view and its sector as WKT."""

    n: int
    code: str
    name: str
    bearing_deg: float | None
    angle_deg: float | None
    range_m: float | None
    lon: float
    lat: float
    sector: str | None


def load_cameras(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Bring cameras in, each with its view sector; one whose code is there is changed, or skipped as it is.

    Raises Refused with every fault; nothing has changed then.
    """
    options = options or ReadOptions()
    table = read_table(source, CAMERA_COLUMNS, options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        take_turn(connection)
        read_points(table, options, district_extent(connection, NETWORK))
        table.refuse_repeats("this code", ("code",))
        for row in table.rows:
            _check_view(table, row)
        table.refuse_faults()
        rows = [_camera(n, row) for n, row in enumerate(table.rows)]
        counts = connection.execute(text(_SAVE), {"rows": as_records(rows), "network": NETWORK}).one()
    notes = table.notes + ((f"{counts.outside} lie outside every grid",) if counts.outside else ())
    return Loaded(counts.saved - counts.changed, counts.changed, len(table.rows) - counts.saved, notes)


def view_sector(point: LonLat, bearing_deg: float, angle_deg: float, range_m: float) -> Polygon:
    """What does a camera see on flat ground? A sector in degrees (WGS 84), geodesic; at 360 degrees a circle.

    `bearing_deg` is the middle of the view, clockwise from north. Not across the 180th meridian.
    """
    steps = max(int(np.ceil(angle_deg / ARC_STEP_DEG)), 2)
    turns = bearing_deg - angle_deg / 2 + np.linspace(0, angle_deg, steps + 1)
    if angle_deg == 360:
        turns = turns[:-1]
    lons, lats, _ = _GROUND.fwd(
        np.full(len(turns), point.lon), np.full(len(turns), point.lat), turns, np.full(len(turns), range_m)
    )
    arc = list(zip(lons, lats, strict=True))
    return Polygon(arc[::-1] if angle_deg == 360 else [(point.lon, point.lat), *arc[::-1]])


def _check_view(table: Table, row: Row) -> None:
    """Angle and range belong together, and a bearing to whatever does not look all round."""
    missing = [column for column in ("angle_deg", "range_m") if table.empty(row, column)]
    if len(missing) == 1:
        table.fault(row, missing[0], "a view needs both angle and range", "fill it in, or leave both empty")
    for column in ("angle_deg", "range_m"):
        if row[column] == 0:
            table.fault(row, column, "0 sees nothing", "leave angle and range empty")
    angle, point = row["angle_deg"], row["point"]
    if angle and angle < 360 and table.empty(row, "bearing_deg"):
        table.fault(row, "bearing_deg", "which way does it look?", "degrees clockwise from north")
    if angle and point and (abs(point.lat) > FURTHEST_LAT or abs(point.lon) > FURTHEST_LON):
        table.fault(row, "lon", "no view can be drawn so near to a pole or the 180th meridian", "leave the view empty")
    if row["bearing_deg"] == 360:
        row.values["bearing_deg"] = 0.0


def _camera(n: int, row: Row) -> Camera:
    point, angle = row["point"], row["angle_deg"]
    sector = view_sector(point, row["bearing_deg"] or 0.0, angle, row["range_m"]).wkt if angle else None
    view = (row["bearing_deg"], angle, row["range_m"])
    return Camera(n, row["code"], row["name"], *view, point.lon, point.lat, sector)
