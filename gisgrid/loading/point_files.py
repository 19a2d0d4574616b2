"""Points of GeoJSON, GeoPackage and Shapefile as rows of text."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from gisgrid.cells import BadCell, shown_text
from gisgrid.coordinates import known_system
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.instants import Moment, write_instant
from gisgrid.json_text import read_json
from gisgrid.loading.cells import words
from gisgrid.loading.sheets import Odd, ReadOptions, Sheet, decode, missing_file, read_csv
from gisgrid.loading.workbooks import WORKBOOKS, is_workbook, read_workbook

SHAPE_FILES = (".geojson", ".json", ".gpkg", ".shp")
JSON_FILES = (".geojson", ".json")
_MARKS = {".gpkg": b"SQLite format 3\0", ".shp": b"\x00\x00\x27\x0a"}


def read_sheet(path: Path, options: ReadOptions) -> Sheet:
    """The rows of this file: CSV or a workbook (the first row is the header), or a file with points.

    Raises Unreadable for a file that cannot be read at all. Rows of a wrong width are left out and become `faults`.
    """
    if not path.is_file():
        raise missing_file(path)
    if path.suffix.lower() in SHAPE_FILES:
        return _read_points_file(path, options)
    if is_workbook(path):
        return read_workbook(path, options.layer)
    if path.suffix.lower() in WORKBOOKS and b"\0" in path.read_bytes()[:4096]:
        message = f"this is not the workbook that its ending {path.suffix} says"
        raise Unreadable(Fault(path.name, message, "open it, and save it as .xlsx or as CSV UTF-8"))
    if options.layer:
        raise Refused(Fault("--layer", f"{path.name} has no layers", "leave it out"))
    return read_csv(path.name, decode(path, options.encoding))


def _read_points_file(path: Path, options: ReadOptions) -> Sheet:
    """Attributes as text, and the geometry as `lon`, `lat`, `system`, instead of attributes of these names."""
    unstorable = unstorable_text(path) if path.suffix.lower() in JSON_FILES else []
    if unstorable:
        raise Refused(*unstorable)
    frame = read_frame(path, options.encoding, options.layer)
    shapes = np.asarray(frame.geometry.values, dtype=object)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    places = tuple(f"feature {n}" for n in range(1, len(frame) + 1))
    wrong = ~empty & (shapely.get_type_id(shapes) != 0)
    system = options.system or system_of(frame, path)
    attributes = [c for c in frame.columns if c != frame.geometry.name and c not in ("lon", "lat", "system")]
    columns = [[as_text(value) for value in frame[c].tolist()] for c in attributes]
    unplaced = empty | wrong
    columns.append(["" if none else repr(float(x)) for x, none in zip(shapely.get_x(shapes), unplaced, strict=True)])
    columns.append(["" if none else repr(float(y)) for y, none in zip(shapely.get_y(shapes), unplaced, strict=True)])
    columns.append(["" if none else system for none in unplaced])
    rows = list(zip(*columns, strict=True))
    kept = np.flatnonzero(~wrong)
    odd = []
    for i in np.flatnonzero(wrong):
        fault = Fault(f"{path.name} {places[i]}", f"is a {shapes[i].geom_type}, not a point", "give one point a row")
        odd.append(Odd(places[i], rows[i], fault))
    return Sheet(
        path.name,
        (*map(str, attributes), "lon", "lat", "system"),
        tuple(rows[i] for i in kept),
        tuple(places[i] for i in kept),
        tuple(one.fault for one in odd),
        tuple(odd),
    )


def unstorable_text(path: Path) -> list[Fault]:
    """Which attributes of a GeoJSON file hold text that cannot be stored?

    GDAL cuts text at a NUL and mends half a surrogate pair: both are looked for before it reads.
    Raises Unreadable for a file that is not JSON.
    """
    try:
        document = read_json(path.read_bytes())
    except ValueError as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it again in QGIS")) from error
    features = document.get("features") if isinstance(document, dict) else None
    faults = []
    for number, feature in enumerate(features if isinstance(features, list) else [], start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        for key, value in (properties if isinstance(properties, dict) else {}).items():
            try:
                words(value if isinstance(value, str) else "")
            except BadCell as bad:
                faults.append(Fault(f"{path.name} feature {number}, {key}", bad.message, bad.remedy))
    return faults


def check_content(path: Path) -> None:
    """Raise Unreadable for a file that is not what its ending says: GDAL would open it as another kind, and such a
    kind (VRT and the like) can lead it to other files and to other hosts.
    """
    mark = _MARKS.get(path.suffix.lower())
    with path.open("rb") as file:
        start = file.read(16)
    if mark and not start.startswith(mark):
        remedy = "name the file as what it is, or save it again in QGIS"
        raise Unreadable(Fault(str(path), f"this cannot be read: it is not a {path.suffix} file", remedy))


def read_frame(path: Path, encoding: str, layer: str = "") -> Any:
    """The features of a file as a GeoDataFrame, as GDAL reads them. Raises Unreadable; Refused for several layers."""
    import geopandas  # they and pandas take a second or two, and a service seldom reads such a file
    import pyogrio

    check_content(path)
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if layer not in layers and (layer or len(layers) > 1):
            message = f"no layer is called {layer!r}" if layer else f"there are {len(layers)} layers"
            raise Refused(Fault(path.name, message, f"--layer, one of {', '.join(layers)}"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = geopandas.read_file(
                path, layer=layer or None, encoding=encoding or None, engine="pyogrio", on_invalid="ignore"
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it again in QGIS")) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise Unreadable(Fault(str(path), "this file has no points", "save it as CSV"))
    return frame


def system_of(frame: Any, path: Path) -> str:
    """The system's name as `coordinates` knows it. Raises Refused for a file in another system."""
    definition = None if frame.crs is None else pyproj.CRS(frame.crs)
    authority = definition.to_authority(min_confidence=70) if definition else None
    if authority == ("OGC", "CRS84"):
        return "wgs84"
    if authority and authority[0] == "EPSG":
        return known_system(f"EPSG:{authority[1]}")
    message = "the file does not say its coordinate system" if definition is None else "its system has no EPSG code"
    raise Refused(Fault(path.name, message, "name it: --system EPSG:4547, cgcs2000, wgs84 ..."))


def as_text(value: Any) -> str:
    """An attribute as a cell of text: whole numbers without a point, times in ISO 8601, nothing as ''."""
    if isinstance(value, Moment) and value == value:  # not NaT
        return write_instant(value)
    return shown_text(value)
