"""How often does one request go to the database, and how many statements is that? Counted on the wire."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from gisgrid.api.app import create_app
from gisgrid.geo import LonLat, tile_at
from tests.api.conftest import PATIENT, District
from tests.conftest import url_of
from tests.drawing import spot
from tests.waiting import until
from tests.wire import Relay, relayed

LON, LAT = spot(0.5, 0.5)
REPORT = {"lon": LON, "lat": LAT, "system": "wgs84", "category": "hazard", "description": "井盖松动"}
TILE = tile_at(LonLat(LON, LAT), 14)


@pytest.fixture(scope="module")
def counted(district: District) -> Iterator[tuple[Relay, TestClient]]:
    """A client of an app of its own, whose way to the database is counted; what follows changes does not run."""
    service_url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    with relayed(service_url) as (relay, url):
        yield relay, TestClient(create_app(PATIENT, url))  # without its lifespan: no feed


def ask(client: TestClient, what: str, **more: Any) -> Callable[[], int]:
    """A request, each time the same; its status."""
    place = f"lon={LON}&lat={LAT}&system=wgs84"
    requests: dict[str, Callable[[], Any]] = {
        "locate": lambda: client.get(f"/api/v1/locate?{place}", **more),
        "locate in a network": lambda: client.get(f"/api/v1/locate?{place}&network=base", **more),
        "report": lambda: client.post("/api/v1/reports", json=REPORT, **more),
        "report with a key": lambda: client.post(
            "/api/v1/reports", json=REPORT | {"client_ref": str(uuid.uuid4())}, **more
        ),
        "tile": lambda: client.get(f"/tiles/area,ticket/{TILE.z}/{TILE.x}/{TILE.y}.mvt", **more),
    }
    return lambda: int(requests[what]().status_code)


@pytest.mark.parametrize(
    ("what", "status", "round_trips", "statements"),
    [
        ("locate", 200, 1, 1),
        ("locate in a network", 200, 2, 2),
        ("report", 201, 3, 4),
        ("report with a key", 201, 4, 7),
        ("tile", 200, 1, 1),
    ],
)
def test_a_request_goes_to_the_database_so_often(
    counted: tuple[Relay, TestClient], what: str, status: int, round_trips: int, statements: int
) -> None:
    relay, client = counted
    once = ask(client, what)
    assert once() == status  # the first prepares
    relay.reset()
    assert once() == status
    assert (relay.round_trips, relay.statements) == (round_trips, statements), relay.texts


def test_who_is_signed_in_costs_one_round_trip(counted: tuple[Relay, TestClient], district: District) -> None:
    relay, client = counted
    headers = {"Authorization": f"Bearer {district.secrets['north']}"}
    assert client.get("/api/v1/sessions", headers=headers).status_code == 200  # what is prepared, is prepared
    relay.reset()
    assert client.get("/api/v1/sessions", headers=headers).status_code == 200
    assert relay.round_trips == 1, relay.texts


def test_a_dead_connection_is_replaced_before_anything_is_sent(counted: tuple[Relay, TestClient]) -> None:
    relay, client = counted
    once = ask(client, "report")
    assert once() == 201
    for _ in range(3):
        relay.cut()
        relay.reset()
        assert once() == 201
        sent = [said for said in relay.texts if "receive_report" in said or "EXECUTE" in said]
        assert relay.texts[0].startswith("SET "), "a new connection"
        assert len([said for said in sent if said.startswith("BEGIN")]) == 1, sent


def test_a_statement_is_prepared_once_a_connection(counted: tuple[Relay, TestClient]) -> None:
    relay, client = counted
    once = ask(client, "locate")
    relay.cut()
    relay.reset()
    until(lambda: once() == 200)
    assert once() == 200
    assert len([said for said in relay.texts if said.startswith("PREPARE")]) == 1
