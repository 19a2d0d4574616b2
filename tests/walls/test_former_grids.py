"""Where a point is private, no public answer tells its grid of before a redraw: the point lies where both overlap."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import Settings
from tests.conftest import url_of
from tests.drawing import draw, spot, write_geojson
from tests.waiting import until
from tests.walls.conftest import CODES, START

LATER = draw("ABBB\nABBB\nCCDD")
"""A narrower, B wider: what lay in the second column came from A to B."""
CAME, STAYED = (1.5, 1.0), (2.5, 1.0)


@dataclass(frozen=True)
class Redrawn:
    """Two tickets of a category in B: one came with its ground, one was there before."""

    owner: Database
    client: TestClient
    login: str
    url: str
    before: str
    """An instant between the reports and the redraw."""
    came: str
    stayed: str

    def fact(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/v1/tickets/{number}").json()
        return found

    def one(self, sql: str, **values: Any) -> Any:
        with self.owner.transaction(EVERYTHING) as connection:
            return connection.execute(text(sql), values).scalar()


def report(owner: Database, place: tuple[float, float], category: str) -> str:
    lon, lat = spot(*place)
    where = {"lon_wgs84": lon, "lat_wgs84": lat, "lon": lon, "lat": lat, "system": "wgs84"}
    what = {"network": "base", "zone": "UTC", "category": category, "description": "x"}
    with owner.transaction(EVERYTHING) as connection:
        told = json.dumps(where | what)
        sql = text("SELECT number FROM app.receive_report(:told)")
        return str(connection.execute(sql, {"told": told}).scalar_one())


def has_come(owner: Database, at: datetime) -> bool:
    with owner.transaction(EVERYTHING) as connection:
        return bool(connection.execute(text("SELECT clock_timestamp() > :at"), {"at": at}).scalar_one())


@contextmanager
def redraw(url: str, folder: Path, category: str) -> Iterator[Redrawn]:
    database = str(make_url(url).database)
    with closing(Database(url, role=OWNER, statement_timeout_s=120)) as owner:

        def publish(shapes: dict[str, Any], at: datetime) -> None:
            file = write_geojson(folder / "grids.geojson", {CODES[name]: shape for name, shape in shapes.items()})
            import_boundaries(owner, ImportOrder(file, at, level="grid"))

        publish(START, datetime(2023, 1, 1, tzinfo=UTC))
        with closing(Database(url, role="")) as superuser, superuser.transaction() as connection:
            login = f"seer_{database}"
            add_account(connection, login, "admin", login=True)
        target = "INSERT INTO work.target (name, kind, address) VALUES ('hook', 'email', 'a@h.example')"
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text(target))
        came, stayed = report(owner, CAME, category), report(owner, STAYED, category)
        with owner.transaction(EVERYTHING) as connection:
            before, now = connection.execute(text("SELECT clock_timestamp(), clock_timestamp() + '1 ms'")).one()
        until(lambda: has_come(owner, now))  # a date to come is published on that date
        publish(LATER, now)
        with owner.transaction(EVERYTHING) as connection:
            latest = connection.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
            while connection.execute(text("SELECT app.relocate_changeset(:id)"), {"id": latest}).scalar():
                pass
        app = create_app(replace(Settings(pool_size=4), data_dir=folder / "data"), url_of(url, database, "gisgrid_api"))
        with TestClient(app) as client:
            yield Redrawn(owner, client, login, url, before.isoformat(), came, stayed)
        with closing(Database(url, role="")) as superuser, superuser.transaction() as connection:
            connection.exec_driver_sql(f'DROP ROLE "{login}"')


@pytest.fixture(scope="module")
def homes(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redrawn]:
    with redraw(new_database(), tmp_path_factory.mktemp("homes"), "dispute") as redrawn:
        yield redrawn


def test_two_homes_of_one_grid_are_told_alike_wherever_they_were(homes: Redrawn) -> None:
    own = ("number", "reported_at", "received_at", "due_at", "step_due_at")
    came, stayed = (
        {key: value for key, value in homes.fact(number).items() if key not in own}
        for number in (homes.came, homes.stayed)
    )
    assert came == stayed and came["grid"]["code"] == CODES["B"]
    for number in (homes.came, homes.stayed):
        told = homes.client.get(f"/open311/v2/requests/{number}.json").json()[0]
        assert datetime.fromisoformat(told["updated_datetime"]) < datetime.fromisoformat(homes.before)


@pytest.mark.parametrize("asked", ["at={0}", "as_recorded={0}", "at={0}&as_recorded={0}"])
def test_counters_of_before_count_a_home_where_it_is_told_now(homes: Redrawn, asked: str) -> None:
    query = asked.format(homes.before.replace("+", "%2B"))
    totals = {
        name: homes.client.get(f"/api/v1/counters?area={CODES[name]}&{query}").json()["total"] for name in ("A", "B")
    }
    assert totals == {"A": 0, "B": 2}


def test_figures_and_lists_of_before_tell_no_former_grid(homes: Redrawn) -> None:
    at = homes.before.replace("+", "%2B")
    rows = homes.client.get(f"/api/v1/figures?by=area&level=grid&category=dispute&at={at}").json()["rows"]
    assert {row["key"]: row["received"] for row in rows if row["received"]} == {CODES["B"]: 2}


def test_no_notice_of_a_home_names_the_grid_that_it_left(homes: Redrawn) -> None:
    sql = "SELECT facts FROM work.outbox JOIN work.ticket USING (ticket_id) WHERE topic = :topic AND number = :n"
    facts = homes.one(sql, topic="ticket.moved", n=homes.came)
    assert facts["to"] == CODES["B"] and CODES["A"] not in json.dumps(facts)


_AFTER = (
    "SELECT count(*) FROM core.change AS c LEFT JOIN work.ticket AS t USING (ticket_id)"
    " WHERE c.layer = 'ticket' AND c.changed_at > :at"
)


def test_no_change_names_a_home_that_a_redraw_touched_or_says_where_it_was(homes: Redrawn) -> None:
    """Whoever hears of both would know which of them came, and from which grid."""
    assert homes.one(_AFTER, at=homes.before) > 0
    assert homes.one(f"{_AFTER} AND c.ticket_id IS NOT NULL", at=homes.before) == 0
    former = (
        " AND EXISTS (SELECT FROM core.area_version AS v JOIN core.area AS a USING (area_id) WHERE a.code = :code"
        " AND ST_DWithin(c.box, v.label_point, 0.001) AND ST_XMax(c.box) - ST_XMin(c.box) < 0.05)"
    )
    assert homes.one(_AFTER + former, at=homes.before, code=CODES["A"]) == 0


def test_a_login_reads_no_former_grid_of_a_home(homes: Redrawn) -> None:
    engine = create_engine(homes.url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{homes.login}"')
        for name, total in (("A", 0), ("B", 2)):
            sql = (
                "SELECT c.total FROM app.area_now AS a, app.counters_then(a.area_id, :at, 'UTC', '1 d') AS c"
                " WHERE a.code = :code"
            )
            values = {"at": homes.before, "code": CODES[name]}
            assert connection.execute(text(sql), values).scalar_one() == total
        with pytest.raises(Exception, match="permission denied"):
            connection.execute(text("EXPLAIN ANALYZE SELECT * FROM work.former_path"))
    engine.dispose()


def test_the_history_that_staff_read_says_where_it_came_from(homes: Redrawn) -> None:
    sql = (
        "SELECT detail FROM work.event JOIN work.ticket USING (ticket_id)"
        " WHERE number = :n AND action = :what ORDER BY event_id DESC LIMIT 1"
    )
    assert homes.one(sql, n=homes.came, what="moved")["from"] == CODES["A"]
    shown = homes.fact(homes.stayed)["assignment"]["version"]
    assert homes.one(sql, n=homes.stayed, what="received")["version"] != shown


def test_a_ticket_whose_point_is_public_is_counted_where_it_stood(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    with redraw(new_database(), tmp_path, "hazard") as public:
        named = f"{_AFTER} AND t.number = :number"
        assert public.one(named, at=public.before, number=public.came) > 0
        at = public.before.replace("+", "%2B")
        for name in ("A", "B"):
            asked = f"/api/v1/counters?area={CODES[name]}&at={at}"
            assert public.client.get(asked).json()["total"] == 1
        assert public.fact(public.came)["assignment"]["version"] != public.fact(public.stayed)["assignment"]["version"]
