"""Counters while many write at once; a wrong one is named and recounted. Long because it has the worker's part, too."""

import itertools
import json
import random
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gisgrid import worker
from gisgrid.boundaries.outlines import draw_outlines
from gisgrid.cli.main import run
from gisgrid.counters import add_up_counters, check_counters, renew_bins
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.patrol import keep_walks
from gisgrid.worker import working
from tests.drawing import draw, publish_leaves
from tests.sql.recount import assert_counters_are_right, wrong_of_tickets
from tests.sql.test_figures import PARENTS
from tests.sql.test_kept_counters import SINCE, report
from tests.waiting import PATIENCE_S, until


class Crowd:
    """Six writers of whom some go back, redraws half followed, two workers adding up: until the end."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.pictures = itertools.cycle(["AAABCC", "ABBBCC", "AABCCC", "AABBCC"])
        self.added_up = itertools.count()
        self.stop, self.failed = threading.Event(), list[BaseException]()
        acts = [self.write] * 6 + [self.publish, self.add_up, self.add_up]
        self.threads = [threading.Thread(target=self.repeat, args=(act, seed)) for seed, act in enumerate(acts)]

    def write(self, dice: random.Random) -> None:
        with self.database.transaction(EVERYTHING) as connection:
            for _ in range(dice.randint(1, 4)):
                report(connection, dice.uniform(-0.5, 6.5))
            connection.execute(
                text(
                    "UPDATE work.ticket SET closed_at = CASE WHEN closed_at IS NULL THEN clock_timestamp() END,"
                    " due_at = due_at - interval '13 hours' WHERE ticket_id IN"
                    " (SELECT ticket_id FROM work.ticket ORDER BY random() LIMIT 3 FOR UPDATE SKIP LOCKED)"
                )
            )
            if dice.random() < 0.3:
                connection.rollback()

    def publish(self, dice: random.Random) -> None:
        picture = next(self.pictures)
        with self.database.transaction(EVERYTHING) as connection:
            now = connection.execute(text("SELECT now()")).scalar_one()  # not later than the publish itself
            summary = publish_leaves(connection, draw(picture), parents=PARENTS, valid_from=now.isoformat())
        for _ in range(dice.randint(0, 3)):
            with self.database.transaction(EVERYTHING) as connection:
                connection.execute(text("SELECT app.relocate_changeset(:id, 5)"), {"id": summary["changeset_id"]})

    def add_up(self, dice: random.Random) -> None:
        with self.database.transaction(EVERYTHING) as connection:
            add_up_counters(connection, dice.choice([1, 10, None]))
        next(self.added_up)

    def repeat(self, act: Callable[[random.Random], None], seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311  # not for secrets
        try:
            while not self.stop.is_set():
                act(dice)
        except BaseException as error:  # noqa: B036  # raised at the end
            self.failed.append(error)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While the block runs."""
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in self.threads:
                thread.join()
        assert not self.failed, "".join(traceback.format_exception(self.failed[0]))


def test_many_write_at_once(new_database: Callable[[], str]) -> None:
    """Each snapshot is right in itself: 15 looks, and on until enough has happened."""
    database = Database(new_database(), role=OWNER, pool_size=12, statement_timeout_s=PATIENCE_S)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABBCC"), parents=PARENTS, valid_from=SINCE)
    crowd, tickets, looks = Crowd(database), 0, 0
    with crowd.busy():
        while not crowd.failed and (looks < 15 or tickets < 60 or next(crowd.added_up) < 30):
            with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
                now = reader.execute(text("SELECT clock_timestamp()")).scalar_one()
                before, later = now - timedelta(seconds=1), now + timedelta(hours=30)
                tickets = assert_counters_are_right(reader, [now, before, later])
                looks += 1
    database.close()


