"""Where would a town planner cut this piece of ground? One chord across a ring, scored and drawn."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.sample.mesh import Mesh, Place, Ring

Floats = NDArray[np.float64]
Bend = Callable[[float, float], Place]
"""How far a line is pushed aside at a place, in metres."""

TRIES = 60


@dataclass(frozen=True)
class Wish:
    """What a cut should give: the share of the first part, which lies nearer to `towards`."""

    share: float
    towards: Place | None = None
    exactness: float = 6.0


@dataclass(frozen=True)
class Cut:
    """The two parts and the line between them."""

    first: Ring
    second: Ring
    line: list[int]


class Planner:
    """Cuts rings of one mesh, and remembers junctions so that streets meet at crossroads."""

    def __init__(self, mesh: Mesh, spacing: Callable[[float, float], float]) -> None:
        self.mesh = mesh
        self.spacing = spacing
        self.degree: dict[int, int] = {}

    def join(self, line: list[int]) -> None:
        """Count a line's ends as arms of a junction."""
        for end in (line[0], line[-1]):
            self.degree[end] = self.degree.get(end, 2) + 1

    def cut(self, ring: Ring, wish: Wish, bend: Bend) -> Cut:
        """The best cut that stays inside; raises ValueError where none does."""
        polygon = shapely.Polygon(self.mesh.trace(ring))
        for i, j, first_is_inner in self._candidates(ring, wish):
            for strength in (1.0, 0.5, 0.0):
                places = self._draw(ring[i], ring[j], bend, strength)
                if self._fits(polygon, places):
                    return self._part(ring, i, j, places, first_is_inner)
        raise ValueError(f"no cut stays inside a ring of {len(ring)} vertices")

    def _part(self, ring: Ring, i: int, j: int, places: list[Place], inner_first: bool) -> Cut:
        line = [ring[i], *(self.mesh.add(x, y) for x, y in places[1:-1]), ring[j]]
        self.join(line)
        inner = ring[i:j] + line[:0:-1]
        outer = ring[j:] + ring[:i] + line[:-1]
        return Cut(inner, outer, line) if inner_first else Cut(outer, inner, line)

    def _draw(self, a: int, b: int, bend: Bend, strength: float) -> list[Place]:
        (ax, ay), (bx, by) = self.mesh.places[a], self.mesh.places[b]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        pieces = max(1, round(length / self.spacing((ax + bx) / 2, (ay + by) / 2)))
        places = []
        for step in range(pieces + 1):
            t = step / pieces
            x, y = ax + (bx - ax) * t, ay + (by - ay) * t
            dx, dy = bend(x, y)
            ease = strength * min(1.0, 4.0 * t * (1.0 - t))
            places.append((x + dx * ease, y + dy * ease))
        places[0], places[-1] = (ax, ay), (bx, by)
        return places

    def _fits(self, polygon: shapely.Polygon, places: list[Place]) -> bool:
        line = shapely.LineString(places)
        if not line.is_simple or not shapely.covers(polygon, line):
            return False
        if len(places) < 4:
            return len(places) == 2 or shapely.Point(places[1]).distance(polygon.exterior) > 8.0
        middle = shapely.LineString(places[1:-1])
        gap = 0.45 * self.spacing(*places[len(places) // 2])
        return bool(middle.distance(polygon.exterior) > gap)

    def _candidates(self, ring: Ring, wish: Wish) -> list[tuple[int, int, bool]]:
        score, swapped = self._scores(ring, wish)
        flat = np.argsort(score, axis=None, kind="stable")[:TRIES]
        rows, columns = np.unravel_index(flat, score.shape)
        pairs = zip(rows.tolist(), columns.tolist(), strict=True)
        return [(i, j, not swapped[i, j]) for i, j in pairs if np.isfinite(score[i, j])]

    def _scores(self, ring: Ring, wish: Wish) -> tuple[Floats, NDArray[np.bool_]]:
        xy = np.array(self.mesh.trace(ring))
        shape = _Chords(xy)
        cost = self._end_costs(ring, xy)
        round_ = shape.compactness()
        thin = np.maximum(0.0, 0.45 - round_)
        both = cost[:, None] + cost[None, :] + shape.slant() - 2.2 * round_ + 9.0 * thin
        inner = shape.inner / shape.total
        straight = wish.exactness * (inner / wish.share - 1.0) ** 2
        turned = wish.exactness * ((1.0 - inner) / wish.share - 1.0) ** 2
        if wish.towards is not None:
            nearer = shape.inner_is_nearer(wish.towards)
            straight, turned = straight + 3.0 * ~nearer, turned + 3.0 * nearer
        swapped = turned < straight
        score = both + np.minimum(straight, turned)
        off = ~np.triu(np.ones_like(inner, dtype=bool), 3) | (inner <= 0.04) | (inner >= 0.96)
        score[off] = np.inf
        score[0, -2:] = np.inf
        return score, swapped

    def _end_costs(self, ring: Ring, xy: Floats) -> Floats:
        """What it costs to end a cut at each vertex: corners are bad, junctions across are good."""
        before, after = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
        cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        size = np.sqrt((before**2).sum(axis=1) * (after**2).sum(axis=1))
        sine = cross / size
        back = (before * after).sum(axis=1) < 0
        sharp = (sine > 0.5) | back
        cost = np.where(sharp, 1.6, 0.0) + np.where((sine < -0.5) & ~back, -0.15, 0.0)
        room = 0.16 * float(np.sqrt(abs(self.mesh.area_m2(ring))))
        along = np.concatenate([[0.0], np.cumsum(np.sqrt((after**2).sum(axis=1)))])
        for k, number in enumerate(ring):
            if sharp[k]:
                cost += 1.2 * _close(along, k, room)
            elif self.degree.get(number, 2) > 2:
                cost += 0.5 * _close(along, k, 0.7 * room)
                cost[k] -= 0.5 + 0.75 if self.degree[number] == 3 else 0.2
        return np.asarray(cost)


def _close(along: Floats, k: int, room: float) -> Floats:
    """1 at vertex k falling to 0 at `room` metres along the ring, both ways round."""
    apart = np.abs(along[:-1] - along[k])
    apart = np.minimum(apart, along[-1] - apart)
    return np.asarray(np.maximum(0.0, 1.0 - apart / room))


class _Chords:
    """All chords of a ring at once: arrays [i, j] about the part that runs from i to j."""

    def __init__(self, xy: Floats) -> None:
        xy = xy - xy[0]
        x, y = xy[:, 0], xy[:, 1]
        nx, ny = np.roll(x, -1), np.roll(y, -1)
        cross = x * ny - nx * y
        self._xy = xy
        self._dx, self._dy = x[None, :] - x[:, None], y[None, :] - y[:, None]
        self._length = np.sqrt(self._dx**2 + self._dy**2) + 1e-9
        closing = x[None, :] * y[:, None] - x[:, None] * y[None, :]
        self.inner = 0.5 * (_between(cross) + closing)
        self.total = 0.5 * float(cross.cumsum()[-1])
        self._moments = tuple(
            (_between((a + na) * cross) + (a[None, :] + a[:, None]) * closing) / 6.0 for a, na in ((x, nx), (y, ny))
        )
        self._all = tuple(float(((a + na) * cross).cumsum()[-1]) / 6.0 for a, na in ((x, nx), (y, ny)))
        step = np.sqrt((nx - x) ** 2 + (ny - y) ** 2)
        self._arc = _between(step)
        self._round = float(step.cumsum()[-1])

    def compactness(self) -> Floats:
        """4 pi area / perimeter squared of the worse part; 1 for a circle."""
        inner = self.inner / (self._arc + self._length) ** 2
        outer = (self.total - self.inner) / (self._round - self._arc + self._length) ** 2
        return np.asarray(12.566370614359172 * np.minimum(inner, outer))

    def slant(self) -> Floats:
        """How far from square a chord meets the ring at both ends: 0 square, 2 along it."""
        tangent = np.roll(self._xy, -1, axis=0) - np.roll(self._xy, 1, axis=0)
        tangent = tangent / np.sqrt((tangent**2).sum(axis=1) + 1e-9)[:, None]
        cosine = self._dx * tangent[:, 0, None] + self._dy * tangent[:, 1, None]
        cosine_j = self._dx * tangent[None, :, 0] + self._dy * tangent[None, :, 1]
        return np.asarray((cosine**2 + cosine_j**2) / self._length**2)

    def inner_is_nearer(self, place: Place) -> NDArray[np.bool_]:
        """Is the part from i to j nearer to a place (relative to the ring's first vertex)?"""
        inner, outer = np.maximum(self.inner, 1.0), np.maximum(self.total - self.inner, 1.0)
        near = _gap(self._moments[0] / inner, self._moments[1] / inner, place)
        far_x, far_y = self._all[0] - self._moments[0], self._all[1] - self._moments[1]
        return np.asarray(near < _gap(far_x / outer, far_y / outer, place))


def _between(steps: Floats) -> Floats:
    """The sum of steps i to j-1, for every i and j above it."""
    sums = np.concatenate([[0.0], np.cumsum(steps)])[:-1]
    return np.asarray(sums[None, :] - sums[:, None])


def _gap(x: Floats, y: Floats, place: Place) -> Floats:
    return np.asarray((x - place[0]) ** 2 + (y - place[1]) ** 2)
