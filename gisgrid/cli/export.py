"""`gisgrid export OUT`: boundaries at a date as a file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, For, Json, Network, owner_database, read_time, say, show
from gisgrid.settings import read_settings

KINDS = "GeoPackage, GeoJSON, Shapefile, PMTiles or MBTiles"


def export(
    output: Annotated[Path, typer.Argument(metavar="OUT", help=f"{KINDS}, by its ending.")],
    network: Network = "base",
    level: Annotated[str, typer.Option(help="Only district, town, community or grid. Default all.")] = "",
    at: Annotated[str | None, typer.Option(help="At which date. Default now.")] = None,
    as_recorded: Annotated[str | None, typer.Option(help="As was known when. Default today.")] = None,
    crs: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")] = "wgs84",
    encoding: Annotated[str, typer.Option(help="Encoding of a Shapefile's text, as GBK. Default UTF-8.")] = "",
    lineage: Annotated[bool, typer.Option("--lineage", help="Also what became of which code, with shares.")] = False,
    layers: Annotated[str, typer.Option(help="PMTiles, MBTiles: the layers, as area,ticket.")] = "area",
    min_zoom: Annotated[int | None, typer.Option(help="PMTiles, MBTiles: from this zoom on.")] = None,
    max_zoom: Annotated[int | None, typer.Option(help="PMTiles, MBTiles: up to this zoom.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=6, help="PMTiles, MBTiles: so many are drawn at once.")] = 2,
    for_: For = "programs",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Export the areas of a network at a date, or layers as tiles, whole or not at all; tiles go on after a break."""
    from gisgrid.boundaries.exporting import ExportOrder, export_boundaries
    from gisgrid.database import EVERYTHING
    from gisgrid.layers import find_layers
    from gisgrid.tile_archive import ENDINGS, ArchiveOrder, write_archive

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    if output.suffix.lower() in ENDINGS:
        archive = ArchiveOrder(
            path=output,
            layers=find_layers(layers),
            network=network,
            at=read_time("--at", at, settings),
            as_recorded=read_time("--as-recorded", as_recorded, settings),
            min_zoom=min_zoom,
            max_zoom=max_zoom,
            jobs=jobs,
        )
        with owner_database(settings) as database:
            drawn = write_archive(database, archive, say=say)
        show(asdict(drawn), f"{output}: {drawn.tiles} tiles, {drawn.kept} of them from before", as_json=json)
        return
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
