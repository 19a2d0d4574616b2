"""`gisgrid up`: everything running from one command, everything stopped by Ctrl-C."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated

import typer
import uvicorn

from gisgrid import bootstrap
from gisgrid.api.app import create_app
from gisgrid.api.patience import protocol
from gisgrid.cli.context import DataDir, DbPort, say
from gisgrid.cli.opening import deploy
from gisgrid.cli.people import make_account
from gisgrid.cli.sample import load_sample
from gisgrid.cli.services import registered
from gisgrid.cli.smoke import check_service
from gisgrid.cli.work import working_and_sending
from gisgrid.cluster import Cluster, check_before_fetching, driver_url, ensure_cluster, stop_cluster
from gisgrid.cluster.keeping import keeping
from gisgrid.database import OWNER, Database
from gisgrid.disks import disks_of, faults_of
from gisgrid.errors import Fault, Refused
from gisgrid.homes import ADOPT, QUIET, settle_home
from gisgrid.logs import configure_logs
from gisgrid.migrations.logins import make_service_url
from gisgrid.settings import Settings, read_settings


def up(
    port: Annotated[int | None, typer.Option(help="Port of the web service.", envvar="GISGRID_PORT")] = None,
    db_port: DbPort = None,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", envvar="GISGRID_HOST")] = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only serve; `gisgrid worker` works and sends elsewhere.")
    ] = False,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Leave an empty database empty.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="Start, check, stop.")] = False,
) -> None:
    """Start everything: install what is missing, migrate, load the sample into an empty database, serve."""
    began = time.monotonic()
    settings = read_settings(
        port=port, db_port=db_port, data_dir=data_dir, host=host, worker=False if no_worker else None
    )
    with bind(settings.host, settings.port) as listener:  # before anything is fetched
        check_before_fetching(settings)
        bootstrap.ensure_viewer(say)
        cluster = ensure_cluster(settings, say=say)
        try:
            deploy(settings, cluster, remind=True)
            _settle_home(settings, cluster)
            if not no_sample:
                _fill_if_empty(settings, cluster)
            _serve(settings, cluster, began, listener, smoke=smoke)
        finally:
            say("stopping")
            stop_cluster(cluster)


def _settle_home(settings: Settings, cluster: Cluster) -> None:
    database = Database(cluster.owner_url, role=OWNER)
    try:
        with database.transaction() as connection:
            if not settle_home(connection, settings):
                say(f"  {QUIET}; {ADOPT}")
    finally:
        database.close()


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


def _serve(settings: Settings, cluster: Cluster, began: float, listener: socket.socket, *, smoke: bool) -> None:
    configure_logs(settings)
    app = create_app(settings, service_url_of(settings, cluster))
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol(),
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
        proxy_headers=False,  # api.proxies reads them, from whom GISGRID_TRUSTED_PROXIES names
    )
    listen(listener)
    where = f"http://{settings.host}:{settings.port}"
    server = Server(config, where=where, began=began, smoke=smoke, end_streams=app.state.feed.end_streams)
    watched = keeping(cluster, say=say, give_up=server.give_up, full=lambda: bool(faults_of(disks_of(settings))))
    try:
        with (
            registered(settings.data_dir, settings.port),
            watched,
            working_and_sending(cluster.owner_url, settings) if settings.worker else nullcontext(),
        ):
            server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # uvicorn has stopped already and raises the signal again
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


class Server(uvicorn.Server):
    """Prints the viewer's address once it listens; with `smoke` checks the service itself, and stops."""

    failure: BaseException | None = None

    def __init__(
        self, config: uvicorn.Config, *, where: str, began: float, smoke: bool, end_streams: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self.where, self.began, self.smoke, self.end_streams = where, began, smoke, end_streams
        logging.getLogger("uvicorn.error").addFilter(self._is_news)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where it is once it listens."""
        await super().startup(sockets=sockets)
        if self.should_exit:
            return
        say(f"gisgrid is at {self.where}  ({time.monotonic() - self.began:.1f} s; Ctrl-C stops it)")
        if self.smoke:
            check_service(self.where, done=self._checked)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams of open maps first: they would be cut off otherwise, each with a traceback."""
        self.end_streams()
        await super().shutdown(sockets)

    def give_up(self, failure: BaseException) -> None:
        """End, and let the command end with this failure; callable from any thread."""
        self.failure = failure
        self.should_exit = True

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Not what is cut off because we end: who asked comes back."""
        cut = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError | KeyboardInterrupt)
        return not (self.should_exit and (cut or "Cancel " in str(record.msg)))

    def _checked(self, failure: BaseException | None) -> None:
        self.failure = failure
        self.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """Take the port; nobody can connect before `listen`. Raises Refused."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with _port_refused(host, port):
            listener.bind((host, port))
    except Refused:
        listener.close()
        raise
    # Inherited by every connection: else an answer's body waits 40 ms for the client to acknowledge its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def listen(listener: socket.socket) -> None:
    """Let clients connect. Raises Refused where another program has taken the port meanwhile."""
    host, port = listener.getsockname()[:2]
    with _port_refused(host, port):
        listener.listen(2048)


@contextmanager
def _port_refused(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "stop what listens there, or choose another: --port or GISGRID_PORT"
        raise Refused(Fault("port", f"{host}:{port} cannot be listened on: {error.strerror}", remedy)) from error
