"""The private PostgreSQL is watched: killed, it is back by itself with everything; what cannot be started ends `up`.

One server for the file; what is said of full disks beside it, on a real small disk where one can be mounted.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gisgrid.api.app import create_app
from gisgrid.cluster import Cluster, ensure_cluster, keeping
from gisgrid.database import Database
from gisgrid.disks import DATABASE_NEEDS, Disk, disks_of
from gisgrid.errors import GisgridError, NoSpace
from gisgrid.settings import Settings
from gisgrid.tickets.darkroom import Picture
from gisgrid.tickets.photo_files import keep_picture
from tests.sql.servers import ask, ignore, private_settings, server_process
from tests.waiting import until


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with private_settings() as settings:
        yield ensure_cluster(settings, say=ignore, install=False)  # with fsync, as people run it


def _kill(cluster: Cluster) -> None:
    os.kill(server_process(cluster), signal.SIGKILL)


def _alone(_failure: GisgridError) -> None:
    raise AssertionError("nothing to give up")


def test_a_killed_server_is_back_by_itself_with_everything(cluster: Cluster) -> None:
    said: list[str] = []
    with keeping.keeping(cluster, say=said.append, give_up=_alone, full=lambda: False):
        for number in range(2):
            ask(cluster.owner_url, "CREATE TABLE IF NOT EXISTS kept (n int)", f"INSERT INTO kept VALUES ({number})")
            _kill(cluster)
            until(lambda number=number: sum("is back" in line for line in said) == number + 1)  # type: ignore[misc]
            assert ask(cluster.owner_url, "SELECT max(n) FROM kept") == number
    assert sum("ended by itself" in line for line in said) == 2


def test_what_cannot_be_started_ends_the_service_unless_a_disk_is_full(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "GIVE_UP_S", 0.0)
    assert cluster.server is not None
    own = cluster.server.place.pgdata / "local.conf"
    given_up: list[GisgridError] = []
    is_full, asked, ended = [True], [0], threading.Event()

    def full() -> bool:
        asked[0] += 1
        return is_full[0]

    def give_up(failure: GisgridError) -> None:
        given_up.append(failure)
        ended.set()

    own.write_text("no_such_setting = 1\n")
    with keeping.keeping(cluster, say=ignore, give_up=give_up, full=full):
        _kill(cluster)
        until(lambda: asked[0] > 1)
        assert not given_up, "a full disk is waited for"
        is_full[0] = False
        until(ended.is_set)
    assert "no_such_setting" in str(given_up[0])
    own.write_text("")
    cluster.server.start_again()
    assert ask(cluster.owner_url, "SELECT 1") == 1


def test_a_server_whose_folder_is_gone_ends_the_service(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only what PostgreSQL says itself."""
    monkeypatch.setattr(keeping, "GIVE_UP_S", 0.0)
    assert cluster.server is not None
    pgdata = cluster.server.place.pgdata
    ended: list[GisgridError] = []
    _kill(cluster)
    away = pgdata.rename(pgdata.with_name("away"))
    with keeping.keeping(cluster, say=ignore, give_up=ended.append, full=lambda: False):
        until(lambda: ended)
    assert "cannot be started again" in str(ended[0])
    away.rename(pgdata)
    cluster.server.start_again()


def test_a_server_that_is_stopped_on_purpose_stays_stopped(cluster: Cluster) -> None:
    assert cluster.server is not None
    with keeping.keeping(cluster, say=ignore, give_up=_alone, full=lambda: False):
        pass
    cluster.server.stop()
    assert cluster.server.running() is None
    cluster.server.start_again()


def test_a_full_database_is_said_as_such(cluster: Cluster) -> None:
    database = Database(cluster.owner_url, role="")
    with pytest.raises(NoSpace) as refused, database.transaction() as connection:
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"))
    assert refused.value.faults[0].in_both().message_zh
    database.close()


def test_who_asks_a_service_without_room_hears_of_the_disk(tmp_path: Path) -> None:
    """No server answers here; with room it is just that, without it is the disk."""
    settings = Settings(data_dir=tmp_path)
    app = create_app(settings, "postgresql+psycopg2://nobody@/none?host=/nowhere")
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/api/v1/networks").status_code == 503
    too_large = Disk("database", tmp_path, 1 << 60)
    app.state.disks = (too_large, *disks_of(settings))
    answer = client.get("/api/v1/networks")
    assert answer.status_code == 507 and answer.headers["Retry-After"]
    assert str(tmp_path) in answer.json()["errors"][0]["message"]
    ready = client.get("/readyz")
    assert ready.status_code == 503 and ready.json()["errors"][0]["field"] == "disk"
    app.state.lookout.stop()  # it would look for that server beside all other tests
    photo = client.post("/api/v1/reports/1/photos", content=b"x", headers={"X-Report-Secret": "x"})
    assert photo.status_code == 507, "photos lie on the same disk, and leave its last room to the database"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_photos_on_a_full_disk_leave_nothing_half_written(tmp_path: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", tmp_path], check=False)
    if mounted.returncode:
        pytest.skip("this root may not mount a small disk")
    try:
        small = Picture(b"x" * 50_000, b"x" * 5_000, 1, 1, None)
        name = keep_picture(tmp_path, small, "0" * 8)
        with pytest.raises(NoSpace, match=str(tmp_path)):
            keep_picture(tmp_path, Picture(b"x" * 300_000, b"x", 1, 1, None), "0" * 8)
        files = [file.name for file in tmp_path.rglob("*") if file.is_file()]
        assert sorted(files) == [f"{name}.jpg", f"{name}.small.jpg"]
        assert Disk("photos", tmp_path, DATABASE_NEEDS).fault
    finally:
        subprocess.run(["umount", tmp_path], check=True)
