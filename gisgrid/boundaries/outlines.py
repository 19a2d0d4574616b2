"""Outlines: areas as tiles below zoom 16 draw them. A border that two areas share loses the same corners in both.

A corner has one zoom from which on it is drawn, in every area, level and date that has it: the lowest that any
coverage gave it. So neighbours never part, a town's line lies on its grids' lines, and what is drawn far from a redraw
does not change. The zoom is kept as M of the corner (`core.area_outline`), and a tile filters by it.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, text

Corners = NDArray[np.complex128]
"""x + y i, EPSG:3857: two corners are the same if all digits are."""
Zooms = NDArray[np.int64]
FIRST, LAST = 8, 15
"""Below the first zoom all is drawn as at the first; above the last, every corner."""
WORLD_M, TILE_PX = 40075016.68557849, 512
SMOOTH = 2.0
"""coverage_simplify takes away triangles up to the square of its tolerance; a line moves by about half of that."""
LEAF = "grid"
BATCH = 5000
MANY = 200
"""So many new outlines change how tiles are best planned: of a table that was empty, each tile reads all of it."""
_PENDING = """
SELECT v.area_version_id, v.network, v.level, v.kind, v.valid_from, v.recorded_from,
       ST_AsBinary(v.geom_3857) AS shape
FROM core.area_version AS v JOIN core.level AS l ON l.level = v.level
WHERE NOT EXISTS (SELECT FROM core.area_outline AS o WHERE o.area_version_id = v.area_version_id)
ORDER BY l.rank DESC, v.network, v.kind, v.valid_from, v.recorded_from, v.path, v.area_version_id
LIMIT :batch
"""
# Those that touch the pending ones, and those that touch these: without them it is not known where borders meet.
_AROUND = """
WITH known AS NOT MATERIALIZED (
    SELECT v.area_version_id, v.geom, v.geom_3857 FROM core.area_version AS v
    WHERE v.network = :network AND v.level = :level AND v.kind = :kind AND v.valid_from <= :at AND v.valid_to > :at
      AND v.recorded_from <= :known AND v.recorded_to > :known
),
near AS MATERIALIZED (
    SELECT DISTINCT v.area_version_id FROM core.area_version AS p JOIN known AS v ON v.geom && p.geom
    WHERE p.area_version_id = ANY(:ids)
),
around AS MATERIALIZED (
    SELECT DISTINCT v.area_version_id FROM near AS n
    JOIN core.area_version AS p ON p.area_version_id = n.area_version_id JOIN known AS v ON v.geom && p.geom
)
SELECT ST_AsBinary(v.geom_3857) AS shape, n.area_version_id IS NOT NULL AS is_near
FROM around AS a JOIN core.area_version AS v ON v.area_version_id = a.area_version_id
LEFT JOIN near AS n ON n.area_version_id = a.area_version_id
"""
_KEPT = """
SELECT o.area_version_id, ST_AsBinary(o.geom) AS shape FROM core.area_outline AS o
WHERE o.area_version_id IN (
    SELECT k.area_version_id FROM core.area_version AS p JOIN core.area_outline AS k ON k.geom && p.geom_3857
    WHERE p.area_version_id = ANY(:ids))
"""
_KEEP = """
INSERT INTO core.area_outline AS o (area_version_id, geom)
SELECT k.id, ST_GeomFromWKB(k.shape, 3857) FROM unnest(CAST(:ids AS bigint[]), CAST(:shapes AS bytea[])) AS k(id, shape)
ON CONFLICT (area_version_id) DO UPDATE SET geom = excluded.geom
"""
_NOTE = """
INSERT INTO core.change (layer, box)
SELECT 'area', ST_SetSRID(ST_Extent(v.geom)::geometry, 4326) FROM core.area_version AS v
WHERE v.area_version_id = ANY(:ids) HAVING count(*) > 0
"""


@dataclass(frozen=True)
class Drawn:
    """From which zoom on each corner is drawn; `corners` sorted, each once."""

    corners: Corners
    zooms: Zooms

    def find(self, corners: Corners) -> tuple[Zooms, NDArray[np.bool_]]:
        """The zoom of each corner, and whether it is known; an unknown one is always drawn: 0."""
        if not len(self.corners):
            return np.zeros(len(corners), np.int64), np.zeros(len(corners), bool)
        at = np.minimum(np.searchsorted(self.corners, corners), len(self.corners) - 1)
        is_known = self.corners[at] == corners
        return np.where(is_known, self.zooms[at], 0), is_known


def draw_outlines(connection: Connection) -> int:
    """Draw the outlines that are due, as the owner; returns how many, 0 when all are drawn.

    Also lowers the zoom of corners in older outlines that a new neighbour makes important. About 1 ms an area.
    """
    connection.execute(text("DELETE FROM core.outline_due"))
    pending = connection.execute(text(_PENDING), {"batch": BATCH}).all()
    for _, rows in groupby(
        pending, key=lambda row: (row.network, row.level, row.kind, row.valid_from, row.recorded_from)
    ):
        _draw(connection, list(rows))
    if len(pending) >= MANY:
        connection.execute(text("ANALYZE core.area_outline"))
    if len(pending) == BATCH:
        connection.execute(text("INSERT INTO core.outline_due DEFAULT VALUES"))
    return len(pending)


def _draw(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Draw versions of one coverage: one network, level, kind and date."""
    ids = [row.area_version_id for row in rows]
    shapes = _shapes(rows)
    kept = connection.execute(text(_KEPT), {"ids": ids}).all()
    old = _shapes(kept)
    known = _lowest(_corners(old), shapely.get_coordinates(old, include_m=True)[:, 2].astype(np.int64))
    if rows[0].level == LEAF:
        found = _simplified(connection, rows[0], ids)
        known = _lowest(np.concatenate([known.corners, found.corners]), np.concatenate([known.zooms, found.zooms]))
    elif not known.find(_corners(shapes))[1].all():
        found = _simplified(connection, rows[0], ids)  # drawn by hand: no grid has these lines
        is_new = ~known.find(found.corners)[1]
        known = _lowest(
            np.concatenate([known.corners, found.corners[is_new]]), np.concatenate([known.zooms, found.zooms[is_new]])
        )
    lowered = [(row.area_version_id, shape) for row, shape in zip(kept, old, strict=True) if _is_lowered(shape, known)]
    both = [*zip(ids, shapes, strict=True), *lowered]
    values = {"ids": [number for number, _ in both], "shapes": [_as_wkb(shape, known) for _, shape in both]}
    connection.execute(text(_KEEP), values)
    connection.execute(text(_NOTE), {"ids": values["ids"]})


