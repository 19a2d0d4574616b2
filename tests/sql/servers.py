"""Private servers of the tests' own: start one, ask it, find its process."""

import socket

from sqlalchemy import create_engine

from gisgrid.cluster import Cluster, ensure_cluster
from gisgrid.settings import Settings


def ignore(line: str) -> None:
    """Nobody listens."""


def free_port(first: int = 25513) -> int:
    """A port that nobody listens on, from `first` on, in the range that is allowed."""
    for port in range(first, first + 90):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("no port is free")


def ensure(settings: Settings) -> Cluster:
    """The cluster, made carelessly: a test's data may be lost."""
    return ensure_cluster(settings, say=ignore, fsync=False, install=False)


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
