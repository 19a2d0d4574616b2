"""`gisgrid bench`: how long things take here, in a database of its own that is dropped afterwards."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.bench_answers import Noted, PeersFolder, Write, answer
from gisgrid.cli.bench_database import SAMPLE, add_tickets, bench_database, fill, filled
from gisgrid.cli.bench_doors import pings, reports, screens, tiles
from gisgrid.cli.bench_ground import figures, idle, load
from gisgrid.cli.bench_import import import_grids
from gisgrid.cli.context import DataDir, DbPort, Json, say
from gisgrid.settings import Settings, read_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gisgrid.bench.exact import Progress
    from gisgrid.bench.publish import Case

USUAL = 92
"""Corners of a synthetic grid: four sides of `gisgrid.bench.coverage.STEPS`."""
bench_app = typer.Typer(no_args_is_help=True, help="How long things take on this machine.")


@bench_app.callback()
def bench() -> None:
    """Measurements; each makes a database of its own beside the others, and drops it."""


@bench_app.command("publish")
def publish(
    grids: Annotated[list[int], typer.Option(help="How many grids; 360 is the sample district.")] = [SAMPLE, 10_000],  # noqa: B006
    tickets: Annotated[list[int], typer.Option(help="How many tickets lie on them.")] = [0, 200_000],  # noqa: B006
    rounds: Annotated[int, typer.Option(help="How often; the median counts.", min=1)] = 3,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does redrawing five grids cost: open, save, check, preview, publish, follow; how long do reports wait?"""
    from sqlalchemy import NullPool, create_engine

    from gisgrid.bench.pages import describe_versions
    from gisgrid.bench.publish import Cost, measure
    from gisgrid.database import OWNER, Database

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    noted, found, versions = Noted("publish", write), list[Cost](), ""
    for size in grids:
        with bench_database(settings) as url:
            database = Database(url, role=OWNER, statement_timeout_s=3600)
            superuser = create_engine(url, poolclass=NullPool)
            fill(database, settings, size)
            with database.transaction() as connection:
                versions = describe_versions(connection)
            held = 0
            for count in sorted(tickets):
                if count > held:
                    say(f"{count} tickets")
                    add_tickets(database, count - held)
                    held = count
                found += measure(superuser, _case(superuser, size, count), rounds)
            database.close()
    answer(found, noted, versions, json=json)


@bench_app.command("assign")
def assign(
    grids: Annotated[list[int], typer.Option(help="How many synthetic grids.")] = [SAMPLE, 10_000],  # noqa: B006
    points: Annotated[int, typer.Option(help="How many points are to be found.", min=1)] = 1_000_000,
    corners: Annotated[int, typer.Option(help="Corners of each of them.", min=4)] = USUAL,
    rounds: Annotated[int, typer.Option(help="How often; the median counts.", min=1)] = 3,
    compare: Annotated[
        int, typer.Option(help="Instead: how many points, hard ones, to compare with `app.locate`; needs a database.")
    ] = 0,
    progress: Annotated[
        Path | None,
        typer.Option(help="Note in this file what --compare has found, each 100,000 points, and go on from there."),
    ] = None,
    peers: PeersFolder = None,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does finding the grids of many points cost in this process, beside geopandas, DuckDB, SedonaDB?"""
    from gisgrid.bench.assign import AssignCost, measure_assign
    from gisgrid.bench.coverage import Plan
    from gisgrid.bench.exact import Progress
    from gisgrid.bench.pages import describe_versions
    from gisgrid.bench.peers import Peers

    if compare:
        settings = read_settings(data_dir=data_dir, db_port=db_port)
        _compare(grids, compare, Noted("exact", write), settings, Progress(progress), json=json)
        return
    noted, found = Noted("assign" if corners == USUAL else "corners", write), list[AssignCost]()
    for size in grids:
        say(f"{size} grids")
        side = round(size**0.5)
        found += measure_assign(Plan(side, side, steps=corners // 4), points, rounds, Peers(peers))
    answer(found, noted, describe_versions(), json=json)


def _compare(
    grids: list[int], points: int, noted: Noted, settings: Settings, progress: "Progress", *, json: bool
) -> None:
    """Every answer beside that of `app.locate`."""
    from gisgrid.bench.exact import Compared, compare_answers
    from gisgrid.bench.pages import describe_versions
    from gisgrid.database import EVERYTHING

    found, versions = list[Compared](), ""
    for size in grids:
        with filled(settings, size) as ground, ground.database.transaction(EVERYTHING) as connection:
            versions = describe_versions(connection)
            found.append(compare_answers(connection, points, say, progress))
    answer(found, noted, versions, json=json)


def _case(superuser: "Engine", size: int, tickets: int) -> "Case":
    from sqlalchemy import text

    from gisgrid.bench.coverage import DISTRICT
    from gisgrid.bench.publish import Case

    with superuser.begin() as connection:
        count, town = connection.execute(
            text(
                "SELECT count(*) FILTER (WHERE level = 'grid'), min(code) FILTER (WHERE level = 'town')"
                " FROM app.area_now WHERE network = 'base'"
            )
        ).one()
    name = "sample" if size == SAMPLE else "synthetic"
    return Case(name, count, tickets, {"a town": town, "the district": DISTRICT})


for verb in (reports, tiles, pings, screens, figures, load, idle):
    bench_app.command(verb.__name__)(verb)
bench_app.command("import")(import_grids)
