"""From towns down to blocks: every face is cut into communities, grids and street blocks."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypedDict

from gisgrid.sample.chance import Dice, Noise
from gisgrid.sample.cutting import Planner, Wish
from gisgrid.sample.mesh import Mesh, Place, Ring
from gisgrid.sample.plan import Plan, plan_all
from gisgrid.sample.relief import CENTRES_KM, CORE, Relief, spacing_m

WARPS_M = ((3800.0, 230.0), (1300.0, 60.0), (520.0, 14.0))
"""Waves and amounts by which the finished plane is bent, so that no street stays ruler-straight."""

NAMES = Path(__file__).with_name("anyuan.json")


class Named(TypedDict):
    """An area of the official division."""

    code: str
    name: str


class Town(Named):
    """A town and its communities."""

    communities: list[Named]


class District(Named):
    """The district, and what it lies in."""

    city: Named
    province: Named
    towns: list[Town]


@dataclass
class Community:
    """A community with its ground, and how its plots were and are cut."""

    code: str
    name: str
    ring: Ring
    plots: list[list[list[int]]] = field(default_factory=list)
    """First plots, each as later plots, each as block numbers."""

    @property
    def town(self) -> str:
        """The code of its town."""
        return self.code[:9]

    @property
    def urban(self) -> bool:
        """Is it a residents' community (居委会), not a village?"""
        return self.code[9] == "0"


@cache
def official() -> District:
    """The district's official codes and names: towns and their communities."""
    found: District = json.loads(NAMES.read_text(encoding="utf-8"))
    return found


class Ground:
    """The whole district cut to pieces: communities, plots, blocks, and the lines between."""

    def __init__(self, seed: int) -> None:
        self.mesh = Mesh()
        self.relief = Relief(self.mesh)
        self.planner = Planner(self.mesh, spacing_m)
        self.dice = Dice(seed)
        self.lines: list[tuple[str, list[int]]] = []
        self.blocks: list[Ring] = []
        self.lines += self.relief.routes
        for name, arc in self.relief.arcs.items():
            self.planner.join(arc)
            self.lines.append((self.relief.kinds[name], arc))
        self.communities = [c for town in CENTRES_KM for c in self._town(town)]
        wanted = {c.code: self._room(c.ring) for c in self.communities}
        self.plans = plan_all(wanted, self.dice)
        for community in self.communities:
            self._plots(community, self.plans[community.code])
        waves = [(w, a, Noise(f"east-{w}", w), Noise(f"north-{w}", w)) for w, a in WARPS_M]
        fields = [(amount, east, north) for _, amount, east, north in waves]
        self.mesh.places = [_warped(place, fields) for place in self.mesh.places]
        self._sizes = [self.mesh.area_m2(ring) for ring in self.blocks]
        self._middles = [self.mesh.centre(ring) for ring in self.blocks]

    def in_hills(self, ring: Sequence[int]) -> bool:
        """Is this ground far from every main street?"""
        places = self.mesh.trace(ring)
        x, y = (sum(axis) / len(places) for axis in zip(*places, strict=True))
        return spacing_m(x, y) > 55.0

    def _room(self, ring: Ring) -> float:
        """How many grids of some fifty vertices have room here?"""
        places = self.mesh.trace(ring)
        steps = zip(places, places[1:] + places[:1], strict=True)
        spacing = sum(math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) for a, b in steps) / len(ring)
        return self.mesh.area_m2(ring) / (110.0 * spacing**2)

    def size(self, block: int) -> float:
        """The area of a block in m²."""
        return self._sizes[block]

    def middle(self, block: int) -> Place:
        """The centroid of a block."""
        return self._middles[block]

    def centre(self, blocks: Iterable[int]) -> Place:
        """The centroid of several blocks together."""
        sizes = [(self._sizes[b], self._middles[b]) for b in sorted(blocks)]
        total = sum(size for size, _ in sizes)
        return (
            sum(size * place[0] for size, place in sizes) / total,
            sum(size * place[1] for size, place in sizes) / total,
        )

    def _town(self, code: str) -> Iterator[Community]:
        town = next(t for t in official()["towns"] if t["code"] == code)
        members = sorted(town["communities"], key=lambda c: (c["code"][9], self.dice.unit()))
        faces = [ring for face, ring in self.relief.faces if face == code]
        for ring, group in zip(faces, self._by_face(faces, members), strict=True):
            yield from self._communities(ring, group, code)

    def _by_face(self, faces: list[Ring], members: list[Named]) -> list[list[Named]]:
        if len(faces) == 1:
            return [members]
        areas = [self.mesh.area_m2(ring) for ring in faces]
        share = round(len(members) * areas[0] / sum(areas))
        first = members[:: max(1, len(members) // share)][:share]
        return [first, [m for m in members if m not in first]]

    def _communities(self, ring: Ring, members: Sequence[Named], town: str) -> Iterator[Community]:
        if len(members) == 1:
            yield Community(members[0]["code"], members[0]["name"], ring)
            return
        weights = [_weight(m["code"]) for m in members]
        half = len(members) // 2
        wish = Wish(sum(weights[:half]) / sum(weights), self._towards(ring, town), 7.0)
        rural = town not in CORE and members[half]["code"][9] == "2"
        kind = "ridge" if rural and sum(weights) > 6.0 else "road"
        cut = self.planner.cut(ring, wish, self.relief.bend(kind))
        self.lines.append((kind if kind == "ridge" else "main", cut.line))
        yield from self._communities(cut.first, members[:half], town)
        yield from self._communities(cut.second, members[half:], town)

    def _towards(self, ring: Ring, town: str) -> Place:
        x, y = CENTRES_KM[town]
        x0, y0 = self.mesh.places[ring[0]]
        return x * 1000.0 - x0, y * 1000.0 - y0

    def _plots(self, community: Community, plan: Plan) -> None:
        rings = self._equal(community.ring, len(plan.parts), "street")
        for ring, parts in zip(rings, plan.parts, strict=True):
            later = [self._blocks(part) for part in self._equal(ring, parts, "street")]
            community.plots.append(later)

    def _blocks(self, ring: Ring) -> list[int]:
        size = 16.0 * spacing_m(*self.mesh.centre(ring)) ** 2
        number = max(2, min(9, round(self.mesh.area_m2(ring) / size)))
        first = len(self.blocks)
        self.blocks += self._equal(ring, number, "lane")
        return list(range(first, len(self.blocks)))

    def _equal(self, ring: Ring, number: int, kind: str) -> Iterator[Ring]:
        if number <= 1:
            yield ring
            return
        half = number // 2
        bend = self.relief.bend("track" if self.in_hills(ring) else "road")
        cut = self.planner.cut(ring, Wish(half / number, None, 4.0), bend)
        self.lines.append((kind, cut.line))
        yield from self._equal(cut.first, half, kind)
        yield from self._equal(cut.second, number - half, kind)


def _weight(code: str) -> float:
    """How much ground a community wants, relative to its neighbours."""
    urban, core = code[9] == "0", code[:9] in CORE
    return (1.0 if core else 1.4) if urban else (2.6 if core else 4.5)


def _warped(place: Place, fields: Sequence[tuple[float, Noise, Noise]]) -> Place:
    x, y = place
    return (
        x + sum(amount * east.at(x, y) for amount, east, _ in fields),
        y + sum(amount * north.at(x, y) for amount, _, north in fields),
    )
