"""The two divisions of the district: 218 grids of 2023, and the 360 that grew out of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from gisgrid.codes import load_scheme
from gisgrid.geo import LonLat
from gisgrid.sample.frame import to_degrees
from gisgrid.sample.ground import Community, Ground
from gisgrid.sample.mesh import edges_of, outline
from gisgrid.sample.names import grid_names

FIRST_FROM, LATER_FROM = "2023-01-01", "2024-11-01"
MARKET = "360302002005"
"""商城: the community with the market's special grid."""

TURNS = [(dx, dy) for dx in (-2.0, -1.0, 1.0, 2.0) for dy in (-1.5, 0.5, 1.0)]

Blocks = frozenset[int]


@dataclass(frozen=True)
class Leaf:
    """A grid of one division: its ground is a set of street blocks."""

    code: str
    name: str
    blocks: Blocks
    kind: str = "base"

    @property
    def community(self) -> str:
        """The code of its community."""
        return self.code[:12]


@dataclass
class Divisions:
    """Both divisions of one ground."""

    ground: Ground
    first: list[Leaf] = field(default_factory=list)
    later: list[Leaf] = field(default_factory=list)


def divide(ground: Ground) -> Divisions:
    """Cut the district as it was and as it is, with codes: a grid that keeps its ground keeps
    its code (more than half of both the old and the new one), any other gets a new number."""
    first, later = {}, {}
    for community in ground.communities:
        first[community.code], later[community.code] = _cuts(ground, community)
    _move_across(ground, first)
    divisions = Divisions(ground)
    for code in sorted(first):
        old = _numbered(ground, code, first[code])
        new = _renumbered(ground, code, later[code], old)
        divisions.first += old
        divisions.later += new
    divisions.later.append(_market(ground, divisions.later))
    divisions.later.sort(key=lambda leaf: leaf.code)
    return divisions


def _cuts(ground: Ground, community: Community) -> tuple[list[Blocks], list[Blocks]]:
    plots = community.plots
    first = [frozenset(b for part in plot for b in part) for plot in plots]
    later = [frozenset(part) for plot in plots for part in plot]
    match ground.plans[community.code].change:
        case "merge":
            later = [*later[:-2], later[-2] | later[-1]]
        case "recut":
            first = _halves(ground, frozenset().union(*later))
        case "reshape":
            first = _nudged(ground, first)
    return first, later


def _halves(ground: Ground, blocks: Blocks) -> list[Blocks]:
    """The same blocks halved another way than they are cut now."""
    best: list[Blocks] = []
    total = sum(ground.size(b) for b in blocks)
    for dx, dy in TURNS:
        order = sorted(blocks, key=lambda b: dx * ground.middle(b)[0] + dy * ground.middle(b)[1])
        half: set[int] = set()
        gone = 0.0
        for block in order:
            if gone < 0.5 * total and (not half or _whole(ground, frozenset(half | {block}))):
                half.add(block)
                gone += ground.size(block)
        found = [frozenset(half), blocks - half]
        if all(_whole(ground, part) for part in found) and gone < 0.7 * total:
            best = max(best, found, key=lambda parts: _rim_share(ground, parts))
    if not best:
        raise ValueError("no way to halve these blocks")
    return best


def _rim_share(ground: Ground, parts: Sequence[Blocks]) -> float:
    if not parts:
        return float("-inf")
    return -float(sum(len(outline(ground.blocks[b] for b in part)[0]) for part in parts))


def _whole(ground: Ground, blocks: Blocks) -> bool:
    return bool(blocks) and len(outline(ground.blocks[b] for b in blocks)) == 1


def _nudged(ground: Ground, parts: list[Blocks]) -> list[Blocks]:
    """One block of the second part still with the first, if both stay whole."""
    for giver, taker in ((1, 0), (0, 1)):
        for block in sorted(parts[giver]):
            moved = list(parts)
            moved[giver], moved[taker] = parts[giver] - {block}, parts[taker] | {block}
            if _whole(ground, moved[giver]) and _whole(ground, moved[taker]):
                return moved
    return parts


