"""Who draws boundaries or reads figures sees no telephone, no words, no worker's trail: by every door, in his own area.

What a role may do stands in rows (core.permission); who lacks `read_private` has no private rows at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, make_url, text

from gisgrid.access import add_account, find_by_secret
from gisgrid.changes import Change, is_told
from gisgrid.database import Database, Scope
from gisgrid.layers import thing_layers
from tests.conftest import url_of
from tests.drawing import spot
from tests.walls.conftest import CODES, NORTH, PHONE, WORDS, Facts
from tests.walls.test_facts import questions, told_by_http

KINDS = ("drawer", "reader")
"""Accounts of the north without read_private."""
DISPUTE = (0.4, 0.4)
"""Where the ticket of grid A lies."""
POLICED = """
SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY('{core,work,overlay}') AND c.relkind = 'r' AND c.relrowsecurity
  AND has_table_privilege('gisgrid_service', c.oid, 'SELECT') ORDER BY 1
"""
ACTIONS: dict[str, dict[str, object]] = {
    "steps": {"step": "inspect", "note": "x"},
    "assignment": {"department": "消防"},
    "escalation": {"note": "x"},
    "whistles": {"departments": ["消防"]},
    "category": {"category": "hazard"},
    "place": {"lon": spot(0.5, 0.5)[0], "lat": spot(0.5, 0.5)[1], "system": "wgs84"},
    "clock": {"state": "paused", "reason": "x"},
    "answers": {"text": "x"},
}


@pytest.fixture(params=KINDS)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def private_words(facts: Facts, number: str) -> list[str]:
    """What no answer may hold: words, telephone, the exact point, the name of a photo's file, a worker's name."""
    lon, lat = spot(*DISPUTE)
    photo = facts.walls.one(
        "SELECT p.name FROM work.photo AS p JOIN work.ticket AS t USING (ticket_id) WHERE t.number = :n", n=number
    )
    return [WORDS, PHONE, f"{lon:.6f}", f"{lat:.6f}", str(lon), str(lat), photo, f"worker-{CODES['A']}", "某人"]


def test_no_door_tells_what_a_reporter_said_or_where_he_lives(facts: Facts, who: str) -> None:
    number = facts.walls.numbers["A"]
    hidden = private_words(facts, number)
    told = told_by_http(facts, who, number)
    assert {door for door, (_, body) in told.items() if any(word in body for word in hidden)} == set()


def test_the_same_questions_are_answered_to_a_dispatcher_of_the_town(facts: Facts) -> None:
    """Or nothing was hidden from the others."""
    number = facts.walls.numbers["A"]
    assert any(WORDS in body for _, body in told_by_http(facts, "north", number).values())


def test_a_ticket_is_told_as_to_a_stranger(facts: Facts, who: str) -> None:
    for name in ("A", "C"):
        number = facts.walls.numbers[name]
        assert facts.see(who, number) == facts.see("", number)
        for door in (f"/api/v1/tickets/{number}", f"/open311/v2/requests/{number}.json"):
            assert facts.client(who).get(door).content == facts.client().get(door).content


def test_no_photo_is_shown_or_taken(facts: Facts, who: str) -> None:
    number = facts.walls.numbers["A"]
    photo = facts.walls.one(
        "SELECT p.photo_id FROM work.photo AS p JOIN work.ticket AS t USING (ticket_id) WHERE t.number = :n", n=number
    )
    client = facts.client(who)
    assert client.get(f"/api/v1/tickets/{number}/photos/{photo}").status_code in (403, 404)
    assert client.post(f"/api/v1/tickets/{number}/photos", content=b"x").status_code >= 400


def test_a_work_list_holds_the_public_facts_of_the_own_area(facts: Facts, who: str) -> None:
    """Not what lies elsewhere, as for a stranger, and nothing that hangs on a private half."""
    listed = facts.client(who).get("/api/v1/tickets", params={"list": "due_soon", "limit": 1000}).json()["tickets"]
    open_here = {facts.walls.numbers[name] for name in "AB"}
    assert {one["number"] for one in listed} & set(facts.walls.numbers.values()) <= open_here
    for name in ("mine", "near_edge"):
        listed = facts.client(who).get("/api/v1/tickets", params={"list": name, "limit": 1000}).json()["tickets"]
        assert not {one["number"] for one in listed} & open_here


def acted(facts: Facts) -> tuple[int, ...]:
    tables = ("work.event", "work.whistle", "work.photo", "work.rating", "work.outbox")
    return tuple(facts.walls.one(f"SELECT count(*) FROM {table}") for table in tables)


def test_no_ticket_is_acted_on(facts: Facts, who: str) -> None:
    number, before = facts.walls.numbers["A"], acted(facts)
    known = {
        path.rsplit("/", 1)[1]: method
        for path, door in facts.app.openapi()["paths"].items()
        for method in ("post", "put")
        if path.startswith("/api/v1/tickets/{number}/") and method in door and path.count("{") == 1
    }
    for action, method in sorted(known.items()):
        body = ACTIONS.get(action, {})
        status = facts.client(who).request(method, f"/api/v1/tickets/{number}/{action}", json=body).status_code
        assert status in ((403,) if action in ACTIONS else (403, 422)), action
    assert set(known) >= set(ACTIONS) and acted(facts) == before


def test_no_trail_is_drawn_and_no_duty_names_anybody(facts: Facts, who: str) -> None:
    client = facts.client(who)
    assert client.get("/tiles/patrol/16/53915/27464.mvt").status_code == 403
    assert "patrol" in facts.client("north").get("/style/day.json").json()["sources"]
    style = client.get("/style/day.json").json()
    assert "patrol" not in {*style["sources"], *style["metadata"]["gisgrid:layers"]}
    assert "patrol" not in {layer.get("source") for layer in style["layers"]}
    lon, lat = spot(*DISPUTE)
    duty = client.get("/api/v1/duty", params={"lon": lon, "lat": lat, "system": "wgs84"})
    assert duty.status_code == 200 and WORDS not in duty.text and PHONE not in duty.text


def test_the_account_says_so(facts: Facts, who: str) -> None:
    may = facts.client(who).get("/api/v1/sessions").json()["may"]
    assert not {"read_private", "see_patrol"} & set(may)
    assert "read_private" in facts.client("north").get("/api/v1/sessions").json()["may"]


@contextmanager
def serving(facts: Facts, **settings: str) -> Iterator[Connection]:
    """As the service, which has said these settings of its transaction."""
    engine = create_engine(url_of(facts.walls.url, str(make_url(facts.walls.url).database), "gisgrid_api"))
    with engine.connect() as connection:
        connection.exec_driver_sql("SET ROLE gisgrid_service")
        for name, value in settings.items():
            connection.execute(
                text("SELECT set_config(:name, :value, false)"), {"name": f"gisgrid.{name}", "value": value}
            )
        yield connection
    engine.dispose()


def open_tables(facts: Facts, **settings: str) -> set[str]:
    with facts.walls.owner.transaction() as connection:
        tables = list(connection.execute(text(POLICED)).scalars())
    with serving(facts, **settings) as connection:
        return {name for name in tables if connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()}


def test_the_scope_of_the_map_opens_no_private_table(facts: Facts) -> None:
    """Each table with policies, a new one too: without the private scope it holds nothing but things on the map."""
    things = {layer.table for layer in thing_layers().values()}
    public = {"core.change"}
    assert open_tables(facts) <= public, "nothing is said, nothing is seen"
    squares = {"overlay.camera_bin_change", "overlay.place_bin_change"}  # of things on the map
    assert open_tables(facts, scope="{0}") - public - squares == things
    both = open_tables(facts, scope="{0}", private="{0}")
    assert {"work.ticket_private", "work.event", "core.post", "core.person", "overlay.ping"} < both - things


def test_a_policy_that_forgets_it_is_caught(facts: Facts) -> None:
    planted = (
        "DROP POLICY IF EXISTS planted ON work.ticket_private;"
        " CREATE POLICY planted ON work.ticket_private FOR SELECT TO gisgrid_service"
        " USING (path && app.service_scope())"
    )
    with facts.walls.owner.transaction() as connection:
        connection.exec_driver_sql(planted)
    assert "work.ticket_private" in open_tables(facts, scope="{0}")
    with facts.walls.owner.transaction() as connection:
        connection.exec_driver_sql("DROP POLICY planted ON work.ticket_private")


def test_a_department_has_its_tickets_by_the_same_row(facts: Facts) -> None:
    """Who is taken read_private away reads nothing any more, whatever gave him his scope."""
    superuser = Database(facts.walls.url, role="")
    with superuser.transaction() as connection:
        secrets = [
            add_account(connection, "fire", "department", department="消防"),
            add_account(connection, "both", "editor", NORTH, login=False),
        ]
        town = connection.execute(
            text("SELECT area_id FROM core.area WHERE code = :code"), {"code": NORTH}
        ).scalar_one()
        scopes = [find_by_secret(connection, secret).scope for secret in secrets]
        assert scopes == [Scope((), "消防"), Scope((town,))]
        connection.execute(text("INSERT INTO core.permission (role, action) VALUES ('editor', 'read_private')"))
        connection.execute(text("DELETE FROM core.permission WHERE role = 'department' AND action = 'read_private'"))
        scopes = [find_by_secret(connection, secret).scope for secret in secrets]
        assert scopes == [Scope(), Scope((town,), private_ids=(town,))]
        connection.rollback()
    superuser.close()


def test_events_tell_of_things_by_the_map_and_of_trails_by_the_private_scope(facts: Facts) -> None:
    town = facts.walls.one("SELECT area_id FROM core.area WHERE code = :code", code=NORTH)
    changed = Change("patrol", (0, 0, 1, 1), {}, facts.walls.one("SELECT now()"), [town])
    drawer, north = (facts_scope(facts, who) for who in ("drawer", "north"))
    assert not is_told(changed, drawer.private_ids) and is_told(changed, north.private_ids)
    assert is_told(changed, drawer.area_ids)


def facts_scope(facts: Facts, who: str) -> Scope:
    with facts.walls.owner.transaction() as connection:
        return find_by_secret(connection, facts.secrets[who]).scope


def test_questions_reach_private_rows(facts: Facts) -> None:
    """Or nothing above proves anything: the questions that a drawer asks lead a dispatcher to every private table."""
    asked = "".join(questions(facts.app, facts.walls.numbers["A"]))
    for door in ("/similar", "/photos/", "/tickets.csv", "/worklists", "/duty", "/tiles/"):
        assert door in asked, door
