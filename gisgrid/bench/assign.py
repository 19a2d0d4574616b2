"""What does finding the grids of many points cost in this process? Beside geopandas and a tree, answers compared."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.assignment.covering import Covering, cover
from gisgrid.assignment.distances import Outlines
from gisgrid.bench.coverage import Plan, draw_district

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class AssignCost:
    """Median processor seconds of one way; `times_sjoin`: how many times faster than geopandas.sjoin, round by round;
    `differences`: points to which it gives another grid than geopandas does.
    """

    grids: int
    points: int
    way: str
    cpu_s: float
    times_sjoin: float
    differences: int


def measure_assign(side: int, points: int, rounds: int) -> list[AssignCost]:
    """Every way on a synthetic district of side x side grids, in turn, `rounds` times; the index is made before."""
    shapes = draw_district(Plan(side, side))
    polygons = np.array([shapes[code] for code in sorted(shapes)], dtype=object)
    began = time.process_time()
    index = cover(polygons.tolist())
    outlines = Outlines(index.edges)
    build_s = time.process_time() - began
    random = np.random.default_rng(7)
    west, south, east, north = shapely.total_bounds(polygons)
    x, y = random.uniform(west, east, points), random.uniform(south, north, points)
    ways: dict[str, Callable[[], Labels]] = {
        "geopandas.sjoin": lambda: _sjoin(polygons, x, y),
        "STRtree": lambda: _tree(polygons, x, y),
        "covering index": lambda: index.find(x, y)[0].astype(np.int64),
        "covering index, distances": lambda: _with_distances(index, outlines, x, y),
    }
    costs: dict[str, list[float]] = {name: [] for name in ways}
    answers: dict[str, Labels] = {}
    for _ in range(rounds):
        for name, find in ways.items():
            began = time.process_time()
            answers[name] = find()
            costs[name].append(time.process_time() - began)
    peer = costs["geopandas.sjoin"]
    found = [AssignCost(len(polygons), points, "making the index, once", build_s, 0, 0)]
    for name, cost in costs.items():
        ratio = median(theirs / ours for theirs, ours in zip(peer, cost, strict=True))
        wrong = int((answers[name] != answers["geopandas.sjoin"]).sum())
        found.append(AssignCost(len(polygons), points, name, median(cost), ratio, wrong))
    return found


def _sjoin(polygons: NDArray[np.object_], x: Floats, y: Floats) -> Labels:
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y))
    joined = geopandas.sjoin(points, geopandas.GeoDataFrame(geometry=polygons), predicate="within")
    return _labels(len(x), joined.index.to_numpy(), joined.index_right.to_numpy())


def _tree(polygons: NDArray[np.object_], x: Floats, y: Floats) -> Labels:
    point, polygon = shapely.STRtree(polygons).query(shapely.points(x, y), predicate="within")
    return _labels(len(x), point, polygon)


def _labels(count: int, point: Labels, polygon: Labels) -> Labels:
    labels = np.zeros(count, dtype=np.int64)
    labels[point] = polygon + 1
    return labels


def _with_distances(index: Covering, outlines: Outlines, x: Floats, y: Floats) -> Labels:
    labels = index.find(x, y)[0]
    held = labels > 0
    outlines.distances_m(x[held], y[held], labels[held])
    return labels.astype(np.int64)
