"""Who manages accounts over HTTP, how far, and that what ends ends at once."""

import http.client
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.api import events, listeners
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.browser.server import serving

PATH = "/api/v1/accounts"
_numbers = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def lead(district: District) -> Iterator[str]:
    """The north's supervisor; its editor, whose login belongs to the whole server, has a name of this database's."""
    superuser = Database(district.url, role="")
    editor = f"ed_{superuser.engine.url.database}"
    with superuser.transaction() as connection:
        district.secrets["lead"] = add_account(connection, "lead", "supervisor", NORTH)
        district.secrets[editor] = add_account(connection, editor, "editor", NORTH)
    yield editor
    with superuser.transaction() as connection:
        connection.exec_driver_sql(f'DROP ROLE IF EXISTS "{editor}"')
    superuser.close()


def made(district: District, role: str = "worker", area: str = NORTH, who: str = "boss") -> str:
    """The name of a new account."""
    name = f"new{next(_numbers)}"
    answer = district.client(who).post(PATH, json={"name": name, "role": role, "area": area})
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == name
    district.secrets[name] = answer.json()["secret"]
    return name


def names(district: District, who: str) -> set[str]:
    return {one["name"] for one in district.client(who).get(PATH).json()["accounts"]}


def ask(client: TestClient, verb: str, name: str) -> int:
    """One of the doors of an account; the status."""
    if verb in ("secret", "disable", "enable"):
        return client.post(f"{PATH}/{name}/{verb}").status_code
    if verb == "change":
        return client.patch(f"{PATH}/{name}", json={"role": "worker", "area": GRIDS["A"]}).status_code
    return client.request({"show": "GET", "remove": "DELETE"}[verb], f"{PATH}/{name}").status_code


VERBS = {"show": 200, "change": 200, "secret": 201, "disable": 200, "enable": 200, "remove": 204}


@pytest.mark.parametrize("who", ["boss", "lead", "watch"])
@pytest.mark.parametrize("verb", VERBS)
def test_who_manages_accounts_may(district: District, who: str, verb: str) -> None:
    assert ask(district.client(who), verb, made(district, who=who)) == VERBS[verb]


@pytest.mark.parametrize("who", ["", "north", "wang", "chengguan", "editor"])
def test_nobody_else_may(district: District, who: str, lead: str) -> None:
    client = district.client(lead if who == "editor" else who)
    name, wanted = made(district), 403 if who else 401
    assert {verb: ask(client, verb, name) for verb in VERBS} == dict.fromkeys(VERBS, wanted)
    assert client.get(PATH).status_code == wanted
    refused = client.post(PATH, json={"name": "more", "role": "worker", "area": GRIDS["A"]})
    assert refused.status_code == wanted
    if who:
        assert all(refused.json()["errors"][0][key] for key in ("message", "remedy", "message_zh", "remedy_zh"))


def test_a_supervisor_has_the_accounts_of_his_area_and_no_others(district: District, lead: str) -> None:
    own, other = made(district, area=GRIDS["B"]), made(district, area=SOUTH)
    seen = names(district, "lead")
    assert {"lead", "north", "wang", own, lead} <= seen
    assert not {"boss", "south", "watch", "chengguan", other} & seen
    client = district.client("lead")
    for name in ("boss", "watch", "chengguan", "south", other, "nobody"):
        assert {verb: ask(client, verb, name) for verb in VERBS} == dict.fromkeys(VERBS, 404)
    assert {other, own, "boss", "chengguan"} <= names(district, "boss")


def test_nobody_gives_more_than_he_has(district: District, lead: str) -> None:
    client, name = district.client("lead"), made(district, area=GRIDS["A"])
    beyond: list[dict[str, Any]] = [
        {"role": "admin", "area": ""},
        {"role": "admin"},
        {"role": "editor"},
        {"role": "department", "department": "城管"},
        {"area": SOUTH},
        {"area": "360302"},
        {"role": "supervisor", "area": "360302"},
    ]
    for changes in beyond:
        assert client.patch(f"{PATH}/{name}", json=changes).status_code == 403, changes
        more = {"name": "more", "role": "worker", "area": NORTH, **changes}
        assert client.post(PATH, json=more).status_code == 403, changes
    for verb in ("change", "secret", "disable", "enable", "remove"):
        assert ask(client, verb, lead) == 403, "an editor does what a supervisor may not"
    told = {one["name"]: one["may_change"] for one in client.get(PATH).json()["accounts"]}
    assert told[name] and not told[lead]
    assert client.patch(f"{PATH}/{name}", json={"role": "supervisor", "area": GRIDS["A"]}).status_code == 200


def test_nobody_manages_who_is_above_or_beside_him(district: District) -> None:
    beside, below = made(district, "supervisor", NORTH), made(district, "supervisor", GRIDS["A"])
    client = district.client("lead")
    for verb in ("change", "secret", "disable", "enable", "remove"):
        assert ask(client, verb, beside) == 403, verb
        assert ask(district.client(below), verb, beside) == 404, verb
    told = {one["name"]: one["may_change"] for one in client.get(PATH).json()["accounts"]}
    assert told[below] and not told[beside]
    assert client.patch(f"{PATH}/{below}", json={"area": NORTH}).status_code == 403
    more = {"name": "more", "role": "supervisor", "area": NORTH}
    assert client.post(PATH, json=more).status_code == 403
    assert district.client("watch").post(f"{PATH}/{beside}/disable").status_code == 200


