"""A file's rows as text under their headers: CSV in any encoding, points of GeoJSON and GeoPackage."""

import csv
import io
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import pyogrio
import pyproj
import shapely

from gisgrid.cells import BadCell
from gisgrid.coordinates import known_system
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.instants import Moment, write_instant
from gisgrid.loading.cells import words

CHINA = ZoneInfo("Asia/Shanghai")
SHAPE_FILES = (".geojson", ".json", ".gpkg")
WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}
"""Encodings that files name too narrowly: GB 18030 reads all of GBK, and the rare characters of names."""
_LARGEST_WHOLE_FLOAT = 2**53


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file whose columns have other names.

    `system` of points whose row does not name one; `columns`: our column -> the file's header;
    `values`: our column -> the value of every row, for a column that the file lacks;
    `zone`: a bare date is 00:00 there.
    """

    system: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = CHINA


@dataclass(frozen=True)
class Sheet:
    """A file's rows as text. `places` names each row as people find it: `row 2`, `feature 1`."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    places: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def read_sheet(path: Path, options: ReadOptions) -> Sheet:
    """The rows of this file: CSV (row 1 is the header), or GeoJSON and GeoPackage with points.

    Raises Unreadable for a file that cannot be read at all. Rows of a wrong width are left out and become `faults`.
    """
    if not path.is_file():
        raise Unreadable(Fault(str(path), "there is no such file", "name a CSV, GeoJSON or GeoPackage file"))
    if path.suffix.lower() in SHAPE_FILES:
        return _read_points_file(path, options)
    return read_csv(path.name, decode(path, options.encoding))


def decode(path: Path, encoding: str = "") -> str:
    """The text of a file: UTF-8 with or without BOM, else in the encoding that is named. Raises Unreadable."""
    name = WIDER.get(encoding.lower(), encoding) or "utf-8-sig"
    body = path.read_bytes()
    try:
        return body.decode("utf-8-sig" if name.lower().replace("_", "-") in ("utf-8", "utf8") else name)
    except LookupError as error:
        raise Unreadable(Fault("encoding", f"{encoding!r} is unknown", "as utf-8, gbk, gb18030")) from error
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        remedy = "name its encoding: --encoding gbk" if not encoding else "name another --encoding"
        message = f"this is no {encoding or 'UTF-8'} text (line {row})"
        raise Unreadable(Fault(path.name, message, remedy)) from error


def read_csv(name: str, text: str) -> Sheet:
    """The rows of a CSV text; its delimiter is comma, semicolon or tab, the most frequent one in the header."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        remedy = "save the file again as CSV, with quotes doubled inside quotes"
        raise Unreadable(Fault(f"{name} line {reader.line_num}", f"this is no CSV: {error}", remedy)) from error
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise Unreadable(Fault(name, "the file has no header row", "name the columns in the first row"))
    header = tuple(cell.strip() for cell in lines[0])
    twice = sorted({cell for cell in header if cell and header.count(cell) > 1})
    if twice:
        raise Refused(*(Fault(f"{name} row 1", f"two columns are called {cell!r}", "rename one") for cell in twice))
    held = [(f"row {n}", tuple(line)) for n, line in enumerate(lines[1:], start=2) if any(c.strip() for c in line)]
    faults = tuple(
        Fault(f"{name} {place}", f"{len(line)} cells under {len(header)} headers", "quote cells that hold a delimiter")
        for place, line in held
        if len(line) != len(header)
    )
    right = [(place, line) for place, line in held if len(line) == len(header)]
    return Sheet(name, header, tuple(line for _, line in right), tuple(place for place, _ in right), faults)


def _read_points_file(path: Path, options: ReadOptions) -> Sheet:
    """Attributes as text, and the geometry as `lon`, `lat`, `system`, instead of attributes of these names."""
    unstorable = [] if path.suffix.lower() == ".gpkg" else unstorable_text(path)
    if unstorable:
        raise Refused(*unstorable)
    frame = read_frame(path, options.encoding)
    shapes = np.asarray(frame.geometry.values, dtype=object)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    places = tuple(f"feature {n}" for n in range(1, len(frame) + 1))
    wrong = ~empty & (shapely.get_type_id(shapes) != 0)
    faults = tuple(
        Fault(f"{path.name} {places[i]}", f"is a {shapes[i].geom_type}, not a point", "give one point a row")
        for i in np.flatnonzero(wrong)
    )
    system = options.system or system_of(frame, path)
    attributes = [c for c in frame.columns if c != frame.geometry.name and c not in ("lon", "lat", "system")]
    columns = [[as_text(value) for value in frame[c].tolist()] for c in attributes]
    columns.append(["" if none else repr(float(x)) for x, none in zip(shapely.get_x(shapes), empty, strict=True)])
    columns.append(["" if none else repr(float(y)) for y, none in zip(shapely.get_y(shapes), empty, strict=True)])
    columns.append(["" if none else system for none in empty])
    rows = list(zip(*columns, strict=True))
    kept = np.flatnonzero(~wrong)
    return Sheet(
        path.name,
        (*map(str, attributes), "lon", "lat", "system"),
        tuple(rows[i] for i in kept),
        tuple(places[i] for i in kept),
        faults,
    )


def unstorable_text(path: Path) -> list[Fault]:
    """Which attributes of a GeoJSON file hold text that cannot be stored?

    GDAL cuts text at a NUL and mends half a surrogate pair: both are looked for before it reads.
    Raises Unreadable for a file that is not JSON.
    """
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it anew in QGIS")) from error
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


def read_frame(path: Path, encoding: str) -> Any:
    """The features of a file as a GeoDataFrame, as GDAL reads them. Raises Unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = geopandas.read_file(path, encoding=encoding or None, engine="pyogrio", on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it anew in QGIS")) from error
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
    if value is None or value != value:  # NaN, NaT
        return ""
    if isinstance(value, Moment):
        return write_instant(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_WHOLE_FLOAT:
        return str(int(value))
    return str(value)
