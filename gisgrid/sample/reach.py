"""What is within ten minutes of a rescue kit, on foot along the streets of the sample: whole street blocks."""

import heapq
import math

import shapely

from gisgrid.sample.division import Divisions
from gisgrid.sample.frame import Feature, feature, polygon_of
from gisgrid.sample.ground import Ground
from gisgrid.sample.mesh import Place, outline
from gisgrid.sample.overlays import BANK_FROM_M, BANK_M, RESCUE_POINTS
from gisgrid.sample.patrols import street_arms
from gisgrid.sample.streets import banks, river_course

MINUTES = 10
METRES_A_MINUTE = 80.0
ACROSS_M = 300.0
"""So far people go across country, from the bank to the corners of streets."""


def reach_features(divisions: Divisions) -> list[Feature]:
    """A polygon for each rescue kit: the blocks of which every corner on a street is walked to in time.

    Over the river leads only a street. Sums and square roots alone, so every machine writes the same.
    """
    ground = divisions.ground
    arms = street_arms(ground)
    course = river_course(ground)
    bank, middle = shapely.LineString(banks(course)[0]), shapely.LineString(course)
    features = []
    for k in range(RESCUE_POINTS):
        kit = bank.interpolate(BANK_FROM_M + round(BANK_M * k / (RESCUE_POINTS - 1)))
        reached = _walk_out(ground, arms, _corners_near(ground, arms, (kit.x, kit.y), middle))
        blocks = [ring for ring in ground.blocks if _is_reached([v for v in ring if v in arms], reached, len(ring))]
        outer = [ring for ring in outline(blocks) if ground.mesh.area_m2(ring) > 0]
        shape = polygon_of(ground.mesh, outer)
        features.append(feature(shape, place=f"JSD-{k + 1:02d}", minutes=MINUTES, invented="yes"))
    return features


def _is_reached(corners: list[int], reached: dict[int, float], whole: int) -> bool:
    return 2 * len(corners) >= whole and all(v in reached for v in corners)


def _corners_near(
    ground: Ground, arms: dict[int, list[int]], kit: Place, river: shapely.LineString
) -> dict[int, float]:
    """Corners of streets on this side of the river to which one goes straight, and how far."""
    found = {v: _apart(kit, ground.mesh.places[v]) for v in arms}
    near = {v: far for v, far in found.items() if far < ACROSS_M}
    return {v: far for v, far in near.items() if not shapely.LineString([kit, ground.mesh.places[v]]).crosses(river)}


def _walk_out(ground: Ground, arms: dict[int, list[int]], begun: dict[int, float]) -> dict[int, float]:
    """Corner to metres, of all that lie within the time along streets (Dijkstra)."""
    places, most = ground.mesh.places, MINUTES * METRES_A_MINUTE
    waiting = [(far, v) for v, far in begun.items()]
    heapq.heapify(waiting)
    reached: dict[int, float] = {}
    while waiting:
        far, here = heapq.heappop(waiting)
        if here in reached or far > most:
            continue
        reached[here] = far
        for there in arms[here]:
            heapq.heappush(waiting, (far + _apart(places[here], places[there]), there))
    return reached


def _apart(a: Place, b: Place) -> float:
    return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
