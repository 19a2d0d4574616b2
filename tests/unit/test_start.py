"""A verb starts at once: what is imported for it is counted, because time depends on the machine."""

import subprocess
import sys

import pytest

from gisgrid import bootstrap
from gisgrid.cli.verbs import VERBS, Verbs

HEAVY = {"alembic", "fastapi", "geopandas", "holidays", "numpy", "pandas", "pyogrio", "pyproj", "shapely", "sqlalchemy"}
"""Packages that take from a tenth of a second to two seconds of processor time each."""
FEW = {"fastapi", "geopandas", "holidays", "pandas", "pyogrio"}
"""What few verbs need."""
COUNT = """
import sys
from gisgrid.cli.main import run
code = run(sys.argv[1:])
print("\\n" + " ".join(sys.modules))
sys.exit(code)
"""


def imported(*arguments: str) -> set[str]:
    """The modules that a process has imported when this verb has ended."""
    command = [sys.executable, "-c", COUNT, *arguments]
    done = subprocess.run(command, cwd=bootstrap.CHECKOUT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "most", "rooms"),
    [
        ("version", 250, {"version"}),
        ("--help", 250, {"version"}),
        ("psql --help", 550, {"version", "psql"}),
        ("db-url --help", 550, {"version", "psql"}),
        ("down --help", 550, {"version", "down", "services"}),
        ("migrate --help", 550, {"version", "migrate"}),
        ("test --help", 550, {"version", "test"}),
    ],
)
def test_a_verb_imports_what_it_needs(arguments: str, most: int, rooms: set[str]) -> None:
    loaded = imported(*arguments.split())
    assert not loaded & HEAVY
    assert len(loaded) < most
    house = {name.split(".")[2] for name in loaded if name.startswith("gisgrid.cli.")}
    assert house == {"context", "main", "verbs"} | rooms


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        ("user --help", HEAVY - {"sqlalchemy"}),
        ("qr --help", HEAVY - {"sqlalchemy"}),
        ("locate --help", FEW),
        ("route --help", FEW),
        ("figures --help", FEW),
        ("notice --help", FEW),
        ("import --help", {"fastapi", "holidays"}),
        ("load --help", {"fastapi", "holidays"}),
    ],
)
def test_a_verb_leaves_out_what_other_verbs_need(arguments: str, unneeded: set[str]) -> None:
    assert not imported(*arguments.split()) & unneeded


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
