"""A file with points is read: text stays the text that it is, numbers keep every digit or are refused."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from pyarrow.lib import ArrowException

from gisgrid.assignment.files import READ, PointFile, check_ending
from gisgrid.cells import AS_TEXT, MOST_DIGITS, TOO_LONG
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.loading import (
    Sheet,
    cell_text,
    check_content,
    decode,
    free_name,
    is_workbook,
    missing_file,
    read_cells,
    read_csv,
)

Values = list[Any]
_GEOJSON = "geometry"
_PLAIN = r"^-?[0-9]{1,17}(\.[0-9]{1,17})?$"
_GDAL = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError)


def read_point_file(path: Path, *, encoding: str = "", layer: str = "") -> PointFile:
    """The table in this file; cells of a CSV stay the text that they are. Raises Unreadable, Refused."""
    ending = check_ending(path, READ)
    if not path.is_file():
        raise missing_file(path)
    try:
        if ending in (".geojson", ".json"):
            return _read_geojson(path)
        if ending == ".parquet":
            return _numbered(path, *_read_parquet(path))
        if ending in (".gpkg", ".shp"):
            check_content(path)
            return _numbered(path, *_read_layer(path, layer, encoding))
    except (*_GDAL, ArrowException, OSError, ValueError) as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it again")) from error
    if is_workbook(path):
        return _read_workbook(path, layer)
    sheet = read_csv(path.name, decode(path, encoding), whole=True)
    return _from_sheet(path, sheet)


def _numbered(path: Path, table: Any, geometry: str, crs: Any, key: str) -> PointFile:
    return PointFile(path.name, table, geometry, crs, tuple(f"row {n}" for n in range(1, table.num_rows + 1)), key)


def _from_sheet(path: Path, sheet: Sheet) -> PointFile:
    if sheet.faults:
        raise Refused(*sheet.faults)
    columns = [pa.array([row[i] for row in sheet.rows], pa.string()) for i in range(len(sheet.header))]
    return PointFile(path.name, pa.Table.from_arrays(columns, names=list(sheet.header)), "", None, sheet.places)


def _read_workbook(path: Path, layer: str) -> PointFile:
    """A column whose cells are all numbers, or all times, is one of these; any other is text."""
    cells = read_cells(path, layer)
    columns = [_as_array([row[i] for row in cells.rows]) for i in range(len(cells.header))]
    return PointFile(path.name, pa.Table.from_arrays(columns, names=list(cells.header)), "", None, cells.places)


def _as_array(values: Values) -> Any:
    """These values as one column; what is not of one kind becomes text."""
    held = [None if value == "" else value for value in values]
    kinds = {type(value) for value in held if value is not None}
    if kinds == {float} and all(value is None or (value.is_integer() and abs(value) < 2**53) for value in held):
        return pa.array([None if value is None else int(value) for value in held], pa.int64())
    if kinds == {int, float} and all(abs(value) < 2**53 for value in held if value is not None):
        return pa.array([None if value is None else float(value) for value in held], pa.float64())
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in held if value is not None):
        return pa.array(held, pa.int64())
    if kinds in ({float}, {bool}, {date}):
        return pa.array(held)
    if kinds and kinds <= {datetime, date}:
        moments = [v if v is None or isinstance(v, datetime) else datetime(v.year, v.month, v.day) for v in held]
        return pa.array(moments, pa.timestamp("us"))
    return pa.array([None if value is None else _as_text(value) for value in held], pa.string())


def _as_text(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False)
    return cell_text(value)


def _read_geojson(path: Path) -> PointFile:
    """The features of a document, numbers with all their digits; in WGS 84, or in the system that its `crs` names."""
    document = json.loads(path.read_bytes().decode("utf-8-sig"))
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise Unreadable(Fault(path.name, "this is not a GeoJSON FeatureCollection", "save it again in QGIS"))
    facts = [feature.get("properties") or {} for feature in features]
    names = list(dict.fromkeys(name for one in facts for name in one))
    columns = [_as_array([one.get(name) for one in facts]) for name in names]
    shapes = shapely.from_geojson([json.dumps(feature.get("geometry")) for feature in features], on_invalid="ignore")
    geometry = free_name(_GEOJSON, names)
    columns.append(pa.array(shapely.to_wkb(np.asarray(shapes, dtype=object)).tolist(), pa.binary()))
    table = pa.Table.from_arrays(columns, names=[*names, geometry])
    named = ((document.get("crs") or {}).get("properties") or {}).get("name") or "OGC:CRS84"
    places = tuple(f"feature {n}" for n in range(1, len(features) + 1))
    return PointFile(path.name, table, geometry, pyproj.CRS(named), places, document=document)


def _read_layer(path: Path, layer: str, encoding: str) -> tuple[Any, str, Any, str]:
    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if layer not in layers and (layer or len(layers) > 1):
        message = f"no layer is called {layer!r}" if layer else f"there are {len(layers)} layers"
        raise Refused(Fault(path.name, message, f"--layer, one of {', '.join(layers)}"))
    is_package = path.suffix.lower() == ".gpkg"
    meta, table = pyogrio.read_arrow(path, layer=layer or layers[0], return_fids=is_package, encoding=encoding or None)
    if not is_package:
        _refuse_long_numbers(path, table)
    geometry = meta["geometry_name"] or "wkb_geometry"
    geometry = geometry if geometry in table.column_names else ""
    crs = pyproj.CRS(meta["crs"]) if geometry and meta["crs"] else None
    return table, geometry, crs, meta["fid_column"] if is_package else ""


def _refuse_long_numbers(path: Path, table: Any) -> None:
    """A DBF holds up to 20 digits, GDAL reads them as a float."""
    faults = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_floating(column.type) and any(_is_too_long(value) for value in column.to_pylist()):
            faults.append(Fault(f"{path.name}, {name}", TOO_LONG, AS_TEXT))
    if faults:
        raise Refused(*faults)


def _is_too_long(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and abs(value) >= 10**MOST_DIGITS


def _read_parquet(path: Path) -> tuple[Any, str, Any, str]:
    table = parquet.read_table(path)
    geo = json.loads((table.schema.metadata or {}).get(b"geo", b"null"))
    if not geo:
        return table, "", None, ""
    column = geo["columns"][geo["primary_column"]]
    if column["encoding"] != "WKB":
        return table, "", None, ""
    crs = column.get("crs", "OGC:CRS84")
    return table, geo["primary_column"], pyproj.CRS(crs) if crs else None, ""


def plain_numbers(file: PointFile, name: str) -> NDArray[np.float64]:
    """The first column of this name where its cells are floats or plain digits; NaN in cells to be read one by one."""
    column = file.table.column(file.table.column_names.index(name)).combine_chunks()
    if pa.types.is_string(column.type):
        column = compute.if_else(compute.match_substring_regex(column, _PLAIN), column, None)
    elif not pa.types.is_floating(column.type):
        return np.full(len(column), np.nan)
    values = np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
    values[~np.isfinite(values)] = np.nan
    return values


def column_texts(file: PointFile, name: str, rows: NDArray[np.intp]) -> Sequence[str]:
    """These cells of the first column of this name, as text."""
    place = file.table.column_names.index(name)
    return ["" if value is None else str(value) for value in file.table.column(place).take(rows).to_pylist()]
