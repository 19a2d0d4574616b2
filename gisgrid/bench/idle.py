"""What does it cost while nobody asks? A verb that only starts, and a service with its worker at rest."""

import os
import re
import subprocess
import sys
import time
from functools import partial

from sqlalchemy import Connection, Engine, make_url, text

from gisgrid.bench.doors import Driven
from gisgrid.bench.pings import Place
from gisgrid.bench.processes import Meter, find_postmaster
from gisgrid.bench.rows import Act, Row, row_of, take_turns
from gisgrid.bench.server import serving_many, worker_beside

VERBS = (
    ("gisgrid version", ("version",)),
    ("gisgrid --help", ("--help",)),
    ("gisgrid load --help", ("load", "--help")),
    ("gisgrid up --help", ("up", "--help")),
)
_PROGRAMS = """
SELECT count(DISTINCT substring(a.application_name FROM 'worker|sender')) = 2
FROM pg_stat_activity AS a WHERE a.datname = current_database()
"""
_SAID = re.compile(rb"(?m)^[^\n]*@(\w+) LOG: +(?:statement|execute [^:]*): ")


def measure_starts(postmaster: int, rounds: int, starts: int = 5) -> list[Row]:
    """Processor time of verbs that need no database; they are started in processes of their own."""
    meter = Meter((os.getpid(),), postmaster)
    ways: dict[str, tuple[Meter, Act]] = {name: (meter, partial(_start, words, starts)) for name, words in VERBS}
    turns = take_turns(ways, rounds)
    return [row_of("a verb starts", name, turns[name]) for name, _ in VERBS]


def _start(words: tuple[str, ...], times: int) -> Driven:
    each = []
    for _ in range(times):
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "gisgrid", *words], check=True, stdout=subprocess.DEVNULL)
        each.append(time.monotonic() - began)
    return Driven(each, sum(each))


def measure_idle(place: Place, superuser: Engine, seconds: float, settle_s: float = 10) -> Row:
    """The statements that reach the database from a service with its worker and sender while nobody asks anything,
    after `settle_s` in which what a start wakes has its time.

    They are counted in the server's log, COMMIT and what begins a transaction too.
    """
    name = str(make_url(place.owner_url).database)
    with superuser.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        postmaster = find_postmaster(connection)
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET log_statement = 'all'")
        try:
            with serving_many(place.service_url, 1) as services, worker_beside(place.owner_url) as worker:
                _await_programs(connection)
                time.sleep(settle_s)
                meter = Meter((services[0].pid, worker), postmaster)
                first = _log_size(connection)
                turns = take_turns({"idle": (meter, lambda: _wait(seconds))}, 1)
                statements = _statements(connection, name, first)
        finally:
            connection.exec_driver_sql(f"ALTER DATABASE {name} RESET log_statement")
    note = f"{statements / seconds:.2f} statements a second"
    return row_of(f"{seconds:g} s idle", "a service with its worker and sender", turns["idle"], None, note)


def _await_programs(connection: Connection) -> None:
    """Until worker and sender have met the database."""
    while not connection.execute(text(_PROGRAMS)).scalar_one():
        time.sleep(0.2)


def _wait(seconds: float) -> Driven:
    time.sleep(seconds)
    return Driven([seconds], seconds)


def _log_size(connection: Connection) -> int:
    return int(connection.execute(text("SELECT size FROM pg_stat_file(pg_current_logfile())")).scalar_one())


def _statements(connection: Connection, name: str, first: int) -> int:
    query = text("SELECT pg_read_binary_file(pg_current_logfile(), :first, 100000000)")
    said = bytes(connection.execute(query, {"first": first}).scalar_one())
    return sum(found[1].decode() == name for found in _SAID.finditer(said))
