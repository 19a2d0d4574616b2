"""An area as a row of a boundary file draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LINES = 10


@dataclass(frozen=True)
class DrawnArea:
    """One row of a boundary file: its shape is a MultiPolygon, valid where nothing was found against it."""

    row: int
    code: str
    name: str
    level: str
    kind: str
    geom: Any


def first_of(lines: Sequence[str]) -> list[str]:
    """Of many lines of one kind the first ten, and how many more."""
    return [*lines[:LINES], *([f"and {len(lines) - LINES} more of this kind"] if len(lines) > LINES else [])]


def listed(rows: Sequence[int]) -> str:
    """`row 3`, `rows 3, 4`; of many the first ten and how many more."""
    shown = ", ".join(map(str, rows[:LINES])) + (f" and {len(rows) - LINES} more" if len(rows) > LINES else "")
    return f"row{'s' if len(rows) > 1 else ''} {shown}"
