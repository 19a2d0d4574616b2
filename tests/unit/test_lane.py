"""A lane refuses at once whom it would let wait for too long."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from gisgrid.api.lanes import Lane


def enters_without_waiting(lane: Lane) -> bool:
    """Is there a place? Fails where the lane would let wait."""
    entering = lane.enter()
    with pytest.raises(StopIteration) as ended:
        entering.send(None)
    return bool(ended.value.value)


def test_who_can_see_that_he_would_wait_too_long_is_refused_at_once() -> None:
    async def ask() -> None:
        lane = Lane(places=2, wait_s=1.0)
        for _ in range(2):
            assert enters_without_waiting(lane)
        for _ in range(2):
            lane.leave(held_s=60.0)
        for _ in range(2):
            assert enters_without_waiting(lane), "a place that is free is given, however long the last ones were held"
        for _ in range(100):
            assert not enters_without_waiting(lane)
        assert (lane.taken, lane.waiting) == (2, 0), "and nobody stands in line"

    with ThreadPoolExecutor(1) as elsewhere:  # a browser of another test may have a loop in this thread
        elsewhere.submit(asyncio.run, ask()).result()
