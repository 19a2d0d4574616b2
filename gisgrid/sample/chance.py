"""Chance that falls the same everywhere: a seeded die and smooth noise, plain arithmetic only.

No sine, no logarithm: those differ in the last bit from one C library to the next.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SIDE = 64


class Dice:
    """A die of its own seed; only `random()` is used, whose stream Python promises to keep."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311  (a sample, not a secret)

    def unit(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        """One of the things."""
        return things[int(self.unit() * len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The same things in another order."""
        keyed = [(self.unit(), index) for index in range(len(things))]
        return [things[index] for _, index in sorted(keyed)]


class Noise:
    """A smooth random field over the plane: value noise on a lattice of `wave_m` metres."""

    def __init__(self, seed: int | str, wave_m: float) -> None:
        dice = Dice(seed)
        self._wave_m = wave_m
        self._lattice = [[dice.between(-1.0, 1.0) for _ in range(SIDE)] for _ in range(SIDE)]

    def at(self, x: float, y: float) -> float:
        """The field at a place in metres, in [-1, 1]."""
        u, v = x / self._wave_m + SIDE / 2, y / self._wave_m + SIDE / 2
        column, row = int(u // 1), int(v // 1)
        s, t = _smooth(u - column), _smooth(v - row)
        low = _mix(self._value(column, row), self._value(column + 1, row), s)
        high = _mix(self._value(column, row + 1), self._value(column + 1, row + 1), s)
        return _mix(low, high, t)

    def _value(self, column: int, row: int) -> float:
        return self._lattice[row % SIDE][column % SIDE]


def _smooth(t: float) -> float:
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


def _mix(a: float, b: float, t: float) -> float:
    return a + (b - a) * t
