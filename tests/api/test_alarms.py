"""Alarms of devices: a ticket where the device stands, further ones on it, and a token that opens nothing else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url, text

from gisgrid.api.counts import Counts
from gisgrid.api.limits import AlarmLimits
from gisgrid.database import EVERYTHING, OWNER, SERVICE, Database
from gisgrid.devices import load_devices, make_token, switch_device
from gisgrid.errors import NotFound, Refused
from gisgrid.loading import ReadOptions
from tests.api.conftest import GRIDS, District
from tests.conftest import url_of
from tests.drawing import spot

WGS84 = ReadOptions(system="wgs84")


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    yield database
    database.close()


def sheet(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "devices.csv"
    path.write_text("\n".join(["编码,名称,类型,事件类别,经度,纬度", *rows]), encoding="utf-8")
    return path


def row(code: str, column: float, line: float, **more: str) -> str:
    lon, lat = spot(column, line)
    given = {"name": "3栋烟感(虚构)", "kind": "smoke", "category": "安全隐患", **more}
    return f"{code},{given['name']},{given['kind']},{given['category']},{lon},{lat}"


@pytest.fixture(scope="module")
def devices(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Devices of every test by code, with their tokens; S-0 without."""
    names = [f"S-{n}" for n in range(7)]
    rows = [row(name, 0.5, 0.5) for name in names[:6]] + [row("S-6", 0.5, 1.5)]
    done = load_devices(owner, sheet(tmp_path_factory.mktemp("devices"), *rows), WGS84)
    assert (done.loaded, done.changed, done.skipped) == (7, 0, 0)
    with owner.transaction(EVERYTHING) as connection:
        return {name: make_token(connection, name) for name in names[1:]}


def raise_alarm(district: District, token: str, **body: Any) -> Any:
    client = TestClient(district.app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)
    return client.post("/api/v1/alarms", json=body)


def read(district: District, number: str) -> Any:
    return district.client("boss").get(f"/api/v1/tickets/{number}").json()


def test_an_alarm_is_a_ticket_where_the_device_stands(district: District, devices: dict[str, str]) -> None:
    answer = raise_alarm(district, devices["S-1"], kind="smoke", value=0.8, at="2026-11-25T08:00:00+08:00")
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert (receipt["grid"]["code"], receipt["assignee"]["role"], receipt["alarms"]) == (GRIDS["A"], "worker", 1)
    ticket = read(district, receipt["number"])
    assert (ticket["category"], ticket["source"]) == ("hazard", "device")
    assert ticket["description"] == "3栋烟感(虚构) S-1 smoke 0.8"
    assert ticket["reported_at"] == "2026-11-25T08:00:00+08:00"
    first = ticket["history"][0]
    assert first["actor"] == "device:S-1" and first["detail"]["value"] == 0.8
    lon, lat = spot(0.5, 0.5)
    assert (ticket["point"]["lon"], ticket["point"]["lat"]) == pytest.approx((lon, lat))
    assert ticket["place"]["lon"] == pytest.approx(spot(1, 0.5)[0], abs=1e-4), "where devices stand is not public"


def test_the_place_stays_hidden_when_it_is_about_something_else(district: District, devices: dict[str, str]) -> None:
    number = raise_alarm(district, devices["S-5"]).json()["number"]
    before = read(district, number)["place"]
    answer = district.client("boss").put(f"/api/v1/tickets/{number}/category", json={"category": "livelihood"})
    assert answer.status_code == 200 and answer.json()["place"] == before


def test_further_alarms_are_events_until_it_is_closed_or_old(
    district: District, devices: dict[str, str], owner: Database
) -> None:
    token = devices["S-2"]
    first = raise_alarm(district, token, kind="smoke").json()
    again = [raise_alarm(district, token, kind="smoke", value=str(n)) for n in range(3)]
    assert [one.status_code for one in again] == [200, 200, 200]
    assert [one.json()["alarms"] for one in again] == [2, 3, 4]
    assert {one.json()["number"] for one in again} == {first["number"]}
    assert again[0].json()["secret"] == first["secret"] and again[0].json()["assignee"] == first["assignee"]
    events = [one for one in read(district, first["number"])["history"] if one["action"] == "alarmed_again"]
    assert [one["detail"]["count"] for one in events] == [2, 3, 4]
    with owner.transaction(EVERYTHING) as connection:
        told = connection.execute(
            text(
                "SELECT payload->>'count' FROM work.outbox JOIN work.ticket USING (ticket_id)"
                " WHERE number = :number AND topic = 'ticket.alarmed_again' ORDER BY outbox_id"
            ),
            {"number": first["number"]},
        ).scalars()
        assert list(told) == ["2", "4"], "whoever is told hears of it less and less often"
        connection.execute(
            text("UPDATE work.ticket SET received_at = received_at - interval '25 hours' WHERE number = :number"),
            {"number": first["number"]},
        )
    old = raise_alarm(district, token).json()
    assert old["number"] != first["number"] and old["alarms"] == 1
    for step in ("inspect", "feedback", "rate"):
        done = district.client("boss").post(
            f"/api/v1/tickets/{old['number']}/steps", json={"step": step, "note": "已处理(虚构)"}
        )
        assert done.status_code == 201, done.text
    assert raise_alarm(district, token).json()["number"] not in (first["number"], old["number"])


def test_the_same_alarm_twice_is_one(district: District, devices: dict[str, str]) -> None:
    token = devices["S-3"]
    first, again = (raise_alarm(district, token, client_ref="1", kind="water") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200) and first.json() == again.json()
    assert raise_alarm(district, token, client_ref="1", kind="fire").status_code == 409
    assert raise_alarm(district, token, client_ref="2").json()["alarms"] == 2


