"""The private PostgreSQL, for real: made, found again, shared, killed, repaired, stopped."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from gisgrid.cluster import ensure_cluster, find_running, stop_cluster, test_cluster
from gisgrid.cluster.files import CARELESS
from gisgrid.cluster.server import Server
from gisgrid.settings import Settings
from tests.sql.servers import ask, ensure, ignore, over_tcp, server_process


def test_a_cluster_is_made_and_lets_in_whom_it_should(settings: Settings) -> None:
    cluster = ensure(settings)
    assert ask(cluster.owner_url, "SELECT current_user || '@' || current_database()") == "postgres@gisgrid"
    assert ask(cluster.owner_url, "SHOW data_checksums") == "on"
    assert ask(cluster.owner_url, "SHOW server_encoding") == "UTF8"
    assert ask(cluster.owner_url, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(cluster.owner_url, "SELECT now() AT TIME ZONE 'Asia/Shanghai' IS NOT NULL") is True
    ask(
        cluster.owner_url,
        "CREATE ROLE gisgrid_api LOGIN PASSWORD 'wrong door'",
        "CREATE ROLE editor_li LOGIN PASSWORD 'a secret'",
        "ALTER ROLE postgres PASSWORD 'wrong door'",
    )
    assert ask(cluster.service_url, "SELECT current_user") == "gisgrid_api"
    assert ask(over_tcp(cluster, "editor_li", "a secret"), "SELECT current_user") == "editor_li"
    with pytest.raises(OperationalError, match="password authentication failed"):
        ask(over_tcp(cluster, "editor_li", "another"), "SELECT 1")
    for user in ("postgres", "gisgrid_api"):
        with pytest.raises(OperationalError, match="pg_hba.conf rejects"):
            ask(over_tcp(cluster, user, "wrong door"), "SELECT 1")


def test_a_login_enters_no_database_that_has_no_walls(settings: Settings) -> None:
    """In the server's own ones everybody may make large objects and temporary tables, and fill the disk of all."""
    cluster = ensure(settings)
    ask(cluster.owner_url, "CREATE ROLE editor_wu LOGIN PASSWORD 'a secret'")
    url = make_url(over_tcp(cluster, "editor_wu", "a secret"))
    for database in ("postgres", "template1"):
        with pytest.raises(OperationalError, match="pg_hba.conf rejects"):
            ask(url.set(database=database).render_as_string(hide_password=False), "SELECT 1")
        assert ask(
            make_url(cluster.owner_url).set(database=database).render_as_string(hide_password=False),
            "SELECT current_database()",
        ) == database  # fmt: skip


def test_the_server_is_not_in_our_session_and_not_root(settings: Settings) -> None:
    pid = server_process(ensure(settings))
    assert os.getsid(pid) != os.getsid(0)
    assert os.stat(f"/proc/{pid}").st_uid != 0


def test_a_second_start_finds_the_first(settings: Settings) -> None:
    first, said = ensure(settings), list[str]()
    second = ensure_cluster(settings, say=said.append, fsync=False, install=False)
    assert not [line for line in said if "starting" in line]
    assert server_process(first) == server_process(second)


def test_the_last_user_stops_it(settings: Settings) -> None:
    first, second = ensure(settings), ensure(settings)
    assert stop_cluster(first) is False
    assert ask(second.owner_url, "SELECT 1") == 1
    assert stop_cluster(second) is True
    assert find_running(settings) is None


def test_force_stops_it_under_others(settings: Settings) -> None:
    first, _ = ensure(settings), ensure(settings)
    assert stop_cluster(first, force=True) is True
    assert find_running(settings) is None


def test_impatience_does_not_leave_it_running(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = ensure(settings)
    run = Server._run

    def interrupted(server: Server, program: str, *words: str | Path) -> Any:
        if (program, *words[:1]) == ("pg_ctl", "stop"):
            signal.raise_signal(signal.SIGINT)
        return run(server, program, *words)

    monkeypatch.setattr(Server, "_run", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            stop_cluster(cluster)
    finally:
        signal.signal(signal.SIGINT, before)
    assert find_running(settings) is None


def test_a_user_that_died_does_not_count(settings: Settings) -> None:
    cluster = ensure(settings)
    script = (
        "import sys, time; from pathlib import Path; from gisgrid.locks import Lock\n"
        "Lock(Path(sys.argv[1]), shared=True).acquire(); print('held', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", script, str(settings.data_dir / "users.lock")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        other.kill()
    assert stop_cluster(cluster) is True


def test_a_killed_server_is_repaired_and_has_lost_nothing(settings: Settings) -> None:
    cluster = ensure_cluster(settings, say=ignore, install=False)  # with fsync, as people run it
    ask(cluster.owner_url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (360)")
    os.kill(server_process(cluster), signal.SIGKILL)
    again = ensure_cluster(settings, say=ignore, install=False)
    assert ask(again.owner_url, "SELECT n FROM kept") == 360


def test_a_process_number_used_again_fools_nobody(settings: Settings) -> None:
    cluster = ensure(settings)
    stop_cluster(cluster)
    assert cluster.server is not None
    pgdata, port = cluster.server.place.pgdata, settings.db_port
    lines = [str(os.getpid()), str(pgdata), "1", str(port), str(cluster.socket_dir), "127.0.0.1", "", ""]
    (pgdata / "postmaster.pid").write_text("\n".join(lines))
    (cluster.socket_dir / f".s.PGSQL.{port}.lock").write_text("\n".join(lines))
    assert ask(ensure(settings).owner_url, "SELECT 1") == 1


def test_a_half_made_cluster_is_made_anew(settings: Settings) -> None:
    half = settings.data_dir / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    assert ask(ensure(settings).owner_url, "SELECT 1") == 1
    assert not half.exists()


def test_the_throw_away_one_goes_and_takes_the_dead_with_it() -> None:
    dead = Path(tempfile.mkdtemp(prefix="gisgrid-test-", dir="/tmp"))
    (dead / "users.lock").touch()
    with test_cluster() as url:
        assert not dead.exists()
        engine = create_engine(url)
        with engine.connect() as connection:
            for name, value in CARELESS.items():
                assert connection.execute(text(f"SHOW {name}")).scalar() == value
            folder = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
        engine.dispose()
        assert folder.exists()
    assert not folder.exists()
