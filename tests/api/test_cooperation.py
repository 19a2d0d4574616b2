"""Return, reopen, hand over, pass up, whistle, parts, duplicates; who may what. Long: it is one ticket's life."""

from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, District
from tests.drawing import spot

THREE = ["城管", "住建", "消防"]
NONE: dict[str, list[str]] = {name: [] for name in THREE}


@pytest.fixture(scope="module", autouse=True)
def more_people(district: District) -> None:
    """Centres above A, a building head in it, accounts of two more departments and of a community's desk."""
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        for code, role in (
            (f"{NORTH}001", "centre"),
            (NORTH, "centre"),
            (GRIDS["A"], "building_head"),
            (GRIDS["A"], "head"),
        ):
            connection.execute(
                text(
                    "INSERT INTO core.post (area_id, path, role, title) SELECT v.area_id, v.path, :role, :code"
                    " FROM app.area_at(now()) AS v WHERE v.code = :code"
                ),
                {"code": code, "role": role},
            )
    owner.close()
    superuser = Database(district.url, role="")
    with superuser.transaction() as connection:
        for name, department in (("zhujian", "住建"), ("xiaofang", "消防")):
            district.secrets[name] = add_account(connection, name, "department", department=department)
        district.secrets["desk"] = add_account(connection, "desk", "dispatcher", area=f"{NORTH}001")
    superuser.close()


def report(district: District, column: float = 0.5, row: float = 0.5, category: str = "hazard") -> str:
    lon, lat = spot(column, row)
    body = {"lon": lon, "lat": lat, "system": "wgs84", "category": category, "description": "燃气味"}
    answer = district.client().post("/api/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


SETTERS = ("parent", "duplicate")


def do(district: District, who: str, number: str, what: str, **body: Any) -> Any:
    method = "PUT" if what in SETTERS else "POST"
    return district.client(who).request(method, f"/api/v1/tickets/{number}/{what}", json=body)


def see(district: District, number: str, who: str = "boss") -> dict[str, Any]:
    found: dict[str, Any] = district.client(who).get(f"/api/v1/tickets/{number}").json()
    return found


def may_say(district: District, number: str, who: str) -> dict[str, list[str]]:
    return {w["department"]: w["may"] for w in see(district, number, who)["whistles"]}


def post_of(district: District, number: str) -> tuple[str, str] | None:
    """Role and area of the post that has it."""
    ticket = see(district, number)
    posts = district.client("boss").get(f"/api/v1/tickets/{number}/assignees").json()["posts"]
    return next(((p["role"], p["area"]) for p in posts if p["post"] == ticket["post"]), None)


def actions(district: District, number: str) -> list[str]:
    return [event["action"] for event in see(district, number)["history"]]


# Back and again.


def test_a_return_says_why_and_leaves_it_with_nobody(district: District) -> None:
    number = report(district)
    assert post_of(district, number) == ("worker", GRIDS["A"])
    refused = do(district, "wang", number, "steps", step="assign")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "note")
    assert do(district, "wang", number, "steps", step="assign", note="  ").status_code == 422
    returned = do(district, "wang", number, "steps", step="assign", note="不归网格管")
    assert (returned.status_code, returned.json()["step"], returned.json()["post"]) == (201, "assign", None)
    assert returned.json()["step_due_at"] is not None, "its clock of waiting runs"
    event = returned.json()["history"][-1]
    assert (event["from_step"], event["to_step"], event["note"]) == ("handle", "assign", "不归网格管")
    again = do(district, "north", number, "steps", step="handle").json()
    assert (again["step"], again["history"][-1]["detail"]["assigned_by"]) == ("handle", "post on duty")
    assert post_of(district, number) == ("worker", GRIDS["A"])


def close(district: District, number: str) -> None:
    for step in ("inspect", "feedback", "rate"):
        assert do(district, "boss", number, "steps", step=step).status_code == 201


