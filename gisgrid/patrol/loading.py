"""Loading the points of patrols of the past, by the rules of those that come in live."""

from collections import Counter
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Fault, Refused
from gisgrid.loading import (
    Column,
    Loaded,
    ReadOptions,
    Row,
    Sheet,
    Table,
    district_extent,
    number,
    point_columns,
    read_points,
    read_table,
    take_turn,
)
from gisgrid.loading.cells import Reader
from gisgrid.patrol.gpx import instant_of_gpx, read_gpx
from gisgrid.patrol.intake import receive
from gisgrid.patrol.kml import InstantOfKml, read_kml
from gisgrid.patrol.pings import NETWORK, Extent, Ping, Reason
from gisgrid.patrol.walks import keep_walks, track_length_m

LOAD_TIMEOUT_S = 600
BATCH = 5_000
TRACKS = (".gpx", ".kml")


Why = Reason | Literal["elsewhere"]
"""Of a file it is known besides that a worker is at two places at once."""


def load_pings(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Load the points of patrols from CSV, GPX or KML; a known point of a worker at an instant is skipped.

    Raises Refused with every cell that cannot be read, then nothing has changed. A ping that cannot be true (place,
    time, speed, accuracy) refuses no others: it is counted under its reason, and goes to `options.set_aside`.
    About 0.3 ms a point.
    """
    options = options or ReadOptions()
    read_time: Reader = options.instant
    is_track = isinstance(source, Path) and source.suffix.lower() in TRACKS
    if isinstance(source, Path) and is_track:
        source, read_time = _read_track(source, options)
    table = read_table(source, ping_columns(read_time), options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        take_turn(connection)
        read_points(table, options, district_extent(connection, NETWORK))
        table.refuse_faults()
        rows, notes = table.rows, [_length(table.rows)] if is_track else []
        reasons = _save(connection, rows, Extent())
        while keep_walks(connection):
            pass
        counts = Counter(reasons.values())
        repeated = counts.pop("repeated", 0)
        if options.set_aside is None:
            notes += [f"{count} set aside: {reason}" for reason, count in counts.most_common()]
        else:
            _set_aside(table, rows, reasons)
        return table.result(len(rows) - repeated - counts.total(), 0, repeated, notes)


def ping_columns(read_time: Reader) -> tuple[Column, ...]:
    """The columns of a file of pings, with the reader of their times."""
    return (
        Column("worker", required=True, aliases=("user", "device", "人员", "网格员")),
        Column("at", read_time, True, ("time", "timestamp", "时间")),
        Column("accuracy_m", number(0, 100_000), aliases=("accuracy", "精度")),
        Column("is_start", aliases=("起点",)),
        *point_columns(required=True),
    )


def _read_track(path: Path, options: ReadOptions) -> tuple[Sheet, Reader]:
    """The rows of a track and the reader of its times; refuses options that contradict the format's standard."""
    kind = path.suffix[1:].upper()
    faults = [Fault("--map", f"{kind} has names of its own", "leave it out")] if options.columns else []
    if options.system not in ("", "wgs84"):
        remedy = "leave it out, or convert the points to CSV"
        faults.append(Fault("--system", f"{kind} is WGS 84 by its standard", remedy))
    if faults:
        raise Refused(*faults)
    if kind == "GPX":
        return read_gpx(path), instant_of_gpx
    instant = InstantOfKml(options.instant)
    return read_kml(path, instant), instant


def _length(rows: list[Row]) -> str:
    """What a track says of itself: how long its segments are, and that nothing joins them."""
    segments: list[list[tuple[float, float]]] = []
    for row in rows:
        if row["is_start"] or not segments:
            segments.append([])
        segments[-1].append((row["point"].lon, row["point"].lat))
    return f"{track_length_m(segments) / 1000:.2f} km in {len(segments)} segments"


def _save(connection: Connection, rows: list[Row], extent: Extent) -> dict[str, Why]:
    """Keep the pings of each worker; why not, by the row's place in the file."""
    reasons: dict[str, Why] = {}
    by_worker = sorted(rows, key=lambda row: str(row["worker"]))
    for worker, group in groupby(by_worker, key=lambda row: str(row["worker"])):
        own = sorted(group, key=lambda row: row["at"])
        for start in range(0, len(own), BATCH):
            batch = own[start : start + BATCH]
            for index, reason in receive(connection, worker, [*map(_ping, batch)], extent, latest=None).set_aside:
                reasons[batch[index].place] = reason
    return reasons | {place: "elsewhere" for place in _elsewhere(rows) if reasons.get(place) == "repeated"}


def _ping(row: Row) -> Ping:
    point = row["point"]
    return Ping(point.lon, point.lat, "wgs84", row["at"], row["accuracy_m"], bool(row["is_start"]))


def _elsewhere(rows: list[Row]) -> dict[str, str]:
    """The rows whose worker is at another point at the same instant, and where in the file that is."""
    first: dict[tuple[str, datetime], Row] = {}
    others = ((row, first.setdefault((str(row["worker"]), row["at"]), row)) for row in rows)
    return {row.place: one.place for row, one in others if row["point"] != one["point"]}


def _set_aside(table: Table, rows: list[Row], reasons: dict[str, Why]) -> None:
    elsewhere = _elsewhere(rows)
    for row in rows:
        match reasons.get(row.place):
            case "elsewhere":
                remedy = "give the instants to the fraction of a second, or leave one out"
                message = f"{row['worker']!r} was elsewhere at this instant ({elsewhere[row.place]})"
                table.fault(row, "at", message, remedy)
            case "receiver":
                message = "this is before GPS began, or 1024 weeks off"
                table.fault(row, "at", message, "the device had no time: correct it")
            case "future":
                table.fault(row, "at", "this is still to come", "correct the time or its offset")
            case "outside":
                table.fault(row, "lon", "this is far outside the district", "correct the point or its system")
            case "coarse":
                message = "this is less accurate than 50 m; it is kept and colours nothing"
                table.fault(row, "accuracy_m", message, "nothing needs to be done")
            case "jump":
                message = "this is faster than any vehicle; it is kept and colours nothing"
                table.fault(row, "at", message, "nothing needs to be done")
    table.put_aside()
