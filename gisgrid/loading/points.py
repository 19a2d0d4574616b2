"""The points of a table, read by `gisgrid.coordinates`."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.coordinates import check_point, known_system, to_wgs84_array
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox, LonLat
from gisgrid.loading.cells import number
from gisgrid.loading.headers import Column
from gisgrid.loading.sheets import ReadOptions
from gisgrid.loading.table import Row, Table
from gisgrid.round_trips import prepared

Floats = NDArray[np.float64]
MOST_LAT = 90.0
"""Degrees: a longitude beyond it cannot be a latitude in the wrong column."""
SYSTEM_REMEDY = "name it: a column `system`, or --system wgs84, cgcs2000, gcj02, bd09, EPSG:n"
_EXTENT = prepared(
    text(
        "SELECT ST_XMin(e) AS west, ST_YMin(e) AS south, ST_XMax(e) AS east, ST_YMax(e) AS north FROM ("
        " SELECT ST_Extent(geom) AS e FROM app.area_at(now()) WHERE network = :network AND parent_id IS NULL) AS x"
    )
)


def point_columns(*, required: bool) -> tuple[Column, ...]:
    """The columns of a point: lon (easting), lat (northing), and their system."""
    return (
        Column("lon", number(), required, ("longitude", "lng", "x", "经度")),
        Column("lat", number(), required, ("latitude", "y", "纬度")),
        Column("system", aliases=("坐标系",)),
    )


def district_extent(connection: Connection, network: str) -> BBox | None:
    """The box of the network's live areas, WGS 84; None without areas. Needed to find swapped axes."""
    row = connection.execute(_EXTENT, {"network": network}).one()
    return None if row.west is None else BBox(row.west, row.south, row.east, row.north)


def read_points(table: Table, options: ReadOptions, extent: BBox | None) -> None:
    """Give every row its `point` (LonLat in WGS 84, None without coordinates) and the `system` it was in.

    A system is never guessed; swapped axes are found by the district's `extent`. Faults go to the table.
    """
    if options.system:
        known_system(options.system)
    groups: dict[str, list[Row]] = {}
    nameless: list[Row] = []
    for row in table.rows:
        row.values["point"] = None
        missing = [column for column in ("lon", "lat") if table.empty(row, column)]
        if len(missing) == 1:
            table.fault(row, missing[0], "a point needs both lon and lat", "fill it in, or empty both")
        if row["lon"] is None or row["lat"] is None:
            continue
        name = row["system"] or options.system
        if name:
            groups.setdefault(name, []).append(row)
        else:
            nameless.append(row)
    for row in nameless:
        table.fault(row, "system", "the coordinate system is not said", SYSTEM_REMEDY)
    for name, rows in groups.items():
        _read_group(table, name, rows, extent)


def _read_group(table: Table, name: str, rows: list[Row], extent: BBox | None) -> None:
    try:
        system = known_system(name)
    except Refused as refused:
        for row in rows:
            table.fault(row, "system", refused.faults[0].message, refused.faults[0].remedy)
        return
    columns = [np.array([row[c] for row in rows], dtype=np.float64) for c in ("lon", "lat")]
    lons, lats, faults = believable_points(columns[0], columns[1], system, extent)
    for i, row in enumerate(rows):
        row.values["system"] = system
        if i in faults:
            table.fault(row, faults[i].field, faults[i].message, faults[i].remedy)
        else:
            row.values["point"] = LonLat(float(lons[i]), float(lats[i]))


def believable_points(
    x: Floats, y: Floats, system: str, extent: BBox | None
) -> tuple[Floats, Floats, dict[int, Fault]]:
    """`coordinates.check_point` for many: lon and lat in WGS 84 (NaN where refused), and why for each refused one."""
    lons, lats = np.full(len(x), np.nan), np.full(len(x), np.nan)
    _convert(x, y, system, 0, len(x), (lons, lats))
    doubtful = np.isnan(lons)
    if extent is not None:
        outside = np.flatnonzero(~doubtful & ~_within(lons, lats, extent))
        if not system.startswith("EPSG:"):
            outside = outside[np.abs(x[outside]) <= MOST_LAT]
        turned = (np.full(len(outside), np.nan), np.full(len(outside), np.nan))
        _convert(y[outside], x[outside], system, 0, len(outside), turned)
        doubtful[outside[_within(*turned, extent)]] = True
    faults: dict[int, Fault] = {}
    for i in np.flatnonzero(doubtful):
        try:
            point = check_point(float(x[i]), float(y[i]), system, extent)
            lons[i], lats[i] = point.lon, point.lat
        except Refused as refused:
            faults[int(i)] = refused.faults[0]
            lons[i] = lats[i] = np.nan
    return lons, lats, faults


def _convert(x: Floats, y: Floats, system: str, start: int, end: int, into: tuple[Floats, Floats]) -> None:
    """Convert a stretch of points at once, or in halves if a point is refused; a refused point stays NaN."""
    try:
        into[0][start:end], into[1][start:end] = to_wgs84_array(x[start:end], y[start:end], system)
    except Refused:
        if end - start > 1:
            middle = (start + end) // 2
            _convert(x, y, system, start, middle, into)
            _convert(x, y, system, middle, end, into)


def _within(lons: Floats, lats: Floats, extent: BBox) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (
        (lons >= extent.west) & (lons <= extent.east) & (lats >= extent.south) & (lats <= extent.north)
    )
    return inside
