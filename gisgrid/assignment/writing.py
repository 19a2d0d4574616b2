"""A table with points is written, whole or not at all; what a kind of file cannot hold is refused with another kind."""

import csv
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pyogrio
import shapely
from pyarrow.lib import ArrowException

from gisgrid.assignment.files import PointFile, check_ending
from gisgrid.cells import for_excel
from gisgrid.errors import Fault, Refused
from gisgrid.instants import Moment, write_instant
from gisgrid.loading import free_name, write_text_workbook

Feature = dict[str, Any]
GEOPARQUET = "1.1.0"
DBF_NAME, DBF_TEXT, DBF_DIGITS = 10, 254, 18
"""What a DBF holds: bytes of a name, bytes of a text, digits of a whole number."""
DBF_NAMES = {"distance_to_edge_m": "edge_m"}
"""Our own columns whose names are too long for a DBF."""
_EPOCHS = (".gpkg", ".shp", ".geojson")


def write_point_file(path: Path, file: PointFile, layer: str = "", *, excel: bool = False) -> None:
    """Write the rows, a part after the other; whole or not at all. GeoPackage, Shapefile, GeoJSON need a geometry.

    `excel`: a CSV that Excel opens right, with its mark and codes as text. Raises Refused for what cannot be written,
    and what reading the rows raises. A Shapefile's columns are of one kind only once all rows are known: they are held.
    """
    ending = check_ending(path)
    if ending in _EPOCHS:
        _check_names(path, file.schema.names)
    parts = _Parts(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".assign-") as folder:
            part = Path(folder) / path.name
            if ending == ".csv":
                _write_csv(part, file, parts, excel=excel)
            else:
                _WRITERS[ending](part, file, parts, layer or path.stem)
            parts.check()
            for written in sorted(Path(folder).iterdir()):
                os.replace(written, path.parent / written.name)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ArrowException, OSError) as error:
        parts.check()
        raise Refused(Fault(str(path), f"this cannot be written: {error}", "name another file or ending")) from error


class _Parts:
    """The tables of a file. What reading them raises is raised by `check`: no writer in between mistakes it."""

    def __init__(self, file: PointFile) -> None:
        self._rows = file.rows
        self._raised: Exception | None = None

    def __iter__(self) -> Iterator[Any]:
        try:
            for rows in self._rows:
                yield rows.table
        except Exception as error:  # noqa: BLE001  # it is raised by `check`
            self._raised = error

    def check(self) -> None:
        """Raise what reading raised."""
        if self._raised:
            raise self._raised


def _check_names(path: Path, names: list[str]) -> None:
    lower = [name.lower() for name in names]
    faults = [
        Fault(str(path), f"column {n} has no name", "name it, or choose .csv, .xlsx or .parquet")
        for n, name in enumerate(names, start=1)
        if not name.strip()
    ]
    if path.suffix.lower() != ".geojson":
        twice = [name for name in names if lower.count(name.lower()) > 1]
        if twice:
            faults.append(Fault(str(path), f"{' and '.join(twice)} are one name there", "rename one, or choose .csv"))
    if path.suffix.lower() == ".shp":
        faults += [
            Fault(str(path), f"{name!r} is longer than {DBF_NAME} bytes", "rename it, or choose .gpkg")
            for name in names
            if len(DBF_NAMES.get(name, name).encode()) > DBF_NAME and name not in ("wkb_geometry", "geometry")
        ]
    if faults:
        raise Refused(*faults)


def _cells(file: PointFile, parts: _Parts) -> Iterator[tuple[Any, ...]]:
    """The rows: a geometry as WKT, other values as they are."""
    for table in parts:
        columns = []
        for name, column in zip(table.column_names, table.columns, strict=True):
            values = column.to_pylist()
            if file.geometry and name == file.geometry:
                values = list(shapely.to_wkt(shapely.from_wkb(np.array(values, dtype=object)), rounding_precision=-1))
            columns.append(values)
        yield from zip(*columns, strict=True)


def _write_csv(path: Path, file: PointFile, parts: _Parts, *, excel: bool) -> None:
    def shown(value: Any) -> Any:
        text = "" if value is None else write_instant(value) if isinstance(value, Moment) else value
        return for_excel(text) if excel and isinstance(text, str) else text

    with path.open("w", encoding="utf-8-sig" if excel else "utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n" if excel else "\n")
        writer.writerow(map(shown, file.schema.names))
        writer.writerows(map(shown, row) for row in _cells(file, parts))


def _write_xlsx(path: Path, file: PointFile, parts: _Parts, _: str) -> None:
    write_text_workbook(path, file.schema.names, ([_for_workbook(v) for v in row] for row in _cells(file, parts)))


