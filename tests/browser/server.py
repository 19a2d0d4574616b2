"""The service over the sample district, as `up` makes it, in a thread of the tests' own process."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from sqlalchemy import make_url

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.api.patience import protocol
from gisgrid.cli.sample import load_sample
from gisgrid.database import OWNER, Database
from gisgrid.settings import Settings, read_settings
from tests.waiting import PATIENCE_S, until


@dataclass(frozen=True)
class LiveServer:
    """Where it listens, the secret of its account `admin`, and the database that the service signs in to."""

    url: str
    secret: str
    service_url: str


@contextmanager
def serving_sample(owner_url: str) -> Iterator[LiveServer]:
    """Load the sample into an empty, migrated database and serve it on a free port."""
    with tempfile.TemporaryDirectory(prefix="gisgrid-photos-") as place:
        yield from _serving(
            owner_url, read_settings({}, data_dir=place, wait_s=PATIENCE_S, statement_timeout_s=round(PATIENCE_S))
        )


def _serving(owner_url: str, settings: Settings) -> Iterator[LiveServer]:
    _load(owner_url)
    secret = _add_admin(owner_url)
    service_url = make_url(owner_url).set(username="gisgrid_api").render_as_string(hide_password=False)
    with serving(create_app(settings, service_url)) as url:
        yield LiveServer(url, secret, service_url)


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Serve an app on this port (0: a free one), in a thread; where."""
    http = protocol(take=app.state.short_way.take)
    server = uvicorn.Server(
        uvicorn.Config(app, http=http, log_level="warning", timeout_graceful_shutdown=1, proxy_headers=False)
    )
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=PATIENCE_S)


def _load(url: str) -> None:
    database = Database(url, role=OWNER, statement_timeout_s=600)
    load_sample(database, read_settings({}), say=lambda _line: None)
    database.close()


def _add_admin(url: str) -> str:
    database = Database(url, role="")
    try:
        with database.transaction() as connection:
            return add_account(connection, "admin", "admin")
    finally:
        database.close()
