"""Garbage is looked for at calm moments, never in the middle of a request."""

import asyncio
import gc
import socket
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from gisgrid.api import sweeping
from gisgrid.api.sweeping import MIDDLE, NEVER, YOUNG, Sweeper
from gisgrid.cli.serving import Server, make_server
from gisgrid.processes import ALONE, membership
from gisgrid.settings import read_settings
from tests.conftest import url_of
from tests.waiting import PATIENCE_S, in_a_loop

LOOKS = 20


class Node:
    """What can hold itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each moment at which garbage might be looked for: at once, and not each second."""
    seen: list[int] = []
    look = Sweeper._look

    def note(self: Sweeper) -> None:
        seen.append(1)
        look(self)

    monkeypatch.setattr(Sweeper, "_look", note)
    monkeypatch.setattr(sweeping, "LOOK_S", 0.0)
    monkeypatch.setattr(sweeping, "CALM_S", 0.0)
    return seen


@contextmanager
def sweeping_when(is_calm: Callable[[], bool]) -> Iterator[None]:
    sweeper = Sweeper(is_calm)
    sweeper.start()
    try:
        yield
    finally:
        sweeper.stop()


@contextmanager
def whole_looks() -> Iterator[list[str]]:
    """Each look through all that is kept, while this lasts."""
    seen: list[str] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            seen.append(phase)

    gc.callbacks.append(note)
    try:
        yield seen
    finally:
        gc.callbacks.remove(note)


def make_aged_garbage() -> "weakref.ref[Node]":
    """Garbage in a circle that Python has seen twice while it was in use."""
    node = Node()
    gc.collect(0)
    gc.collect(1)
    return weakref.ref(node)


async def pass_until(has_come: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not has_come():
            await asyncio.sleep(0)


def test_garbage_waits_for_a_calm_moment(looks: list[int]) -> None:
    under_way = [True]

    async def serve() -> None:
        garbage = make_aged_garbage()
        with whole_looks() as seen:
            kept = [[number] for number in range(20 * YOUNG * MIDDLE)]  # by itself Python looks through all then
            begun = len(looks)
            await pass_until(lambda: len(looks) > begun + LOOKS)
            assert (seen, len(kept)) == ([], 20 * YOUNG * MIDDLE)
            assert garbage() is not None
            under_way.clear()
            await pass_until(lambda: garbage() is None)

    def calm() -> bool:
        return not under_way

    async def run() -> None:
        with sweeping_when(calm):
            await serve()

    in_a_loop(run)


def test_where_no_moment_is_calm_it_is_looked_for_all_the_same(
    looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LATEST_S", 0.0)

    async def run() -> None:
        with sweeping_when(lambda: False):
            garbage = make_aged_garbage()
            await pass_until(lambda: garbage() is None)

    in_a_loop(run)
    assert looks


def test_nothing_is_looked_through_while_nothing_new_is_kept(looks: list[int]) -> None:
    async def run() -> list[str]:
        with sweeping_when(lambda: True), whole_looks() as seen:
            await pass_until(lambda: len(looks) > LOOKS)
        return seen

    assert in_a_loop(run) == []


def test_a_service_does_so_and_leaves_python_as_it_was(owner_url: str, tmp_path: Path) -> None:
    usual, found = gc.get_threshold(), list[tuple[int, int, int]]()

    def has_begun(server: Server) -> None:
        found.append(gc.get_threshold())
        server.end(None)

    settings = read_settings(data_dir=tmp_path)
    service_url = url_of(owner_url, str(make_url(owner_url).database), "gisgrid_api")
    with membership(tmp_path) as member, socket.create_server(("127.0.0.1", 0)) as listener:
        server = make_server(settings, service_url, member=member, shift=ALONE, has_begun=has_begun)
        in_a_loop(lambda: server.serve(sockets=[listener]))
    assert found == [(YOUNG, MIDDLE, NEVER)]
    assert gc.get_threshold() == usual
