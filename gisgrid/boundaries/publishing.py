"""Publishing: make a change set live or return its errors, then relocate tickets."""

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
"""The versions that a publish made, counted: `{changeset_id, grids, ended, above}`."""


def try_publish(
    connection: Connection, changeset_id: int, *, valid_from: datetime | None = None, is_noded: bool = False
) -> tuple[Summary | None, list[Fault]]:
    """Make a change set live, from `valid_from` on if given. Returns its summary, and its errors as faults.

    With faults nothing goes live, the change set keeps its state, and draft.problem holds the problems. Without faults
    and summary the change set waits for its date. `is_noded`: all leaves are drawn and match corner by corner, so that
    their lines need not be settled. Raises NotFound, Conflict.
    """
    with asking(connection):
        done = connection.execute(
            text("SELECT * FROM app.try_publish(:id, :valid_from, :is_noded)"),
            {"id": changeset_id, "valid_from": valid_from, "is_noded": is_noded},
        ).one()
    if done.errors:
        return None, [p.fault for p in list_problems(connection, changeset_id) if p.severity == "error"]
    return done.summary, []


def publish(connection: Connection, changeset_id: int, *, is_noded: bool = False) -> Summary | None:
    """Make a change set live. None: the change set waits for its date.

    Raises Refused with one fault a problem (codes, point in lon lat, remedy), NotFound, Conflict; the transaction can
    go on then, and nothing is live.
    """
    summary, faults = try_publish(connection, changeset_id, is_noded=is_noded)
    if faults:
        raise Refused(*faults)
    return summary


def relocate(database: Database, changeset_id: int, *, limit_s: float = float("inf")) -> int:
    """Relocate open tickets and overlays to the areas that hold them now. Returns how many tickets.

    In batches, each committed; can be called again after a crash, and by several at once: each batch is
    done once. After `limit_s` seconds the worker relocates the other tickets.
    """
    moved, until = 0, time.monotonic() + limit_s
    while True:
        with database.transaction(EVERYTHING, timeout_s=PUBLISH_TIMEOUT_S) as connection:
            batch: int = connection.execute(
                text("SELECT app.relocate_changeset(:id, :batch)"), {"id": changeset_id, "batch": FOLLOW_BATCH}
            ).scalar_one()
        moved += batch
        if not batch or time.monotonic() > until:
            return moved


def tickets_moved(connection: Connection, changeset_id: int) -> int:
    """How many open tickets has this change set relocated so far?"""
    return int(
        connection.execute(
            text("SELECT coalesce(summary ->> 'tickets_moved', '0') FROM draft.changeset WHERE changeset_id = :id"),
            {"id": changeset_id},
        ).scalar_one_or_none()
        or 0
    )
