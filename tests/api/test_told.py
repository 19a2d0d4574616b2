"""A reporter is told by the ways that he chose, and no more once he wants it; he reopens what is not done."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from standardwebhooks import Webhook

from gisgrid.cli.main import run
from gisgrid.notices.sender import Sender, open_database
from gisgrid.settings import Settings
from tests.api.conftest import District
from tests.api.test_following import act, follow, to_feedback
from tests.api.test_photos import ask, new_ticket
from tests.api.test_retention import dumped
from tests.sql.endpoints import answer, listening
from tests.sql.mailservers import Mailbox, good_server

MAIL = "zhou.seven@mail.example"
NOBODY = {"email": None, "phone": None, "may_reopen_until": None, "ways": ["email"]}
BOTH = {**NOBODY, "ways": ["email", "phone"]}
"""Where the city has a message service."""
Way = tuple[Settings, Mailbox]


@pytest.fixture
def mail(district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """The service with a mail server, and what it was given."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with good_server(authority, "grid", "word") as (url, mailbox):
        settings = replace(
            district.app.state.settings,
            smtp_url=url,
            mail_from="网格 <grid@district.example>",
            public_url="https://grid.example",
            webhook_http=True,
        )
        before, district.app.state.settings = district.app.state.settings, settings
        yield settings, mailbox
        district.app.state.settings = before
    ask(district, "DELETE FROM work.target")


@pytest.fixture
def send(district: District, mail: Way) -> Callable[[], None]:
    """Try all that is due."""

    def once() -> None:
        database = open_database(district.url, mail[0])
        Sender(database, mail[0]).send_once()
        database.close()

    return once


def choose(district: District, own: tuple[str, str], **ways: Any) -> Any:
    url, headers = f"/api/v1/reports/{own[0]}/subscription", {"X-Report-Secret": own[1]}
    return district.client().put(url, json=ways, headers=headers)


def test_a_mailbox_is_told_of_steps_until_one_click(district: District, mail: Way, send: Callable[[], None]) -> None:
    own, other = new_ticket(district), new_ticket(district)
    assert choose(district, own, email=f" {MAIL} ").json() == {**NOBODY, "email": MAIL}
    to_feedback(district, own[0])
    to_feedback(district, other[0])
    act(district, "boss", own[0], "answers", text="已修好,只给你看")
    send()
    assert [letter["To"] for letter in mail[1].letters] == [MAIL] * 3
    letter = mail[1].letters[0]
    text = letter.get_content()
    assert own[0] in letter["Subject"] and "rate" in text and "评议" in text
    assert "只给你看" not in "".join(one.get_content() for one in mail[1].letters)
    link = str(letter["List-Unsubscribe"]).strip("<>")
    assert link in text and letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link.removeprefix("https://grid.example")
    page = district.client().get(path)
    assert page.status_code == 200 and "<form" in page.text and "不再接收" in page.text
    assert follow(district, own, "/subscription").json() == {**NOBODY, "email": MAIL}, "a look changes nothing"
    wrong = district.client().post(path[:-1] + ("0" if path[-1] != "0" else "1"))
    assert wrong.status_code == 404 and district.client().post(path.replace(own[0], other[0])).status_code == 404
    act(district, "boss", own[0], "answers", text="又一句")
    click = district.client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert click.status_code == 200 and "已取消" in click.text
    send()
    assert len(mail[1].letters) == 3 and follow(district, own, "/subscription").json() == NOBODY


def test_a_citys_message_service_gets_his_number_and_the_words(
    district: District, mail: Way, send: Callable[[], None], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    monkeypatch.setenv("GISGRID_WEBHOOK_HTTP", "true")
    own = new_ticket(district)
    assert choose(district, own, phone="13900001234").status_code == 409
    with listening(answer(204)) as service:
        assert run(["notice", "target", "add", "sms", service.url, "--kind", "message", "--allow-private"]) == 0
        secret = capsys.readouterr().out.split("\t")[1].strip()
        assert choose(district, own, phone="not a number").status_code == 422
        assert choose(district, own, phone="13900001234").json() == {**BOTH, "phone": "13900001234"}
        new_ticket(district)
        ask(district, "SELECT app.take_step(:n, 'inspect', 'boss', 'admin')", n=own[0])
        send()
        [request] = service.requests
    data = request.message["data"]
    assert (data["to"], data["number"], request.message["type"]) == ("13900001234", own[0], "ticket.step")
    assert (
        "检查监督" in data["text_zh"] and own[0] in data["text_en"] and "/unsubscribe/message/" in data["unsubscribe"]
    )
    Webhook(secret).verify(request.body, request.headers)
    assert choose(district, own, phone=None).json() == BOTH


@pytest.mark.parametrize("email", ["nobody", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example", ""])
def test_what_is_no_mailbox_is_refused(district: District, mail: Way, email: str) -> None:
    own = new_ticket(district)
    refused = choose(district, own, email=email)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "email")
    assert choose(district, (own[0], "wrong"), email=MAIL).status_code == 404


def test_where_no_mail_is_sent_nobody_is_promised_any(district: District) -> None:
    assert choose(district, new_ticket(district), email=MAIL).status_code == 409


def test_his_mailbox_goes_with_him(district: District, mail: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    own = new_ticket(district)
    choose(district, own, email=MAIL)
    assert MAIL in dumped(district.url)
    assert run(["erase", "--contact", MAIL.upper()]) == 0
    assert MAIL not in dumped(district.url)


def close(district: District, number: str) -> None:
    to_feedback(district, number)
    ask(district, "SELECT app.take_step(:n, 'rate', 'boss', 'admin')", n=number)


def test_he_reopens_what_is_not_done_within_a_time(district: District) -> None:
    own = new_ticket(district)
    assert follow(district, own, "/subscription").json()["may_reopen_until"] is None
    assert follow(district, own, "/reopen", text="还在漏水").status_code == 409
    close(district, own[0])
    assert follow(district, own, "/subscription").json()["may_reopen_until"] is not None
    assert follow(district, own, "/reopen", text="  ").status_code == 422
    again = follow(district, own, "/reopen", text="还在漏水")
    assert again.status_code == 201, again.text
    report = again.json()
    assert (report["step"], report["closed_at"], report["assignee"]["role"]) == ("handle", None, "worker")
    ticket = district.client("boss").get(f"/api/v1/tickets/{own[0]}").json()
    assert (ticket["history"][-1]["action"], ticket["history"][-1]["note"]) == ("reopened", "还在漏水")
    close(district, own[0])
    ask(district, "UPDATE work.ticket SET closed_at = now() - interval '31 days' WHERE number = :n", n=own[0])
    late = follow(district, own, "/reopen", text="x")
    assert late.status_code == 409 and "report again" in json.dumps(late.json())
    assert follow(district, own, "/subscription").json()["may_reopen_until"] is None
