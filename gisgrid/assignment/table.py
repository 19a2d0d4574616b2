"""The points of a file get their grids: four more columns, everything else unchanged."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from sqlalchemy import Connection

from gisgrid.assignment.files import PointFile, Rows
from gisgrid.assignment.many import Assigner, Floats
from gisgrid.assignment.reading import column_texts, open_point_file, plain_numbers, plain_points
from gisgrid.assignment.writing import write_point_file
from gisgrid.cells import unmarked
from gisgrid.coordinates import known_system
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox
from gisgrid.loading import BadCell, believable_points, district_extent, free_name, number

MAPS = (".gpkg", ".shp", ".geojson")
DISTANCE = "distance_to_edge_m"
ADDED = (("grid_code", pa.string()), ("grid_name", pa.string()), ("method", pa.string()), (DISTANCE, pa.float64()))


@dataclass(frozen=True)
class AssignOrder:
    """What to assign. `lon`, `lat` name columns, "" the file's own points; `system` "" the file's own system;
    `skip_bad`: rows whose point is refused are kept, without an assignment; `excel`: a CSV is for Excel;
    `distances`: the column distance_to_edge_m too, which is most of the cost; `folder` keeps indexes between runs.
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
    distances: bool = True
    folder: Path | None = None


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
    """Write a copy of a file with the grid of every row, a part at a time: memory does not grow with the rows.

    Raises Refused with every wrong row; writes nothing then.
    """
    if order.source.resolve() == order.target.resolve():
        raise Refused(Fault("-o", "this is the input itself", "name another file"))
    with open_point_file(order.source, encoding=order.encoding, layer=order.layer) as file:
        copy = _Copy(connection, order, file, say)
        write_point_file(order.target, copy.file, order.layer, excel=order.excel)
    return copy.done


class _Copy:
    """The rows of a file with their grids, made as they are asked for; from the first wrong row on only the points of
    the others are checked.
    """

    def __init__(self, connection: Connection, order: AssignOrder, file: PointFile, say: Callable[[str], None]) -> None:
        self._order, self._given, self._say = order, file, say
        self._added = [column for column in ADDED if order.distances or column[0] != DISTANCE]
        taken = [name for name, _ in self._added if name in file.schema.names]
        if taken:
            raise Refused(*(Fault(file.name, f"there is a column {name} already", "rename it first") for name in taken))
        self._system = _check_columns(file, order)
        self._extent = district_extent(connection, order.network)
        self._assigner = Assigner(
            connection, network=order.network, at=order.at, distances=order.distances, folder=order.folder
        )
        self._rows = 0
        self._methods: Counter[str] = Counter()
        self._faults: list[Fault] = []
        schema = file.schema
        for name, kind in self._added:
            schema = schema.append(pa.field(name, kind))
        # A file that is a map needs points: a table without them gets its own, in WGS 84.
        self._points = ""
        if not file.geometry and order.target.suffix.lower() in MAPS:
            self._points = free_name("geom", schema.names)
            schema = schema.append(pa.field(self._points, pa.binary()))
        crs = pyproj.CRS("EPSG:4326") if self._points else file.crs
        self.file = replace(file, schema=schema, rows=self._answered(), geometry=file.geometry or self._points, crs=crs)

    @property
    def done(self) -> AssignDone:
        """What was done, once every row was asked for."""
        inside, edge, none = (self._methods[method] for method in ("inside", "edge", "none"))
        return AssignDone(self._rows, inside, edge, none, len(self._faults), tuple(map(str, self._faults)))

    def _answered(self) -> Iterator[Rows]:
        for rows in self._given.rows:
            lons, lats, faults = _points(rows, self._given, self._order, self._system, self._extent)
            self._faults += (fault for _, fault in sorted(faults.items()))
            if self._faults and not self._order.skip_bad:
                continue
            yield replace(rows, table=self._with_answers(rows.table, lons, lats))
            self._rows += len(lons)
            self._say(f"  {self._rows} rows")
        if self._faults and not self._order.skip_bad:
            raise Refused(*self._faults)

    def _with_answers(self, table: Any, lons: Floats, lats: Floats) -> Any:
        """The table with the answers in the rows that have a point; nothing in the others."""
        good = np.flatnonzero(np.isfinite(lons))
        assigned = self._assigner.assign(lons[good], lats[good])
        for counted in assigned.method.value_counts().to_pylist():
            self._methods[counted["values"]] += counted["counts"]
        place = np.full(len(lons), -1)
        place[good] = np.arange(len(good))
        places = None if len(good) == len(lons) else pa.array(place, mask=place < 0)
        for name, kind in self._added:
            column = getattr(assigned, name)
            table = table.append_column(name, (column if places is None else column.take(places)).cast(kind))
        if self._points:
            shapes = shapely.points(lons, lats)
            shapes[~np.isfinite(lons)] = None
            table = table.append_column(self._points, pa.array(shapely.to_wkb(shapes).tolist(), pa.binary()))
        return table


