"""`gisgrid down`: stop what `up` started."""

import json
import os
import signal
import time
from pathlib import Path

from gisgrid.cli.context import DataDir, say
from gisgrid.cluster import find_running, stop_cluster
from gisgrid.settings import read_settings

PID_FILE = "up.json"


def down(data_dir: DataDir = None) -> None:
    """Stop what `up` started for this data directory."""
    settings = read_settings(data_dir=data_dir)
    pid_file = settings.data_dir / PID_FILE
    if pid_file.exists():
        pid = int(json.loads(pid_file.read_text())["pid"])
        if _is_ours(pid):
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 20
            while _is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.1)
            say("stopped")
        pid_file.unlink(missing_ok=True)
    cluster = find_running(settings)
    if cluster is not None and stop_cluster(cluster):
        say("database stopped")


def _is_ours(pid: int) -> bool:
    try:
        return b"gisgrid" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
