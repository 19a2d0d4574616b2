"""Connections to the database: an engine, a transaction with its role, scope and timeouts, LISTEN.

Long because it is the only place that knows the driver, its faults and its pool.

The only place that knows psycopg2. Everything above gets a SQLAlchemy connection inside a transaction.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import sleep
from typing import Any

import psycopg2.errors
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gisgrid.errors import Conflict, Fault, GisgridError, NoSpace, NotAllowed, NotFound, Refused, Unavailable
from gisgrid.round_trips import BEGIN, Cursor, Session, drop_dead, execute_prepared, is_readable

log = logging.getLogger("gisgrid")
OWNER = "gisgrid_owner"
SERVICE = "gisgrid_service"
PAUSE_S = 0.05
"""At least this long between two looks of a listener: any login may notify, as often as it likes."""


@dataclass(frozen=True)
class Scope:
    """What a transaction may see: things on the map and drafts in these areas' subtrees, private rows in these, and
    one department's tickets. `actor`: the account for whom it acts.
    """

    area_ids: tuple[int, ...] = ()
    department: str = ""
    private_ids: tuple[int, ...] = ()
    actor: str = field(default="", compare=False)


REFUSALS: dict[str, type[GisgridError]] = {
    "GG403": NotAllowed,
    "GG404": NotFound,
    "GG409": Conflict,
    "GG422": Refused,
}
"""The error of each SQLSTATE of app.refusal; other SQLSTATEs are PostgreSQL's own."""
CONSTRAINTS = {"23502", "23503", "23505", "23514", "23P01"}
"""SQLSTATEs of a row that breaks a rule of its table."""
ROOM = "make room there; what was refused can be sent again then, nothing is lost"
NOTHING = Scope()
EVERYTHING = Scope((0,), private_ids=(0,))


class Database:
    """Connections to one database in one role ("": the login's own). Cheap to make; `close` ends its pool.

    `zone` is the time zone in which the database writes times into JSON. `actor` acts where a scope names nobody.
    `program`: which part of which version this is, for a deploy that must not change the schema under it.
    """

    def __init__(
        self,
        url: str,
        *,
        role: str,
        pool_size: int = 8,
        statement_timeout_s: float = 15,
        zone: str = "UTC",
        actor: str = "",
        program: str = "",
    ) -> None:
        self.actor = actor
        self.program = f"gisgrid {program}".rstrip()
        self.statement_timeout_ms = round(statement_timeout_s * 1000)
        self.first_words = (
            (f'SET ROLE "{role}"; ' if role else "")
            + "SET timezone TO %s; SET statement_timeout TO %s; "
            + "SET gisgrid.scope TO '{}'; SET gisgrid.private TO '{}'; SET gisgrid.department TO ''; "
            + "SET gisgrid.actor TO %s",
            (zone, self.statement_timeout_ms, self.actor),
        )
        """What is said first over each connection, with its values: every transaction starts with nothing in scope."""
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=2,
            connect_args={
                "connect_timeout": 5,
                "application_name": self.program,
                "connection_factory": Session,
                "cursor_factory": Cursor,
            },
            use_native_hstore=False,
            hide_parameters=True,
        )
        event.listen(self.engine, "before_cursor_execute", execute_prepared, retval=True)
        event.listen(self.engine, "checkout", drop_dead)

        @event.listens_for(self.engine, "handle_error")
        def _keep_values_out(context: Any) -> None:
            """Drop PostgreSQL's DETAIL, which shows the row that failed: no words or telephones in a log."""
            diag: Any = getattr(context.original_exception, "diag", None)
            said = getattr(diag, "message_primary", None)
            if said:
                context.original_exception.args = (said,)
                if context.sqlalchemy_exception is not None:
                    context.sqlalchemy_exception.args = (f"{diag.sqlstate}: {said}",)
            if "cached plan" in (said or ""):  # a deploy changed what a prepared statement returns: prepare it again
                context.is_disconnect = True

        @event.listens_for(self.engine, "connect")
        def _take_role(connection: Any, _record: Any) -> None:
            with connection.cursor() as cursor:
                cursor.send(*self.first_words)

    @contextmanager
    def transaction(self, scope: Scope = NOTHING, *, timeout_s: float | None = None) -> Iterator[Connection]:
        """A transaction in this scope; committed at the end, rolled back on an error.

        BEGIN and its settings go with the first statement, in one round trip.
        Raises Unavailable when no connection can be had or the statement takes longer than the timeout.
        """
        with (
            _named_faults(),
            self.engine.connect() as connection,
            _settings(connection, BEGIN, scope, timeout_s),
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self, scope: Scope = NOTHING) -> Iterator[Connection]:
        """For one statement, as most that only read: a transaction of its own, in one round trip with its settings.

        Further statements have the same scope, each in the next transaction. Raises Unavailable like `transaction`.
        """
        with _named_faults(), self.engine.connect() as connection, _settings(connection, b"", scope):
            yield connection

    @contextmanager
    def listening(self, channel: str) -> Iterator[Any]:
        """A function `wait(timeout_s) -> bool`: has this channel been notified? Holds a connection of its own.

        It takes at least PAUSE_S, and all notifications of that time are one.
        """
        with _named_faults():
            raw = self.engine.raw_connection()
        try:
            driver: Any = raw.driver_connection
            with _named_faults(), driver.cursor() as cursor:
                cursor.send(f'LISTEN "{channel}"')

            def wait(timeout_s: float) -> bool:
                sleep(PAUSE_S)
                if not is_readable(driver, timeout_s):
                    return False
                with _named_faults():
                    driver.poll()
                heard = bool(driver.notifies)
                driver.notifies.clear()
                return heard

            yield wait
        finally:
            raw.invalidate()

    @property
    def size(self) -> int:
        """How many connections there may be."""
        return int(self.engine.pool.size())  # type: ignore[attr-defined]

    @property
    def in_use(self) -> int:
        """How many connections are in use now."""
        return int(self.engine.pool.checkedout())  # type: ignore[attr-defined]

    def close(self) -> None:
        """Give every pooled connection back to the server."""
        self.engine.dispose()


