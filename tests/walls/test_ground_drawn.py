"""Change sets drawn at random by a town's editor: whose ground it is outside his town is the same before and after."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from shapely import Polygon, box
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisgrid.database import EVERYTHING
from tests.desk import NORTH, A, B, C, D, Desk
from tests.drawing import CELL, spot

INSTANTS = ("2023-03-01", "2023-09-01", "2024-03-01", "2025-03-01", "2099-01-01")
DATES = ("", "", "", "", "2023-02-01", "2023-07-01", "2024-06-01")
DEPTHS = (1e-13, 1e-12, 1e-11, 1e-9, 1e-6, 0.3 * CELL, CELL)
_HELD = """
SELECT p.n, t.at, l.code, EXISTS (
    SELECT FROM app.area_at(t.at) AS v JOIN core.area AS town ON town.code = :town
    WHERE v.kind = 'base' AND v.level = 'grid' AND town.area_id = ANY(v.path) AND st_covers(v.geom, p.geom)) AS inside
FROM (SELECT row_number() OVER () AS n, ST_SetSRID(ST_MakePoint(x, y), 4326) AS geom
      FROM unnest(CAST(:xs AS float8[]), CAST(:ys AS float8[])) AS u (x, y)) AS p
CROSS JOIN unnest(CAST(:at AS timestamptz[])) AS t (at)
CROSS JOIN LATERAL app.locate(p.geom, 'base', t.at) AS l
"""


def cells(west: float, north: float, east: float, south: float) -> Polygon:
    """A box in cells of the drawing."""
    (x, y), (u, v) = spot(west, north), spot(east, south)
    return box(x, v, u, y)


class Hand:
    """A town's editor who draws what comes to his mind, and a look at the map."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self.desk, self.chance = desk, chance
        self.points = [spot(chance.uniform(-1, 5), chance.uniform(-1, 4)) for _ in range(60)]
        edge = spot(0, 2)[1]
        self.points += [(spot(chance.uniform(0, 4), 0)[0], edge - depth) for depth in DEPTHS[2:]]
        self.targets = self.points[:30]

    def held(self) -> dict[tuple[int, Any], tuple[str | None, bool]]:
        """By point and instant: whose it is, and whether it lies in a base grid of the town."""
        xs, ys = zip(*self.points, strict=True)
        with self.desk.owner.transaction(EVERYTHING) as connection:
            rows = connection.execute(
                text(_HELD), {"xs": list(xs), "ys": list(ys), "at": list(INSTANTS), "town": NORTH}
            ).all()
        return {(row.n, row.at): (row.code, row.inside) for row in rows}

    def some_box(self) -> Polygon:
        """Mostly in the town, at times over its edge, at times far out."""
        low, high = self.chance.choice([(0.0, 2.0), (0.0, 2.0), (0.0, 2.0), (-0.5, 3.5)])
        columns = sorted(self.chance.uniform(low, high * 2) for _ in range(2))
        rows = sorted(self.chance.uniform(low, high) for _ in range(2))
        return cells(columns[0], rows[0], columns[1] + 0.01, rows[1] + 0.01)

    def special(self, changeset: int) -> None:
        self.desk.add(self.desk.north, changeset, self.some_box())

    def hair(self, changeset: int) -> None:
        """A special grid with a hair to somebody's place."""
        x, y = self.chance.choice(self.targets)
        body, width = self.some_box(), self.chance.choice(DEPTHS[:4])
        ends = sorted((y - width, body.centroid.y))
        hair = shapely.union(box(x - width, ends[0], x + width, ends[1]), body)
        path = box(min(x, body.centroid.x), body.centroid.y - width, max(x, body.centroid.x), body.centroid.y + width)
        self.desk.add(self.desk.north, changeset, shapely.union(hair, path))

    def bases(self, changeset: int) -> dict[str, Any]:
        rows = self.desk.rows(
            self.desk.north,
            "SELECT code, ST_AsBinary(geom) AS shape FROM draft.area WHERE changeset_id = :id AND kind = 'base'",
            id=changeset,
        )
        return {row.code: shapely.from_wkb(bytes(row.shape)) for row in rows}

    def border(self, changeset: int) -> None:
        """The line between the two grids of the town goes elsewhere; one that had ended comes back."""
        ground, at = shapely.union_all(list(self.bases(changeset).values())), self.chance.uniform(0.5, 3.5)
        west, east = (shapely.intersection(ground, part) for part in (cells(0, 0, at, 4), cells(at, 0, 5, 4)))
        self.desk.redraw(self.desk.north, changeset, A, shapely.multipolygons(shapely.get_parts(west)))
        if B in self.bases(changeset):
            self.desk.redraw(self.desk.north, changeset, B, shapely.multipolygons(shapely.get_parts(east)))
        else:
            self.desk.add(self.desk.north, changeset, east, kind="base", code=B)

    def push(self, changeset: int) -> None:
        """A grid reaches over the town's edge, by a hair or more."""
        shape = self.bases(changeset)[A]
        x, y, u, _ = shape.bounds
        self.desk.redraw(
            self.desk.north, changeset, A, shapely.union(shape, box(x, y - self.chance.choice(DEPTHS), u, y + 1e-6))
        )

    def merge(self, changeset: int) -> None:
        self.desk.redraw(self.desk.north, changeset, A, shapely.union_all(list(self.bases(changeset).values())))
        self.end(changeset, B)

    def end(self, changeset: int, code: str) -> None:
        self.desk.run(
            self.desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :code", id=changeset, code=code
        )

    def lessen(self, changeset: int) -> None:
        """A special grid ends, or changes its shape."""
        codes = self.specials(changeset)
        if codes and self.chance.random() < 0.5:
            self.end(changeset, self.chance.choice(codes))
        elif codes:
            self.desk.redraw(self.desk.north, changeset, self.chance.choice(codes), self.some_box())

    def specials(self, changeset: int) -> list[str]:
        rows = self.desk.rows(
            self.desk.north,
            "SELECT code FROM draft.area WHERE changeset_id = :id AND kind = 'special' ORDER BY 1",
            id=changeset,
        )
        return [row.code for row in rows]

    def draw(self) -> int:
        """One change set of one to three thoughts, of some date, with some policy."""
        date = self.chance.choice(DATES)
        more = {"valid_from": date} if date else {}
        changeset = self.desk.open(self.desk.north, NORTH, ground=self.chance.choice(["keep", "any"]), **more)
        thoughts: list[Callable[[int], None]] = [
            self.special, self.special, self.hair, self.border, self.push, self.merge, self.lessen,
        ]  # fmt: skip
        for thought in self.chance.choices(thoughts, k=self.chance.choice([1, 1, 2, 3])):
            try:
                thought(changeset)
            except DBAPIError as error:  # a grid that an earlier thought has ended
                assert "nothing was saved" in str(error) or "no row" in str(error), error
        return changeset

    def publish(self, changeset: int) -> bool:
        """Was it allowed?"""
        try:
            self.desk.publish(self.desk.north, changeset)
        except DBAPIError as error:
            assert "error(s)" in str(error), error
            return False
        return True


