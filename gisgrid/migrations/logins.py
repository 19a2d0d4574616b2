"""Database logins of people: a dump does not hold them, so core.login_scope keeps what makes them again."""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from gisgrid.errors import Fault, NotFound

API = "gisgrid_api"
_KEEP = text("SELECT app.keep_login(:login)")
ITERATIONS, CHOSEN_ITERATIONS = 4096, 100_000
"""Of SCRAM: PostgreSQL's own for a random secret, where more would protect nothing; and for a chosen one."""


def keep_logins(connection: Connection, say: Callable[[str], None]) -> bool:
    """Make missing logins, with their old password; record the passwords of existing logins.

    Keeps only PostgreSQL's SCRAM verifier of a password, which signs nobody in. Was a login made?
    """
    _note_verifiers(connection)
    most = connection.execute(text("SELECT most_connections FROM app.login_room()")).scalar()
    if most:
        say(f"a login has too few connections for a window of QGIS: set max_connections to {most}")
    logins = connection.execute(text("SELECT login FROM core.login_scope ORDER BY login")).scalars().all()
    made = [login for login in logins if connection.execute(_KEEP, {"login": login}).scalar()]
    for login in made:
        say(f"made the login {login} again")
    return bool(made)


def make_verifier(secret: str, iterations: int = ITERATIONS, *, salt: str = "") -> str:
    """PostgreSQL's SCRAM-SHA-256 verifier of a password (RFC 5802): it recognises it, and signs nobody in.

    `salt`: base64; "": a new one.
    """
    grains = base64.b64decode(salt) if salt else os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", secret.encode(), grains, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    said, kept, own = (base64.b64encode(part).decode() for part in (grains, stored, server))
    return f"SCRAM-SHA-256${iterations}:{said}${kept}:{own}"


def allowed_to(connection: Connection, name: str) -> frozenset[str]:
    """The actions (core.permission) of the role of this person's login. Raises NotFound."""
    role = connection.execute(text("SELECT role FROM core.login_scope WHERE login = :name"), {"name": name}).scalar()
    if role is None:
        raise NotFound(Fault("user", f"no account has a database login {name[:64]!r}", "gisgrid user add makes one"))
    may = connection.execute(text("SELECT action FROM core.permission WHERE role = :role"), {"role": role})
    return frozenset(may.scalars())


def make_service_url(superuser_url: str) -> str | None:
    """The URL by which the service signs in on this server; None if the server does not admit it.

    The password is derived from the district's key, so every process of the district derives the same.
    """
    engine = create_engine(superuser_url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            key = connection.execute(text("SELECT key FROM core.server_key WHERE purpose = 'ticket'")).scalar_one()
            password = hmac.new(bytes(key), API.encode(), hashlib.sha256).hexdigest()
            given = connection.execute(
                text("SELECT format('ALTER ROLE %I PASSWORD %L', CAST(:name AS text), CAST(:password AS text))"),
                {"name": API, "password": password},
            ).scalar_one()
            connection.exec_driver_sql(given, execution_options={"no_parameters": True})
    finally:
        engine.dispose()
    url = make_url(superuser_url).set(username=API, password=password)
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect():
            return url.render_as_string(hide_password=False)
    except OperationalError:
        return None
    finally:
        engine.dispose()


def _note_verifiers(connection: Connection) -> None:
    """Of logins whose password somebody changed by himself. Only a superuser sees verifiers."""
    if not connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar():
        return
    connection.execute(
        text(
            "UPDATE core.login_scope AS s SET verifier = a.rolpassword FROM pg_authid AS a"
            " WHERE a.rolname = s.login AND a.rolpassword LIKE 'SCRAM-SHA-256$%'"
            " AND s.verifier IS DISTINCT FROM a.rolpassword"
        )
    )
