"""Figures and rankings come from kept sums, which are a recount at every instant and of every past one."""

import itertools
import json
import math
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import ARRAY, Connection, Double, Numeric, cast, func, select, text

from gisgrid.boundaries.areas import area_id
from gisgrid.counters import add_up_counters
from gisgrid.database import EVERYTHING, Database
from gisgrid.statistics import Cohort, count_by, rank
from gisgrid.statistics.ranking import round_as_numeric
from tests.drawing import draw, publish_leaves
from tests.sql.figures_recount import assert_figures_are_right
from tests.sql.recount import wrong_of_tickets
from tests.sql.test_kept_counters import SINCE, Keeping, report

CATEGORIES = ("hazard", "dispute", "livelihood")


class Figures(Keeping):
    """The lives of tickets of test_kept_counters, with categories, duplicates and history of years."""

    turn = 0

    @rule(dice=st.data(), category=st.sampled_from(CATEGORIES))
    def recategorise(self, dice: st.DataObject, category: str) -> None:
        sql = "UPDATE work.ticket SET category = :c WHERE ticket_id = :id"
        self.change(sql, self.any_ticket(dice, "duplicate_of IS NULL"), c=category)

    @rule(dice=st.data())
    def call_it_a_duplicate(self, dice: st.DataObject) -> None:
        ticket = self.any_ticket(dice, "closed_at IS NULL")
        sql = (
            "UPDATE work.ticket SET closed_at = clock_timestamp(), duplicate_of = (SELECT min(ticket_id)"
            " FROM work.ticket WHERE ticket_id <> :id) WHERE ticket_id = :id"
            " AND EXISTS (SELECT FROM work.ticket WHERE ticket_id <> :id)"
        )
        self.change(sql, ticket)

    @rule(dice=st.data())
    def is_no_duplicate(self, dice: st.DataObject) -> None:
        sql = "UPDATE work.ticket SET duplicate_of = NULL, closed_at = NULL WHERE ticket_id = :id"
        self.change(sql, self.any_ticket(dice, "duplicate_of IS NOT NULL"))

    @rule(column=st.floats(0, 5.9), days=st.integers(0, 800), hours=st.integers(0, 400), open_=st.booleans())
    def load_history(self, column: float, days: int, hours: int, open_: bool) -> None:
        """Around the ends of months and years, in both zones."""
        now = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        at = now - timedelta(days=days, hours=hours)
        said: dict[str, Any] = {"at": at.isoformat(), "due_at": (at + timedelta(hours=20)).isoformat()}
        if not open_:
            said |= {"closed_at": min(at + timedelta(hours=hours), now).isoformat(), "step": "rate"}
        report(self.db, column, **said, category=CATEGORIES[days % 3], source="load" if hours % 2 else "app")

    @invariant()
    def figures_are_right(self) -> None:
        """Now, at instants of before, in a day and a half; of all time, of a stretch with odd ends, of a year."""
        now: datetime = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        areas = self.db.execute(text("SELECT area_id FROM core.area WHERE code IN ('A', 'x') ORDER BY code")).scalars()
        odd = (now - timedelta(days=391, hours=7), now - timedelta(days=20, hours=3))
        spans = [(None, None), odd, (datetime.fromisoformat("2025-01-01T00:00:00+08:00"), None)]
        ways = list(itertools.product(spans, [0, *areas], ["", "hazard"]))
        for at in (now, *self.instants[-2:-1], now - timedelta(days=40), now + timedelta(hours=36)):
            self.turn += 1  # each way in its turn: all of them at once take seconds
            span, area, category = ways[self.turn % len(ways)]
            assert_figures_are_right(self.db, [at], spans=[span], areas=[area], categories=[category])


