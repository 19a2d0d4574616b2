"""Private servers of the tests' own: start one, ask it, find its process."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine

from gisgrid.cluster import Cluster, ensure_cluster, find_running, stop_cluster
from gisgrid.settings import Settings, read_settings

_claims: list[socket.socket] = []


def ignore(line: str) -> None:
    """Nobody listens."""


def free_port() -> int:
    """A port below 32768 that nobody listens on, nor on the next; no other test on this machine gets it meanwhile."""
    for port in range(25513, 27513, 2):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0gisgrid-test-port-{port}")  # no file: it goes with this process
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        if not any(_listens(number) for number in (port, port + 1)):
            return port
    raise AssertionError("no port is free")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def private_settings() -> Iterator[Settings]:
    """A data directory that a server of another user can reach, its cluster stopped afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-cluster-", dir="/tmp"))
    folder.chmod(0o711)
    (folder / "debs").symlink_to(read_settings().data_dir / "debs")  # where a user without root has PostgreSQL
    settings = replace(read_settings({}, data_dir=folder), db_port=free_port())
    try:
        yield settings
    finally:
        if left := find_running(settings):
            stop_cluster(left, force=True)
        shutil.rmtree(folder)


def ensure(settings: Settings) -> Cluster:
    """The cluster, made carelessly: a test's data may be lost."""
    return ensure_cluster(settings, say=ignore, fsync=False, install=False)


def ensure_lasting(settings: Settings) -> Cluster:
    """The cluster as people run it: what is committed is on the disk, also where the server is killed."""
    return ensure_cluster(settings, say=ignore, install=False)


def ask(url: str, *statements: str) -> object:
    """The first value of the last statement, in a connection of its own."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            results = [connection.exec_driver_sql(statement) for statement in statements]
            return results[-1].scalar() if results[-1].returns_rows else None
    finally:
        engine.dispose()


def server_process(cluster: Cluster) -> int:
    """The number of the server's first process."""
    assert cluster.server is not None
    return int((cluster.server.place.pgdata / "postmaster.pid").read_text().split()[0])


def over_tcp(cluster: Cluster, user: str, secret: str) -> str:
    """The URL that QGIS would use."""
    return f"postgresql+psycopg2://{user}:{secret}@127.0.0.1:{cluster.db_port}/{cluster.database}"
