"""Bring a backup back: into a data directory without a database, at its own moment or at another one; or on trial.

Long because a restore, a drill and a point in time are one way with three ends.
"""

import io
import shlex
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text

from gisgrid.backups import BASE, DUMP, PHOTOS, ROLES, Manifest, check_files, reading_file
from gisgrid.backups.making import PHOTO
from gisgrid.backups.programs import write_to
from gisgrid.backups.proof import differences, read_contents
from gisgrid.cluster import Cluster, discard_cluster, ensure_cluster, side_cluster, stop_cluster, unpack_cluster
from gisgrid.errors import Conflict, Fault, Refused, Unavailable
from gisgrid.homes import ask_home, give_photos, make_quiet
from gisgrid.instants import write_instant
from gisgrid.migrations import REPAIRING, migrate
from gisgrid.settings import Settings
from gisgrid.steps import Say

RESTORING = "gisgrid_restoring"
"""The database's name until it is whole."""
PATIENCE_S = 24 * 3600.0


@dataclass(frozen=True)
class Proof:
    """What was brought back and compared, table by table."""

    backup: str
    made_at: str
    tables: int
    rows: int
    photos: int
    took_s: float


def drill(settings: Settings, folder: Path, manifest: Manifest, key: bytes | None, *, say: Say) -> Proof:
    """Prove a backup on a server of its own, which is gone afterwards. Raises Refused with what is not as it was."""
    began = time.monotonic()
    say("checking the files")
    check_files(folder, manifest)
    with side_cluster(settings, RESTORING, say=say) as cluster:
        _load(cluster, folder, manifest, key, say)
        _deploy(cluster, say)
    photos = sum(1 for _ in _photos(folder, manifest, key))
    return _proof(folder, manifest, photos, began)


def restore(settings: Settings, folder: Path, manifest: Manifest, key: bytes | None, *, say: Say) -> Proof:
    """Bring a backup back at its own moment, into an empty place. It is quiet until it is adopted.

    Raises Conflict where there is a database already. A restore that is cut off leaves none that could be served.
    """
    began = time.monotonic()
    check_files(folder, manifest)
    with _made_whole(settings, RESTORING, say) as cluster:
        _require_empty(cluster)
        _load(cluster, folder, manifest, key, say)
        _deploy(cluster, say)
        identity = _quiet(cluster)
        if cluster.server is not None:
            cluster.server.rename_database(cluster.db_port, RESTORING, "gisgrid")
    return _proof(folder, manifest, _bring_photos(settings, folder, manifest, key, identity), began)


def restore_to(
    settings: Settings, folder: Path, manifest: Manifest, key: bytes | None, *, to: datetime | None, say: Say
) -> str:
    """Bring the whole private server back as it was at a time (None: as late as its log goes); the time it has reached.

    Takes the base of this backup and the copies of the log in GISGRID_WAL_DIR.
    """
    if BASE not in manifest.files:
        message, remedy = "this backup has no base for points in time", "set GISGRID_WAL_DIR for up and backup"
        raise Refused(Fault("--to", message, remedy))
    log = Path(settings.wal_dir).absolute() / manifest.system
    if not settings.wal_dir or not log.is_dir():
        raise Refused(Fault("GISGRID_WAL_DIR", f"the log of this server is not in {log}", "name its folder"))
    if to and to < datetime.fromisoformat(manifest.made_at):
        raise Refused(Fault("--to", f"this backup is of {manifest.made_at}", "take an older backup for that time"))
    if to and to > datetime.now(UTC):
        raise Refused(Fault("--to", f"{write_instant(to)} has not come yet", "--to latest: as late as the log goes"))
    check_files(folder, manifest)
    lines = [f"restore_command = 'cp {shlex.quote(str(log))}/%f %p'", "recovery_target_timeline = 'current'"]
    if to:
        lines += [f"recovery_target_time = '{write_instant(to)}'", "recovery_target_action = 'promote'"]

    def fill(pgdata: Path) -> None:
        with tarfile.open(fileobj=_Pieces(reading_file(folder, BASE, manifest, key)), mode="r|gz") as tar:
            _unpack(tar, pgdata)
        with (pgdata / "postgresql.auto.conf").open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))
        (pgdata / "recovery.signal").touch()

    unpack_cluster(settings, manifest.postgresql, fill, say=say)
    try:
        with _made_whole(settings, manifest.database, say) as cluster:
            reached = _wait_for_end(cluster)
            _deploy(cluster, say)
            identity = _quiet(cluster)
    except Unavailable as error:
        message = f"the server could not be brought to that time; its log may end before: {error.faults[0].message}"
        remedy = "an earlier time, or --to latest: as late as the log goes"
        raise Unavailable(Fault("--to", message, remedy)) from error
    _bring_photos(settings, folder, manifest, key, identity)
    return reached


@contextmanager
def _made_whole(settings: Settings, database: str, say: Say) -> Iterator[Cluster]:
    """A private server that is being made; what fails leaves nothing, so that it can be tried again."""
    quiet = replace(settings, wal_dir="")  # only what is served keeps a log of its own
    try:
        cluster = ensure_cluster(quiet, say=say, database=database)
        try:
            yield cluster
        finally:
            stop_cluster(cluster)
    except BaseException:
        if not settings.database_url:
            discard_cluster(settings)
        raise


