"""Two networks over the same ground: the shares of their areas in each other, and where their lines differ."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.finding import WARNING, Finding
from gisgrid.boundaries.measuring import FlatMap, Shapes, area_m2, areas_m2, polygons, said_m2
from gisgrid.boundaries.tolerance import LATTICE_DEG
from gisgrid.terms import TOLERANCE_M


@dataclass(frozen=True)
class Shared:
    """The ground that an area of one network and an area of the other share, and its share of each."""

    base: str
    code: str
    area_m2: float
    base_share: float
    share: float


@dataclass(frozen=True)
class Overlap(Shared):
    """Shared ground with its shape, EPSG:4326."""

    geom: Any

    def facts(self) -> Shared:
        """The same without the shape."""
        return Shared(self.base, self.code, self.area_m2, self.base_share, self.share)


@dataclass(frozen=True)
class Comparison:
    """The overlap matrix, by areas of the base, and the misfits."""

    overlaps: list[Overlap]
    misfits: list[Finding]

    def best(self) -> dict[str, Overlap]:
        """For each code of the other network the base area that has most of its ground."""
        best: dict[str, Overlap] = {}
        for overlap in sorted(self.overlaps, key=lambda o: (-o.area_m2, o.base)):
            best.setdefault(overlap.code, overlap)
        return dict(sorted(best.items()))

    def homes(self) -> dict[str, Overlap]:
        """For each area of the base the area of the other network that has most of its ground."""
        homes: dict[str, Overlap] = {}
        for overlap in sorted(self.overlaps, key=lambda o: (-o.area_m2, o.code)):
            homes.setdefault(overlap.base, overlap)
        return dict(sorted(homes.items()))


def compare(base: Shapes, other: Shapes, tolerance_m: float = TOLERANCE_M) -> Comparison:
    """How do two networks (shapes by code, EPSG:4326) fit? Areas as `areas_m2` measures them, so that rows add up.

    Misfits, with their shape: `line` runs farther than the tolerance from every line of the base; `piece` of a base
    area lies in another area than most of it; `uncovered` ground of one is in no area of the other. Pieces that
    are nowhere wider than twice the tolerance are left out. Costs about 1 ms a pair of areas that meet.
    """
    overlaps = find_overlaps(base, other)
    net = _Nets(base, other, overlaps, tolerance_m)
    return Comparison(overlaps, [*net.pieces(), *net.uncovered(), *net.lines()])


def find_overlaps(base: Shapes, other: Shapes) -> list[Overlap]:
    """The overlap matrix of two networks: its entries that are not zero, by base code, then the other's."""
    base_codes, codes = list(base), list(other)
    ours, theirs = (np.array(list(shapes.values()), dtype=object) for shapes in (base, other))
    if not len(ours) or not len(theirs):
        return []
    i, j = shapely.STRtree(theirs).query(ours, predicate="intersects")
    meet = ~shapely.touches(ours[i], theirs[j])
    i, j = i[meet], j[meet]
    common = shapely.intersection(ours[i], theirs[j], grid_size=LATTICE_DEG)
    shared = areas_m2(common)
    whole, others_whole = areas_m2(ours), areas_m2(theirs)
    found = [
        Overlap(base_codes[a], codes[b], float(m2), float(m2 / whole[a]), float(m2 / others_whole[b]), part)
        for a, b, m2, part in zip(i, j, shared, common, strict=True)
        if m2 > 0
    ]
    return sorted(found, key=lambda overlap: (overlap.base, overlap.code))


