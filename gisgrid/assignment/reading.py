"""A file with points, part by part: text stays as it is, numbers keep every digit or are refused. Long: many kinds."""

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
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

from gisgrid.assignment.files import READ, PointFile, Rows, check_ending
from gisgrid.cells import AS_TEXT, MOST_DIGITS, TOO_LONG
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.json_text import read_json
from gisgrid.loading import (
    Lines,
    Odd,
    cell_text,
    check_content,
    free_name,
    is_workbook,
    missing_file,
    open_csv,
    read_cells,
)

PART = 1 << 16
"""Rows at a time: what is computed for them stays small, however long the file is."""
Values = list[Any]
_GEOJSON = "geometry"
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""A point as WKB of little-endian machines."""
_PLAIN = r"^-?[0-9]{1,17}(\.[0-9]{1,17})?$"
_GDAL = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError)


@contextmanager
def open_point_file(path: Path, *, encoding: str = "", layer: str = "") -> Iterator[PointFile]:
    """The table in this file; cells of a CSV stay the text that they are. Raises Unreadable, Refused, the rows too.

    CSV, GeoPackage, Shapefile and Parquet are read a part at a time; a GeoJSON and a workbook are one part.
    """
    ending = check_ending(path, READ)
    if not path.is_file():
        raise missing_file(path)
    with ExitStack() as held:
        with _readable(path):
            file = _open(path, ending, encoding, layer, held)
        yield replace(file, rows=_each(path, file.rows))


def _open(path: Path, ending: str, encoding: str, layer: str, held: ExitStack) -> PointFile:
    if ending in (".geojson", ".json"):
        return _read_geojson(path)
    if ending == ".parquet":
        return _open_parquet(path, held)
    if ending in (".gpkg", ".shp"):
        check_content(path)
        return _open_layer(path, layer, encoding, held)
    if is_workbook(path):
        return _read_workbook(path, layer)
    lines = held.enter_context(open_csv(path, encoding))
    schema = pa.schema([(name, pa.string()) for name in lines.header])
    return PointFile(path.name, schema, _csv_rows(lines, schema), "", None)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (*_GDAL, ArrowException, OSError, ValueError) as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it again")) from error


def _each(path: Path, rows: Iterator[Rows]) -> Iterator[Rows]:
    """The same rows; what goes wrong on the way is of this file."""
    while True:
        with _readable(path):
            part = next(rows, None)
        if part is None:
            return
        yield part


def _numbered(tables: Iterable[Any]) -> Iterator[Rows]:
    first = 1
    for table in tables:
        yield Rows(table, partial(_row, first))
        first += table.num_rows


def _row(first: int, n: int) -> str:
    return f"row {first + n}"


def _csv_rows(lines: Lines, schema: Any) -> Iterator[Rows]:
    """Rows that do not fit under the header are refused together, at the end."""
    odd = []
    while part := list(itertools.islice(lines.rows, PART)):
        odd += [row.fault for row in part if isinstance(row, Odd)]
        held = [row for row in part if not isinstance(row, Odd)]
        if held and not odd:
            places, cells = zip(*held, strict=True)
            columns = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
            yield Rows(pa.Table.from_arrays(columns, schema=schema), places.__getitem__)
    if odd:
        raise Refused(*odd)


def _read_workbook(path: Path, layer: str) -> PointFile:
    """A column whose cells are all numbers, or all times, is one of these; any other is text."""
    cells = read_cells(path, layer)
    columns = [_as_array([row[i] for row in cells.rows]) for i in range(len(cells.header))]
    table = pa.Table.from_arrays(columns, names=list(cells.header))
    return PointFile(path.name, table.schema, iter([Rows(table, cells.places.__getitem__)]), "", None)


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
    document = read_json(path.read_bytes().decode("utf-8-sig"))
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise Unreadable(Fault(path.name, "this is not a GeoJSON FeatureCollection", "save it again in QGIS"))
    facts = [feature.get("properties") or {} for feature in features]
    for number, one in enumerate(facts, start=1):
        if not isinstance(one, dict):
            place = f"{path.name} feature {number}, properties"
            raise Unreadable(Fault(place, "these are no names with values", "save it again in QGIS"))
    names = list(dict.fromkeys(name for one in facts for name in one))
    columns = [_as_array([one.get(name) for one in facts]) for name in names]
    texts = [json.dumps(feature.get("geometry")) for feature in features]
    with np.errstate(all="ignore"):  # a number that no float holds makes no shape
        shapes = shapely.from_geojson(texts, on_invalid="ignore")
    geometry = free_name(_GEOJSON, names)
    columns.append(pa.array(shapely.to_wkb(np.asarray(shapes, dtype=object)).tolist(), pa.binary()))
    table = pa.Table.from_arrays(columns, names=[*names, geometry])
    rows = Rows(table, lambda n: f"feature {n + 1}")
    return PointFile(
        path.name, table.schema, iter([rows]), geometry, _named_system(document.get("crs")), document=document
    )


def _named_system(said: object) -> pyproj.CRS:
    """The system that a document's `crs` names, as before RFC 7946; else WGS 84, longitude first."""
    facts = said.get("properties") if isinstance(said, dict) else None
    name = facts.get("name") if isinstance(facts, dict) else None
    return pyproj.CRS(name if isinstance(name, str) and name else "OGC:CRS84")


