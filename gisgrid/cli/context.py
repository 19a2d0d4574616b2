"""What every verb needs: settings from options, progress on stderr, results on stdout, the database."""

import json
import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.bootstrap import say
from gisgrid.cells import Program
from gisgrid.cluster import Cluster
from gisgrid.instants import in_zone, write_instant
from gisgrid.settings import Settings, read_settings
from gisgrid.times import Span, read_instant, read_span

if TYPE_CHECKING:
    from gisgrid.database import Database

__all__ = [
    "DataDir",
    "DbPort",
    "For",
    "Json",
    "Network",
    "deployed_cluster",
    "owner_database",
    "read_received",
    "read_start",
    "read_time",
    "say",
    "show",
    "sql_of_admin",
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


def _opening() -> Any:
    """The module that reaches the database; imported with the first database, so that `--help` does without."""
    return import_module("gisgrid.cli.opening")


def deployed_cluster(settings: Settings, *, makes: str | None = None) -> AbstractContextManager[Cluster]:
    """The database of this data directory, started if it is not running, at this version's schema."""
    opened: AbstractContextManager[Cluster] = _opening().deployed_cluster(settings, makes=makes)
    return opened


def owner_database(settings: Settings | None = None, *, makes: str | None = None) -> AbstractContextManager["Database"]:
    """The database as its owner, for verbs of the person who runs this machine; `makes`: the network it may make."""
    opened: AbstractContextManager[Database] = _opening().owner_database(settings or read_settings(), makes=makes)
    return opened


def sql_of_admin(settings: Settings) -> str:
    """What a superuser runs once for the login of GISGRID_DATABASE_URL. Raises Refused without one."""
    sql: str = _opening().sql_of_admin(settings)
    return sql


def read_time(name: str, value: str | None, settings: Settings) -> datetime | None:
    """An option's time: ISO 8601 with offset, or a bare date in the district's zone."""
    return read_instant(name, value, settings.timezone)


def read_received(since: str | None, until: str | None, settings: Settings) -> Span:
    """The time of --from and --to; a bare date in --to means through that day."""
    return read_span(since, until, settings.timezone, ("--from", "--to"))


def read_start(value: str | None, settings: Settings, database: "Database", *networks: str) -> datetime:
    """The time of --valid-from; by default today 00:00, or now if one of these networks has changed since then."""
    given = read_time("--valid-from", value, settings)
    if given is not None:
        return given
    now = datetime.now(UTC)
    today = datetime.combine(now.astimezone(settings.timezone), time(), settings.timezone)
    return now if _opening().has_changed(database, networks, today) else today


def show(result: Any, text: str, *, as_json: bool) -> None:
    """Print a verb's result: its text for people, or JSON for programs, with instants in the district's zone."""
    if as_json:
        text = json.dumps(in_zone(result, read_settings().timezone), ensure_ascii=False, default=str)
    sys.stdout.write(text + "\n")


def say_cell(value: object) -> str:
    """A value in a line or table for people: an instant by its minute in the district's zone, nothing for None."""
    if isinstance(value, datetime):
        return write_instant(value, read_settings().timezone, to="minutes", separator=" ")
    return "" if value is None else str(value)
