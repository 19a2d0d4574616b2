"""Reports without a point, on behalf of somebody, by the way they came."""

from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.drawing import spot


@pytest.fixture(scope="module", autouse=True)
def town(district: District) -> None:
    """Buildings with their heads on A, twice a number 3; a rescue point in C; all invented."""
    owner = Database(district.url, role=OWNER)
    lon, lat = spot(1.5, 0.5)
    with owner.transaction(EVERYTHING) as connection:
        for code, title, placed in (("A", "3栋", True), ("B", "3栋", False), ("A", "12栋2单元", False)):
            connection.execute(
                text(
                    "INSERT INTO core.post (area_id, path, role, title, geom) SELECT v.area_id, v.path,"
                    " 'building_head', :title,"
                    " CASE WHEN :placed THEN ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) END"
                    " FROM app.area_at(now()) AS v WHERE v.code = :code"
                ),
                {"code": GRIDS[code], "title": title, "placed": placed, "lon": lon, "lat": lat},
            )
        lon, lat = spot(1.5, 1.5)
        connection.execute(
            text(
                "INSERT INTO overlay.place (code, name, kind, area_id, path, geom)"
                " SELECT 'R-1', '河边救生点', 'rescue', area_id, path, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
                " FROM app.area_at(now()) WHERE code = :code"
            ),
            {"code": GRIDS["C"], "lon": lon, "lat": lat},
        )
    owner.close()


def post(district: District, who: str = "", **more: Any) -> Any:
    body = {"category": "hazard", "description": "路灯不亮", **more}
    return district.client(who).post("/api/v1/reports", json=body)


def read(district: District, number: str, who: str = "boss") -> Any:
    return district.client(who).get(f"/api/v1/tickets/{number}").json()


def fault(answer: Any) -> Any:
    assert answer.status_code == 422, answer.text
    return answer.json()["errors"][0]


def test_a_code_says_the_grid_and_nobody_knows_the_point(district: District) -> None:
    answer = post(district, area=GRIDS["A"])
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert receipt["grid"]["code"] == GRIDS["A"] and receipt["assignee"]["role"] == "worker"
    assignment = receipt["assignment"]
    assert (assignment["method"], assignment["confidence"], assignment["system"]) == ("code", 1, None)
    assert assignment["candidates"] == [{"code": GRIDS["A"], "share": 1}] and assignment["version"]
    ticket = read(district, receipt["number"])
    assert (ticket["point"]["lon"], ticket["point"]["given"]["system"]) == (None, None)
    lon, lat = spot(1, 0.5)
    assert (ticket["place"]["lon"], ticket["place"]["lat"]) == pytest.approx((lon, lat), abs=1e-4)
    tile = district.client().get("/api/v1/tickets", params={"method": "code", "area": GRIDS["A"]}).json()
    assert receipt["number"] in {one["number"] for one in tile["tickets"]}


def test_a_code_above_the_leaves_is_that_areas_list(district: District) -> None:
    receipt = post(district, area=f"{SOUTH}001").json()
    assert receipt["grid"] is None and receipt["area"] == {"code": f"{SOUTH}001", "level": "community"}
    assert (receipt["assignment"]["method"], receipt["assignment"]["confidence"]) == ("code", 0)
    assert receipt["assignment"]["version"] is None and receipt["assignment"]["candidates"] == []
    assert receipt["assignee"]["area"] == f"{SOUTH}001"
    counted = [district.client().get("/api/v1/counters", params={"area": a}).json() for a in (f"{SOUTH}001", SOUTH)]
    assert counted[0]["unplaced"] >= 1 and counted[0]["total"] == counted[1]["total"]
    assert read(district, receipt["number"])["place"] is not None


def test_an_unknown_place_waits_at_the_top_until_somebody_places_it(district: District) -> None:
    receipt = post(district, who="north", place_unknown=True, source="chat").json()
    assert (receipt["grid"], receipt["area"]) == (None, {"code": "360302", "level": "district"})
    assert receipt["assignment"]["method"] == "none"
    ticket = read(district, receipt["number"])
    assert ticket["place"] is None and ticket["source"] == "chat"
    lon, lat = spot(0.5, 0.5)
    path = f"/api/v1/tickets/{receipt['number']}/place"
    answer = district.client("boss").put(path, json={"lon": lon, "lat": lat, "system": "wgs84"})
    assert answer.status_code == 200, answer.text
    placed = answer.json()
    assert placed["grid"]["code"] == GRIDS["A"] and placed["assignment"]["method"] == "inside"
    assert placed["point"]["lon"] == pytest.approx(lon)