class _Nets:
    """Both networks on a flat map, to look for misfits."""

    def __init__(self, base: Shapes, other: Shapes, overlaps: list[Overlap], tolerance_m: float) -> None:
        self.base, self.other, self.overlaps, self.tolerance_m = base, other, overlaps, tolerance_m
        ground = shapely.total_bounds(np.array([*base.values(), *other.values()], dtype=object))
        self.flat = FlatMap((ground[0] + ground[2]) / 2, (ground[1] + ground[3]) / 2)

    def pieces(self) -> Iterator[Finding]:
        """Parts of base areas that lie in another area than most of the base area."""
        homes = Comparison(self.overlaps, []).homes()
        for overlap in self.overlaps:
            home = homes[overlap.base].code
            for part in self._wide(overlap.geom) if overlap.code != home else ():
                message = (
                    f"{said_m2(area_m2(part))} m² of {overlap.base}, most of which is in {home}, lie in {overlap.code}"
                )
                remedy = "draw one line where the other runs"
                yield Finding("piece", WARNING, overlap.code, overlap.base, message, remedy, part)

    def uncovered(self) -> Iterator[Finding]:
        """Ground of one network that is in no area of the other."""
        held: dict[tuple[bool, str], float] = defaultdict(float)
        for overlap in self.overlaps:
            held[True, overlap.base] += overlap.area_m2
            held[False, overlap.code] += overlap.area_m2
        for is_base, ours, theirs in ((True, self.base, self.other), (False, self.other, self.base)):
            shapes = np.array(list(theirs.values()), dtype=object)
            tree = shapely.STRtree(shapes)
            for code, shape in ours.items():
                if area_m2(shape) - held[is_base, code] < 3 * self.tolerance_m**2:
                    continue  # no disc of that radius is left
                near = shapely.union_all(shapes[tree.query(shape, predicate="intersects")], grid_size=LATTICE_DEG)
                for part in self._wide(shapely.difference(shape, near, grid_size=LATTICE_DEG)):
                    message = f"{said_m2(area_m2(part))} m² of {code} are in no area of the other network"
                    remedy = "draw an area there, unless it is meant"
                    ours_only, theirs_only = (code, None) if is_base else (None, code)
                    yield Finding("uncovered", WARNING, theirs_only, ours_only, message, remedy, part)

    def lines(self) -> Iterator[Finding]:
        """Lines of the other network, each once, that are farther than the tolerance from the base's lines."""
        ours, theirs = (
            shapely.unary_union(shapely.boundary(np.array(list(shapes.values()), dtype=object)))
            for shapes in (self.base, self.other)
        )
        rest = self.flat.flatten(shapely.line_merge(shapely.difference(theirs, ours)))
        edges = shapely.get_parts(self.flat.flatten(shapely.line_merge(ours)))
        areas = _Lookup(self.flat.flatten(np.array(list(self.base.values()), dtype=object)), list(self.base))
        others = _Lookup(self.flat.flatten(np.array(list(self.other.values()), dtype=object)), list(self.other))
        tree = shapely.STRtree(edges)
        for arc in shapely.get_parts(rest):
            box = shapely.box(*shapely.bounds(shapely.buffer(arc, 2 * self.tolerance_m)))
            near = shapely.intersection(shapely.union_all(edges[tree.query(box)]), box)
            for part in shapely.get_parts(shapely.difference(arc, shapely.buffer(near, self.tolerance_m, quad_segs=4))):
                if part.length > 2 * self.tolerance_m:
                    yield self._line(part, others.meeting(part), areas.meeting(part))

    def _line(self, part: Any, codes: list[str], through: list[str]) -> Finding:
        message = (
            f"{part.length:.0f} m of the line of {' and '.join(codes[:2])} run beside the lines of the base,"
            f" through {', '.join(through[:4]) or 'no area'}"
        )
        remedy = "follow a line of the base, or cut the base there"
        first, cut = min(codes, default=None), min(through, default=None)
        return Finding("line", WARNING, first, cut, message, remedy, self.flat.lift(part))

    def _wide(self, shape: Any) -> list[Any]:
        """The polygons of a shape that are anywhere wider than twice the tolerance: a disc of that radius fits in."""
        parts = polygons(shape)
        cores = [shapely.buffer(self.flat.flatten(part), -self.tolerance_m, quad_segs=2) for part in parts]
        return [part for part, core in zip(parts, cores, strict=True) if not core.is_empty]


class _Lookup:
    """Which areas does a line meet?"""

    def __init__(self, shapes: Any, codes: list[str]) -> None:
        self._tree, self._codes = shapely.STRtree(shapes), codes

    def meeting(self, line: Any) -> list[str]:
        found = self._tree.query(line, predicate="dwithin", distance=0.001)
        return sorted(self._codes[index] for index in found)
