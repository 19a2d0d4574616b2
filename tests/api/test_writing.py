"""What goes to a connection's line, and in how many writes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from gisgrid.api.patience import protocol
from tests.waiting import PATIENCE_S, in_a_loop

Say = Callable[[dict[str, Any]], Awaitable[None]]
ASKED = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class Line(asyncio.Transport):
    """A connection that notes each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.is_ended = False

    def write(self, data: Any) -> None:
        assert not self.is_ended
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.is_ended = True

    def pause_reading(self) -> None:
        """What came is in one piece."""

    resume_reading = pause_reading

    def is_closing(self) -> bool:
        return self.is_ended

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


async def answered(answer: Callable[[Say, Line], Awaitable[None]], *asked: bytes) -> Line:
    """The line of a connection on which these requests came."""
    line, done = Line(), asyncio.Event()
    left = len(asked)

    async def app(_scope: Any, _receive: Any, send: Say) -> None:
        nonlocal left
        await answer(send, line)
        left -= 1
        if not left:
            done.set()

    config = uvicorn.Config(app, http=protocol(), lifespan="off", log_level="error")
    config.load()
    made: Any = config.http_protocol_class
    connection = made(config, ServerState(), {}, asyncio.get_running_loop())
    connection.connection_made(line)
    for each in asked:
        connection.data_received(each)
    async with asyncio.timeout(PATIENCE_S):
        await done.wait()
    await asyncio.sleep(0)
    return line


def head(length: int) -> dict[str, Any]:
    return {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % length)]}


def body(part: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": part, "more_body": more}


async def whole(send: Say, _line: Line) -> None:
    await send(head(5))
    await send(body(b"hello"))


async def in_parts(send: Say, line: Line) -> None:
    """Each part is on its way before the next one is made."""
    await send(head(10))
    await asyncio.sleep(0)
    assert len(line.writes) == 1
    await send(body(b"hello", more=True))
    await asyncio.sleep(0)
    assert line.writes[1] == b"hello"
    await send(body(b"world"))


@pytest.mark.parametrize(
    ("answer", "asked", "writes"),
    [
        (whole, [ASKED], 1),
        (whole, [ASKED, ASKED], 2),
        (whole, [ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")], 1),
        (in_parts, [ASKED], 3),
    ],
)
def test_an_answer_is_one_write_and_nothing_waits(answer: Any, asked: list[bytes], writes: int) -> None:
    line = in_a_loop(lambda: answered(answer, *asked))
    assert len(line.writes) == writes
    assert b"".join(line.writes).count(b"hello") == len(asked)
    assert line.is_ended is (b"close" in asked[0])
