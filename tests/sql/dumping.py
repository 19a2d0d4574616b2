"""PostgreSQL's own dump and restore of a private server's database, as its users run them."""

import os
import re
import subprocess
from pathlib import Path

from gisgrid.cluster import Cluster

NOISE = re.compile(r"^(\\(un)?restrict .*|-- Dumped .*)\n", re.MULTILINE)


def dump_sql(cluster: Cluster) -> str:
    """The database as SQL, its roles before it: what a data directory holds, the superuser left out."""
    roles = _run(cluster, "pg_dumpall", "--roles-only").stdout
    kept = [line for line in roles.splitlines() if not re.search(r"ROLE postgres\b", line)]
    return NOISE.sub("", "\n".join(kept) + "\n" + _run(cluster, "pg_dump", cluster.database).stdout)


def dump_file(cluster: Cluster, path: Path) -> Path:
    """The database in pg_dump's own format: without roles, as every dump of one database."""
    _run(cluster, "pg_dump", "-Fc", "-f", str(path), cluster.database)
    return path


def restore(cluster: Cluster, path: Path) -> list[str]:
    """Restore a dump (`.sql`, else pg_dump's own format) into the cluster's database; the errors on the way."""
    if path.suffix == ".sql":
        done = _run(cluster, "psql", "-X", "-q", "-d", cluster.database, "-f", str(path), check=False)
    else:
        done = _run(cluster, "pg_restore", "-d", cluster.database, str(path), check=False)
    return re.findall(r"ERROR: +(.*)", done.stderr)


def _run(cluster: Cluster, program: str, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    where = ["-h", str(cluster.socket_dir), "-p", str(cluster.db_port), "-U", "postgres"]
    extra = cluster.server.programs.environ if cluster.server else {}
    return subprocess.run(
        [str(cluster.bin_dir / program), *where, *words],
        env={**os.environ, **extra, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=check,
    )
