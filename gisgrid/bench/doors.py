"""HTTP as a client that costs little: connections that stay open, one request at a time on each."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

HEADERS = "Host: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
Answer = tuple[int, dict[str, str], bytes]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Door:
    """A connection that stays open; one request at a time."""

    port: int
    streams: Streams | None = None
    source: str | None = None
    """From which address of this machine; None: any."""

    async def ask(self, method: str, path: str, more: str = "", body: str = "") -> Answer:
        """Status, headers (names in small letters) and body of an answer."""
        if self.streams:
            try:
                return await _exchange(self.streams, method, path, more, body)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()  # the service ends a connection that was quiet for a while
        self.streams = await connect(self.port, self.source)
        return await _exchange(self.streams, method, path, more, body)

    def close(self) -> None:
        """End the connection."""
        if self.streams:
            self.streams[1].close()


async def connect(port: int, source: str | None) -> Streams:
    """A connection to this port of the machine, from this one of its addresses."""
    local = (source, 0) if source else None
    return await asyncio.open_connection("127.0.0.1", port, limit=1 << 22, local_addr=local)


async def _exchange(streams: Streams, method: str, path: str, more: str, body: str) -> Answer:
    reader, writer = streams
    length = f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n" if body else ""
    writer.write(f"{method} {path} HTTP/1.1\r\n{HEADERS}{more}{length}\r\n{body}".encode())
    status, headers = await read_head(reader)
    if headers.get("transfer-encoding") == "chunked":
        return status, headers, await _read_chunks(reader)
    return status, headers, await reader.readexactly(int(headers.get("content-length", 0)))


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers (names in small letters) of an answer whose body follows."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines[1:] if line)
    return int(lines[0].split()[1]), {name.lower(): value for name, _, value in pairs}


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(parts)


def plain(answer: Answer) -> bytes:
    """The body of an answer as it was before it was gzipped."""
    _, headers, body = answer
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


@dataclass(frozen=True)
class Driven:
    """How long each request took, in seconds, and all of them together."""

    each_s: Sequence[float]
    took_s: float

    @property
    def per_s(self) -> float:
        """Requests a second."""
        return len(self.each_s) / self.took_s

    @property
    def p50_ms(self) -> float:
        """The median of a request."""
        return 1000 * median(self.each_s)

    @property
    def p99_ms(self) -> float:
        """The 99th percentile of a request."""
        return 1000 * (
            quantiles(self.each_s, n=100, method="inclusive")[-1] if len(self.each_s) > 1 else self.each_s[0]
        )


def drive(ports: Sequence[int], clients: int, count: int, act: Callable[[Door, int], Awaitable[None]]) -> Driven:
    """Let clients, spread over the ports, do `act` for the numbers 0 to count - 1, each as soon as it can."""
    return asyncio.run(_drive(ports, clients, count, act))


async def _drive(ports: Sequence[int], clients: int, count: int, act: Callable[[Door, int], Awaitable[None]]) -> Driven:
    numbers, each_s = iter(range(count)), []

    async def be(client: int) -> None:
        door = Door(ports[client % len(ports)])
        for number in numbers:
            began = time.monotonic()
            await act(door, number)
            each_s.append(time.monotonic() - began)
        door.close()

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for client in range(clients):
            group.create_task(be(client))
    return Driven(each_s, time.monotonic() - began)
