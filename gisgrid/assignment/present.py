"""Which grid holds one point now? An index of a network's grids as they are, renewed where a publish changed them.

It answers only what needs no second thought: a point strictly inside one grid. On edges, outside, where grids overlap,
and after the instant from which other grids apply, it says nothing, and `app.locate` is asked.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gisgrid.assignment.covering import ASK, Covering, cover
from gisgrid.assignment.distances import Lines, Outlines
from gisgrid.assignment.one import EXTENT, as_box
from gisgrid.geo import BBox

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_BYTES = 64_000_000
"""Larger shapes (packed, in the database) get no index: it would take more than 0.5 GB."""
MOST_PATCHES, LARGE_PATCH = 16, 4
"""With more patches, or one of more than a quarter of the grids, the whole index is made again."""
FEW = 30
"""So many points at most are looked up one by one, which costs less than to set up arrays."""
SOON_S = 1.0
"""So long before other grids apply by themselves, the index says nothing any more."""

_LIST = """
SELECT
    ARRAY(
        SELECT ARRAY[CAST(v.area_version_id AS text), v.code, v.name, v.kind]
        FROM app.area_at(now()) AS v WHERE v.network = :network AND v.level = 'grid'
        ORDER BY v.kind = 'base', v.code COLLATE "C"
    ) AS grids,
    (SELECT sum(pg_column_size(v.geom)) FROM app.area_at(now()) AS v
     WHERE v.network = :network AND v.level = 'grid') AS bytes,
    (SELECT r.times FROM core.redrawn AS r WHERE r.network = :network) AS redrawn,
    CAST(b.since AS text) AS since, CAST(b.until AS text) AS until,
    CASE WHEN b.until < 'infinity' THEN extract(EPOCH FROM b.until - now()) END AS holds_s,
    {extent} AS extent
FROM (
    SELECT coalesce(max(e.at) FILTER (WHERE e.at <= now()), '-infinity') AS since,
        coalesce(min(e.at) FILTER (WHERE e.at > now()), 'infinity') AS until
    FROM core.area_version AS v CROSS JOIN LATERAL (VALUES (v.valid_from), (v.valid_to)) AS e (at)
    WHERE v.network = :network AND v.recorded_to = 'infinity') AS b
