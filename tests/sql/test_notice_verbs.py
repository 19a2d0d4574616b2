"""`gisgrid notice` as a user types it."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gisgrid.cli.main import run
from gisgrid.database import Database
from tests.sql.endpoints import answer, listening
from tests.sql.notices import ask, forget, make_district, report
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
GIVEN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module", autouse=True)
def district(owner: Database) -> None:
    make_district(owner)


@pytest.fixture(autouse=True)
def settings(owner: Database, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(owner)
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GISGRID_WEBHOOK_HTTP", "true")


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["notice", *words]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_a_target_from_its_first_day_to_its_last(
    owner: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(answer(500, b"broken")) as hook:
        options = ["--topic", "ticket.received", "--area", "west", "--words", "--allow-private", "--json"]
        made = json.loads(typed(capsys, "target", "add", "crm", hook.url, *options))
        assert made["name"] == "crm"
        assert made["secret"].startswith("whsec_")
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{GIVEN}\n"))
        assert typed(capsys, "target", "add", "own", hook.url, "--secret", "-", "--allow-private") == f"own\t{GIVEN}\n"
        report(owner)
        assert json.loads(typed(capsys, "send", "--once", "--json")) == {"delivered": 0, "waiting": 2, "parked": 0}
        shown = typed(capsys, "target", "list")
        assert "answered 500: broken" in shown
        assert GIVEN not in shown
        waiting = json.loads(typed(capsys, "list", "--target", "crm", "--json"))
        assert [(row["target"], row["state"], row["attempts"]) for row in waiting] == [("crm", "waiting", 1)]
        assert typed(capsys, "list", "--parked") == "everything has arrived\n"
        hook.behave = answer(204)
        assert typed(capsys, "retry", "crm") == "1 notices for crm are tried again\n"
        assert typed(capsys, "send", "--once") == "1 delivered, 0 waiting, 0 parked\n"
        assert typed(capsys, "target", "remove", "own") == "own is told no more; 1 notices dropped\n"
        assert [row["name"] for row in json.loads(typed(capsys, "target", "list", "--json"))] == ["crm"]


def test_keys_in_addresses_and_times_are_shown_as_they_should_be(
    owner: Database, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A robot that repeats its own address in an answer; a hook whose key is in the path."""
    key, path = "9f8e7d6c5b4a39281706", "T0000-B0000-aaaabbbbccccdddd"
    with listening(answer(200, json.dumps({"errcode": 310000, "errmsg": f"no token {key}"}).encode())) as hook:
        typed(capsys, "target", "add", "group", f"{hook.url}?access_token={key}", "--kind", "wecom", "--allow-private")
        typed(capsys, "target", "add", "chat", f"{hook.url}/{path}", "--allow-private")
        report(owner)
        with caplog.at_level("DEBUG"):
            said = typed(capsys, "send", "--once")
        for words in (["target", "list"], ["list"]):
            said += typed(capsys, *words) + typed(capsys, *words, "--json")
    assert key not in said + caplog.text and path not in said + caplog.text
    assert "no token …706" in said and "?access_token=…706" in said
    waiting = json.loads(typed(capsys, "list", "--json"))
    assert {row["since"][-6:] for row in waiting} == {row["next_at"][-6:] for row in waiting} == {"+08:00"}
    assert waiting[0]["since"][:16].replace("T", " ") in typed(capsys, "list")
    assert key not in str(ask(owner, "SELECT said FROM work.delivery"))


def test_what_cannot_be_is_refused_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["notice", "target", "add", "crm", "ftp://crm.example/"]) == 1
    assert "address: 'ftp' is not https -> " in capsys.readouterr().err
    assert run(["notice", "retry", "nobody"]) == 1
    assert "no target is called nobody -> check the name, or list the targets" in capsys.readouterr().err


def test_a_sender_of_its_own_sends_until_it_is_stopped(owner: Database, owner_url: str) -> None:
    with listening(answer(200)) as hook:
        run(["notice", "target", "add", "crm", hook.url, "--allow-private"])
        child = subprocess.Popen(
            [sys.executable, "-m", "gisgrid", "notice", "send", "--json"],
            cwd=ROOT,
            env={**os.environ, "GISGRID_DATABASE_URL": owner_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            report(owner, 3)
            hook.wait(3)
        finally:
            child.send_signal(signal.SIGINT)
            out, _ = child.communicate(timeout=PATIENCE_S)
    assert json.loads(out)["delivered"] == 3
    assert ask(owner, "SELECT count(*) FROM work.delivery WHERE delivered_at IS NULL") == [(0,)]
