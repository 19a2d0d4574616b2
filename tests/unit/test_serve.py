"""The listener of `up`."""

import socket

import pytest

from gisgrid.cli.serve import bind, listen
from gisgrid.errors import Refused


def test_answers_do_not_wait_for_the_acknowledgement_of_their_headers() -> None:
    with bind("127.0.0.1", 0) as listener:
        listen(listener)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_named_with_the_remedy() -> None:
    with bind("127.0.0.1", 0) as listener:
        listen(listener)
        port = listener.getsockname()[1]
        with pytest.raises(Refused, match=f"127.0.0.1:{port} cannot be listened on.*--port"):
            bind("127.0.0.1", port)


def test_a_port_that_is_taken_but_not_open_yet_lets_nobody_in() -> None:
    with bind("127.0.0.1", 0) as listener, pytest.raises(ConnectionRefusedError):
        socket.create_connection(listener.getsockname())
