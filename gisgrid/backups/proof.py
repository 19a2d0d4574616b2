"""What is in a database, so that its copy can be compared with it: rows and a digest of every table."""

from typing import NamedTuple

from sqlalchemy import Connection, text

from gisgrid.errors import Fault

SCHEMAS = ["core", "draft", "work", "overlay"]


_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
    AS columns
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY(:schemas) AND c.relkind = 'r' GROUP BY 1 ORDER BY 1
"""
"""Columns by name: where a table inherits, a dump brings them back in another order."""


class Content(NamedTuple):
    """Of one table: how many rows, and a sum over their digests, in which order plays no part."""

    rows: int
    digest: str


NONE = Content(0, "no table")


def read_contents(connection: Connection) -> dict[str, Content]:
    """Every table with data. One pass over each; run in one snapshot, as the superuser."""
    connection.execute(text("SET LOCAL timezone = 'UTC'"))
    connection.execute(text("SET LOCAL datestyle = 'ISO, YMD'"))
    connection.execute(text("SET LOCAL extra_float_digits = 1"))
    connection.execute(text("SET LOCAL bytea_output = 'hex'"))
    connection.execute(text("SET LOCAL intervalstyle = 'postgres'"))
    connection.execute(text("SET LOCAL search_path = public"))
    tables = connection.execute(text(_TABLES), {"schemas": SCHEMAS}).all()
    return {row.name: _content(connection, row.name, row.columns) for row in tables if row.name != "core.heartbeat"}


def differences(wanted: dict[str, Content], found: dict[str, Content]) -> list[Fault]:
    """Which tables are not as they were?"""
    return [
        _fault(name, wanted.get(name, NONE).rows, found.get(name, NONE).rows)
        for name in sorted(wanted | found)
        if wanted.get(name) != found.get(name)
    ]


def _fault(name: str, saved: int, restored: int) -> Fault:
    message = f"{saved} rows were saved and {restored} came back, or their contents differ"
    return Fault(name, message, "take another backup")


def _content(connection: Connection, name: str, columns: str) -> Content:
    digests = f"('x' || left(md5(row({columns})::text), 15))::bit(60)::bigint::numeric"
    row = connection.exec_driver_sql(f"SELECT count(*), coalesce(sum({digests}), 0) FROM ONLY {name}").one()  # noqa: S608
    return Content(row[0], str(row[1]))
