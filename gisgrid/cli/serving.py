"""One process that serves: the app by uvicorn, on a listener that is bound already."""

import asyncio
import logging
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from gisgrid.api.app import create_app
from gisgrid.api.lookout import Lookout
from gisgrid.api.metrics import State
from gisgrid.api.patience import HalfOpen, protocol
from gisgrid.processes import Member, Shift
from gisgrid.settings import Settings
from gisgrid.ways import read_networks

TELL_S = 2.0
"""Between two times at which a process says that it lives."""


class Server(uvicorn.Server):
    """Calls `has_begun` once it listens; ends the streams of open maps before it ends itself."""

    failure: BaseException | None = None

    def __init__(
        self,
        config: uvicorn.Config,
        app: FastAPI,
        *,
        member: Member | None = None,
        has_begun: Callable[["Server"], None] = lambda _server: None,
    ) -> None:
        super().__init__(config)
        self._app, self._member, self._has_begun = app, member, has_begun
        self._told_at = float("-inf")
        logging.getLogger("uvicorn.error").addFilter(self._is_news)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that it listens."""
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._app.state.sweeper.start()
            self._has_begun(self)

    async def on_tick(self, counter: int) -> bool:
        """Say now and then, from the event loop itself, that this process lives."""
        if self._member and time.monotonic() - self._told_at >= TELL_S:
            self._told_at = time.monotonic()
            lookout: Lookout = self._app.state.lookout
            measured: State = self._app.state.measured
            self._member.tell(lookout.own_faults(), measured.own())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams of open maps first: they would be cut off otherwise, each with a traceback."""
        self._app.state.feed.end_streams()
        await super().shutdown(sockets)

    def end(self, failure: BaseException | None) -> None:
        """End, with or without a failure; callable from any thread."""
        self.failure = failure
        self.should_exit = True

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Not what is cut off because we end: who asked comes back."""
        cut = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError | KeyboardInterrupt)
        return not (self.should_exit and (cut or "Cancel " in str(record.msg)))


def make_server(
    settings: Settings,
    service_url: str,
    *,
    member: Member,
    shift: Shift,
    has_begun: Callable[[Server], None],
    kind: type[Server] = Server,
) -> Server:
    """A server of this process over the database of this URL."""
    app = create_app(settings, service_url, shift=shift)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="on",  # what does not begin ends, instead of serving without its threads
        http=protocol(
            half_open=HalfOpen(trusted=read_networks(settings.trusted_proxies)), take=app.state.short_way.take
        ),
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
        proxy_headers=False,  # api.proxies reads them, from whom GISGRID_TRUSTED_PROXIES names
    )
    return kind(config, app, member=member, has_begun=has_begun)


def open_more_files() -> None:
    """As many connections as the system lets a process have: 1,024, where nobody asks, are too few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
