"""A synthetic district of any size: gap-free grids with wavy edges, about 92 vertices each, coded by unit15."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DISTRICT = "360302"
WEST, SOUTH, CELL = 113.7, 27.5, 0.002
STEPS = 23
"""Pieces of an edge; a grid has four edges."""
TOWN, COMMUNITY = 20, (5, 7)
"""Cells along a side of a town; columns and rows of a community in it: twelve communities a town."""


@dataclass(frozen=True)
class Plan:
    """How many columns and rows of grids; 100 x 100 are 25 towns of 12 communities. `steps`: pieces of each side."""

    columns: int = 100
    rows: int = 100
    seed: int = 7
    steps: int = STEPS


def draw_district(plan: Plan) -> dict[str, shapely.Geometry]:
    """Polygons by code (EPSG:4326), invented; neighbours share every vertex. The same plan gives the same shapes."""
    across, up = _edges(plan)
    codes = _codes(plan)
    shapes = {}
    for column in range(plan.columns):
        for row in range(plan.rows):
            ring = np.concatenate(
                [
                    across[column, row][:-1],
                    up[column + 1, row][:-1],
                    across[column, row + 1][:0:-1],
                    up[column, row][:0:-1],
                ]
            )
            shapes[codes[column, row]] = shapely.Polygon(ring)
    return shapes


def write_district(plan: Plan, path: Path) -> Path:
    """The same as a GeoPackage that `gisgrid import` takes."""
    return write_shapes(draw_district(plan), path)


def write_shapes(shapes: dict[str, shapely.Geometry], path: Path) -> Path:
    """These grids by code as a GeoPackage that `gisgrid import` takes."""
    frame = geopandas.GeoDataFrame(
        {"code": list(shapes), "name": [f"网格{code[6:]}" for code in shapes]}, geometry=list(shapes.values()), crs=4326
    )
    frame.to_file(path, driver="GPKG")
    return path


def points_beyond(box: tuple[float, float, float, float], count: int) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of so many points 30 to 400 m outside a box (W, S, E, N), on its four sides in turn."""
    dice = np.random.default_rng(6)
    west, south, east, north = box
    away = dice.uniform(0.0003, 0.004, count)
    lons, lats = dice.uniform(west, east, count), dice.uniform(south, north, count)
    side = np.arange(count) % 4
    lons = np.select([side == 0, side == 1], [west - away, east + away], lons)
    lats = np.select([side == 2, side == 3], [south - away, north + away], lats)
    return lons, lats


def _edges(plan: Plan) -> tuple[Floats, Floats]:
    """Lines between neighbouring corners, [column, row, vertex, (lon, lat)]: eastward ones and northward ones."""
    random = np.random.default_rng(plan.seed)
    x, y = np.meshgrid(np.arange(plan.columns + 1.0), np.arange(plan.rows + 1.0), indexing="ij")
    corner = np.stack([x, y], axis=-1) + random.uniform(-0.14, 0.14, (*x.shape, 2))
    corner = np.array([WEST, SOUTH]) + corner * CELL
    return _wavy(plan, corner[:-1], corner[1:], random), _wavy(plan, corner[:, :-1], corner[:, 1:], random)


def _wavy(plan: Plan, start: Floats, end: Floats, random: np.random.Generator) -> Floats:
    t = np.linspace(0.0, 1.0, plan.steps + 1)[:, None]
    along = (end - start)[..., None, :]
    aside = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    wave = sum(
        random.uniform(-0.05, 0.05, (*start.shape[:-1], 1, 1))
        / k
        * np.sin(k * 3.0 * np.pi * t + random.uniform(0, 6.28, (*start.shape[:-1], 1, 1)))
        for k in (1, 2, 4)
    )
    line = start[..., None, :] + along * t + aside * wave * np.sin(np.pi * t)
    line[..., 0, :], line[..., -1, :] = start, end  # exactly: neighbours meet there
    return np.asarray(line)


def _codes(plan: Plan) -> dict[tuple[int, int], str]:
    numbers: dict[str, int] = {}
    codes = {}
    for column, row in _cells(plan):
        town = (column // TOWN) * -(-plan.rows // TOWN) + row // TOWN + 1
        wide, high = COMMUNITY
        community = (column % TOWN // wide) * -(-TOWN // high) + row % TOWN // high + 1
        above = f"{DISTRICT}{town:03d}{community:03d}"
        numbers[above] = numbers.get(above, 0) + 1
        codes[column, row] = f"{above}{numbers[above]:03d}"
    return codes


def _cells(plan: Plan) -> Iterator[tuple[int, int]]:
    return ((column, row) for column in range(plan.columns) for row in range(plan.rows))
