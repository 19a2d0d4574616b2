"""Drop what a deploy rebuilds, and nothing else: objects of others that depend on it stop the deploy, by name."""

from sqlalchemy import Connection, text

from gisgrid.database import OWNER, SERVICE
from gisgrid.errors import Conflict, Fault
from gisgrid.migrations.catalogue import REBUILT, SCHEMAS
from gisgrid.migrations.order import read_files

# Objects outside the rebuilt schemas that depend on them: a view, default, trigger, policy, generated column.
_LEANING = """
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
# Newest first: a later object may depend on an earlier one, never the other way round.
_BUILT = """
SELECT kind, identity FROM (
    SELECT p.oid, 'FUNCTION' AS kind, p.oid::regprocedure::text AS identity
    FROM pg_proc AS p WHERE p.pronamespace = ANY(:schemas ::regnamespace[])
    UNION ALL
    SELECT c.oid, 'VIEW', c.oid::regclass::text
    FROM pg_class AS c WHERE c.relkind = 'v' AND c.relnamespace = ANY(:schemas ::regnamespace[])
) AS o ORDER BY oid DESC
"""
# Triggers and policies of tables with data that an earlier deploy recorded, or that this one will make.
_ATTACHED = """
SELECT 'trigger' AS kind, t.tgname AS name, n.nspname || '.' || c.relname AS on_table
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND n.nspname = ANY(:schemas)
UNION ALL
SELECT 'policy', p.polname, n.nspname || '.' || c.relname
FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(:schemas)
"""
_HOLDERS = """
SELECT DISTINCT a.usename, coalesce(nullif(a.application_name, ''), 'a program') AS program, a.state, a.pid
FROM pg_locks AS l
JOIN pg_stat_activity AS a ON a.pid = l.pid AND a.datname = current_database() AND a.pid <> pg_backend_pid()
LEFT JOIN pg_class AS c ON c.oid = l.relation
LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE l.granted AND (n.nspname = ANY(:schemas) OR l.locktype = 'advisory')
ORDER BY a.usename, a.pid LIMIT 5
"""


def drop_repeatable(connection: Connection) -> None:
    """Drop triggers, policies, grants, schemas app and tile, as far as deploys made them. Tables keep their owner.

    Raises Conflict naming objects of others that depend on them.
    """
    _drop_attached(connection)
    schemas = connection.execute(
        text("SELECT nspname FROM pg_namespace WHERE nspname = ANY(:names)"), {"names": REBUILT}
    ).scalars()
    if found := list(schemas):
        _drop_built(connection, found)
    _own(connection)


def name_holders(connection: Connection) -> list[str]:
    """Who holds locks on our tables now: login, program, process; at most five."""
    rows = connection.execute(text(_HOLDERS), {"schemas": SCHEMAS})
    return [f"{row.usename} ({row.program}, {row.state}, process {row.pid})" for row in rows]


def _drop_attached(connection: Connection) -> None:
    known = {
        (row.kind, *row.identity.split(" ON "))
        for row in connection.execute(
            text("SELECT kind, identity FROM public.gisgrid_catalogue WHERE kind IN ('trigger', 'policy')")
        )
    }
    known |= {one for file in read_files() for one in file.attaches}
    for row in connection.execute(text(_ATTACHED), {"schemas": SCHEMAS}).all():
        if (row.kind, row.name, row.on_table) in known:
            connection.exec_driver_sql(f'DROP {row.kind} "{row.name}" ON {row.on_table}')
    shown = connection.execute(
        text(
            "SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'v' AND n.nspname || '.' || c.relname = ANY(:views)"
        ),
        {"views": sorted({view for file in read_files() for view in file.shows})},
    )
    for view in shown.scalars().all():
        connection.exec_driver_sql(f"DROP VIEW {view}")


def _drop_built(connection: Connection, schemas: list[str]) -> None:
    leaning = connection.execute(text(_LEANING), {"schemas": schemas}).scalars().all()
    if leaning:
        message, remedy = "leans on a schema that is rebuilt", "drop it first, make it again after"
        raise Conflict(*(Fault(name, message, remedy) for name in leaning))
    for kind, identity in connection.execute(text(_BUILT), {"schemas": schemas}).all():
        connection.exec_driver_sql(f"DROP {kind} {identity}")
    for schema in schemas:
        connection.exec_driver_sql(f"DROP SCHEMA {schema}")


def _own(connection: Connection) -> None:
    """Give tables and sequences to the owner, and drop their grants, which the files give again."""
    there = connection.execute(
        text(
            "SELECT n.nspname AS schema, n.nspowner <> o.oid AS is_foreign,"
            " array(SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace = n.oid"
            " AND c.relkind IN ('r', 'p', 'S') AND c.relowner <> o.oid AND NOT EXISTS (SELECT FROM pg_depend AS d"
            " WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('i', 'a')"
            " AND c.relkind = 'S')) AS foreign_tables"
            " FROM pg_namespace AS n CROSS JOIN (SELECT oid FROM pg_roles WHERE rolname = :owner) AS o"
            " WHERE n.nspname = ANY(:schemas)"
        ),
        {"schemas": SCHEMAS, "owner": OWNER},
    ).all()
    for row in there:
        if row.is_foreign:
            connection.exec_driver_sql(f"ALTER SCHEMA {row.schema} OWNER TO {OWNER}")
        for table in row.foreign_tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} OWNER TO {OWNER}")
        whom = f"{SERVICE}, gisgrid_editor, gisgrid_viewer, gisgrid_api, PUBLIC"
        for what in (
            f"ALL TABLES IN SCHEMA {row.schema}",
            f"ALL SEQUENCES IN SCHEMA {row.schema}",
            f"SCHEMA {row.schema}",
        ):
            connection.exec_driver_sql(f"REVOKE ALL ON {what} FROM {whom}")
