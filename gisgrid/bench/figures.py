"""What do counters, figures and rankings of many tickets cost? Beside a count of the tickets, answers compared."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, text

from gisgrid.bench.doors import Driven
from gisgrid.bench.processes import Meter, find_postmaster
from gisgrid.bench.rows import Act, Row, row_of, take_turns
from gisgrid.counters import check_counters, count_tickets
from gisgrid.database import EVERYTHING, Database
from gisgrid.statistics import Cohort, count_by, rank
from gisgrid.terms import By, Of

TIMES = 5
"""How often each question is asked in a turn."""
Answer = dict[str, tuple[int, int]]
"""Tickets received and closed, by key."""
DAY = timedelta(hours=24)

_COUNTED = (
    "SELECT {key} AS key, count(*) AS received, count(t.closed_at) AS closed FROM work.ticket AS t {more} GROUP BY 1"
)
_OF_LEVEL = (
    "CROSS JOIN unnest(t.path) AS p (area_id)"
    " JOIN app.area_at(now()) AS v ON v.network = 'base' AND v.level = '{}' AND v.area_id = p.area_id"
)
_CHILD = "JOIN work.category AS c ON c.category = t.category"
_WHOSE = "JOIN work.ticket_private AS p ON p.ticket_id = t.ticket_id AND p.{0} IS NOT NULL"


@dataclass(frozen=True)
class Work:
    """A question: its name, how it is asked, and the key and the joins by which all tickets are counted instead."""

    name: str
    ask: Callable[[Connection], Answer]
    key: str
    more: str = ""

    def count(self, connection: Connection) -> Answer:
        """The answer out of the tickets themselves; what nothing was received for is left out."""
        rows = connection.execute(text(_COUNTED.format(key=self.key, more=self.more)))
        return {row.key: (row.received, row.closed) for row in rows}


@dataclass
class _Asked:
    """One work in turns; what its ways answered last."""

    work: Work
    database: Database
    said: dict[str, Answer] = field(default_factory=dict)

    def act(self, way: str, ask: Callable[[Connection], Answer], times: int) -> Driven:
        """Ask so many times, in a transaction of its own each."""
        each = []
        for _ in range(times):
            with self.database.transaction(EVERYTHING) as connection:
                began = time.monotonic()
                self.said[way] = ask(connection)
                each.append(time.monotonic() - began)
        return Driven(each, sum(each))

    def rows(self, meter: Meter, rounds: int) -> list[Row]:
        """Ours, and the count, which takes one turn only."""
        with self.database.transaction(EVERYTHING) as connection:
            self.work.ask(connection)  # a connection plans a statement when it first meets it
        ours: dict[str, tuple[Meter, Act]] = {"kept": (meter, partial(self.act, "kept", self.work.ask, TIMES))}
        counted: dict[str, tuple[Meter, Act]] = {"counted": (meter, partial(self.act, "counted", self.work.count, 1))}
        turns = take_turns(ours, rounds) | take_turns(counted, 1)
        kept, count = self.said["kept"], self.said["counted"]
        wrong = sum(kept.get(key) != count.get(key) for key in kept.keys() | count.keys())
        return [
            row_of(self.work.name, "gisgrid", turns["kept"], wrong, f"{len(kept):,} rows"),
            row_of(self.work.name, "received and closed counted from the tickets", turns["counted"]),
        ]


def measure_figures(database: Database, rounds: int) -> list[Row]:
    """Counters, figures by every key, rankings of a district that is there, and a recount of all that is kept."""
    with database.transaction(EVERYTHING) as connection:
        meter = Meter((), find_postmaster(connection))
        now = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        areas = connection.execute(text(_AREAS)).all()
    works = [_counters(level, code, area_id) for level, code, area_id in areas] + _figures(Cohort(now, "base"))
    found = [row for work in works for row in _Asked(work, database).rows(meter, rounds)]
    return [*found, _recount(database, meter)]


_AREAS = """
SELECT DISTINCT ON (level) level, code, area_id FROM app.area_at(now()) WHERE network = 'base'
ORDER BY level, code COLLATE "C"
"""


def _counters(level: str, code: str, area_id: int) -> Work:
    def ask(connection: Connection) -> Answer:
        said = count_tickets(connection, area_id, at=None, as_recorded=None, zone="Asia/Shanghai", due_soon=DAY)
        return {code: (said["total"], said["done"])}

    return Work(f"counters of a {level}", ask, f"'{code}'", f"WHERE t.path @> ARRAY[CAST({area_id} AS bigint)]")


def _figures(cohort: Cohort) -> list[Work]:
    def by(key: By, level: str = "") -> Callable[[Connection], Answer]:
        def ask(connection: Connection) -> Answer:
            rows = count_by(connection, key, cohort, level=level).rows
            return {row.key: (row.received, row.closed) for row in rows if row.received}

        return ask

    def best(of: Of) -> Callable[[Connection], Answer]:
        def ask(connection: Connection) -> Answer:
            rows = rank(connection, of, cohort)
            return {str(row.key): (round(row.received), round(row.closed)) for row in rows if row.received}

        return ask

    day = "to_char(t.received_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"
    return [
        Work("figures of the towns", by("area", "town"), "v.code", _OF_LEVEL.format("town")),
        Work("figures of every grid", by("area", "grid"), "v.code", _OF_LEVEL.format("grid")),
        Work("figures by category", by("category"), "c.path[2]", _CHILD),
        Work("figures by day", by("day"), day),
        Work("figures by department", by("department"), "p.department", _WHOSE.format("department")),
        Work("figures by post", by("post"), "p.post_id::text", _WHOSE.format("post_id")),
        Work("ranking of towns", best("town"), "v.code", _OF_LEVEL.format("town")),
        Work("ranking of grids", best("grid"), "v.code", _OF_LEVEL.format("grid")),
    ]


def _recount(database: Database, meter: Meter) -> Row:
    """All that is kept beside a count of all tickets."""
    wrong = 0

    def act() -> Driven:
        nonlocal wrong
        with database.transaction(EVERYTHING) as connection:
            began = time.monotonic()
            wrong = len(check_counters(connection))
            took = time.monotonic() - began
        return Driven([took], took)

    turns = take_turns({"all": (meter, act)}, 1)
    return row_of("every counter and sum that is kept", "gisgrid check --counters", turns["all"], wrong)