def test_a_ticket_without_a_point_can_be_about_something_else(district: District) -> None:
    number = post(district, area=GRIDS["A"]).json()["number"]
    before = read(district, number)["place"]
    answer = district.client("boss").put(f"/api/v1/tickets/{number}/category", json={"category": "livelihood"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["place"] == before


def test_a_building_by_its_name(district: District) -> None:
    two = fault(post(district, place="3栋"))
    assert two["field"] == "place" and GRIDS["A"] in two["remedy"] and GRIDS["B"] in two["remedy"]
    code = two["remedy"].split("one of ")[1].split(" ")[0]
    assert code.startswith("post-")
    located = post(district, place=f"网格{GRIDS['A']}3栋").json()
    assert located["grid"]["code"] == GRIDS["A"] and located["assignment"]["method"] == "inside"
    assert post(district, place=code).json()["grid"]["code"] in (GRIDS["A"], GRIDS["B"])
    without_point = post(district, place="12 栋").json()
    assert (without_point["grid"]["code"], without_point["assignment"]["method"]) == (GRIDS["A"], "code")
    history = read(district, without_point["number"])["history"]
    assert history[0]["detail"]["named"]["name"] == "12栋2单元"


def test_a_place_by_its_name_for_whoever_sees_it(district: District) -> None:
    located = post(district, who="south", place="救生点").json()
    assert located["grid"]["code"] == GRIDS["C"]
    for who in ("", "north"):
        assert fault(post(district, who=who, place="河边救生点"))["field"] == "place"


def test_an_area_by_its_name(district: District) -> None:
    assert post(district, place=f"网格{GRIDS['B']}").json()["grid"]["code"] == GRIDS["B"]
    assert post(district, place=NORTH).json()["area"]["level"] == "town"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nowhere": ({}, "lon"),
    "half a point": ({"lon": 113.85, "lat": 27.6}, "system"),
    "twice": ({"area": GRIDS["A"], "place_unknown": True}, "area"),
    "a point and a code": ({"lon": 113.85, "lat": 27.6, "system": "wgs84", "area": GRIDS["A"]}, "lon"),
    "no such code": ({"area": "999"}, "area"),
    "a post's number past all": ({"area": "post-999999999999999999"}, "area"),
    "an empty code": ({"area": ""}, "lon"),
    "an accuracy of nothing": ({"area": GRIDS["A"], "accuracy_m": 5.0}, "accuracy_m"),
    "no such place": ({"place": "月球"}, "place"),
    "a place of blanks": ({"place": "  "}, "place"),
    "a place of wildcards": ({"place": "%_"}, "place"),
    "NUL": ({"place": "3\0栋"}, "place"),
    "a source of a door": ({"area": GRIDS["A"], "source": "device"}, "source"),
    "a source of others": ({"area": GRIDS["A"], "source": "hotline"}, "source"),
    "an unknown source": ({"area": GRIDS["A"], "source": "dream"}, "source"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_with_its_remedy(district: District, name: str) -> None:
    more, field = BAD[name]
    answer = post(district, **more)
    assert answer.status_code == 422, answer.text
    faults = answer.json()["errors"]
    assert any(field in one["field"] for one in faults), faults
    assert all(one["message"] and one["remedy"] for one in faults)


def test_on_behalf_of_a_resident(district: District) -> None:
    whom = {"name": "孙奶奶(虚构)", "phone": "000-0000-0009"}
    number = post(district, who="wang", area=GRIDS["A"], source="building", on_behalf_of=whom).json()["number"]
    ticket = read(district, number)
    assert ticket["contact"] == whom and ticket["source"] == "building"
    first = ticket["history"][0]
    assert first["actor"] == "wang" and first["detail"]["on_behalf"] is True
    assert "contact" not in read(district, number, who="south")


def test_a_stranger_reports_for_himself_only(district: District) -> None:
    answer = post(district, area=GRIDS["A"], on_behalf_of={"name": "某人"})
    assert answer.status_code == 401, answer.text
    twice = post(district, who="wang", area=GRIDS["A"], on_behalf_of={}, contact_name="某人")
    assert fault(twice)["field"] == "contact_name"


def test_ways_have_names(district: District) -> None:
    sources = {one["id"]: one for one in district.client().get("/api/v1/sources").json()}
    assert {"app", "patrol", "building", "hotline", "chat", "wechat", "camera", "device"} <= set(sources)
    assert sources["chat"]["name_zh"] == "群聊转报" and sources["device"]["said_by"] == "nobody"
    assert post(district, area=GRIDS["A"], source="wechat").status_code == 201
