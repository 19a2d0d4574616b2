"""`gisgrid qgis`: the QGIS project in which boundaries are drawn, as a file and in the database."""

from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, deployed_cluster, say, show
from gisgrid.cluster import Cluster
from gisgrid.settings import read_settings


def qgis(
    out: Annotated[Path, typer.Option(help="The file to write, .qgs or .qgz.")],
    keep: Annotated[bool, typer.Option("--store/--no-store", help="Keep it in the database as well.")] = True,
    user: Annotated[
        str, typer.Option(help="Whose database login it is for: what his role does not see is left out.")
    ] = "",
    network: Network = "base",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Write the QGIS project: live areas, drafts, problems, preview. Needs no QGIS; holds no host and no password."""
    from gisgrid.access import DRAW
    from gisgrid.boundaries.qgis.storage import make_project, project_name, project_uri, service_file, store, write_file
    from gisgrid.database import EVERYTHING, OWNER, Database
    from gisgrid.migrations.logins import allowed_to

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with deployed_cluster(settings) as cluster:
        database = Database(cluster.owner_url, role=OWNER)
        try:
            with database.transaction(EVERYTHING) as connection:
                may = allowed_to(connection, user) if user else None
                name = project_name(network, read_only=may is not None and DRAW not in may)
                project = make_project(connection, network, may)
                write_file(project, out)
                if keep:
                    store(connection, project, name)
        finally:
            database.close()
        host, port, held = _address(cluster)
    uri = project_uri(name, held)
    service = service_file(host, port, held, user or "NAME")
    say(f"QGIS finds the database by a file pg_service.conf (user: the account; docs/qgis.md):\n\n{service}")
    say(f"open {out}" + (f", or from the database: {uri}" if keep else ""))
    show({"file": str(out), "project": uri if keep else None, "service": service}, str(out), as_json=json)


def _address(cluster: Cluster) -> tuple[str, int, str]:
    """Host, port and database as seen from this machine."""
    from sqlalchemy import make_url

    if not cluster.given_url:
        return "127.0.0.1", cluster.db_port, cluster.database
    url = make_url(cluster.given_url)
    host = url.host or str(url.query.get("host", "localhost"))
    return host, url.port or int(str(url.query.get("port", 5432))), url.database or cluster.database
