"""A workbook says the same wherever it is made: here, by a process in memory, by one on the disk."""

import io
import subprocess
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from python_calamine import CalamineWorkbook

from gisgrid.tickets import columns, exporting
from gisgrid.tickets.exporting import Sheet, write_xlsx

SHEET = Sheet(columns.COLUMNS, "en", UTC)
ROWS: list[dict[str, Any]] = [
    {column.name: line if column.name == "lon" else f"={column.name} 说明 {line}" for column in SHEET.columns}
    | {"reported_at": datetime(2026, 1, line, 8, tzinfo=UTC)}
    for line in (1, 2, 3)
]


def read(pages: list[list[dict[str, Any]]]) -> list[list[object]]:
    book = io.BytesIO(b"".join(write_xlsx(iter(pages), SHEET)))
    return [list(row) for row in CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize("few", [exporting.FEW, 2, 0])
def test_pages_and_processes_make_no_difference(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    start = Mock(wraps=subprocess.Popen)
    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(exporting, "FEW", few)
    whole = read([ROWS])
    assert start.called == (few < len(ROWS))
    assert len(whole) == 4 and whole[0] == SHEET.header
    assert datetime(2026, 1, 2, 8) in whole[2] and "=category 说明 2" in whole[2]
    assert read([ROWS[:1], ROWS[1:]]) == read([ROWS[:2], ROWS[2:], []]) == whole
    assert read([]) == [SHEET.header]
