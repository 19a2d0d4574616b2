"""A backup is whole or none, sealed, proved on the side, and becomes a district again: at its moment or at another.

Long because it is one story, in order: a district is backed up at work, its server killed, and it is brought back twice
beside. Then each way in which a backup can be wrong.
"""

import io
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gisgrid.backups import DUMP, MANIFEST, PHOTOS, find_backups
from gisgrid.backups.sealing import CHUNK, MAGIC, Sealer, unsealed
from gisgrid.cli.main import run
from gisgrid.cli.opening import deploy
from gisgrid.cluster import Cluster
from gisgrid.database import OWNER, Database
from gisgrid.errors import Conflict, Refused
from gisgrid.homes import OWNER_FILE, ask_home, require_own_photos, settle_home
from gisgrid.notices.queue import due_targets
from gisgrid.settings import Settings
from gisgrid.tickets.housekeeping import keep_house
from tests.drawing import draw, spot
from tests.pictures import encode, plain
from tests.sql.doors import LOGIN, Doors, open_doors
from tests.sql.lived_in import CODES, NORTH, SHAPES
from tests.sql.servers import ask, ensure, private_settings, server_process
from tests.sql.tickets_lived import live_there
from tests.sql.working import Worker
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
KEY = b"an invented key, long enough to be one"


@dataclass
class Saved:
    """A district that was backed up and then killed; what was known of it."""

    settings: Settings
    backups: Path
    key: Path
    secrets: dict[str, str]
    words: dict[str, str]
    """When what was received: `before` is in the backup, `then` and `after` only in its log."""
    between: str
    """A time after `then`, before `after`."""
    waiting: int
    """Notices that nobody has sent yet."""

    def verb(self, *words: str, settings: Settings | None = None) -> tuple[int, Any]:
        """What a verb of backups answers with the key, in a data directory; its code and JSON."""
        at = settings or self.settings
        where = ["--data-dir", str(at.data_dir), "--db-port", str(at.db_port), "--key-file", str(self.key), "--json"]
        said = io.StringIO()
        with redirect_stdout(said):
            code = run([*words, *where])
        return code, json.loads(said.getvalue() or "null")


def _report(doors: Doors, word: str) -> str:
    lon, lat = spot(2.5, 0.4)
    body = {"lon": lon, "lat": lat, "system": "wgs84", "category": "road", "description": f"{word}(虚构)"}
    return str(doors.send("", "/reports", **body)["number"])


def _photo(doors: Doors, number: str) -> Any:
    photo, headers = encode(plain()), {"Content-Type": "image/jpeg"}
    return doors.client("boss").post(f"/api/v1/tickets/{number}/photos", content=photo, headers=headers)


def _count(cluster: Cluster, sql: str) -> int:
    return int(str(ask(cluster.owner_url, sql)))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    folder = tmp_path_factory.mktemp("saved")
    key = folder / "key"
    key.write_bytes(KEY)
    with private_settings() as private, pytest.MonkeyPatch.context() as environ:
        settings = replace(private, wal_dir=str(private.data_dir / "wal"))
        environ.setenv("GISGRID_WAL_DIR", settings.wal_dir)
        cluster = ensure(settings)
        deploy(settings, cluster)
        owner = Database(cluster.owner_url, role=OWNER)
        with open_doors(settings, folder) as doors:
            with owner.transaction() as connection:
                assert settle_home(connection, settings)
            live_there(doors)
            words = {"before": _report(doors, "before")}
            assert _photo(doors, words["before"]).status_code == 201
            found = Saved(settings, folder / "backups", key, doors.secrets, words, "", 0)
            code, made = found.verb("backup", str(found.backups))
            assert code == 0 and Path(made["backup"]).is_dir()
            found.waiting = _count(cluster, "SELECT count(*) FROM work.delivery WHERE delivered_at IS NULL")
            words["then"] = _report(doors, "then")
            found.between = str(ask(cluster.owner_url, "SELECT now()::text"))
            words["after"] = _report(doors, "after")
        owner.close()
        _archive(cluster)
        os.kill(server_process(cluster), signal.SIGKILL)
        yield found


