"""What does a camera see where buildings stand in its way? Visibility on flat ground, by the shadows of walls."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gisgrid.geo import LonLat

FAR = 4.0
"""So many times as far away as the view reaches do shadows end: also behind a wall that is seen at a slant."""
OWN_WALL_DEG = 2e-5
"""A camera that hangs on a wall (2 m) looks past its own building's near side."""


def cut_view(point: LonLat, view: Polygon, buildings: Sequence[BaseGeometry]) -> Polygon:
    """The part of a view sector (degrees) that no building hides; the building itself is not seen either.

    A building that holds the camera, or on whose wall it hangs, hides nothing: it looks down from there. Exact for
    polygons, because the shadow of a wall is a polygon. Returns the piece next to the camera.
    """
    here = shapely.Point(point.lon, point.lat)
    shadows = [
        shadow
        for building in buildings
        if building.intersects(view) and building.distance(here) > OWN_WALL_DEG
        for shadow in (building, *_shadows(point, building, _reach(view)))
    ]
    if not shadows:
        return view
    left = view.difference(shapely.union_all(shadows))
    parts = [part for part in shapely.get_parts(left) if part.geom_type == "Polygon" and part.area > 0]
    return min(parts, key=lambda part: (part.distance(here), -part.area), default=view)


def _reach(view: Polygon) -> float:
    west, south, east, north = view.bounds
    return float(np.hypot(east - west, north - south))


def _shadows(point: LonLat, building: BaseGeometry, reach: float) -> list[Polygon]:
    """The ground behind each wall: between the rays from the camera through its ends."""
    found = []
    for ring in shapely.get_parts(shapely.boundary(building)):
        corners = shapely.get_coordinates(ring)
        away = corners - (point.lon, point.lat)
        length = np.hypot(away[:, 0], away[:, 1])
        ends = corners + away / length[:, None] * (FAR * reach)
        for k in range(len(corners) - 1):
            shadow = Polygon([corners[k], corners[k + 1], ends[k + 1], ends[k]])
            if shadow.is_valid and shadow.area > 0:
                found.append(shadow)
    return found
