"""A file's lines and polygons, in degrees, beside its rows as text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gisgrid.errors import Fault, Unreadable
from gisgrid.geo import BBox
from gisgrid.loading.point_files import JSON_FILES, SHAPE_FILES, as_text, read_frame, system_of, unstorable_text
from gisgrid.loading.points import believable_points
from gisgrid.loading.sheets import ReadOptions, Sheet

Shapes = Sequence[Any]
KINDS = {
    shapely.GeometryType.LINESTRING: "LineString",
    shapely.GeometryType.POLYGON: "Polygon",
    shapely.GeometryType.MULTILINESTRING: "MultiLineString",
    shapely.GeometryType.MULTIPOLYGON: "MultiPolygon",
}


def read_shapes(path: Path, options: ReadOptions, extent: BBox | None) -> tuple[Sheet, Shapes]:
    """The rows of a GeoJSON or GeoPackage file and, in their order, their shapes: 2D, EPSG:4326, lon before lat.

    A wrong shape (empty, a point, invalid, off the Earth, swapped) is a fault of the sheet; the row's shape
    is None. Raises Unreadable, and Refused for an unknown system.
    """
    if not path.is_file() or path.suffix.lower() not in SHAPE_FILES:
        message = "is not a GeoJSON, GeoPackage or Shapefile" if path.is_file() else "there is no such file"
        raise Unreadable(Fault(str(path), message, "name a file with lines or polygons"))
    garbled = unstorable_text(path) if path.suffix.lower() in JSON_FILES else []
    frame = read_frame(path, options.encoding, options.layer)
    shapes = shapely.force_2d(np.asarray(frame.geometry.values, dtype=object))
    places = tuple(f"feature {n}" for n in range(1, len(frame) + 1))
    wrong = _to_degrees(shapes, options.system or system_of(frame, path), extent)
    attributes = [c for c in frame.columns if c != frame.geometry.name]
    columns = [[as_text(value) for value in frame[c].tolist()] for c in attributes]
    rows = tuple(zip(*columns, strict=True)) if columns else ((),) * len(frame)
    faults = [Fault(f"{path.name} {places[i]}", message, remedy) for i, (message, remedy) in sorted(wrong.items())]
    return Sheet(path.name, tuple(map(str, attributes)), rows, places, (*garbled, *faults)), list(shapes)


def _to_degrees(shapes: Any, system: str, extent: BBox | None) -> dict[int, tuple[str, str]]:
    """Convert in place; returns the wrong rows, each with reason and remedy. Their shapes become None."""
    wrong: dict[int, tuple[str, str]] = {}
    for i, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            wrong[i] = ("has no shape", "draw it, or leave the row out")
        elif shapely.get_type_id(shape) not in KINDS:
            wrong[i] = (f"is a {shape.geom_type}", "give lines or polygons")
        elif np.isfinite(shapely.get_coordinates(shape)).all() and not shape.is_valid:
            wrong[i] = (f"is invalid: {shapely.is_valid_reason(shape)}", "redraw the shape")
    held = np.array([i for i in range(len(shapes)) if i not in wrong], dtype=int)
    corners, owner = shapely.get_coordinates(shapes[held], return_index=True)
    lons, lats, faults = believable_points(corners[:, 0], corners[:, 1], system, extent)
    for corner, fault in faults.items():
        wrong.setdefault(int(held[owner[corner]]), (f"{fault.field}: {fault.message}", fault.remedy))
    shapes[held] = shapely.set_coordinates(shapes[held], np.column_stack([lons, lats]))
    for i in wrong:
        shapes[i] = None
    return wrong
