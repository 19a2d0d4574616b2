"""Every door leaves its row in the audit trail: who was refused, changed, read. Long because it lists every door."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.api.counts import Counts
from gisgrid.api.limits import RefusalLimits
from gisgrid.api.trail import Refusals
from gisgrid.database import OWNER, Database
from tests.api.conftest import GRIDS, NORTH, District
from tests.api.doors import Door, doors
from tests.drawing import spot

PHONE, NAME = "13912345678", "某人(虚构)"
WRITES = {
    "POST /api/v1/sessions": "sign_in",
    "PUT /api/v1/sessions/secret": "account",
    "POST /api/v1/accounts": "account",
    "PATCH /api/v1/accounts/{name}": "account",
    "DELETE /api/v1/accounts/{name}": "account",
    "POST /api/v1/accounts/{name}/secret": "account",
    "POST /api/v1/accounts/{name}/disable": "account",
    "POST /api/v1/accounts/{name}/enable": "account",
    "POST /api/v1/posts": "post",
    "PATCH /api/v1/posts/{post}": "post",
    "DELETE /api/v1/posts/{post}": "post",
    "POST /api/v1/posts/{post}/successor": "post",
    "PUT /api/v1/rules/{rule}": "rule",
    "DELETE /api/v1/rules/{rule}": "rule",
    "PUT /api/v1/categories/{category}": "category",
    "DELETE /api/v1/categories/{category}": "category",
    "POST /api/v1/targets": "target",
    "DELETE /api/v1/targets/{name}": "target",
    "POST /api/v1/targets/{name}/retry": "target",
    "POST /api/v1/tokens/devices/{code}": "device_token",
    "POST /api/v1/tokens/devices/{code}/disable": "device_token",
    "POST /api/v1/tokens/devices/{code}/enable": "device_token",
    "DELETE /api/v1/tokens/phones/{name}": "ping_token",
    "PUT /api/v1/sign-in-groups": "sign_in_group",
    "DELETE /api/v1/sign-in-groups": "sign_in_group",
    "POST /api/v1/changesets": "changeset",
    "POST /api/v1/changesets/{changeset_id}/publish": "changeset",
    "POST /api/v1/changesets/{changeset_id}/undo": "changeset",
    "POST /api/v1/changesets/{changeset_id}/discard": "changeset",
    "POST /api/v1/devices/selections": "devices",
}
"""Doors that change people or boundaries, or select devices, and what their row is called."""
ELSEWHERE = re.compile(
    r"^(POST|PUT|PATCH|DELETE) (/api/v1/(tickets/|reports|alarms|tracking|pings)|/open311/|/api/v1/sessions$|/osmand$"
    r"|/api/v1/changesets/\{changeset_id\}/(check|preview|areas|import|draft|rebase|solve|resolve))"
)
"""Doors that change a ticket, whose events keep who did what; that sign out; that draw in a draft; of a phone."""


@pytest.fixture(scope="module", autouse=True)
def watcher(district: District) -> Iterator[None]:
    superuser = Database(district.url, role="")
    with superuser.transaction() as connection:
        district.secrets["shen"] = add_account(connection, "shen", "auditor")
    yield
    superuser.close()


def last(district: District) -> int:
    entries = district.client("shen").get("/api/v1/audit?limit=1").json()["entries"]
    return int(entries[0]["audit_id"]) if entries else 0


def since(district: District, before: int, **asked: Any) -> list[dict[str, Any]]:
    """The rows of the trail after this one, the oldest first, as the auditor reads them."""
    answer = district.client("shen").get("/api/v1/audit", params={"limit": 1000, **asked})
    assert answer.status_code == 200, answer.text
    return [row for row in reversed(answer.json()["entries"]) if row["audit_id"] > before]


def private(district: District) -> str:
    """The number of a ticket with a contact, at a place that only its staff sees."""
    lon, lat = spot(0.5, 0.5)
    told = {"lon": lon, "lat": lat, "system": "wgs84", "category": "dispute", "description": "x"}
    sent = district.client().post("/api/v1/reports", json=told | {"contact_name": NAME, "contact_phone": PHONE})
    return str(sent.json()["number"])


ASKED = [pytest.param(door, id=door.label) for door in doors()]


@pytest.mark.parametrize("door", ASKED)
def test_whoever_is_refused_leaves_a_row(district: District, known: dict[str, Any], door: Door) -> None:
    """With a secret that is nobody's: what refuses says so in the trail, by the door's own name."""
    before = last(district)
    sent = door.request(known)
    client = TestClient(district.app, headers={"Authorization": "Bearer nobody's"}, raise_server_exceptions=False)
    answer = client.request(sent.method, sent.url, content=sent.body, headers=dict(sent.headers))
    found = [row for row in since(district, before) if row["what"] == "refused"]
    if answer.status_code not in (401, 403):
        assert found == []
        return
    (row,) = found
    assert (row["who"], row["subject"], row["facts"]["status"]) == ("", door.label, answer.status_code)


def test_every_door_that_acts_is_in_one_of_the_lists() -> None:
    acting = {door.label for door in doors() if door.method != "get"}
    assert {label for label in acting - set(WRITES) if not ELSEWHERE.match(label)} == set()
    assert set(WRITES) <= acting


def test_what_changes_people_leaves_a_row_with_its_actor(district: District) -> None:
    boss, path = district.client("boss"), "/api/v1/accounts/made"
    acts = [
        ("POST", "/api/v1/accounts", {"name": "made", "role": "worker", "area": GRIDS["A"]}),
        ("PATCH", path, {"role": "dispatcher"}),
        ("POST", f"{path}/secret", None),
        ("POST", f"{path}/disable", None),
        ("POST", f"{path}/enable", None),
        ("DELETE", path, None),
    ]
    for method, where, body in acts:
        before = last(district)
        assert boss.request(method, where, json=body).status_code < 300
        found = [row for row in since(district, before, what="account") if row["subject"] == "made"]
        assert found and {row["who"] for row in found} == {"boss"}, (method, where)


def test_signing_in_and_failing_to(district: District) -> None:
    before = last(district)
    client = TestClient(district.app, base_url="https://testserver")
    assert client.post("/api/v1/sessions", json={"name": "wang", "secret": district.secrets["wang"]}).is_success
    chosen = {"secret": district.secrets["wang"], "new_secret": "four words in a row"}
    assert client.put("/api/v1/sessions/secret", json=chosen).is_success
    assert client.post("/api/v1/sessions", json={"name": "wang", "secret": "wrong"}).status_code == 401
    assert client.post("/api/v1/sessions", json={"name": PHONE, "secret": "wrong"}).status_code == 401
    rows = [(row["who"], row["what"], row["subject"], row["facts"].get("account")) for row in since(district, before)]
    door = "POST /api/v1/sessions"
    assert rows[0] == ("wang", "sign_in", "wang", None) and ("wang", "account", "wang", None) in rows
    assert rows[-2:] == [("", "refused", door, "wang"), ("", "refused", door, None)]
    restored = district.client("boss").post("/api/v1/accounts/wang/secret").json()["secret"]
    district.secrets["wang"] = restored


def test_who_opened_and_who_published_a_change_set_is_kept(district: District) -> None:
    before, boss = last(district), district.client("boss")
    opened = district.client("boss").post("/api/v1/changesets", json={"area": NORTH}).json()
    assert (opened["opened_by"], opened["published_by"]) == ("boss", None)
    path = f"/api/v1/changesets/{opened['changeset_id']}"
    assert boss.post(f"{path}/publish").status_code < 300
    assert boss.get(path).json()["published_by"] == "boss"
    found = since(district, before, what="changeset")
    assert [row["who"] for row in found] == ["boss"] * len(found) and len(found) >= 2
    assert found[0]["facts"]["did"] == "insert"
    assert [row["facts"]["now"]["status"] for row in found if "status" in row["facts"]["now"]] == ["open", "published"]
    for act in ("undo", "discard"):
        before = last(district)
        if act == "discard":
            opened = boss.post("/api/v1/changesets", json={"area": NORTH}).json()
            path = f"/api/v1/changesets/{opened['changeset_id']}"
        assert boss.post(f"{path}/{act}").status_code < 300
        assert {row["who"] for row in since(district, before, what="changeset")} == {"boss"}, act


def test_reading_a_contact_or_an_exact_private_place_is_one_row_a_request(district: District) -> None:
    numbers = {private(district), private(district)}
    client = district.client("north")
    for url in ("/api/v1/tickets", "/api/v1/tickets.csv", f"/api/v1/tickets/{min(numbers)}"):
        before = last(district)
        assert PHONE in client.get(url).text
        (row,) = since(district, before, what="read")
        wanted = {min(numbers)} if url.endswith(min(numbers)) else numbers
        assert row["who"] == "north" and set(row["facts"]["of"]) >= wanted
    assert since(district, before - 2, what="export")[-1]["who"] == "north"


def test_reading_the_telephone_of_a_post_is_a_row(district: District) -> None:
    before = last(district)
    lon, lat = spot(0.5, 0.5)
    asked: dict[str, Any] = {"lon": lon, "lat": lat, "system": "wgs84"}
    assert "000-0000-0001" in district.client("north").get("/api/v1/duty", params=asked).text
    assert "000-0000-0001" not in district.client("south").get("/api/v1/duty", params=asked).text
    (row,) = since(district, before, what="read")
    assert row["who"] == "north" and row["subject"] == "posts" and row["facts"]["of"]


def test_what_is_public_is_read_without_a_row(district: District) -> None:
    number = private(district)
    lon, lat = spot(0.5, 0.5)
    public = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "x"}
    plain = district.client().post("/api/v1/reports", json=public).json()["number"]
    before = last(district)
    for name in ("", "south"):
        assert PHONE not in district.client(name).get("/api/v1/tickets").text
        assert district.client(name).get(f"/api/v1/tickets/{number}").is_success
    assert district.client("north").get(f"/api/v1/tickets/{plain}").is_success
    assert since(district, before, what="read") == []


def test_a_report_leaves_no_row_and_an_act_on_a_ticket_is_still_committed_to_disk(district: District) -> None:
    before = last(district)
    number = private(district)
    assert since(district, before) == []
    service: Database = district.app.state.database
    with service.transaction() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = on"))  # the tests' server has it off
        connection.execute(text("SELECT app.note_reading('ticket', :n)"), {"n": [number]})
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "off"
    with service.transaction() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = on"))
        connection.execute(text("SELECT pg_current_xact_id()"))
        connection.execute(text("SELECT app.note_reading('ticket', :n)"), {"n": [number]})
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


@pytest.mark.parametrize("name", ["", "north", "watch", "wang", "chengguan"])
def test_nobody_else_reads_the_trail(district: District, name: str) -> None:
    assert district.client(name).get("/api/v1/audit").status_code == (403 if name else 401)


def test_an_auditor_reads_the_trail_and_nothing_private(district: District) -> None:
    number, client = private(district), district.client("shen")
    assert district.client("boss").get("/api/v1/audit").is_success
    assert client.get("/api/v1/sessions").json()["may"] == ["see_audit"]
    assert PHONE not in client.get("/api/v1/tickets").text + client.get(f"/api/v1/tickets/{number}").text
    assert PHONE not in client.get("/api/v1/tickets.csv").text
    assert client.get("/api/v1/accounts").status_code == 403
    page = client.get("/api/v1/audit?limit=2").json()
    following = client.get(f"/api/v1/audit?limit=2&before={page['next']}").json()["entries"]
    ids = [row["audit_id"] for row in (*page["entries"], *following)]
    assert ids == sorted(ids, reverse=True) and len(set(ids)) == 4


def test_the_trail_is_whole_and_holds_no_private_value(district: District) -> None:
    private(district)
    district.client("boss").get("/api/v1/tickets")
    last(district)
    owner = Database(district.url, role=OWNER)
    with owner.transaction() as connection:
        assert connection.execute(text("SELECT broken_id FROM app.verify_audit()")).scalar() is None
        rows = " ".join(connection.execute(text("SELECT a::text FROM core.audit AS a")).scalars())
    assert PHONE not in rows and NAME not in rows and not any(secret in rows for secret in district.secrets.values())
    owner.close()


def test_a_stranger_cannot_fill_the_disk_with_refusals(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = RefusalLimits(2, Counts())
    monkeypatch.setattr(Refusals, "limits", limits, raising=False)
    app = district.app.middleware_stack
    while app is not None and not isinstance(app, Refusals):
        app = getattr(app, "app", None)
    assert app is not None
    monkeypatch.setattr(app, "limits", limits)
    before, stranger = last(district), TestClient(district.app, client=("203.0.113.7", 5000))
    assert [stranger.get("/api/v1/audit").status_code for _ in range(4)] == [401] * 4
    assert len(since(district, before, what="refused")) == 2
