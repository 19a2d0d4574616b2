"""`gisgrid backup` and `gisgrid restore`: a district is saved, proved, brought back."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, read_time, say, show
from gisgrid.cluster import find_running, using_cluster
from gisgrid.cluster.place import place_of
from gisgrid.errors import Conflict, Fault, Refused
from gisgrid.settings import Settings, read_settings

KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="A file with the key that seals a backup; or GISGRID_BACKUP_KEY_FILE."),
]


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Each backup is a folder of its own in it.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Remove all but the newest so many.")] = None,
    key_file: KeyFile = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Back up the database, its roles and the photos while the service goes on: whole, or nothing."""
    from gisgrid.backups import read_key
    from gisgrid.backups.making import make_backup

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    key = read_key(str(key_file or settings.backup_key_file))
    with using_cluster(settings, say=say) as cluster:
        made, manifest = make_backup(settings, cluster, folder.absolute(), key=key, keep=keep, say=say)
    rows = sum(one.rows for one in manifest.contents.values())
    size = sum(one.bytes for one in manifest.files.values())
    facts = {"backup": str(made), "made_at": manifest.made_at, "rows": rows, "photos": manifest.photos, "bytes": size}
    show(facts, f"{made}: {rows} rows, {manifest.photos} files of photos, {size / 1e6:.1f} MB", as_json=json)


def restore(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="A backup, or a folder of several.")] = None,
    drill: Annotated[bool, typer.Option("--drill", help="Prove it on the side; nothing is changed.")] = False,
    to: Annotated[str | None, typer.Option("--to", help="As it was at this time, or `latest`; see backup.md.")] = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="What was restored is the district now.")] = False,
    key_file: KeyFile = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Bring a backup back into a data directory without a database, or prove that it could be."""
    from gisgrid.backups import read_key, read_manifest
    from gisgrid.backups.restoring import drill as prove
    from gisgrid.backups.restoring import restore as bring_back
    from gisgrid.backups.restoring import restore_to
    from gisgrid.homes import ADOPT, QUIET

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    if adopt:
        _adopt(settings, json=json)
        return
    if folder is None:
        raise Refused(Fault("DIR", "name the backup", "gisgrid restore DIR, or --adopt after a restore"))
    key = read_key(str(key_file or settings.backup_key_file))
    found, manifest = read_manifest(folder.absolute(), key)
    if drill:
        proof = prove(settings, found, manifest, key, say=say)
        text = f"{proof.tables} tables, {proof.rows} rows, {proof.photos} files of photos are as they were"
        show(asdict(proof), f"{found} is whole: {text} ({proof.took_s} s)", as_json=json)
        return
    _require_new(settings)
    if to is not None:
        at = None if to == "latest" else read_time("--to", to, settings)
        reached = restore_to(settings, found, manifest, key, to=at, say=say)
        show({"backup": str(found), "reached": reached}, f"restored; the last change is of {reached}", as_json=json)
    else:
        proof = bring_back(settings, found, manifest, key, say=say)
        text = f"restored: {proof.tables} tables, {proof.rows} rows, {proof.photos} files of photos"
        show(asdict(proof), f"{text} ({proof.took_s} s)", as_json=json)
    say(f"{QUIET}; {ADOPT}")


def _adopt(settings: Settings, *, json: bool) -> None:
    from gisgrid.homes import adopt as take_over

    with owner_database(settings) as database, database.transaction() as connection:
        parked = take_over(connection, settings)
    text = f"this database is the district now; {parked} notices from before wait for gisgrid notice retry"
    show({"parked": parked}, text, as_json=json)


def _require_new(settings: Settings) -> None:
    """Raises Conflict where a private server has data already."""
    if settings.database_url:
        return
    if settings.data_dir.is_dir() and (place_of(settings.data_dir).version or find_running(settings)):
        message, remedy = f"there is a database in {settings.data_dir} already", "restore into another --data-dir"
        raise Conflict(Fault("data_dir", message, remedy))
