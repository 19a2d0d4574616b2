"""On which side of a line is a point? The sign is that of the exact determinant, on full doubles, many at once."""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BOUND = 4e-16
"""Relative error of the determinant in doubles, rounded up (Shewchuk 1997, ccwerrboundA is 3.33e-16)."""
_TINY = 1e-250
"""Below this a product of doubles loses digits to underflow."""


def sides(ax: Floats, ay: Floats, bx: Floats, by: Floats, x: Floats, y: Floats) -> Floats:
    """Where is (x, y) from the line a -> b: left (> 0), right (< 0), on it (exactly 0)? Only the sign has a meaning."""
    left, right = (bx - ax) * (y - ay), (by - ay) * (x - ax)
    found: Floats = np.asarray(left - right)
    unsure = np.flatnonzero(np.abs(found) <= _BOUND * (np.abs(left) + np.abs(right)) + _TINY)
    if len(unsure):
        found[unsure] = _exact_sides(*(np.broadcast_to(v, found.shape)[unsure] for v in (ax, ay, bx, by, x, y)))
    return found


def _exact_sides(ax: Floats, ay: Floats, bx: Floats, by: Floats, x: Floats, y: Floats) -> Floats:
    """The differences are nearly always exact (Sterbenz), products are taken with their rounding errors."""
    factors, inexact = [], np.zeros(len(ax), dtype=bool)
    for one, other in ((bx, ax), (y, ay), (by, ay), (x, ax)):
        difference, error = _subtract(one, other)
        factors.append(difference)
        inexact |= error != 0
    left, left_error = _multiply(factors[0], factors[1])
    right, right_error = _multiply(factors[2], factors[3])
    for product, one, other in ((left, *factors[:2]), (right, *factors[2:])):
        inexact |= (np.abs(product) < _TINY) & (one != 0) & (other != 0)
    small, rest = _subtract(left_error, right_error)
    rounded = (left - right) + small
    found: Floats = np.asarray(np.where(rounded == 0, rest, rounded))
    for i in np.flatnonzero(inexact):
        found[i] = _rational_side(*(Fraction(float(v[i])) for v in (ax, ay, bx, by, x, y)))
    return found


def _rational_side(ax: Fraction, ay: Fraction, bx: Fraction, by: Fraction, x: Fraction, y: Fraction) -> float:
    found = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    return float((found > 0) - (found < 0))


def _subtract(one: Floats, other: Floats) -> tuple[Any, Any]:
    """The rounded difference and its error (Knuth)."""
    difference = one - other
    part = difference - one
    return difference, (one - (difference - part)) - (other + part)


def _multiply(one: Floats, other: Floats) -> tuple[Any, Any]:
    """The rounded product and its error (Dekker, Veltkamp)."""
    product = one * other
    one_high, other_high = _high(one), _high(other)
    one_low, other_low = one - one_high, other - other_high
    error = ((one_high * other_high - product) + one_high * other_low + one_low * other_high) + one_low * other_low
    return product, error


def _high(value: Floats) -> Floats:
    scaled = value * 134217729.0  # 2**27 + 1
    return np.asarray(scaled - (scaled - value))
