"""Ground as cells of one fixed lattice: which cells lie in a polygon, how much of one set lies in another.

A cell is 0.0000225 degrees each way: 2.5 m from south to north, and at 27 degrees north 2.2 m from west to east. A set
is runs of cells in rows, so 4 km of a street seen 30 m to each side are some 3,000 runs, packed in 10 kB. A cell is in
a polygon when its centre is; an area reckoned so differs from the exact one by chance, in proportion to the square root
of the length of the border in cells: below 1 % of a grid of a hectare (`tests/unit/test_lattice.py`).
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
CELL_DEG = 2.25e-5
_ROW = 1 << 24
"""More cells than a row has: a cell's key is its row times this, plus its column."""


@dataclass(frozen=True)
class Runs:
    """Cells, as runs within rows: the key of the first cell of each, and of the cell after the last; sorted, apart."""

    starts: Ints
    ends: Ints

    def weight(self) -> float:
        """How much ground is it? In cells of the equator; rows further from it weigh less."""
        rows = self.starts // _ROW
        return float(np.sum((self.ends - self.starts) * _row_weight(rows)))


NONE = Runs(np.zeros(0, np.int64), np.zeros(0, np.int64))


def runs_of(shape: BaseGeometry) -> Runs:
    """The cells whose centres lie in a shape of polygons (degrees, lon first). By even-odd, row by row."""
    lines = shapely.boundary(shape)
    if lines is None or lines.is_empty:
        return NONE
    points, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    x, y = (points[:, 0] + 180) / CELL_DEG - 0.5, (points[:, 1] + 90) / CELL_DEG - 0.5
    same = owner[1:] == owner[:-1]
    x1, y1, x2, y2 = x[:-1][same], y[:-1][same], x[1:][same], y[1:][same]
    low, high = np.ceil(np.minimum(y1, y2)).astype(np.int64), np.ceil(np.maximum(y1, y2)).astype(np.int64)
    counts = high - low  # rows whose centre line the side crosses, its lower end included
    side = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + low[side]
    crossed = x1[side] + (rows - y1[side]) * (x2 - x1)[side] / (y2 - y1)[side]
    keys = np.sort(rows * _ROW + np.ceil(crossed).astype(np.int64))
    starts, ends = keys[0::2], keys[1::2]
    kept = ends > starts
    return Runs(starts[kept], ends[kept])


def runs_near(lines: Floats, metres: tuple[Floats, Floats], radius_m: float) -> Runs:
    """The cells whose centres lie within `radius_m` of straight lines: rows of lon, lat, lon, lat; a point is one, too.

    `metres`: of each line how long a degree is there, east and north. Each row of the lattice meets what lies near a
    line in one run, whose ends are on the discs round its ends or on its two sides: ten times as fast as a polygon.
    """
    east, north = metres[0] * CELL_DEG, metres[1] * CELL_DEG
    x1, y1 = (lines[:, 0] + 180) / CELL_DEG - 0.5, (lines[:, 1] + 90) / CELL_DEG - 0.5
    dx, dy = (lines[:, 2] - lines[:, 0]) / CELL_DEG * east, (lines[:, 3] - lines[:, 1]) / CELL_DEG * north
    length = np.hypot(dx, dy)
    ux, uy = dx / np.maximum(length, 1e-9), dy / np.maximum(length, 1e-9)
    low = np.ceil(y1 + (np.minimum(dy, 0) - radius_m) / north).astype(np.int64)
    counts = np.floor(y1 + (np.maximum(dy, 0) + radius_m) / north).astype(np.int64) - low + 1
    line = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts) + low[line]
    v, dx, dy, ux, uy, length = (rows - y1[line]) * north[line], dx[line], dy[line], ux[line], uy[line], length[line]
    with np.errstate(invalid="ignore", divide="ignore"):  # NaN where a row does not meet it
        begin, end = np.sqrt(radius_m**2 - v * v), np.sqrt(radius_m**2 - (v - dy) ** 2)
        across, up = v * ux, v * uy
        sides = [_on_line((across - side) / uy, ux, up, length) for side in (radius_m, -radius_m)]
        west = np.fmin(np.fmin(-begin, dx - end), np.fmin(*sides))
        east_end = np.fmax(np.fmax(begin, dx + end), np.fmax(*sides))
        starts = rows * _ROW + np.ceil(x1[line] + west / east[line]).astype(np.int64)
        ends = rows * _ROW + np.ceil(x1[line] + east_end / east[line]).astype(np.int64)
    kept = ends > starts
    return _joined(starts[kept], ends[kept])


