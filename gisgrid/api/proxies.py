"""The outermost middleware: from where a request comes, under which address, over https; what other sites may do."""

import logging
import re
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgrid.api.problems import problem
from gisgrid.errors import Fault, Refused
from gisgrid.settings import Settings
from gisgrid.ways import KEY, LINE, OF_PROXIES, Way, Wayfinder, read_networks

log = logging.getLogger("gisgrid")
HSTS = (b"strict-transport-security", b"max-age=31536000")
PUBLIC = re.compile(
    r"/tiles/.*|/style/.*|/openapi\.json|/open311/v2/.*"
    r"|/api/v1/(config|locate|areas|networks|tickets|counters|categories|workflows|figures|ranking|search|events)(/.*)?"
)
"""Paths of public facts, which the pages of other sites may read as a stranger does."""
READING = ("GET", "HEAD")
ASKED_WITH = ("if-none-match", "last-event-id", "range")
SHOWN = ("etag", "retry-after", "server-timing")
COOKIES = re.compile(r"(?:^|; *)(?:__Host-)?gisgrid_session=")
SIGN_IN = ("POST", "/api/v1/sessions")


def find_ways(settings: Settings) -> Wayfinder:
    """Who is trusted, and what this service is called, by these settings. Raises Refused."""
    names = {socket.gethostname().lower(), settings.host.lower()}
    return Wayfinder(read_networks(settings.trusted_proxies), settings.public_url, frozenset(names))


def read_origins(settings: Settings) -> tuple[str, ...]:
    """Whose pages may read public facts: all, these origins, or none. Raises Refused."""
    others = tuple(word.strip().rstrip("/") for word in settings.cors_origins.split(",") if word.strip())
    for one in others:
        parts = urlsplit(one)
        if one != "*" and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path):
            remedy = "* for all, or origins with commas between, as https://portal.example"
            raise Refused(Fault("GISGRID_CORS_ORIGINS", f"{one!r} is not an origin", remedy))
    if not settings.public_facts:
        return tuple(one for one in others if one != "*")
    return ("*",) if "*" in others else others


@dataclass
class Proxies:
    """ASGI middleware: puts the Way into the scope, takes the prefix off the path, says HSTS over https."""

    app: ASGIApp
    finder: Wayfinder
    _warned: set[str] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as it came to the first proxy."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        way = self.finder.find(scope)
        self._warn(scope, way)
        scope = {**scope, KEY: way, "scheme": way.scheme, "client": (way.address, 0) if way.address else None}
        scope[LINE] = send
        if way.prefix and scope["path"] == way.prefix:
            await RedirectResponse(f"{way.prefix}/", 308)(scope, receive, send)
            return
        if way.prefix and scope["path"].startswith(f"{way.prefix}/"):
            scope["path"] = scope["path"].removeprefix(way.prefix)
            scope["raw_path"] = scope["raw_path"].removeprefix(way.prefix.encode())

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start" and way.scheme == "https":
                message = {**message, "headers": [*message["headers"], HSTS]}
            await send(message)

        await self.app(scope, receive, say)

    def _warn(self, scope: Scope, way: Way) -> None:
        """Say once a peer that its clients look alike."""
        peer = scope["client"][0] if scope.get("client") else ""
        is_program = scope.get("http_version") == "1.1" and not any(
            OF_PROXIES.fullmatch(name.decode("latin-1")) for name, _ in scope["headers"]
        )
        if not way.is_proxied or is_program or way.address != peer or peer in self._warned or len(self._warned) > 100:
            return
        self._warned.add(peer)
        log.warning("a proxy at %s does not say for whom it asks, or is not in GISGRID_TRUSTED_PROXIES", peer)


@dataclass
class Origins:
    """ASGI middleware: a page of another site may read public facts, and may do nothing in a signed-in person's name.

    `others`: the origins whose pages may read; `*`: all.
    """

    app: ASGIApp
    others: tuple[str, ...]
    _cors: CORSMiddleware = field(init=False)

    def __post_init__(self) -> None:
        """Make the library's middleware."""
        self._cors = CORSMiddleware(
            self.app,
            allow_origins=self.others,
            allow_methods=READING,
            allow_headers=ASKED_WITH,
            expose_headers=SHOWN,
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless another site's page acts by it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] not in (*READING, "OPTIONS") and _is_foreign(scope):
            fault = Fault(
                "Origin",
                "a page of another site may not act for you",
                "use this service's own page, as GISGRID_PUBLIC_URL has it",
            )
            await problem(403, "Not allowed", (fault,))(scope, receive, send)
        elif self.others and PUBLIC.fullmatch(scope["path"]):
            await self._read(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the library does it; also where no origin is said, because a cache keeps the answer for all."""
        if "*" not in self.others or "origin" in Headers(scope=scope):
            await self._cors(scope, receive, send)
            return

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"access-control-allow-origin", b"*")]}
            await send(message)

        await self.app(scope, receive, say)


def _is_foreign(scope: Scope) -> bool:
    """Does a page of another site act by the session of the person who looks at it, or sign him in?

    A browser says whose page it is (`Sec-Fetch-Site`, else `Origin`); a program says neither.
    """
    headers = Headers(scope=scope)
    has_session = COOKIES.search(headers.get("cookie", "")) and "authorization" not in headers
    if not has_session and (scope["method"], scope["path"]) != SIGN_IN:
        return False
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
    if site:
        return site not in ("same-origin", "none")
    way: Way = scope[KEY]
    hosts = {way.host, urlsplit(way.home).netloc, headers.get("host", "")}
    return bool(origin) and urlsplit(origin).netloc.lower() not in {host.lower() for host in hosts}
