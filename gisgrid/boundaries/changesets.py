"""Change sets: open, list, check, preview, publish, undo, discard. The rules are SQL; this carries messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from gisgrid.boundaries.areas import area_id
from gisgrid.boundaries.publishing import PUBLISH_TIMEOUT_S, follow, publish, try_publish
from gisgrid.boundaries.reviewing import Move, Problem, act, list_moves, list_problems, review
from gisgrid.database import EVERYTHING, Database, Scope
from gisgrid.errors import Conflict, Fault, NotAllowed, NotFound, Refused

POLICIES = ("move", "stay")
GROUNDS = ("keep", "gain", "any")
OUT_OF_SCOPE = "42501"

_CHANGESET = """
SELECT c.changeset_id, c.area_code, c.network, c.title, c.status, c.valid_from, c.policy, c.ground, c.undoes,
    c.opened_by, c.opened_at, c.published_at, c.followed_at, c.summary,
    (SELECT count(*) FROM draft.area AS d WHERE d.changeset_id = c.changeset_id AND d.is_changed) AS changed,
    f.errors, f.warnings
FROM draft.changeset AS c
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE p.severity = 'error') AS errors,
        count(*) FILTER (WHERE p.severity = 'warning') AS warnings
    FROM draft.problem AS p WHERE p.changeset_id = c.changeset_id) AS f
