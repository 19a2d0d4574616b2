"""The order in which areas are numbered on a map: like a page, but from points that scatter."""

import math
from collections.abc import Sequence
from statistics import median

from shapely import STRtree
from shapely.geometry import Point

from gisgrid.geo import LonLat

ROW_HEIGHT = 0.5
"""How far below its northernmost point a row reaches, in median distances to the next point."""


def reading_order(points: Sequence[LonLat]) -> list[int]:
    """In which order are these points read: rows from N to S, each from W to E? Their positions.

    DB11/T 2157-2023 says "from W to E, from N to S" and leaves open what a row is. Here it is its
    northernmost point and all that lie at most half the median distance to the nearest
    neighbour farther south, so that points of one row may scatter by a sixth of their spacing. Points in one
    place keep their order; any other order of the same points gives the same numbers.
    """
    height = ROW_HEIGHT * _spacing(points)
    rows: list[list[int]] = []
    for i in sorted(range(len(points)), key=lambda i: -points[i].lat):
        if rows and points[rows[-1][0]].lat - points[i].lat <= height:
            rows[-1].append(i)
        else:
            rows.append([i])
    return [i for row in rows for i in sorted(row, key=lambda i: points[i].lon)]


def _spacing(points: Sequence[LonLat]) -> float:
    """The median distance to the nearest other place, in degrees of latitude; 0 without one."""
    if not points:
        return 0.0
    shrink = math.cos(math.radians(math.fsum(point.lat for point in points) / len(points)))
    places = [Point(point.lon * shrink, point.lat) for point in points]
    tree = STRtree(places)
    _, apart = tree.query_nearest(places, exclusive=True, return_distance=True, all_matches=False)
    return median(apart.tolist()) if apart.size else 0.0
