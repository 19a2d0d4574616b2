"""Reports, health and readiness do not wait behind readers; who would wait too long is refused at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url, text

from gisgrid.api.app import create_app
from gisgrid.database import Database
from tests.api.conftest import PATIENT, District
from tests.conftest import url_of
from tests.drawing import spot
from tests.waiting import PATIENCE_S, until, who_wait_for

LON, LAT = spot(0.5, 0.5)
REPORT = {"lon": LON, "lat": LAT, "system": "wgs84", "category": "hazard", "description": "井盖松动"}
PLACES = 2
READERS = ("/api/v1/sources", "/api/v1/workflows", "/api/v1/sources")


@pytest.fixture(scope="module")
def hurried(district: District) -> Iterator[TestClient]:
    """A client of a service with two places to read that lets nobody wait for long."""
    service_url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    with TestClient(create_app(replace(PATIENT, pool_size=PLACES, wait_s=0.05), service_url)) as client:
        yield client


@contextmanager
def blocked_readers(district: District, client: TestClient) -> Iterator[None]:
    """All places to read are taken by readers that wait for a lock."""
    owner = Database(district.url, role="", statement_timeout_s=PATIENCE_S)
    readers = [threading.Thread(target=lambda: client.get("/api/v1/sources")) for _ in range(PLACES)]
    try:
        with owner.transaction() as connection:
            connection.execute(text("LOCK TABLE work.source IN ACCESS EXCLUSIVE MODE"))
            for reader in readers:
                reader.start()
            with owner.transaction() as other:
                waiting = text(who_wait_for("work.source"))
                until(lambda: other.execute(waiting).scalar_one() == PLACES)
            yield
    finally:
        for reader in readers:
            reader.join()
        owner.close()


def test_a_report_comes_through_while_all_readers_are_blocked(district: District, hurried: TestClient) -> None:
    with blocked_readers(district, hurried):
        for _ in range(5):
            assert hurried.post("/api/v1/reports", json=REPORT).status_code == 201
        assert hurried.get("/healthz").status_code == 200
        assert hurried.get("/readyz").status_code == 200
        refused = hurried.get(f"/api/v1/locate?lon={LON}&lat={LAT}&system=wgs84")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["errors"][0]["message_zh"]
        assert hurried.get("/api/v1/tickets.csv").status_code == 200, "files have places of their own"
    assert hurried.get("/api/v1/sources").status_code == 200, "and everything is as before"


def test_a_place_comes_free_again_however_often_it_was_waited_for(district: District, hurried: TestClient) -> None:
    for _ in range(3):
        with blocked_readers(district, hurried):
            assert hurried.get("/api/v1/workflows").status_code == 503
    for _ in range(3 * PLACES):
        assert hurried.get("/api/v1/workflows").status_code == 200


def test_a_body_that_was_not_read_is_refused_too(district: District, hurried: TestClient) -> None:
    """A door with a body, in the lane of readers."""
    with blocked_readers(district, hurried):
        answer = hurried.post("/api/v1/sessions", json={"name": "boss", "secret": "wrong"})
        assert answer.status_code == 503
    assert hurried.post("/api/v1/sessions", json={"name": "boss", "secret": "wrong"}).status_code == 401


def test_who_waits_has_the_place_that_comes_free(district: District) -> None:
    service_url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    with TestClient(create_app(replace(PATIENT, pool_size=PLACES), service_url)) as client:
        got: list[int] = []
        late = threading.Thread(target=lambda: got.append(client.get("/api/v1/workflows").status_code))
        with blocked_readers(district, client):
            late.start()
        late.join()
        assert got == [200]
