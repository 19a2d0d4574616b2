"""What was fetched is kept for a while, so that a district full of readers asks the base map's server once."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future

from gisgrid.basemaps.pictures import Picture
from gisgrid.errors import Unavailable

KEPT_S = 86_400.0
AGAIN_S = 60.0
"""After this long one of yesterday is asked for again, where its server did not answer."""
OVERHEAD_BYTES = 400
Made = tuple[float, Picture | None]


class Kept:
    """Pictures by a key, those asked for last, up to so many bytes. May be asked by several threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._making: dict[Hashable, Future[Picture | None]] = {}

    def find(self, key: Hashable, make: Callable[[], Picture | None]) -> Picture | None:
        """The picture, made once for all who ask for it at that moment. Raises what `make` raises.

        One of yesterday is made again, and given all the same where that is not possible now.
        """
        with self._lock:
            made = self._made.get(key)
            if made is not None:
                self._made.move_to_end(key)
                if time.monotonic() - made[0] < KEPT_S:
                    return made[1]
            making = self._making.get(key)
            mine = making is None
            if making is None:
                making = self._making[key] = Future()
        if mine:
            self._make(key, make, made, making)
        return making.result()

    def has(self, key: Hashable) -> bool:
        """Is it here, and need not be made?"""
        made = self._made.get(key)
        return made is not None and time.monotonic() - made[0] < KEPT_S

    def _make(
        self, key: Hashable, make: Callable[[], Picture | None], old: Made | None, making: "Future[Picture | None]"
    ) -> None:
        try:
            picture = make()
            with self._lock:
                self._keep(key, picture)
            making.set_result(picture)
        except Unavailable as error:
            if old is None:
                making.set_exception(error)
            else:
                with self._lock:
                    self._keep(key, old[1], time.monotonic() - KEPT_S + AGAIN_S)
                making.set_result(old[1])
        except BaseException as error:
            making.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._making[key]

    def _keep(self, key: Hashable, picture: Picture | None, made_at: float | None = None) -> None:
        if old := self._made.pop(key, None):
            self._bytes -= _size(old[1])
        self._made[key] = (time.monotonic() if made_at is None else made_at, picture)
        self._bytes += _size(picture)
        while self._bytes > self.most_bytes and self._made:
            _, (_, gone) = self._made.popitem(last=False)
            self._bytes -= _size(gone)


def _size(picture: Picture | None) -> int:
    return OVERHEAD_BYTES + (len(picture.body) if picture else 0)
