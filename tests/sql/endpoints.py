"""Servers that fail in every way: real sockets on loopback, each with threads of its own."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.waiting import PATIENCE_S, until

LONGEST_S = 4 * PATIENCE_S
"""Beyond every patience: who hangs is never the first to give up."""


@dataclass
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        """The body as JSON."""
        message: dict[str, Any] = json.loads(self.body)
        return message

    @property
    def id(self) -> str:
        """The event's id."""
        return self.headers["webhook-id"]


Behaviour = Callable[[socket.socket, Request], None]
"""What a server does with a request; the connection is closed afterwards."""


class EndPoint:
    """Listens on loopback and behaves; `behave` may be changed while it runs."""

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behave = behave
        self.requests: list[Request] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/hook"

    def wait(self, count: int) -> list[Request]:
        """The requests, once there are so many."""
        until(lambda: len(self.requests) >= count)
        return list(self.requests)

    def close(self) -> None:
        """Refuse everybody from now on."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def hang_up(self) -> None:
        """Refuse everybody from now on, and break off with whoever is still being answered."""
        self.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(LONGEST_S)
        with suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                request = _read(connection)
                self.requests.append(request)
                self.behave(connection, request)


def _read(connection: socket.socket) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            raise OSError("the client went away")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(first.split()[1], headers, body)


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answers so."""
    lines = [f"HTTP/1.1 {status} said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    data = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return lambda connection, _: connection.sendall(data)


def hang(connection: socket.socket, _request: Request) -> None:
    """Says nothing until the client goes."""
    connection.recv(1)


def cut(_connection: socket.socket, _request: Request) -> None:
    """Breaks off without a word."""


def drip(connection: socket.socket, _request: Request) -> None:
    """One byte of a head that never ends, ten times a second."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.1)


def flood(head: bytes) -> Behaviour:
    """More than anybody wants to read: 64 MB behind this head."""

    def behave(connection: socket.socket, _request: Request) -> None:
        connection.sendall(head)
        for _ in range(1024):
            connection.sendall(b"X-More: " + b"a" * 65526 + b"\r\n")

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first time this, then that; the last one from then on."""
    waiting = list(behaviours)

    def behave(connection: socket.socket, request: Request) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(connection, request)

    return behave


@contextmanager
def listening(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[EndPoint]:
    """An end point while the block runs."""
    end_point = EndPoint(behave, tls)
    try:
        yield end_point
    finally:
        end_point.close()
