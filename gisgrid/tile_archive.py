"""Layers at a date as one file of tiles, MBTiles or PMTiles: resumable, of one state. Long: both kinds, and a break.

Beside the file grows `.NAME.part`, an MBTiles with a list of what is done. Before it is finished, tiles in which
something changed since they were drawn are drawn again, so a run that goes on after a break ends with the same file.
"""

import gzip
import itertools
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from sqlalchemy import Connection, text

from gisgrid.changes import Change, latest_transaction, read_changes, tiles_of
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox, TileCoord
from gisgrid.instants import write_instant
from gisgrid.layers import Json, Layer
from gisgrid.networks import require_network
from gisgrid.tiles import arguments, render, tilejson

ENDINGS = (".mbtiles", ".pmtiles")
_Writer: Any = Writer
"""The package says nothing of types here."""
BATCH = 64
"""Tiles drawn between two commits: so many are drawn again after a break."""
ROUNDS = 20
"""So often tiles are drawn again because something changed meanwhile; then the file is of the last round's state."""
WORLD = (-180.0, -90.0, 180.0, 90.0)
_TABLES = """
CREATE TABLE IF NOT EXISTS metadata (name text PRIMARY KEY, value text);
CREATE TABLE IF NOT EXISTS tiles (
    zoom_level integer, tile_column integer, tile_row integer, tile_data blob,
    PRIMARY KEY (zoom_level, tile_column, tile_row)
);
CREATE TABLE IF NOT EXISTS done (z integer, x integer, y integer, PRIMARY KEY (z, x, y));
CREATE TABLE IF NOT EXISTS run (named text, since integer);
"""
_EXTENT = """
SELECT ST_XMin(b) AS west, ST_YMin(b) AS south, ST_XMax(b) AS east, ST_YMax(b) AS north FROM (
    SELECT ST_Transform(ST_SetSRID(ST_Extent(l.geom)::geometry, 3857), 4326) AS b
    FROM tile.{layer}(:z, ST_TileEnvelope(0, 0, 0), :at, CAST(:args AS jsonb)) AS l
) AS x WHERE b IS NOT NULL
"""


@dataclass(frozen=True)
class ArchiveOrder:
    """What to draw: layers, of a network, `at` and `as_recorded` (None: now), from one zoom to another; `jobs`: by so
    many connections at once. Without zooms those of the layers.
    """

    path: Path
    layers: Sequence[Layer]
    network: str
    at: datetime | None = None
    as_recorded: datetime | None = None
    min_zoom: int | None = None
    max_zoom: int | None = None
    jobs: int = 2

    @property
    def zooms(self) -> range:
        """The zooms to draw, each that one of the layers has. Raises Refused for others."""
        known = tilejson(self.layers, "")
        low, high = (
            default if given is None else given
            for given, default in ((self.min_zoom, known["minzoom"]), (self.max_zoom, known["maxzoom"]))
        )
        if not known["minzoom"] <= low <= high <= known["maxzoom"]:
            message = f"there is nothing to draw from zoom {low} to {high}"
            remedy = f"choose zooms from {known['minzoom']} to {known['maxzoom']}"
            raise Refused(Fault("--max-zoom", message, remedy))
        return range(low, high + 1)


@dataclass(frozen=True)
class Archived:
    """How many tiles the file has, and how many were there from a run before that broke off."""

    tiles: int
    kept: int


def write_archive(database: Database, order: ArchiveOrder, *, say: Callable[[str], None] = lambda _: None) -> Archived:
    """Draw the tiles as one file, whole or not at all; what a run before has drawn is taken over.

    Raises Refused, NotFound. Scoped layers are drawn with everything in them: the file is as secret as they are.
    """
    zooms = order.zooms
    values = arguments(order.network, order.as_recorded)
    with database.transaction(EVERYTHING) as connection:
        require_network(connection, order.network)
        box = _extent(connection, order, values)
    part = order.path.with_name(f".{order.path.name}.part")
    try:
        order.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(part)) as held:
            kept = _begin(held, database, order, box)
            for _ in range(ROUNDS):
                _draw(held, database, order, [z for z in zooms if box], box, say)
                if not _forget_changed(held, database, order.layers):
                    break
            count: int = held.execute("SELECT count(*) FROM tiles").fetchone()[0]
            if not count and order.path.suffix.lower() == ".pmtiles":
                message = "there is nothing to draw, and a PMTiles holds a tile at least"
                raise Refused(Fault(str(order.path), message, "name other layers or another date, or choose .mbtiles"))
            _finish(held, part, order, box)
    except (OSError, sqlite3.Error) as error:
        raise Refused(Fault(str(order.path), f"this cannot be written: {error}", "name another file")) from error
    part.unlink(missing_ok=True)
    return Archived(count, kept)


