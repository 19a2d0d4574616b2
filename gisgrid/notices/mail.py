"""E-mail: one message a notice, the same Message-ID at every attempt, so that a mailbox knows a repeat."""

import logging
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from gisgrid.errors import Fault, Refused
from gisgrid.notices import wording
from gisgrid.notices.outcome import Undelivered, excerpt
from gisgrid.notices.queue import Notice

log = logging.getLogger("gisgrid")
TIMEOUT_S = 10.0
WHOLE_S = 20.0
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
SPEC = rf"{ATOM}(?:\.{ATOM})*@{ATOM}(?:\.{ATOM})*"
MAILBOX = re.compile(rf"(?P<bare>{SPEC})|[^()<>\[\]:;@\\,\"]*<(?P<framed>{SPEC})>")
"""Not the library's parser: some releases of Python read two mailboxes from one with a line break, or with two `@`."""


@dataclass(frozen=True)
class MailServer:
    """A mail server. `smtp` demands STARTTLS, `smtps` begins with TLS, `smtp+plain` has no TLS."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def read_server(url: str) -> MailServer | None:
    """The mail server of the setting; None if the setting is empty. Raises Refused."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        remedy = "smtp://user:password@mail.example:587 (STARTTLS), smtps:// (TLS) or smtp+plain:// (neither)"
        raise Refused(Fault("GISGRID_SMTP_URL", "this names no mail server", remedy))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], user, password)


def read_mailboxes(field: str, text: str) -> list[str]:
    """Mailboxes separated by commas, each name@host or Somebody <name@host>. Raises Refused."""
    if not text.strip():
        raise Refused(Fault(field, "there is no mailbox", "name@host.example"))
    found = [MAILBOX.fullmatch(piece.strip(" ")) for piece in text.split(",")]
    if not text.isprintable() or not all(found):
        raise Refused(Fault(field, f"{text[:80]!r} is not a mailbox", "name@host.example"))
    return [box["bare"] or box["framed"] for box in found if box]


def send_mail(
    notice: Notice, server: MailServer | None, sender: str, tls: ssl.SSLContext, *, zone: ZoneInfo, public_url: str
) -> None:
    """Send to mailboxes. A notice has arrived when the server has accepted it. Raises Undelivered."""
    deliver(letter(notice, sender, zone, public_url, to=notice.address), notice, server, tls)


def deliver(message: EmailMessage, notice: Notice, server: MailServer | None, tls: ssl.SSLContext) -> None:
    """Give a letter to the mail server. Raises Undelivered."""
    if server is None or not message["From"]:
        raise Undelivered("no mail server is set: GISGRID_SMTP_URL and GISGRID_MAIL_FROM")
    try:
        with _session(server, tls) as smtp:
            refused = smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        is_for_good = notice.recipient is not None and all(500 <= code < 600 for code in codes)
        raise Undelivered(_said(error), "notice" if is_for_good else "target") from error
    except smtplib.SMTPDataError as error:
        raise Undelivered(_said(error), "notice" if 500 <= error.smtp_code < 600 else "target") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Undelivered(f"{server.host}:{server.port}: {_said(error)}") from error
    if refused:  # some mailboxes have it; another attempt would send it to them twice
        log.warning("the mail server took a notice for %s, but not for %s", notice.name, ", ".join(sorted(refused)))


def letter(notice: Notice, sender: str, zone: ZoneInfo, public_url: str, *, to: str) -> EmailMessage:
    """The message: Chinese first, then English."""
    rows = list(wording.lines(notice, zone))
    link = [wording.link(notice, public_url)] if public_url and "number" in notice.facts else []
    chinese = [wording.title(notice), *(f"{name}：{value}" for name, value, _, _ in rows), *link]
    english = [wording.english_title(notice), *(f"{name}: {value}" for _, _, name, value in rows), *link]
    message = EmailMessage()
    message["Subject"] = wording.title(notice)
    message["From"] = sender
    message["To"] = ", ".join(read_mailboxes("address", to))
    message["Date"] = format_datetime(notice.now)
    message["Message-ID"] = f"<{notice.notice_id}@{sender.rpartition('@')[2].strip(' >')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join([*chinese, "", "--", "", *english]) + "\n")
    return message


@contextmanager
def _session(server: MailServer, tls: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A session that ends in time: each answer within seconds, and the whole before the timer cuts the line."""
    smtp = (
        smtplib.SMTP_SSL(timeout=TIMEOUT_S, context=tls)
        if server.scheme == "smtps"
        else smtplib.SMTP(timeout=TIMEOUT_S)
    )
    smtp._host = server.host  # type: ignore[attr-defined]  # the name that TLS is checked by; connect() does not set it
    rung = threading.Event()
    over = threading.Event()
    threading.Thread(target=_ring, args=(smtp, rung, over), name="notices-bell", daemon=True).start()
    try:
        _enter(smtp, server, tls)
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        if rung.is_set():
            raise TimeoutError(f"took longer than {WHOLE_S:g} s") from error
        raise
    finally:
        over.set()
        smtp.close()


def _enter(smtp: smtplib.SMTP, server: MailServer, tls: ssl.SSLContext) -> None:
    code, words = smtp.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, words)
    if server.scheme == "smtp":
        smtp.starttls(context=tls)
    if server.user:
        smtp.login(server.user, server.password)


def _ring(smtp: smtplib.SMTP, rung: threading.Event, over: threading.Event) -> None:
    """Cut the line at the time limit, repeatedly until the session ends: at first there may be no line yet."""
    if over.wait(WHOLE_S):
        return
    rung.set()
    while not over.wait(0.1):
        with suppress(OSError):
            if smtp.sock is not None:
                socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)  # past TLS, which would wait for the other side


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{box}: {code} {excerpt(words)}" for box, (code, words) in error.recipients.items())
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"answered {error.smtp_code}: {excerpt(words if isinstance(words, bytes) else words.encode())}"
    return str(error) or type(error).__name__
