"""Places to visit on a patrol: the nearest ones, when they were visited last, and which are overdue."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisgrid.geo import LonLat

_PLACES = """
SELECT p.code, p.name, p.kind, a.code AS grid, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.visit_hours, p.visited_at,
    p.visit_hours IS NOT NULL
        AND coalesce(p.visited_at, '-infinity') < now() - p.visit_hours * interval '1 hour' AS overdue, d.distance_m
FROM (
    SELECT * FROM overlay.place AS x
    WHERE (CAST(:kind AS text) = '' OR x.kind = :kind)
      AND (CAST(:area AS bigint) IS NULL OR x.path && ARRAY[CAST(:area AS bigint)])
      AND (NOT :overdue OR x.visit_hours IS NOT NULL
           AND coalesce(x.visited_at, '-infinity') < now() - x.visit_hours * interval '1 hour')
    ORDER BY {order} LIMIT {most}
) AS p
LEFT JOIN core.area AS a ON a.area_id = p.area_id
CROSS JOIN LATERAL (SELECT {distance} AS distance_m) AS d
ORDER BY d.distance_m NULLS LAST, p.code COLLATE "C" LIMIT :limit
"""
_HERE = "ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
_NEAREST = text(
    _PLACES.format(
        # Flat degrees are wrong about which of two is nearer by up to 1 / cos(latitude): of three times as many, and
        # those that lie as near in degrees as the last, the true order is taken.
        order=f"x.geom <-> {_HERE}",
        most="3 * :limit + 20",
        distance=f"ST_Distance(p.geom::geography, {_HERE}::geography)",
    )
)
_BY_CODE = text(_PLACES.format(order='x.code COLLATE "C"', most=":limit", distance="NULL::float8"))


@dataclass(frozen=True)
class Place:
    """A place; `distance_m` is geodesic, None where nobody asked from a point; `visit_hours` None: whenever."""

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

    A place is overdue when its last visit is more than `visit_hours` ago, or it was never visited. A patrol visits
    what it passes within 30 m.
    """
    values = {"kind": kind, "area": area_id, "overdue": overdue, "limit": limit}
    if point is None:
        rows = connection.execute(_BY_CODE, values)
    else:
        rows = connection.execute(_NEAREST, {**values, "lon": point.lon, "lat": point.lat})
    return [Place(**row._mapping) for row in rows]
