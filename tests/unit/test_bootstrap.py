"""What runs before there is an environment: readable by old Pythons, careful with what it fetches.

Long because each way to break an environment is one test.
"""

import ast
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from gisgrid import __main__ as entry
from gisgrid import bootstrap, debian, viewer_build
from gisgrid.locks import Lock
from gisgrid.steps import StepFailed, run_step

PACKAGE = Path(bootstrap.__file__).parent
BEFORE = ("__main__", "bootstrap", "debian", "steps", "viewer_build")
"""The modules that run on a bare machine."""


def ignore(line: str) -> None:
    """Nobody listens."""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose lock files name nothing, so that making its environment is quick."""
    for name in (bootstrap.RUN, bootstrap.TEST, "pyproject.toml"):
        (tmp_path / name).write_text("")
    environment = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "CHECKOUT", tmp_path)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", environment)
    monkeypatch.setattr(bootstrap, "PYTHON", environment / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", environment / "gisgrid.json")
    return tmp_path


def stamp(checkout: Path) -> dict[str, str]:
    """What the environment says it was made from."""
    read = json.loads((checkout / ".venv/gisgrid.json").read_text())
    assert isinstance(read, dict)
    return read


def test_the_entry_is_readable_by_any_python_3() -> None:
    ast.parse(Path(entry.__file__).read_text(), feature_version=(3, 4))
    ast.parse((PACKAGE / "__init__.py").read_text(), feature_version=(3, 4))


def test_an_old_python_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert entry.main() == 1
    said = capsys.readouterr().err
    assert "Python 3.11 or newer; this is 3.9" in said and "python3.12 -m gisgrid up" in said


@pytest.mark.parametrize("name", BEFORE)
def test_nothing_is_imported_that_a_bare_machine_lacks(name: str) -> None:
    tree = ast.parse((PACKAGE / f"{name}.py").read_text())
    allowed = {*BEFORE, "cli"} if name == "__main__" else set(BEFORE)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and node.module:
            top, _, inner = node.module.partition(".")
            names = {inner.split(".")[0]} if inner else {alias.name for alias in node.names}
            assert top in sys.stdlib_module_names or (top == "gisgrid" and names <= allowed)


def test_an_environment_is_made_once(checkout: Path) -> None:
    said: list[str] = []
    python = bootstrap.ensure_environment(tests=False, say=said.append)
    assert subprocess.run([python, "-c", ""], check=False).returncode == 0
    assert stamp(checkout)["lock"] == bootstrap.RUN and said
    said.clear()
    bootstrap.ensure_environment(tests=False, say=said.append)
    assert said == []


def test_the_environment_follows_its_lock_file(checkout: Path) -> None:
    bootstrap.ensure_environment(tests=False, say=ignore)
    changed = "# changed\n"
    (checkout / bootstrap.RUN).write_text(changed)
    bootstrap.ensure_environment(tests=False, say=ignore)
    assert stamp(checkout)["sha256"] == hashlib.sha256(changed.encode()).hexdigest()


def test_the_test_packages_stay(checkout: Path) -> None:
    bootstrap.ensure_environment(tests=True, say=ignore)
    (checkout / bootstrap.RUN).write_text("# changed\n")
    bootstrap.ensure_environment(tests=False, say=ignore)
    assert stamp(checkout)["lock"] == bootstrap.TEST


def test_a_checkout_that_was_moved_is_found_at_its_new_place(checkout: Path) -> None:
    bootstrap.ensure_environment(tests=False, say=ignore)
    stale = {**stamp(checkout), "checkout": "/somewhere/else"}
    (checkout / ".venv/gisgrid.json").write_text(json.dumps(stale))
    bootstrap.ensure_environment(tests=False, say=ignore)
    assert stamp(checkout)["checkout"] == str(checkout)


def test_a_package_without_its_hash_is_refused(checkout: Path) -> None:
    (checkout / bootstrap.RUN).write_text("typer==0.15.1\n")
    with pytest.raises(StepFailed, match="hash"):
        bootstrap.ensure_environment(tests=False, say=ignore)
    assert not (checkout / ".venv/gisgrid.json").exists()


def test_a_broken_environment_is_made_anew(checkout: Path) -> None:
    python = bootstrap.ensure_environment(tests=False, say=ignore)
    python.unlink()
    python.write_text("no program")
    bootstrap.ensure_environment(tests=False, say=ignore)
    assert subprocess.run([python, "-c", ""], check=False).returncode == 0


def test_a_folder_that_is_no_environment_is_left_alone(checkout: Path) -> None:
    keep = checkout / ".venv" / "mine.txt"
    keep.parent.mkdir()
    keep.write_text("mine")
    with pytest.raises(StepFailed, match="move it away"):
        bootstrap.ensure_environment(tests=False, say=ignore)
    assert keep.read_text() == "mine"


def test_two_at_once_make_one_environment(checkout: Path) -> None:
    made: list[Path] = []

    def make() -> None:
        made.append(bootstrap.ensure_environment(tests=False, say=ignore))

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3 and stamp(checkout)["lock"] == bootstrap.RUN


def test_the_command_works_from_any_folder(checkout: Path, tmp_path: Path) -> None:
    python = bootstrap.ensure_environment(tests=False, say=ignore)
    paths = subprocess.run(
        [python, "-c", "import sys; print(sys.path)"], capture_output=True, text=True, check=True, cwd="/"
    )
    assert str(checkout) in paths.stdout
    assert os.access(checkout / ".venv/bin/gisgrid", os.X_OK)


def test_uv_is_told_of_the_mirror_and_its_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_CERT", "/etc/mirror.pem")
    env = bootstrap.uv_environ()
    assert env["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert env["SSL_CERT_FILE"] == "/etc/mirror.pem" and env["UV_PYTHON_DOWNLOADS"] == "never"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert bootstrap.uv_environ()["UV_DEFAULT_INDEX"] == "https://own.example/simple"


def test_uv_is_told_of_a_mirror_that_stands_in_pips_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / ".config/pip/pip.conf"
    file.parent.mkdir(parents=True)
    file.write_text("[global]\nindex-url = https://mirror.example/100%/simple\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert bootstrap.uv_environ()["UV_DEFAULT_INDEX"] == "https://mirror.example/100%/simple"
    file.write_text("not a file of settings")
    assert "UV_DEFAULT_INDEX" not in bootstrap.uv_environ()


def test_only_the_program_is_taken_from_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    wheel = tmp_path / "uv-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv-1.0.data/scripts/uv", "#!/bin/sh\necho 1.0\n")
        archive.writestr("../evil", "no")
    program = bootstrap._take_program(wheel, "uv")
    assert run_step([program], ignore) == "1.0"
    assert [file.name for file in program.parent.iterdir()] == ["uv"]


def test_a_fetched_uv_is_kept_for_the_next_time(checkout: Path, tmp_path: Path) -> None:
    bootstrap.ensure_environment(tests=False, say=ignore)
    fetched = tmp_path / f"{bootstrap.FETCHED}x" / "uv"
    fetched.parent.mkdir()
    fetched.write_text("#!/bin/sh\n")
    kept = bootstrap._keep(fetched)
    assert kept == checkout / ".venv/bin/uv" and kept.exists() and not fetched.parent.exists()
    assert bootstrap._keep(Path("/usr/bin/uv")) == Path("/usr/bin/uv")


def test_a_step_says_what_failed() -> None:
    with pytest.raises(StepFailed, match="(?s)sh -c.*the reason"):
        run_step(["sh", "-c", "echo the reason; exit 3"], ignore)
    with pytest.raises(StepFailed, match="no-such-program"):
        run_step(["no-such-program"], ignore)


def test_apt_without_rights_keeps_to_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "rights", lambda: None)
    words = debian.Apt(tmp_path, ignore)._words("apt-get", tmp_path / "archives")
    assert words[0] == "apt-get" and f"Dir::State::Lists={tmp_path / 'lists'}" in words
    monkeypatch.setattr(debian, "rights", lambda: ["sudo", "-n"])
    words = debian.Apt(tmp_path, ignore)._words("apt-get")
    assert words[:3] == ["sudo", "-n", "env"] and "DEBIAN_FRONTEND=noninteractive" in words


def test_the_viewer_is_built_again_only_when_a_source_changed(tmp_path: Path) -> None:
    viewer = tmp_path / "viewer"
    (viewer / "node_modules").mkdir(parents=True)
    (viewer / "main.ts").write_text("1")
    page = tmp_path / "gisgrid/static/index.html"
    page.parent.mkdir(parents=True)
    assert not viewer_build.is_built(tmp_path)
    page.write_text("<html>")
    viewer_build._stamp(tmp_path).write_text(viewer_build._digest(viewer))
    assert viewer_build.is_built(tmp_path)
    (viewer / "main.ts").write_text("2")
    assert not viewer_build.is_built(tmp_path)


def test_a_lock_is_held_by_one_or_shared(tmp_path: Path) -> None:
    file = tmp_path / "a.lock"
    with Lock(file, shared=True), Lock(file, shared=True, wait=False) as second:
        assert second.held
        with Lock(file, wait=False) as alone:
            assert not alone.held
    with Lock(file, wait=False) as alone:
        assert alone.held


def test_a_command_starts_once_in_an_environment_that_is_as_it_should_be(checkout: Path) -> None:
    for name in ("__init__", *BEFORE):
        target = checkout / "gisgrid" / f"{name}.py"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((PACKAGE / f"{name}.py").read_bytes())
    (checkout / "gisgrid/cli").mkdir()
    children = "resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss"
    verb = f"import resource, sys\ndef run():\n    print(*sys.orig_argv[1:], {children})\n"
    (checkout / "gisgrid/cli/main.py").write_text(verb)
    bootstrap.ensure_environment(tests=False, say=ignore)
    command = checkout / ".venv/bin/gisgrid"

    def started() -> str:
        done = subprocess.run([command, "version"], cwd=checkout, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert started() == f"{command} version 0"  # neither a child nor a second start
    (checkout / bootstrap.RUN).write_text("# changed\n")
    assert started().startswith("-m gisgrid version")
    assert stamp(checkout)["sha256"] == hashlib.sha256(b"# changed\n").hexdigest()
    assert started() == f"{command} version 0"


@pytest.mark.parametrize("words", [["--port", "{}"], ["--port={}"], []])
def test_a_taken_port_is_told_before_anything_is_fetched(
    words: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        if not words:
            monkeypatch.setenv("GISGRID_PORT", str(port))
        with pytest.raises(SystemExit, match=rf"port {port} .*--port or GISGRID_PORT"):
            bootstrap.enter(["up", *(word.format(port) for word in words)])
    assert not (checkout / ".venv").exists()


def test_another_package_manager_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In apt's own words, of a lock that is open at the third try."""
    tries = tmp_path / "tries"
    apt = tmp_path / "apt-get"
    apt.write_text(
        f"#!/bin/sh\necho x >> {tries}\n[ $(wc -l < {tries}) -gt 2 ] && exit 0\n"
        "echo 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7'; exit 100\n"
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(debian, "LOCK_PAUSE_S", 0.0)
    said: list[str] = []
    debian.Apt(tmp_path, said.append).install(["postgresql"])
    assert sum("waiting for another program" in line for line in said) == 2
    assert not any("update" in line for line in said)


def test_unpacked_programs_serve_every_data_directory(checkout: Path) -> None:
    assert bootstrap.debs_folder(checkout / "mine") == checkout / ".gisgrid/debs"
    (checkout / "mine/debs").mkdir(parents=True)
    assert bootstrap.debs_folder(checkout / "mine") == checkout / "mine/debs", "what is there already is used"
