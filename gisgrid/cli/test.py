"""`gisgrid test`: every test of the checkout against a real PostGIS, a real browser and a real QGIS."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import typer

from gisgrid import bootstrap
from gisgrid.chromium import ensure_chromium, ensure_headless
from gisgrid.cluster import test_cluster
from gisgrid.errors import Fault, Unavailable
from gisgrid.pyqgis import ensure_pyqgis
from gisgrid.settings import read_settings
from gisgrid.steps import Say, StepFailed
from gisgrid.webservers import ensure_webservers

WEBSERVERS = {"nginx": "GISGRID_TEST_NGINX", "caddy": "GISGRID_TEST_CADDY", "mosquitto": "GISGRID_TEST_MOSQUITTO"}
MOST_PROCESSES = 8  # each has a PostgreSQL of its own


def test(context: typer.Context) -> None:
    """Run every test against a real PostGIS; further arguments are pytest's."""
    raise typer.Exit(run_tests(context.args))


def run_tests(arguments: Sequence[str], say: Say = bootstrap.say) -> int:
    """Run pytest with these arguments; its exit code. Installs what the tests need, and clears up.

    The first process uses the PostgreSQL that is started here, every other one of its own. Without a browser or QGIS
    the tests that need them are skipped; pytest names and counts those.
    """
    if not bootstrap.in_checkout():
        message, remedy = "a package carries no tests", "run it in a checkout of the source"
        raise Unavailable(Fault("test", message, remedy))
    env = _environ()
    try:
        bootstrap.ensure_viewer(say)
    except StepFailed as failure:
        raise Unavailable(Fault("viewer", str(failure))) from failure
    if _reaches("browser", arguments):
        _bring_browser(env, say)
    if _reaches("browser", arguments) or _reaches("test_year", arguments) or _reaches("test_broker", arguments):
        _bring_webservers(env, say)
    if _reaches("qgis", arguments):
        _bring_qgis(env, say)
    with test_cluster(say=say) as url:
        env["GISGRID_TEST_DATABASE_URL"] = url
        return _run([sys.executable, "-m", "pytest", *spread(arguments), *arguments], env)


def spread(arguments: Sequence[str]) -> list[str]:
    """Over how many processes? pytest's options for it; a later `-n` of the user's own wins.

    A file is never divided, so a single one is not worth a second process.
    """
    files = _paths(arguments)
    if len(files) == 1 and os.path.isfile(files[0]):
        return ["-n", "0"]
    return ["-n", "auto", "--maxprocesses", str(MOST_PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder"]


def _environ() -> dict[str, str]:
    """This process's variables, without settings of gisgrid; settings for the tests stay."""
    kept = ("GISGRID_TEST_", "GISGRID_DATA_DIR")  # the latter names folders of unpacked libraries
    names = [name for name in os.environ if name.startswith(kept) or not name.startswith("GISGRID_")]
    path = f"{bootstrap.ENVIRONMENT / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**{name: os.environ[name] for name in names}, "PATH": path}


def _bring_browser(env: dict[str, str], say: Say) -> None:
    try:
        debs = bootstrap.debs_folder(read_settings().data_dir)
        chromium = ensure_chromium(debs, say)
    except StepFailed as failure:
        say(f"no browser for the tests: {failure}")
        return
    if chromium is None:
        return
    env.setdefault("GISGRID_TEST_CHROMIUM", str(ensure_headless(chromium, debs, say)))
    if not _runs_own_node():
        env["PLAYWRIGHT_NODEJS_PATH"] = str(bootstrap.ensure_node(say).bin_dir / "node")


def _bring_webservers(env: dict[str, str], say: Say) -> None:
    try:
        found = ensure_webservers(read_settings().data_dir / "debs", say)
    except StepFailed as failure:
        say(f"no web server for the tests: {failure}")
        return
    for name, variable in WEBSERVERS.items():
        if name in found:
            env.setdefault(variable, str(found[name]))


def _bring_qgis(env: dict[str, str], say: Say) -> None:
    if "GISGRID_TEST_QGIS_PYTHON" in env:
        return
    try:
        python = ensure_pyqgis(bootstrap.debs_folder(read_settings().data_dir), say)
    except StepFailed as failure:
        say(f"no QGIS for the tests: {failure}")
        return
    if python:
        env["GISGRID_TEST_QGIS_PYTHON"] = str(python)


def _runs_own_node() -> bool:
    """Does Playwright's Node run here? It wants a library that a bare machine lacks."""
    package = find_spec("playwright")
    node = Path(package.origin or "").parent / "driver" / "node" if package else Path("no-node")
    try:
        return subprocess.run([node, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _reaches(folder: str, arguments: Sequence[str]) -> bool:
    """Do pytest's arguments leave these tests in? Without any path they all run."""
    paths = _paths(arguments)
    return not paths or any(folder in path or path.strip("/") == "tests" for path in paths)


def _paths(arguments: Sequence[str]) -> list[str]:
    return [path for word in arguments if os.path.exists(path := word.split("::")[0])]


def _run(command: list[str], env: dict[str, str]) -> int:
    process = subprocess.Popen(command, env=env, cwd=bootstrap.CHECKOUT)
    signal.signal(signal.SIGTERM, lambda _number, _frame: process.send_signal(signal.SIGINT))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # pytest has had it too, and closes with its summary
            continue
