"""Change sets over HTTP: who may, what is told, and that what is published is what was previewed.

Long because every door of a change set is tried by everybody.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.test_reports import body
from tests.drawing import draw, spot

A, B, C = GRIDS["A"], GRIDS["B"], GRIDS["C"]
OLD, NEW = draw("AAB\nCCC"), draw("ABB\nCCC")


class Town:
    """The district with an editor for each town, and a hand that draws."""

    def __init__(self, district: District, owner: Database, secrets: dict[str, str]) -> None:
        self.district, self.owner, self.secrets = district, owner, secrets

    def client(self, name: str = "") -> TestClient:
        if name in self.secrets:
            headers = {"Authorization": f"Bearer {self.secrets[name]}"}
            return TestClient(self.district.app, headers=headers, raise_server_exceptions=False)
        return self.district.client(name)

    def open(self, who: str = "north_editor", **more: Any) -> int:
        answer = self.client(who).post("/api/v1/changesets", json=more)
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["changeset_id"]
        return number

    def draw(self, changeset: int, shapes: dict[str, Any]) -> None:
        with self.owner.transaction(EVERYTHING) as connection:
            for letter in "AB":
                connection.execute(
                    text(
                        "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                        " WHERE changeset_id = :id AND code = :code"
                    ),
                    {"wkt": shapes[letter].wkt, "id": changeset, "code": GRIDS[letter]},
                )

    def act(self, changeset: int, verb: str, who: str = "north_editor", **more: Any) -> Any:
        return self.client(who).post(f"/api/v1/changesets/{changeset}/{verb}", **more)

    def grid_at(self, column: float, row: float) -> str:
        lon, lat = spot(column, row)
        answer = self.client().get("/api/v1/locate", params={"lon": lon, "lat": lat, "system": "wgs84"})
        return str(answer.json()["grid"]["code"])


@pytest.fixture(scope="module")
def town(district: District) -> Iterator[Town]:
    superuser, owner = Database(district.url, role=""), Database(district.url, role=OWNER)
    accounts = {"north_editor": NORTH, "south_editor": SOUTH}
    with superuser.transaction() as connection:
        secrets = {n: add_account(connection, n, "editor", area, login=False) for n, area in accounts.items()}
    superuser.close()
    yield Town(district, owner, secrets)
    owner.close()


DOORS = [
    ("GET", ""), ("POST", ""), ("GET", "/1"), ("POST", "/1/check"), ("GET", "/1/preview"), ("GET", "/1/drawn"),
    ("POST", "/1/resolve"), ("POST", "/1/publish"), ("POST", "/1/undo"), ("POST", "/1/discard"), ("POST", "/x/publish"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_a_stranger_is_401_before_anything_else_and_other_roles_are_403(town: Town, method: str, path: str) -> None:
    url = f"/api/v1/changesets{path}"
    answer = town.client().request(method, url, content=b"no json", headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    for who in ("wang", "north", "watch", "chengguan"):
        answer = town.client(who).request(method, url, json={} if method == "POST" else None)
        assert answer.status_code == 403, (who, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_opening_takes_the_callers_area_and_no_other(town: Town) -> None:
    number = town.open(title="调整边界")
    facts = town.client("north_editor").get(f"/api/v1/changesets/{number}").json()
    expected = {"area_code": NORTH, "network": "base", "title": "调整边界", "status": "open", "state": "open"}
    assert {key: facts[key] for key in expected} == expected
    assert (facts["policy"], facts["ground"], facts["changed"], facts["problems"]) == ("move", "keep", 0, [])
    for area, status in ((SOUTH, 403), ("360302", 403), ("999", 404)):
        answer = town.client("north_editor").post("/api/v1/changesets", json={"area": area})
        assert answer.status_code == status, answer.text
    assert town.client("boss").post("/api/v1/changesets", json={"network": "party"}).status_code == 404
    for wrong in ({"policy": "fly"}, {"ground": "all"}, {"valid_from": "soon"}, {"colour": "red"}, {"area": "\0"}):
        answer = town.client("boss").post("/api/v1/changesets", json=wrong)
        assert answer.status_code == 422, wrong
    assert town.client("boss").post("/api/v1/changesets", json={"area": SOUTH}).status_code == 201


def test_a_change_set_of_another_town_is_not_there(town: Town) -> None:
    number = town.open()
    south = town.client("south_editor")
    assert number not in [c["changeset_id"] for c in south.get("/api/v1/changesets").json()["changesets"]]
    assert south.get(f"/api/v1/changesets/{number}").status_code == 404
    assert south.get(f"/api/v1/changesets/{number}/preview").status_code == 404
    for verb in ("check", "publish", "undo", "discard"):
        assert town.act(number, verb, "south_editor").status_code == 404, verb
        assert town.act(10**9, verb).status_code == 404, verb
    mine = town.client("north_editor").get("/api/v1/changesets", params={"status": "open"}).json()["changesets"]
    assert mine[0]["changeset_id"] == number, "the newest first"


def test_problems_have_code_message_remedy_and_place(town: Town) -> None:
    number = town.open()
    town.draw(number, {**OLD, "B": draw(".BB")["B"]})
    checked = town.act(number, "check").json()
    problem = next(p for p in checked["problems"] if p["kind"] == "overlap")
    assert (problem["code"], problem["other_code"], problem["severity"]) == (A, B, "error")
    assert "overlap in" in problem["message"] and problem["remedy"]
    assert "重叠" in problem["message_zh"] and A in problem["message_zh"] and "归其中一个" in problem["remedy_zh"]
    assert problem["lon"] == pytest.approx(spot(1.5, 0.5)[0]) and problem["lat"] == pytest.approx(spot(1.5, 0.5)[1])
    assert checked["errors"] == 1, checked["problems"]
    for answer in (
        town.act(number, "publish"),
        town.client("north_editor").get(f"/api/v1/changesets/{number}/preview"),
    ):
        assert answer.status_code == 422
        fault = answer.json()["errors"][0]
        assert fault["field"] == f"{A} and {B}" and " at 113." in fault["message"] and fault["remedy"]
        assert "重叠" in fault["message_zh"] and "113." in fault["message_zh"] and fault["remedy_zh"]
    facts = town.client("north_editor").get(f"/api/v1/changesets/{number}").json()
    assert facts["status"] == "open"
    assert [p["kind"] for p in facts["problems"] if p["severity"] == "error"] == ["overlap"], "they stay to be seen"


def test_check_preview_publish_and_undo(town: Town) -> None:
    lon, lat = spot(1.5, 0.5)
    ticket = town.client().post("/api/v1/reports", json=body(lon=lon, lat=lat)).json()["number"]
    number = town.open()
    town.draw(number, NEW)
    errors = [p for p in town.act(number, "check").json()["problems"] if p["severity"] == "error"]
    assert errors == []
    answer = town.client("north_editor").get(f"/api/v1/changesets/{number}/preview")
    assert answer.headers["content-type"].startswith("application/geo+json")
    [arrow] = answer.json()["features"]
    assert arrow["properties"] == {"what": "ticket", "id": ticket, "from_code": A, "to_code": B}
    assert arrow["geometry"]["type"] == "LineString"
    assert arrow["geometry"]["coordinates"][0] == pytest.approx([lon, lat])

    published = town.act(number, "publish").json()
    assert (published["state"], published["summary"]["tickets_moved"]) == ("published", 1)
    assert town.grid_at(1.5, 0.5) == B
    assert town.client().get(f"/api/v1/tickets/{ticket}").json()["grid"]["code"] == B
    for verb in ("publish", "check", "discard"):
        assert town.act(number, verb).status_code == 409, verb

    undone = town.act(number, "undo")
    assert undone.status_code == 201
    assert (undone.json()["undoes"], undone.json()["summary"]["tickets_moved"]) == (number, 1)
    assert town.grid_at(1.5, 0.5) == A
    assert town.client().get(f"/api/v1/tickets/{ticket}").json()["grid"]["code"] == A
    again = town.act(number, "undo")
    assert again.status_code == 409
    assert "changed again since" in again.json()["errors"][0]["message"] and again.json()["errors"][0]["remedy"]
    assert "不能撤销" in again.json()["errors"][0]["message_zh"] and again.json()["errors"][0]["remedy_zh"]


def test_what_is_not_live_cannot_be_undone_and_can_be_discarded(town: Town) -> None:
    number = town.open()
    assert town.act(number, "undo").status_code == 409
    assert town.act(number, "discard").json()["status"] == "discarded"
    for verb in ("publish", "check", "discard"):
        assert town.act(number, verb).status_code == 409, verb


def test_a_date_to_come_waits_can_be_changed_and_withdrawn(town: Town) -> None:
    number = town.open()
    town.draw(number, NEW)
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    waiting = town.act(number, "publish", json={"valid_from": later}).json()
    assert (waiting["state"], waiting["published_at"], waiting["summary"]) == ("waiting", None, None)
    assert datetime.fromisoformat(waiting["valid_from"]) == datetime.fromisoformat(later)
    assert town.grid_at(1.5, 0.5) == A
    assert town.act(number, "publish", json={"valid_from": "soon"}).status_code == 422
    again = town.act(number, "publish", json={"valid_from": "2090-01-01"}).json()
    assert (again["state"], again["valid_from"]) == ("waiting", "2090-01-01T00:00:00+08:00")
    assert town.act(number, "undo").status_code == 409
    assert town.act(number, "discard").json()["state"] == "discarded"


def test_what_others_published_is_taken_over_before_it_is_checked_and_previewed(town: Town) -> None:
    """A draft opened earlier on the whole district neither conflicts with nor takes back a town's publish."""
    whole = town.open("boss", area="360302", title="whole")
    number = town.open()
    town.draw(number, NEW)
    lon, lat = spot(1.6, 0.6)
    ticket = town.client().post("/api/v1/reports", json=body(lon=lon, lat=lat)).json()["number"]
    assert town.act(number, "publish").json()["state"] == "published"
    preview = town.client("boss").get(f"/api/v1/changesets/{whole}/preview")
    assert preview.json()["features"] == []
    assert town.act(whole, "publish", "boss").json()["summary"]["grids"] == 0
    assert town.client().get(f"/api/v1/tickets/{ticket}").json()["grid"]["code"] == B
    assert town.act(number, "undo").status_code == 201


