"""Open maps and reports at once: what does a report take, how soon does each map show it? Long because of its HTTP.

A screen does over HTTP what the viewer does (viewer/src/live.ts, map/tiles.ts): it listens to the events of its area,
and asks, with the validator that it has, for those tiles in its view that an event touched.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from gisgrid.bench.doors import HEADERS, Door, read_head
from gisgrid.bench.server import Service
from gisgrid.geo import LonLat, tile_at

Box = tuple[float, float, float, float]
ZOOMS = (14, 15, 16)
COLUMNS, ROWS = 4, 3
"""Tiles in view of a screen."""
GATHER_S = (0.4, 0.9)
"""The viewer gathers what comes in a moment, and does not ask at the same moment as the others."""
SETTLE_S = 3.0
PATIENCE_S = 120.0
"""What a screen has not heard so long after the last report it will not hear."""
Tile = tuple[int, int, int]


@dataclass(frozen=True)
class Area:
    """An area that a screen can show."""

    code: str
    box: Box


@dataclass(frozen=True)
class Load:
    """So many screens, so many reports a second, for so many seconds; reports lie in the areas' boxes."""

    screens: int
    rate: float
    seconds: float
    areas: Sequence[Area]


@dataclass(frozen=True)
class Cost:
    """What was measured: milliseconds of a report, until a screen has heard and drawn it; requests of all screens.

    `refused`: reports without a receipt, because the service was too busy (503).
    """

    screens: int
    rate: float
    reports: int
    refused: int
    report_p50_ms: float
    report_p99_ms: float
    heard_p50_ms: float
    heard_p99_ms: float
    heard_share: float
    drawn_p99_ms: float
    requests_per_s: float
    service_cpu_share: float
    screens_cpu_share: float


@dataclass
class Watch:
    """When each report was acknowledged, by number; how long each took; how long each screen took to hear and draw."""

    sent: dict[str, float] = field(default_factory=dict)
    report_s: list[float] = field(default_factory=list)
    heard: list[tuple[str, float]] = field(default_factory=list)
    drawn: list[tuple[str, float]] = field(default_factory=list)
    asked: int = 0


@dataclass
class Screen:
    """One open map."""

    area: Area
    watch: Watch
    door: Door
    view: set[Tile]
    etags: dict[Tile, str] = field(default_factory=dict)
    touched: set[Tile] = field(default_factory=set)
    shown: list[str] = field(default_factory=list)
    drawing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Show the map, then follow the events until the task is cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.door.port, limit=1 << 22)
        path = f"/api/v1/events?heard=&area={self.area.code}"
        writer.write(f"GET {path} HTTP/1.1\r\n{HEADERS}\r\n".encode())
        try:
            await read_head(reader)
            for tile in sorted(self.view):
                await self._ask(tile)
            while line := await reader.readline():
                if line.startswith(b"data: {") and b'"layer":"ticket"' in line:
                    self._hear(json.loads(line[6:]))
        finally:
            writer.close()
            self.door.close()

    def _hear(self, change: dict[str, object]) -> None:
        now = time.monotonic()
        tickets: list[dict[str, str]] = change.get("tickets") or []  # type: ignore[assignment]
        numbers = [one["number"] for one in tickets]
        self.watch.heard += [(number, now) for number in numbers]
        tiles: dict[str, list[int]] = change["tiles"]  # type: ignore[assignment]
        touched = {tile for tile in self.view if _is_in(tile, tiles[str(tile[0])])}
        if touched:
            self.touched |= touched
            self.shown += numbers
            self.drawing = self.drawing or asyncio.create_task(self._draw())

    async def _draw(self) -> None:
        """Ask for the tiles that were touched, and for those that are touched meanwhile after them: one door."""
        while self.touched:
            await asyncio.sleep(random.uniform(*GATHER_S))  # noqa: S311  # not for secrets
            tiles, numbers = self.touched, self.shown
            self.touched, self.shown = set(), []
            for tile in sorted(tiles):
                await self._ask(tile)
            now = time.monotonic()
            self.watch.drawn += [(number, now) for number in numbers]
        self.drawing = None

    async def _ask(self, tile: Tile) -> None:
        known = f"If-None-Match: {self.etags[tile]}\r\n" if tile in self.etags else ""
        _, headers, _ = await self.door.ask("GET", f"/tiles/ticket{_path(tile)}", known)
        self.etags[tile] = headers.get("etag", "")
        self.watch.asked += 1


