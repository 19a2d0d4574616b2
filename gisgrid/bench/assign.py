"""What does finding the grids of many points cost in this process? Beside geopandas and a tree, answers compared."""

import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import shapely
from numpy.typing import NDArray

from gisgrid.assignment.covering import Covering, cover
from gisgrid.assignment.distances import Outlines
from gisgrid.bench.coverage import Plan, draw_district
from gisgrid.bench.peers import Peers

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
PEERS = (("duckdb_extension_spatial", "duckdb", "DuckDB spatial"), ("sedonadb", "sedonadb", "SedonaDB"))
"""The module that has to be there, the package, its name."""


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


def measure_assign(plan: Plan, points: int, rounds: int, peers: Peers) -> list[AssignCost]:
    """Every way on a synthetic district, in turn, `rounds` times; the index is made before.

    Peers in processes of their own (DuckDB, SedonaDB), as far as they are installed, have points and shapes in memory
    as well before their time begins.
    """
    shapes = draw_district(plan)
    polygons = np.array([shapes[code] for code in sorted(shapes)], dtype=object)
    began = time.process_time()
    index = cover(polygons.tolist())
    outlines = Outlines(index.edges)
    build_s = time.process_time() - began
    random = np.random.default_rng(7)
    west, south, east, north = shapely.total_bounds(polygons)
    x, y = random.uniform(west, east, points), random.uniform(south, north, points)
    ways: dict[str, Callable[[], tuple[float, Labels]]] = {
        "geopandas.sjoin": lambda: _timed(lambda: _sjoin(polygons, x, y)),
        "STRtree": lambda: _timed(lambda: _tree(polygons, x, y)),
        "covering index": lambda: _timed(lambda: index.find(x, y)[0].astype(np.int64)),
        "covering index, distances": lambda: _timed(lambda: _with_distances(index, outlines, x, y)),
        "covering index made first, distances": lambda: _timed(lambda: _from_nothing(polygons, x, y)),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, polygons, x, y)
        for module, package, title in PEERS:
            if python := peers.python(module):
                way = partial(_by_peer, python, package, folder, points)
                ways[f"{title} {peers.version(package)}"] = way
        costs, answers = _take_turns(ways, rounds)
    peer = costs["geopandas.sjoin"]
    found = [AssignCost(len(polygons), points, "making the index, once", build_s, 0, 0)]
    for name, cost in costs.items():
        ratio = median(theirs / ours for theirs, ours in zip(peer, cost, strict=True))
        wrong = int((answers[name] != answers["geopandas.sjoin"]).sum())
        found.append(AssignCost(len(polygons), points, name, median(cost), ratio, wrong))
    return found


def _take_turns(
    ways: dict[str, Callable[[], tuple[float, Labels]]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, Labels]]:
    costs: dict[str, list[float]] = {name: [] for name in ways}
    answers: dict[str, Labels] = {}
    for _ in range(rounds):
        for name, find in ways.items():
            cost, answers[name] = find()
            costs[name].append(cost)
    return costs, answers


def _timed(find: Callable[[], Labels]) -> tuple[float, Labels]:
    began = time.process_time()
    found = find()
    return time.process_time() - began, found


def _write(folder: Path, polygons: NDArray[np.object_], x: Floats, y: Floats) -> None:
    """The points and the shapes as files that every peer reads."""
    parquet.write_table(pa.table({"n": np.arange(len(x)), "x": x, "y": y}), folder / "points.parquet")
    shapes = pa.table({"label": np.arange(1, len(polygons) + 1), "shape": pa.array(shapely.to_wkb(polygons).tolist())})
    parquet.write_table(shapes, folder / "grids.parquet")


def _by_peer(python: str, package: str, folder: Path, count: int) -> tuple[float, Labels]:
    """What the peer says, and the processor seconds of its join."""
    command = [python, str(Path(__file__).with_name("peer_assign.py")), package, str(folder)]
    cost = float(subprocess.check_output(command, stderr=subprocess.DEVNULL, text=True).split()[-1])
    point, label = np.load(folder / "labels.npy")
    return cost, _labels(count, point, label - 1)


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


def _from_nothing(polygons: NDArray[np.object_], x: Floats, y: Floats) -> Labels:
    index = cover(polygons.tolist())
    return _with_distances(index, Outlines(index.edges), x, y)


def _with_distances(index: Covering, outlines: Outlines, x: Floats, y: Floats) -> Labels:
    labels = index.find(x, y)[0]
    held = labels > 0
    outlines.distances_m(x[held], y[held], labels[held])
    return labels.astype(np.int64)
