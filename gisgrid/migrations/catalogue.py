"""Is everything in the database as the last deploy made it? Functions, views, triggers, policies, grants, roles.

The deploy writes down what it made (`public.gisgrid_catalogue`); a dump takes that list along, so what a restore lost
is found by name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text

SCHEMAS = ["core", "draft", "work", "overlay", "app", "tile"]
REBUILT = ["app", "tile"]
PLAIN = {
    "search_path": "",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
}
ROLES = ["gisgrid_owner", "gisgrid_service", "gisgrid_editor", "gisgrid_viewer", "gisgrid_api"]
TABLE = """
CREATE TABLE IF NOT EXISTS public.gisgrid_catalogue (
    kind text NOT NULL,
    identity text NOT NULL,
    md5 text NOT NULL,
    PRIMARY KEY (kind, identity)
);
"""
# Identities are written with an empty search_path, so that they do not hang on who asks.
_FOUND = """
WITH ours AS (SELECT n.oid, n.nspname FROM pg_namespace AS n WHERE n.nspname = ANY(:schemas)),
owner AS (SELECT s.oid FROM pg_roles AS s WHERE s.rolname = 'gisgrid_owner'),
relation AS (
    SELECT c.*, o.nspname || '.' || c.relname AS name FROM pg_class AS c JOIN ours AS o ON o.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'S')
),
routine AS (
    SELECT p.*, o.nspname, p.oid::regprocedure::text AS name FROM pg_proc AS p JOIN ours AS o ON o.oid = p.pronamespace
),
granted AS (
    SELECT 'SCHEMA ' || n.nspname AS what, a.* FROM pg_namespace AS n JOIN ours AS o ON o.oid = n.oid
    CROSS JOIN aclexplode(n.nspacl) AS a WHERE a.grantee <> n.nspowner
    UNION ALL
    SELECT r.name, a.* FROM relation AS r CROSS JOIN aclexplode(r.relacl) AS a WHERE a.grantee <> r.relowner
    UNION ALL
    SELECT r.name || ' (' || c.attname || ')', a.* FROM pg_attribute AS c JOIN relation AS r ON r.oid = c.attrelid
    CROSS JOIN aclexplode(c.attacl) AS a WHERE a.grantee <> r.relowner
    UNION ALL
    SELECT p.name, a.* FROM routine AS p
    CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee <> p.proowner
)
SELECT 'function' AS kind, p.name AS identity, md5(pg_get_functiondef(p.oid)) AS md5
FROM routine AS p WHERE p.nspname = ANY(:rebuilt)
UNION ALL
SELECT 'view', r.name, md5(pg_get_viewdef(r.oid) || coalesce(r.reloptions::text, ''))
FROM relation AS r WHERE r.relkind = 'v'
UNION ALL
SELECT 'trigger', t.tgname || ' ON ' || r.name, md5(pg_get_triggerdef(t.oid) || t.tgenabled::text)
FROM pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL
SELECT 'policy', p.polname || ' ON ' || r.name, md5(concat_ws('|', p.polcmd, p.polpermissive, p.polroles::regrole [],
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)))
FROM pg_policy AS p JOIN relation AS r ON r.oid = p.polrelid
UNION ALL
SELECT 'row security', r.name, md5(r.relforcerowsecurity::text) FROM relation AS r WHERE r.relrowsecurity
UNION ALL
SELECT 'grant', g.privilege_type || ' ON ' || g.what || ' TO ' || coalesce(s.rolname, 'PUBLIC'), ''
FROM granted AS g LEFT JOIN pg_roles AS s ON s.oid = g.grantee
WHERE g.grantee = 0 OR s.rolname = ANY(:roles)
UNION ALL
SELECT 'column', r.name || '.' || c.attname, md5(format_type(c.atttypid, c.atttypmod) || c.attnotnull)
FROM pg_attribute AS c JOIN relation AS r ON r.oid = c.attrelid
WHERE r.relkind IN ('r', 'p') AND c.attnum > 0 AND NOT c.attisdropped
UNION ALL
SELECT 'index', r.name || '.' || i.indexrelid::regclass::text, ''
FROM pg_index AS i JOIN relation AS r ON r.oid = i.indrelid WHERE i.indisvalid
UNION ALL
SELECT 'constraint', r.name || '.' || c.conname, ''
FROM pg_constraint AS c JOIN relation AS r ON r.oid = c.conrelid WHERE c.convalidated
UNION ALL
SELECT 'owner', r.name || ': ' || pg_get_userbyid(r.relowner), ''
FROM relation AS r CROSS JOIN owner AS w WHERE r.relowner <> w.oid
UNION ALL
SELECT 'owner', p.name || ': ' || pg_get_userbyid(p.proowner), ''
FROM routine AS p CROSS JOIN owner AS w WHERE p.proowner <> w.oid
UNION ALL
SELECT 'role', s.rolname, md5(concat_ws('|', s.rolcanlogin, s.rolsuper, s.rolbypassrls, s.rolcreaterole,
       (SELECT string_agg(c, ',' ORDER BY c) FROM unnest(s.rolconfig) AS c),
       (SELECT string_agg(b.rolname, ',' ORDER BY b.rolname) FROM pg_auth_members AS m
        JOIN pg_roles AS b ON b.oid = m.roleid WHERE m.member = s.oid)))
