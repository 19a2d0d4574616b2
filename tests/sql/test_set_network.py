"""GISGRID_NETWORK names a network that is not there: every verb says so and ends non-zero, before it does anything."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from sqlalchemy import text

from gisgrid import bootstrap
from gisgrid.cli.main import run
from gisgrid.cli.verbs import VERBS, app
from gisgrid.database import EVERYTHING, Database
from tests.drawing import draw, publish_leaves, write_geojson

FREE = {
    "test": "runs the tests, on databases of their own",
    "version": "reads nothing",
    "down": "stops what runs, whatever is set",
    "backup": "takes all that there is",
    "restore": "brings all of it back",
    "erase": "knows a reporter by his ticket or number",
    "status": "says how it is doing, whatever is set",
    "config": "says what is set",
    "client": "writes a package, without a database",
    "service install": "writes a unit, without a database",
    "bench assign": "measures points in grids of its own, without a database",
}
"""Verbs that do not read a network, and why."""
KNOWN = {"place": "14/13374/6883", "layers": "area", "source": "areas.csv"}
LAST = {"psql": ["-c", "SELECT 1"], "route": ["--area", "A"], "up": ["--smoke"]}
SAID = "GISGRID_NETWORK: no network is called 'nosuch'"


def program() -> Any:
    """The program with every verb loaded."""
    for name in VERBS:
        app.load(name)
    return app


def verbs() -> list[tuple[str, ...]]:
    """Every verb as one types it, from the program itself."""
    found: list[tuple[str, ...]] = []
    stack: list[tuple[tuple[str, ...], Any]] = [((), program())]
    while stack:
        words, command = stack.pop()
        below = getattr(command, "commands", None)
        if below:
            stack += [((*words, name), each) for name, each in below.items()]
        else:
            found.append(words)
    return sorted(found)


def arguments(words: tuple[str, ...], desk: Path) -> list[str]:
    """What the verb needs to begin: its required arguments and options, of the right kind."""
    command: Any = program()
    for word in words:
        command = command.commands[word]
    given: list[str] = list(LAST.get(words[0], []))
    for param in command.params:
        if param.required:
            given += [*param.opts[:1] * (param.param_type_name == "option"), _value(param, desk)]
    return [*words, *given]


def _value(param: Any, desk: Path) -> str:
    if param.name in KNOWN:
        return KNOWN[param.name]
    kind = param.type_descriptor.annotation
    if get_origin(kind) is Literal:
        return str(get_args(kind)[0])
    return {Path: str(desk / "areas.geojson"), int: "1", float: "1"}.get(kind, "base")


@pytest.fixture
def desk(owner_url: str, owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))
    write_geojson(tmp_path / "areas.geojson", draw("AB"))
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GISGRID_NETWORK", "nosuch")
    monkeypatch.setattr(bootstrap, "ensure_viewer", lambda say: None)  # no verb needs it to say no
    return tmp_path


@pytest.mark.parametrize("words", [v for v in verbs() if not FREE.keys() & {v[0], " ".join(v)}], ids=" ".join)
def test_every_verb_says_that_the_network_is_unknown(
    words: tuple[str, ...], desk: Path, owner: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments(words, desk)) == 1, capfd.readouterr().err
    said = capfd.readouterr().err
    assert SAID in said and "one of unified grid (base)" in said, said
    assert "Traceback" not in said
    with owner.transaction() as connection:
        assert list(connection.execute(text("SELECT network FROM core.network")).scalars()) == ["base"]


def test_what_makes_the_network_may_name_it(desk: Path, owner: Database, capfd: pytest.CaptureFixture[str]) -> None:
    """`import` makes the network that its own option names, not one that is set by mistake."""
    file = str(desk / "areas.geojson")
    assert run(["import", file, "--level", "grid", "--scheme", "free"]) == 1
    assert run(["import", file, "--level", "grid", "--scheme", "free", "--network", "other"]) == 1
    assert run(["import", file, "--level", "grid", "--scheme", "free", "--network", "nosuch"]) == 0
    capfd.readouterr()
    assert run(["network", "name", "nosuch", "--zh", "党建网", "--en", "Party building"]) == 0
    assert run(["network", "list", "--json"]) == 0
    listed = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert [(one["network"], one["name_zh"], one["grids"]) for one in listed] == [
        ("base", "base", 2),
        ("nosuch", "党建网", 2),
    ]
    assert run(["export", str(desk / "out.geojson"), "--json"]) == 0, "the set network is meant where none is named"
    assert "nosuch" in capfd.readouterr().out


def test_an_empty_database_has_no_network_to_name(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", new_database())
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    assert run(["network", "list"]) == 0, "the unified grid is meant before it has come in"
    monkeypatch.setenv("GISGRID_NETWORK", "nosuch")
    assert run(["network", "list"]) == 1
    assert "import it first" in capfd.readouterr().err
