"""Change sets: open, list, check, preview, publish, undo, discard. The rules are SQL; this carries messages."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, text, true
from sqlalchemy.exc import ProgrammingError

from gisgrid import tables
from gisgrid.boundaries.areas import area_id
from gisgrid.boundaries.publishing import PUBLISH_TIMEOUT_S, publish, relocate, try_publish
from gisgrid.boundaries.reviewing import Move, Problem, act, list_moves, list_problems, review
from gisgrid.database import EVERYTHING, Database, Scope, asking
from gisgrid.errors import Conflict, Fault, NotAllowed, NotFound, Refused
from gisgrid.layers import Json
from gisgrid.networks import call_networks, no_network

POLICIES = ("move", "stay")
GROUNDS = ("keep", "gain", "any")
OUT_OF_SCOPE = "42501"


@dataclass(frozen=True)
class ChangesetOrder:
    """What to open: for which area (empty: the whole network), from when on (None: from its publishing on).

    `together_with`: codes of further areas, for a change set of several, which is published from above them.
    """

    area: str = ""
    network: str = "base"
    title: str = ""
    valid_from: datetime | None = None
    policy: str = "move"
    ground: str = "keep"
    together_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changeset:
    """A change set. `state` says more than `status`: waiting for its date, or live while tickets are relocated.

    `area_code` None: the whole network; `undoes`: another change set; `summary`: what the database recorded of its
    publishing, free JSON. `changed` counts the areas that differ, `errors` and `warnings` are of the last check.
    """

    changeset_id: int
    state: str
    area_code: str | None
    together_with: list[str]
    network: str
    title: str
    status: str
    valid_from: datetime
    policy: str
    ground: str
    undoes: int | None
    opened_by: str
    published_by: str | None
    opened_at: datetime
    published_at: datetime | None
    followed_at: datetime | None
    summary: Json | None
    changed: int
    errors: int
    warnings: int


def open_changeset(connection: Connection, order: ChangesetOrder) -> Changeset:
    """Open a change set, filled with the live leaves of its area. Raises Refused, NotFound, NotAllowed."""
    _check_order(connection, order)
    savepoint = connection.begin_nested()
    try:
        changeset_id: int = connection.execute(
            text(
                "INSERT INTO draft.changeset (area_code, together_with, network, title, valid_from, policy, ground)"
                " VALUES (nullif(:area, ''), CAST(:together_with AS text[]), :network, :title,"
                " coalesce(:valid_from, now()), :policy, :ground)"
                " RETURNING changeset_id"
            ),
            {**vars(order), "together_with": list(order.together_with)},
        ).scalar_one()
    except ProgrammingError as error:
        savepoint.rollback()
        if getattr(error.orig, "pgcode", "") != OUT_OF_SCOPE:
            raise
        message = f"{order.area} is not in your area" if order.area else "the whole network is not yours"
        if order.together_with:
            message = f"you are not above all of {', '.join((order.area, *order.together_with))}"
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
    if order.network not in call_networks(connection):
        message = f"there is no network {order.network!r}"
        raise NotFound(no_network(connection, message, "import boundaries first"))
    if order.together_with and not order.area:
        message = "further areas are named, and no first one"
        raise Refused(Fault("together_with", message, "name the first area, or none for the whole network"))
    for code in filter(None, (order.area, *order.together_with)):
        area_id(connection, code, network=order.network)


def list_changesets(connection: Connection, status: str = "") -> list[Changeset]:
    """The change sets in the caller's scope, the newest first; `status` open, published or discarded, None: all."""
    query = _changesets().order_by(tables.changeset.c.changeset_id.desc())
    if status:
        query = query.where(tables.changeset.c.status == status)
    return [_changeset(row) for row in connection.execute(query)]


def get_changeset(connection: Connection, changeset_id: int) -> Changeset:
    """One change set. Raises NotFound, the same for an unknown change set and for one outside the caller's scope."""
    query = _changesets().where(tables.changeset.c.changeset_id == changeset_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            Fault(
                "changeset_id",
                f"there is no change set {changeset_id} in your areas",
                "look it up in the list of change sets",
            )
        )
    return _changeset(row)


