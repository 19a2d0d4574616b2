"""Cameras: what each sees, which see a point, how much of an area is in view; the faults of a view."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from pyproj import Geod
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, text

from gisgrid.database import Database
from gisgrid.geo import LonLat
from gisgrid.lattice import Ground, runs_of, union
from gisgrid.layers import thing_layers
from gisgrid.loading import Loaded, ReadOptions, Row, Sheet, Table
from gisgrid.round_trips import prepared
from gisgrid.sight import cut_view
from gisgrid.things import Thing, load_things

ARC_STEP_DEG = 5.0
"""The angle between two corners of an arc, so that the chord stays within a thousandth of the range."""
STATES = {
    "on": "on",
    "在线": "on",
    "正常": "on",
    "off": "off",
    "离线": "off",
    "停用": "off",
    "broken": "broken",
    "故障": "broken",
}
FURTHEST_LAT = 85.0
FURTHEST_LON = 177.0
_GROUND = Geod(ellps="WGS84")
_SEEING = prepared(
    text("""
SELECT c.code, c.name, a.code AS grid, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat, c.bearing_deg, c.angle_deg, c.range_m,
    c.height_m, c.state, c.owner, ST_Distance(
        c.geom::geography, ST_SetSRID(ST_MakePoint(CAST(:lon AS float8), CAST(:lat AS float8)), 4326)::geography
    ) AS distance_m
FROM overlay.camera AS c
LEFT JOIN core.area AS a ON a.area_id = c.area_id
WHERE c.sector_3857 && ST_Transform(ST_SetSRID(ST_MakePoint(CAST(:lon AS float8), CAST(:lat AS float8)), 4326), 3857)
  AND ST_Intersects(c.sector, ST_SetSRID(ST_MakePoint(CAST(:lon AS float8), CAST(:lat AS float8)), 4326))
ORDER BY distance_m, c.code COLLATE "C" LIMIT CAST(:limit AS bigint)
""")
)
_GRIDS = text("""
SELECT v.code, ST_AsBinary(v.geom) AS shape FROM app.area_at(now()) AS v
WHERE v.level = 'grid' AND v.network = 'base' AND v.path @> ARRAY[CAST(:area AS bigint)]
  AND v.path && app.service_scope()
ORDER BY v.code COLLATE "C"
""")
_VIEWS = text("""
SELECT ST_AsBinary(c.sector) AS shape FROM overlay.camera AS c
WHERE coalesce(c.state, 'on') = 'on' AND c.sector_3857 && (
    SELECT ST_Transform(ST_SetSRID(ST_Extent(v.geom)::geometry, 4326), 3857) FROM app.area_at(now()) AS v
    WHERE v.level = 'grid' AND v.network = 'base' AND v.path @> ARRAY[CAST(:area AS bigint)]
)
""")

_BUILDINGS = text("""
SELECT ST_AsBinary(g.geom) AS shape FROM overlay.ground AS g
WHERE g.kind = 'building' AND ST_Dimension(g.geom) = 2
  AND g.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326) ORDER BY g.ground_id
""")


@dataclass(frozen=True)
class Camera:
    """A camera in whose view a point lies; `code` is text (of GB/T 28181: 20 digits), `distance_m` geodesic.

    `state`: on, off or broken; None, as height and owner: nobody has said it.
    """

    code: str
    name: str
    grid: str | None
    lon: float
    lat: float
    bearing_deg: float | None
    angle_deg: float
    range_m: float
    height_m: float | None
    state: str | None
    owner: str | None
    distance_m: float


@dataclass(frozen=True)
class View:
    """How much of an area is in the view of some camera, 0..1, and of each of its grids by code."""

    share: float
    by: list[tuple[str, float]]


def find_cameras(connection: Connection, point: LonLat, *, limit: int = 20) -> list[Camera]:
    """Which cameras of the caller's scope see this point (WGS 84), the nearest first?

    By the view sectors, which buildings cut where they are loaded. A camera whose view is not known sees nothing; one
    that is off or broken is named, and its state says so.
    """
    rows = connection.execute(_SEEING, {"lon": point.lon, "lat": point.lat, "limit": limit})
    return [Camera(**row._mapping) for row in rows]


def measure_view(connection: Connection, area_id: int) -> View:
    """How much of the area's ground, and of each of its grids of today, do cameras of the caller's scope see?

    Grids outside the scope are left out, and so are cameras that are off or broken. On the lattice of coverage, within
    2 % of a grid's ground.
    """
    grids = connection.execute(_GRIDS, {"area": area_id}).all()
    cells = [runs_of(shapely.from_wkb(bytes(grid.shape))) for grid in grids]
    views = connection.execute(_VIEWS, {"area": area_id}).all()
    seen = Ground(union([runs_of(shapely.from_wkb(bytes(view.shape))) for view in views]))
    by = [(grid.code, round(seen.share_of(own), 6)) for grid, own in zip(grids, cells, strict=True)]
    return View(round(seen.share_of(union(cells)), 6), by)


def load_cameras(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Load cameras, each with its view sector, cut by the buildings that are loaded; a camera with a known code is
    changed, or skipped if nothing differs.

    Raises Refused with every fault; then nothing has changed.
    """
    buildings = Buildings()

    def check(connection: Connection, table: Table) -> None:
        for row in table.rows:
            _check_view(table, row)
        buildings.read(connection, table)

    return load_things(
        database,
        thing_layers()["camera"],
        source,
        options,
        check=check,
        derive=lambda row: _draw_sector(row, buildings),
    )


class Buildings:
    """The buildings among the cameras of a file, found by what a view reaches."""

    def __init__(self) -> None:
        self._tree = shapely.STRtree([])

    def read(self, connection: Connection, table: Table) -> None:
        """Those in the box of the file's cameras and what they reach."""
        seeing = [(row["point"], row["range_m"]) for row in table.rows if row["point"] and row["range_m"]]
        if not seeing:
            return
        boxes = [Point(point.lon, point.lat).buffer(range_m / 50_000).bounds for point, range_m in seeing]
        west, south, east, north = (
            min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
        )  # fmt: skip
        rows = connection.execute(_BUILDINGS, {"west": west, "south": south, "east": east, "north": north})
        self._tree = shapely.STRtree([shapely.from_wkb(bytes(row.shape)) for row in rows])

    def near(self, view: Polygon) -> list[BaseGeometry]:
        """Those that a view touches."""
        return list(self._tree.geometries.take(self._tree.query(view, "intersects")))


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
    """Check that angle and range come together, and a bearing unless the camera looks all round."""
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
    if row["height_m"] == 0:
        table.fault(row, "height_m", "0 is on the ground", "leave it empty")
    if state := row["state"]:
        row.values["state"] = STATES.get(str(state).lower())
        if row["state"] is None:
            table.fault(row, "state", f"the state {state!r} is unknown", "on, off or broken")


def _draw_sector(row: Row, buildings: Buildings) -> Thing:
    if not row["angle_deg"]:
        return {"sector": None}
    point: LonLat = row["point"]
    sector = view_sector(point, row["bearing_deg"] or 0.0, row["angle_deg"], row["range_m"])
    sector = cut_view(point, sector, buildings.near(sector))
    return {"sector": f"SRID=4326;{sector.wkt}"}
