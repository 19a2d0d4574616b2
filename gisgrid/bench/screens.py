"""Open maps and reports at once: what does a report take, how soon does each map show it? Long because of its HTTP.

A screen does over HTTP what the viewer does (viewer/src/live.ts, map/tiles.ts): it listens to the events of its area,
and asks, with the validator that it has, for those tiles in its view that an event touched.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median, quantiles

from gisgrid.bench.doors import HEADERS, Door, connect, read_head
from gisgrid.bench.reporter import Box, Rounds, follow
from gisgrid.bench.server import Service
from gisgrid.geo import LonLat, tile_at

ZOOMS = (14, 15, 16)
COLUMNS, ROWS = 4, 3
"""Tiles in view of a screen."""
GATHER_S = (0.1, 0.35)
"""The viewer gathers what comes in a moment, and does not ask at the same moment as the others."""
DOORS = 6
"""So many connections a browser opens to a service for what it asks for."""
EACH = 20
"""So many screens share an address, as those of an office do."""
SETTLE_S = 3.0
MEND_S = (4.0, 8.0)
"""When the viewer asks again for a tile that was refused."""
AGAIN_S = (1.0, 4.0)
"""When a map whose stream was cut off comes back, as the service tells it to."""
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

    `reports` have a receipt; `refused` got 503 or 429 instead, `broken` no answer. `cut`: streams and tiles that broke
    off; the screen comes back and asks for what it has missed. `busy`: tiles that were refused for want of a place, and
    asked for again. `heard_share`: of all screens and acknowledged reports.
    """

    screens: int
    rate: float
    reports: int
    refused: int
    refused_p99_ms: float
    broken: int
    cut: int
    busy: int
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
    """When each report was acknowledged, by number; how long each took; when each screen heard it first, and drew it.

    A screen hears of other tickets, too: of reports whose answer did not come, and of some twice.
    """

    sent: dict[str, float] = field(default_factory=dict)
    report_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    broken: int = 0
    heard: dict[tuple[int, str], float] = field(default_factory=dict)
    drawn: dict[tuple[int, str], float] = field(default_factory=dict)
    asked: int = 0
    cut: int = 0
    busy: int = 0
    reporter_s: float = 0.0

    def note(self, kind: str, values: list[str]) -> None:
        """What the process that reports says of one report."""
        if kind == "got":
            number, at, took = values
            self.sent[number] = float(at)
            self.report_s.append(float(took))
        elif kind == "refused":
            self.refused_s.append(float(values[0]))
        elif kind == "broken":
            self.broken += 1
        else:
            self.reporter_s = float(values[0])

    def waits(self, moments: dict[tuple[int, str], float]) -> list[float]:
        """How long after its receipt each screen had each acknowledged report, in seconds."""
        return [max(at - self.sent[number], 0) for (_, number), at in moments.items() if number in self.sent]


