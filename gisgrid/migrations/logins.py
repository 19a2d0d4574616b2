"""Logins of people in the database: a dump does not take them along, so what makes them again is kept beside them."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text

EDITOR = "gisgrid_editor"


@dataclass(frozen=True)
class Login:
    """A database login of a person: name, role, area (None: the whole), group role, time zone of its sessions."""

    name: str
    role: str
    area_id: int | None
    under: str
    zone: str


def make_login(connection: Connection, login: Login, password: str) -> None:
    """Make a login with its scope. `password` may be a SCRAM verifier; null in its place: nobody can sign in yet.

    Takes a superuser.
    """
    _make_role(connection, login.name, login.under, password, login.zone)
    connection.execute(
        text("INSERT INTO core.login_scope (login, role, area_id) VALUES (:name, :role, :area)"),
        {"name": login.name, "role": login.role, "area": login.area_id},
    )
    _note_verifiers(connection)


def keep_logins(connection: Connection, say: Callable[[str], None]) -> bool:
    """Make logins that are missing, with the password that they had; note the passwords of those that are there.

    Of a password only PostgreSQL's SCRAM verifier is kept, which signs nobody in. Was a login made? Takes a superuser.
    """
    _note_verifiers(connection)
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
    return bool(lost)


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


def _note_verifiers(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE core.login_scope AS s SET verifier = a.rolpassword FROM pg_authid AS a"
            " WHERE a.rolname = s.login AND a.rolpassword LIKE 'SCRAM-SHA-256$%'"
            " AND s.verifier IS DISTINCT FROM a.rolpassword"
        )
    )
