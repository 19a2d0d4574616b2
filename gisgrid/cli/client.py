"""`gisgrid client DIR`: a Python package that speaks this version's HTTP API, made from its OpenAPI document."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from gisgrid import __version__, bootstrap
from gisgrid.cli.context import Json, show
from gisgrid.errors import Fault, Refused, Unavailable
from gisgrid.settings import Settings

Document = dict[str, Any]
GENERATOR = "openapi-python-client"
VERSION = "0.29.1"
"""In an environment of its own, because it bounds libraries that the service takes newer."""
NO_DATABASE = "postgresql+psycopg2://nobody@/nowhere"
"""The document needs none."""
CONFIG = {
    "project_name_override": "gisgrid-client",
    "package_name_override": "gisgrid_client",
    "package_version_override": __version__,
    "post_hooks": [],
}
README = """\
# gisgrid-client

A client of gisgrid {version}, made from its OpenAPI document by `gisgrid client`. Python 3.11, httpx and attrs.

    from gisgrid_client import AuthenticatedClient, Client
    from gisgrid_client.api.areas import locate_point
    from gisgrid_client.api.tickets import get_tickets

    with Client(base_url="http://127.0.0.1:8000") as stranger:
        located = locate_point.sync(client=stranger, lon=113.86, lat=27.624, system="wgs84")
    with AuthenticatedClient(base_url="http://127.0.0.1:8000", token="the account's secret") as client:
        tickets = get_tickets.sync(client=client, area="360302007")

Each door of the API is a module of its tag, called as its operationId: `sync`, `asyncio`, and `sync_detailed` and
`asyncio_detailed`, which also say the status. A refusal is a `Problem` with `errors`: field, message, remedy.
"""


def client(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it must not be there yet.")],
    json: Json = False,
) -> None:
    """Write a Python package that speaks this version's API: `pip install DIR`. uv fetches the generator."""
    if folder.exists():
        raise Refused(Fault("DIR", f"{folder} is there already", "name a folder that is not there yet"))
    write_client(folder)
    show({"folder": str(folder), "version": __version__}, f"{folder}: gisgrid-client {__version__}", as_json=json)


def write_client(folder: Path) -> None:
    """Write the package into a new folder, whole or not at all. Raises Unavailable."""
    from gisgrid.api.app import create_app

    document = create_app(Settings(), NO_DATABASE).openapi()
    _leave_one_way(document)
    with tempfile.TemporaryDirectory(dir=folder.absolute().parent, prefix=f".{folder.name}-") as work:
        asked, config, made = (Path(work) / name for name in ("openapi.json", "config.json", "made"))
        asked.write_text(json.dumps(document), encoding="utf-8")
        overrides = dict.fromkeys(_bytes_in(document), "application/octet-stream")
        config.write_text(json.dumps(CONFIG | {"content_type_overrides": overrides}), encoding="utf-8")
        command = [find_uv(), "tool", "run", "--from", f"{GENERATOR}=={VERSION}", GENERATOR, "generate"]
        command += ["--path", str(asked), "--config", str(config), "--output-path", str(made)]
        command += ["--meta", "uv", "--fail-on-warning"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            bootstrap.say((done.stdout + done.stderr).strip())
            raise Unavailable(Fault("client", "the client was not made", "see above what the generator said"))
        (made / "README.md").write_text(README.format(version=__version__), encoding="utf-8")
        made.rename(folder)


def _leave_one_way(document: Document) -> None:
    """Leave of a body that may be JSON or something else the JSON: the generator writes code for both that fails."""
    from gisgrid.api.document import operations

    for operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        for kind in [kind for kind in content if "application/json" in content and kind != "application/json"]:
            del content[kind]


def _bytes_in(document: Document) -> list[str]:
    """The media types of pictures, tiles and files, which the generator would leave out."""
    from gisgrid.api.document import operations

    parts = [
        part
        for operation in operations(document)
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
    ]
    kinds = {kind for part in parts for kind in part.get("content", {})}
    return sorted(kind for kind in kinds if not kind.startswith("text/") and not kind.endswith(("/json", "+json")))


def find_uv() -> str:
    """The program uv: the checkout's own, or the machine's. Raises Unavailable."""
    own = bootstrap.ENVIRONMENT / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise Unavailable(Fault("client", "uv is not installed, which fetches the generator", "pip install uv"))
    return found
