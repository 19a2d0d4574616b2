"""A district with two towns, something private of every kind in each, and a login for every kind of person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.layers import thing_layers
from gisgrid.settings import Settings
from gisgrid.tickets.intake import Report, receive
from tests.clients import begun, client_of
from tests.conftest import url_of
from tests.desk import Desk, open_desk
from tests.drawing import draw, spot, write_geojson
from tests.waiting import PATIENCE_S

NORTH, SOUTH = "360302001", "360302002"
START = draw("AABB\nAABB\nCCDD")
CODES = {"A": f"{NORTH}001001", "B": f"{NORTH}001002", "C": f"{SOUTH}001001", "D": f"{SOUTH}001002"}
LOGINS = {
    "north": ("editor", NORTH),
    "south": ("editor", SOUTH),
    "whole": ("admin", ""),
    "figures": ("analyst", NORTH),
}
ACCOUNTS: dict[str, dict[str, Any]] = {
    "boss": {"role": "admin"},
    "north": {"role": "dispatcher", "area": NORTH},
    "home": {"role": "worker", "area": CODES["A"]},
    "next": {"role": "worker", "area": CODES["B"]},
    "away": {"role": "worker", "area": CODES["C"]},
    "drawer": {"role": "editor", "area": NORTH, "login": False},
    "reader": {"role": "analyst", "area": NORTH, "login": False},
}
WORDS = "秘密的话"
PHONE = "13912345678"
PRIVATE = (
    "core.post", "core.person", "core.roster", "work.ticket_private", "work.event", "work.pause", "work.whistle",
    "work.photo", "work.rating", "overlay.ping", "overlay.patrol_cell", "overlay.thing",
    *(layer.table for layer in thing_layers().values()),
)  # fmt: skip
_FILL = """
WITH who AS (INSERT INTO core.person (name, phone) VALUES (:name, :phone) RETURNING person_id),
post AS (
    INSERT INTO core.post (area_id, path, role, person_id, geom)
    SELECT v.area_id, v.path, 'worker', who.person_id, NULL FROM app.area_at(now()) AS v, who WHERE v.code = :code
    RETURNING post_id
),
roster AS (INSERT INTO core.roster (post_id, shift, valid_from) SELECT post_id, 'early', '2026-01-01' FROM post),
camera AS (
    INSERT INTO overlay.camera (code, name, area_id, path, geom)
    SELECT 'cam-' || :code, 'camera', v.area_id, v.path, v.label_point FROM app.area_at(now()) AS v WHERE v.code = :code
),
place AS (
    INSERT INTO overlay.place (code, name, kind, area_id, path, geom)
    SELECT 'place-' || :code, 'place', 'kit', v.area_id, v.path, v.label_point FROM app.area_at(now()) AS v
    WHERE v.code = :code
),
device AS (
    INSERT INTO overlay.device (code, name, kind, category, area_id, path, geom)
    SELECT 'dev-' || :code, 'device', 'smoke', 'hazard', v.area_id, v.path, v.label_point FROM app.area_at(now()) AS v
    WHERE v.code = :code
),
ping AS (
    INSERT INTO overlay.ping (worker, at, path, cell, geom)
    SELECT 'worker-' || :code, clock_timestamp(), v.path, 1, v.label_point
    FROM app.area_at(now()) AS v WHERE v.code = :code
),
cell AS (
    INSERT INTO overlay.patrol_cell (cell, path, seen_at, geom)
    SELECT hashtextextended(:code, 1), v.path, clock_timestamp(), ST_Buffer(v.label_point, 0.0001)
    FROM app.area_at(now()) AS v WHERE v.code = :code
),
pause AS (
    INSERT INTO work.pause (ticket_id, reason) SELECT ticket_id, :name FROM work.ticket WHERE number = :number
),
whistle AS (
    INSERT INTO work.whistle (ticket_id, department, note, due_at, due_hours, due_unit)
    SELECT ticket_id, '消防', :name, clock_timestamp(), 1, 'calendar' FROM work.ticket WHERE number = :number
),
photo AS (
    INSERT INTO work.photo (ticket_id, kind, name, sha256, width, height, bytes)
    SELECT ticket_id, 'report', md5(number), sha256(number::bytea), 1, 1, 1 FROM work.ticket WHERE number = :number
)
INSERT INTO work.rating (ticket_id, rater, score)
SELECT ticket_id, 'reporter', 5 FROM work.ticket WHERE number = :number
"""


@dataclass(frozen=True)
class Walls:
    """One database; `sit` is a session of a person's own login."""

    url: str
    owner: Database
    engine: Engine
    secrets: dict[str, str]
    """By login; their names begin with a key of LOGINS."""
    numbers: dict[str, str]

    @contextmanager
    def sit(self, login: str) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{login}"')
            yield connection

    def login(self, kind: str) -> str:
        """The login of that kind: north, south (editors of a town), whole (an admin), figures (an analyst)."""
        return next(name for name in self.secrets if name.startswith(kind))

    def one(self, sql: str, **values: Any) -> Any:
        """Asked by the owner."""
        with self.owner.transaction(EVERYTHING) as connection:
            return connection.execute(text(sql), values).scalar()


