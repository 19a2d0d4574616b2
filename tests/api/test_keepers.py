"""Posts, rules, categories, targets and tokens are kept over HTTP: by whom, where, and what follows for tickets.

Long because each of the five is kept by several hands.
"""

from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.keeping import begin_posts
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.test_reports import body
from tests.drawing import spot

DEVICE = (
    "INSERT INTO overlay.device (code, name, kind, category, path, geom)"
    " VALUES ('D-1', '烟感', 'smoke', 'hazard', '{}', :p)"
)
KEPT = ("/posts", "/rules", "/categories/kept", "/targets", "/tokens")


def put(district: District, who: str, method: str, path: str, **json: Any) -> Any:
    answer = district.client(who).request(method, f"/api/v1{path}", json=json or None)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def posts(district: District, who: str = "boss", **asked: Any) -> list[dict[str, Any]]:
    answer = district.client(who).get("/api/v1/posts", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["posts"])


def refused(district: District, who: str, method: str, path: str, **json: Any) -> tuple[int, str, str]:
    answer = district.client(who).request(method, f"/api/v1{path}", json=json if json or method == "PUT" else None)
    fault = answer.json()["errors"][0]
    assert fault["message_zh"] and fault["message_zh"] != fault["message"], fault
    return answer.status_code, fault["field"].split(".")[-1], fault["message"]


def report(district: District, category: str = "hazard") -> dict[str, Any]:
    lon, lat = spot(0.5, 0.5)
    told: dict[str, Any] = (
        district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat, category=category)).json()
    )
    return told


@pytest.mark.parametrize("path", KEPT)
def test_only_who_keeps_something_reads_it(district: District, path: str) -> None:
    allowed = {"boss", "watch"} if path == "/posts" else {"boss"}
    for who in ("boss", "watch", "north", "wang", "chengguan", "painter"):
        status = district.client(who).get(f"/api/v1{path}").status_code
        assert status == (200 if who in allowed else 403), who
    assert district.client().get(f"/api/v1{path}").status_code == 401


def test_a_post_is_handed_over_with_its_open_tickets(district: District) -> None:
    made = put(district, "watch", "POST", "/posts", area=GRIDS["A"], role="worker", name="甲(虚构)", phone="000-1")
    others = [
        one for one in posts(district, area=GRIDS["A"]) if one["role"] == "worker" and one["post"] != made["post"]
    ]
    for one in others:
        put(district, "boss", "DELETE", f"/posts/{one['post']}")
    told = report(district)
    assert told["assignee"]["post"] == made["post"]
    (held,) = [one for one in posts(district, q="甲(虚构)")]
    assert (held["open_tickets"], held["phone"], held["valid_to"]) == (1, "000-1", None)
    heir = put(district, "watch", "POST", f"/posts/{made['post']}/successor", name="乙(虚构)", phone="000-2")
    ticket = district.client("boss").get(f"/api/v1/tickets/{told['number']}").json()
    assert ticket["post"] == heir["post"] and ticket["history"][-1]["action"] == "handed_over"
    both = {one["name"]: one for one in posts(district, area=GRIDS["A"], past=True) if one["role"] == "worker"}
    assert both["甲(虚构)"]["valid_to"] == both["乙(虚构)"]["valid_from"] and both["甲(虚构)"]["open_tickets"] == 0
    assert refused(district, "boss", "DELETE", f"/posts/{made['post']}")[0] == 409
    same = refused(district, "boss", "POST", f"/posts/{heir['post']}/successor", name="乙(虚构)", phone="000-2")
    assert same[:2] == (409, "name")
    put(district, "watch", "DELETE", f"/posts/{heir['post']}")
    after = district.client("boss").get(f"/api/v1/tickets/{told['number']}").json()["post"]
    assert after != heir["post"], "whoever duty names then, or nobody"
    rows = district.client("boss").get("/api/v1/audit", params={"what": "post", "who": "watch"}).json()["entries"]
    assert {row["facts"]["did"] for row in rows} == {"insert", "update"}


def worker_of(district: District, grid: str, name: str) -> int:
    """A post of this grid's only worker."""
    for one in posts(district, area=grid):
        if one["role"] == "worker":
            put(district, "boss", "DELETE", f"/posts/{one['post']}")
    post: int = put(district, "boss", "POST", "/posts", area=grid, role="worker", name=name)["post"]
    return post


