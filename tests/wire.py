"""What goes over the wire to PostgreSQL: a relay that counts round trips and statements, and can cut connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import make_url

STARTS = {80877103, 80877104}
"""The codes of a request for TLS or GSS, which come before the login and are answered by one byte."""


class Relay:
    """Between a client and the server's socket: `round_trips` and `statements` since `reset`, with their texts."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._said: dict[socket.socket, str] = {}
        self._refused = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.reset()
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self) -> None:
        """Count from here."""
        with self._lock:
            self.round_trips, self.statements = 0, 0
            self.texts: list[str] = []

    def cut(self, holding: str = "") -> int:
        """End the connections on which this text was sent, "" all; returns how many."""
        with self._lock:
            chosen = [pair for pair in self._pairs if holding in self._said.get(pair[0], "")]
        for pair in chosen:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        return len(chosen)

    def refuse(self, refused: bool) -> None:
        """Whether new connections are ended at once, as if there were no server."""
        self._refused = refused

    def close(self) -> None:
        """End."""
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refused:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            with self._lock:
                self._pairs.append((client, server))
                self._said[client] = ""
            threading.Thread(target=self._to_server, args=(client, server), daemon=True).start()
            threading.Thread(target=self._to_client, args=(client, server), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError, EOFError):
            while True:  # the login
                head = _take(client, 4)
                rest = _take(client, int.from_bytes(head) - 4)
                server.sendall(head + rest)
                if int.from_bytes(rest[:4]) not in STARTS:
                    break
            while True:
                head = _take(client, 5)
                body = _take(client, int.from_bytes(head[1:]) - 4)
                if head[:1] == b"Q":
                    with self._lock:
                        said = body.rstrip(b"\0").decode()
                        self.texts.append(said)
                        self._said[client] += said
                        self.round_trips += 1
                server.sendall(head + body)
        _end(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        is_in = False
        with suppress(OSError, EOFError):
            while True:
                kind = _take(server, 1)
                if kind == b"N" and not is_in:  # no TLS
                    client.sendall(kind)
                    continue
                head = _take(server, 4)
                body = _take(server, int.from_bytes(head) - 4)
                with self._lock:
                    self.statements += is_in and kind in b"CE"
                is_in = is_in or kind == b"Z"
                client.sendall(kind + head + body)
        _end(client, server)


@contextmanager
def relayed(url: str) -> Iterator[tuple[Relay, str]]:
    """A relay in front of the server of this URL (by its socket), and the URL through it."""
    given = make_url(url)
    relay = Relay(f"{given.query['host']}/.s.PGSQL.{given.query.get('port', given.port or 5432)}")
    through = given.set(host="127.0.0.1", port=relay.port, query={})
    try:
        yield relay, through.render_as_string(hide_password=False)
    finally:
        relay.close()


def _take(end: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = end.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
