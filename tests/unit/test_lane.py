"""A lane refuses at once whom it would let wait for too long."""

import asyncio

import pytest

from gisgrid.api.lanes import DECIDE_S, Lane, is_long
from tests.waiting import PATIENCE_S, in_a_loop


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

    in_a_loop(ask)


def test_a_lane_may_want_to_be_sure() -> None:
    async def ask() -> None:
        lane = Lane(places=1, wait_s=1.0, sure=2.0)
        for _ in range(60):
            assert enters_without_waiting(lane)
            lane.leave(held_s=0.6)
        assert enters_without_waiting(lane)
        assert not enters_without_waiting(lane), "0.6 s would be in time, if it were sure"

    in_a_loop(ask)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/api/v1/tickets?limit=1000", True),
        ("/api/v1/tickets?area=360302001&limit=300&step=assign", True),
        ("/api/v1/tickets?limit=299", False),
        ("/api/v1/tickets", False),
        ("/api/v1/tickets/2026-1?limit=1000", False),
        ("/api/v1/areas?level=grid", True),
        ("/api/v1/areas/360302001", False),
        ("/api/v1/ranking", True),
        ("/api/v1/locate", False),
    ],
)
def test_long_answers_have_a_lane_of_their_own(address: str, expected: bool) -> None:
    path, _, query = address.partition("?")
    assert is_long(path, query.encode()) is expected


def test_who_cannot_get_a_place_in_time_is_told_so_before_the_time_is_up() -> None:
    """The line does not move: its end is refused soon, and its head goes on to wait, and gets the next place."""

    async def stand() -> None:
        lane = Lane(1, PATIENCE_S)
        assert await lane.enter()
        line = [asyncio.create_task(lane.enter()) for _ in range(round(4 * PATIENCE_S / DECIDE_S))]
        assert await asyncio.wait_for(line[-1], PATIENCE_S / 2) is False
        assert not line[0].done()
        lane.leave(0.01)
        assert await line[0]
        for one in line[1:]:
            one.cancel()
        await asyncio.gather(*line, return_exceptions=True)
        lane.leave(0.01)
        assert (lane.taken, lane.waiting) == (0, 0)

    in_a_loop(stand)
