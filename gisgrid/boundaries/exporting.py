"""Boundaries out: areas of a network at a date as GeoPackage, GeoJSON or Shapefile, with their lineage."""

import json
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import shapely
from sqlalchemy import Connection, text

from gisgrid.cells import Program, for_excel, harmless
from gisgrid.coordinates import from_wgs84_array, known_system
from gisgrid.coordinates.systems import SAME_AS_WGS84
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.instants import write_instant

ENDINGS = (".gpkg", ".geojson", ".shp")
EPSG = {"wgs84": 4326, "cgcs2000": 4490}
DBF_BYTES = 254
_AREAS = """
SELECT v.code, v.name, v.level, v.kind, p.code AS parent, v.valid_from,
    CASE WHEN v.valid_to < 'infinity' THEN v.valid_to END AS valid_to, round(v.area_m2::numeric, 1)::float8 AS area_m2,
    v.network, ST_AsBinary(v.geom) AS geom
FROM app.area_at(:at, :as_recorded) AS v JOIN core.level AS l ON l.level = v.level
LEFT JOIN core.area AS p ON p.area_id = v.parent_id
WHERE v.network = :network AND (:level = '' OR v.level = :level) ORDER BY l.rank, v.code
"""
_LINEAGE = """
SELECT f.code AS from_code, o.code AS to_code, l.kind, l.from_share, l.to_share, l.valid_from, l.changeset_id, l.network
FROM core.lineage AS l JOIN core.area AS f ON f.area_id = l.from_area_id JOIN core.area AS o ON o.area_id = l.to_area_id
JOIN draft.changeset AS c ON c.changeset_id = l.changeset_id
WHERE l.network = :network AND l.valid_from <= coalesce(:at, now())
    AND c.published_at <= coalesce(:as_recorded, CAST('infinity' AS timestamptz)) ORDER BY l.lineage_id
"""


@dataclass(frozen=True)
class ExportOrder:
    """What to write where. `system` is one of `coordinates`; `encoding` is a Shapefile's; `zone` is for times.

    `program` opens the CSV of a lineage.
    """

    path: Path
    zone: tzinfo
    network: str = "base"
    level: str = ""
    at: datetime | None = None
    as_recorded: datetime | None = None
    system: str = "wgs84"
    encoding: str = ""
    lineage: bool = False
    program: Program = "programs"


@dataclass(frozen=True)
class Exported:
    """What was written: files, of which network, how many areas and entries of lineage, notes for their reader."""

    network: str
    files: tuple[str, ...]
    areas: int
    lineage: int
    notes: tuple[str, ...]


def export_boundaries(connection: Connection, order: ExportOrder) -> Exported:
    """Write areas to a file by its ending, whole or not at all. Takes the owner's connection.

    Doubles are written exactly, so importing a file in WGS 84 or CGCS2000 changes nothing. Raises Refused, NotFound.
    """
    ending, system, encoding = _check(order)
    frame = _read(connection, order, system)
    lineage = _rows(connection, _LINEAGE, order) if order.lineage else None
    if ending == ".shp":
        _check_text(frame, encoding, order.path.name)
    order.path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=order.path.parent, prefix=".export-") as folder:
        part = Path(folder) / order.path.name
        try:
            _WRITERS[ending](frame, part, system, encoding)
            if lineage is not None:
                _write_lineage(lineage, part, encoding, order.program)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
            raise Refused(Fault(str(order.path), f"this cannot be written: {error}", "name another file")) from error
        files = _put_in_place(Path(folder), order.path)
    return Exported(order.network, files, len(frame), 0 if lineage is None else len(lineage), _notes(system, ending))


def _check(order: ExportOrder) -> tuple[str, str, str]:
    """The ending, the system's name and the encoding."""
    ending = order.path.suffix.lower()
    if ending not in ENDINGS:
        message = f"{ending or 'no ending'} is not known here"
        raise Refused(Fault(str(order.path), message, f"one of {', '.join(ENDINGS)}"))
    if order.encoding and ending != ".shp":
        raise Refused(Fault("encoding", f"the text of a {ending} is UTF-8", "leave it out, or name a .shp"))
    encoding = order.encoding or "UTF-8"
    try:
        "".encode(encoding)
    except LookupError:
        raise Refused(Fault("encoding", f"{encoding!r} is unknown", "UTF-8 or GBK")) from None
    return ending, known_system(order.system), encoding


def _rows(connection: Connection, sql: str, order: ExportOrder) -> Any:
    values = {"network": order.network, "level": order.level, "at": order.at, "as_recorded": order.as_recorded}
    found = connection.execute(text(sql), values)
    table = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
    for column in ("valid_from", "valid_to"):
        if column in table:
            table[column] = [None if pd.isna(at) else write_instant(at, order.zone) for at in table[column].tolist()]
    return table


