"""What do patrols cost: pings in, coverage out; and which cameras see a point? Answers compared.

Long because it is three questions about one day of patrols.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, sin
from statistics import median

import numpy as np
import shapely
from sqlalchemy import TextClause, text

from gisgrid.access import add_account
from gisgrid.bench.doors import Door, Driven, drive, plain
from gisgrid.bench.filling import fill_cameras, fill_pings
from gisgrid.bench.overlay_tiles import fill_places, measure_overlay_tiles
from gisgrid.bench.peers import make_tables, ten_lines
from gisgrid.bench.processes import Meter, find_postmaster
from gisgrid.bench.rows import Row, row_of, take_turns
from gisgrid.bench.server import Service, serving_many, worker_beside
from gisgrid.database import EVERYTHING, Database
from gisgrid.geo import BBox
from gisgrid.instants import write_instant
from gisgrid.patrol import Coverage, Extent, Memory, Ping, cover, keep_walks, receive

BATCH = 100
STEP_S = 5
"""Between two pings of a worker: 5,000 workers send 1,000 pings a second."""
DAY_STEP_S = 10
"""Between two pings of the day that coverage is asked of."""
MOST_WAIT_S = 600.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plan:
    """How many batches a round by how many clients to how many processes; the day; the cameras."""

    batches: int
    clients: int
    processes: int
    rounds: int
    workers: int
    hours: int
    cameras: int


@dataclass(frozen=True)
class Place:
    """Where it is measured: the owner's database, the URLs of the owner and of the service's login."""

    database: Database
    owner_url: str
    service_url: str
    box: Box


def measure_pings(place: Place, plan: Plan) -> list[Row]:
    """All of it, on a district that is there already."""
    make_tables(place.owner_url)
    secrets = _enlist(place.database, max(plan.clients, 8))
    with (
        serving_many(place.service_url, plan.processes) as services,
        worker_beside(place.owner_url) as worker,
        ten_lines(place.owner_url) as peer,
    ):
        wait_until(place.database, _IS_AT_WORK)  # its start costs seconds of processor, which are no pings
        found = _measure_intake(place, plan, services, worker, peer, secrets)
        found += _measure_cameras(place, plan, services, secrets["seer"])
    found += measure_coverage(place, plan)
    until = datetime.now(UTC)
    since = until - timedelta(hours=plan.hours + 1)
    with place.database.transaction(EVERYTHING) as connection:
        fill_places(connection, plan.cameras, BBox(*place.box))
    return found + measure_overlay_tiles(place.database, BBox(*place.box), "bench-1", since, until)


def _enlist(database: Database, workers: int) -> dict[str, str]:
    """Secrets of accounts by name: workers, and one who may see cameras."""
    with database.transaction(EVERYTHING) as connection:
        top = connection.execute(
            text("SELECT code FROM app.area_at(now()) WHERE network = 'base' AND parent_id IS NULL")
        ).scalar_one()
        names = [f"walker-{n}" for n in range(workers)]
        secrets = {name: add_account(connection, name, "worker", top) for name in names}
        return secrets | {"seer": add_account(connection, "seer", "admin")}


def _batch(box: Box, worker: int, number: int) -> str:
    """The `number`th batch of a worker who walks on, at 1.3 m/s at most, around a place of his own."""
    west, south, east, north = box
    lon, lat = west + (east - west) * ((worker * 0.618 + 0.37) % 1), south + (north - south) * (worker * 0.414 % 1)
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=6)
    pings = []
    for n in range(number * BATCH, (number + 1) * BATCH):
        s = n * STEP_S
        x, y = lon + 150 / 98000 * sin(s / 160 + worker), lat + 150 / 110800 * sin(s / 197 + 2 * worker)
        at = write_instant(begin + timedelta(seconds=s))
        pings.append({"lon": round(x, 7), "lat": round(y, 7), "system": "wgs84", "at": at, "accuracy_m": 8})
    return json.dumps(pings)


def _measure_intake(
    place: Place, plan: Plan, services: Sequence[Service], worker: int, peer: Service, secrets: dict[str, str]
) -> list[Row]:
    """Batches at full speed, each acknowledged when it is committed, beside the same rows in ten lines."""
    with place.database.transaction(EVERYTHING) as connection:
        postmaster = find_postmaster(connection)
    ports = [service.port for service in services]
    walkers = [name for name in secrets if name != "seer"]
    sent: dict[str, int] = {"us": 0, "peer": 0}
    accepted = {"us": 0, "peer": 0}
    refused = {"us": 0, "peer": 0}

    def send(who: str, to: Sequence[int], path: Callable[[str], tuple[str, str]]) -> Driven:
        first = sent[who]
        bodies = [_batch(place.box, n % len(walkers), n // len(walkers)) for n in range(first, first + plan.batches)]
        sent[who] += plan.batches

        async def act(door: Door, n: int) -> None:
            where, headers = path(walkers[(first + n) % len(walkers)])
            while (answer := await door.ask("POST", where, headers, bodies[n]))[0] == 503:
                refused[who] += 1  # sent again, as a phone does
            if answer[0] != 200:
                raise RuntimeError(f"{where}: {answer[0]} {plain(answer)[:500]!r}")
            accepted[who] += json.loads(plain(answer))["accepted"]

        return drive(to, plan.clients, plan.batches, act)

    def ours() -> Driven:
        return send("us", ports, lambda name: ("/api/v1/pings", f"Authorization: Bearer {secrets[name]}\r\n"))

    def theirs() -> Driven:
        return send("peer", [peer.port], lambda name: (f"/pings/{name}", ""))

    turns = take_turns(
        {
            "gisgrid": (Meter(tuple(service.pid for service in services), postmaster), ours),
            "ten lines of FastAPI, no grid, no rules": (Meter((peer.pid,), postmaster), theirs),
        },
        plan.rounds,
    )
    behind_s = wait_until(place.database, _IS_ADDED_UP)
    with place.database.transaction(EVERYTHING) as connection:
        kept = connection.execute(
            text("SELECT count(*) FROM overlay.ping WHERE worker LIKE 'walker-%' AND doubt IS NULL")
        ).scalar_one()
        rows = connection.execute(text("SELECT count(*) FROM peer.ping")).scalar_one()
    found = []
    for (name, some), count, who in zip(turns.items(), (kept, rows), ("us", "peer"), strict=True):
        rate = f"{BATCH * median(turn.driven.per_s for turn in some):,.0f} pings/s" + (
            f"; {refused[who]} sent again after 503" if refused[who] else ""
        )
        lost = abs(accepted[who] - count) + abs(accepted[who] - sent[who] * BATCH)
        found.append(row_of(f"batch of {BATCH} pings, {plan.clients} clients", name, some, lost, rate))
    note = "from the last acknowledgement until the worker has added all up; answers read what is not added up yet"
    return [*found, _clocked("coverage is added up", "gisgrid", [behind_s], 0, note)]


_IS_AT_WORK = text("SELECT EXISTS (SELECT FROM core.heartbeat WHERE part = 'worker')")
_IS_ADDED_UP = text("SELECT NOT EXISTS (SELECT FROM overlay.walk_due)")


def wait_until(database: Database, what: TextClause) -> float:
    """How long until the worker has done this?"""
    began = time.monotonic()
    while time.monotonic() - began < MOST_WAIT_S:
        with database.transaction(EVERYTHING) as connection:
            if connection.execute(what).scalar_one():
                return time.monotonic() - began
        time.sleep(0.05)
    raise TimeoutError(f"the worker does not get there: {what}")


def _measure_cameras(place: Place, plan: Plan, services: Sequence[Service], secret: str) -> list[Row]:
    """Which cameras see a point? Over HTTP, compared with a tree over the same sectors."""
    with place.database.transaction(EVERYTHING) as connection:
        postmaster = find_postmaster(connection)
        connection.execute(text("DELETE FROM overlay.camera"))
        views = fill_cameras(connection, plan.cameras, place.box)
    dice = np.random.default_rng(3)
    west, south, east, north = place.box
    points = dice.uniform([west, south], [east, north], (plan.batches, 2))
    codes = np.array(list(views))
    tree = shapely.STRtree(list(views.values()))
    answers: dict[int, set[str]] = {}

    async def act(door: Door, n: int) -> None:
        path = f"/api/v1/cameras?lon={float(points[n, 0])!r}&lat={float(points[n, 1])!r}&system=wgs84&limit=1000"
        answer = await door.ask("GET", path, f"Authorization: Bearer {secret}\r\n")
        if answer[0] != 200:
            raise RuntimeError(f"{path}: {answer[0]} {plain(answer)[:500]!r}")
        answers[n] = {one["code"] for one in json.loads(plain(answer))["cameras"]}

    ports = [service.port for service in services]
    meter = Meter(tuple(service.pid for service in services), postmaster)
    turns = take_turns({"gisgrid": (meter, lambda: drive(ports, 1, plan.batches, act))}, plan.rounds)
    wrong = sum(answers[n] != set(codes[tree.query(shapely.Point(points[n]), predicate="intersects")]) for n in answers)
    seen = sum(map(len, answers.values())) / len(answers)
    return [
        row_of(f"cameras that see a point, of {plan.cameras}", "gisgrid", turns["gisgrid"], wrong, f"{seen:.1f} see it")
    ]


def measure_coverage(place: Place, plan: Plan) -> list[Row]:
    """Coverage of the district for a day of so many workers: from pings alone, as it is kept, after one more batch."""
    database = place.database
    with database.transaction(EVERYTHING) as connection:
        fill_pings(connection, plan.workers, plan.hours, DAY_STEP_S)
        top = connection.execute(
            text("SELECT area_id FROM app.area_at(now()) WHERE network = 'base' AND parent_id IS NULL")
        ).scalar_one()
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = until - timedelta(hours=plan.hours + 1)

    memory = Memory()

    def ask() -> tuple[float, float, Coverage]:
        began, cpu_s = time.monotonic(), time.process_time()
        with database.transaction(EVERYTHING) as connection:
            found = cover(connection, top, since, until, memory=memory)
        return time.monotonic() - began, time.process_time() - cpu_s, found

    many = plan.workers * plan.hours * 3600 // DAY_STEP_S
    from_pings = [ask()]
    grids = len(from_pings[0][2].by)
    named = f"coverage of {grids} grids, {plan.hours} h of {plan.workers} workers, {many:,} pings"
    began = time.process_time()
    while _keep(database):
        pass
    kept_s = time.process_time() - began
    kept = [ask() for _ in range(plan.rounds)]
    more = []
    for n in range(plan.rounds):
        _send_one_more(place, n)
        more.append(ask())
    while _keep(database):
        pass
    again = ask()
    return [
        _answered(named, "from the pings", from_pings, from_pings[0][2]),
        _answered(named, "from kept hours", kept, from_pings[0][2], f"kept once in {kept_s:.1f} s of the worker"),
        _answered("the same after one more batch", "from kept hours and the batch", more[-1:], again[2]),
    ]


def _keep(database: Database) -> int:
    with database.transaction(EVERYTHING, timeout_s=600) as connection:
        return keep_walks(connection)


def _send_one_more(place: Place, n: int) -> None:
    now = datetime.now(UTC)
    west, south, east, north = place.box
    lon, lat = (west + east) / 2, (south + north) / 2
    pings = [
        Ping(lon + 1e-5 * s * cos(n), lat + 1e-5 * s * sin(n), "wgs84", now - timedelta(seconds=5 * (BATCH - s)))
        for s in range(BATCH)
    ]
    with place.database.transaction(EVERYTHING) as connection:
        receive(connection, f"bench-more-{n}", pings, Extent())


def _answered(
    work: str, way: str, asked: Sequence[tuple[float, float, Coverage]], expected: Coverage, note: str = ""
) -> Row:
    """Rows of a question that is asked in this process; `differences`: grids with another share."""
    row = _clocked(work, way, [took for took, _, _ in asked], 0, note)
    wrong = sum(a.share != b.share for a, b in zip(asked[-1][2].by, expected.by, strict=True))
    return Row(**{**vars(row), "service_ms": 1000 * median(cpu for _, cpu, _ in asked), "differences": wrong})


def _clocked(work: str, way: str, took_s: Sequence[float], differences: int, note: str) -> Row:
    p50, worst = 1000 * median(took_s), 1000 * max(took_s)
    return Row(work, way, len(took_s), 1000 / p50, p50, worst, 0.0, 0.0, 0.0, 0.0, differences, note)
