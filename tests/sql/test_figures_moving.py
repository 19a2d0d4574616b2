"""Figures add up while reports come in, tickets are closed and boundaries are published."""

import itertools
import random
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import make_url, text

from gisgrid.boundaries.areas import area_id
from gisgrid.database import EVERYTHING, OWNER, SERVICE, Database
from gisgrid.statistics import By, Cohort, count_by
from gisgrid.tickets.intake import Report, receive
from tests.conftest import url_of
from tests.drawing import draw, publish_leaves, spot
from tests.sql.test_figures import PARENTS, add_up, year
from tests.waiting import PATIENCE_S


@contextmanager
def moving(owner: Database, service: Database) -> Iterator[None]:
    """Reports come in, tickets are closed, boundaries are published, until the end."""
    stop, failed = threading.Event(), []
    pictures = itertools.cycle(["AAABCC", "ABBBCC", "AABCCC", "AABBCC"])
    dice = random.Random(1)

    def report() -> None:
        lon, lat = spot(dice.uniform(0, 7), 0.5)
        with service.transaction() as connection:
            receive(connection, Report(lon, lat, "wgs84", "hazard", "路灯不亮"), network="base", zone="UTC")

    def close() -> None:
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(
                text(
                    "UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE ticket_id IN (SELECT"
                    " ticket_id FROM work.ticket WHERE closed_at IS NULL LIMIT 5 FOR UPDATE SKIP LOCKED)"
                )
            )

    def publish() -> None:
        picture, now = next(pictures), datetime.now(UTC).isoformat()
        with owner.transaction(EVERYTHING) as connection:
            summary = publish_leaves(connection, draw(picture), parents=PARENTS, valid_from=now)
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text("SELECT app.relocate_changeset(:id, 100)"), {"id": summary["changeset_id"]})

    def repeat(act: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                act()
        except BaseException as error:  # noqa: B036  # told at the end
            failed.append(error)

    threads = [threading.Thread(target=repeat, args=(act,)) for act in (report, report, close, publish)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failed, "".join(traceback.format_exception(failed[0]))


def test_the_sums_agree_while_everything_moves(new_database: Callable[[], str]) -> None:
    """Each answer adds up in itself; 60 rounds, and on until it has moved."""
    url = new_database()
    owner = Database(url, role=OWNER, statement_timeout_s=PATIENCE_S)
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABBCC"), parents=PARENTS, valid_from=year(2021))
    service = Database(
        url_of(url, str(make_url(url).database), "gisgrid_api"), role=SERVICE, statement_timeout_s=PATIENCE_S
    )
    seen = set[int]()
    ways: list[tuple[By, str]] = [("area", ""), ("area", "grid"), ("category", ""), ("post", ""), ("day", "")]
    with moving(owner, service):
        for turn, (by, level) in enumerate(itertools.cycle(ways)):
            if turn >= 60 and len(seen) > 5:  # enough of both: it moved meanwhile
                break
            with service.transaction(EVERYTHING) as connection:
                north = area_id(connection, "north", network="base")
                for area in (0, north):
                    figures = count_by(connection, by, Cohort(datetime.now(UTC), "base", area), level=level)
                    add_up(figures)
            seen.add(figures.total.received)
    owner.close()
    service.close()
