"""Reports whose point is no location: kept at the top, nobody's work, until somebody says where, by every door."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, SOUTH, District
from tests.api.test_reports import body
from tests.drawing import spot

TOP = {"code": "360302", "level": "district"}
FAR: dict[str, dict[str, Any]] = {
    "null island": {"lon": 0, "lat": 0},
    "beijing": {"lon": 116.39, "lat": 39.9},
    "north pole": {"lon": 180, "lat": 90},
    "south pole": {"lon": -180, "lat": -90},
    "across the date line": {"lon": 179.9999, "lat": 27.6},
    "some km away": dict(zip(("lon", "lat"), spot(1, 60), strict=True)),
    "some km away, not so sure": {**dict(zip(("lon", "lat"), spot(1, 60), strict=True)), "accuracy_m": 800},
}
COARSE: dict[str, dict[str, Any]] = {
    "inside, good to 65 km": {"accuracy_m": 65_000},
    "inside, good to 5 km": {"accuracy_m": 5_000},
    "inside, a little over": {"accuracy_m": 1_000.5},
    "far and coarse": {"lon": 0, "lat": 0, "accuracy_m": 99_000},
}
KINDS = {name: ("far", more) for name, more in FAR.items()} | {name: ("coarse", more) for name, more in COARSE.items()}


def check_nobodys(district: District, number: str, doubt: str) -> dict[str, Any]:
    """The ticket is on the list of no grid, at the top, with nobody; its point is kept."""
    boss = district.client("boss")
    ticket: dict[str, Any] = boss.get(f"/api/v1/tickets/{number}").json()
    assert (ticket["grid"], ticket["area"]["code"], ticket["step"]) == (None, TOP["code"], "assign")
    assert (ticket["assignment"]["method"], ticket["assignment"]["confidence"]) == ("none", 0)
    assert (ticket["post"], ticket["department"], ticket["point"]["doubt"]) == (None, None, doubt)
    assert ticket["point"]["given"]["lon"] is not None
    listed = boss.get("/api/v1/tickets", params={"list": "no_grid", "limit": 1000}).json()["tickets"]
    assert number in {one["number"] for one in listed}
    return ticket


@pytest.mark.parametrize("name", KINDS)
def test_a_report_that_cannot_be_is_nobodys_work(district: District, name: str) -> None:
    doubt, more = KINDS[name]
    counters = district.client().get("/api/v1/counters", params={"area": "360302"}).json()
    answer = district.client().post("/api/v1/reports", json=body(**more))
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert (receipt["grid"], receipt["area"], receipt["step"], receipt["assignee"]) == (None, TOP, "assign", None)
    assert (receipt["assignment"]["method"], receipt["assignment"]["confidence"]) == ("none", 0)
    assert receipt["assignment"]["candidates"] == []
    check_nobodys(district, receipt["number"], doubt)
    after = district.client().get("/api/v1/counters", params={"area": "360302"}).json()
    assert (after["total"], after["unplaced"]) == (counters["total"] + 1, counters["unplaced"] + 1)


@pytest.mark.parametrize("name", KINDS)
def test_whoever_asks_first_hears_that_it_would_wait(district: District, name: str) -> None:
    doubt, more = KINDS[name]
    asked = {"system": "wgs84"} | {k: v for k, v in body(**more).items() if k in ("lon", "lat", "accuracy_m")}
    assert district.client().get("/api/v1/locate", params=asked).json()["doubt"] == doubt


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"accuracy_m": 1000},
        dict(zip(("lon", "lat"), spot(1.5, 3), strict=True)),
        {**dict(zip(("lon", "lat"), spot(1.5, 3), strict=True)), "accuracy_m": 1000},
    ],
)
def test_a_point_near_by_is_somebodys_work(district: District, more: dict[str, Any]) -> None:
    receipt = district.client().post("/api/v1/reports", json=body(**more)).json()
    assert receipt["step"] == "handle" and receipt["assignee"] is not None
    asked = {"system": "wgs84"} | {k: v for k, v in body(**more).items() if k in ("lon", "lat", "accuracy_m")}
    located = district.client().get("/api/v1/locate", params=asked).json()
    assert located["doubt"] is None
    if receipt["grid"] is None:
        assert (receipt["area"]["level"], receipt["assignment"]["confidence"]) == ("community", 0)
        assert located["assignment"]["confidence"] == 0


def test_a_dispatcher_says_where_and_it_is_routed(district: District) -> None:
    number = district.client().post("/api/v1/reports", json=body(lon=0, lat=0)).json()["number"]
    boss = district.client("boss")
    lon, lat = spot(0.5, 0.5)
    vague = boss.put(
        f"/api/v1/tickets/{number}/place", json={"lon": lon, "lat": lat, "system": "wgs84", "accuracy_m": 30_000}
    )
    assert vague.status_code == 200
    assert check_nobodys(district, number, "coarse")["point"]["lon"] == pytest.approx(lon)
    placed = boss.put(f"/api/v1/tickets/{number}/place", json={"lon": lon, "lat": lat, "system": "wgs84"}).json()
    assert (placed["grid"]["code"], placed["step"], placed["point"]["doubt"]) == (GRIDS["A"], "handle", None)
    assert placed["post"] is not None
    back = boss.put(f"/api/v1/tickets/{number}/place", json={"lon": 10, "lat": 10, "system": "wgs84"})
    assert back.status_code == 200
    check_nobodys(district, number, "far")


def test_another_category_leaves_it_nobodys(district: District) -> None:
    number = district.client().post("/api/v1/reports", json=body(lon=0, lat=0)).json()["number"]
    changed = district.client("boss").put(f"/api/v1/tickets/{number}/category", json={"category": "livelihood"})
    assert changed.status_code == 200, changed.text
    check_nobodys(district, number, "far")


def test_the_explanation_of_a_route_says_so_too(district: District) -> None:
    asked: dict[str, str | int] = {"category": "hazard", "lon": 0, "lat": 0, "system": "wgs84"}
    route = district.client("boss").get("/api/v1/route", params=asked).json()
    assert (route["assignee"], route["area"], route["assigned_by"]) == (None, TOP, "nobody: far")


def test_a_batch_and_open311(district: District) -> None:
    sent = [body(lon=0, lat=0, client_ref="far-1"), body(accuracy_m=30_000, client_ref="coarse-1")]
    results = district.client("boss").post("/api/v1/reports/batch", json={"reports": sent}).json()["results"]
    for result, doubt in zip(results, ("far", "coarse"), strict=True):
        assert result["receipt"]["step"] == "assign"
        check_nobodys(district, result["receipt"]["number"], doubt)
    form = {"service_code": "hazard", "description": "t", "lat": "39.9", "long": "116.39"}
    form["api_key"] = district.secrets["boss"]
    number = district.client().post("/open311/v2/requests.json", data=form).json()[0]["service_request_id"]
    check_nobodys(district, number, "far")


def test_an_alarm_of_a_device_far_away(district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    devices = tmp_path / "devices.csv"
    devices.write_text("code,name,kind,category,lon,lat,system\nFAR-1,烟感(虚构),smoke,hazard,110.0,20.0,wgs84\n")
    assert run(["load", "devices", str(devices)]) == 0
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        row = connection.execute(
            text(
                "SELECT r.number, r.step, r.post_id, r.area_code FROM overlay.device AS d, app.receive_alarm("
                'd.device_id, \'{"network": "base", "zone": "Asia/Shanghai"}\', \'1 day\') AS r'
                " WHERE d.code = 'FAR-1'"
            )
        ).one()
    owner.close()
    assert (row.step, row.post_id, row.area_code) == ("assign", None, TOP["code"])
    check_nobodys(district, row.number, "far")


def test_loaded_tickets_far_away(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    file = tmp_path / "old.csv"
    file.write_text(
        "external_id,category,lon,lat,system,received_at,accuracy_m\n"
        "f-1,hazard,0,0,wgs84,2026-06-01T10:00:00+08:00,\n"
        "f-2,hazard,113.86,27.62,wgs84,2026-06-01T10:00:00+08:00,50000\n"
    )
    assert run(["load", "tickets", str(file), "--json"]) == 0
    out = capsys.readouterr().out
    assert "2 wait until somebody says where they are" in json.dumps(json.loads(out), ensure_ascii=False)


def test_a_redraw_leaves_it_where_it_waits(district: District) -> None:
    number = district.client().post("/api/v1/reports", json=body(accuracy_m=30_000)).json()["number"]
    boss = district.client("boss")
    opened = boss.post("/api/v1/changesets", json={"area": SOUTH}).json()["changeset_id"]
    assert boss.post(f"/api/v1/changesets/{opened}/publish").is_success
    check_nobodys(district, number, "coarse")
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        strays = connection.execute(text("SELECT message FROM app.stray('base') WHERE kind = 'ticket'")).scalars().all()
    owner.close()
    assert not [said for said in strays if number in said]
