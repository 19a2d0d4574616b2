"""How people reach the database: its address for QGIS and psql, and psql itself."""

import os
from typing import Annotated
from urllib.parse import quote, urlsplit, urlunsplit

import typer

from gisgrid.cli.context import DataDir, DbPort, deployed_cluster, owner_database, show
from gisgrid.cluster import Cluster
from gisgrid.errors import Fault, NotFound
from gisgrid.settings import read_settings


def db_url(
    user: Annotated[str, typer.Option(help="Whose login: an account that has one.")],
    data_dir: DataDir = None,
    db_port: DbPort = None,
) -> None:
    """Where the database is for QGIS and psql: a libpq URI without the secret."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with deployed_cluster(settings) as cluster, owner_database(settings) as database:
        with database.transaction() as connection:
            known, is_account, roles = connection.exec_driver_sql(
                "SELECT EXISTS (SELECT FROM core.login_scope WHERE login = %(user)s),"
                " EXISTS (SELECT FROM core.account WHERE name = %(user)s),"
                " (SELECT string_agg(role, '|' ORDER BY role) FROM core.account_role WHERE login_under IS NOT NULL)",
                {"user": user},
            ).one()
        if not known:
            verb = "change" if is_account else "add"
            remedy = f"gisgrid user {verb} {user} --role {roles} --area CODE"
            raise NotFound(Fault("--user", f"{user} has no database login", remedy))
        show(None, _address(cluster, user), as_json=False)


def _address(cluster: Cluster, user: str) -> str:
    """Where people sign in: of a server of the user's own its host, port, database and options, without its login."""
    if not cluster.given_url:
        return f"postgresql://{quote(user)}@127.0.0.1:{cluster.db_port}/{cluster.database}"
    given = urlsplit(cluster.given_url.replace("+psycopg2", ""))
    place = given.netloc.rpartition("@")[2]
    return urlunsplit(("postgresql", f"{quote(user)}@{place}", given.path, given.query, ""))


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
