"""How many tickets of another system come in a minute? Inside the grids, before there were any, outside all of them."""

import csv
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from gisgrid.assignment.present import read_present
from gisgrid.bench.coverage import points_beyond
from gisgrid.bench.doors import Driven
from gisgrid.bench.pings import Place
from gisgrid.bench.processes import Meter, find_postmaster
from gisgrid.bench.rows import Row, row_of, take_turns
from gisgrid.database import EVERYTHING
from gisgrid.instants import write_instant
from gisgrid.tickets.loading import load_tickets

HEADER = ("external_id", "category", "received_at", "closed_at", "lon", "lat", "system", "description")
EARLIER = datetime(2019, 1, 1, tzinfo=UTC)
"""Before any boundary of a measured district."""
Floats = NDArray[np.float64]


def measure_loads(place: Place, rows: int, folder: Path, say: Callable[[str], None]) -> list[Row]:
    """Load a CSV of so many rows of each kind, once; what each was assigned to is compared."""
    with place.database.transaction(EVERYTHING) as connection:
        meter = Meter((), find_postmaster(connection))
    return [_measure(place, meter, kind, rows, folder / f"{kind}.csv", say) for kind in KINDS]


def _measure(place: Place, meter: Meter, kind: str, rows: int, path: Path, say: Callable[[str], None]) -> Row:
    _write(path, kind, rows, place)
    say(f"{rows} rows {KINDS[kind]}")

    def act() -> Driven:
        began = time.monotonic()
        load_tickets(place.database, path, say=say)
        took = time.monotonic() - began
        return Driven([took / rows] * rows, took)

    turns = take_turns({kind: (meter, act)}, 1)
    minute = f"{60 * turns[kind][0].driven.per_s:,.0f} rows a minute"
    return row_of(f"load tickets, {KINDS[kind]}", "gisgrid", turns[kind], _differences(place, kind, path), minute)


def _write(path: Path, kind: str, rows: int, place: Place) -> None:
    dice, now = np.random.default_rng(7), datetime.now(UTC)
    lons, lats = points_beyond(place.box, rows) if kind == "outside" else _inside(place, rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n, (lon, lat) in enumerate(zip(lons.tolist(), lats.tolist(), strict=True)):
            since = EARLIER if kind == "before" else now - timedelta(days=30)
            at = since + timedelta(seconds=int(dice.integers(29 * 86400)))
            closed = write_instant(at + timedelta(hours=20)) if n % 10 else ""
            where = (repr(lon), repr(lat), "wgs84")
            writer.writerow((f"{kind}-{n}", "hazard", write_instant(at), closed, *where, f"(invented) {n}"))


def _inside(place: Place, rows: int) -> tuple[Floats, Floats]:
    """Points of which a current grid holds each."""
    with place.database.transaction(EVERYTHING) as connection:
        present = read_present(connection, "base")
    dice = np.random.default_rng(9)
    west, south, east, north = place.box
    lons, lats = np.empty(0), np.empty(0)
    while len(lons) < rows:
        some = dice.uniform(west, east, rows), dice.uniform(south, north, rows)
        held = present.find_many(*some)[0] > 0
        lons, lats = np.append(lons, some[0][held]), np.append(lats, some[1][held])
    return lons[:rows], lats[:rows]


def _differences(place: Place, kind: str, path: Path) -> int:
    """Rows that are missing, or lie in another grid than the index says, or in one where there was none."""
    with place.database.transaction(EVERYTHING) as connection:
        present = read_present(connection, "base")
        found = connection.execute(text(_FOUND), {"like": f"{kind}-%"})
        versions = {row.external_id: row.area_version_id for row in found}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected: list[int | None] = [None] * len(rows)
    if kind == "inside":
        lons, lats = ([float(row[name]) for row in rows] for name in ("lon", "lat"))
        expected = present.find_many(np.array(lons), np.array(lats))[0].tolist()
    return sum(versions.get(row["external_id"], 0) != one for row, one in zip(rows, expected, strict=True))


KINDS = {
    "inside": "inside the grids",
    "before": "dated before the boundaries",
    "outside": "outside every grid",
}
_FOUND = """
SELECT p.external_id, t.area_version_id FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)
WHERE p.external_id LIKE :like
"""