@cache
def _changesets() -> Select[Any]:
    """Change sets with their counts, each a subquery, so that only change sets that pass the filter are counted."""
    c, d, p = tables.changeset, tables.draft_area, tables.problem
    changed = select(func.count()).where(d.c.changeset_id == c.c.changeset_id, d.c.is_changed).scalar_subquery()
    severities = {"errors": "error", "warnings": "warning"}
    counts = [func.count().filter(p.c.severity == severity).label(name) for name, severity in severities.items()]
    found = select(*counts).where(p.c.changeset_id == c.c.changeset_id).lateral("f")
    return select(*c.c, changed.label("changed"), *found.c).join(found, true())


def _changeset(row: Row[Any]) -> Changeset:
    state = row.status
    if state == "published":
        state = "waiting" if row.published_at is None else "following" if row.followed_at is None else "published"
    return Changeset(state=state, **row._mapping)


def check(connection: Connection, changeset_id: int) -> list[Problem]:
    """The problems of a draft, errors first. Takes over what others published meanwhile, as publishing does.

    Raises NotFound, Conflict for a change set that is live or discarded.
    """
    get_changeset(connection, changeset_id)
    review(connection, changeset_id)
    return list_problems(connection, changeset_id)


def solve_conflicts(connection: Connection, changeset_id: int, take: str, code: str | None = None) -> int:
    """Solve the conflicts of a draft, or that of one code, by taking `mine`, `theirs` or `both`. Returns how many.

    Raises NotFound, Refused, Conflict where there is none, or where one of the two ended the area.
    """
    get_changeset(connection, changeset_id)
    with asking(connection):
        solved: int = connection.execute(
            text("SELECT app.solve_conflicts(:id, :take, :code)"), {"id": changeset_id, "take": take, "code": code}
        ).scalar_one()
    return solved


def preview(connection: Connection, changeset_id: int) -> list[Move]:
    """What would publishing relocate, from which code to which? Raises NotFound, Conflict, Refused with errors."""
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
    relocate_s: float = float("inf"),
) -> Changeset:
    """Make a change set live and relocate tickets, or let it wait for its date. Returns the change set after that.

    After `relocate_s` seconds the worker relocates the other tickets. Raises NotFound, Conflict, and Refused
    with one fault a problem; then draft.problem holds the problems, and nothing else has changed.
    """
    with database.transaction(scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        found = get_changeset(connection, changeset_id)
        if valid_from is not None and found.state not in ("open", "waiting"):
            raise _is_already(found)
        _, faults = try_publish(connection, changeset_id, valid_from=valid_from)
    if faults:  # the transaction is committed: what the check found can be read
        raise Refused(*faults)
    return _relocate(database, changeset_id, scope, relocate_s)


def undo_changeset(
    database: Database, changeset_id: int, *, scope: Scope = EVERYTHING, relocate_s: float = float("inf")
) -> Changeset:
    """Restore what a change set altered by publishing another one; returns that. Raises NotFound, Conflict, Refused."""
    with database.transaction(scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        get_changeset(connection, changeset_id)
        opened = int(act(connection, changeset_id, "SELECT app.undo_changeset(:id)"))
        publish(connection, opened)
    return _relocate(database, opened, scope, relocate_s)


def discard_changeset(connection: Connection, changeset_id: int) -> Changeset:
    """End a change set that is not live, also one that waits for its date. Raises NotFound, Conflict."""
    found = get_changeset(connection, changeset_id)
    if found.state not in ("open", "waiting"):
        raise _is_already(found)
    set_status = "UPDATE draft.changeset SET status = CASE status WHEN 'open' THEN 'discarded' ELSE 'open' END"
    for _ in range(2 if found.state == "waiting" else 1):  # one that waits is opened again first
        act(connection, changeset_id, set_status + " WHERE changeset_id = :id")
    return get_changeset(connection, changeset_id)


def _relocate(database: Database, changeset_id: int, scope: Scope, relocate_s: float) -> Changeset:
    relocate(database, changeset_id, limit_s=relocate_s)
    with database.transaction(scope) as connection:
        return get_changeset(connection, changeset_id)


def _is_already(found: Changeset) -> Conflict:
    number = found.changeset_id
    remedy = "open a new one; undo takes a published one back"
    return Conflict(Fault("changeset_id", f"change set {number} is {found.status} already", remedy))