def test_twenty_at_once_make_one_ticket(district: District, devices: dict[str, str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: raise_alarm(district, devices["S-6"]), range(20)))
    assert sorted(one.status_code for one in answers) == [200] * 19 + [201]
    assert sorted(one.json()["alarms"] for one in answers) == list(range(1, 21))
    assert len({one.json()["number"] for one in answers}) == 1


def test_a_token_opens_nothing_else(district: District, devices: dict[str, str]) -> None:
    header = {"Authorization": f"Bearer {devices['S-1']}"}
    client = TestClient(district.app, headers=header, raise_server_exceptions=False)
    assert client.get("/api/v1/sessions").status_code == 401
    assert client.get("/api/v1/tickets").status_code == 401
    assert client.get("/tiles/device/14/13373/6886.mvt").status_code == 401
    report = {"area": GRIDS["A"], "category": "hazard", "description": "x"}
    assert client.post("/api/v1/reports", json=report).status_code == 401
    assert client.post("/api/v1/sessions", json={"name": "S-1", "secret": devices["S-1"]}).status_code == 401


def test_only_devices_raise_alarms(district: District, devices: dict[str, str], owner: Database) -> None:
    number = devices["S-4"].split("_")[1]
    foreign = [district.secrets["boss"], "", "gd_1_x", f"gd_{number}_{'A' * 43}", f"gd_{'9' * 18}_{'A' * 43}"]
    for token in foreign:
        answer = raise_alarm(district, token)
        assert answer.status_code == 401 and answer.json()["errors"][0]["remedy"], token
    assert district.client().post("/api/v1/alarms", content=b"{").status_code == 401, "before anything is read"
    with owner.transaction(EVERYTHING) as connection:
        fresh = make_token(connection, "S-4")
        assert raise_alarm(district, devices["S-4"]).status_code == 201, "not committed yet"
    assert raise_alarm(district, devices["S-4"]).status_code == 401
    assert raise_alarm(district, fresh).status_code == 200
    for is_on, status in ((False, 401), (True, 200)):
        with owner.transaction(EVERYTHING) as connection:
            switch_device(connection, "S-4", is_on)
        assert raise_alarm(district, fresh).status_code == status
    with owner.transaction(EVERYTHING) as connection, pytest.raises(NotFound, match="S-99"):
        make_token(connection, "S-99")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"at": "yesterday"}, "at"),
        ({"kind": "smo\0ke"}, "kind"),
        ({"value": [1]}, "value"),
        ({"client_ref": ""}, "client_ref"),
        ({"description": "长" * 20_000}, "description"),
    ],
)
def test_what_is_wrong_is_named(district: District, devices: dict[str, str], body: dict[str, Any], field: str) -> None:
    answer = raise_alarm(district, devices["S-1"], **body)
    assert answer.status_code == 422, answer.text
    assert any(field in fault["field"] for fault in answer.json()["errors"])


def test_devices_come_in_once_and_change(owner: Database, devices: dict[str, str], tmp_path: Path) -> None:
    rows = [row("S-1", 0.5, 0.5), row("S-0", 0.5, 0.5, name="水浸(虚构)", kind="water", category="livelihood")]
    done = load_devices(owner, sheet(tmp_path, *rows), WGS84)
    assert (done.loaded, done.changed, done.skipped) == (0, 1, 1)
    wrong = [row("X-1", 0.5, 0.5, category="幻想"), row("X-1", 0.5, 0.5), row("X-2", 0.5, 0.5, kind="")]
    with pytest.raises(Refused) as refused:
        load_devices(owner, sheet(tmp_path, *wrong), WGS84)
    words = str(refused.value)
    assert "幻想" in words and "this code" in words and "类型" in words


def seen(district: District, who: str) -> list[Any]:
    answer = district.client(who).get("/tiles/device/10/835/430.mvt")
    return [one["properties"] for one in mapbox_vector_tile.decode(answer.content)["device"]["features"]]


def test_devices_are_seen_in_scope(district: District, devices: dict[str, str]) -> None:
    assert district.client().get("/tiles/device/10/835/430.mvt").status_code == 401
    assert [one["count"] for one in seen(district, "north")] == [6]
    assert [one["code"] for one in seen(district, "south")] == ["S-6"]


def test_the_service_without_a_scope_reads_no_device_and_never_a_token(district: District) -> None:
    service = Database(url_of(district.url, str(make_url(district.url).database), "gisgrid_api"), role=SERVICE)
    with service.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM overlay.device")).scalar() == 0
        for role in ("gisgrid_service", "gisgrid_viewer", "gisgrid_editor"):
            held = "SELECT has_table_privilege(:role, 'overlay.device_token', 'SELECT, INSERT, UPDATE, DELETE')"
            assert connection.execute(text(held), {"role": role}).scalar() is False
    service.close()


def test_a_token_has_a_rate_from_wherever_it_is_used(district: District, devices: dict[str, str]) -> None:
    before, district.app.state.alarm_limits = district.app.state.alarm_limits, AlarmLimits(2, Counts())
    answers = [raise_alarm(district, devices["S-5"]) for _ in range(3)]
    assert [one.status_code // 100 for one in answers] == [2, 2, 4]
    assert answers[2].status_code == 429 and answers[2].headers["retry-after"]
    assert raise_alarm(district, devices["S-1"]).is_success
    district.app.state.alarm_limits = before
