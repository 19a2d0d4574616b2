"""What does a report, a batch, a look-up cost? Beside ten lines of FastAPI and COPY. Long because it has seven ways."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from io import StringIO
from typing import Any

import numpy as np
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.assignment.present import Present, read_present
from gisgrid.bench.coverage import points_beyond
from gisgrid.bench.doors import Door, Driven, drive, plain
from gisgrid.bench.peers import make_tables, ten_lines
from gisgrid.bench.pings import Place
from gisgrid.bench.processes import Meter, find_postmaster
from gisgrid.bench.rows import Act, Row, row_of, take_turns
from gisgrid.bench.server import Service, serving_many, worker_beside
from gisgrid.database import EVERYTHING, Database
from gisgrid.layers import Json

TOGETHER = 500
"""Reports of a batch."""
_CODES = """
SELECT l.code FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p(lon, lat, n)
CROSS JOIN LATERAL app.locate(ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)) AS l ORDER BY p.n
"""
_LATERAL = """
INSERT INTO peer.place (lon, lat, code, version_id, geom)
SELECT g.lon, g.lat, l.code, l.area_version_id, p.geom
FROM peer.given AS g
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326) AS geom) AS p
CROSS JOIN LATERAL app.locate(p.geom) AS l
"""


@dataclass(frozen=True)
class Plan:
    """How many reports a round, by how many clients to how many processes."""

    reports: int
    clients: int
    processes: int
    rounds: int


@dataclass
class Points:
    """Places of a run, one after the other, and the grid that `app.locate` gives each."""

    lons: list[float]
    lats: list[float]
    codes: list[str | None]
    used: int = 0

    def take(self, count: int) -> range:
        """The next so many; from the beginning again where none are left."""
        first = self.used if self.used + count <= len(self.lons) else 0
        self.used = first + count
        return range(first, first + count)


def measure_reports(place: Place, plan: Plan) -> list[Row]:
    """All of it, on a district that is there already."""
    make_tables(place.owner_url)
    points = _draw(place, plan.reports * (plan.rounds + 1))
    with place.database.transaction(EVERYTHING) as connection:
        postmaster = find_postmaster(connection)
        secret = add_account(connection, "collector", "admin")
        present = read_present(connection, "base")
    with (
        serving_many(place.service_url, plan.processes) as services,
        worker_beside(place.owner_url) as worker,
        ten_lines(place.owner_url) as peer,
    ):
        run = _Run(
            place.database, plan, services, worker, peer, postmaster, points, present, _beyond(place, len(points.lons))
        )
        return [*run.look_ups(), *run.single_reports(), *run.batches(secret)]


def _draw(place: Place, count: int) -> Points:
    dice = np.random.default_rng(5)
    west, south, east, north = place.box
    lons, lats = dice.uniform(west, east, count).tolist(), dice.uniform(south, north, count).tolist()
    with place.database.transaction(EVERYTHING) as connection:
        codes = connection.execute(text(_CODES), {"lon": lons, "lat": lats}).scalars().all()
    held = [i for i, code in enumerate(codes) if code]
    return Points([lons[i] for i in held], [lats[i] for i in held], [codes[i] for i in held])


def _beyond(place: Place, count: int) -> Points:
    lons, lats = points_beyond(place.box, count)
    return Points(lons.tolist(), lats.tolist(), [None] * count)


def _report(points: Points, i: int, accuracy_m: float | None = 15) -> Json:
    where = {"lon": points.lons[i], "lat": points.lats[i], "system": "wgs84"}
    return {**where, "category": "hazard", "description": "x", "accuracy_m": accuracy_m}


def _code(receipt: Json) -> str | None:
    grid = receipt["grid"]
    return grid["code"] if grid else None


@dataclass
class _Run:
    """One run: the service with its worker beside, the peer, the places."""

    database: Database
    plan: Plan
    services: list[Service]
    worker: int
    peer: Service
    postmaster: int
    points: Points
    present: Present
    outside: Points

    @cached_property
    def codes(self) -> dict[int, str]:
        """The grids' codes by their versions."""
        return {int(version): code for patch in self.present.patches for version, code, *_ in patch.grids}

    @property
    def ports(self) -> list[int]:
        return [service.port for service in self.services]

    @property
    def ours(self) -> Meter:
        """The worker counts with the service: what a report wakes is part of it."""
        return Meter((*(service.pid for service in self.services), self.worker), self.postmaster)

    @property
    def theirs(self) -> Meter:
        return Meter((self.peer.pid,), self.postmaster)

    def look_ups(self) -> list[Row]:
        """The grid of one point over HTTP."""
        wrong = {"gisgrid": 0, "ten lines": 0}

        def act(who: str, ports: list[int], path: str, read: Callable[[Any], str | None]) -> Driven:
            some = self.points.take(self.plan.reports)

            async def ask(door: Door, n: int) -> None:
                i = some[n]
                where = f"{path}?lon={self.points.lons[i]!r}&lat={self.points.lats[i]!r}"
                answer = await door.ask("GET", where + ("&system=wgs84" if who == "gisgrid" else ""))
                wrong[who] += read(json.loads(plain(answer))) != self.points.codes[i]

            return drive(ports, self.plan.clients, len(some), ask)

        ways = {
            "gisgrid": (
                self.ours,
                lambda: act("gisgrid", self.ports, "/api/v1/locate", lambda said: said["grid"]["code"]),
            ),
            "ten lines": (
                self.theirs,
                lambda: act("ten lines", [self.peer.port], "/locate", lambda said: said["code"]),
            ),
        }
        turns = take_turns(ways, self.plan.rounds)
        work = f"one look-up, {self.plan.clients} clients"
        return [
            row_of(work, "gisgrid", turns["gisgrid"], wrong["gisgrid"]),
            row_of(work, "the same query in ten lines of FastAPI", turns["ten lines"], wrong["ten lines"]),
        ]

    def single_reports(self) -> list[Row]:
        """One report a request; the grid in each receipt is compared."""
        wrong = {"gisgrid": 0, "outside": 0, "ten lines": 0}

        def act(who: str, ports: list[int], path: str) -> Driven:
            points = self.outside if who == "outside" else self.points
            some = points.take(self.plan.reports)

            async def ask(door: Door, n: int) -> None:
                i = some[n]
                answer = await door.ask("POST", path, body=json.dumps(_report(points, i)))
                said = json.loads(plain(answer))
                is_right = answer[0] == 201 and (who == "ten lines" or _code(said) == points.codes[i])
                wrong[who] += not is_right

            return drive(ports, self.plan.clients, len(some), ask)

        ways = {
            "gisgrid": (self.ours, lambda: act("gisgrid", self.ports, "/api/v1/reports")),
            "outside": (self.ours, lambda: act("outside", self.ports, "/api/v1/reports")),
            "ten lines": (self.theirs, lambda: act("ten lines", [self.peer.port], "/reports")),
        }
        turns = take_turns(ways, self.plan.rounds)
        work = f"one report, {self.plan.clients} clients"
        return [
            row_of(work, "gisgrid, with what it wakes", turns["gisgrid"], wrong["gisgrid"]),
            row_of(work, "gisgrid, outside every grid", turns["outside"], wrong["outside"]),
            row_of(work, "four rows without a grid, ten lines of FastAPI", turns["ten lines"], wrong["ten lines"]),
        ]

    def batches(self, secret: str) -> list[Row]:
        """Reports in batches of 500; an operation is one report. Beside COPY and INSERT ... SELECT from app.locate."""
        wrong = {15: 0, None: 0, "COPY": 0, "index": 0}

        def ours(accuracy_m: int | None) -> Driven:
            some = self.points.take(self.plan.reports)
            parts = [some[first : first + TOGETHER] for first in range(0, len(some), TOGETHER)]

            async def ask(door: Door, n: int) -> None:
                body = {
                    "reports": [
                        _report(self.points, i, accuracy_m) | {"client_ref": str(uuid.uuid4())} for i in parts[n]
                    ]
                }
                headers = f"Authorization: Bearer {secret}\r\n"
                results = json.loads(plain(await door.ask("POST", "/api/v1/reports/batch", headers, json.dumps(body))))
                results = results["results"]
                wrong[accuracy_m] += sum(
                    one["status"] != 201 or one["receipt"]["grid"]["code"] != self.points.codes[i]
                    for i, one in zip(parts[n], results, strict=True)
                )

            driven = drive(self.ports, 1, len(parts), ask)
            return _each(driven, len(some))

        def theirs() -> Driven:
            some = self.points.take(self.plan.reports)
            began = time.monotonic()
            codes = self._copy(some)
            wrong["COPY"] += codes != [self.points.codes[i] for i in some]
            return _each(Driven([time.monotonic() - began], time.monotonic() - began), len(some))

        def index() -> Driven:
            some = self.points.take(self.plan.reports)
            began = time.monotonic()
            codes = self._find(some)
            took = time.monotonic() - began
            wrong["index"] += codes != [self.points.codes[i] for i in some]
            return _each(Driven([took], took), len(some))

        nobody = Meter((), self.postmaster)
        ways: dict[str, tuple[Meter, Act]] = {
            "accurate": (self.ours, partial(ours, 15)),
            "bare": (self.ours, partial(ours, None)),
            "index": (nobody, index),
            "COPY": (nobody, theirs),
        }
        turns = take_turns(ways, self.plan.rounds)
        work, alone = f"a report of a batch of {TOGETHER}", f"the grid alone, {self.plan.reports} points together"
        return [
            row_of(work, "gisgrid, with what it wakes, 15 m", turns["accurate"], wrong[15]),
            row_of(work, "gisgrid, with what it wakes, from the index", turns["bare"], wrong[None]),
            row_of(alone, "covering index, in process", turns["index"], wrong["index"], "as `asking`"),
            row_of(alone, "COPY + INSERT ... SELECT lateral app.locate, two indexes", turns["COPY"], wrong["COPY"]),
        ]

    def _find(self, some: range) -> list[str | None]:
        """The grids of these points out of the index that reports use."""
        lons, lats = self.points.lons[some.start : some.stop], self.points.lats[some.start : some.stop]
        versions, _ = self.present.find_many(np.array(lons), np.array(lats))
        return [self.codes.get(version) for version in versions.tolist()]

    def _copy(self, some: range) -> list[str | None]:
        """Write the places of these points and their grids; the grids in the order of the points."""
        lines = StringIO("".join(f"{self.points.lons[i]!r}\t{self.points.lats[i]!r}\n" for i in some))
        with self.database.transaction(EVERYTHING) as connection:
            connection.execute(text("TRUNCATE peer.given"))
            with _cursor(connection) as cursor:
                cursor.copy_expert("COPY peer.given FROM STDIN", lines)
            first = connection.execute(text("SELECT coalesce(max(place_id), 0) FROM peer.place")).scalar_one()
            connection.execute(text(_LATERAL))
            found = connection.execute(
                text("SELECT code FROM peer.place WHERE place_id > :first ORDER BY place_id"), {"first": first}
            )
            return list(found.scalars().all())


@contextmanager
def _cursor(connection: Any) -> Iterator[Any]:
    with connection.connection.cursor() as cursor:
        yield cursor


def _each(driven: Driven, count: int) -> Driven:
    """Of a turn in parts, as if each of `count` had taken its share."""
    share = driven.took_s / count
    return Driven([share] * count, driven.took_s)
