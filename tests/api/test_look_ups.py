"""Look-ups from the index, and kept lists of areas: what the app says, and never of grids that were replaced before."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import make_url, text

from gisgrid.api import look_ups
from gisgrid.api.app import create_app
from gisgrid.coordinates import from_wgs84
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, PATIENT, District
from tests.api.test_kept_tiles import again_and_again, ask, send
from tests.browser.server import serving
from tests.conftest import url_of
from tests.drawing import spot
from tests.waiting import until
from tests.wire import Relay, relayed

LON, LAT = spot(0.5, 0.5)
INSIDE = f"/api/v1/locate?lon={LON}&lat={LAT}&system=wgs84"
RENAMES = 5


@dataclass(frozen=True)
class Served:
    """Two services over one database, as processes have it; what goes to the database is counted."""

    urls: tuple[str, ...]
    relay: Relay
    district: District

    def publish_name(self, name: str, code: str = GRIDS["A"]) -> None:
        """Publish the grid A, or another area, under another name: a new version."""
        boss = self.district.secrets["boss"]
        number = send(self.urls[0], "POST", "/api/v1/changesets", {"area": NORTH[:6]}, boss)["changeset_id"]
        owner = Database(self.district.url, role=OWNER)
        with owner.transaction(EVERYTHING) as connection:
            named = text(
                "UPDATE draft.area SET name = :name WHERE changeset_id = :id AND code = :code"
                if code in GRIDS.values()
                else "INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code)"
                " VALUES (:id, :code, :name, 'town', 'base', left(:code, 6))"
            )
            connection.execute(named, {"name": name, "id": number, "code": code})
        owner.close()
        send(self.urls[0], "POST", f"/api/v1/changesets/{number}/publish", {}, boss)


@pytest.fixture(scope="module")
def served(district: District) -> Iterator[Served]:
    service_url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    with relayed(service_url) as (relay, url), ExitStack() as stack:
        urls = tuple(stack.enter_context(serving(create_app(PATIENT, url))) for _ in range(2))
        yield Served(urls, relay, district)


def is_indexed(answer: tuple[int, dict[str, str], bytes]) -> bool:
    return 'desc="index"' in answer[1].get("server-timing", "")


def wait_for_index(url: str) -> None:
    until(lambda: is_indexed(ask(url, INSIDE)))


@pytest.mark.parametrize("system", ["wgs84", "cgcs2000", "gcj02", "bd09"])
@pytest.mark.parametrize("place", [(0.5, 0.5), (1.999, 0.001), (2.5, 0.25), (1.5, 1.75)])
def test_the_index_says_what_the_app_says(served: Served, place: tuple[float, float], system: str) -> None:
    url = served.urls[0]
    wait_for_index(url)
    lon, lat = from_wgs84(*spot(*place), system)
    asked = f"/api/v1/locate?lon={lon!r}&lat={lat!r}&system={system}"
    indexed = ask(url, asked)
    app = ask(url, asked + "&at=2999-01-01T00:00:00Z")  # the same grids, which the index does not know of
    assert is_indexed(indexed)
    assert not is_indexed(app)
    assert (indexed[0], indexed[2]) == (app[0], app[2])
    each = {"x-request-id", "server-timing", "date"}
    assert {k: v for k, v in indexed[1].items() if k not in each} == {k: v for k, v in app[1].items() if k not in each}


def test_a_look_up_asks_the_database_for_what_is_new_and_for_nothing_else(served: Served) -> None:
    wait_for_index(served.urls[0])
    served.relay.reset()
    assert is_indexed(ask(served.urls[0], INSIDE))
    assert not [said for said in served.relay.texts if "app.locate" in said]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("lon=0&lat=0&system=wgs84", 200),
        (f"lon={LAT}&lat={LON}&system=wgs84", 422),
        (f"lon={LON}&lat={LAT}&system=wgs84&accuracy_m=20", 200),
        (f"lon={LON}&lat={LAT}&system=wgs84&at=2024-01-01", 200),
        (f"lon={LON}&lat={LAT}&system=wgs84&network=nobody", 404),
        (f"lon={LON}&lat={LAT}&system=wgs84&nework=base", 422),
        (f"lon={LON}&lat={LAT}&system=mars", 422),
        (f"lon={LON}&lon={LON}&lat={LAT}&system=wgs84", 200),
        (f"lon={LON}&lat={LAT}", 422),
        (f"lon={LON}&lat=&system=wgs84", 422),
        (f"lon={LON}&lat=95&system=wgs84", 422),
    ],
)
def test_what_the_index_cannot_say_is_asked_of_the_app(served: Served, query: str, status: int) -> None:
    wait_for_index(served.urls[0])
    answer = ask(served.urls[0], f"/api/v1/locate?{query}")
    assert answer[0] == status
    assert not is_indexed(answer)


def test_it_is_counted_under_its_route(served: Served) -> None:
    wait_for_index(served.urls[0])
    said = ask(served.urls[0], "/metrics")[2].decode()
    assert 'route="/api/v1/locate",status="200"' in said


def test_no_answer_is_of_grids_that_were_replaced_before(served: Served) -> None:
    """While A is published under one name after the other, readers ask both services: each answer has a name that
    was current at some time between question and answer; and the index goes on to answer."""
    for url in served.urls:
        wait_for_index(url)
    lock, names, stale, indexed = threading.Lock(), ["网格" + GRIDS["A"]], list[Any](), list[bool]()
    announced = 0

    def look(url: str) -> None:
        with lock:
            since = announced
        answer = ask(url, INSIDE)
        name = json.loads(answer[2])["grid"]["name"]
        with lock:
            until_ = len(names)
        indexed.append(is_indexed(answer))
        if name not in names[since:until_]:
            stale.append((name, since, until_, is_indexed(answer)))

    with ExitStack() as stack:
        for url in served.urls * 2:
            stack.enter_context(again_and_again(lambda url=url: look(url)))  # type: ignore[misc]
        for turn in range(RENAMES):
            with lock:
                names.append(f"新名{turn}")  # may be seen from here on
            served.publish_name(f"新名{turn}")
            with lock:
                announced += 1  # must be seen from here on
            for url in served.urls:
                wait_for_index(url)
    assert stale == []
    assert sum(indexed) > RENAMES
    assert not all(indexed)


@pytest.mark.parametrize("is_batch", [True, False])
def test_reports_take_their_grid_from_the_index(served: Served, is_batch: bool) -> None:
    """One by itself and those of a batch, once it is made; those with an accuracy never."""
    url, secret = served.urls[1], served.district.secrets["boss"]
    report = {"lon": LON, "lat": LAT, "system": "wgs84", "category": "hazard", "description": "x"}

    def told(**facts: object) -> bool:
        served.relay.reset()
        body = report | facts
        if is_batch:
            results = send(url, "POST", "/api/v1/reports/batch", {"reports": [body]}, secret)["results"]
            receipt = results[0]["receipt"]
        else:
            receipt = send(url, "POST", "/api/v1/reports", body, secret)
        assert receipt["grid"]["code"] == GRIDS["A"]
        return any('"inside": {"version"' in said for said in served.relay.texts)

    number = iter(range(1000))
    until(lambda: told(client_ref=f"inside {is_batch} {next(number)}"))
    assert not told(client_ref=f"inside {is_batch} accurate", accuracy_m=10)


def test_without_a_database_the_index_says_nothing(served: Served) -> None:
    wait_for_index(served.urls[0])
    served.relay.refuse(True)
    try:
        served.relay.cut()
        assert ask(served.urls[0], INSIDE)[0] == 503
    finally:
        served.relay.refuse(False)
    wait_for_index(served.urls[0])


def test_an_index_that_cannot_be_made_leaves_the_app_to_answer(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no such index")

    monkeypatch.setattr(look_ups, "read_present", fail)
    service_url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    with serving(create_app(PATIENT, service_url)) as url:
        answers = [ask(url, INSIDE) for _ in range(3)]
    assert [answer[0] for answer in answers] == [200] * 3
    assert not any(map(is_indexed, answers))


@pytest.mark.parametrize("query", ["", "level=grid", "level=grid&geometry=false", f"parent={NORTH}001&network=base"])
def test_a_list_of_areas_is_kept_until_a_publish(served: Served, query: str) -> None:
    path = f"/api/v1/areas?{query}"
    for url in served.urls:
        app = ask(url, f"{path}&bbox=-180,-90,180,90")  # all areas, of which no list is kept
        first, again = ask(url, path), ask(url, path)
        assert 'desc="kept"' in again[1]["server-timing"]
        assert "kept" not in app[1].get("server-timing", "")
        assert first[::2] == again[::2] == app[::2]
        assert ask(url, path, if_none_match=again[1]["etag"])[::2] == (304, b"")
        packed = ask(url, path, accept_encoding="gzip")
        unpacked = gzip.decompress(packed[2]) if packed[1].get("content-encoding") == "gzip" else packed[2]
        assert unpacked == app[2]
    name = f"列表{abs(hash(query)) % 1000}"
    served.publish_name(name)
    for url in served.urls:
        listed = ask(url, path)
        assert ('desc="kept"' in listed[1].get("server-timing", ""), listed[1]["etag"] != again[1]["etag"]) == (
            False,
            True,
        )
        assert name.encode() in listed[2]


def test_a_list_of_towns_is_new_when_only_a_town_is_renamed(served: Served) -> None:
    path = "/api/v1/areas?level=town&geometry=false"
    for url in served.urls:
        assert "某镇".encode() not in ask(url, path)[2]
    served.publish_name("某镇", NORTH)
    for url in served.urls:
        assert "某镇".encode() in ask(url, path)[2]


@pytest.mark.parametrize(
    ("query", "status"),
    [("level=grid&at=2024-01-01", 200), ("lewel=grid", 422), ("level=gird", 422), ("network=nobody", 404)],
)
def test_other_lists_of_areas_are_not_kept(served: Served, query: str, status: int) -> None:
    for _ in range(2):
        answer = ask(served.urls[0], f"/api/v1/areas?{query}")
        assert (answer[0], "kept" in answer[1].get("server-timing", "")) == (status, False)
