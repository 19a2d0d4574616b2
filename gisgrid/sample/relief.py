"""The lie of the land, drawn by hand: outline, river, main roads and ridges around eleven towns.

Invented. Only where the towns lie towards each other resembles the real district.
"""

import math
from collections.abc import Sequence

from gisgrid.sample.chance import Noise
from gisgrid.sample.cutting import Bend
from gisgrid.sample.mesh import Mesh, Place, Ring

# Junctions and way points in kilometres east and north of 113.895 E, 27.63 N.
JUNCTIONS: dict[str, Place] = {
    "north": (2.0, 6.0), "inflow": (6.0, 5.2), "east": (6.1, -0.9), "south_east": (2.6, -4.9),
    "south": (-2.8, -5.6), "outflow": (-7.3, -2.1), "west": (-6.6, 2.9),
    "ford": (3.2, 2.5), "weir": (0.5, 1.8), "bridge": (-1.2, 0.75), "quay": (-3.2, -0.9),
    "gate": (0.5, 3.9), "pagoda": (-3.2, 3.9), "mill": (-3.1, 2.1),
    "pass": (2.7, 0.4), "market": (0.3, -0.5), "well": (-0.7, -0.55), "kiln": (-1.9, -2.1),
    "spring": (0.6, -2.6), "pit": (-1.9, -3.7),
}  # fmt: skip

ARCS: dict[str, tuple[str, str, str, Sequence[Place]]] = {
    # name: (kind, from, to, way points)
    "o1": ("rim", "north", "inflow", [(2.9, 5.8), (3.6, 6.5), (4.9, 6.6), (5.8, 6.1)]),
    "o2": ("rim", "inflow", "east", [(6.7, 4.9), (7.6, 4.1), (7.3, 3.0), (7.8, 1.7), (6.9, 0.7), (6.7, -0.2)]),
    "o3": ("rim", "east", "south_east", [(5.0, -1.3), (4.6, -2.2), (5.0, -3.2), (3.9, -3.9)]),
    "o4": ("rim", "south_east", "south", [(1.9, -5.6), (1.5, -6.5), (0.2, -6.7), (-0.6, -6.0), (-1.6, -6.1)]),
    "o5": ("rim", "south", "outflow", [(-3.6, -6.2), (-4.9, -6.0), (-5.3, -5.0), (-6.3, -4.8), (-7.2, -4.0),
                                       (-6.9, -3.0)]),
    "o6": ("rim", "outflow", "west", [(-7.9, -1.4), (-7.7, -0.3), (-6.9, 0.4), (-7.2, 1.6)]),
    "o7": ("rim", "west", "north", [(-6.2, 3.6), (-5.2, 3.9), (-4.9, 5.0), (-3.9, 5.7), (-2.6, 5.5),
                                    (-1.7, 6.2), (-0.3, 6.9), (1.0, 6.6)]),
    "r1": ("river", "inflow", "ford", [(4.7, 4.9), (4.2, 4.1), (4.9, 3.4), (4.3, 2.6)]),
    "r2": ("river", "ford", "weir", [(2.4, 3.0), (1.7, 2.6), (1.2, 1.9)]),
    "r3": ("river", "weir", "bridge", [(-0.1, 2.0), (-0.5, 1.6), (-0.6, 1.0)]),
    "r4": ("river", "bridge", "quay", [(-1.8, 0.75), (-2.3, 0.4), (-2.4, -0.3), (-2.7, -0.8)]),
    "r5": ("river", "quay", "outflow", [(-3.8, -0.8), (-4.3, -0.3), (-5.0, -0.5), (-5.4, -1.3),
                                        (-6.2, -1.3)]),
    "t1": ("ridge", "north", "ford", [(2.1, 5.2), (2.9, 4.4), (3.2, 3.4)]),
    "t2": ("road", "weir", "gate", [(0.6, 2.6), (0.9, 3.3)]),
    "t3": ("road", "gate", "pagoda", [(-0.5, 4.05), (-1.6, 3.75), (-2.5, 4.05)]),
    "t4": ("road", "pagoda", "mill", [(-3.4, 3.3), (-3.2, 2.7)]),
    "t5": ("road", "mill", "bridge", [(-2.4, 1.9), (-1.7, 1.5)]),
    "t6": ("road", "mill", "quay", [(-3.5, 1.3), (-3.35, 0.4), (-3.5, -0.3)]),
    "t7": ("ridge", "pagoda", "west", [(-4.1, 3.5), (-4.9, 3.3), (-5.8, 3.0)]),
    "t8": ("ridge", "ford", "pass", [(3.0, 1.8), (3.2, 1.1)]),
    "t9": ("road", "pass", "market", [(1.9, 0.05), (1.0, -0.15)]),
    "t10": ("road", "market", "well", [(-0.2, -0.5)]),
    "t11": ("road", "well", "bridge", [(-0.75, -0.1), (-1.0, 0.3)]),
    "t12": ("road", "well", "kiln", [(-0.9, -1.2), (-1.4, -1.7)]),
    "t13": ("road", "kiln", "quay", [(-2.4, -1.8), (-2.9, -1.3)]),
    "t14": ("road", "market", "spring", [(0.35, -1.2), (0.7, -1.9)]),
    "t15": ("road", "spring", "pit", [(-0.2, -2.9), (-1.0, -3.5)]),
    "t16": ("ridge", "kiln", "pit", [(-2.1, -2.6), (-1.8, -3.2)]),
    "t17": ("ridge", "pass", "east", [(3.6, 0.1), (4.5, -0.7), (5.4, -0.6)]),
    "t18": ("ridge", "spring", "south_east", [(1.4, -3.1), (1.7, -4.2), (2.3, -4.6)]),
    "t19": ("ridge", "pit", "south", [(-2.0, -4.5), (-2.7, -5.1)]),
}  # fmt: skip

