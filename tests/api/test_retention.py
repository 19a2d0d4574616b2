"""What is old goes, and who is erased is found nowhere: not in a dump of everything, not among the files.

Long because each kind of row that goes has a test here.
"""

import json
import os
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from gisgrid.changes import read_changes
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import Settings
from gisgrid.tickets.housekeeping import KEPT_DAYS, clear_photos, erase_reporters, forget_old
from gisgrid.trail import seal, verify
from tests.api.conftest import District
from tests.api.test_photos import JPEG, add, ask, look, new_ticket, settings_of
from tests.pictures import encode, plain

PHONE, NAME, MAIL = "13900001234", "孙十一(虚构)", "sun.eleven@mail.example"
WRITTEN = ("13900001234", "139-0000-1234", "139 0000 1234", "+86 139.0000.1234", NAME, MAIL, MAIL.upper())


def dumped(url: str) -> str:
    """Everything that pg_dump writes of this database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        programs = connection.execute(text("SELECT setting FROM pg_config WHERE name = 'BINDIR'")).scalar_one()
        library = connection.execute(text("SELECT setting FROM pg_config WHERE name = 'LIBDIR'")).scalar_one()
    engine.dispose()
    at = make_url(url)
    where = ["-h", str(at.query["host"]), "-p", str(at.query["port"]), "-U", str(at.username), "-d", str(at.database)]
    done = subprocess.run(  # noqa: S603  # the server's own program
        [str(Path(programs) / "pg_dump"), *where],
        capture_output=True,
        check=True,
        env={**os.environ, "LD_LIBRARY_PATH": f"{library}:{os.environ.get('LD_LIBRARY_PATH', '')}"},
    )
    return done.stdout.decode("utf-8")


def found(district: District) -> set[str]:
    """What of the reporter is anywhere: in the whole database, or in a file of the data directory."""
    held = dumped(district.url)
    for path in settings_of(district).data_dir.rglob("*"):
        if path.is_file():
            held += path.read_bytes().decode("utf-8", "replace")
    return {one for one in WRITTEN if one in held}


def talk(district: District) -> str:
    """A ticket whose reporter's name, number and mailbox stand everywhere that somebody can write them; its number."""
    words = "电话" + "、".join(WRITTEN)
    number, secret = new_ticket(
        district, description=words, contact_name=NAME, contact_phone=f"+86 {PHONE}, {MAIL}", client_ref=UUID
    )
    boss, own = district.client("boss"), {"X-Report-Secret": secret}
    reporter = district.client()
    path = f"/api/v1/tickets/{number}"
    photo = encode(plain())
    for answer in (
        reporter.post(f"/api/v1/reports/{number}/photos", content=photo, headers={**JPEG, **own}),
        boss.put(f"{path}/clock", json={"state": "paused", "reason": f"问 {PHONE}"}),
        boss.post(f"{path}/answers", json={"text": f"已致电 {PHONE}"}),
        reporter.post(f"/api/v1/reports/{number}/answers", json={"text": words}, headers=own),
        boss.post(f"{path}/whistles", json={"department": "城管", "note": words}),
        boss.post(f"{path}/steps", json={"step": "inspect", "note": words}),
    ):
        assert answer.status_code < 300 or "whistles" in str(answer.url), answer.text
    return number


UUID = "6f1c3b2e-7a51-4f0e-9d0a-3a1b5c7d9e11"


@pytest.fixture
def owner(district: District) -> Any:
    database = Database(district.url, role=OWNER)
    yield database
    database.close()


def test_who_is_erased_is_found_nowhere(district: District, owner: Database) -> None:
    number = talk(district)
    assert found(district) == set(WRITTEN)
    with owner.transaction(EVERYTHING) as connection:
        seal(connection)
    ask(
        district,
        "UPDATE work.ticket SET step = 'rate', closed_at = now() - interval '366 days' WHERE number = :n",
        n=number,
    )
    assert erase_reporters(owner, 365) == 1
    for path in settings_of(district).photos.rglob("*.jpg"):
        os.utime(path, (time.time() - 90_000,) * 2)
    clear_photos(owner, settings_of(district))
    assert found(district) == set()
    assert ask(district, "SELECT count(*) FROM work.client_ref WHERE client_ref = :r", r=UUID) == [(0,)]
    ticket = look(district, "boss", number).json()
    assert ticket["description"].startswith("电话***、") and "***" in json.dumps(ticket["history"])
    assert ticket["history"][-1]["action"] == "erased"


