"""What is counted of strangers: by one process or several, also where one of them is killed in the middle."""

import logging
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gisgrid.api import counts
from gisgrid.api.counts import Counts

HIT = """
import sys
from pathlib import Path
from gisgrid.api.counts import Counts
counts = Counts(Path(sys.argv[1]))
print("ready", flush=True)
held = sum(counts.take("streams", "held", most=1000) for _ in range(5))
while True:
    counts.hit("reports", "all", most=10**9, window_s=3600)
    print(held, flush=True)
"""


def test_a_window_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "time", lambda: now)
    counted = Counts()
    assert [counted.hit("reports", "a", most=2, window_s=60) for _ in range(3)] == [True, True, False]
    assert counted.hit("reports", "b", most=2, window_s=60), "another one's"
    assert counted.hit("alarms", "a", most=2, window_s=60), "of another kind"
    assert counted.is_full("reports", "a", most=2) and not counted.is_full("reports", "b", most=2)
    now += 61
    assert not counted.is_full("reports", "a", most=2)
    assert counted.hit("reports", "a", most=2, window_s=60)


def test_what_is_held_is_given_back() -> None:
    counted = Counts()
    assert [counted.take("streams", "a", most=2) for _ in range(3)] == [True, True, False]
    counted.give_back("streams", "a")
    assert [counted.take("streams", "a", most=2) for _ in range(2)] == [True, False]
    counted.give_back("streams", "nobody")
    assert counted.take("streams", "nobody", most=1)


def test_two_processes_count_as_one(tmp_path: Path) -> None:
    first, second = Counts(tmp_path / "counts"), Counts(tmp_path / "counts")
    both = [(first, second)[turn % 2].hit("reports", "a", most=5, window_s=60) for turn in range(8)]
    assert both == [True] * 5 + [False] * 3


def test_processes_killed_in_the_middle_leave_what_they_counted(tmp_path: Path) -> None:
    file = tmp_path / "counts"
    counted = Counts(file)
    told, pids = 0, []
    for _ in range(3):
        command = [sys.executable, "-c", HIT, str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout and process.stdout.readline() == "ready\n"
            for _ in range(200):
                assert process.stdout.readline() == "5\n"
            process.send_signal(signal.SIGKILL)
            told += 200 + len(process.stdout.read().split())
            pids.append(process.pid)
    assert counted.is_full("reports", "all", most=told) and not counted.is_full("reports", "all", most=told + 4)
    assert not counted.take("streams", "held", most=15)
    counted.forget(pids[0])
    assert counted.take("streams", "held", most=15)


def test_what_cannot_be_counted_is_let_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counts, "WAIT_S", 0.0)
    counted, other = Counts(tmp_path / "counts"), sqlite3.connect(tmp_path / "counts", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING):
        assert counted.hit("reports", "a", most=0, window_s=60)
        assert counted.take("streams", "a", most=0)
        assert not counted.is_full("secrets", "a", most=0)
    assert "not counted" in caplog.text
    other.close()
    assert not counted.hit("reports", "a", most=0, window_s=60), "and then it counts again"