def _simplified(connection: Connection, row: Row[Any], ids: Sequence[int]) -> Drawn:
    """From which zoom on the corners of these areas, and of those that touch them, are drawn in their coverage."""
    values = {"network": row.network, "level": row.level, "kind": row.kind, "ids": list(ids)}
    around = connection.execute(text(_AROUND), {**values, "at": row.valid_from, "known": row.recorded_from}).all()
    return simplify(_shapes(around), np.array([each.is_near for each in around], dtype=bool))


def simplify(shapes: Any, is_near: NDArray[np.bool_]) -> Drawn:
    """From which zoom on is each corner drawn? Of the near ones among these shapes of one coverage (EPSG:3857).

    A corner in which three borders meet is always drawn; one that is drawn at a zoom is drawn at all closer ones.
    """
    corners = np.unique(_corners(shapes[is_near]))
    zooms = np.full(len(corners), LAST + 1)
    for zoom in range(LAST, FIRST - 1, -1):
        shapes = shapely.coverage_simplify(shapes, SMOOTH * tolerance_m(zoom))
        zooms[np.searchsorted(corners, np.unique(_corners(shapes[is_near])))] = zoom
    return Drawn(corners, zooms)


def tolerance_m(zoom: int) -> float:
    """Half a pixel below zoom 14, a quarter from there on, in metres of EPSG:3857."""
    return WORLD_M / TILE_PX / float(2**zoom) / (2 if zoom < 14 else 4)


def _shapes(rows: Iterable[Row[Any]]) -> Any:
    return np.array([shapely.from_wkb(bytes(row.shape)) for row in rows], dtype=object)


def _corners(shapes: Any) -> Corners:
    places = shapely.get_coordinates(shapes)
    return np.asarray(places[:, 0] + 1j * places[:, 1])


def _lowest(corners: Corners, zooms: Zooms) -> Drawn:
    """Each corner once, with the lowest of its zooms."""
    order = np.argsort(corners, kind="stable")
    corners, zooms = corners[order], zooms[order]
    first = np.flatnonzero(np.r_[True, corners[1:] != corners[:-1]]) if len(corners) else np.array([], dtype=np.int64)
    return Drawn(corners[first], np.minimum.reduceat(zooms, first) if len(first) else zooms)


def _is_lowered(shape: Any, known: Drawn) -> bool:
    zooms = shapely.get_coordinates(shape, include_m=True)[:, 2]
    return bool((known.find(_corners(shape))[0] < zooms).any())


def _as_wkb(shape: Any, drawn: Drawn) -> bytes:
    """The shape with the zoom of each corner as M; every ring begins with a corner of its lowest zoom.

    ST_FilterByM keeps a ring closed only if its first corner stays.
    """
    parts = []
    for polygon in shape.geoms:
        rings = b"".join(_ring_as_wkb(ring, drawn) for ring in (polygon.exterior, *polygon.interiors))
        parts.append(struct.pack("<BII", 1, 2003, 1 + len(polygon.interiors)) + rings)
    return struct.pack("<BII", 1, 2006, len(parts)) + b"".join(parts)


def _ring_as_wkb(ring: Any, drawn: Drawn) -> bytes:
    places = shapely.get_coordinates(ring)[:-1]
    zooms, _ = drawn.find(places[:, 0] + 1j * places[:, 1])
    first = int(np.argmin(zooms))
    closed = np.roll(np.column_stack([places, zooms]), -first, axis=0)
    return struct.pack("<I", len(closed) + 1) + np.vstack([closed, closed[:1]]).astype("<f8").tobytes()
