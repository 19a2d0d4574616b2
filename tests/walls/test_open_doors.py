"""What a caller was shown stays with him, and only as long as he may see it: caches, and streams that are left open."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
import uvicorn
from sqlalchemy import text

from gisgrid.access import switch_account
from gisgrid.api import events
from gisgrid.database import EVERYTHING, Database
from tests.waiting import until
from tests.walls.conftest import CODES, Facts
from tests.walls.test_facts import MIDDLE, questions

SHARED = ("/tiles/area,ticket/", "/basemap/")
"""Answers that are one and the same for everybody and say so."""


def test_no_cache_keeps_what_a_caller_was_shown(facts: Facts) -> None:
    number = facts.report(*MIDDLE)
    client = facts.client("north")
    doors = [door for door in questions(facts.app, number) if not door.startswith(SHARED)]
    kept = {door for door in doors if "private" not in client.get(door).headers.get("cache-control", "")}
    assert len(doors) > 50 and kept == set()
    answer = client.get(f"/api/v1/tickets/{number}")
    assert {"Authorization", "Cookie"} <= set(answer.headers["vary"].replace(" ", "").split(","))
    for refused in ("/api/v1/tickets/0", "/api/v1/changesets"):
        assert "private" in client.get(refused).headers["cache-control"]
    page = facts.client().get("/api/v1/reports/0", headers={"X-Report-Secret": "0"})
    assert "private" in page.headers["cache-control"] and "X-Report-Secret" in page.headers["vary"]


@pytest.fixture
def address(facts: Facts) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(facts.app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_a_stream_ends_with_the_account(facts: Facts, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who left may not go on listening to where cameras are moved."""
    monkeypatch.setattr(events, "ASK_AGAIN_S", 0.0)
    heard: list[str] = []
    secret = {"Authorization": f"Bearer {facts.secrets['north']}"}
    service = http.client.HTTPConnection(address, timeout=100)
    service.request("GET", "/api/v1/events", headers=secret)
    stream = service.getresponse()
    assert stream.readline().startswith(b"retry")

    def listen() -> None:
        heard.extend(json.loads(line[6:]).get("layer") for line in stream if line.startswith(b"data: "))

    listener = threading.Thread(target=listen)
    listener.start()

    def move_camera() -> None:
        with facts.walls.owner.transaction(EVERYTHING) as connection:
            moved = "UPDATE overlay.camera SET name = name WHERE code = :code"
            connection.execute(text(moved), {"code": f"cam-{CODES['A']}"})

    move_camera()
    until(lambda: "camera" in heard)
    before = len(heard)
    with closing(Database(facts.walls.url, role="")) as superuser, superuser.transaction() as connection:
        switch_account(connection, "north", is_on=False)
    move_camera()
    listener.join(60)
    assert not listener.is_alive() and len(heard) == before
    stream.close()
    service.close()
    with closing(Database(facts.walls.url, role="")) as superuser, superuser.transaction() as connection:
        switch_account(connection, "north", is_on=True)
