"""The deploy transaction: lock, guard, migrate, rebuild, grant, make logins, record. All of it or nothing.

Long because the order of its steps is what makes it safe.

Schemas with data change by ordered files that are frozen once released. What is repeatable (schemas `app` and `tile`;
triggers, policies and grants of tables) is dropped and rebuilt, but only if its text changed
or one of its objects differs from what the last deploy made.
"""

import hashlib
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from gisgrid.database import OWNER, name_trouble
from gisgrid.errors import Conflict, Fault, GisgridError, Refused, Unavailable
from gisgrid.migrations import admin
from gisgrid.migrations.catalogue import BUILT, TABLE, Difference, find_differences, record_catalogue
from gisgrid.migrations.logins import keep_logins
from gisgrid.migrations.order import in_order, read_files, read_rooms
from gisgrid.migrations.rebuild import drop_repeatable, name_holders
from gisgrid.settings import shipped

DEPLOY_LOCK = 7147004
"""Advisory lock of a deploy; sql/app/lib has the locks of a running service."""
BUSY = {"55P03", "40P01"}
"""SQLSTATEs of a lock that was not granted in time, and of a deadlock."""
LANDED = "0020_remember_where_tickets_stood.sql"
"""The last migration of the state before the first release, which `sql/upgrade` brings to the baseline."""
LAST = ("pinned.sql", "logins.sql")
_OTHERS = """
SELECT a.pid, a.application_name AS program FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND (
    a.application_name ~ '^gisgrid (service|worker|sender) ' AND a.application_name NOT LIKE :ours
    OR a.application_name = 'gisgrid' AND a.usename = 'gisgrid_api'
)
ORDER BY a.pid
"""
"""Services of other versions; older ones, which name no version, connect as the service's login, under a bare name."""
LEDGER = """
CREATE TABLE IF NOT EXISTS public.gisgrid_migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
"""
Say = Callable[[str], None]
REPAIRING = "repairing: "
"""Begins what is said of an object that is not as the last deploy made it."""


