"""The database of a verb: started, at this version's schema, opened. Imports SQLAlchemy, so `context` loads it late."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from getpass import getuser

from sqlalchemy import make_url

from gisgrid.bootstrap import say
from gisgrid.cluster import Cluster, driver_url, using_cluster
from gisgrid.database import OWNER, Database
from gisgrid.errors import Fault, Refused
from gisgrid.interrupts import interruptible
from gisgrid.migrations import migrate
from gisgrid.settings import Settings


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
    from gisgrid.calendars.keeping import keep_calendar, what_is_unknown  # once there is a database
    from gisgrid.networks import require_set_network

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


def sql_of_admin(settings: Settings) -> str:
    """What a superuser runs once for the login of GISGRID_DATABASE_URL. Raises Refused without one."""
    from gisgrid.migrations.admin import admin_sql

    if not settings.database_url:
        message, remedy = "the private PostgreSQL has a superuser", "set it, as postgresql://user:secret@host/database"
        raise Refused(Fault("GISGRID_DATABASE_URL", message, remedy))
    url = make_url(driver_url(settings.database_url, "GISGRID_DATABASE_URL"))
    return admin_sql(url.username or "", url.database or "").rstrip("\n")


@contextmanager
def owner_database(settings: Settings, *, makes: str | None = None) -> Iterator[Database]:
    """The database as its owner, for verbs of the person who runs this machine; `makes` as in `deployed_cluster`.

    Ctrl-C ends what it waits for.
    """
    with deployed_cluster(settings, makes=makes) as cluster, interruptible():
        database = Database(cluster.owner_url, role=OWNER, statement_timeout_s=600, actor=f"machine/{getuser()}")
        try:
            yield database
        finally:
            database.close()


def has_changed(database: Database, networks: Sequence[str], since: datetime) -> bool:
    """Does any version in these networks begin after this instant?"""
    from gisgrid.boundaries.networks import changed_since

    with database.transaction() as connection:
        return changed_since(connection, networks, since)
