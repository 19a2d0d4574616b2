"""Loading the points of patrols; the H3 cells that hold the points count as seen then."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import h3.api.basic_int as h3
from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Fault, Refused
from gisgrid.instants import write_instant
from gisgrid.loading import (
    BadCell,
    Column,
    Loaded,
    ReadOptions,
    Sheet,
    Table,
    as_records,
    district_extent,
    number,
    point_columns,
    read_points,
    read_table,
    take_turn,
)
from gisgrid.loading.cells import Reader
from gisgrid.patrol.gpx import read_gpx

NETWORK = "base"
LOAD_TIMEOUT_S = 600
CELL_RESOLUTION = 11
GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
BATCH = 5_000

_SAVE_PINGS = """
INSERT INTO overlay.ping (worker, at, path, cell, accuracy_m, geom)
SELECT g.worker, g.at, coalesce(l.path, '{0}'), g.cell, g.accuracy_m, p.geom
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
    worker text, at timestamptz, cell bigint, accuracy_m float8, lon float8, lat float8)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326) AS geom) AS p
CROSS JOIN LATERAL app.locate(p.geom, :network, g.at) AS l
WHERE NOT EXISTS (SELECT FROM overlay.ping AS o WHERE o.worker = g.worker AND o.at = g.at)
ON CONFLICT (worker, at) DO NOTHING
"""
# A cell belongs to the grid that holds its centre today; only a newer visit changes it.
_SAVE_CELLS = """
INSERT INTO overlay.patrol_cell AS o (cell, path, seen_at, geom)
SELECT g.cell, coalesce(l.path, '{0}'), g.seen_at, p.geom
FROM jsonb_to_recordset(CAST(:cells AS jsonb)) AS g(cell bigint, seen_at timestamptz, shape text)
CROSS JOIN LATERAL (SELECT ST_GeomFromText(g.shape, 4326) AS geom) AS p
CROSS JOIN LATERAL app.locate(ST_Centroid(p.geom), :network) AS l
ORDER BY g.cell
ON CONFLICT (cell) DO UPDATE SET seen_at = excluded.seen_at, path = excluded.path
WHERE o.seen_at < excluded.seen_at
"""


@dataclass(frozen=True)
class Ping:
    """A point of a patrol to save: WGS 84, with the H3 cell that holds it."""

    worker: str
    at: datetime
    cell: int
    accuracy_m: float | None
    lon: float
    lat: float


@dataclass(frozen=True)
class SeenCell:
    """An H3 cell, when it was last seen, and its outline as WKT."""

    cell: int
    seen_at: datetime
    shape: str


def load_pings(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Load the points of patrols from CSV or GPX; a known point of a worker at an instant is skipped.

    Raises Refused with every fault, then nothing has changed; with `options.set_aside` the rows that can be used are
    loaded. About 0.3 ms a point.
    """
    options = options or ReadOptions()
    read_time: Reader = options.instant
    if isinstance(source, Path) and source.suffix.lower() == ".gpx":
        _check_gpx_options(options)
        source, read_time = read_gpx(source), _instant_of_gpx
    table = read_table(source, ping_columns(read_time), options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        take_turn(connection)
        read_points(table, options, district_extent(connection, NETWORK))
        _check_times(table)
        table.refuse_faults()
        pings = _without_repeats(table)
        table.refuse_faults()
        loaded = _save(connection, pings)
        return table.result(loaded, 0, len(table.rows) - loaded)


def ping_columns(read_time: Reader) -> tuple[Column, ...]:
    """The columns of a file of pings, with the reader of their times."""
    return (
        Column("worker", required=True, aliases=("user", "device", "人员", "网格员")),
        Column("at", read_time, True, ("time", "timestamp", "时间")),
        Column("accuracy_m", number(0, 100_000), aliases=("accuracy", "精度")),
        *point_columns(required=True),
    )


def _check_gpx_options(options: ReadOptions) -> None:
    """Refuse options that contradict the GPX standard."""
    faults = [Fault("--map", "GPX has names of its own", "leave it out")] if options.columns else []
    if options.system not in ("", "wgs84"):
        faults.append(Fault("--system", "GPX is WGS 84 by its standard", "leave it out, or convert the points to CSV"))
    if faults:
        raise Refused(*faults)


def _instant_of_gpx(text: str) -> datetime:
    """A time without offset is UTC by the standard; a bare date is refused."""
    remedy = "date and time, as 2026-11-23T08:00:00Z"
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCell(f"{text[:40]!r} is no time", remedy) from error
    if "T" not in text or not 1 < found.year < 9999:
        raise BadCell(f"{text[:40]!r} is not a time of a point", remedy)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _check_times(table: Table) -> None:
    now = datetime.now(UTC)
    for row in table.rows:
        if row["at"] and row["at"] < GPS_EPOCH:
            message = f"{write_instant(row['at'])} is before GPS began"
            table.fault(row, "at", message, "the device had no time: correct it")
        elif row["at"] and row["at"] > now:
            table.fault(row, "at", f"{write_instant(row['at'])} is still to come", "correct the time or its offset")


def _without_repeats(table: Table) -> list[Ping]:
    """One row for each worker and instant; the same worker in two places at once is a fault."""
    kept: dict[tuple[str, datetime], tuple[str, Ping]] = {}
    for row in table.rows:
        point = row["point"]
        cell = h3.latlng_to_cell(point.lat, point.lon, CELL_RESOLUTION)
        ping = Ping(row["worker"], row["at"], cell, row["accuracy_m"], point.lon, point.lat)
        place, first = kept.setdefault((ping.worker, ping.at), (row.place, ping))
        if (first.lon, first.lat) != (ping.lon, ping.lat):
            remedy = "give the instants to the fraction of a second, or leave one out"
            table.fault(row, "at", f"{ping.worker!r} was elsewhere at this instant ({place})", remedy)
    return [ping for _, ping in kept.values()]


def _save(connection: Connection, pings: list[Ping]) -> int:
    loaded = 0
    for start in range(0, len(pings), BATCH):
        batch = as_records(pings[start : start + BATCH])
        loaded += connection.execute(text(_SAVE_PINGS), {"rows": batch, "network": NETWORK}).rowcount
    seen: dict[int, datetime] = {}
    for ping in sorted(pings, key=lambda p: p.at):
        seen[ping.cell] = ping.at
    cells = as_records(SeenCell(cell, at, cell_shape(cell)) for cell, at in seen.items())
    connection.execute(text(_SAVE_CELLS), {"cells": cells, "network": NETWORK})
    return loaded


def cell_shape(cell: int) -> str:
    """The outline of an H3 cell as WKT, lon first, WGS 84."""
    corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    ring = ", ".join(f"{lon!r} {lat!r}" for lon, lat in [*corners, corners[0]])
    return f"POLYGON(({ring}))"
