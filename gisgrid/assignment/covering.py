"""Which polygon of a coverage holds each point? A raster answers for most, few edges for the rest; always exactly.

A cell that no edge touches holds the label of its ground. A touched cell holds the label of its centre and its edges:
a point has the centre's label, XOR left XOR right of each edge between them, on a path along one axis and then the
other. How many polygons hold the point is counted on the same path, so that overlaps are seen, not guessed at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.assignment.edges import Edges, edges_of
from gisgrid.assignment.orientation import sides

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

CELLS_AN_EDGE, FEWEST_CELLS, MOST_CELLS = 20, 1 << 12, 1 << 25
ASK = -1
"""The label of a point on ground of several polygons of one coverage: the caller asks `app.locate`."""
_SLACK = 1e-6
"""In cells: an edge is listed in each cell that it passes by less than this."""
_BATCH = 1 << 16
"""Points at a time: what is computed for them stays in the processor's cache."""


@dataclass(frozen=True)
class Lattice:
    """A raster over the extent: cell (i, j) is number `j * columns + i`, from the south-west."""

    west: float
    south: float
    width: float
    height: float
    columns: int
    rows: int

    def cells(self, x: Floats, y: Floats) -> Places:
        """The cell of each point; -1 outside the raster."""
        with np.errstate(invalid="ignore"):
            i, j = np.floor((x - self.west) / self.width), np.floor((y - self.south) / self.height)
            inside = (i >= 0) & (j >= 0) & (i < self.columns) & (j < self.rows)
            return np.where(inside, j * self.columns + i, -1).astype(np.int64)

    def centre_x(self, cell: Places) -> Floats:
        """Longitude of the cell's centre."""
        return np.asarray(self.west + (cell % self.columns + 0.5) * self.width)

    def centre_y(self, cell: Places) -> Floats:
        """Latitude of the cell's centre."""
        return np.asarray(self.south + (cell // self.columns + 0.5) * self.height)


@dataclass(frozen=True)
class Covering:
    """One coverage. `cell`: the label of an untouched cell, -1 - k for the touched cell k.

    The touched cell k has the edges `listed[start[k]:start[k + 1]]`, and at its centre the polygon `label[k]` (the XOR
    of all, if several), `held[k]` polygons in number.
    """

    edges: Edges
    lattice: Lattice
    cell: Numbers
    start: Places
    listed: Numbers
    label: Numbers
    held: Numbers

    def find(self, x: Floats, y: Floats) -> tuple[Numbers, Flags]:
        """The label of the polygon that holds each point, and whether the point lies on that polygon's edge.

        On a shared edge the lowest label; 0 outside, ASK on ground of several polygons. About 20 ns a point.
        """
        labels, on_edge = np.empty(len(x), dtype=np.int32), np.zeros(len(x), dtype=bool)
        for first in range(0, len(x), _BATCH):
            part = slice(first, first + _BATCH)
            cells = self.lattice.cells(x[part], y[part])
            found = np.where(cells < 0, 0, self.cell[cells])
            near = np.flatnonzero(found < 0)
            if len(near):
                where = (x[part][near], y[part][near])
                found[near], on_edge[first + near] = self._find_near(cells[near], -1 - found[near], *where)
            labels[part] = found
        return labels, on_edge

    def find_one(self, x: float, y: float) -> tuple[int, bool]:
        """The same for one point: about 1 us, 100 in a cell with edges."""
        lattice = self.lattice
        i, j = (x - lattice.west) / lattice.width, (y - lattice.south) / lattice.height
        if not (0 <= i < lattice.columns and 0 <= j < lattice.rows):
            return 0, False
        label = int(self.cell[int(j) * lattice.columns + int(i)])
        if label >= 0:
            return label, False
        labels, on_edge = self.find(np.array([x]), np.array([y]))
        return int(labels[0]), bool(on_edge[0])

    def _find_near(self, cells: Places, touched: Numbers, x: Floats, y: Floats) -> tuple[Numbers, Flags]:
        """`find` for points of touched cells: walk from the point along x, then along y to the cell's centre.

        To have no special cases, everything is meant a hair's breadth further east, and a hair's breadth of that
        further north: so a point on an upward edge is right of it, one on a level edge left of it (above).
        """
        count = self.start[touched + 1] - self.start[touched]
        of_point = np.repeat(np.arange(len(x)), count)
        within = np.arange(len(of_point)) - np.repeat(np.cumsum(count) - count, count)
        edge = self.listed[np.repeat(self.start[touched], count) + within]
        ax, ay, bx, by = self.edges.line[edge].T
        px, py = x[of_point], y[of_point]
        cx, cy = self.lattice.centre_x(cells)[of_point], self.lattice.centre_y(cells)[of_point]
        at_point, at_knee = sides(ax, ay, bx, by, px, py), sides(ax, ay, bx, by, cx, py)
        level = ay == by
        left_of_point, left_of_knee, left_of_centre = (
            ((side > 0) | (level & (side == 0))).astype(np.int8)
            for side in (at_point, at_knee, sides(ax, ay, bx, by, cx, cy))
        )
        along_x = (left_of_point - left_of_knee) * ((ay > py) != (by > py))
        along_y = (left_of_knee - left_of_centre) * ((ax > cx) != (bx > cx))
        crossed = along_x + along_y
        left, right = self.edges.left[edge], self.edges.right[edge]
        labels = self.label[touched] ^ _xor_of(of_point, np.where(crossed & 1, left ^ right, 0), len(x))
        sides_held = (left > 0).astype(np.int8) - (right > 0)
        held = self.held[touched] + np.bincount(of_point, crossed * sides_held, len(x)).astype(np.int32)
        on = np.flatnonzero(
            (at_point == 0) & (np.minimum(ax, bx) <= px) & (px <= np.maximum(ax, bx)) & (ay <= py) & (py <= by)
        )
        on_edge = np.zeros(len(x), dtype=bool)
        if len(on):
            on_edge[of_point[on]] = True
            lowest, known = _lowest(of_point[on], left[on], right[on], labels)
            held[on_edge & ~known & (labels > 0)] = 2  # on an edge of one, inside another
            labels = np.where(on_edge, lowest, labels)
        labels[held > 1] = ASK
        return labels, on_edge & (labels != ASK)


def cover(shapes: Sequence[shapely.Geometry]) -> Covering:
    """The index of these valid polygons and multipolygons, which get the labels 1, 2, ... in their order.

    On a shared edge the lowest label holds, so they come in the order of their codes. About 2 us a corner.
    """
    edges = edges_of(shapes)
    lattice = _lattice(edges)
    listed, touched, start = _touched_cells(edges, lattice)
    labels, held = _centres(edges, lattice)
    several = held > 1
    several[touched] = False
    crowded = np.flatnonzero(several)
    start = np.concatenate([start, np.full(len(crowded), start[-1])])
    touched = np.concatenate([touched, crowded])
    cell = labels.copy()
    cell[touched] = -1 - np.arange(len(touched), dtype=np.int32)
    return Covering(edges, lattice, cell, start, listed, labels[touched], held[touched].astype(np.int32))


def _lattice(edges: Edges) -> Lattice:
    """About square cells on the ground's extent and one more on every side."""
    if not len(edges.line):
        return Lattice(0, 0, 1, 1, 1, 1)
    xs, ys = edges.line[:, [0, 2]], edges.line[:, [1, 3]]
    west, south = float(xs.min()), float(ys.min())
    wide, high = float(xs.max()) - west, float(ys.max()) - south
    cells = min(max(CELLS_AN_EDGE * len(edges.line), FEWEST_CELLS), MOST_CELLS)
    columns = max(min(round((cells * wide / high) ** 0.5), cells // 4), 4)
    rows = max(cells // columns, 4)
    width, height = wide / columns, high / rows
    return Lattice(west - width, south - height, width, height, columns + 2, rows + 2)


def _touched_cells(edges: Edges, lattice: Lattice) -> tuple[Numbers, Places, Places]:
    """Every edge in every cell that it touches: edges by cell, the cells, where each cell's edges begin."""
    ax, ay, bx, by = edges.line.T
    x1, x2 = (ax - lattice.west) / lattice.width, (bx - lattice.west) / lattice.width
    y1, y2 = (ay - lattice.south) / lattice.height, (by - lattice.south) / lattice.height
    edge, row = _each_between(np.floor(y1 - _SLACK), np.floor(y2 + _SLACK))
    low, high = np.maximum(y1[edge], row - _SLACK), np.minimum(y2[edge], row + 1 + _SLACK)
    rise = (y2 - y1)[edge]
    with np.errstate(divide="ignore", invalid="ignore"):
        lean = np.where(rise > _SLACK, (x2 - x1)[edge] / rise, 0)
    flat = rise <= _SLACK
    starts = np.where(flat, x1[edge], x1[edge] + (low - y1[edge]) * lean)
    ends = np.where(flat, x2[edge], x1[edge] + (high - y1[edge]) * lean)
    left, right = np.minimum(starts, ends), np.maximum(starts, ends)
    # A lean line leaves its row's band beyond its own ends.
    left = np.maximum(left, np.minimum(x1, x2)[edge]) - _SLACK
    right = np.minimum(right, np.maximum(x1, x2)[edge]) + _SLACK
    which, column = _each_between(np.floor(left), np.floor(right))
    cell = (row[which] * lattice.columns + column).astype(np.int64)
    order = np.argsort(cell, kind="stable")
    touched, start = np.unique(cell[order], return_index=True)
    return edge[which[order]].astype(np.int32), touched, np.append(start, len(order)).astype(np.int64)


def _each_between(first: Floats, last: Floats) -> tuple[Places, Floats]:
    """The whole numbers from `first` to `last` of each entry: the entry and the number."""
    count = np.maximum(last - first + 1, 0).astype(np.int64)
    entry = np.repeat(np.arange(len(first)), count)
    return entry, np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count) + first[entry]


def _centres(edges: Edges, lattice: Lattice) -> tuple[Numbers, NDArray[np.int16]]:
    """Label and number of polygons at the centre of every cell, by a walk along each row from the west."""
    shape = (lattice.rows, lattice.columns)
    labels, held = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int16)
    if not len(edges.line):
        return labels.ravel(), held.ravel()
    _, ay, _, by = edges.line.T
    low, high = (ay - lattice.south) / lattice.height - 0.5, (by - lattice.south) / lattice.height - 0.5
    edge, row = _each_between(np.floor(low), np.ceil(high))
    cy = lattice.centre_y((row * lattice.columns).astype(np.int64))
    passes = (ay[edge] > cy) != (by[edge] > cy)
    edge, row, cy = edge[passes], row[passes], cy[passes]
    ax, ay, bx, by = edges.line[edge].T
    crossing = (ax + (cy - ay) / (by - ay) * (bx - ax) - lattice.west) / lattice.width - 0.5
    column = np.ceil(crossing).astype(np.int64)  # the first centre east of the crossing
    near = np.flatnonzero(np.abs(crossing - np.round(crossing)) < _SLACK)
    column[near] = np.round(crossing[near]).astype(np.int64)
    cx = lattice.centre_x(column[near])
    column[near] += sides(ax[near], ay[near], bx[near], by[near], cx, cy[near]) > 0
    place = (row.astype(np.int64), column)
    left, right = edges.left[edge], edges.right[edge]
    np.bitwise_xor.at(labels, place, left ^ right)
    np.add.at(held, place, (right > 0).astype(np.int16) - (left > 0))
    return np.bitwise_xor.accumulate(labels, axis=1).ravel(), np.cumsum(held, axis=1, dtype=np.int16).ravel()


def _xor_of(of_point: Places, values: Numbers, count: int) -> Numbers:
    """The XOR of each point's values; `of_point` never falls."""
    found = np.zeros(count, dtype=np.int32)
    if len(of_point):
        first = np.flatnonzero(np.concatenate([[True], of_point[1:] != of_point[:-1]]))
        found[of_point[first]] = np.bitwise_xor.reduceat(values, first)
    return found


def _lowest(of_point: Places, left: Numbers, right: Numbers, labels: Numbers) -> tuple[Numbers, Flags]:
    """The lowest label at the edges of each point, and whether `labels` has one of these there."""
    lowest = np.full(len(labels), np.iinfo(np.int32).max, dtype=np.int32)
    known = np.zeros(len(labels), dtype=bool)
    for side in (left, right):
        held = side > 0
        np.minimum.at(lowest, of_point[held], side[held])
        known[of_point[side == labels[of_point]]] = True
    return lowest, known