def test_a_closed_ticket_is_reopened_with_a_clock_from_now(district: District) -> None:
    number = report(district)
    first_due = see(district, number)["due_at"]
    close(district, number)
    assert see(district, number)["solved_in_grid"] is True
    assert [(s["step"], s["kind"], s["needs"]) for s in see(district, number)["next_steps"]] == [
        ("handle", "reopen", ["note"])
    ]
    assert do(district, "wang", number, "steps", step="handle", note="又坏了").status_code == 403
    assert do(district, "north", number, "steps", step="handle").status_code == 422
    opened = do(district, "north", number, "steps", step="handle", note="又坏了").json()
    assert (opened["step"], opened["closed_at"], opened["solved_in_grid"]) == ("handle", None, None)
    assert opened["due_at"] > first_due
    event = opened["history"][-1]
    assert (event["action"], event["from_step"], event["to_step"]) == ("reopened", "rate", "handle")
    close(district, number)
    refused = do(district, "north", number, "steps", step="inspect")
    assert refused.status_code == 409
    fault = refused.json()["errors"][0]
    assert ("检查监督（inspect）" in fault["message_zh"], "服务处置（handle）" in fault["remedy_zh"]) == (True, True), (
        fault
    )


# To whom.


def test_it_is_handed_over_along_the_grid_and_to_a_department(district: District) -> None:
    number = report(district)
    asked = district.client("wang").get(f"/api/v1/tickets/{number}/assignees").json()
    roles = {(post["role"], post["area"]) for post in asked["posts"]}
    assert {("worker", GRIDS["A"]), ("head", GRIDS["A"]), ("centre", NORTH)} <= roles
    assert set(THREE) <= set(asked["departments"])
    head = next(p["post"] for p in asked["posts"] if p["role"] == "head")
    given = do(district, "wang", number, "assignment", post=head, note="请网格长协调")
    assert (given.status_code, given.json()["post"]) == (201, head)
    assert do(district, "wang", number, "assignment", post=head).status_code == 409
    assert do(district, "wang", number, "assignment", department="城管").status_code == 403
    other = next(
        p["post"]
        for p in district.client("boss")
        .get(f"/api/v1/tickets/{report(district, column=2.5)}/assignees")
        .json()["posts"]
        if p["area"] == GRIDS["B"]
    )
    elsewhere = do(district, "north", number, "assignment", post=other)
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (422, "post")
    assert do(district, "north", number, "assignment", department="没有的部门").status_code == 422
    for wrong in ({}, {"post": head, "department": "城管"}, {"post": "1"}, {"post": 0}, {"post": 2**63}):
        assert do(district, "north", number, "assignment", **wrong).status_code == 422
    assert do(district, "south", number, "assignment", department="城管").status_code == 403
    given = do(district, "north", number, "assignment", department="住建").json()
    assert (given["post"], given["department"]) == (None, "住建")
    assert "description" in see(district, number, "zhujian")
    event = given["history"][-1]
    assert (event["action"], event["detail"]["from_post_id"], event["detail"]["department"]) == (
        "handed_over",
        head,
        "住建",
    )
    close(district, number)
    assert see(district, number)["solved_in_grid"] is False
    assert do(district, "north", number, "assignment", department="城管").status_code == 409


def test_it_is_passed_up_from_community_to_town_to_district(district: District) -> None:
    number = report(district)
    assert do(district, "wang", number, "escalation", note=" ").status_code == 422
    assert do(district, "chengguan", number, "escalation", note="x").status_code == 403
    for who, area in (("wang", f"{NORTH}001"), ("desk", NORTH), ("north", "360302")):
        assert do(district, who, number, "escalation", note="网格解决不了").status_code == 201
        assert post_of(district, number) == ("centre", area)
    last = do(district, "watch", number, "escalation", note="再上报")
    assert (last.status_code, last.json()["errors"][0]["remedy"]) == (409, "hand it over to a post by name")
    levels = [e["detail"]["level"] for e in see(district, number)["history"] if e["action"] == "passed_up"]
    assert levels == ["community", "town", "district"]


