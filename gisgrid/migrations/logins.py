"""Database logins of people: a dump does not hold them, so core.login_scope keeps what makes them again."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

API = "gisgrid_api"
EDITOR = "gisgrid_editor"
CONNECTIONS, FEWEST, KEPT = 12, 2, 30
"""Connections: the most and the fewest of a person's login, and those that the server keeps for everything else (the
service, the worker, commands), however many people sign in. PostgreSQL 15 has no reserved connections."""
LIMITS = {
    "statement_timeout": "2min",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "1min",
    "temp_file_limit": "1GB",
    "log_min_error_statement": "panic",
}
"""Limits of every person's login, so that no login stops the others. A session can change its timeouts:
the worker also ends sessions that are idle in a transaction."""


_ROOM = """
SELECT current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
    - CAST(:kept AS integer) AS room,
    (SELECT count(DISTINCT p.oid) FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
     JOIN pg_roles AS p ON p.oid = m.member
     WHERE g.rolname IN ('gisgrid_editor', 'gisgrid_viewer') AND p.rolcanlogin) AS logins
"""
"""Of the whole server: its databases share its connections."""
_UNEQUAL = """
SELECT format('ALTER ROLE %I CONNECTION LIMIT %s', p.rolname, CAST(:share AS integer)) FROM pg_roles AS p
JOIN core.login_scope AS s ON s.login = p.rolname WHERE p.rolconnlimit <> :share
"""


@dataclass(frozen=True)
class Login:
    """A database login of a person: name, role, area (None: the whole), group role, time zone of its sessions."""

    name: str
    role: str
    area_id: int | None
    under: str
    zone: str


def make_login(connection: Connection, login: Login, password: str) -> None:
    """Make a login with its scope. `password` may be a SCRAM verifier; None: nobody can sign in yet.

    Takes a superuser.
    """
    _make_role(connection, login.name, login.under, password, login.zone)
    connection.execute(
        text("INSERT INTO core.login_scope (login, role, area_id) VALUES (:name, :role, :area)"),
        {"name": login.name, "role": login.role, "area": login.area_id},
    )
    _note_verifiers(connection)
    _limit(connection)


def keep_logins(connection: Connection, say: Callable[[str], None]) -> bool:
    """Make missing logins, with their old password; record the passwords of existing logins.

    Keeps only PostgreSQL's SCRAM verifier of a password, which signs nobody in. Was a login made? Takes a superuser.
    """
    _note_verifiers(connection)
    _limit(connection)
    room, logins = connection.execute(text(_ROOM), {"kept": KEPT}).one()
    if logins * FEWEST > room:
        say(f"{logins} logins of people can fill this server: set max_connections to {logins * FEWEST + KEPT + 10}")
    lost = connection.execute(
        text(
            "SELECT s.login, coalesce(r.login_under, :editor) AS under, s.verifier, d.zone"
            " FROM core.login_scope AS s JOIN core.account_role AS r USING (role) CROSS JOIN core.deployment AS d"
            " WHERE NOT EXISTS (SELECT FROM pg_roles AS p WHERE p.rolname = s.login) ORDER BY s.login"
        ),
        {"editor": EDITOR},
    ).all()
    for one in lost:
        say(f"making the login {one.login} again")
        _make_role(connection, one.login, one.under, one.verifier, one.zone)
    if lost:
        _limit(connection)
    disabled = connection.execute(
        text(
            "SELECT s.login FROM core.login_scope AS s JOIN core.account AS c ON c.name = s.login"
            " JOIN pg_roles AS p ON p.rolname = s.login WHERE c.disabled_at IS NOT NULL AND p.rolcanlogin"
        )
    )
    for login in disabled.scalars().all():
        _let(connection, login, is_on=False)
    return bool(lost)


def switch_login(connection: Connection, name: str, *, is_on: bool) -> None:
    """Let a person's login sign in again, or not, and end its sessions. Without such a login nothing happens.

    Takes a superuser.
    """
    known = text("SELECT EXISTS (SELECT FROM core.login_scope JOIN pg_roles ON rolname = login WHERE login = :name)")
    if connection.execute(known, {"name": name}).scalar():
        _let(connection, name, is_on=is_on)


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


def _make_role(connection: Connection, name: str, under: str, password: str | None, zone: str) -> None:
    made = connection.execute(
        text(
            "SELECT format('CREATE ROLE %I LOGIN PASSWORD %L IN ROLE %I; ALTER ROLE %I SET timezone = %L',"
            " CAST(:name AS text), CAST(:password AS text), CAST(:under AS text), CAST(:name AS text),"
            " CAST(:zone AS text))"
        ),
        {"name": name, "password": password, "under": under, "zone": zone},
    ).scalar_one()
    connection.exec_driver_sql(made, execution_options={"no_parameters": True})


def _let(connection: Connection, name: str, *, is_on: bool) -> None:
    form = text("SELECT format('ALTER ROLE %I ' || CAST(:can AS text), CAST(:name AS text))")
    statement = connection.execute(form, {"can": "LOGIN" if is_on else "NOLOGIN", "name": name}).scalar_one()
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    if not is_on:
        ended = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = :name")
        connection.execute(ended, {"name": name})


def _note_verifiers(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE core.login_scope AS s SET verifier = a.rolpassword FROM pg_authid AS a"
            " WHERE a.rolname = s.login AND a.rolpassword LIKE 'SCRAM-SHA-256$%'"
            " AND s.verifier IS DISTINCT FROM a.rolpassword"
        )
    )


def _limit(connection: Connection) -> None:
    """Set the timeouts and the number of connections of every person's login, if they differ."""
    for name, value in LIMITS.items():
        wrong = connection.execute(
            text(
                "SELECT format('ALTER ROLE %I SET %I = %L', p.rolname, CAST(:name AS text), CAST(:value AS text))"
                " FROM pg_roles AS p JOIN core.login_scope AS s ON s.login = p.rolname"
                " WHERE NOT coalesce(p.rolconfig @> ARRAY[:name || '=' || :value], false)"
            ),
            {"name": name, "value": value},
        ).scalars()
        for statement in wrong.all():
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    for statement in connection.execute(text(_UNEQUAL), {"share": count_share(connection)}).scalars().all():
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def count_share(connection: Connection) -> int:
    """How many connections may each person's login have, so that all of them together leave KEPT to the rest?"""
    room, logins = connection.execute(text(_ROOM), {"kept": KEPT}).one()
    return int(max(FEWEST, min(CONNECTIONS, room // max(logins, 1))))
