"""Which grid holds one point?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisgrid.geo import LonLat
from gisgrid.networks import require_network


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
    """The grid that holds a point; `grid` None: the point is outside every grid."""

    grid: Grid | None
    assignment: Assignment


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
    require_network(connection, network)
    row = connection.execute(
        text(
            "SELECT * FROM app.locate(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :network, :at, :accuracy_m,"
            " :as_recorded)"
        ),
        {
            "lon": point.lon,
            "lat": point.lat,
            "network": network,
            "at": at,
            "accuracy_m": accuracy_m,
            "as_recorded": as_recorded,
        },
    ).one()
    grid = None if row.code is None else Grid(row.code, row.name, row.kind)
    candidates = [Candidate(**each) for each in row.candidates]
    how = Assignment(row.method, row.confidence, row.distance_to_edge_m, candidates, row.area_version_id)
    return Located(grid, how)
