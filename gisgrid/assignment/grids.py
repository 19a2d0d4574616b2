"""The grids of a network at one instant, with the covering indexes over them: `app.locate` for very many points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.assignment.covering import ASK, Covering, cover
from gisgrid.assignment.distances import Outlines

Floats = NDArray[np.float64]

_GRIDS = """
SELECT area_version_id, code, name, kind = 'base' AS is_base, ST_AsBinary(geom) AS shape
FROM app.area_at(:at, :as_recorded)
WHERE network = :network AND level = 'grid'
ORDER BY kind = 'base', code COLLATE "C"
"""


@dataclass(frozen=True)
class Found:
    """One entry a point. `grid`: its place in the list of grids, -1 outside all; `asked`: the index cannot say."""

    grid: NDArray[np.int64]
    on_edge: NDArray[np.bool_]
    distance_to_edge_m: Floats
    asked: NDArray[np.bool_]


class Grids:
    """What `app.locate` knows of one network `at` an instant, as recorded until another; that never changes.

    `codes`, `names`, `version_ids` have a special grid before a base grid, then the lower code first.
    """

    def __init__(
        self, network: str, at: datetime, as_recorded: datetime, rows: Sequence[tuple[int, str, str, bool, bytes]]
    ) -> None:
        self.network, self.at, self.as_recorded = network, at, as_recorded
        self.version_ids, self.codes, self.names = ([row[i] for row in rows] for i in range(3))
        shapes = shapely.from_wkb([row[4] for row in rows])
        base = sum(not row[3] for row in rows)
        parts = [(0, shapes[:base]), (base, shapes[base:])]
        self._indexes = [(first, *_indexes(some)) for first, some in parts if len(some)]

    def find(self, x: Floats, y: Floats) -> Found:
        """Which grid holds each point (WGS 84), is it on that grid's edge, how far from it? About 2 us a point."""
        grid, on_edge = np.full(len(x), -1, dtype=np.int64), np.zeros(len(x), dtype=bool)
        distance, asked = np.full(len(x), np.nan), np.zeros(len(x), dtype=bool)
        for first, index, outlines in self._indexes:
            left = np.flatnonzero((grid < 0) & ~asked)
            labels, on = index.find(x[left], y[left])
            asked[left[labels == ASK]] = True
            held = labels > 0
            at, label = left[held], labels[held]
            grid[at], on_edge[at] = first + label.astype(np.int64) - 1, on[held]
            distance[at] = outlines.distances_m(x[at], y[at], label)
        return Found(grid, on_edge, distance, asked)


def _indexes(shapes: Sequence[shapely.Geometry]) -> tuple[Covering, Outlines]:
    covering = cover(shapes)
    return covering, Outlines(covering.edges)


def read_grids(connection: Connection, network: str, at: datetime, as_recorded: datetime) -> Grids:
    """The grids of the network that applied then, as recorded until `as_recorded`. About 0.3 ms a grid, index included.

    The answers stay true for these two instants if no publish is still to commit that was recorded earlier:
    take `as_recorded` under the boundary lock.
    """
    values = {"network": network, "at": at, "as_recorded": as_recorded}
    rows = connection.execute(text(_GRIDS), values)
    return Grids(network, at, as_recorded, [(r[0], r[1], r[2], r[3], bytes(r[4])) for r in rows])
