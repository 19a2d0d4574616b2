"""Rows travel as types of their own, and instants are written in one place; a planted offender is caught."""

from pathlib import Path

import pytest

from tests.house import rows
from tests.house.tree import CHECKOUT, Check, plant

CEILING = 5
"""Functions that still take or give `dict[str, Any]`. It only falls: type one of them, lower the number."""
OFFENDERS: list[tuple[Check, dict[str, str]]] = [
    (rows.loose_rows, {"gisgrid/a.py": "def f() -> list[dict[str, Any]]: ...\n"}),
    (rows.loose_rows, {"gisgrid/a.py": "class A:\n    async def f(self, *, row: Mapping[str, Any] | None): ...\n"}),
    (rows.loose_rows, {"gisgrid/a.py": "def f(**columns: typing.Dict | dict[(str, Any)]): ...\n"}),
    (rows.own_instants, {"gisgrid/a.py": "print(at.astimezone(zone).isoformat())\n"}),
    (rows.own_instants, {"gisgrid/a.py": "print(at.strftime('%Y'))\n"}),
]
HARMLESS = "def f(row: dict[str, str], facts: Json) -> datetime:\n    return datetime.fromisoformat(row['at'])\n"


def test_rows_have_types_of_their_own() -> None:
    found = rows.loose_rows(CHECKOUT)
    assert len(found) == CEILING, "\n".join(["no more than before; fewer: lower CEILING", *found])


def test_instants_are_written_in_one_place() -> None:
    found = [fault for fault in rows.own_instants(CHECKOUT) if not fault.startswith("gisgrid/tickets/")]
    assert found == []


@pytest.mark.parametrize(("check", "planted"), OFFENDERS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_offender_is_caught(check: Check, planted: dict[str, str], tmp_path: Path) -> None:
    assert len(check(plant(tmp_path, planted))) == 1


@pytest.mark.parametrize("check", [rows.loose_rows, rows.own_instants], ids=lambda check: check.__name__)
def test_what_is_allowed_passes(check: Check, tmp_path: Path) -> None:
    assert check(plant(tmp_path, {"gisgrid/a.py": HARMLESS, "tests/a.py": "def f() -> dict[str, Any]: ...\n"})) == []