FACES: Sequence[tuple[str, Sequence[str]]] = [
    # (town, the arcs around it in order)
    ("360302001", ["r2", "r3", "t11", "t10", "t9", "t8"]),
    ("360302002", ["t5", "r4", "t6"]),
    ("360302003", ["r4", "t13", "t12", "t11"]),
    ("360302004", ["t2", "t3", "t4", "t5", "r3"]),
    ("360302005", ["t10", "t12", "t16", "t15", "t14"]),
    ("360302006", ["t13", "t16", "t19", "o5", "r5"]),
    ("360302007", ["t6", "r5", "o6", "t7", "t4"]),
    ("360302100", ["t9", "t14", "t18", "o3", "t17"]),
    ("360302101", ["o1", "r1", "t1"]),
    ("360302101", ["o2", "t17", "t8", "r1"]),
    ("360302102", ["t18", "t15", "t19", "o4"]),
    ("360302103", ["o7", "t1", "r2", "t2", "t3", "t7"]),
]

ROUTES: Sequence[tuple[str, Sequence[Place | str]]] = [
    # (kind, the course from a junction out of the district); drawn over the grids
    ("trunk", ["mill", (-4.5, 1.9), (-5.9, 2.3), (-8.4, 2.1)]),
    ("trunk", ["pagoda", (-3.9, 4.9), (-4.0, 6.6)]),
    ("trunk", ["gate", (0.8, 4.9), (0.5, 6.0), (1.1, 7.6)]),
    ("trunk", ["ford", (4.3, 1.7), (5.7, 1.6), (6.8, 2.4), (8.6, 2.2)]),
    ("trunk", ["spring", (1.9, -2.2), (3.1, -2.7), (4.2, -2.3), (6.3, -2.5)]),
    ("trunk", ["pit", (-1.3, -4.6), (-1.0, -5.6), (-1.3, -7.0)]),
    ("trunk", ["kiln", (-3.3, -2.9), (-4.7, -3.1), (-6.0, -4.2), (-8.0, -4.6)]),
    ("rail", [(-8.6, -2.6), (-5.2, -2.0), (-3.4, -1.7), (-2.3, -1.3), (-0.9, -1.0), (0.7, 0.1),
              (2.5, 1.3), (4.4, 0.9), (6.3, 2.9), (8.8, 3.6)]),
]  # fmt: skip

CENTRES_KM: dict[str, Place] = {
    # where a town is densest: its main street
    "360302001": (-0.7, 0.3), "360302002": (-1.9, 1.1), "360302003": (-1.4, 0.1),
    "360302004": (-1.0, 1.9), "360302005": (-0.6, -1.0), "360302006": (-3.3, -1.9),
    "360302007": (-3.9, 0.7), "360302100": (1.2, -0.9), "360302101": (4.0, 2.6),
    "360302102": (-0.6, -3.9), "360302103": (-1.4, 4.6),
}  # fmt: skip

