"""Route, duty, category, place and clock over HTTP: who sees what, who may what, and what it answers."""

from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.drawing import spot


@pytest.fixture(scope="module", autouse=True)
def rules(district: District) -> None:
    """Disputes of the north go to its department; C's centre is public."""
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text(
                "INSERT INTO work.rule (rule, category, area_id, department, priority)"
                " SELECT 'disputes of the north', 'dispute', area_id, '城管', 1 FROM core.area WHERE code = :north"
            ),
            {"north": NORTH},
        )
        connection.execute(text("INSERT INTO work.rule (rule, role) VALUES ('everything', 'head')"))
        connection.execute(text("UPDATE core.post SET is_public = true WHERE department = '城管'"))
    owner.close()


def where(column: float, row: float, **more: Any) -> dict[str, Any]:
    lon, lat = spot(column, row)
    return {"lon": lon, "lat": lat, "system": "wgs84", **more}


def report(district: District, column: float = 0.5, row: float = 0.5, **more: Any) -> dict[str, Any]:
    body = {"category": "hazard", "description": "灯不亮", **where(column, row), **more}
    answer = district.client().post("/api/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


def test_the_route_is_the_one_that_a_report_takes(district: District) -> None:
    client = district.client()
    at_point = client.get("/api/v1/route", params=where(0.5, 0.5, category="矛盾纠纷")).json()
    in_area = client.get("/api/v1/route", params={"category": "dispute", "area": GRIDS["A"]}).json()
    assert at_point["rule"] == in_area["rule"] == "disputes of the north"
    assert at_point["others"] == [
        {"rule": "everything", "why_not": "it applies, and disputes of the north is more specific in category"}
    ]
    assert (at_point["grid"]["code"], at_point["priority"], at_point["due_unit"]) == (GRIDS["A"], 1, "calendar")
    ticket = report(district, category="dispute")
    assert ticket["assignee"] == at_point["assignee"] == {
        "post": None, "role": "department", "area": GRIDS["A"], "department": "城管",
    }  # fmt: skip
    assert ticket["step"] == "handle"
    history = district.client("boss").get(f"/api/v1/tickets/{ticket['number']}").json()["history"]
    assert (history[0]["detail"]["rule"], history[0]["detail"]["assigned_by"]) == ("disputes of the north", "rule")


def test_a_department_reads_what_a_rule_gives_it(district: District) -> None:
    number = report(district, category="dispute")["number"]
    assert district.client("chengguan").get(f"/api/v1/tickets/{number}").json()["description"] == "灯不亮"
    assert "description" not in district.client("south").get(f"/api/v1/tickets/{number}").json()


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"category": "nonsense", "area": GRIDS["A"]}, 422),
        ({"category": "dispute"}, 422),
        ({"category": "dispute", "area": GRIDS["A"], "lon": 113}, 422),
        ({"category": "dispute", "lon": 113.85, "lat": 27.65}, 422),
        ({"category": "dispute", "area": "999"}, 404),
        ({"category": "dispute", "area": GRIDS["A"], "network": "none"}, 404),
        ({"category": "dispute", "area": GRIDS["A"], "at": "soon"}, 422),
    ],
)
def test_questions_that_make_no_sense(district: District, params: dict[str, Any], status: int) -> None:
    answer = district.client().get("/api/v1/route", params=params)
    assert answer.status_code == status, answer.text
    assert all(fault["remedy"] for fault in answer.json()["errors"])


def test_who_is_my_grid_worker(district: District) -> None:
    stranger = district.client().get("/api/v1/duty", params=where(0.5, 0.5)).json()
    assert (stranger["grid"]["code"], stranger["on_duty"]["role"]) == (GRIDS["A"], "worker")
    assert [post["role"] for post in stranger["posts"]] == ["worker", "centre"]
    assert not any("name" in post or "phone" in post for post in stranger["posts"]), "people are not public"
    own = district.client("north").get("/api/v1/duty", params=where(0.5, 0.5)).json()
    assert (own["on_duty"]["name"], own["on_duty"]["phone"]) == ("王一(虚构)", "000-0000-0001")
    assert "name" not in own["posts"][1], "the district's centre is outside of the town's scope"
    other = district.client("south").get("/api/v1/duty", params=where(0.5, 0.5)).json()
    assert "name" not in other["on_duty"]
    public = district.client().get("/api/v1/duty", params=where(0.5, 1.5)).json()
    assert public["on_duty"]["name"] == "赵三(虚构)", "a post that is marked public"
    outside = district.client().get("/api/v1/duty", params=where(1.5, 3)).json()
    assert (outside["grid"], outside["on_duty"]["role"]) == (None, "centre")


