"""What is measured of every request, and what Prometheus reads: no people, no places, no path as it was asked for."""

import logging
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgrid import __version__
from gisgrid.api.lanes import Lane
from gisgrid.api.lookout import Lookout
from gisgrid.database import Database
from gisgrid.logs import REQUEST_ID
from gisgrid.processes import ALONE, Shift

log = logging.getLogger("gisgrid")
TILE = "/tiles/{layers}/{z}/{x}/{y}.mvt"
AREAS = "/api/v1/areas"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
NEVER = float("inf")
OWN: dict[str, tuple[str, str, Callable[[list[float]], float]]] = {
    "processes": ("Processes that serve", "", sum),
    "ready": ("1: ready, as /readyz", "", min),
    "event_listeners": ("Maps that follow /api/v1/events", "", sum),
    "lane_places": ("Places of a lane", "lane", sum),
    "lane_taken": ("Places in use", "lane", sum),
    "lane_waiting": ("Requests that wait", "lane", sum),
    "pool_size": ("Database connections at most", "", sum),
    "pool_in_use": ("Database connections in use", "", sum),
    "lookout_age_seconds": ("Age of the last look at database and disk", "", max),
    "part_up": ("0 while this part of the service is silent or fails", "part", min),
}
"""What each process measures of itself: words, label, and how the values of several become one."""


class Meters:
    """The counters of one service. With PROMETHEUS_MULTIPROC_DIR set, all processes' together are answered."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gisgrid_http_requests",
            "Requests answered, by the template of their route",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "gisgrid_http_request_seconds",
            "Until the answer was sent; streams of events not counted",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.tiles = Counter(
            "gisgrid_tiles", "Tiles answered: from memory or drawn", ("source",), registry=self.registry
        )
        self._requests = cache(self.requests.labels)
        self._seconds = cache(self.seconds.labels)
        self._tiles = cache(self.tiles.labels)

    def count(self, method: str, route: str, status: int, seconds: float | None, *, source: str = "") -> None:
        """An answer that took so long (None: a stream); `source`: of which kind it was, where it was a tile."""
        self._requests(method, route, str(status)).inc()
        if seconds is not None:
            self._seconds(method, route).observe(seconds)
        if source and status in (200, 204, 304):
            self._tiles(source).inc()

    def render(self, state: "State") -> bytes:
        """Everything in Prometheus's text format."""
        counted = self.registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            counted = CollectorRegistry()
            multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        now = CollectorRegistry()
        now.register(state)
        return generate_latest(counted) + generate_latest(now)