FROM pg_roles AS s WHERE s.rolname = ANY(:roles)
UNION ALL
SELECT 'leakproof', p.oid::regprocedure::text, '' FROM pg_proc AS p
WHERE p.proleakproof AND p.oid = to_regprocedure('public.geometry_overlaps(public.geometry, public.geometry)')
UNION ALL
SELECT 'closed', p.oid::regprocedure::text, ''
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname IN ('pg_catalog', 'public')
  AND p.proname ~ '^(pg_(try_)?advisory_|lo_|lowrite$|loread$|pg_stat_get_|pg_(total_)?relation_size$)'
      '|^(pg_(table|indexes|database)_size$|_postgis_|st_(estimated|find)_?extent$)'
  AND NOT has_function_privilege('public', p.oid, 'EXECUTE')
UNION ALL
SELECT 'server', 'PostgreSQL ' || current_setting('server_version_num')::integer / 10000, ''
"""

BUILT = frozenset(
    {"function", "view", "trigger", "policy", "row security", "grant", "owner", "role", "leakproof", "closed", "server"}
)
"""Kinds of objects that a deploy repairs by itself; missing objects of other kinds it can only name."""

Catalogue = dict[tuple[str, str], str]
"""kind and identity -> a digest of the definition ('' for objects without one)."""


@dataclass(frozen=True)
class Difference:
    """An object that differs from what the last deploy made."""

    kind: str
    identity: str
    what: str
    """`missing`, `changed` or `unknown`: the deploy did not make it."""

    def __str__(self) -> str:
        return f"{self.kind} {self.identity} is {self.what}"

    @property
    def sentence(self) -> str:
        """The difference as the message of a fault."""
        return f"{self.kind} {self.identity} is {self.what} since the last deploy"


def read_catalogue(connection: Connection) -> Catalogue:
    """What is in the database now? Some 1,500 rows, 50 ms. Any role may ask."""
    with _plainly(connection):
        rows = connection.execute(text(_FOUND), {"schemas": SCHEMAS, "rebuilt": REBUILT, "roles": ROLES})
        return {(row.kind, row.identity): row.md5 for row in rows}


def record_catalogue(connection: Connection) -> None:
    """Record the present objects as the expected ones: the last act of a deploy, as its superuser."""
    connection.execute(text("DELETE FROM public.gisgrid_catalogue"))
    connection.execute(
        text("INSERT INTO public.gisgrid_catalogue (kind, identity, md5) VALUES (:kind, :identity, :md5)"),
        [{"kind": kind, "identity": one, "md5": md5} for (kind, one), md5 in read_catalogue(connection).items()],
    )


def find_differences(connection: Connection) -> list[Difference]:
    """Which objects differ from what the last deploy made? Empty: none.

    Tables, columns, indexes and constraints of others do not count; a definition only counts where the same major
    version of PostgreSQL wrote it down, because another one writes it otherwise.
    """
    rows = connection.execute(text("SELECT kind, identity, md5 FROM public.gisgrid_catalogue"))
    wanted: Catalogue = {(row.kind, row.identity): row.md5 for row in rows}
    found = read_catalogue(connection)
    same_server = {key for key in wanted if key[0] == "server"} <= set(found)
    missing = [Difference(*key, "missing") for key in wanted if key not in found]
    changed = [
        Difference(*key, "changed") for key in wanted if key in found and found[key] != wanted[key] and same_server
    ]
    unknown = [Difference(*key, "unknown") for key in found if key not in wanted and key[0] in BUILT]
    return sorted([*missing, *changed, *unknown], key=lambda one: (one.kind, one.identity))


@contextmanager
def _plainly(connection: Connection) -> Iterator[None]:
    """Fix the settings of the session that change how PostgreSQL writes definitions."""
    names = list(PLAIN)
    asked = (
        "SELECT current_setting(n.name) FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS n (name, i) ORDER BY n.i"
    )
    given = text(
        "SELECT set_config(s.name, s.value, true)"
        " FROM unnest(CAST(:names AS text[]), CAST(:values AS text[])) AS s (name, value)"
    )
    before = list(connection.execute(text(asked), {"names": names}).scalars())
    connection.execute(given, {"names": names, "values": list(PLAIN.values())})
    yield
    connection.execute(given, {"names": names, "values": before})
