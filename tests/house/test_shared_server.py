"""The tests of a process share one database server, and one thread with a browser's event loop.

A login belongs to all of the server, so two files never make one of the same name; what is asked about sessions and
locks names the database, or the next test's are counted, too; and a test runs an event loop in a thread of its own.
"""

import re
from pathlib import Path

import pytest

from tests.house.tree import CHECKOUT, files, plant

MADE = re.compile(
    r"CREATE (?:ROLE|USER) \"?(?P<role>\w+)"
    r"|add_account\(\s*\w+,\s*\"(?P<name>\w+)\",\s*\"(?:editor|analyst)\"(?![^)]*login=False)"
)
ELSEWHERE = {"tests/sql/test_cluster.py", f"tests/house/{Path(__file__).name}"}
"""Files that make logins on a server of their own, or none."""

SESSIONS = re.compile(r"pg_locks|pg_stat_activity")
OWN_LOOP = re.compile(r"(?<!submit\()asyncio\.run\b|run_until_complete|asyncio\.Runner|\.wait_for_function\(")
NEAR = 250
"""So many characters on either side of what asks about sessions a statement reaches, at most."""


def find_shared(root: Path) -> list[str]:
    """Names of logins that more than one file makes."""
    makers: dict[str, set[str]] = {}
    for path in files(root / "tests", ".py"):
        name = path.relative_to(root).as_posix()
        for found in MADE.finditer("" if name in ELSEWHERE else path.read_text(encoding="utf-8")):
            makers.setdefault(found["role"] or found["name"], set()).add(name)
    return [f"{login}: {', '.join(sorted(paths))}" for login, paths in sorted(makers.items()) if len(paths) > 1]


def test_two_files_make_no_login_of_one_name() -> None:
    assert find_shared(CHECKOUT) == []


@pytest.mark.parametrize("line", ['"CREATE ROLE li LOGIN"', 'add_account(\n    connection, "li", "editor", NORTH)'])
def test_a_shared_login_is_found(line: str, tmp_path: Path) -> None:
    planted = {"tests/a.py": 'add_account(it, "li", "analyst")', "tests/b.py": line}
    assert find_shared(plant(tmp_path / "shared", planted)) == ["li: tests/a.py, tests/b.py"]
    planted = {"tests/a.py": 'add_account(it, "li", "editor", NORTH, login=False)', "tests/b.py": line}
    assert find_shared(plant(tmp_path / "own", planted)) == []


def find_crossing(root: Path) -> list[str]:
    """Lines of tests that look into another test's database, run a loop where a browser may have one, or let a page
    evaluate text, which its policy forbids (`hands.wait_for` does it from outside).
    """
    found = []
    for path in files(root / "tests", ".py"):
        name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        if name in ELSEWHERE:
            continue
        wide = [m for m in SESSIONS.finditer(text) if "datname" not in text[max(m.start() - NEAR, 0) : m.end() + NEAR]]
        found += [f"{name}:{text.count(chr(10), 0, m.start()) + 1}" for m in (*wide, *OWN_LOOP.finditer(text))]
    return sorted(found)


def test_no_test_looks_into_anothers_database_or_loop() -> None:
    assert find_crossing(CHECKOUT) == []


@pytest.mark.parametrize(
    "line",
    [
        '"SELECT count(*) FROM pg_locks WHERE NOT granted"',
        "asyncio.run(run())",
        "loop.run_until_complete(run())",
        "page.wait_for_function(drawn)",
    ],
)
def test_a_crossing_is_found(line: str, tmp_path: Path) -> None:
    assert find_crossing(plant(tmp_path / "wide", {"tests/a.py": f"import x\n{line}"})) == ["tests/a.py:2"]
    own = {"tests/a.py": "elsewhere.submit(asyncio.run, run())  # FROM pg_locks WHERE datname = current_database()"}
    assert find_crossing(plant(tmp_path / "own", own)) == []
