"""The feed of changes while nobody listens: it asks the database hardly anything, and yet nobody misses anything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection

from gisgrid import changes
from gisgrid.api import feed as feeding
from gisgrid.changes import Place
from gisgrid.database import EVERYTHING, OWNER, SERVICE, Database
from gisgrid.settings import Settings
from tests.drawing import draw, publish_leaves
from tests.waiting import in_a_loop, until


@dataclass
class Alone:
    """A feed without listeners, how often it looked, and how often it went on waiting instead."""

    feed: feeding.ChangeFeed
    owner: Database
    looks: int = 0
    rests: int = 0


@pytest.fixture
def alone(new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Alone]:
    url = new_database()
    owner = Database(url, role=OWNER)
    database = Database(url, role=SERVICE, pool_size=3)
    seen = Alone(feeding.ChangeFeed(database, Settings()), owner)
    look, is_alone = changes.latest_transaction, feeding.ChangeFeed._is_alone

    def count_look(connection: Connection) -> int:
        seen.looks += connection.engine is database.engine  # others of this process may have one, too
        return look(connection)

    def count_rest(feed: feeding.ChangeFeed, began: float) -> bool:
        seen.rests += feed is seen.feed
        return is_alone(feed, began)

    monkeypatch.setattr(feeding, "latest_transaction", count_look)
    monkeypatch.setattr(feeding.ChangeFeed, "_is_alone", count_rest)
    monkeypatch.setattr(feeding, "POLL_S", 0.01)
    monkeypatch.setattr(feeding, "ALONE_S", 1e6)
    seen.feed.start()
    until(lambda: seen.rests >= 10)
    yield seen
    seen.feed.stop()
    database.close()
    owner.close()


def test_while_nobody_listens_it_looks_at_notices_only(alone: Alone) -> None:
    assert alone.looks == 1
    with alone.owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))
    until(lambda: alone.looks >= 2)


def test_who_comes_back_from_another_process_waits_for_one_look(alone: Alone) -> None:
    """He has heard of transactions that this process has not looked for yet."""
    with alone.owner.transaction(EVERYTHING) as connection:
        connection.exec_driver_sql("SELECT pg_current_xact_id()")  # no change, so no notice
        now: Any = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
    heard = Place(int(now), int(now) + 1)
    in_a_loop(lambda: alone.feed.read_up_to(heard))
    assert alone.feed._read_until >= heard.until
    assert alone.looks >= 2