"""
_SHAPES = """
SELECT v.area_version_id, ST_AsBinary(v.geom) AS shape FROM core.area_version AS v
WHERE v.area_version_id = ANY(CAST(:ids AS bigint[]))
"""


@dataclass(frozen=True)
class Inside:
    """A grid that holds a point strictly inside, and how far its edge is (metres, geodesic)."""

    version: int
    code: str
    name: str
    kind: str
    distance_to_edge_m: float


@dataclass(frozen=True)
class Holds:
    """While which areas apply and are recorded an index holds: `core.redrawn`, and two instants as the database writes
    them, the first one included.
    """

    redrawn: int | None
    since: str
    until: str


@dataclass(frozen=True)
class Patch:
    """An index that is right in its box, of all grids that reach into it: special ones first, then by code."""

    box: BBox
    grids: Sequence[Sequence[str]]
    indexes: tuple[tuple[int, Covering, Lines], ...]

    def holds(self, x: float, y: float) -> bool:
        """Does this patch answer for the point?"""
        return self.box.west <= x <= self.box.east and self.box.south <= y <= self.box.north

    def find(self, x: float, y: float) -> Inside | None:
        """The grid strictly around the point; None: ask `app.locate`."""
        for first, index, lines in self.indexes:
            label, on_edge = index.find_one(x, y)
            if on_edge or label == ASK:
                return None
            if label:
                version, code, name, kind = self.grids[first + label - 1]
                return Inside(int(version), code, name, kind, lines.distance_m(x, y, label))
        return None

    def find_many(self, x: Floats, y: Floats) -> tuple[Places, Floats]:
        """The version of the grid strictly around each point, 0: ask `app.locate`; and how far its edge is."""
        grid, distance = np.full(len(x), -1, dtype=np.int64), np.full(len(x), np.nan)
        left = np.arange(len(x))
        for (first, index, _), outlines in zip(self.indexes, self._outlines, strict=True):
            labels, on_edge = index.find(x[left], y[left])
            held = (labels > 0) & ~on_edge
            at, label = left[held], labels[held]
            grid[at] = first + label - 1
            distance[at] = outlines.distances_m(x[at], y[at], label)
            left = left[(labels == 0) & ~on_edge]
        return np.where(grid < 0, 0, self._versions[grid]), distance

    @cached_property
    def _outlines(self) -> list[Outlines]:
        return [Outlines(index.edges, lines) for _, index, lines in self.indexes]

    @cached_property
    def _versions(self) -> Places:
        return np.array([int(grid[0]) for grid in self.grids], dtype=np.int64)


@dataclass(frozen=True)
class Present:
    """The grids of a network as of one commit. `boxes`: of each version; `patches`: the newest first."""

    extent: BBox | None
    boxes: Mapping[str, BBox]
    patches: tuple[Patch, ...]
    ends: float
    """From then on (`time.monotonic`) other grids may apply."""
    holds: Holds

    def find(self, x: float, y: float) -> Inside | None:
        """The grid strictly around this point (WGS 84), in 30 us; None: ask `app.locate`."""
        return self._find_then(x, y) if time.monotonic() < self.ends else None

    def _find_then(self, x: float, y: float) -> Inside | None:
        """The same for an instant within `holds`."""
        return next((patch.find(x, y) for patch in self.patches if patch.holds(x, y)), None)

    def find_many(self, x: Floats, y: Floats) -> tuple[Places, Floats]:
        """The version of the grid strictly around each of these points (WGS 84) and the distance of its edge, in 2 us a
        point; 0: ask `app.locate`. Right for an instant and a state of the record within `holds`.
        """
        versions, distances = np.zeros(len(x), dtype=np.int64), np.full(len(x), np.nan)
        if len(x) <= FEW:
            for n, found in enumerate(map(self._find_then, x.tolist(), y.tolist())):
                if found is not None:
                    versions[n], distances[n] = found.version, found.distance_to_edge_m
            return versions, distances
        left = np.arange(len(x))
        for patch in self.patches:
            box, lon, lat = patch.box, x[left], y[left]
            mine = (box.west <= lon) & (lon <= box.east) & (box.south <= lat) & (lat <= box.north)
            at, left = left[mine], left[~mine]
            if len(at):
                versions[at], distances[at] = patch.find_many(x[at], y[at])
        return versions, distances


def read_present(connection: Connection, network: str, before: Present | None = None) -> Present:
    """The network's grids as they are now. About 0.2 ms a grid; with the index `before`, a few us a grid, and 0.2 ms
    for each grid in the box around what has changed since.

    Versions are never changed, so that all statements see the grids of the first one.
    """
    began = time.monotonic()
    row = connection.execute(text(_LIST.format(extent=EXTENT)), {"network": network}).one()
    ends = float("inf") if row.holds_s is None else began + float(row.holds_s) - SOON_S
    frame = Present(as_box(row.extent), {}, (), ends, Holds(row.redrawn, row.since, row.until))
    if (row.bytes or 0) > MOST_BYTES or not row.grids:
        return frame
    if before is None or not before.patches:
        return _whole(connection, row.grids, frame)
    known = {grid[0]: before.boxes[grid[0]] for grid in row.grids if grid[0] in before.boxes}
    fresh = _read_shapes(connection, [grid[0] for grid in row.grids if grid[0] not in known])
    boxes = {**known, **{key: _box(shape) for key, shape in fresh.items()}}
    changed = [boxes[key] for key in fresh] + [box for key, box in before.boxes.items() if key not in known]
    if not changed:
        return replace(frame, boxes=boxes, patches=before.patches)
    around = _around(changed)
    near = [grid for grid in row.grids if _meet(boxes[grid[0]], around)]
    if len(before.patches) > MOST_PATCHES or len(near) * LARGE_PATCH > len(row.grids):
        return _whole(connection, row.grids, frame)
    fresh |= _read_shapes(connection, [grid[0] for grid in near if grid[0] not in fresh])
    return replace(frame, boxes=boxes, patches=(_patch(around, near, fresh), *before.patches))


def _whole(connection: Connection, grids: Sequence[Any], frame: Present) -> Present:
    shapes = _read_shapes(connection, [grid[0] for grid in grids])
    everywhere = BBox(-180, -90, 180, 90)
    boxes = {key: _box(each) for key, each in shapes.items()}
    return replace(frame, boxes=boxes, patches=(_patch(everywhere, grids, shapes),))


def _read_shapes(connection: Connection, ids: Sequence[str]) -> dict[str, shapely.Geometry]:
    rows = connection.execute(text(_SHAPES), {"ids": list(map(int, ids))}).all() if ids else []
    return {str(row.area_version_id): shapely.from_wkb(bytes(row.shape)) for row in rows}


def _patch(box: BBox, grids: Sequence[Any], shapes: Mapping[str, shapely.Geometry]) -> Patch:
    special = sum(kind != "base" for _, _, _, kind in grids)
    indexes = []
    for first, some in ((0, grids[:special]), (special, grids[special:])):
        if some:
            index = cover([shapes[grid[0]] for grid in some])
            indexes.append((first, index, Lines(index.edges)))
    return Patch(box, grids, tuple(indexes))


def _box(shape: shapely.Geometry) -> BBox:
    return BBox(*map(float, shapely.bounds(shape)))


def _around(boxes: Sequence[BBox]) -> BBox:
    return BBox(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )


def _meet(one: BBox, other: BBox) -> bool:
    return one.west <= other.east and one.east >= other.west and one.south <= other.north and one.north >= other.south