def _check_columns(file: PointFile, order: AssignOrder) -> str:
    """The system of the points. Raises Refused where that, or their columns, are not known."""
    own = not order.lon and not order.lat
    if own and not file.geometry:
        raise Refused(Fault(file.name, "the file has no points of its own", "name the columns: --lon X --lat Y"))
    if not own:
        known = ", ".join(file.schema.names)
        missing = [
            Fault(option, f"{file.name} has no column {name!r}" if name else "is missing", f"one of {known}")
            for option, name in (("--lon", order.lon), ("--lat", order.lat))
            if name not in file.schema.names
        ]
        if missing:
            raise Refused(*missing)
    system = known_system(order.system) if order.system else _own_system(file) if own else ""
    if not system:
        raise Refused(Fault("system", "the coordinate system is not said", "--system wgs84, gcj02, EPSG:n ..."))
    return system


def _points(
    rows: Rows, file: PointFile, order: AssignOrder, system: str, extent: BBox | None
) -> tuple[Floats, Floats, dict[int, Fault]]:
    """Every row's point in WGS 84, NaN where it is refused, and why."""
    own = not order.lon and not order.lat
    x, y, wrong = _own_points(rows, file) if own else _columns(rows, file, order)
    usable = np.ones(len(x), dtype=bool)
    usable[list(wrong)] = False
    held = np.flatnonzero(usable)
    lons, lats = np.full(len(x), np.nan), np.full(len(x), np.nan)
    lons[held], lats[held], refused = believable_points(x[held], y[held], system, extent)
    names = {"lon": order.lon, "lat": order.lat}
    for i, fault in refused.items():
        row = int(held[i])
        column = names.get(fault.field) or fault.field
        wrong[row] = Fault(f"{file.name} {rows.place(row)}, {column}", fault.message, fault.remedy)
    return lons, lats, wrong


def _own_points(rows: Rows, file: PointFile) -> tuple[Floats, Floats, dict[int, Fault]]:
    plain = plain_points(rows.table, file.geometry)
    if plain is not None and np.isfinite(plain).all():  # an empty point is one of NaN
        return *plain, {}
    shapes = shapely.from_wkb(np.array(rows.table[file.geometry].to_pylist(), dtype=object))
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    wrong = empty | (shapely.get_type_id(shapes) != 0)
    faults = {
        int(i): Fault(
            f"{file.name} {rows.place(int(i))}, {file.geometry}",
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


def _columns(rows: Rows, file: PointFile, order: AssignOrder) -> tuple[Floats, Floats, dict[int, Fault]]:
    faults: dict[int, Fault] = {}
    read = number()
    found = []
    for name in (order.lon, order.lat):
        values = plain_numbers(rows.table, name)
        rest = np.flatnonzero(np.isnan(values))
        for i, value in zip(rest.tolist(), column_texts(rows.table, name, rest), strict=True):
            try:
                values[i] = read(unmarked(value))
            except BadCell as bad:
                faults.setdefault(i, Fault(f"{file.name} {rows.place(i)}, {name}", bad.message, bad.remedy))
        found.append(values)
    return found[0], found[1], faults
