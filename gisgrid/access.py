"""Who is asking: accounts, secrets, sign-ins, what a transaction may see. Long because it is all of one table.

A secret made here is 256 random bits, so its SHA-256 is kept and no slow hash is needed. Of one that a person chose
Argon2 is kept; he signs in with it by his name, which a bearer cannot.
"""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, text

from gisgrid.chosen import NOBODYS, check_chosen, hash_secret, recognise
from gisgrid.database import EVERYTHING, NOTHING, Scope, asking
from gisgrid.errors import Fault, NotFound, NotSignedIn, Refused
from gisgrid.migrations.logins import CHOSEN_ITERATIONS, make_verifier
from gisgrid.round_trips import prepared

SESSION_LIFE = timedelta(hours=12)
Home = Literal["map", "work", "table", "drafts", "figures", "people", "audit"]
"""A page of the viewer."""
READ_PRIVATE = "read_private"
"""The action without which a role has no private rows, wherever it works."""
DRAW = "draw_boundaries"
"""The action of who draws and publishes boundaries."""


@dataclass(frozen=True)
class Caller:
    """Who asks. A stranger has no role; `area` is the code of the subtree that the scope opens.

    `person_id` is the person who owns the account; None: none was named.
    """

    name: str = ""
    role: str = ""
    area: str = ""
    department: str = ""
    scope: Scope = NOTHING
    area_id: int | None = None
    person_id: int | None = None
    home: Home = "map"
    """The page of the viewer that the role begins with."""
    may: frozenset[str] = frozenset()
    """Does core.permission let the role do this action? Where it may is a question of scope."""

    @property
    def signed_in(self) -> bool:
        """Is this somebody we know?"""
        return bool(self.role)


STRANGER = Caller()


@dataclass(frozen=True)
class Role:
    """A role of accounts or of posts, and what it is called."""

    role: str
    name_zh: str
    name_en: str


