"""From a file's own coordinates to degrees: shapes in their place, or which of them lie outside their system."""

from typing import Any

import numpy as np
import shapely

from gisgrid.coordinates import MapSystem, check_point
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox


def place_shapes(shapes: Any, system: MapSystem, source: str) -> Any:
    """The shapes (an array; None where a row has none) in EPSG:4326, lon and lat, without heights.

    Raises Refused for coordinates that are no numbers, whose axes are swapped, or that lie out of the system's
    reach; `source` is the file's name.
    """
    flat = shapely.force_2d(np.asarray(shapes, dtype=object))
    held = np.flatnonzero(~shapely.is_missing(flat) & ~shapely.is_empty(flat))
    _check_numbers(flat, source)
    if not held.size:
        return flat
    if system.known_as:
        _check_axes(flat[held], held + 1, system, source)
    coordinates = shapely.get_coordinates(flat[held])
    lon, lat = system.to_degrees(coordinates[:, 0], coordinates[:, 1])
    flat[held] = shapely.set_coordinates(flat[held], np.column_stack([lon, lat]))
    return flat


def _check_numbers(shapes: Any, source: str) -> None:
    faults = []
    for row, shape in enumerate(shapes, start=1):
        if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
            faults.append(Fault(f"{source} row {row}", "a coordinate is not a finite number", "redraw the shape"))
    if faults:
        raise Refused(*faults)


def _check_axes(shapes: Any, rows: Any, system: MapSystem, source: str) -> None:
    """Check that the corners of all shapes are points of the system; if only the swapped corners are, say so."""
    name, extent = system.known_as, system.area_of_use
    for x, y in _corners(shapely.total_bounds(shapes)):
        try:
            check_point(x, y, name, extent)
        except Refused as refused:
            if _is_point(y, x, name):
                message = f"its axes are swapped: ({y}, {x}) is a point of {name}, ({x}, {y}) is not"
                remedy = "save it with longitude (easting) first, or swap its axes in QGIS"
                raise Refused(Fault(source, message, remedy)) from refused
            lost = [
                (f"row {row} ", fault)
                for row, shape in zip(rows, shapes, strict=True)
                for fault in _out_of_place(shape, name, extent)
            ] or [("", fault) for fault in refused.faults]
            remedy = "name the system that it is in with --crs"
            raise Refused(
                *(Fault(f"{source} {row}{fault.field}", fault.message, remedy) for row, fault in lost)
            ) from refused


def _corners(bounds: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """South-west and north-east."""
    west, south, east, north = map(float, bounds)
    return (west, south), (east, north)


def _out_of_place(shape: Any, system: str, extent: BBox | None) -> tuple[Fault, ...]:
    """Why a shape does not lie in the system; empty: it does."""
    try:
        for x, y in _corners(shape.bounds):
            check_point(x, y, system, extent)
    except Refused as refused:
        return refused.faults
    return ()


def _is_point(x: float, y: float, system: str) -> bool:
    try:
        check_point(x, y, system)
    except Refused:
        return False
    return True
