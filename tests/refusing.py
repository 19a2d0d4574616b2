"""What the database says no with, for tests that ask its functions directly."""

from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError


def refusal(connection: Connection, statement: str | TextClause, **values: Any) -> str | None:
    """The key of app.refusal with which this statement is refused; None: it was done. The transaction goes on."""
    return refused(connection, statement, **values)[0]


def refused(connection: Connection, statement: str | TextClause, **values: Any) -> tuple[str | None, str]:
    """As `refusal`, and what was said in English."""
    savepoint = connection.begin_nested()
    try:
        connection.execute(text(statement) if isinstance(statement, str) else statement, values)
    except DBAPIError as error:
        savepoint.rollback()
        original: Any = error.orig
        assert original.pgcode.startswith("GG"), error
        return original.diag.constraint_name, original.diag.message_primary.partition("\n")[2]
    savepoint.commit()
    return None, ""
