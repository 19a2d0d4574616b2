"""The attributes of a layer as its file has them: codes never pass through a float, text through no wrong encoding."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from gisgrid.boundaries.sources import shapes_column
from gisgrid.cells import BadCell
from gisgrid.dbf import cell_value, column_names, dbf_encoding, read_dbf
from gisgrid.encodings import as_latin, declared_encoding, decode_cell, find_encoding, known_encoding, misread_encoding
from gisgrid.errors import Fault, Refused
from gisgrid.layers import Json
from gisgrid.numerals import Numeral, exact_numeral

Columns = dict[str, list[Any]]
GDAL_KEYS = ("OGC_FID",)
SHAPES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")


def shapefile_columns(path: Path, rows: list[int], encoding: str) -> tuple[Columns, tuple[str, ...], list[str]]:
    """The columns of a Shapefile's table for these row numbers, those with a cut name, and what was guessed.

    Raises ValueError for a table that is cut short, Refused for one whose encoding cannot be found.
    """
    table = read_dbf(part_of(path, ".dbf"))
    label = part_of(path, ".cpg")
    said = label.read_text("latin-1").strip() if label.exists() else ""
    found = known_encoding(encoding) if encoding else dbf_encoding(table, declared_encoding(said))
    if not found:
        raise Refused(Fault(path.name, "its text is neither UTF-8 nor GBK", "name it with --encoding"))
    notes = []
    if not encoding and any(not text.isascii() for text in table.texts()):
        if not said:
            notes.append(f"{path.name} has no .cpg: its text was read as {found}")
        elif declared_encoding(said) != found:
            notes.append(f"{path.name}: its .cpg says {said[:20]}, its text was read as {found}")
    names, cut = column_names(table, found)
    held = [table.rows[row] for row in rows]
    columns = {
        name: [cell_value(cells[i], column, found) for cells in held]
        for i, (name, column) in enumerate(zip(names, table.columns, strict=True))
    }
    return columns, tuple(cut), notes


def part_of(path: Path, ending: str) -> Path:
    """The part of a Shapefile with this ending, in capitals too; where there is none, its usual name."""
    usual = path.with_suffix(ending)
    return next((p for p in (usual, path.with_suffix(ending.upper())) if p.exists()), usual)


def geojson_columns(text: str) -> Columns | None:
    """The properties of a FeatureCollection, numbers as they are written; None for JSON of another kind.

    Shapes are dropped as they are read, so memory is that of the properties.
    """

    try:
        data = json.loads(text, object_hook=_without_shape, parse_float=Numeral, parse_int=Numeral)
    except (ValueError, RecursionError):  # GDAL reads what is not quite JSON
        return None
    features = data.get("features") if isinstance(data, dict) and data.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        return None
    held = [feature for feature in features if isinstance(feature, dict)]
    rows = [feature.get("properties") or {} for feature in held]
    if any("id" in feature for feature in held):
        rows = [{"id": feature.get("id")} | row for feature, row in zip(held, rows, strict=True)]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [_plain(row.get(name)) for row in rows] for name in names}


def _without_shape(found: Json) -> Json:
    is_shape = found.get("type") in SHAPES and isinstance(found.get("coordinates", found.get("geometries")), list)
    return {} if is_shape else found


def _plain(value: Any) -> Any:
    return exact_numeral(value, is_rounded="." in value) if isinstance(value, Numeral) else value


def arrow_columns(meta: Json, table: Any, encoding: str, called: str) -> Columns:
    """The columns that GDAL read; text that it hands on as bytes is decoded. Raises Refused where nothing fits it."""
    own = (shapes_column(meta, table), *GDAL_KEYS)
    columns = {name: _values(table[name]) for name in table.column_names if name not in own}
    raw = [value for values in columns.values() for value in values if isinstance(value, bytes)]
    if not raw:
        return columns
    found = known_encoding(encoding) if encoding else find_encoding(raw)
    if not found:
        raise Refused(Fault(called, "its text is neither UTF-8 nor GBK", "name it with --encoding"))
    return {name: [_decoded(value, found) for value in values] for name, values in columns.items()}


def put_right(columns: Columns) -> tuple[Columns, list[str]]:
    """The columns with their texts as they were before some program took them for Latin-1; what was done."""
    texts = [value for values in columns.values() for value in values if isinstance(value, str)]
    misread = misread_encoding(texts)
    if not misread:
        return columns, []
    right = {name: [_read_again(value, misread) for value in values] for name, values in columns.items()}
    return right, [f"its text had been taken for Latin-1: read as {misread}"]


def _values(column: Any) -> list[Any]:
    """A column's values; JSON in it is what it says, an object or a list too; text that is not UTF-8 is bytes."""
    if isinstance(column.type, pa.BaseExtensionType):
        return [_json(value) for value in column.to_pylist()]
    if pa.types.is_binary(column.type):
        return [None if value is None else bytearray(value) for value in column.to_pylist()]
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:  # MapInfo's charset Neutral
        return list(column.cast(pa.binary()).to_pylist())


def _decoded(value: Any, encoding: str) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return decode_cell(value, encoding)[0]
    except UnicodeDecodeError:
        return BadCell(f"its text is not {encoding}: {value[:20]!r}", "name its encoding with --encoding")


def _json(value: Any) -> Any:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return found if isinstance(found, dict | list) else value


def _read_again(value: Any, encoding: str) -> Any:
    raw = as_latin(value) if isinstance(value, str) and not value.isascii() else b""
    if not raw:
        return value
    try:
        return decode_cell(raw, encoding)[0]
    except UnicodeDecodeError:
        return BadCell(f"{value!r} was read in a wrong encoding before", "save the layer again with the right one")
