"""A function that runs with its caller's rights names only functions that the same roles may execute."""

import re
from collections import defaultdict
from collections.abc import Iterable

from gisgrid.migrations.order import SqlFile, read_files
from tests.house.tree import CHECKOUT

PRIVILEGES = CHECKOUT / "tests" / "sql" / "privileges.txt"
_EXECUTE = re.compile(r"^EXECUTE ON (\w+\.\w+)\(.*\) TO (\w+)$", re.MULTILINE)


def granted(text: str) -> dict[str, set[str]]:
    """Which roles may execute which function?"""
    roles: dict[str, set[str]] = defaultdict(set)
    for function, role in _EXECUTE.findall(text):
        roles[function].add(role)
    return roles


def lacking(files: Iterable[SqlFile], roles: dict[str, set[str]]) -> list[str]:
    """Calls that fail for a role that may execute the caller."""
    known = list(files)
    functions = {name for file in known for name in file.makes if f"CREATE FUNCTION {name}" in file.text}
    return sorted(
        f"{maker} names {name}, which {', '.join(sorted(lost))} may not execute"
        for file in known
        if "SECURITY DEFINER" not in file.text
        for maker in file.makes & functions
        for name in file.names & functions
        if (lost := roles.get(maker, set()) - roles.get(name, set()))
    )


def test_what_a_function_calls_is_granted_with_it() -> None:
    assert lacking(read_files(), granted(PRIVILEGES.read_text("utf-8"))) == []


def test_a_missing_grant_is_found() -> None:
    roles = granted(PRIVILEGES.read_text("utf-8"))
    assert lacking(read_files(), roles | {"app.lattice_deg": set()})