def test_kept_figures_are_a_recount(owner_url: str) -> None:
    Figures.url = owner_url
    run_state_machine_as_test(
        Figures,
        settings=settings(
            max_examples=4, stateful_step_count=9, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_shares_are_rounded_as_numeric_rounds_them(owner: Database) -> None:
    """Every share of up to 500, of 2,000 and 64,000 (which have halves of a millionth), and of a million."""
    query = """
    SELECT count(*), count(*) FILTER (WHERE app.millionths(p.n, w.n) IS DISTINCT FROM
        round(p.n::numeric / nullif(w.n, 0), 6)::double precision)
    FROM (SELECT generate_series(0, 500)::bigint AS n UNION SELECT unnest(ARRAY[2000, 64000, 999983])) AS w
    CROSS JOIN LATERAL generate_series(0, w.n, greatest(w.n / 1000, 1)) AS p (n)
    """
    with owner.transaction(EVERYTHING) as db:
        shares, wrong = db.execute(text(query)).one()
    assert (shares > 100_000, wrong) == (True, 0)


def close(db: Connection, ticket: int) -> None:
    db.execute(
        text("UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE ticket_id = :id"),
        {"id": ticket},
    )


@pytest.fixture
def lived(owner: Database) -> Database:
    """One ticket on A, closed; then A's ground goes to C; then it is reopened, on C, and its time is moved."""
    with owner.transaction(EVERYTHING) as db:
        publish_leaves(db, draw("AAB"), network="past", parents={"A": "x", "B": "y"}, valid_from=SINCE)
    return owner


def step(owner: Database, sql: str, **values: Any) -> Any:
    """A statement in a transaction of its own."""
    with owner.transaction(EVERYTHING) as db:
        return db.execute(text(sql), values).scalar()


def test_a_past_instant_counts_by_where_tickets_stood_then(lived: Database) -> None:
    with lived.transaction(EVERYTHING) as db:
        ticket = report(db, 0.5, network="past")
    with lived.transaction(EVERYTHING) as db:
        close(db, ticket)
    then: datetime = step(lived, "SELECT clock_timestamp()")
    with lived.transaction(EVERYTHING) as db:
        now = db.execute(text("SELECT now()")).scalar_one()  # not later than the publish itself
        above = {"C": "y", "B": "y"}
        publish_leaves(db, draw("CCB"), network="past", parents=above, valid_from=now.isoformat())
    step(lived, "SELECT app.reopen(:id, 'handle', 'x', '(测试)')", id=ticket)
    step(
        lived,
        "UPDATE work.ticket SET due_at = received_at - interval '1 hour' WHERE ticket_id = :id RETURNING 1",
        id=ticket,
    )
    with lived.transaction(EVERYTHING) as db:
        for added_up in (False, True):
            if added_up:
                add_up_counters(db)
            past = Cohort(then, "past")
            rows = {row.key: row for row in count_by(db, "area", past, level="grid").rows}
            assert set(rows) == {"A", "B"}, "the grids of that instant"
            assert (rows["A"].received, rows["A"].closed, rows["A"].overdue) == (1, 1, 0), "it stood on A, closed"
            assert rows["A"].solved_in_grid == 1, "as was known then"
            assert {row.key: row.received for row in rank(db, "grid", past)} == {"A": 1, "B": 0}
            assert {row.key: row.carried for row in rank(db, "grid", past)} == {"A": 0, "B": 0}
            assert {row.key: row.closed for row in rank(db, "community", past)} == {"x": 1, "y": 0}
            present = Cohort(datetime.now(then.tzinfo), "past")
            rows = {row.key: row for row in count_by(db, "area", present, level="grid").rows}
            assert (rows["C"].received, rows["C"].closed, rows["C"].overdue) == (1, 0, 1), "it was reopened on C"
            for by in ("post", "department", "category", "source", "day", "month"):
                total = count_by(db, by, past).total
                assert (total.received, total.closed, total.overdue) == (1, 1, 0), by


def test_the_same_grid_in_another_shape_keeps_its_record(owner: Database) -> None:
    """A ticket that is reopened on its own grid is assigned to its new shape; before, it was on the old one."""
    with owner.transaction(EVERYTHING) as db:
        publish_leaves(db, draw("AAB"), network="party", parents={"A": "x", "B": "x"}, valid_from=SINCE)
        ticket = report(db, 0.5, network="party")
    with owner.transaction(EVERYTHING) as db:
        close(db, ticket)
    then: datetime = step(owner, "SELECT clock_timestamp()")
    with owner.transaction(EVERYTHING) as db:
        now = db.execute(text("SELECT now()")).scalar_one()
        shapes = draw("ABB")
        publish_leaves(db, shapes, network="party", parents={"A": "x", "B": "x"}, valid_from=now.isoformat())
    step(owner, "SELECT app.reopen(:id, 'handle', 'x', '(测试)')", id=ticket)
    with owner.transaction(EVERYTHING) as db:
        past = {row.key: (row.received, row.carried) for row in rank(db, "grid", Cohort(then, "party"))}
        assert past == {"A": (1, 0), "B": (0, 0)}
        assert_figures_are_right(db, [then], network="party")


def test_days_follow_the_zone_of_the_district(owner: Database) -> None:
    """Another zone has other days: they are counted again, and until then counted from tickets."""
    with owner.transaction(EVERYTHING) as db:
        publish_leaves(db, draw("Z"), network="zones", parents={"Z": "w"}, valid_from=SINCE)
        for hour in (3, 15, 17, 23):
            at = f"2024-06-30T{hour:02}:30:00Z"
            report(db, 0.5, network="zones", at=at, closed_at=at, step="rate")
        add_up_counters(db)
        report(db, 0.5, network="zones", at="2024-06-30T22:00:00Z")
        for zone in ("Asia/Shanghai", "UTC", "Asia/Kathmandu"):
            db.execute(text("UPDATE core.deployment SET zone = :zone"), {"zone": zone})
            for _ in range(2):
                for asked in ("Asia/Shanghai", "UTC", "America/New_York"):
                    assert_figures_are_right(
                        db, [datetime.fromisoformat("2025-01-01T00:00:00Z")], zone=asked, network="zones"
                    )
                assert wrong_of_tickets(db) == []
                add_up_counters(db)
        db.execute(text("UPDATE core.deployment SET zone = 'Asia/Shanghai'"))
        add_up_counters(db)


def test_a_wrong_sum_is_named_and_counted_again(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as db:
        publish_leaves(db, draw("W"), network="wrong", parents={"W": "over"}, valid_from=SINCE)
        report(db, 0.5, network="wrong", at="2024-06-15T00:00:00Z")
        add_up_counters(db)
        leaf = area_id(db, "W", network="wrong")
        upper = area_id(db, "over", network="wrong")
        db.execute(text("UPDATE work.leaf_sum SET closed = 7 WHERE span = 'month' AND :id = ANY(path)"), {"id": leaf})
        falsify = text("UPDATE work.area_sum SET microseconds = 9 WHERE span = 'year' AND area_id = :id")
        db.execute(falsify, {"id": upper})
        db.execute(text("DELETE FROM work.day_sum WHERE area_id = :id"), {"id": upper})
        wrong = [(one.area, one.counter, one.kept, one.counted) for one in wrong_of_tickets(db)]
        assert wrong == [
            ("W", "figures of month 2024-06-01: closed", 7, 0),
            ("over", "figures of day 2024-06-15: overdue", 0, 1),
            ("over", "figures of day 2024-06-15: received", 0, 1),
            ("over", "figures of year 2024-01-01: microseconds", 9, 0),
        ]
        db.execute(text("SELECT app.recount_tickets()"))
        assert wrong_of_tickets(db) == []
        assert_figures_are_right(db, [datetime.fromisoformat("2025-01-01T00:00:00Z")], network="wrong")


def test_the_answer_says_its_body(owner: Database) -> None:
    """Sums of integers: an answer is the same to the last digit, added up or not."""
    with owner.transaction(EVERYTHING) as db:
        publish_leaves(db, draw("KL"), network="digits", parents={"K": "u", "L": "u"}, valid_from=SINCE)
        for number in range(7):
            at = datetime.fromisoformat("2024-03-31T15:59:59.999997+00:00") + timedelta(microseconds=number)
            closed = at + timedelta(hours=3, microseconds=333_333 * number)
            report(db, 0.5 + number % 2, network="digits", at=at.isoformat(), closed_at=closed.isoformat(), step="rate")
        cohort = Cohort(datetime.fromisoformat("2025-01-01T00:00:00Z"), "digits")
        before = json.dumps([vars(row) for row in rank(db, "grid", cohort)])
        add_up_counters(db)
        assert json.dumps([vars(row) for row in rank(db, "grid", cohort)]) == before


@pytest.mark.parametrize("digits", [3, 6])
def test_rates_are_rounded_as_numeric_has_it(db: Connection, digits: int) -> None:
    """Quotients of small numbers, halves of the last digit and their neighbours, whole and large numbers, nothing."""
    dice = random.Random(digits)
    whole = [float(n) for n in (0, 1, 7, 99_999, 100_000, 123_456_789, 2**49)]
    halves = [(n + 0.5) / 10**digits for n in (*range(300), *(dice.randrange(10**9) for _ in range(3_000)))]
    beside = [math.nextafter(half, toward) for half in halves for toward in (0, 1e9)]
    shares = [dice.randrange(1, 2_000) / dice.randrange(1, 2_000) for _ in range(5_000)]
    shares += [p / (2**a * 5**b) for p in (1, 3, 77) for a in range(12) for b in range(9)]
    values = [*whole, *halves, *beside, *shares, *(share * 1e5 for share in shares), None, -0.25, -1e-7]
    given = func.unnest(cast(values, ARRAY(Double))).column_valued("v")
    expected = cast(func.round(cast(given, Numeric), digits), Double)
    found = db.execute(select(given, round_as_numeric(given, digits), expected)).all()
    assert len(found) == len(values)
    assert [row for row in found if row[1] != row[2]] == []
