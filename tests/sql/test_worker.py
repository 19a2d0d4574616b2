"""The worker: what waits for its date goes live once, what has not followed follows, whatever breaks off goes on.

Long because every way to break off needs its own hand.
"""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from gisgrid import worker
from gisgrid.boundaries.changesets import Changeset, ChangesetOrder, get_changeset, open_changeset, publish_changeset
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.boundaries.publishing import relocate
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import GisgridError
from gisgrid.settings import Settings
from gisgrid.worker import work, working
from tests.drawing import draw, publish_leaves, spot, write_geojson
from tests.waiting import PATIENCE_S, until, who_wait_for

OLD, NEW = draw("AABB"), draw("ABBB")


@pytest.fixture
def url(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def owner(url: str) -> Iterator[Database]:
    database = Database(url, role=OWNER, statement_timeout_s=PATIENCE_S)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, OLD)
    work(database)
    yield database
    database.close()


def redraw(owner: Database, shapes: dict[str, Any] = NEW) -> int:
    with owner.transaction(EVERYTHING) as connection:
        number: int = open_changeset(connection, ChangesetOrder()).changeset_id
        for code, shape in shapes.items():
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": number, "code": code},
            )
    return number


def report(owner: Database, count: int = 1, column: float = 1.5) -> None:
    """Open tickets in the cell that goes from A to B."""
    lon, lat = spot(column, 0.5)
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text(
                "SELECT app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category', 'hazard',"
                " 'lon_wgs84', :lon, 'lat_wgs84', :lat, 'lon', :lon, 'lat', :lat, 'system', 'wgs84',"
                " 'description', '')) FROM generate_series(1, :count)"
            ),
            {"lon": lon, "lat": lat, "count": count},
        )


def one(owner: Database, sql: str, **values: Any) -> Any:
    with owner.transaction(EVERYTHING) as connection:
        return connection.execute(text(sql), values).scalar()


def facts(owner: Database, number: int) -> Changeset:
    with owner.transaction(EVERYTHING) as connection:
        return get_changeset(connection, number)


def noted(owner: Database, number: int) -> dict[str, Any]:
    """What the database noted of its publishing."""
    summary = facts(owner, number).summary
    assert summary is not None
    return summary


def held(owner: Database) -> dict[str, int]:
    with owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(
            text("SELECT a.code, count(*) AS n FROM work.ticket JOIN core.area AS a USING (area_id) GROUP BY 1")
        )
        return {row.code: row.n for row in rows}


def moved_twice(owner: Database) -> int:
    """Tickets with more than one event of having moved."""
    return int(
        one(
            owner,
            "SELECT count(*) FROM (SELECT FROM work.event WHERE action = 'moved' GROUP BY ticket_id"
            " HAVING count(*) > 1) AS x",
        )
    )


def tomorrow() -> datetime:
    """So late that no machine comes to it by itself."""
    return datetime.now(UTC) + timedelta(days=1)


def let_its_date_come(url: str, number: int) -> datetime:
    """As if so much time had passed: the date of one that waits is now; that date."""
    superuser = Database(url, role="")
    with superuser.transaction() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger has a say
        date: datetime = connection.execute(
            text("UPDATE draft.changeset SET valid_from = now() WHERE changeset_id = :id RETURNING valid_from"),
            {"id": number},
        ).scalar_one()
    superuser.close()
    return date


def test_what_waits_goes_live_when_its_date_comes(owner: Database, url: str) -> None:
    report(owner, 3)
    number = redraw(owner)
    assert publish_changeset(owner, number, valid_from=tomorrow()).state == "waiting"
    assert work(owner) == 0
    assert held(owner) == {"A": 3}
    with working(url), working(url):
        date = let_its_date_come(url, number)
        until(lambda: facts(owner, number).state == "published")
    done = facts(owner, number)
    assert done.published_at and done.published_at >= done.valid_from == date
    assert noted(owner, number)["tickets_moved"] == 3
    assert held(owner) == {"B": 3}
    assert one(owner, "SELECT count(*) FROM core.area_version WHERE changeset_id = :id", id=number) == 2, "once"
    assert work(owner) == 0


def test_the_workers_thread_ends_with_its_block(url: str, owner: Database) -> None:
    with working(url):
        assert any(thread.name == "worker" for thread in threading.enumerate())
    assert not any(thread.name == "worker" for thread in threading.enumerate())


