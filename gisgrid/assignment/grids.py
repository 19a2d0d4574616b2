"""The grids of a network at one instant, with the covering indexes over them: `app.locate` for very many points."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.assignment.covering import ASK, Covering, cover
from gisgrid.assignment.distances import Outlines
from gisgrid.assignment.keeping import Parts, kept_indexes

Floats = NDArray[np.float64]

_GRIDS = """
SELECT area_version_id, code, name, kind = 'base' AS is_base, md5(ST_AsBinary(geom)) AS digest
FROM app.area_at(:at, :as_recorded)
WHERE network = :network AND level = 'grid'
ORDER BY kind = 'base', code COLLATE "C"
"""
_SHAPES = """
SELECT ST_AsBinary(geom) AS shape
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

    def __init__(self, network: str, at: datetime, as_recorded: datetime, names: Sequence[Any], parts: Parts) -> None:
        self.network, self.at, self.as_recorded = network, at, as_recorded
        self.version_ids, self.codes, self.names = ([row[i] for row in names] for i in range(3))
        self._indexes = parts
        self._outlines: dict[int, Outlines] = {}

    def find(self, x: Floats, y: Floats, *, distances: bool = True) -> Found:
        """Which grid holds each point (WGS 84), is it on that grid's edge, how far from it? About 2 us a point;
        70 ns without distances, which are NaN then.
        """
        grid, on_edge = np.full(len(x), -1, dtype=np.int64), np.zeros(len(x), dtype=bool)
        distance, asked = np.full(len(x), np.nan), np.zeros(len(x), dtype=bool)
        for first, index in self._indexes:
            left = np.flatnonzero((grid < 0) & ~asked)
            labels, on = index.find(x[left], y[left])
            asked[left[labels == ASK]] = True
            held = labels > 0
            at, label = left[held], labels[held]
            grid[at], on_edge[at] = first + label.astype(np.int64) - 1, on[held]
            if distances:
                distance[at] = self._outlines_of(first, index).distances_m(x[at], y[at], label)
        return Found(grid, on_edge, distance, asked)

    def _outlines_of(self, first: int, index: Covering) -> Outlines:
        if first not in self._outlines:
            self._outlines[first] = Outlines(index.edges)
        return self._outlines[first]


def read_grids(
    connection: Connection, network: str, at: datetime, as_recorded: datetime, folder: Path | None = None
) -> Grids:
    """The grids of the network that applied then, as recorded until `as_recorded`. About 0.2 ms a grid, index included;
    20 us where `folder` keeps the index of these very shapes, which it does from the first time on.

    The answers stay true for these two instants if no publish is still to commit that was recorded earlier:
    take `as_recorded` under the boundary lock.
    """
    values = {"network": network, "at": at, "as_recorded": as_recorded}
    names = connection.execute(text(_GRIDS), values).all()
    special = sum(not row.is_base for row in names)
    digest = hashlib.sha256("".join([f"{special}", *(row.digest for row in names)]).encode()).hexdigest()[:32]

    def make() -> Parts:
        shapes = shapely.from_wkb([bytes(row.shape) for row in connection.execute(text(_SHAPES), values)])
        parts = ((0, shapes[:special]), (special, shapes[special:]))
        return tuple((first, cover(some)) for first, some in parts if len(some))

    return Grids(network, at, as_recorded, names, kept_indexes(folder, digest, make) if folder else make())
