"""Several networks laid over each other: the pieces of ground that lie in one area of each, cleaned of slivers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.measuring import FlatMap, Shapes
from gisgrid.boundaries.tolerance import LATTICE_DEG

Label = tuple[str | None, ...]


@dataclass(frozen=True)
class Piece:
    """Ground that lies in one area of each network; None: in no area.  `shape` is one polygon, EPSG:4326."""

    codes: Mapping[str, str | None]
    shape: Any


def overlay(networks: Mapping[str, Shapes], tolerance_m: float) -> list[Piece]:
    """Cut the ground of these networks (by name: shapes by code) along all their lines; slivers go to a neighbour.

    All corners of the pieces lie on the lattice, so the same networks always give the same pieces.

    A sliver is narrower than the tolerance on average (twice its area by its perimeter). It goes to the piece that it
    borders on longest; a sliver without neighbour is dropped. The pieces are a clean coverage, the same each time.
    """
    faces, labels = _faces(networks)
    mosaic = _Mosaic(faces, labels, tolerance_m)
    mosaic.absorb_slivers()
    mosaic.join_equals()
    pieces = [Piece(dict(zip(networks, label, strict=True)), shape) for label, shape in mosaic.pieces()]
    return sorted(pieces, key=lambda piece: (-piece.shape.centroid.y, piece.shape.centroid.x))


def _faces(networks: Mapping[str, Shapes]) -> tuple[Any, list[Label]]:
    """All faces between the lines of all networks, and in which areas each lies."""
    shapes = {name: np.array(list(areas.values()), dtype=object) for name, areas in networks.items()}
    lines = shapely.boundary(np.concatenate(list(shapes.values())))
    noded = shapely.union_all(lines, grid_size=LATTICE_DEG)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    points = shapely.point_on_surface(faces)
    columns = [_codes_at(points, shapes[name], list(networks[name])) for name in networks]
    return faces, list(zip(*columns, strict=True))


def _codes_at(points: Any, shapes: Any, codes: list[str]) -> list[str | None]:
    """The code of the area that each point lies in; of several areas the lowest code."""
    found: list[str | None] = [None] * len(points)
    for index, area in sorted(shapely.STRtree(shapes).query(points, predicate="intersects").T.tolist()):
        code = found[index]
        if code is None or codes[area] < code:
            found[index] = codes[area]
    return found


def _borders(faces: Any, flat: Any) -> Iterator[tuple[int, int, float]]:
    """Edges that two faces share, with their length in metres. Faces share their corners exactly."""
    places, owner = shapely.get_coordinates(faces, return_index=True)
    metres = shapely.get_coordinates(flat)
    ring = np.repeat(*_rings(faces))
    same = ring[1:] == ring[:-1]
    corners = np.round(places / LATTICE_DEG).astype(np.int64)
    pairs = np.hstack([corners[:-1], corners[1:]])[same]
    turned = (pairs[:, 0] > pairs[:, 2]) | ((pairs[:, 0] == pairs[:, 2]) & (pairs[:, 1] > pairs[:, 3]))
    pairs[turned] = pairs[turned][:, [2, 3, 0, 1]]
    lengths = np.hypot(*(metres[1:] - metres[:-1])[same].T)
    order = np.lexsort(pairs.T)
    twin = (pairs[order][1:] == pairs[order][:-1]).all(axis=1)
    first, second, owners = order[:-1][twin], order[1:][twin], owner[:-1][same]
    for a, b, length in zip(owners[first].tolist(), owners[second].tolist(), lengths[first].tolist(), strict=True):
        if a != b:
            yield a, b, length


def _rings(faces: Any) -> tuple[Any, Any]:
    """The number of each ring of all faces, and how many corners it has, in the order of their coordinates."""
    rings = shapely.get_rings(faces)
    return np.arange(len(rings)), shapely.get_num_coordinates(rings)


class _Mosaic:
    """Faces joined into groups: which groups border on each other, and how long."""

    def __init__(self, faces: Any, labels: list[Label], tolerance_m: float) -> None:
        self.faces, self.tolerance_m = faces, tolerance_m
        self.members = {index: [index] for index in range(len(faces))}
        self.label = dict(enumerate(labels))
        bounds = shapely.total_bounds(faces)
        flat = FlatMap((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2).flatten(faces)
        self.flat, self.size = flat, dict(enumerate(shapely.area(flat).tolist()))
        self.border: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for a, b, length in _borders(faces, flat):
            self.border[a][b] += length
            self.border[b][a] += length

    def absorb_slivers(self) -> None:
        """Give every sliver, the smallest first, to the group that it borders on longest, until no sliver is left."""
        slivers = {index for index in self.members if self._is_sliver(index)}
        heap = [(self.size[index], index) for index in slivers]
        heapify(heap)
        while heap:
            size, sliver = heappop(heap)
            if sliver not in slivers or self.size[sliver] != size:
                continue  # it has grown, or been taken, since
            slivers.remove(sliver)
            near = {other: length for other, length in self.border[sliver].items() if self._can_take(other, slivers)}
            if not near:
                self._drop(sliver)
                continue
            heir = max(near, key=lambda other: (round(near[other], 6), self.size[other], -other))
            self._join(heir, sliver)
            if heir in slivers and self._is_sliver(heir):
                heappush(heap, (self.size[heir], heir))
            else:
                slivers.discard(heir)

    def join_equals(self) -> None:
        """Join neighbours that lie in the same areas: only a sliver parted them."""
        for index in sorted(self.members):
            while index in self.members:
                same = sorted(other for other in self.border[index] if self.label[other] == self.label[index])
                if not same:
                    break
                self._join(index, same[0])

    def pieces(self) -> Iterable[tuple[Label, Any]]:
        """Each group's areas and its shape."""
        for index, members in self.members.items():
            if any(self.label[index]):
                yield self.label[index], shapely.coverage_union_all(self.faces[members]).normalize()

    def _can_take(self, index: int, slivers: set[int]) -> bool:
        """Slivers are not given to a hole that is wide enough to be intended."""
        return any(self.label[index]) or index in slivers

    def _is_sliver(self, index: int) -> bool:
        radius, size = self.tolerance_m / 2, self.size[index]
        if size < 3 * radius**2:
            return True  # no disc of that radius has room
        shape = shapely.coverage_union_all(self.flat[self.members[index]])
        # Publish refuses what is narrower on average; a wider face holds a disc of radius area by perimeter.
        return bool(size < radius * shape.length)

    def _join(self, heir: int, other: int) -> None:
        """The first group takes the other's faces and borders; the larger group that is not a hole gives the areas."""
        if any(self.label[other]) and (self.size[other] > self.size[heir] or not any(self.label[heir])):
            self.label[heir] = self.label[other]
        self.members[heir] += self.members.pop(other)
        self.size[heir] += self.size.pop(other)
        for near, length in self.border.pop(other).items():
            del self.border[near][other]
            if near != heir:
                self.border[heir][near] += length
                self.border[near][heir] += length

    def _drop(self, index: int) -> None:
        del self.members[index], self.size[index]
        for near in self.border.pop(index):
            del self.border[near][index]
