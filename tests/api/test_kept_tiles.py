"""Kept tiles: never older than what was acknowledged, and a tile that has not changed costs no rendering.

Long because each way in which a tile could be old is tried.
"""

import gzip
import http.client
import itertools
import json
import os
import random
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import make_url, text

from gisgrid import tiles
from gisgrid.api.app import create_app
from gisgrid.api.shares import DRAWN_AT_ONCE
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.geo import LonLat, tile_at
from gisgrid.layers import find_layers
from tests.api.conftest import GRIDS, NORTH, PATIENT, District
from tests.browser.server import serving
from tests.conftest import url_of
from tests.drawing import spot
from tests.waiting import until, who_wait_for
from tests.wire import Relay, relayed

LAYERS = "area,ticket"
FILTERS = [
    *("category=hazard", "category=hazard&state=open", "from=2020-01-01", "to=2020-01-01"),
    *(f"state={state}" for state in ("open", "done", "due_soon", "overdue", "today")),
]
DATES = {"": None} | {
    f"?at={word}": datetime.fromisoformat(f"{word}T00:00+08:00") for word in ("2025-03-01", "2126-01-01")
}
SERVICES = int(os.environ.get("GISGRID_TEST_SERVICES", "2"))
WRITERS = int(os.environ.get("GISGRID_TEST_WRITERS", "4"))
ROUNDS = 12


@dataclass(frozen=True)
class Served:
    """Two or more services over one database, as processes have it; what goes to the database is counted."""

    urls: tuple[str, ...]
    relay: Relay
    district: District


@pytest.fixture(scope="module")
def served(district: District) -> Iterator[Served]:
    service_url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    with relayed(service_url) as (relay, url), ExitStack() as stack:
        urls = tuple(stack.enter_context(serving(create_app(PATIENT, url))) for _ in range(max(SERVICES, 2)))
        yield Served(urls, relay, district)


