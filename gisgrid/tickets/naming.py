"""Locations without a point: by a unified code, or by the name of a place, a building, an area."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.geo import LonLat
from gisgrid.networks import call_network

SMALLEST_SHARE = 0.001
"""Successors with a smaller share of a retired area's ground are left out."""
MOST_SHOWN = 10

_LEADS_TO = """
SELECT a.code AS own_code, s.successor_id AS area_id, s.code, s.name, a.level, s.kind, s.share,
       s.successor_id = a.area_id AS is_live
FROM core.area AS a LEFT JOIN LATERAL app.successors(a.area_id) AS s ON s.share >= :smallest
WHERE a.network = :network AND a.code = coalesce(
    (SELECT x.code FROM core.area AS x WHERE x.network = :network AND x.code = :code),
    (SELECT p.area_code FROM app.post_named(:code) AS p WHERE p.network = :network))
"""
_FIND = """
SELECT n.what, n.code, n.name, n.area_id, n.area_code, n.area_name, ST_X(n.geom) AS lon, ST_Y(n.geom) AS lat
FROM app.find_named(:words, :network) AS n
WHERE n.rank = (SELECT min(f.rank) FROM app.find_named(:words, :network) AS f)
"""


@dataclass(frozen=True)
class NamedArea:
    """A live area that a code leads to; `share` of the ground of that code's own area, 1 where it is that one."""

    area_id: int
    code: str
    name: str
    level: str
    kind: str
    share: float


@dataclass(frozen=True)
class Named:
    """The result of a look-up: the area of a code or name, and the point (WGS 84) of a place that has one."""

    what: str
    code: str
    name: str
    area_id: int | None = None
    point: LonLat | None = None


def list_areas(connection: Connection, code: str, network: str) -> list[NamedArea]:
    """The live areas of a code, of an area or `post-N`: its own, or the successors of a retired one.

    Most ground first; empty: no area has the ground. Raises NotFound for a code that was never used.
    """
    values = {"code": code, "network": network, "smallest": SMALLEST_SHARE}
    rows = connection.execute(text(_LEADS_TO), values).all()
    if not rows:
        called = call_network(connection, network)
        message = f"there is no area or post {code[:64]} in network {called}"
        raise NotFound(Fault("code", message, "see /api/v1/areas", names=called.names))
    return [
        NamedArea(row.area_id, row.code, row.name, row.level, row.kind, row.share)
        for row in rows
        if row.area_id is not None
    ]


def name_area(connection: Connection, code: str, network: str) -> Named:
    """The area that a report means by this code. Raises Refused, naming several successors of a retired code."""
    try:
        areas = list_areas(connection, code, network)
    except NotFound as error:
        fault = error.faults[0]
        raise Refused(Fault("area", fault.message, "give a code of the map, or the place by its name")) from error
    if not areas:
        raise Refused(Fault("area", f"{code} is no longer in use, and no area has its ground", "give another code"))
    if len(areas) > 1:
        heirs = ", ".join(f"{area.code} ({area.name}, {area.share:.0%})" for area in areas[:MOST_SHOWN])
        raise Refused(Fault("area", f"{code} was divided", f"one of {heirs}"))
    return Named("area", areas[0].code, areas[0].name, areas[0].area_id)


def name_place(connection: Connection, words: str, network: str) -> Named:
    """What do these words mean: a place or building (with its point, where it has one), or an area?

    By code or name: equal, then beginning with the words, then containing them. Raises Refused naming all that it could
    be. Places are found in the connection's scope.
    """
    rows = connection.execute(text(_FIND), {"words": words, "network": network}).all()
    if not rows:
        message = f"nothing here is called {words[:60]!r}"
        raise Refused(Fault("place", message, "another name, an area's code, a point, or place_unknown"))
    if len(rows) > 1:
        shown = ", ".join(_tell(row) for row in rows[:MOST_SHOWN])
        remedy = f"one of {shown}{', ...' * (len(rows) > MOST_SHOWN)}, by its code"
        raise Refused(Fault("place", f"{len(rows)} are called {words[:60]!r}", remedy))
    row = rows[0]
    point = None if row.lon is None else LonLat(row.lon, row.lat)
    return Named(row.what, row.code, row.name, None if point else row.area_id, point)


def _tell(row: object) -> str:
    code, name, area = row.code, row.name, row.area_name  # type: ignore[attr-defined]
    return f"{code} ({name})" if area is None or row.what == "area" else f"{code} ({area} {name})"  # type: ignore[attr-defined]
