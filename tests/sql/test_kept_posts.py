"""Figures of posts and departments come from kept sums, which show each caller what a recount would."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, create_engine, text

from gisgrid.boundaries.areas import area_id
from gisgrid.counters import add_up_posts, check_counters
from gisgrid.database import EVERYTHING, Database
from tests.drawing import draw, publish_leaves
from tests.sql.figures_recount import Span, assert_posts_are_right
from tests.sql.recount import wrong_of_tickets
from tests.sql.test_kept_counters import SINCE, Keeping, report

DEPARTMENTS = ("water", "police")
POST = """
INSERT INTO core.post (area_id, path, role)
SELECT a.area_id, a.path, (SELECT min(role) FROM core.post_role) FROM app.area_at(now()) AS a WHERE a.area_id = :area
RETURNING post_id
"""
GIVE = "UPDATE work.ticket_private SET post_id = :post, department = :department WHERE ticket_id = :id"
GIVE_AND_CLOSE = f"""
WITH given AS ({GIVE} RETURNING ticket_id)
UPDATE work.ticket AS t SET step = 'rate', closed_at = clock_timestamp() FROM given AS g WHERE t.ticket_id = g.ticket_id
"""  # noqa: S608
WHISTLE = """
INSERT INTO work.whistle (ticket_id, department, due_at, due_hours, due_unit)
VALUES (:id, :department, clock_timestamp(), 1, 'calendar')
"""


@contextmanager
def asking(db: Connection, private: list[int], department: str = "") -> Iterator[None]:
    """The service asks for somebody who sees what is private in these areas, or of this department."""
    said = {"gisgrid.private": "{" + ",".join(map(str, private)) + "}", "gisgrid.department": department}
    for name, value in said.items():
        db.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
    db.exec_driver_sql("SET ROLE gisgrid_service")
    try:
        yield
    finally:
        db.exec_driver_sql("SET ROLE gisgrid_owner")
        db.exec_driver_sql("RESET gisgrid.private; RESET gisgrid.department")


class Posts(Keeping):
    """The lives of tickets of test_kept_counters, and whose they are."""

    turn = 0

    def __init__(self) -> None:
        super().__init__()
        self.areas = [area_id(self.db, code, network="base") for code in ("A", "B", "x")]
        self.posts = [self.db.execute(text(POST), {"area": area}).scalar_one() for area in self.areas[:2]]

    @rule(dice=st.data(), whose=st.integers(0, 4), is_closed=st.booleans())
    def give(self, dice: st.DataObject, whose: int, is_closed: bool) -> None:
        """To a post, a department, a post of a department, or nobody; or closed by the same statement."""
        post = self.posts[whose % 2] if whose != 4 and whose != 2 else None
        department = DEPARTMENTS[whose % 2] if whose in (1, 2) else None
        self.change(GIVE_AND_CLOSE if is_closed else GIVE, self.any_ticket(dice), post=post, department=department)

    @rule(dice=st.data(), department=st.sampled_from(DEPARTMENTS))
    def blow_whistle(self, dice: st.DataObject, department: str) -> None:
        open_ = "NOT EXISTS (SELECT FROM work.whistle AS w WHERE w.ticket_id = ticket.ticket_id)"
        self.change(WHISTLE, self.any_ticket(dice, open_), department=department)

    @rule(dice=st.data())
    def lag(self, dice: st.DataObject) -> None:
        """Whose path is seen is another than the ticket's: no function does so."""
        sql = "UPDATE work.ticket_private SET path = :path WHERE ticket_id = :id"
        self.change(sql, self.any_ticket(dice), path=[0, dice.draw(st.sampled_from(self.areas))])

    @rule(dice=st.data())
    def erase(self, dice: st.DataObject) -> None:
        sql = "DELETE FROM work.ticket_private WHERE ticket_id = :id"
        self.change(sql, self.any_ticket(dice, "step = 'rate'"))

    @invariant()
    def counters_are_right(self) -> None:
        """Of posts, for each caller in turn; now and at instants of before, of all time and a stretch with odd ends."""
        now: datetime = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        a, b, x = self.areas
        spans: list[Span] = [(None, None), (now - timedelta(days=391, hours=7), now - timedelta(hours=30))]
        callers = [None, ([], ""), ([a], ""), ([x], "water"), ([], "police"), ([0], ""), ([a, b], "police")]
        ways = list(itertools.product(spans, [0, a, x], callers))
        for at in (now, *self.instants[-2:], now + timedelta(hours=36)):
            self.turn += 5
            span, area, caller = ways[self.turn % len(ways)]
            if caller is None:
                assert_posts_are_right(self.db, at, span=span, area=area)
                continue
            with asking(self.db, *caller):
                assert_posts_are_right(self.db, at, span=span, area=area)
        self.instants.append(now)
        assert wrong_of_tickets(self.db) == []