def test_a_waiting_one_that_is_refused_then_is_open_again_and_says_why(owner: Database, url: str) -> None:
    waits, first = redraw(owner), redraw(owner, draw("AAAB"))
    publish_changeset(owner, waits, valid_from=tomorrow())
    publish_changeset(owner, first)
    let_its_date_come(url, waits)
    assert work(owner)
    refused = facts(owner, waits)
    assert (refused.status, refused.published_at) == ("open", None)
    assert refused.errors > 0
    assert any("redrawn by somebody else" in line for line in noted(owner, waits)["refused"])
    assert one(owner, "SELECT count(*) FROM draft.problem WHERE changeset_id = :id AND kind = 'conflict'", id=waits)
    assert work(owner) == 0, "it is not tried again by itself"


def checked_before_its_date(owner: Database, number: int, margin_s: float) -> bool:
    """Publish for a date so near, commit when it is past. False: it was past before the check ended; undone."""
    with owner.engine.connect() as connection:
        connection.execute(text("SET LOCAL gisgrid.scope = '{0}'; SET LOCAL gisgrid.private = '{0}'"))
        connection.execute(
            text(
                "UPDATE draft.changeset SET valid_from = clock_timestamp() + make_interval(secs => :margin),"
                " is_dated = true WHERE changeset_id = :id"
            ),
            {"id": number, "margin": margin_s},
        )
        connection.execute(
            text("UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id"), {"id": number}
        )
        left = "SELECT extract(epoch FROM valid_from - clock_timestamp()) FROM draft.changeset WHERE changeset_id = :id"
        left_s = float(connection.execute(text(left), {"id": number}).scalar_one())
        if left_s <= 0:
            connection.rollback()
            return False
        connection.execute(text("SELECT pg_sleep(:left + 0.1)"), {"left": left_s})
        connection.commit()
    return True


def test_a_date_that_comes_between_check_and_commit_is_not_published_empty(owner: Database) -> None:
    """The check finds a date to come and makes nothing ready; what flips with the commit must not think otherwise."""
    number = redraw(owner)
    assert any(checked_before_its_date(owner, number, 0.2 * 4**attempt) for attempt in range(6))
    assert facts(owner, number).state == "waiting"
    assert work(owner)
    assert noted(owner, number)["grids"] == 2


def test_a_file_of_a_date_to_come_waits_for_it(owner: Database, url: str, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "new.geojson", NEW)
    imported = import_boundaries(owner, ImportOrder(path, tomorrow(), level="grid"))
    assert (imported.grids, imported.tickets_moved) == (0, 0)
    assert any("it waits for" in note for note in imported.notes)
    report(owner)
    assert held(owner) == {"A": 1}
    let_its_date_come(url, one(owner, "SELECT max(changeset_id) FROM draft.changeset"))
    assert work(owner)
    assert held(owner) == {"B": 1}


def test_a_slow_report_holds_up_the_publish_and_nobody_else(owner: Database, url: str) -> None:
    """Whoever waits for a lock makes all who come later wait behind him; the publish steps back instead."""
    number = redraw(owner)
    share = text("SELECT pg_advisory_xact_lock_shared(app.boundary_lock())")
    with owner.transaction(EVERYTHING) as slow:
        slow.execute(share)
        publisher = threading.Thread(target=lambda: publish_changeset(owner, number))
        publisher.start()
        until(lambda: one(owner, who_wait_for()))
        for _ in range(10):  # none of them would come back before the slow one ends
            with owner.transaction(EVERYTHING) as report_in:
                report_in.execute(share)
        assert publisher.is_alive()
    publisher.join()
    assert facts(owner, number).state == "published"


