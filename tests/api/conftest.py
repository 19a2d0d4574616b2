"""A district of two towns behind the real app, and people who sign in to it."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import make_url, text

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.geo import LonLat, tile_at
from gisgrid.settings import Settings
from tests.clients import begun, client_of
from tests.conftest import url_of
from tests.drawing import draw, spot, write_geojson
from tests.waiting import PATIENCE_S

NORTH, SOUTH = "360302001", "360302002"
GRIDS = {"A": f"{NORTH}001001", "B": f"{NORTH}001002", "C": f"{SOUTH}001001"}
POSTS = [
    (GRIDS["A"], "worker", "王一(虚构)", None),
    (GRIDS["B"], "head", "李二(虚构)", None),
    (f"{SOUTH}001", "centre", "赵三(虚构)", "城管"),
    ("360302", "centre", "钱四(虚构)", None),
]
PATIENT = Settings(pool_size=16, wait_s=PATIENCE_S, statement_timeout_s=round(PATIENCE_S))
"""More connections than a test has threads, because a client outside the app's own loop may bring as many as it has."""


@dataclass(frozen=True)
class District:
    """The app over a database with areas A and B in one town, C in another, and secrets by account name."""

    app: FastAPI
    secrets: dict[str, str]
    url: str

    def app_again(self) -> FastAPI:
        """Another app over the same database and data directory, which has not begun."""
        settings: Settings = self.app.state.settings
        return create_app(settings, url_of(self.url, str(make_url(self.url).database), "gisgrid_api"))

    def client(self, name: str = "") -> TestClient:
        """A client, signed in by bearer secret when named."""
        return client_of(self.app, self.secrets[name] if name else "")


@pytest.fixture(scope="module")
def district(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    url = new_database()
    import_areas(url, tmp_path_factory)
    settings = replace(PATIENT, data_dir=tmp_path_factory.mktemp("data"))
    app = create_app(settings, url_of(url, str(make_url(url).database), "gisgrid_api"))
    with begun(app):
        yield District(app, add_people(url), url)


@pytest.fixture(scope="module")
def known(district: District) -> dict[str, Any]:
    """Real values by the name of a parameter or property: what leads behind the first check of a door."""
    lon, lat = spot(0.5, 0.5)
    report = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "井盖松动"}
    received = district.client().post("/api/v1/reports", json=report).json()
    opened = district.client("boss").post("/api/v1/changesets", json={"area": NORTH}).json()
    tile = tile_at(LonLat(lon, lat), 14)
    places = {"z": tile.z, "x": tile.x, "y": tile.y, "layers": "area,ticket", "theme": "day"}
    ids = {"number": received["number"], "changeset_id": opened["changeset_id"], "code": NORTH, "alias": NORTH}
    spare = {"name": "spare", "role": "worker", "area": NORTH}
    district.client("boss").post("/api/v1/accounts", json=spare)
    post = district.client("boss").post("/api/v1/posts", json={"area": NORTH, "role": "head"}).json()["post"]
    return {
        **report,
        **places,
        **ids,
        "step": "inspect",
        "post": post,
        "rule": "spare",
        "state": "paused",
        "name": "spare",
        "role": "worker",
        "follower": str(uuid.uuid4()),
        "heard": "1-1-0",
        "polygon": [list(spot(*corner)) for corner in ((0, 0), (1, 0), (1, 1))],
        "q": "A",
    }


def import_areas(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Areas A, B and C with their posts."""
    owner = Database(url, role=OWNER)
    drawn = draw("AAB\nCCC")
    path = write_geojson(tmp_path_factory.mktemp("areas") / "areas.geojson", {GRIDS[k]: v for k, v in drawn.items()})
    import_boundaries(owner, ImportOrder(path, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
    with owner.transaction(EVERYTHING) as connection:
        for code, role, name, department in POSTS:
            connection.execute(
                text(
                    "WITH who AS (INSERT INTO core.person (name, phone) VALUES (:name, '000-0000-0001')"
                    " RETURNING person_id) INSERT INTO core.post (area_id, path, role, person_id, department)"
                    " SELECT v.area_id, v.path, :role, who.person_id, :department"
                    " FROM app.area_at(now()) AS v, who WHERE v.code = :code"
                ),
                {"code": code, "role": role, "name": name, "department": department},
            )
    owner.close()


def add_people(url: str) -> dict[str, str]:
    """An account of each role; secrets by name."""
    superuser = Database(url, role="")
    accounts: dict[str, dict[str, Any]] = {
        "boss": {"role": "admin"},
        "north": {"role": "dispatcher", "area": NORTH},
        "south": {"role": "dispatcher", "area": SOUTH},
        "wang": {"role": "worker", "area": GRIDS["A"]},
        "watch": {"role": "supervisor", "area": "360302"},
        "chengguan": {"role": "department", "department": "城管"},
        "painter": {"role": "editor", "area": NORTH, "login": False},
    }
    made = {}
    with superuser.transaction() as connection:
        for name, account in accounts.items():
            made[name] = add_account(connection, name, **account)
    superuser.close()
    return made
