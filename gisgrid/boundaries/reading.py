"""Reading a boundary file by GDAL: its shapes in degrees, and their attributes."""

import re
import warnings
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pyproj
import shapely

from gisgrid.coordinates import check_point, known_system, to_wgs84_array
from gisgrid.coordinates.china_offset import GCJ_BOX
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.geo import BBox

UNSTORABLE = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u0000|\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..)"
)
"""In JSON: an escaped NUL, a high surrogate without its low one, a low one without its high one."""
OWN_SYSTEM = re.compile(rb'^\{"type": "FeatureCollection",[^\[{]*"crs": null, "system": "([a-z0-9]+)"')
"""The key by which exporting.py names a system that has no EPSG code."""
ENCODINGS = ("utf-8", "gb18030")
"""Encodings of the text of a Shapefile without .cpg, tried in this order."""


def read_boundaries(path: Path, *, crs: str = "", encoding: str = "") -> tuple[Any, list[str]]:
    """The rows of this file: a GeoDataFrame in EPSG:4326 (lon, lat), and the repairs that were made.

    `crs` is a system of `coordinates` and wins over the file's own. Raises Unreadable for a file that GDAL cannot
    read, Refused for an unknown, missing or swapped coordinate system.
    """
    notes: list[str] = []
    if not path.exists():
        raise Unreadable(Fault(str(path), "there is no such file", "name a GeoJSON, GeoPackage or Shapefile"))
    if path.suffix.lower() == ".shp" and not encoding and not path.with_suffix(".cpg").exists():
        encoding = _guess_encoding(path)
        notes.append(f"{path.name} has no .cpg: its text was read as {encoding}")
    _check_text(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL warns of rings that are checked below, with their rows
            frame, closed = _read_closing_rings(path, encoding)
            notes += closed
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it anew in QGIS")) from error
    if not isinstance(frame, geopandas.GeoDataFrame) or "geometry" not in frame:
        raise Unreadable(Fault(str(path), "this file has no shapes", "name the file with the polygons"))
    if not len(frame):
        raise Refused(Fault(str(path), "the file has no rows", "save the layer with its areas"))
    system, projection = _system_of(frame, path, crs or _own_system(path))
    return _in_degrees(frame, system, projection, path), notes


def _own_system(path: Path) -> str:
    """The system that a GeoJSON file of our own names in its head, for a system without EPSG code."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return ""
    with path.open("rb") as file:
        named = OWN_SYSTEM.search(file.read(500))
    return named[1].decode() if named else ""


def _check_text(path: Path) -> None:
    """GDAL cuts text at a NUL and lets half a surrogate pair through: both are looked for before it reads."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if b"\0" in line or UNSTORABLE.search(line):
            message = "the text has a character that cannot be stored (NUL, half of a surrogate pair)"
            raise Refused(Fault(f"{path.name} line {number}", message, "remove it"))


def _read_closing_rings(path: Path, encoding: str) -> tuple[Any, list[str]]:
    """The rows; a ring that lacks only its last point is closed, and listed as a repair."""
    strict = geopandas.read_file(path, encoding=encoding or None, engine="pyogrio", on_invalid="ignore")
    if "geometry" not in strict or not strict.geometry.isna().any():
        return strict, []
    frame = geopandas.read_file(path, encoding=encoding or None, engine="pyogrio", on_invalid="fix")
    closed = strict.geometry.isna() & ~frame.geometry.isna()
    return frame, [f"row {row + 1}: an unclosed ring was closed" for row in np.flatnonzero(closed)]


def _guess_encoding(path: Path) -> str:
    dbf = next((p for p in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if p.exists()), None)
    text = dbf.read_bytes() if dbf else b""
    body = text[int.from_bytes(text[8:10], "little") :] if len(text) > 10 else b""
    for encoding in ENCODINGS:
        try:
            body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused(Fault(path.name, "its text is neither UTF-8 nor GBK", "name it with --encoding"))


def _system_of(frame: Any, path: Path, crs: str) -> tuple[str, Any]:
    """The system's name as `coordinates` knows it; for a system without a name, the file's own definition."""
    if crs:
        return known_system(crs), None
    if frame.crs is None:
        raise Refused(
            Fault(
                path.name,
                "the file does not say its coordinate system (a Shapefile without .prj?)",
                "name it: --crs EPSG:4547, cgcs2000, wgs84 ...",
            )
        )
    definition = pyproj.CRS(frame.crs).to_2d()
    authority = definition.to_authority(min_confidence=70)
    if authority == ("OGC", "CRS84"):
        return "wgs84", None
    if authority and authority[0] == "EPSG":
        return known_system(f"EPSG:{authority[1]}"), None
    return "", definition


def _in_degrees(frame: Any, system: str, projection: Any, path: Path) -> Any:
    shapes = shapely.force_2d(np.asarray(frame.geometry.values, dtype=object))
    held = [i for i, shape in enumerate(shapes) if shape is not None and not shape.is_empty]
    coordinates = shapely.get_coordinates(shapes[held])
    _check_numbers(shapes, path)
    if not held:
        return _placed(frame, shapes)
    if system:
        _check_axes(shapes[held], np.array(held) + 1, system, path)
        lon, lat = to_wgs84_array(coordinates[:, 0], coordinates[:, 1], system)
        shapes[held] = shapely.set_coordinates(shapes[held], np.column_stack([lon, lat]))
        return _placed(frame, shapes)
    try:  # a definition of the file's own, as local city systems have; no silent guess at its datum
        transformer = pyproj.Transformer.from_crs(projection, 4326, always_xy=True, allow_ballpark=False)
    except pyproj.exceptions.ProjError as error:
        raise Refused(
            Fault(path.name, f"{projection.name} has no known way to WGS 84", "convert it to CGCS2000 first")
        ) from error
    lon, lat = transformer.transform(coordinates[:, 0], coordinates[:, 1])
    shapes[held] = shapely.set_coordinates(shapes[held], np.column_stack([lon, lat]))
    return _placed(frame, shapes)


def _placed(frame: Any, shapes: Any) -> Any:
    return frame.set_geometry(geopandas.GeoSeries(shapes, index=frame.index), crs=None).set_crs(
        4326, allow_override=True
    )


def _check_numbers(shapes: Any, path: Path) -> None:
    faults = []
    for row, shape in enumerate(shapes, start=1):
        if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
            faults.append(Fault(f"{path.name} row {row}", "a coordinate is not a finite number", "redraw the shape"))
    if faults:
        raise Refused(*faults)


def _check_axes(shapes: Any, rows: Any, system: str, path: Path) -> None:
    """Check that the corners of all shapes are points of the system; if only the swapped corners are, say so."""
    extent = _area_of_use(system)
    for x, y in _corners(shapely.total_bounds(shapes)):
        try:
            check_point(x, y, system, extent)
        except Refused as refused:
            if _is_point(y, x, system):
                message = f"its axes are swapped: ({y}, {x}) is a point of {system}, ({x}, {y}) is not"
                remedy = "save it with longitude (easting) first, or swap its axes in QGIS"
                raise Refused(Fault(path.name, message, remedy)) from refused
            lost = [
                (f"row {row} ", fault)
                for row, shape in zip(rows, shapes, strict=True)
                for fault in _out_of_place(shape, system, extent)
            ] or [("", fault) for fault in refused.faults]
            remedy = "name the system that it is in with --crs"
            raise Refused(
                *(Fault(f"{path.name} {row}{fault.field}", fault.message, remedy) for row, fault in lost)
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


def _area_of_use(system: str) -> BBox | None:
    code = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}.get(system, system)
    if not code.startswith("EPSG:"):
        return GCJ_BOX
    area = pyproj.CRS(code).area_of_use
    return BBox(area.west, area.south, area.east, area.north) if area else None
