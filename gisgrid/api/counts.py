"""What is counted of each stranger, by all processes that serve together: hits of an hour, streams that are open.

One SQLite file on this machine, in memory where one process serves alone. A process that is killed leaves it whole;
what it held is given back by `forget`. Without the file (a full disk) everybody is let through.
"""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

log = logging.getLogger("gisgrid")
WAIT_S = 2.0
"""For so long one process waits for another's count, which takes some 20 us."""
SWEEP_S = 60.0
TABLES = """
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS hit (kind TEXT, who TEXT, until REAL);
CREATE INDEX IF NOT EXISTS hit_by_who ON hit (kind, who, until);
CREATE INDEX IF NOT EXISTS hit_by_end ON hit (until);
CREATE TABLE IF NOT EXISTS held (kind TEXT, who TEXT, pid INTEGER, held INTEGER, PRIMARY KEY (kind, who, pid));
"""
Answer = TypeVar("Answer")


class Counts:
    """Counts by kind and by who; may be asked by any thread."""

    def __init__(self, file: Path | None = None) -> None:
        """`file`: None if this process serves alone."""
        self.is_shared = file is not None
        """Do other processes count in it, too? Then it may have to wait for them."""
        self._lock = threading.Lock()
        self._swept_at = time.monotonic()
        self._pid = os.getpid()
        self._base = sqlite3.connect(file or ":memory:", timeout=WAIT_S, isolation_level=None, check_same_thread=False)
        if file:
            self._base.execute("PRAGMA journal_mode = WAL")
        self._base.executescript(TABLES)

    def hit(self, kind: str, who: str, *, most: int, window_s: float) -> bool:
        """Count one more, if there are fewer than `most` in this moving window. Was it counted?"""
        return self._ask(lambda: self._hit(kind, who, most, window_s), otherwise=True)

    def is_full(self, kind: str, who: str, *, most: int) -> bool:
        """Are there so many already?"""
        return self._ask(lambda: self._count(kind, who) >= most, otherwise=False)

    def take(self, kind: str, who: str, *, most: int) -> bool:
        """Hold one of so many at once, until `give_back`. Is there one left?"""
        return self._ask(lambda: self._take(kind, who, most), otherwise=True)

    def give_back(self, kind: str, who: str) -> None:
        """Hold one less."""
        less = "UPDATE held SET held = held - 1 WHERE kind = ? AND who = ? AND pid = ? AND held > 0"
        none = "DELETE FROM held WHERE kind = ? AND who = ? AND pid = ? AND held = 0"
        key = (kind, who, self._pid)
        self._ask(lambda: (self._base.execute(less, key), self._base.execute(none, key)), otherwise=None)

    def forget(self, pid: int) -> None:
        """Give back what a dead process held."""
        self._ask(lambda: self._base.execute("DELETE FROM held WHERE pid = ?", (pid,)), otherwise=None)

    def __del__(self) -> None:
        """Close the file with the last app that counts in it."""
        self._base.close()

    def _hit(self, kind: str, who: str, most: int, window_s: float) -> bool:
        if self._count(kind, who) >= most:
            return False
        self._base.execute("INSERT INTO hit VALUES (?, ?, ?)", (kind, who, time.time() + window_s))
        return True

    def _count(self, kind: str, who: str) -> int:
        now = time.time()
        if time.monotonic() - self._swept_at > SWEEP_S:
            self._swept_at = time.monotonic()
            self._base.execute("DELETE FROM hit WHERE until <= ?", (now,))
        count = "SELECT count(*) FROM hit WHERE kind = ? AND who = ? AND until > ?"
        return int(self._base.execute(count, (kind, who, now)).fetchone()[0])

    def _take(self, kind: str, who: str, most: int) -> bool:
        held = self._base.execute("SELECT sum(held) FROM held WHERE kind = ? AND who = ?", (kind, who)).fetchone()[0]
        if (held or 0) >= most:
            return False
        more = "INSERT INTO held VALUES (?, ?, ?, 1) ON CONFLICT (kind, who, pid) DO UPDATE SET held = held + 1"
        self._base.execute(more, (kind, who, self._pid))
        return True

    def _ask(self, act: Callable[[], Answer], *, otherwise: Answer) -> Answer:
        """Do this alone, among all processes."""
        with self._lock:
            try:
                self._base.execute("BEGIN IMMEDIATE")
                try:
                    return act()
                finally:
                    self._base.execute("COMMIT" if self._base.in_transaction else "SELECT 1")
            except sqlite3.Error as error:
                log.warning("strangers are not counted just now: %s", error)
                return otherwise
