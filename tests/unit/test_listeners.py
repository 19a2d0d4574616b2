"""Words reach each listener in their order, and the event loop serves others between them."""

import asyncio
import threading

from gisgrid.api.listeners import FEW, Delivery, Listener
from gisgrid.changes import Place
from tests.waiting import in_a_loop

MANY = 10 * FEW + 3


async def _heard(listeners: list[Listener], count: int) -> list[list[bytes | None]]:
    return [[await one.queue.get() for _ in range(count)] for one in listeners]


def test_each_hears_everything_once_in_its_order() -> None:
    """From another thread, parcel after parcel, each time in another order of listeners."""

    async def run() -> None:
        listeners = [Listener({}) for _ in range(MANY)]
        delivery = Delivery(asyncio.get_running_loop())

        def give() -> None:
            for number in range(9):
                few = listeners[number:] + listeners[:number]
                delivery.give(few[:: -1 if number % 2 else 1], lambda _one, n=number: b"%d" % n, Place(number, number))  # type: ignore[misc]

        giver = threading.Thread(target=give)
        giver.start()
        heard = await _heard(listeners, 9)
        giver.join()
        assert heard == [[b"%d" % number for number in range(9)]] * MANY
        assert all(one.queue.empty() and one.place == Place(8, 8) for one in listeners)

    in_a_loop(run)


def test_others_are_served_between_listeners() -> None:
    async def run() -> None:
        listeners = [Listener({}) for _ in range(MANY)]
        loop = asyncio.get_running_loop()
        Delivery(loop).give(listeners, lambda _one: b"x")
        seen: list[int] = []
        while len(seen) < 20:
            await asyncio.sleep(0)
            seen.append(sum(not one.queue.empty() for one in listeners))
        steps = [after - before for before, after in zip([0, *seen], seen, strict=False)]
        assert max(steps) <= FEW and seen[-1] == MANY

    in_a_loop(run)


def test_a_closed_loop_holds_nobody_up() -> None:
    loop = asyncio.new_event_loop()
    delivery = Delivery(loop)
    loop.close()
    delivery.give([], lambda _one: b"x")
