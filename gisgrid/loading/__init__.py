"""Files of a district's existing data become checked rows: every fault named with its row, nothing guessed.

Used by the rooms that load posts, tickets, cameras, places and pings; docs/loading.md is for people.
"""

from gisgrid.cells import BadCell
from gisgrid.loading.cells import choice, clock, day, instant, number, plain, weekdays, whole, words
from gisgrid.loading.points import believable_points, district_extent, point_columns, read_points
from gisgrid.loading.saving import as_records
from gisgrid.loading.sheets import ReadOptions, Sheet, decode, read_csv, read_sheet
from gisgrid.loading.table import Column, Loaded, Row, Table, read_table
from gisgrid.loading.turn import take_turn

__all__ = [
    "BadCell",
    "Column",
    "Loaded",
    "ReadOptions",
    "Row",
    "Sheet",
    "Table",
    "as_records",
    "believable_points",
    "choice",
    "clock",
    "day",
    "decode",
    "district_extent",
    "instant",
    "number",
    "plain",
    "point_columns",
    "read_csv",
    "read_points",
    "read_sheet",
    "read_table",
    "take_turn",
    "weekdays",
    "whole",
    "words",
]
