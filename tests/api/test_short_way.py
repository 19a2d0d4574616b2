"""The short way of kept tiles: it answers as the long one does, in the order of the questions, counted and named."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, text

from gisgrid.api.app import create_app
from gisgrid.api.kept_tiles import remembered_key
from gisgrid.api.short_way import Cycle, ShortWay, kind_of
from gisgrid.database import Database
from gisgrid.lines import SNAPSHOT
from gisgrid.round_trips import read_prepared
from tests.api.conftest import PATIENT, District
from tests.api.test_kept_tiles import ask, numbers, path_of, report
from tests.browser.server import serving
from tests.conftest import url_of
from tests.drawing import spot
from tests.waiting import until

POINT, AWAY = spot(0.5, 0.5), spot(1.6, 0.5)
PART = re.compile(r"_(?:sum|bucket|created)")
EACH_TIME = ("date", "x-request-id", "server")
QUESTIONS: list[dict[str, str]] = [
    {"accept_encoding": "gzip"},
    {"accept_encoding": "gzip, br", "x_request_id": "abc-1234567"},
    {"accept_encoding": "gzip", "x_request_id": "not fit to be logged"},
    {"accept_encoding": "gzip", "x_forwarded_proto": "https", "x_forwarded_for": "203.0.113.7"},
    {"accept_encoding": "gzip", "x_forwarded_for": "203.0.113.8", "x_forwarded_prefix": "/gis"},
    {"accept_encoding": "gzip", "cookie": "gisgrid_session=nothing"},
]
LONG: list[dict[str, str]] = [
    {"accept_encoding": "gzip", "origin": "https://portal.example"},
    {"accept_encoding": "gzip", "connection": "close"},
    {"accept_encoding": "gzip", "content_length": "0"},
]


@dataclass
class Counting:
    """The short way of an app, and what it took and gave back."""

    way: ShortWay
    taken: int = 0
    given_back: int = 0

    def take(self, cycle: Cycle, start: Any) -> bool:
        def start_after_all() -> None:
            self.given_back += 1
            start()

        is_taken = self.way.take(cycle, start_after_all)
        self.taken += is_taken
        return is_taken


@dataclass
class Both:
    """The same service twice: with the short way, and without it."""

    short: str
    long: str
    counting: Counting
    district: District


def made(url: str) -> FastAPI:
    return create_app(replace(PATIENT, trusted_proxies="127.0.0.1"), url)


@pytest.fixture(scope="module")
def both(district: District) -> Iterator[Both]:
    url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    short, long = made(url), made(url)
    counting = Counting(short.state.short_way)
    short.state.short_way = counting
    long.state.short_way = SimpleNamespace(take=lambda _cycle, _start: False)
    with ExitStack() as stack:
        urls = [stack.enter_context(serving(app)) for app in (short, long)]
        found = Both(urls[0], urls[1], counting, district)
        for _ in range(3):
            report(found.short, POINT)
        yield found


def said(url: str, path: str, headers: dict[str, str]) -> tuple[Any, ...]:
    status, answered, body = ask(url, path, **headers)
    return status, {name: value for name, value in answered.items() if name not in EACH_TIME}, body


def told(url: str) -> dict[str, float]:
    """What is measured of tiles."""
    lines = ask(url, "/metrics")[2].decode().splitlines()
    pairs = (
        line.rpartition(" ")[::2] for line in lines if "tile" in line and "_created" not in line and line[0] != "#"
    )
    return {name: float(value) for name, value in pairs if "_sum" not in name and "_bucket" not in name}


@pytest.mark.parametrize("headers", [*QUESTIONS, *LONG], ids=str)
@pytest.mark.parametrize("layers", ["area", "area,ticket"])
def test_both_ways_answer_alike(both: Both, headers: dict[str, str], layers: str) -> None:
    path = ("/gis" if "x_forwarded_prefix" in headers else "") + path_of(POINT, 14, layers)
    for url in (both.short, both.long):
        assert ask(url, path, **headers)[0] == 200
    taken = both.counting.taken
    answers = [said(url, path, headers) for url in (both.short, both.long)]
    assert both.counting.taken == taken + (headers in QUESTIONS)
    assert answers[0] == answers[1]
    again = {**headers, "if_none_match": answers[0][1]["etag"]}
    answers = [said(url, path, again) for url in (both.short, both.long)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 304


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        (f"?network={'x' * 500}", {}),
        ("", {"x_forwarded_for": ", ".join(["203.0.113.7"] * 100)}),
        ("", {f"x_forwarded_{'x' * 100}": "1"}),
    ],
    ids=["address", "way", "name"],
)
def test_what_is_made_up_long_is_not_remembered(both: Both, more: str, headers: dict[str, str]) -> None:
    path = path_of(POINT, 14, "area")
    assert ask(both.short, path, accept_encoding="gzip")[0] == 200
    known = remembered_key.cache_info().currsize, kind_of.cache_info().currsize, len(both.counting.way._ways)
    taken = both.counting.taken
    assert ask(both.short, path + more, accept_encoding="gzip", **headers)[0] == (422 if more else 200)
    assert both.counting.taken == taken
    assert (remembered_key.cache_info().currsize, kind_of.cache_info().currsize, len(both.counting.way._ways)) == known


def test_an_empty_tile_is_204_on_both(both: Both) -> None:
    path = path_of((POINT[0] + 2, POINT[1]), 16, "ticket")
    for url in (both.short, both.long):
        ask(url, path)
    answers = [said(url, path, {}) for url in (both.short, both.long)]
    assert answers[0] == answers[1]
    assert answers[0][::2] == (204, b"")


def test_what_a_commit_made_old_is_drawn_by_the_app(both: Both) -> None:
    path = path_of(POINT, 18)
    number = report(both.short, POINT)
    assert number in numbers(ask(both.short, path)[2])
    taken, given_back = both.counting.taken, both.counting.given_back
    with Database(both.district.url, role="").transaction() as connection:  # by nobody whom the service knows
        connection.execute(
            text("UPDATE work.ticket SET geom = st_setsrid(st_makepoint(:lon, :lat), 4326) WHERE number = :number"),
            {"lon": AWAY[0], "lat": AWAY[1], "number": number},
        )
    assert number not in numbers(ask(both.short, path)[2])
    assert (both.counting.taken, both.counting.given_back) == (taken + 1, given_back + 1)


def test_answers_come_in_the_order_of_the_questions(both: Both) -> None:
    """Over one connection, sent at once: kept, drawn, no tile, kept."""
    kept, drawn = path_of(POINT, 14, "area"), path_of(POINT, 14, "area") + "?at=2026-01-01T00:00:00Z"
    ask(both.short, kept)
    asked = [
        (kept, "first-request"),
        (drawn, "second-request"),
        ("/nothing", "third-request"),
        (kept, "fourth-request"),
    ]
    lines = "".join(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nX-Request-ID: {name}\r\n\r\n"
        for path, name in asked
    )
    port = int(both.short.rpartition(":")[2])
    taken = both.counting.taken
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(lines.encode())
        answers = [read(line) for _ in asked]
    assert [answer.headers["x-request-id"] for answer in answers] == [name for _, name in asked]
    assert [answer.status for answer in answers] == [200, 200, 404, 200]
    assert both.counting.taken == taken + 2


def test_each_answer_is_counted(both: Both) -> None:
    path = path_of(POINT, 14, "area")
    etag = ask(both.short, path)[1]["etag"]
    before = told(both.short)
    for headers in ({"accept_encoding": "gzip"}, {"accept_encoding": "gzip", "if_none_match": etag}):
        assert ask(both.short, path, **headers)[0] in (200, 304)
    grown = {name: value - before.get(name, 0) for name, value in told(both.short).items()}
    route = 'method="GET",route="/tiles/{layers}/{z}/{x}/{y}.mvt"'
    assert {name: value for name, value in grown.items() if value} == {
        f'gisgrid_http_requests_total{{{route},status="200"}}': 1,
        f'gisgrid_http_requests_total{{{route},status="304"}}': 1,
        f"gisgrid_http_request_seconds_count{{{route}}}": 2,
        'gisgrid_tiles_total{source="kept"}': 2,
    }


def test_where_the_glance_breaks_off_answers_are_right_and_it_comes_back(both: Both) -> None:
    path = path_of(POINT, 14, "area")
    name = read_prepared(SNAPSHOT)[0]
    glances = f"FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%{name}' AND pid <> "
    glances += "pg_backend_pid()"
    owner = Database(both.district.url, role="")

    def count() -> int:
        ask(both.short, path)
        with owner.transaction() as connection:
            found: int = connection.execute(text(f"SELECT count(*) {glances}")).scalar_one()  # noqa: S608
        return found

    until(count)
    with owner.transaction() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {glances}"))  # noqa: S608
    assert ask(both.short, path)[0] == 200
    until(count)
    owner.close()


def read(line: socket.socket) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(line)
    answer.begin()
    answer.read()
    return answer
