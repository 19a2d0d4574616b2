"""What a bare machine lacks: makes the Python environment of a checkout, then starts in it.

Standard library only, and modules of gisgrid that keep to it: this runs before there is an environment. Long because a
half-made environment and a whole one are kept apart here, in one place.
"""

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from configparser import Error as ParsingError
from configparser import RawConfigParser
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from gisgrid import debian, viewer_build
from gisgrid.steps import Say, StepFailed, run_step

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "gisgrid.json"
RUN, TEST = "requirements.lock", "requirements-test.lock"
FETCHED = "gisgrid-uv-"
ENTERED = "GISGRID_ENTERED"
"""Set while starting in the environment, so that a broken environment is entered only once."""


def say(line: str) -> None:
    """A line of progress, on stderr."""
    print(line, file=sys.stderr, flush=True)


def in_checkout() -> bool:
    """Does this code lie in a checkout (and not in an installed package)?"""
    return (CHECKOUT / RUN).is_file() and (CHECKOUT / "pyproject.toml").is_file()


def enter(arguments: list[str]) -> None:
    """Make sure that this process runs in the checkout's environment; restarts itself there if not.

    Returns at once from an installed package, and in an environment that was as it should be. `test` also needs what
    the tests need.
    """
    entered = os.environ.pop(ENTERED, "")
    if entered or not in_checkout():
        return
    found = _read_stamp()
    if arguments[:1] == ["up"] and not found:
        try_ports(arguments)
    try:
        ensure_environment(tests=arguments[:1] == ["test"], say=say)
    except StepFailed as failure:
        raise SystemExit(f"The Python environment could not be made.\n{failure}") from failure
    if _is_inside() and _read_stamp() == found:
        return
    os.environ[ENTERED] = "1"
    os.execv(PYTHON, [str(PYTHON), "-m", "gisgrid", *arguments])  # noqa: S606


def try_ports(arguments: list[str]) -> None:
    """End with a sentence if a port of `up` is taken, before anything is fetched for it."""
    for option, setting, usual in (("--port", "GISGRID_PORT", "8000"), ("--db-port", "GISGRID_DB_PORT", "25432")):
        said = [*arguments[1:], f"{option}={os.environ.get(setting) or usual}"]
        given = next(
            word.partition("=")[2] or "".join(said[place + 1 : place + 2])
            for place, word in enumerate(said)
            if word.partition("=")[0] == option
        )
        if given.isdigit() and int(given) < 65536 and not (option == "--db-port" and _has_server(arguments)):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", int(given)))
                except OSError as error:
                    message = f"port {given} cannot be used: {error.strerror}; choose another: {option} or {setting}"
                    raise SystemExit(message) from error


def _has_server(arguments: list[str]) -> bool:
    """May the database's port be taken by our own server, or is none of ours to be started?"""
    return (
        bool(os.environ.get("GISGRID_DATABASE_URL"))
        or "--data-dir" in " ".join(arguments)
        or (Path(os.environ.get("GISGRID_DATA_DIR") or CHECKOUT / ".gisgrid") / "postgres").exists()
    )


def ensure_environment(*, tests: bool, say: Say) -> Path:
    """The Python that has all packages of the lock file. Installs or repairs it; idempotent.

    An environment keeps the test packages that it has. Two commands at once wait for each other.
    """
    with _alone():
        stamp = _read_stamp()
        has_tests = stamp.get("lock") == TEST or (ENVIRONMENT / "bin" / "pytest").exists()
        lock = TEST if tests or has_tests else RUN
        wanted = {"lock": lock, "sha256": _digest(CHECKOUT / lock), "checkout": str(CHECKOUT)}
        if stamp != wanted or not _runs():
            if not os.access(CHECKOUT, os.W_OK):
                raise StepFailed(f"{CHECKOUT} is not writable for you -> make a clone of your own")
            _make(lock, say)
            STAMP.write_text(json.dumps(wanted))
    return PYTHON


def ensure_viewer(say: Say) -> None:
    """Make sure that `gisgrid/static` holds the viewer; builds it when its sources changed.

    An installed package holds the built viewer. Raises StepFailed if it cannot be built.
    """
    if in_checkout() and not viewer_build.is_built(CHECKOUT):
        viewer_build.build(CHECKOUT, ensure_node(say), say)


def ensure_node(say: Say) -> viewer_build.Node:
    """The Node that builds here: the machine's if it is new enough, else one packed for Python."""
    place = ENVIRONMENT / "node"
    node = viewer_build.machine_node() or viewer_build.packed_node(place)
    if node is None:
        say("fetching Node, packed for Python")
        flags = ["--require-hashes", f"--python={PYTHON}", f"--target={place}"]
        source = CHECKOUT / "viewer" / "node.lock"
        run_step([_find_uv(say), "pip", "install", *flags, "-r", source], say, env=uv_environ())
        node = viewer_build.packed_node(place)
    if node is None:
        raise StepFailed("no Node for the viewer -> install Node 20.19 or newer with npm")
    return node


def _make(lock: str, say: Say) -> None:
    uv, env = _find_uv(say), uv_environ()
    if not _runs():
        if ENVIRONMENT.exists() and not (ENVIRONMENT / "pyvenv.cfg").exists():
            raise StepFailed(f"{ENVIRONMENT} holds no Python that runs -> move it away")
        say(f"making the Python environment {ENVIRONMENT}")
        uv = _take_out(uv)
        python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info[1]}"
        run_step([uv, "venv", "--clear", f"--python={python}", ENVIRONMENT], say, env=env)
    uv = _keep(uv)
    say(f"installing the packages of {lock}")
    flags = ["--require-hashes", f"--python={PYTHON}"]
    run_step([uv, "pip", "sync", *flags, CHECKOUT / lock], say, env=env)
    _add_command()


