"""What a superuser has to do for a database: by each deploy as he, or once by hand where gisgrid's login is none."""

from collections.abc import Callable

from sqlalchemy import Connection, text

from gisgrid.errors import Fault, Unavailable
from gisgrid.settings import shipped

EXTENSIONS = ("postgis", "btree_gist")
LEAKPROOF = "ALTER FUNCTION public.geometry_overlaps(geometry, geometry) LEAKPROOF"
"""PostGIS does not mark && so; without it row policies turn map queries into scans."""
OPEN = """
SELECT
    (SELECT proleakproof FROM pg_proc WHERE oid = 'public.geometry_overlaps(geometry, geometry)'::regprocedure) AS fast,
    NOT has_function_privilege('public', 'pg_advisory_lock(bigint)', 'EXECUTE') AS walls,
    (SELECT setconfig::text LIKE '%log_min_error_statement=panic%' FROM pg_db_role_setting AS s
     JOIN pg_database AS d ON d.oid = s.setdatabase AND s.setrole = 0 WHERE d.datname = current_database()) AS logs
"""
GRANTS = """\
-- As a superuser (or the administrator of a managed server), once, in the district's own database, by psql:
-- it may go on after an error, which a managed server answers to what nobody may do there.
ALTER ROLE {login} CREATEROLE;
ALTER DATABASE {database} OWNER TO {login};
GRANT SET ON PARAMETER temp_file_limit TO {login};
{extensions}
"""
SINCE_16 = """
GRANT gisgrid_owner, gisgrid_service, gisgrid_editor, gisgrid_viewer TO {login} WITH ADMIN OPTION;
GRANT gisgrid_api TO {login} WITH ADMIN OPTION;
GRANT pg_signal_backend, pg_read_all_stats TO {login} WITH ADMIN OPTION;
"""


def is_superuser(connection: Connection) -> bool:
    """Is who deploys a superuser?"""
    return bool(connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar())


def require_extensions(connection: Connection) -> None:
    """Make the extensions that are missing. Raises Unavailable where this login may not."""
    there = set(connection.execute(text("SELECT extname FROM pg_extension")).scalars())
    for name in EXTENSIONS:
        if name in there:
            continue
        if name == "postgis" and not is_superuser(connection) and not _may_make(connection, name):
            message = f"the extension {name} is missing, and this login may not make it"
            raise Unavailable(
                Fault("database", message, "gisgrid migrate --admin-sql prints what its administrator runs")
            )
        connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {name}")


def _may_make(connection: Connection, name: str) -> bool:
    """May this login make the extension here, though it has no superuser's rights? Tried, and undone."""
    with connection.begin_nested() as trial:
        try:
            connection.exec_driver_sql(f"CREATE EXTENSION {name}")
        except Exception:  # its kind depends on the provider
            trial.rollback()
            return False
        trial.rollback()
        return True


def say_what_is_open(connection: Connection, say: Callable[[str], None]) -> None:
    """Say what only a superuser can close or make fast, and nobody has."""
    row = connection.execute(text(OPEN)).one()
    missing = {
        "map queries of signed-in people are slow (LEAKPROOF)": row.fast,
        "logins of people may take advisory locks and see sizes of tables": row.walls,
        "the server's log may hold values of statements": row.logs,
    }
    for words, is_right in missing.items():
        if not is_right:
            say(f"  no superuser deploys, and {words}: docs/managed.md")


def admin_sql(login: str, database: str) -> str:
    """The statements that a superuser runs once for a login that is none."""
    extensions = "\n".join(f"CREATE EXTENSION IF NOT EXISTS {name};" for name in EXTENSIONS)
    names = {"login": _quoted(login), "database": _quoted(database), "extensions": extensions}
    parts = [
        GRANTS.format(**names),
        (shipped("sql") / "roles.sql").read_text("utf-8"),
        SINCE_16.format(**names),
        (shipped("sql") / "walls.sql").read_text("utf-8"),
        f"{LEAKPROOF};\n",
    ]
    return "".join(parts)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
