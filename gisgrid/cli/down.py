"""`gisgrid down`: stop what `up` started."""

from typing import Annotated

import typer

from gisgrid.cli import services
from gisgrid.cli.context import DataDir, say
from gisgrid.cluster import find_running, stop_cluster
from gisgrid.errors import Fault, Unavailable
from gisgrid.settings import read_settings


def down(
    data_dir: DataDir = None,
    port: Annotated[int | None, typer.Option(help="Only the service on this port; without: all of them.")] = None,
) -> None:
    """Stop what `up` started for this data directory."""
    settings = read_settings(data_dir=data_dir)
    found = [one for one in services.running(settings.data_dir) if port in (None, one.port)]
    for service in found:
        if not service.stop():
            message = f"the service on port {service.port} has not ended in {services.STOP_S:.0f} s"
            raise Unavailable(Fault("service", message, f"look at process {service.pid}, or end it by kill"))
        say(f"stopped the service on port {service.port}")
    if port is not None and not found:
        say(f"no service of {settings.data_dir} runs on port {port}")
    if others := services.running(settings.data_dir):
        say(f"still running: port {', '.join(str(one.port) for one in others)}")
        return
    cluster = None if settings.database_url else find_running(settings)
    if cluster is not None and stop_cluster(cluster):
        say("database stopped")