@pytest.fixture(scope="module")
def walls(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walls]:
    url = new_database()
    database = str(make_url(url).database)
    owner = Database(url, role=OWNER, statement_timeout_s=120)
    file = write_geojson(
        tmp_path_factory.mktemp("walls") / "grids.geojson", {CODES[name]: shape for name, shape in START.items()}
    )
    import_boundaries(owner, ImportOrder(file, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
    superuser = Database(url, role="", statement_timeout_s=120)
    secrets, numbers = {}, {}
    with superuser.transaction(EVERYTHING) as connection:
        for login, (role, area) in LOGINS.items():
            name = f"{login}_{database}"
            secrets[name] = add_account(connection, name, role, area, login=True)
    for name, (column, row) in {"A": (0, 0), "B": (2, 0), "C": (0, 2), "D": (2, 2)}.items():
        lon, lat = spot(column + 0.4, row + 0.4)
        with owner.transaction(EVERYTHING) as connection:
            report = Report(lon, lat, "wgs84", "dispute", WORDS, contact_name="某人", contact_phone=PHONE)
            number = receive(connection, report, network="base", zone="UTC").facts["number"]
            connection.execute(text(_FILL), {"code": CODES[name], "number": number, "name": WORDS, "phone": PHONE})
        numbers[name] = number
    engine = create_engine(url)
    yield Walls(url, owner, engine, secrets, numbers)
    engine.dispose()
    owner.close()
    with superuser.transaction() as connection:
        for name in secrets:
            connection.exec_driver_sql(f'DROP ROLE "{name}"')
    superuser.close()


@dataclass(frozen=True)
class Facts:
    """The walls with the service before them, and its people."""

    walls: Walls
    app: FastAPI
    secrets: dict[str, str]

    def client(self, name: str = "") -> TestClient:
        return client_of(self.app, self.secrets[name] if name else "")

    def see(self, who: str, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client(who).get(f"/api/v1/tickets/{number}").json()
        return found

    def report(self, column: float, row: float, accuracy_m: float | None = None, category: str = "dispute") -> str:
        lon, lat = spot(column, row)
        sent = {"lon": lon, "lat": lat, "system": "wgs84", "category": category, "description": "x"}
        sent |= {} if accuracy_m is None else {"accuracy_m": accuracy_m}
        answer = self.client().post("/api/v1/reports", json=sent)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["number"]
        return number

    def alarm(self) -> str:
        """A ticket that a device raised."""
        with self.walls.owner.transaction(EVERYTHING) as connection:
            device = connection.execute(
                text(
                    "INSERT INTO overlay.device (code, name, kind, category, area_id, path, geom)"
                    " SELECT 'd-' || count(*) OVER () || clock_timestamp(), 'd', 'smoke', 'hazard', v.area_id, v.path,"
                    " v.label_point FROM app.area_at(now()) AS v WHERE v.code = :code RETURNING device_id"
                ),
                {"code": CODES["A"]},
            ).scalar_one()
            told = '{"network": "base", "zone": "UTC", "description": "x"}'
            return str(
                connection.execute(
                    text("SELECT number FROM app.receive_alarm(:device, :told, '1 h')"),
                    {"device": device, "told": told},
                ).scalar_one()
            )

    def move(self, number: str, column: float, row: float, accuracy_m: float) -> None:
        lon, lat = spot(column, row)
        body = {"lon": lon, "lat": lat, "system": "wgs84", "accuracy_m": accuracy_m}
        answer = self.client("boss").put(f"/api/v1/tickets/{number}/place", json=body)
        assert answer.status_code == 200, answer.text

    def tie(self, number: str, to: str, what: str) -> None:
        body = {"of": to} if what == "duplicate" else {"parent": to}
        answer = self.client("boss").put(f"/api/v1/tickets/{number}/{what}", json=body)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def facts(walls: Walls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    superuser = Database(walls.url, role="")
    with superuser.transaction() as connection:
        secrets = {name: add_account(connection, name, **account) for name, account in ACCOUNTS.items()}
    superuser.close()
    settings = replace(
        Settings(pool_size=16, wait_s=PATIENCE_S, statement_timeout_s=120), data_dir=tmp_path_factory.mktemp("data")
    )
    app = create_app(settings, url_of(walls.url, str(make_url(walls.url).database), "gisgrid_api"))
    with begun(app):
        yield Facts(walls, app, secrets)


@pytest.fixture
def desk(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Desk]:
    """Two towns without anything in them, new for each test: the north's editor tries for what is the south's."""
    with open_desk(new_database, tmp_path) as desk:
        yield desk