def _archive(cluster: Cluster) -> None:
    """As a minute later: the piece of the log under way is copied away."""
    name = ask(cluster.owner_url, "SELECT pg_walfile_name(pg_switch_wal())")
    until(lambda: ask(cluster.owner_url, f"SELECT last_archived_wal >= '{name}' FROM pg_stat_archiver"))


@dataclass
class Again:
    """The district, brought back in another data directory."""

    doors: Doors
    proof: Any


@pytest.fixture(scope="module")
def again(saved: Saved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Again]:
    with private_settings() as settings:
        code, proof = saved.verb("restore", str(saved.backups), settings=settings)
        assert code == 0, proof
        with open_doors(settings, tmp_path_factory.mktemp("again")) as doors:
            doors.secrets |= saved.secrets
            yield Again(doors, proof)


def test_a_drill_proves_the_backup_and_leaves_nothing(saved: Saved, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as environ:
        environ.setattr("tempfile.tempdir", str(room := saved.settings.data_dir / "room"))
        room.mkdir(mode=0o711)
        code, proof = saved.verb("restore", str(saved.backups), "--drill")
    assert code == 0
    assert proof["tables"] > 60 and proof["rows"] > 500 and proof["photos"] >= 2
    assert list(room.iterdir()) == []


def test_everything_of_its_moment_is_back_and_nothing_later(saved: Saved, again: Again) -> None:
    client = again.doors.client("boss")
    assert client.get("/readyz").status_code == 200
    ticket = client.get(f"/api/v1/tickets/{saved.words['before']}").json()
    assert ticket["description"] == "before(虚构)"
    photo = client.get(f"/api/v1/tickets/{saved.words['before']}/photos/{ticket['photos'][0]['photo_id']}")
    assert photo.status_code == 200 and photo.content[:2] == b"\xff\xd8"
    assert client.get(f"/api/v1/tickets/{saved.words['then']}").status_code == 404


def test_a_copy_is_quiet(saved: Saved, again: Again) -> None:
    doors = again.doors
    owner = Database(doors.cluster.owner_url, role=OWNER)
    assert saved.waiting and _count(doors.cluster, "SELECT count(*) FROM work.delivery") >= saved.waiting
    with owner.transaction() as connection:
        assert due_targets(connection, 1) == [], "nothing is sent again"
        assert not settle_home(connection, doors.settings), "and no start makes it the district"
    refused = _photo(doors, saved.words["before"])
    assert refused.status_code == 409 and "--adopt" in refused.json()["errors"][0]["remedy"]
    assert keep_house(owner, replace(doors.settings, contact_days=0)) == Counter()
    owner.close()


def test_work_goes_on_in_a_copy_and_an_editor_signs_in(again: Again) -> None:
    staff = Worker(again.doors)
    staff.reports_and_closes()
    staff.publishes_and_undoes()
    staff.draws_as_qgis_does(LOGIN, NORTH, CODES["B"], CODES["F"], SHAPES, draw("..BB\n..BF\n..FF"))


def test_it_is_the_district_once_somebody_says_so(saved: Saved, again: Again) -> None:
    doors = again.doors
    before = str(ask(doors.cluster.owner_url, "SELECT identity FROM core.deployment"))
    code, said = saved.verb("restore", "--adopt", settings=doors.settings)
    assert code == 0 and said["parked"] >= saved.waiting
    assert _photo(doors, saved.words["before"]).status_code in (200, 201)
    identity = str(ask(doors.cluster.owner_url, "SELECT identity FROM core.deployment"))
    assert identity != before and (doors.settings.photos / OWNER_FILE).read_text().strip() == identity
    owner = Database(doors.cluster.owner_url, role=OWNER)
    with owner.transaction() as connection:
        assert settle_home(connection, doors.settings)
        assert due_targets(connection, 1) == [], "what waited then is sent only when it is retried"
    number = _report(doors, "new")
    with owner.transaction() as connection:
        assert due_targets(connection, 1), f"the notices of {number} go out"
    owner.close()


def test_a_cloned_database_clears_no_photo_of_the_one_that_lives(again: Again) -> None:
    """The live one has a photo that the clone does not know, a day old, in the folder that both name."""
    doors = again.doors
    ask(doors.cluster.url_as("postgres", "postgres"), "DROP DATABASE IF EXISTS clone")
    doors.app.state.database.close()
    until(lambda: _cloned(doors.cluster))
    added = _photo(doors, _report(doors, "unknown to the clone"))
    assert added.status_code == 201
    files = list(doors.settings.photos.glob("??/*.jpg"))
    for file in files:
        os.utime(file, (0, 0))
    clone = Database(doors.cluster.url_as("postgres", "clone"), role=OWNER)
    assert keep_house(clone, doors.settings) == Counter()
    assert sorted(doors.settings.photos.glob("??/*.jpg")) == sorted(files)
    with clone.transaction() as connection, pytest.raises(Conflict, match="this database is a copy"):
        require_own_photos(doors.settings.photos, ask_home(connection))
    clone.close()


def _cloned(cluster: Cluster) -> bool:
    """A database is cloned while nobody is in it."""
    admin = cluster.url_as("postgres", "postgres")
    ask(admin, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'gisgrid'")
    try:
        ask(admin, "CREATE DATABASE clone TEMPLATE gisgrid")
    except Exception as error:
        assert "being accessed by other users" in str(error)
        return False
    return True


def test_a_folder_of_photos_belongs_to_one_database(again: Again, tmp_path: Path) -> None:
    owner = Database(again.doors.cluster.owner_url, role=OWNER)
    with owner.transaction() as connection:
        home = ask_home(connection)
    require_own_photos(tmp_path / "new", home)
    assert (tmp_path / "new" / OWNER_FILE).read_text().strip() == home.identity
    (tmp_path / "new" / OWNER_FILE).write_text("another\n")
    with pytest.raises(Conflict, match="belongs to another database"):
        require_own_photos(tmp_path / "new", home)
    owner.close()


def test_a_data_directory_that_was_copied_is_known(again: Again, tmp_path: Path) -> None:
    settings = again.doors.settings
    owner = Database(again.doors.cluster.owner_url, role=OWNER)
    with owner.transaction() as connection:
        assert settle_home(connection, settings)
        there = connection.begin_nested()
        assert not settle_home(connection, replace(settings, data_dir=tmp_path))
        assert not ask_home(connection).is_at_home
        there.rollback()
        assert ask_home(connection).is_at_home
    owner.close()


def test_nothing_is_restored_over_a_district(saved: Saved, again: Again) -> None:
    code, said = saved.verb("restore", str(saved.backups), settings=again.doors.settings)
    assert code == 1 and "there is a database" in said["faults"][0]["message"]


@pytest.mark.parametrize(("to", "has", "lacks"), [("between", "then", "after"), ("latest", "after", "")])
def test_a_point_in_time_after_the_backup(saved: Saved, to: str, has: str, lacks: str) -> None:
    """The server was killed; what its log brought to the other place is all there."""
    with private_settings() as settings:
        moment = saved.between if to == "between" else to
        code, said = saved.verb("restore", str(saved.backups), "--to", moment, settings=settings)
        assert code == 0, said
        cluster = ensure(settings)
        known = set(str(ask(cluster.owner_url, "SELECT string_agg(number, ' ') FROM work.ticket")).split())
        assert {saved.words["before"], saved.words[has]} <= known
        assert saved.words.get(lacks) not in known
        assert ask(cluster.owner_url, "SELECT app.is_at_home()") is False


def test_a_time_that_has_not_come_is_refused_and_nothing_is_made(saved: Saved, tmp_path: Path) -> None:
    settings = replace(saved.settings, data_dir=tmp_path / "none")
    code, said = saved.verb("restore", str(saved.backups), "--to", "2999-01-01", settings=settings)
    assert code == 1 and "has not come yet" in said["faults"][0]["message"]
    assert not (tmp_path / "none/postgres").exists()


@pytest.fixture
def copy(saved: Saved, tmp_path: Path) -> Path:
    """A backup to be damaged."""
    return Path(shutil.copytree(find_backups(saved.backups)[-1], tmp_path / "copy"))


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("name", [DUMP, PHOTOS])
@pytest.mark.parametrize("damage", [_flip, _cut, Path.unlink])
def test_a_damaged_file_is_named(saved: Saved, copy: Path, name: str, damage: Any) -> None:
    damage(copy / name)
    code, said = saved.verb("restore", str(copy), "--drill")
    assert code == 1 and [fault["field"] for fault in said["faults"]] == [name]


def test_a_manifest_of_others_is_refused(saved: Saved, copy: Path) -> None:
    marked = json.loads((copy / MANIFEST).read_text())
    marked["manifest"] = marked["manifest"].replace('"photos": ', '"photos": 1')
    (copy / MANIFEST).write_text(json.dumps(marked))
    code, said = saved.verb("restore", str(copy), "--drill")
    assert code == 1 and "the manifest was changed" in said["faults"][0]["message"]


def test_only_the_key_opens_it(saved: Saved, copy: Path, tmp_path: Path) -> None:
    assert b"CREATE" not in (copy / "roles.sql").read_bytes()
    wrong = tmp_path / "wrong"
    wrong.write_bytes(KEY + b"!")
    code, said = replace(saved, key=wrong).verb("restore", str(copy), "--drill")
    assert code == 1 and said["faults"][0]["field"] == MANIFEST
    short = tmp_path / "short"
    short.write_bytes(b"secret")
    code, said = replace(saved, key=short).verb("restore", str(copy), "--drill")
    assert code == 1 and "fewer than 16 bytes" in said["faults"][0]["message"]


def test_what_was_cut_off_is_no_backup_and_older_ones_go(saved: Saved, again: Again, tmp_path: Path) -> None:
    half = tmp_path / "many/.20260101T000000.000000Z.part"
    half.mkdir(parents=True)
    (half / DUMP).write_bytes(b"half")
    assert find_backups(tmp_path / "many") == []
    code, said = saved.verb("restore", str(tmp_path / "many"), "--drill")
    assert code == 1 and "no whole backup" in said["faults"][0]["message"]
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("GISGRID_WAL_DIR", "")
        for _ in range(2):
            assert saved.verb("backup", str(tmp_path / "many"), "--keep", "1", settings=again.doors.settings)[0] == 0
    assert len(find_backups(tmp_path / "many")) == 1 and not half.exists()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_is_sealed_comes_back_whole_or_not_at_all(tmp_path: Path, size: int) -> None:
    key, content = b"k" * 32, os.urandom(size)
    sealer = Sealer((tmp_path / "file").open("xb"), key, "file")
    for start in range(0, size, 100_000):
        sealer.write(content[start : start + 100_000])
    sealer.close()

    def read(sealed: bytes, name: str = "file", key: bytes = key) -> bytes:
        return b"".join(unsealed(io.BytesIO(sealed), key, name))

    sealed = (tmp_path / "file").read_bytes()
    assert read(sealed) == content
    first = len(MAGIC) + 32
    wrong = [sealed[:-1], sealed + b"x", sealed[:first] + sealed[first + CHUNK + 16 :], sealed[: first + CHUNK + 16]]
    for other in wrong:
        if other != sealed:
            with pytest.raises(Refused):
                read(other)
    for given in ({"name": "other"}, {"key": b"l" * 32}):
        with pytest.raises(Refused):
            read(sealed, **given)
