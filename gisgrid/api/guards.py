"""What every request passes: a limit on its body, headers on its answer (security, caches), HEAD served as GET."""

from collections.abc import Mapping
from re import Pattern

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgrid.api.problems import problem
from gisgrid.errors import Fault

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self' data: blob:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
OWN = ("/api/", "/open311/", "/osmand")
"""Paths whose answers depend on who asks, unless they say something else."""
NOT_KEPT = [(b"cache-control", b"private, no-store"), (b"vary", b"Authorization, Cookie, X-Report-Secret")]


class _BodyTooLarge(Exception):
    """The body went past the limit while it was read."""


class _Passage:
    """One request on its way: how much body came, whether an answer has begun."""

    def __init__(self, receive: Receive, send: Send, path: str, declared: int, limit: int) -> None:
        self._receive, self._send, self._path = receive, send, path
        self._declared, self._limit = declared, limit
        self._read = declared
        self.answered = False

    @property
    def is_too_large(self) -> bool:
        return self._read > self._limit

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += 0 if self._declared else len(message.get("body", b""))
        if self.is_too_large:
            raise _BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if self.answered or not self.is_too_large:  # what the app makes of a broken-off body is not the answer
            await self.send_answer(message)

    async def send_answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answered = True
            said = message.get("headers", [])
            is_own = self._path.startswith(OWN) and not any(name.lower() == b"cache-control" for name, _ in said)
            message["headers"] = [*said, *HEADERS, *(NOT_KEPT if is_own else ())]
        await self._send(message)


class Guards:
    """ASGI middleware: 413 past `max_body_bytes`, counted or declared; security headers on every answer.

    What a caller was shown is kept by no cache.

    `other_limits`: by a pattern of the whole path, routes whose bodies have a limit of their own.
    """

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, other_limits: Mapping[Pattern[str], int] | None = None
    ) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.other_limits = other_limits or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless its body is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        passage = _Passage(receive, send, scope["path"], self._declared(scope), limit)
        if not passage.is_too_large:
            try:
                await self.app(scope, passage.receive, passage.send)
            except _BodyTooLarge:
                if passage.answered:
                    raise
        if passage.is_too_large and not passage.answered:
            refusal = problem(413, "Too large", (Fault("body", "the body is too large", f"at most {limit} bytes"),))
            await refusal(scope, receive, passage.send_answer)

    def _limit(self, path: str) -> int:
        return next((limit for door, limit in self.other_limits.items() if door.fullmatch(path)), self.max_body_bytes)

    @staticmethod
    def _declared(scope: Scope) -> int:
        value = dict(scope["headers"]).get(b"content-length", b"0")
        return int(value) if value.isdigit() else 0


class Heads:
    """ASGI middleware: HEAD is answered as GET is, except endless streams; the server leaves out the body."""

    def __init__(self, app: ASGIApp, streams: frozenset[str]) -> None:
        self.app = app
        self.streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as GET where it is HEAD."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"] not in self.streams:
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)
