"""`gisgrid user` as the owner of the machine types it: accounts are made, shown, changed, and end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gisgrid.access import STRANGER, find_by_secret, find_by_token, sign_in
from gisgrid.cli.main import run
from gisgrid.database import Database
from gisgrid.errors import NotAllowed
from gisgrid.migrations.logins import keep_logins
from tests.sql.notices import make_district

VERBS = ("list", "show", "change", "secret", "disable", "enable", "remove")


@pytest.fixture(scope="module", autouse=True)
def district(owner: Database) -> None:
    make_district(owner)


@pytest.fixture(autouse=True)
def settings(owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))


@pytest.fixture
def name(owner: Database, owner_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A name of this test's own; roles belong to the whole server."""
    name = f"a{abs(hash(request.node.name)) % 10**8}_{make_url(owner_url).database}"[:40]
    yield name
    with create_engine(owner_url).begin() as connection:
        connection.exec_driver_sql(f'DROP ROLE IF EXISTS "{name}"')


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["user", *words]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["user", *words]) != 0, capsys.readouterr().out
    return capsys.readouterr().err


def made(capsys: pytest.CaptureFixture[str], name: str, role: str, area: str = "west") -> str:
    secret: str = json.loads(typed(capsys, "add", name, "--role", role, "--area", area, "--json"))["secret"]
    return secret


def login_of(owner: Database, name: str) -> tuple[bool, list[str]] | None:
    """May the database login sign in, and under which groups; None: there is no such login."""
    with owner.transaction() as connection:
        row = connection.execute(
            text(
                "SELECT rolcanlogin, ARRAY(SELECT g.rolname::text FROM pg_auth_members AS m"
                " JOIN pg_roles AS g ON g.oid = m.roleid WHERE m.member = p.oid) AS groups"
                " FROM pg_roles AS p WHERE rolname = :name"
            ),
            {"name": name},
        ).one_or_none()
    return None if row is None else (row.rolcanlogin, row.groups)


