"""Linear places: chainage along a line, and which grid has which metres of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import Geod

_GROUND = Geod(ellps="WGS84")
SHORTEST_M = 0.05
"""A piece between two edges that is shorter goes to its neighbour: edges are drawn no more exactly."""


class Course:
    """A line (WGS 84, lon first) with positions in geodesic metres from its beginning."""

    def __init__(self, line: shapely.LineString) -> None:
        corners = shapely.get_coordinates(line)
        self._scale = np.array([np.cos(np.radians(corners[:, 1].mean())), 1.0])
        self._corners = corners
        flat = corners * self._scale
        self._flat = shapely.linestrings(flat)
        self._along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(flat, axis=0).T))])
        steps = _GROUND.inv(corners[:-1, 0], corners[:-1, 1], corners[1:, 0], corners[1:, 1])[2]
        self._metres = np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_m(self) -> float:
        """How long is it?"""
        return float(self._metres[-1])

    def chainage_of(self, lon: float, lat: float) -> float:
        """How far from its beginning is its position that is nearest to this point?"""
        at = shapely.line_locate_point(self._flat, shapely.points(np.array([lon, lat]) * self._scale))
        return float(np.interp(at, self._along, self._metres))

    def point_at(self, chainage_m: float) -> tuple[float, float]:
        """lon and lat of the position so many metres from its beginning."""
        lon, lat = (float(np.interp(chainage_m, self._metres, self._corners[:, axis])) for axis in (0, 1))
        return lon, lat

    def cuts(self, grounds: Sequence[Any]) -> list[float]:
        """Where is it cut by the edges of these polygons? In metres, with both its ends, in order."""
        edges = shapely.union_all(shapely.boundary(np.array(grounds, dtype=object))) if grounds else None
        line = shapely.linestrings(self._corners)
        met = [] if edges is None else shapely.get_coordinates(shapely.intersection(line, edges))
        found = sorted({0.0, self.length_m, *(self.chainage_of(*at) for at in met)})
        kept = [found[0]]
        for at in found[1:-1]:
            if at - kept[-1] >= SHORTEST_M and found[-1] - at >= SHORTEST_M:
                kept.append(at)
        return [*kept, found[-1]]
