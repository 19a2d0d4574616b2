"""Does the index answer as `app.locate` does? Point by point, hard ones included, as many as one has the time for."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gisgrid.assignment.many import Assigner
from gisgrid.bench.hard_points import Floats, hard_points

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


@dataclass
class Compared:
    """How many points were compared, of them on an edge and outside; how many answers differed; the cost by clock."""

    grids: int
    points: int = 0
    on_an_edge: int = 0
    outside: int = 0
    other_grid: int = 0
    other_method: int = 0
    other_distance: int = 0
    index_s: float = 0.0
    locate_s: float = 0.0


@dataclass
class Progress:
    """What was compared on each ground until now, kept in a file after every turn; without a file, only in memory.

    A ground is known by its shapes, so what was begun on one district is never continued on another.
    """

    file: Path | None = None
    turns: dict[str, int] = field(default_factory=dict)
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            held = json.loads(self.file.read_text("utf-8"))
            self.turns, self.found = held["turns"], held["found"]

    def begin(self, shapes: Sequence[bytes]) -> tuple[str, Compared]:
        """Which ground this is, and what was found on it until now."""
        ground = hashlib.sha256(b"".join(shapes)).hexdigest()
        known = {each.name for each in fields(Compared)}
        held = {name: value for name, value in self.found.get(ground, {}).items() if name in known}
        return ground, Compared(**{"grids": len(shapes), **held})

    def note(self, ground: str, found: Compared) -> None:
        """One more turn has ended."""
        self.turns[ground] = self.turns.get(ground, 0) + 1
        self.found[ground] = asdict(found)
        if self.file:
            part = self.file.with_name(self.file.name + ".part")
            part.write_text(json.dumps({"turns": self.turns, "found": self.found}, indent=1), "utf-8")
            os.replace(part, self.file)


def compare_answers(
    connection: Connection, points: int, say: Callable[[str], None], progress: Progress | None = None
) -> Compared:
    """Points on corners and edges, beside them by 1e-15 to 1e-7 degrees, at crossings, and anywhere.

    Each turn has other points; with the same `progress` it goes on after the last turn that ended.
    """
    progress = progress or Progress()
    drawn = [bytes(row.shape) for row in connection.execute(text(_SHAPES))]
    ground, total = progress.begin(drawn)
    shapes = [shapely.from_wkb(shape) for shape in drawn]
    with tempfile.TemporaryDirectory() as folder:
        assigner = Assigner(connection, folder=Path(folder))
        while total.points < points:
            count = min(AT_ONCE, points - total.points)
            lon, lat = hard_points(shapes, 6 * -(-count // 6), seed=progress.turns.get(ground, 0))
            _compare(connection, assigner, (lon[:count], lat[:count]), total)
            progress.note(ground, total)
            differ = f"{total.other_grid} other grids, {total.other_method} other methods"
            say(f"  {total.points:,} of {points:,} points, {differ}, {total.other_distance} other distances")
    return total


def _compare(connection: Connection, assigner: Assigner, points: tuple[Floats, Floats], total: Compared) -> None:
    """Add up one turn."""
    lon, lat = points
    began = time.monotonic()
    found = assigner.assign(lon, lat)
    total.index_s, began = total.index_s + time.monotonic() - began, time.monotonic()
    rows = connection.execute(text(_LOCATE), {"lon": lon.tolist(), "lat": lat.tolist()}).all()
    total.locate_s += time.monotonic() - began
    expected = list(zip(*rows, strict=True))
    ours = [column.to_pylist() for column in vars(found).values()]
    total.points += len(lon)
    total.on_an_edge += expected[2].count("edge")
    total.outside += expected[2].count("none")
    total.other_grid += sum((a, b) != (c, d) for a, b, c, d in zip(*ours[:2], *expected[:2], strict=True))
    total.other_method += sum(a != b for a, b in zip(ours[2], expected[2], strict=True))
    one, other = (np.array(side[3], dtype=np.float64) for side in (ours, expected))
    total.other_distance += int((~np.isclose(one, other, rtol=CLOSE, atol=1e-7, equal_nan=True)).sum())
