"""The listener of `up`."""

import socket

import pytest

from gisgrid.cli.serve import _bind
from gisgrid.errors import Refused


def test_answers_do_not_wait_for_the_acknowledgement_of_their_headers() -> None:
    with (
        _bind("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_named_with_the_remedy() -> None:
    with _bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(Refused, match=f"127.0.0.1:{port} cannot be listened on.*--port"):
            _bind("127.0.0.1", port)
