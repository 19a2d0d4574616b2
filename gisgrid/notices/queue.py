"""The notices that wait in the database: claim one, record its outcome. Every time is the database's."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.notices.marks import unsubscribe_mark
from gisgrid.notices.outcome import Blame
from gisgrid.round_trips import prepared

_DUE = prepared(text("SELECT target_id, waiting FROM app.due_targets(:lanes)"))


@dataclass(frozen=True)
class Notice:
    """One notice for one target, claimed. `facts` are public; `description` is None unless the target is trusted.

    `now` is the database's time of this attempt, used in signatures and dates. `recipient`: the reporter's own mailbox
    or number, where he subscribes; `mark`: what his link to unsubscribe holds.
    """

    delivery_id: int
    claim: Any
    notice_id: Any
    topic: str
    happened_at: datetime
    facts: dict[str, Any]
    category_zh: str | None
    category_en: str | None
    step_zh: str | None
    step_en: str | None
    description: str | None
    kind: str
    address: str
    secret: str | None
    may_be_private: bool
    name: str
    attempts: int
    now: datetime
    recipient: str | None = None
    mark: str = ""


def due_targets(connection: Connection, lanes: int) -> list[tuple[int, int]]:
    """Targets with notices that are due, and how many, counted up to `lanes`."""
    rows = connection.execute(_DUE, {"lanes": lanes})
    return [(row.target_id, row.waiting) for row in rows]


def claim(connection: Connection, target_id: int, lease_s: float) -> Notice | None:
    """Claim the next notice for this target for the lease; None: nothing is due, or other senders have it."""
    row = connection.execute(
        text("SELECT * FROM app.claim_delivery(:target, :lease)"),
        {"target": target_id, "lease": timedelta(seconds=lease_s)},
    ).one_or_none()
    if row is None:
        return None
    notice = Notice(**row._mapping)
    if notice.recipient is None:
        return notice
    return replace(notice, mark=unsubscribe_mark(connection, notice.facts["number"], notice.kind))


def record_delivered(connection: Connection, notice: Notice) -> None:
    """Record that a notice has arrived."""
    connection.execute(text("SELECT app.record_delivered(:id)"), {"id": notice.delivery_id})


def record_failed(
    connection: Connection, notice: Notice, said: str, blame: Blame, give_up: timedelta, retry_after_s: float
) -> str | None:
    """Record a failed attempt: `waiting` or `parked`; None: another sender has claimed the notice meanwhile."""
    outcome: str | None = connection.execute(
        text("SELECT app.record_failed(:id, :claim, :said, :blame, :give_up, :retry_after)"),
        {
            "id": notice.delivery_id,
            "claim": notice.claim,
            "said": said.replace("\0", " ")[:400],
            "blame": blame,
            "give_up": give_up,
            "retry_after": timedelta(seconds=retry_after_s),
        },
    ).scalar_one()
    return outcome
