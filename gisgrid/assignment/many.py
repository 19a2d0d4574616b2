"""Which grids hold these points? As `app.locate` answers; of many points an index answers most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.assignment.grids import Found, Grids, read_grids
from gisgrid.networks import require_network

Floats = NDArray[np.float64]
FEW = 2_000
"""Up to a point a grid, and not more than so many, asking `app.locate` costs less than making an index."""

_LOCATE = """
SELECT l.code, l.name, l.method, l.distance_to_edge_m
FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p(lon, lat, n)
CROSS JOIN LATERAL app.locate(
    ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326), :network, :at, as_recorded => :as_recorded) AS l
ORDER BY p.n
"""
_GRIDS = """
SELECT count(*) FROM app.area_at(:at, :as_recorded) AS v WHERE v.network = :network AND v.level = 'grid'
"""


@dataclass(frozen=True)
class Assigned:
    """Arrow arrays, an entry a point: code, name and distance (metres, geodesic) are null outside every grid."""

    grid_code: Any
    grid_name: Any
    method: Any
    distance_to_edge_m: Any


class Assigner:
    """Says batch by batch which grid holds each point, as of `at` or now; by the boundaries known when it is made.

    `distances`: whether it says how far the edge is, which is most of the cost; `folder` keeps indexes.
    Raises NotFound for an unknown network. About 2 us a point, and 0.2 ms a grid once if there are many points.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        network: str = "base",
        at: datetime | None = None,
        distances: bool = True,
        folder: Path | None = None,
    ) -> None:
        require_network(connection, network)
        self._connection, self._network = connection, network
        self._known = settled_instant(connection)
        self._at = at or self._known
        self._distances, self._folder = distances, folder
        self._few = min(FEW, self._count_grids())
        self._grids: Grids | None = None

    def assign(self, lon: Floats, lat: Floats) -> Assigned:
        """The grid of each point (WGS 84 degrees)."""
        if self._grids is None:
            self._few -= len(lon)
            if self._few >= 0:
                return self._ask(lon, lat)
            self._grids = read_grids(self._connection, self._network, self._at, self._known, self._folder)
        found = self._grids.find(lon, lat, distances=self._distances)
        assigned = _as_arrays(self._grids, found)
        if not found.asked.any():
            return assigned
        asked = self._ask(lon[found.asked], lat[found.asked])
        mask = pa.array(found.asked)
        both = zip(_columns(assigned), _columns(asked), strict=True)
        return Assigned(*(compute.replace_with_mask(column, mask, some) for column, some in both))

    def _count_grids(self) -> int:
        values = {"at": self._at, "as_recorded": self._known, "network": self._network}
        return int(self._connection.execute(text(_GRIDS), values).scalar_one())

    def _ask(self, lon: Floats, lat: Floats) -> Assigned:
        values = {"lon": lon.tolist(), "lat": lat.tolist(), "network": self._network}
        values |= {"at": self._at, "as_recorded": self._known}
        rows = self._connection.execute(text(_LOCATE), values).all()
        kinds = (pa.string(), pa.string(), pa.string(), pa.float64())
        return Assigned(*(pa.array([row[i] for row in rows], kind) for i, kind in enumerate(kinds)))


def _columns(assigned: Assigned) -> Sequence[Any]:
    return assigned.grid_code, assigned.grid_name, assigned.method, assigned.distance_to_edge_m


def _as_arrays(grids: Grids, found: Found) -> Assigned:
    none = found.grid < 0
    place = pa.array(found.grid, mask=none)
    return Assigned(
        pa.array(grids.codes, pa.string()).take(place),
        pa.array(grids.names, pa.string()).take(place),
        pa.array(["none", "inside", "edge"]).take(pa.array(np.where(none, 0, 1 + found.on_edge))),
        pa.array(found.distance_to_edge_m, mask=none | np.isnan(found.distance_to_edge_m)),
    )


def settled_instant(connection: Connection) -> datetime:
    """An instant before which every publish has committed; a later publish records later versions.

    The boundary lock, taken in a savepoint that is rolled back, is not held over the whole run.
    """
    with connection.begin_nested() as moment:
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(app.boundary_lock())"))
        known: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        moment.rollback()
    return known
