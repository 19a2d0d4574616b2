"""Rows that cannot be used go to a file, to be mended there and loaded again: the file's columns, and the reason."""

import re
from collections.abc import Mapping
from pathlib import Path

from gisgrid.errors import Fault, Refused
from gisgrid.loading.sheets import Sheet
from gisgrid.loading.writing import check_table_ending, free_name, write_table

REASON = "reason"


def check_target(target: Path, source: Path | None) -> None:
    """Raise Refused where the file to write is the one that is read, or is there already."""
    check_table_ending("--set-aside", target)
    if source is not None and target.resolve() == source.resolve():
        raise Refused(Fault("--set-aside", "this is the file that is loaded", "name another file"))
    if target.exists():
        remedy = "mend and load it, or name another file"
        raise Refused(Fault("--set-aside", f"{target} is there already", remedy))


def write_aside(target: Path, sheet: Sheet, reasons: Mapping[str, str]) -> None:
    """Write the rows of these places as they are in the file, each with its reason, in the order of the file."""
    width = len(sheet.header)
    held = dict(zip(sheet.places, sheet.rows, strict=True)) | {one.place: one.cells for one in sheet.odd}
    header = [*sheet.header, free_name(REASON, sheet.header)]
    places = sorted(reasons, key=lambda place: [int(n) for n in re.findall("[0-9]+", place)])
    rows = []
    for place in places:
        cells = [*held[place], *[""] * width][:width]
        beyond = "".join(f"; also {cell!r}" for cell in held[place][width:])
        rows.append([*cells, reasons[place] + beyond])
    write_table(target, header, rows)
