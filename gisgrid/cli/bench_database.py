"""The database of a measurement: made beside the others, filled, dropped afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gisgrid.cli.context import deployed_cluster, say
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.database import Database

SAMPLE = 360
FROM = datetime(2024, 1, 1, tzinfo=UTC)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Ground:
    """A filled database, as its owner; `box` holds its grids."""

    database: "Database"
    owner_url: str
    service_url: str
    box: Box


@contextmanager
def filled(settings: Settings, grids: int, tickets: int = 0) -> Iterator[Ground]:
    """A district of so many grids with so many tickets."""
    from sqlalchemy import make_url

    from gisgrid.database import OWNER, Database

    with bench_database(settings) as url:
        database = Database(url, role=OWNER, pool_size=2, statement_timeout_s=3600)
        try:
            fill(database, settings, grids)
            if tickets:
                say(f"{tickets} tickets")
                add_tickets(database, tickets)
            login = make_url(url).set(username="gisgrid_api").render_as_string(hide_password=False)
            yield Ground(database, url, login, box_of_grids(database))
        finally:
            database.close()


@contextmanager
def bench_database(settings: Settings) -> Iterator[str]:
    """The superuser's URL of a migrated, empty database, dropped afterwards."""
    from sqlalchemy import NullPool, create_engine, make_url, text

    from gisgrid.migrations import migrate

    with deployed_cluster(settings) as cluster:
        name = f"gisgrid_bench_{os.getpid()}"
        admin = create_engine(cluster.owner_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            url = make_url(cluster.owner_url).set(database=name).render_as_string(hide_password=False)
            migrate(url)
            yield url
        finally:
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def fill(database: "Database", settings: Settings, size: int) -> None:
    """The sample district, or a synthetic one of about so many grids with its posts."""
    from gisgrid.bench.coverage import Plan, write_district
    from gisgrid.bench.filling import fill_posts
    from gisgrid.boundaries.importing import ImportOrder, import_boundaries
    from gisgrid.cli.sample import load_sample
    from gisgrid.database import EVERYTHING

    if size == SAMPLE:
        load_sample(database, settings, say=say)
    else:
        side = max(round(size**0.5), 4)
        with tempfile.TemporaryDirectory() as folder:
            path = write_district(Plan(side, side), Path(folder) / "district.gpkg")
            import_boundaries(database, ImportOrder(path, FROM, level="grid"), say=say)
        with database.transaction(EVERYTHING) as connection:
            fill_posts(connection)
    analyze(database)


def add_tickets(database: "Database", count: int) -> None:
    """So many more tickets."""
    from gisgrid.bench.filling import fill_tickets
    from gisgrid.database import EVERYTHING

    with database.transaction(EVERYTHING) as connection:
        fill_tickets(connection, count)
    analyze(database)


def analyze(database: "Database") -> None:
    """Let the planner know what is there."""
    with database.transaction() as connection:
        connection.exec_driver_sql("ANALYZE")


def box_of_grids(database: "Database") -> Box:
    """West, south, east, north of all grids."""
    from sqlalchemy import text

    with database.transaction() as connection:
        west, south, east, north = connection.execute(
            text(
                "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM"
                " (SELECT ST_Extent(geom) AS e FROM app.area_now WHERE network = 'base' AND level = 'grid') AS x"
            )
        ).one()
    return west, south, east, north