@dataclass
class Screen:
    """One open map."""

    number: int
    area: Area
    watch: Watch
    doors: list[Door]
    view: set[Tile]
    place: str = ""
    """`id` of the last event heard."""
    etags: dict[Tile, str] = field(default_factory=dict)
    touched: set[Tile] = field(default_factory=set)
    shown: list[str] = field(default_factory=list)
    drawing: asyncio.Task[None] | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One round of tiles at a time: a map that came back asks for what it lacks beside what it was drawing."""

    async def open(self) -> None:
        """Show the map, and follow the events until the task is cancelled: a stream that ends is opened again."""
        try:
            while True:
                try:
                    await self._follow()
                except (OSError, EOFError):
                    pass
                self.watch.cut += 1
                await asyncio.sleep(random.uniform(*AGAIN_S))  # noqa: S311  # not for secrets
        finally:
            for door in self.doors:
                door.close()

    async def _follow(self) -> None:
        reader, writer = await connect(self.doors[0].port, self.doors[0].source)
        path = f"/api/v1/events?heard={self.place}&area={self.area.code}"
        writer.write(f"GET {path} HTTP/1.1\r\n{HEADERS}\r\n".encode())
        try:
            await read_head(reader)
            while missing := sorted(self.view - set(self.etags)):
                if await self._ask_all(missing):
                    await asyncio.sleep(random.uniform(*AGAIN_S))  # noqa: S311  # not for secrets
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    self.place = line[4:].decode().strip()
                elif line.startswith(b"data: {") and b'"layer":"ticket"' in line:
                    self._hear(_read(line))
        finally:
            writer.close()

    def _hear(self, change: dict[str, object]) -> None:
        now = time.monotonic()
        tickets: list[dict[str, str]] | None = change.get("tickets")  # type: ignore[assignment]
        # of very many at once no event names any, and a map reads its list again
        numbers = [*self.watch.sent] if tickets is None else [one["number"] for one in tickets]
        for number in numbers:
            self.watch.heard.setdefault((self.number, number), now)
        tiles: dict[str, list[int]] = change["tiles"]  # type: ignore[assignment]
        touched = {tile for tile in self.view if _is_in(tile, tiles[str(tile[0])])}
        if touched:
            self.touched |= touched
            self.shown += numbers
            self.drawing = self.drawing or asyncio.create_task(self._draw())

    async def _draw(self) -> None:
        """Ask for the tiles that were touched, and for those that are touched meanwhile after them."""
        try:
            while self.touched:
                await asyncio.sleep(random.uniform(*GATHER_S))  # noqa: S311  # not for secrets
                tiles, numbers = self.touched, self.shown
                self.touched, self.shown = set(), []
                refused = await self._ask_all(sorted(tiles))
                if refused:  # this map is drawn once these are there, too
                    self.touched |= refused
                    self.shown += numbers
                    await asyncio.sleep(random.uniform(*MEND_S))  # noqa: S311  # not for secrets
                    continue
                now = time.monotonic()
                for number in numbers:
                    self.watch.drawn.setdefault((self.number, number), now)
        except (OSError, EOFError):
            self.watch.cut += 1
        finally:
            self.drawing = None

    async def _ask_all(self, tiles: Sequence[Tile]) -> set[Tile]:
        """Ask for tiles, some at once; those for which there was no place, which are asked for again."""

        async def ask(door: Door, mine: Sequence[Tile]) -> list[Tile]:
            return [tile for tile in mine if not await self._ask(door, tile)]

        shares = [tiles[n :: len(self.doors)] for n in range(len(self.doors))]
        async with self.asking:
            refused = await asyncio.gather(*(ask(*one) for one in zip(self.doors, shares, strict=True) if one[1]))
        return {tile for some in refused for tile in some}

    async def _ask(self, door: Door, tile: Tile) -> bool:
        """Ask for a tile. Was there a place for it?"""
        known = f"If-None-Match: {self.etags[tile]}\r\n" if tile in self.etags else ""
        status, headers, _ = await door.ask("GET", f"/tiles/ticket{_path(tile)}", known)
        if status == 503:
            self.watch.busy += 1
            return False
        self.etags[tile] = headers.get("etag", "")
        self.watch.asked += 1
        return True


@lru_cache(maxsize=4096)
def _read(line: bytes) -> dict[str, object]:
    """An event, read once for all maps of this process: each is on a machine of its own, and does not wait for it."""
    event: dict[str, object] = json.loads(line[6:])
    return event


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
    screens = [_screen(n, ports[n % len(ports)], watch, load.areas, dice) for n in range(load.screens)]
    tasks = [asyncio.create_task(screen.open()) for screen in screens]
    await asyncio.sleep(SETTLE_S)
    while screens and not all(len(screen.etags) == len(screen.view) for screen in screens):
        await asyncio.sleep(0.2)
    watch.asked, watch.cut, watch.busy, began, own_s = 0, 0, 0, time.monotonic(), time.process_time()
    cpu_s = sum(service.cpu_s for service in services)
    boxes = [area.box for area in load.areas]
    await follow(Rounds(ports, boxes, load.rate, load.seconds, load.screens), watch.note)
    took = time.monotonic() - began
    await asyncio.sleep(SETTLE_S)
    while _is_unheard(watch, load) and time.monotonic() - began < took + PATIENCE_S:
        await asyncio.sleep(0.2)
    cost = _cost(
        load,
        watch,
        took,
        (sum(service.cpu_s for service in services) - cpu_s, time.process_time() - own_s + watch.reporter_s),
    )
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return cost


def _is_unheard(watch: Watch, load: Load) -> bool:
    """Is there a screen that has not heard of a report that was acknowledged?"""
    return len(watch.waits(watch.heard)) < len(watch.sent) * load.screens


def _screen(number: int, port: int, watch: Watch, areas: Sequence[Area], dice: random.Random) -> Screen:
    area = dice.choice(areas)
    west, south, east, north = area.box
    middle = tile_at(LonLat((west + east) / 2, (south + north) / 2), dice.choice(ZOOMS))
    view = {(middle.z, middle.x + column, middle.y + row) for column in range(COLUMNS) for row in range(ROWS)}
    source = f"127.0.1.{number // EACH + 1}" if sys.platform == "linux" else None
    return Screen(number, area, watch, [Door(port, source=source) for _ in range(DOORS)], view)


def _cost(load: Load, watch: Watch, took: float, cpu_s: tuple[float, float]) -> Cost:
    heard, drawn = watch.waits(watch.heard), watch.waits(watch.drawn)
    return Cost(
        load.screens,
        load.rate,
        len(watch.sent),
        len(watch.refused_s),
        _ms(watch.refused_s)[1],
        watch.broken,
        watch.cut,
        watch.busy,
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
