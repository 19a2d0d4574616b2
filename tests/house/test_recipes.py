"""The recipe of a layer is true: followed to the letter in a copy of this checkout it gives a layer like all others."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gisgrid.settings import read_settings
from tests.house.tree import CHECKOUT

PAGE = (CHECKOUT / "docs" / "layers.md").read_text(encoding="utf-8")
CONTRIBUTING = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = re.findall(r"^### `([^`]+)`\n.*?^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^    \.venv/bin/python (-m \S+)$", PAGE, re.MULTILINE)
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".gisgrid", "*_cache", ".hypothesis", "__pycache__", "node_modules", "static", "dist"
)
BROUGHT = (".venv", "viewer/node_modules", "gisgrid/static")
"""What a machine made here and a copy may share."""
LAYER = "hydrant"
HELD_TO = {
    "tests/layers": f"{LAYER} or inherit or the_owner or test_style",
    "tests/house/test_schema_dump.py": "the_committed_dump",
    "tests/house/test_catalogue.py": "database_is_in_order",
    "tests/house/test_sql_rooms.py": "test_sql_rooms",
    "tests/house/test_pages.py": "test_pages",
    "tests/house/test_files.py": "house_is_in_order",
    "tests/sql/test_privileges.py": "list_of_grants",
    "tests/unit/test_qgis_project.py": "test_qgis_project",
}
"""Which tests of which file ask about a layer."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """This checkout once more, with what is installed here."""
    folder = tmp_path / "checkout"
    shutil.copytree(CHECKOUT, folder, ignore=LEFT_BEHIND)
    for name in BROUGHT:
        if (CHECKOUT / name).exists():
            (folder / name).symlink_to(CHECKOUT / name)
    return folder


def run(folder: Path, *words: str) -> None:
    """Run Python in the copy, as if nothing else ran; its words where it fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GISGRID_", "PYTEST_"))}
    env = {**kept, "GISGRID_DATA_DIR": str(read_settings().data_dir)}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=800)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def follow(folder: Path) -> list[str]:
    """Write the files of the page, renew the lists; which files are new or touched?"""
    number = 1 + max(int(path.name[:4]) for path in (folder / "sql" / "migrations").glob("*.sql"))
    written = [name.replace("NNNN", f"{number:04}") for name, _ in FILES]
    for name, (_, text) in zip(written, FILES, strict=True):
        path = folder / name
        assert not path.exists(), name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for command in COMMANDS:
        run(folder, *command.split())
    return written


def test_contributing_names_the_files_of_the_page() -> None:
    recipe = CONTRIBUTING[CONTRIBUTING.index("**Add a layer.**") : CONTRIBUTING.index("**Add a code scheme.**")]
    named = {name.replace("<layer>", LAYER) for name in re.findall(r"^\d\. `([^`]+)`", recipe, re.MULTILINE)}
    assert named == {name for name, _ in FILES}
    assert len(COMMANDS) == 3


@pytest.mark.timeout(1200)
def test_the_recipe_of_a_layer_gives_a_layer(copy: Path) -> None:
    written = follow(copy)
    run(copy, "-m", "sqlfluff", "lint", "-q", *(name for name in written if name.endswith(".sql")))
    run(copy, "-m", "pytest", "-q", "--tb=short", *HELD_TO, "-k", " or ".join(HELD_TO.values()))