def _require_empty(cluster: Cluster) -> None:
    engine = create_engine(cluster.owner_url)
    try:
        with engine.connect() as connection:
            there = connection.execute(text("SELECT to_regnamespace('core')")).scalar()
    finally:
        engine.dispose()
    if there:
        remedy = "restore into another --data-dir, or an empty database of its own"
        raise Conflict(Fault("database", "there is a district in this database already", remedy))


def _load(cluster: Cluster, folder: Path, manifest: Manifest, key: bytes | None, say: Say) -> None:
    say("restoring the roles and the database")
    write_to(cluster, "psql", "-X", "-q", pieces=reading_file(folder, ROLES, manifest, key))  # some may be there
    write_to(cluster, "pg_restore", "--exit-on-error", pieces=reading_file(folder, DUMP, manifest, key))
    say("comparing every table with the backup")
    engine = create_engine(cluster.owner_url)
    try:
        with engine.begin() as connection:
            found = differences(manifest.contents, read_contents(connection))
    finally:
        engine.dispose()
    if found:
        raise Refused(*found)


def _quiet(cluster: Cluster) -> str:
    engine = create_engine(cluster.owner_url)
    try:
        with engine.begin() as connection:
            make_quiet(connection)
            return ask_home(connection).identity
    finally:
        engine.dispose()


def _wait_for_end(cluster: Cluster) -> str:
    """Wait until the server has read its log to the end; the time of the last transaction that it has."""
    engine = create_engine(cluster.owner_url, isolation_level="AUTOCOMMIT")
    deadline = time.monotonic() + PATIENCE_S
    try:
        with engine.connect() as connection:
            while connection.execute(text("SELECT pg_is_in_recovery()")).scalar():
                if time.monotonic() > deadline:
                    raise Unavailable(Fault("restore", "the log is still being read", "look into the server's log"))
                time.sleep(0.2)
            reached = connection.execute(
                text("SELECT coalesce(max(changed_at)::text, '') FROM core.change")
            ).scalar_one()
            for name in (
                "restore_command",
                "recovery_target_time",
                "recovery_target_action",
                "recovery_target_timeline",
            ):
                connection.exec_driver_sql(f"ALTER SYSTEM RESET {name}")
            return str(reached)
    finally:
        engine.dispose()


def _bring_photos(settings: Settings, folder: Path, manifest: Manifest, key: bytes | None, identity: str) -> int:
    place, brought = settings.photos, 0
    if place.is_dir() and any(place.iterdir()):
        message, remedy = f"there are files in the folder of photos {place}", "set GISGRID_PHOTO_DIR to a new folder"
        raise Conflict(Fault("GISGRID_PHOTO_DIR", message, remedy))
    give_photos(place, identity)
    for name, content in _photos(folder, manifest, key):
        path = place / name
        path.parent.mkdir(exist_ok=True, mode=0o700)
        path.write_bytes(content)
        brought += 1
    return brought


def _photos(folder: Path, manifest: Manifest, key: bytes | None) -> Iterator[tuple[str, bytes]]:
    """The photos of a backup by name, one after the other."""
    with tarfile.open(fileobj=_Pieces(reading_file(folder, PHOTOS, manifest, key)), mode="r|") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            parts = member.name.split("/")
            if file and len(parts) == 2 and PHOTO.fullmatch(parts[1]) and parts[0] == parts[1][:2]:
                yield member.name, file.read()


def _proof(folder: Path, manifest: Manifest, photos: int, began: float) -> Proof:
    if photos != manifest.photos:
        message = f"{photos} photos came back of {manifest.photos}"
        raise Refused(Fault(PHOTOS, message, "take another backup"))
    rows = sum(one.rows for one in manifest.contents.values())
    took_s = round(time.monotonic() - began, 1)
    return Proof(folder.name, manifest.made_at, len(manifest.contents), rows, photos, took_s)


class _Pieces(io.RawIOBase):
    """Pieces as a file that is read once from its beginning."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """So many bytes; fewer only at the end."""
        parts, wanted = [], size
        while wanted > 0:
            if not self._left:
                self._left = next(self._pieces, b"")
                if not self._left:
                    break
            part, self._left = self._left[:wanted], self._left[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)


def _unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """What is in the archive, below this folder only; by hand where Python (3.11.2 of Debian 12) knows no filters."""
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
        return
    inside = folder.resolve()
    for member in tar:
        if not (member.isreg() or member.isdir()) or not (inside / member.name).resolve().is_relative_to(inside):
            raise Refused(Fault("backup", f"{member.name!r} does not belong into a server", "take another backup"))
        tar.extract(member, folder)


def _deploy(cluster: Cluster, say: Say) -> None:
    """Bring what was restored to this version. Roles and grants are in no dump, to make them again repairs nothing."""
    said: list[str] = []
    migrate(cluster.owner_url, say=said.append)
    remade = sum(line.startswith(REPAIRING) for line in said)
    for line in said:
        if not line.startswith(REPAIRING):
            say(line)
    if remade:
        say(f"made again, as a dump does not hold them: {remade} roles, grants and functions")
