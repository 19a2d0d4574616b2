"""What the caller may do is said by the server, and holds: of a ticket's next steps, and of scoped layers."""

from typing import Any

from tests.api.conftest import District
from tests.api.test_reports import body
from tests.drawing import spot

SEES_A = {"boss": "admin", "north": "dispatcher", "wang": "worker", "watch": "supervisor"}


def look(district: District, who: str, number: str) -> dict[str, Any]:
    found: dict[str, Any] = district.client(who).get(f"/api/v1/tickets/{number}").json()
    return found


def test_the_next_steps_say_who_may_take_them(district: District) -> None:
    lon, lat = spot(0.5, 0.5)
    number = district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat)).json()["number"]
    told = {who: {s["step"]: s["may"] for s in look(district, who, number)["next_steps"]} for who in SEES_A}
    roles = {s["step"]: s["roles"] for s in look(district, "boss", number)["next_steps"]}
    assert told == {who: {step: role in roles[step] for step in roles} for who, role in SEES_A.items()}
    for step, may in told["watch"].items():
        if not may:
            path = f"/api/v1/tickets/{number}/steps"
            assert district.client("watch").post(path, json={"step": step}).status_code == 403


def test_a_scoped_layer_is_refused_in_two_languages(district: District) -> None:
    path = "/tiles/patrol/14/13479/6866.mvt"
    assert district.client("wang").get(path).status_code in (200, 204)
    refused = district.client("chengguan").get(path)
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["message"] == "the role department may not see patrol"
    assert refused.json()["errors"][0]["message_zh"] == "您的角色（department）不能查看图层 patrol"
