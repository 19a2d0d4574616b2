"""`gisgrid bench`: how long things take here, in a database of its own that is dropped afterwards."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from gisgrid.bench.assign import AssignCost, measure_assign
from gisgrid.bench.coverage import DISTRICT, Plan, write_district
from gisgrid.bench.filling import fill_posts, fill_tickets
from gisgrid.bench.publish import Case, Cost, measure
from gisgrid.bench.screens import Area, Load
from gisgrid.bench.screens import measure as watch_screens
from gisgrid.bench.server import serving
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.cli.context import DataDir, DbPort, Json, deployed_cluster, say, show
from gisgrid.cli.sample import load_sample
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.migrations import migrate
from gisgrid.settings import Settings, read_settings

SAMPLE = 360
FROM = datetime(2024, 1, 1, tzinfo=UTC)

bench_app = typer.Typer(no_args_is_help=True, help="How long things take on this machine.")


@bench_app.callback()
def bench() -> None:
    """Measurements; each makes a database of its own beside the others, and drops it."""


@bench_app.command("publish")
def publish(
    grids: Annotated[list[int], typer.Option(help="How many grids; 360 is the sample district.")] = [SAMPLE, 10_000],  # noqa: B006
    tickets: Annotated[list[int], typer.Option(help="How many tickets lie on them.")] = [0, 200_000],  # noqa: B006
    rounds: Annotated[int, typer.Option(help="How often; the median counts.", min=1)] = 3,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does redrawing five grids cost: open, save, check, preview, publish, follow; how long do reports wait?"""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    found: list[Cost] = []
    for size in grids:
        with _bench_database(settings) as url:
            database = Database(url, role=OWNER, statement_timeout_s=3600)
            superuser = create_engine(url, poolclass=NullPool)
            _fill(database, settings, size)
            held = 0
            for count in sorted(tickets):
                if count > held:
                    say(f"{count} tickets")
                    _add_tickets(database, count - held)
                    held = count
                found += measure(superuser, _case(superuser, size, count), rounds)
            database.close()
    _print(found, json=json)


@bench_app.command("assign")
def assign(
    grids: Annotated[list[int], typer.Option(help="How many synthetic grids.")] = [SAMPLE, 10_000],  # noqa: B006
    points: Annotated[int, typer.Option(help="How many points are to be found.", min=1)] = 1_000_000,
    rounds: Annotated[int, typer.Option(help="How often; the median counts.", min=1)] = 3,
    json: Json = False,
) -> None:
    """What does finding the grids of many points cost in this process, beside geopandas? Needs no database."""
    found: list[AssignCost] = []
    for size in grids:
        say(f"{size} grids")
        found += measure_assign(round(size**0.5), points, rounds)
    _print(found, json=json)


@bench_app.command("screens")
def screens(
    count: Annotated[list[int], typer.Option("--screens", help="How many open maps.")] = [20, 100],  # noqa: B006
    rate: Annotated[float, typer.Option(help="Reports a second.", min=0.1)] = 1,
    seconds: Annotated[float, typer.Option(help="How long each.", min=5)] = 30,
    grids: Annotated[int, typer.Option(help="How many grids; 360 is the sample district.")] = SAMPLE,
    tickets: Annotated[int, typer.Option(help="How many tickets lie on them.")] = 200_000,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does a report take while maps are open, and how soon do they show it? First without any map."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with _bench_database(settings) as url:
        database = Database(url, role=OWNER, statement_timeout_s=3600)
        _fill(database, settings, grids)
        _add_tickets(database, tickets)
        areas = _shown_areas(database)
        database.close()
        login = make_url(url).set(username="gisgrid_api").render_as_string(hide_password=False)
        found = []
        with serving(login) as service:
            for many in [0, *count]:
                say(f"{many} screens, {rate:g} reports a second")
                found.append(watch_screens(service, Load(many, rate, seconds, areas)))
    _print(found, json=json)


def _shown_areas(database: Database) -> list[Area]:
    """Towns and the district: what people look at."""
    with database.transaction() as connection:
        rows = connection.execute(
            text(
                "SELECT code, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom) FROM app.area_now"
                " WHERE network = 'base' AND level IN ('district', 'town') ORDER BY code"
            )
        )
        return [Area(code, (west, south, east, north)) for code, west, south, east, north in rows]


@contextmanager
def _bench_database(settings: Settings) -> Iterator[str]:
    """The superuser's URL of a migrated, empty database, dropped afterwards."""
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


def _fill(database: Database, settings: Settings, size: int) -> None:
    if size == SAMPLE:
        load_sample(database, settings, say=say)
    else:
        side = max(round(size**0.5), 4)
        with tempfile.TemporaryDirectory() as folder:
            path = write_district(Plan(side, side), Path(folder) / "district.gpkg")
            import_boundaries(database, ImportOrder(path, FROM, level="grid"), say=say)
        with database.transaction(EVERYTHING) as connection:
            fill_posts(connection)
    _analyze(database)


def _add_tickets(database: Database, count: int) -> None:
    with database.transaction(EVERYTHING) as connection:
        fill_tickets(connection, count)
    _analyze(database)


def _analyze(database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("ANALYZE")


def _case(superuser: Engine, size: int, tickets: int) -> Case:
    with superuser.begin() as connection:
        count, town = connection.execute(
            text(
                "SELECT count(*) FILTER (WHERE level = 'grid'), min(code) FILTER (WHERE level = 'town')"
                " FROM app.area_now WHERE network = 'base'"
            )
        ).one()
    name = "sample" if size == SAMPLE else "synthetic"
    return Case(name, count, tickets, {"a town": town, "the district": DISTRICT})


def _print(found: Sequence[Any], *, json: bool) -> None:
    if json:
        show(found, "", as_json=True)
        return
    table = Table(*("" for _ in range(len(found) + 1)), box=None, show_header=False)
    for name in (field.name for field in fields(found[0])):
        table.add_row(name, *(_cell(getattr(cost, name)) for cost in found))
    Console(width=250, no_color=True).print(table)


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
