"""Targets of notices: add, list, remove; notices that have not arrived, and another try."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, case, select, text

from gisgrid import tables
from gisgrid.database import asking
from gisgrid.errors import Fault, Refused
from gisgrid.networks import call_network
from gisgrid.notices.addresses import hide_address, read_address
from gisgrid.notices.mail import read_mailboxes
from gisgrid.notices.signing import check_secret, make_secret

NAME = re.compile(r"[a-z][a-z0-9_.-]{1,39}")
TOPIC = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)*(\.?\*)?|\*")


@dataclass(frozen=True)
class TargetOrder:
    """A target to add. `address`: a URL, or mailboxes; `area`, `category`: only tickets of these and below."""

    name: str
    kind: str
    address: str
    secret: str = ""
    topics: tuple[str, ...] = ()
    area: str = ""
    network: str = "base"
    category: str = ""
    with_words: bool = False
    may_be_private: bool = False


@dataclass(frozen=True)
class Target:
    """A target: its topics, area and category; how many notices wait, since when, and the last failure.

    `pace_s`: the shortest time between two notices to it.
    """

    name: str
    kind: str
    address: str
    topics: list[str]
    area: str | None
    category: str | None
    has_words: bool
    may_be_private: bool
    failures: int
    waiting: int
    oldest: datetime | None
    parked: int
    delivered: int
    said: str | None
    pace_s: float


@dataclass(frozen=True)
class Undelivered:
    """A notice that has not arrived: `state` is waiting or parked, `said` the result of the last attempt.

    `number` is the ticket's; None: the notice is of a change set.
    """

    target: str
    number: str | None
    topic: str
    notice_id: UUID
    since: datetime
    attempts: int
    state: str
    next_at: datetime
    said: str | None


def require_keeper(connection: Connection, actor: str) -> None:
    """Raises NotAllowed for an account that may not keep targets, before anything is said of them."""
    with asking(connection):
        connection.execute(text("SELECT app.require_target_keeper(:actor)"), {"actor": actor})


def add_target(
    connection: Connection, order: TargetOrder, *, may_be_http: bool, actor: str | None = None
) -> str | None:
    """Add a target. Returns the secret that signs its notices; for a webhook made here, unless one was given.

    `actor` None: the owner of the machine. Raises Refused for a wrong order, Conflict for a name that is taken.
    """
    secret = _check(connection, order, may_be_http=may_be_http)
    target = {
        "name": order.name,
        "kind": order.kind,
        "address": order.address,
        "secret": secret,
        "topics": list(order.topics) or _topics(connection, order.kind),
        "area_id": _area(connection, order),
        "category": _category(connection, order.category),
        "has_words": order.with_words,
        "may_be_private": order.may_be_private,
    }
    with asking(connection):
        values = {"actor": actor, "target": json.dumps(target)}
        connection.execute(text("SELECT app.add_target(:actor, CAST(:target AS jsonb))"), values)
    return secret


def list_targets(connection: Connection, *, actor: str | None = None) -> list[Target]:
    """The targets, how many notices wait or are parked, the last failure. Neither secrets nor keys in addresses."""
    with asking(connection):
        rows = connection.execute(text("SELECT * FROM app.targets_kept(:actor)"), {"actor": actor}).all()
    return [Target(**{**row._mapping, "address": hide_address(row.address)}) for row in rows]


def remove_target(connection: Connection, name: str, *, actor: str | None = None) -> int:
    """Remove a target. Returns how many notices had not reached it. Raises NotFound."""
    with asking(connection):
        sql = text("SELECT app.remove_target(:actor, :name)")
        return int(connection.execute(sql, {"actor": actor, "name": name}).scalar_one())


def list_undelivered(connection: Connection, name: str = "", *, parked_only: bool, limit: int) -> list[Undelivered]:
    """Notices that have not arrived, the oldest first: waiting or parked, since when, the last result."""
    d, g, o, t = tables.delivery, tables.target, tables.outbox, tables.ticket
    state = case((d.c.parked_at.is_(None), "waiting"), else_="parked").label("state")
    names = (g.c.name.label("target"), t.c.number, o.c.topic, o.c.notice_id)
    query = (
        select(*names, d.c.since, d.c.attempts, state, d.c.next_at, d.c.said)
        .join(g, g.c.target_id == d.c.target_id)
        .join(o, o.c.outbox_id == d.c.outbox_id)
        .outerjoin(t, t.c.ticket_id == d.c.ticket_id)
        .where(d.c.delivered_at.is_(None))
        .order_by(d.c.delivery_id)
        .limit(limit)
    )
    if name:
        query = query.where(g.c.name == name)
    if parked_only:
        query = query.where(d.c.parked_at.is_not(None))
    return [Undelivered(**row._mapping) for row in connection.execute(query)]


def retry(connection: Connection, name: str, *, actor: str | None = None) -> int:
    """Try all notices again that have not reached this target, parked ones too; how many. Raises NotFound."""
    with asking(connection):
        sql = text("SELECT app.retry_target(:actor, :name)")
        return int(connection.execute(sql, {"actor": actor, "name": name}).scalar_one())


def _check(connection: Connection, order: TargetOrder, *, may_be_http: bool) -> str | None:
    """The secret to keep, once the order is checked. Raises Refused."""
    known = connection.execute(
        text("SELECT kind, needs_secret FROM work.target_kind WHERE kind <> 'reporter' ORDER BY kind")
    ).all()
    kinds = {row.kind: row.needs_secret for row in known}
    if not NAME.fullmatch(order.name):
        raise Refused(Fault("name", f"{order.name!r} cannot be used", "2 to 40 of a-z 0-9 _ . -, a letter first"))
    if order.kind not in kinds:
        raise Refused(Fault("kind", f"{order.kind!r} is not a kind", f"one of {', '.join(kinds)}"))
    for topic in order.topics:
        if not TOPIC.fullmatch(topic):
            raise Refused(
                Fault("topic", f"{topic!r} is not a topic", "as ticket.received, or ticket.* for all that begin so")
            )
    if order.with_words and not order.area:
        raise Refused(Fault("words", "only a target with an area may get words", "give --area"))
    if order.kind == "email":
        read_mailboxes("address", order.address)
    else:
        read_address(order.address, may_be_http=may_be_http)
    if not kinds[order.kind]:
        return order.secret or None
    return check_secret(order.secret) if order.secret else make_secret()


def _topics(connection: Connection, kind: str) -> list[str]:
    """The topics of a target that names none: all, but of one that tells reporters only what concerns them."""
    return list(connection.execute(text("SELECT app.subscribed_topics()")).scalar_one()) if kind == "message" else []


def _area(connection: Connection, order: TargetOrder) -> int | None:
    if not order.area:
        return None
    found: int | None = connection.execute(
        text("SELECT area_id FROM core.area WHERE network = :network AND code = :code"),
        {"network": order.network, "code": order.area},
    ).scalar()
    if found is None:
        called = call_network(connection, order.network)
        message = f"there is no area {order.area} in network {called}"
        raise Refused(Fault("area", message, "give a code of the map", names=called.names))
    return found


def _category(connection: Connection, name: str) -> str | None:
    if not name:
        return None
    found = connection.execute(
        text("SELECT category FROM work.category WHERE category = :name OR name_zh = :name ORDER BY category <> :name"),
        {"name": name},
    ).scalars()
    categories = list(found)
    if not categories or len(categories) > 1 and categories[0] != name:
        message = f"several categories are called {name}" if categories else f"there is no category {name!r}"
        raise Refused(
            Fault("category", message, "its id: " + ", ".join(categories) if categories else "its id or name")
        )
    return str(categories[0])
