"""Checks that ask the database's own catalogue: comments, bodies, search paths, columns as Python maps them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Column, Connection, MetaData, Table, inspect, text

SCHEMAS = ["core", "draft", "work", "overlay", "app", "tile"]

Check = Callable[[Connection], list[str]]
"""What is wrong in this database? One line a fault, beginning with the object; empty when all is well."""


def silent_objects(connection: Connection) -> list[str]:
    """Which schemas, tables, views and functions of ours have no COMMENT? QGIS shows it, TileJSON carries it."""
    return _ask(
        connection,
        """
        SELECT n.nspname FROM pg_namespace AS n
        WHERE n.nspname = ANY(:schemas) AND obj_description(n.oid, 'pg_namespace') IS NULL
        UNION ALL
        SELECT c.oid::regclass::text FROM pg_class AS c
        WHERE c.relnamespace = ANY(:schemas ::regnamespace[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
        UNION ALL
        SELECT p.oid::regprocedure::text FROM pg_proc AS p
        WHERE p.pronamespace = ANY(:schemas ::regnamespace[])
          AND coalesce(obj_description(p.oid, 'pg_proc'), '') = ''
        """,
    )


def late_bodies(connection: Connection) -> list[str]:
    """Which LANGUAGE sql functions have a text for a body, so that a dropped column is found at the first call?"""
    return _ask(
        connection,
        """
        SELECT p.oid::regprocedure::text FROM pg_proc AS p
        INNER JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'sql'
        WHERE p.pronamespace = ANY(:schemas ::regnamespace[]) AND p.prosqlbody IS NULL
        """,
    )


def open_doors(connection: Connection) -> list[str]:
    """Which SECURITY DEFINER functions find their names by the caller's search_path, or his temporary tables first?"""
    return _ask(
        connection,
        """
        SELECT p.oid::regprocedure::text FROM pg_proc AS p
        WHERE p.pronamespace = ANY(:schemas ::regnamespace[]) AND p.prosecdef
          AND NOT EXISTS (
              SELECT FROM unnest(p.proconfig) AS c (setting) WHERE c.setting LIKE 'search\\_path=%pg\\_temp')
        """,
    )


def unnamed_rules(connection: Connection) -> list[str]:
    """Which CHECK constraints have the name that PostgreSQL gives? An editor in QGIS sees only the name."""
    return _ask(
        connection,
        """
        SELECT c.conrelid::regclass || '.' || c.conname FROM pg_constraint AS c
        WHERE c.connamespace = ANY(:schemas ::regnamespace[])
          AND c.contype IN ('c', 'x') AND c.conname ~ '_(check|excl)\\d*$'
        """,
    )


def _ask(connection: Connection, sql: str) -> list[str]:
    return sorted(connection.execute(text(sql), {"schemas": SCHEMAS}).scalars())


def unreal_columns(connection: Connection, metadata: MetaData) -> list[str]:
    """Which columns does Python map that the database has not, or has as another type?"""
    return [fault for table in metadata.tables.values() for fault in _unreal(connection, table)]


def _unreal(connection: Connection, table: Table) -> list[str]:
    inspector = inspect(connection)
    if not inspector.has_table(table.name, schema=table.schema):
        return [f"{table.fullname}: there is no such table"]
    real = {column["name"]: column["type"] for column in inspector.get_columns(table.name, schema=table.schema)}
    faults = []
    for column in table.columns:
        if column.name not in real:
            faults.append(f"{table.fullname}.{column.name}: there is no such column")
        elif _said(connection, column.type) != _said(connection, real[column.name]):
            said, found = _said(connection, column.type), _said(connection, real[column.name])
            faults.append(f"{table.fullname}.{column.name}: mapped as {said}, is {found}")
    keys = set(inspector.get_pk_constraint(table.name, schema=table.schema)["constrained_columns"])
    if keys != {column.name for column in table.primary_key}:
        faults.append(f"{table.fullname}: the primary key is {', '.join(sorted(keys))}")
    return faults


def unreal_rows(connection: Connection, functions: Mapping[str, Sequence[Column[Any]]]) -> list[str]:
    """Which functions give other rows than Python reads from them, or are not there?"""
    asked = text(
        """
        SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_proc AS p
        JOIN pg_type AS t ON t.oid = p.prorettype JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
        WHERE p.pronamespace = CAST(:schema AS regnamespace) AND p.proname = :name AND NOT a.attisdropped
        UNION ALL
        SELECT o.name, format_type(o.type, NULL) FROM pg_proc AS p
        CROSS JOIN LATERAL unnest(p.proargnames, p.proallargtypes, p.proargmodes) AS o (name, type, mode)
        WHERE p.pronamespace = CAST(:schema AS regnamespace) AND p.proname = :name AND o.mode = 't'
        """
    )
    faults = []
    for function, columns in functions.items():
        schema, _, name = function.partition(".")
        real = {row.name: row.type for row in connection.execute(asked, {"schema": schema, "name": name})}
        for column in columns:
            said = column.type.compile(connection.dialect).lower().partition("(")[0]
            if real.get(column.name) != said:
                faults.append(f"{function}.{column.name}: mapped as {said}, is {real.get(column.name)}")
    return faults


def _said(connection: Connection, kind: object) -> str:
    if isinstance(kind, Geometry):
        return f"{kind.geometry_type}, {kind.srid}"
    said: str = kind.compile(connection.dialect)  # type: ignore[attr-defined]
    return said.partition(" COLLATE ")[0]
