"""A dump is a database: restored into a server that knows nothing, migrated, it answers as before, and work goes on.

Long because it is one story and then a list of everything that can be lost by hand or by a restore.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gisgrid.cli.main import run
from gisgrid.cli.opening import deploy
from gisgrid.cluster import Cluster
from gisgrid.errors import GisgridError, Unavailable
from gisgrid.migrations import DEPLOY_LOCK, migrate
from gisgrid.migrations.catalogue import find_differences
from gisgrid.settings import Settings
from tests.drawing import draw
from tests.sql.asking import Case, ask_everything, case_of, differences
from tests.sql.doors import LOGIN, Doors, open_doors, serving
from tests.sql.dumping import dump_file, restore
from tests.sql.lived_in import CODES, NORTH, SHAPES
from tests.sql.servers import ask, ensure, private_settings
from tests.sql.tickets_lived import live_there
from tests.sql.working import Worker

LOGIN_FACTS = """
SELECT jsonb_build_object(
    'settings', (SELECT jsonb_object_agg(s.name, s.setting) FROM pg_settings AS s WHERE s.source = 'user'),
    'limit', r.rolconnlimit, 'until', r.rolvaliduntil, 'flags', ARRAY[r.rolsuper, r.rolinherit, r.rolcreaterole,
    r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls],
    'groups', (SELECT jsonb_agg(g.rolname ORDER BY g.rolname) FROM pg_roles AS g WHERE pg_has_role(g.oid, 'member')))
FROM pg_roles AS r WHERE r.rolname = session_user
"""
"""What a login is, asked by itself."""


@dataclass
class Source:
    """A working database: its dump, what was asked of it and what it answered, what its editor's login was."""

    dump: Path
    case: Case
    answers: dict[str, Any]
    login: dict[str, Any]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    folder = tmp_path_factory.mktemp("source")
    with private_settings() as settings:
        deploy(settings, ensure(settings))
        with open_doors(settings, folder) as doors:
            case = case_of(doors, live_there(doors))
            dump = dump_file(doors.cluster, folder / "gisgrid.dump")
            found = Source(dump, case, ask_everything(doors, case), doors.sql(LOGIN_FACTS))
    yield found  # its server is gone


@dataclass
class Restored:
    """A fresh server into which a dump was restored."""

    settings: Settings
    cluster: Cluster
    errors: list[str]


@pytest.fixture(scope="module")
def restored(source: Source) -> Iterator[Restored]:
    """As it is before anybody migrates: owners, grants, policies and logins went with the roles that are not there."""
    with private_settings() as settings:
        cluster = ensure(settings)
        yield Restored(settings, cluster, restore(cluster, source.dump))


