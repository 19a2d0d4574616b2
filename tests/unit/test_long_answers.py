"""A long answer is written row by row, and is the answer that pydantic would have written at once."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError

from gisgrid.api.values import tell, write

ZONE = ZoneInfo("Asia/Shanghai")


class Row(BaseModel):
    name: str
    at: str | None = None
    note: str | None = None


class Page(BaseModel):
    rows: list[Row]
    next: str | None = None
    total: int = 0


@pytest.mark.parametrize(
    "facts",
    [
        {"rows": []},
        {"rows": [], "next": None},
        {"rows": [{"name": '井盖 "A"'}], "total": 1},
        {"rows": [{"name": "a", "at": datetime(2026, 5, 1, tzinfo=UTC)}, {"name": "b", "note": None}], "next": "x,}"},
    ],
)
def test_it_is_the_same_answer(facts: dict[str, Any]) -> None:
    expected = tell(Page, facts, ZONE).model_dump(exclude_unset=True)
    answer = write(Page, facts, "rows", ZONE)
    assert json.loads(bytes(answer.body)) == expected
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("facts", [{"rows": [{"name": 7}]}, {"rows": [{"name": "a"}], "total": "many"}])
def test_what_is_not_promised_is_not_sent(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        write(Page, facts, "rows", ZONE)