def _for_workbook(value: Any) -> Any:
    """A value of a workbook's cell; what it would change (time zones, long numbers, lists) as text."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return write_instant(value)
    if isinstance(value, bool | date | time | float) or value is None:
        return value if not isinstance(value, float) or np.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if abs(value) < 10**15 else str(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def _write_geojson(path: Path, file: PointFile, parts: _Parts, _: str) -> None:
    """A document in WGS 84, or with the `crs` of its system; of a GeoJSON all its members stay."""
    head = {key: value for key, value in file.document.items() if key != "features"} or {"type": "FeatureCollection"}
    authority = file.crs.to_authority(min_confidence=70) if file.crs and not file.document else None
    if authority and authority not in (("OGC", "CRS84"), ("EPSG", "4326")):
        name = f"urn:ogc:def:crs:{authority[0]}::{authority[1]}"
        head["crs"] = {"type": "name", "properties": {"name": name}}
    with path.open("w", encoding="utf-8") as out:
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [')
        for n, feature in enumerate(_features(file, parts)):
            out.write((",\n" if n else "\n") + json.dumps(feature, ensure_ascii=False))
        out.write("\n]}\n")


def _features(file: PointFile, parts: _Parts) -> Iterator[Feature]:
    given = iter(file.document.get("features") or ())
    known_names = {name for one in file.document.get("features") or () for name in one.get("properties") or {}}
    for table in parts:
        for row in table.to_pylist():
            wkb = row.pop(file.geometry)
            facts = {name: _for_json(value) for name, value in row.items()}
            if file.document:
                feature = next(given)
                added = {name: value for name, value in facts.items() if name not in known_names}
                yield {**feature, "properties": {**(feature.get("properties") or {}), **added}}
            else:
                shape = None if wkb is None else shapely.geometry.mapping(shapely.from_wkb(wkb))
                yield {"type": "Feature", "properties": facts, "geometry": shape}


def _for_json(value: Any) -> Any:
    if isinstance(value, Moment):
        return write_instant(value)
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.hex() if isinstance(value, bytes) else value


def _write_gpkg(path: Path, file: PointFile, parts: _Parts, layer: str) -> None:
    key = file.key or free_name("fid", file.schema.names)
    batches = (batch for table in parts for batch in table.to_batches())
    rows = pa.RecordBatchReader.from_batches(file.schema, batches)
    _write_layer(path, file, rows, layer, "GPKG", {"FID": key, "GEOMETRY_NAME": file.geometry})


def _write_shp(path: Path, file: PointFile, parts: _Parts, layer: str) -> None:
    """Times become text, and so do whole numbers that a DBF cannot hold. Raises Refused for text that is too long."""
    table = pa.concat_tables([file.schema.empty_table(), *parts])
    for i, name in enumerate(table.column_names):
        values, kind = table.column(i).to_pylist(), table.column(i).type
        if name == file.geometry:
            continue
        long = pa.types.is_integer(kind) and any(v is not None and len(str(abs(v))) > DBF_DIGITS for v in values)
        if pa.types.is_temporal(kind) or pa.types.is_nested(kind) or long:
            values = [None if v is None else write_instant(v) if isinstance(v, Moment) else str(v) for v in values]
            table = table.set_column(i, name, pa.array(values, pa.string()))
        if any(isinstance(v, str) and len(v.encode()) > DBF_TEXT for v in values):
            message = f"a Shapefile holds {DBF_TEXT} bytes of text, a value is longer"
            raise Refused(Fault(f"{path.name}, {name}", message, "choose .gpkg"))
    table = table.rename_columns([DBF_NAMES.get(name, name) for name in table.column_names])
    _write_layer(path, file, table, layer, "ESRI Shapefile", {"ENCODING": "UTF-8"})


def _write_layer(path: Path, file: PointFile, rows: Any, layer: str, driver: str, options: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a file that did not say its system: its copy does not either
        pyogrio.write_arrow(
            rows,
            path,
            layer=layer,
            driver=driver,
            geometry_name=file.geometry,
            geometry_type="Point",
            crs=file.crs.to_wkt() if file.crs else None,
            layer_options=options,
        )


def _write_parquet(path: Path, file: PointFile, parts: _Parts, _: str) -> None:
    schema = file.schema
    if file.geometry and b"geo" not in (schema.metadata or {}):
        crs = file.crs.to_json_dict() if file.crs else None
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [], "crs": crs}
        geo = {"version": GEOPARQUET, "primary_column": file.geometry, "columns": {file.geometry: column}}
        schema = schema.with_metadata((schema.metadata or {}) | {b"geo": json.dumps(geo).encode()})
    with parquet.ParquetWriter(path, schema) as out:
        for table in parts:
            out.write_table(table.replace_schema_metadata(schema.metadata))


_WRITERS: dict[str, Callable[[Path, PointFile, _Parts, str], None]] = {
    ".gpkg": _write_gpkg,
    ".shp": _write_shp,
    ".geojson": _write_geojson,
    ".xlsx": _write_xlsx,
    ".parquet": _write_parquet,
}
