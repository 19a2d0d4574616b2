"""`gisgrid bench reports|tiles|pings|screens`: what is asked over HTTP, beside peers."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.bench_answers import Noted, PeersFolder, Write, answer
from gisgrid.cli.bench_database import SAMPLE, Ground, filled
from gisgrid.cli.context import DataDir, DbPort, Json, say
from gisgrid.settings import read_settings

if TYPE_CHECKING:
    from gisgrid.bench.pings import Place
    from gisgrid.bench.screens import Area
    from gisgrid.database import Database

Grids = Annotated[int, typer.Option(help="How many grids; 360 is the sample district.")]
Tickets = Annotated[int, typer.Option(help="How many tickets lie on them.")]
Clients = Annotated[int, typer.Option(help="How many clients ask at once.", min=1)]
Processes = Annotated[int, typer.Option(help="How many processes of the service serve one database.", min=1)]
Rounds = Annotated[int, typer.Option(help="How often; the median counts.", min=1)]


def pings(
    batches: Annotated[int, typer.Option(help="Batches of 100 pings a round.", min=1)] = 500,
    clients: Clients = 8,
    processes: Processes = 1,
    rounds: Rounds = 3,
    workers: Annotated[int, typer.Option(help="Workers on patrol, whose coverage is asked.", min=1)] = 500,
    hours: Annotated[int, typer.Option(help="Hours that they walked.", min=1)] = 8,
    cameras: Annotated[int, typer.Option(help="Cameras of which some see a point.", min=1)] = 50_000,
    grids: Grids = SAMPLE,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What do pings of patrols, their coverage, and the cameras that see a point cost? Beside the same rows alone."""
    from gisgrid.bench.pings import Plan as PingPlan
    from gisgrid.bench.pings import measure_pings

    settings, noted = read_settings(data_dir=data_dir, db_port=db_port), Noted("pings", write)
    with filled(settings, grids) as ground:
        plan = PingPlan(batches, clients, processes, rounds, workers, hours, cameras)
        found = measure_pings(place_of(ground), plan)
        versions = versions_of(ground.database)
    answer(found, noted, versions, json=json)


def reports(
    count: Annotated[int, typer.Option("--reports", help="Reports a round.", min=1)] = 1000,
    clients: Clients = 8,
    processes: Processes = 1,
    rounds: Rounds = 3,
    grids: Grids = SAMPLE,
    tickets: Tickets = 0,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What do a report, a batch of reports and a look-up cost? Beside the same rows without a grid, and COPY."""
    from gisgrid.bench.reports import Plan as ReportPlan
    from gisgrid.bench.reports import measure_reports

    settings, noted = read_settings(data_dir=data_dir, db_port=db_port), Noted("reports", write)
    with filled(settings, grids, tickets) as ground:
        found = measure_reports(place_of(ground), ReportPlan(count, clients, processes, rounds))
        versions = versions_of(ground.database)
    answer(found, noted, versions, json=json)


def tiles(
    count: Annotated[int, typer.Option("--tiles", help="Tiles a round.", min=1)] = 2000,
    clients: Clients = 16,
    processes: Processes = 1,
    rounds: Rounds = 3,
    writers: Annotated[int, typer.Option(help="Who report while tiles are asked.", min=1)] = 8,
    seconds: Annotated[float, typer.Option(help="How long they report.", min=1)] = 20,
    grids: Grids = 10_000,
    tickets: Tickets = 200_000,
    peers: PeersFolder = None,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does a tile cost: drawn, kept, while others write? Beside other tile servers; stale answers are counted."""
    from gisgrid.bench.peers import Peers
    from gisgrid.bench.tile_servers import Plan as TilePlan
    from gisgrid.bench.tile_servers import measure_tiles

    settings, noted = read_settings(data_dir=data_dir, db_port=db_port), Noted("tiles", write)
    with filled(settings, grids, tickets) as ground:
        plan = TilePlan(count, clients, processes, rounds, writers, seconds, Peers(peers))
        found = measure_tiles(place_of(ground), plan)
        versions = versions_of(ground.database)
    answer(found, noted, versions, json=json)


def screens(
    count: Annotated[list[int], typer.Option("--screens", help="How many open maps.")] = [20, 100],  # noqa: B006
    rate: Annotated[float, typer.Option(help="Reports a second.", min=0.1)] = 1,
    seconds: Annotated[float, typer.Option(help="How long each.", min=5)] = 30,
    processes: Processes = 1,
    grids: Grids = SAMPLE,
    tickets: Tickets = 200_000,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does a report take while maps are open, and how soon do they show it? First without any map."""
    from gisgrid.bench.screens import Load
    from gisgrid.bench.screens import measure as watch_screens
    from gisgrid.bench.server import serving_many, worker_beside

    settings, noted = read_settings(data_dir=data_dir, db_port=db_port), Noted("screens", write)
    found = []
    with filled(settings, grids, tickets) as ground:
        areas = _shown_areas(ground.database)
        with serving_many(ground.service_url, processes) as services, worker_beside(ground.owner_url):
            say("the worker adds up")
            _await_added_up(ground.database)
            for many in [0, *count]:
                say(f"{many} screens, {rate:g} reports a second")
                found.append(watch_screens(services, Load(many, rate, seconds, areas)))
        versions = versions_of(ground.database)
    answer(found, noted, versions, json=json)


def _await_added_up(database: "Database") -> None:
    """Until then tiles count what is left themselves, as they do for a moment after a load."""
    from sqlalchemy import text

    from gisgrid.database import EVERYTHING

    left = text(
        "SELECT EXISTS (SELECT FROM work.counter_change) OR EXISTS (SELECT FROM work.ticket_bin_change)"
        " OR EXISTS (SELECT FROM work.post_change)"
    )
    while True:
        with database.transaction(EVERYTHING) as connection:
            if not connection.execute(left).scalar_one():
                return
        time.sleep(0.5)


def _shown_areas(database: "Database") -> "list[Area]":
    """Towns and the district: what people look at."""
    from sqlalchemy import text

    from gisgrid.bench.screens import Area

    with database.transaction() as connection:
        rows = connection.execute(
            text(
                "SELECT code, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom) FROM app.area_now"
                " WHERE network = 'base' AND level IN ('district', 'town') ORDER BY code"
            )
        )
        return [Area(code, (west, south, east, north)) for code, west, south, east, north in rows]


def place_of(ground: Ground) -> "Place":
    """The ground as what is asked over HTTP takes it."""
    from gisgrid.bench.pings import Place

    return Place(ground.database, ground.owner_url, ground.service_url, ground.box)


def versions_of(database: "Database") -> str:
    """This program, its database, its libraries."""
    from gisgrid.bench.pages import describe_versions

    with database.transaction() as connection:
        return describe_versions(connection)
