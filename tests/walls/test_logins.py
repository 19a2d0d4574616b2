"""A person's own database login, whoever he is, reads and counts nothing private, and stops nobody.

Long because every way in which a login could read, count or stop is tried here.
"""

import re
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gisgrid.access import add_account, switch_account
from gisgrid.database import Database
from gisgrid.migrations.logins import keep_logins
from tests.walls.conftest import CODES, LOGINS, NORTH, PRIVATE, SOUTH, Walls

FACTS = {"draft.changeset", "draft.area", "draft.problem"}
"""Tables with policies that a login may read: drafts are facts without people."""
READABLE = """
SELECT c.oid::regclass::text AS name, n.nspname || '.' || c.relname AS plain, c.relrowsecurity AS has_policies,
    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile}') AND c.relkind IN ('r', 'v')
  AND has_column_privilege(:login, c.oid, a.attnum, 'SELECT') GROUP BY c.oid, n.nspname ORDER BY 1
"""
CALLABLE = """
SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile}') AND has_function_privilege(:login, p.oid, 'EXECUTE')
"""
HARMLESS = {"gin_clean_pending_list(regclass)", "brin_summarize_new_values(regclass)"}
"""They ask whose the index is."""
CONNECTIONS, WINDOW, KEPT = 20, 9, 30
"""The most connections of a person's login and of a window of QGIS; those kept for everything else on the server."""
PEOPLE = "pg_roles AS p WHERE p.rolcanlogin AND NOT p.rolsuper AND pg_has_role(p.oid, 'gisgrid_viewer', 'MEMBER')"
"""Of the whole server, as its connections are."""
HIDDEN = re.compile(r"Rows Removed by (?:Filter|Join Filter|Index Recheck): (\d+)")


def plan(walls: Walls, login: str, sql: str) -> str:
    with walls.sit(login) as connection:
        return "\n".join(connection.execute(text(f"EXPLAIN (ANALYZE, VERBOSE) {sql}")).scalars())


@pytest.fixture(params=list(LOGINS))
def login(request: pytest.FixtureRequest, walls: Walls) -> str:
    return walls.login(str(request.param))


def test_no_login_reads_a_table_with_private_rows(walls: Walls, login: str) -> None:
    with walls.owner.transaction() as connection:
        rows = connection.execute(text(READABLE), {"login": login}).all()
    assert {row.plain for row in rows if row.has_policies} <= FACTS
    assert {row.plain for row in rows} & set(PRIVATE) == set()


@pytest.mark.parametrize("table", PRIVATE)
def test_a_private_table_is_not_even_explained(walls: Walls, login: str, table: str) -> None:
    for sql in (f"SELECT count(*) FROM {table}", f"TABLE {table} LIMIT 0"):
        with pytest.raises(DBAPIError, match="permission denied"):
            plan(walls, login, sql)


def test_no_plan_counts_what_is_hidden(walls: Walls, login: str) -> None:
    """Whatever a login can read, box by box and key by key: no node of a plan reads a private table."""
    with walls.owner.transaction() as connection:
        relations = connection.execute(text(READABLE), {"login": login}).all()
    for name, columns in ((one.name, one.columns) for one in relations):
        told = plan(walls, login, f"SELECT {columns} FROM {name}")
        for private in PRIVATE:
            assert not re.search(rf"\b(?:on|from) {re.escape(private)}\b", told, re.IGNORECASE), (name, told)


def test_an_editor_sees_the_cameras_of_his_town_and_no_others(walls: Walls) -> None:
    sql = "SELECT code FROM app.camera_in_scope ORDER BY 1"
    seen: dict[str, list[Any]] = {}
    for kind in LOGINS:
        with walls.sit(walls.login(kind)) as connection:
            seen[kind] = list(connection.execute(text(sql)).scalars())
    assert seen["north"] == [f"cam-{CODES['A']}", f"cam-{CODES['B']}"]
    assert seen["south"] == [f"cam-{CODES['C']}", f"cam-{CODES['D']}"]
    assert len(seen["whole"]) == 4 and seen["figures"] == [], "who reads figures sees no camera"
    told = plan(
        walls,
        walls.login("north"),
        "SELECT * FROM app.camera_in_scope WHERE geom && ST_MakeEnvelope(113, 27, 114, 28, 4326)",
    )
    assert "Function Scan" in told and HIDDEN.search(told) is None


