"""Reading a boundary file: its rows, exactly as it has them, with shapes in the file's own coordinates."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import pyproj
import shapely

from gisgrid.boundaries.attributes import arrow_columns, geojson_columns, put_right, shapefile_columns
from gisgrid.boundaries.containers import KNOWN, find_files
from gisgrid.boundaries.drawn import listed
from gisgrid.boundaries.sources import (
    Source,
    choose_source,
    gdal_errors,
    read_arrow,
    read_lines_for_arcs,
    shapes_column,
    system_errors,
    without_shapes,
    wkb_type,
)
from gisgrid.boundaries.texts import TEXTS, WHOLE_JSON, TextFile, read_text
from gisgrid.coordinates import MapSystem, map_system
from gisgrid.errors import Fault, Refused, Unreadable

CURVES = (8, 9, 10, 11, 12, 13, 14)
BEYOND = (15, 16, 17)
"""Surfaces in space, by their numbers of WKB: no polygons of a map."""
SHOWN = 20
DAMAGED = ("malformed", "unclosed token", "Unexpected I/O", "no element found", "truncated")
DATAV = {"center", "centroid", "childrennum", "childrennu", "acroutes", "subfeatureindex", "subfeature", "citycode"}
"""Beside `adcode`, columns that only these services write; a Shapefile cuts them."""
UNDEFINED = ("Undefined", "undefined", "Unknown engineering", "unnamed engineering")
"""So GDAL calls the system of a GeoPackage that says none (srs_id 0 and -1)."""


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
        """The coordinate system: `crs` wins over the file's own.

        Raises Refused for an unknown or missing one, and for a file of DataV or AMap: what they call WGS 84 is
        GCJ-02, so `crs` has to say what it is.
        """
        if crs:
            return map_system(crs, is_given=True)
        if not self.definition:
            remedy = "name it: --crs EPSG:4547, cgcs2000, wgs84 ..."
            message = "the file does not say its coordinate system (a Shapefile without .prj?)"
            raise Refused(Fault(self.source, message, remedy))
        try:
            found = map_system(self.definition)
        except Refused as refused:
            raise refused.said_of(self.source) from refused
        names = {name.lower() for name in self.columns}
        if "adcode" in names and names & DATAV and not found.is_metric and found.known_as not in ("gcj02", "bd09"):
            message = "this looks like a DataV or AMap file, whose coordinates are GCJ-02"
            raise Refused(Fault(self.source, message, "say --crs gcj02, or --crs wgs84 if it was converted"))
        return found


def read_file(path: Path, *, layer: str = "", encoding: str = "") -> FileRows:
    """The rows of this file, in its own coordinates, its rings closed.

    Of several layers with polygons one has to be named. Raises Unreadable for a file that cannot be read, Refused
    for one without rows or with a choice to be made.
    """
    with TemporaryDirectory(prefix="gisgrid-import-") as folder:
        texts: dict[Path, TextFile] = {}
        files = find_files(path, Path(folder))
        for place, file in enumerate(files):
            if file.suffix.lower() in TEXTS:
                text = read_text(file, encoding, Path(folder))
                files[place], texts[text.path] = text.path, text
        try:
            source, notes = choose_source(files, layer, path.name)
            rows = _read(source, texts.get(source.path), encoding, path.name)
        except gdal_errors() as error:
            raise Unreadable(_fault(path, Path(folder), error)) from error
    return replace(rows, notes=(*notes, *rows.notes))


def _fault(path: Path, folder: Path, error: Exception) -> Fault:
    said = str(error).replace(f"{folder}/", "").replace(f"{os.path.abspath(path.parent)}/", "")
    said = said.strip().split("\n")[0][:200]
    if "not recognized as being in a supported" in said:
        return Fault(str(path), "this is not a format of shapes that is known here", f"{KNOWN}, or save it as one")
    if isinstance(error, system_errors()):
        remedy = "delete that (of a Shapefile the .prj) and name the system with --crs"
        return Fault(str(path), "the definition of its coordinate system is damaged", remedy)
    if any(word in said for word in DAMAGED):
        return Fault(str(path), f"the file is damaged or cut short ({said[-80:]})", "copy it or save it again")
    return Fault(str(path), f"this cannot be read: {said}", "save it anew in QGIS")


def _read(source: Source, text: TextFile | None, encoding: str, called: str) -> FileRows:
    is_shapefile = source.path.suffix.lower() == ".shp"
    columns = geojson_columns(text.text) if text and source.path.suffix.lower() in WHOLE_JSON else None
    meta, table = read_arrow(source, columns=[] if is_shapefile or columns is not None else None)
    column = shapes_column(meta, table)
    if not column:
        raise without_shapes(source.path, called)
    if not table.num_rows:
        raise Refused(Fault(called, "the file has no rows", "save the layer with its areas"))
    notes = list(text.notes if text else ())
    cut: tuple[str, ...] = ()
    if columns is not None and any(len(values) != table.num_rows for values in columns.values()):
        meta, table = read_arrow(source)  # features that GDAL leaves out
        columns = None
    if is_shapefile:
        columns, cut, guessed = shapefile_columns(source.path, table["OGC_FID"].to_pylist(), encoding)
    else:
        columns, guessed = put_right(arrow_columns(meta, table, encoding, called) if columns is None else columns)
    notes += guessed
    shapes, closed = _read_shapes(source, table[column].to_pylist(), called)
    definition = (text.own_system if text else "") or _definition(meta["crs"])
    return FileRows(called, columns, shapes, definition, (*notes, *closed), cut)


def _definition(crs: str | None) -> str:
    """The system that GDAL read, as WKT; empty where the file says none."""
    definition = pyproj.CRS(crs) if crs else None
    return definition.to_wkt() if definition and not definition.name.startswith(UNDEFINED) else ""


def _read_shapes(source: Source, wkbs: list[bytes | None], called: str) -> tuple[Any, list[str]]:
    """The shapes; a ring that lacks only its last point is closed, an arc drawn as lines, both listed as repairs."""
    kinds = np.array([wkb_type(wkb) for wkb in wkbs])
    if (in_space := np.flatnonzero(np.isin(kinds, BEYOND)) + 1).size:
        message = "surfaces in space (PolyhedralSurface, TIN), not polygons"
        raise Refused(Fault(f"{called} {listed(in_space.tolist())}", message, "save them as polygons in QGIS"))
    notes = []
    try:
        strict = _from_wkb(wkbs, "ignore")
    except (NotImplementedError, shapely.errors.GEOSException):
        wkbs = read_lines_for_arcs(source)
        strict = _from_wkb(wkbs, "ignore")
        curved = np.flatnonzero(np.isin(kinds, CURVES)) + 1
        which = listed(curved.tolist()) if curved.size else "the collections"
        notes.append(f"{which}: arcs were drawn as lines of 4 degrees of a circle")
    if not shapely.is_missing(strict).any():
        return strict, notes
    shapes = _from_wkb(wkbs, "fix")
    closed = np.flatnonzero(shapely.is_missing(strict) & ~shapely.is_missing(shapes)) + 1
    notes += [f"row {row}: an unclosed ring was closed" for row in closed[:SHOWN]]
    if len(closed) > SHOWN:
        notes.append(f"{len(closed) - SHOWN} more rows: an unclosed ring was closed")
    return shapes, notes


def _from_wkb(wkbs: list[bytes | None], on_invalid: Literal["ignore", "fix"]) -> Any:
    with np.errstate(invalid="ignore"):  # numbers that are not finite are found with their rows later
        return shapely.from_wkb(wkbs, on_invalid=on_invalid)
