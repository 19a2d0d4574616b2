"""What buildings hide from a camera: by rays, beside the exact shadows."""

import math
import random

import pytest
import shapely

from gisgrid.cameras import view_sector
from gisgrid.geo import LonLat
from gisgrid.sight import cut_view

HERE = LonLat(113.86, 27.62)
EAST, NORTH = 1 / (111_320 * math.cos(math.radians(HERE.lat))), 1 / 110_800


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Metres from the camera."""
    return shapely.box(
        HERE.lon + west * EAST, HERE.lat + south * NORTH, HERE.lon + east * EAST, HERE.lat + north * NORTH
    )


def seen(view: shapely.Polygon, x: float, y: float) -> bool:
    return bool(view.contains(shapely.Point(HERE.lon + x * EAST, HERE.lat + y * NORTH)))


def test_a_wall_hides_what_is_behind_it_and_itself() -> None:
    whole = view_sector(HERE, 0, 90, 100)
    view = cut_view(HERE, whole, [box(-10, 40, 10, 50)])
    assert view.is_valid and view.geom_type == "Polygon"
    assert seen(view, 0, 39) and not seen(view, 0, 45) and not seen(view, 0, 90)
    assert seen(view, 20, 60) and not seen(view, 15, 62), "between the rays past its corners"
    assert view.area < whole.area


def test_nothing_in_the_way_changes_nothing() -> None:
    whole = view_sector(HERE, 0, 90, 100)
    assert cut_view(HERE, whole, []) == whole
    assert cut_view(HERE, whole, [box(-10, -50, 10, -40)]) == whole, "it stands behind the camera"
    assert cut_view(HERE, whole, [box(-20, -20, 20, 1)]) == whole, "the camera hangs on it"


@pytest.mark.parametrize("seed", range(6))
def test_a_point_is_seen_where_its_ray_meets_no_wall(seed: int) -> None:
    chance = random.Random(seed)
    whole = view_sector(HERE, chance.uniform(0, 360), chance.choice([60, 120, 360]), 120)
    buildings = []
    for _ in range(8):
        x, y = chance.uniform(-100, 100), chance.uniform(-100, 100)
        if math.hypot(x, y) > 30:
            buildings.append(box(x, y, x + chance.uniform(5, 20), y + chance.uniform(5, 20)))
    view = cut_view(HERE, whole, buildings)
    here = shapely.Point(HERE.lon, HERE.lat)
    for _ in range(400):
        point = shapely.Point(HERE.lon + chance.uniform(-120, 120) * EAST, HERE.lat + chance.uniform(-120, 120) * NORTH)
        ray = shapely.LineString([here, point])
        if min((ray.distance(b) for b in buildings), default=1.0) < 1e-6 and not any(
            ray.intersects(b) for b in buildings
        ):
            continue  # it grazes a corner
        expected = bool(whole.contains(point)) and not any(ray.intersects(building) for building in buildings)
        assert bool(view.contains(point)) == expected, (point, seed)