@contextmanager
def _settings(connection: Connection, opening: bytes, scope: Scope, timeout_s: float | None = None) -> Iterator[None]:
    """Open this connection's transactions so: with what differs from what a connection starts from."""
    session: Any = connection.connection.dbapi_connection
    if scope.area_ids:
        opening += f"SET LOCAL gisgrid.scope TO '{{{','.join(map(str, scope.area_ids))}}}'; ".encode()
    if scope.private_ids:
        opening += f"SET LOCAL gisgrid.private TO '{{{','.join(map(str, scope.private_ids))}}}'; ".encode()
    for setting, value in ((b"department", scope.department), (b"actor", scope.actor)):
        if value:
            name = psycopg2.extensions.QuotedString(value)
            name.prepare(session)
            opening += b"SET LOCAL gisgrid." + setting + b" TO " + name.getquoted() + b"; "
    if timeout_s is not None:
        opening += f"SET LOCAL statement_timeout TO {round(timeout_s * 1000)}; ".encode()
    session.opening = opening
    try:
        yield
    finally:
        session.opening = BEGIN


@contextmanager
def asking(connection: Connection) -> Iterator[None]:
    """Statements that the database may refuse: its refusal becomes an error of the domain, and undoes only them.

    Outside this block `Database.transaction` raises a refusal too, but the whole transaction is undone.
    """
    savepoint = connection.begin_nested()
    try:
        yield
    except DBAPIError as error:
        savepoint.rollback()
        refusal = read_refusal(error)
        if refusal is None:
            raise
        raise refusal from error
    savepoint.commit()


def read_refusal(error: DBAPIError) -> GisgridError | None:
    """The refusal of app.refuse, or the constraint that was broken; None for any other error.

    With field, message and remedy in both languages; the name of a constraint is itself a sentence.
    """
    diag: Any = getattr(error.orig, "diag", None)
    state = getattr(error.orig, "pgcode", None) or ""
    if state in CONSTRAINTS:
        return Refused(Fault(diag.table_name or "", diag.message_primary or "", "see the rule's name"))
    kind = REFUSALS.get(state)
    if kind is None:
        return None
    message_zh, _, message = (diag.message_primary or "").partition("\n")
    remedy_zh, _, remedy = (diag.message_hint or "").partition("\n")
    return kind(Fault(diag.column_name or "", message, remedy, message_zh, remedy_zh))


@contextmanager
def _named_faults() -> Iterator[None]:
    """Turn the driver's errors that a caller can act on into errors of the domain."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable(Fault("database", "every connection is in use", "try again in a moment")) from error
    except psycopg2.Error as error:  # from the driver itself, where a connection listens
        raise Unavailable(Fault("database", "the database does not answer", "try again in a moment")) from error
    except ValueError as error:
        if "NUL (0x00)" not in str(error):  # the driver's own words, before anything is sent
            raise
        raise Refused(Fault("text", "a character that the database cannot hold", "remove it")) from error
    except DBAPIError as error:
        named = read_refusal(error) or name_trouble(error)
        if named is None:
            raise
        raise named from error


def name_trouble(error: DBAPIError) -> GisgridError | None:
    """What the server or the line to it is in trouble with; None: it is a fault of ours."""
    original = error.orig
    if isinstance(original, psycopg2.errors.QueryCanceled | psycopg2.errors.LockNotAvailable):
        return Unavailable(Fault("database", "this took too long and was stopped", "ask for less"))
    if isinstance(original, psycopg2.errors.DiskFull):
        message = "the disk of the database is full"
        return NoSpace(Fault("database", message, ROOM))
    if isinstance(original, psycopg2.errors.UntranslatableCharacter):
        return Refused(Fault("text", "a character that the database cannot hold", "remove it"))
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.warning("the database does not answer: %s", str(original).strip())
        return Unavailable(Fault("database", "the database does not answer", "try again in a moment"))
    return None
