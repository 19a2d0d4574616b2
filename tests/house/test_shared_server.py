"""The tests share one database server: a login belongs to all of it, so two files never make one of the same name."""

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
