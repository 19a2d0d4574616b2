"""core.change, the log of what changed where, read so that no late commit is missed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisgrid.geo import LonLat, tile_at

CHANNEL = "gisgrid_change"
TILE_ZOOMS = range(6, 19)
_BUFFER = 64 / 4096


@dataclass(frozen=True)
class Change:
    """What changed where: a layer, its box (west, south, east, north), per zoom the first and last column and row.

    `path` holds the areas above the change; None: the change is public.
    """

    layer: str
    bbox: tuple[float, float, float, float]
    tiles: dict[str, list[int]]
    at: datetime
    path: list[int] | None


def latest_transaction(connection: Connection) -> int:
    """The oldest transaction that may still bring changes; those of all older transactions are visible."""
    return int(connection.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).scalar_one())


def read_changes(connection: Connection, since: int) -> tuple[list[Change], int]:
    """The changes of ended transactions from `since` on, up to the oldest running one. And the next `since`.

    Only changes in the transaction's scope.
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
    boxes = [(row, (row.west, row.south, row.east, row.north)) for row in rows]
    changes = [Change(row.layer, box, tiles_of(*box), row.changed_at, row.path) for row, box in boxes]
    return changes, max(since, until)


def is_told(change: Change, area_ids: tuple[int, ...]) -> bool:
    """May a caller who sees the change's layer in these areas hear of it?"""
    return change.path is None or not set(change.path).isdisjoint(area_ids)


def unread_for_s(connection: Connection) -> float:
    """For how many seconds has the oldest committed change waited for an older transaction that still runs?"""
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
