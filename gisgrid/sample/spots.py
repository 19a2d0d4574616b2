"""Points inside blocks and grids: where things happen."""

import shapely

from gisgrid.sample.chance import Dice
from gisgrid.sample.ground import Ground
from gisgrid.sample.mesh import Place
from gisgrid.sample.streets import banks, river_course

MARGIN_M = 4.0


class Spots:
    """Draws points strictly inside blocks, a few metres from every edge and not in the river."""

    def __init__(self, ground: Ground, dice: Dice) -> None:
        self.ground = ground
        self.dice = dice
        right, left = banks(river_course(ground))
        river = shapely.Polygon([*right, *left[::-1]])
        shapely.prepare(river)
        self._river = river
        self._shapes = [shapely.Polygon(ground.mesh.trace(ring)) for ring in ground.blocks]

    def dry(self, place: Place) -> bool:
        """Is this place not in the river?"""
        return not self._river.intersects(shapely.Point(place))

    def inside(self, block: int) -> Place:
        """A point of a block, more often near its edge, where the streets are."""
        shape, ring = self._shapes[block], self.ground.blocks[block]
        cx, cy = self.ground.middle(block)
        for _ in range(200):
            vx, vy = self.ground.mesh.places[self.dice.pick(ring)]
            t = self.dice.between(0.1, 0.95)
            x, y = cx + (vx - cx) * t, cy + (vy - cy) * t
            point = shapely.Point(x, y)
            if self.dry((x, y)) and shape.contains(point) and shape.exterior.distance(point) > MARGIN_M:
                return x, y
        raise ValueError(f"no room in block {block}")
