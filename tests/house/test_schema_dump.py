"""sql/schema.sql is what the migrations make; a change that it does not show is caught."""

import difflib
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

from tests.house.schema_dump import FILE, dump_schema, major_of, normalise

RENEW = "renew it: .venv/bin/python -m tests.house.schema_dump"
OFFENCES = [
    ("ALTER TABLE core.area ADD COLUMN rogue text", "    rogue text,"),
    ("ALTER TABLE work.ticket ALTER COLUMN source DROP NOT NULL", "    source text DEFAULT 'app'::text,"),
    ("DROP POLICY camera_is_in_scope ON overlay.camera", "camera_is_in_scope"),
    ("ALTER TABLE core.person DISABLE ROW LEVEL SECURITY", "ALTER TABLE core.person ENABLE ROW LEVEL SECURITY;"),
    ("DROP TRIGGER only_close_the_record ON core.area_version", "CREATE TRIGGER only_close_the_record"),
    ("DROP INDEX draft.draft_area_geom", "CREATE INDEX draft_area_geom"),
    ("COMMENT ON TABLE work.event IS 'something else'", "something else"),
]


def changes(dump: str) -> list[str]:
    """Lines that the committed dump and this one do not share; skips where PostgreSQL writes another dialect."""
    committed = FILE.read_text(encoding="utf-8")
    if major_of(committed) != major_of(dump):
        pytest.skip(f"sql/schema.sql is as PostgreSQL {major_of(committed)} writes it, this is {major_of(dump)}")
    compared = difflib.unified_diff(
        committed.splitlines(), dump.splitlines(), "sql/schema.sql", "database", "", "", 1, ""
    )
    return list(compared)


def test_the_committed_dump_is_the_schema(shared_url: str) -> None:
    found = changes(dump_schema(shared_url))
    assert not found, "\n".join([RENEW, *found])


@pytest.mark.parametrize(("offence", "told"), OFFENCES)
def test_a_change_that_the_dump_does_not_show_is_caught(
    offence: str, told: str, new_database: Callable[[], str]
) -> None:
    url = new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(offence))
    engine.dispose()
    assert told in "\n".join(changes(dump_schema(url)))


def test_order_and_remarks_of_pg_dump_do_not_matter() -> None:
    area = "--\n-- Name: area; Type: TABLE; Schema: core; Owner: -\n--\n\nCREATE TABLE core.area (\n    code text\n);\n"
    post = "--\n-- Name: post; Type: TABLE; Schema: core; Owner: -\n--\n\nCREATE TABLE core.post (\n    role text\n);\n"
    head = "--\n-- Dumped by pg_dump version 15.9\n\\restrict x1\nSET lock_timeout = 0;\n\n"
    assert normalise(head + area + post) == normalise(head.replace("x1", "y2") + post + area)
    assert "pg_dump" not in normalise(head + area)
