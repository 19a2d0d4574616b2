"""Every tool of pyproject.toml passes over the checkout, and fails over a small tree with an offender in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import CHECKOUT, files, plant

TOOLS = {
    "lint": ["ruff", "check", "--no-cache", "--quiet"],
    "format": ["ruff", "format", "--no-cache", "--check", "--quiet"],
    "types": ["mypy", "--no-error-summary"],
    "floors": ["lint-imports", "--no-cache"],
    "sql": ["sqlfluff", "lint", "--disable-progress-bar", "sql", "tiles"],
}
NOTHING = {
    "gisgrid/__init__.py": "",
    "tests/__init__.py": "",
    "sql/a.sql": "SELECT 1;\n",
    "tiles/a/layer.sql": "SELECT 1;\n",
}
OFFENDERS = [
    ("lint", "gisgrid/a.py", "import os\n", "F401"),
    ("lint", "gisgrid/a.py", "def f(x=[]):\n    return x\n", "B006"),
    ("lint", "gisgrid/a.py", 'import subprocess\nsubprocess.run("ls", shell=True)\n', "S602"),
    ("format", "gisgrid/a.py", "x = {  'a':1 }\n", "a.py"),
    ("types", "gisgrid/a.py", "def f(x):\n    return x\n", "no-untyped-def"),
    ("types", "tests/a.py", 'x: int = "1"\n', "assignment"),
    ("sql", "sql/a.sql", "select code from core.area;\n", "CP01"),
    ("sql", "tiles/a/layer.sql", "SELECT code  FROM core.area;\n", "LT01"),
    ("sql", "sql/a.sql", "SELECT code FROM WHERE;\n", "PRS"),
    ("floors", "gisgrid/errors.py", "import gisgrid.database\n", "gisgrid.errors -> gisgrid.database"),
    (
        "floors",
        "gisgrid/database.py",
        "import psycopg2\nfrom gisgrid.tickets import intake\n",
        "gisgrid.database -> gisgrid.tickets",
    ),
    ("floors", "gisgrid/tickets/intake.py", "import gisgrid.boundaries.areas\n", "gisgrid.boundaries"),
    ("floors", "gisgrid/access.py", "import gisgrid.api.app\n", "gisgrid.access -> gisgrid.api"),
    ("floors", "gisgrid/tickets/intake.py", "import psycopg2\n", "psycopg2"),
    ("floors", "gisgrid/homeless.py", "", "gisgrid.homeless"),
]


def run(tool: str, root: Path) -> tuple[int, str]:
    """Exit code and words of a tool of this environment, started in a tree."""
    program, *arguments = TOOLS[tool]
    command = [str(Path(sys.executable).parent / program), *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_passes(tool: str) -> None:
    code, words = run(tool, CHECKOUT)
    assert code == 0, words


@pytest.mark.parametrize(("tool", "file", "text", "told"), OFFENDERS)
def test_a_tool_catches_an_offender(tool: str, file: str, text: str, told: str, tmp_path: Path) -> None:
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    plant(tmp_path, {**(_empty_rooms() if tool == "floors" else NOTHING), file: text})
    code, words = run(tool, tmp_path)
    assert code != 0
    assert told in words


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_passes_an_empty_tree(tool: str, tmp_path: Path) -> None:
    """What it catches above is the offender, not the small tree."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    plant(tmp_path, _empty_rooms() if tool == "floors" else NOTHING)
    code, words = run(tool, tmp_path)
    assert code == 0, words


def _empty_rooms() -> dict[str, str]:
    """Every module of the house, with nothing in it; the imports that a contract excuses stay."""
    paths = [path.relative_to(CHECKOUT).as_posix() for path in files(CHECKOUT / "gisgrid", ".py")]
    drivers = tuple(
        f"gisgrid/{name}.py" for name in ("database", "glances", "interrupts", "round_trips", "bench/ten_lines")
    )
    return dict.fromkeys(paths, "") | dict.fromkeys(drivers, "import psycopg2\n")
