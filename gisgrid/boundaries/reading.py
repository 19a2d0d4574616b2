"""Reading a boundary file by GDAL: its rows, with shapes in the file's own coordinates."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio

from gisgrid.coordinates import MapSystem, map_system
from gisgrid.errors import Fault, Refused, Unreadable

UNSTORABLE = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u0000|\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..)"
)
"""In JSON: an escaped NUL, a high surrogate without its low one, a low one without its high one."""
OWN_SYSTEM = re.compile(rb'^\{"type": "FeatureCollection",[^\[{]*"crs": null, "system": "([a-z0-9]+)"')
"""The key by which exporting.py names a system that has no EPSG code."""
ENCODINGS = ("utf-8", "gb18030")
"""Encodings of the text of a Shapefile without .cpg, tried in this order."""


@dataclass(frozen=True)
class FileRows:
    """The rows of a boundary file as it holds them.

    `columns`: the values of each attribute, a row each; `shapes`: an array, None where a row has none, in the
    file's own coordinates; `definition`: its coordinate system, for `map_system`; empty: the file does not say;
    `cut_names`: columns whose names the file may have cut.
    """

    source: str
    columns: Mapping[str, list[Any]]
    shapes: Any
    definition: str
    notes: tuple[str, ...] = ()
    cut_names: tuple[str, ...] = ()

    def system(self, crs: str = "") -> MapSystem:
        """The coordinate system: `crs` wins over the file's own. Raises Refused for an unknown or missing one."""
        if not (crs or self.definition):
            raise Refused(
                Fault(
                    self.source,
                    "the file does not say its coordinate system (a Shapefile without .prj?)",
                    "name it: --crs EPSG:4547, cgcs2000, wgs84 ...",
                )
            )
        try:
            return map_system(crs or self.definition)
        except Refused as refused:
            raise refused if crs else refused.said_of(self.source) from refused


def read_file(path: Path, *, encoding: str = "") -> FileRows:
    """The rows of this file, in its own coordinates, its rings closed.

    Raises Unreadable for a file that GDAL cannot read, Refused for one without rows.
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
    columns = {str(name): frame[name].tolist() for name in frame.columns if name != frame.geometry.name}
    definition = _own_system(path) or ("" if frame.crs is None else frame.crs.to_wkt())
    return FileRows(path.name, columns, np.asarray(frame.geometry.values, dtype=object), definition, tuple(notes))


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
