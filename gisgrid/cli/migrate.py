"""`gisgrid migrate`: the schema of this version."""

from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, deployed_cluster, say, show, sql_of_admin
from gisgrid.settings import read_settings


def migrate(
    admin_sql: Annotated[
        bool,
        typer.Option(
            "--admin-sql", help="Print what a superuser runs once, where the login of GISGRID_DATABASE_URL is none."
        ),
    ] = False,
    data_dir: DataDir = None,
    db_port: DbPort = None,
) -> None:
    """Bring the database to this version's schema."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    if admin_sql:
        show(None, sql_of_admin(settings), as_json=False)
        return
    with deployed_cluster(settings):
        say("the schema is this version's")
