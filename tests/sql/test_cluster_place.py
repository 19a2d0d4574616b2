"""Where the private PostgreSQL lies and listens, and what is refused before anything is touched."""

import os
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from gisgrid.cluster import ensure_cluster, stop_cluster
from gisgrid.cluster import place as places
from gisgrid.errors import Refused, Unavailable
from gisgrid.settings import Settings
from tests.sql.servers import ask, ensure


def test_the_socket_is_nobody_elses(settings: Settings) -> None:
    cluster = ensure(settings)
    assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
    assert cluster.server is not None
    assert cluster.server.place.pgdata.stat().st_mode & 0o777 == 0o700


def test_it_moves_to_another_port_unless_it_is_in_use(settings: Settings) -> None:
    cluster = ensure(settings)
    elsewhere = replace(settings, db_port=settings.db_port + 1)
    said: list[str] = []
    stays = ensure_cluster(elsewhere, say=said.append, install=False)
    assert stays.db_port == settings.db_port and "stays there" in said[0]
    for user in (cluster, stays):
        assert user.users is not None
        user.users.release()
    moved = ensure(elsewhere)
    assert moved.db_port == elsewhere.db_port
    assert ask(moved.owner_url, "SHOW port") == str(elsewhere.db_port)


def test_a_taken_port_is_refused_with_the_name_of_who_has_it(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", settings.db_port))
        taken.listen()
        with pytest.raises(Refused, match=rf"in use by .*process {os.getpid()}.*--db-port"):
            ensure(settings)
    assert ask(ensure(settings).owner_url, "SELECT 1") == 1


@pytest.mark.parametrize("port", [0, 80, 5432, 32768, 65535])
def test_ports_that_are_not_ours_are_refused(settings: Settings, port: int) -> None:
    with pytest.raises(Refused, match="--db-port"):
        ensure(replace(settings, db_port=port))
    assert [entry.name for entry in settings.data_dir.iterdir()] == ["debs"]


def test_data_of_another_major_version_is_not_touched(settings: Settings) -> None:
    stop_cluster(ensure(settings))
    version = settings.data_dir / "postgres/PG_VERSION"
    made_by = version.read_text()
    version.write_text("13\n")
    before = sorted((settings.data_dir / "postgres").iterdir())
    with pytest.raises(Refused, match=r"written by PostgreSQL 13, here is \d+; nothing was touched"):
        ensure(settings)
    assert sorted((settings.data_dir / "postgres").iterdir()) == before
    version.write_text(made_by)


def test_a_long_path_gets_a_short_socket_folder(settings: Settings) -> None:
    deep = settings.data_dir / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    (deep / "debs").symlink_to(settings.data_dir / "debs")
    cluster = ensure(replace(settings, data_dir=deep))
    try:
        assert len(str(cluster.socket_dir)) < 40
        assert ask(cluster.owner_url, "SELECT 1") == 1
    finally:
        stop_cluster(cluster, force=True)
        shutil.rmtree(cluster.socket_dir)


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that root's server cannot reach, and a system folder of the test's own."""
    monkeypatch.setattr(places, "SYSTEM_FOLDER", settings.data_dir / "system")
    folder = settings.data_dir / "home"
    folder.mkdir(mode=0o700)
    return folder


def _at(settings: Settings, folder: Path) -> Settings:
    return replace(settings, data_dir=folder)


def _where(settings: Settings) -> Path:
    """Where the database of a data directory lies; it is started, asked for what was kept, and stopped."""
    cluster = ensure(settings)
    try:
        assert cluster.server is not None
        assert ask(cluster.owner_url, "CREATE TABLE IF NOT EXISTS kept (n int)", "SELECT 1") == 1
        return cluster.server.place.pgdata
    finally:
        stop_cluster(cluster, force=True)


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")


@AS_ROOT
def test_roots_data_directory_leads_to_its_database_wherever_it_moves(settings: Settings, home: Path) -> None:
    pgdata = _where(_at(settings, home / "data"))
    assert pgdata.is_relative_to(places.SYSTEM_FOLDER)
    assert (home / "data/postgres").resolve() == pgdata and (home / "data/run").resolve() == pgdata.parent / "run"
    (home / "data").rename(home / "moved")
    assert _where(_at(settings, home / "moved")) == pgdata
    assert _where(_at(settings, home / "data")) != pgdata, "what begins at the old place is another district"
    assert _where(_at(settings, home / "moved")) == pgdata


@AS_ROOT
@pytest.mark.parametrize("folder", ["home", "open"])
def test_it_starts_with_the_umask_of_a_service(settings: Settings, home: Path, folder: str) -> None:
    (settings.data_dir / "open").mkdir(mode=0o755)
    umask = os.umask(0o077)  # of the unit that `service install` writes
    try:
        assert _where(_at(settings, settings.data_dir / folder / "data")).is_relative_to(places.SYSTEM_FOLDER)
    finally:
        os.umask(umask)


@AS_ROOT
def test_a_copy_of_roots_data_directory_is_refused(settings: Settings, home: Path) -> None:
    pgdata = _where(_at(settings, home / "data"))
    shutil.copytree(home / "data", home / "copy", symlinks=True)
    with pytest.raises(Refused, match=r"copy of .*/data, and would share its database .*gisgrid restore"):
        ensure(_at(settings, home / "copy"))
    assert _where(_at(settings, home / "data")) == pgdata


@AS_ROOT
def test_a_database_from_before_there_were_links_is_found_and_linked(settings: Settings, home: Path) -> None:
    pgdata = _where(_at(settings, home / "data"))
    for name in ("postgres", "run"):
        (home / "data" / name).unlink()
    (pgdata.parent / places.NOTE).unlink()
    assert _where(_at(settings, home / "data")) == pgdata
    assert (home / "data/postgres").resolve() == pgdata


@AS_ROOT
def test_nothing_begins_anew_where_a_district_lived(settings: Settings, home: Path) -> None:
    """As when the checkout was moved before there were links."""
    pgdata = _where(_at(settings, home / "data"))
    for name in ("postgres", "run"):
        (home / "data" / name).unlink()
    (pgdata.parent / places.NOTE).unlink()
    (home / "data").rename(home / "moved")
    with pytest.raises(Refused, match=rf"a district lived in .*ln -s that.*{places.LIVED}") as refused:
        ensure(_at(settings, home / "moved"))
    assert str(pgdata) in str(refused.value)
    (home / "moved/postgres").symlink_to(pgdata)
    assert _where(_at(settings, home / "moved")) == pgdata


def test_a_database_that_is_gone_is_missed(settings: Settings) -> None:
    pgdata = _where(settings)
    pgdata.rename(pgdata.with_name("elsewhere"))
    with pytest.raises(Refused, match="a district lived in"):
        ensure(settings)
    pgdata.with_name("elsewhere").rename(pgdata)
    assert _where(settings) == pgdata


@AS_ROOT
def test_a_database_that_was_moved_out_of_reach_says_so(settings: Settings, home: Path) -> None:
    inside = settings.data_dir / "inside"
    pgdata = _where(_at(settings, inside))
    assert pgdata == inside / "postgres"
    inside.rename(home / "inside")
    with pytest.raises(Refused, match="the user postgres, who runs the database, cannot reach"):
        ensure(_at(settings, home / "inside"))
    (home / "inside").rename(inside)
    assert _where(_at(settings, inside)) == pgdata


def test_settings_of_the_users_own_win(settings: Settings) -> None:
    cluster = ensure(settings)
    assert cluster.server is not None
    stop_cluster(cluster)
    (cluster.server.place.pgdata / "local.conf").write_text("work_mem = '17MB'\n")
    assert ask(ensure(settings).owner_url, "SHOW work_mem") == "17MB"


def test_a_server_that_cannot_start_says_why(settings: Settings) -> None:
    cluster = ensure(settings)
    assert cluster.server is not None
    stop_cluster(cluster)
    (cluster.server.place.pgdata / "local.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(Unavailable, match="no_such_setting"):
        ensure(settings)


def test_a_server_of_the_users_own_is_used_as_it_is(settings: Settings) -> None:
    own = replace(settings, database_url="postgresql://li@db.example/grids")
    cluster = ensure(own)
    assert cluster.owner_url == cluster.service_url == "postgresql+psycopg2://li@db.example/grids"
    assert stop_cluster(cluster) is False
    assert [entry.name for entry in settings.data_dir.iterdir()] == ["debs"]
    with pytest.raises(Refused, match="GISGRID_DATABASE_URL"):
        ensure(replace(settings, database_url="mysql://li@db.example/grids"))


@AS_ROOT
def test_a_log_that_the_server_could_not_copy_is_refused_at_the_start(settings: Settings, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Refused, match="cannot write"):
        ensure(replace(settings, wal_dir=str(closed / "wal")))
