"""Who may what stands in rows (core.permission): no condition in SQL, Python, the viewer or a layer names a role."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tests.house.tree import CHECKOUT, plant

FOLDERS = {"sql/app": ("sql",), "gisgrid": ("py",), "viewer/src": ("ts", "tsx"), "tiles": ("sql", "json")}
COMMENT = re.compile(r"^\s*(--|#|//|/?\*)")
ROLES = "SELECT role FROM core.account_role UNION SELECT role FROM core.post_role"
OFFENDERS = [
    ("sql/app/people/one.sql", "WHERE c.role = 'admin'"),
    ("sql/app/people/one.sql", "WHERE p.role IN ('head')"),
    ("sql/app/people/one.sql", "IF actor_role <> ALL('{dispatcher,admin}') THEN"),
    ("gisgrid/one.py", 'if caller.role == "admin":'),
    ("gisgrid/one.py", 'if caller.role in ("admin",):'),
    ("gisgrid/one.py", 'COORDINATORS = {"dispatcher", "supervisor"}'),
    ("viewer/src/one.tsx", "if (session.value?.role === 'worker') return null;"),
    ("viewer/src/one.ts", "const tellers = new Set(['worker', 'department']);"),
    ("viewer/src/one.ts", "return roles.includes('admin');"),
    ("tiles/one/tilejson.json", '"roles": ["worker", "admin"]'),
]
INNOCENT = [
    ("sql/app/people/one.sql", "-- not for role = 'admin'"),
    ("sql/app/people/one.sql", "WHERE r.works_in = 'department'"),
    ("gisgrid/one.py", 'column("department")'),
    ("gisgrid/one.py", 'make_account(cluster, "admin", "admin")'),
    ("viewer/src/one.ts", "export const bys = ['post', 'department'];"),
]


def conditions(root: Path, roles: list[str]) -> Iterator[str]:
    """Which lines compare a role with a name, or list several names of roles?"""
    one = f"['\"](?:{'|'.join(roles)})['\"]"
    named = re.compile(
        rf"(['\"])({'|'.join(roles)})\1\s*,\s*(['\"])(?!\2\3)(?:{'|'.join(roles)})\3"
        rf"|\{{(?:{'|'.join(roles)})(?:,(?:{'|'.join(roles)}))+\}}"
        rf"|role\w*\s*\)?\s*(?:=|<>|[!=]==?|\bIN\b|\bnot in\b|\bin\b)\s*[(\[{{]*\s*{one}"
        rf"|{one}\s*\)?\s*(?:=|<>|[!=]==?|\bIN\b|\bnot in\b|\bin\b)\s*(?:ANY)?\(?[\w.?]*role"
        rf"|\.(?:includes|has)\({one}\)",
        re.IGNORECASE,
    )
    for folder, endings in FOLDERS.items():
        for path in sorted((root / folder).rglob("*")):
            if path.suffix[1:] not in endings or path.name == "schema.ts":
                continue
            lines = path.read_text(encoding="utf-8").split("\n")
            code = "\n".join("" if COMMENT.match(line) else line for line in lines)
            for found in named.finditer(code):
                yield f"{path.relative_to(root)}:{code.count(chr(10), 0, found.start()) + 1}: {found[0]}"


@pytest.fixture
def roles(db: Connection) -> list[str]:
    """The names of all roles, as a fresh database has them."""
    return list(db.execute(text(ROLES)).scalars())


def test_no_condition_names_a_role(roles: list[str]) -> None:
    assert list(conditions(CHECKOUT, roles)) == []


@pytest.mark.parametrize(("path", "line"), OFFENDERS)
def test_an_offender_is_caught(path: str, line: str, tmp_path: Path, roles: list[str]) -> None:
    plant(tmp_path, {path: f"\n{line}\n"})
    assert len(list(conditions(tmp_path, roles))) == 1


@pytest.mark.parametrize(("path", "line"), INNOCENT)
def test_what_names_no_role_in_a_condition_passes(path: str, line: str, tmp_path: Path, roles: list[str]) -> None:
    plant(tmp_path, {path: f"\n{line}\n"})
    assert list(conditions(tmp_path, roles)) == []
