"""A slow sender is cut off; who sends in time, or over one connection again and again, is not."""

import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from gisgrid.api.patience import protocol
from tests.waiting import PATIENCE_S, until

IMPATIENT, PATIENT = 0.2, PATIENCE_S


def serve(headers_s: float, body_s: float) -> Iterator[int]:
    app = FastAPI()

    @app.post("/")
    def create(body: dict[str, Any]) -> int:
        return len(body)

    server = uvicorn.Server(uvicorn.Config(app, http=protocol(headers_s, body_s), log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def short_of_headers() -> Iterator[int]:
    yield from serve(IMPATIENT, PATIENT)


@pytest.fixture(scope="module")
def short_of_bodies() -> Iterator[int]:
    yield from serve(PATIENT, IMPATIENT)


def is_cut_off(port: int, sent: bytes) -> bool:
    """Does the server end the connection by itself, without an answer?"""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
        client.sendall(sent)
        try:
            return client.recv(1) == b""
        except ConnectionResetError:
            return True


@pytest.mark.parametrize("sent", [b"", b"P", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le"])
def test_headers_that_do_not_come_are_not_waited_for(short_of_headers: int, sent: bytes) -> None:
    assert is_cut_off(short_of_headers, sent)


@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
)
def test_a_body_that_does_not_come_is_not_waited_for(short_of_bodies: int, sent: bytes) -> None:
    assert is_cut_off(short_of_bodies, sent)


def test_many_half_open_connections_go_by_themselves(short_of_headers: int) -> None:
    clients = [socket.create_connection(("127.0.0.1", short_of_headers), timeout=PATIENCE_S) for _ in range(200)]
    for client in clients:
        client.sendall(b"POST / HT")
    assert [client.recv(1) for client in clients] == [b""] * len(clients)
    for client in clients:
        client.close()


def test_a_connection_that_is_used_again_is_not_cut_off(short_of_bodies: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", short_of_bodies, timeout=PATIENCE_S)
    for _ in range(20):
        client.request("POST", "/", b'{"a": 1}', {"Content-Type": "application/json"})
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (200, b"1")
    client.close()
