"""A verb starts at once: what is imported for it is counted, because time depends on the machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from gisgrid import bootstrap
from gisgrid.bench.coverage import STEPS
from gisgrid.cli.bench import USUAL
from gisgrid.cli.verbs import VERBS, Verbs

HEAVY = {
    "alembic",
    "fastapi",
    "geopandas",
    "holidays",
    "numpy",
    "pandas",
    "pyogrio",
    "pyproj",
    "rich",
    "shapely",
    "sqlalchemy",
}
"""Packages that take from a tenth of a second to two seconds of processor time each."""
COUNT = """
import sys
from gisgrid.cli.main import run
code = run(sys.argv[1:])
print("\\n" + " ".join(sys.modules))
sys.exit(code)
"""


def imported(*arguments: str, code: int = 0) -> set[str]:
    """The modules that a process has imported when this verb has ended, with this code."""
    command = [sys.executable, "-c", COUNT, *arguments]
    done = subprocess.run(command, cwd=bootstrap.CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr[-2000:]
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "most", "rooms"),
    [
        ("version", 250, {"version"}),
        ("--help", 250, {"version"}),
        ("psql --help", 400, {"version", "psql"}),
        ("db-url --help", 400, {"version", "psql"}),
        ("down --help", 400, {"version", "down", "services"}),
        ("migrate --help", 400, {"version", "migrate"}),
        ("load tickets --help", 400, {"version", "load"}),
    ],
)
def test_a_verb_imports_what_it_needs(arguments: str, most: int, rooms: set[str]) -> None:
    loaded = imported(*arguments.split())
    assert not loaded & HEAVY
    assert len(loaded) < most
    house = {name.split(".")[2] for name in loaded if name.startswith("gisgrid.cli.")}
    assert house == {"context", "main", "verbs"} | rooms


EACH = """
import sys
from gisgrid.cli.main import run
from gisgrid.cli.verbs import VERBS, app

heavy = set(sys.argv[1].split())
for name in VERBS:
    asked = [[name, "--help"], [name, "--no-such-option"]]
    app.load(name)
    asked += [[name, one, "--help"] for one in getattr(app.commands[name], "commands", ())]
    for words in asked:
        if name in ("psql", "test", "version") and "--help" not in words:
            continue  # what these do not know is passed on
        code = run(words)
        said = heavy & set(sys.modules)
        assert (code, said) == (0 if "--help" in words else 2, set()), (words, code, said)
"""


def test_no_verb_imports_a_heavy_package_to_say_how_it_is_used() -> None:
    """Every verb, and every verb of a group: its help, and an option that there is not. One process asks them all."""
    command = [sys.executable, "-c", EACH, " ".join(HEAVY)]
    done = subprocess.run(command, cwd=bootstrap.CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        ("user list", HEAVY - {"sqlalchemy"}),
        ("audit", HEAVY - {"sqlalchemy"}),
        ("backup OUT", HEAVY - {"sqlalchemy"}),
        ("check", HEAVY - {"numpy", "shapely", "sqlalchemy"}),
        ("figures", HEAVY - {"numpy", "shapely", "sqlalchemy"}),
        ("load tickets FILE", HEAVY - {"numpy", "pyproj", "shapely", "sqlalchemy"}),
        ("import FILE", HEAVY - {"numpy", "pyproj", "shapely", "sqlalchemy"}),
    ],
)
def test_a_verb_whose_database_is_not_there_imports_no_more_than_its_own(
    arguments: str, unneeded: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    words = [str(tmp_path / word) if word == "OUT" else word for word in arguments.split()]
    assert not imported(*words, code=1) & unneeded


def test_a_service_starts_without_what_few_requests_need() -> None:
    """All that `up` and each of its processes import, but for files of shapes and workbooks."""
    script = "import sys, gisgrid.cli.serve, gisgrid.cli.serving, gisgrid.api.app, gisgrid.worker; print(*sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=bootstrap.CHECKOUT, capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"geopandas", "holidays", "pandas", "pyogrio", "xlsxwriter"}


@pytest.mark.parametrize("name", VERBS)
def test_the_list_says_what_the_verb_says(name: str) -> None:
    line = Verbs(VERBS)
    line.load(name)
    said = line.commands[name].help or ""
    assert said.split("\n\n")[0].replace("\n", " ") == VERBS[name].help


def test_the_list_has_every_verb_with_its_whole_line(capfd: pytest.CaptureFixture[str]) -> None:
    subprocess.run([sys.executable, "-c", COUNT, "--help"], cwd=bootstrap.CHECKOUT, check=True)
    said = " ".join(capfd.readouterr().out.split())
    assert [f"{name} {verb.help}" for name, verb in VERBS.items() if f"{name} {verb.help}" not in said] == []


def test_a_number_that_is_known_without_its_module_is_that_of_its_module() -> None:
    assert USUAL == 4 * STEPS
