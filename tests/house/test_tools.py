"""Every tool of pyproject.toml passes over the checkout, and fails over a small tree with an offender in it.

The two that take long are kept from asking twice, in a folder of the machine's cache that its checkouts share: mypy by
its own cache; of the SQL files, whose verdict hangs on nothing but the file and the rules, what passed is remembered.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.tree import CHECKOUT, files, plant

TOOLS = {
    "lint": ["ruff", "check", "--no-cache", "--quiet"],
    "format": ["ruff", "format", "--no-cache", "--check", "--quiet"],
    "types": ["mypy", "--no-error-summary"],
    "floors": ["lint-imports", "--no-cache"],
    "sql": ["sqlfluff", "lint", "--disable-progress-bar"],
}
FOLDERS = {"sql": ("sql", "tiles")}
"""What a tool is given of a small tree."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gisgrid-tests"
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


def run(tool: str, root: Path, *more: str) -> tuple[int, str]:
    """Exit code and words of a tool of this environment, started in a tree."""
    program, *arguments = TOOLS[tool]
    command = [str(Path(sys.executable).parent / program), *arguments, *more]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Two checkouts of one machine write here one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sql_by_digest(root: Path) -> dict[str, str]:
    """The SQL files of a tree by all that their verdict hangs on: the rules, sqlfluff, their text."""
    rules = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["sqlfluff"]
    ignored = [path.read_text(encoding="utf-8") for path in sorted(root.glob("*/.sqlfluffignore"))]
    stand = json.dumps([rules, ignored, importlib.metadata.version("sqlfluff")], sort_keys=True).encode()
    paths = [path for folder in ("sql", "tiles") for path in files(root / folder, ".sql")]
    return {
        hashlib.sha256(b"\0".join((stand, str(path.relative_to(root)).encode(), path.read_bytes()))).hexdigest(): str(
            path.relative_to(root)
        )
        for path in paths
    }


def lint_sql(root: Path, kept: Path) -> tuple[int, str]:
    """sqlfluff over the files that have not passed yet; `kept` has the digests of those that have."""
    known = set(kept.read_text().split()) if kept.exists() else set()
    asked = {digest: path for digest, path in sql_by_digest(root).items() if digest not in known}
    code, words = run("sql", root, *asked.values()) if asked else (0, "")
    if code == 0:
        with kept.open("a") as file:
            file.writelines(f"{digest}\n" for digest in asked)
    return code, words


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_passes(tool: str) -> None:
    if tool == "types":
        with alone(CACHE / "mypy"):
            code, words = run(tool, CHECKOUT, "--cache-dir", str(CACHE / "mypy"))
    elif tool == "sql":
        with alone(CACHE / "sqlfluff"):
            code, words = lint_sql(CHECKOUT, CACHE / "sqlfluff" / "passed")
    else:
        code, words = run(tool, CHECKOUT)
    assert code == 0, words


def test_what_passed_is_asked_again_when_it_or_the_rules_changed(tmp_path: Path) -> None:
    """Every file of the checkout that sqlfluff reads has its digest, and a changed one is no longer excused."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    root, kept = plant(tmp_path, NOTHING), tmp_path / "passed"
    assert lint_sql(root, kept)[0] == 0
    assert set(sql_by_digest(root)) == set(kept.read_text().split()) and len(kept.read_text().split()) == 2
    before = kept.read_text()
    plant(root, {"tiles/a/layer.sql": "select 1;\n"})
    code, words = lint_sql(root, kept)
    assert code != 0 and "CP01" in words and "sql/a.sql" not in words
    assert kept.read_text() == before, "what was refused is not remembered"
    rules = (root / "pyproject.toml").read_text(encoding="utf-8")
    plant(root, {**NOTHING, "pyproject.toml": rules.replace("max_line_length = 120", "max_line_length = 119")})
    changed = sql_by_digest(root)
    assert len(changed) == 2 and not set(changed) & set(before.split())
    assert set(sql_by_digest(CHECKOUT).values()) == {
        path.relative_to(CHECKOUT).as_posix() for name in ("sql", "tiles") for path in (CHECKOUT / name).rglob("*.sql")
    }


@pytest.mark.parametrize(("tool", "file", "text", "told"), OFFENDERS)
def test_a_tool_catches_an_offender(tool: str, file: str, text: str, told: str, tmp_path: Path) -> None:
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    plant(tmp_path, {**(_empty_rooms() if tool == "floors" else NOTHING), file: text})
    code, words = run(tool, tmp_path, *FOLDERS.get(tool, ()))
    assert code != 0
    assert told in words


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_passes_an_empty_tree(tool: str, tmp_path: Path) -> None:
    """What it catches above is the offender, not the small tree."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    plant(tmp_path, _empty_rooms() if tool == "floors" else NOTHING)
    code, words = run(tool, tmp_path, *FOLDERS.get(tool, ()))
    assert code == 0, words


def _empty_rooms() -> dict[str, str]:
    """Every module of the house, with nothing in it; the imports that a contract excuses stay."""
    paths = [path.relative_to(CHECKOUT).as_posix() for path in files(CHECKOUT / "gisgrid", ".py")]
    drivers = tuple(
        f"gisgrid/{name}.py" for name in ("database", "interrupts", "lines", "round_trips", "bench/ten_lines")
    )
    return dict.fromkeys(paths, "") | dict.fromkeys(drivers, "import psycopg2\n")