def in_hand(district: District, grid: str) -> dict[str, tuple[int, str | None, str | None]]:
    """Of a grid's workers the open tickets, from when and until when."""
    found = [one for one in posts(district, area=grid, past=True) if one["role"] == "worker"]
    return {one["name"]: (one["open_tickets"], one["valid_from"], one["valid_to"]) for one in found}


def test_a_post_is_handed_over_on_a_day_to_come(district: District) -> None:
    first = worker_of(district, GRIDS["A"], "今(虚构)")
    number = report(district)["number"]
    path = f"/posts/{first}/successor"
    heir = put(district, "watch", "POST", path, name="后(虚构)", **{"from": "2999-01-01"})["post"]
    held = in_hand(district, GRIDS["A"])
    assert held["今(虚构)"][0] == 1 and held["后(虚构)"][0] == 0
    assert held["今(虚构)"][2] == held["后(虚构)"][1] == "2999-01-01T00:00:00+08:00"
    assert refused(district, "watch", "POST", path, name="丁(虚构)", **{"from": "2999-01-02"})[:2] == (422, "from")
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        assert begin_posts(connection) == 0, "its day has not come"
        connection.execute(text("UPDATE core.post SET valid_to = now() WHERE post_id = :id"), {"id": first})
        connection.execute(text("UPDATE core.post SET valid_from = now() WHERE post_id = :id"), {"id": heir})
        assert (begin_posts(connection), begin_posts(connection)) == (1, 0)
    owner.close()
    assert in_hand(district, GRIDS["A"])["后(虚构)"][0] == 1
    last = district.client("boss").get(f"/api/v1/tickets/{number}").json()["history"][-1]
    assert (last["action"], last["detail"]["from_post_id"], last["detail"]["post_id"]) == ("handed_over", first, heir)


def test_a_hand_over_that_is_taken_back_leaves_the_post_as_it_was(district: District) -> None:
    first = worker_of(district, GRIDS["A"], "仍(虚构)")
    path = f"/posts/{first}/successor"
    heir = put(district, "boss", "POST", path, name="退(虚构)", **{"from": "2999-01-01"})["post"]
    between = put(district, "boss", "POST", path, name="代(虚构)", **{"from": "2998-01-01"})["post"]
    put(district, "boss", "DELETE", f"/posts/{between}")
    assert in_hand(district, GRIDS["A"])["仍(虚构)"][2] == "2999-01-01T00:00:00+08:00"
    put(district, "boss", "DELETE", f"/posts/{heir}")
    held = in_hand(district, GRIDS["A"])
    assert held["仍(虚构)"][2] is None and not {"退(虚构)", "代(虚构)"} & set(held)


def test_a_post_that_has_not_begun_goes_without_a_trace(district: District) -> None:
    made = put(district, "boss", "POST", "/posts", area=NORTH, role="head", valid_from="2999-01-01")
    put(district, "boss", "DELETE", f"/posts/{made['post']}")
    assert made["post"] not in [one["post"] for one in posts(district, past=True)]


def test_who_holds_a_post_is_public_where_somebody_says_so(district: District) -> None:
    made = put(district, "boss", "POST", "/posts", area=GRIDS["B"], role="instructor", name="丙(虚构)")
    lon, lat = spot(2.5, 0.5)

    def seen() -> list[str]:
        duty = district.client().get("/api/v1/duty", params={"lon": lon, "lat": lat, "system": "wgs84"}).json()
        return [one.get("name", "") for one in duty["posts"]]

    assert "丙(虚构)" not in seen()
    put(district, "boss", "PATCH", f"/posts/{made['post']}", is_public=True)
    assert "丙(虚构)" in seen()
    told = district.client().get(f"/api/v1/areas/{GRIDS['B']}/duty").json()
    assert [one["name"] for one in told["posts"] if "name" in one] == ["丙(虚构)"]
    assert told["on_duty"] and district.client().get("/api/v1/areas/none/duty").status_code == 404
    put(district, "boss", "DELETE", f"/posts/{made['post']}")


