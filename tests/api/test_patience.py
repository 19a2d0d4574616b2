"""A slow sender is cut off; who sends in time, or over one connection again and again, is not."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from gisgrid.api.patience import ALL, BURST, EACH, HalfOpen, protocol
from gisgrid.cli.serving import open_more_files
from gisgrid.ways import read_networks
from tests.waiting import PATIENCE_S, until

IMPATIENT, PATIENT = 0.2, PATIENCE_S


def serve(headers_s: float, body_s: float, half_open: HalfOpen | None = None, answer: Any = None) -> Iterator[int]:
    app = FastAPI()

    @app.post("/")
    def create(body: dict[str, Any]) -> int:
        return len(body)

    server = uvicorn.Server(
        uvicorn.Config(answer or app, http=protocol(headers_s, body_s, half_open), log_level="error", lifespan="off")
    )
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


def knock(port: int, address: str = "127.0.0.1") -> socket.socket:
    """A half-open connection from this address of the machine."""
    client = socket.create_connection(("127.0.0.1", port), PATIENCE_S, source_address=(address, 0))
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n")
    return client


def answers(port: int) -> bool:
    """Is a whole request answered?"""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    client.request("POST", "/", b'{"a": 1}', {"Content-Type": "application/json"})
    answer = client.getresponse()
    found = (answer.status, answer.read()) == (200, b"1")
    client.close()
    return found


def is_ended(client: socket.socket) -> bool:
    """Has the server ended this connection? Waits until it has."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.fixture
def few() -> Iterator[tuple[int, HalfOpen]]:
    """A service that lets an address have three half-open connections, and all five; 127.0.0.9 is a trusted proxy."""
    half_open = HalfOpen(3, 5, read_networks("127.0.0.9"), grace_s=0)
    for port in serve(PATIENT, PATIENT, half_open):
        yield port, half_open


def test_the_oldest_of_too_many_half_open_connections_of_an_address_ends(few: tuple[int, HalfOpen]) -> None:
    port, half_open = few
    clients = []
    for count in (1, 2, 3):
        clients.append(knock(port))
        until(lambda: len(half_open) == count)  # noqa: B023  # within the turn
    other = knock(port, "127.0.0.2")
    until(lambda: len(half_open) == 4)
    clients.append(knock(port))
    assert is_ended(clients[0])
    assert len(half_open) == 4, "the other address lost nothing"
    assert answers(port), "a request that comes at once is answered, whatever its address has open"
    for client in (*clients, other):
        client.close()
    until(lambda: len(half_open) == 0)


def test_many_who_come_at_the_same_moment_are_all_answered() -> None:
    half_open = HalfOpen(3, 5, grace_s=PATIENCE_S)
    for port in serve(PATIENT, PATIENT, half_open):
        clients = [socket.create_connection(("127.0.0.1", port), PATIENCE_S) for _ in range(10)]
        until(lambda: len(half_open) == 10)
        for client in clients:
            client.sendall(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            )
        assert [client.recv(12) for client in clients] == [b"HTTP/1.1 200"] * len(clients)
        clients += [knock(port) for _ in range(BURST * 3 + 1)]
        until(lambda: len(half_open) == BURST * 3)  # more than that are never kept
        for client in clients:
            client.close()


def test_the_oldest_of_all_ends_where_many_addresses_knock(few: tuple[int, HalfOpen]) -> None:
    port, half_open = few
    clients = []
    for number in range(5):
        clients.append(knock(port, f"127.0.0.{number + 2}"))
        until(lambda: len(half_open) == len(clients))
    clients.append(knock(port, "127.0.0.8"))
    assert is_ended(clients[0])
    assert len(half_open) == 5
    assert answers(port)
    for client in clients:
        client.close()


def test_a_trusted_proxy_has_the_connections_of_all_addresses(few: tuple[int, HalfOpen]) -> None:
    port, half_open = few
    clients = [knock(port, "127.0.0.9") for _ in range(5)]
    until(lambda: len(half_open) == 5)
    clients.append(knock(port, "127.0.0.9"))
    assert is_ended(clients[0]), "but there are too many in all"
    for client in clients:
        client.close()


def test_a_thousand_half_open_connections_keep_nobody_out() -> None:
    """1,100 from twelve addresses, as the service is set: a request is answered beside them, and they are cut down."""
    open_more_files()
    half_open = HalfOpen()
    for port in serve(PATIENT, PATIENT, half_open):
        clients = [knock(port, f"127.0.1.{number // EACH + 1}") for number in range(1_100)]
        until(lambda: len(half_open) == ALL)
        assert all(is_ended(client) for client in clients[: len(clients) - ALL])
        assert all(answers(port) for _ in range(10))
        for client in clients:
            client.close()


def test_who_leaves_ahead_of_his_answers_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    """Three requests at once, of a client that reads no answer: the line is closed while the second one is answered."""
    begun, ended, go = list[str](), list[str](), threading.Event()

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        begun.append(scope["path"])
        while scope["path"] == "/second" and not go.is_set():
            await asyncio.sleep(0.01)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
        ended.append(scope["path"])

    half_open = HalfOpen()
    for port in serve(PATIENT, PATIENT, half_open, answer):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
            client.sendall(
                b"".join(b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in (b"first", b"second", b"third"))
            )
            until(lambda: "/second" in begun)
            client.shutdown(socket.SHUT_WR)
            assert is_closed(client)
        go.set()
        until(lambda: "/second" in ended or "Exception" in caplog.text)
    assert "Exception in ASGI application" not in caplog.text


def is_closed(client: socket.socket) -> bool:
    """Does the server end this connection, after what it has answered? Waits until it has."""
    while client.recv(1000):
        pass
    return True
