"""Counters of any instant and state of knowledge beside a model: redraws, corrections, reopenings, towns changed."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, create_engine, text

from tests.drawing import draw, publish_leaves, spot

PICTURES = ("AABB", "ABBB", "AAAB", "ANBB")  # a code keeps some of its ground
PARENTS = ({"A": "x", "B": "y", "N": "x"}, {"A": "x", "B": "x", "N": "y"}, {"A": "y", "B": "y", "N": "y"})
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
COUNT = """
SELECT v.code, v.level, coalesce(p.code, '') AS parent, c.* FROM (
    SELECT 0::bigint AS area_id, '' AS code, '' AS level, NULL::bigint AS parent_id
    UNION ALL SELECT area_id, code, level, parent_id FROM app.area_at(:at, :seen)) AS v
LEFT JOIN core.area AS p ON p.area_id = v.parent_id
CROSS JOIN app.counters_then(v.area_id, :at, 'UTC', '1 day', :seen) AS c
"""


@dataclass(frozen=True)
class Drawing:
    """What stands from an instant on: whose each of four cells is, and the community of each leaf."""

    picture: str
    parents: dict[str, str]

    def path(self, cell: int) -> tuple[str, ...]:
        leaf = self.picture[cell]
        return (self.parents[leaf], leaf)


@dataclass(frozen=True)
class Record:
    """What was believed of a ticket from `recorded` on: (valid from, path) in the order in which it was said."""

    recorded: datetime
    said: tuple[tuple[datetime, tuple[str, ...]], ...]
    closed: bool = False

    def path(self, at: datetime) -> tuple[str, ...]:
        return [path for start, path in self.said if start <= at][-1]


@dataclass
class Ticket:
    cell: int
    received: datetime
    records: list[Record] = field(default_factory=list)

    def known(self, instant: datetime) -> Record | None:
        return next((r for r in reversed(self.records) if r.recorded <= instant), None)


class Counting(RuleBasedStateMachine):
    """The database and, beside it, what it should say."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        # Every statement a transaction: of a long one now() is its beginning, and nothing would move.
        self.engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        self.db: Connection = self.engine.connect()
        self.db.exec_driver_sql("SET session_replication_role = replica")  # no guard of history
        self.db.exec_driver_sql(
            "TRUNCATE core.area, draft.changeset, work.ticket, work.counter, work.counter_change, work.leaf_sum,"
            " work.area_sum, work.day_sum, work.post_sum, work.post_change CASCADE"
        )
        self.db.exec_driver_sql("SET session_replication_role = origin")
        self.db.exec_driver_sql("SET ROLE gisgrid_owner")
        self.tickets: dict[str, Ticket] = {}
        self.instants: list[datetime] = []
        self.drawing = Drawing(PICTURES[0], PARENTS[0])
        self.draw(self.drawing, FIRST)

    def teardown(self) -> None:
        self.db.close()
        self.engine.dispose()

    def ask(self, sql: str, **values: Any) -> Any:
        return self.db.execute(text(sql), values).scalar()

    def now(self) -> datetime:
        instant: datetime = self.ask("SELECT clock_timestamp()")
        return instant

    def draw(self, drawing: Drawing, valid_from: datetime) -> None:
        shapes = draw(drawing.picture)
        parents = {leaf: drawing.parents[leaf] for leaf in shapes}
        publish_leaves(self.db, shapes, parents=parents, valid_from=valid_from.isoformat())
        changeset = self.ask("SELECT max(changeset_id) FROM draft.changeset")
        while self.ask("SELECT app.relocate_changeset(:id, 2)", id=changeset):
            pass
        self.drawing = drawing
        recorded = self.now()
        for ticket in self.tickets.values():
            last = ticket.records[-1]
            path = drawing.path(ticket.cell)
            if not last.closed and path != last.said[-1][1]:
                said = (*last.said, (valid_from, path))
                ticket.records.append(replace(last, recorded=recorded, said=said))
        self.instants.append(recorded)

    @rule(picture=st.sampled_from(PICTURES), parents=st.sampled_from(PARENTS))
    def redraw(self, picture: str, parents: dict[str, str]) -> None:
        """From now on."""
        self.draw(Drawing(picture, parents), self.now())

    @rule(picture=st.sampled_from(PICTURES), parents=st.sampled_from(PARENTS), back=st.integers(0, 3))
    def correct(self, picture: str, parents: dict[str, str], back: int) -> None:
        """As it had been since one of the instants that were noted, or since before every ticket."""
        since = self.instants[-back] if 0 < back <= len(self.instants) else FIRST
        self.draw(Drawing(picture, parents), since)

    @rule(cell=st.integers(0, 3))
    def report(self, cell: int) -> None:
        lon, lat = spot(cell + 0.5, 0.5)
        number = self.ask(
            "SELECT number FROM app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category',"
            " 'hazard', 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84', CAST(:lat AS float8), 'lon',"
            " CAST(:lon AS float8), 'lat', CAST(:lat AS float8), 'system', 'wgs84', 'description', ''))",
            lon=lon,
            lat=lat,
        )
        received = self.now()
        said = ((FIRST, self.drawing.path(cell)),)
        self.tickets[number] = Ticket(cell, received, [Record(received, said)])
        self.instants.append(received)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def close_or_reopen(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.tickets)))
        ticket = self.tickets[number]
        last = ticket.records[-1]
        began = self.now()
        if last.closed:
            self.ask(
                "SELECT app.reopen(ticket_id, 'handle', 'x', '(测试)') FROM work.ticket WHERE number = :n", n=number
            )
        else:
            self.ask(
                "UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE number = :n RETURNING 1",
                n=number,
            )
        said = last.said
        if last.closed and self.drawing.path(ticket.cell) != said[-1][1]:
            said = (*said, (began, self.drawing.path(ticket.cell)))
        ticket.records.append(Record(self.now(), said, closed=not last.closed))
        self.instants.append(self.now())

    def wanted(self, at: datetime, seen: datetime | None) -> list[tuple[tuple[str, ...], bool]]:
        """The path of every ticket that had come, and whether it was closed."""
        found = []
        for ticket in self.tickets.values():
            then, record = ticket.known(min(at, seen or at)), ticket.known(seen) if seen else ticket.records[-1]
            if then and record:
                found.append((record.path(at), then.closed))
        return found

    @invariant()
    def counters_are_what_the_model_says(self) -> None:
        """Each area has what its path has, and all sums hold."""
        instants = self.instants[-3:]
        for at, seen in itertools.product(instants, (None, *instants)):
            rows = self.db.execute(text(COUNT), {"at": at, "seen": seen}).all()
            held = self.wanted(at, seen)
            for row in rows:
                path = tuple(code for code in (row.parent, row.code) if code)
                own = [closed for whole, closed in held if whole[: len(path)] == path]
                assert (row.total, row.done) == (len(own), sum(own)), f"{row.code} at {at} by {seen}"
                below = [r.total for r in rows if r.code and r.parent == row.code]
                assert row.unplaced == (0 if row.level == "grid" else row.total - sum(below))
                assert row.open == row.total - row.done

    @invariant()
    def now_is_the_last_instant(self) -> None:
        quick, slow = (
            self.db.execute(
                text(
                    f"SELECT v.code, c.* FROM app.area_at(clock_timestamp()) AS v,"  # noqa: S608
                    f" app.{name}(v.area_id, clock_timestamp(), 'UTC', '1 day') AS c ORDER BY v.code"
                )
            ).all()
            for name in ("counters", "counters_then")
        )
        assert quick == slow


def test_counters_then(owner_url: str) -> None:
    Counting.url = owner_url
    run_state_machine_as_test(
        Counting,
        settings=settings(
            max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