def _path(tile: Tile) -> str:
    return "/{}/{}/{}.mvt".format(*tile)


def _is_in(tile: Tile, span: list[int]) -> bool:
    return span[0] <= tile[1] <= span[2] and span[1] <= tile[2] <= span[3]


def measure(services: Sequence[Service], load: Load) -> Cost:
    """Put this load on the processes of a service, maps and reports spread over them; what it cost.

    Nothing else may ask it meanwhile.
    """
    return asyncio.run(_measure(services, load))


async def _measure(services: Sequence[Service], load: Load) -> Cost:
    watch = Watch()
    dice = random.Random(load.screens)  # noqa: S311  # not for secrets
    ports = [service.port for service in services]
    screens = [_screen(ports[n % len(ports)], watch, dice.choice(load.areas), dice) for n in range(load.screens)]
    tasks = [asyncio.create_task(screen.open()) for screen in screens]
    await asyncio.sleep(SETTLE_S)
    while screens and not all(len(screen.etags) == len(screen.view) for screen in screens):
        await asyncio.sleep(0.2)
    watch.asked, began, own_s = 0, time.monotonic(), time.process_time()
    cpu_s = sum(service.cpu_s for service in services)
    await _report(ports, load, watch, dice)
    took = time.monotonic() - began
    await asyncio.sleep(SETTLE_S)
    while len(watch.heard) < len(watch.sent) * load.screens and time.monotonic() - began < took + PATIENCE_S:
        await asyncio.sleep(0.2)
    cost = _cost(load, watch, took, (sum(service.cpu_s for service in services) - cpu_s, time.process_time() - own_s))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return cost


def _screen(port: int, watch: Watch, area: Area, dice: random.Random) -> Screen:
    west, south, east, north = area.box
    middle = tile_at(LonLat((west + east) / 2, (south + north) / 2), dice.choice(ZOOMS))
    view = {(middle.z, middle.x + column, middle.y + row) for column in range(COLUMNS) for row in range(ROWS)}
    return Screen(area, watch, Door(port), view)


async def _report(ports: Sequence[int], load: Load, watch: Watch, dice: random.Random) -> None:
    """Reports at their times, whether those before have been answered or not."""
    began, tasks = time.monotonic(), []
    free: list[Door] = []

    async def send(at: float, body: str) -> None:
        door = free.pop() if free else Door(dice.choice(ports))
        _, _, answer = await door.ask("POST", "/api/v1/reports", body=body)
        now = time.monotonic()
        free.append(door)
        watch.report_s.append(now - at)
        if found := re.search(rb'"number": ?"([^"]+)"', answer):
            watch.sent[found[1].decode()] = now

    for count in range(round(load.rate * load.seconds)):
        at = began + count / load.rate
        await asyncio.sleep(max(at - time.monotonic(), 0))
        west, south, east, north = dice.choice(load.areas).box
        place = {"lon": dice.uniform(west, east), "lat": dice.uniform(south, north), "system": "wgs84"}
        body = json.dumps({**place, "category": "hazard", "description": "x", "accuracy_m": 15})
        tasks.append(asyncio.create_task(send(at, body)))
    await asyncio.gather(*tasks)
    for door in free:
        door.close()


def _cost(load: Load, watch: Watch, took: float, cpu_s: tuple[float, float]) -> Cost:
    heard = [max(at - watch.sent[number], 0) for number, at in watch.heard if number in watch.sent]
    drawn = [max(at - watch.sent[number], 0) for number, at in watch.drawn if number in watch.sent]
    return Cost(
        load.screens,
        load.rate,
        len(watch.sent),
        len(watch.report_s) - len(watch.sent),
        *_ms(watch.report_s),
        *_ms(heard),
        heard_share=len(heard) / (len(watch.sent) * load.screens) if load.screens and watch.sent else 0.0,
        drawn_p99_ms=_ms(drawn)[1],
        requests_per_s=watch.asked / took,
        service_cpu_share=cpu_s[0] / took,
        screens_cpu_share=cpu_s[1] / took,
    )


def _ms(seconds: list[float]) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    if len(seconds) < 2:
        return 0.0, 0.0
    return 1000 * median(seconds), 1000 * quantiles(seconds, n=100, method="inclusive")[-1]
