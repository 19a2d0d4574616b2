"""Points that are hard to place: on corners and edges, beside them by 1e-15 to 1e-7 degrees, and anywhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hard_points(shapes: Sequence[Any], count: int, seed: int = 7) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of about `count` points; the same arguments give the same points."""
    random = np.random.default_rng(seed)
    corners = shapely.get_coordinates(np.asarray(shapes, dtype=object))
    some = corners[random.integers(0, len(corners) - 1, count // 6)]
    first = random.integers(0, len(corners) - 1, count // 6)
    along = random.choice([0.5, 0.25, 0.75, *random.uniform(size=5)], (len(first), 1))
    between = corners[first] + (corners[first + 1] - corners[first]) * along
    mixed = np.stack([random.choice(corners[:, 0], count // 6), random.choice(corners[:, 1], count // 6)], axis=1)
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    wide, high = east - west, north - south
    anywhere = random.uniform(
        [west - wide / 20, south - high / 20], [east + wide / 20, north + high / 20], (count // 6, 2)
    )
    beside = [_aside(some, random), _aside(between, random)]
    points = np.concatenate([some, between, mixed, anywhere, *beside])
    return points[:, 0].copy(), points[:, 1].copy()


def _aside(points: Floats, random: np.random.Generator) -> Floats:
    """Next to these points: by one to three last digits, or by 1e-15 to 1e-7 degrees."""
    moved = points + random.choice([-1.0, 0.0, 1.0], points.shape) * 10.0 ** random.uniform(-15, -7, (len(points), 1))
    nudged = points.copy()
    for _ in range(3):
        nudged = np.where(
            random.uniform(size=points.shape) < 0.5, np.nextafter(nudged, random.choice([-1e9, 1e9])), nudged
        )
    return np.where(random.uniform(size=(len(points), 1)) < 0.5, moved, nudged)
