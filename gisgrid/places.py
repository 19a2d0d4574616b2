"""Places to visit on a patrol: the nearest ones, when they were visited last, which are overdue; lines by grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Connection, text

from gisgrid.courses import Course
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.geo import LonLat
from gisgrid.layers import thing_layers
from gisgrid.loading import Loaded, ReadOptions, Sheet, Table, district_extent
from gisgrid.loading.point_files import SHAPE_FILES, read_frame
from gisgrid.loading.shapes import read_shapes
from gisgrid.things import NETWORK, Thing, load_things

_PLACES = """
SELECT p.code, p.name, p.kind, a.code AS grid, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.visit_hours, p.visited_at,
    {is_overdue_p} AS overdue, d.distance_m,
    p.starts_at, p.ends_at, ST_AsBinary(p.course) AS course, p.chainage_m
FROM (
    SELECT * FROM overlay.place AS x
    WHERE (CAST(:kind AS text) = '' OR x.kind = :kind)
      AND (x.starts_at IS NULL OR x.starts_at <= now()) AND (x.ends_at IS NULL OR x.ends_at > now())
      AND (CAST(:area AS bigint) IS NULL OR x.scope && ARRAY[CAST(:area AS bigint)])
      AND (NOT :overdue OR {is_overdue_x})
    ORDER BY {order} LIMIT {most}
) AS p
LEFT JOIN core.area AS a ON a.area_id = p.area_id
CROSS JOIN LATERAL (SELECT {distance} AS distance_m) AS d
ORDER BY d.distance_m NULLS LAST, p.code COLLATE "C" LIMIT :limit
"""
_IS_OVERDUE = """(
    {0}.visit_hours IS NOT NULL AND coalesce({0}.visited_at, '-infinity') < now() - {0}.visit_hours * interval '1 hour'
    AND (CAST(:area AS bigint) IS NULL OR {0}.course IS NULL OR EXISTS (
        SELECT FROM overlay.place_part AS q CROSS JOIN LATERAL app.locate(q.middle, :network) AS l
        WHERE q.place_id = {0}.place_id AND l.path @> ARRAY[CAST(:area AS bigint)]
          AND coalesce(q.visited_at, '-infinity') < now() - {0}.visit_hours * interval '1 hour'
    ))
)"""
"""Of a line that is overdue somewhere: are parts within the area?"""
_OVERDUE = {"is_overdue_p": _IS_OVERDUE.format("p"), "is_overdue_x": _IS_OVERDUE.format("x")}
_HERE = "ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
_NEAREST = text(
    _PLACES.format(
        # Flat degrees are wrong about which of two is nearer by up to 1 / cos(latitude): of three times as many, and
        # those that lie as near in degrees as the last, the true order is taken.
        **_OVERDUE,
        order=f"coalesce(x.course, x.geom) <-> {_HERE}",
        most="3 * :limit + 20",
        distance=f"ST_Distance(coalesce(p.course, p.geom)::geography, {_HERE}::geography)",
    )
)
_BY_CODE = text(_PLACES.format(**_OVERDUE, order='x.code COLLATE "C"', most=":limit", distance="NULL::float8"))
_COURSE = text("""
SELECT place_id, code, name, ST_AsBinary(course) AS course, chainage_m,
    now() - visit_hours * interval '1 hour' AS overdue_before
FROM overlay.place WHERE code = :code
""")
_PARTS = text("SELECT from_m, to_m, visited_at FROM overlay.place_part WHERE place_id = :place_id ORDER BY part")
_GROUNDS = text("""
SELECT ST_AsBinary(v.geom) AS shape FROM app.area_at(now()) AS v
WHERE v.level = 'grid' AND v.network = :network
  AND v.geom && ST_GeomFromWKB(:line, 4326) AND ST_Intersects(v.geom, ST_GeomFromWKB(:line, 4326))
