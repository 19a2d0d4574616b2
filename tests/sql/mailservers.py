"""Mail servers: one that is as they should be (STARTTLS, login), and ones that fail at any word."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.sql.endpoints import LONGEST_S

Talk = Callable[[socket.socket], None]


class Mailbox:
    """Keeps what comes."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """A letter has come."""
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@contextmanager
def good_server(authority: trustme.CA, user: str, password: str, scheme: str = "smtp") -> Iterator[tuple[str, Mailbox]]:
    """The setting that leads there, and its mailbox. Takes letters after TLS (or STARTTLS) and login only."""
    tls, mailbox = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Mailbox()
    authority.issue_cert("127.0.0.1").configure_cert(tls)

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: LoginPassword) -> AuthResult:
        return AuthResult(success=(login.login, login.password) == (user.encode(), password.encode()))

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        authenticator=check,
        auth_required=True,
        **({"ssl_context": tls, "auth_require_tls": False} if scheme == "smtps" else {"tls_context": tls}),
        require_starttls=scheme == "smtp",
    )
    controller.start()
    try:
        yield f"{scheme}://{user}:{password}@127.0.0.1:{port}", mailbox
    finally:
        controller.stop()


class BadServer:
    """Plain SMTP by a script: what it says to each verb; None says nothing more, "cut" breaks off."""

    def __init__(self, **says: str | None) -> None:
        self.says: dict[str, str | None] = {
            "greet": "220 here",
            "EHLO": "250 here",
            "MAIL": "250 ok",
            "RCPT": "250 ok",
            "DATA": "354 go on",
            "body": "250 taken",
            "QUIT": "221 bye",
        }
        self.says |= says
        self.letters: list[EmailMessage] = []
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp+plain://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Refuse everybody from now on."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def hang_up(self) -> None:
        """Refuse everybody from now on, and break off with whoever is still being answered."""
        self.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(LONGEST_S)
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
            verb = "greet"
            while self._say(connection, verb):
                if verb == "DATA":
                    letter = b"".join(iter(lines.readline, b".\r\n"))
                    self.letters.append(message_from_bytes(letter, policy=policy.default))
                    verb = "body"
                    continue
                verb = lines.readline()[:4].decode().upper()
                if not verb:
                    return

    def _say(self, connection: socket.socket, verb: str) -> bool:
        words = self.says.get(verb, "250 ok")
        if words == "cut":
            return False
        if words == "drip":
            while True:
                connection.sendall(b"2")
                time.sleep(0.1)
        if words is None:
            connection.recv(1)
            return False
        connection.sendall(words.encode() + b"\r\n")
        return True


@contextmanager
def bad_server(**says: str | None) -> Iterator[BadServer]:
    """A server by this script while the block runs."""
    server = BadServer(**says)
    try:
        yield server
    finally:
        server.close()