def _open_layer(path: Path, layer: str, encoding: str, held: ExitStack) -> PointFile:
    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if layer not in layers and (layer or len(layers) > 1):
        message = f"no layer is called {layer!r}" if layer else f"there are {len(layers)} layers"
        raise Refused(Fault(path.name, message, f"--layer, one of {', '.join(layers)}"))
    is_package = path.suffix.lower() == ".gpkg"
    meta, reader = held.enter_context(
        pyogrio.open_arrow(
            path,
            layer=layer or layers[0],
            return_fids=is_package,
            encoding=encoding or None,
            batch_size=PART,
            use_pyarrow=True,
        )
    )
    geometry = meta["geometry_name"] or "wkb_geometry"
    geometry = geometry if geometry in reader.schema.names else ""
    crs = pyproj.CRS(meta["crs"]) if geometry and meta["crs"] else None
    tables: Iterable[Any] = (pa.Table.from_batches([batch]) for batch in reader)
    if not is_package:
        tables = _exact(path, tables)
    return PointFile(
        path.name, reader.schema, _numbered(tables), geometry, crs, meta["fid_column"] if is_package else ""
    )


def _exact(path: Path, tables: Iterable[Any]) -> Iterator[Any]:
    for table in tables:
        _refuse_long_numbers(path, table)
        yield table


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


def _open_parquet(path: Path, held: ExitStack) -> PointFile:
    source = held.enter_context(parquet.ParquetFile(path, memory_map=True))
    schema = source.schema_arrow
    tables = (pa.Table.from_batches([batch]) for batch in source.iter_batches(PART))
    return PointFile(path.name, schema, _numbered(tables), *_own_geometry(schema))


def _own_geometry(schema: Any) -> tuple[str, Any]:
    """The column of WKB that a GeoParquet names first, and its system."""
    geo = read_json((schema.metadata or {}).get(b"geo", b"null"))
    if not geo:
        return "", None
    try:
        name = geo["primary_column"]
        column = geo["columns"][name]
        if column["encoding"] != "WKB" or name not in schema.names:
            return "", None
        crs = column.get("crs", "OGC:CRS84")
    except (AttributeError, LookupError, TypeError):
        raise ValueError("its metadata `geo` does not name the column of shapes") from None
    return name, pyproj.CRS(crs) if crs else None


def plain_numbers(table: Any, name: str) -> NDArray[np.float64]:
    """The first column of this name where its cells are floats or plain digits; NaN in cells to be read one by one."""
    column = table.column(table.column_names.index(name)).combine_chunks()
    if pa.types.is_string(column.type):
        column = compute.if_else(compute.match_substring_regex(column, _PLAIN), column, None)
    elif not pa.types.is_floating(column.type):
        return np.full(len(column), np.nan)
    values = np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
    values[~np.isfinite(values)] = np.nan
    return values


def column_texts(table: Any, name: str, rows: NDArray[np.intp]) -> Sequence[str]:
    """These cells of the first column of this name, as text."""
    place = table.column_names.index(name)
    return ["" if value is None else str(value) for value in table.column(place).take(rows).to_pylist()]


def plain_points(table: Any, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """x and y of this column of WKB, if every row has a point of two dimensions in the usual order of bytes; else None.

    A twentieth of the cost of reading each by itself.
    """
    column = table[name].combine_chunks()
    if column.type != pa.binary() or column.null_count or not len(column):
        return None
    _, starts, held = column.buffers()
    start = np.frombuffer(starts, np.int32)[column.offset : column.offset + len(column) + 1]
    if (np.diff(start) != _POINT.itemsize).any():
        return None
    points = np.frombuffer(held, _POINT, len(column), int(start[0]))
    if (points["order"] != 1).any() or (points["kind"] != 1).any():
        return None
    return points["x"].copy(), points["y"].copy()
