"""The private PostgreSQL's configuration: who may sign in, and its tuning."""

import os
import pwd
import shlex
from pathlib import Path

OWNER, SERVICE = "postgres", "gisgrid_api"
"""The bootstrap superuser, and the login that the service uses; both by peer on the socket only."""

ACCESS = f"""\
# Written by gisgrid at every start.
# type  database  user             address       method
local   all       {OWNER},{SERVICE}               peer map=gisgrid
local   postgres,template1 all                   reject
local   all       all                            scram-sha-256
local   replication {OWNER}                       peer map=gisgrid
host    all       {OWNER},{SERVICE} 0.0.0.0/0     reject
host    postgres,template1 all   0.0.0.0/0        reject
host    all       all              127.0.0.1/32  scram-sha-256
"""

OWN_ACCESS = """\
# Your own lines of pg_hba.conf; they come before gisgrid's. A replica, with listen_addresses in local.conf:
# hostssl replication replicator 10.0.0.2/32 scram-sha-256
"""

TUNING = {
    "cluster_name": "gisgrid",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_lock_waits": "on",
    "log_min_duration_statement": "2s",
}
"""For a machine of two cores that does other things too; the log is a week of days, then reused."""

CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For data that may be lost with the machine: tests."""


def write_files(
    pgdata: Path, *, port: int, socket_dir: Path, tcp: bool, fsync: bool, owner: str, wal_dir: Path | None
) -> None:
    """Write access, maps and tuning of a cluster; `local.conf` and `local.hba` beside them are the user's own."""
    settings = {
        **TUNING,
        **({} if fsync else CARELESS),
        **(_archiving(wal_dir) if wal_dir else {}),
        "port": str(port),
        "listen_addresses": "127.0.0.1" if tcp else "",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
    }
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    lines.append("include = 'local.conf'")
    local = pgdata / "local.conf"
    if not local.exists():
        local.write_text("# Your own settings of PostgreSQL; they win over gisgrid's.\n")
    (pgdata / "gisgrid.conf").write_text("# Written by gisgrid at every start.\n" + _text(lines))
    own = pgdata / "local.hba"
    if not own.exists():
        own.write_text(OWN_ACCESS)
    (pgdata / "pg_hba.conf").write_text(own.read_text() + ACCESS)
    (pgdata / "pg_ident.conf").write_text(_text(_maps(owner)))
    main = pgdata / "postgresql.conf"
    include = "include = 'gisgrid.conf'\n"
    if include not in main.read_text():
        main.write_text(main.read_text() + include)


def _archiving(wal_dir: Path) -> dict[str, str]:
    """Copy each finished piece of the write-ahead log, at the latest a minute after something was written to it.

    A copy is on the disk before it gets its name; one that is there already has to be the same.
    """
    part, whole = (shlex.quote(str(wal_dir / name)) for name in (".%f.part", "%f"))
    command = f"cmp -s %p {whole} || (test ! -e {whole} && cp %p {part} && sync {part} && mv {part} {whole})"
    return {"archive_mode": "on", "archive_timeout": "60s", "archive_command": command.replace("'", "''")}


def _maps(owner: str) -> list[str]:
    """Peer maps: the server's owner, root, and the user who runs this may sign in."""
    users = dict.fromkeys([owner, "root", pwd.getpwuid(os.geteuid()).pw_name])
    return [f'gisgrid "{user}" {role}' for user in users for role in (OWNER, SERVICE)]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
