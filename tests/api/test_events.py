"""The stream of changes over real sockets: what an event says, what a break loses, who is dropped, who counts.

Long because a listener has many ways to lose something.
"""

import json
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gisgrid.api import events, feed, listeners
from gisgrid.changes import MANY, read_place
from gisgrid.counters import count_tickets
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.streams import Stream, listening
from tests.api.test_reports import body
from tests.browser.server import serving
from tests.drawing import spot
from tests.waiting import until

WITHOUT_NAMES = {"description", "contact", "point", "department", "post"}


@pytest.fixture(scope="module")
def url(district: District) -> Iterator[str]:
    """A process that serves this district to streams."""
    with serving(district.app_again()) as address:
        yield address


@pytest.fixture(scope="module")
def other_url(district: District) -> Iterator[str]:
    """A second process over the same database."""
    with serving(district.app_again()) as address:
        yield address


def report(district: District, place: tuple[float, float] = (0.5, 0.5), **more: Any) -> str:
    lon, lat = spot(*place)
    answer = district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat, **more))
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def run(district: District, sql: str, **values: Any) -> None:
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text(sql), values)
    owner.close()


def test_an_event_says_which_ticket_and_its_public_facts(district: District, url: str) -> None:
    with listening(url) as stream, listening(url, secret=district.secrets["boss"]) as boss:
        number = report(district, description="井盖松动")
        until(lambda: number in stream.numbers and number in boss.numbers)
    told = next(one for one in stream.of("change", "ticket") if one["tickets"])
    (fact,) = told["tickets"]
    assert fact == district.client().get(f"/api/v1/tickets?area={GRIDS['A']}&limit=1").json()["tickets"][0]
    assert not WITHOUT_NAMES & set(fact)
    assert told["bbox"] == pytest.approx([*spot(0.5, 0.5)] * 2)
    assert len(told["tiles"]["14"]) == 4
    assert boss.of("change", "ticket")[0]["tickets"][0] == fact, "one text for everybody"
    assert "井盖" not in json.dumps([one.data for one in [*stream.heard, *boss.heard]], ensure_ascii=False)
    assert all(read_place(one.id) for one in stream.heard)


def test_a_proxy_is_told_to_hold_nothing_back(url: str) -> None:
    with listening(url) as stream:
        assert stream.headers["x-accel-buffering"] == "no"
        assert stream.headers["content-type"].startswith("text/event-stream")
        low, high = events.RETRY_MS
        assert low <= stream.retry_ms <= high
        assert read_place(stream.last_id)


def test_a_break_loses_nothing_and_tells_nothing_twice(district: District, url: str, other_url: str) -> None:
    """Wherever the stream breaks, and whichever process goes on."""
    with listening(url) as whole:
        start = whole.last_id
        sent = [report(district, (0.3 + 0.1 * step, 0.5)) for step in range(8)]
        until(lambda: len(whole.numbers) >= 8)
    ids = [start, *(one.id for one in whole.heard)]
    for count, last_id in enumerate(ids):
        for address in (url, other_url):
            with listening(address, last_id=last_id) as resumed:
                ends = report(district)
                resumed.wait_for(ends)
            missed = whole.numbers[sum(len(one.data["tickets"] or []) for one in whole.heard[:count]) :]
            assert [number for number in resumed.numbers if number in sent] == missed, last_id


def test_what_was_missed_is_told_to_whom_it_concerns(district: District, url: str) -> None:
    camera = (
        "INSERT INTO overlay.camera (code, name, area_id, path, geom)"
        " SELECT :code, 'camera', v.area_id, v.path, v.label_point FROM app.area_at(now()) AS v WHERE v.code = :area"
    )
    with listening(url) as before:
        place = before.last_id
    for letter, area in GRIDS.items():
        run(district, camera, code=f"missed-{letter}", area=area)
    number = report(district)
    for name, count in (("boss", 3), ("north", 2), ("wang", 1), ("", 0)):
        with listening(url, last_id=place, secret=district.secrets.get(name, "")) as stream:
            stream.wait_for(number)
        assert len(stream.of("change", "camera")) == count, name


@pytest.mark.parametrize("last_id", ["1", "none", "9000000000-9000000000-0", "5-3-0", "1-9000000000-2"])
def test_an_id_that_leads_nowhere_gets_one_reset(
    last_id: str, url: str, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "START_S", 0.2)
    with listening(url, last_id=last_id) as stream:
        number = report(district)
        until(lambda: number in stream.numbers)
    assert [one.kind for one in stream.heard if one.kind != "change"] == ["reset"]
    assert stream.heard[0].kind == "reset"
    assert read_place(stream.last_id)


