"""Reports that wait at the same moment are written together: each has what it would have had alone."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import text

from gisgrid.api import report_gathering
from gisgrid.api.report_gathering import ReportGatherer
from gisgrid.database import NOTHING, OWNER, SERVICE, Database
from gisgrid.errors import Conflict, Refused
from gisgrid.tickets.intake import Report
from gisgrid.tickets.receipts import Received
from tests.drawing import spot
from tests.sql.notices import WORDS, ask, make_district
from tests.waiting import PATIENCE_S, until, who_wait_for

LON, LAT = spot(0.5, 0.5)
PLAIN = Report(LON, LAT, "wgs84", "hazard", WORDS)
WRITERS = 3


@dataclass
class Desk:
    """A gatherer over a district, and the event loop in which it is brought reports."""

    owner: Database
    gatherer: ReportGatherer
    loop: asyncio.AbstractEventLoop
    brought: list["Future[Received]"] = field(default_factory=list)

    def bring(self, report: Report) -> int:
        """Bring a report; its number in `brought`."""
        self.brought.append(asyncio.run_coroutine_threadsafe(self.gatherer.receive(report, NOTHING), self.loop))
        return len(self.brought) - 1

    def finish(self) -> list[Received | BaseException]:
        """What came of all reports."""
        return [one.exception(PATIENCE_S) or one.result() for one in self.brought]

    def number(self, outcome: Received | BaseException) -> str:
        """The ticket's number."""
        assert isinstance(outcome, Received), outcome
        return outcome.facts["number"]

    def transactions(self, outcomes: list[Received | BaseException]) -> int:
        """By how many transactions were these tickets written?"""
        numbers = [self.number(one) for one in outcomes]
        rows = ask(self.owner, "SELECT xmin::text FROM work.ticket WHERE number = ANY(:numbers)", numbers=numbers)
        assert len(rows) == len(set(numbers))
        return len(set(rows))

    @contextmanager
    def nobody_writes(self) -> Iterator[None]:
        """As while boundaries are published: a first report waits for the lock, all others for the first one."""
        with self.owner.transaction() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(app.boundary_lock())"))
            self.bring(PLAIN)
            until(lambda: self.locked_out() == 1)
            yield
            until(lambda: self.locked_out() == 1 and self.gatherer.waiting == len(self.brought) - 1)

    def locked_out(self) -> int:
        """How many connections wait for a lock of ours?"""
        return int(ask(self.owner, who_wait_for())[0][0])


@pytest.fixture(scope="module")
def district(new_database: Callable[[], str]) -> Iterator[tuple[Database, Database]]:
    url = new_database()
    owner = Database(url, role=OWNER)
    make_district(owner)
    service = Database(url, role=SERVICE, pool_size=WRITERS, statement_timeout_s=PATIENCE_S)
    yield owner, service
    service.close()
    owner.close()


@pytest.fixture
def desk(district: tuple[Database, Database]) -> Iterator[Desk]:
    owner, service = district
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield Desk(owner, ReportGatherer(service, network="base", zone="Asia/Shanghai", writers=WRITERS), loop)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a writer takes, it is waited for."""
    monkeypatch.setattr(report_gathering, "STALL_S", PATIENCE_S)


def test_who_comes_alone_is_written_at_once(desk: Desk) -> None:
    for _ in range(2):
        desk.bring(PLAIN)
        desk.finish()
    assert desk.transactions(desk.finish()) == 2


@pytest.mark.usefixtures("patient")
def test_those_that_wait_are_written_together_and_told_as_if_alone(desk: Desk) -> None:
    desk.bring(PLAIN)
    (first,) = desk.finish()
    assert isinstance(first, Received)
    alone = first.facts
    desk.brought.clear()
    with desk.nobody_writes():
        for _ in range(20):
            desk.bring(replace(PLAIN, client_ref=str(uuid.uuid4())))
    outcomes = desk.finish()
    assert desk.transactions(outcomes) == 2, "the first one, and all that waited for it"
    for one in outcomes:
        assert isinstance(one, Received) and one.is_new
        own = {name: alone[name] for name in ("number", "secret", "due_at")}
        assert {**one.facts, **own} == alone
    assert len({desk.number(one) for one in outcomes}) == 21


@pytest.mark.usefixtures("patient")
def test_a_refused_one_undoes_no_other(desk: Desk) -> None:
    with desk.nobody_writes():
        wrong = [desk.bring(replace(PLAIN, category="nonsense")), desk.bring(replace(PLAIN, lon=LAT, lat=LON))]
        by_the_database = desk.bring(replace(PLAIN, contact_phone="1" * 100_000))
        for _ in range(6):
            desk.bring(PLAIN)
    outcomes = desk.finish()
    assert all(isinstance(outcomes[number], Refused) for number in wrong)
    others = [one for number, one in enumerate(outcomes) if number not in (*wrong, by_the_database)]
    assert len({desk.number(one) for one in others}) == 7


@pytest.mark.usefixtures("patient")
def test_the_same_key_at_once_is_one_ticket_and_another_body_a_conflict(desk: Desk) -> None:
    keyed = replace(PLAIN, client_ref=str(uuid.uuid4()))
    with desk.nobody_writes():
        same = [desk.bring(keyed) for _ in range(4)]
        other = desk.bring(replace(keyed, description="另一件事"))
    outcomes = desk.finish()
    if isinstance(outcomes[other], Conflict):
        assert len({desk.number(outcomes[number]) for number in same}) == 1
        assert sum(one.is_new for one in outcomes if isinstance(one, Received)) == 2, "and the first one"
    else:  # it came first
        assert all(isinstance(outcomes[number], Conflict) for number in same)


def test_one_that_hangs_holds_up_no_other(desk: Desk) -> None:
    key = str(uuid.uuid4())
    with desk.owner.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7147))"), {"key": f"\x1f{key}"})
        hangs = desk.bring(replace(PLAIN, client_ref=key))
        until(lambda: desk.locked_out() == 1)
        others = [desk.bring(PLAIN) for _ in range(10)]
        until(lambda: all(desk.brought[number].done() for number in others))
        assert not desk.brought[hangs].done()
    assert len({desk.number(one) for one in desk.finish()}) == 11
