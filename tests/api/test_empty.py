"""A database into which no boundaries have come yet: every door says so, none breaks."""

from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from gisgrid.api.app import create_app
from gisgrid.cli.smoke import check_service
from gisgrid.settings import Settings
from tests.browser.server import serving
from tests.conftest import url_of


@pytest.fixture(scope="module")
def service_url(new_database: Callable[[], str]) -> str:
    url = new_database()
    return url_of(url, str(make_url(url).database), "gisgrid_api")


@pytest.fixture(scope="module")
def client(service_url: str) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(pool_size=2), service_url), raise_server_exceptions=False) as found:
        yield found


@pytest.mark.parametrize("where", [{"lon": 113.86, "lat": 27.62, "system": "gcj02"}, {"place_unknown": True}])
def test_a_report_is_asked_for_later(client: TestClient, where: dict[str, object]) -> None:
    answer = client.post("/api/v1/reports", json={"category": "hazard", "description": "路灯不亮", **where})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["errors"][0]["remedy"] == "import them first: gisgrid import FILE"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("areas?level=grid", 404),
        ("counters", 200),
        ("tickets", 200),
        ("worklists", 200),
        ("figures?by=area", 404),
        ("ranking?of=grid", 404),
        ("locate?lon=113.86&lat=27.62&system=wgs84", 404),
        ("duty?lon=113.86&lat=27.62&system=wgs84", 404),
        ("tickets.csv", 200),
        ("qr/360302.svg", 404),
    ],
)
def test_a_question_has_an_answer(client: TestClient, path: str, status: int) -> None:
    assert client.get(f"/api/v1/{path}").status_code == status


def test_the_check_of_a_start_says_what_is_missing(service_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    said: SimpleQueue[BaseException | None] = SimpleQueue()
    with serving(create_app(Settings(pool_size=2), service_url)) as where:
        check_service(where, done=said.put)
        assert said.get() is None
    assert "no boundaries here yet; `gisgrid import FILE` brings them" in "".join(capsys.readouterr())
