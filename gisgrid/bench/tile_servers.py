"""What does a tile cost: cold, warm, while others write? Beside other tile servers; features compared, stale counted.

Long because it is all about one door, with one set of clients.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import mapbox_vector_tile
from sqlalchemy import text

from gisgrid.bench.doors import Door, Driven, drive, plain
from gisgrid.bench.peers import UNCACHED, Peers, make_tables, tile_servers
from gisgrid.bench.pings import Place, wait_until
from gisgrid.bench.processes import Meter, cpu_s, find_postmaster
from gisgrid.bench.rows import Row, Turn, row_of, take_turns
from gisgrid.bench.server import Service, serving_many, worker_beside
from gisgrid.database import EVERYTHING, Database
from gisgrid.geo import LonLat, TileCoord, tile_at
from gisgrid.layers import all_layers
from gisgrid.tiles import arguments, render

ZOOM = 14
CLOSE = 16
"""From this zoom on each ticket is a feature with its number."""
IN_DATABASE = (0, 8, 10, 12, 13, 14, 15, 16)
WRITE_PAUSE_S = 0.05
AGAIN_S = 0.05
"""Who is refused for want of a place asks again so soon."""


_IS_DRAWN = text("SELECT (SELECT count(*) FROM core.area_outline) = (SELECT count(*) FROM core.area_version)")
"""Has the worker drawn the outlines? Until then a tile simplifies each shape by itself, which is dearer."""


@dataclass(frozen=True)
class Plan:
    """Tiles a round by how many clients; how many processes, writers, and seconds of writing."""

    tiles: int
    clients: int
    processes: int
    rounds: int
    writers: int
    seconds: float
    peers: Peers


def measure_tiles(place: Place, plan: Plan) -> list[Row]:
    """All of it, on a district with tickets that are there already."""
    make_tables(place.owner_url)
    with place.database.transaction(EVERYTHING) as connection:
        postmaster = find_postmaster(connection)
    with (
        serving_many(place.service_url, plan.processes) as services,
        worker_beside(place.owner_url),
        tile_servers(place.owner_url, plan.peers) as peers,
    ):
        wait_until(place.database, _IS_DRAWN)
        run = _Run(place, plan, services, peers, postmaster)
        found = [*run.cold(), *run.warm(), *run.under_writes()]
    return found + _in_database(place.database, place.box, plan.rounds)


@dataclass
class _Run:
    place: Place
    plan: Plan
    services: list[Service]
    peers: dict[str, tuple[Service, str]]
    postmaster: int

    @property
    def ours(self) -> Meter:
        return Meter(tuple(service.pid for service in self.services), self.postmaster)

    def _where(self) -> list[TileCoord]:
        """The tiles of the district at this zoom."""
        west, south, east, north = self.place.box
        first, last = tile_at(LonLat(west, north), ZOOM), tile_at(LonLat(east, south), ZOOM)
        return [TileCoord(ZOOM, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]

    def _ways(self, tiles: Sequence[TileCoord], *, is_cold: bool) -> dict[str, "_Asking"]:
        path, ports = "/tiles/area/{}/{}/{}.mvt", [service.port for service in self.services]
        ways = {"gisgrid": _Asking(ports, path, tiles, self.plan, self.make_old if is_cold else None)}
        for name, (service, where) in self.peers.items():
            if "Martin" in name and name.endswith(UNCACHED) is not is_cold:
                continue  # with its cache, each but the first of these answers is one that it kept
            ways[name] = _Asking([service.port], where, tiles, self.plan)
        return ways

    def make_old(self) -> None:
        """Note a change of all areas, as a publish does: each tile is to be drawn again."""
        with self.place.database.transaction(EVERYTHING) as connection:
            connection.execute(
                text("INSERT INTO core.change (layer, box) SELECT 'area', ST_MakeEnvelope(:w, :s, :e, :n, 4326)"),
                dict(zip("wsen", self.place.box, strict=True)),
            )

    def cold(self) -> list[Row]:
        """Each request draws its tile: what was kept is made old before each tile is asked for again."""
        return self._compare("uncached tile of grids", self._ways(self._where(), is_cold=True))

    def warm(self) -> list[Row]:
        """The same tiles, which every server may keep, all asked once before."""
        ways = self._ways(self._where(), is_cold=False)
        for way in ways.values():
            way.act()
        return self._compare("the same, asked before", ways)

    def _compare(self, work: str, ways: dict[str, "_Asking"]) -> list[Row]:
        meters = {"gisgrid": self.ours} | {
            name: Meter((service.pid,), self.postmaster) for name, (service, _) in self.peers.items() if name in ways
        }
        turns = take_turns({name: (meters[name], way.act) for name, way in ways.items()}, self.plan.rounds)
        first = ways["gisgrid"].codes()
        named = f"{work}, z{ZOOM}, {self.plan.clients} clients"
        return [
            row_of(
                named,
                name,
                turns[name],
                sum(codes != first[tile] for tile, codes in way.codes().items()),
                f"{way.kept} were kept" if way.make_old else "",
            )
            for name, way in ways.items()
        ]

    def under_writes(self) -> list[Row]:
        """Reports come in at all processes; after each its tile is asked of all: does every one show it?"""
        ways = {"gisgrid": ([service.port for service in self.services], "/tiles/ticket/{}/{}/{}.mvt")}
        for name, (service, path) in self.peers.items():
            if ("Martin" in name or "TiPg" in name) and not name.endswith(UNCACHED):
                ways[name] = ([service.port], path.replace("area", "ticket").replace("peer.", "work."))
        found = []
        for name, (ports, path) in ways.items():
            writing = _Writing(self.place, self.plan, [service.port for service in self.services], ports, path)
            before = self.ours.read()
            driven = asyncio.run(writing.run())
            turn = Turn(driven, self.ours.read().since(before))
            work = f"tile z{CLOSE} of a ticket just acknowledged, {self.plan.writers} writers"
            note = f"{len(ports)} processes; {writing.stale} of {len(driven.each_s)} answers stale"
            found.append(row_of(work, name, [turn], writing.stale, note))
        return found


@dataclass
class _Asking:
    """Clients that ask one server for these tiles, one after the other."""

    ports: list[int]
    path: str
    tiles: Sequence[TileCoord]
    plan: Plan
    make_old: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.bodies: dict[TileCoord, bytes] = {}
        self.kept = 0
        """So many answers were kept ones."""

    def act(self) -> Driven:
        """One turn."""
        made: dict[int, asyncio.Task[None]] = {}

        async def ask(door: Door, n: int) -> None:
            tile = self.tiles[n % len(self.tiles)]
            if self.make_old:
                turn = n // len(self.tiles)
                if turn not in made:
                    made[turn] = asyncio.create_task(asyncio.to_thread(self.make_old))
                await made[turn]
            path = self.path.format(tile.z, tile.x, tile.y)
            while (answer := await door.ask("GET", path))[0] == 503:  # no place was free in time, which counts on
                await asyncio.sleep(AGAIN_S)
            if answer[0] not in (200, 204):
                raise RuntimeError(f"{self.path} {tile}: {answer[0]} {plain(answer)[:500]!r}")
            self.kept += "kept" in answer[1].get("server-timing", "")
            self.bodies[tile] = plain(answer)

        return drive(self.ports, self.plan.clients, self.plan.tiles, ask)

    def codes(self) -> dict[TileCoord, set[str]]:
        """The grids of each tile that was answered."""
        return {tile: _codes_in(body) for tile, body in self.bodies.items()}


def _codes_in(body: bytes) -> set[str]:
    layers = mapbox_vector_tile.decode(body) if body else {}
    features = [feature for layer in layers.values() for feature in layer["features"]]
    shapes = [f for f in features if "Polygon" in f["geometry"]["type"] and f["properties"].get("level") == "grid"]
    return {f["properties"]["code"] for f in shapes}


@dataclass
class _Writing:
    """Writers at all processes; each asks every reading process for the tile of what it wrote."""

    place: Place
    plan: Plan
    writing: list[int]
    reading: list[int]
    path: str
    stale: int = 0

    async def run(self) -> Driven:
        """Write for as long as the plan says; the time of each tile."""
        began, each_s = time.monotonic(), list[float]()
        async with asyncio.TaskGroup() as group:
            for writer in range(self.plan.writers):
                group.create_task(self._write(writer, began + self.plan.seconds, each_s))
        return Driven(each_s, time.monotonic() - began)

    async def _write(self, writer: int, until: float, each_s: list[float]) -> None:
        dice = random.Random(writer)  # noqa: S311  # not for secrets
        door = Door(self.writing[writer % len(self.writing)])
        readers = [Door(port) for port in self.reading]
        west, south, east, north = self.place.box
        # Few places, so that tiles are asked again and again, and kept.
        spots = [(dice.uniform(west, east), dice.uniform(south, north)) for _ in range(3)]
        is_first = True
        while is_first or time.monotonic() < until:
            is_first = False
            lon, lat = dice.choice(spots)
            where = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "x"}
            said = await door.ask("POST", "/api/v1/reports", body=json.dumps({**where, "accuracy_m": 15}))
            if said[0] != 201:
                raise RuntimeError(f"{said[0]} {plain(said)[:300]!r}")
            number = json.loads(plain(said))["number"].encode()
            tile = tile_at(LonLat(lon, lat), CLOSE)
            for reader in readers:
                began = time.monotonic()
                answer = await reader.ask("GET", self.path.format(tile.z, tile.x, tile.y))
                each_s.append(time.monotonic() - began)
                self.stale += number not in plain(answer)
            await asyncio.sleep(WRITE_PAUSE_S * dice.random())
        for each in (door, *readers):
            each.close()


def _in_database(database: Database, box: tuple[float, float, float, float], rounds: int) -> list[Row]:
    """The ticket tile at each zoom in the middle of the district: what its statement costs the database."""
    west, south, east, north = box
    layers = [all_layers()["ticket"]]
    found = []
    with database.transaction(EVERYTHING) as connection:
        tickets = connection.execute(text("SELECT count(*) FROM work.ticket")).scalar_one()
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        for zoom in IN_DATABASE:
            tile = tile_at(LonLat((west + east) / 2, (south + north) / 2), zoom)
            body = render(connection, layers, tile, args=arguments("base"))
            count = max(10 * rounds, 20)
            took, began = list[float](), cpu_s(backend)
            for _ in range(count):
                at = time.monotonic()
                render(connection, layers, tile, args=arguments("base"))
                took.append(time.monotonic() - at)
            cpu_ms = 1000 * (cpu_s(backend) - began) / count
            per_s, p50, worst = count / sum(took), 1000 * median(took), 1000 * max(took)
            note = f"{len(body) / 1000:.0f} kB"
            work = f"ticket tile z{zoom} in the database, {tickets:,} tickets"
            found.append(Row(work, "gisgrid", count, per_s, p50, worst, cpu_ms, cpu_ms, 0.0, 0.0, None, note))
    return found