def give_over(desk: Desk) -> None:
    """In 2024 somebody who has the whole gave a part of each town to the other."""
    with desk.owner.transaction(EVERYTHING) as connection:
        changeset = connection.execute(
            text(
                "INSERT INTO draft.changeset (valid_from, is_dated) VALUES ('2024-01-01', true) RETURNING changeset_id"
            )
        ).scalar_one()
        parts = {
            A: cells(0, 0, 2, 1.5),
            B: shapely.union(cells(2, 0, 4, 2), cells(3, 2, 4, 3)),
            C: cells(0, 1.5, 2, 3),
            D: cells(2, 2, 3, 3),
        }
        for code, shape in parts.items():
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"id": changeset, "code": code, "wkt": shape.wkt},
            )
        connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})


@pytest.mark.parametrize(("seed", "is_redrawn"), [(1, False), (2, True)])
def test_no_point_outside_changes_hands(desk: Desk, seed: int, is_redrawn: bool) -> None:
    hand = Hand(desk, random.Random(seed))
    if is_redrawn:
        give_over(desk)
    outcome: Counter[bool] = Counter()
    before = hand.held()
    for _ in range(30):
        changeset = hand.draw()
        outcome[done := hand.publish(changeset)] += 1
        after = hand.held() if done else before
        taken = {
            key: (was, after[key][0]) for key, (was, inside) in before.items() if not inside and after[key][0] != was
        }
        assert not taken, f"change set {changeset}"
        before = after
    assert outcome[True] >= 5 and outcome[False] >= 5, "both happen, or nothing was tried"
