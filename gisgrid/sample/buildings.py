"""Buildings around the cameras: one in a street block, standing back from the streets."""

import shapely

from gisgrid.sample.division import MARKET, Divisions
from gisgrid.sample.frame import Feature, feature, to_degrees
from gisgrid.sample.overlays import camera_rows
from gisgrid.sample.plan import ORANGE_GARDEN

SET_BACK = 0.84
"""How large is a building beside its block?"""
NEAR_DEG = 0.0012
"""Blocks whose middle is as near to a camera have one."""
LARGEST_M2 = 30_000.0


def building_features(divisions: Divisions) -> list[Feature]:
    """One in each street block of 商城 and 柑子园, and in each that lies near a camera; of the block's shape."""
    ground = divisions.ground
    cameras = shapely.STRtree([shapely.Point(row["lon"], row["lat"]) for row in camera_rows(divisions)])
    features = []
    for leaf in divisions.later:
        if leaf.kind != "base" or leaf.code[9] != "0":
            continue
        for block in sorted(leaf.blocks):
            middle = shapely.Point(to_degrees(ground.middle(block)))
            is_near = len(cameras.query(middle, "dwithin", NEAR_DEG)) > 0
            if (is_near or leaf.community in (MARKET, ORANGE_GARDEN)) and ground.size(block) < LARGEST_M2:
                features += _building(ground.middle(block), ground.mesh.trace(ground.blocks[block]))
    return features


def _building(middle: tuple[float, float], ring: list[tuple[float, float]]) -> list[Feature]:
    places = [(middle[0] + (x - middle[0]) * SET_BACK, middle[1] + (y - middle[1]) * SET_BACK) for x, y in ring]
    shape = shapely.Polygon(places)
    if not shape.is_valid or not shapely.Polygon(ring).contains(shape):
        return []
    corners = [to_degrees(place) for place in [*places, places[0]]]
    return [feature({"type": "Polygon", "coordinates": [corners]}, kind="building", name=None)]
