"""How large is a piece of ground? Areas that add up, and a flat map in metres."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shapes = Mapping[str, shapely.Geometry]
"""Shapes by the code of their area, EPSG:4326."""

_A, _F = 6378137.0, 1 / 298.257223563
_B2, _E = (_A * (1 - _F)) ** 2, float(np.sqrt(_F * (2 - _F)))
POLYGON = 3
LEAST_M2 = 0.001
"""Less ground than this is said to be this: 0.000 would say that there is none."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)


def areas_m2(shapes: Any) -> Floats:
    """The areas in m2 of an array of shapes (EPSG:4326) on the WGS 84 ellipsoid; 0 for lines and points.

    Edges are straight in longitude and latitude, as the database cuts them, not geodesics: so the parts of a shape add
    up to the whole to about 1e-12 of it, which geodesic areas do to 1e-6 only.
    """
    shapes = np.asarray(shapes, dtype=object)
    parts, owner = _parts(shapes)
    rings, polygon = shapely.get_rings(parts, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    swept = _ring_areas(places, ring, len(rings))
    first = np.r_[True, polygon[1:] != polygon[:-1]] if len(polygon) else np.zeros(0, dtype=bool)
    signed = np.where(first, np.abs(swept), -np.abs(swept))
    return _summed(owner[polygon], signed, len(shapes))


def area_m2(shape: Any) -> float:
    """The area of one shape, as `areas_m2` measures it."""
    return float(areas_m2([shape])[0])


def said_m2(m2: float) -> str:
    """Square metres as a sentence has them, the same as `app.said_m2`: whole and by thousands from 10 on; what is less
    keeps the digits that tell it.
    """
    if m2 >= 10:
        return f"{m2:,.0f}"
    if m2 >= 1:
        return f"{m2:.1f}"
    return f"{max(m2, LEAST_M2):.3f}"


def polygons(shape: Any) -> list[Any]:
    """The polygons of a shape, lines and points left out."""
    parts = _parts(np.array([shape], dtype=object))[0]
    kept: list[Any] = parts[(shapely.get_type_id(parts) == POLYGON) & ~shapely.is_empty(parts)].tolist()
    return kept


def _parts(shapes: Any) -> tuple[Any, Any]:
    """The single parts of an array of shapes, and whose each is."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > POLYGON).any():  # parts that have parts themselves
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    return parts, owner


def _ring_areas(places: Floats, ring: Any, count: int) -> Floats:
    """The integral of the ground between each ring and a parallel near it; no ring crosses the date line."""
    if not count:
        return np.zeros(0)
    same = ring[1:] == ring[:-1]
    start, end, owner = np.radians(places[:-1][same]), np.radians(places[1:][same]), ring[1:][same]
    datum = np.radians(places[np.searchsorted(ring, np.arange(count)), 1])[owner]
    middle, half = (start[:, 1] + end[:, 1]) / 2, (end[:, 1] - start[:, 1]) / 2
    mean = sum(w * (_zone(middle + half * t) - _zone(datum)) for t, w in zip(_NODES, _WEIGHTS, strict=True)) / 2
    return _summed(owner, (end[:, 0] - start[:, 0]) * mean, count)


def _summed(owner: Any, values: Floats, count: int) -> Floats:
    """The sum of the values of each owner."""
    return np.asarray(np.bincount(owner, weights=values, minlength=count), dtype=np.float64)


def _zone(lat: Floats) -> Floats:
    """The ground between the equator and a latitude (radians), square metres a radian of longitude."""
    sine = np.sin(lat)
    return np.asarray(_B2 / 2 * (sine / (1 - (_E * sine) ** 2) + np.arctanh(_E * sine) / _E))


def width_m(shape: Any) -> float:
    """How wide is a narrow shape on average, metres: twice its area by its perimeter."""
    place = shape.centroid
    flat = FlatMap(place.x, place.y).flatten(shape)
    return float(2 * flat.area / flat.length) if flat.length else 0.0


class FlatMap:
    """Metres east and north of a place, straight lines kept straight; true to a thousandth within 50 km of it."""

    def __init__(self, lon: float, lat: float) -> None:
        squeeze = 1 - (_E * np.sin(np.radians(lat))) ** 2
        across = _A * np.cos(np.radians(lat)) / np.sqrt(squeeze)
        along = _A * (1 - _E**2) / squeeze**1.5
        self._middle = np.array([lon, lat])
        self._scale = np.radians(np.array([across, along]))

    def flatten(self, shapes: Any) -> Any:
        """From EPSG:4326 to metres."""
        return shapely.transform(shapes, lambda places: (places - self._middle) * self._scale)

    def lift(self, shapes: Any) -> Any:
        """Back to EPSG:4326."""
        return shapely.transform(shapes, lambda places: places / self._scale + self._middle)