def _extent(connection: Connection, order: ArchiveOrder, values: Json) -> BBox | None:
    """The box of everything in the layers; None: there is nothing."""
    asked = {"z": order.zooms[-1], "at": order.at, "args": json.dumps(values)}
    found = [connection.execute(text(_EXTENT.format(layer=layer.id)), asked).one_or_none() for layer in order.layers]
    boxes = [row for row in found if row is not None]
    if not boxes:
        return None
    return BBox(
        min(row.west for row in boxes),
        min(row.south for row in boxes),
        max(row.east for row in boxes),
        max(row.north for row in boxes),
    )


def _begin(held: sqlite3.Connection, database: Database, order: ArchiveOrder, box: BBox | None) -> int:
    """Go on with what a run before has drawn of the same, or begin; how many tiles are there already."""
    named = json.dumps(
        [
            [layer.id for layer in order.layers],
            order.network,
            *(write_instant(at) if at else None for at in (order.at, order.as_recorded)),
            [order.zooms.start, order.zooms.stop],
            [box.west, box.south, box.east, box.north] if box else None,
            str(database.engine.url.render_as_string(hide_password=True)),
        ]
    )
    held.executescript(_TABLES)
    known = held.execute("SELECT named FROM run").fetchone()
    if known != (named,):
        held.executescript("DELETE FROM tiles; DELETE FROM done; DELETE FROM run; DELETE FROM metadata;")
        with database.reading() as connection:
            since = latest_transaction(connection)
        held.execute("INSERT INTO run VALUES (?, ?)", (named, since))
        held.commit()
    else:
        _forget_changed(held, database, order.layers)
    kept: int = held.execute("SELECT count(*) FROM done").fetchone()[0]
    return kept


def _draw(
    held: sqlite3.Connection,
    database: Database,
    order: ArchiveOrder,
    zooms: Sequence[int],
    box: BBox | None,
    say: Callable[[str], None],
) -> None:
    """Draw each tile that is not done yet."""
    done = set(held.execute("SELECT z, x, y FROM done"))
    todo = [tile for tile in _tiles(zooms, box) if (tile.z, tile.x, tile.y) not in done]
    values = arguments(order.network, order.as_recorded)

    def draw(tile: TileCoord) -> tuple[TileCoord, bytes]:
        with database.reading(EVERYTHING) as connection:
            body = render(connection, order.layers, tile, order.at, values)
        return tile, gzip.compress(body, 6, mtime=0) if body else b""

    with ThreadPoolExecutor(order.jobs) as pool:
        count = 0
        for batch in _batches(todo):
            for tile, body in pool.map(draw, batch):
                held.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?)", (tile.z, tile.x, tile.y))
                place = (tile.z, tile.x, _flipped(tile.z, tile.y))
                if body:
                    held.execute("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)", (*place, body))
            held.commit()
            count += len(batch)
            say(f"  zoom {batch[-1].z}, {count} of {len(todo)} tiles")


def _batches(tiles: Sequence[TileCoord]) -> Iterator[Sequence[TileCoord]]:
    return (tiles[first : first + BATCH] for first in range(0, len(tiles), BATCH))


def _tiles(zooms: Sequence[int], box: BBox | None) -> Iterator[TileCoord]:
    """Every tile that shows the box, its buffer included, zoom by zoom."""
    if box is None:
        return
    for z in zooms:
        west, north, east, south = tiles_of(box.west, box.south, box.east, box.north, zooms=[z])[str(z)]
        for x, y in itertools.product(range(west, east + 1), range(north, south + 1)):
            yield TileCoord(z, x, y)