@pytest.mark.parametrize(("take", "code"), [("mine", A), ("theirs", None), ("both", None)])
def test_a_conflict_is_solved_over_http(town: Town, take: str, code: str | None) -> None:
    mine, theirs = town.open(), town.open()
    town.draw(mine, NEW)
    with town.owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text("UPDATE draft.area SET name = :n WHERE changeset_id = :id AND code = :a"),
            {"n": f"对方 {take}", "id": theirs, "a": A},
        )
    assert town.act(theirs, "publish").status_code == 200
    checked = town.act(mine, "check").json()
    assert [(p["kind"], p["code"]) for p in checked["problems"] if p["severity"] == "error"] == [("conflict", A)]
    for wrong in ({"take": "yours"}, {}, {"take": "mine", "more": 1}):
        assert town.act(mine, "resolve", json=wrong).status_code == 422
    assert town.act(mine, "resolve", json={"take": take, "code": "x"}).status_code == 409
    assert town.act(mine, "resolve", "south_editor", json={"take": take}).status_code == 404
    solved = town.act(mine, "resolve", json={"take": take, "code": code} if code else {"take": take}).json()
    errors = {p["kind"] for p in solved["problems"] if p["severity"] == "error"}
    assert errors == ({"overlap"} if take == "theirs" else set())
    named = {"both": f"对方 {take}"}.get(take)
    if take != "theirs":
        assert town.act(mine, "publish").json()["state"] == "published"
        name = town.client().get(f"/api/v1/areas/{A}").json()["properties"]["name"]
        assert (name == named) == (take == "both")
        assert town.act(mine, "resolve", json={"take": take}).status_code == 409
        assert town.act(mine, "undo").status_code == 201
    else:
        assert town.act(mine, "discard").status_code == 200