def test_a_whistle_calls_three_departments_each_by_its_own_clock(district: District) -> None:
    """镇街吹哨、部门报到."""
    number = report(district)
    assert "description" not in see(district, number, "xiaofang")
    assert do(district, "desk", number, "whistles", departments=THREE).status_code == 403, "a community does not call"
    assert do(district, "wang", number, "whistles", departments=THREE).status_code == 403
    unknown = do(district, "north", number, "whistles", departments=["城管", "没有的"])
    assert (unknown.status_code, "没有的" in unknown.text, "城管" in unknown.text) == (422, True, False)
    assert do(district, "north", number, "whistles", departments=[]).status_code == 422
    assert do(district, "north", number, "whistles", departments=THREE[:2], note="联合执法").status_code == 201
    called = do(district, "north", number, "whistles", departments=THREE[2:], due_hours=2, due_unit="calendar").json()
    by_name = {w["department"]: w for w in called["whistles"]}
    assert set(by_name) == set(THREE)
    assert by_name["消防"]["due_at"] < by_name["城管"]["due_at"] == by_name["住建"]["due_at"]
    again = do(district, "north", number, "whistles", departments=["消防"])
    assert (again.status_code, "消防" in again.text) == (409, True)
    for who in ("chengguan", "zhujian", "xiaofang"):
        assert "description" in see(district, number, who), "who is called may read"
    fire = f"whistles/{by_name['消防']['whistle']}"
    assert may_say(district, number, "xiaofang") == NONE | {"消防": ["reported_in", "done"]}
    assert may_say(district, number, "north")["消防"] == ["reported_in", "done", "withdrawn"]
    assert may_say(district, number, "wang") == NONE
    assert not any(step["may"] for step in see(district, number, "xiaofang")["next_steps"]), "called in, not in charge"
    assert do(district, "zhujian", number, fire, state="reported_in").status_code == 403
    assert do(district, "xiaofang", number, "steps", step="inspect").status_code == 403, "called in, not in charge"
    assert do(district, "xiaofang", number, fire, state="reported_in").status_code == 201
    assert may_say(district, number, "xiaofang")["消防"] == ["done"]
    assert do(district, "xiaofang", number, fire, state="reported_in").status_code == 409
    waiting = do(district, "wang", number, "steps", step="inspect")
    assert (waiting.status_code, all(name in waiting.text for name in THREE)) == (409, True)
    assert do(district, "xiaofang", number, fire, state="done", note="已关阀").status_code == 201
    assert do(district, "xiaofang", number, fire, state="done").status_code == 409
    assert do(district, "chengguan", number, f"whistles/{by_name['城管']['whistle']}", state="done").status_code == 201
    home = f"whistles/{by_name['住建']['whistle']}"
    assert do(district, "zhujian", number, home, state="withdrawn").status_code == 403
    assert do(district, "north", number, home, state="withdrawn", note="不涉及").status_code == 201
    assert do(district, "north", number, "whistles/999999", state="done").status_code == 404
    assert "description" not in see(district, number, "zhujian"), "who was let go reads no more"
    assert "description" in see(district, number, "xiaofang")
    close(district, number)
    ticket = see(district, number)
    assert ticket["solved_in_grid"] is False
    done = {w["department"]: (w["reported_in_at"], w["done_at"], w["withdrawn_at"]) for w in ticket["whistles"]}
    assert [[one is not None for one in done[name]] for name in THREE] == [
        [True, True, False],
        [False, False, True],
        [True, True, False],
    ]
    assert [a for a in actions(district, number) if "whistle" in a or a == "reported_in"] == [
        *["whistled"] * 3, "reported_in", "whistle_done", "whistle_done", "whistle_withdrawn",
    ]  # fmt: skip


# Together.


def test_a_whole_waits_for_its_parts(district: District) -> None:
    whole, part, other = (report(district) for _ in range(3))
    assert do(district, "wang", part, "parent", parent=whole).status_code == 403
    joined = do(district, "north", part, "parent", parent=whole)
    assert (joined.status_code, joined.json()["parent"]) == (200, whole)
    assert do(district, "north", part, "parent", parent=whole).status_code == 409
    for child, parent, status in ((other, part, 409), (whole, other, 409), (other, other, 422), (other, "none", 422)):
        assert do(district, "north", child, "parent", parent=parent).status_code == status
    assert see(district, whole, "")["parts"] == [part]
    for step in ("inspect", "feedback"):
        assert do(district, "boss", whole, "steps", step=step).status_code == 201
    waiting = do(district, "boss", whole, "steps", step="rate")
    assert (waiting.status_code, part in waiting.text) == (409, True)
    close(district, part)
    assert do(district, "boss", whole, "steps", step="rate").status_code == 201
    assert do(district, "north", other, "parent", parent=whole).status_code == 409
    assert do(district, "north", part, "parent", parent=None).status_code == 409, "closed"


