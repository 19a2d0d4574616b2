"""`gisgrid user`: accounts."""

from typing import Annotated

import typer

from gisgrid.access import add_account, switch_account
from gisgrid.cli.context import DataDir, DbPort, Json, deployed_cluster, show
from gisgrid.cluster import Cluster
from gisgrid.database import Database
from gisgrid.settings import Settings, read_settings

Name = Annotated[str, typer.Argument(help="Name of the account.")]

user_app = typer.Typer(help="Accounts.", no_args_is_help=True)


@user_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="2 to 40 of a-z 0-9 _ . -, a letter first.")],
    role: Annotated[
        str,
        typer.Option(help="What the account is for; a role that there is not is answered with those that there are."),
    ],
    area: Annotated[str, typer.Option(help="Code of the area that the role is for.")] = "",
    department: Annotated[str, typer.Option(help="The department, for a role that works in one.")] = "",
    person: Annotated[str, typer.Option(help="Whose account: name or number of who holds posts.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Make an account. Its secret is printed now and kept nowhere."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with deployed_cluster(settings) as cluster:
        secret = make_account(cluster, name, role, area, department, person=person, zone=settings.zone)
    show({"name": name, "secret": secret}, f"{name}\t{secret}", as_json=json)


@user_app.command()
def disable(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Let an account out: sessions end, secret and database login sign nobody in. What it did stays."""
    _switch(name, False, read_settings(data_dir=data_dir, db_port=db_port), json)


@user_app.command()
def enable(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Let a disabled account in again, with the secret that it had."""
    _switch(name, True, read_settings(data_dir=data_dir, db_port=db_port), json)


def _switch(name: str, is_on: bool, settings: Settings, as_json: bool) -> None:
    with deployed_cluster(settings) as cluster:
        database = Database(cluster.owner_url, role="")
        try:
            with database.transaction() as connection:
                switch_account(connection, name, is_on=is_on)
        finally:
            database.close()
    show({"name": name, "enabled": is_on}, f"{name}: {'on' if is_on else 'off'}", as_json=as_json)


def make_account(
    cluster: Cluster,
    name: str,
    role: str,
    area: str = "",
    department: str = "",
    *,
    person: str = "",
    zone: str = "UTC",
) -> str:
    """Make an account and return its secret. Takes the superuser, who alone makes database logins."""
    database = Database(cluster.owner_url, role="")
    try:
        with database.transaction() as connection:
            return add_account(connection, name, role, area, department, person=person, zone=zone)
    finally:
        database.close()
