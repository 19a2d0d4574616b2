"""How far is each point from the outline of its polygon? As `app.distance_to_edge_m` has it, for many points.

The nearest point of the outline is found in degrees, with those of longitude as long as they are at the point; up to it
goes the geodesic. The lines of an outline are grouped by boxes, so that of thousands of lines a few are measured.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from gisgrid.assignment.edges import Edges

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_GEOD = Geod(ellps="WGS84")
_E2 = 0.0066943799901413165
_GROUP = 8
_BATCH = 1 << 13
_DIGITS = 1e8
_SAME_RAD = 5e-14


@dataclass(frozen=True)
class _Level:
    """Boxes (west, south, east, north) and a corner (x, y) in each; those of the polygon `label` are
    `start[label - 1]:start[label]`, each over the next 8 of the level below.
    """

    box: Floats
    corner: Floats
    start: Places


class Outlines:
    """The outlines of a coverage, to be asked how far points lie from them. About 0.1 us a corner to make."""

    def __init__(self, edges: Edges, lines: "Lines | None" = None) -> None:
        self._line = (lines or Lines(edges)).line
        low, high = np.minimum(self._line[:, :2], self._line[:, 2:]), np.maximum(self._line[:, :2], self._line[:, 2:])
        level = _Level(np.concatenate([low, high], axis=1), self._line[:, :2], edges.start)
        self._levels: list[_Level] = []
        while not self._levels or np.diff(level.start).max(initial=0) > _GROUP:
            level = _group(level)
            self._levels.append(level)
        self._start = edges.start

    def distances_m(self, x: Floats, y: Floats, label: NDArray[np.int32]) -> Floats:
        """Metres from each point (WGS 84 degrees) to the outline of the polygon of its label (1, 2, ...)."""
        found, order = np.empty(len(x)), np.argsort(label, kind="stable")  # neighbours share lines, in the cache
        for first in range(0, len(x), _BATCH):
            part = order[first : first + _BATCH]
            found[part] = self._distances(x[part], y[part], label[part].astype(np.int64) - 1)
        return found

    def _distances(self, x: Floats, y: Floats, polygon: Places) -> Floats:
        stretch = _stretch(y)
        top = self._levels[-1]
        of_point, node = _children(np.arange(len(x)), top.start[polygon], top.start[polygon + 1])
        for below in range(len(self._levels) - 1, -1, -1):
            level = self._levels[below]
            beside = self._beside(level, node, x[of_point], y[of_point], stretch[of_point])
            keep = beside[0] <= _least(beside[1], of_point)[of_point]
            of_point, node = of_point[keep], node[keep]
            lower = self._levels[below - 1].start if below else self._start
            first = lower[polygon[of_point]] + (node - level.start[polygon[of_point]]) * _GROUP
            which, node = _children(
                np.arange(len(node)), first, np.minimum(first + _GROUP, lower[polygon[of_point] + 1])
            )
            of_point = of_point[which]
        east, north = self._feet(node, x[of_point], y[of_point], stretch[of_point])
        square = east * east + north * north
        nearest = np.flatnonzero(square == _least(square, of_point)[of_point])
        at = nearest[np.unique(of_point[nearest], return_index=True)[1]]
        return _geodesics_m(x, y, x + east[at] / stretch, y + north[at])

    def _beside(self, level: _Level, node: Places, x: Floats, y: Floats, stretch: Floats) -> tuple[Floats, Floats]:
        """At least and at most how far is the outline in this box, squared?"""
        west, south, east, north = level.box[node].T
        across, along = np.maximum(np.maximum(west - x, x - east), 0) * stretch, np.maximum(south - y, y - north)
        along = np.maximum(along, 0)
        corner = level.corner[node]
        aside, up = (corner[:, 0] - x) * stretch, corner[:, 1] - y
        return across * across + along * along, (aside * aside + up * up) * (1 + 1e-12)

    def _feet(self, line: Places, x: Floats, y: Floats, stretch: Floats) -> tuple[Floats, Floats]:
        """From each point to the nearest one of a line, in degrees of latitude."""
        ax, ay, bx, by = self._line[line].T
        east, north, wide, high = (ax - x) * stretch, ay - y, (bx - ax) * stretch, by - ay
        share = np.clip(-(east * wide + north * high) / (wide * wide + high * high), 0, 1)
        return east + share * wide, north + share * high


class Lines:
    """The lines of each outline, for one point at a time. About 10 ns a corner to make."""

    def __init__(self, edges: Edges) -> None:
        self.line, self._start = edges.line[edges.member], edges.start

    def distance_m(self, x: float, y: float, label: int) -> float:
        """As `Outlines.distances_m` for one point: 20 us, and 10 ns a corner of the polygon."""
        stretch = float(_stretch(np.array([y]))[0])
        line = self.line[self._start[label - 1] : self._start[label]]
        ends = (line - (x, y, x, y)) * (stretch, 1, stretch, 1)
        east, north = ends[:, 0], ends[:, 1]
        wide, high = ends[:, 2] - east, ends[:, 3] - north
        share = np.minimum(np.maximum(-(east * wide + north * high) / (wide * wide + high * high), 0), 1)
        east, north = east + share * wide, north + share * high
        at = int((east * east + north * north).argmin())
        return _geodesic_m(x, y, x + float(east[at]) / stretch, y + float(north[at]))


def _stretch(lat: Floats) -> Floats:
    """How long is a degree of longitude here, in degrees of latitude, on the ellipsoid?"""
    lat = np.radians(lat)
    return np.maximum(np.cos(lat) * (1 - _E2 * np.sin(lat) ** 2) / (1 - _E2), 0.01)


def _geodesics_m(x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> Floats:
    """Geodesics to the digits of PostGIS: it keeps radians, takes very near points for one, and rounds."""
    radians = [np.pi * degrees / 180 for degrees in (x, y, to_x, to_y)]
    x, y, to_x, to_y = (value * 180 / np.pi for value in radians)
    _, _, distance = _GEOD.inv(x, y, to_x, to_y)
    same = (np.abs(radians[2] - radians[0]) <= _SAME_RAD) & (np.abs(radians[3] - radians[1]) <= _SAME_RAD)
    return np.asarray(np.where(same, 0, np.round(distance * _DIGITS) / _DIGITS))


def _geodesic_m(x: float, y: float, to_x: float, to_y: float) -> float:
    """The same for one."""
    radians = [math.pi * degrees / 180 for degrees in (x, y, to_x, to_y)]
    if abs(radians[2] - radians[0]) <= _SAME_RAD and abs(radians[3] - radians[1]) <= _SAME_RAD:
        return 0.0
    x, y, to_x, to_y = (value * 180 / math.pi for value in radians)
    return round(float(_GEOD.inv(x, y, to_x, to_y)[2]) * _DIGITS) / _DIGITS


def _group(level: _Level) -> _Level:
    """The next level: boxes over 8 of this one, none over two polygons."""
    count = np.diff(level.start)
    groups = -(-count // _GROUP)
    start = np.concatenate([[0], np.cumsum(groups)])
    polygon = np.repeat(np.arange(len(count)), groups)
    first = level.start[polygon] + (np.arange(len(polygon)) - start[polygon]) * _GROUP
    low = np.minimum.reduceat(level.box[:, :2], first) if len(first) else level.box[:, :2]
    high = np.maximum.reduceat(level.box[:, 2:], first) if len(first) else level.box[:, 2:]
    return _Level(np.concatenate([low, high], axis=1), level.corner[first], start)


def _children(owner: Places, first: Places, end: Places) -> tuple[Places, Places]:
    """The numbers from `first` up to `end`, each beside its owner."""
    count = end - first
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(owner, count), np.repeat(first, count) + within


def _least(values: Floats, of_point: Places) -> Floats:
    """The least value of each point; `of_point` never falls and leaves none out."""
    first = np.flatnonzero(np.concatenate([[True], of_point[1:] != of_point[:-1]])[: len(of_point)])
    return np.asarray(np.minimum.reduceat(values, first)) if len(first) else values
