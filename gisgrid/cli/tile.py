"""`gisgrid tile`: what a vector tile holds, layer by layer and feature by feature."""

import re
from typing import Annotated, Any

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, read_time, show
from gisgrid.errors import Fault, Refused
from gisgrid.geo import TileCoord
from gisgrid.settings import read_settings

Feature = dict[str, Any]
"""A feature as mapbox_vector_tile gives it: free properties."""


def tile(
    layers: Annotated[str, typer.Argument(help="One or several layers: area,ticket,camera,patrol.")],
    place: Annotated[str, typer.Argument(metavar="Z/X/Y", help="The tile: zoom, column, row.")],
    at: Annotated[str | None, typer.Option(help="At which date. Default now.")] = None,
    as_recorded: Annotated[str | None, typer.Option(help="Areas as was known when. Default today.")] = None,
    network: Network = "base",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does this tile hold? Coordinates in the JSON are tile units, 4096 a side, from its north-west corner."""
    from gisgrid.database import EVERYTHING
    from gisgrid.layers import find_layers
    from gisgrid.networks import require_network
    from gisgrid.tiles import arguments, render

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    wanted, coord = find_layers(layers), read_place(place)
    instant = read_time("--at", at, settings)
    args = arguments(network, read_time("--as-recorded", as_recorded, settings))
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        require_network(connection, network)
        body = render(connection, wanted, coord, instant, args)
    held = read_tile(body)
    show({"tile": place, "bytes": len(body), "layers": held}, describe(held, len(body)), as_json=json)


def read_place(place: str) -> TileCoord:
    """Which tile is `Z/X/Y`? Raises Refused."""
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})/([0-9]{1,9})", place)
    coord = TileCoord(*map(int, found.groups())) if found else None
    if coord is None or not coord.exists:
        raise Refused(Fault("Z/X/Y", f"there is no tile {place}", "as 14/13374/6883; x and y below 2 to the z"))
    return coord


def read_tile(body: bytes) -> dict[str, list[Feature]]:
    """The features of each layer of a tile: id, geometry in tile units (y down), properties."""
    import mapbox_vector_tile

    if not body:
        return {}
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in layers.items()}


def describe(held: dict[str, list[Feature]], size: int) -> str:
    """The tile as text for people: a head, and one line a feature."""
    if not held:
        return "nothing"
    lines = [f"{size} bytes"]
    for name, features in held.items():
        lines.append(f"{name}: {len(features)} features")
        for feature in features:
            facts = "  ".join(f"{key}={value}" for key, value in feature["properties"].items())
            lines.append(f"  {feature.get('id', '')}  {feature['geometry']['type']}  {facts}".rstrip())
    return "\n".join(lines)
