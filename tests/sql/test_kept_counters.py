"""Kept counters are what a recount says, at every instant, after every kind of change of tickets and boundaries."""

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, create_engine, text

from gisgrid.counters import add_up_counters, add_up_posts
from tests.drawing import draw, publish_leaves, spot
from tests.sql.recount import assert_counters_are_right

PICTURES = ("AABBC.", "ABBBC.", "AAABB.", "ANBBC.")  # a code that comes back has the ground that it had
ABOVE = ({"A": "x", "B": "y", "C": "y", "N": "x"}, {"A": "x", "B": "x", "C": "y", "N": "y"})
SINCE = "2020-01-01T00:00:00Z"
COLUMNS = st.floats(-1, 6.5)


def report(db: Connection, column: float, **said: Any) -> int:
    """A report in the middle of the only row; the ticket."""
    lon, lat = spot(column, 0.5)
    body = {"network": "base", "zone": "UTC", "category": "hazard", "lon_wgs84": lon, "lat_wgs84": lat, "lon": lon}
    body |= {"lat": lat, "system": "wgs84", "accuracy_m": 5, "description": "", **said}
    ticket: int = db.execute(
        text("SELECT ticket_id FROM app.receive_report(:body)"), {"body": json.dumps(body)}
    ).scalar_one()
    return ticket


def redraw(db: Connection, picture: str, parents: dict[str, str], valid_from: str) -> int:
    """Publish the picture; the change set, which nothing has followed yet."""
    shapes = draw(picture)
    above = {leaf: parents[leaf] for leaf in shapes}
    number: int = publish_leaves(db, shapes, parents=above, valid_from=valid_from)["changeset_id"]
    return number