def test_nobody_keeps_posts_beyond_his_area(district: District) -> None:
    made = put(district, "boss", "POST", "/accounts", name="part", role="supervisor", area=NORTH)
    district.secrets["part"] = made["secret"]
    assert {one["area"][: len(NORTH)] for one in posts(district, "part")} == {NORTH}
    assert refused(district, "part", "POST", "/posts", area=SOUTH, role="head")[:2] == (403, "area")
    south = next(one for one in posts(district) if one["area"].startswith(SOUTH))
    assert refused(district, "part", "DELETE", f"/posts/{south['post']}")[:2] == (404, "post")
    assert refused(district, "boss", "POST", "/posts", area="none", role="head")[:2] == (422, "area")
    assert refused(district, "boss", "POST", "/posts", area=NORTH, role="king")[:2] == (422, "role")
    ends = {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}
    assert refused(district, "boss", "POST", "/posts", area=NORTH, role="head", **ends)[:2] == (422, "valid_to")
    put(district, "boss", "DELETE", "/accounts/part")


def test_a_rule_sends_the_next_report_and_is_gone_again(district: District) -> None:
    rule = {"category": "hazard", "area": NORTH, "department": "城管", "due_hours": 4, "due_unit": "calendar"}
    put(district, "boss", "PUT", "/rules/隐患交城管", **rule)
    assert report(district)["assignee"].get("department") == "城管"
    (kept,) = put(district, "boss", "GET", "/rules")["rules"]
    assert {key: kept[key] for key in rule} == rule and kept["rule"] == "隐患交城管"
    tied = refused(district, "boss", "PUT", "/rules/another", **rule)
    assert tied == (422, "rule", "rules another and 隐患交城管 can both apply and neither is more specific")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "role"),
        ({"role": "king"}, "role"),
        ({"role": "head", "department": "城管"}, "role"),
        ({"role": "head", "category": "none"}, "category"),
        ({"role": "head", "area": "none"}, "area"),
        ({"role": "head", "shift": "none"}, "shift"),
        ({"role": "head", "starts": "08:00"}, "starts"),
        ({"role": "head", "due_hours": 4}, "due_hours"),
        ({"person": "nobody"}, "person"),
    ]
    for given, field in wrong:
        assert refused(district, "boss", "PUT", "/rules/wrong", **given)[:2] == (422, field), given
    put(district, "boss", "DELETE", "/rules/隐患交城管")
    assert refused(district, "boss", "DELETE", "/rules/隐患交城管")[:2] == (404, "rule")
    assert report(district)["assignee"].get("department") != "城管"


def test_a_category_is_made_changed_retired_and_removed(district: District) -> None:
    lamp = {"parent": "hazard", "name_zh": "路灯", "name_en": "street lamp", "due_hours": 8, "public_place": "grid"}
    put(district, "boss", "PUT", "/categories/lamp", **lamp)
    kept = {one["id"]: one for one in put(district, "boss", "GET", "/categories/kept")["categories"]}
    assert {key: kept["lamp"][key] for key in lamp} == lamp
    assert (kept["lamp"]["needs_words"], kept["lamp"]["is_used"], kept["lamp"]["depth"]) == (None, False, 1)
    assert kept["hazard"]["is_used"] and list(kept).index("lamp") == list(kept).index("hazard") + 1
    told = report(district, "lamp")
    assert told["grid"]["code"] == GRIDS["A"]
    put(district, "boss", "PUT", "/categories/lamp", **lamp | {"due_hours": 2, "needs_words": False, "retired": True})
    shown = {one["id"]: one for one in district.client().get("/api/v1/categories").json()}
    assert (shown["lamp"]["due_hours"], shown["lamp"]["retired"], shown["lamp"]["needs_words"]) == (2, True, False)
    assert refused(district, "boss", "DELETE", "/categories/lamp")[:2] == (409, "category"), "a ticket is about it"
    assert refused(district, "boss", "DELETE", "/categories/hazard")[:2] == (409, "category"), "lamp lies below it"
    assert refused(district, "boss", "DELETE", "/categories/none")[:2] == (404, "category")
    wrong = [
        ("x y", {}, "id"),
        ("hazard2", {"parent": "none"}, "parent"),
        ("hazard2", {"parent": None, "name_zh": kept["dispute"]["name_zh"]}, "name_zh"),
        ("hazard2", {"workflow": "none"}, "workflow"),
        ("hazard", {"parent": "lamp"}, "category"),
    ]
    for name, given, field in wrong:
        status = 409 if field == "name_zh" else 422
        assert refused(district, "boss", "PUT", f"/categories/{name}", **lamp | {"name_zh": name} | given)[:2] == (
            status,
            field,
        ), given
    put(district, "boss", "PUT", "/categories/spare", **lamp | {"name_zh": "备用"})
    put(district, "boss", "DELETE", "/categories/spare")


