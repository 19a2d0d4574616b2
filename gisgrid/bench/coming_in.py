"""What does a boundary file cost until it is live, by part, and is it then what the file says?"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import isqrt
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gisgrid.bench.coverage import Plan, draw_district, write_shapes
from gisgrid.bench.processes import Meter, Used, find_postmaster
from gisgrid.boundaries.importing import STAGES, ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database

POINTS = 1_000
"""So many points are looked up afterwards."""
SIDES = 2
"""A district is at most so many times as long as it is wide, where its number of grids lets it."""
_COUNTS = """
SELECT v.level, count(*) AS areas FROM app.area_at(now()) AS v WHERE v.network = 'base' GROUP BY v.level
"""
_LOCATE = """
SELECT l.code FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p (lon, lat, n)
LEFT JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)) AS l ON true
ORDER BY p.n
"""
_LENGTHS = {"district": 6, "town": 9, "community": 12}
"""Of the codes above the grids (scheme unit15)."""
Shapes = dict[str, shapely.Geometry]


@dataclass(frozen=True)
class ImportCost:
    """A part of an import, by the clock and in processor seconds: of the database with all its processes, of this one.

    `differences`: areas that are missing or too many, and points whose grid is not the file's; of the whole only.
    """

    work: str
    grids: int
    seconds: float
    database_cpu_s: float
    python_cpu_s: float
    differences: int | None = None


@dataclass
class Watch:
    """When each part began, and what had been used by then."""

    meter: Meter
    began: list[tuple[str, float, Used]] = field(default_factory=list)

    def begin(self, name: str) -> None:
        """This part begins; the one before has ended."""
        self.began.append((name, time.monotonic(), self.meter.read()))

    def cost(self, work: str, grids: int, first: int, last: int, differences: int | None = None) -> ImportCost:
        """From the beginning of one part to the beginning of another."""
        (_, start, before), (_, end, after) = self.began[first], self.began[last]
        used = after.since(before)
        return ImportCost(work, grids, end - start, used.database_s, used.asking_s, differences)


def plan_of(grids: int) -> Plan:
    """A district of so many grids; of about so many where no two sides that are alike give the number."""
    side = isqrt(grids)
    for columns in range(side, max(side * 3 // 4, 1) - 1, -1):
        if grids % columns == 0 and grids // columns <= SIDES * columns:
            return Plan(columns, grids // columns)
    return Plan(side, round(grids / side))


def measure_import(
    database: Database, grids: int, valid_from: datetime, folder: Path, *, say: Callable[[str], None]
) -> list[ImportCost]:
    """Write a file of so many grids, import it as `gisgrid import` does, and compare; the database holds no network."""
    plan = plan_of(grids)
    shapes = draw_district(plan)
    say(f"a file of {len(shapes)} grids")
    path = write_shapes(shapes, folder / "district.gpkg")
    with database.transaction() as connection:
        watch = Watch(Meter((), find_postmaster(connection)))
    import_boundaries(database, ImportOrder(path, valid_from, level="grid"), say=say, begin=watch.begin)
    watch.begin("")
    say(f"looking up {POINTS} points")
    with database.transaction(EVERYTHING, timeout_s=3600) as connection:
        differences = count_differences(connection, shapes, plan.seed)
    rows = [watch.cost(name, len(shapes), n, n + 1) for n, name in enumerate(STAGES)]
    return [*rows, watch.cost("all of it", len(shapes), 0, len(STAGES), differences)]


def count_differences(connection: Connection, shapes: Shapes, seed: int) -> int:
    """Areas of each level that are missing or too many, and points in a box around all whose grid is another one."""
    wanted = {"grid": set(shapes)}
    wanted |= {level: {code[:length] for code in shapes} for level, length in _LENGTHS.items()}
    live: dict[str, int] = {row.level: row.areas for row in connection.execute(text(_COUNTS))}
    wrong = sum(abs(len(codes) - live.get(level, 0)) for level, codes in wanted.items())
    geoms = np.array(list(shapes.values()), dtype=object)
    west, south, east, north = shapely.total_bounds(geoms)
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(west, east, POINTS), random.uniform(south, north, POINTS)
    holder = dict(shapely.STRtree(geoms).query(shapely.points(lon, lat), predicate="within").T.tolist())
    codes = list(shapes)
    found = connection.execute(text(_LOCATE), {"lon": lon.tolist(), "lat": lat.tolist()}).scalars().all()
    said = [codes[holder[n]] if n in holder else None for n in range(POINTS)]
    return wrong + sum(int(one != other) for one, other in zip(said, found, strict=True))
