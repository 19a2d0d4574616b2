"""What a session of a person's login sets for itself changes nothing in functions that run as the owner."""

import psycopg2
import pytest
from sqlalchemy import Connection, make_url, text

from tests.walls.conftest import Walls

FIXED = {
    "debug_print_parse=off",
    "debug_print_rewritten=off",
    "debug_print_plan=off",
    "gin_fuzzy_search_limit=0",
    "transform_null_equals=off",
}
ENTERED = """
SELECT p.oid::regprocedure::text AS name, coalesce(p.proconfig, '{}') AS fixed
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile}') AND p.prosecdef AND (
    has_function_privilege('gisgrid_editor', p.oid, 'EXECUTE')
    OR has_function_privilege('gisgrid_viewer', p.oid, 'EXECUTE')
    OR p.oid IN (SELECT t.tgfoid FROM pg_trigger AS t WHERE NOT t.tgisinternal))
"""
"""The functions that run as the owner and that a login reaches by itself, or by what it writes."""


def loose(connection: Connection) -> list[str]:
    """Which of them takes one of these settings, or its search path, from the session?"""
    return [
        one.name
        for one in connection.execute(text(ENTERED)).all()
        if not set(one.fixed) >= FIXED or not any(said.startswith("search_path=") for said in one.fixed)
    ]


def test_functions_that_a_login_enters_fix_their_settings(walls: Walls) -> None:
    with walls.owner.transaction() as connection:
        assert len(connection.execute(text(ENTERED)).all()) > 10
        assert loose(connection) == []
        connection.execute(text("ALTER FUNCTION app.cameras_in_scope() RESET debug_print_plan"))
        assert loose(connection) == ["app.cameras_in_scope()"]
        connection.rollback()


@pytest.mark.parametrize("name", ["debug_print_plan", "debug_print_parse", "debug_print_rewritten"])
def test_no_login_is_shown_the_plans_of_what_runs_for_it(walls: Walls, name: str) -> None:
    """With `client_min_messages` a plan comes to the client: with the estimates of private rows in it."""
    url = make_url(walls.url)
    session = psycopg2.connect(
        dbname=url.database, user=url.username, host=str(url.query["host"]), port=str(url.query["port"])
    )
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute(f'SET SESSION AUTHORIZATION "{walls.login("north")}"')
        cursor.execute(f"SET client_min_messages = log; SET {name} = on")
        cursor.execute("SELECT 1 FROM core.level")
        assert session.notices, "plans of its own statements are shown"
        session.notices.clear()
        oid = walls.one("SELECT 'overlay.camera'::regclass::oid::text")
        cursor.execute("SELECT * FROM app.camera_in_scope")
        assert cursor.fetchall() and f":relid {oid} " not in "".join(session.notices)
    session.close()
