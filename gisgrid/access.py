"""Who is asking: accounts, secrets, sign-ins, and what a transaction of theirs may see.

Secrets are 256 random bits made here, never chosen by people, so their SHA-256 is kept and no slow hash is needed.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, NOTHING, Scope
from gisgrid.errors import Conflict, Fault, NotFound, NotSignedIn, Refused
from gisgrid.migrations.logins import EDITOR, Login, make_login, switch_login

SESSION_LIFE = timedelta(hours=12)
RESERVED = re.compile(r"^(postgres|pg_.*|gisgrid.*|public|none)$")


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
       c.secret_sha256, a.code, r.works_in,
       ARRAY(SELECT p.action FROM core.permission AS p WHERE p.role = c.role) AS may
FROM core.account AS c
JOIN core.account_role AS r ON r.role = c.role
LEFT JOIN core.area AS a ON a.area_id = c.area_id
"""


def add_account(
    connection: Connection,
    name: str,
    role: str,
    area: str = "",
    department: str = "",
    *,
    person: str = "",
    login: bool | None = None,
    zone: str = "UTC",
) -> str:
    """Make an account for a role on an area. Returns its secret, which is shown once and kept nowhere.

    An editor's database login (or anybody's with `login`) is made with it, by the same name and secret, so this
    takes a superuser's connection. QGIS shows and reads times in the login's `zone`. `person` is its owner,
    by name or number: my posts are then that person's posts.
    Raises Refused for a bad name, role, area or person, Conflict for a name that is taken.
    """
    area_id = _check_account(connection, name, role, area, department)
    person_id = find_person(connection, person) if person else None
    account_id: int = connection.execute(text("SELECT nextval('core.account_account_id_seq')")).scalar_one()
    secret = f"gg_{account_id}_{secrets.token_urlsafe(32)}"
    connection.execute(
        text(
            "INSERT INTO core.account (account_id, name, secret_sha256, role, area_id, department, person_id)"
            " OVERRIDING SYSTEM VALUE VALUES (:id, :name, :hash, :role, :area, nullif(:department, ''), :person)"
        ),
        {
            "id": account_id,
            "name": name,
            "hash": _sha256(secret),
            "role": role,
            "area": area_id,
            "department": department,
            "person": person_id,
        },
    )
    under = connection.execute(
        text("SELECT login_under FROM core.account_role WHERE role = :role"), {"role": role}
    ).scalar()
    if under if login is None else login:
        make_login(connection, Login(name, role, area_id, under or EDITOR, zone), secret)
    return secret


def switch_account(connection: Connection, name: str, *, is_on: bool) -> None:
    """Let an account in again, or out: its sessions end, its secret and its database login sign nobody in.

    What it did stays, with its name. Takes a superuser's connection. Raises NotFound.
    """
    account_id = connection.execute(
        text(
            "UPDATE core.account SET disabled_at = CASE WHEN NOT :on THEN coalesce(disabled_at, clock_timestamp()) END"
            " WHERE name = :name RETURNING account_id"
        ),
        {"on": is_on, "name": name},
    ).scalar()
    if account_id is None:
        raise NotFound(Fault("name", f"no account has the name {name[:64]}", "check the name"))
    connection.execute(text("DELETE FROM core.session WHERE account_id = :id"), {"id": account_id})
    switch_login(connection, name, is_on=is_on)


def _check_account(connection: Connection, name: str, role: str, area: str, department: str) -> int | None:
    if not re.fullmatch(r"[a-z][a-z0-9_.-]{1,39}", name) or RESERVED.match(name):
        raise Refused(Fault("name", f"{name!r} cannot be used", "2 to 40 of a-z 0-9 _ . -, a letter first"))
    roles = connection.execute(text("SELECT role FROM core.account_role ORDER BY role")).scalars().all()
    if role not in roles:
        raise Refused(Fault("role", f"{role!r} is not a role", f"one of {', '.join(roles)}"))
    if connection.execute(text("SELECT 1 FROM core.account WHERE name = :name"), {"name": name}).scalar():
        raise Conflict(Fault("name", f"there is an account {name} already", "choose another name"))
    if not area:
        return None
    area_id: int | None = connection.execute(
        text("SELECT area_id FROM core.area WHERE network = 'base' AND code = :code"), {"code": area}
    ).scalar()
    if area_id is None:
        raise Refused(Fault("area", f"there is no area {area} in the base network", "give a code of the map"))
    return area_id


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
    caller = find_by_secret(connection, secret)
    if caller.name != name or not caller.signed_in:
        raise NotSignedIn(Fault("secret", "this name and secret do not belong together", "ask for a new secret"))
    token = secrets.token_urlsafe(32)
    connection.execute(
        text(
            "INSERT INTO core.session (token_sha256, account_id, expires_at)"
            " SELECT :hash, account_id, now() + :life FROM core.account WHERE name = :name"
        ),
        {"hash": _sha256(token), "life": SESSION_LIFE, "name": name},
    )
    connection.execute(text("DELETE FROM core.session WHERE expires_at < now()"))
    return caller, token


def sign_out(connection: Connection, token: str) -> None:
    """End the session of this token; without such a session nothing happens."""
    connection.execute(text("DELETE FROM core.session WHERE token_sha256 = :hash"), {"hash": _sha256(token)})


def find_by_secret(connection: Connection, secret: str) -> Caller:
    """Which account has this secret? A stranger, if none has it."""
    match = re.fullmatch(r"gg_([0-9]{1,18})_[A-Za-z0-9_-]{43}", secret)
    if not match:
        return STRANGER
    row = connection.execute(
        text(_ACCOUNT + "WHERE c.account_id = :id AND c.disabled_at IS NULL"), {"id": int(match[1])}
    ).one_or_none()
    if row is None or not hmac.compare_digest(bytes(row.secret_sha256), _sha256(secret)):
        return STRANGER
    return _caller(row)


def find_by_token(connection: Connection, token: str) -> Caller:
    """Which account has this session? A stranger, if the session is over or unknown."""
    row = connection.execute(
        text(
            _ACCOUNT + "JOIN core.session AS s ON s.account_id = c.account_id"
            " WHERE s.token_sha256 = :hash AND s.expires_at > now() AND c.disabled_at IS NULL"
        ),
        {"hash": _sha256(token)},
    ).one_or_none()
    return STRANGER if row is None else _caller(row)


def _caller(row: Any) -> Caller:
    area_id = row.area_id
    department = row.department if row.works_in == "department" else ""
    if row.works_in == "district" and area_id is None:
        scope = EVERYTHING
    elif row.works_in == "department":
        scope = Scope((), department)
    else:
        scope = Scope((area_id,))
    return Caller(row.name, row.role, row.code or "", department, scope, area_id, row.person_id, frozenset(row.may))


def ticket_secret(key: bytes, number: str) -> str:
    """The secret of this ticket, which only its reporter knows. An HMAC, so it can be computed again."""
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:32]


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