def _on_line(x: Floats, ux: Floats, up: Floats, length: Floats) -> Floats:
    """Where a row meets a side of a line, beside the line itself; NaN beyond its ends."""
    along = x * ux + up
    return np.where((along >= 0) & (along <= length), x, np.nan)


def union(sets: list[Runs]) -> Runs:
    """The cells that are in any of these."""
    if len(sets) < 2:
        return sets[0] if sets else NONE
    return _joined(np.concatenate([one.starts for one in sets]), np.concatenate([one.ends for one in sets]))


def _joined(starts: Ints, ends: Ints) -> Runs:
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    if not len(starts):
        return NONE
    is_first = np.concatenate([[True], starts[1:] > ends[:-1]])
    is_last = np.concatenate([is_first[1:], [True]])
    return Runs(starts[is_first], ends[is_last])


def difference(cells: Runs, others: Runs) -> Runs:
    """The cells of the one that are not in the other."""
    if not len(cells.starts) or not len(others.starts):
        return cells
    # The gaps of the other, from before the first cell to after the last, cut by the runs of the one.
    low, high = np.int64(cells.starts[0]), np.int64(cells.ends[-1])
    gaps = Runs(np.concatenate([[low], others.ends]), np.concatenate([others.starts, [high]]))
    first = np.searchsorted(gaps.ends, cells.starts, side="right")
    last = np.searchsorted(gaps.starts, cells.ends, side="left")
    counts = np.maximum(last - first, 0)
    run = np.repeat(np.arange(len(counts)), counts)
    gap = np.arange(len(run)) - np.repeat(np.cumsum(counts) - counts, counts) + first[run]
    starts = np.maximum(cells.starts[run], gaps.starts[gap])
    ends = np.minimum(cells.ends[run], gaps.ends[gap])
    kept = ends > starts
    return Runs(starts[kept], ends[kept])


class Division:
    """Sets of cells, each by its number, of which one question is asked at once: how much ground of each is in this?"""

    def __init__(self, sets: Sequence[Runs]) -> None:
        self.whole = np.array([one.weight() for one in sets])
        self._starts = np.concatenate([NONE.starts, *(one.starts for one in sets)])
        self._ends = np.concatenate([NONE.ends, *(one.ends for one in sets)])
        self._owner = np.repeat(np.arange(len(sets)), np.array([len(one.starts) for one in sets], np.int64))
        self._weights = _row_weight(self._starts // _ROW)

    def weights_in(self, cells: Runs) -> Floats:
        """The ground of each set that is in these cells, in cells of the equator."""
        before = np.concatenate([[0], np.cumsum(cells.ends - cells.starts)])
        inside = _count(cells, before, self._ends) - _count(cells, before, self._starts)
        found: Floats = np.bincount(self._owner, inside * self._weights, minlength=len(self.whole)).astype(np.float64)
        return found


class Ground:
    """A set of cells that is asked many times how much of it lies within another."""

    def __init__(self, cells: Runs) -> None:
        self._cells = cells
        self._before = np.concatenate([[0], np.cumsum(cells.ends - cells.starts)])

    def share_of(self, other: Runs) -> float:
        """How much of the other's ground is in this? 0..1; 0 of nothing."""
        whole = other.weight()
        if not whole:
            return 0.0
        inside = _count(self._cells, self._before, other.ends) - _count(self._cells, self._before, other.starts)
        return float(np.sum(inside * _row_weight(other.starts // _ROW)) / whole)


def _count(cells: Runs, before: Ints, keys: Ints) -> Ints:
    """How many of these cells come before each key? `before`: how many come before each run, and all."""
    at = np.searchsorted(cells.starts, keys, side="right")
    whole: Ints = before[at]
    if not len(cells.starts):
        return whole
    last = np.maximum(at - 1, 0)
    beyond: Ints = np.where(at > 0, np.maximum(cells.ends[last] - keys, 0), 0)
    return whole - beyond


def pack(cells: Runs) -> bytes:
    """As bytes, to be kept."""
    gaps = np.diff(cells.starts, prepend=0)
    return zlib.compress(np.stack([gaps, cells.ends - cells.starts]).astype("<i8").tobytes(), 1)


def unpack(kept: bytes) -> Runs:
    """What `pack` wrote."""
    gaps, lengths = np.frombuffer(zlib.decompress(kept), "<i8").reshape(2, -1)
    starts = np.cumsum(gaps)
    return Runs(starts, starts + lengths)


def _row_weight(rows: Ints) -> Floats:
    weights: Floats = np.cos(np.radians((rows + 0.5) * CELL_DEG - 90))
    return weights
