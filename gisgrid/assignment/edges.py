"""The edges of polygons, each line between two neighbours once, with the polygon on either side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]


@dataclass(frozen=True)
class Edges:
    """Straight lines a -> b as rows (ax, ay, bx, by), upward or, if level, to the east.

    `left`, `right`: the label (1, 2, ...) of the polygon there, 0 for none. `member`, `start`: the rows that bound the
    polygon `label` are `member[start[label - 1]:start[label]]`, ring by ring.
    """

    line: Floats
    left: Numbers
    right: Numbers
    member: Numbers
    start: NDArray[np.int64]


def edges_of(shapes: Sequence[shapely.Geometry]) -> Edges:
    """The edges of valid polygons and multipolygons; the first has the label 1. About 1 us a corner."""
    ends, label = _half_edges(shapes)
    turned = (ends[:, 1] > ends[:, 3]) | ((ends[:, 1] == ends[:, 3]) & (ends[:, 0] > ends[:, 2]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    order = np.argsort(_mixed(ends), kind="stable")
    # Two of the same ends with a polygon on either side are one edge; other coinciding ones stay two.
    same = (ends[order[1:]] == ends[order[:-1]]).all(axis=1) & (turned[order[1:]] != turned[order[:-1]])
    second = np.zeros(len(order), dtype=bool)
    second[1:] = same
    second = _only_pairs(second)
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.cumsum(~second) - 1
    count = int((~second).sum())
    line, left, right = np.empty((count, 4)), np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
    line[number] = ends
    left[number[~turned]] = label[~turned]
    right[number[turned]] = label[turned]
    start = np.searchsorted(label, np.arange(len(shapes) + 1), side="right")
    return Edges(line, left, right, number, start)


def _half_edges(shapes: Sequence[shapely.Geometry]) -> tuple[Floats, Numbers]:
    """Every ring's lines with their polygon on the left, and its label; labels never fall."""
    oriented = shapely.orient_polygons(np.asarray(shapes, dtype=object))
    parts, of_shape = shapely.get_parts(oriented, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    corners, of_ring = shapely.get_coordinates(rings, return_index=True)
    inner = (of_ring[1:] == of_ring[:-1]) & (corners[1:] != corners[:-1]).any(axis=1)
    ends = np.concatenate([corners[:-1], corners[1:]], axis=1)[inner]
    return ends, (of_shape[of_part[of_ring[:-1][inner]]] + 1).astype(np.int32)


def _only_pairs(second: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """In a run of coinciding edges every other one closes a pair."""
    place = np.arange(len(second))
    begin = np.maximum.accumulate(np.where(second, 0, place))
    return np.asarray(second & ((place - begin) % 2 == 1))


def _mixed(ends: Floats) -> NDArray[np.uint64]:
    """A number of each row; equal rows have equal ones. Others may have it too: compare the ends."""
    bits = (ends + 0.0).view(np.uint64)  # + 0.0: there is one zero
    mixed = np.zeros(len(ends), dtype=np.uint64)
    for column in range(4):
        mixed = (mixed ^ bits[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed
