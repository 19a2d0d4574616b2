"""The unit of systemd: systemd itself reads it; the example of the docs is what the command writes."""

import os
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gisgrid.cli.main import run
from gisgrid.cli.systemd import Installation, plan, settings_text
from gisgrid.settings import read_settings
from tests.house.tree import CHECKOUT

EXAMPLE = Installation(
    Path("/etc/systemd/system/gisgrid.service"),
    Path("/etc/gisgrid.env"),
    Path("/opt/gisgrid/.venv/bin/gisgrid"),
    Path("/opt/gisgrid"),
    "gisgrid",
)


def test_the_example_is_what_the_command_writes() -> None:
    assert (CHECKOUT / "docs/examples/gisgrid.service").read_text("utf-8") == EXAMPLE.text()


@pytest.mark.parametrize("is_of_user", [False, True])
def test_systemd_reads_it(is_of_user: bool, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("no systemd-analyze here: it is in Debian's package systemd")
    folder = tmp_path / "a folder of 100%"
    folder.mkdir()
    program = folder / "gisgrid"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    planned = plan(read_settings({}, data_dir=tmp_path), is_of_user=is_of_user)
    unit = tmp_path / "gisgrid.service"
    unit.write_text(replace(planned, program=program, folder=folder).text())
    environ = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning", "XDG_RUNTIME_DIR": str(tmp_path)}
    words = [analyze, *(["--user"] if is_of_user else []), "verify", "--man=no", str(unit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environ)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "gisgrid" in line]
    assert said == [], "systemd complains of the unit"
    unit.write_text(unit.read_text().replace("KillMode=mixed", "KillMode=gently"))
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environ)
    assert "gently" in done.stdout + done.stderr, "it would have complained"


def test_print_writes_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")
    assert run(["service", "install", "--user", "--print"]) == 0
    printed = capsys.readouterr().out
    assert f"ExecStart={CHECKOUT}/.venv/bin/gisgrid up --no-sample\n" in printed
    assert "EnvironmentFile=-/nowhere/gisgrid.env\n" in printed
    assert not Path("/nowhere").exists()


def test_a_service_of_a_user_is_written_with_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if Path("/run/systemd/system").exists():
        pytest.skip("systemd runs here, and would start it")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GISGRID_PUBLIC_URL", "https://grid.example")
    assert run(["service", "install", "--user", "--data-dir", str(tmp_path / "data")]) == 0
    unit, settings = tmp_path / "systemd/user/gisgrid.service", tmp_path / "gisgrid.env"
    assert capsys.readouterr().out == f"{unit}\n"
    assert unit.exists() and settings.stat().st_mode & 0o777 == 0o600
    assert 'GISGRID_PUBLIC_URL="https://grid.example"' in settings.read_text()
    settings.write_text("# mine\n")
    assert run(["service", "install", "--user", "--data-dir", str(tmp_path / "data")]) == 0
    assert settings.read_text() == "# mine\n", "what somebody wrote there stays"


def test_settings_are_quoted(tmp_path: Path) -> None:
    text = settings_text({"GISGRID_MAIL_FROM": 'a "b" \\ c', "PATH": "x"}, read_settings({}, data_dir=tmp_path))
    assert dict(word.split("=", 1) for word in shlex.split(text)) == {
        "GISGRID_DATA_DIR": str(tmp_path),
        "GISGRID_MAIL_FROM": 'a "b" \\ c',
    }


def test_a_user_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["service", "install", "--run-as", "nobody-here", "--print"]) == 1
    assert "nobody-here" in capsys.readouterr().err
