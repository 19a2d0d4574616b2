"""A server where nobody of the district is a superuser: what its administrator runs once, and what works then."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL

from gisgrid.access import add_account, remove_account
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, OWNER, SERVICE, Database
from gisgrid.errors import Unavailable
from gisgrid.migrations import migrate
from gisgrid.migrations.admin import admin_sql
from gisgrid.migrations.catalogue import find_differences
from gisgrid.migrations.logins import make_service_url
from gisgrid.settings import Settings
from gisgrid.tickets.intake import Report, receive
from gisgrid.worker import work
from tests.drawing import draw, spot, write_geojson

LOGIN, SECRET, NAME = "city_dba", "no-superuser", "gisgrid_managed"


@pytest.fixture
def managed(server_url: str, new_database: Callable[[], str]) -> Iterator[URL]:
    """An empty database, and a login that owns it and may do nothing else. `new_database`: the house's roles exist."""
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for sql in (
            f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{SECRET}'",
            f"CREATE DATABASE {NAME} OWNER {LOGIN}",
        ):
            connection.execute(text(sql))
        yield make_url(server_url).set(username=LOGIN, password=SECRET, database=NAME)
        connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
        for member in ("gisgrid_owner", "gisgrid_service"):
            connection.execute(text(f"REVOKE {member} FROM {LOGIN}"))
        connection.execute(text(f"DROP OWNED BY {LOGIN}"))
        connection.execute(text(f"DROP ROLE {LOGIN}"))
    admin.dispose()


def plain(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def run_as_administrator(server_url: str, sql: str) -> None:
    engine = create_engine(make_url(server_url).set(database=NAME), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
    engine.dispose()


def test_a_district_without_a_superuser(managed: URL, server_url: str, tmp_path: Path) -> None:
    url = plain(managed)
    with pytest.raises(Unavailable, match="postgis"):
        migrate(url)
    run_as_administrator(server_url, admin_sql(LOGIN, NAME))
    said: list[str] = []
    assert migrate(url, say=said.append)
    assert [line for line in said if "no superuser" in line] == [], "the administrator has closed all"
    assert not migrate(url), "a second deploy finds everything as it should be"
    owner = Database(url, role=OWNER)
    drawn = draw("AB")
    codes = {"A": "360302001001001", "B": "360302001001002"}
    path = write_geojson(tmp_path / "areas.geojson", {codes[name]: shape for name, shape in drawn.items()})
    import_boundaries(owner, ImportOrder(path, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
    service_url = make_service_url(url)
    assert service_url is not None and make_url(service_url).username == "gisgrid_api"
    service = Database(service_url, role=SERVICE)
    lon, lat = spot(0.5, 0.5)
    with service.transaction() as connection:
        report = Report(lon=lon, lat=lat, system="wgs84", category="hazard", description="路灯不亮")
        received = receive(connection, report, network="base", zone=Settings().zone)
        grid = received.facts["grid"]
        assert grid and grid["code"] == codes["A"]
        assert find_differences(connection) == []
    work(owner)
    drawer = f"drawer_{uuid4().hex[:12]}"
    with owner.transaction(EVERYTHING) as connection:
        secret = add_account(connection, drawer, "editor", codes["A"][:9])
        limits = text("SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname IN (:deployer, :drawer)")
        found = {
            row.rolname: row.rolconnlimit for row in connection.execute(limits, {"deployer": LOGIN, "drawer": drawer})
        }
        assert found[LOGIN] == -1 < found[drawer], "a person's login is limited, who deploys is not"
    person = create_engine(managed.set(username=drawer, password=secret))
    with person.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM app.area_now WHERE level = 'grid'")).scalar() == 2
    person.dispose()
    with owner.transaction(EVERYTHING) as connection:
        remove_account(connection, drawer)
    for database in (owner, service):
        database.close()


def test_what_stays_open_is_said(managed: URL, server_url: str) -> None:
    some = [
        line
        for line in admin_sql(LOGIN, NAME).splitlines()
        if line.startswith(("CREATE EXTENSION", 'ALTER ROLE "city', "GRANT gisgrid_", "GRANT pg_signal_backend"))
    ]
    run_as_administrator(server_url, "\n".join(some))
    said: list[str] = []
    assert migrate(plain(managed), say=said.append)
    assert len([line for line in said if "docs/managed.md" in line]) == 3