CORE = ("360302001", "360302002", "360302003", "360302004", "360302005")
WOBBLE_M = {"rim": 210.0, "ridge": 150.0, "river": 60.0, "road": 18.0, "track": 70.0}
FINE = {"rim": 0.6, "ridge": 0.45}


class Relief:
    """The hand-drawn lines as vertices of a mesh: arcs by name, one ring for each face."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self._wide = (Noise("relief-x", 1500.0), Noise("relief-y", 1500.0))
        self._fine = (Noise("relief-x2", 420.0), Noise("relief-y2", 420.0))
        self._junctions = {name: mesh.add(x * 1000.0, y * 1000.0) for name, (x, y) in JUNCTIONS.items()}
        self.arcs = {name: self._arc(*arc) for name, arc in ARCS.items()}
        self.kinds = {name: arc[0] for name, arc in ARCS.items()}
        self.routes = [(kind, self._route(course)) for kind, course in ROUTES]
        self.faces = [(town, self._ring(names)) for town, names in FACES]

    def bend(self, kind: str) -> Bend:
        """How lines of a kind stray from their course; one field for all, so they never cross."""
        amount, fine_amount = WOBBLE_M[kind], WOBBLE_M[kind] * FINE.get(kind, 0.3)

        def push(x: float, y: float) -> Place:
            wide, fine = self._wide, self._fine
            return (
                amount * wide[0].at(x, y) + fine_amount * fine[0].at(x, y),
                amount * wide[1].at(x, y) + fine_amount * fine[1].at(x, y),
            )

        return push

    def _route(self, course: Sequence[Place | str]) -> list[int]:
        named = [JUNCTIONS[p] if isinstance(p, str) else p for p in course]
        places = _stride(_curve([(x * 1000.0, y * 1000.0) for x, y in named]))
        line = [self.mesh.add(x, y) for x, y in places]
        return [self._junctions[p] if isinstance(p, str) else v for p, v in zip(course[:1], line, strict=False)] + line[
            1:
        ]

    def _arc(self, kind: str, start: str, end: str, via: Sequence[Place]) -> list[int]:
        course = [JUNCTIONS[start], *via, JUNCTIONS[end]]
        places = _stride(_curve([(x * 1000.0, y * 1000.0) for x, y in course]))
        push = self.bend(kind)
        numbers = [self._junctions[start]]
        for k, (x, y) in enumerate(places[1:-1], start=1):
            ease = min(1.0, k / 6.0, (len(places) - 1 - k) / 6.0)
            dx, dy = push(x, y)
            numbers.append(self.mesh.add(x + dx * ease, y + dy * ease))
        return [*numbers, self._junctions[end]]

    def _ring(self, names: Sequence[str]) -> Ring:
        first, second = self.arcs[names[0]], self.arcs[names[1]]
        line = first if first[-1] in (second[0], second[-1]) else first[::-1]
        ring = list(line)
        for name in names[1:]:
            arc = self.arcs[name]
            ring += arc[1:] if arc[0] == ring[-1] else arc[-2::-1]
        ring.pop()
        return ring if self.mesh.area_m2(ring) > 0 else ring[::-1]


def spacing_m(x: float, y: float) -> float:
    """How far apart vertices lie here: close in the town, wide in the hills."""
    beyond = min(
        math.sqrt((x - cx * 1000.0) ** 2 + (y - cy * 1000.0) ** 2) - (1700.0 if town in CORE else 900.0)
        for town, (cx, cy) in CENTRES_KM.items()
    )
    return min(150.0, max(29.0, 29.0 + beyond * 0.05))


def _curve(course: list[Place], pieces: int = 60) -> list[Place]:
    """A Catmull-Rom curve through way points, finely drawn."""
    ends = [course[0], *course, course[-1]]
    drawn = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(pieces):
            t = step / pieces
            drawn.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return [*drawn, course[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2.0 * b + (c - a) * t + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t + (3.0 * b - a - 3.0 * c + d) * t * t * t
    )


def _stride(drawn: list[Place]) -> list[Place]:
    """The same curve with vertices as far apart as `spacing_m` says; both ends kept."""
    places, gone = [drawn[0]], 0.0
    for before, here in zip(drawn, drawn[1:], strict=False):
        gone += ((here[0] - before[0]) ** 2 + (here[1] - before[1]) ** 2) ** 0.5
        if gone >= spacing_m(*here):
            places.append(here)
            gone = 0.0
    if gone < 0.5 * spacing_m(*drawn[-1]) and len(places) > 2:
        places.pop()
    return [*places, drawn[-1]]
