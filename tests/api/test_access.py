"""Facts are public and the same for everybody; the rest is seen by role and area only. By API and by SQL.

Long: it is one promise, asked of every role by both.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, create_engine, make_url, text

from gisgrid.access import add_account, switch_account
from gisgrid.api.app import create_app
from gisgrid.database import Database
from gisgrid.errors import NotFound
from gisgrid.settings import Settings
from tests.api.conftest import NORTH, District
from tests.api.test_reports import body
from tests.conftest import url_of
from tests.drawing import spot

PUBLIC = {
    "number", "network", "category", "workflow", "step", "source", "grid", "area", "assignment", "place",
    "reported_at", "received_at", "due_at", "closed_at", "priority", "step_due_at", "paused_at", "solved_in_grid",
    "parent", "duplicate_of", "parts", "duplicates", "followers", "public_words",
}  # fmt: skip


@pytest.fixture(scope="module")
def numbers(district: District) -> dict[str, str]:
    """A ticket in each grid, and a dispute, which happens at somebody's home."""
    at = {"A": spot(0.5, 0.5), "B": spot(2.5, 0.5), "C": spot(0.2, 1.3)}
    sent = {key: body(lon=p[0], lat=p[1], contact_phone="000-0000-7777") for key, p in at.items()}
    sent["home"] = body(category="dispute", lon=at["C"][0], lat=at["C"][1])
    client = district.client()
    return {key: client.post("/api/v1/reports", json=report).json()["number"] for key, report in sent.items()}


def ticket(district: District, who: str, number: str) -> dict[str, Any]:
    found: dict[str, Any] = district.client(who).get(f"/api/v1/tickets/{number}").json()
    return found


@pytest.mark.parametrize("who", ["boss", "north", "south", "wang", "watch", "chengguan"])
def test_the_facts_are_the_same_for_a_stranger_and_everybody(
    district: District, numbers: dict[str, str], who: str
) -> None:
    for number in numbers.values():
        stranger = ticket(district, "", number)
        assert set(stranger) == PUBLIC
        known = {key: value for key, value in ticket(district, who, number).items() if key in PUBLIC}
        if number == numbers["home"]:  # how near to an edge a home lies is as private as the home
            assert [stranger["assignment"].pop(key) for key in ("method", "confidence")] == [None, None]
            found = [known["assignment"].pop(key) for key in ("method", "confidence")]
            assert found == (["inside", 1] if "home" in SEES[who] else [None, None])
        assert known == stranger


SEES = {
    "boss": {"A", "B", "C", "home"},
    "north": {"A", "B"},
    "south": {"C", "home"},
    "wang": {"A"},
    "watch": {"A", "B", "C", "home"},
    "chengguan": {"C", "home"},
}


@pytest.mark.parametrize("who", SEES)
def test_words_contacts_and_history_by_role_and_area(district: District, numbers: dict[str, str], who: str) -> None:
    for key, number in numbers.items():
        one = ticket(district, who, number)
        assert ("description" in one, "contact" in one, "history" in one) == ((key in SEES[who]),) * 3
    listed = district.client(who).get("/api/v1/tickets", params={"limit": 1000}).json()["tickets"]
    private = {t["number"] for t in listed if "description" in t}
    assert private & set(numbers.values()) == {numbers[key] for key in SEES[who]}


def test_a_dispute_is_shown_at_its_grids_label_point(district: District, numbers: dict[str, str]) -> None:
    stranger = ticket(district, "", numbers["home"])
    other = ticket(district, "", numbers["C"])
    assert stranger["place"] != other["place"]
    exact = ticket(district, "south", numbers["home"])["point"]
    assert (exact["lon"], exact["lat"]) == pytest.approx(spot(0.2, 1.3))
    assert stranger["place"] != {"lon": exact["lon"], "lat": exact["lat"]}


def test_a_category_of_homes_outside_every_grid_has_no_public_place(district: District) -> None:
    lon, lat = spot(1.5, 3)
    number = district.client().post("/api/v1/reports", json=body(category="dispute", lon=lon, lat=lat)).json()["number"]
    assert ticket(district, "", number)["place"] is None


