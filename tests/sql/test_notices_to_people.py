"""Notices that people read: in the groups of DingTalk and WeCom, and by e-mail, through servers good and bad."""

import base64
import hashlib
import hmac
import json
import socket
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from gisgrid.database import Database
from gisgrid.errors import Refused
from gisgrid.notices import mail
from gisgrid.notices.mail import read_server
from tests.sql.endpoints import Request, answer, in_turn, listening
from tests.sql.mailservers import bad_server, good_server
from tests.sql.notices import SETTINGS, ask, forget, listed, make_district, pass_time, report, sender_of, tell

SECRET = "SECf1e2d3c4"
TAKEN = answer(200, b'{"errcode":0,"errmsg":"ok"}')
MARKUP = "路灯**不亮** [点我](https://bad.example) <@all> # 标题\n第二行"


@pytest.fixture(scope="module", autouse=True)
def district(owner: Database) -> None:
    make_district(owner)


@pytest.fixture(autouse=True)
def nobody_is_told(owner: Database) -> None:
    forget(owner)


def dingtalk(connection: socket.socket, request: Request) -> None:
    """Checks the signature as DingTalk's page tells to make it, and answers as it does."""
    query = {name: value for name, [value] in parse_qs(urlsplit(request.path).query).items()}
    signed = f"{query['timestamp']}\n{SECRET}".encode()
    wanted = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    fresh = abs(int(query["timestamp"]) / 1000 - time.time()) < 3600
    good = query["sign"] == wanted and fresh and query["access_token"] == "a"
    (TAKEN if good else answer(200, b'{"errcode":310000,"errmsg":"sign not match"}'))(connection, request)


def test_a_dingtalk_group_is_told_in_chinese_and_by_its_signature(owner: Database, owner_url: str) -> None:
    with listening(dingtalk) as robot, sender_of(owner_url) as sender:
        tell(owner, "group", f"{robot.url}?access_token=a", kind="dingtalk", secret=SECRET)
        [number] = report(owner)
        assert dict(sender.send_once()) == {"delivered": 1}
        [request] = robot.requests
    assert request.message["msgtype"] == "markdown"
    shown = request.message["markdown"]
    assert shown["title"] == f"【网格事件】新事件 {number}"
    due = ask(owner, "SELECT due_at FROM work.ticket WHERE number = :n", n=number)[0][0]
    assert shown["text"].split("\n\n") == [
        f"**【网格事件】新事件 {number}**",
        "类别：安全隐患",
        "环节：分流交办",
        "网格：网格A (A)",
        f"办结时限：{due.astimezone(SETTINGS.timezone):%Y-%m-%d %H:%M}",
        f"[查看事件](https://grid.example/#ticket={number})",
    ]


def test_a_robot_that_refuses_inside_a_good_answer_has_not_been_told(owner: Database, owner_url: str) -> None:
    with listening(dingtalk) as robot, sender_of(owner_url) as sender:
        tell(owner, "group", f"{robot.url}?access_token=a", kind="dingtalk", secret="SECother")
        report(owner)
        assert dict(sender.send_once()) == {"waiting": 1}
        assert "errcode 310000: sign not match" in str(listed(owner)[0].said)
        robot.behave = answer(200, b"<html>")
        pass_time(owner, 60)
        sender.send_once()
        assert "without errcode: <html>" in str(listed(owner)[0].said)


def test_a_wecom_group_is_told_and_nothing_that_was_typed_is_markup(owner: Database, owner_url: str) -> None:
    with listening(TAKEN) as robot, sender_of(owner_url) as sender:
        tell(owner, "group", f"{robot.url}?key=k", kind="wecom", area="west", with_words=True)
        [number] = report(owner)
        ask(
            owner,
            "UPDATE work.ticket_private AS p SET description = :words FROM work.ticket AS t"
            " WHERE t.ticket_id = p.ticket_id AND t.number = :n",
            n=number,
            words=MARKUP,
        )
        sender.send_once()
        [request] = robot.requests
    assert request.path.endswith("?key=k")
    assert set(request.message) == {"msgtype", "markdown"}
    words = request.message["markdown"]["content"].split("\n\n")[5]
    assert words == "描述：路灯＊＊不亮＊＊ ［点我］(https://bad.example) ＜＠all＞ ＃ 标题 第二行"


def test_a_group_gets_no_more_than_a_message_in_three_seconds(owner: Database, owner_url: str) -> None:
    with listening(in_turn(TAKEN, answer(200, b'{"errcode":45009,"errmsg":"freq"}'), TAKEN)) as robot:
        with sender_of(owner_url) as sender:
            tell(owner, "group", f"{robot.url}?key=k", kind="wecom")
            report(owner, 3)
            counts = []
            for seconds in (0, 2.5, 1, 30, 20, 20, 10, 4):
                pass_time(owner, seconds)
                sender.send_once()
                counts.append(len(robot.requests))
    assert counts[:5] == [1, 1, 2, 2, 2]  # after «too many» a minute of silence
    assert counts[-1] == 4
    assert len({json.dumps(r.message) for r in robot.requests}) == 3


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Who is trusted here."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@pytest.mark.filterwarnings("ignore:Requiring AUTH while")  # it does not see TLS that was there from the start
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_letter_goes_out_by_tls_and_login(
    owner: Database, owner_url: str, authority: trustme.CA, scheme: str
) -> None:
    with good_server(authority, "grid", "p@ss", scheme) as (url, mailbox):
        settings = replace(SETTINGS, smtp_url=url.replace("p@ss", "p%40ss"))
        tell(owner, "desk", "desk@town.example, 主任 <head@town.example>", kind="email", area="west", with_words=True)
        [number] = report(owner)
        with sender_of(owner_url, settings) as sender:
            assert dict(sender.send_once()) == {"delivered": 1}, listed(owner)
    [letter] = mailbox.letters
    [(notice, now)] = ask(owner, "SELECT notice_id, clock_timestamp() FROM work.outbox ORDER BY outbox_id DESC LIMIT 1")
    assert letter["Subject"] == f"【网格事件】新事件 {number}"
    assert letter["Message-ID"] == f"<{notice}@district.example>"
    assert (letter["From"], letter["To"]) == (SETTINGS.mail_from, "desk@town.example, head@town.example")
    assert letter["Auto-Submitted"] == "auto-generated"
    date: Any = letter["Date"]
    assert abs((date.datetime - now).total_seconds()) < 60
    text = letter.get_content().replace("\r\n", "\n")
    assert "类别：安全隐患\n" in text
    assert "category: safety hazard\n" in text
    assert "描述：路灯不亮,晚上看不见\n" in text
    assert f"https://grid.example/#ticket={number}" in text