def test_kept_posts_are_a_recount(owner_url: str) -> None:
    Posts.url = owner_url
    run_state_machine_as_test(
        Posts,
        settings=settings(
            max_examples=3, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture
def two(owner: Database, owner_url: str) -> Iterator[tuple[Engine, dict[str, Any]]]:
    """A ticket that a post has, added up, and connections that each begin a transaction."""
    with owner.transaction(EVERYTHING) as db:
        publish_leaves(db, draw("VW"), network="skew", parents={"V": "v", "W": "v"}, valid_from=SINCE)
        post = db.execute(text(POST), {"area": area_id(db, "V", network="skew")}).scalar_one()
        values = {"id": report(db, 0.5, network="skew"), "post": post, "department": None}
        db.execute(text(GIVE), values)
        add_up_posts(db)
    engine = create_engine(owner_url)
    yield engine, values
    engine.dispose()


def test_each_caller_is_shown_whose_tickets_are_theirs(two: tuple[Engine, dict[str, Any]]) -> None:
    """By area, department, and a whistle; what is not theirs is in the row without a key, added up or not."""
    engine, values = two
    with engine.connect() as db:
        db.exec_driver_sql("SET ROLE gisgrid_owner")
        for column, department in ((0.5, "water"), (1.5, "water"), (1.5, "police")):
            db.execute(text(GIVE), {"id": report(db, column, network="skew"), "post": None, "department": department})
        db.execute(text(WHISTLE), {"id": values["id"], "department": "police"})
        v, w = (area_id(db, code, network="skew") for code in ("V", "W"))
        post, now = str(values["post"]), db.execute(text("SELECT clock_timestamp()")).scalar_one()
        callers: list[tuple[list[int], str, set[str]]] = [
            ([], "", set()),
            ([v], "", {post, "water"}),
            ([w], "", {"water", "police"}),
            ([], "water", {"water"}),
            ([], "police", {"police", post}),
            ([w], "fire", {"water", "police"}),
            ([0], "", {post, "water", "police"}),
        ]
        for _ in range(2):
            for private, department, expected in callers:
                with asking(db, private, department):
                    assert assert_posts_are_right(db, now, network="skew") == expected, (private, department)
            add_up_posts(db)
        db.rollback()


@pytest.mark.parametrize("first", ["hands", "closing"])
@pytest.mark.parametrize("added_up", [True, False])
def test_two_change_one_ticket_at_once(two: tuple[Engine, dict[str, Any]], first: str, added_up: bool) -> None:
    """One gives it to a department, the other closes it, neither sees the other; then it changes once more."""
    engine, values = two
    given = {**values, "post": None, "department": "water"}
    close = "UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE ticket_id = :id"
    with engine.connect() as hands, engine.connect() as closing, engine.connect() as look:
        look.execution_options(isolation_level="AUTOCOMMIT")
        for db in (hands, closing, look):
            db.exec_driver_sql("SET ROLE gisgrid_owner")
        hands.execute(text(GIVE), given)
        closing.execute(text(close), values)
        for db in (hands, closing) if first == "hands" else (closing, hands):
            db.commit()
            now: datetime = look.execute(text("SELECT clock_timestamp()")).scalar_one()
            seen = assert_posts_are_right(look, now, network="skew")
            assert ("water" in seen) is (hands is db or first == "hands")
            if added_up:
                add_up_posts(look)
            assert wrong_of_tickets(look) == []
        hands.execute(text(GIVE_AND_CLOSE), values)
        hands.commit()
        assert str(values["post"]) in assert_posts_are_right(look, now + timedelta(hours=1), network="skew")
        add_up_posts(look)
        assert wrong_of_tickets(look) == []


def test_a_wrong_sum_of_a_post_is_named_and_counted_again(two: tuple[Engine, dict[str, Any]]) -> None:
    engine, values = two
    with engine.connect() as db:
        db.exec_driver_sql("SET ROLE gisgrid_owner")
        db.execute(text("UPDATE work.post_sum SET on_time = 7 WHERE span = 'year' AND post_id = :post"), values)
        wrong = [
            (one.network, one.area, one.counter.split(", ")[1], one.kept, one.counted) for one in check_counters(db)
        ]
        assert wrong == [("skew", "V", f"post {values['post']}: on_time", 7, 0)]
        db.execute(text("SELECT app.recount_tickets()"))
        assert wrong_of_tickets(db) == []
        db.rollback()
