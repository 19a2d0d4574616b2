"""Files of a district's existing data become checked rows: every fault named with its row, nothing guessed.

Used by the rooms that load posts, tickets, cameras, places and pings; docs/loading.md is for people.
"""

from gisgrid.cells import BadCell
from gisgrid.loading.cells import choice, clock, number, plain, weekdays, whole, words
from gisgrid.loading.headers import Column
from gisgrid.loading.point_files import check_content, read_sheet
from gisgrid.loading.points import believable_points, district_extent, point_columns, read_points
from gisgrid.loading.saving import as_records
from gisgrid.loading.sheets import Lines, Odd, ReadOptions, Sheet, missing_file, open_csv, read_csv
from gisgrid.loading.table import Loaded, Row, Table, read_table
from gisgrid.loading.times import InstantReader, day, known_formats, known_zone
from gisgrid.loading.turn import take_turn
from gisgrid.loading.workbooks import WORKBOOKS, cell_text, is_workbook, read_cells
from gisgrid.loading.writing import check_table_ending, free_name, write_table, write_text_workbook

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
