"""One table of shared vertices on a plane in metres: lines and rings are lists of its numbers.

Shapes that are cut or joined keep the exact vertices of their neighbours, so coverages are exact.
"""

from collections.abc import Iterable, Sequence

Place = tuple[float, float]
Ring = list[int]
"""Vertex numbers, anticlockwise, the first not repeated at the end."""


class Mesh:
    """The vertices of the district, in metres east and north of its middle."""

    def __init__(self) -> None:
        self.places: list[Place] = []

    def add(self, x: float, y: float) -> int:
        """The number of a new vertex there."""
        self.places.append((x, y))
        return len(self.places) - 1

    def trace(self, ring: Iterable[int]) -> list[Place]:
        """Where do these vertices lie?"""
        return [self.places[number] for number in ring]

    def area_m2(self, ring: Sequence[int]) -> float:
        """The area inside a ring, positive when it runs anticlockwise."""
        places = self.trace(ring)
        turned = places[1:] + places[:1]
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(places, turned, strict=True)) / 2.0

    def centre(self, ring: Sequence[int]) -> Place:
        """The centroid of a ring."""
        x0, y0 = self.places[ring[0]]
        total = sx = sy = 0.0
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            ax, ay = self.places[a][0] - x0, self.places[a][1] - y0
            bx, by = self.places[b][0] - x0, self.places[b][1] - y0
            cross = ax * by - bx * ay
            total, sx, sy = total + cross, sx + (ax + bx) * cross, sy + (ay + by) * cross
        return x0 + sx / (3.0 * total), y0 + sy / (3.0 * total)


def outline(rings: Iterable[Sequence[int]]) -> list[Ring]:
    """Which rings bound the union of these? Outer ones anticlockwise, holes clockwise.

    Exact: an edge that two rings share, once each way, is inside and drops out.
    """
    edges = {edge for ring in rings for edge in zip(ring, [*ring[1:], *ring[:1]], strict=True)}
    after: dict[int, list[int]] = {}
    for a, b in sorted(edges):
        if (b, a) not in edges:
            after.setdefault(a, []).append(b)
    found = []
    while after:
        start = min(after)
        found.append(_walk(after, start))
    return found


def _walk(after: dict[int, list[int]], start: int) -> Ring:
    ring, here = [start], _step(after, start)
    while here != start:
        if here in ring:  # touches itself at a corner: the loop closed here is a ring of its own
            cut = ring.index(here)
            for a, b in zip(ring[:cut], ring[1 : cut + 1], strict=True):
                after.setdefault(a, []).append(b)
            return ring[cut:]
        ring.append(here)
        here = _step(after, here)
    return ring


def _step(after: dict[int, list[int]], here: int) -> int:
    there = after[here].pop(0)
    if not after[here]:
        del after[here]
    return there


def edges_of(ring: Sequence[int]) -> set[tuple[int, int]]:
    """The edges of a ring, each with its lower vertex first."""
    return {(min(a, b), max(a, b)) for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True)}
