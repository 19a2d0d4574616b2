"""PostgreSQL's own programs for backups, run against a cluster: over the socket as the superuser, or by a given URL."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import make_url

from gisgrid.cluster import Cluster, programs_here
from gisgrid.errors import Fault, Unavailable

PIECE = 1 << 20


def read_from(cluster: Cluster, program: str, *words: str, into: BinaryIO, database: str = "") -> None:
    """Run a program and write what it prints into a file. Raises Unavailable with its last words."""
    command, environ = _command(cluster, program, words, database)
    with subprocess.Popen(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr  # noqa: S101
        try:
            while piece := process.stdout.read(PIECE):
                into.write(piece)
            said = process.stderr.read().decode(errors="replace")
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise _failed(program, said)


def write_to(cluster: Cluster, program: str, *words: str, pieces: Iterable[bytes], database: str = "") -> str:
    """Run a program that reads these pieces; what it complained of. Raises Unavailable with its last words."""
    command, environ = _command(cluster, program, words, database)
    with subprocess.Popen(
        command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stderr  # noqa: S101
        try:
            for piece in pieces:
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended, and says why
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise _failed(program, said)
    return said


def _failed(program: str, said: str) -> Unavailable:
    last = "; ".join(said.strip().splitlines()[-3:])[-600:]
    return Unavailable(Fault(program, f"{program} ended with an error: {last}", "nothing was kept of this try"))


def _command(cluster: Cluster, program: str, words: Iterable[str], database: str) -> tuple[list[str], dict[str, str]]:
    """With the password in the environment, where no list of processes shows it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if cluster.server is not None:
        where = ["-h", str(cluster.socket_dir), "-p", str(cluster.db_port), "-U", "postgres"]
        environ = {**kept, "LC_ALL": "C", **cluster.server.programs.environ}
        place, name = str(cluster.bin_dir / program), database or cluster.database
    else:
        url = make_url(cluster.given_url).set(drivername="postgresql")
        found = programs_here(cluster.data_dir)
        environ = {**kept, "LC_ALL": "C", **(found.environ if found else {}), "PGPASSWORD": url.password or ""}
        place = str(found.bin_dir / program) if found else shutil.which(program) or ""
        if not place or not Path(place).exists():
            raise Unavailable(Fault(program, f"this machine lacks {program}", "install postgresql-client"))
        where, name = [], url.set(password=None).render_as_string(hide_password=False)
    target = ["-d", name]
    if program == "pg_dumpall":
        target = [] if where else ["-d", name]
    elif program == "pg_basebackup":
        target = []
    return [place, *where, *target, *words], environ
