"""How a test waits: for a condition, however long a busy machine takes. No outcome hangs on a duration."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 120.0
"""What must come has come by then, on a machine that is busy with thirty other things."""


def until(true: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
    """Wait for this to become true; what never does is a failure."""
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, f"it did not happen in {patience_s:g} s"
        time.sleep(0.01)
