"""Working time beside a model that counts minutes; due times, pauses, reminders given once by however many workers.

Long because it is one clock: its calendar, its sums, what it says and when.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gisgrid.calendars.days_off import load_holidays
from gisgrid.calendars.keeping import china_days, keep_calendar, read_hours
from gisgrid.database import EVERYTHING, NOTHING, OWNER, Database, Scope
from gisgrid.errors import Refused
from gisgrid.loading import Sheet, read_csv
from gisgrid.settings import Settings
from gisgrid.tickets.clocks import tick_clocks
from gisgrid.worker import working
from tests.drawing import draw, publish_leaves, spot
from tests.refusing import refusal
from tests.waiting import PATIENCE_S, until

CHINA = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
FIRST, LAST = datetime(2026, 9, 14, tzinfo=CHINA), datetime(2026, 10, 19, tzinfo=CHINA)


@pytest.fixture(scope="module", autouse=True)
def calendar(owner: Database) -> None:
    """The real calendar, and a community of two grids with a worker and a centre."""
    assert keep_calendar(owner, Settings())
    with owner.transaction(EVERYTHING) as db:
        publish_leaves(db, draw("AB"), parents={"A": "community", "B": "community"})
        for code, role in (("A", "worker"), ("community", "centre")):
            db.execute(
                text(
                    "INSERT INTO core.post (area_id, path, role) SELECT v.area_id, v.path, :role"
                    " FROM app.area_at(now()) AS v WHERE v.code = :code"
                ),
                {"code": code, "role": role},
            )


@pytest.fixture
def db(owner: Database) -> Iterator[Connection]:
    """A transaction as the owner, rolled back at the end."""
    with owner.engine.connect() as connection:
        connection.execute(text("SET LOCAL gisgrid.scope = '{0}'; SET LOCAL gisgrid.private = '{0}'"))
        yield connection
        connection.rollback()


def sheet(body: str) -> Sheet:
    return read_csv("holidays.csv", body)


# The calendar.


def test_the_days_are_those_of_an_independent_library() -> None:
    ours = {day.date: day.is_working for day in china_days(2007, 2026)}
    assert len(ours) == 7305
    assert [d for d, works in ours.items() if works != chinese_calendar.is_workday(d)] == []


def test_a_year_that_was_not_announced_has_weekends_and_the_holidays_of_the_law() -> None:
    ours = {day.date: day for day in china_days(2040, 2040)}
    assert not ours[date(2040, 1, 1)].is_working and ours[date(2040, 1, 1)].name
    assert not any(day.is_working for at, day in ours.items() if at.weekday() > 4), "no make-up day is invented"


def test_nothing_is_written_twice(owner: Database) -> None:
    assert not keep_calendar(owner, Settings())


def test_local_days_win_and_stay(owner: Database) -> None:
    body = "date,working,name\n2026-12-05,上班,\n2026-12-08,放假,庙会\n"
    assert (load_holidays(owner, sheet(body)).loaded, load_holidays(owner, sheet(body)).skipped) == (2, 2)
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE core.deployment SET calendar = 'older'"))
    assert keep_calendar(owner, Settings())
    with owner.transaction(EVERYTHING) as connection:
        days = connection.execute(
            text("SELECT is_working, name, source FROM core.calendar_day WHERE source = 'local' ORDER BY date")
        ).all()
        assert [tuple(day) for day in days] == [(True, None, "local"), (False, "庙会", "local")]
        kinds = connection.execute(text("SELECT app.day_kind('2026-12-05'), app.day_kind('2026-12-08')")).one()
        assert tuple(kinds) == ("working", "holiday")


def test_wrong_holidays_are_told_with_their_rows(owner: Database) -> None:
    with pytest.raises(Refused) as refused:
        load_holidays(owner, sheet("date,working\n2026-13-01,上班\n2026-12-05,maybe\n2026-12-06,yes\n2026-12-06,no\n"))
    assert [f.field for f in refused.value.faults] == [
        "holidays.csv row 2, date", "holidays.csv row 3, working", "holidays.csv row 5, date",
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["", "9-12", "12:00-09:00", "09:00-12:00,11:00-13:00", "09:00-25:00"])
def test_working_hours_that_are_none_are_refused(words: str) -> None:
    with pytest.raises(Refused):
        read_hours(words)


def test_working_hours_are_a_setting(new_database: Callable[[], str]) -> None:
    database = Database(new_database(), role=OWNER)
    keep_calendar(database, Settings(work_hours="08:30-12:00,13:30-24:00", zone="Asia/Urumqi"))
    with database.transaction(EVERYTHING) as connection:
        spans = connection.execute(
            text("SELECT starts FROM core.work_span WHERE starts >= '2026-11-23' ORDER BY 1 LIMIT 2")
        ).scalars()
        assert [s.astimezone(CHINA).strftime("%d %H:%M") for s in spans] == ["23 10:30", "23 15:30"]
    database.close()


# Working time, minute by minute.


def model(hours: list[tuple[int, int]]) -> list[datetime]:
    """The beginning of every minute that is worked, from FIRST to LAST."""
    worked, at = [], FIRST
    while at < LAST:
        if chinese_calendar.is_workday(at.date()) and any(a <= at.hour < b for a, b in hours):
            worked.append(at)
        at += MINUTE
    return worked


WORKED = model([(9, 12), (14, 18)])


def add(db: Connection, at: datetime, minutes: int) -> datetime:
    found: datetime = db.execute(
        text("SELECT app.add_work(:at, make_interval(mins => :m))"), {"at": at, "m": minutes}
    ).scalar_one()
    return found.astimezone(CHINA)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, int((LAST - FIRST) / MINUTE) - 1), minutes=st.integers(1, 3000))
def test_adding_and_taking_away_counts_worked_minutes(db: Connection, start: int, minutes: int) -> None:
    at = FIRST + start * MINUTE
    after, before = [w for w in WORKED if w >= at], [w for w in WORKED if w < at]
    later = None
    if len(after) >= minutes:
        later = add(db, at, minutes)
        assert later == after[minutes - 1] + MINUTE
        assert later - MINUTE in set(WORKED), "never lands where nobody works"
    if len(before) >= minutes:
        assert add(db, at, -minutes) == before[-minutes]
    if later is not None:
        assert add(db, later, -minutes) == after[0], "there and back is the next worked instant"
    if after:
        assert add(db, at, 0) == max(at, after[0])


def test_due_across_the_national_holiday(db: Connection) -> None:
    for since, hours, due in [
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),
        ("2026-09-30 20:00", 7, "2026-10-08 18:00"),
        ("2026-10-09 17:30", 1, "2026-10-10 09:30"),  # a Saturday on which people work
        ("2026-10-10 17:30", 1, "2026-10-12 09:30"),
    ]:
        found = db.execute(
            text("SELECT app.due_at(CAST(:at AS timestamptz), :h, 'working')"), {"at": since + "+08", "h": hours}
        ).scalar_one()
        assert found.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") == due
    assert db.execute(text("SELECT app.due_at('2060-01-01', 5, 'working') = '2060-01-01 05:00'")).scalar()


# Tickets.


def report(db: Connection, at: str | None = None, category: str = "hazard", column: float = 0.5) -> Any:
    """A new ticket; with `at` as if it had come then, its clock still to be looked at."""
    lon, lat = spot(column, 0.5)
    return db.execute(
        text(
            "SELECT * FROM app.receive_report(jsonb_strip_nulls(jsonb_build_object('network', 'base', 'zone',"
            " 'Asia/Shanghai', 'category', CAST(:category AS text), 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84',"
            " CAST(:lat AS float8), 'lon', 0, 'lat', 0, 'system', 'wgs84', 'description', '灯',"
            " 'at', CAST(:at AS text))))"
        ),
        {"lon": lon, "lat": lat, "category": category, "at": at},
    ).one()


def ago(db: Connection, **past: float) -> str:
    instant: datetime = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    return (instant - timedelta(**past)).isoformat()


def kinds(db: Connection, ticket: Any) -> list[str]:
    return sorted(
        db.execute(text("SELECT kind FROM work.reminder WHERE ticket_id = :id"), {"id": ticket.ticket_id}).scalars()
    )


def tick(db: Connection) -> int:
    looked: int = db.execute(text("SELECT app.tick_clocks()")).scalar_one()
    return looked


def clock(db: Connection, ticket: Any) -> Any:
    return db.execute(
        text("SELECT * FROM work.ticket JOIN work.clock USING (ticket_id) WHERE ticket_id = :id"),
        {"id": ticket.ticket_id},
    ).one()


def test_due_in_working_hours(db: Connection) -> None:
    db.execute(text("UPDATE work.category SET due_hours = 14, due_unit = 'working' WHERE category = 'hazard'"))
    ticket = report(db, "2026-09-30 10:00+08")
    assert ticket.due_at.astimezone(CHINA) == datetime(2026, 10, 9, 10, tzinfo=CHINA)


def test_a_ticket_is_reminded_and_escalated_once(db: Connection) -> None:
    fresh, soon, late, later = (report(db, ago(db, hours=h)) for h in (1, 13, 25, 24 + 25))
    assert tick(db) == 3
    assert kinds(db, fresh) == []
    assert kinds(db, soon) == ["due_soon"]
    assert kinds(db, late) == ["escalated:community", "overdue"], "due soon is not said of what is overdue"
    assert kinds(db, later) == ["escalated:community", "overdue"], "no town above this community"
    assert tick(db) == 0
    db.execute(text("UPDATE work.clock SET remind_at = clock_timestamp()"))
    assert tick(db) == 4
    told = db.execute(
        text("SELECT action, count(*) AS n FROM work.event WHERE action <> 'received' GROUP BY 1 ORDER BY 1")
    )
    assert [tuple(row) for row in told] == [("due_soon", 1), ("escalated", 2), ("overdue", 2)]
    escalated = db.execute(
        text("SELECT detail FROM work.event WHERE ticket_id = :id AND action = 'escalated'"), {"id": late.ticket_id}
    ).scalar_one()
    centre = db.execute(text("SELECT post_id FROM core.post WHERE role = 'centre'")).scalar_one()
    assert escalated == {"clock": "whole", "level": "community", "area": "community", "post_id": centre}
    notices = db.execute(text("SELECT count(*) FROM work.outbox WHERE topic <> 'ticket.received'")).scalar()
    assert notices == 5


def test_a_closed_ticket_has_no_clock(db: Connection) -> None:
    ticket = report(db, ago(db, hours=40))
    db.execute(
        text("UPDATE work.ticket SET step = 'rate', closed_at = now() WHERE ticket_id = :id"),
        {"id": ticket.ticket_id},
    )
    assert tick(db) == 0 and kinds(db, ticket) == []


def test_every_step_has_its_own_clock(db: Connection) -> None:
    db.execute(text("UPDATE work.step SET due_hours = 2, due_unit = 'calendar' WHERE step = 'handle'"))
    ticket = report(db, ago(db, hours=3))
    tick(db)
    assert kinds(db, ticket) == ["step_overdue:1"]
    for step in ("inspect", "handle"):
        db.execute(text("UPDATE work.ticket SET step = :s WHERE ticket_id = :id"), {"s": step, "id": ticket.ticket_id})
    now = clock(db, ticket)
    assert now.step_number == 3 and now.step_due_at - now.step_since == timedelta(hours=2)
    db.execute(
        text("UPDATE work.clock SET step_since = step_since - interval '3 h',"
             " step_due_at = step_due_at - interval '3 h', remind_at = now() WHERE ticket_id = :id"),
        {"id": ticket.ticket_id},
    )  # fmt: skip
    tick(db)
    assert kinds(db, ticket) == ["step_overdue:1", "step_overdue:3"], "a step that comes again is reminded again"


def turn(db: Connection, ticket: Any, running: bool) -> str | None:
    turned = "SELECT app.turn_clock(:n, :running, '等居民补充照片', 'wang', 'dispatcher')"
    return refusal(db, turned, n=ticket.number, running=running)


def test_a_clock_that_stands_still_reminds_nobody_and_is_due_later(db: Connection) -> None:
    ticket = report(db, ago(db, hours=23))
    assert turn(db, ticket, running=True) == "clock_runs"
    assert turn(db, ticket, running=False) is None
    assert turn(db, ticket, running=False) == "clock_stands", "it cannot be stopped twice"
    assert tick(db) == 0
    db.execute(text("UPDATE work.pause SET paused_at = paused_at - interval '5 hours'"))
    assert turn(db, ticket, running=True) is None
    after = clock(db, ticket)
    waited = db.execute(text("SELECT resumed_at - paused_at FROM work.pause")).scalar_one()
    assert after.due_at == ticket.due_at + waited and waited >= timedelta(hours=5)
    assert turn(db, ticket, running=True) == "clock_runs"
    actions = db.execute(
        text("SELECT action FROM work.event WHERE ticket_id = :id ORDER BY event_id"), {"id": ticket.ticket_id}
    )
    assert list(actions.scalars()) == ["received", "paused", "resumed"]


def test_a_pause_moves_a_working_due_time_by_worked_time_only(db: Connection) -> None:
    for paused, resumed, due in [
        ("2026-09-30 17:00", "2026-10-08 10:00", "2026-10-09 11:00"),
        ("2026-10-03 10:00", "2026-10-04 10:00", "2026-10-09 09:00"),
        ("2026-09-30 18:00", "2026-10-08 09:00", "2026-10-09 09:00"),
    ]:
        found = db.execute(
            text("SELECT app.move_due('2026-10-09 09:00+08', 'working', CAST(:p AS timestamptz),"
                 " CAST(:r AS timestamptz))"),
            {"p": paused + "+08", "r": resumed + "+08"},
        ).scalar_one()  # fmt: skip
        assert found.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") == due


def test_closing_ends_the_pause(db: Connection) -> None:
    ticket = report(db)
    turn(db, ticket, running=False)
    db.execute(
        text("UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE ticket_id = :id"),
        {"id": ticket.ticket_id},
    )
    assert db.execute(text("SELECT count(*) FROM work.pause WHERE resumed_at IS NULL")).scalar() == 0
    assert clock(db, ticket).due_at > ticket.due_at and clock(db, ticket).paused_at is None


def test_another_category_keeps_what_was_waited(db: Connection) -> None:
    ticket = report(db)
    turn(db, ticket, running=False)
    db.execute(text("UPDATE work.pause SET paused_at = paused_at - interval '5 hours'"))
    turn(db, ticket, running=True)
    db.execute(text("SELECT app.change_category(:n, 'dispute', 'wang', 'admin')"), {"n": ticket.number})
    now = clock(db, ticket)
    assert timedelta(hours=125) <= now.due_at - now.received_at < timedelta(hours=125, minutes=1)


class Pairs(Database):
    """For two who tick: each begins its first two batches together with the other, so that none does all the work."""

    def __init__(self, url: str) -> None:
        super().__init__(url, role=OWNER, pool_size=2)
        self._meet, self._met = threading.Barrier(2), threading.local()

    @contextmanager
    def transaction(self, scope: Scope = NOTHING, *, timeout_s: float | None = None) -> Iterator[Connection]:
        self._met.times = getattr(self._met, "times", 0) + 1
        if self._met.times <= 2:
            self._meet.wait(PATIENCE_S)
        with super().transaction(scope, timeout_s=timeout_s) as connection:
            yield connection


def test_two_workers_say_everything_once(new_database: Callable[[], str]) -> None:
    url = new_database()
    database = Database(url, role=OWNER)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"), parents={"A": "community", "B": "community"})
        connection.execute(text("UPDATE work.step SET due_hours = NULL"))
        for _ in range(300):
            report(connection, ago(connection, hours=30))
    pairs = Pairs(url)
    with ThreadPoolExecutor(2) as pool:
        looked = list(pool.map(lambda _: tick_clocks(pairs, batch=20), range(2)))
    pairs.close()
    assert sum(looked) == 300 and min(looked) > 0
    with database.transaction(EVERYTHING) as connection:
        said = connection.execute(
            text("SELECT action, count(*) AS n, count(DISTINCT ticket_id) AS tickets FROM work.event"
                 " WHERE action <> 'received' GROUP BY 1 ORDER BY 1")
        ).all()  # fmt: skip
        told = connection.execute(text("SELECT count(*) FROM work.outbox")).scalar()
    assert [tuple(row) for row in said] == [("escalated", 300, 300), ("overdue", 300, 300)]
    assert told == 600
    database.close()


def reminders(database: Database) -> list[str]:
    with database.transaction(EVERYTHING) as connection:
        return list(connection.execute(text("SELECT kind FROM work.reminder")).scalars())


def test_the_worker_looks_at_the_clocks(new_database: Callable[[], str]) -> None:
    url = new_database()
    database = Database(url, role=OWNER)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))
        report(connection, ago(connection, hours=30))
    with working(url):
        until(lambda: "overdue" in reminders(database))
    database.close()


def test_whoever_moves_a_ticket_and_the_clock_do_not_wait_for_each_other(new_database: Callable[[], str]) -> None:
    database = Database(new_database(), role=OWNER, pool_size=4)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))
        report(connection, ago(connection, hours=30))
    with database.transaction(EVERYTHING) as mover:
        mover.execute(text("SELECT 1 FROM work.ticket FOR UPDATE"))
        assert tick_clocks(database) == 0, "it is left for the next time"
    assert tick_clocks(database) == 1
    database.close()


def test_the_service_reckons_working_time_for_whoever_asks_why(service: Database) -> None:
    with service.transaction() as connection:
        due = connection.execute(text("SELECT app.due_at('2026-11-26 09:00+08', 5, 'working')")).scalar_one()
    assert due.isoformat() == "2026-11-26T08:00:00+00:00"