def test_a_server_that_cannot_be_believed_gets_no_password(
    owner: Database, owner_url: str, authority: trustme.CA
) -> None:
    stranger = trustme.CA()
    tell(owner, "desk", "desk@town.example", kind="email")
    report(owner)
    with good_server(stranger, "grid", "secret") as (url, mailbox):
        with sender_of(owner_url, replace(SETTINGS, smtp_url=url)) as sender:
            assert dict(sender.send_once()) == {"waiting": 1}
    assert "certificate" in str(listed(owner)[0].said)
    with bad_server() as plain:  # knows no STARTTLS
        url = plain.url.replace("smtp+plain://", "smtp://u:p@")
        pass_time(owner, 60)
        with sender_of(owner_url, replace(SETTINGS, smtp_url=url)) as sender:
            assert dict(sender.send_once()) == {"waiting": 1}
    assert "STARTTLS" in str(listed(owner)[0].said)
    assert not mailbox.letters + plain.letters


FAILURES: list[tuple[dict[str, str | None], str]] = [
    ({"greet": None}, "timed out"),
    ({"greet": "drip"}, "took longer than"),
    ({"greet": "554 no"}, "554"),
    ({"EHLO": "cut", "HELO": "cut"}, "closed"),
    ({"MAIL": "451 later"}, "451: later"),
    ({"RCPT": "550 nobody"}, "550 nobody"),
    ({"RCPT": "450 greylisted"}, "450 greylisted"),
    ({"DATA": "421 busy"}, "421: busy"),
    ({"body": "552 too much"}, "552: too much"),
    ({"body": "cut"}, "closed"),
]


@pytest.mark.parametrize(("says", "told"), FAILURES, ids=lambda value: str(value)[:24])
def test_a_server_that_fails_at_any_word_is_asked_again(
    owner: Database, owner_url: str, says: dict[str, str | None], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if told == "timed out":
        monkeypatch.setattr(mail, "TIMEOUT_S", 0.5)
    if told == "took longer than":
        monkeypatch.setattr(mail, "WHOLE_S", 0.8)
    tell(owner, "desk", "desk@town.example", kind="email")
    report(owner)
    with bad_server(**says) as bad, sender_of(owner_url, replace(SETTINGS, smtp_url=bad.url)) as sender:
        assert dict(sender.send_once()) == {"waiting": 1}
    assert told in str(listed(owner)[0].said), listed(owner)[0].said
    pass_time(owner, 60)
    with bad_server(QUIT="cut") as good, sender_of(owner_url, replace(SETTINGS, smtp_url=good.url)) as sender:
        assert dict(sender.send_once()) == {"delivered": 1}
    if bad.letters:  # it had the letter and did not say so: a mailbox knows the second by its id
        assert bad.letters[0]["Message-ID"] == good.letters[0]["Message-ID"]


def test_a_dead_mail_server_delays_no_webhook(owner: Database, owner_url: str) -> None:
    """It never ends by itself: what waited for it would wait longer than the test does."""
    with bad_server(greet=None) as bad, listening(answer(200)) as hook:
        tell(owner, "desk", "desk@town.example", kind="email")
        tell(owner, "hook", hook.url)
        with sender_of(owner_url, replace(SETTINGS, smtp_url=bad.url)) as sender:
            sender.start()
            for number in range(8):
                report(owner)
                hook.wait(number + 1)
            bad.hang_up()


def test_without_a_mail_server_letters_wait(owner: Database, owner_url: str) -> None:
    tell(owner, "desk", "desk@town.example", kind="email")
    report(owner)
    with sender_of(owner_url) as sender:
        assert dict(sender.send_once()) == {"waiting": 1}
    assert "GISGRID_SMTP_URL" in str(listed(owner)[0].said)


def test_a_setting_that_names_no_mail_server_is_refused() -> None:
    assert read_server("") is None
    for bad in ("mail.example", "http://mail.example", "smtp://"):
        with pytest.raises(Refused):
            read_server(bad)


def test_the_time_of_a_notice_is_the_databases(owner: Database, owner_url: str) -> None:
    with listening(answer(200)) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        report(owner)
        [(written,)] = ask(owner, "SELECT created_at FROM work.outbox ORDER BY outbox_id DESC LIMIT 1")
        sender.send_once()
        [(tried, after)] = ask(owner, "SELECT tried_at, clock_timestamp() FROM work.delivery")
    assert datetime.fromisoformat(hook.requests[0].message["timestamp"]) == written
    assert int(tried.timestamp()) <= int(hook.requests[0].headers["webhook-timestamp"]) <= after.timestamp()