def ask(url: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """GET, with headers (underscores for hyphens)."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def send(url: str, method: str, path: str, body: Any, secret: str = "") -> dict[str, Any]:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {secret}"} if secret else {})
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    said: dict[str, Any] = json.loads(answer.read())
    connection.close()
    assert answer.status in (200, 201), said
    return said


def path_of(point: tuple[float, float], z: int, layers: str = LAYERS) -> str:
    tile = tile_at(LonLat(*point), z)
    return f"/tiles/{layers}/{z}/{tile.x}/{tile.y}.mvt"


def report(url: str, point: tuple[float, float]) -> str:
    body = {"lon": point[0], "lat": point[1], "system": "wgs84", "category": "hazard", "description": "井盖"}
    return str(send(url, "POST", "/api/v1/reports", body)["number"])


def numbers(body: bytes) -> dict[str, dict[str, Any]]:
    """The tickets of a tile by their numbers."""
    layers = mapbox_vector_tile.decode(body) if body else {}
    facts = [feature["properties"] for feature in layers.get("ticket", {}).get("features", [])]
    return {each["number"]: each for each in facts if "number" in each}


def test_a_tile_that_has_not_changed_is_not_drawn_again(served: Served) -> None:
    path = path_of(spot(0.5, 0.5), 14)
    report(served.urls[0], spot(0.5, 0.5))
    status, headers, body = ask(served.urls[0], path)
    assert (status, bool(body)) == (200, True)
    served.relay.reset()
    again = ask(served.urls[0], path)
    assert again[2] == body
    assert 'desc="kept"' in again[1]["server-timing"]
    assert ask(served.urls[0], path, if_none_match=headers["etag"])[::2] == (304, b"")
    packed = ask(served.urls[0], path, accept_encoding="gzip")
    unpacked = gzip.decompress(packed[2]) if packed[1].get("content-encoding") == "gzip" else packed[2]
    assert unpacked == body
    assert not [said for said in served.relay.texts if "AsMVT" in said or "st_asmvt" in said.lower()]
    for name in ("etag", "cache-control", "vary", "content-security-policy", "content-type"):
        assert again[1][name] == headers[name]


def test_who_may_not_see_gets_nothing_kept(served: Served) -> None:
    path = path_of(spot(0.5, 0.5), 14)
    assert ask(served.urls[0], path)[0] == 200
    assert ask(served.urls[0], path, authorization="Bearer gg_1_wrong")[0] == 401
    assert ask(served.urls[0], path_of(spot(0.5, 0.5), 14, "area,camera"))[0] == 401
    assert ask(served.urls[0], path + "?nework=base")[0] == 422
    assert ask(served.urls[0], path + "?network=nobody")[0] == 404
    assert ask(served.urls[0], path + "?network=base")[0] == 200


def test_a_ticket_that_leaves_a_tile_leaves_the_kept_one(served: Served) -> None:
    old, new = spot(0.3, 0.5), spot(1.6, 0.5)
    number = report(served.urls[0], old)
    before = [ask(url, path_of(point, 18))[2] for url in served.urls for point in (old, new)]
    assert [number in numbers(body) for body in before] == [True, False] * 2
    owner = Database(served.district.url, role="")
    with owner.transaction() as connection:
        connection.execute(
            text("UPDATE work.ticket SET geom = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) WHERE number = :number"),
            {"lon": new[0], "lat": new[1], "number": number},
        )
    owner.close()
    after = [ask(url, path_of(point, 18))[2] for url in served.urls for point in (old, new)]
    assert [number in numbers(body) for body in after] == [False, True] * 2


def test_a_commit_that_comes_late_is_not_missed(served: Served) -> None:
    """The change of an older transaction, which ends after younger ones were read."""
    point = spot(0.7, 0.2)
    number = report(served.urls[0], point)
    owner = Database(served.district.url, role="")
    with owner.transaction() as late:
        late.execute(text("UPDATE work.ticket SET due_at = '2031-01-01Z' WHERE number = :number"), {"number": number})
        for url in served.urls:
            report(url, point)
            assert numbers(ask(url, path_of(point, 18))[2])[number]["due_at"] < 1_900_000_000
    owner.close()
    for url in served.urls:
        assert numbers(ask(url, path_of(point, 18))[2])[number]["due_at"] > 1_900_000_000


def test_no_tile_is_older_than_what_was_acknowledged(served: Served) -> None:
    """Writers ask both services for the tile of what they just wrote; readers keep it warm; connections are cut."""
    seed = random.Random(11)
    places = [spot(seed.uniform(0.1, 2.9), seed.uniform(0.1, 1.9)) for _ in range(3)]

    def keep_warm(url: str) -> None:
        for place in places:
            ask(url, path_of(place, 18))

    def write(writer: int) -> int:
        return sum(stale_answers(served, places[(writer + turn) % len(places)], turn) for turn in range(ROUNDS))

    with ExitStack() as stack, ThreadPoolExecutor(WRITERS) as pool:
        for url in served.urls:
            stack.enter_context(again_and_again(partial(keep_warm, url)))
        stack.enter_context(again_and_again(lambda: served.relay.cut("LISTEN"), pause_s=0.2))
        stale = list(pool.map(write, range(WRITERS)))
    asked = 2 * (len(served.urls) + 1) * ROUNDS * WRITERS
    print(f"{len(served.urls)} services, {WRITERS} writers: {sum(stale)} of {asked} tiles were stale")
    assert sum(stale) == 0
    same_as_fresh(served, places)


def stale_answers(served: Served, place: tuple[float, float], turn: int) -> int:
    """Report a ticket and take it a step on; how many tiles asked after each lack it."""
    url, others = served.urls[turn % len(served.urls)], [*served.urls]
    others.append(url)  # first when the others have kept it, and once more
    number = report(url, place)
    stale = sum(number not in numbers(ask(asked, path_of(place, 18))[2]) for asked in others)
    secret = served.district.secrets["boss"]
    send(url, "POST", f"/api/v1/tickets/{number}/steps", {"step": "inspect"}, secret)
    after = [numbers(ask(asked, path_of(place, 18))[2])[number] for asked in others]
    return stale + len([ticket for ticket in after if ticket["step"] != "inspect"])


@contextmanager
def again_and_again(act: Callable[[], object], pause_s: float = 0) -> Iterator[None]:
    """Do it in a thread of its own until the block ends."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(pause_s):
            act()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def same_as_fresh(served: Served, places: list[tuple[float, float]]) -> None:
    """Every kept tile, at every zoom and of each date, is the one that would be drawn now."""
    owner = Database(served.district.url, role="gisgrid_service")
    for z, place, (asked, at) in itertools.product(range(8, 19), places, DATES.items()):
        tile = tile_at(LonLat(*place), z)
        with owner.transaction() as connection:
            fresh = tiles.render(connection, find_layers(LAYERS), tile, at, tiles.arguments("base"))
        for url in served.urls:
            assert ask(url, path_of(place, z) + asked)[2] == fresh
    owner.close()


@contextmanager
def held_up(served: Served) -> Iterator[Callable[[], int]]:
    """No ticket can be read until the block ends; how many tiles wait for that?"""
    owner = Database(served.district.url, role=OWNER)

    def count() -> int:
        with owner.transaction() as other:
            return int(other.execute(text(who_wait_for("work.ticket"))).scalar_one())

    with owner.transaction() as connection:
        connection.execute(text("LOCK TABLE work.ticket IN ACCESS EXCLUSIVE MODE"))
        yield count
    owner.close()


def note_change(served: Served, point: tuple[float, float]) -> None:
    """A change of tickets at a place, as every writer notes it."""
    owner = Database(served.district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        box = "ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 1e-6)"
        sql = f"INSERT INTO core.change (layer, box) VALUES ('ticket', {box})"
        connection.execute(text(sql), {"lon": point[0], "lat": point[1]})
    owner.close()


def test_however_many_maps_ask_few_tiles_are_drawn_at_once(served: Served) -> None:
    url, paths = served.urls[0], [path_of(spot(0.1 * n, 0.5), 20) for n in range(30)]
    paths = sorted(set(paths))
    assert len(paths) > 2 * DRAWN_AT_ONCE
    note_change(served, spot(1.5, 0.5))
    with ThreadPoolExecutor(len(paths)) as pool:
        with held_up(served) as count:
            asked = [pool.submit(ask, url, path + "?network=base") for path in paths]
            until(lambda: count() == DRAWN_AT_ONCE)
            until(lambda: f'lane="drawing"}} {len(paths) - DRAWN_AT_ONCE}' in ask(url, "/metrics")[2].decode())
            assert count() == DRAWN_AT_ONCE
        assert {one.result()[0] for one in asked} <= {200, 204}


def test_a_tile_that_changes_all_the_time_is_drawn_once_at_a_time(served: Served) -> None:
    """Who comes while it is drawn waits for one more drawing, which shows all until then."""
    url, place = served.urls[0], spot(2.5, 1.5)
    path = path_of(place, 18) + "?network=base"
    ask(url, path)
    note_change(served, place)
    with ThreadPoolExecutor(20) as pool:
        with held_up(served) as count:
            served.relay.reset()
            asked = [pool.submit(ask, url, path)]
            until(lambda: count() == 1)
            for _ in range(5):
                note_change(served, place)
                looks = len(served.relay.texts)
                asked += [pool.submit(ask, url, path) for _ in range(3)]
                until(lambda looks=looks: len(served.relay.texts) > looks)  # type: ignore[misc]
            assert count() == 1
        answers = {one.result()[::2] for one in asked}
    assert len(answers) == 1
    assert sum("tile" in said.lower() and "mvt" in said.lower() for said in served.relay.texts) <= 2


def test_a_publish_makes_the_kept_areas_old(served: Served) -> None:
    """Zoom by zoom, because a border shows in tiles far from what was written."""
    place = spot(0.5, 0.5)
    paths = [path_of(place, z) + asked for z in range(8, 19) for asked in DATES]
    before = [ask(url, path)[2] for url in served.urls for path in paths]
    assert before == [ask(url, path)[2] for url in served.urls for path in paths]
    boss = served.district.secrets["boss"]
    number = send(served.urls[0], "POST", "/api/v1/changesets", {"area": NORTH}, boss)["changeset_id"]
    owner = Database(served.district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        named = text("UPDATE draft.area SET name = '新名' WHERE changeset_id = :id AND code = :code")
        connection.execute(named, {"id": number, "code": GRIDS["A"]})
    owner.close()
    send(served.urls[0], "POST", f"/api/v1/changesets/{number}/publish", {}, boss)
    same_as_fresh(served, [place])
    assert any("新名".encode() in ask(served.urls[0], path)[2] for path in paths)


def test_without_a_database_nothing_kept_is_shown(served: Served) -> None:
    path = path_of(spot(0.5, 0.5), 14)
    assert ask(served.urls[0], path)[0] == 200
    served.relay.refuse(True)
    try:
        served.relay.cut()
        assert ask(served.urls[0], path)[0] == 503
    finally:
        served.relay.refuse(False)
    until(lambda: ask(served.urls[0], path)[0] == 200)


def counts(body: bytes) -> dict[str, int]:
    """How many tickets, and how many open ones, are in the features of a tile?"""
    layers = mapbox_vector_tile.decode(body) if body else {}
    facts = [feature["properties"] for feature in layers.get("ticket", {}).get("features", [])]
    opened = sum(each.get("open", 0 if each["closed"] else 1) for each in facts)
    return {"all": sum(each.get("count", 1) for each in facts), "open": opened}


@pytest.mark.parametrize("z", [10, 13, 14, 15, 16])
def test_a_filtered_tile_holds_what_the_list_holds(served: Served, z: int) -> None:
    """At each zoom, for each filter; all tickets of the district lie in the tiles asked for."""
    url, point = served.urls[0], spot(0.5, 0.5)
    number = report(url, point)
    other = {"lon": point[0], "lat": point[1], "system": "wgs84", "category": "livelihood", "description": "噪音"}
    send(url, "POST", "/api/v1/reports", other)
    owner = Database(served.district.url, role="")
    with owner.transaction() as connection:
        connection.execute(
            text("UPDATE work.ticket SET due_at = now() - interval '1 hour' WHERE number = :number"), {"number": number}
        )
    owner.close()
    for asked in FILTERS:
        listed = json.loads(ask(url, f"/api/v1/tickets?limit=1000&{asked}")[2])["tickets"]
        placed = [one for one in listed if one["place"] is not None]
        tiles_ = {path_of((one["place"]["lon"], one["place"]["lat"]), z, "ticket") for one in placed}
        inside = [counts(ask(url, f"{path}?{asked}")[2]) for path in tiles_]
        assert sum(each["all"] for each in inside) >= len(placed), asked  # what lies in a buffer is in two tiles
        if len(tiles_) == 1:
            assert inside[0]["all"] == len(placed), asked
            assert inside[0]["open"] == sum(one["closed_at"] is None for one in placed), asked


def test_a_filter_is_kept_and_never_old(served: Served) -> None:
    point = spot(0.35, 0.65)
    report(served.urls[0], point)
    for asked in ("category=hazard", "state=open", "category=hazard&state=open", "network=base&state=open"):
        path = f"{path_of(point, 18, 'ticket')}?{asked}"
        ask(served.urls[1], path)
        status, headers, body = ask(served.urls[1], path)
        assert (status, 'desc="kept"' in headers["server-timing"]) == (200, True), asked
        number = report(served.urls[0], point)
        later = ask(served.urls[1], path)
        assert number in numbers(later[2])
        assert number not in numbers(body)


@pytest.mark.parametrize("at", ["2126-01-01", "2126-01-01T00:00:00%2B08:00", "2126-01-01T00:00:00Z"])
def test_a_tile_of_a_date_is_kept_and_never_old(served: Served, at: str) -> None:
    point = spot(0.35, 0.65)
    path = f"{path_of(point, 18, 'ticket')}?at={at}"
    report(served.urls[0], point)
    until(lambda: 'desc="kept"' in ask(served.urls[1], path)[1]["server-timing"])
    number = report(served.urls[0], point)
    assert number in numbers(ask(served.urls[1], path)[2])
    earlier = ask(served.urls[1], f"{path_of(point, 18, 'ticket')}?at=2020-01-01")
    assert number not in numbers(earlier[2])


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", "2026-01-01T00:00", "%00", "9999999999"])
def test_a_date_that_cannot_be_is_refused_and_not_kept(served: Served, at: str) -> None:
    for _ in range(2):
        status, _, body = ask(served.urls[0], f"{path_of(spot(0.5, 0.5), 14)}?at={at}")
        assert (status, json.loads(body)["errors"][0]["field"]) == (422, "at")


def test_what_time_alone_changes_is_not_kept(served: Served) -> None:
    """A ticket becomes overdue while nothing is written: the next answer has it."""
    point = spot(0.15, 0.85)
    number = report(served.urls[0], point)
    path = f"{path_of(point, 18, 'ticket')}?state=overdue"
    assert number not in numbers(ask(served.urls[0], path)[2])
    owner = Database(served.district.url, role="")
    with owner.transaction() as connection:
        connection.execute(text("ALTER TABLE work.ticket DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE work.ticket SET due_at = now() WHERE number = :number"), {"number": number})
        connection.execute(text("ALTER TABLE work.ticket ENABLE TRIGGER USER"))
    owner.close()
    status, headers, body = ask(served.urls[0], path)
    assert number in numbers(body)
    assert "kept" not in headers["server-timing"]


def test_a_category_that_moves_takes_its_tickets_along(served: Served) -> None:
    point = spot(0.85, 0.15)
    number = report(served.urls[0], point)
    path = f"{path_of(point, 18, 'ticket')}?category=livelihood"
    assert number not in numbers(ask(served.urls[0], path)[2])
    owner = Database(served.district.url, role="")
    with owner.transaction() as connection:
        former = connection.execute(text("SELECT parent FROM work.category WHERE category = 'hazard'")).scalar_one()
        connection.execute(text("UPDATE work.category SET parent = 'livelihood' WHERE category = 'hazard'"))
    assert number in numbers(ask(served.urls[0], path)[2])
    with owner.transaction() as connection:
        connection.execute(text("UPDATE work.category SET parent = :p WHERE category = 'hazard'"), {"p": former})
    owner.close()
    assert number not in numbers(ask(served.urls[0], path)[2])


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("ticket/14/0/0.mvt?state=late", 422, "state"),
        ("ticket/14/0/0.mvt?category=nothing", 422, "category"),
        ("area/14/0/0.mvt?state=open", 422, "state"),
        ("ticket/14/0/0.mvt?from=2026-02-01&to=2026-01-01", 422, "to"),
        ("area.json?category=hazard", 422, "category"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(served: Served, path: str, status: int, field: str) -> None:
    answered, _, body = ask(served.urls[0], f"/tiles/{path}")
    assert answered == status
    assert field in json.loads(body)["errors"][0]["field"]


def test_the_promise_names_the_filters_and_carries_them(served: Served) -> None:
    promise = json.loads(ask(served.urls[0], "/tiles/ticket.json?category=hazard&state=open")[2])
    assert set(promise["filters"]) == {"category", "state", "from", "to"}
    assert promise["tiles"][0].endswith("/{z}/{x}/{y}.mvt?category=hazard&state=open")
    assert json.loads(ask(served.urls[0], "/tiles/area.json")[2])["filters"] == {}
