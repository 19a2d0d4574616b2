"""Boundaries change while eight writers report at full speed: nothing is lost, nothing stays on a closed grid.

The race goes on until enough of both has happened, however long the machine takes. Times are printed, not asserted.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import shapely
from sqlalchemy import make_url, text

from gisgrid.boundaries.changesets import ChangesetOrder, open_changeset, publish_changeset
from gisgrid.database import EVERYTHING, OWNER, SERVICE, Database
from gisgrid.errors import Conflict
from gisgrid.tickets.intake import Report, receive
from gisgrid.worker import work, working
from tests.conftest import url_of
from tests.drawing import CELL, NORTH, WEST, publish_leaves
from tests.waiting import PATIENCE_S, until

WRITERS = 8
SIDE = 12
PUBLISHES, REPORTS = 5, 200


def cell(column: int, row: int, width: float = 1) -> Any:
    west, north = WEST + column * CELL, NORTH - row * CELL
    return shapely.box(west, north - CELL, WEST + (column + width) * CELL, north)


@dataclass
class Race:
    """What happened: numbers that were answered, how long each took, how long the lock kept a bystander waiting."""

    stop: threading.Event = field(default_factory=threading.Event)
    going: threading.Event = field(default_factory=threading.Event)
    numbers: list[str] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    stalled_s: list[float] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)

    def run(self, act: Callable[[], None]) -> threading.Thread:
        def loop() -> None:
            try:
                while not self.stop.is_set():
                    self.going.wait()
                    act()
            except BaseException as error:  # noqa: B036  # told by the test
                self.failed.append(error)

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        return thread


@pytest.fixture
def url(new_database: Callable[[], str]) -> Iterator[str]:
    url = new_database()
    owner = Database(url, role=OWNER)
    with owner.transaction(EVERYTHING, timeout_s=PATIENCE_S) as connection:
        publish_leaves(connection, {f"g{c:02}{r:02}": cell(c, r) for c in range(SIDE) for r in range(SIDE)})
    work(owner)
    owner.close()
    yield url


def report(race: Race, service: Database, dice: random.Random) -> None:
    lon, lat = WEST + dice.uniform(0, SIDE) * CELL, NORTH - dice.uniform(0, SIDE) * CELL
    began = time.monotonic()
    with service.transaction() as connection:
        got = receive(connection, Report(lon, lat, "wgs84", "hazard", "路灯不亮"), network="base", zone="UTC")
    race.took_s.append(time.monotonic() - began)
    race.numbers.append(got.facts["number"])


def stand_by(race: Race, service: Database) -> None:
    """What a report waits for when boundaries flip, and nothing else."""
    with service.transaction() as connection:
        began = time.monotonic()
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(app.boundary_lock())"))
        race.stalled_s.append(time.monotonic() - began)
    time.sleep(0.002)


def redraw(owner: Database, dice: random.Random, halves: dict[int, str]) -> int:
    """Five pairs of neighbours change: cut in the middle, shifted, or one of them ended and brought back."""
    with owner.transaction(EVERYTHING, timeout_s=PATIENCE_S) as connection:
        number: int = open_changeset(connection, ChangesetOrder()).changeset_id
        for pair in dice.sample(range(SIDE * SIDE // 2), 5):
            column, row = pair % (SIDE // 2) * 2, pair // (SIDE // 2)
            left, right = f"g{column:02}{row:02}", f"g{column + 1:02}{row:02}"
            halves[pair] = dice.choice([way for way in ("even", "shifted", "ended") if way != halves.get(pair, "even")])
            width = {"even": 1.0, "shifted": 1.4, "ended": 2.0}[halves[pair]]
            whole = cell(column, row, 2)
            first = cell(column, row, width)
            connection.execute(
                text("DELETE FROM draft.area WHERE changeset_id = :id AND code IN (:left, :right)"),
                {"id": number, "left": left, "right": right},
            )
            for code, shape in ((left, first), (right, shapely.difference(whole, first))):
                if not shape.is_empty:
                    connection.execute(
                        text(
                            "INSERT INTO draft.area (changeset_id, code, name, geom, base_version_id)"
                            " SELECT :id, :code, :code, ST_Multi(ST_GeomFromWKB(:shape, 4326)), (SELECT area_version_id"
                            " FROM draft.base AS b JOIN core.area_version AS v USING (area_version_id)"
                            " WHERE b.changeset_id = :id AND v.code = :code)"
                        ),
                        {"id": number, "code": code, "shape": shapely.to_wkb(shape)},
                    )
    return number


def publish(race: Race, owner: Database, number: int) -> dict[str, Any]:
    """Publish; on a machine so slow that reports do not end for a minute, again while the writers take breath."""
    try:
        return dict(publish_changeset(owner, number).summary or {})
    except Conflict as conflict:
        print(f"\n{conflict}")
        race.going.clear()
        try:
            return dict(publish_changeset(owner, number).summary or {})
        finally:
            race.going.set()


def run_race(url: str, race: Race, owner: Database) -> list[dict[str, Any]]:
    """What each publish said: all begin while reports come in, and go on until enough has happened."""
    dice, halves, published = random.Random(5), dict[int, str](), list[dict[str, Any]]()
    services = url_of(url, str(make_url(url).database), "gisgrid_api")
    service = Database(services, role=SERVICE, pool_size=WRITERS + 1, statement_timeout_s=PATIENCE_S)
    threads = [race.run(partial(report, race, service, random.Random(seed))) for seed in range(WRITERS)]
    threads.append(race.run(lambda: stand_by(race, service)))
    race.going.set()
    try:
        with working(url):
            until(lambda: race.numbers or race.failed)
            before = len(race.numbers)
            while not race.failed and (
                len(published) < PUBLISHES
                or len(race.numbers) < before + REPORTS
                or not any(summary["tickets_moved"] for summary in published)
            ):
                published.append(publish(race, owner, redraw(owner, dice, halves)))
    finally:
        race.stop.set()
        for thread in threads:
            thread.join()
        service.close()
    return published


@pytest.mark.timeout(1200)
def test_nothing_is_lost_and_nothing_stays_on_a_closed_grid(url: str) -> None:
    race = Race()
    owner = Database(url, role=OWNER, statement_timeout_s=PATIENCE_S)
    published = run_race(url, race, owner)
    assert race.failed == []
    while work(owner):
        pass
    with owner.transaction(EVERYTHING) as connection:
        held = set(connection.execute(text("SELECT number FROM work.ticket")).scalars())
        dead, wrong = connection.execute(
            text(
                "SELECT count(*) FILTER (WHERE v.area_id IS NULL), count(*) FILTER (WHERE l.area_id <> t.area_id)"
                " FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)"
                " LEFT JOIN app.area_at(now()) AS v ON v.area_id = t.area_id, app.locate(p.geom) AS l"
            )
        ).one()
    owner.close()
    moved = sum(summary["tickets_moved"] for summary in published)
    print(
        f"\n{len(race.numbers)} reports, {len(published)} publishes, {moved} tickets moved;"
        f" a report took p50 {quantile(race.took_s, 0.5):.0f}, p99 {quantile(race.took_s, 0.99):.0f},"
        f" at most {max(race.took_s) * 1000:.0f} ms; the lock kept waiting p99 {quantile(race.stalled_s, 0.99):.1f},"
        f" at most {max(race.stalled_s) * 1000:.1f} ms"
    )
    assert set(race.numbers) - held == set(), "what was answered is there"
    assert len(race.numbers) == len(set(race.numbers)) == len(held)
    assert (dead, wrong) == (0, 0)


def quantile(values: list[float], q: float) -> float:
    """In milliseconds."""
    return sorted(values)[int(q * (len(values) - 1))] * 1000
