"""Reporters who subscribe to their own report, by mail or by a city's message service, and who unsubscribe."""

import hmac
import json
import re
import ssl
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from gisgrid.database import asking
from gisgrid.errors import Conflict, Fault, NotFound, Refused
from gisgrid.notices import wording
from gisgrid.notices.addresses import read_address
from gisgrid.notices.mail import MailServer, deliver, letter, read_mailboxes
from gisgrid.notices.marks import unsubscribe_mark
from gisgrid.notices.outcome import Undelivered, judge
from gisgrid.notices.queue import Notice
from gisgrid.notices.signing import sign
from gisgrid.notices.webhook import message
from gisgrid.notices.wire import post
from gisgrid.settings import Settings

KINDS = {"email": "reporter", "phone": "message"}
"""What a reporter gives, and the kind of target that reaches him."""
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}[0-9]")


def subscribe(connection: Connection, number: str, given: dict[str, str | None], settings: Settings) -> None:
    """Tell the reporter of this ticket by these ways from now on, of each that is given; None: no more.

    The caller has checked his secret. Raises Refused for what is not a mailbox or number, Conflict where nobody sends.
    """
    for field, address in given.items():
        if address is not None:
            address = _checked(connection, field, address.strip(), settings)
        with asking(connection):
            connection.execute(
                text("SELECT app.subscribe(:number, :way, :address)"),
                {"number": number, "way": KINDS[field], "address": address},
            )


def subscription(connection: Connection, number: str, settings: Settings) -> dict[str, object]:
    """By which ways does this reporter subscribe, by which could he, and until when may he reopen his report?

    His secret was checked.
    """
    row = connection.execute(text("SELECT * FROM app.subscription(:number)"), {"number": number}).one()
    is_there = {"email": _sends_mail(settings), "phone": _sends_messages(connection)}
    return {**row._mapping, "ways": [way for way, there in is_there.items() if there]}


def _sends_mail(settings: Settings) -> bool:
    return bool(settings.smtp_url and settings.mail_from and settings.public_url)


def _sends_messages(connection: Connection) -> bool:
    return bool(connection.execute(text("SELECT app.has_message_service()")).scalar_one())


def _checked(connection: Connection, field: str, address: str, settings: Settings) -> str:
    if field == "email":
        if not _sends_mail(settings):
            raise Conflict(Fault(field, "no mail is sent from here", "follow the report by its number and secret"))
        boxes = read_mailboxes(field, address)
        if len(boxes) > 1:
            raise Refused(Fault(field, "this is more than one mailbox", "give one"))
        return boxes[0]
    if not _sends_messages(connection):
        raise Conflict(Fault(field, "no messages are sent from here", "follow the report by its number and secret"))
    if not PHONE.fullmatch(address):
        raise Refused(Fault(field, f"{address[:40]!r} is not a telephone number", "digits, as 13900001234"))
    return address


def check_mark(connection: Connection, number: str, kind: str, mark: str) -> None:
    """Is this the mark of that ticket and way? Raises NotFound, the same as for an unknown number."""
    right = unsubscribe_mark(connection, number, kind)
    if kind not in KINDS.values() or not hmac.compare_digest(right.encode(), mark.encode()):
        raise NotFound(Fault("mark", "this link is not whole", "use the whole link of the message"))


def unsubscribe(connection: Connection, number: str, kind: str, mark: str) -> None:
    """Tell this reporter no more by this way. Raises as check_mark."""
    check_mark(connection, number, kind, mark)
    with asking(connection):
        connection.execute(text("SELECT app.subscribe(:number, :kind, NULL)"), {"number": number, "kind": kind})


def unsubscribe_link(notice: Notice, public_url: str) -> str:
    """The address at which the reporter unsubscribes."""
    number = quote(notice.facts["number"])
    return f"{public_url.rstrip('/')}/api/v1/reports/{number}/unsubscribe/{notice.kind}/{notice.mark}"


def send_to_reporter(
    notice: Notice, server: MailServer | None, sender: str, tls: ssl.SSLContext, *, zone: ZoneInfo, public_url: str
) -> None:
    """Send to the reporter's mailbox, with a link that ends it in one click (RFC 8058). Raises Undelivered."""
    if notice.recipient is None:
        raise Undelivered("its reporter has unsubscribed", "gone")
    stop = unsubscribe_link(notice, public_url)
    mail = letter(notice, sender, zone, public_url, to=notice.recipient)
    page = f"{public_url.rstrip('/')}/#follow={quote(notice.facts['number'])}"
    mail.set_content(
        f"{mail.get_content()}\n查看、答复、评议 / look, answer, rate: {page}\n不再通知 / no more of these: {stop}\n"
    )
    mail["List-Unsubscribe"] = f"<{stop}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    deliver(mail, notice, server, tls)


def send_message(notice: Notice, tls: ssl.SSLContext, *, zone: ZoneInfo, public_url: str, may_be_http: bool) -> None:
    """Give a message for the reporter's number to the city's service, signed as a webhook. Raises Undelivered."""
    if notice.recipient is None:
        raise Undelivered("its reporter has unsubscribed", "gone")
    rows = list(wording.lines(notice, zone))
    facts = {
        "to": notice.recipient,
        "text_zh": "；".join([wording.title(notice), *(f"{name}：{value}" for name, value, _, _ in rows)]),
        "text_en": "; ".join([wording.english_title(notice), *(f"{name}: {value}" for _, _, name, value in rows)]),
        "link": wording.link(notice, public_url) if public_url else None,
        "unsubscribe": unsubscribe_link(notice, public_url) if public_url else None,
    }
    whole = message(notice)
    body = json.dumps({**whole, "data": {**whole["data"], **facts}}, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(notice.now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(notice.notice_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(notice.secret or "", str(notice.notice_id), timestamp, body),
    }
    address = read_address(notice.address, may_be_http=may_be_http)
    judge(post(address, body, headers, tls=tls, may_be_private=notice.may_be_private))
