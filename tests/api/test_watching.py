"""Metrics, health that answers at once, logs without private values; dashboard and alerts fit the metrics."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import make_url, text

from gisgrid.api.app import create_app
from gisgrid.api.lookout import PATIENCE_S, Lookout
from gisgrid.database import OWNER, Database
from gisgrid.errors import Fault
from gisgrid.logs import configure_logs
from gisgrid.settings import Settings
from tests.api.conftest import PATIENT, District
from tests.conftest import url_of
from tests.drawing import spot
from tests.house.tree import CHECKOUT
from tests.waiting import until, who_wait_for

EXAMPLES = CHECKOUT / "docs" / "examples"
NAMED = re.compile(r"\bgisgrid_[a-z_]+\b")


def metrics(district: District) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Every sample by its name and labels."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(district.client().get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def requests(district: District, route: str, status: str) -> float:
    counted = metrics(district).get("gisgrid_http_requests_total", {})
    return sum(v for key, v in counted.items() if {("route", route), ("status", status)} <= set(key))


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/api/v1/tickets/13912345678", "/api/v1/tickets/{number}", "404"),
        ("/api/v1/areas?level=grid", "/api/v1/areas", "200"),
        ("/api/v1/areas?levle=grid", "/api/v1/areas", "422"),
        ("/open311/v2/services.json", "/open311/v2/services.{extension}", "200"),
        ("/13912345678", "none", "404"),
        ("/tiles/area/14/13373/6883.mvt", "/tiles/{layers}/{z}/{x}/{y}.mvt", "200"),
    ],
)
def test_requests_are_counted_by_template(path: str, route: str, status: str, district: District) -> None:
    before = requests(district, route, status) + requests(district, route, "204")
    answer = district.client().get(path)
    assert answer.headers["x-request-id"]
    assert requests(district, route, status) + requests(district, route, "204") == before + 1
    assert "13912345678" not in district.client().get("/metrics").text


def test_gauges_say_how_it_is(district: District) -> None:
    found = {name: samples for name, samples in metrics(district).items()}
    assert found["gisgrid_ready"] == {(): 1} and found["gisgrid_database_up"] == {(): 1}
    assert found["gisgrid_notices_parked"] == found["gisgrid_clocks_late"] == {(): 0}
    assert found["gisgrid_backup_age_seconds"] == {(): float("inf")}
    assert found["gisgrid_boundary_version"][()] > 0
    assert {key[0][1] for key in found["gisgrid_lane_places"]} == {
        *("reports", "pings", "intake", "files", "lists", "reading", "drawing")
    }
    assert found["gisgrid_free_bytes"][(("place", "database"),)] > 0
    assert found["gisgrid_pool_size"][()] > found["gisgrid_pool_in_use"][()]


@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
def test_dashboard_and_alerts_name_metrics_that_there_are(file: str, district: District) -> None:
    district.client().get("/tiles/area/14/13373/6883.mvt")
    words = (EXAMPLES / file).read_text("utf-8")
    if file == "grafana.json":
        panels = json.loads(words)["panels"]
        words = "\n".join(target["expr"] for panel in panels for target in panel["targets"])
        assert len({panel["id"] for panel in panels}) == len(panels)
    used = set(NAMED.findall(words)) - {"gisgrid"}
    assert len(used) > 10
    assert used - set(metrics(district)) == set()


@contextmanager
def hanging(district: District) -> Iterator[Callable[[], bool]]:
    """Who looks at the machinery waits meanwhile, as in a database that does not go on; does somebody wait?"""
    blocker, other = Database(district.url, role=OWNER), Database(district.url, role=OWNER)
    waiting = text(who_wait_for("work.delivery"))

    def somebody_waits() -> bool:
        with other.transaction() as connection:
            return bool(connection.execute(waiting).scalar())

    with blocker.transaction() as held:
        held.exec_driver_sql("LOCK TABLE work.delivery IN ACCESS EXCLUSIVE MODE")
        yield somebody_waits
    blocker.close()
    other.close()


def test_health_answers_while_the_database_hangs(district: District) -> None:
    """The database goes on only after the answers, so an answer that waited for it would never come."""
    lookout = district.app.state.lookout
    client = district.client()
    with hanging(district) as somebody_waits:
        until(lambda: client.get("/readyz").status_code == 200 and somebody_waits())
        for path in ("/healthz", "/readyz", "/metrics"):
            assert client.get(path).status_code == 200, "by what was seen a moment ago"
        lookout.seen = replace(lookout.seen, at=lookout.seen.at - 60)
        answer = client.get("/readyz")
        assert answer.status_code == 503, "a moment that is over"
        assert answer.json()["errors"][0]["message_zh"]
        assert "gisgrid_ready 0.0" in client.get("/metrics").text
        assert client.get("/healthz").status_code == 200
    until(lambda: client.get("/readyz").status_code == 200)
    assert PATIENCE_S < 0.1


def test_a_look_that_fails_is_not_the_last(district: District) -> None:
    """A fault that nobody thought of ended the thread, and the service was called unready until somebody started it."""
    failed = Event()

    def others() -> tuple[Fault, ...]:
        if not failed.is_set():
            failed.set()
            raise ValueError("a fault that nobody thought of")
        return ()

    lookout = Lookout(district.app.state.lookout.database, lambda: True, (), tuple, others)
    lookout.start()
    try:
        until(failed.is_set)
        lookout._asked.set()
        until(lambda: lookout.seen)
        assert lookout.own_faults() == ()
    finally:
        lookout.stop()


def test_a_log_in_json_has_no_private_value(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    lon, lat = spot(0.5, 0.5)
    report = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "秘密的话 13912345678"}
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    kept = [
        (logging.getLogger(n), logging.getLogger(n).handlers[:], logging.getLogger(n).level)
        for n in ("gisgrid", "uvicorn")
    ]
    try:
        configure_logs(Settings(log_format="json"))
        client = district.client("north")
        asked = {"X-Request-ID": "drill-0001"}
        made = client.post("/api/v1/reports", json=report, headers=asked)
        assert made.headers["x-request-id"] == "drill-0001"
        client.get(f"/api/v1/tickets/{made.json()['number']}", headers={"X-Request-ID": "no id with blanks"})
        try:
            raise ValueError("13912345678")
        except ValueError:
            logging.getLogger("gisgrid").exception("something broke")
    finally:
        for logger, handlers, level in kept:
            logger.handlers[:] = handlers
            logger.setLevel(level)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    first = next(line for line in lines if line.get("request_id") == "drill-0001")
    assert (first["route"], first["status"], first["actor"]) == ("/api/v1/reports", 201, "north")
    second = next(line for line in lines if line.get("route") == "/api/v1/tickets/{number}")
    assert re.fullmatch(r"[0-9a-f]{32}", second["request_id"])
    broken = next(line for line in lines if line["event"] == "something broke")
    assert broken["exception"][0] == "ValueError"
    for private in ("13912345678", "秘密", made.json()["number"], district.secrets["north"]):
        assert private not in out.getvalue()


def test_a_service_without_its_database_says_so(district: District) -> None:
    url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    app = create_app(PATIENT, url.replace("port=", "port=1"))
    with TestClient(app) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        said = client.get("/metrics").text
    assert "gisgrid_database_up 0.0" in said and "gisgrid_notices_waiting" not in said