def test_an_account_from_its_first_day_to_its_last(
    service: Database, owner: Database, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    secret = made(capsys, name, "worker")
    shown = json.loads(typed(capsys, "show", name, "--json"))
    assert (shown["role"], shown["area"], shown["login"], shown["disabled_at"]) == ("worker", "west", "none", None)
    assert f"{name}\tworker\twest\t\ton\tlogin none\n" in typed(capsys, "list")
    with service.transaction() as connection:
        caller, token = sign_in(connection, name, secret)
    typed(capsys, "change", name, "--role", "dispatcher")
    with service.transaction() as connection:
        assert find_by_token(connection, token).role == "dispatcher" != caller.role
    renewed = json.loads(typed(capsys, "secret", name, "--json"))["secret"]
    with service.transaction() as connection:
        assert find_by_token(connection, token) == find_by_secret(connection, secret) == STRANGER
        assert find_by_secret(connection, renewed).role == "dispatcher"
    typed(capsys, "disable", name)
    assert f"{name}\tdispatcher\twest\t\toff" in typed(capsys, "list")
    typed(capsys, "enable", name)
    typed(capsys, "remove", name)
    with service.transaction() as connection:
        assert find_by_secret(connection, renewed) == STRANGER
    assert name not in typed(capsys, "list")
    for verb in ("show", "secret", "disable", "enable", "remove"):
        assert f"has the name {name}" in refused(capsys, verb, name)
    assert "or there was" in refused(capsys, "add", name, "--role", "worker", "--area", "west")
    with owner.transaction() as connection:
        rows = connection.execute(text("SELECT name FROM core.account WHERE name = :name"), {"name": name})
        assert rows.scalars().all() == [name]  # history keeps the name


def test_the_database_login_goes_with_the_role(owner: Database, capsys: pytest.CaptureFixture[str], name: str) -> None:
    made(capsys, name, "worker")
    assert login_of(owner, name) is None
    told = json.loads(typed(capsys, "change", name, "--role", "editor", "--json"))
    assert told["login"] == "needs_secret" and login_of(owner, name) == (True, ["gisgrid_editor"])
    typed(capsys, "secret", name)
    assert json.loads(typed(capsys, "show", name, "--json"))["login"] == "ready"
    typed(capsys, "change", name, "--area", "east")
    with owner.transaction() as connection:
        area = "SELECT code FROM core.login_scope JOIN core.area USING (area_id) WHERE login = :name"
        assert connection.execute(text(area), {"name": name}).scalar() == "east"
    typed(capsys, "disable", name)
    assert login_of(owner, name) == (False, ["gisgrid_editor"])
    typed(capsys, "change", name, "--role", "worker")
    assert login_of(owner, name) is None


def test_the_limits_of_all_logins_of_the_server_are_kept(
    owner: Database, owner_url: str, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Also of those that another database of the server has: its databases share its connections."""
    limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = :name"
    with create_engine(owner_url).begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{name}" LOGIN IN ROLE gisgrid_viewer CONNECTION LIMIT 50')
    made(capsys, f"b{name}"[:40], "editor")
    with owner.transaction() as connection:
        kept = [connection.execute(text(limit), {"name": one}).scalar() for one in (name, f"b{name}"[:40])]
    assert kept[0] == kept[1] != 50
    typed(capsys, "remove", f"b{name}"[:40])


def test_the_secret_is_the_password_of_the_login_and_its_sessions_end_with_it(
    owner: Database, owner_url: str, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    made(capsys, name, "editor")
    sitting = create_engine(owner_url, pool_pre_ping=False)
    with sitting.connect() as connection:  # the socket knows no passwords: a session of the name's own
        before = connection.execute(text("SELECT rolpassword FROM pg_authid WHERE rolname = :n"), {"n": name}).scalar()
    assert before is not None and before.startswith("SCRAM-SHA-256$4096:")
    typed(capsys, "secret", name)
    with sitting.connect() as connection:
        after = connection.execute(text("SELECT rolpassword FROM pg_authid WHERE rolname = :n"), {"n": name}).scalar()
    assert after is not None and after != before
    sitting.dispose()


def test_a_role_of_the_server_that_is_nobodys_login_is_never_touched(
    owner: Database, owner_url: str, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{name}" LOGIN CREATEDB')
    assert "has a login" in refused(capsys, "add", name, "--role", "editor", "--area", "west")
    made(capsys, name, "worker")
    assert "has a login" in refused(capsys, "change", name, "--role", "editor")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO core.login_scope (login, role) VALUES (:n, 'admin')"), {"n": name})
        keep_logins(connection, lambda line: None)
    typed(capsys, "disable", name)
    assert login_of(owner, name) == (True, [])
    typed(capsys, "remove", name)
    assert login_of(owner, name) == (True, [])
    engine.dispose()


def test_the_owner_of_the_machine_gives_a_lost_admin_a_new_secret(
    service: Database, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    lost = made(capsys, name, "admin", "")
    found = typed(capsys, "secret", name).strip().split("\t")[1]
    with service.transaction() as connection:
        assert find_by_secret(connection, lost) == STRANGER
        assert find_by_secret(connection, found).may >= {"manage_accounts", "give_any_role"}


def test_what_cannot_be_is_refused_with_its_remedy(capsys: pytest.CaptureFixture[str], name: str) -> None:
    made(capsys, name, "worker")
    assert "one of admin, analyst, auditor, department" in refused(capsys, "change", name, "--role", "king")
    assert "a code of the map" in refused(capsys, "change", name, "--area", "nowhere")
    assert "works in an area" in refused(capsys, "change", name, "--area", "")
    assert "names its department" in refused(capsys, "change", name, "--role", "department")
    assert "nobody called" in refused(capsys, "change", name, "--person", "nobody")
    assert "nothing to change" in refused(capsys, "change", name)
    assert "cannot be used" in refused(capsys, "add", "gisgrid_x", "--role", "worker", "--area", "west")


def test_the_service_is_never_the_owner_of_the_machine(service: Database) -> None:
    """Without an actor the functions of accounts refuse whoever does not own the database."""
    for call in ("accounts_of(NULL)", "remove_account(NULL, 'x')", "add_account(NULL, 'x', 'admin', '', '', NULL)"):
        with pytest.raises(NotAllowed), service.transaction() as connection:
            connection.execute(text(f"SELECT app.{call}"))
    with pytest.raises(DBAPIError, match="permission denied"), service.transaction() as connection:
        connection.execute(text("SELECT app.keep_login('x')"))


def test_a_session_of_the_database_ends_with_the_account(
    owner: Database, owner_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the login of the service, which is a person's for this test: others do not sign in over the socket."""
    login = "gisgrid_api"
    with owner.transaction() as connection:
        connection.execute(text("INSERT INTO core.login_scope (login, role) VALUES (:l, 'admin')"), {"l": login})
    engine = create_engine(make_url(owner_url).set(username=login))
    with engine.connect() as sitting:
        sitting.execute(text("SELECT 1"))
        with owner.transaction() as connection:
            assert connection.execute(text("SELECT app.end_login('nobody')")).scalar() == 0
            assert connection.execute(text("SELECT app.end_login(:l)"), {"l": login}).scalar_one() >= 1
        with pytest.raises(OperationalError):
            sitting.execute(text("SELECT 1"))
    engine.dispose()
    with owner.transaction() as connection:
        connection.execute(text("DELETE FROM core.login_scope WHERE login = :l"), {"l": login})
