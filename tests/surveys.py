"""Survey files of the sample's grids as surveyors, agencies and map services write them, each with its own fault."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from gisgrid.coordinates import from_wgs84_array
from gisgrid.settings import shipped

GAUSS_KRUEGER = "EPSG:4547"
Shapes = list[Any]


def sample_grids(town: str = "360302001") -> Any:
    """The base grids of a town of the sample: `code`, `name`, shapes in EPSG:4326."""
    areas = geopandas.read_file(shipped("sample_geojson") / "areas.geojson")
    chosen = areas[(areas.level == "grid") & (areas.kind == "base") & areas.code.str.startswith(town)]
    return chosen[["code", "name", "geometry"]].reset_index(drop=True)


def rounded(shapes: Any, decimals: int) -> Shapes:
    """Corners as a file with so many decimals holds them."""
    return [shapely.transform(shape, lambda places: np.round(places, decimals)) for shape in shapes]


def denser(shapes: Any, rng: Any, shortest: float, longest: float) -> Shapes:
    """Each outline with corners of its own, so that neighbours' corners differ."""
    return [shapely.segmentize(shape, rng.uniform(shortest, longest)) for shape in shapes]


def shaken(shapes: Any, rng: Any, width: float) -> Shapes:
    """Each corner of each outline moved by at most half the width, east and north."""
    return [_rebuilt(shape, lambda ring: ring + rng.uniform(-width / 2, width / 2, ring.shape)) for shape in shapes]


def _rebuilt(shape: Any, move: Callable[[Any], Any]) -> Any:
    def ring(given: Any) -> Any:
        return move(np.array(given.coords)[:-1])

    parts = [
        shapely.Polygon(ring(part.exterior), [ring(hole) for hole in part.interiors])
        for part in shapely.get_parts(shape)
    ]
    return shapely.MultiPolygon(parts)


def in_gcj02(shapes: Any) -> Shapes:
    """Corners in the system of Chinese web maps."""
    return [
        shapely.transform(shape, lambda places: np.column_stack(from_wgs84_array(places[:, 0], places[:, 1], "gcj02")))
        for shape in shapes
    ]


def write(frame: Any, shapes: Shapes, path: Path, crs: str = GAUSS_KRUEGER, **options: Any) -> Path:
    """The grids' codes and names with these shapes."""
    drawn = geopandas.GeoDataFrame({"code": frame.code, "name": frame["name"]}, geometry=shapes, crs=crs)
    drawn.to_file(path, index=False, **options)
    return path


def survey(kind: str, folder: Path, seed: int = 1) -> Path:
    """One of the files, by name."""
    rng, frame = np.random.default_rng(seed), sample_grids()
    metres, degrees = frame.to_crs(GAUSS_KRUEGER).geometry.tolist(), frame.geometry.tolist()
    match kind:
        case "millimetres":
            return write(frame, rounded(metres, 3), folder / "mm.shp")
        case "denser":
            return write(frame, rounded(denser(metres, rng, 20, 60), 3), folder / "denser.shp")
        case "shaken-0.1" | "shaken-0.7" | "shaken-2":
            return write(frame, shaken(metres, rng, float(kind.split("-")[1])), folder / "shaken.gpkg")
        case "gcj02":
            dense = denser(degrees, rng, 2e-4, 6e-4)
            return write(frame, rounded(in_gcj02(dense), 6), folder / "gcj02.geojson", crs="EPSG:4326")
        case "heights":
            raised = [shapely.force_3d(shape, z=81.5) for shape in rounded(metres, 3)]
            return write(frame, raised, folder / "heights.shp")
        case "unclosed":
            path = write(frame, rounded(degrees, 7), folder / "unclosed.geojson", crs="EPSG:4326")
            path.write_text(_opened(path.read_text("utf-8")), encoding="utf-8")
            return path
        case "gbk":
            return write(frame, rounded(metres, 3), folder / "gbk.shp", encoding="gbk")
    raise ValueError(kind)


def _opened(geojson: str) -> str:
    """The last corner of the first ring taken away."""
    read = json.loads(geojson)
    rings = read["features"][0]["geometry"]["coordinates"]
    (rings[0] if read["features"][0]["geometry"]["type"] == "Polygon" else rings[0][0]).pop()
    return json.dumps(read, ensure_ascii=False)