def test_who_asks_for_it_is_erased_at_once(
    district: District, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    numbers = [new_ticket(district, contact_phone=phone)[0] for phone in ("13700005678", "137-0000-5678")]
    other, _ = new_ticket(district, contact_phone="13700005679")
    assert run(["erase", "--contact", "137 0000 5678", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"erased": numbers}
    assert look(district, "boss", other).json()["contact"]["phone"] == "13700005679"
    assert run(["erase", other]) == 0 and run(["erase", other]) == 1 and run(["erase"]) == 1
    said = capsys.readouterr().err
    assert "forgotten already" in said and "whose reporter?" in said


def test_nobody_else_rewrites_history(district: District, owner: Database) -> None:
    number, _ = new_ticket(district)
    for sql in (
        "UPDATE work.event SET note = 'x' WHERE ticket_id = (SELECT ticket_id FROM work.ticket WHERE number = :n)",
        "UPDATE work.event SET actor = 'x' FROM (SELECT set_config('gisgrid.erasing', ticket_id::text, true) AS s,"
        " ticket_id FROM work.ticket WHERE number = :n) AS t WHERE work.event.ticket_id = t.ticket_id AND t.s <> ''",
        "DELETE FROM work.event WHERE ticket_id = (SELECT ticket_id FROM work.ticket WHERE number = :n)",
    ):
        with pytest.raises(Exception, match="events of tickets|history|历史"):
            ask(district, sql, n=number)


AGED = {
    "change": "UPDATE core.change SET changed_at = now() - interval '8 days'",
    "client_ref": "UPDATE work.ticket SET received_at = now() - interval '31 days'"
    " WHERE ticket_id IN (SELECT ticket_id FROM work.client_ref)",
    "notice": "UPDATE work.outbox SET created_at = now() - interval '91 days'",
    "ping": "INSERT INTO overlay.ping (worker, at, path, cell, geom)"
    " SELECT 'w' || n, now() - interval '91 days', '{0}', n, ST_SetSRID(ST_MakePoint(1, 1), 4326)"
    " FROM generate_series(1, 25) AS n",
    "session": "INSERT INTO core.session (token_sha256, account_id, expires_at)"
    " SELECT sha256(n::text::bytea), (SELECT min(account_id) FROM core.account), now() - interval '1 second'"
    " FROM generate_series(1, 25) AS n",
}
TABLES = {
    "change": "core.change",
    "client_ref": "work.client_ref",
    "notice": "work.outbox",
    "ping": "overlay.ping",
    "session": "core.session",
}


@pytest.mark.parametrize("what", AGED)
def test_what_is_old_goes_in_small_batches_and_what_is_young_stays(
    district: District, owner: Database, what: str
) -> None:
    for n in range(12):
        new_ticket(district, client_ref=f"00000000-0000-4000-8000-{hash(what) % 10**8:08d}{n:04d}")
    forget_old(owner, Settings())
    before = ask(district, f"SELECT count(*) FROM {TABLES[what]}")[0][0]
    ask(district, AGED[what])
    grown = ask(district, f"SELECT count(*) FROM {TABLES[what]}")[0][0]
    if what == "session":
        ask(district, "UPDATE core.session SET expires_at = now() + interval '1 hour' WHERE ctid = (SELECT min(ctid)"
            " FROM core.session WHERE expires_at < now())")  # fmt: skip
    new_ticket(district, client_ref=f"00000000-0000-4000-9000-{hash(what) % 10**12:012d}")
    gone = forget_old(owner, Settings(), batch=5)[what]
    left = ask(district, f"SELECT count(*) FROM {TABLES[what]}")[0][0]
    assert gone >= min(grown, 11) and left >= 1 if what != "ping" else (gone, left) == (25, before)
    assert forget_old(owner, Settings(), batch=5)[what] == 0


def test_a_notice_that_is_still_tried_is_kept(district: District, owner: Database) -> None:
    target = ask(
        district,
        "INSERT INTO work.target (name, kind, address) VALUES ('kept', 'email', 'a@b.example') RETURNING target_id",
    )[0][0]
    number, _ = new_ticket(district)
    ask(district, "UPDATE work.outbox SET created_at = now() - interval '91 days'")
    forget_old(owner, Settings())
    waits = "SELECT count(*) FROM work.delivery AS d JOIN work.ticket AS t USING (ticket_id) WHERE t.number = :n"
    assert ask(district, waits, n=number) == [(1,)]
    ask(district, "UPDATE work.delivery SET parked_at = now() WHERE target_id = :t", t=target)
    assert forget_old(owner, Settings())["notice"] >= 1
    assert ask(district, waits, n=number) == [(0,)]
    ask(district, "DELETE FROM work.target WHERE target_id = :t", t=target)


def test_whoever_missed_what_was_forgotten_reads_all_again(district: District, owner: Database) -> None:
    new_ticket(district)
    with owner.reading() as connection:
        first = connection.execute(text("SELECT min(transaction_id)::text::bigint FROM core.change")).scalar_one()
        until = connection.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")).scalar_one()
        assert read_changes(connection, first, until, most=10_000)
    ask(district, "UPDATE core.change SET changed_at = now() - interval '8 days'")
    forget_old(owner, Settings())
    with owner.reading() as connection:
        assert read_changes(connection, first, until, most=10_000) is None
        assert read_changes(connection, until + 100, until + 200, most=10_000) == []


def test_photos_of_long_ago_go_with_their_files(district: District, owner: Database) -> None:
    settings = settings_of(district)
    old, young = (new_ticket(district)[0] for _ in range(2))
    for number in (old, young):
        assert add(district, "wang", number, encode(plain())).status_code == 201
        ask(
            district,
            "UPDATE work.photo SET added_at = now() - interval '20 days' WHERE ticket_id = (SELECT ticket_id FROM"
            " work.ticket WHERE number = :n)",
            n=number,
        )
    ask(district, "UPDATE work.ticket SET closed_at = now() - interval '11 days' WHERE number = :n", n=old)
    assert forget_old(owner, Settings(photo_days=0))["photo"] == 0
    assert forget_old(owner, Settings(photo_days=10))["photo"] == 1
    assert (
        len(look(district, "boss", young).json()["photos"]) == 1 and look(district, "boss", old).json()["photos"] == []
    )
    for path in settings.photos.rglob("*.jpg"):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert clear_photos(owner, settings) == 2


def test_the_trail_is_a_chain_from_where_it_begins(district: District, owner: Database) -> None:
    for _ in range(7):
        assert district.client().get("/api/v1/accounts").status_code == 401
    with owner.transaction(EVERYTHING) as connection:
        seal(connection)
        kept = verify(connection)
        assert kept.broken_id is None and kept.audit_id >= 7
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("ALTER TABLE core.audit DISABLE TRIGGER USER"))
        connection.execute(text("SELECT app.note('x', 'y')"))
        connection.execute(text("ALTER TABLE core.audit ENABLE TRIGGER USER"))
        seal(connection)
        forget = text("SELECT app.forget_audit(clock_timestamp(), 3)")
        assert [connection.execute(forget).scalar_one() for _ in range(2)] == [3, 3]
        chain = verify(connection, kept.audit_id, kept.digest)
        assert chain.broken_id is None, chain
        assert connection.execute(text("SELECT min(audit_id) FROM core.audit")).scalar_one() == 7
        assert verify(connection, kept.audit_id, "0" * 64).why == "other than was kept"
    with pytest.raises(Exception, match="only grows"), owner.transaction(EVERYTHING) as connection:
        connection.execute(text("DELETE FROM core.audit WHERE audit_id = 8"))
    assert forget_old(owner, Settings(audit_days=1))["audit"] == 0


def test_every_kind_has_a_setting() -> None:
    assert {f"{what}_days" for what in KEPT_DAYS} <= set(vars(Settings()))
    assert timedelta(days=Settings().ping_days) == timedelta(days=90) and Settings().client_ref_days == 30
