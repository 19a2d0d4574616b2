"""Ctrl-C ends the statement that is running: by itself the driver waits for its end, and only then is interrupted."""

import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from psycopg2 import Error, extensions

_FOR = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


@contextmanager
def interruptible() -> Iterator[None]:
    """Meanwhile Ctrl-C cancels what this process waits for in the database, whose transaction leaves nothing.

    For a verb, not for a service: each wait goes through Python, and COPY cannot be used.
    """
    extensions.set_wait_callback(_wait)
    try:
        yield
    finally:
        extensions.set_wait_callback(None)


def _wait(connection: Any) -> None:
    line = select.poll()
    try:
        while (state := connection.poll()) != extensions.POLL_OK:
            line.register(connection.fileno(), _FOR[state])
            line.poll()
    except KeyboardInterrupt:
        with suppress(Error):  # while it is being opened there is nothing to cancel
            connection.cancel()  # the driver gives the connection up, and the server would go on for nobody
        raise
