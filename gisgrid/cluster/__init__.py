"""The private PostgreSQL: made, started, found again, repaired after a crash, stopped.

Long because the one that serves, one for a trial and one that is made of files share their locks and their order.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from gisgrid.bootstrap import debs_folder
from gisgrid.cluster import files
from gisgrid.cluster.place import LIVED, make_data_dir, owner_of, place_of, settle
from gisgrid.cluster.ports import check_free
from gisgrid.cluster.programs import Programs, ensure_programs, find_programs
from gisgrid.cluster.server import Server, running_port
from gisgrid.errors import Conflict, Fault, Refused, Unavailable
from gisgrid.locks import Lock
from gisgrid.settings import Settings, read_settings
from gisgrid.steps import Say

DRIVER = "postgresql+psycopg2"


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL to work with: the private one, or (with `given_url`) a server of the user's."""

    data_dir: Path
    db_port: int
    socket_dir: Path
    bin_dir: Path
    database: str = "gisgrid"
    given_url: str = ""
    server: Server | None = field(default=None, repr=False, compare=False)
    users: Lock | None = field(default=None, repr=False, compare=False)

    @property
    def owner_url(self) -> str:
        """Connects over the socket, by peer, as the bootstrap superuser."""
        return self.given_url or self.url_as(files.OWNER)

    @property
    def service_url(self) -> str:
        """Connects over the socket, by peer, as the login role of the service."""
        return self.given_url or self.url_as(files.SERVICE)

    def url_as(self, user: str, database: str = "") -> str:
        """SQLAlchemy's URL of a role over the socket."""
        name, host = database or self.database, quote(str(self.socket_dir))
        return f"{DRIVER}://{user}@/{name}?host={host}&port={self.db_port}"


def ensure_cluster(
    settings: Settings,
    *,
    say: Say,
    database: str = "gisgrid",
    fsync: bool = True,
    install: bool = True,
) -> Cluster:
    """The PostgreSQL of this data directory. Installs, makes and starts what is missing; idempotent.

    The caller counts as a user of the server until `stop_cluster` or its end. Raises Refused or Unavailable
    with the remedy; nothing is touched then.
    """
    if settings.database_url:
        return _given(settings, database)
    _check_port(settings.db_port)
    debs = debs_folder(settings.data_dir)
    return _ensure(
        _Order(settings.data_dir, debs, settings.db_port, database, fsync, install, True, settings.wal_dir), say
    )


def stop_cluster(cluster: Cluster, *, force: bool = False) -> bool:
    """Stop the server unless others use it still; `force` stops it all the same. Returns whether it stopped.

    Fast mode: transactions under way are rolled back, nothing committed is lost. Waits for the end.
    """
    if cluster.server is None or cluster.users is None:
        return False
    with Lock(cluster.data_dir / "starting.lock"):
        cluster.users.release()
        with Lock(cluster.data_dir / LIVED, wait=False) as alone:
            if alone.held or force:
                cluster.server.stop()
                return True
    return False


def driver_url(url: str, setting: str) -> str:
    """A setting's URL of a database as SQLAlchemy wants it. Raises Refused for any other kind of URL."""
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres", DRIVER}:
        raise Refused(Fault(setting, f"{scheme!r} is not a postgresql:// URL", "postgresql://..."))
    return f"{DRIVER}://{rest}"


@contextmanager
def using_cluster(settings: Settings, *, say: Say) -> Iterator[Cluster]:
    """The cluster for the time of one command; stopped afterwards if no other process uses it."""
    cluster = ensure_cluster(settings, say=say)
    try:
        yield cluster
    finally:
        stop_cluster(cluster)


def find_running(settings: Settings) -> Cluster | None:
    """The private PostgreSQL that runs already for this data directory, or None. Starts nothing."""
    place = place_of(settings.data_dir)
    if not place.version:
        return None
    programs = find_programs(_roots(settings.data_dir, debs_folder(settings.data_dir)), place.version)
    if programs is None:
        return None
    server = Server(place, programs)
    running = server.running()
    if running is None:
        return None
    users = Lock(settings.data_dir / LIVED, shared=True).acquire()
    return _cluster(settings.data_dir, server, running, "gisgrid", users)


