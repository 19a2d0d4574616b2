"""Which services run on a data directory, and which of them `down` ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gisgrid.cli import services
from gisgrid.cli.main import run

SERVE = """
import signal, sys
from pathlib import Path
from gisgrid.cli.services import registered
with registered(Path(sys.argv[1]), int(sys.argv[2])):
    print("ready", flush=True)
    signal.pause()
"""
"""What `up` does while it serves."""


@contextmanager
def serving(data_dir: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", SERVE, str(data_dir), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def ports(data_dir: Path) -> list[int]:
    return [one.port for one in services.running(data_dir)]


def test_down_ends_the_one_that_is_meant_or_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        first, second, third = (stack.enter_context(serving(tmp_path, port)) for port in (8001, 8002, 8003))
        assert ports(tmp_path) == [8001, 8002, 8003]
        assert run(["down", "--data-dir", str(tmp_path), "--port", "8001"]) == 0
        assert first.wait() == -signal.SIGTERM and second.poll() is None and third.poll() is None
        assert "still running: port 8002, 8003" in capsys.readouterr().err
        assert run(["down", "--data-dir", str(tmp_path), "--port", "8001"]) == 0
        assert "runs on port 8001" in capsys.readouterr().err
        assert run(["down", "--data-dir", str(tmp_path)]) == 0
        assert second.wait() == third.wait() == -signal.SIGTERM
    assert ports(tmp_path) == []


def test_a_killed_one_is_not_taken_for_whoever_has_its_number_now(tmp_path: Path) -> None:
    with serving(tmp_path, 8001) as service:
        service.kill()
        service.wait()
    (file,) = (tmp_path / services.FOLDER).glob("*.json")
    file.write_text(json.dumps({"pid": os.getpid(), "port": 8001}))  # its number is ours now
    assert run(["down", "--data-dir", str(tmp_path)]) == 0, "and we live"
    assert not file.exists()


def test_a_service_of_the_version_before_is_ended_too(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import signal; print('ready', flush=True); signal.pause()", "gisgrid"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout and service.stdout.readline()
        (tmp_path / services.BEFORE).write_text(json.dumps({"pid": service.pid, "port": 8000}))
        assert [one.port for one in services.running(tmp_path)] == [8000]
        service.kill()
    assert ports(tmp_path) == []
