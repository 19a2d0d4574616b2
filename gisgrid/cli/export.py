"""`gisgrid export OUT`: boundaries at a date as a file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.boundaries.exporting import ExportOrder, export_boundaries
from gisgrid.cli.context import DataDir, DbPort, For, Json, Network, owner_database, read_time, say, show
from gisgrid.database import EVERYTHING
from gisgrid.settings import read_settings


def export(
    output: Annotated[Path, typer.Argument(metavar="OUT", help="GeoPackage, GeoJSON or Shapefile, by its ending.")],
    network: Network = "base",
    level: Annotated[str, typer.Option(help="Only district, town, community or grid. Default all.")] = "",
    at: Annotated[str | None, typer.Option(help="At which date. Default now.")] = None,
    as_recorded: Annotated[str | None, typer.Option(help="As was known when. Default today.")] = None,
    crs: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")] = "wgs84",
    encoding: Annotated[str, typer.Option(help="Encoding of a Shapefile's text, as GBK. Default UTF-8.")] = "",
    lineage: Annotated[bool, typer.Option("--lineage", help="Also what became of which code, with shares.")] = False,
    for_: For = "programs",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Export the areas of a network at a date, whole or not at all."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    order = ExportOrder(
        path=output,
        zone=settings.timezone,
        network=network,
        level=level,
        at=read_time("--at", at, settings),
        as_recorded=read_time("--as-recorded", as_recorded, settings),
        system=crs,
        encoding=encoding,
        lineage=lineage,
        program=for_,
    )
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        done = export_boundaries(connection, order)
    for note in done.notes:
        say(f"  {note}")
    line = f"{output}: {done.areas} areas of {done.network}" + (
        f", {done.lineage} entries of lineage" if lineage else ""
    )
    show(asdict(done), line, as_json=json)
