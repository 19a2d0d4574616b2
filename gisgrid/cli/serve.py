"""`gisgrid up`: everything running from one command, everything stopped by Ctrl-C."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Annotated

import typer

from gisgrid import bootstrap
from gisgrid.cli.context import DataDir, DbPort, say
from gisgrid.cli.services import await_orphans, registered
from gisgrid.cli.smoke import check_service
from gisgrid.cluster import Cluster, check_before_fetching, driver_url, ensure_cluster, stop_cluster
from gisgrid.cluster.keeping import keeping
from gisgrid.disks import disks_of, faults_of
from gisgrid.errors import Fault, Refused
from gisgrid.logs import configure_logs
from gisgrid.processes import ALONE, Shift, membership
from gisgrid.settings import Settings, read_settings


def up(
    port: Annotated[int | None, typer.Option(help="Port of the web service.", envvar="GISGRID_PORT")] = None,
    db_port: DbPort = None,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", envvar="GISGRID_HOST")] = None,
    processes: Annotated[
        int | None, typer.Option(help="Processes that serve the port together.", envvar="GISGRID_PROCESSES")
    ] = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only serve; `gisgrid worker` works and sends elsewhere.")
    ] = False,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Leave an empty database empty.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="Start, check, stop.")] = False,
) -> None:
    """Start everything: install what is missing, migrate, load the sample into an empty database, serve."""
    from gisgrid.basemaps import open_basemap
    from gisgrid.cli.opening import deploy

    began = time.monotonic()
    settings = read_settings(
        port=port,
        db_port=db_port,
        data_dir=data_dir,
        host=host,
        processes=processes,
        worker=False if no_worker else None,
    )
    await_orphans(settings.data_dir)
    with bind(settings.host, settings.port) as listener:  # before anything is fetched
        check_before_fetching(settings)
        open_basemap(settings)
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
    from gisgrid.database import OWNER, Database
    from gisgrid.homes import ADOPT, QUIET, settle_home

    database = Database(cluster.owner_url, role=OWNER)
    try:
        with database.transaction() as connection:
            if not settle_home(connection, settings):
                say(f"  {QUIET}; {ADOPT}")
    finally:
        database.close()


def _fill_if_empty(settings: Settings, cluster: Cluster) -> None:
    from gisgrid.cli.people import make_account
    from gisgrid.cli.sample import load_sample
    from gisgrid.database import OWNER, Database

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
    from gisgrid.cli.serving import Server, make_server, open_more_files
    from gisgrid.cli.together import Watcher, metrics_of_all
    from gisgrid.cli.work import working_and_sending

    configure_logs(settings)
    open_more_files()
    url = service_url_of(settings, cluster)
    where = f"http://{settings.host}:{settings.port}"

    def has_begun(server: Server | Watcher) -> None:
        say(f"gisgrid is at {where}  ({time.monotonic() - began:.1f} s; Ctrl-C stops it)")
        if smoke:
            check_service(where, done=server.end)

    with ExitStack() as stack:
        folder = stack.enter_context(registered(settings.data_dir, settings.port, settings.processes))
        listen(listener)
        server: Server | Watcher
        if settings.processes == 1:
            member = stack.enter_context(membership(folder))
            server = make_server(settings, url, member=member, shift=ALONE, has_begun=has_begun)
        else:
            check_connections(settings, cluster)
            stack.enter_context(metrics_of_all(folder))
            server = Watcher(settings, url, Shift(folder, settings.processes), listener, has_begun)
        stack.enter_context(
            keeping(cluster, say=say, give_up=server.end, full=lambda: bool(faults_of(disks_of(settings))))
        )
        if settings.worker:
            stack.enter_context(working_and_sending(cluster.owner_url, settings))
        with suppress(KeyboardInterrupt):  # uvicorn has stopped already and raises the signal again
            server.run(sockets=[listener]) if isinstance(server, Server) else server.run()
    if server.failure is not None:
        raise server.failure


def check_connections(settings: Settings, cluster: Cluster) -> None:
    """Does the database admit as many connections as so many processes may hold? Raises Refused."""
    from sqlalchemy import text

    from gisgrid.api.shares import count_connections
    from gisgrid.database import OWNER, Database

    needed = count_connections(settings, settings.processes)
    database = Database(cluster.owner_url, role=OWNER)
    try:
        with database.transaction() as connection:
            most = int(connection.execute(text("SELECT current_setting('max_connections')")).scalar_one())
    finally:
        database.close()
    if needed > most // 2:
        message = f"{settings.processes} processes need {needed} connections, and the database admits {most} in all"
        remedy = (
            "no more than half of them are for the service: fewer processes, a smaller GISGRID_POOL_SIZE, or a larger"
            " max_connections"
        )
        raise Refused(Fault("GISGRID_PROCESSES", message, remedy))


def service_url_of(settings: Settings, cluster: Cluster) -> str:
    """The URL by which the service reaches the database, with a login of its own, never the one that migrates.

    On a server of the user's GISGRID_SERVICE_URL gives it; without it, the login gisgrid_api gets a password there.
    """
    from gisgrid.migrations.logins import make_service_url

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
