"""The audit trail is a chain: it only grows, no writer waits for another, and what was done to it by force is found."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.cli.main import run
from gisgrid.database import OWNER, Database
from gisgrid.errors import NotAllowed
from gisgrid.trail import Chain, seal, verify
from tests.sql.notices import make_district

FORCE = "ALTER TABLE core.audit DISABLE TRIGGER USER; {} ; ALTER TABLE core.audit ENABLE TRIGGER USER"
TAMPERED = {
    "UPDATE core.audit SET who = 'nobody' WHERE audit_id = 3": (3, "changed"),
    "UPDATE core.audit SET facts = '{}' WHERE audit_id = 2": (2, "changed"),
    "UPDATE core.audit SET at = at + interval '1 us' WHERE audit_id = 4": (4, "changed"),
    "DELETE FROM core.audit WHERE audit_id = 3": (3, "missing"),
    "DELETE FROM core.audit WHERE audit_id = 1": (1, "missing"),
    "DELETE FROM core.audit WHERE audit_id > 3": (4, "missing"),
    "DELETE FROM core.audit": (1, "missing"),
    "INSERT INTO core.audit SELECT 7, 77, at, who, what, subject, facts, digest FROM core.audit WHERE audit_id = 6": (
        7,
        "changed",
    ),
    "INSERT INTO core.audit SELECT 7, 77, l.at, '', '', '', '{}', app.audit_digest(l.digest,"
    " ROW(7, 77, l.at, '', '', '', '{}', '')::core.audit) FROM core.audit AS l WHERE audit_id = 6": (7, "added"),
    "UPDATE core.audit SET audit_id = CASE audit_id WHEN 2 THEN 30 ELSE audit_id END": (2, "missing"),
}


@pytest.fixture
def trail(new_database: Any) -> Any:
    """A database with six rows in its trail."""
    database = Database(new_database(), role=OWNER)
    with database.transaction() as connection:
        for number in range(6):
            connection.execute(text("SELECT app.note('test', :of, '{\"a\": 1}')"), {"of": str(number)})
    with database.transaction() as connection:
        assert seal(connection) == 6
    yield database
    database.close()


def chain(database: Database, kept: str = "") -> Chain:
    with database.transaction() as connection:
        kept_id, _, digest = kept.partition(":")
        return verify(connection, int(kept_id) if kept else None, digest)


def test_a_chain_that_nobody_touched_is_whole(trail: Database) -> None:
    found = chain(trail)
    assert (found.audit_id, found.broken_id, found.why) == (6, None, None)
    assert chain(trail, f"6:{found.digest}") == chain(trail) == found


@pytest.mark.parametrize("statement", TAMPERED)
def test_what_was_done_by_force_is_found_at_its_first_row(trail: Database, statement: str) -> None:
    with trail.transaction() as connection:
        connection.exec_driver_sql(FORCE.format(statement), execution_options={"no_parameters": True})
    found = chain(trail)
    assert (found.broken_id, found.why) == TAMPERED[statement]


def test_a_tail_that_was_cut_off_with_its_head_is_missed_by_an_end_that_was_kept(trail: Database) -> None:
    kept = f"6:{chain(trail).digest}"
    cut = (
        "DELETE FROM core.audit WHERE audit_id > 4; UPDATE core.audit_head SET (audit_id, digest) ="
        " (SELECT audit_id, digest FROM core.audit WHERE audit_id = 4)"
    )
    with trail.transaction() as connection:
        connection.exec_driver_sql(FORCE.format(cut), execution_options={"no_parameters": True})
    assert chain(trail).broken_id is None
    assert (chain(trail, kept).broken_id, chain(trail, kept).why) == (5, "missing")
    with trail.transaction() as connection:
        for number in range(3):
            connection.execute(text("SELECT app.note('test', :of)"), {"of": f"later {number}"})
        seal(connection)
    assert chain(trail).broken_id is None
    assert (chain(trail, kept).broken_id, chain(trail, kept).why) == (6, "other than was kept")


@pytest.mark.parametrize("table", ["core.audit", "core.audit_note"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET who = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_changes_a_row(trail: Database, table: str, statement: str) -> None:
    with trail.transaction() as connection:
        connection.execute(text("SELECT app.note('test', 'one that waits')"))
    with pytest.raises(NotAllowed, match="only grows"), trail.transaction() as connection:
        connection.execute(text(statement.format(table)))


def test_the_service_reads_and_writes_the_trail_by_its_functions_alone(service: Database) -> None:
    for statement in (
        "SELECT * FROM core.audit",
        "SELECT * FROM core.audit_note",
        "INSERT INTO core.audit_note (who, what, subject, facts) VALUES ('', '', '', '{}')",
        "UPDATE core.audit_head SET audit_id = 0",
        "SELECT app.note('test', 'x')",
        "SELECT app.verify_audit()",
    ):
        with pytest.raises(DBAPIError, match="permission denied"), service.transaction() as connection:
            connection.execute(text(statement))
    with pytest.raises(NotAllowed), service.transaction() as connection:
        connection.execute(text("SELECT app.audit_rows(NULL, NULL, NULL, NULL, NULL, 10)"))


def test_writers_do_not_wait_for_each_other_and_each_note_is_sealed_once(trail: Database) -> None:
    """A transaction that stays open keeps no other writer and no sealer waiting; it comes later in the chain."""
    engine = create_engine(trail.engine.url)
    with engine.connect() as slow, engine.connect() as sealer:
        slow.execute(text("SELECT app.note('test', 'slow')"))
        sealer.execute(text("SET lock_timeout = '10s'"))
        sealer.execute(text("SELECT app.note('test', 'fast')"))
        sealer.commit()
        assert sealer.execute(text("SELECT app.seal_audit()")).scalar() == 1
        sealer.commit()
        slow.commit()
        assert sealer.execute(text("SELECT app.seal_audit()")).scalar() == 1
        sealer.commit()
        order = "SELECT subject FROM core.audit WHERE audit_id > 6 ORDER BY audit_id"
        assert sealer.execute(text(order)).scalars().all() == ["fast", "slow"]
    assert chain(trail).broken_id is None
    engine.dispose()


@pytest.fixture
def settings(owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run([*words, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("settings")
def test_who_owns_the_machine_is_named_and_reads_the_trail(owner: Database, capsys: pytest.CaptureFixture[str]) -> None:
    make_district(owner)
    typed(capsys, "user", "add", "mo", "--role", "worker", "--area", "west")
    typed(capsys, "user", "change", "mo", "--role", "dispatcher")
    typed(capsys, "user", "disable", "mo")
    rows = typed(capsys, "audit", "--what", "account", "--limit", "5000")
    mine = [row for row in reversed(rows) if row["subject"] == "mo"]
    assert {row["who"] for row in mine} == {typed(capsys, "audit", "--limit", "1")[0]["who"]}
    assert mine[0]["who"].startswith("machine/")
    assert [row["facts"]["did"] for row in mine] == ["insert", "update", "update", "update"]
    assert mine[2]["facts"]["now"] == {"role": "dispatcher"}
    assert mine[1]["facts"]["columns"] == ["secret_sha256"] and mine[1]["facts"]["now"] == {}
    assert typed(capsys, "audit", "--who", "mo") == typed(capsys, "audit", "--to", "2020-01-01") == []
    assert len(typed(capsys, "audit", "--from", "2020-01-01", "--what", "account", "--limit", "2")) == 2
    end = typed(capsys, "audit", "--verify")["end"]
    assert typed(capsys, "audit", "--verify", "--kept", end)["end"].partition(":")[0] >= end.partition(":")[0]
    assert run(["audit", "--verify", "--kept", "9999999:" + "0" * 64]) == 1
    assert "is missing" in capsys.readouterr().err
    assert run(["audit", "--verify", "--kept", "x"]) == 1


def test_a_telephone_number_is_nowhere_in_the_trail(trail: Database) -> None:
    with trail.transaction() as connection:
        added = "INSERT INTO core.person (name, phone) VALUES ('某某', '13912345678') RETURNING person_id"
        person = connection.execute(text(added)).scalar()
        connection.execute(text("UPDATE core.person SET phone = '13900000000' WHERE person_id = :id"), {"id": person})
    with trail.transaction() as connection:
        assert seal(connection) == 2
        kept = " ".join(connection.execute(text("SELECT a::text FROM core.audit AS a")).scalars())
        rows = connection.execute(text("SELECT facts FROM core.audit WHERE what = 'person' ORDER BY audit_id"))
        assert [row["columns"] for row in rows.scalars()][1] == ["phone"]
    assert "139" not in kept.replace(str(person), "") and "某" not in kept
