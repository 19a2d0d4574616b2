"""`gisgrid status`, `gisgrid worker`, base backups and one's own access lines, at a private server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gisgrid.cli.main import run
from gisgrid.cluster import Cluster, stop_cluster
from gisgrid.migrations import migrate
from gisgrid.settings import Settings
from tests.sql.servers import ask, ensure, private_settings
from tests.waiting import PATIENCE_S, until


@pytest.fixture(scope="module")
def private() -> Iterator[tuple[Settings, Cluster]]:
    with private_settings() as settings:
        cluster = ensure(settings)
        migrate(cluster.owner_url)
        yield settings, cluster
        stop_cluster(cluster, force=True)


def environ(settings: Settings) -> dict[str, str]:
    port = str(settings.db_port + 1)  # nobody listens there
    return {"GISGRID_DATA_DIR": str(settings.data_dir), "GISGRID_DB_PORT": str(settings.db_port), "GISGRID_PORT": port}


def test_status_says_what_runs(
    private: tuple[Settings, Cluster], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, cluster = private
    for name, value in environ(settings).items():
        monkeypatch.setenv(name, value)

    def found() -> dict[str, dict[str, object]]:
        assert run(["status", "--json"]) == 1, "no service runs"
        told: dict[str, dict[str, object]] = json.loads(capsys.readouterr().out)
        return told

    first = found()
    assert first["service"]["running"] is False
    assert first["database"]["running"] is True
    assert first["database"]["notices_parked"] == first["database"]["clocks_late"] == 0
    assert first["worker"] == {"running": False}
    assert first["disk"]["data"]["free_bytes"]  # type: ignore[index]
    command = [sys.executable, "-m", "gisgrid", "worker"]
    with subprocess.Popen(
        command, env={**os.environ, **environ(settings)}, stderr=subprocess.PIPE, text=True
    ) as worker:
        until(lambda: found()["worker"] == {"running": True}, PATIENCE_S)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_S) == 0
    assert found()["worker"] == {"running": False}
    assert run(["status"]) == 1
    assert "database running\tyes" in capsys.readouterr().out
    assert ask(cluster.owner_url, "SELECT count(*) FROM core.area") == 0, "it made and loaded nothing"


def test_a_base_backup_comes_over_the_socket(private: tuple[Settings, Cluster], tmp_path: Path) -> None:
    settings, cluster = private
    where = ["-h", str(cluster.socket_dir), "-p", str(cluster.db_port), "-U", "postgres"]
    words = [str(cluster.bin_dir / "pg_basebackup"), *where, "-c", "fast", "-X", "stream", "-D", str(tmp_path / "copy")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "copy" / "PG_VERSION").exists()


def test_ones_own_lines_of_access_survive_a_start(private: tuple[Settings, Cluster]) -> None:
    settings, cluster = private
    assert cluster.server is not None
    own = cluster.server.place.pgdata / "local.hba"
    own.write_text("host replication replicator 127.0.0.1/32 scram-sha-256\n")
    again = ensure(settings)
    rules = ask(
        again.owner_url,
        "SELECT string_agg(auth_method, ' ') FROM pg_hba_file_rules WHERE user_name = '{replicator}' AND error IS NULL",
    )
    assert rules == "scram-sha-256"
    stop_cluster(again)
