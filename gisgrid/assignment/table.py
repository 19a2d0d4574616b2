"""The points of a file get their grids: four more columns, everything else unchanged."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gisgrid.assignment.files import PointFile
from gisgrid.assignment.many import Assigned, Floats, assign_points
from gisgrid.assignment.reading import column_texts, plain_numbers, read_point_file
from gisgrid.assignment.writing import write_point_file
from gisgrid.cells import unmarked
from gisgrid.coordinates import known_system
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox
from gisgrid.loading import BadCell, believable_points, district_extent, free_name, number

MAPS = (".gpkg", ".shp", ".geojson")
ADDED = (("grid_code", pa.string()), ("grid_name", pa.string()), ("method", pa.string()),
         ("distance_to_edge_m", pa.float64()))  # fmt: skip


@dataclass(frozen=True)
class AssignOrder:
    """What to assign. `lon`, `lat` name columns, "" the file's own points; `system` "" the file's own system;
    `skip_bad`: rows whose point is refused are kept, without an assignment; `excel`: a CSV is for Excel.
    """

    source: Path
    target: Path
    lon: str = ""
    lat: str = ""
    system: str = ""
    network: str = "base"
    at: datetime | None = None
    encoding: str = ""
    layer: str = ""
    skip_bad: bool = False
    excel: bool = False


@dataclass(frozen=True)
class AssignDone:
    """How many rows there are, by method, and how many were kept without a point."""

    rows: int
    inside: int
    edge: int
    none: int
    skipped: int
    notes: tuple[str, ...] = ()


def assign_file(
    connection: Connection, order: AssignOrder, *, say: Callable[[str], None] = lambda _: None
) -> AssignDone:
    """Write a copy of a file with the grid of every row. Raises Refused with every wrong row; writes nothing then."""
    if order.source.resolve() == order.target.resolve():
        raise Refused(Fault("-o", "this is the input itself", "name another file"))
    file = read_point_file(order.source, encoding=order.encoding, layer=order.layer)
    taken = [name for name, _ in ADDED if name in file.table.column_names]
    if taken:
        raise Refused(*(Fault(file.name, f"there is a column {name} already", "rename it first") for name in taken))
    lons, lats, faults = _points(file, order, district_extent(connection, order.network))
    if faults and not order.skip_bad:
        raise Refused(*(fault for _, fault in sorted(faults.items())))
    good = np.flatnonzero(np.isfinite(lons))
    assigned = assign_points(
        connection,
        lons[good],
        lats[good],
        network=order.network,
        at=order.at,
        progress=lambda done: say(f"  {done} of {len(good)}"),
    )
    file = replace(file, table=_with_columns(file.table, good, assigned))
    write_point_file(order.target, _with_points(file, order.target, lons, lats), order.layer, excel=order.excel)
    methods = Counter(assigned.method.to_pylist())
    notes = tuple(str(fault) for _, fault in sorted(faults.items()))
    return AssignDone(len(lons), methods["inside"], methods["edge"], methods["none"], len(faults), notes)


def _with_columns(table: Any, good: NDArray[np.intp], assigned: Assigned) -> Any:
    """The table with the answers in the rows that have a point; nothing in the others."""
    place = np.full(table.num_rows, -1)
    place[good] = np.arange(len(good))
    places = pa.array(place, mask=place < 0)
    for name, kind in ADDED:
        table = table.append_column(name, getattr(assigned, name).take(places).cast(kind))
    return table


def _points(file: PointFile, order: AssignOrder, extent: BBox | None) -> tuple[Floats, Floats, dict[int, Fault]]:
    """Every row's point in WGS 84, NaN where it is refused, and why."""
    own = not order.lon and not order.lat
    x, y, wrong = _own_points(file) if own else _columns(file, order)
    system = known_system(order.system) if order.system else _own_system(file) if own else ""
    if not system:
        raise Refused(Fault("system", "the coordinate system is not said", "--system wgs84, gcj02, EPSG:n ..."))
    usable = np.ones(len(x), dtype=bool)
    usable[list(wrong)] = False
    held = np.flatnonzero(usable)
    lons, lats = np.full(len(x), np.nan), np.full(len(x), np.nan)
    lons[held], lats[held], refused = believable_points(x[held], y[held], system, extent)
    names = {"lon": order.lon, "lat": order.lat}
    for i, fault in refused.items():
        row = int(held[i])
        column = names.get(fault.field) or fault.field
        wrong[row] = Fault(f"{file.name} {file.places[row]}, {column}", fault.message, fault.remedy)
    return lons, lats, wrong


def _own_points(file: PointFile) -> tuple[Floats, Floats, dict[int, Fault]]:
    if not file.geometry:
        raise Refused(Fault(file.name, "the file has no points of its own", "name the columns: --lon X --lat Y"))
    shapes = shapely.from_wkb(np.array(file.table[file.geometry].to_pylist(), dtype=object))
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    wrong = empty | (shapely.get_type_id(shapes) != 0)
    faults = {
        int(i): Fault(
            f"{file.name} {file.places[i]}, {file.geometry}",
            "there is no point" if empty[i] else f"this is a {shapes[i].geom_type}, not a point",
            "give every row one point",
        )
        for i in np.flatnonzero(wrong)
    }
    return shapely.get_x(shapes), shapely.get_y(shapes), faults


def _own_system(file: PointFile) -> str:
    authority = file.crs.to_authority(min_confidence=70) if file.crs else None
    if authority == ("OGC", "CRS84"):
        return "wgs84"
    return known_system(f"EPSG:{authority[1]}") if authority and authority[0] == "EPSG" else ""


def _columns(file: PointFile, order: AssignOrder) -> tuple[Floats, Floats, dict[int, Fault]]:
    names = {"--lon": order.lon, "--lat": order.lat}
    known = ", ".join(file.table.column_names)
    missing = [
        Fault(option, f"{file.name} has no column {name!r}" if name else "is missing", f"one of {known}")
        for option, name in names.items()
        if name not in file.table.column_names
    ]
    if missing:
        raise Refused(*missing)
    faults: dict[int, Fault] = {}
    read = number()
    found = []
    for name in names.values():
        values = plain_numbers(file, name)
        rest = np.flatnonzero(np.isnan(values))
        for i, value in zip(rest.tolist(), column_texts(file, name, rest), strict=True):
            try:
                values[i] = read(unmarked(value))
            except BadCell as bad:
                faults.setdefault(i, Fault(f"{file.name} {file.places[i]}, {name}", bad.message, bad.remedy))
        found.append(values)
    return found[0], found[1], faults


def _with_points(file: PointFile, target: Path, lons: Floats, lats: Floats) -> PointFile:
    """A file that is a map needs points: a table without them gets its own, in WGS 84."""
    if file.geometry or target.suffix.lower() not in MAPS:
        return file
    shapes = shapely.points(lons, lats)
    shapes[~np.isfinite(lons)] = None
    name = free_name("geom", file.table.column_names)
    table = file.table.append_column(name, pa.array(shapely.to_wkb(shapes).tolist(), pa.binary()))
    return replace(file, table=table, geometry=name, crs=pyproj.CRS("EPSG:4326"))