def test_an_id_that_is_too_old_gets_one_reset(district: District, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_ROWS", 3)
    with listening(url) as stream:
        place = stream.last_id
        numbers = [report(district) for _ in range(5)]
        until(lambda: set(numbers) <= set(stream.numbers))
    with listening(url, heard=place) as late:
        until(lambda: late.of("alive"))
    assert [one.kind for one in late.heard] == ["reset", "alive"], "a page's script sees no id without an event"


def test_a_bulk_commit_is_one_event(district: District, url: str) -> None:
    with listening(url) as stream:
        numbers = [report(district, (0.2 + 0.001 * step, 0.5)) for step in range(MANY + 1)]
        until(lambda: set(numbers) <= set(stream.numbers))
        before = len(stream.heard)
        run(district, "UPDATE work.ticket SET priority = 1 WHERE number = ANY(:n)", n=numbers)
        until(lambda: len(stream.heard) > before)
        last = report(district)
        until(lambda: last in stream.numbers)
    merged, _ = stream.of("change", "ticket")[-2:]
    assert sorted(one["number"] for one in merged["tickets"]) == sorted(numbers)
    west, south, east, north = merged["bbox"]
    assert (west, south) == pytest.approx(spot(0.2, 0.5)) and east > west and north == pytest.approx(south)
    assert len(stream.heard) == before + 2


def test_more_tickets_than_can_be_named_are_not(district: District, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_TICKETS", 0)
    with listening(url) as stream:
        report(district)
        until(lambda: stream.of("change", "ticket"))
    assert stream.of("change", "ticket")[0]["tickets"] is None


def test_an_event_is_written_once_for_all(district: District, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    original = feed._event

    def write(kind: str, *data: Any) -> bytes:
        written.append(kind)
        return original(kind, *data)

    monkeypatch.setattr(feed, "_event", write)
    streams = [listening(url) for _ in range(10)]
    opened = [one.__enter__() for one in streams]
    number = report(district)
    until(lambda: all(number in stream.numbers for stream in opened))
    for one in streams:
        one.__exit__(None, None, None)
    assert [len(stream.heard) for stream in opened] == [1] * 10
    assert written == ["change"]


def test_a_listener_that_takes_nothing_is_dropped(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "BEHIND", 2)
    monkeypatch.setattr(feed, "GATHER_S", 0.0)
    long: dict[str, Any] = {"layer": "ticket", "tickets": [], "x": "x" * 4_000_000}
    monkeypatch.setattr(feed, "_told", lambda *_change: long)
    app: FastAPI = district.app_again()
    with serving(app) as address:
        host, _, port = urlsplit(address).netloc.partition(":")
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((host, int(port)))
        slow.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: app.state.feed.listeners == 1)
        listener = next(iter(app.state.feed._listeners))
        with listening(address) as quick:
            for _ in range(8):
                seen = len(quick.heard)
                report(district)
                until(partial(quick.has_more, seen))
            assert not quick.ended, "others hear all of it"
            assert listener.queue.qsize() <= 3
        slow.close()
        until(lambda: app.state.feed.listeners == 0)


def test_who_takes_nothing_for_long_is_ended_while_he_stays(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "SEND_S", 0.2)
    monkeypatch.setattr(listeners, "LOOK_S", 0.05)
    long: dict[str, Any] = {"layer": "ticket", "tickets": [], "x": "x" * 20_000_000}
    monkeypatch.setattr(feed, "_told", lambda *_change: long)
    app: FastAPI = district.app_again()
    with serving(app) as address:
        host, _, port = urlsplit(address).netloc.partition(":")
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect((host, int(port)))
            slow.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: app.state.feed.listeners == 1)
            report(district)
            until(lambda: app.state.feed.listeners == 0)
        with listening(address) as other:
            report(district)
            until(lambda: other.heard)


def test_counters_come_with_the_stream(district: District, url: str) -> None:
    with listening(url, area=NORTH) as north, listening(url, area=SOUTH) as south, listening(url) as none:
        until(lambda: north.of("counters") and south.of("counters"))
        was = south.of("counters")
        total = north.of("counters")[-1]["total"]
        report(district)
        until(lambda: north.of("counters")[-1]["total"] == total + 1)
        last = north.of("counters")[-1]
    told = {key: value for key, value in last.items() if key != "area"}
    assert told == district.client().get("/api/v1/counters", params={"area": NORTH}).json()
    assert south.of("counters") == was, "what did not move is not told"
    assert none.of("counters") == []


def test_counters_are_counted_once_for_all_of_an_area(
    district: District, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    def count(connection: Any, area_id: int, **more: Any) -> dict[str, int]:
        counted.append(area_id)
        return count_tickets(connection, area_id, **more)

    monkeypatch.setattr(feed, "count_tickets", count)
    streams = [listening(url, area=NORTH) for _ in range(12)]
    opened: list[Stream] = [one.__enter__() for one in streams]
    until(lambda: all(stream.of("counters") for stream in opened))
    total = opened[0].of("counters")[-1]["total"]
    counted.clear()
    for _ in range(5):
        report(district)
    until(lambda: all(stream.of("counters")[-1]["total"] == total + 5 for stream in opened))
    for one in streams:
        one.__exit__(None, None, None)
    assert 1 <= len(counted) <= 6, "for 12 listeners and 5 reports"


def test_counters_of_an_unknown_area_are_404(district: District) -> None:
    answer = district.client().get("/api/v1/events", params={"area": "999"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "code")


def test_a_quiet_stream_shows_that_it_lives(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "KEEP_ALIVE_S", 0.05)
    with listening(url) as stream:
        until(lambda: len(stream.of("alive")) > 1)
    assert all(read_place(one.id) for one in stream.heard)


def test_a_long_writer_only_delays_what_is_told(district: District, url: str) -> None:
    owner = Database(district.url, role=OWNER)
    with listening(url) as stream:
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text("SELECT pg_current_xact_id()"))
            number = report(district)
        until(lambda: number in stream.numbers)
    owner.close()