_ACCOUNT = """
SELECT c.account_id, c.name, c.role, c.area_id, c.person_id, coalesce(c.department, '') AS department,
       c.secret_sha256, coalesce(c.secret_argon2, '') AS secret_argon2, a.code, r.works_in, r.home,
       ARRAY(SELECT p.action FROM core.permission AS p WHERE p.role = c.role) AS may
FROM core.account AS c
JOIN core.account_role AS r ON r.role = c.role
LEFT JOIN core.area AS a ON a.area_id = c.area_id
"""
_BY_ID = prepared(text(_ACCOUNT + "WHERE c.account_id = :id AND c.disabled_at IS NULL"))
_BY_TOKEN = prepared(
    text(
        _ACCOUNT + "JOIN core.session AS s ON s.account_id = c.account_id"
        " WHERE s.token_sha256 = :hash AND s.expires_at > now() AND c.disabled_at IS NULL"
    )
)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in. `login`: none, ready, or needs_secret (made after the secret, which is its password).

    `disabled_at` None: he may sign in. `may_change`: may the actor change it?
    """

    name: str
    role: str
    area: str | None
    department: str | None
    person: str | None
    created_at: datetime
    disabled_at: datetime | None
    login: str
    may_change: bool


def list_accounts(connection: Connection, *, actor: str | None = None) -> list[Account]:
    """Which accounts work in the actor's area? By name. None: the owner of the machine, who sees all.

    In every function here the database asks whether `actor` may, and raises NotAllowed; NotFound for an account
    outside his area.
    """
    rows = connection.execute(text("SELECT * FROM app.accounts_of(:actor)"), {"actor": actor})
    return [_account(row) for row in rows]


def get_account(connection: Connection, name: str, *, actor: str | None = None) -> Account:
    """The account of this name. Raises NotFound."""
    return _account(_find_account(connection, name, actor))


def add_account(
    connection: Connection,
    name: str,
    role: str,
    area: str = "",
    department: str = "",
    *,
    person: str = "",
    login: bool | None = None,
    actor: str | None = None,
) -> str:
    """Make an account for a role on an area. Returns its secret, which is shown once and kept nowhere.

    The database login of its role (or anybody's with `login`) is made with it, by the same name and secret.
    `person` is its owner, by name or number: my posts are then that person's posts.
    Raises Refused for a bad name, role, area or person, Conflict for a name that is or was taken.
    """
    values = {"actor": actor, "name": name, "role": role, "area": area, "department": department, "login": login}
    with asking(connection):
        connection.execute(
            text("SELECT app.add_account(:actor, :name, :role, :area, :department, :person, :login)"),
            {**values, "person": find_person(connection, person) if person else None},
        )
    return renew_secret(connection, name, actor=actor)


def renew_secret(connection: Connection, name: str, *, actor: str | None = None) -> str:
    """A new secret for an account: the one before signs nobody in, its sessions end. It is shown once."""
    account_id = _find_account(connection, name, actor).account_id
    secret = f"gg_{account_id}_{secrets.token_urlsafe(32)}"
    with asking(connection):
        connection.execute(
            text("SELECT app.set_secret(:actor, :name, :hash, :verifier)"),
            {"actor": actor, "name": name, "hash": _sha256(secret), "verifier": make_verifier(secret)},
        )
    return secret


def choose_secret(connection: Connection, name: str, secret: str) -> None:
    """Make a secret that its person chose the only one of an account, whose sessions end; also of its database login.

    Raises Refused if it is easily guessed.
    """
    chosen = check_chosen(secret, name)
    connection.execute(
        text("SELECT app.choose_secret(:name, :hash, :verifier)"),
        {"name": name, "hash": hash_secret(chosen), "verifier": make_verifier(chosen, CHOSEN_ITERATIONS)},
    )


def change_account(connection: Connection, name: str, changes: dict[str, str], *, actor: str | None = None) -> None:
    """Change what `changes` names of role, area, department and person (empty: none), at once everywhere."""
    person = changes.get("person", "")
    with asking(connection):
        connection.execute(
            text("SELECT app.change_account(:actor, :name, :changes, :person)"),
            {
                "actor": actor,
                "name": name,
                "changes": json.dumps(changes),
                "person": find_person(connection, person) if person else None,
            },
        )


def switch_account(connection: Connection, name: str, *, is_on: bool, actor: str | None = None) -> None:
    """Let an account in again, or out: its sessions end, its secret and its database login sign nobody in.

    What it did stays, with its name. Call `end_login` after the commit.
    """
    with asking(connection):
        connection.execute(
            text("SELECT app.switch_account(:actor, :name, :on)"), {"actor": actor, "name": name, "on": is_on}
        )


def remove_account(connection: Connection, name: str, *, actor: str | None = None) -> None:
    """Remove an account for good. History keeps its name, and nobody else gets it. `end_login` after the commit."""
    with asking(connection):
        connection.execute(text("SELECT app.remove_account(:actor, :name)"), {"actor": actor, "name": name})


def end_login(connection: Connection, name: str = "") -> None:
    """End the database sessions of an account, and those whose login is gone, once the change is committed."""
    connection.execute(text("SELECT app.end_login(:name)"), {"name": name})


def _find_account(connection: Connection, name: str, actor: str | None) -> Any:
    row = connection.execute(
        text("SELECT * FROM app.accounts_of(:actor, :name)"), {"actor": actor, "name": name}
    ).one_or_none()
    if row is None:
        message = f"no account of your area has the name {name[:64]}"
        raise NotFound(Fault("name", message, "check the name, or list the accounts"))
    return row


def _account(row: Any) -> Account:
    return Account(**{field.name: getattr(row, field.name) for field in fields(Account)})


def find_person(connection: Connection, person: str) -> int:
    """Which person has this name or number? Raises Refused for nobody; for a name of several, with their posts."""
    found = connection.execute(
        text(
            "SELECT h.person_id, h.name, string_agg(DISTINCT p.role || ' of ' || a.code, ', ') AS posts"
            " FROM core.person AS h LEFT JOIN core.post AS p ON p.person_id = h.person_id AND p.valid_to > now()"
            " LEFT JOIN core.area AS a ON a.area_id = p.area_id"
            " WHERE h.name = :person OR h.person_id::text = :person GROUP BY h.person_id ORDER BY h.person_id"
        ),
        {"person": person},
    ).all()
    if not found:
        raise Refused(Fault("person", f"there is nobody called {person!r}", "load the post first: gisgrid load posts"))
    if len(found) > 1:
        several = "; ".join(f"{row.person_id} ({row.posts or 'no post'})" for row in found)
        raise Refused(Fault("person", f"{len(found)} people are called {person}", f"one of the numbers {several}"))
    return int(found[0].person_id)


def list_roles(connection: Connection) -> list[Role]:
    """What are the roles called? Those of accounts, then those that only posts have."""
    rows = connection.execute(
        text(
            "SELECT role, name_zh, name_en FROM (SELECT role, name_zh, name_en, 0 AS rank FROM core.account_role"
            " UNION ALL SELECT p.role, p.name_zh, p.name_en, p.rank FROM core.post_role AS p"
            " WHERE p.role NOT IN (SELECT a.role FROM core.account_role AS a)) AS r ORDER BY rank, role"
        )
    )
    return [Role(row.role, row.name_zh, row.name_en) for row in rows]


def sign_in(connection: Connection, name: str, secret: str) -> tuple[Caller, str]:
    """Who signs in, and the token of the new session. Raises NotSignedIn, the same for every wrong pair."""
    caller = find_by_pair(connection, name, secret)
    if not caller.signed_in:
        raise NotSignedIn(Fault("secret", "this name and secret do not belong together", "ask for a new secret"))
    return caller, open_session(connection, name)


def open_session(connection: Connection, name: str) -> str:
    """The token of a new session of this account."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        text(
            "INSERT INTO core.session (token_sha256, account_id, expires_at)"
            " SELECT :hash, account_id, now() + :life FROM core.account WHERE name = :name"
        ),
        {"hash": _sha256(token), "life": SESSION_LIFE, "name": name},
    )
    connection.execute(text("DELETE FROM core.session WHERE expires_at < now()"))
    return token