@pytest.fixture(scope="module")
def migrated(restored: Restored, source: Source, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """The doors of the restored database."""
    assert migrate(restored.cluster.owner_url) is True
    with serving(restored.settings, restored.cluster) as app:
        folder = tmp_path_factory.mktemp("restored")
        yield Doors(restored.settings, restored.cluster, folder, app, dict(source.case.secrets))


@pytest.mark.timeout(900)  # the district lives, and answers 4,800 questions
def test_a_restore_loses_nothing_but_what_belongs_to_roles(restored: Restored) -> None:
    assert restored.errors, "there were roles in a fresh server"
    assert [error for error in restored.errors if not error.endswith("does not exist")] == []
    assert {error for error in restored.errors if "role " not in error} == set()


@pytest.mark.timeout(900)
def test_every_answer_is_that_of_the_source(migrated: Doors, source: Source) -> None:
    now = ask_everything(migrated, source.case)
    found = differences(source.answers, now)
    assert not found, f"{len(found)} of {len(now)} answers differ:\n" + "\n".join(found[:40])


def test_it_is_ready_and_nothing_is_left_to_migrate(migrated: Doors, restored: Restored) -> None:
    ready = migrated.client().get("/readyz")
    assert ready.status_code == 200, ready.text
    assert migrate(restored.cluster.owner_url) is False


def test_work_goes_on(migrated: Doors) -> None:
    staff = Worker(migrated)
    staff.reports_and_closes()
    staff.publishes_and_undoes()


def test_an_editor_signs_in_by_his_old_secret_draws_and_publishes(migrated: Doors) -> None:
    Worker(migrated).draws_as_qgis_does(LOGIN, NORTH, CODES["B"], CODES["F"], SHAPES, draw("..BB\n..BF\n..FF"))


def test_an_editor_made_again_may_what_he_might_and_nothing_more(migrated: Doors, source: Source) -> None:
    """His login is as `user add` made it: zone, limits, groups; its area bounds him as before."""
    assert migrated.sql(LOGIN_FACTS) == source.login
    with pytest.raises(DBAPIError, match="360302002"):
        migrated.sql("INSERT INTO draft.changeset (area_code) VALUES ('360302002')")


Loss = tuple[str, str]
GONE: list[Loss] = [  # what somebody does by hand, or a restore leaves out; by which name it is found
    ("DROP FUNCTION app.next_code(text, text, text)", "function app.next_code"),
    ("DROP FUNCTION tile.camera(integer, public.geometry, timestamptz, jsonb)", "function tile.camera"),
    ("DROP VIEW app.area_now CASCADE", "view app.area_now"),
    ("DROP TRIGGER start_clock ON work.ticket", "trigger start_clock ON work.ticket"),
    ("DROP POLICY {policy} ON work.ticket_private", "policy {policy} ON work.ticket_private"),
    ("REVOKE SELECT ON work.ticket FROM gisgrid_service", "SELECT ON work.ticket TO gisgrid_service"),
    ("REVOKE USAGE ON SCHEMA overlay FROM gisgrid_viewer", "USAGE ON SCHEMA overlay TO gisgrid_viewer"),
    ("REVOKE EXECUTE ON FUNCTION app.receive_report(jsonb) FROM gisgrid_service", "EXECUTE ON app.receive_report"),
    ("ALTER FUNCTION public.geometry_overlaps(public.geometry, public.geometry) NOT LEAKPROOF", "geometry_overlaps"),
    ("ALTER ROLE gisgrid_api RESET statement_timeout", "role gisgrid_api"),
]
TURNED: list[Loss] = [
    (
        "CREATE OR REPLACE FUNCTION app.next_code(network text, parent_code text, like_code text DEFAULT NULL)"
        " RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'mine' $$",
        "function app.next_code",
    ),
    ("ALTER FUNCTION app.receive_reports(jsonb) SECURITY INVOKER", "function app.receive_reports"),
    ("ALTER FUNCTION app.take_step(text, text, text, text, text) RESET ALL", "function app.take_step"),
    ("ALTER TABLE work.ticket DISABLE TRIGGER start_clock", "trigger start_clock ON work.ticket"),
    ("ALTER POLICY {policy} ON work.ticket_private USING (true)", "policy {policy} ON work.ticket_private"),
    ("ALTER TABLE overlay.camera DISABLE ROW LEVEL SECURITY", "row security overlay.camera"),
    ("ALTER TABLE work.ticket OWNER TO postgres", "owner work.ticket"),
    ("ALTER FUNCTION app.receive_report(jsonb) OWNER TO postgres", "owner app.receive_report"),
    ("REVOKE gisgrid_viewer FROM gisgrid_editor", "role gisgrid_editor"),
]
ADDED: list[Loss] = [
    ("CREATE POLICY open_to_all ON work.ticket_private USING (true)", "policy open_to_all ON work.ticket_private"),
    ("GRANT UPDATE ON work.ticket TO gisgrid_viewer", "UPDATE ON work.ticket TO gisgrid_viewer"),
    ("GRANT SELECT ON work.ticket_private TO PUBLIC", "SELECT ON work.ticket_private TO PUBLIC"),
    ("GRANT SELECT (name) ON core.account TO gisgrid_viewer", "SELECT ON core.account (name) TO gisgrid_viewer"),
    ("GRANT EXECUTE ON FUNCTION app.receive_report(jsonb) TO PUBLIC", "EXECUTE ON app.receive_report"),
    ("ALTER ROLE gisgrid_api SUPERUSER", "role gisgrid_api"),
    ("GRANT gisgrid_owner TO gisgrid_viewer", "role gisgrid_viewer"),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "name"), GONE + TURNED + ADDED, ids=lambda value: str(value)[:70])
def test_each_loss_has_its_name(migrated: Doors, restored: Restored, loss: str, name: str) -> None:
    policy = _a_policy(restored)
    engine = create_engine(restored.cluster.owner_url)
    with engine.connect() as connection:
        connection.exec_driver_sql(loss.replace("{policy}", policy))
        found = [str(one) for one in find_differences(connection)]
        connection.rollback()
    engine.dispose()
    assert any(name.replace("{policy}", policy) in one for one in found), found


@pytest.mark.parametrize("losses", [GONE, TURNED, ADDED], ids=["gone", "turned", "added"])
def test_what_is_lost_is_told_by_the_service_and_put_right(
    migrated: Doors, restored: Restored, losses: list[Loss]
) -> None:
    url, policy = restored.cluster.owner_url, _a_policy(restored)
    ask(url, *(loss.replace("{policy}", policy) for loss, _ in losses))
    status, said = _ready(restored)
    assert status == 503
    words = [one["message"] for one in said]
    missed = [name for _, name in losses if not any(name.replace("{policy}", policy) in one for one in words)]
    assert missed == [], words
    assert all(one["message"] and one["remedy"] and one["message_zh"] and one["remedy_zh"] for one in said)
    assert migrate(url) is True
    assert _ready(restored) == (200, [])
    assert migrate(url) is False


