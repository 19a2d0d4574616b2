"""How a test waits: for a condition, however long a busy machine takes. No outcome hangs on a duration."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")

PATIENCE_S = 120.0
"""What must come has come by then, on a machine that is busy with thirty other things."""
LOCKS = (
    "SELECT count(*) FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""Databases made from one template have the same numbers for their tables, and one server has several."""


def until(true: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
    """Wait for this to become true; what never does is a failure.

    Who waits long asks seldom: a look into a page or a database takes from what is waited for.
    """
    end, pause_s = time.monotonic() + patience_s, 0.01
    while not true():
        assert time.monotonic() < end, f"it did not happen in {patience_s:g} s"
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.2, 0.1)


def in_a_loop(work: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """Run this in an event loop and a thread of its own: a browser of another test may have a loop in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, work()).result()


def who_wait_for(table: str = "") -> str:
    """SQL: how many sessions of this database wait for a lock of this table, or (no table) for one of ours?

    A service looks at the catalogue by itself now and then, which locks each table that a view names: not counted.
    """
    which = f"relation = '{table}'::regclass" if table else "locktype = 'advisory'"
    looking = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%FROM pg_namespace%'"
    return f"{LOCKS} AND NOT granted AND {which} AND pid NOT IN ({looking})"
