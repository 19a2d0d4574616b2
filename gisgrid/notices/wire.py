"""One HTTP request to the address that was checked: no redirect, no proxy, all of it within seconds and 64 KB."""

import io
import socket
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from gisgrid.notices.addresses import DEFAULT_PORTS, Address, find_sockets
from gisgrid.notices.outcome import Answer, Undelivered

TIMEOUT_S = 5.0
ANSWER_BYTES = 65_536
LONGEST_PAUSE_S = 3600.0


def post(
    address: Address,
    body: bytes,
    headers: dict[str, str],
    *,
    tls: ssl.SSLContext,
    may_be_private: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Send this body to this end point. Raises Undelivered if it does not answer in time, or does not exist.

    The answer's body is read as far as it comes in time; the status alone decides whether the notice arrived.
    """
    until = time.monotonic() + timeout_s
    try:
        wire = _Wire(_connect(address, tls, until, may_be_private=may_be_private), until)
    except OSError as error:
        raise Undelivered(f"{address.host}:{address.port} cannot be reached: {_words(error)}") from error
    try:
        return _ask(wire, address, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        raise Undelivered(f"{address.host}:{address.port} broke off: {_words(error)}") from error
    finally:
        wire.close()


def _ask(wire: "_Wire", address: Address, body: bytes, headers: dict[str, str]) -> Answer:
    connection = HTTPConnection(address.host, address.port)
    connection.default_port = DEFAULT_PORTS[address.scheme]  # so that Host names the port only where it is another
    connection.sock = wire  # http.client calls only sendall, makefile, close
    connection.request("POST", address.path, body, {"User-Agent": "gisgrid", "Connection": "close", **headers})
    response = connection.getresponse()
    try:
        words = response.read(ANSWER_BYTES)
    except (OSError, HTTPException, ValueError):
        words = b""
    return Answer(response.status, words, _pause(response))


def _connect(address: Address, tls: ssl.SSLContext, until: float, *, may_be_private: bool) -> socket.socket:
    """A connection to the first checked address that takes one; TLS is asked for by name and checked against it."""
    failure: OSError = OSError("no address")
    for family, place in find_sockets(address.host, address.port, may_be_private=may_be_private):
        bare = socket.socket(family, socket.SOCK_STREAM)
        try:
            bare.settimeout(_left(until))
            bare.connect(place)
            if address.scheme == "http":
                return bare
            bare.settimeout(_left(until))
            return tls.wrap_socket(bare, server_hostname=address.host)
        except (OSError, ValueError) as error:
            bare.close()
            failure = error if isinstance(error, OSError) else OSError(str(error))
    raise failure


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _pause(response: HTTPResponse) -> float:
    """For how many seconds does the answer ask for no attempt? Dates are ignored: the server's clock may be wrong."""
    value = response.getheader("Retry-After") or ""
    return min(float(value), LONGEST_PAUSE_S) if value.isascii() and value.isdigit() and len(value) < 9 else 0.0


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


class _Wire:
    """A socket as http.client uses it, where every operation ends by the same moment and reading after 64 KB."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self._until))
        self._sock.sendall(data)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._until))

    def close(self) -> None:
        self._sock.close()


class _Reader(io.RawIOBase):
    """The answer, byte by byte if need be, until the deadline."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until, self._room = sock, until, ANSWER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._room <= 0:
            raise OSError("the answer is longer than 64 KB")
        self._sock.settimeout(_left(self._until))
        count = self._sock.recv_into(buffer, min(len(buffer), self._room))
        self._room -= count
        return count
