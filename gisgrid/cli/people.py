"""Verbs of people: accounts, and how they reach the database."""

import os
from typing import Annotated
from urllib.parse import quote

import typer
from sqlalchemy import text

from gisgrid.access import add_account, switch_account
from gisgrid.cli.context import DataDir, DbPort, Json, deployed_cluster, owner_database, show
from gisgrid.cluster import Cluster
from gisgrid.database import Database
from gisgrid.errors import Fault, NotFound
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


def db_url(
    user: Annotated[str, typer.Option(help="Whose login: an account that has one.")],
    data_dir: DataDir = None,
    db_port: DbPort = None,
) -> None:
    """Where the database is for QGIS and psql: a libpq URI without the secret."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with deployed_cluster(settings) as cluster, owner_database(settings) as database:
        with database.transaction() as connection:
            known, roles = connection.execute(
                text(
                    "SELECT EXISTS (SELECT FROM core.login_scope WHERE login = :user),"
                    " (SELECT string_agg(role, '|' ORDER BY role) FROM core.account_role WHERE login_under IS NOT NULL)"
                ),
                {"user": user},
            ).one()
        if not known:
            remedy = f"gisgrid user add {user} --role {roles} --area CODE"
            raise NotFound(Fault("--user", f"{user} has no database login", remedy))
        show(None, f"postgresql://{quote(user)}@127.0.0.1:{cluster.db_port}/{cluster.database}", as_json=False)


def psql(context: typer.Context, data_dir: DataDir = None, db_port: DbPort = None) -> None:
    """Open psql as the database's owner; further arguments are psql's."""
    with deployed_cluster(read_settings(data_dir=data_dir, db_port=db_port)) as cluster:
        if cluster.given_url:
            target = ["psql", cluster.given_url.replace("+psycopg2", "")]
        else:
            where = ["-h", str(cluster.socket_dir), "-p", str(cluster.db_port), "-U", "postgres"]
            target = [str(cluster.bin_dir / "psql"), *where, cluster.database]
        code = os.spawnvpe(os.P_WAIT, target[0], [*target, *context.args], cluster_environment(cluster))  # noqa: S606
    raise typer.Exit(code)


def cluster_environment(cluster: Cluster) -> dict[str, str]:
    """The environment variables for the cluster's own programs."""
    extra = cluster.server.programs.environ if cluster.server else {}
    return {**os.environ, **extra}
