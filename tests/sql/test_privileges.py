"""What each role may execute and touch is one list, word for word; whatever is not on it nobody may.

Renew it after a change that is meant: `.venv/bin/python -m tests.sql.test_privileges`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from gisgrid.cluster import test_cluster
from gisgrid.migrations import migrate

LIST = Path(__file__).with_name("privileges.txt")
GRANTED = "SELECT identity FROM public.gisgrid_catalogue WHERE kind = 'grant' ORDER BY identity COLLATE \"C\""
NOW = """
SELECT p.oid::regprocedure::text AS what, r.rolname AS who
FROM pg_proc AS p CROSS JOIN pg_roles AS r
WHERE p.pronamespace = ANY('{core,draft,work,overlay,app,tile}'::regnamespace[]) AND r.rolname = :role
  AND has_function_privilege(r.oid, p.oid, 'EXECUTE') ORDER BY 1
"""


def granted(connection: Connection) -> list[str]:
    """The grants that the deploy wrote down, a line each."""
    return list(connection.execute(text(GRANTED)).scalars())


def test_the_list_of_grants_is_exact(db: Connection) -> None:
    assert granted(db) == LIST.read_text(encoding="utf-8").splitlines()


def test_nothing_is_open_to_everybody(db: Connection) -> None:
    assert [line for line in granted(db) if line.endswith("TO PUBLIC")] == []


def test_a_login_without_a_group_executes_nothing(db: Connection) -> None:
    db.execute(text("RESET ROLE"))
    db.execute(text("CREATE ROLE nobody_in_particular LOGIN"))
    assert db.execute(text(NOW), {"role": "nobody_in_particular"}).all() == []


@pytest.mark.parametrize(
    "opened",
    [
        "GRANT EXECUTE ON FUNCTION app.reroute(bigint, text, text, text, jsonb, boolean, text) TO gisgrid_service",
        "GRANT EXECUTE ON FUNCTION app.locate(geometry, text, timestamptz, double precision, timestamptz) TO PUBLIC",
        "GRANT SELECT ON core.account TO gisgrid_viewer",
        "GRANT UPDATE (step) ON work.ticket TO gisgrid_service",
        "REVOKE SELECT ON work.ticket FROM gisgrid_viewer",
    ],
)
def test_a_door_that_is_opened_or_shut_is_found_and_mended(opened: str, new_database: Callable[[], str]) -> None:
    url = new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(opened))
    assert migrate(url) is True
    assert migrate(url) is False
    with engine.connect() as connection:
        assert granted(connection) == LIST.read_text(encoding="utf-8").splitlines()
    engine.dispose()


def main() -> None:
    """Write the list anew from an empty database."""
    with test_cluster(say=lambda line: print(line, file=sys.stderr)) as url:
        migrate(url)
        engine = create_engine(url)
        with engine.connect() as connection:
            LIST.write_text("\n".join(granted(connection)) + "\n", encoding="utf-8")
        engine.dispose()


if __name__ == "__main__":
    main()