@pytest.mark.parametrize("who", ["boss", "lead"])
def test_nobody_changes_himself_into_more_or_locks_himself_out(district: District, who: str) -> None:
    client = district.client(who)
    for verb in ("change", "disable", "remove"):
        assert ask(client, verb, who) == 403
    before = client.headers["Authorization"]
    renewed = client.post(f"{PATH}/{who}/secret")
    assert renewed.status_code == 201
    assert client.get(PATH).status_code == 401, "the secret that he asked with is over"
    district.secrets[who] = renewed.json()["secret"]
    assert district.client(who).get(PATH).status_code == 200 and before not in renewed.text


def test_another_role_and_area_hold_at_once(district: District) -> None:
    name = made(district, "supervisor", NORTH)
    signed_in = TestClient(district.app, base_url="https://testserver")
    signing_in = {"name": name, "secret": district.secrets[name]}
    assert signed_in.post("/api/v1/sessions", json=signing_in).status_code == 201
    assert "south" not in names(district, name)
    boss = district.client("boss")
    assert boss.patch(f"{PATH}/{name}", json={"area": SOUTH}).json()["area"] == SOUTH
    assert {one["name"] for one in signed_in.get(PATH).json()["accounts"]} >= {"south"}
    assert signed_in.get(f"{PATH}/wang").status_code == 404
    assert boss.patch(f"{PATH}/{name}", json={"role": "worker"}).json()["role"] == "worker"
    assert signed_in.get(PATH).status_code == district.client(name).get(PATH).status_code == 403
    assert boss.post(f"{PATH}/{name}/disable").json()["disabled_at"]
    assert signed_in.get("/api/v1/sessions").status_code == 401
    assert district.client(name).get("/api/v1/sessions").status_code == 401
    assert boss.post(f"{PATH}/{name}/enable").json()["disabled_at"] is None
    assert district.client(name).get("/api/v1/sessions").status_code == 200


def test_who_is_gone_stays_in_history_and_nobody_takes_the_name(district: District) -> None:
    name, boss = made(district), district.client("boss")
    assert boss.delete(f"{PATH}/{name}").status_code == 204
    assert boss.get(f"{PATH}/{name}").status_code == boss.delete(f"{PATH}/{name}").status_code == 404
    assert district.client(name).get("/api/v1/sessions").status_code == 401
    again = boss.post(PATH, json={"name": name, "role": "worker", "area": NORTH})
    assert again.status_code == 409 and again.json()["errors"][0]["message_zh"].startswith("已有或曾有账号")


def test_the_database_login_follows_what_is_said_over_http(district: District) -> None:
    boss = district.client("boss")
    owner = Database(district.url, role=OWNER)
    name = f"web_{owner.engine.url.database}"
    state = "SELECT rolcanlogin FROM pg_roles WHERE rolname = :name"

    def login() -> Any:
        with owner.transaction() as connection:
            return connection.execute(text(state), {"name": name}).scalar()

    assert boss.post(PATH, json={"name": name, "role": "editor", "area": NORTH}).status_code == 201
    assert boss.get(f"{PATH}/{name}").json()["login"] == "ready" and login() is True
    boss.post(f"{PATH}/{name}/disable")
    assert login() is False
    boss.post(f"{PATH}/{name}/enable")
    assert login() is True
    boss.patch(f"{PATH}/{name}", json={"role": "worker"})
    assert login() is None
    assert boss.patch(f"{PATH}/{name}", json={"role": "editor"}).json()["login"] == "needs_secret"
    boss.post(f"{PATH}/{name}/secret")
    assert boss.get(f"{PATH}/{name}").json()["login"] == "ready"
    boss.delete(f"{PATH}/{name}")
    assert login() is None
    owner.close()


def test_a_person_is_one_of_the_own_area(district: District) -> None:
    name = made(district, area=GRIDS["A"])
    lead, boss = district.client("lead"), district.client("boss")
    path = f"{PATH}/{name}"
    assert lead.patch(path, json={"person": "王一(虚构)"}).json()["person"] == "王一(虚构)"
    assert lead.patch(path, json={"person": "赵三(虚构)"}).status_code == 422
    assert boss.patch(path, json={"person": "赵三(虚构)"}).status_code == 200
    with Database(district.url, role=OWNER).transaction(EVERYTHING) as connection:
        other = connection.execute(text("SELECT person_id FROM core.person WHERE name = '赵三(虚构)'")).scalar()
    service = district.app.state.database
    with pytest.raises(Exception, match="no post in your area"), service.transaction() as connection:
        call = "SELECT app.change_account('lead', :name, '{\"person\": \"x\"}', :other)"
        connection.execute(text(call), {"name": name, "other": other})
    assert boss.patch(path, json={"person": ""}).json()["person"] is None


def test_a_stream_ends_mid_way_with_its_account(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing happens: it is asked again at each keep-alive."""
    monkeypatch.setattr(listeners, "KEEP_ALIVE_S", 0.2)
    monkeypatch.setattr(events, "ASK_AGAIN_S", 0.0)
    name = made(district)
    with serving(district.app_again()) as url:
        host = url.removeprefix("http://")
        service = http.client.HTTPConnection(host, timeout=100)
        service.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {district.secrets[name]}"})
        stream = service.getresponse()
        while not stream.readline().startswith(b"event: alive"):
            pass
        assert district.client("boss").post(f"{PATH}/{name}/disable").status_code == 200
        rest = threading.Thread(target=stream.read)
        rest.start()
        rest.join(60)
        assert not rest.is_alive(), "the stream ended"
        service.close()
