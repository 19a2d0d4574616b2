"""`gisgrid device`: the tokens of devices that raise alarms; those inside a polygon, handed to other programs."""

from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, say, show
from gisgrid.errors import Fault, Refused
from gisgrid.settings import Settings, read_settings

device_app = typer.Typer(help="Devices: their tokens, on and off; those inside a polygon.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="Code of the device.")]
Drawn = Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage or Shapefile with one polygon.")]
Kind = Annotated[str, typer.Option("--kind", help="Only devices of this kind, as loudspeaker.")]
HandOver = Annotated[bool, typer.Option("--hand-over", help="Send the list to targets of topic device.selected.")]
Words = Annotated[str, typer.Option("--words", help="What the other programs are to do, in words.")]


@device_app.command()
def token(code: Code, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """A new token, shown once; the one before no longer works. It can raise alarms, and nothing else."""
    from gisgrid.database import EVERYTHING
    from gisgrid.devices import make_token

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            made = make_token(connection, code)
    say("  it is shown once: put it into the device, as a bearer token of POST /api/v1/alarms")
    show({"code": code, "token": made}, made, as_json=json)


@device_app.command()
def disable(code: Code, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Refuse the device's token from now on."""
    _switch(code, False, read_settings(data_dir=data_dir, db_port=db_port), json)


@device_app.command()
def enable(code: Code, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Accept the device's token again."""
    _switch(code, True, read_settings(data_dir=data_dir, db_port=db_port), json)


@device_app.command()
def select(
    file: Drawn,
    kind: Kind = "",
    hand_over_list: HandOver = False,
    words: Words = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """The devices inside the polygon of a file; with --hand-over their list goes to other programs."""
    from gisgrid.database import EVERYTHING
    from gisgrid.devices import hand_over, note_selection, read_ring, select_devices
    from gisgrid.loading import ReadOptions, district_extent
    from gisgrid.loading.shapes import read_shapes

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            sheet, shapes = read_shapes(file, ReadOptions(), district_extent(connection, "base"))
            if sheet.faults:
                raise Refused(*sheet.faults)
            if len(shapes) != 1 or shapes[0].geom_type != "Polygon" or shapes[0].interiors:
                message = "one polygon without a hole is asked for"
                raise Refused(Fault(file.name, message, "draw one ring, and save it alone"))
            drawn = read_ring(shapes[0].exterior.coords[:-1])
            found = select_devices(connection, drawn, kind=kind)
            handed = hand_over(connection, drawn, found, words) if hand_over_list else None
            note_selection(connection, kind, found, handed)
    if handed:
        say(f"  handed over to {handed.targets} targets, as notice {handed.notice_id}")
    facts = {"devices": [vars(one) for one in found], "handed_over": handed and vars(handed)}
    show(facts, "\n".join(f"{one.code}  {one.kind}  {one.name}" for one in found) or "no devices", as_json=json)


def _switch(code: str, is_on: bool, settings: Settings, as_json: bool) -> None:
    from gisgrid.database import EVERYTHING
    from gisgrid.devices import switch_device

    with owner_database(settings) as database:
        with database.transaction(EVERYTHING) as connection:
            switch_device(connection, code, is_on)
    show({"code": code, "enabled": is_on}, f"{code}: {'on' if is_on else 'off'}", as_json=as_json)
