"""A notification reaches every login that listens, whatever its scope, so it carries nothing."""

import asyncio
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest
from sqlalchemy import Connection, make_url, text

from gisgrid.api import feed as feeding
from gisgrid.api.listeners import Listener
from gisgrid.changes import latest_transaction
from gisgrid.database import EVERYTHING, PAUSE_S, Database
from gisgrid.settings import Settings
from gisgrid.tickets.intake import Report, receive
from tests.drawing import spot
from tests.waiting import PATIENCE_S, until
from tests.walls.conftest import PHONE, WORDS, Walls

EMPTY = re.compile(r"pg_notify\('\w+', '(gisgrid)?'\)")
"""QGIS wants a word to know its own notice by; it is always the same."""
DEFINED = """
SELECT p.oid::regprocedure::text AS name, pg_get_functiondef(p.oid) AS body
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile}')
"""


def talkative(connection: Connection) -> list[str]:
    """Which functions notify of anything but that something changed?"""
    functions = connection.execute(text(DEFINED)).all()
    return [one.name for one in functions if re.search(r"(?i)\b(pg_)?notify\b", EMPTY.sub("", one.body))]


def test_a_notification_is_empty(walls: Walls) -> None:
    url = make_url(walls.url)
    listener = psycopg2.connect(
        dbname=url.database, user=url.username, host=str(url.query["host"]), port=str(url.query["port"])
    )
    listener.autocommit = True
    with listener.cursor() as cursor:
        cursor.execute("LISTEN gisgrid_change")
    lon, lat = spot(0.4, 0.4)
    with walls.owner.transaction(EVERYTHING) as connection:
        report = Report(lon, lat, "wgs84", "dispute", WORDS, contact_phone=PHONE)
        receive(connection, report, network="base", zone="UTC")

    def arrived() -> bool:
        listener.poll()
        return bool(listener.notifies)

    until(arrived)
    assert {one.payload for one in listener.notifies} == {""}
    listener.close()


def test_no_function_notifies_of_anything_else(walls: Walls) -> None:
    with walls.owner.transaction() as connection:
        assert talkative(connection) == []
        connection.execute(
            text("CREATE FUNCTION app.planted() RETURNS void LANGUAGE sql AS $$SELECT pg_notify('x', 'words')$$")
        )
        assert talkative(connection) == ["app.planted()"]
        connection.rollback()


@dataclass
class Looks:
    """How often a feed has looked, its pauses before the next look, and a queue of what it hands out."""

    count: int
    pauses: list[float]
    heard: "asyncio.Queue[bytes | None]"


@pytest.fixture
def looks(walls: Walls, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looks]:
    """A feed of changes as the service runs it."""

    def look(*given: Any) -> Any:
        seen.count += 1
        return latest_transaction(*given)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        threading.Event().wait(seconds)

    pauses: list[float] = []
    monkeypatch.setattr("gisgrid.database.sleep", pause)
    monkeypatch.setattr(feeding, "latest_transaction", look)
    loop = asyncio.new_event_loop()
    turning = threading.Thread(target=loop.run_forever)
    turning.start()
    database = Database(walls.url, role="gisgrid_service", pool_size=2)
    feed = feeding.ChangeFeed(database, Settings())

    async def listen() -> "asyncio.Queue[bytes | None]":
        listener = Listener({"camera": (0,)})
        feed.join(listener)
        return listener.queue

    seen = Looks(0, pauses, asyncio.run_coroutine_threadsafe(listen(), loop).result(PATIENCE_S))
    feed.start()
    until(lambda: seen.count > 0)
    yield seen
    feed.stop()
    loop.call_soon_threadsafe(loop.stop)
    turning.join(PATIENCE_S)
    loop.close()
    database.close()


def flood(walls: Walls, count: int) -> None:
    """What a person's login can send: notices of its own on our channel, each in a transaction, each with words."""
    with walls.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{walls.login("figures")}"')
        for number in range(count):
            connection.exec_driver_sql(f'NOTIFY gisgrid_change, \'{{"layer": "camera", "n": {number}}}\'')
        connection.invalidate()


def move_camera(walls: Walls) -> None:
    with walls.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE overlay.camera SET name = name WHERE code LIKE 'cam-%'"))


def test_forged_notices_wake_and_say_nothing_and_not_often(walls: Walls, looks: Looks) -> None:
    flood(walls, 1000)
    said = b""
    while not looks.heard.empty():  # what the fixture filled in may still come by
        said += looks.heard.get_nowait() or b""
    assert b'"n"' not in said, "what they said is read by nobody"
    count, pauses = looks.count, list(looks.pauses)
    assert set(pauses) == {PAUSE_S} and count <= len(pauses) + 1, "between two looks it pauses"
    move_camera(walls)
    until(lambda: not looks.heard.empty())


def test_without_a_notice_a_change_is_heard_all_the_same(walls: Walls, looks: Looks) -> None:
    with walls.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("ALTER TABLE core.change DISABLE TRIGGER wake_listeners"))
    move_camera(walls)
    until(lambda: not looks.heard.empty())
    with walls.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("ALTER TABLE core.change ENABLE TRIGGER wake_listeners"))


def test_nobody_is_woken_through_a_queue_that_is_half_full(walls: Walls) -> None:
    """Full, at 8 GB, it fails every commit that sends a notice, a report's too. Too much to try here: it is read."""
    body = walls.one("SELECT prosrc FROM pg_proc WHERE proname = 'wake_listeners'")
    assert body.index("pg_notification_queue_usage() < 0.5 THEN") < body.index("pg_notify(")
