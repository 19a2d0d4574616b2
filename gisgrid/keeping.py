"""What is kept one by one, over HTTP: posts, routing rules, categories. The database says who may."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisgrid.database import asking


@dataclass(frozen=True)
class HeldPost:
    """A post with who holds it (None: nobody), from-to (None: without end), and the open tickets in his hand."""

    post: int
    role: str
    role_zh: str
    role_en: str
    area: str
    area_name: str | None
    level: str
    title: str | None
    department: str | None
    name: str | None
    phone: str | None
    is_public: bool
    valid_from: datetime | None
    valid_to: datetime | None
    open_tickets: int


@dataclass(frozen=True)
class NewPost:
    """A post to add; `name` empty: vacant; `valid_from` None: from now on."""

    network: str
    area: str
    role: str
    name: str
    phone: str
    title: str
    department: str
    valid_from: datetime | None
    valid_to: datetime | None
    is_public: bool


@dataclass(frozen=True)
class Named:
    """Something with an id and a name in both languages."""

    id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Choices:
    """What a post or a rule may name."""

    roles: list[Named]
    shifts: list[Named]
    departments: list[str]


def list_choices(connection: Connection) -> Choices:
    """Which roles, shifts and departments are there?"""
    roles, shifts = (
        [Named(**row._mapping) for row in connection.execute(text(sql))]
        for sql in (
            "SELECT role AS id, name_zh, name_en FROM core.post_role ORDER BY rank, role",
            "SELECT shift AS id, name_zh, name_en FROM core.shift ORDER BY starts, shift",
        )
    )
    return Choices(roles, shifts, list(connection.execute(text("SELECT app.departments()")).scalars()))


def list_posts(
    connection: Connection, actor: str, network: str, area: str, words: str, *, with_past: bool, most: int
) -> list[HeldPost]:
    """The posts of an area and below that this actor keeps; one more than `most` says that there are more.

    Raises NotAllowed, Refused.
    """
    values = {"actor": actor, "network": network, "area": area, "words": words, "past": with_past, "most": most}
    with asking(connection):
        rows = connection.execute(
            text("SELECT * FROM app.posts_held(:actor, :network, :area, :words, :past, :most)"), values
        )
        return [HeldPost(**row._mapping) for row in rows]


def add_post(connection: Connection, actor: str, post: NewPost) -> int:
    """Add a post. Raises NotAllowed outside the actor's area, Refused for an unknown area or role."""
    facts = json.dumps(asdict(post), default=datetime.isoformat)
    with asking(connection):
        sql = text("SELECT app.add_post(:actor, CAST(:post AS jsonb))")
        return int(connection.execute(sql, {"actor": actor, "post": facts}).scalar_one())


def end_post(
    connection: Connection,
    actor: str,
    post_id: int,
    name: str | None = None,
    phone: str = "",
    at: datetime | None = None,
) -> int | None:
    """End a post now, its open tickets routed again; with a name hand it over, now or `at` an instant to come.

    Returns the number of the new post. Raises NotFound, Conflict, Refused where the post has ended by then.
    """
    values = {"actor": actor, "post": post_id, "name": name, "phone": phone, "at": at}
    with asking(connection):
        sql = text("SELECT app.end_post(:actor, :post, :name, :phone, :at)")
        successor: int | None = connection.execute(sql, values).scalar_one()
        return successor


def begin_posts(connection: Connection) -> int:
    """Give posts that have begun the open tickets of those whom they take over from. How many did?"""
    return int(connection.execute(text("SELECT app.begin_posts()")).scalar_one())


def show_post(connection: Connection, actor: str, post_id: int, *, is_public: bool) -> None:
    """Let everybody read who holds a post, or only who works there. Raises NotFound, Conflict."""
    with asking(connection):
        sql = text("SELECT app.show_post(:actor, :post, :public)")
        connection.execute(sql, {"actor": actor, "post": post_id, "public": is_public})


@dataclass(frozen=True)
class KeptRule:
    """A rule as it is kept; None: it holds for every one of them. `weekdays`: 1 = Monday; `person`: his number."""

    rule: str
    category: str | None
    network: str | None
    area: str | None
    area_name: str | None
    kind: str | None
    days: str | None
    weekdays: list[int] | None
    starts: str | None
    ends: str | None
    shift: str | None
    role: str | None
    department: str | None
    person: int | None
    person_name: str | None
    priority: int | None
    due_hours: int | None
    due_unit: str | None
    note: str | None


@dataclass(frozen=True)
class RuleOrder:
    """A routing rule as it shall be: for which reports, and who takes them: one of role, department, person."""

    rule: str
    network: str
    category: str | None
    area: str | None
    kind: str | None
    days: str | None
    weekdays: list[int] | None
    starts: str | None
    ends: str | None
    shift: str | None
    role: str | None
    department: str | None
    person_id: int | None
    priority: int | None
    due_hours: int | None
    due_unit: str | None
    note: str | None


def list_rules(connection: Connection, actor: str) -> list[KeptRule]:
    """The rules, the most specific first, which wins where several apply. Raises NotAllowed."""
    with asking(connection):
        rows = connection.execute(text("SELECT * FROM app.rules_kept(:actor)"), {"actor": actor})
        return [KeptRule(**row._mapping) for row in rows]


def save_rule(connection: Connection, actor: str, rule: RuleOrder) -> None:
    """Add a rule, or change the one of its name. Raises NotAllowed, Refused; two that tie are named."""
    with asking(connection):
        sql = text("SELECT app.save_rule(:actor, CAST(:rule AS jsonb))")
        connection.execute(sql, {"actor": actor, "rule": json.dumps(asdict(rule))})


def remove_rule(connection: Connection, actor: str, rule: str) -> None:
    """Remove a rule; reports go by those that are left. Raises NotAllowed, NotFound."""
    with asking(connection):
        connection.execute(text("SELECT app.remove_rule(:actor, :rule)"), {"actor": actor, "rule": rule})


@dataclass(frozen=True)
class KeptCategory:
    """A category with what is its own; `needs_words` None: as the category above says."""

    id: str
    parent: str | None
    depth: int
    name_zh: str
    name_en: str
    due_hours: int
    due_unit: str
    public_place: str
    workflow: str
    needs_words: bool | None
    retired: bool
    is_used: bool


def list_kept_categories(connection: Connection, actor: str) -> list[KeptCategory]:
    """The tree of categories, each below the one above it. Raises NotAllowed."""
    with asking(connection):
        rows = connection.execute(text("SELECT * FROM app.categories_kept(:actor)"), {"actor": actor})
        return [KeptCategory(**row._mapping) for row in rows]


def save_category(connection: Connection, actor: str, category: dict[str, object]) -> None:
    """Add a category, or change the one of this id. Raises NotAllowed, Conflict, Refused."""
    values = {"actor": actor, "category": json.dumps(category)}
    with asking(connection):
        connection.execute(text("SELECT app.save_category(:actor, CAST(:category AS jsonb))"), values)


def remove_category(connection: Connection, actor: str, category: str) -> None:
    """Remove a category that nothing is about. Raises NotFound, Conflict for one in use, which is retired instead."""
    with asking(connection):
        connection.execute(text("SELECT app.remove_category(:actor, :id)"), {"actor": actor, "id": category})
