"""Going live: publish a change set, say what stands against it, let tickets follow."""

import time
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gisgrid.boundaries.reviewing import conflict, list_problems, review
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Refused

FOLLOW_BATCH = 2000
PUBLISH_TIMEOUT_S = 600
EXCLUSION_VIOLATION = "23P01"


def publish(connection: Connection, changeset_id: int) -> dict[str, Any] | None:
    """Make a change set live. Returns `{changeset_id, grids, ended, above}`: how many versions it made and ended.

    None: it waits for its date, when the worker publishes it. Raises Refused with one fault a problem (codes, place
    in lon lat, remedy), Conflict when it is not open; the transaction can go on then, and nothing is live.
    """
    savepoint = connection.begin_nested()
    try:
        summary: dict[str, Any] | None = connection.execute(
            text("SELECT app.publish_changeset(:id)"), {"id": changeset_id}
        ).scalar_one()
    except DBAPIError as error:
        savepoint.rollback()
        state = getattr(error.orig, "pgcode", "")
        if state == "GG001":
            review(connection, changeset_id)
            faults = [p.fault for p in list_problems(connection, changeset_id) if p.severity == "error"]
            raise Refused(*(faults or conflict(changeset_id, error).faults)) from error
        if state in ("GG002", EXCLUSION_VIOLATION):
            raise conflict(changeset_id, error) from error
        raise
    savepoint.commit()
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
