"""Clients of a real app in this process: one event loop for all of an app's requests, as a server has.

By itself each client of Starlette's starts a thread and a loop for every request, a quarter of what a short one costs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

_loops: "WeakKeyDictionary[FastAPI, BlockingPortal]" = WeakKeyDictionary()


@contextmanager
def begun(app: FastAPI) -> Iterator[FastAPI]:
    """The app between its beginning and its end; its clients ask in the loop in which it began."""
    with TestClient(app) as first:
        assert first.portal is not None
        _loops[app] = first.portal
        try:
            yield app
        finally:
            del _loops[app]


def client_of(app: FastAPI, secret: str = "", **headers: str) -> TestClient:
    """A client of this app, signed in by a bearer secret when there is one; faults of the app are answers."""
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    client = TestClient(app, headers=headers, raise_server_exceptions=False)
    client.portal = _loops.get(app)
    return client