def test_a_change_set_of_two_towns_is_published_from_above(town: Town) -> None:
    for body_, status in (
        ({"area": NORTH, "together_with": [SOUTH]}, 403), ({"area": NORTH, "together_with": ["999"]}, 404),
        ({"together_with": [SOUTH]}, 403),
    ):  # fmt: skip
        assert town.client("north_editor").post("/api/v1/changesets", json=body_).status_code == status, body_
    joint = town.open("boss", area=NORTH, together_with=[SOUTH])
    for who in ("north_editor", "south_editor"):
        found = town.client(who).get(f"/api/v1/changesets/{joint}").json()
        assert (found["area_code"], found["together_with"]) == (NORTH, [SOUTH])
        assert town.act(joint, "check", who).status_code == 200
        refused = town.act(joint, "publish", who)
        assert refused.status_code == 403 and "published and undone from above" in refused.text
        assert town.act(joint, "discard", who).status_code == 409
    town.draw(joint, {"A": draw("A..\n...")["A"], "B": OLD["B"].union(draw(".B.\n...")["B"])})
    assert town.act(joint, "publish", "boss").json()["state"] == "published"
    assert town.grid_at(1.5, 0.5) == B
    assert town.act(joint, "undo", "south_editor").status_code == 403
    assert town.act(joint, "undo", "boss").status_code == 201


def test_what_a_draft_alters_is_told_before_and_after(town: Town) -> None:
    changeset = town.open(area=NORTH)
    drawn = f"/api/v1/changesets/{changeset}/drawn"
    first = town.client("north_editor").get(drawn)
    assert first.status_code == 200, first.text
    assert first.json()["features"] == []
    now = town.client().get(f"/api/v1/areas/{A}").json()["geometry"]
    other = NEW if town.grid_at(1.5, 0.5) == A else OLD
    town.draw(changeset, other)
    features = town.client("north_editor").get(drawn).json()["features"]
    told = [(one["properties"]["code"], one["properties"]["side"], one["properties"]["change"]) for one in features]
    assert told == [
        (A, "before", "redrawn"),
        (B, "before", "redrawn"),
        (A, "after", "redrawn"),
        (B, "after", "redrawn"),
    ]
    before, after = (
        next(one["geometry"] for one in features if one["properties"]["side"] == side) for side in ("before", "after")
    )
    assert before["coordinates"] == [
        [[[pytest.approx(x) for x in point] for point in ring] for ring in part] for part in now["coordinates"]
    ]
    assert before != after
    assert town.client("south_editor").get(drawn).status_code == 404
    with town.owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text("DELETE FROM draft.area WHERE changeset_id = :id AND code = :code"), {"id": changeset, "code": B}
        )
    features = town.client("north_editor").get(drawn).json()["features"]
    assert [one["properties"]["side"] for one in features if one["properties"]["change"] == "ended"] == ["before"]
    assert town.act(changeset, "discard").status_code == 200