def test_sign_in_by_cookie_and_out_again(district: District) -> None:
    client = district.client()
    assert client.get("/api/v1/sessions").status_code == 401
    wrong = client.post("/api/v1/sessions", json={"name": "north", "secret": district.secrets["south"]})
    assert wrong.status_code == 401
    answer = client.post("/api/v1/sessions", json={"name": "north", "secret": district.secrets["north"]})
    assert answer.status_code == 201
    assert "httponly" in answer.headers["set-cookie"].lower()
    who = client.get("/api/v1/sessions").json()
    assert who == answer.json()
    assert who == {
        "name": "north",
        "role": "dispatcher",
        "area": NORTH,
        "department": "",
        "may": who["may"],
        "home": "table",
    }
    assert {"hand_over", "whistle", "see_camera"} <= set(who["may"])
    assert not {"draw_boundaries", "answer_whistle"} & set(who["may"])
    assert client.delete("/api/v1/sessions").status_code == 204
    assert client.get("/api/v1/sessions").status_code == 401


def test_a_wrong_bearer_is_refused_not_taken_for_a_stranger(district: District) -> None:
    client = TestClient(district.app, headers={"Authorization": "Bearer gg_1_" + "x" * 43})
    answer = client.get("/api/v1/tickets")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_step_asks_for_a_login_before_it_looks_at_anything(district: District, numbers: dict[str, str]) -> None:
    client = district.client()
    for path, content in ((numbers["A"], "{"), ("nonsense", ""), (numbers["A"], '{"step": "inspect"}')):
        answer = client.post(
            f"/api/v1/tickets/{path}/steps", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 401


def test_steps_go_by_role_area_and_template(district: District) -> None:
    lon, lat = spot(0.5, 0.5)
    number = district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat)).json()["number"]

    def step(who: str, name: str, note: str | None = None) -> int:
        client = district.client(who)
        status: int = client.post(f"/api/v1/tickets/{number}/steps", json={"step": name, "note": note}).status_code
        return status

    assert step("south", "inspect") == 403
    assert step("wang", "rate") == 409
    assert step("wang", "inspect", "已更换井盖") == 201
    assert step("wang", "feedback") == 403
    assert step("north", "feedback") == 201
    assert step("north", "rate") == 201
    assert step("north", "rate") == 409
    done = ticket(district, "north", number)
    assert done["closed_at"] is not None
    assert [event["to_step"] for event in done["history"]] == ["handle", "inspect", "feedback", "rate"]
    assert done["history"][1]["note"] == "已更换井盖"
    assert district.client("wang").post("/api/v1/tickets/none-such/steps", json={"step": "x"}).status_code == 404


def test_a_setting_closes_the_facts_to_strangers(district: District) -> None:
    url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    app = create_app(Settings(public_facts=False, pool_size=2), url)
    paths = ["tickets", "counters", "areas", "locate?lon=1&lat=1&system=wgs84", "events"]
    with TestClient(app) as client:
        assert [client.get(f"/api/v1/{path}").status_code for path in paths] == [401] * 5
        assert client.get("/tiles/area/10/1/1.mvt").status_code == 401
        bearer = {"Authorization": f"Bearer {district.secrets['wang']}"}
        assert client.get("/api/v1/tickets", headers=bearer).status_code == 200


TABLES = ("work.ticket_private", "work.event", "work.photo", "work.rating", "core.post", "core.person")


@pytest.fixture(scope="module")
def editor(district: District) -> Iterator[str]:
    """The URL of an editor's own database login, as QGIS uses it, over the socket."""
    superuser = Database(district.url, role="")
    name = f"painter{make_url(district.url).database}".replace("gisgrid_", "")[:38]
    with superuser.transaction() as connection:
        add_account(connection, name, "editor", area=NORTH)
    try:
        yield name
    finally:
        with superuser.transaction() as connection:
            connection.exec_driver_sql(f'DROP ROLE "{name}"')
        superuser.close()


def as_role(connection: Connection, role: str) -> None:
    connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{role}"')


def counts(connection: Connection) -> dict[str, int]:
    return {t: connection.execute(text(f"SELECT count(*) FROM {t}")).scalar_one() for t in TABLES}


