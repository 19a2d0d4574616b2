"""How many grids a community had in 2023 and has now, and by what kind of change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gisgrid.sample.chance import Dice

FIRST_GRIDS = 218
LATER_BASE_GRIDS = 359
CHANGES = {"merge": 8, "recut": 6, "reshape": 10}
"""How many communities had grids merged, were cut afresh, or moved a border between grids."""

ORANGE_GARDEN = "360302004010"
"""柑子园: three grids at both dates."""


@dataclass(frozen=True)
class Plan:
    """One community: for each of its first grids the number of later ones on the same ground."""

    parts: Sequence[int]
    change: str = "split"


def plan_all(wanted: Mapping[str, float], dice: Dice) -> dict[str, Plan]:
    """A plan for each community; together exactly 218 grids, then 359 base grids.

    `wanted`: how many grids a community would have now if their total did not matter.
    """
    free = [code for code in sorted(wanted) if code != ORANGE_GARDEN]
    desired = {code: wanted[code] for code in free}
    later = _settle(desired, LATER_BASE_GRIDS - 3, lambda _: (2, 7))
    fewer = {code: later[code] * dice.between(0.4, 0.8) for code in free}
    first = _settle(fewer, FIRST_GRIDS - 3, lambda code: (1, min(3, later[code])))
    plans = {code: Plan(_spread(later[code], first[code], dice)) for code in free}
    for code, change in _changed(dice.shuffled(free), first, later):
        spare = later[code] - 1
        parts = {"merge": (spare, 1, 1), "recut": (2, 2)}.get(change, plans[code].parts)
        plans[code] = Plan(parts, change)
    return plans | {ORANGE_GARDEN: Plan((1, 1, 1), "reshape")}


def _settle(wanted: Mapping[str, float], total: int, bounds: Callable[[str], tuple[int, int]]) -> dict[str, int]:
    """Whole numbers near the wanted ones, within bounds, that make up the total."""
    limits = {code: bounds(code) for code in wanted}
    counts = {code: min(max(round(w), limits[code][0]), limits[code][1]) for code, w in wanted.items()}
    while (over := sum(counts.values()) - total) != 0:
        step = -1 if over > 0 else 1
        movable = [c for c in counts if limits[c][0] <= counts[c] + step <= limits[c][1]]
        worst = max(movable, key=lambda c: (-step * counts[c] / wanted[c], c))
        counts[worst] += step
    return counts


def _spread(later: int, first: int, dice: Dice) -> list[int]:
    """The later grids over the first ones, unevenly now and then, so that some stay as they are."""
    parts = [later // first + (k < later % first) for k in range(first)]
    if first > 1 and parts[-1] > 1 and dice.unit() < 0.5:
        parts[0], parts[-1] = parts[0] + 1, parts[-1] - 1
    return parts


def _changed(codes: Sequence[str], first: Mapping[str, int], later: Mapping[str, int]) -> list[tuple[str, str]]:
    fits: dict[str, Callable[[str], bool]] = {
        "merge": lambda code: first[code] == 3,
        "recut": lambda code: first[code] == 2 and later[code] == 4,
        "reshape": lambda code: first[code] == 2,
    }
    chosen: list[tuple[str, str]] = []
    for change, number in CHANGES.items():
        taken = {code for code, _ in chosen}
        fitting = [code for code in codes if code not in taken and fits[change](code)]
        chosen += [(code, change) for code in fitting[:number]]
    return chosen
