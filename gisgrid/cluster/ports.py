"""Is a TCP port free, and if not, who has it?"""

import os
import socket
from pathlib import Path

from gisgrid.errors import Fault, Refused


def check_free(port: int) -> None:
    """Raises Refused, naming the process that listens, if the port of 127.0.0.1 is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            who = _listener(port) or "another program"
            raise Refused(
                Fault(
                    "db_port",
                    f"port {port} is in use by {who}",
                    "stop it, or choose another: --db-port or GISGRID_DB_PORT",
                )
            ) from error


def _listener(port: int) -> str | None:
    """Which process listens on a TCP port? By Linux's tables; None where we may not look."""
    wanted = {
        parts[9]
        for table in ("tcp", "tcp6")
        for parts in map(str.split, _lines(Path(f"/proc/net/{table}")))
        if parts[3] == "0A" and int(parts[1].rpartition(":")[2], 16) == port
    }
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link)[8:-1] in wanted:
                pid = link.parts[2]
                return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"
        except OSError:
            continue
    return None


def _lines(table: Path) -> list[str]:
    return table.read_text().splitlines()[1:] if table.exists() else []
