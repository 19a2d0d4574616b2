"""`gisgrid route`: whom would a report be assigned to, by which rule, and why did no other fire?"""

import json as jsonlib
import sys
from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, read_time, show
from gisgrid.errors import Fault, Refused
from gisgrid.instants import in_zone
from gisgrid.settings import read_settings


def route(
    category: Annotated[str, typer.Option(help="What the report is about: id or Chinese name.")],
    area: Annotated[str, typer.Option(help="Code of the area that it lies in; or a point.")] = "",
    lon: Annotated[float | None, typer.Option(help="Longitude, or easting.")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude, or northing.")] = None,
    system: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")] = "wgs84",
    network: Network = "base",
    at: Annotated[str | None, typer.Option(help="At which instant. Default now.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Why not by another rule? The whole answer, JSON.")
    ] = False,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Which routing rule would fire for a report?"""
    from gisgrid.coordinates import check_point
    from gisgrid.tickets.intake import district_extent
    from gisgrid.tickets.routing import Where, explain_route

    if bool(area) == (lon is not None and lat is not None) or (lon is None) != (lat is None):
        raise Refused(Fault("--area", "say where: an area, or a point", "--area CODE, or --lon and --lat"))
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction() as connection:
        point = None if lon is None else check_point(lon, lat, system, district_extent(connection, network))
        where = Where(network, point, area, at=read_time("--at", at, settings))
        answer = explain_route(connection, category, where)
    answered = in_zone(answer, settings.timezone)
    if explain and not json and sys.stdout.isatty():
        sys.stdout.write(jsonlib.dumps(answered, ensure_ascii=False, indent=2) + "\n")
        return
    who = answer["assignee"]
    text = f"{answer['rule']}: " + (f"{who['role']} of {who['area']}, post {who['post']}" if who else "nobody")
    show(answered, f"{text}, due {answered['due_at']}", as_json=json or explain)
