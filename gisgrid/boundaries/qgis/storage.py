"""Where the QGIS project is kept: a .qgs or .qgz file, or the database's list of projects; and how to open it."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.boundaries.qgis.layers import SERVICE, read_layers
from gisgrid.boundaries.qgis.project import write_project
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.geo import BBox
from gisgrid.instants import write_instant

SCHEMA = "draft"
"""QGIS keeps projects in <schema>.qgis_projects."""
SERVICE_FILE = """\
[{service}]
host={host}
port={port}
dbname={database}
user={user}
"""


def make_project(connection: Connection, network: str = "base", may: frozenset[str] | None = None) -> bytes:
    """The .qgs project of one network, which opens on the network's areas. Raises NotFound for an unknown network.

    `may`: the actions of the login that it is for; None: everything.
    """
    row = connection.execute(text("SELECT name_zh FROM core.network WHERE network = :n"), {"n": network}).one_or_none()
    if row is None:
        raise NotFound(Fault("network", f"there is no network {network}", "import its areas first"))
    return write_project(read_layers(network, may=may), f"{row.name_zh} {network}", _bounds(connection, network))


def _bounds(connection: Connection, network: str) -> BBox | None:
    box = connection.execute(
        text(
            "SELECT ST_XMin(b) AS west, ST_YMin(b) AS south, ST_XMax(b) AS east, ST_YMax(b) AS north"
            " FROM (SELECT ST_Extent(geom) AS b FROM app.area_now WHERE network = :n AND level = 'grid') AS e"
        ),
        {"n": network},
    ).one()
    return None if box.west is None else BBox(box.west, box.south, box.east, box.north)


def project_name(network: str, *, read_only: bool = False) -> str:
    """The name by which the database keeps the project of a network, or the one of those who only read."""
    return ("gisgrid" if network == "base" else f"gisgrid_{network}") + ("_read" if read_only else "")


def pack(project: bytes, name: str) -> bytes:
    """A .qgz: the project alone in a ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.qgs", project)
    return packed.getvalue()


def write_file(project: bytes, path: Path) -> None:
    """Write a .qgs or .qgz file. Raises Refused for another ending or a folder that is not there."""
    if path.suffix.lower() not in (".qgs", ".qgz"):
        raise Refused(Fault("--out", f"{path.name} is neither .qgs nor .qgz", "name it so, QGIS goes by the ending"))
    if not path.parent.is_dir():
        raise Refused(Fault("--out", f"there is no folder {path.parent}", "make it first"))
    path.write_bytes(project if path.suffix.lower() == ".qgs" else pack(project, path.stem))


def store(connection: Connection, project: bytes, name: str) -> None:
    """Keep the project in the database; replaces a project of the same name."""
    stamp = write_instant(datetime.now(UTC), to="seconds")
    connection.execute(
        text(
            "INSERT INTO draft.qgis_projects (name, metadata, content)"
            " VALUES (:name, CAST(:metadata AS jsonb), :content)"
            " ON CONFLICT (name) DO UPDATE SET metadata = excluded.metadata, content = excluded.content"
        ),
        {
            "name": name,
            "metadata": json.dumps({"last_modified_time": stamp, "last_modified_user": SERVICE}),
            "content": pack(project, name),
        },
    )


def project_uri(name: str, database: str) -> str:
    """What QGIS opens (and qgis --project takes): the project in the database, by the service."""
    return f"postgresql://?service={SERVICE}&dbname={database}&schema={SCHEMA}&project={name}"


def service_file(host: str, port: int, database: str, user: str = "NAME") -> str:
    """What a clerk writes into pg_service.conf; QGIS asks for the password, or reads it from .pgpass."""
    return SERVICE_FILE.format(service=SERVICE, host=host, port=port, database=database, user=user)