def test_many_changes_hold_up_nobody_who_listens(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes are told up to the oldest transaction that still writes, so the worker adds up in short ones."""
    monkeypatch.setattr(worker, "AT_ONCE", 3)
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("HK"), network="held", parents={"H": "hold", "K": "hold"}, valid_from=SINCE)
        for number in range(10):
            report(connection, 0.1 + number / 6, network="held")
    seen: dict[str, set[int]] = {}

    def noted(act: Callable[[Connection, int], int]) -> Callable[[Connection, int], int]:
        def do(connection: Connection, most: int) -> int:
            one = connection.execute(text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")).scalar_one()
            seen.setdefault(act.__name__, set()).add(one)
            return act(connection, most)

        return do

    for act in (add_up_counters, renew_bins):
        monkeypatch.setattr(worker, act.__name__, noted(act))
    with working(owner.engine.url.render_as_string(hide_password=False)):
        until(lambda: _is_added_up(owner))
    with owner.transaction(EVERYTHING) as connection:
        assert [one for one in check_counters(connection) if one.area in ("H", "K", "hold")] == []
    assert len(seen["add_up_counters"]) >= 4 and len(seen["renew_bins"]) >= 2, "ten changes, of three at once"


def test_what_cannot_be_added_up_stops_nothing_else(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("Q"), network="odd", parents={"Q": "whole"}, valid_from=SINCE)
        report(connection, 0.5, network="odd")
    done: set[str] = set()

    def fail(*_given: object) -> int:
        raise ValueError("a row that nobody thought of")

    def noted(act: Callable[..., Any]) -> Callable[..., Any]:
        def do(*given: Any) -> Any:
            done.add(act.__name__)
            return act(*given)

        return do

    monkeypatch.setattr(worker, "add_up_counters", fail)
    others = (renew_bins, keep_walks, draw_outlines)
    for act in others:
        monkeypatch.setattr(worker, act.__name__, noted(act))
    with working(owner.engine.url.render_as_string(hide_password=False)):
        until(lambda: done == {act.__name__ for act in others})


def test_who_becomes_overdue_between_two_parts_is_counted_once(owner: Database) -> None:
    """Nobody has added up for a day; of four tickets, due an hour ago, one change after the other is added."""
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("UV"), network="late", parents={"U": "lag", "V": "lag"}, valid_from=SINCE)
        connection.execute(text("UPDATE work.counter_time SET overdue_at = now() - interval '1 day'"))
        for number in range(4):
            ticket = report(connection, 0.1 + number / 3, network="late")
            due = "UPDATE work.ticket SET due_at = now() - interval '1 hour' WHERE ticket_id = :id"
            connection.execute(text(due), {"id": ticket})
        while add_up_counters(connection, 1):
            assert [one for one in check_counters(connection) if one.area in ("U", "V", "lag")] == []


def _is_added_up(owner: Database) -> bool:
    with owner.transaction(EVERYTHING) as connection:
        left = "SELECT EXISTS (SELECT FROM work.counter_change) OR EXISTS (SELECT FROM work.ticket_bin_change)"
        return not connection.execute(text(left)).scalar_one()


def test_a_wrong_counter_is_named_and_counted_again(owner: Database) -> None:
    """What a hand did with triggers off."""
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("PQ"), network="party", parents={"P": "over", "Q": "over"}, valid_from=SINCE)
        report(connection, 0.5, network="party")
        add_up_counters(connection)
        report(connection, 0.5, network="party")
        assert wrong_of_tickets(connection) == []
        connection.execute(text("ALTER TABLE work.ticket DISABLE TRIGGER count_change"))
        connection.execute(text("UPDATE work.ticket SET closed_at = now(), step = 'rate' WHERE network = 'party'"))
        connection.execute(text("ALTER TABLE work.ticket ENABLE TRIGGER count_change"))
        wrong = [one for one in check_counters(connection) if not one.counter.startswith("figures")]
        assert [(one.network, one.area, one.counter, one.kept, one.counted) for one in wrong] == [
            ("party", None, "open", 2, 0),
            ("party", "over", "open", 2, 0),
            ("party", "P", "open", 2, 0),
        ]
        connection.execute(text("SELECT app.recount_tickets()"))
        assert wrong_of_tickets(connection) == []


def test_the_verb_recounts(
    owner: Database, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("N"), network="north")
    assert run(["check", "--counters"]) == 0
    assert "every kept counter is right" in capsys.readouterr().out
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text("INSERT INTO work.counter SELECT path, network, 2, 1, 0 FROM core.area_version WHERE code = 'N'")
        )
    assert run(["check", "--counters", "--json", "--network", "north"]) == 1
    by = {"recount": "recount_tickets"}
    assert json.loads(capsys.readouterr().out) == [
        {"network": "north", "area": "N", "counter": "open", "kept": 1, "counted": 0} | by,
        {"network": "north", "area": "N", "counter": "total", "kept": 2, "counted": 0} | by,
    ]
    assert run(["check", "--counters"]) == 1
    assert "app.recount_tickets" in capsys.readouterr().err


def test_the_worker_adds_up_and_counts_cells(new_database: Callable[[], str]) -> None:
    url = new_database()
    database = Database(url, role=OWNER)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("A"), valid_from=SINCE)
    logs = ("work.counter_change", "work.ticket_bin_change", "overlay.camera_bin_change", "overlay.place_bin_change")
    left = text("SELECT " + " + ".join(f"(SELECT count(*) FROM {log})" for log in logs))  # noqa: S608
    thing = "(code, name, path, geom) VALUES ('{0}', 'x', '{{0}}', ST_SetSRID(ST_MakePoint(113.8, 27.6), 4326))"

    def is_added_up() -> bool:
        with database.transaction(EVERYTHING) as connection:
            return connection.execute(left).scalar() == 0

    def is_a_place() -> bool:
        with database.transaction(EVERYTHING) as connection:
            return bool(connection.execute(text("SELECT is_current FROM overlay.place")).scalar_one())

    with working(url):
        for _ in range(2):
            with database.transaction(EVERYTHING) as connection:
                report(connection, 0.5)
            until(is_added_up)
        for number, insert in enumerate(("camera " + thing, "place " + thing.replace("path", "kind, path"))):
            values = insert.replace("'x', '{{0}}'", "'x', 'gate', '{{0}}'") if insert.startswith("place") else insert
            with database.transaction(EVERYTHING) as connection:
                connection.execute(text("INSERT INTO overlay." + values.format(number)))
            until(is_added_up)
        ends = "UPDATE overlay.place SET ends_at = clock_timestamp() + interval '0.5 s'"
        with database.transaction(EVERYTHING) as connection:
            connection.execute(text(ends))
        until(lambda: not is_a_place())  # and nothing else happens that would wake the worker
    with database.transaction(EVERYTHING) as connection:
        assert connection.execute(text("SELECT tickets FROM work.counter WHERE path = '{0}'")).scalar() == 2
        assert connection.execute(text("SELECT sum(tickets) FROM work.ticket_bin")).scalar() == 2
    database.close()