def test_what_is_similar_is_found_as_far_to_the_east_as_to_the_north(district: District) -> None:
    """A degree of longitude is shorter than one of latitude, so the box that is searched has more of them."""
    first = report(district, 3.4, 1.1)
    database = Database(district.url, role=OWNER)
    with database.transaction(EVERYTHING) as connection:
        others = connection.execute(
            text(
                "SELECT app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category', 'hazard',"
                " 'lon_wgs84', ST_X(g), 'lat_wgs84', ST_Y(g), 'lon', ST_X(g), 'lat', ST_Y(g), 'system', 'wgs84',"
                " 'description', 'aside')) FROM work.ticket AS t, generate_series(0, 3) AS n,"
                " LATERAL (SELECT ST_Project(t.geom::geography, 99, n * pi() / 2)::geometry AS g) AS aside"
                " WHERE t.number = :number"
            ),
            {"number": first},
        )
        assert len(others.all()) == 4
        found = connection.execute(
            text(
                "SELECT round(s.distance_m) FROM work.ticket AS t, app.similar_tickets(t.ticket_id, 100, '1 h') AS s"
                " WHERE t.number = :number AND s.distance_m > 98"
            ),
            {"number": first},
        )
        assert list(found.scalars()) == [99] * 4
        connection.rollback()
    database.close()


def test_what_was_reported_twice_is_found_merged_and_taken_apart_again(district: District) -> None:
    lon, lat = 1.2, 0.3
    first, second = report(district, lon, lat), report(district, lon + 0.0005, lat)
    far, other = report(district, 0.2, 0.9), report(district, lon, lat, category="consultation")
    found = district.client("north").get(f"/api/v1/tickets/{second}/similar").json()["tickets"]
    numbers = [one["number"] for one in found]
    assert numbers[0] == first and far not in numbers and other not in numbers
    assert 0 <= found[0]["distance_m"] < 50 and found[0]["closeness"] > 0.9
    for who in ("south", "chengguan"):
        assert district.client(who).get(f"/api/v1/tickets/{second}/similar").status_code == 404
    assert district.client().get(f"/api/v1/tickets/{second}/similar").status_code == 401
    assert do(district, "wang", second, "duplicate", of=first).status_code == 403
    merged = do(district, "north", second, "duplicate", of=first, note="同一处")
    assert (merged.status_code, merged.json()["duplicate_of"], merged.json()["step"]) == (200, first, "handle")
    assert merged.json()["closed_at"] is not None and merged.json()["solved_in_grid"] is None
    assert merged.json()["next_steps"] == []
    assert see(district, first)["duplicates"] == [second]
    assert do(district, "boss", second, "steps", step="inspect").status_code == 409
    assert do(district, "north", second, "duplicate", of=first).status_code == 409
    assert do(district, "north", first, "duplicate", of=second).status_code == 409
    assert do(district, "north", first, "duplicate", of=first).status_code == 422
    apart = do(district, "north", second, "duplicate", of=None, note="两处")
    assert (apart.status_code, apart.json()["closed_at"], apart.json()["step"]) == (200, None, "handle")
    assert do(district, "north", second, "duplicate", of=None).status_code == 409
    third = report(district, lon, lat)
    assert do(district, "north", third, "duplicate", of=second).status_code == 200
    assert do(district, "north", second, "duplicate", of=first).status_code == 200
    assert see(district, first)["duplicates"] == [second, third], "a duplicate's duplicates follow it"


def test_every_door_wants_a_login_before_it_looks(district: District) -> None:
    for what in ("assignment", "escalation", "whistles", "whistles/1", "parent", "duplicate"):
        client = district.client()
        method = "PUT" if what in SETTERS else "POST"
        headers = {"Content-Type": "application/json"}
        answer = client.request(method, f"/api/v1/tickets/none/{what}", content="{", headers=headers)
        assert answer.status_code == 401
        assert do(district, "boss", "none", what, **BODIES[what]).status_code == 404


BODIES: dict[str, dict[str, Any]] = {
    "assignment": {"department": "城管"},
    "escalation": {"note": "x"},
    "whistles": {"departments": ["城管"]},
    "whistles/1": {"state": "done"},
    "parent": {"parent": None},
    "duplicate": {"of": None},
}


def test_the_templates_are_told(district: District) -> None:
    flows = {flow["workflow"]: flow for flow in district.client().get("/api/v1/workflows").json()}
    assert [step["name_zh"] for step in flows["six_step"]["steps"]] == [
        "事件上报", "分流交办", "服务处置", "检查监督", "结果反馈", "党群评议",
    ]  # fmt: skip
    assert [step["name_zh"] for step in flows["write_off"]["steps"]] == ["发现", "上报", "指派", "处理", "督查", "销号"]
