"""Does the index answer as `app.locate` does? Point by point, hard ones included, as many as one has the time for."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gisgrid.assignment.many import Assigner
from gisgrid.bench.hard_points import hard_points

AT_ONCE = 100_000
CLOSE = 1e-6
"""Of a distance: what a point that is as far from two lines may differ by, measured to one or the other."""
_SHAPES = """
SELECT ST_AsBinary(geom) AS shape FROM app.area_at(now()) WHERE network = 'base' AND level = 'grid' ORDER BY code
"""
_LOCATE = """
SELECT l.code, l.name, l.method, l.distance_to_edge_m
FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p(lon, lat, n)
CROSS JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)) AS l ORDER BY p.n
"""


@dataclass(frozen=True)
class Compared:
    """How many points were compared, of them on an edge and outside; how many answers differed; the cost."""

    grids: int
    points: int
    on_an_edge: int
    outside: int
    other_grid: int
    other_method: int
    other_distance: int
    index_s: float
    locate_s: float


def compare_answers(connection: Connection, points: int, say: Callable[[str], None]) -> Compared:
    """Points on corners and edges, beside them by 1e-15 to 1e-7 degrees, at crossings, and anywhere; by the clock."""
    shapes = [shapely.from_wkb(bytes(row.shape)) for row in connection.execute(text(_SHAPES))]
    counts = dict.fromkeys(("points", "on_an_edge", "outside", "other_grid", "other_method", "other_distance"), 0)
    index_s = locate_s = 0.0
    with tempfile.TemporaryDirectory() as folder:
        assigner = Assigner(connection, folder=Path(folder))
        for turn in range(-(-points // AT_ONCE)):
            lon, lat = hard_points(shapes, min(AT_ONCE, points), seed=turn)
            began = time.monotonic()
            found = assigner.assign(lon, lat)
            index_s, began = index_s + time.monotonic() - began, time.monotonic()
            rows = connection.execute(text(_LOCATE), {"lon": lon.tolist(), "lat": lat.tolist()}).all()
            locate_s += time.monotonic() - began
            expected = list(zip(*rows, strict=True))
            ours = [column.to_pylist() for column in vars(found).values()]
            counts["points"] += len(lon)
            counts["on_an_edge"] += expected[2].count("edge")
            counts["outside"] += expected[2].count("none")
            counts["other_grid"] += sum((a, b) != (c, d) for a, b, c, d in zip(*ours[:2], *expected[:2], strict=True))
            counts["other_method"] += sum(a != b for a, b in zip(ours[2], expected[2], strict=True))
            one, other = (np.array(side[3], dtype=np.float64) for side in (ours, expected))
            counts["other_distance"] += int((~np.isclose(one, other, rtol=CLOSE, atol=1e-7, equal_nan=True)).sum())
            say(f"  {counts['points']:,} points, other grids: {counts['other_grid']}")
    return Compared(len(shapes), **counts, index_s=index_s, locate_s=locate_s)
