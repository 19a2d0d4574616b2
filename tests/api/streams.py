"""A listener of `/api/v1/events` over a real socket, which keeps what it heard."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.waiting import PATIENCE_S, until


@dataclass(frozen=True)
class Heard:
    """One event: its kind, its id (empty: none), its data."""

    kind: str
    id: str
    data: Any


@dataclass
class Stream:
    """What was heard, the id to come back with, and whether the server has ended it."""

    headers: dict[str, str] = field(default_factory=dict)
    retry_ms: int = 0
    last_id: str = ""
    heard: list[Heard] = field(default_factory=list)
    ended: bool = False

    def of(self, kind: str, layer: str = "") -> list[Any]:
        """The data of all events of a kind (and layer)."""
        return [one.data for one in self.heard if one.kind == kind and (not layer or one.data["layer"] == layer)]

    @property
    def numbers(self) -> list[str]:
        """The numbers of tickets in the order in which they were heard of."""
        return [one["number"] for data in self.of("change", "ticket") for one in data["tickets"] or []]

    def wait_for(self, number: str) -> None:
        """Wait until this ticket was heard of."""
        until(lambda: number in self.numbers)

    def has_more(self, count: int) -> bool:
        """Were more events heard than so many?"""
        return len(self.heard) > count


@contextmanager
def listening(url: str, *, secret: str = "", last_id: str = "", **asked: str) -> Iterator[Stream]:
    """Listen until the block ends; what comes first is there when it begins."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    if last_id:
        headers["Last-Event-ID"] = last_id
    service = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)
    service.request("GET", f"/api/v1/events?{urlencode(asked)}", headers=headers)
    answer = service.getresponse()
    assert answer.status == 200, answer.read()
    stream = Stream(dict(answer.getheaders()))
    thread = threading.Thread(target=_read, args=(answer, stream))
    thread.start()
    try:
        until(lambda: stream.retry_ms)
        yield stream
    finally:
        if service.sock:
            service.sock.shutdown(2)
        thread.join(PATIENCE_S)
        answer.close()
        service.close()


def _read(answer: http.client.HTTPResponse, stream: Stream) -> None:
    block: dict[str, str] = {}
    try:
        for line in answer:
            words = line.decode().rstrip("\n")
            if words:
                name, _, value = words.partition(": ")
                block[name] = value
            else:
                _take(block, stream)
                block = {}
    except (OSError, http.client.HTTPException, ValueError):
        pass
    stream.ended = True


def _take(block: dict[str, str], stream: Stream) -> None:
    stream.last_id = block.get("id", stream.last_id)
    if "data" in block:
        stream.heard.append(Heard(block.get("event", "message"), block.get("id", ""), json.loads(block["data"])))
    stream.retry_ms = int(block.get("retry", stream.retry_ms))
