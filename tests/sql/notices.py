"""What tests of notices share: a district of two grids, tickets in it, targets, a sender."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.notices.sender import POOL, Sender
from gisgrid.notices.targets import Target, TargetOrder, add_target, list_targets
from gisgrid.settings import Settings
from gisgrid.tickets.intake import Report, receive
from tests.drawing import draw, publish_leaves, spot
from tests.waiting import PATIENCE_S

SETTINGS = Settings(webhook_http=True, public_url="https://grid.example", mail_from="gisgrid <grid@district.example>")
WORDS = "路灯不亮,晚上看不见"


def make_district(owner: Database) -> None:
    """Two grids of two communities."""
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABB"), parents={"A": "west", "B": "east"})


def report(owner: Database, count: int = 1, *, column: float = 0.5, category: str = "hazard") -> list[str]:
    """Numbers of new tickets, each committed by itself; column 0 to 2 is grid A, 2 to 4 grid B."""
    lon, lat = spot(column, 0.5)
    numbers = []
    for _ in range(count):
        with owner.transaction(EVERYTHING) as connection:
            taken = receive(
                connection, Report(lon, lat, "wgs84", category, WORDS), network="base", zone="Asia/Shanghai"
            )
        numbers.append(taken.facts["number"])
    return numbers


def tell(owner: Database, name: str, address: str, **order: Any) -> str:
    """A target in a private network; its secret."""
    order = {"kind": "webhook", "may_be_private": True, **order}
    with owner.transaction() as connection:
        return add_target(connection, TargetOrder(name, address=address, **order), may_be_http=True) or ""


def forget(owner: Database) -> None:
    """Nobody is told any more."""
    ask(owner, "DELETE FROM work.target")


def ask(owner: Database, sql: str, **values: Any) -> list[Any]:
    """Rows of a statement, committed."""
    with owner.transaction(EVERYTHING) as connection:
        result = connection.execute(text(sql), values)
        return [tuple(row) for row in result] if result.returns_rows else []


def step(owner: Database, number: str, to_step: str, note: str | None = None) -> None:
    """Somebody takes the ticket's next step."""
    ask(owner, "SELECT app.take_step(:n, :s, 'boss', 'admin', :note)", n=number, s=to_step, note=note)


def listed(owner: Database) -> list[Target]:
    """The targets as the list shows them."""
    with owner.transaction() as connection:
        return list_targets(connection)


def pass_time(owner: Database, seconds: float) -> None:
    """As if so much time had passed: whatever waits is that much older."""
    ask(
        owner,
        "WITH d AS (UPDATE work.delivery SET next_at = next_at - make_interval(secs => :s),"
        " since = since - make_interval(secs => :s) WHERE delivered_at IS NULL)"
        " UPDATE work.target SET next_at = next_at - make_interval(secs => :s) WHERE isfinite(next_at)",
        s=seconds,
    )


@contextmanager
def sender_of(owner_url: str, settings: Settings = SETTINGS, *, lease_s: float = 2 * PATIENCE_S) -> Iterator[Sender]:
    """A sender that has not begun; stopped at the end if it has."""
    database = Database(owner_url, role=OWNER, pool_size=8 * POOL, statement_timeout_s=PATIENCE_S)
    sender = Sender(database, settings, lease_s=lease_s)
    try:
        yield sender
    finally:
        if sender.is_running:
            sender.stop()
        database.close()
