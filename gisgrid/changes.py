"""core.change, the log of what changed where, read so that no late commit is missed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.geo import BBox, LonLat, tile_at

CHANNEL = "gisgrid_change"
TILE_ZOOMS = range(6, 19)
MANY = 60
"""More changes than this of one layer, read together, become one, which touches every tile between them: three seconds
of twenty reports a second stay apart, which a busy machine may read together."""
FIGURES = {"ticket": 15}
"""Below this zoom a tile of the layer adds up by areas: it shows figures of areas that meet it, none larger than it."""
_BUFFER = 64 / 4096
_FORGOTTEN = text("SELECT changes_forgotten FROM core.deployment")
_ROWS = """
SELECT c.layer, c.path, c.ticket_id, c.changed_at, ST_XMin(b.box) AS west, ST_YMin(b.box) AS south,
    ST_XMax(b.box) AS east, ST_YMax(b.box) AS north,
    CASE WHEN (t.has_public_point OR t.path = c.counted_in) AND t.path = c.counted_in[1:cardinality(t.path)]
        AND count(*) OVER (PARTITION BY c.layer, c.path) <= :many THEN {figures} END AS figures
FROM core.change AS c LEFT JOIN work.ticket AS t USING (ticket_id)
CROSS JOIN LATERAL (SELECT coalesce(ST_Envelope(t.geom), c.box) AS box) AS b
WHERE c.transaction_id >= (:since)::text::xid8 AND c.transaction_id < (:until)::text::xid8
ORDER BY c.layer COLLATE "C", c.path NULLS FIRST, c.change_id LIMIT :most
"""
"""A ticket's row is read where the ticket is now, and not where it was: that place may be private by now."""
FIGURES_OF = """ARRAY(
    SELECT ARRAY[f.first_zoom, f.last_zoom, ST_XMin(f.box), ST_YMin(f.box), ST_XMax(f.box), ST_YMax(f.box)]
    FROM app.figure_boxes(c.counted_in) AS f
)"""
"""Of a row `c` of core.change: what `read_figures` reads."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of open work that changed: the box of its area (degrees), and the zooms in which it may be there."""

    first_zoom: int
    last_zoom: int
    box: BBox


def read_figures(found: Sequence[Sequence[float]] | None) -> tuple[Figure, ...] | None:
    """Which figures changed; None: not known, so any within a tile's side."""
    if found is None:
        return None
    return tuple(Figure(int(first), int(last), BBox(*box)) for first, last, *box in found)


@dataclass(frozen=True)
class Change:
    """What changed where: a layer, its box (west, south, east, north), per zoom the first and last column and row.

    `path` holds the areas above the change; None: the change is public. `ticket_ids`: which tickets changed; None: of
    no ticket, or of tickets that are not named.
    """

    layer: str
    bbox: tuple[float, float, float, float]
    tiles: dict[str, list[int]]
    at: datetime
    path: list[int] | None
    ticket_ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Place:
    """How far a listener has heard: all before transaction `since`, and so many changes of `since` to `until`.

    The changes of ended transactions are read in one order, so every process counts them alike.
    """

    since: int
    until: int
    count: int = 0

    def __str__(self) -> str:
        return f"{self.since}-{self.until}-{self.count}"


def read_place(words: str) -> Place | None:
    """The place of this text (`Last-Event-ID`); None for any other text."""
    found = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,9})", words)
    return Place(*map(int, found.groups())) if found else None


def latest_transaction(connection: Connection) -> int:
    """The oldest transaction that may still bring changes; those of all older transactions are visible."""
    return int(connection.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).scalar_one())


def read_changes(connection: Connection, since: int, until: int, *, most: int | None = None) -> list[Change] | None:
    """The changes of transactions from `since` on, before `until`, all ended; None: more than `most` rows,
    or from a time of which the database has forgotten some.

    One change for a ticket or a box; one for a layer (and path) that has many. Only changes in the transaction's scope.
    """
    if since >= until:
        return []
    if most is not None and since <= connection.execute(_FORGOTTEN).scalar_one():
        return None
    values = {"since": str(since), "until": str(until), "most": None if most is None else most + 1, "many": MANY}
    rows = connection.execute(text(_ROWS.format(figures=FIGURES_OF)), values).all()
    if most is not None and len(rows) > most:
        return None
    grouped = (list(group) for _, group in groupby(rows, key=lambda row: (row.layer, row.path)))
    return [change for group in grouped for change in _merge(group)]


def _merge(rows: list[Any]) -> list[Change]:
    """The changes of one layer and path: one for each ticket or box, or one for all if these are many."""
    apart: dict[Any, list[Any]] = {}
    for row in rows:
        apart.setdefault(row.ticket_id or (row.west, row.south, row.east, row.north), []).append(row)
    return [_change(rows)] if len(apart) > MANY else [_change(few) for few in apart.values()]


def _change(rows: Sequence[Any]) -> Change:
    box = (
        min(row.west for row in rows),
        min(row.south for row in rows),
        max(row.east for row in rows),
        max(row.north for row in rows),
    )
    named = {row.ticket_id: None for row in rows}
    tickets = None if None in named else tuple(named)
    first = rows[0]
    known = [read_figures(row.figures) for row in rows]
    figures = None if None in known else [one for each in known for one in each or ()]
    tiles = tiles_of(*box, layer=first.layer, figures=figures)
    return Change(first.layer, box, tiles, max(row.changed_at for row in rows), first.path, tickets)


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


def tiles_of(
    west: float,
    south: float,
    east: float,
    north: float,
    *,
    zooms: Sequence[int] = TILE_ZOOMS,
    layer: str = "",
    figures: Sequence[Figure] | None = None,
) -> dict[str, list[int]]:
    """Which tiles of a layer show this box (degrees), or its buffer? Per zoom: first and last column and row.

    `figures`: those that changed with what lies in the box; None: any that a tile may show.
    """
    ranges = {}
    for z in zooms:
        is_far = figures is None and z < FIGURES.get(layer, 0)
        boxes = [(west, south, east, north)]
        if z < FIGURES.get(layer, 0):
            shown = [one.box for one in figures or () if one.first_zoom <= z <= one.last_zoom]
            boxes += [(box.west, box.south, box.east, box.north) for box in shown]
        margin = 360.0 / (1 << z) * (1 if is_far else _BUFFER)
        spans = [_span(box, z, margin) for box in boxes]
        ranges[str(z)] = [
            pick(values) for pick, values in zip((min, min, max, max), zip(*spans, strict=True), strict=True)
        ]
    return ranges


def _span(box: tuple[float, float, float, float], z: int, margin: float) -> list[int]:
    west, south, east, north = box
    low = tile_at(LonLat(max(west - margin, -180), north + margin), z)
    high = tile_at(LonLat(min(east + margin, 180), south - margin), z)
    return [low.x, low.y, high.x, high.y]