def test_a_target_is_made_with_a_secret_that_is_shown_once(district: District) -> None:
    hook = {"name": "city", "address": "https://city.example/hook?key=abcdefghijklmnop", "topics": ["ticket.*"]}
    made = put(district, "boss", "POST", "/targets", **hook)
    assert len(made["secret"]) > 20
    listed = put(district, "boss", "GET", "/targets")
    assert made["secret"] not in str(listed) and "abcdefghijkl" not in str(listed)
    (one,) = [target for target in listed["targets"] if target["name"] == "city"]
    assert (one["topics"], one["pace_s"], one["waiting"]) == (["ticket.*"], 0, 0)
    assert refused(district, "boss", "POST", "/targets", **hook)[:2] == (409, "name")
    http = {"name": "plain", "address": "http://city.example/hook"}
    assert refused(district, "boss", "POST", "/targets", **http)[:2] == (422, "address")
    assert refused(district, "north", "POST", "/targets", **http)[0] == 403, "before the order is looked at"
    answer = district.client("boss").post("/api/v1/targets", json=http | {"kind": "message"})
    assert answer.status_code == 422, "a city's message service is set on the machine"
    assert put(district, "boss", "POST", "/targets/city/retry") == {"name": "city", "notices": 0}
    assert put(district, "boss", "DELETE", "/targets/city") == {"name": "city", "notices": 0}
    assert refused(district, "boss", "DELETE", "/targets/city")[:2] == (404, "name")


def test_what_the_machine_alone_may_is_refused_in_the_database(district: District) -> None:
    """A door that forgot to check could still add no target within the house."""
    service = Database(district.url.replace("gisgrid_owner", "gisgrid_api"), role="gisgrid_service")
    order = '{"name": "inner", "kind": "webhook", "address": "https://in.example/", "topics": [], "has_words": false,'
    with service.transaction() as connection, pytest.raises(Exception, match="on the machine itself"):
        values = {"target": order + ' "may_be_private": true}'}
        connection.execute(text("SELECT app.add_target('boss', CAST(:target AS jsonb))"), values)
    service.close()


def test_tokens_are_made_refused_and_ended(district: District) -> None:
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        lon, lat = spot(0.5, 0.5)
        connection.execute(text(DEVICE.replace(":p", "ST_SetSRID(ST_MakePoint(:x, :y), 4326)")), {"x": lon, "y": lat})
    owner.close()
    made = put(district, "boss", "POST", "/tokens/devices/D-1")
    client = district.client()
    client.headers["Authorization"] = f"Bearer {made['token']}"
    alarm = {"kind": "smoke", "value": 0.8}
    assert client.post("/api/v1/alarms", json=alarm).is_success
    put(district, "boss", "POST", "/tokens/devices/D-1/disable")
    assert client.post("/api/v1/alarms", json=alarm).status_code == 401
    put(district, "boss", "POST", "/tokens/devices/D-1/enable")
    assert client.post("/api/v1/alarms", json=alarm).is_success
    put(district, "wang", "POST", "/pings/token")
    kept = put(district, "boss", "GET", "/tokens")
    told = {(one["kind"], one["code"]): one for one in kept["tokens"]}
    assert told["device", "D-1"]["made_at"] and not told["device", "D-1"]["disabled_at"] and kept["alarms_per_hour"] > 0
    assert told["phone", "wang"]["made_at"] and made["token"] not in str(kept)
    put(district, "boss", "DELETE", "/tokens/phones/wang")
    assert refused(district, "boss", "DELETE", "/tokens/phones/wang")[:2] == (404, "name")
    assert refused(district, "boss", "POST", "/tokens/devices/none")[:2] == (404, "code")
    rows = district.client("boss").get("/api/v1/audit", params={"what": "device_token"}).json()["entries"]
    assert [row["facts"]["did"] for row in reversed(rows)] == ["make", "disable", "enable"]
