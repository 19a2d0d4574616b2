"""Make a backup: whole or not at all, of one moment, while the service goes on."""

import io
import os
import re
import shutil
import tarfile
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from gisgrid import __version__
from gisgrid.backups import BASE, DUMP, PHOTOS, ROLES, Manifest, find_backups, name_now, writing_file
from gisgrid.backups.programs import read_from
from gisgrid.backups.proof import read_contents
from gisgrid.cluster import Cluster
from gisgrid.disks import writing
from gisgrid.errors import Conflict, Fault, Refused
from gisgrid.instants import write_instant
from gisgrid.locks import Lock
from gisgrid.migrations import trouble
from gisgrid.settings import Settings
from gisgrid.steps import Say

OURS = ["gisgrid_owner", "gisgrid_service", "gisgrid_editor", "gisgrid_viewer", "gisgrid_api"]
PHOTO = re.compile(r"[0-9a-f]{32}(\.small)?\.jpg")
_ROLE = re.compile(r'^(?:CREATE|ALTER) ROLE "?([^" ;]+)|^GRANT "?([^" ;]+)"? TO "?([^" ;]+)')


def make_backup(
    settings: Settings, cluster: Cluster, into: Path, *, key: bytes | None, keep: int | None, say: Say
) -> tuple[Path, Manifest]:
    """Make a backup in a new folder below `into`; where it is, and what it says. Keeps the newest `keep` of them.

    What is cut off has another name, and is cleared by the next one. Raises Unavailable, NoSpace, Conflict.
    """
    try:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Refused(Fault("DIR", f"{into} cannot be made: {error.strerror}", "choose another folder")) from error
    with Lock(into / ".lock", wait=False) as alone, writing(into):
        if not alone.held:
            raise Conflict(Fault("DIR", f"another backup is being made in {into}", "wait for its end"))
        for cut_off in into.glob(".*.part"):
            shutil.rmtree(cut_off)
        name = name_now()
        part = into / f".{name}.part"
        part.mkdir(mode=0o700)
        try:
            manifest = _fill(part, settings, cluster, key, say)
            manifest.write(part, key)
            _to_disk(part)
            part.rename(into / name)
            _to_disk(into)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        if keep:
            for old in find_backups(into)[:-keep]:
                say(f"removing {old}")
                shutil.rmtree(old)
    _note(cluster)
    return into / name, manifest


def _note(cluster: Cluster) -> None:
    """Write down that a backup was finished, for who watches; not in a database of an older version."""
    engine = create_engine(cluster.owner_url, hide_parameters=True)
    known = "SELECT FROM pg_attribute WHERE attrelid = 'core.deployment'::regclass AND attname = 'backup_finished_at'"
    try:
        with engine.begin() as connection:
            if connection.execute(text(known)).first() is not None:
                connection.execute(text("UPDATE core.deployment SET backup_finished_at = clock_timestamp()"))
    finally:
        engine.dispose()


def _connect(engine: Engine) -> Connection:
    """A connection. Raises Unavailable, with the server's own words, where there is none to be had."""
    try:
        return engine.connect()
    except OperationalError as error:
        raise (trouble(error) or error) from error


def _fill(part: Path, settings: Settings, cluster: Cluster, key: bytes | None, say: Say) -> Manifest:
    engine = create_engine(cluster.owner_url, hide_parameters=True, isolation_level="REPEATABLE READ")
    try:
        with _connect(engine) as connection, connection.begin():
            manifest = _describe(connection, sealed=key is not None)
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            say("backing up the database")
            with writing_file(part, DUMP, key, manifest) as file:
                read_from(cluster, "pg_dump", "-Fc", f"--snapshot={snapshot}", into=file)
            manifest.contents = read_contents(connection)
            with writing_file(part, ROLES, key, manifest) as file:
                file.write(_roles(connection, cluster))
    finally:
        engine.dispose()
    say("backing up the photos")  # after the rows: a row has its file
    with writing_file(part, PHOTOS, key, manifest) as file:
        manifest.photos = _pack_photos(settings.photos, file)
    if cluster.server is not None and settings.wal_dir:
        say("backing up the server, as a base for points in time")
        with writing_file(part, BASE, key, manifest) as file:
            read_from(cluster, "pg_basebackup", "-D", "-", "-Ft", "-Z", "1", "-X", "fetch", "-c", "fast", into=file)
    return manifest


def _describe(connection: Connection, *, sealed: bool) -> Manifest:
    row = connection.execute(
        text(
            "SELECT now() AS at, current_database() AS name,"
            " current_setting('server_version_num')::int / 10000 AS major,"
            " (SELECT system_identifier::text FROM pg_control_system()) AS system,"
            " ARRAY(SELECT m.name FROM public.gisgrid_migration AS m WHERE m.name <> 'app' ORDER BY 1) AS migrations"
        )
    ).one()
    at = write_instant(row.at)
    return Manifest(at, __version__, row.migrations, row.major, row.name, row.system, sealed, photos=0)


def _roles(connection: Connection, cluster: Cluster) -> bytes:
    """The roles of the district alone, with the verifiers of their passwords, which sign nobody in."""
    logins = connection.execute(text("SELECT login FROM core.login_scope")).scalars().all()
    ours, found = {*OURS, *logins}, io.BytesIO()
    read_from(cluster, "pg_dumpall", "--roles-only", into=found)
    lines = []
    for line in found.getvalue().decode().splitlines():
        match = _ROLE.match(line)
        if match and (match[1] in ours or (match[3] in ours and (match[2] in ours or match[2].startswith("pg_")))):
            lines.append(re.sub(r" GRANTED BY \S+;$", ";", line))
    return ("\n".join(lines) + "\n").encode()


def _pack_photos(place: Path, file: BinaryIO) -> int:
    """How many files went in."""
    packed = 0
    with tarfile.open(fileobj=file, mode="w|") as tar:
        for path in sorted(place.glob("[0-9a-f][0-9a-f]/*.jpg")):
            if PHOTO.fullmatch(path.name):
                try:
                    tar.add(path, arcname=f"{path.parent.name}/{path.name}", recursive=False)
                except FileNotFoundError:
                    continue  # erased meanwhile
                packed += 1
    return packed


def _to_disk(folder: Path) -> None:
    """The names in a folder, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
