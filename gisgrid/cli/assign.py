"""`gisgrid assign IN -o OUT`: find the grid of every row of a table."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, For, Json, Network, owner_database, read_time, say, show
from gisgrid.settings import read_settings

KINDS = "CSV, workbook (.xlsx), GeoJSON, GeoPackage, Shapefile or Parquet"


def assign(
    source: Annotated[Path, typer.Argument(metavar="IN", help=f"{KINDS} with points.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help=f"{KINDS}, by its ending.")],
    lon: Annotated[str, typer.Option(help="Column with longitudes or eastings. Default: the file's points.")] = "",
    lat: Annotated[str, typer.Option(help="Column with latitudes or northings.")] = "",
    system: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n. Default: the file's own.")] = "",
    network: Network = "base",
    at: Annotated[str | None, typer.Option(help="At which date. Default now.")] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of a CSV, as gbk. Default UTF-8.")] = "",
    layer: Annotated[str, typer.Option(help="Layer of a GeoPackage, sheet of a workbook, that has several.")] = "",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Keep rows without a usable point, unassigned.")] = False,
    no_distance: Annotated[
        bool, typer.Option("--no-distance", help="Leave distance_to_edge_m out: it is most of the time.")
    ] = False,
    for_: For = "programs",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """The grid of every point of a table: grid_code, grid_name, method, distance_to_edge_m beside its columns."""
    from gisgrid.assignment.files import check_ending
    from gisgrid.assignment.table import AssignOrder, assign_file

    check_ending(output)
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    when = read_time("--at", at, settings)
    excel = for_ == "excel"
    kept = settings.data_dir / "indexes" if settings.data_dir.is_dir() else None
    order = AssignOrder(
        source, output, lon, lat, system, network, when, encoding, layer, skip_bad, excel, not no_distance, kept
    )
    with owner_database(settings) as database, database.transaction(timeout_s=600) as connection:
        done = assign_file(connection, order, say=say)
    for note in done.notes:
        say(f"  {note}")
    line = f"{output}: {done.rows} rows, {done.inside} inside, {done.edge} on an edge, {done.none} in no grid"
    show(asdict(done), line + (f", {done.skipped} without a point" if done.skipped else ""), as_json=json)
