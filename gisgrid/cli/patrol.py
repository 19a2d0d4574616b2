"""`gisgrid patrol`: the tokens of workers' phones, and what became of the pings that came."""

from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, say, show
from gisgrid.settings import read_settings

patrol_app = typer.Typer(help="Patrols: tokens of phones, what became of pings.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the worker's account.")]
Days = Annotated[int, typer.Option(min=1, max=3650, help="So many days, today included.")]


@patrol_app.command()
def token(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """A new token for the worker's phone, shown once; the one before no longer works. It sends pings, nothing else."""
    from gisgrid.database import EVERYTHING
    from gisgrid.patrol import make_token

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            made = make_token(connection, name)
    say("  it is shown once: the device identifier of Traccar Client, whose server is the service's address + /osmand")
    show({"name": name, "token": made}, made, as_json=json)


@patrol_app.command()
def end(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """The worker's phone has no token from now on."""
    from gisgrid.database import EVERYTHING
    from gisgrid.patrol import end_token

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            end_token(connection, name)
    show({"name": name, "token": None}, f"{name}: no token", as_json=json)


@patrol_app.command()
def tally(days: Days = 7, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """What became of the pings of these days: how many were accepted, and how many were not, by reason and worker."""
    from sqlalchemy import text

    from gisgrid.database import EVERYTHING

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            rows = connection.execute(
                text(
                    "SELECT worker, reason, sum(pings)::bigint AS pings FROM overlay.ping_tally"
                    " WHERE day > current_date - CAST(:days AS integer) GROUP BY worker, reason ORDER BY worker, reason"
                ),
                {"days": days},
            ).all()
    facts = [dict(row._mapping) for row in rows]
    lines = "\n".join(f"{row.worker}  {row.reason}  {row.pings}" for row in rows)
    show({"days": days, "tally": facts}, lines or "no pings", as_json=json)