def _move_across(ground: Ground, first: dict[str, list[Blocks]], times: int = 3) -> None:
    """In a few towns a block lay in the neighbouring community in 2023."""
    towns: set[str] = set()
    for code, other in combinations(sorted(first), 2):
        wanted = code[:9] == other[:9] and code[:9] not in towns and len(towns) < times
        if wanted and len(first[code]) > 1 and _hand_over(ground, first, code, other):
            towns.add(code[:9])


def _hand_over(ground: Ground, first: dict[str, list[Blocks]], code: str, other: str) -> bool:
    """Move a block across the border if all four, grids and communities, stay in one piece."""
    mine, theirs = frozenset().union(*first[code]), frozenset().union(*first[other])
    for i, giver in enumerate(first[code]):
        for j, taker in enumerate(first[other]):
            for block in sorted(giver):
                moved = frozenset((block,))
                less, more = giver - moved, taker | moved
                wholes = (less, more, mine - moved, theirs | moved)
                if len(less) > 3 and all(_whole(ground, part) for part in wholes):
                    first[code][i], first[other][j] = less, more
                    return True
    return False


def _numbered(ground: Ground, community: str, parts: Sequence[Blocks]) -> list[Leaf]:
    codes = _new_codes(ground, community, parts, ())
    leaves = [_leaf(code, part) for code, part in zip(codes, parts, strict=True)]
    return sorted(leaves, key=lambda leaf: leaf.code)


def _renumbered(ground: Ground, community: str, parts: Sequence[Blocks], old: Sequence[Leaf]) -> list[Leaf]:
    kept = {part: leaf.code for part in parts for leaf in old if _continues(ground, part, leaf.blocks)}
    new = [part for part in parts if part not in kept]
    codes = _new_codes(ground, community, new, [leaf.code for leaf in old])
    coded = kept | dict(zip(new, codes, strict=True))
    return sorted((_leaf(code, part) for part, code in coded.items()), key=lambda leaf: leaf.code)


def _new_codes(ground: Ground, community: str, parts: Sequence[Blocks], taken: Sequence[str]) -> list[str]:
    points = [LonLat(*to_degrees(ground.centre(part))) for part in parts]
    return load_scheme("unit15").number(community, points, taken)


def _leaf(code: str, blocks: Blocks) -> Leaf:
    return Leaf(code, grid_names(code[:12])[int(code[12:]) - 1], blocks)


def _continues(ground: Ground, new: Blocks, old: Blocks) -> bool:
    shared = sum(ground.size(b) for b in new & old)
    return 2 * shared > max(sum(map(ground.size, new)), sum(map(ground.size, old)))


def _market(ground: Ground, leaves: Sequence[Leaf]) -> Leaf:
    """The special grid: two blocks across a street, of two base grids that stay whole."""
    here = [leaf for leaf in leaves if leaf.community == MARKET]
    pairs = [
        frozenset((a, b))
        for one, two in combinations(here, 2)
        for a in sorted(one.blocks)
        for b in sorted(two.blocks)
        if _street(ground, a, b) > 0 and _whole(ground, frozenset((a, b)))
    ]
    blocks = max(pairs, key=lambda pair: _roundness(ground, pair))
    last = max(int(leaf.code[12:]) for leaf in here)
    return Leaf(f"{MARKET}{last + 1:03d}", "凤凰商贸城专属网格", blocks, "special")


def _roundness(ground: Ground, blocks: Blocks) -> float:
    places = ground.mesh.trace(outline(ground.blocks[b] for b in blocks)[0])
    steps = zip(places, places[1:] + places[:1], strict=True)
    around = sum(math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) for a, b in steps)
    return sum(ground.size(b) for b in sorted(blocks)) / around**2


def _street(ground: Ground, a: int, b: int) -> int:
    return len(edges_of(ground.blocks[a]) & edges_of(ground.blocks[b]))


def by_code(leaves: Sequence[Leaf]) -> Mapping[str, Leaf]:
    """The leaves by their codes."""
    return {leaf.code: leaf for leaf in leaves}
