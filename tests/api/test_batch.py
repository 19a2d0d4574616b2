"""POST /api/v1/reports/batch: many at once, each for itself."""

import json
from typing import Any

import pytest

from gisgrid.api import batch
from tests.api.conftest import GRIDS, District
from tests.drawing import spot


def item(ref: str, **more: Any) -> dict[str, Any]:
    return {"client_ref": ref, "area": GRIDS["A"], "category": "hazard", "description": "路灯不亮", **more}


def post(district: District, reports: Any, who: str = "wang") -> Any:
    return district.client(who).post("/api/v1/reports/batch", json={"reports": reports})


def total(district: District) -> int:
    found: int = district.client().get("/api/v1/counters").json()["total"]
    return found


def test_a_bad_one_undoes_no_other_and_all_can_be_sent_again(district: District) -> None:
    lon, lat = spot(0.5, 0.5)
    reports = [
        item("b1"),
        item("b2", area="999"),
        item("b3", area=None, lon=lon, lat=lat, system="wgs84", source="patrol"),
        {"category": 7},
        item("b4", category="nonsense"),
        item("b5", colour="red"),
        item("b1", description="something else"),
        item("b6", on_behalf_of={"name": "周大爷(虚构)"}),
        item("b7", reported_at="yesterday"),
    ]
    before = total(district)
    answer = post(district, reports)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [one["status"] for one in results] == [201, 422, 201, 422, 422, 422, 409, 201, 422]
    assert [one["client_ref"] for one in results] == ["b1", "b2", "b3", None, "b4", "b5", "b1", "b6", "b7"]
    assert all(("receipt" in one) != ("problem" in one) for one in results)
    assert results[0]["receipt"]["grid"]["code"] == GRIDS["A"] and results[0]["receipt"]["secret"]
    problem = results[1]["problem"]
    assert problem["status"] == 422 and problem["errors"][0]["field"] == "area"
    assert {fault["field"] for fault in results[3]["problem"]["errors"]} >= {"client_ref", "category"}
    assert total(district) == before + 3

    again = post(district, reports).json()["results"]
    assert [one["status"] for one in again] == [200, 422, 200, 422, 422, 422, 409, 200, 422]
    assert again[0]["receipt"] == results[0]["receipt"]
    assert total(district) == before + 3


@pytest.mark.parametrize("reports", [[], [item(str(n)) for n in range(501)], ["x"], "x", None])
def test_what_is_no_batch_is_refused_whole(district: District, reports: Any) -> None:
    answer = post(district, reports)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("reports")


def test_strangers_send_one_by_one(district: District) -> None:
    assert district.client().post("/api/v1/reports/batch", content=b"{").status_code == 401


def test_odd_text_is_told_and_never_5xx(district: District) -> None:
    raw = json.dumps({"reports": [item("bad"), item("odd-1")]}).replace('"bad"', '"\\ud83d"').replace("path", "\\u0000")
    answer = district.client("wang").post(
        "/api/v1/reports/batch", content=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    assert [one["status"] for one in answer.json()["results"]] == [422, 201]


def test_where_the_database_refuses_one_the_others_are_written(district: District) -> None:
    """Written together first; what one of them breaks there is told of that one alone."""
    far = item("r2", area=None, lon=113.8, lat=27.6, system="wgs84", accuracy_m=1e308)
    before = total(district)
    results = post(district, [item("r1"), far, item("r3")]).json()["results"]
    assert [one["status"] for one in results][::2] == [201, 201]
    assert total(district) == before + 2 + (results[1]["status"] == 201)


def test_all_are_written_by_one_statement(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one after the other, which costs four times as much."""

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("one by one")

    monkeypatch.setattr(batch, "receive", never)
    results = post(district, [item(f"t{n}") for n in range(3)]).json()["results"]
    assert [one["status"] for one in results] == [201, 201, 201]
    assert len({one["receipt"]["number"] for one in results}) == 3
