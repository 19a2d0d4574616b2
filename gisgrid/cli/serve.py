"""`gisgrid up`: everything running from one command, everything stopped by Ctrl-C."""

import json
import os
import socket
import time
from typing import Annotated

import typer
import uvicorn

from gisgrid import bootstrap
from gisgrid.api.app import create_app
from gisgrid.api.patience import protocol
from gisgrid.cli.context import DataDir, DbPort, say
from gisgrid.cli.down import PID_FILE
from gisgrid.cli.opening import deploy
from gisgrid.cli.people import make_account
from gisgrid.cli.sample import load_sample
from gisgrid.cli.smoke import check_service
from gisgrid.cluster import Cluster, driver_url, ensure_cluster, stop_cluster
from gisgrid.database import OWNER, Database
from gisgrid.errors import Fault, Refused
from gisgrid.migrations.logins import make_service_url
from gisgrid.notices.sender import sending
from gisgrid.settings import Settings, read_settings
from gisgrid.worker import working


def up(
    port: Annotated[int | None, typer.Option(help="Port of the web service.", envvar="GISGRID_PORT")] = None,
    db_port: DbPort = None,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", envvar="GISGRID_HOST")] = None,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Leave an empty database empty.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="Start, check, stop.")] = False,
) -> None:
    """Start everything: install what is missing, migrate, load the sample into an empty database, serve."""
    began = time.monotonic()
    settings = read_settings(port=port, db_port=db_port, data_dir=data_dir, host=host)
    bootstrap.ensure_viewer(say)
    cluster = ensure_cluster(settings, say=say)
    try:
        deploy(settings, cluster, remind=True)
        if not no_sample:
            _fill_if_empty(settings, cluster)
        _serve(settings, cluster, began, smoke=smoke)
    finally:
        say("stopping")
        stop_cluster(cluster)


def _fill_if_empty(settings: Settings, cluster: Cluster) -> None:
    database = Database(cluster.owner_url, role=OWNER, statement_timeout_s=600)
    try:
        if not load_sample(database, settings, say=say):
            return
    finally:
        database.close()
    secret = make_account(cluster, "admin", "admin")
    say("")
    say(f"  sign in as  admin  with the secret  {secret}")
    say("  (shown this once; gisgrid user add makes further accounts)")
    say("")


def _serve(settings: Settings, cluster: Cluster, began: float, *, smoke: bool) -> None:
    pid_file = settings.data_dir / PID_FILE
    config = uvicorn.Config(
        create_app(settings, service_url_of(settings, cluster)),
        host=settings.host,
        port=settings.port,
        http=protocol(),
        log_level="warning",
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    sockets = [_bind(settings.host, settings.port)]
    server = _Server(config, where=f"http://{settings.host}:{settings.port}", began=began, smoke=smoke)
    pid_file.write_text(json.dumps({"pid": os.getpid(), "port": settings.port}))
    try:
        with working(cluster.owner_url, settings), sending(cluster.owner_url, settings):
            server.run(sockets=sockets)
    except KeyboardInterrupt:
        pass  # uvicorn has stopped already and raises the signal again
    finally:
        pid_file.unlink(missing_ok=True)
    if server.failure is not None:
        raise server.failure


def service_url_of(settings: Settings, cluster: Cluster) -> str:
    """The URL by which the service reaches the database, with a login of its own, never the one that migrates.

    On a server of the user's GISGRID_SERVICE_URL gives it; without it, the login gisgrid_api gets a password there.
    """
    if settings.service_url:
        return driver_url(settings.service_url, "GISGRID_SERVICE_URL")
    if not cluster.given_url:
        return cluster.service_url
    url = make_service_url(cluster.given_url)
    if url is None:
        say("  the service cannot sign in as gisgrid_api there, and uses the login of GISGRID_DATABASE_URL:")
        say("  let pg_hba.conf admit gisgrid_api by password, or set GISGRID_SERVICE_URL")
        return cluster.given_url
    return url


class _Server(uvicorn.Server):
    """Prints the viewer's address once it listens; with `smoke` checks the service itself, and stops."""

    failure: BaseException | None = None

    def __init__(self, config: uvicorn.Config, *, where: str, began: float, smoke: bool) -> None:
        super().__init__(config)
        self.where, self.began, self.smoke = where, began, smoke

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.should_exit:
            return
        say(f"gisgrid is at {self.where}  ({time.monotonic() - self.began:.1f} s; Ctrl-C stops it)")
        if self.smoke:
            check_service(self.where, done=self._checked)

    def _checked(self, failure: BaseException | None) -> None:
        self.failure = failure
        self.should_exit = True


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        remedy = "stop what listens there, or choose another: --port or GISGRID_PORT"
        raise Refused(Fault("port", f"{host}:{port} cannot be listened on: {error.strerror}", remedy)) from error
    # Inherited by every connection: else an answer's body waits 40 ms for the client to acknowledge its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
