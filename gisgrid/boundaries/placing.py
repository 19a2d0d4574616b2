"""From a file's own coordinates to degrees: shapes in their place, or which of them lie outside their system."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.drawn import DrawnArea
from gisgrid.boundaries.finding import ERROR, Finding
from gisgrid.coordinates import MapSystem
from gisgrid.errors import Fault, Refused

MAP_LAT = 85.05


def place_areas(areas: list[DrawnArea], system: MapSystem, source: str) -> tuple[list[DrawnArea], list[Finding]]:
    """The areas with their shapes in EPSG:4326, or what is wrong with their place: then they stay as they are."""
    shapes = np.array([area.geom for area in areas], dtype=object)
    try:
        placed = place_shapes(shapes, system, source, [area.row for area in areas])
    except Refused as refused:
        return areas, [
            Finding("place", ERROR, None, None, fault.message, fault.remedy, None, fault.field)
            for fault in refused.faults
        ]
    return [replace(area, geom=shape) for area, shape in zip(areas, placed, strict=True)], []


def place_shapes(shapes: Any, system: MapSystem, source: str, rows: Sequence[int] = ()) -> Any:
    """The shapes (an array; None where a row has none) in EPSG:4326, lon and lat, without heights.

    Shapes with a coordinate that is not finite stay where they are. Raises Refused where axes are swapped or shapes
    lie out of the system's reach; `source` is the file's name, `rows` the number of each shape's row there.
    """
    flat = shapely.force_2d(np.asarray(shapes, dtype=object))
    held = np.flatnonzero([shape is not None and _is_finite(shape) for shape in flat])
    if not held.size:
        return flat
    numbers = np.asarray(rows if len(rows) else range(1, len(flat) + 1))
    _check_axes(flat[held], system, source)
    coordinates = shapely.get_coordinates(flat[held])
    try:
        lon, lat = system.to_degrees(coordinates[:, 0], coordinates[:, 1])
    except Refused as refused:
        lost = _lost_rows(flat[held], numbers[held], system, source)
        raise Refused(*lost) if lost else refused.said_of(source) from refused
    flat[held] = shapely.set_coordinates(flat[held], np.column_stack([lon, lat]))
    _check_map(flat[held], numbers[held], source)
    return flat


def _is_finite(shape: Any) -> bool:
    """Has the shape coordinates, all of them finite numbers?"""
    coordinates = shapely.get_coordinates(shape)
    return bool(len(coordinates) and np.isfinite(coordinates).all())


def _check_map(shapes: Any, rows: Any, source: str) -> None:
    west, south, east, north = shapely.bounds(shapes).T
    off = rows[(west < -180) | (east > 180) | (south < -MAP_LAT) | (north > MAP_LAT)]
    if len(off):
        message = f"it leaves the map ({MAP_LAT} S to {MAP_LAT} N)"
        raise Refused(*(Fault(f"{source} row {row}, shape", message, "check its coordinate system") for row in off))


def _check_axes(shapes: Any, system: MapSystem, source: str) -> None:
    """Refuse shapes whose corners are points of the system only with their axes swapped."""
    for x, y in _corners(shapely.total_bounds(shapes)):
        if system.is_swapped(x, y):
            message = f"its axes are swapped: ({y}, {x}) is a point of {system.name}, ({x}, {y}) is not"
            remedy = "save it with longitude (easting) first, or swap its axes in QGIS"
            raise Refused(Fault(source, message, remedy))


def _lost_rows(shapes: Any, rows: Any, system: MapSystem, source: str) -> list[Fault]:
    """Which rows lie out of the system's reach?"""
    remedy = "name the system that it is in with --crs"
    return [
        Fault(f"{source} row {row} {fault.field}", fault.message, remedy)
        for row, shape in zip(rows, shapes, strict=True)
        for fault in _out_of_place(shape, system)
    ]


def _corners(bounds: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """South-west and north-east."""
    west, south, east, north = map(float, bounds)
    return (west, south), (east, north)


def _out_of_place(shape: Any, system: MapSystem) -> tuple[Fault, ...]:
    """Why a shape does not lie in the system; empty: it does."""
    try:
        for x, y in _corners(shape.bounds):
            system.locate(x, y)
    except Refused as refused:
        return refused.faults
    return ()
