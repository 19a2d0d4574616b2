"""From the plane in metres to degrees, and the features that files carry."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from gisgrid.sample.mesh import Mesh, Place, Ring

MIDDLE = (113.895, 27.63)
METRES_PER_DEGREE = (98_700.0, 110_800.0)
"""East and north, near 27.63 N; constants, so that every machine writes the same digits."""

INVENTED = "Invented shapes under official codes and names: no real boundary, street or river is shown."


class Shape(TypedDict):
    """A GeoJSON geometry."""

    type: str
    coordinates: list[Any]


class Feature(TypedDict):
    """A GeoJSON feature; its properties are free."""

    type: str
    properties: dict[str, object]
    geometry: Shape


def to_degrees(place: Place) -> tuple[float, float]:
    """Longitude and latitude (WGS 84) of a place on the plane, 7 decimals: about a centimetre."""
    return (
        round(MIDDLE[0] + place[0] / METRES_PER_DEGREE[0], 7),
        round(MIDDLE[1] + place[1] / METRES_PER_DEGREE[1], 7),
    )


def line_of(mesh: Mesh, line: Iterable[int]) -> Shape:
    """A GeoJSON LineString along vertices."""
    return {"type": "LineString", "coordinates": [to_degrees(p) for p in mesh.trace(line)]}


def polygon_of(mesh: Mesh, rings: Sequence[Ring]) -> Shape:
    """A GeoJSON Polygon, or a MultiPolygon where the outer rings are several; each ring starts at
    its lowest vertex number, so the same ground is always written the same way."""
    outer = [ring for ring in rings if mesh.area_m2(ring) > 0]
    holes = [_closed(mesh, ring) for ring in rings if mesh.area_m2(ring) <= 0]
    if len(outer) == 1:
        return {"type": "Polygon", "coordinates": [_closed(mesh, outer[0]), *holes]}
    if holes:
        raise ValueError("ground in several parts with holes")
    return {"type": "MultiPolygon", "coordinates": [[_closed(mesh, ring)] for ring in outer]}


def _closed(mesh: Mesh, ring: Ring) -> list[tuple[float, float]]:
    start = ring.index(min(ring))
    places = mesh.trace([*ring[start:], *ring[: start + 1]])
    return [to_degrees(place) for place in places]


def feature(geometry: Shape, **properties: object) -> Feature:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}