def migrate(superuser_url: str, *, say: Say = lambda _: None) -> bool:
    """Bring the database to this version's schema, and repair what the last deploy made. Was anything changed?

    Takes a superuser, or a login for whom one has run `admin_sql`. Waits at most 5 s for locks: an open reader makes
    it fail clean.
    Raises Conflict if a released file was edited, another object depends on one to rebuild, or a table, column,
    index or constraint is missing; Unavailable, naming the holder, if a lock is not granted.
    """
    engine = _engine(superuser_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": DEPLOY_LOCK})
            return _deploy(connection, say)
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", "") not in BUSY:
            raise trouble(error) or error from error
        with engine.connect() as connection:
            raise _busy(name_holders(connection)) from error
    finally:
        engine.dispose()


def program(part: str) -> str:
    """The name of a part of this version (`service`, `worker`, `sender`) on its connections to the database."""
    return f"{part} {_version()}"


@cache
def _version() -> str:
    """A mark of the schema that this code works with."""
    ours = [*(_digest(path) for path in _migrations()), _app_digest()]
    return hashlib.sha256("".join(ours).encode()).hexdigest()[:12]


def _app_digest() -> str:
    """A mark of the texts of what is rebuilt."""
    files = [*(file.path for file in in_order(read_files(), read_rooms())), *(shipped("sql") / name for name in LAST)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _refuse_beside_others(connection: Connection) -> None:
    """Raises Conflict while a service of another version works on this database: the schema would go from under it."""
    others = connection.execute(text(_OTHERS), {"ours": f"% {_version()}"}).all()
    if others:
        who = ", ".join(f"process {row.pid} of the server, {row.program}" for row in others[:3])
        message = f"a service of another version of gisgrid works on this database ({who})"
        remedy = "end it (gisgrid down); then gisgrid up of this version changes the schema and goes on"
        raise Conflict(Fault("service", message, remedy))


def _engine(url: str) -> Engine:
    try:
        return create_engine(url, hide_parameters=True, connect_args={"connect_timeout": 10})
    except (ArgumentError, ValueError) as error:
        message = "this does not read as the address of a database"
        raise Refused(Fault("GISGRID_DATABASE_URL", message, "postgresql://user:secret@host:5432/database")) from error


def trouble(error: DBAPIError) -> GisgridError | None:
    """Why a server of the user's own refuses a deploy, in its own words; None: a fault of ours."""
    state, said = getattr(error.orig, "pgcode", None) or "", str(error.orig).strip().partition("\n")[0]
    if state == "42501":
        remedy = "its login has to be a superuser: docs/install.md, a server of your own"
        return Refused(Fault("database", f"the login may not do this: {said}", remedy))
    if state in {"0A000", "58P01"} and "extension" in said:
        remedy = "install PostGIS on the server (Debian, Ubuntu: postgresql-15-postgis-3)"
        return Refused(Fault("database", f"an extension is missing on the server: {said}", remedy))
    if isinstance(error, OperationalError) and not state:
        remedy = "look at its address, its login, and whether it runs"
        return Unavailable(Fault("database", f"the database does not let us in: {said}", remedy))
    return name_trouble(error)


def _deploy(connection: Connection, say: Say) -> bool:
    is_superuser = admin.is_superuser(connection)
    admin.require_extensions(connection)
    _run(connection, "SET LOCAL client_min_messages = warning")
    different = _differences(connection)  # before roles are put right
    _run(connection, _read(shipped("sql") / "roles.sql"))
    if is_superuser:
        _run(connection, _read(shipped("sql") / "walls.sql"))
    else:
        admin.say_what_is_open(connection, say)
    _run(connection, LEDGER + TABLE + "GRANT SELECT ON public.gisgrid_catalogue TO gisgrid_service, gisgrid_owner")
    pending = _pending(connection)
    _refuse_lost([one for one in different if one.kind not in BUILT])
    ordered = in_order(read_files(), read_rooms())
    pinned, logins = (_read(shipped("sql") / name) for name in LAST)
    digest = _app_digest()
    if not pending and not different and digest == _applied(connection).get("app"):
        return keep_logins(connection, say)
    if _applied(connection).get("app") not in (None, digest) or pending:
        _refuse_beside_others(connection)
    for one in different[:20] if _applied(connection).get("app") == digest else []:
        say(f"{REPAIRING}{one}")
    drop_repeatable(connection)
    _migrate(connection, pending, say)
    say("rebuilding functions, views, triggers, policies and grants")
    _run(connection, f"SET LOCAL ROLE {OWNER}; CREATE SCHEMA app; CREATE SCHEMA tile")
    for file in ordered:
        _run(connection, file.text)
    _run(connection, pinned)
    _run(connection, "RESET ROLE")
    _run(connection, logins)
    _remember(connection, "app", digest)
    if is_superuser:
        _run(connection, admin.LEAKPROOF)
    record_catalogue(connection)
    keep_logins(connection, say)
    return True


def _differences(connection: Connection) -> list[Difference]:
    """What is not as the last deploy left it; of a database without one, nothing."""
    if connection.execute(text("SELECT to_regclass('public.gisgrid_catalogue')")).scalar() is None:
        return []
    return find_differences(connection)


def _applied(connection: Connection) -> dict[str, str]:
    known = connection.execute(text("SELECT name, sha256 FROM public.gisgrid_migration"))
    return {row.name: row.sha256 for row in known}


def _pending(connection: Connection) -> list[Path]:
    """The migrations that were not run here yet. Raises Conflict for a migration that was run with another text."""
    applied = _applied(connection)
    if LANDED in applied:
        return sorted((shipped("sql") / "upgrade").glob("*.sql")) + sorted(_migrations())[4:]
    if unknown := sorted(set(applied) - {path.name for path in _migrations()} - {"app"}):
        message, remedy = "this database was made by another version of gisgrid", "run that version, or a newer one"
        raise Conflict(*(Fault(name, message, remedy) for name in unknown))
    for path in _migrations():
        if path.name in applied and applied[path.name] != _digest(path):
            message, remedy = "this migration was applied with another text", "restore it; add a new file instead"
            raise Conflict(Fault(path.name, message, remedy))
    return [path for path in _migrations() if path.name not in applied]


def _migrations() -> list[Path]:
    return sorted((shipped("sql") / "migrations").glob("*.sql"))


def _migrate(connection: Connection, pending: list[Path], say: Say) -> None:
    for path in pending:
        say(f"migrating: {path.stem}")
        _run(connection, f"SET LOCAL ROLE {OWNER}")
        _run(connection, _read(path))
        _run(connection, "RESET ROLE")
    if not pending:
        return
    known = [path.name for path in _migrations()]
    gone = text("DELETE FROM public.gisgrid_migration WHERE name <> 'app' AND NOT name = ANY(:known)")
    connection.execute(gone, {"known": known})
    for path in _migrations():
        _remember(connection, path.name, _digest(path))
    connection.execute(
        text("INSERT INTO core.server_key (purpose, key) VALUES ('ticket', :key) ON CONFLICT DO NOTHING"),
        {"key": secrets.token_bytes(32)},
    )


def _refuse_lost(lost: list[Difference]) -> None:
    if lost:
        remedy = "restore the dump again and read what pg_restore says, or make it by hand as sql/schema.sql has it"
        raise Conflict(*(Fault("database", one.sentence, remedy) for one in lost))


def _busy(holders: list[str]) -> Unavailable:
    who = "; ".join(holders) or "another connection"
    return Unavailable(
        Fault(
            "database",
            f"the schema could not be changed, because tables are in use by {who}",
            "close that program or let its transaction end, then run it again; nothing was changed",
        )
    )


def _remember(connection: Connection, name: str, digest: str) -> None:
    connection.execute(
        text(
            "INSERT INTO public.gisgrid_migration (name, sha256) VALUES (:name, :digest)"
            " ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()"
            " WHERE gisgrid_migration.sha256 <> excluded.sha256"
        ),
        {"name": name, "digest": digest},
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(connection: Connection, sql: str) -> None:
    """Send SQL text as it is: no parameters, so that % and : in it mean themselves."""
    connection.exec_driver_sql(sql, execution_options={"no_parameters": True})


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