def test_two_workers_move_every_ticket_once(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gisgrid.boundaries.publishing.FOLLOW_BATCH", 7)
    report(owner, 100)
    number = redraw(owner)
    one(owner, "SELECT app.publish_changeset(:id)", id=number)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(relocate(owner, number))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 100
    assert held(owner) == {"B": 100}
    assert moved_twice(owner) == 0
    assert noted(owner, number)["tickets_moved"] == 100


def kill_when_blocked(url: str, query: str) -> None:
    """End the backend that runs this and waits for a lock, as a crash would."""
    superuser = Database(url, role="")

    def killed() -> Any:
        return one(
            superuser,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE :query"
            " AND datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()",
            query=f"%{query}%",
        )

    until(killed)
    superuser.close()


def broken_off(owner: Database, url: str, query: str, hold: str, act: Callable[[Database], object]) -> None:
    """Run `act` on a database of its own while `hold` is held, and kill its connection when it stands before that."""
    victim = Database(url, role=OWNER, statement_timeout_s=PATIENCE_S)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act(victim)
        except (GisgridError, SQLAlchemyError) as error:
            failed.append(error)

    with owner.transaction(EVERYTHING) as holder:
        holder.execute(text(hold))
        thread = threading.Thread(target=run)
        thread.start()
        kill_when_blocked(url, query)
        thread.join(timeout=PATIENCE_S)
    victim.close()
    assert failed, "its connection was killed"


def test_a_crash_in_the_middle_of_following_is_gone_on_from(
    owner: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gisgrid.boundaries.publishing.FOLLOW_BATCH", 10)
    report(owner, 55)
    number = redraw(owner)
    one(owner, "SELECT app.publish_changeset(:id)", id=number)
    last = one(owner, "SELECT max(ticket_id) FROM work.ticket")
    broken_off(
        owner,
        url,
        "app.relocate_changeset",
        f"SELECT FROM work.ticket WHERE ticket_id = {last} FOR UPDATE",
        lambda victim: relocate(victim, number),
    )
    some = held(owner)
    assert 0 < some["A"] < 55, f"whole batches stay, the one under way leaves no trace: {some}"
    assert some["A"] % 10 == 5
    assert facts(owner, number).state == "following"
    assert work(owner) == 1
    assert held(owner) == {"B": 55}
    assert moved_twice(owner) == 0
    assert noted(owner, number)["tickets_moved"] == 55


def test_a_crash_in_the_middle_of_a_publish_leaves_no_trace(owner: Database, url: str) -> None:
    def state() -> list[Any]:
        tables = ("core.area", "core.area_version", "core.lineage", "draft.staged", "draft.touched", "core.change")
        counts = [one(owner, f"SELECT count(*) FROM {table}") for table in tables]
        return [*counts, one(owner, "SELECT count(*) FROM core.area_version WHERE recorded_to = 'infinity'")]

    number = redraw(owner)
    before = state()
    broken_off(
        owner,
        url,
        "app.try_publish",
        "SELECT pg_advisory_xact_lock_shared(app.boundary_lock())",
        lambda victim: publish_changeset(victim, number),
    )
    assert state() == before
    assert facts(owner, number).state == "open"
    assert publish_changeset(owner, number).state == "published"


def test_a_worker_with_nothing_to_do_asks_one_thing_a_look(
    owner: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clocks are looked at each ten seconds; counters, cells and the audit trail only where something waits."""
    monkeypatch.setattr(worker, "POLL_S", 0.01)
    monkeypatch.setattr(worker, "TICK_S", 1e6)
    report(owner)
    said: list[str] = []

    def uncounted() -> int:
        with owner.transaction(EVERYTHING) as connection:
            return int(connection.execute(text("SELECT count(*) FROM work.counter_change")).scalar_one())

    assert uncounted()
    with working(url):
        until(lambda: not uncounted())

        def hear(connection: Connection, _: Any, statement: str, *__: Any) -> None:
            if connection.engine.url.database == owner.engine.url.database:  # other tests may have left somebody
                said.append(statement)

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            until(lambda: len(said) >= 20 and all("is_uncounted" in one or "app.beat" in one for one in said[-20:]))
        finally:
            event.remove(Engine, "before_cursor_execute", hear)


def test_a_clock_that_jumps_erases_nobody(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year ahead, everybody would be due; set back, it goes on a day after the last jump."""
    rounds: list[int] = []
    monkeypatch.setattr(worker, "keep_house", lambda *_given: rounds.append(1))
    ahead = 0.0
    clock, running = time.time, time.monotonic
    passed = 0.0
    monkeypatch.setattr(worker, "time", SimpleNamespace(time=lambda: clock() + passed + ahead,
                                                        monotonic=lambda: running() + passed))  # fmt: skip
    works = worker.Worker(owner, Settings())
    works._keep_house()
    assert len(rounds) == 1
    ahead, passed = 365 * 86400.0, worker.HOUSE_S
    works._keep_house()
    ahead, passed = 0.0, 2 * worker.HOUSE_S
    works._keep_house()
    assert len(rounds) == 1
    passed += worker.AFTER_JUMP_S - worker.HOUSE_S
    works._keep_house()
    assert len(rounds) == 1, "set back, which is a jump as well"
    passed += worker.AFTER_JUMP_S
    works._keep_house()
    assert len(rounds) == 2