def _keep(uv: Path) -> Path:
    """A uv that was fetched goes into the environment, for the next time."""
    if not uv.parent.name.startswith(FETCHED):
        return uv
    kept = ENVIRONMENT / "bin" / "uv"
    shutil.move(uv, kept)
    shutil.rmtree(uv.parent)
    return kept


def _take_out(uv: Path) -> Path:
    """A uv that lies in the environment leaves it while that is rebuilt, which clears it."""
    if uv.parent != ENVIRONMENT / "bin":
        return uv
    out = Path(tempfile.mkdtemp(prefix=FETCHED)) / uv.name
    shutil.move(uv, out)
    return out


def _add_command() -> None:
    """`.venv/bin/gisgrid` and imports from any folder, without installing the checkout."""
    for packages in ENVIRONMENT.glob("lib/python3*/site-packages"):
        (packages / "gisgrid-checkout.pth").write_text(f"{CHECKOUT}\n")
    command = ENVIRONMENT / "bin" / "gisgrid"
    lines = [
        "#!" + str(PYTHON),
        "import sys",
        "from gisgrid.__main__ import main",
        "sys.exit(main())",
    ]
    command.write_text("\n".join(lines) + "\n")
    command.chmod(0o755)


def _find_uv(say: Say) -> Path:
    """uv of the machine, the one kept from last time, or a fresh one from the package index."""
    on_path, kept = shutil.which("uv"), ENVIRONMENT / "bin" / "uv"
    for candidate in (on_path and Path(on_path), kept):
        if candidate and _answers([candidate, "--version"]):
            return candidate
    say("fetching uv, which installs Python packages")
    with tempfile.TemporaryDirectory(prefix="gisgrid-pip-") as folder:
        place = Path(folder)
        pip = _find_pip(place, say)
        flags = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder]
        run_step([sys.executable, *pip, "--disable-pip-version-check", *flags, "uv"], say)
        return _take_program(next(place.glob("uv-*.whl")), "uv")


def _take_program(wheel: Path, name: str) -> Path:
    target = Path(tempfile.mkdtemp(prefix=FETCHED)) / name
    with zipfile.ZipFile(wheel) as archive:
        member = next(m for m in archive.namelist() if m.endswith(f".data/scripts/{name}"))
        target.write_bytes(archive.read(member))
    target.chmod(0o755)
    return target


def _find_pip(place: Path, say: Say) -> list[str]:
    """How is pip started here?

    pip knows the index, its mirrors (PIP_INDEX_URL, pip.conf), proxies and checks each sha256, so
    this module sets none of them. Debian's bare python3 has no pip, but its pip runs from the package
    that holds it, unpacked and not installed.
    """
    if find_spec("pip"):
        return ["-m", "pip"]
    wheels = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if bundle := find_spec("ensurepip"):
        wheels += sorted(Path(bundle.origin or "").parent.glob("_bundled/pip-*.whl"))
    if not wheels:
        if not debian.is_there():
            raise StepFailed("neither uv, pip nor apt-get is here -> install uv or pip")
        debian.Apt(debs_folder(), say).fetch("python3-pip-whl", place / "pip")
        wheels = sorted(place.glob("pip/usr/share/python-wheels/pip-*.whl"))
    return [str(wheels[-1] / "pip")]


def debs_folder(data_dir: Path | None = None) -> Path:
    """Where packages are unpacked that may not be installed: one folder for every data directory of this user.

    A data directory that has such a folder keeps it. Bootstrap's own package lists lie there too.
    """
    own = Path(data_dir or os.environ.get("GISGRID_DATA_DIR") or CHECKOUT / ".gisgrid") / "debs"
    if own.exists():
        return own
    if in_checkout() and os.access(CHECKOUT, os.W_OK):
        return CHECKOUT / ".gisgrid" / "debs"
    if in_checkout():
        return own
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gisgrid" / "debs"


def uv_environ() -> dict[str, str]:
    """The environment for uv: the system's Python only, and the index that pip is set to use."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    env.pop("VIRTUAL_ENV", None)
    index, certificate = _pip_setting("index-url"), _pip_setting("cert")
    if index and "UV_DEFAULT_INDEX" not in env and "UV_INDEX_URL" not in env:
        env["UV_DEFAULT_INDEX"] = index
    if certificate and "SSL_CERT_FILE" not in env:
        env["SSL_CERT_FILE"] = certificate
    return env


def _pip_setting(name: str) -> str:
    """A setting of pip, from its variable or file: mirrors are usually set there, and uv does not read them."""
    if given := os.environ.get(f"PIP_{name.upper().replace('-', '_')}"):
        return given
    home = Path.home()
    files = ("/etc/pip.conf", home / ".pip/pip.conf", home / ".config/pip/pip.conf")
    settings = RawConfigParser()
    try:
        settings.read([*files, os.environ.get("PIP_CONFIG_FILE", os.devnull)])
        return settings.get("global", name, fallback="")
    except ParsingError:
        return ""


@contextmanager
def _alone() -> Iterator[None]:
    with (CHECKOUT / RUN).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for another gisgrid that is making the Python environment")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _is_inside() -> bool:
    """Does this process run in the checkout's environment already, as `.venv/bin/gisgrid` does?"""
    return Path(sys.prefix) == ENVIRONMENT


def _runs() -> bool:
    if _is_inside():
        return True  # this process is the proof
    return PYTHON.exists() and _answers([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])


def _answers(command: list[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