@dataclass(eq=False)
class State:
    """What is read when somebody asks for metrics: of the process itself, and of the lookout's last look."""

    lookout: Lookout
    database: Database
    lanes: dict[str, Lane]
    listeners: Callable[[], int]
    shift: Shift = ALONE

    def own(self) -> dict[str, float]:
        """What is measured of this process alone, by metric and label; `collect` brings all processes' together."""
        seen = self.lookout.seen
        found: dict[str, float] = {
            "processes": 1,
            "ready": float(not self.lookout.own_faults()),
            "event_listeners": self.listeners(),
            "pool_size": self.database.size,
            "pool_in_use": self.database.in_use,
            "lookout_age_seconds": NEVER if seen is None else time.monotonic() - seen.at,
        }
        for name, lane in self.lanes.items():
            found |= {f"lane_places {name}": lane.places, f"lane_taken {name}": lane.taken}
            found[f"lane_waiting {name}"] = lane.waiting
        return found | {f"part_up {part}": float(fault is None) for part, fault in self.lookout.parts.items()}

    def collect(self) -> Iterator[Metric]:
        """Every gauge; those of other processes are as old as what these said last, some two seconds."""
        yield _gauge("info", "Which version answers", (1, {"version": __version__}))
        measured = [self.own(), *(one.gauges for one in self.shift.others())]
        for name, (words, label, bring_together) in OWN.items():
            keys = sorted({key for one in measured for key in one if key.partition(" ")[0] == name})
            samples = (
                (
                    bring_together([one[key] for one in measured if key in one]),
                    {label: key.partition(" ")[2]} if label else {},
                )
                for key in keys
            )
            yield _gauge(name, words, *samples)
        yield from self._seen()

    def _seen(self) -> Iterator[Metric]:
        seen = self.lookout.seen
        free = seen.free_bytes.items() if seen else ()
        yield _gauge("free_bytes", "Room left for database, log, photos", *((n, {"place": name}) for name, n in free))
        machinery = seen.machinery if seen else None
        yield _gauge("database_up", "1: the database answered the last look", (float(machinery is not None), {}))
        if machinery is None:
            return
        finished, boundary = machinery.backup_finished_at, machinery.boundary_at
        figures = {
            "change_lag_seconds": (
                "Age of the oldest change that a transaction hides from maps",
                machinery.change_lag_s,
            ),
            "notices_waiting": ("Notices on their way", machinery.notices_waiting),
            "notices_parked": ("Notices that are no longer tried", machinery.notices_parked),
            "notice_oldest_seconds": ("Age of the oldest notice on its way", machinery.notice_oldest_s),
            "clocks_late": ("Reminders that no worker has seen for a minute", machinery.clocks_late),
            "changesets_behind": ("Change sets due that are not live, or not followed", machinery.changesets_behind),
            "boundary_version": ("Number of the newest shape of an area", machinery.boundary_version),
            "boundary_age_seconds": (
                "Since the last publish",
                time.time() - boundary.timestamp() if boundary else NEVER,
            ),
            "backup_age_seconds": ("Since the last backup", time.time() - finished.timestamp() if finished else NEVER),
        }
        for name, (words, value) in figures.items():
            yield _gauge(name, words, (value, {}))


def _gauge(name: str, words: str, *samples: tuple[float, dict[str, str]]) -> GaugeMetricFamily:
    labels = list(samples[0][1]) if samples else []
    gauge = GaugeMetricFamily(f"gisgrid_{name}", words, labels=labels)
    for value, named in samples:
        gauge.add_metric([named[label] for label in labels], value)
    return gauge


@dataclass
class Measured:
    """ASGI middleware: counts and times each request by its route's template, names it by an id, logs a line."""

    app: ASGIApp
    meters: Meters
    streams: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; count its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = (value for name, value in scope["headers"] if name == b"x-request-id")
        request_id = name_request(next(said, b""))
        token = REQUEST_ID.set(request_id)
        scope.setdefault("state", {})
        began, status, timing = time.perf_counter(), 500, b""

        async def look(message: Message) -> None:
            nonlocal status, timing
            if message["type"] == "http.response.start":
                status = message["status"]
                timing = dict(message.get("headers", ())).get(b"server-timing", b"")
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, look)
        finally:
            self._count(scope, status, timing, time.perf_counter() - began)
            REQUEST_ID.reset(token)

    def _count(self, scope: Scope, status: int, timing: bytes, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        source = ("kept" if b"kept" in timing else "drawn") if route == TILE else ""
        self.meters.count(method, route, status, None if scope["path"] in self.streams else seconds, source=source)
        log_request(method, route, status, seconds, scope["state"].get("actor", ""))


def name_request(given: bytes) -> str:
    """The id of a request: the one that is given, if it is fit to be logged, or a new one."""
    said = given.decode("latin-1")
    return said if GIVEN_ID.fullmatch(said) else f"{random.getrandbits(128):032x}"  # noqa: S311  # no secret


def log_request(method: str, route: str, status: int, seconds: float, actor: str = "") -> None:
    """A line of the log for each request."""
    facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1), "actor": actor}
    log.info("request", extra=facts)


def route_of(scope: Scope) -> str:
    """The template of the route that answered; never what somebody typed."""
    route = getattr(scope.get("route"), "path", "")
    if route:
        return f"{scope.get('root_path', '')}{route}" if scope.get("root_path") else str(route)
    path = scope["path"]
    if path.startswith("/tiles/") and path.endswith(".mvt"):
        return TILE
    if path == AREAS:  # from memory, before any route
        return AREAS
    return "/assets" if path.startswith("/assets/") else "none"
