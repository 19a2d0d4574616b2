"""What does a tile of cameras, of places, of patrols, of one worker's track cost in the database, at any zoom?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, text

from gisgrid.bench.rows import Row
from gisgrid.database import EVERYTHING, Database
from gisgrid.geo import BBox, LonLat, TileCoord, tile_at
from gisgrid.layers import find_layers
from gisgrid.tiles import Track, arguments, render

ZOOMS = range(6, 19)
SPOTS = 6
TIMES = 3
_PLACES = """
INSERT INTO overlay.place (code, name, kind, path, geom)
SELECT 'bench-' || n, 'bench', 'gate', '{0}',
       st_setsrid(st_makepoint(b.west + random() * (b.east - b.west), b.south + random() * (b.north - b.south)), 4326)
FROM generate_series(1, CAST(:count AS integer)) AS n
CROSS JOIN (VALUES (CAST(:west AS float8), CAST(:south AS float8), CAST(:east AS float8), CAST(:north AS float8)))
    AS b (west, south, east, north)
"""
_SPOTS = """
SELECT st_x(p.geom) AS lon, st_y(p.geom) AS lat
FROM overlay.ping AS p WHERE p.worker = :worker ORDER BY p.at LIMIT 1 OFFSET :n
"""


@dataclass(frozen=True)
class Tile:
    """One tile: of what, where, how many milliseconds (the median of some times), how many bytes."""

    place: TileCoord
    took_ms: float
    size: int


def fill_places(connection: Connection, count: int, box: BBox) -> None:
    """So many places anywhere in the box, counted in the squares of the map."""
    connection.execute(text("SELECT setseed(0.5)"))
    values = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    connection.execute(text(_PLACES), {**values, "count": count})
    connection.execute(text("ANALYZE overlay.place"))


def measure_overlay_tiles(database: Database, box: BBox, worker: str, since: datetime, until: datetime) -> list[Row]:
    """A row each of cameras, places, patrols, and the track of this worker: the dearest zoom of all that are asked.

    Tiles round the middle of the box and round where the worker was; through the service's own query, without HTTP.
    """
    track = arguments("base", track=Track(worker, since, until))
    plain = arguments("base")
    with database.transaction(EVERYTHING) as connection:
        connection.execute(text("SELECT app.add_up_overlays()"))
        walked = connection.execute(
            text("SELECT count(*) FROM overlay.ping WHERE worker = :worker AND at >= :since AND at < :until"),
            {"worker": worker, "since": since, "until": until},
        ).scalar_one()
        spots = [LonLat((box.west + box.east) / 2, (box.south + box.north) / 2)]
        for n in range(SPOTS):
            row = connection.execute(text(_SPOTS), {"worker": worker, "n": walked * n // SPOTS}).one()
            spots.append(LonLat(row.lon, row.lat))
    ways = {"camera": ("camera", plain), "place": ("place", plain), "patrol": ("patrol", plain)}
    ways[f"track of {walked:,} pings"] = ("patrol", track)
    return [_row(name, _draw(database, layer, args, spots)) for name, (layer, args) in ways.items()]


def _draw(database: Database, layer: str, args: dict[str, object], spots: Sequence[LonLat]) -> list[Tile]:
    layers = find_layers(layer)
    drawn = []
    for place in {tile_at(spot, z) for z in ZOOMS for spot in spots}:
        took = []
        for _ in range(TIMES):
            with database.transaction(EVERYTHING) as connection:
                connection.execute(text("SELECT 1"))
                began = time.perf_counter()
                body = render(connection, layers, place, args=args)
                took.append(1000 * (time.perf_counter() - began))
        drawn.append(Tile(place, median(took), len(body)))
    return drawn


def _row(name: str, drawn: Sequence[Tile]) -> Row:
    by_zoom = {z: [one.took_ms for one in drawn if one.place.z == z] for z in ZOOMS}
    dearest = max(by_zoom, key=lambda z: median(by_zoom[z]))
    p50, worst, size = median(by_zoom[dearest]), max(one.took_ms for one in drawn), max(one.size for one in drawn)
    note = f"zoom {dearest}, the dearest of {ZOOMS[0]} to {ZOOMS[-1]}; p99: the slowest; at most {size / 1000:.1f} kB"
    return Row(f"tile: {name}", "in the database", len(drawn), 1000 / p50, p50, worst, 0.0, 0.0, 0.0, 0.0, None, note)
