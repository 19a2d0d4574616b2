"""`gisgrid locate LON LAT`: find the grid of a point."""

from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, read_time, show
from gisgrid.instants import in_zone
from gisgrid.settings import read_settings


def locate(
    lon: Annotated[float, typer.Argument(help="Longitude, or easting.")],
    lat: Annotated[float, typer.Argument(help="Latitude, or northing.")],
    system: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")] = "wgs84",
    network: Network = "base",
    at: Annotated[str | None, typer.Option(help="At which date. Default now.")] = None,
    as_recorded: Annotated[str | None, typer.Option(help="As was known when. Default today.")] = None,
    accuracy_m: Annotated[float | None, typer.Option(min=0, max=100_000, help="Accuracy of the point, metres.")] = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Whose is this point? Negative numbers go after `--`."""
    from gisgrid.assignment import locate as locate_point
    from gisgrid.coordinates import check_point
    from gisgrid.tickets.intake import district_extent

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction() as connection:
        point = check_point(lon, lat, system, district_extent(connection, network))
        found = locate_point(
            connection,
            point,
            network=network,
            at=read_time("--at", at, settings),
            accuracy_m=accuracy_m,
            as_recorded=read_time("--as-recorded", as_recorded, settings),
        )
    grid, how = found.grid, found.assignment
    text = "outside every grid"
    if grid is not None:
        text = f"{grid.code} {grid.name}\n{how.method}, {how.distance_to_edge_m:.1f} m from the edge"
    if found.doubt:
        text += f"\na report of this point waits until somebody says where it is: {found.doubt}"
    answer = {"grid": grid, "assignment": {**vars(how), "system": system}, "doubt": found.doubt}
    show(in_zone(answer, settings.timezone), text, as_json=json)
