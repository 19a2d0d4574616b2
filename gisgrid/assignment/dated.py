"""Which grid holds each of many points, each at its own instant? An index of each span between two redraws."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.assignment.grids import read_grids
from gisgrid.assignment.present import Holds
from gisgrid.instants import write_instant

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
MOST_SHARE = 4
"""Fewer points in a span than so many a grid: to ask `app.locate` costs less than to make an index of it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EDGES = """
SELECT ARRAY(
    SELECT DISTINCT CAST(extract(EPOCH FROM e.at) * 1000000 AS bigint)
    FROM core.area_version AS v CROSS JOIN LATERAL (VALUES (v.valid_from), (v.valid_to)) AS e (at)
    WHERE v.network = :network AND v.level = 'grid' AND v.recorded_to = 'infinity' AND isfinite(e.at) ORDER BY 1
) AS edges,
(SELECT r.times FROM core.redrawn AS r WHERE r.network = :network) AS redrawn,
(SELECT count(*) FROM app.area_at(now()) AS v WHERE v.network = :network AND v.level = 'grid') AS grids,
clock_timestamp() AS known
"""


def find_dated(
    connection: Connection, network: str, x: Floats, y: Floats, at: Sequence[datetime]
) -> tuple[Places, Floats, list[Holds]]:
    """The version of the grid strictly around each point (WGS 84) at its own instant, and the distance of its edge;
    0: ask `app.locate`. And while which areas apply each answer holds.

    For a transaction that has the boundary lock: a publish that ends meanwhile is not seen. About 2 us a point, and
    0.3 ms a grid for each span between two redraws with many points; others are left to `app.locate`.
    """
    known = connection.execute(text(_EDGES), {"network": network}).one()
    moments = np.array([(each - _EPOCH) // _MICROSECOND for each in at], dtype=np.int64)
    spans = np.searchsorted(np.array(known.edges, dtype=np.int64), moments, side="right")
    versions, distances = np.zeros(len(x), dtype=np.int64), np.full(len(x), np.nan)
    holds = [_holds(known.redrawn, known.edges, n) for n in range(len(known.edges) + 1)]
    for span, count in zip(*(each.tolist() for each in np.unique(spans, return_counts=True)), strict=True):
        if count < max(known.grids, 1) * MOST_SHARE:
            continue
        mine = np.flatnonzero(spans == span)
        grids = read_grids(connection, network, at[int(mine[0])], known.known)
        found = grids.find(x[mine], y[mine])
        sure = (found.grid >= 0) & ~found.on_edge & ~found.asked
        versions[mine[sure]] = np.array(grids.version_ids, dtype=np.int64)[found.grid[sure]]
        distances[mine[sure]] = found.distance_to_edge_m[sure]
    return versions, distances, [holds[span] for span in spans.tolist()]


def _holds(redrawn: int | None, edges: Sequence[int], span: int) -> Holds:
    since = _write(edges[span - 1]) if span else "-infinity"
    return Holds(redrawn, since, _write(edges[span]) if span < len(edges) else "infinity")


def _write(microseconds: int) -> str:
    return write_instant(_EPOCH + microseconds * _MICROSECOND)
