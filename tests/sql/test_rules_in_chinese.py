"""What PostgreSQL says of a row that breaks a rule has its Chinese."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gisgrid.database import CONSTRAINTS, read_refusal

TABLES = """
CREATE TEMP TABLE above (id integer PRIMARY KEY);
CREATE TEMP TABLE below (
    id integer CONSTRAINT "id must be small" CHECK (id < 10),
    name text NOT NULL DEFAULT '',
    above integer REFERENCES above,
    span int4range,
    EXCLUDE USING gist (span WITH &&)
);
INSERT INTO above VALUES (1);
INSERT INTO below (id, above, span) VALUES (1, 1, '[1,5)');
"""
BREAKS = {
    "INSERT INTO below (id) VALUES (11)": '表 "below" 的新行违反规则 "id must be small"',
    "INSERT INTO above VALUES (1)": '与已有的行重复，违反规则 "above_pkey"',
    "INSERT INTO below (above) VALUES (2)": '表 "below" 的行指向不存在的内容，违反规则 "below_above_fkey"',
    "DELETE FROM above": '表 "above" 的行仍被表 "below" 使用，违反规则 "below_above_fkey"',
    "INSERT INTO below (name) VALUES (NULL)": '表 "below" 的列 "name" 不能为空',
    "INSERT INTO below (span) VALUES ('[2,3)')": '与已有的行冲突，违反规则 "below_span_excl"',
}


@pytest.mark.parametrize("statement", BREAKS)
def test_a_broken_rule_is_said_in_chinese(db: Connection, statement: str) -> None:
    db.execute(text(TABLES))
    with pytest.raises(DBAPIError) as error:
        db.execute(text(statement))
    assert error.value.orig is not None and getattr(error.value.orig, "pgcode", "") in CONSTRAINTS
    refused = read_refusal(error.value)
    assert refused is not None
    said = refused.faults[0].in_both()
    assert (said.message_zh, said.remedy_zh) == (BREAKS[statement], "请看规则的名称")
