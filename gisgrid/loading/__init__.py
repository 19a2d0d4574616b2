"""Files of a district's existing data become checked rows: every fault named with its row, nothing guessed.

Used by the rooms that load posts, tickets, cameras, places and pings; docs/loading.md is for people.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from gisgrid.cells import BadCell
from gisgrid.loading.cells import choice, clock, number, plain, weekdays, whole, words
from gisgrid.loading.headers import Column
from gisgrid.loading.saving import as_records
from gisgrid.loading.sheets import Lines, Odd, ReadOptions, Sheet, missing_file, open_csv, read_csv
from gisgrid.loading.times import InstantReader, day, known_formats, known_zone
from gisgrid.loading.workbooks import WORKBOOKS, cell_text, is_workbook, read_cells
from gisgrid.loading.writing import check_table_ending, free_name, write_table, write_text_workbook

if TYPE_CHECKING:
    from gisgrid.loading.point_files import check_content, read_sheet
    from gisgrid.loading.points import believable_points, district_extent, point_columns, read_points
    from gisgrid.loading.table import Loaded, Row, Table, read_table
    from gisgrid.loading.turn import take_turn

__all__ = [
    "WORKBOOKS",
    "BadCell",
    "Column",
    "InstantReader",
    "Lines",
    "Loaded",
    "Odd",
    "ReadOptions",
    "Row",
    "Sheet",
    "Table",
    "as_records",
    "believable_points",
    "check_content",
    "check_table_ending",
    "cell_text",
    "choice",
    "clock",
    "day",
    "district_extent",
    "free_name",
    "is_workbook",
    "known_formats",
    "known_zone",
    "missing_file",
    "number",
    "open_csv",
    "plain",
    "point_columns",
    "read_cells",
    "read_csv",
    "read_points",
    "read_sheet",
    "read_table",
    "take_turn",
    "weekdays",
    "whole",
    "words",
    "write_table",
    "write_text_workbook",
]
_LATER = {
    "point_files": ("check_content", "read_sheet"),
    "points": ("believable_points", "district_extent", "point_columns", "read_points"),
    "table": ("Loaded", "Row", "Table", "read_table"),
    "turn": ("take_turn",),
}
"""Modules that need shapely, pyproj or SQLAlchemy: who only asks which columns a file has does without."""


def __getattr__(name: str) -> object:
    """A name of one of the modules above, which is imported by then (PEP 562)."""
    for module, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