def test_an_editor_calls_nothing_that_answers_with_people(walls: Walls, login: str) -> None:
    with walls.owner.transaction() as connection:
        names = " ".join(connection.execute(text(CALLABLE), {"login": login}).scalars())
    for forbidden in (
        "posts_at",
        "on_duty",
        "statistics_by",
        "post_records",
        "receive_report",
        "keep_login",
        "end_login",
        "accounts_of",
        "add_account",
        "change_account",
        "switch_account",
        "remove_account",
        "set_secret",
        "tile.camera",
        "tile.patrol",
        "check_saved",
        "solve_conflicts",
    ):
        assert f"{forbidden}(" not in names


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_advisory_lock(7147001)",
        "SELECT pg_advisory_lock_shared(7147001)",
        "SELECT pg_try_advisory_lock(7147001)",
        "SELECT pg_advisory_xact_lock(7147002)",
        "SELECT pg_try_advisory_xact_lock_shared(1, 2)",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT _postgis_stats('work.ticket', 'geom')",
        "SELECT _postgis_selectivity('work.ticket_private', 'geom', ST_MakeEnvelope(113, 27, 114, 28, 4326))",
        "SELECT ST_EstimatedExtent('work', 'ticket_private', 'geom')",
        "SELECT pg_stat_get_live_tuples('work.ticket_private'::regclass)",
        "SELECT * FROM pg_stat_user_tables",
        "SELECT * FROM pg_statio_user_tables",
        "SELECT * FROM pg_stat_user_indexes",
        "SELECT pg_relation_size('overlay.camera')",
        "SELECT pg_total_relation_size('overlay.ping')",
        "SELECT pg_table_size('work.ticket_private')",
        "SELECT pg_indexes_size('core.post')",
        "SELECT pg_database_size(current_database())",
        "SELECT pg_current_wal_lsn()",
        "SELECT pg_logical_emit_message(false, 'x', 'y')",
        "SELECT * FROM pg_control_checkpoint()",
        "SELECT reltuples FROM pg_class",
        "SELECT relpages, relallvisible FROM pg_class WHERE relname = 'ticket_private'",
        "SELECT * FROM pg_class",
        "LOCK TABLE work.ticket IN SHARE MODE",
        "LOCK TABLE core.area_version IN EXCLUSIVE MODE",
        "CREATE TABLE public.mine (x integer)",
        "CREATE SCHEMA mine",
        "SET ROLE gisgrid_owner",
        "SET ROLE gisgrid_service",
        "SET temp_file_limit = -1",
    ],
)
def test_what_would_stop_or_spy_on_the_district_is_refused(walls: Walls, login: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied|must be"), walls.sit(login) as connection:
        connection.execute(text(statement))


WRITERS = """
SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile}') AND p.prosecdef AND p.provolatile = 'v'
  AND has_function_privilege(:login, p.oid, 'EXECUTE')
"""
CALLED = {"app.refuse(text,text[])", "app.undo_by_hand(bigint)"}
"""What an editor may call that runs as the owner and may write: a refusal, and the undo, which asks whose it is."""


def test_a_login_calls_nothing_that_writes_as_the_owner(walls: Walls, login: str) -> None:
    """A save's check dates its change set anew: called for a published one, it altered from when that applies."""
    with walls.owner.transaction() as connection:
        assert set(connection.execute(text(WRITERS), {"login": login}).scalars()) <= CALLED


SPIES = """
SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'pg_catalog' AND p.pronargs BETWEEN 1 AND 2 AND has_function_privilege(:login, p.oid, 'EXECUTE')
  AND (p.proargtypes[0] = 'regclass'::regtype OR p.proname ~ '^pg_(stat|statio)_' AND p.proargtypes[0] = 'oid'::regtype)
  AND p.prorettype = ANY('{bigint,double precision,timestamptz}'::regtype[])
  AND p.proname <> ALL('{nextval,currval,setval,pg_sequence_last_value}')
"""
"""Functions of the server that answer with a number, or an instant, about a table; those of sequences ask who may."""


def test_no_function_of_the_server_measures_a_table(walls: Walls, login: str) -> None:
    with walls.owner.transaction() as connection:
        found = set(connection.execute(text(SPIES), {"login": login}).scalars())
        everybody = set(connection.execute(text(SPIES), {"login": "postgres"}).scalars())
    assert found - HARMLESS == set() and len(everybody) > 20


def test_nobody_squats_the_key_of_who_comes_later(walls: Walls) -> None:
    north, south = walls.login("north"), walls.login("south")
    ahead = walls.one("SELECT last_value + 1 FROM draft.changeset_id_seq")
    with walls.sit(north) as connection:
        given = connection.execute(
            text("INSERT INTO draft.changeset (changeset_id, area_code) VALUES (:id, :area) RETURNING changeset_id"),
            {"id": ahead + 1, "area": NORTH},
        ).scalar_one()
    assert given == ahead
    with walls.sit(south) as connection:
        connection.execute(text("INSERT INTO draft.changeset (area_code) VALUES (:area)"), {"area": SOUTH})


def test_a_login_has_limits_of_its_own(walls: Walls, login: str) -> None:
    with walls.owner.transaction() as connection:
        row = connection.execute(
            text("SELECT rolconfig, rolconnlimit, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = :login"),
            {"login": login},
        ).one()
        most = int(connection.execute(text("SHOW max_connections")).scalar_one())
    limits = {"statement_timeout=2min", "lock_timeout=10s", "idle_in_transaction_session_timeout=1min"}
    assert set(row.rolconfig) >= limits | {"temp_file_limit=1GB", "log_min_error_statement=panic"}
    assert 1 <= row.rolconnlimit <= most // 4 and not row.rolsuper and not row.rolbypassrls


def test_all_logins_together_leave_connections_to_the_service(walls: Walls) -> None:
    """Also when one more person is hired: whose limit the others' makes room for."""
    superuser = Database(walls.url, role="")
    room = walls.one("SELECT current_setting('max_connections')::int") - KEPT - 3
    standing = walls.one(f"SELECT count(*) FROM {PEOPLE}")
    hired = [f"hired{number}_{make_url(walls.url).database}" for number in range(room // 2 - standing)]
    held = f"SELECT sum(p.rolconnlimit) AS sum, min(p.rolconnlimit) AS least FROM {PEOPLE}"
    limits = []
    try:
        for name in hired:
            with superuser.transaction() as connection:
                add_account(connection, name, "editor", NORTH)
                most = int(connection.execute(text("SHOW max_connections")).scalar_one())
                row = connection.execute(text(held)).one()
            assert row.sum <= most - KEPT
            limits.append(row.least)
        assert limits[-1] < limits[0] <= CONNECTIONS
    finally:
        with superuser.transaction() as connection:
            for name in hired:
                connection.execute(text("DELETE FROM core.login_scope WHERE login = :name"), {"name": name})
                connection.exec_driver_sql(f'DROP ROLE IF EXISTS "{name}"')
            keep_logins(connection, lambda line: None)
        superuser.close()


def test_two_windows_of_qgis_fit_into_a_login_while_the_server_has_room(walls: Walls) -> None:
    """QGIS waits without end for a connection that its login may not have, with its map half drawn."""
    room = walls.one("SELECT current_setting('max_connections')::int") - KEPT - 3
    standing = walls.one(f"SELECT count(*) FROM {PEOPLE}")
    assert 2 * WINDOW <= CONNECTIONS
    assert walls.one("SELECT share FROM app.login_room()") == min(CONNECTIONS, room // standing)
    needed = walls.one("SELECT most_connections FROM app.login_room()")
    assert needed is None if standing * WINDOW <= room else needed >= standing * WINDOW + KEPT + 3


def test_a_session_that_stands_idle_in_a_transaction_is_ended_whatever_it_set(walls: Walls) -> None:
    """By the login of the service, which is a person's for this test: others do not sign in over the socket."""
    login = "gisgrid_api"
    with walls.owner.transaction() as connection:
        connection.execute(
            text("INSERT INTO core.login_scope (login, role) VALUES (:login, 'admin')"), {"login": login}
        )
    engine = create_engine(make_url(walls.url).set(username=login))
    with engine.connect() as idle:
        idle.execute(text("SET idle_in_transaction_session_timeout = 0"))
        assert walls.one("SELECT app.end_idle_logins('1 h')") == 0
        assert walls.one("SELECT app.end_idle_logins('0 s')") == 1
        with pytest.raises(OperationalError):
            idle.execute(text("SELECT 1"))
    engine.dispose()
    with walls.owner.transaction() as connection:
        connection.execute(text("DELETE FROM core.login_scope WHERE login = :login"), {"login": login})


def test_the_login_of_a_disabled_account_signs_in_nowhere_and_stays_so(walls: Walls) -> None:
    login = walls.login("south")
    may_sign_in = "SELECT rolcanlogin FROM pg_roles WHERE rolname = :login"
    superuser = Database(walls.url, role="")
    with superuser.transaction() as connection:
        switch_account(connection, login, is_on=False)
    assert walls.one(may_sign_in, login=login) is False
    with superuser.transaction() as connection:
        connection.exec_driver_sql(f'ALTER ROLE "{login}" LOGIN')  # as it is after a restore
        keep_logins(connection, lambda line: None)
    assert walls.one(may_sign_in, login=login) is False
    with superuser.transaction() as connection:
        switch_account(connection, login, is_on=True)
        keep_logins(connection, lambda line: None)
    assert walls.one(may_sign_in, login=login) is True
    superuser.close()