class Keeping(RuleBasedStateMachine):
    """One writer who commits each statement, one whose transaction stays open and may be taken back."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        self.db, self.slow = self.engine.connect(), self.engine.connect()
        self.slow = self.slow.execution_options(isolation_level="READ COMMITTED")
        self.db.exec_driver_sql("SET session_replication_role = replica")  # no guard of history
        self.db.exec_driver_sql(
            "TRUNCATE core.area, draft.changeset, work.ticket, work.counter, work.counter_change, work.leaf_sum,"
            " work.area_sum, work.day_sum, work.post_sum, work.post_change, work.ticket_bin, work.closed_bin,"
            " work.ticket_bin_change CASCADE"
        )
        self.db.exec_driver_sql("SET session_replication_role = origin")
        self.db.exec_driver_sql("SET ROLE gisgrid_owner")
        self.instants: list[datetime] = []
        self.drawn = [redraw(self.db, PICTURES[0], ABOVE[0], SINCE)]

    def teardown(self) -> None:
        self.slow.close()
        self.db.close()
        self.engine.dispose()

    def any_ticket(self, dice: st.DataObject, where: str = "true") -> int | None:
        found = self.db.execute(text(f"SELECT ticket_id FROM work.ticket WHERE {where} ORDER BY 1")).scalars().all()  # noqa: S608
        return dice.draw(st.sampled_from(found)) if found else None

    def change(self, sql: str, ticket: int | None, **values: Any) -> None:
        """A statement about a ticket that the slow writer does not hold."""
        free = text("SELECT 1 FROM work.ticket WHERE ticket_id = :id FOR UPDATE SKIP LOCKED")
        if ticket is not None and self.db.execute(free, {"id": ticket}).first():
            self.db.execute(text(sql), {"id": ticket, **values})

    @rule(column=COLUMNS)
    def receive(self, column: float) -> None:
        report(self.db, column)

    @rule(columns=st.lists(COLUMNS, max_size=4), days=st.integers(0, 3), back=st.booleans(), closed=st.booleans())
    def load(self, columns: list[float], days: int, back: bool, closed: bool) -> None:
        """A batch of history, all of it or nothing; due in the past or to come, closed or not."""
        now = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        engine = create_engine(self.url)
        with engine.connect() as batch:
            batch.exec_driver_sql("SET ROLE gisgrid_owner")
            for hours, column in enumerate(columns):
                at = now - timedelta(days=days, hours=hours)
                said = {"at": at.isoformat(), "due_at": (at + timedelta(hours=20)).isoformat()}
                if closed:
                    said |= {"closed_at": (at + timedelta(minutes=5)).isoformat(), "step": "rate"}
                report(batch, column, **said)
            if back:
                batch.rollback()
            else:
                batch.commit()
        engine.dispose()

    @rule(column=COLUMNS, dice=st.data())
    def write_slowly(self, column: float, dice: st.DataObject) -> None:
        """A report and a closing whose end nobody knows yet."""
        report(self.slow, column)
        close = "UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE ticket_id = :id"
        ticket = self.any_ticket(dice, "closed_at IS NULL")
        if ticket:
            self.slow.execute(text(close), {"id": ticket})

    @rule(back=st.booleans())
    def end_slowly(self, back: bool) -> None:
        if back:
            self.slow.rollback()
        else:
            self.slow.commit()

    @rule(dice=st.data())
    def close(self, dice: st.DataObject) -> None:
        ticket = self.any_ticket(dice, "closed_at IS NULL")
        self.change("UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE ticket_id = :id", ticket)

    @rule(dice=st.data())
    def reopen(self, dice: st.DataObject) -> None:
        ticket = self.any_ticket(dice, "closed_at IS NOT NULL AND duplicate_of IS NULL")
        self.change("SELECT app.reopen(:id, 'handle', 'x', '(测试)')", ticket)

    @rule(dice=st.data(), hours=st.integers(-60, 60))
    def grant_time(self, dice: st.DataObject, hours: int) -> None:
        sql = "UPDATE work.ticket SET due_at = due_at + :h * interval '1 hour' WHERE ticket_id = :id"
        self.change(sql, self.any_ticket(dice), h=hours)

    @rule(dice=st.data(), column=COLUMNS)
    def move(self, dice: st.DataObject, column: float) -> None:
        lon, lat = spot(column, 0.5)
        sql = "SELECT app.locate_ticket(:id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 0)"
        self.change(sql, self.any_ticket(dice), lon=lon, lat=lat)

    @rule(picture=st.sampled_from(PICTURES), parents=st.sampled_from(ABOVE), back=st.booleans(), again=st.booleans())
    def draw(self, picture: str, parents: dict[str, str], back: bool, again: bool) -> None:
        """A redraw from now on, or as it had been since the beginning. Its tickets may follow or not."""
        self.slow.rollback()  # a publish waits for reports under way
        now: datetime = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        self.drawn.append(redraw(self.db, picture, parents, SINCE if back else now.isoformat()))
        if again:
            self.follow()

    @rule()
    def follow(self) -> None:
        """One batch of one ticket: the rest stays behind, as after a crash."""
        self.slow.rollback()
        self.db.execute(text("SELECT app.relocate_changeset(:id, 1)"), {"id": self.drawn[-1]})

    @rule(most=st.sampled_from([1, 2, 5, None]))
    def add_up(self, most: int | None) -> None:
        """All, or some of it: the rest stays for the next time."""
        add_up_counters(self.db, most)
        add_up_posts(self.db, most)

    @precondition(lambda self: len(self.instants) > 3)
    @rule()
    def recount(self) -> None:
        self.slow.rollback()
        self.db.execute(text("SELECT app.recount_tickets()"))

    @invariant()
    def counters_are_right(self) -> None:
        """Now, at instants of before, and in a day and a half, when what is due soon now will be overdue."""
        now: datetime = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        assert_counters_are_right(self.db, [now, *self.instants[-2:], now + timedelta(hours=36)])
        self.instants.append(now)


def test_kept_counters_are_a_recount(owner_url: str) -> None:
    Keeping.url = owner_url
    run_state_machine_as_test(
        Keeping,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
