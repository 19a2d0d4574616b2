"""Batches that wait at the same moment are written together; none waits, or fails, because of another."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.api.gathering import PingGatherer
from gisgrid.database import EVERYTHING, SERVICE, Database
from gisgrid.errors import Refused
from gisgrid.patrol import Extent, Ping, Received, receive
from tests.drawing import draw, publish_leaves, spot
from tests.waiting import PATIENCE_S, in_a_loop, until

NOW = datetime.now(UTC).replace(microsecond=0)
WORKERS = ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def patrolled(owner: Database) -> Database:
    """A district whose workers have been on patrol before."""
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))
        for worker in WORKERS:
            receive(connection, worker, pings(600), Extent())
    return owner


@pytest.fixture
def service(patrolled: Database, owner_url: str) -> Iterator[Database]:
    database = Database(owner_url, role=SERVICE, pool_size=3, statement_timeout_s=PATIENCE_S)
    yield database
    database.close()


def pings(seconds_ago: float, count: int = 3) -> list[Ping]:
    lon, lat = spot(0.5, 0.5)
    return [Ping(lon, lat, "wgs84", NOW - timedelta(seconds=seconds_ago - n)) for n in range(count)]


def kept(owner: Database, since_ago: float) -> dict[str, tuple[int, set[str]]]:
    """Of each worker how many pings are there since, and of which transactions."""
    with owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(
            text(
                "SELECT worker, count(*), array_agg(DISTINCT xmin::text) FROM overlay.ping WHERE at >= :at GROUP BY 1"
            ),
            {"at": NOW - timedelta(seconds=since_ago)},
        )
        return {worker: (count, set(of)) for worker, count, of in rows}


def told(seconds_ago: float) -> Callable[[], list[Ping]]:
    return lambda: pings(seconds_ago)


def test_who_waits_at_the_same_moment_is_written_together(patrolled: Database, service: Database) -> None:
    async def send() -> list[Received]:
        gatherer = PingGatherer(service, Extent(), writers=1)
        first = [asyncio.ensure_future(gatherer.receive(worker, told(500), 3)) for worker in "abcd"]
        second = asyncio.ensure_future(gatherer.receive("b", told(490), 3))
        return await asyncio.gather(*first, second)

    assert in_a_loop(send) == [Received(3, [])] * 5
    found = kept(patrolled, 500)
    assert {worker: count for worker, (count, _) in found.items()} == {"a": 3, "b": 6, "c": 3, "d": 3}
    assert found["c"][1] == found["d"][1] != found["a"][1], "one alone, and who came meanwhile in one transaction"
    assert len(found["b"][1]) == 2, "of one worker one batch after the other"


def test_nobody_waits_for_a_trail_that_is_held_elsewhere(patrolled: Database, service: Database) -> None:
    async def send(release: Callable[[], None]) -> list[Received]:
        gatherer = PingGatherer(service, Extent(), writers=1)
        held = asyncio.ensure_future(gatherer.receive("a", told(400), 3))
        others = [await gatherer.receive(worker, told(400), 3) for worker in "bc"]
        assert not held.done() and "a" not in kept(patrolled, 400)
        release()
        return [*others, await held]

    with patrolled.engine.connect() as holder:
        holder.execute(text("SELECT FROM overlay.walker WHERE worker = 'a' FOR UPDATE"))
        assert in_a_loop(lambda: send(holder.rollback)) == [Received(3, [])] * 3
    assert {worker: count for worker, (count, _) in kept(patrolled, 400).items()} == {"a": 3, "b": 3, "c": 3}


def test_what_one_cannot_write_fails_for_him_alone(patrolled: Database, service: Database) -> None:
    def broken() -> list[Ping]:
        raise ZeroDivisionError

    async def send() -> list[Any]:
        gatherer = PingGatherer(service, Extent(), writers=1)
        given = [("a", told(300)), ("b", told(300)), ("c", broken), ("new", told(300)), ("no\0body", told(300))]
        waiting = [asyncio.ensure_future(gatherer.receive(worker, read, 3)) for worker, read in given]
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert not gatherer.waiting
        return found

    *good, broke, new, nobody = in_a_loop(send)
    assert [*good, new] == [Received(3, [])] * 3
    assert isinstance(broke, ZeroDivisionError) and isinstance(nobody, Refused)
    assert {worker: count for worker, (count, _) in kept(patrolled, 300).items()} == {"a": 3, "b": 3, "new": 3}


def test_who_hangs_up_takes_nobody_along(patrolled: Database, service: Database) -> None:
    async def send() -> Received:
        gatherer = PingGatherer(service, Extent(), writers=1)
        first, gone, last = (asyncio.ensure_future(gatherer.receive(worker, told(200), 3)) for worker in "abc")
        await asyncio.sleep(0)
        gone.cancel()
        assert await first == Received(3, [])
        return await last

    assert in_a_loop(send) == Received(3, [])
    until(lambda: len(kept(patrolled, 200)) == 3, PATIENCE_S)
