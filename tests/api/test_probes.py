"""2,000 generated questions about what is another's: by API, tiles, Open311, SQL and events, not one is answered."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, create_engine, text

from gisgrid.access import add_account
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.layers import thing_layers
from tests.api.conftest import GRIDS, NORTH, District
from tests.api.doors import Door, Request, doors
from tests.api.marking import SPOTS, Marked, mark
from tests.api.probes import (
    CLAIMS,
    Pools,
    Thing,
    ask_database,
    ask_doors,
    leaks,
    read,
)
from tests.browser.server import serving
from tests.drawing import spot
from tests.waiting import PATIENCE_S

OPEN311 = ("services", "requests", "discovery", "requests/{number}", "tokens/{number}", "services/{category}")


@pytest.fixture(scope="module")
def marked(district: District) -> Marked:
    """What there is to find."""
    return mark(district)


@pytest.mark.parametrize(
    ("name", "count"), [("north", 500), ("wang", 300), ("chengguan", 200), ("painter", 300), ("", 200)]
)
def test_no_door_tells_anybody_of_what_is_not_his(name: str, count: int, district: District, marked: Marked) -> None:
    chance = random.Random(f"doors {name}")
    hidden = marked.hidden(name)
    asked = ask_doors(district.client(name), doors(), marked.pools(name, chance), chance, _numbers(hidden), count)
    assert leaks(asked, hidden) == (count, [])


@pytest.mark.parametrize(("name", "count"), [("north", 75), ("", 75)])
def test_open311_tells_nobody_of_what_is_not_his(name: str, count: int, district: District, marked: Marked) -> None:
    chance = random.Random(f"open311 {name}")
    hidden = marked.hidden(name)
    asked = _ask_open311(district.client(name), marked.pools(name, chance), chance, count)
    assert leaks(asked, hidden) == (count, [])


@pytest.fixture(scope="module")
def editor(district: District, marked: Marked) -> Iterator[str]:
    """An editor of the north with a database login of his own."""
    superuser = Database(district.url, role="")
    name = "probing"
    with superuser.transaction() as connection:
        add_account(connection, name, "editor", area=NORTH)
    yield name
    with superuser.transaction() as connection:
        connection.exec_driver_sql(f'DROP ROLE "{name}"')
    superuser.close()


@contextmanager
def speaking_as(district: District, login: str, scope: str = "") -> Iterator[Connection]:
    """A transaction of this login, rolled back at the end."""
    engine = create_engine(district.url)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            f'SET SESSION AUTHORIZATION "{login}"; SET LOCAL statement_timeout = {PATIENCE_S * 1000:.0f}'
        )
        if scope:
            said = f"SET LOCAL gisgrid.scope = '{scope}'; SET LOCAL gisgrid.private = '{scope}'"
            connection.exec_driver_sql(f"SET LOCAL ROLE gisgrid_service; {said}")
        yield connection
        connection.rollback()
    engine.dispose()


def test_by_sql_an_editor_reads_nothing_of_another_towns(district: District, marked: Marked, editor: str) -> None:
    chance, hidden = random.Random("editor"), marked.hidden("north")
    with speaking_as(district, editor) as connection:
        asked = ask_database(connection, marked.pools("north", chance), chance, 400, CLAIMS)
        assert leaks(asked, hidden) == (400, [])


def test_by_sql_the_service_reads_nothing_past_the_scope_it_has_set(district: District, marked: Marked) -> None:
    chance, hidden = random.Random("service"), marked.hidden("north")
    with speaking_as(district, "gisgrid_api", _scope(district, NORTH)) as connection:
        asked = ask_database(connection, marked.pools("north", chance), chance, 200)
        assert leaks(asked, hidden) == (200, [])


@pytest.mark.parametrize(("name", "count"), [("north", 25), ("wang", 25), ("painter", 25)])
def test_events_tell_nobody_where_something_of_anothers_changed(
    name: str, count: int, district: District, marked: Marked
) -> None:
    chance = random.Random(f"events {name}")
    with serving(district.app_again()) as url:
        told = _hear(url, district.secrets[name], lambda: _change(district, chance, count))
    own = [event for event in told if event["layer"] in {*thing_layers(), "patrol"}]
    assert name != "painter" or "patrol" not in {event["layer"] for event in own}
    west, north = spot(0, 0)
    mine = (west, north)
    east, south = spot(*{"wang": (2, 1)}.get(name, (3, 1)))
    outside = [e for e in own if not (mine[0] <= e["bbox"][0] and e["bbox"][2] <= east and south <= e["bbox"][1])]
    assert own and outside == []


def test_whoever_may_read_everything_finds_it_by_the_same_questions(district: District, marked: Marked) -> None:
    chance = random.Random("doors north")
    hidden = marked.hidden("north")
    asked = ask_doors(district.client("watch"), _reading(), marked.pools("north", chance), chance, [], 300)
    assert len(leaks(asked, hidden)[1]) > 10
    with speaking_as(district, "gisgrid_api", "{0}") as connection:
        found = leaks(ask_database(connection, marked.pools("north", chance), chance, 600), hidden)[1]
    assert len(found) > 5


def test_a_door_that_forgets_the_scope_is_caught(district: District, marked: Marked) -> None:
    planted, database = APIRouter(), Database(district.url, role=OWNER)

    @planted.get("/planted/{number}")
    def read_all(number: str) -> list[str]:
        with database.transaction(EVERYTHING) as connection:
            words = "SELECT p.contact_phone FROM work.ticket_private AS p JOIN work.ticket AS t USING (ticket_id)"
            return list(connection.execute(text(words + " WHERE t.number = :n"), {"n": number}).scalars())

    app = FastAPI()
    app.include_router(planted)
    chance, hidden = random.Random(1), marked.hidden("north")
    asked = ask_doors(TestClient(app), doors(app.openapi()), marked.pools("north", chance), chance, [], 20)
    assert leaks(asked, hidden)[1]
    database.close()


def test_a_view_that_forgets_the_scope_is_caught(district: District, marked: Marked, editor: str) -> None:
    engine = create_engine(district.url)
    chance, hidden = random.Random(2), marked.hidden("north")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE VIEW app.planted AS SELECT ticket_id, description FROM work.ticket_private;"
            " GRANT SELECT ON app.planted TO gisgrid_viewer; SET LOCAL SESSION AUTHORIZATION probing"
        )
        found = leaks(ask_database(connection, marked.pools("north", chance), chance, 400, CLAIMS), hidden)[1]
        connection.rollback()
    engine.dispose()
    assert found and all("app.planted" in sql for sql in found)


def _numbers(things: list[Thing]) -> list[str]:
    return [thing.number for thing in things if thing.number]


def _reading() -> list[Door]:
    return [door for door in doors() if door.method == "get"]


def _ask_open311(client: TestClient, pools: Pools, chance: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    for _ in range(count):
        number, category = chance.choice(pools.by_name["number"]), chance.choice(pools.by_name["category"])
        path = chance.choice(OPEN311).format(number=number, category=category)
        query = chance.choice(["", f"?service_request_id={number}", f"?service_code={category}", "?status=open,closed"])
        url = f"/open311/v2/{path}.{chance.choice(['xml', 'json'])}{query}"
        yield url, read(client, Request("get", url))


def _scope(district: District, code: str) -> str:
    owner = Database(district.url, role=OWNER)
    with owner.transaction() as connection:
        area_id = connection.execute(text("SELECT area_id FROM core.area WHERE code = :code"), {"code": code}).scalar()
    owner.close()
    return f"{{{area_id}}}"


def _change(district: District, chance: random.Random, count: int) -> None:
    """Things come, move and go everywhere; at the end something public does, outside every grid."""
    owner = Database(district.url, role=OWNER)
    for _ in range(count):
        code = chance.choice([GRIDS["A"], GRIDS["B"], GRIDS["C"], "360302"])
        table = chance.choice([*(layer.table for layer in thing_layers().values()), "overlay.patrol_cell"])
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(
                text(
                    f"UPDATE {table} AS t SET geom = ST_Translate(t.geom, 1e-6, 0) FROM core.area AS a"
                    " WHERE t.path[array_upper(t.path, 1)] = a.area_id AND a.code = :code"
                ),
                {"code": code},
            )
    owner.close()
    lon, lat = spot(*SPOTS["nowhere"])
    body = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "最后"}
    assert district.client().post("/api/v1/reports", json=body).status_code == 201


def _hear(url: str, secret: str, act: Callable[[], None]) -> list[dict[str, Any]]:
    """What the stream tells from before `act` until the ticket that it ends with."""
    told: list[dict[str, Any]] = []
    with httpx2.stream(
        "GET", f"{url}/api/v1/events", headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE_S
    ) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        act()
        for line in lines:
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
                if told[-1].get("layer") == "ticket":
                    return told
    raise AssertionError("the stream ended")