def _read(connection: Connection, order: ExportOrder, system: str) -> Any:
    """The areas as a GeoDataFrame in the system asked for, from the top level down, by code."""
    table = _rows(connection, _AREAS, order)
    if not len(table):
        what = f"network {order.network} has no areas" + (f" of level {order.level}" if order.level else "")
        raise NotFound(Fault("network", f"{what} at that date", "name another network, level or date"))
    shapes = shapely.from_wkb(np.array([bytes(wkb) for wkb in table.pop("geom")], dtype=object))
    if system not in SAME_AS_WGS84:
        given = shapely.get_coordinates(shapes)
        x, y = from_wgs84_array(given[:, 0], given[:, 1], system)
        shapes = shapely.set_coordinates(shapes, np.column_stack([x, y]))
    code = EPSG.get(system) or (int(system[5:]) if system.startswith("EPSG:") else None)
    return geopandas.GeoDataFrame(table, geometry=shapes, crs=code)


def _check_text(frame: Any, encoding: str, name: str) -> None:
    """Refuse text that GDAL would drop (not in the encoding) or cut (too long for a DBF)."""
    faults = []
    for code, *texts in zip(frame["code"], frame["code"], frame["name"], strict=True):
        for value in texts:
            try:
                if len(value.encode(encoding)) <= DBF_BYTES:
                    continue
                message, remedy = f"a Shapefile holds {DBF_BYTES} bytes of text, {value[:20]}... is longer", "a .gpkg"
            except UnicodeEncodeError:
                message, remedy = f"{encoding} cannot say {value!r}", "--encoding UTF-8, or a .gpkg"
            faults.append(Fault(f"{name}, code {code}", message, remedy))
    if faults:
        raise Refused(*faults)


def _write_gpkg(frame: Any, path: Path, _system: str, _encoding: str) -> None:
    _write(frame, path, layer="area", driver="GPKG", geometry_type="MultiPolygon")


def _write_shp(frame: Any, path: Path, _system: str, encoding: str) -> None:
    _write(frame, path, driver="ESRI Shapefile", encoding=encoding)


def _write(frame: Any, path: Path, **options: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a file that cannot name its system: the notes say so
        pyogrio.write_dataframe(frame, path, **options)


def _write_geojson(frame: Any, path: Path, system: str, _encoding: str) -> None:
    """Written by hand, to keep every digit and to name the file's system."""
    head: dict[str, Any] = {"type": "FeatureCollection", "name": "area"}
    if frame.crs is None:
        head |= {"crs": None, "system": system}
    elif system != "wgs84":
        name = f"urn:ogc:def:crs:EPSG::{frame.crs.to_epsg()}"
        head["crs"] = {"type": "name", "properties": {"name": name}}
    rows = [
        {name: None if pd.isna(value) else value for name, value in facts.items()}
        for facts in frame.drop(columns="geometry").to_dict("records")
    ]
    with path.open("w", encoding="utf-8") as out:
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [')
        for number, (facts, shape) in enumerate(zip(rows, frame.geometry, strict=True)):
            feature = {"type": "Feature", "properties": facts, "geometry": shapely.geometry.mapping(shape)}
            out.write((",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False, allow_nan=False))
        out.write("\n]}\n")


_WRITERS = {".gpkg": _write_gpkg, ".geojson": _write_geojson, ".shp": _write_shp}


def _write_lineage(lineage: Any, path: Path, encoding: str, program: Program) -> None:
    """Lineage: a second layer of a GeoPackage, a CSV beside other files (UTF-8 with its mark, for Excel)."""
    if path.suffix.lower() == ".gpkg":
        _write(lineage, path, layer="lineage", driver="GPKG")
    else:
        texts = [name for name in lineage.columns if name in ("network", "from_code", "to_code", "kind")]
        write = for_excel if program == "excel" else harmless
        lineage = lineage.assign(**{name: [write(text) for text in lineage[name]] for name in texts})
        mark = "utf-8-sig" if encoding.upper().replace("-", "") == "UTF8" else encoding
        lineage.to_csv(path.with_name(f"{path.stem}_lineage.csv"), index=False, encoding=mark)


def _put_in_place(folder: Path, path: Path) -> tuple[str, ...]:
    """Move every file to its place, and remove files of an older Shapefile that the new one lacks."""
    if path.suffix.lower() == ".shp":
        for ending in (".prj", ".cpg", ".qix"):
            path.with_suffix(ending).unlink(missing_ok=True)
    files = sorted(folder.iterdir())
    for file in files:
        if file.is_dir():
            shutil.rmtree(file)
        else:
            os.replace(file, path.parent / file.name)
    return tuple(str(path.parent / file.name) for file in files)


def _notes(system: str, ending: str) -> tuple[str, ...]:
    if system in EPSG or system.startswith("EPSG:"):
        return ()
    named = "names it for gisgrid alone" if ending == ".geojson" else "names no system"
    return (f"{system} has no EPSG code, so the file {named}: a map that takes it for WGS 84 is 500 m off",)
