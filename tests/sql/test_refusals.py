"""One protocol of refusal: every no of the database is a sentence of app.refusal, in both languages, and is used."""

import re
import unicodedata

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gisgrid.database import REFUSALS, asking, read_refusal
from gisgrid.errors import Conflict
from gisgrid.migrations.order import read_files

LISTED = "SELECT refusal, sqlstate, field, message_zh, message_en, remedy_zh, remedy_en FROM app.refusal"
OWN_STATES = {"GG900"}
"""Raised and caught within one function: nobody is told."""


def is_chinese(words: str) -> bool:
    return any("CJK" in unicodedata.name(char, "") for char in words)


def test_every_sentence_is_whole_in_both_languages(db: Connection) -> None:
    rows = db.execute(text(LISTED)).all()
    assert len(rows) > 50
    assert len({row.refusal for row in rows}) == len(rows)
    for row in rows:
        assert row.sqlstate in REFUSALS, row
        assert re.fullmatch("[a-z_]+", row.field), row
        assert is_chinese(row.message_zh) and is_chinese(row.remedy_zh), row
        assert row.message_en and row.remedy_en, row
        assert not is_chinese(re.sub(r"%\d\$s", "", row.message_en + row.remedy_en)), row


def test_sql_refuses_by_this_protocol_alone_and_by_keys_that_are_listed(db: Connection) -> None:
    listed = {row.refusal for row in db.execute(text(LISTED))}
    used: set[str] = set()
    for file in read_files():
        for state in re.findall(r"RAISE EXCEPTION[^;]*?ERRCODE = '(\w+)'", file.text):
            assert state in OWN_STATES, file.path
        raised = re.findall(r"RAISE EXCEPTION(?! USING)[^;]*;", file.text)
        assert all("GG900" in one for one in raised), file.path
        used |= set(re.findall(r"app\.refuse\(\s*'(\w+)'", file.text))
        used |= set(re.findall(r"'(\w+)'", " ".join(re.findall(r"app\.refuse\(\s*CASE[^;]*;", file.text)))) & listed
        used |= set(re.findall(r"THEN '(photo_\w+|unknown)'", file.text))
    assert used == listed


def test_python_reads_field_message_and_remedy_in_both_languages(db: Connection) -> None:
    with pytest.raises(Conflict) as refused, asking(db):
        db.execute(text("SELECT app.refuse('parts_open', '20261126-000001')"))
    (fault,) = refused.value.faults
    assert (fault.field, fault.message) == ("step", "parts of it are open: 20261126-000001")
    assert fault.message_zh == "有子工单未办结：20261126-000001"
    assert fault.remedy and fault.remedy_zh
    assert db.execute(text("SELECT 1")).scalar() == 1  # the transaction goes on


def test_an_error_that_is_not_ours_is_no_refusal(db: Connection) -> None:
    with pytest.raises(DBAPIError) as error, asking(db):
        db.execute(text("SELECT 1 / 0"))
    assert read_refusal(error.value) is None


def test_what_a_row_holds_is_not_told(db: Connection) -> None:
    with pytest.raises(Exception, match="due_hours_are_positive") as refused, asking(db):
        db.execute(
            text("INSERT INTO work.category (category, name_zh, name_en, due_hours) VALUES ('x', :words, 'x', -1)"),
            {"words": "某人的话"},
        )
    assert "某人的话" not in repr(refused.value) + repr(refused.value.__cause__)