""")
_HELD = text("""
SELECT a.code FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS g (lon, lat, n)
CROSS JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326), :network) AS l
LEFT JOIN core.area AS a ON a.area_id = l.area_id ORDER BY g.n
""")


@dataclass(frozen=True)
class Place:
    """A place; `distance_m` is geodesic, None where nobody asked from a point; `visit_hours` None: whenever.

    Of a linear place `length_m` is its length, and `chainage_m` where its position nearest to the point is.
    """

    code: str
    name: str
    kind: str
    grid: str | None
    lon: float
    lat: float
    distance_m: float | None
    visit_hours: float | None
    visited_at: datetime | None
    overdue: bool
    starts_at: datetime | None
    ends_at: datetime | None
    length_m: float | None
    chainage_m: float | None


@dataclass(frozen=True)
class Stretch:
    """The part of a linear place that a grid has, from chainage to chainage; None: outside every grid.

    `visited_at` is the visit of its part that waits longest, None: a part never had one; `overdue_m` is in metres.
    """

    grid: str | None
    from_m: float
    to_m: float
    visited_at: datetime | None
    overdue_m: float


@dataclass(frozen=True)
class Divided:
    """A linear place and the grids that have its metres, in the direction of its chainage."""

    code: str
    name: str
    length_m: float
    stretches: list[Stretch]


def find_places(
    connection: Connection,
    point: LonLat | None,
    *,
    kind: str = "",
    area_id: int | None = None,
    overdue: bool = False,
    limit: int = 10,
) -> list[Place]:
    """Which places of the caller's scope are nearest to a point (WGS 84)? Without a point: by code.

    Places outside their own dates are left out. A place is overdue when its last visit is more than `visit_hours` ago,
    or it was never visited. A patrol visits what it passes within 30 m, of a line those parts: it was visited when all
    of it was, and is overdue in an area when parts within it are. A line is as near as its nearest position.
    """
    values = {"kind": kind, "area": area_id, "overdue": overdue, "limit": limit, "network": NETWORK}
    if point is None:
        rows = connection.execute(_BY_CODE, values)
    else:
        rows = connection.execute(_NEAREST, {**values, "lon": point.lon, "lat": point.lat})
    return [_place(row, point) for row in rows]


def divide(connection: Connection, code: str) -> Divided:
    """Which grid has which metres of this linear place, by the boundaries of now?

    On an edge and where grids overlap, as `app.locate` says. Raises NotFound outside the scope, Refused for a point.
    """
    row = connection.execute(_COURSE, {"code": code}).one_or_none()
    if row is None:
        raise NotFound(Fault("code", f"your areas have no place {code}", "look it up: GET /api/v1/places"))
    if row.course is None:
        raise Refused(Fault("code", f"the place {code} is a point", "only linear places are divided among grids"))
    course, values = Course(shapely.from_wkb(bytes(row.course))), {"line": bytes(row.course), "network": NETWORK}
    grounds = [shapely.from_wkb(bytes(ground.shape)) for ground in connection.execute(_GROUNDS, values)]
    pieces = list(pairwise(course.cuts(grounds)))
    lons, lats = zip(*(course.point_at((begin + end) / 2) for begin, end in pieces), strict=True)
    held = connection.execute(_HELD, {"lons": [*lons], "lats": [*lats], "network": NETWORK}).scalars()
    joined: list[tuple[str | None, float, float]] = []
    for (begin, end), grid in zip(pieces, held, strict=True):
        if joined and joined[-1][0] == grid:
            begin = joined.pop()[1]
        joined.append((grid, begin, end))
    parts = connection.execute(_PARTS, {"place_id": row.place_id}).all()
    begins = row.chainage_m or 0.0
    stretches = [
        Stretch(grid, round(begins + a, 2), round(begins + b, 2), *_visits(parts, a, b, row.overdue_before))
        for grid, a, b in joined
    ]
    return Divided(row.code, row.name, round(course.length_m, 2), stretches)


def _visits(parts: Sequence[Any], begin: float, end: float, before: datetime | None) -> tuple[datetime | None, float]:
    """When was the part of this stretch visited that waits longest, and how many metres of it are overdue?

    A part is of the stretch that has its middle; one that has none is as the part in which it lies.
    """
    own = [part for part in parts if begin <= (part.from_m + part.to_m) / 2 < end]
    own = own or [part for part in parts if part.from_m <= (begin + end) / 2 <= part.to_m][:1]
    visits = [part.visited_at for part in own]
    late = [part for part in own if before and (part.visited_at is None or part.visited_at < before)]
    overdue_m = sum(min(part.to_m, end) - max(part.from_m, begin) for part in late)
    return None if None in visits else min(visits), round(overdue_m, 2)


def load_places(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Load places: points, or lines of a GeoJSON, GeoPackage or Shapefile, each with its point in the line's middle.

    Raises Refused with every fault; then nothing has changed.
    """
    options, lines = options or ReadOptions(), dict[str, shapely.LineString]()
    if isinstance(source, Path) and source.suffix.lower() in SHAPE_FILES and source.is_file():
        frame = read_frame(source, options.encoding, options.layer)
        if not {"Point"}.issuperset(frame.geometry.geom_type.dropna()):
            with database.transaction(EVERYTHING) as connection:
                extent = district_extent(connection, NETWORK)
            source, lines = _read_lines(*read_shapes(source, options, extent))

    def derive(row: Any) -> Thing:
        line = lines.get(row.place)
        return {"course": f"SRID=4326;{shapely.to_wkt(line, rounding_precision=-1)}" if line else None}

    return load_things(database, thing_layers()["place"], source, options, check=_check_dates, derive=derive)


def _read_lines(sheet: Sheet, shapes: Any) -> tuple[Sheet, dict[str, shapely.LineString]]:
    """The sheet with the middle of each line, and the lines by the place of their row."""
    lines, faults, rows = {}, list(sheet.faults), []
    for place, cells, shape in zip(sheet.places, sheet.rows, shapes, strict=True):
        line = shapely.line_merge(shape) if shape is not None and shape.geom_type == "MultiLineString" else shape
        lon, lat = "", ""
        if line is not None and line.geom_type == "LineString":
            course = Course(line)
            lon, lat = map(repr, course.point_at(course.length_m / 2))
            lines[place] = line
        elif line is not None:
            message = f"is a {line.geom_type}, not one line"
            faults.append(Fault(f"{sheet.name} {place}", message, "give one line a row"))
        rows.append((*cells, lon, lat, "wgs84"))
    if faults:
        raise Refused(*faults)
    return Sheet(sheet.name, (*sheet.header, "lon", "lat", "system"), tuple(rows), sheet.places), lines


def _check_dates(_connection: Connection, table: Table) -> None:
    for row in table.rows:
        if row["starts_at"] and row["ends_at"] and row["ends_at"] <= row["starts_at"]:
            table.fault(row, "ends_at", "a place ends before it starts", "correct starts_at or ends_at")


def _place(row: Any, point: LonLat | None) -> Place:
    """The place of a row; of a line with its length, and the chainage at which it is nearest to the point."""
    found = dict(row._mapping)
    line, chainage_m = found.pop("course"), found.pop("chainage_m")
    course = Course(shapely.from_wkb(bytes(line))) if line else None
    if course and point:
        chainage_m = round((chainage_m or 0.0) + course.chainage_of(point.lon, point.lat), 2)
    length_m = round(course.length_m, 2) if course else None
    return Place(**found, length_m=length_m, chainage_m=chainage_m)