def sign_out(connection: Connection, token: str) -> None:
    """End the session of this token; without such a session nothing happens."""
    connection.execute(text("DELETE FROM core.session WHERE token_sha256 = :hash"), {"hash": _sha256(token)})


def find_by_pair(connection: Connection, name: str, secret: str) -> Caller:
    """Which account has this name and this secret, made or chosen? A stranger, if none has both."""
    if secret.startswith("gg_"):
        caller = find_by_secret(connection, secret)
        return caller if caller.name == name else STRANGER
    row = connection.execute(
        text(_ACCOUNT + "WHERE c.name = :name AND c.disabled_at IS NULL"), {"name": name}
    ).one_or_none()
    kept = row.secret_argon2 if row else ""
    is_right = recognise(secret, kept or NOBODYS)
    return _caller(row) if kept and is_right else STRANGER


def find_by_secret(connection: Connection, secret: str) -> Caller:
    """Which account has this secret? A stranger, if none has it."""
    match = re.fullmatch(r"gg_([0-9]{1,18})_[A-Za-z0-9_-]{43}", secret)
    if not match:
        return STRANGER
    row = connection.execute(_BY_ID, {"id": int(match[1])}).one_or_none()
    if row is None or not hmac.compare_digest(bytes(row.secret_sha256), _sha256(secret)):
        return STRANGER
    return _caller(row)


def find_by_token(connection: Connection, token: str) -> Caller:
    """Which account has this session? A stranger, if the session is over or unknown."""
    row = connection.execute(_BY_TOKEN, {"hash": _sha256(token)}).one_or_none()
    return STRANGER if row is None else _caller(row)


def _caller(row: Any) -> Caller:
    area_id, may = row.area_id, frozenset(row.may)
    department = row.department if row.works_in == "department" else ""
    if row.works_in == "district" and area_id is None:
        areas = EVERYTHING.area_ids
    else:
        areas = (area_id,) if row.works_in in ("area", "district") else ()
    private = areas if READ_PRIVATE in may else ()
    scope = Scope(areas, department if READ_PRIVATE in may else "", private, row.name)
    return Caller(row.name, row.role, row.code or "", department, scope, area_id, row.person_id, row.home, may)


def ticket_secret(key: bytes, number: str) -> str:
    """The secret of this ticket, which only its reporter knows. An HMAC, so it can be computed again."""
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:32]


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
