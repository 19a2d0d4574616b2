"""Kept tiles, and what makes them old: every change that a commit noted in core.change since the tile was drawn."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from gisgrid.changes import FIGURES_OF, Figure, read_figures
from gisgrid.geo import BBox, TileCoord
from gisgrid.layers import all_layers
from gisgrid.round_trips import prepared

MARGIN = 0.25
"""A tile shows what lies beyond its edge by less than this part of its side: its buffer, cells of counted tickets."""
MOST_CHANGES = 500
"""More changes at once make every tile of their layers old."""
_BUFFER = 64 / 4096
_NEWS = f"""
SELECT
    CAST(pg_current_snapshot() AS text) AS seen,
    (
        SELECT json_agg(json_build_array(
            c.layer, ST_XMin(c.box), ST_YMin(c.box), ST_XMax(c.box), ST_YMax(c.box),
            CASE WHEN c.counted_in IS NOT NULL AND c.number <= {MOST_CHANGES} THEN {FIGURES_OF} END
        ))
        FROM (
            SELECT k.layer, k.box, k.counted_in, row_number() OVER () AS number
            FROM core.change AS k
            WHERE k.transaction_id >= pg_snapshot_xmin(CAST(CAST(:seen AS text) AS pg_snapshot))
                AND k.transaction_id < pg_snapshot_xmax(pg_current_snapshot())
                AND NOT pg_visible_in_snapshot(k.transaction_id, CAST(CAST(:seen AS text) AS pg_snapshot))
        ) AS c
    ) AS changes
"""  # noqa: S608  # nothing of a request is in it
_READ_NEWS = prepared(text(_NEWS))


@dataclass(frozen=True)
class Change:
    """Something of a layer changed in this box, and with it these figures; None: any that a tile may show."""

    layer: str
    box: BBox
    figures: tuple[Figure, ...] | None = None


def read_news(connection: Connection, seen: str) -> tuple[str, list[Change]]:
    """What was committed after the snapshot `seen` ("": none yet), and the snapshot that sees it. One statement.

    Every commit that was acknowledged before the statement began is in it: no notification is needed or waited for,
    and a transaction that ends late is not missed.
    """
    if not seen:
        return str(connection.execute(text("SELECT CAST(pg_current_snapshot() AS text)")).scalar_one()), []
    row = connection.execute(_READ_NEWS, {"seen": seen}).one()
    return row.seen, [Change(layer, BBox(*box), read_figures(figures)) for layer, *box, figures in row.changes or ()]


@dataclass(frozen=True)
class Key:
    """Which tile: its layers, its place, its query (a network)."""

    layers: tuple[str, ...]
    tile: TileCoord
    query: bytes

    @property
    def figures_of(self) -> set[str]:
        """The layers by whose shapes this tile adds up."""
        known = all_layers()
        named = (known[name].figures_of(self.tile.z) for name in self.layers if name in known)
        return {name for name in named if name}


@dataclass(frozen=True)
class ListKey(Key):
    """Which list of areas: its query. It shows shapes of the whole world, and adds nothing up."""

    @property
    def figures_of(self) -> set[str]:
        """None."""
        return set()


def list_key(query: bytes) -> ListKey:
    """The key of the list of areas that this query asks for."""
    return ListKey(("area",), TileCoord(0, 0, 0), query)


@dataclass(frozen=True)
class Reach:
    """What ground a tile shows: `near` with cells of counted tickets; with figures also areas that meet it, `edge`.

    `far`: where a ticket may be that such a figure counts, whichever area it is of. `z`: the zoom.
    """

    z: int
    near: BBox
    edge: BBox | None = None
    far: BBox | None = None

    def shows(self, change: Change) -> bool:
        """Does the tile show something of this change of a layer that it has?"""
        if self.edge is None or self.far is None:
            return _meet(self.near, change.box)
        if change.figures is None:
            return _meet(self.far, change.box)
        return _meet(self.near, change.box) or any(
            one.first_zoom <= self.z <= one.last_zoom and _meet(self.edge, one.box) for one in change.figures
        )


def reach_of(key: Key) -> Reach:
    """What ground this tile shows."""
    near = box_of(key.tile)
    if not key.figures_of:
        return Reach(key.tile.z, near)
    return Reach(key.tile.z, near, box_of(key.tile, _BUFFER), box_of(key.tile, 1))


@dataclass
class Kept:
    """A tile, or one that is being drawn; `size` in bytes. Old once something that it reaches has changed.

    While it waits to be drawn it cannot become old: its drawing will show what has changed until then.
    """

    reach: Reach
    figures_of: set[str] = field(default_factory=set)
    size: int = 0
    is_waiting: bool = False
    is_old: bool = False
    answer: object = None


@dataclass
class TileCache:
    """Tiles by their keys, the least used leave first. Not for threads: one event loop owns it."""

    most_bytes: int
    tiles: "OrderedDict[Key, Kept]" = field(default_factory=OrderedDict)
    bytes: int = 0

    def find(self, key: Key) -> Kept | None:
        """The tile that is kept, or is being drawn."""
        kept = self.tiles.get(key)
        if kept is not None:
            self.tiles.move_to_end(key)
        return kept

    def expect(self, key: Key, *, is_waiting: bool = False) -> Kept:
        """Note that this tile is being drawn: what changes from now on, or once it waits no more, makes it old."""
        self.drop(key)
        kept = self.tiles[key] = Kept(reach_of(key), key.figures_of, is_waiting=is_waiting)
        return kept

    def keep(self, key: Key, kept: Kept, answer: object, size: int) -> None:
        """Keep what was drawn, unless it is old already."""
        if kept.is_old or self.tiles.get(key) is not kept:
            return
        kept.answer, kept.size = answer, size
        self.bytes += size
        while self.bytes > self.most_bytes:
            self.drop(next(iter(self.tiles)))

    def drop(self, key: Key) -> None:
        """Keep this tile no longer, also if it is still being drawn."""
        kept = self.tiles.pop(key, None)
        if kept is not None:
            kept.is_old = True
            self.bytes -= kept.size

    def clear(self) -> None:
        """Keep nothing."""
        for key in list(self.tiles):
            self.drop(key)

    def make_old(self, changes: Sequence[Change]) -> None:
        """Drop every tile that shows any of these changes."""
        layers = {change.layer for change in changes}
        for key, kept in list(self.tiles.items()):
            shown = layers.intersection(key.layers)
            if kept.is_waiting:
                continue
            if layers & kept.figures_of:
                self.drop(key)
            elif shown and (
                len(changes) > MOST_CHANGES
                or any(change.layer in shown and kept.reach.shows(change) for change in changes)
            ):
                self.drop(key)


def _meet(one: BBox, other: BBox) -> bool:
    return other.west <= one.east and other.east >= one.west and other.south <= one.north and other.north >= one.south


def box_of(tile: TileCoord, margin: float = MARGIN) -> BBox:
    """The ground that a tile may show, in degrees: its own and `margin` of its side all round."""
    n = 1 << tile.z
    west, east = ((tile.x + side) / n * 360 - 180 for side in (-margin, 1 + margin))
    north, south = (_latitude((tile.y + side) / n) for side in (-margin, 1 + margin))
    return BBox(west, -90 if tile.y == n - 1 else south, east, 90 if tile.y == 0 else north)


def _latitude(part: float) -> float:
    """The latitude at this part of the map's height, counted from the north."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * part))))
