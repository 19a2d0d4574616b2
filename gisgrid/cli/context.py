"""What every verb needs: settings from options, progress on stderr, results on stdout, the database."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import is_dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from gisgrid.api.values import Span, read_instant, read_span
from gisgrid.bootstrap import say
from gisgrid.boundaries.networks import changed_since
from gisgrid.calendars import keep_calendar, what_is_unknown
from gisgrid.cells import Program
from gisgrid.cluster import Cluster, using_cluster
from gisgrid.database import OWNER, Database
from gisgrid.instants import fields_of, write_instant
from gisgrid.migrations import migrate
from gisgrid.networks import require_set_network
from gisgrid.settings import Settings, read_settings

__all__ = [
    "DataDir",
    "DbPort",
    "For",
    "Json",
    "Network",
    "deploy",
    "deployed_cluster",
    "owner_database",
    "read_received",
    "read_start",
    "read_time",
    "say",
    "show",
]

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where the database and its files live.", envvar="GISGRID_DATA_DIR")
]
DbPort = Annotated[
    int | None, typer.Option("--db-port", help="Port of the private PostgreSQL.", envvar="GISGRID_DB_PORT")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
For = Annotated[Program, typer.Option("--for", help="Who opens a CSV; for Excel codes are text.")]
Network = Annotated[str, typer.Option("--network", help="Which network of areas.", envvar="GISGRID_NETWORK")]


@contextmanager
def deployed_cluster(settings: Settings, *, makes: str | None = None) -> Iterator[Cluster]:
    """The database of this data directory, started if it is not running, at this version's schema.

    `makes`: the network that the verb may make. Raises Refused where GISGRID_NETWORK names another unknown one.
    """
    with using_cluster(settings, say=say) as cluster:
        deploy(settings, cluster, makes=makes)
        yield cluster


def deploy(settings: Settings, cluster: Cluster, *, remind: bool = False, makes: str | None = None) -> None:
    """Bring the database to this version's schema, and its calendar to the settings and the library.

    Raises Refused where GISGRID_NETWORK names a network that is neither there nor the one that the verb `makes`.

    Says which days the calendar lacks when the calendar has changed; with `remind` always.
    """
    migrate(cluster.owner_url, say=say)
    database = Database(cluster.owner_url, role=OWNER, statement_timeout_s=600)
    try:
        changed = keep_calendar(database, settings)
        if (changed or remind) and (unknown := what_is_unknown()):
            say(f"  {unknown}")
        if settings.network != makes:
            with database.transaction() as connection:
                require_set_network(connection, settings.network)
    finally:
        database.close()


@contextmanager
def owner_database(settings: Settings | None = None, *, makes: str | None = None) -> Iterator[Database]:
    """The database as its owner, for verbs of the person who runs this machine; `makes` as in `deployed_cluster`."""
    settings = settings or read_settings()
    with deployed_cluster(settings, makes=makes) as cluster:
        database = Database(cluster.owner_url, role=OWNER, statement_timeout_s=600)
        try:
            yield database
        finally:
            database.close()


def read_time(name: str, value: str | None, settings: Settings) -> datetime | None:
    """An option's time: ISO 8601 with offset, or a bare date in the district's zone."""
    return read_instant(name, value, settings.timezone)


def read_received(since: str | None, until: str | None, settings: Settings) -> Span:
    """The time of --from and --to; a bare date in --to means through that day."""
    return read_span(since, until, settings.timezone, ("--from", "--to"))


def read_start(value: str | None, settings: Settings, database: Database, *networks: str) -> datetime:
    """The time of --valid-from; by default today 00:00, or now if one of these networks has changed since then."""
    given = read_time("--valid-from", value, settings)
    if given is not None:
        return given
    now = datetime.now(UTC)
    today = datetime.combine(now.astimezone(settings.timezone), time(), settings.timezone)
    with database.transaction() as connection:
        return now if changed_since(connection, networks, today) else today


def show(result: Any, text: str, *, as_json: bool) -> None:
    """Print a verb's result: its text for people, or JSON for programs."""
    if as_json:
        text = json.dumps(result, ensure_ascii=False, default=_plain)
    sys.stdout.write(text + "\n")


def _plain(value: object) -> object:
    """A value that JSON lacks: a dataclass as an object, an instant and any other as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return fields_of(value)
    return write_instant(value, separator=" ") if isinstance(value, datetime) else str(value)
