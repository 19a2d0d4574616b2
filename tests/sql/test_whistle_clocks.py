"""Departments that were called in have clocks of their own: reminded once, standing still with the ticket's."""

from typing import Any

import pytest

from gisgrid.access import add_account
from gisgrid.database import Database
from gisgrid.tickets.clocks import tick_clocks
from tests.sql.notices import ask, make_district, report

NAMES = ("城管", "住建")


@pytest.fixture(scope="module", autouse=True)
def district(owner: Database, owner_url: str) -> None:
    make_district(owner)
    superuser = Database(owner_url, role="")
    with superuser.transaction() as connection:
        for name, department in zip(("chengguan", "zhujian"), NAMES, strict=True):
            add_account(connection, name, "department", department=department)
    superuser.close()


def call(owner: Database) -> str:
    """A ticket to which both were called, 城管 for two hours and 住建 for forty."""
    [number] = report(owner)
    for name, hours in zip(NAMES, (2, 40), strict=True):
        sql = "SELECT app.blow_whistle(:n, ARRAY[:d], :h, 'calendar', 'boss', 'admin', NULL)"
        ask(owner, sql, n=number, d=name, h=hours)
    return number


def pass_hours(owner: Database, number: str, hours: int) -> None:
    ask(
        owner,
        "UPDATE work.whistle AS w SET blown_at = w.blown_at - make_interval(hours => :h),"
        " due_at = w.due_at - make_interval(hours => :h) FROM work.ticket AS t"
        " WHERE t.ticket_id = w.ticket_id AND number = :n",
        h=hours, n=number,
    )  # fmt: skip
    ask(
        owner,
        "UPDATE work.clock AS c SET remind_at = clock_timestamp() FROM work.ticket AS t"
        " WHERE t.ticket_id = c.ticket_id AND number = :n AND c.paused_at IS NULL",
        n=number,
    )


def told(owner: Database, number: str) -> list[Any]:
    return ask(
        owner,
        "SELECT e.action, e.detail->>'called' FROM work.event AS e JOIN work.ticket USING (ticket_id)"
        " WHERE number = :n AND e.detail->>'clock' = 'whistle' ORDER BY event_id",
        n=number,
    )


def test_each_department_is_reminded_by_its_own_clock_and_once(owner: Database) -> None:
    number = call(owner)
    tick_clocks(owner)
    assert told(owner, number) == []
    pass_hours(owner, number, 3)
    tick_clocks(owner)
    tick_clocks(owner)
    assert told(owner, number) == [("overdue", "城管")]
    pass_hours(owner, number, 19)
    tick_clocks(owner)
    assert told(owner, number) == [("overdue", "城管"), ("due_soon", "住建")]
    done = "SELECT app.answer_whistle(:n, max(w.whistle_id), 'done', 'boss', 'admin') FROM work.whistle AS w"
    ask(owner, done, n=number)
    pass_hours(owner, number, 40)
    tick_clocks(owner)
    assert len(told(owner, number)) == 2, "who is done is told no more"


def test_the_departments_wait_with_the_ticket_for_its_reporter(owner: Database) -> None:
    number = call(owner)
    turn = "SELECT app.turn_clock(:n, :running, '等材料', 'boss', 'admin')"
    due = (
        "SELECT array_agg(w.due_at - w.blown_at ORDER BY whistle_id) FROM work.whistle AS w"
        " JOIN work.ticket USING (ticket_id) WHERE number = :n"
    )
    [(before,)] = ask(owner, due, n=number)
    ask(owner, turn, n=number, running=False)
    pass_hours(owner, number, 3)
    tick_clocks(owner)
    assert told(owner, number) == []
    ask(owner, turn, n=number, running=True)
    [(after,)] = ask(owner, due, n=number)
    assert all(later > earlier for earlier, later in zip(before, after, strict=True))