"""


@dataclass(frozen=True)
class ChangesetOrder:
    """What to open: on which area (none: the whole network), from when on (none: from its publishing on)."""

    area: str = ""
    network: str = "base"
    title: str = ""
    valid_from: datetime | None = None
    policy: str = "move"
    ground: str = "keep"


def open_changeset(connection: Connection, order: ChangesetOrder) -> dict[str, Any]:
    """Open a change set, filled with the live leaves of its area. Raises Refused, NotFound, NotAllowed."""
    _check_order(connection, order)
    savepoint = connection.begin_nested()
    try:
        changeset_id: int = connection.execute(
            text(
                "INSERT INTO draft.changeset (area_code, network, title, valid_from, policy, ground) VALUES"
                " (nullif(:area, ''), :network, :title, coalesce(:valid_from, now()), :policy, :ground)"
                " RETURNING changeset_id"
            ),
            vars(order),
        ).scalar_one()
    except ProgrammingError as error:
        savepoint.rollback()
        if getattr(error.orig, "pgcode", "") != OUT_OF_SCOPE:
            raise
        message = f"{order.area} is not in your area" if order.area else "the whole network is not yours"
        raise NotAllowed(Fault("area", message, "give the code of your area, or of one in it")) from error
    savepoint.commit()
    return get_changeset(connection, changeset_id)


def _check_order(connection: Connection, order: ChangesetOrder) -> None:
    faults = [
        Fault(field, f"{value!r} is not known", f"one of {', '.join(known)}")
        for field, value, known in (("policy", order.policy, POLICIES), ("ground", order.ground, GROUNDS))
        if value not in known
    ]
    if faults:
        raise Refused(*faults)
    known = connection.execute(text("SELECT network FROM core.network ORDER BY network")).scalars().all()
    if order.network not in known:
        remedy = f"one of {', '.join(known)}" if known else "import boundaries first"
        raise NotFound(Fault("network", f"there is no network {order.network!r}", remedy))
    if order.area:
        area_id(connection, order.area, network=order.network)


def list_changesets(connection: Connection, status: str = "") -> list[dict[str, Any]]:
    """The change sets that may be seen, the newest first; `status` open, published or discarded, or all."""
    rows = connection.execute(
        text(_CHANGESET + "WHERE :status IN ('', c.status) ORDER BY c.changeset_id DESC"), {"status": status}
    )
    return [_facts(row) for row in rows]


def get_changeset(connection: Connection, changeset_id: int) -> dict[str, Any]:
    """One change set. Raises NotFound, the same for one that is not there and one that may not be seen."""
    row = connection.execute(text(_CHANGESET + "WHERE c.changeset_id = :id"), {"id": changeset_id}).one_or_none()
    if row is None:
        raise NotFound(Fault("changeset_id", f"there is no change set {changeset_id} in your areas", "list them"))
    return _facts(row)


def _facts(row: Any) -> dict[str, Any]:
    """`state` adds to the status what a reader wants: waiting for its date, or live with tickets still following."""
    facts = dict(row._mapping)
    state = facts["status"]
    if state == "published":
        state = "waiting" if row.published_at is None else "following" if row.followed_at is None else "published"
    return {"changeset_id": facts.pop("changeset_id"), "state": state, **facts}


def check(connection: Connection, changeset_id: int) -> list[Problem]:
    """What is wrong with a draft, errors first? Takes over what others published meanwhile, as publishing does.

    Raises NotFound, Conflict for what is live or discarded.
    """
    get_changeset(connection, changeset_id)
    review(connection, changeset_id)
    return list_problems(connection, changeset_id)


def preview(connection: Connection, changeset_id: int) -> list[Move]:
    """What would publishing move from which code to which? Raises NotFound, Conflict, Refused where errors stand."""
    errors = [problem.fault for problem in check(connection, changeset_id) if problem.severity == "error"]
    if errors:
        raise Refused(*errors)
    return list_moves(connection, changeset_id)


def publish_changeset(
    database: Database,
    changeset_id: int,
    *,
    scope: Scope = EVERYTHING,
    valid_from: datetime | None = None,
    follow_s: float = float("inf"),
) -> dict[str, Any]:
    """Make it live and let tickets follow, or, where its date is to come, let it wait. The change set as it is then.

    After `follow_s` seconds the rest of the following is left to the worker. Raises NotFound, Conflict, and Refused
    with one fault a problem; the problems stand in `draft.problem` then, and nothing else has changed.
    """
    with database.transaction(scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        facts = get_changeset(connection, changeset_id)
        if valid_from is not None and facts["state"] not in ("open", "waiting"):
            raise _is_already(facts)
        _, faults = try_publish(connection, changeset_id, valid_from=valid_from)
    if faults:  # the transaction is committed: what the check found can be read
        raise Refused(*faults)
    return _follow(database, changeset_id, scope, follow_s)


def undo_changeset(
    database: Database, changeset_id: int, *, scope: Scope = EVERYTHING, follow_s: float = float("inf")
) -> dict[str, Any]:
    """Put back what a change set altered, by publishing another; that one. Raises NotFound, Conflict, Refused."""
    with database.transaction(scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        get_changeset(connection, changeset_id)
        opened = int(act(connection, changeset_id, "SELECT app.undo_changeset(:id)"))
        publish(connection, opened)
    return _follow(database, opened, scope, follow_s)


def discard_changeset(connection: Connection, changeset_id: int) -> dict[str, Any]:
    """End a change set that is not live; one that waits for its date does so no longer. Raises NotFound, Conflict."""
    facts = get_changeset(connection, changeset_id)
    if facts["state"] not in ("open", "waiting"):
        raise _is_already(facts)
    set_status = "UPDATE draft.changeset SET status = CASE status WHEN 'open' THEN 'discarded' ELSE 'open' END"
    for _ in range(2 if facts["state"] == "waiting" else 1):  # one that waits is opened again first
        act(connection, changeset_id, set_status + " WHERE changeset_id = :id")
    return get_changeset(connection, changeset_id)


def _follow(database: Database, changeset_id: int, scope: Scope, follow_s: float) -> dict[str, Any]:
    follow(database, changeset_id, limit_s=follow_s)
    with database.transaction(scope) as connection:
        return get_changeset(connection, changeset_id)


def _is_already(facts: dict[str, Any]) -> Conflict:
    number = facts["changeset_id"]
    remedy = "open a new one; undo takes a published one back"
    return Conflict(Fault("changeset_id", f"change set {number} is {facts['status']} already", remedy))
