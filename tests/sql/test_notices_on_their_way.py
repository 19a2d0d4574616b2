"""Notices on their way: in order, at least once under one id, a dead target apart, nothing lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from gisgrid.database import Database
from gisgrid.notices import targets
from tests.sql.endpoints import EndPoint, answer, cut, drip, hang, in_turn, listening
from tests.sql.notices import ask, forget, listed, make_district, pass_time, report, sender_of, step, tell
from tests.waiting import until

OK = answer(200)
DEAD_HOURS = 72


@pytest.fixture(scope="module", autouse=True)
def district(owner: Database) -> None:
    make_district(owner)


@pytest.fixture(autouse=True)
def nobody_is_told(owner: Database) -> None:
    forget(owner)


def test_notices_of_a_ticket_come_in_order_and_keep_their_id_through_failures(owner: Database, owner_url: str) -> None:
    with listening(in_turn(answer(500), cut, OK)) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        [number] = report(owner)
        step(owner, number, "handle")
        step(owner, number, "inspect")
        for _ in range(12):
            sender.send_once()
            pass_time(owner, 20)
    told = [(r.message["type"], r.message["data"]["step"]) for r in hook.requests]
    assert told == [("ticket.received", "assign")] * 3 + [("ticket.step", "handle"), ("ticket.step", "inspect")]
    assert len({r.id for r in hook.requests[:3]}) == 1
    assert len({r.id for r in hook.requests}) == 3


def failures(owner: Database) -> dict[str, int]:
    return dict(ask(owner, "SELECT name, failures FROM work.target"))


def test_dead_and_slow_targets_delay_nobody_else(owner: Database, owner_url: str) -> None:
    """Two never end by themselves: whoever waited for one of them would wait longer than the test does."""
    refusing = EndPoint(OK)
    refusing.close()
    with listening(hang) as hanging, listening(drip) as dripping, listening(OK) as good, sender_of(owner_url) as sender:
        for name, end_point in {"refusing": refusing, "hanging": hanging, "dripping": dripping, "good": good}.items():
            tell(owner, name, end_point.url)
        sender.start()
        report(owner, 4)
        until(lambda: dripping.connections == hanging.connections == 4)  # every lane to them is taken
        for number in range(4, 40):
            report(owner)
            good.wait(number + 1)
        assert dripping.connections == hanging.connections == 4
        until(lambda: failures(owner)["refusing"] >= 3)
        assert failures(owner)["good"] == 0
        hanging.hang_up()
        dripping.hang_up()


def test_a_target_that_is_dead_gets_one_attempt_at_a_time(owner: Database, owner_url: str) -> None:
    """Not one for each notice."""
    with listening(answer(503)) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        report(owner, 40)
        sender.send_once()
        for _ in range(5):  # it counts as dead after three
            pass_time(owner, 2 * 3600)
            sender.send_once()
    assert 3 + 5 <= len(hook.requests) < 20


def test_a_day_without_the_end_point_loses_nothing(owner: Database, owner_url: str) -> None:
    with listening(answer(503)) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        numbers = report(owner, 30)
        for _ in range(30):
            sender.send_once()
            pass_time(owner, 3600)
        assert [row.waiting for row in listed(owner)] == [30]
        hook.behave = OK
        hook.requests.clear()
        for _ in range(3):
            sender.send_once()
            pass_time(owner, 2 * 3600)
        assert sorted({r.message["data"]["number"] for r in hook.requests}) == sorted(numbers)
        assert len({r.id for r in hook.requests}) == 30
        assert [(row.waiting, row.delivered, row.failures) for row in listed(owner)] == [(0, 30, 0)]


def test_what_cannot_be_delivered_for_days_is_parked_listed_and_tried_again_on_demand(
    owner: Database, owner_url: str
) -> None:
    with listening(answer(500, b"broken\nhere")) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        numbers = report(owner, 3)
        attempts = []
        for hour in range(DEAD_HOURS + 12):
            sender.send_once()
            attempts.append(len(hook.requests))
            pass_time(owner, 3600)
            if hour == 24:
                assert sender.outcomes["parked"] == 0
        with owner.transaction() as connection:
            parked = targets.list_undelivered(connection, "hook", parked_only=True, limit=10)
        assert [row.number for row in parked] == numbers
        assert all("answered 500: broken here" in str(row.said) for row in parked)
        assert attempts[-1] == attempts[-5]  # nobody tries any more
        hook.behave = OK
        hook.requests.clear()
        with owner.transaction() as connection:
            assert targets.retry(connection, "hook") == 3
        sender.send_once()
        assert sorted(r.message["data"]["number"] for r in hook.requests) == sorted(numbers)


def test_a_notice_that_is_refused_holds_up_only_its_ticket(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        bad, *others = report(owner, 20)
        refuse = answer(422)
        hook.behave = lambda connection, r: (refuse if bad.encode() in r.body else OK)(connection, r)
        assert dict(sender.send_once()) == {"waiting": 1, "delivered": 19}
        assert {r.message["data"]["number"] for r in hook.requests} == {bad, *others}
        assert listed(owner)[0].failures == 0


def test_an_end_point_that_is_gone_is_not_asked_again_and_one_that_asks_for_a_pause_gets_it(
    owner: Database, owner_url: str
) -> None:
    with listening(answer(410)) as gone, listening(answer(429, Retry_After="900")) as busy, sender_of(owner_url) as s:
        tell(owner, "gone", gone.url)
        tell(owner, "busy", busy.url)
        report(owner)
        assert dict(s.send_once()) == {"parked": 1, "waiting": 1}
        pass_time(owner, 890)
        s.send_once()
        assert len(busy.requests) == 1
        pass_time(owner, 20)
        s.send_once()
        assert (len(gone.requests), len(busy.requests)) == (1, 2)


def test_two_senders_send_nothing_twice(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, sender_of(owner_url) as one, sender_of(owner_url) as two:
        tell(owner, "hook", hook.url)
        numbers = report(owner, 150)
        one.start()
        two.start()
        hook.wait(150)
        until(lambda: one.outcomes["delivered"] + two.outcomes["delivered"] == 150)
        assert sorted(r.message["data"]["number"] for r in hook.requests) == sorted(numbers)


def test_a_sender_killed_in_the_middle_sends_again_under_the_same_id(
    owner: Database, owner_url: str, tmp_path: Path
) -> None:
    with listening(in_turn(hang, hang, hang, hang, OK)) as hook:
        tell(owner, "hook", hook.url)
        numbers = report(owner, 12)
        child = _other_process(owner_url, tmp_path)
        try:
            hook.wait(4)  # every lane holds one that is neither sent nor failed
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.communicate()
        with sender_of(owner_url, lease_s=2) as sender:
            sender.start()
            until(lambda: len(hook.requests) >= 16)
            until(lambda: listed(owner)[0].waiting == 0)
    first = {r.message["data"]["number"]: r.id for r in hook.requests[:4]}
    again = {r.message["data"]["number"]: r.id for r in hook.requests[4:]}
    assert sorted(again) == sorted(numbers)
    assert all(again[number] == told for number, told in first.items())


def test_a_sender_outlives_its_database_connections(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        sender.start()
        report(owner)
        hook.wait(1)
        superuser = Database(owner_url, role="")
        with superuser.transaction() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )
        superuser.close()
        report(owner)
        hook.wait(2)
        assert sender.is_running


def _other_process(owner_url: str, tmp_path: Path) -> "subprocess.Popen[bytes]":
    program = tmp_path / "send.py"
    program.write_text(
        "import sys\nfrom gisgrid.notices.sender import sending\nfrom gisgrid.settings import Settings\n"
        "with sending(sys.argv[1], Settings(webhook_http=True), lease_s=2):\n    sys.stdin.read()\n"
    )
    return subprocess.Popen(
        [sys.executable, program, owner_url],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        stdin=subprocess.PIPE,
    )
