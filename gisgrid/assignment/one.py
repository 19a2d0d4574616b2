"""Which grid holds one point?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.coordinates import check_point, to_wgs84
from gisgrid.errors import Refused
from gisgrid.geo import BBox, LonLat
from gisgrid.networks import require_network
from gisgrid.round_trips import prepared

_LOCATE = """
SELECT l.*, EXISTS (SELECT FROM core.network AS n WHERE n.network = CAST(:network AS text)) AS is_known,
    app.location_doubt(
        ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), CAST(:network AS text), :at, :accuracy_m, l.area_id IS NOT NULL
    ) AS doubt {extent}
FROM app.locate(
    ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), CAST(:network AS text), :at, :accuracy_m, as_recorded => :as_recorded
) AS l
"""
EXTENT = """
    (SELECT ARRAY[ST_XMin(d.box), ST_YMin(d.box), ST_XMax(d.box), ST_YMax(d.box)] FROM (
        SELECT ST_Extent(v.geom) AS box FROM app.area_at(now()) AS v
        WHERE v.network = CAST(:network AS text) AND v.parent_id IS NULL) AS d)
"""
"""The box of the network's topmost live areas as an array of four; of nulls without any."""
_ONE = prepared(text(_LOCATE.format(extent="")))
_GIVEN = prepared(text(_LOCATE.format(extent=f", {EXTENT} AS extent")))


@dataclass(frozen=True)
class Grid:
    """A grid by its unified code; `kind` is base or special."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Candidate:
    """A grid, and how much of the disc round the point lies in it."""

    code: str
    share: float


@dataclass(frozen=True)
class Assignment:
    """Why this grid: how it was found, how sure that is, by which version of its shape (None: there is none).

    `method` is inside, edge, nearest or none; `distance_to_edge_m` is geodesic.
    """

    method: str
    confidence: float
    distance_to_edge_m: float | None
    candidates: list[Candidate]
    version: int | None


@dataclass(frozen=True)
class Located:
    """The grid that holds a point; `grid` None: the point is outside every grid.

    `doubt`: why a report of this point would wait for somebody to find its location out; None: it would not.
    """

    grid: Grid | None
    assignment: Assignment
    doubt: str | None


def locate(
    connection: Connection,
    point: LonLat,
    *,
    network: str = "base",
    at: datetime | None = None,
    accuracy_m: float | None = None,
    as_recorded: datetime | None = None,
) -> Located:
    """Which grid holds this point (WGS 84), at which date, as known when? One answer always.

    Raises NotFound for an unknown network. About 0.3 ms, a few more with an accuracy.
    """
    values = {"network": network, "at": at, "accuracy_m": accuracy_m, "as_recorded": as_recorded}
    row = connection.execute(_ONE, {"lon": point.lon, "lat": point.lat, **values}).one()
    if not row.is_known:
        require_network(connection, network)
    return _located(row)


def locate_given(
    connection: Connection,
    lon: float,
    lat: float,
    system: str,
    *,
    network: str = "base",
    at: datetime | None = None,
    accuracy_m: float | None = None,
    as_recorded: datetime | None = None,
) -> tuple[LonLat, Located]:
    """Where is this pair of a named system, and which grid holds it? As `locate`, and refuses swapped axes.

    In one round trip: the box of the network's areas, which tells swapped axes, comes with the answer.
    """
    try:
        point = to_wgs84(lon, lat, system)
    except Refused:
        point = LonLat(0, 0)  # is refused below, with a better word if the axes are swapped
    values = {"network": network, "at": at, "accuracy_m": accuracy_m, "as_recorded": as_recorded}
    row = connection.execute(_GIVEN, {"lon": point.lon, "lat": point.lat, **values}).one()
    point = check_point(lon, lat, system, as_box(row.extent))
    if not row.is_known:
        require_network(connection, network)
    return point, _located(row)


def as_box(extent: list[float | None]) -> BBox | None:
    """The box of what EXTENT returns; None where the network has no areas."""
    west, south, east, north = extent
    return None if west is None or south is None or east is None or north is None else BBox(west, south, east, north)


def _located(row: Any) -> Located:
    grid = None if row.code is None else Grid(row.code, row.name, row.kind)
    candidates = [Candidate(**each) for each in row.candidates]
    how = Assignment(row.method, row.confidence, row.distance_to_edge_m, candidates, row.area_version_id)
    return Located(grid, how, row.doubt)