def test_by_sql_the_service_without_a_scope_sees_nobody(district: District, numbers: dict[str, str]) -> None:
    engine = create_engine(district.url)
    with engine.connect() as connection:
        everything = counts(connection)
        as_role(connection, "gisgrid_api")
        assert counts(connection) == dict.fromkeys(TABLES, 0)
        connection.exec_driver_sql("SET gisgrid.scope = '{0}'")
        assert counts(connection) == dict.fromkeys(TABLES, 0)
        connection.exec_driver_sql("SET gisgrid.private = '{0}'")
        assert counts(connection) == everything
    engine.dispose()


def test_by_sql_an_editor_reads_no_private_row_and_cannot_say_otherwise(
    district: District, numbers: dict[str, str], editor: str
) -> None:
    engine = create_engine(district.url)
    with engine.connect() as connection:
        as_role(connection, editor)
        mine = "SELECT array_agg(changeset_id ORDER BY 1) FROM draft.changeset"
        before = connection.execute(text(mine)).scalar()
        connection.exec_driver_sql("SET gisgrid.scope = '{0}'; SET gisgrid.private = '{0}'")
        connection.exec_driver_sql("SET gisgrid.department = '城管'")
        assert connection.execute(text(mine)).scalar() == before
        for sql in (
            *(f"SELECT count(*) FROM {table}" for table in TABLES),
            "UPDATE core.area_version SET name = 'x'",
            "DELETE FROM work.ticket",
            "SELECT * FROM core.account",
            "SELECT * FROM core.server_key",
            "SELECT app.receive_report('{}')",
            "SELECT app.publish_changeset(1)",
        ):
            savepoint = connection.begin_nested()
            with pytest.raises(Exception, match="permission denied"):
                connection.exec_driver_sql(sql)
            savepoint.rollback()
        assert connection.execute(text("SELECT count(*) FROM app.area_now")).scalar_one() > 0
    engine.dispose()


def test_by_sql_the_service_changes_only_what_it_must(district: District) -> None:
    engine = create_engine(district.url)
    with engine.connect() as connection:
        as_role(connection, "gisgrid_api")
        for sql in (
            "UPDATE work.ticket SET number = 'x'",
            "DELETE FROM work.ticket",
            "INSERT INTO core.account (name, secret_sha256, role) VALUES ('xy', '', 'admin')",
            "UPDATE core.area_version SET name = 'x'",
            "UPDATE work.event SET note = 'x'",
            "SELECT app.publish_changeset(1)",
            "CREATE TABLE work.x (x int)",
        ):
            savepoint = connection.begin_nested()
            with pytest.raises(Exception, match=r"permission denied|history only grows|no change set 1 in your areas"):
                connection.exec_driver_sql(sql)
            savepoint.rollback()
    engine.dispose()


def test_a_disabled_account_is_a_stranger_by_secret_and_by_session(district: District) -> None:
    database = Database(district.url, role="")
    with database.transaction() as connection:
        secret = add_account(connection, "gone", "worker", NORTH)
    by_secret, by_session = (TestClient(district.app, base_url="https://testserver") for _ in range(2))
    by_secret.headers["Authorization"] = f"Bearer {secret}"
    signing_in = {"name": "gone", "secret": secret}
    assert by_session.post("/api/v1/sessions", json=signing_in).status_code == 201
    me = "/api/v1/sessions"
    assert [one.get(me).status_code for one in (by_secret, by_session)] == [200, 200]
    with database.transaction() as connection:
        switch_account(connection, "gone", is_on=False)
    assert [one.get(me).status_code for one in (by_secret, by_session)] == [401, 401]
    assert by_session.post("/api/v1/sessions", json=signing_in).status_code == 401
    with database.transaction() as connection:
        switch_account(connection, "gone", is_on=True)
    assert [one.get(me).status_code for one in (by_secret, by_session)] == [200, 401], "its sessions are over"
    with database.transaction() as connection, pytest.raises(NotFound, match="no account"):
        switch_account(connection, "nobody", is_on=False)
    database.close()
