"""Receipts of reports: the same receipt for the same key, with the secret of its ticket."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from sqlalchemy import Connection, text

from gisgrid.access import ticket_secret
from gisgrid.errors import Conflict, Fault
from gisgrid.instants import write_instant
from gisgrid.round_trips import prepared, send_with_next

TICKET_KEY = "(SELECT key FROM core.server_key WHERE purpose = 'ticket')"
_KNOWN = prepared(text("SELECT body_sha256, answer FROM work.client_ref WHERE client = :client AND client_ref = :ref"))

_LOCK_ALL = prepared(
    text(
        "SELECT count(pg_advisory_xact_lock(k.lock)) FROM ("
        " SELECT DISTINCT hashtextextended(u.key, 7147) AS lock FROM unnest(CAST(:keys AS text[])) AS u (key)"
        " ORDER BY lock OFFSET 0) AS k"
    )
)
_KNOWN_OF = f"""
SELECT a.n, c.body_sha256, c.answer, {TICKET_KEY} AS key
FROM jsonb_to_recordset(CAST(:refs AS jsonb)) AS a (n integer, client text, ref text)
JOIN work.client_ref AS c ON c.client = a.client AND c.client_ref = a.ref
"""  # noqa: S608  # a constant
_FIND_ALL = prepared(text(_KNOWN_OF))


class GridRef(TypedDict):
    """A grid by its code."""

    code: str
    name: str
    kind: str


class AreaRef(TypedDict):
    """An area by its code."""

    code: str
    level: str


class Assignment(TypedDict):
    """How the grid was found, how sure that is, by which version; `system` is None for a report without a point."""

    method: str
    confidence: float
    distance_to_edge_m: float | None
    candidates: list[dict[str, object]]
    system: str | None
    version: int | None


class Assignee(TypedDict):
    """The post that a report went to; None where a department has it and its posts are not here."""

    post: int | None
    role: str
    area: str | None
    department: NotRequired[str]


class Receipt(TypedDict):
    """The answer to a sender, kept for its key; `alarms` only for devices; `secret` is never kept."""

    number: str
    secret: NotRequired[str]
    grid: GridRef | None
    area: AreaRef | None
    assignment: Assignment
    step: str
    assignee: Assignee | None
    due_at: str
    alarms: NotRequired[int]


@dataclass(frozen=True)
class Received:
    """The result of a report: the answer's facts, and whether the ticket is new."""

    facts: Receipt
    is_new: bool


@dataclass(frozen=True)
class Key:
    """The key by which a sender may repeat a report without harm: `ref` is unique for each `client`; "": no key."""

    client: str
    ref: str
    body_sha256: bytes


def make_key(client: str, ref: str, body: Mapping[str, object]) -> Key:
    """The key of this body."""
    return Key(client, ref, hashlib.sha256(json.dumps(body, default=str, sort_keys=True).encode()).digest())


def find_receipt(connection: Connection, key: Key) -> Receipt | None:
    """The earlier answer of this key. Of two requests at once the second waits here for the first.

    Raises Conflict when the key was used for another body.
    """
    if not key.ref:
        return None
    wait = "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 7147))"
    send_with_next(connection, wait, {"key": f"{key.client}\x1f{key.ref}"})
    known = connection.execute(_KNOWN, {"client": key.client, "ref": key.ref}).one_or_none()
    if known is None:
        return None
    return with_secret(connection, _same(known, key))


def find_receipts(connection: Connection, keys: Sequence[Key]) -> dict[int, Receipt | Conflict]:
    """`find_receipt` for many, by the number of the key: the earlier answer, or why there is none; new keys are absent.

    Locks are taken in one order, so that two batches with the same keys wait, and do not lock each other out.
    """
    refs = [{"n": n, "client": key.client, "ref": key.ref} for n, key in enumerate(keys) if key.ref]
    if not refs:
        return {}
    connection.execute(_LOCK_ALL, {"keys": [f"{key['client']}\x1f{key['ref']}" for key in refs]})
    found: dict[int, Receipt | Conflict] = {}
    for row in connection.execute(_FIND_ALL, {"refs": json.dumps(refs)}):
        try:
            found[row.n] = add_secret(bytes(row.key), _same(row, keys[row.n]))
        except Conflict as conflict:
            found[row.n] = conflict
    return found


def _same(known: Any, key: Key) -> Receipt:
    if bytes(known.body_sha256) != key.body_sha256:
        raise Conflict(
            Fault("client_ref", "this key was used for a report with another body", "give every report its own key")
        )
    answer: Receipt = known.answer
    return answer


def keep_receipt(connection: Connection, key: Key, ticket_id: int, facts: Receipt) -> None:
    """Keep the answer of this key; without a key does nothing."""
    if not key.ref:
        return
    send_with_next(
        connection,
        "INSERT INTO work.client_ref (client, client_ref, body_sha256, ticket_id, answer)"
        " VALUES (%(client)s, %(ref)s, %(body)s, %(ticket_id)s, %(answer)s)",
        {
            "client": key.client,
            "ref": key.ref,
            "body": key.body_sha256,
            "ticket_id": ticket_id,
            "answer": json.dumps(facts),
        },
    )


def with_secret(connection: Connection, facts: Receipt) -> Receipt:
    """The same facts with the secret of their ticket."""
    key = connection.execute(text(f"SELECT {TICKET_KEY}")).scalar_one()
    return add_secret(bytes(key), facts)


def add_secret(key: bytes, facts: Receipt) -> Receipt:
    """The same facts with the secret that this key gives their ticket."""
    return {**facts, "secret": ticket_secret(key, facts["number"])}


def read_facts(row: Any, system: str | None) -> Receipt:
    """The answer's facts of a row of `app.receive_reports`; `system` is that of the point, None without a point."""
    assignee: Assignee | None = None
    if row.post_id is not None:
        assignee = {"post": row.post_id, "role": row.role, "area": row.post_code}
    elif row.department:
        assignee = {"post": None, "role": "department", "area": row.area_code}
    if assignee and row.department:
        assignee["department"] = row.department
    return {
        "number": row.number,
        "grid": None
        if row.grid_code is None
        else {"code": row.grid_code, "name": row.grid_name, "kind": row.grid_kind},
        "area": None if row.area_code is None else {"code": row.area_code, "level": row.area_level},
        "assignment": {
            "method": row.method,
            "confidence": row.confidence,
            "distance_to_edge_m": row.distance_to_edge_m,
            "candidates": row.candidates,
            "system": system,
            "version": row.area_version_id,
        },
        "step": row.step,
        "assignee": assignee,
        "due_at": write_instant(row.due_at),
    }