def test_another_category(district: District) -> None:
    number = report(district)["number"]
    url = f"/api/v1/tickets/{number}/category"
    assert district.client().put(url, content=b"{").status_code == 401, "before anything is read"
    assert district.client("south").put(url, json={"category": "dispute"}).status_code == 403
    assert district.client("wang").put(url, json={"category": "dispute"}).status_code == 403
    assert district.client("north").put(url, json={"category": "nonsense"}).status_code == 422
    assert district.client("north").put(url, json={}).status_code == 422
    changed = district.client("north").put(url, json={"category": "矛盾纠纷", "note": "是邻里纠纷"})
    assert changed.status_code == 200, changed.text
    ticket = changed.json()
    assert (ticket["category"], ticket["department"], ticket["post"]) == ("dispute", "城管", None)
    assert [event["action"] for event in ticket["history"]] == ["received", "recategorised"]
    assert (ticket["history"][1]["note"], ticket["history"][1]["actor"]) == ("是邻里纠纷", "north")
    assert district.client("north").put("/api/v1/tickets/none/category", json={"category": "hazard"}).status_code == 404


def test_another_place_may_leave_the_area(district: District) -> None:
    number = report(district)["number"]
    url = f"/api/v1/tickets/{number}/place"
    assert district.client("south").put(url, json=where(0.5, 1.5)).status_code == 403
    swapped = where(0.5, 1.5) | {"lon": where(0.5, 1.5)["lat"], "lat": where(0.5, 1.5)["lon"]}
    assert district.client("north").put(url, json=swapped).status_code == 422
    moved = district.client("north").put(url, json=where(0.5, 1.5, accuracy_m=12, note="在南边"))
    assert moved.status_code == 200, moved.text
    assert moved.json()["grid"]["code"] == GRIDS["C"]
    assert "description" not in moved.json(), "it is the south's now"
    seen = district.client("south").get(f"/api/v1/tickets/{number}").json()
    assert seen["area"]["code"].startswith(SOUTH) and seen["point"]["accuracy_m"] == 12
    assert district.client("north").put(url, json=where(0.5, 0.5)).status_code == 403, "and not to be fetched back"


def test_a_clock_stands_still_and_runs_again(district: District) -> None:
    ticket = report(district)
    url = f"/api/v1/tickets/{ticket['number']}/clock"
    assert district.client().put(url).status_code == 401
    paused = district.client("wang").put(url, json={"state": "paused", "reason": "等照片"})
    assert paused.status_code == 200, paused.text
    again = district.client("wang").put(url, json={"state": "paused"})
    assert again.status_code == 409
    resumed = district.client("wang").put(url, json={"state": "running"}).json()
    assert resumed["due_at"] > ticket["due_at"]
    assert [event["action"] for event in resumed["history"]] == ["received", "paused", "resumed"]
    assert district.client("boss").put(url, json={"state": "stopped"}).status_code == 422


def test_a_closed_ticket_stays_as_it_is(district: District) -> None:
    number = report(district)["number"]
    for step in ("inspect", "feedback", "rate"):
        district.client("boss").post(f"/api/v1/tickets/{number}/steps", json={"step": step})
    for what, body in (
        ("category", {"category": "dispute"}),
        ("place", where(0.5, 1.5)),
        ("clock", {"state": "paused"}),
    ):
        answer = district.client("boss").put(f"/api/v1/tickets/{number}/{what}", json=body)
        assert answer.status_code == 409, (what, answer.text)


def test_a_retired_category_is_refused(district: District) -> None:
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.category SET retired_at = now() WHERE category = 'consultation'"))
    owner.close()
    body = {"category": "consultation", "description": "?", **where(0.5, 0.5)}
    answer = district.client().post("/api/v1/reports", json=body)
    assert answer.status_code == 422 and "no longer in use" in answer.text
    assert district.client().get("/api/v1/tickets", params={"category": "consultation"}).status_code == 200
