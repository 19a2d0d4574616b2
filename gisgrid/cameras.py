"""Cameras: what each sees, and the faults of a view."""

from pathlib import Path

import numpy as np
from pyproj import Geod
from shapely import Polygon
from sqlalchemy import Connection

from gisgrid.database import Database
from gisgrid.geo import LonLat
from gisgrid.layers import thing_layers
from gisgrid.loading import Loaded, ReadOptions, Row, Sheet, Table
from gisgrid.things import Thing, load_things

ARC_STEP_DEG = 5.0
"""The angle between two corners of an arc, so that the chord stays within a thousandth of the range."""
FURTHEST_LAT = 85.0
FURTHEST_LON = 177.0
_GROUND = Geod(ellps="WGS84")


def load_cameras(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Load cameras, each with its view sector; a camera with a known code is changed, or skipped if nothing differs.

    Raises Refused with every fault; then nothing has changed.
    """
    return load_things(database, thing_layers()["camera"], source, options, check=_check_views, derive=_draw_sector)


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


def _check_views(_connection: Connection, table: Table) -> None:
    for row in table.rows:
        _check_view(table, row)


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


def _draw_sector(row: Row) -> Thing:
    if not row["angle_deg"]:
        return {"sector": None}
    sector = view_sector(row["point"], row["bearing_deg"] or 0.0, row["angle_deg"], row["range_m"])
    return {"sector": f"SRID=4326;{sector.wkt}"}
