"""`gisgrid bench figures|load|idle`: what is counted, what comes in from elsewhere, what nobody asks for."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.bench_answers import Noted, Write, answer
from gisgrid.cli.bench_database import SAMPLE, filled
from gisgrid.cli.bench_doors import Grids, Rounds, Tickets, place_of, versions_of
from gisgrid.cli.context import DataDir, DbPort, Json, say
from gisgrid.settings import read_settings


def figures(
    rounds: Rounds = 3,
    grids: Grids = 10_000,
    tickets: Tickets = 1_000_000,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What do counters, figures and rankings cost? Beside a count of the tickets; all that is kept is recounted."""
    from sqlalchemy import NullPool, create_engine

    from gisgrid.bench.figures import measure_figures
    from gisgrid.bench.many_tickets import fill_many_tickets

    settings, noted = read_settings(data_dir=data_dir, db_port=db_port), Noted("figures", write)
    with filled(settings, grids) as ground:
        fill_many_tickets(create_engine(ground.owner_url, poolclass=NullPool), tickets, say)
        found = measure_figures(ground.database, rounds)
        versions = versions_of(ground.database)
    answer(found, noted, versions, json=json)


def load(
    rows: Annotated[int, typer.Option(help="Rows of each file.", min=1)] = 100_000,
    grids: Grids = 10_000,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does `load tickets` take: rows inside the grids, dated before there were any, outside all of them?"""
    from gisgrid.bench.loads import measure_loads

    settings, noted = read_settings(data_dir=data_dir, db_port=db_port), Noted("load", write)
    with filled(settings, grids) as ground, tempfile.TemporaryDirectory() as folder:
        found = measure_loads(place_of(ground), rows, Path(folder), say)
        versions = versions_of(ground.database)
    answer(found, noted, versions, json=json)


def idle(
    seconds: Annotated[float, typer.Option(help="How long nobody asks.", min=1)] = 60,
    rounds: Rounds = 3,
    grids: Grids = SAMPLE,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does a verb take to start, and what does a service do while nobody asks?"""
    from sqlalchemy import NullPool, create_engine

    from gisgrid.bench.idle import measure_idle, measure_starts
    from gisgrid.bench.processes import find_postmaster

    settings, noted = read_settings(data_dir=data_dir, db_port=db_port), Noted("idle", write)
    with filled(settings, grids) as ground:
        superuser = create_engine(ground.owner_url, poolclass=NullPool)
        with superuser.connect() as connection:
            postmaster = find_postmaster(connection)
        found = [*measure_starts(postmaster, rounds), measure_idle(place_of(ground), superuser, seconds)]
        versions = versions_of(ground.database)
    answer(found, noted, versions, json=json)
