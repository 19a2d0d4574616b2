"""The patrols of the sample: on foot along the streets, round the market in three shifts, along the bank."""

from collections.abc import Iterator

import shapely

from gisgrid.sample.chance import Dice
from gisgrid.sample.division import Divisions
from gisgrid.sample.frame import to_degrees
from gisgrid.sample.ground import Ground
from gisgrid.sample.mesh import Place, outline
from gisgrid.sample.overlays import BANK_FROM_M, BANK_M, RESCUE_POINTS, Row
from gisgrid.sample.streets import ROADS, banks, river_course
from gisgrid.sample.words import SHIFTS

PING_COLUMNS = ("worker", "shift", "day", "fraction", "lon", "lat", "accuracy_m", "invented")
WALKERS, CORNERS_A_WALK, MARKET_ROUNDS = 20, 80, 4
SPEED_M_S = (0.95, 1.4)
MOST_S = 60.0
"""At least so often a phone sends where it is, on a long stretch between two corners too."""
DAY_S = 86_400.0
FORGOTTEN_KIT = 7
"""Nobody looked at the eighth kit: the path leaves the bank there."""
DETOUR_M = (120.0, 80.0)
"""From how far before it until how far behind, and how far inland."""

Walk = tuple[str, str, str, float]
"""Worker, shift, day, and the fraction of the day at which he sets out."""


def ping_rows(divisions: Divisions) -> list[Row]:
    """Three shifts of the day before loading, the market's three among them, one on the bank; ten who are out now."""
    ground, dice = divisions.ground, Dice("pings")
    arms = street_arms(ground)
    busy = [leaf for leaf in divisions.later if leaf.code[9] == "0" and leaf.code[6] == "0" and leaf.kind == "base"]
    rows: list[Row] = []
    for shift, (begins, ends) in SHIFTS.items():
        for leaf in dice.shuffled(busy)[:WALKERS]:
            out = (begins + dice.between(0, ends - begins - 2)) / 24
            rows += _pings(dice, _round(ground, dice, arms, leaf.blocks), (f"w-{leaf.code}", shift, "-1", out))
    market = next(leaf for leaf in divisions.later if leaf.kind == "special")
    around = ground.mesh.trace(outline(ground.blocks[b] for b in sorted(market.blocks))[0])
    for number, (shift, (begins, _)) in enumerate(SHIFTS.items(), 1):
        path = [*around * MARKET_ROUNDS, around[0]]
        rows += _pings(dice, path, (f"w-{market.code}-{number}", shift, "-1", (begins + 0.5) / 24))
    rows += _pings(dice, _bank_path(ground), ("w-bank", "中班", "-1", SHIFTS["中班"][0] / 24))
    for leaf in dice.shuffled(busy)[: WALKERS // 2]:
        here = list(_pings(dice, _round(ground, dice, arms, leaf.blocks), (f"w-{leaf.code}", "早班", "now", 0.0)))
        late = max(float(str(row["fraction"])) for row in here) + dice.between(20, 200) / DAY_S
        rows += [{**row, "fraction": round(float(str(row["fraction"])) - late, 6)} for row in here]
    return rows


def street_arms(ground: Ground) -> dict[int, list[int]]:
    """The corners to which streets lead from each corner: those that are drawn."""
    arms: dict[int, list[int]] = {}
    for kind, line in ground.lines:
        if kind in ROADS and kind != "trunk" and not (kind == "lane" and ground.in_hills(line)):
            for a, b in zip(line, line[1:], strict=False):
                arms.setdefault(a, []).append(b)
                arms.setdefault(b, []).append(a)
    return arms


def _round(ground: Ground, dice: Dice, arms: dict[int, list[int]], blocks: frozenset[int]) -> list[Place]:
    """From corner to corner along the streets, turning back only at dead ends."""
    here, before = dice.pick([v for block in sorted(blocks) for v in ground.blocks[block] if v in arms]), -1
    path = []
    for _ in range(CORNERS_A_WALK):
        path.append(ground.mesh.places[here])
        ahead = sorted(v for v in arms[here] if v != before) or [before]
        before, here = here, dice.pick(ahead)
    return path


def _bank_path(ground: Ground) -> list[Place]:
    """The right bank downstream past every rescue kit but one."""
    right, left = banks(river_course(ground))
    bank = shapely.LineString(right)
    other = shapely.LineString(left)
    kit = BANK_FROM_M + BANK_M * FORGOTTEN_KIT / (RESCUE_POINTS - 1)
    path = []
    for chainage in range(int(BANK_FROM_M) - 60, int(BANK_FROM_M + BANK_M) + 61, 40):
        point = bank.interpolate(chainage)
        x, y = point.x, point.y
        if abs(chainage - kit) < DETOUR_M[0]:
            across = other.interpolate(other.project(point))
            width = ((x - across.x) ** 2 + (y - across.y) ** 2) ** 0.5
            x, y = x + (x - across.x) / width * DETOUR_M[1], y + (y - across.y) / width * DETOUR_M[1]
        path.append((x, y))
    return path


def _pings(dice: Dice, path: list[Place], walk: Walk) -> Iterator[Row]:
    """A ping at each corner of a path, and on long stretches in between, at one walking speed."""
    worker, shift, day, begins = walk
    speed, seconds, last = dice.between(*SPEED_M_S), 0.0, path[0]
    for x, y in path:
        dx, dy = x - last[0], y - last[1]
        whole = (dx * dx + dy * dy) ** 0.5 / speed
        parts = int(whole // MOST_S) + 1
        for part in range(1, parts + 1):
            seconds += whole / parts
            lon, lat = to_degrees((
                last[0] + dx * part / parts + dice.between(-2, 2), last[1] + dy * part / parts + dice.between(-2, 2)
            ))  # fmt: skip
            yield {
                "worker": worker, "shift": shift, "day": day, "fraction": round(begins + seconds / DAY_S, 6),
                "lon": round(lon, 6), "lat": round(lat, 6), "accuracy_m": dice.whole(4, 15), "invented": "yes",
            }  # fmt: skip
        last = (x, y)
