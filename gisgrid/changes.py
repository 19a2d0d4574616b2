"""What changed, and where: the append-only table of changes, read so that no late commit is missed."""

from typing import Any

from sqlalchemy import Connection, text

from gisgrid.database import Scope
from gisgrid.geo import LonLat, tile_at
from gisgrid.instants import write_instant

CHANNEL = "gisgrid_change"
TILE_ZOOMS = range(6, 19)
_BUFFER = 64 / 4096


def latest_transaction(connection: Connection) -> int:
    """From which transaction on are changes still to come? Every older one is visible here."""
    return int(connection.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).scalar_one())


def read_changes(connection: Connection, since: int) -> tuple[list[dict[str, Any]], int]:
    """What changed in transactions from `since` on that have all ended? And the next `since`.

    As the transaction's scope has it. Each: `{layer, bbox: [west, south, east, north], tiles: {z: [xmin, ymin, xmax,
    ymax]}, at}`, and under `path` whose it is: the areas above it, or None for a fact, which is everybody's.
    """
    until = latest_transaction(connection)
    rows = connection.execute(
        text(
            "SELECT layer, ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north,"
            " changed_at, path FROM core.change"
            " WHERE transaction_id >= (:since)::text::xid8 AND transaction_id < (:until)::text::xid8 ORDER BY change_id"
        ),
        {"since": str(since), "until": str(until)},
    )
    changes = [
        {
            "layer": row.layer,
            "bbox": [row.west, row.south, row.east, row.north],
            "tiles": tiles_of(row.west, row.south, row.east, row.north),
            "at": write_instant(row.changed_at),
            "path": row.path,
        }
        for row in rows
    ]
    return changes, max(since, until)


def is_told(change: dict[str, Any], scope: Scope) -> bool:
    """May whoever has this scope hear of this change?"""
    return change["path"] is None or not set(change["path"]).isdisjoint(scope.area_ids)


def unread_for_s(connection: Connection) -> float:
    """How long has the oldest committed change waited to be read, because an older transaction still runs? Seconds."""
    age = text(
        "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(changed_at)), 0) FROM core.change"
        " WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot())"
    )
    return float(connection.execute(age).scalar_one())


def tiles_of(west: float, south: float, east: float, north: float) -> dict[str, list[int]]:
    """Which tiles show this box (degrees), their buffers included? Per zoom: first and last column and row."""
    ranges = {}
    for z in TILE_ZOOMS:
        margin = 360.0 / (1 << z) * _BUFFER
        low = tile_at(LonLat(max(west - margin, -180), north + margin), z)
        high = tile_at(LonLat(min(east + margin, 180), south - margin), z)
        ranges[str(z)] = [low.x, low.y, high.x, high.y]
    return ranges
