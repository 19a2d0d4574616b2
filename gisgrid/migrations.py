"""The deploy transaction: lock, guard, migrate, rebuild, grant, remember. All of it or nothing.

Schemas with data change by ordered files that are frozen once released; `app` and `tile` are dropped and built again,
and only when their text changed.
"""

import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from gisgrid.database import OWNER
from gisgrid.errors import Conflict, Fault
from gisgrid.settings import shipped

DEPLOY_LOCK = 7147003
REBUILT = ("app", "tile")
LEDGER = """
CREATE TABLE IF NOT EXISTS public.gisgrid_migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
"""
# What lies outside the rebuilt schemas and leans on them: a view, default, trigger, policy, generated column.
LEANING = """
WITH mine AS (
    SELECT 'pg_proc'::regclass::oid AS class, oid FROM pg_proc WHERE pronamespace = ANY(:schemas ::regnamespace[])
    UNION ALL
    SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = ANY(:schemas ::regnamespace[])
    UNION ALL
    SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = ANY(:schemas ::regnamespace[])
)
SELECT DISTINCT i.type || ' ' || i.identity
FROM pg_depend AS d
JOIN mine AS m ON (d.refclassid, d.refobjid) = (m.class, m.oid)
LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
CROSS JOIN LATERAL pg_identify_object(
    CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END,
    coalesce(r.ev_class, d.objid), CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END) AS i
WHERE d.deptype <> 'i' AND NOT coalesce(i.schema, '') = ANY(:schemas)
  AND NOT (i.type IN ('type', 'schema') OR i.identity ~ '^(app|tile)\\.')
"""
# Newest first: what was built later may lean on what was built before, never the other way round.
REBUILT_OBJECTS = """
SELECT kind, identity FROM (
    SELECT p.oid, 'FUNCTION' AS kind, p.oid::regprocedure::text AS identity
    FROM pg_proc AS p WHERE p.pronamespace = ANY(:schemas ::regnamespace[])
    UNION ALL
    SELECT c.oid, 'VIEW', c.oid::regclass::text
    FROM pg_class AS c WHERE c.relkind = 'v' AND c.relnamespace = ANY(:schemas ::regnamespace[])
) AS o ORDER BY oid DESC
"""


def migrate(superuser_url: str, *, say: Callable[[str], None] = lambda _: None) -> bool:
    """Bring the database to this version's schema. Returns whether anything was changed.

    Takes a superuser (extensions, roles, LEAKPROOF). Waits at most 5 s for locks: an open reader makes it fail clean.
    Raises Conflict when a released file was edited, or something outside leans on the rebuilt schemas.
    """
    engine = create_engine(superuser_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": DEPLOY_LOCK})
            _run(
                connection,
                "CREATE EXTENSION IF NOT EXISTS postgis; CREATE EXTENSION IF NOT EXISTS btree_gist;",
            )
            _run(connection, "SET LOCAL client_min_messages = warning")
            _run(connection, _read(shipped("sql") / "roles.sql"))
            _run(connection, LEDGER)
            migrated = _migrate(connection, say)
            rebuilt = _rebuild(connection, say, force=migrated)
            # PostGIS does not mark && LEAKPROOF; without it row policies turn map queries into scans.
            _run(connection, "ALTER FUNCTION public.geometry_overlaps(geometry, geometry) LEAKPROOF")
        return migrated or rebuilt
    finally:
        engine.dispose()


def _migrate(connection: Connection, say: Callable[[str], None]) -> bool:
    known = connection.execute(text("SELECT name, sha256 FROM public.gisgrid_migration WHERE name <> 'app'"))
    applied = {row.name: row.sha256 for row in known}
    pending = False
    for path in sorted((shipped("sql") / "migrations").glob("*.sql")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.name not in applied:
            say(f"migrating: {path.stem}")
            _run(connection, f"SET LOCAL ROLE {OWNER}")
            _run(connection, _read(path))
            _run(connection, "RESET ROLE")
            _remember(connection, path.name, digest)
            pending = True
        elif applied[path.name] != digest:
            raise Conflict(
                Fault(
                    path.name,
                    "this migration was applied with another text",
                    "restore it; add a new file instead",
                )
            )
    if pending:
        connection.execute(
            text("INSERT INTO core.server_key (purpose, key) VALUES ('ticket', :key) ON CONFLICT DO NOTHING"),
            {"key": secrets.token_bytes(32)},
        )
    return pending


def _rebuild(connection: Connection, say: Callable[[str], None], *, force: bool) -> bool:
    files = sorted((shipped("sql") / "app").glob("*.sql"))
    layers = sorted(shipped("tiles").glob("*/layer.sql"))
    ordered = [*files[:-1], *layers, files[-1]]  # grants last
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in ordered)).hexdigest()
    known = connection.execute(text("SELECT sha256 FROM public.gisgrid_migration WHERE name = 'app'")).scalar()
    if known == digest and not force:
        return False
    say("rebuilding functions and views")
    schemas = [
        name
        for name in REBUILT
        if connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": name}).scalar()
    ]
    _drop(connection, schemas)
    _run(connection, f"SET LOCAL ROLE {OWNER}")
    for schema in REBUILT:
        _run(connection, f"CREATE SCHEMA {schema}")
    for path in ordered:
        _run(connection, _read(path))
    _run(connection, "RESET ROLE")
    _remember(connection, "app", digest)
    return True


def _drop(connection: Connection, schemas: list[str]) -> None:
    if not schemas:
        return
    leaning = connection.execute(text(LEANING), {"schemas": schemas}).scalars().all()
    if leaning:
        raise Conflict(
            *(
                Fault(name, "leans on a schema that is rebuilt", "drop it first, make it again after")
                for name in leaning
            )
        )
    for kind, identity in connection.execute(text(REBUILT_OBJECTS), {"schemas": schemas}).all():
        _run(connection, f"DROP {kind} {identity}")
    for schema in schemas:
        _run(connection, f"DROP SCHEMA {schema}")


def _remember(connection: Connection, name: str, digest: str) -> None:
    connection.execute(
        text(
            "INSERT INTO public.gisgrid_migration (name, sha256) VALUES (:name, :digest)"
            " ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()"
        ),
        {"name": name, "digest": digest},
    )


def _run(connection: Connection, sql: str) -> None:
    """Send SQL text as it is: no parameters, so that % and : in it mean themselves."""
    connection.exec_driver_sql(sql, execution_options={"no_parameters": True})


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
