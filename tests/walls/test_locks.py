"""The numbers of advisory locks: each in one place, and no two the same, or who waits for one waits for another."""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.migrations import DEPLOY_LOCK
from tests.house.tree import CHECKOUT
from tests.walls.conftest import Walls

NUMBER = re.compile(r"(?i)advisory_\w*lock\w*\s*\(\s*\d|\b7147\d{3}\b")
LOCKS = ("bin", "boundary", "broker", "counter", "crossing", "publisher", "relocation")
PLACES = {"gisgrid/migrations/__init__.py", *(f"sql/app/lib/{name}_lock.sql" for name in LOCKS)}
NAMED = """
SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'app' AND p.proname ~ '_lock$' AND p.pronargs = 0 AND p.prorettype = 'bigint'::regtype
"""


def numbers(connection: Connection) -> list[int]:
    """Every lock's number, also the deploy's."""
    names = connection.execute(text(NAMED)).scalars().all()
    return [DEPLOY_LOCK, *(connection.execute(text(f"SELECT app.{name}()")).scalar_one() for name in names)]


def spelt_out(folder: Path) -> Iterator[str]:
    """Files that take a lock by a number, or say one."""
    for pattern in ("gisgrid/**/*.py", "sql/**/*.sql", "tiles/**/*.sql"):
        for path in sorted(folder.glob(pattern)):
            name = path.relative_to(folder).as_posix()
            if not name.startswith("sql/upgrade/") and NUMBER.search(path.read_text(encoding="utf-8")):
                yield name


def test_no_two_locks_share_a_number(walls: Walls) -> None:
    with walls.owner.transaction() as connection:
        found = numbers(connection)
        assert len(found) == len(PLACES) and len(set(found)) == len(found)
        connection.execute(
            text(f"CREATE FUNCTION app.planted_lock() RETURNS bigint LANGUAGE sql AS 'SELECT {DEPLOY_LOCK}::bigint'")
        )
        planted = numbers(connection)
        assert len(planted) == len(PLACES) + 1 and len(set(planted)) == len(PLACES)
        connection.rollback()


def test_a_lock_has_its_number_in_one_place(tmp_path: Path) -> None:
    assert set(spelt_out(CHECKOUT)) == PLACES
    planted = tmp_path / "sql" / "app" / "planted.sql"
    planted.parent.mkdir(parents=True)
    planted.write_text("SELECT pg_advisory_xact_lock(7);")
    assert list(spelt_out(tmp_path)) == ["sql/app/planted.sql"]
