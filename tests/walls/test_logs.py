"""No word, name or telephone stands in a log: not of a statement that is slow, fails, waits or is stopped."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.cluster import Cluster, stop_cluster
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.migrations import migrate
from gisgrid.settings import Settings
from gisgrid.tickets.intake import Report, receive
from tests.drawing import draw, publish_leaves, spot
from tests.sql.servers import ensure, free_port
from tests.waiting import until

WORDS, NAME, PHONE = "隔壁漏水的秘密", "某位证人", "13988887777"
SLOW_S = 3
"""Longer than what a server of gisgrid used to call slow."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("logs"), db_port=free_port())
    found = ensure(settings)
    migrate(found.owner_url)
    yield found
    stop_cluster(found, force=True)


def logged(cluster: Cluster) -> str:
    assert cluster.server is not None
    folder = cluster.server.place.pgdata / "log"
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in folder.iterdir())


def fails(connection: Connection, sql: str, **values: object) -> None:
    savepoint = connection.begin_nested()
    with pytest.raises(DBAPIError):
        connection.execute(text(sql), values)
    savepoint.rollback()


def test_no_log_holds_a_private_value(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    owner = Database(cluster.owner_url, role=OWNER, statement_timeout_s=120)
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))
        lon, lat = spot(0.5, 0.5)
        report = Report(lon, lat, "wgs84", "hazard", WORDS, contact_name=NAME, contact_phone=PHONE)
        number = receive(connection, report, network="base", zone="UTC").facts["number"]
    engine = create_engine(cluster.owner_url)
    private = "UPDATE work.ticket_private SET description = :words, contact_name = :name, contact_phone = :phone"
    values = {"words": WORDS, "name": NAME, "phone": PHONE}
    with engine.connect() as connection:
        marker = connection.execute(text("SELECT 1 / 1")).scalar()
        assert marker == 1
        # fails: the row is in the DETAIL, the words are in the statement
        fails(connection, f"{private}, lon = NULL", **values)
        fails(connection, f"{private} WHERE 1 / (ticket_id - ticket_id) > 0", **values)
        fails(connection, "INSERT INTO core.person (person_id, name, phone) VALUES (NULL, :name, :phone)", **values)
        # slow
        connection.execute(text(f"SELECT pg_sleep({SLOW_S}), CAST(:words AS text)"), values)
        # stopped
        connection.execute(text("SET LOCAL statement_timeout = '200ms'"))
        fails(connection, "SELECT pg_sleep(60), CAST(:words AS text)", **values)
        connection.rollback()
    _wait_for_each_other(cluster, private, values)
    with pytest.raises(Exception, match="a_point_is_known"), owner.transaction(EVERYTHING) as connection:
        connection.execute(text(f"{private}, lon = NULL"), values)
    owner.close()
    engine.dispose()
    until(lambda: "a_point_is_known_altogether_or_not" in logged(cluster))
    told = logged(cluster) + caplog.text
    assert number and [value for value in (WORDS, NAME, PHONE) if value in told] == []


def _wait_for_each_other(cluster: Cluster, private: str, values: dict[str, str]) -> None:
    """Two transactions lock two rows crosswise: one waits, one is the victim of a deadlock."""
    engine = create_engine(cluster.owner_url)
    both = threading.Barrier(2)

    def act(first: str, second: str) -> None:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT 1 FROM core.level WHERE level = '{first}' FOR UPDATE"))
            both.wait()
            try:
                connection.execute(text(f"UPDATE core.level SET name_en = :words WHERE level = '{second}'"), values)
            except DBAPIError:
                pass
            connection.rollback()

    threads = [threading.Thread(target=act, args=pair) for pair in (("town", "grid"), ("grid", "town"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()


def test_what_is_planted_would_be_found(cluster: Cluster, tmp_path: Path) -> None:
    engine = create_engine(cluster.owner_url)
    with engine.connect() as connection:
        connection.execute(text("SET log_min_error_statement = error"))
        fails(connection, "SELECT 1 / 0, '没有秘密'")
    engine.dispose()
    until(lambda: "没有秘密" in logged(cluster))