def _forget_changed(held: sqlite3.Connection, database: Database, layers: Sequence[Layer]) -> bool:
    """Take from what is done the tiles in which something changed since; were there any?"""
    named = {layer.id for layer in layers}
    since: int = held.execute("SELECT since FROM run").fetchone()[0]
    with database.transaction(EVERYTHING) as connection:
        until = latest_transaction(connection)
        changes = read_changes(connection, since, until) or []
    gone = 0
    for change in changes:
        for z in range(25):
            added_up = any(layer.figures_of(z) == change.layer for layer in layers)
            if added_up or change.layer in named:
                west, north, east, south = tiles_of(*WORLD, zooms=[z])[str(z)] if added_up else _touched(change, z)
                asked = (z, west, east, north, south)
                gone += held.execute(
                    "DELETE FROM done WHERE z = ? AND x BETWEEN ? AND ? AND y BETWEEN ? AND ?", asked
                ).rowcount
                held.execute(
                    "DELETE FROM tiles WHERE zoom_level = ? AND tile_column BETWEEN ? AND ?"
                    " AND tile_row BETWEEN ? AND ?",
                    (z, west, east, _flipped(z, south), _flipped(z, north)),
                )
    held.execute("UPDATE run SET since = ?", (until,))
    held.commit()
    return gone > 0


def _touched(change: Change, z: int) -> list[int]:
    """First and last column and row of the tiles that show what changed; beyond the zooms of maps by its box alone."""
    return change.tiles.get(str(z)) or tiles_of(*change.bbox, zooms=[z], layer=change.layer)[str(z)]


def _finish(held: sqlite3.Connection, part: Path, order: ArchiveOrder, box: BBox | None) -> None:
    known = tilejson(order.layers, "")
    zooms = order.zooms
    bounds = box or BBox(0, 0, 0, 0)
    corners = (bounds.west, bounds.south, bounds.east, bounds.north)
    centre = ((bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2, zooms[0])
    about: Json = {
        "name": known["name"],
        "description": known["description"],
        "attribution": known["attribution"],
        "type": "overlay",
        "version": "1",
    }
    vector = {"vector_layers": known["vector_layers"]}
    if order.path.suffix.lower() == ".mbtiles":
        about |= {"format": "pbf", "minzoom": zooms[0], "maxzoom": zooms[-1], "json": json.dumps(vector)}
        about |= {"bounds": ",".join(map(repr, corners)), "center": ",".join(map(repr, centre))}
        held.executemany(
            "INSERT OR REPLACE INTO metadata VALUES (?, ?)", [(key, str(value)) for key, value in about.items()]
        )
        held.executescript("DROP TABLE done; DROP TABLE run;")
        held.commit()
        held.execute("VACUUM")
        held.close()
        os.replace(part, order.path)
        return
    whole = order.path.with_name(f".{order.path.name}.whole")
    with whole.open("wb") as out:
        _write_pmtiles(held, out, corners, centre, {**about, **vector})
    os.replace(whole, order.path)


def _write_pmtiles(
    held: sqlite3.Connection, out: Any, corners: Sequence[float], centre: Sequence[float], about: Json
) -> None:
    places = [
        (zxy_to_tileid(z, x, _flipped(z, y)), z, x, y)
        for z, x, y in held.execute("SELECT zoom_level, tile_column, tile_row FROM tiles")
    ]
    writer: Any = _Writer(out)
    for number, *place in sorted(places):
        body = held.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?", place
        ).fetchone()[0]
        writer.write_tile(number, body)
    names = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
    header: Json = {name: round(degrees * 1e7) for name, degrees in zip(names, corners, strict=True)}
    header |= {"center_lon_e7": round(centre[0] * 1e7), "center_lat_e7": round(centre[1] * 1e7)}
    header |= {"center_zoom": centre[2], "tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
    writer.finalize(header, about)


def _flipped(z: int, row: int) -> int:
    """MBTiles counts rows from the south."""
    return (1 << z) - 1 - row