@contextmanager
def test_cluster(*, say: Say = lambda line: None) -> Iterator[str]:
    """URL of the superuser of a throw-away PostgreSQL with PostGIS, database `postgres`.

    Socket only, no protection against crashes, deleted afterwards; also deletes servers of killed processes.
    """
    debs = debs_folder(read_settings().data_dir)
    _sweep(debs)
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-test-", dir="/tmp"))  # noqa: S108  # short path
    folder.chmod(0o711)  # root's server runs as another user, who must reach its folder
    try:
        cluster = _ensure(_Order(folder, debs, 5433, "postgres", fsync=False, tcp=False), say)
        try:
            yield cluster.owner_url
        finally:
            stop_cluster(cluster, force=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _sweep(debs)


@contextmanager
def side_cluster(settings: Settings, database: str, *, say: Say) -> Iterator[Cluster]:
    """A throw-away PostgreSQL beside everything else, with an empty database; on its socket only, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-drill-"))
    folder.chmod(0o711)
    try:
        debs = debs_folder(settings.data_dir)
        cluster = _ensure(_Order(folder, debs, 5433, database, fsync=False, tcp=False), say)
        try:
            yield cluster
        finally:
            stop_cluster(cluster, force=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def discard_cluster(settings: Settings) -> None:
    """Stop and remove the private server of a data directory: one that was made just now and is not whole."""
    place = place_of(settings.data_dir)
    with Lock(settings.data_dir / "starting.lock"):
        if place.version and (programs := find_programs(_roots(settings.data_dir, debs_folder(settings.data_dir)))):
            Server(place, programs).stop()
        shutil.rmtree(place.pgdata, ignore_errors=True)
        (settings.data_dir / LIVED).unlink(missing_ok=True)


def unpack_cluster(settings: Settings, major: int, fill: Callable[[Path], None], *, say: Say) -> None:
    """Make the private server's data of files that `fill` writes; not started yet. Raises Conflict if there is one."""
    make_data_dir(settings.data_dir)
    with Lock(settings.data_dir / "starting.lock", say=say):
        programs = ensure_programs(debs_folder(settings.data_dir), major=major, install=True, say=say)
        server = Server(place_of(settings.data_dir), programs)
        if server.place.version is not None:
            message, remedy = f"there is a database in {settings.data_dir} already", "restore into another --data-dir"
            raise Conflict(Fault("data_dir", message, remedy))
        settle(settings.data_dir, server.place)
        server.fill(fill)


test_cluster.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test


@dataclass(frozen=True)
class _Order:
    """The order for a private cluster."""

    data_dir: Path
    debs: Path
    port: int
    database: str
    fsync: bool = True
    install: bool = True
    tcp: bool = True
    wal_dir: str = ""


def _ensure(order: _Order, say: Say) -> Cluster:
    make_data_dir(order.data_dir)
    with Lock(order.data_dir / "starting.lock", say=say):
        _try_port(order)
        programs = _programs(order, say)  # may install the user that the next line needs
        server = Server(place_of(order.data_dir), programs)
        settle(order.data_dir, server.place)
        running = _running_port(server, order, say)
        port = running or order.port
        try:
            server.initialise(say)
            server.start(port, tcp=order.tcp, fsync=order.fsync, say=say, wal_dir=order.wal_dir)
            server.create_database(port, order.database)
        except BaseException:
            if not running:
                server.stop()
            raise
        users = Lock(order.data_dir / LIVED, shared=True).acquire()
        return _cluster(order.data_dir, server, port, order.database, users)


def check_before_fetching(settings: Settings) -> None:
    """Raises Refused for what can be known before anything is fetched or made: ports, whose the data directory is."""
    if settings.database_url:
        return
    _check_port(settings.db_port)
    if settings.data_dir.exists():
        _try_port(_Order(settings.data_dir, settings.data_dir, settings.db_port, ""))
    else:
        check_free(settings.db_port)


def _try_port(order: _Order) -> None:
    place = place_of(order.data_dir)
    if order.tcp and running_port(place) is None:
        check_free(order.port)


def _running_port(server: Server, order: _Order, say: Say) -> int | None:
    """The port of a running server that may stay; a server on another port is stopped if no process uses it."""
    running = server.running()
    if running in (None, order.port):
        return running
    with Lock(order.data_dir / LIVED, wait=False) as alone:
        if not alone.held:
            say(f"the database is in use on port {running} and stays there")
            return running
        say(f"the database moves from port {running} to {order.port}")
        server.stop()
        return None


def _cluster(data_dir: Path, server: Server, port: int, database: str, users: Lock) -> Cluster:
    place, bin_dir = server.place, server.programs.bin_dir
    return Cluster(data_dir, port, place.socket_dir, bin_dir, database, server=server, users=users)


def programs_here(data_dir: Path) -> Programs | None:
    """The newest PostgreSQL of this machine, for its client programs; None without one."""
    return find_programs(_roots(data_dir, debs_folder(data_dir)))


def _programs(order: _Order, say: Say) -> Programs:
    version = place_of(order.data_dir).version
    try:
        if found := find_programs(_roots(order.data_dir, order.debs), version):
            return found
        return ensure_programs(order.debs, major=version, install=order.install, say=say)
    except Unavailable as missing:
        other = find_programs([Path("/"), order.debs / "root"])
        if version is None or other is None:
            raise
        message = f"{order.data_dir} was written by PostgreSQL {version}, here is {other.major}; nothing was touched"
        remedy = (
            f"install postgresql-{version}-postgis-3 beside it, or dump with the old one and load into a new --data-dir"
        )
        raise Refused(Fault("data_dir", message, remedy)) from missing


def _roots(data_dir: Path, debs: Path) -> list[Path]:
    """Where PostgreSQL may lie: on the machine, unpacked for all, unpacked for this data directory as once was done."""
    return [Path("/"), debs / "root", data_dir / "debs" / "root"]


def _given(settings: Settings, database: str) -> Cluster:
    nowhere = Path()
    url = driver_url(settings.database_url, "GISGRID_DATABASE_URL")
    return Cluster(settings.data_dir, 0, nowhere, nowhere, database, url)


def _check_port(port: int) -> None:
    if port == 5432:
        message, remedy = "5432 is left to the machine's own PostgreSQL", "choose another"
    elif not 1024 <= port < 32768:
        message = f"{port} is outside 1024 to 32767 (above, the system hands ports out by itself)"
        remedy = "choose one inside, the default is 25432"
    else:
        return
    raise Refused(Fault("db_port", message, f"{remedy}: --db-port or GISGRID_DB_PORT"))


def _sweep(debs: Path) -> None:
    """Remove folders of killed test runs: those whose lock no process holds."""
    for folder in Path("/tmp").glob("gisgrid-test-*"):  # noqa: S108
        lock = folder / LIVED
        if owner_of(folder) is None or not lock.exists():
            continue
        with Lock(lock, wait=False) as alone:
            if alone.held:
                place = place_of(folder)
                programs = place.version and find_programs([Path("/"), debs / "root"], place.version)
                if programs:
                    Server(place, programs).stop()
                shutil.rmtree(folder, ignore_errors=True)
