"""Few round trips: a transaction opens with its first statement, what is hot is PREPAREd once a connection."""

import hashlib
import re
import select
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DisconnectionError

Statement = TypeVar("Statement", bound=Executable)
BEGIN = b"BEGIN; "
_PARAMETER = re.compile(r"%\((\w+)\)s")


class Session(psycopg2.extensions.connection):  # type: ignore[misc]  # the driver says nothing of types
    """A connection that begins a transaction with its first statement, in the same round trip.

    The driver would send BEGIN by itself first, so it is in autocommit, and we send BEGIN, COMMIT and ROLLBACK.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.autocommit = True
        self.opening = BEGIN
        """Sent before the first statement of a transaction; without BEGIN each statement is a transaction."""
        self.ahead = b""
        """Sent before the next statement, or before COMMIT."""
        self.prepared: set[str] = set()

    @property
    def is_idle(self) -> bool:
        """Is there no open transaction?"""
        return bool(self.get_transaction_status() == TRANSACTION_STATUS_IDLE)

    def take_ahead(self) -> bytes:
        """What goes before the statement that is sent now."""
        ahead, self.ahead = (self.opening if self.is_idle else b"") + self.ahead, b""
        return ahead

    def commit(self) -> None:
        """Commit what was begun; nothing is sent where nothing was."""
        if self.ahead or not self.is_idle:
            self._send(self.take_ahead() + b"COMMIT")

    def rollback(self) -> None:
        """Undo what was begun."""
        self.ahead = b""
        if not self.is_idle:
            self._send(b"ROLLBACK")

    def _send(self, query: bytes) -> None:
        with self.cursor() as cursor:
            cursor.send(query)


class Cursor(psycopg2.extensions.cursor):  # type: ignore[misc]
    """Sends what opens a transaction in front of its first statement."""

    connection: Session

    def execute(self, query: Any, values: Any = None) -> None:
        """One statement."""
        if ahead := self.connection.take_ahead():
            query, values = ahead + self.mogrify(query, values), None
        super().execute(query, values)

    def executemany(self, query: Any, many: Any) -> None:
        """One statement for each of many rows."""
        if ahead := self.connection.take_ahead():
            self.send(ahead)
        super().executemany(query, many)

    def send(self, query: str | bytes, values: Any = None) -> None:
        """As it is, without opening a transaction."""
        super().execute(query, values)


def send_with_next(connection: Connection, query: str, values: Mapping[str, object]) -> None:
    """Send a statement without a result in the round trip of the next one, or of COMMIT; its error comes from there."""
    session: Any = connection.connection.dbapi_connection
    with session.cursor() as cursor:
        session.ahead += cursor.mogrify(query, values) + b"; "


def prepared(statement: Statement) -> Statement:
    """The same statement, to be PREPAREd once a connection and EXECUTEd after: neither parsed nor planned each time.

    PostgreSQL has to see the type of every parameter from its place: cast those where it cannot.
    """
    return statement.execution_options(prepared=True)


def execute_prepared(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, _many: bool
) -> tuple[str, Any]:
    """The statement that is sent for one marked by `prepared`; others stay as they are."""
    if not context.execution_options.get("prepared"):
        return statement, parameters
    name, preparing, executing = read_prepared(statement)
    session: Any = connection.connection.dbapi_connection
    if name not in session.prepared:
        cursor.send(preparing)
        session.prepared.add(name)
    return executing, parameters


@cache
def read_prepared(statement: str) -> tuple[str, str, str]:
    """The name of a prepared statement, how it is prepared, and how it is executed."""
    name = f"gisgrid_{hashlib.blake2b(statement.encode(), digest_size=8).hexdigest()}"
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement).replace("%%", "%")
    given = ", ".join(f"%({each})s" for each in names)
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name}" + (f" ({given})" if names else "")


def drop_dead(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that the server has ended is replaced before anything is sent.

    An idle one is silent: where something can be read, ask whether it lives; that saves asking each time.
    """
    if not is_readable(connection, 0):
        return
    try:
        with connection.cursor() as cursor:
            cursor.send("SELECT 1")
    except psycopg2.Error as error:
        raise DisconnectionError from error


def is_readable(connection: Any, timeout_s: float) -> bool:
    """Has the server sent anything, or hung up? By poll, because select knows no descriptor above 1023."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(timeout_s * 1000))
