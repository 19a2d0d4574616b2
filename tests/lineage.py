"""What became of which area, reckoned by shapely from the shapes alone: shares and words, after docs/boundaries.md."""

from dataclasses import dataclass
from typing import Any

import shapely

MOST, TENTH, ROUNDING = 0.5, 0.1, 1e-6
Shapes = dict[str, Any]


@dataclass(frozen=True)
class Passage:
    """Ground that went from an old area to a new one: its word, its share of the old and of the new area."""

    word: str
    gave: float
    took: float


def passages(before: Shapes, after: Shapes) -> dict[tuple[str, str], Passage]:
    """Every pair of an old and a new area that have ground in common, of the areas that changed."""
    old = {code: shape for code, shape in before.items() if code not in after or not _same(shape, after[code])}
    new = {code: shape for code, shape in after.items() if code not in before or not _same(shape, before[code])}
    shared = {(o, n): shapely.area(shapely.intersection(old[o], new[n])) for o in old for n in new}
    gave = {pair: area / old[pair[0]].area for pair, area in shared.items() if area > 0}
    took = {pair: area / new[pair[1]].area for pair, area in shared.items() if area > 0}
    lives = {code for code in old if gave.get((code, code), 0) > MOST + ROUNDING}
    descents = {pair for pair in gave if _is_descent(pair, gave, took, lives)}
    heirs = {code: sum(o == code for o, _ in descents) for code in old}
    ancestors = {code: sum(n == code for _, n in descents) for code in new}

    def word(pair: tuple[str, str]) -> str:
        if pair not in descents:
            return "reshape"
        many = (heirs[pair[0]] > 1, ancestors[pair[1]] > 1)
        alone = "reshape" if pair[0] == pair[1] else "renumber"
        return {(True, True): "recut", (True, False): "split", (False, True): "merge"}.get(many, alone)

    return {pair: Passage(word(pair), gave[pair], took[pair]) for pair in gave}


def _is_descent(pair: tuple[str, str], gave: Any, took: Any, lives: set[str]) -> bool:
    old, new = pair
    if old == new:
        return True
    most_given = max(share for (o, _), share in gave.items() if o == old)
    most_taken = max(share for (_, n), share in took.items() if n == new)
    is_heir = old not in lives and gave[pair] > TENTH * most_given - ROUNDING
    is_ancestor = new not in lives and took[pair] > TENTH * most_taken - ROUNDING
    return is_heir or is_ancestor


def _same(one: Any, other: Any) -> bool:
    return bool(shapely.equals(one, other))
