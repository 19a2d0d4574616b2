"""Logins of people in the database: a dump does not take them along, so what makes them again is kept beside them."""

from collections.abc import Callable

from sqlalchemy import Connection, text

GROUPS = {"editor": "gisgrid_editor"}
"""Which role of people has a login, under which group."""


def keep_logins(connection: Connection, say: Callable[[str], None]) -> bool:
    """Make logins that are missing, with the password that they had; note the passwords of those that are there.

    Of a password only PostgreSQL's SCRAM verifier is kept, which signs nobody in. Was a login made? Takes a superuser.
    """
    connection.execute(
        text(
            "UPDATE core.login_scope AS s SET verifier = a.rolpassword FROM pg_authid AS a"
            " WHERE a.rolname = s.login AND a.rolpassword LIKE 'SCRAM-SHA-256$%'"
            " AND s.verifier IS DISTINCT FROM a.rolpassword"
        )
    )
    lost = connection.execute(
        text(
            "SELECT s.login, s.role, s.verifier FROM core.login_scope AS s"
            " WHERE NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = s.login) ORDER BY s.login"
        )
    ).all()
    for one in lost:
        say(f"making the login {one.login} again")
        made = connection.execute(
            text(
                "SELECT format('CREATE ROLE %I LOGIN IN ROLE %I', CAST(:login AS text), CAST(:under AS text))"
                " || coalesce(format(' PASSWORD %L', CAST(:verifier AS text)), '')"
            ),
            {"login": one.login, "under": GROUPS.get(one.role, "gisgrid_viewer"), "verifier": one.verifier},
        ).scalar_one()
        connection.exec_driver_sql(made, execution_options={"no_parameters": True})
    return bool(lost)
