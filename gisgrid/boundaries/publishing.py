"""Going live: publish a change set, say what stands against it, let tickets follow."""

import time
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.boundaries.reviewing import list_problems
from gisgrid.database import EVERYTHING, Database, asking
from gisgrid.errors import Fault, Refused

FOLLOW_BATCH = 2000
PUBLISH_TIMEOUT_S = 600


Summary = dict[str, Any]
"""What a publish made: `{changeset_id, grids, ended, above}`, numbers of versions."""


def try_publish(
    connection: Connection, changeset_id: int, *, valid_from: datetime | None = None
) -> tuple[Summary | None, list[Fault]]:
    """Make a change set live, from `valid_from` on if given, or say what stands against it: summary and faults.

    With faults nothing is live, the change set is as it was, and the problems stand in `draft.problem`. Without faults
    and summary it waits for its date. Raises NotFound, Conflict.
    """
    with asking(connection):
        done = connection.execute(
            text("SELECT * FROM app.try_publish(:id, :valid_from)"), {"id": changeset_id, "valid_from": valid_from}
        ).one()
    if done.errors:
        return None, [p.fault for p in list_problems(connection, changeset_id) if p.severity == "error"]
    return done.summary, []


def publish(connection: Connection, changeset_id: int) -> Summary | None:
    """Make a change set live. None: it waits for its date.

    Raises Refused with one fault a problem (codes, place in lon lat, remedy), NotFound, Conflict; the transaction can
    go on then, and nothing is live.
    """
    summary, faults = try_publish(connection, changeset_id)
    if faults:
        raise Refused(*faults)
    return summary


def follow(database: Database, changeset_id: int, *, limit_s: float = float("inf")) -> int:
    """Let open tickets and overlays take the areas that hold them now. Returns how many tickets moved.

    Batches of their own, each committed; can be called again after a crash, and by several at once: each batch is
    done once. After `limit_s` seconds the rest is left to the worker.
    """
    moved, until = 0, time.monotonic() + limit_s
    while True:
        with database.transaction(EVERYTHING, timeout_s=PUBLISH_TIMEOUT_S) as connection:
            batch: int = connection.execute(
                text("SELECT app.follow_changeset(:id, :batch)"), {"id": changeset_id, "batch": FOLLOW_BATCH}
            ).scalar_one()
        moved += batch
        if not batch or time.monotonic() > until:
            return moved


def tickets_moved(connection: Connection, changeset_id: int) -> int:
    """How many open tickets have followed this change set so far, whoever let them?"""
    return int(
        connection.execute(
            text("SELECT coalesce(summary ->> 'tickets_moved', '0') FROM draft.changeset WHERE changeset_id = :id"),
            {"id": changeset_id},
        ).scalar_one_or_none()
        or 0
    )
