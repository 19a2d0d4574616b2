"""Tables with points as files: CSV, GeoPackage, Parquet; every column and the order of rows kept."""

import csv
import json
import os
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pyogrio
import pyproj
import shapely
from pyarrow.lib import ArrowException

from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.instants import Moment, write_instant
from gisgrid.loading import decode, read_csv

ENDINGS = (".csv", ".gpkg", ".parquet")
GEOPARQUET = "1.1.0"


@dataclass(frozen=True)
class PointFile:
    """A table as Arrow has it. `geometry` names its column of WKB ("" without), `crs` its system (None: not said);
    `places` holds each row's place in the file; `key` names the column with a GeoPackage's own row numbers.
    """

    name: str
    table: Any
    geometry: str
    crs: Any
    places: tuple[str, ...]
    key: str = ""


def check_ending(path: Path) -> str:
    """The kind of file, by its ending: CSV, GeoPackage or Parquet. Raises Refused for any other."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise Refused(Fault(str(path), f"{ending or 'no ending'} is not known here", f"one of {', '.join(ENDINGS)}"))
    return ending


def read_point_file(path: Path, *, encoding: str = "", layer: str = "") -> PointFile:
    """The table in this file; cells of a CSV stay the text that they are. Raises Unreadable, Refused."""
    ending = check_ending(path)
    if not path.is_file():
        raise Unreadable(Fault(str(path), "there is no such file", "name a CSV, GeoPackage or Parquet file"))
    if ending == ".csv":
        return _read_csv(path, encoding)
    try:
        table, geometry, crs, key = _read_gpkg(path, layer) if ending == ".gpkg" else _read_parquet(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ArrowException, OSError) as error:
        raise Unreadable(Fault(str(path), f"this cannot be read: {error}", "save it again")) from error
    return PointFile(path.name, table, geometry, crs, tuple(f"row {n}" for n in range(1, table.num_rows + 1)), key)


def write_point_file(path: Path, file: PointFile, layer: str = "") -> None:
    """Write the table; whole or not at all. A GeoPackage needs a geometry. Raises Refused for what it cannot hold."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        {".csv": _write_csv, ".gpkg": _write_gpkg, ".parquet": _write_parquet}[check_ending(path)](
            part, file, layer or path.stem
        )
        os.replace(part, path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ArrowException, OSError) as error:
        raise Refused(Fault(str(path), f"this cannot be written: {error}", "name another file or ending")) from error
    finally:
        part.unlink(missing_ok=True)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A column name that no column has, compared as GeoPackage does: without regard to case."""
    lower = {name.lower() for name in taken}
    while wanted.lower() in lower:
        wanted += "_"
    return wanted


def _read_csv(path: Path, encoding: str) -> PointFile:
    sheet = read_csv(path.name, decode(path, encoding))
    if sheet.faults:
        raise Refused(*sheet.faults)
    columns = [pa.array([row[i] for row in sheet.rows], pa.string()) for i in range(len(sheet.header))]
    return PointFile(path.name, pa.Table.from_arrays(columns, names=list(sheet.header)), "", None, sheet.places)


def _read_gpkg(path: Path, layer: str) -> tuple[Any, str, Any, str]:
    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if not layer and len(layers) > 1:
        raise Refused(Fault(path.name, f"there are {len(layers)} layers", f"--layer, one of {', '.join(layers)}"))
    meta, table = pyogrio.read_arrow(path, layer=layer or layers[0], return_fids=True)
    geometry = meta["geometry_name"] or "wkb_geometry"
    geometry = geometry if geometry in table.column_names else ""
    return table, geometry, pyproj.CRS(meta["crs"]) if geometry and meta["crs"] else None, meta["fid_column"]


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


def _write_csv(path: Path, file: PointFile, _: str) -> None:
    columns = []
    for name in file.table.column_names:
        values = file.table[name].to_pylist()
        if name == file.geometry:
            values = list(shapely.to_wkt(shapely.from_wkb(np.array(values, dtype=object)), rounding_precision=-1))
        columns.append(["" if v is None else write_instant(v) if isinstance(v, Moment) else v for v in values])
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(file.table.column_names)
        writer.writerows(zip(*columns, strict=True))


def _write_gpkg(path: Path, file: PointFile, layer: str) -> None:
    key = file.key or free_name("fid", file.table.column_names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a file that did not say its system: its copy does not either
        pyogrio.write_arrow(
            file.table,
            path,
            layer=layer,
            driver="GPKG",
            geometry_name=file.geometry,
            geometry_type="Point",
            crs=file.crs.to_wkt() if file.crs else None,
            layer_options={"FID": key, "GEOMETRY_NAME": file.geometry},
        )


def _write_parquet(path: Path, file: PointFile, _: str) -> None:
    table = file.table
    if file.geometry and b"geo" not in (table.schema.metadata or {}):
        crs = file.crs.to_json_dict() if file.crs else None
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [], "crs": crs}
        geo = {"version": GEOPARQUET, "primary_column": file.geometry, "columns": {file.geometry: column}}
        table = table.replace_schema_metadata((table.schema.metadata or {}) | {b"geo": json.dumps(geo).encode()})
    parquet.write_table(table, path)