def _a_policy(restored: Restored) -> str:
    policies = "SELECT min(policyname) FROM pg_policies WHERE tablename = 'ticket_private'"
    return str(ask(restored.cluster.owner_url, policies))


def test_a_lost_login_is_made_again(migrated: Doors, restored: Restored) -> None:
    ask(restored.cluster.owner_url, "DROP OWNED BY brush", "DROP ROLE brush")
    said: list[str] = []
    assert migrate(restored.cluster.owner_url, say=said.append) is True
    assert any("brush" in line for line in said)
    assert migrated.sql("SELECT session_user", "brush") == "brush"


def test_a_login_that_somebody_closed_stays_closed(migrated: Doors, restored: Restored) -> None:
    """The password was changed since: what is kept is the new one."""
    url = restored.cluster.owner_url
    ask(url, "ALTER ROLE brush PASSWORD 'another one, invented'")
    assert migrate(url) is False
    ask(url, "DROP OWNED BY brush", "DROP ROLE brush")
    assert migrate(url) is True
    with pytest.raises(OperationalError, match="password authentication failed"):
        migrated.sql("SELECT 1", "brush")
    migrated.secrets["brush"] = "another one, invented"
    assert migrated.sql("SELECT session_user", "brush") == "brush"


@pytest.mark.parametrize(
    ("lost", "name"),
    [
        ("ALTER TABLE work.ticket DROP CONSTRAINT priority_is_1_to_5", "priority_is_1_to_5"),
        ("DROP INDEX work.{index}", "{index}"),
    ],
)
def test_what_cannot_be_made_again_is_named(migrated: Doors, restored: Restored, lost: str, name: str) -> None:
    """A constraint or an index of a table with data: said by name, and nothing else is touched."""
    url = restored.cluster.owner_url
    index = ask(url, "SELECT min(indexname) FROM pg_indexes WHERE schemaname = 'work' AND tablename = 'ticket'"
                " AND indexdef ~ 'gist'")  # fmt: skip
    again = (
        ask(url, f"SELECT pg_get_indexdef('work.{index}'::regclass)")
        if "{" in lost
        else "ALTER TABLE work.ticket ADD CONSTRAINT priority_is_1_to_5 CHECK (priority BETWEEN 1 AND 5)"
    )
    ask(url, lost.format(index=index))
    with pytest.raises(GisgridError) as refused:
        migrate(url)
    assert name.format(index=index) in str(refused.value)
    _is_said_well(refused.value)
    ask(url, str(again))
    assert migrate(url) is False


def test_a_busy_database_is_said_in_one_sentence(
    migrated: Doors, restored: Restored, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody looks at the areas in a transaction that does not end, while there is something to rebuild."""
    url = restored.cluster.owner_url
    ask(url, "DROP FUNCTION app.next_code(text, text, text)")
    reader = create_engine(url, connect_args={"application_name": "a map that stays open"})
    with reader.begin() as connection:
        connection.execute(text("SELECT count(*) FROM app.area_now"))
        with pytest.raises(Unavailable, match="a map that stays open") as refused:
            migrate(url)
        _is_said_well(refused.value)
        assert "\n" not in str(refused.value)
        where = ["--data-dir", str(restored.settings.data_dir), "--db-port", str(restored.settings.db_port)]
        assert run(["migrate", *where]) == 1
        said = capsys.readouterr().err
        assert "a map that stays open" in said
        assert "Traceback" not in said
    reader.dispose()
    assert migrate(url) is True


def test_a_deploy_beside_another_is_said_in_one_sentence(migrated: Doors, restored: Restored) -> None:
    engine = create_engine(restored.cluster.owner_url, connect_args={"application_name": "another deploy"})
    with engine.begin() as connection:
        held = connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": DEPLOY_LOCK})
        held.close()
        with pytest.raises(Unavailable, match="another deploy") as refused:
            migrate(restored.cluster.owner_url)
        _is_said_well(refused.value)
    engine.dispose()


def _ready(restored: Restored) -> tuple[int, list[dict[str, str]]]:
    """What a service that starts now says of itself."""
    with serving(restored.settings, restored.cluster) as app:
        answer = Doors(restored.settings, restored.cluster, Path(), app).client().get("/readyz")
    return answer.status_code, answer.json().get("errors", [])


def _is_said_well(error: GisgridError) -> None:
    for fault in (one.in_both() for one in error.faults):
        assert fault.message and fault.remedy and fault.message_zh and fault.remedy_zh
        assert any("\u4e00" <= letter <= "\u9fff" for letter in fault.message_zh)
