"""`gisgrid device`: the tokens of devices that raise alarms."""

from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, say, show
from gisgrid.database import EVERYTHING
from gisgrid.devices import make_token, switch_device
from gisgrid.settings import Settings, read_settings

device_app = typer.Typer(help="Devices that raise alarms: their tokens, on and off.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="Code of the device.")]


@device_app.command()
def token(code: Code, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """A new token, shown once; the one before no longer works. It can raise alarms, and nothing else."""
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


def _switch(code: str, is_on: bool, settings: Settings, as_json: bool) -> None:
    with owner_database(settings) as database:
        with database.transaction(EVERYTHING) as connection:
            switch_device(connection, code, is_on)
    show({"code": code, "enabled": is_on}, f"{code}: {'on' if is_on else 'off'}", as_json=as_json)
