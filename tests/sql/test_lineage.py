"""Lineage says what happened: random redraws of a mesh beside shapely, and the plain cases by their names."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, text

from tests.drawing import CELL, NORTH, WEST, draw, publish_leaves
from tests.lineage import Passage, passages

SIDE = 4
Quad = tuple[int, int]


class Mesh:
    """Grids made of the quads of a mesh whose inner corners can be moved."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.corner = {
            (c, r): (WEST + c * CELL, NORTH - r * CELL) for c, r in itertools.product(range(SIDE + 1), repeat=2)
        }
        self.holder: dict[Quad, str] = {
            (c, r): f"g{c // 2}{r // 2}" for c, r in itertools.product(range(SIDE), repeat=2)
        }
        self.numbers = itertools.count()

    def shapes(self) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for (c, r), code in self.holder.items():
            ring = [self.corner[c + x, r + y] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
            found.setdefault(code, []).append(shapely.Polygon(ring))
        return {code: shapely.union_all(quads) for code, quads in sorted(found.items())}

    def fresh(self) -> str:
        return f"n{next(self.numbers):02}"

    def of(self, code: str) -> list[Quad]:
        return sorted(quad for quad, holder in self.holder.items() if holder == code)

    def some(self) -> str:
        return self.chance.choice(sorted(set(self.holder.values())))

    def move_corner(self) -> None:
        c, r = self.chance.randint(1, SIDE - 1), self.chance.randint(1, SIDE - 1)
        by = [self.chance.uniform(-0.2, 0.2) * CELL for _ in range(2)]
        self.corner[c, r] = (WEST + c * CELL + by[0], NORTH - r * CELL + by[1])

    def split(self) -> None:
        code = self.some()
        quads = self.of(code)
        if len(quads) > 1:
            new = self.fresh()
            for quad in self.chance.sample(quads, self.chance.randint(1, len(quads) - 1)):
                self.holder[quad] = new

    def merge(self) -> None:
        one, other = self.some(), self.some()
        self.holder.update(dict.fromkeys(self.of(other), one))

    def renumber(self) -> None:
        self.holder.update(dict.fromkeys(self.of(self.some()), self.fresh()))

    def swap(self) -> None:
        """Two grids exchange ground; each keeps some of its own, because a code needs that."""
        one, other = self.some(), self.some()
        mine, theirs = self.of(one), self.of(other)
        if one != other and min(len(mine), len(theirs)) > 1:
            self.holder[mine[0]], self.holder[theirs[-1]] = other, one

    def chain(self) -> None:
        """Each of some grids gives a quad to the next."""
        codes = sorted(set(self.holder.values()))
        self.chance.shuffle(codes)
        for giver, taker in itertools.pairwise(codes[:3]):
            quads = self.of(giver)
            if len(quads) > 1:
                self.holder[quads[0]] = taker

    def redraw(self) -> None:
        acts = [self.move_corner, self.move_corner, self.split, self.merge, self.renumber, self.swap, self.chain]
        for act in self.chance.choices(acts, k=self.chance.choice([1, 1, 2, 3])):
            act()


def recorded(db: Connection) -> dict[tuple[str, str], Passage]:
    """The lineage of the last publish."""
    rows = db.execute(
        text(
            "SELECT f.code AS old, o.code AS new, l.kind, l.from_share, l.to_share FROM core.lineage AS l"
            " JOIN core.area AS f ON f.area_id = l.from_area_id JOIN core.area AS o ON o.area_id = l.to_area_id"
            " WHERE l.changeset_id = (SELECT max(changeset_id) FROM draft.changeset)"
        )
    )
    return {(row.old, row.new): Passage(row.kind, row.from_share, row.to_share) for row in rows}


@pytest.mark.parametrize("seed", range(6))
def test_every_word_is_the_one_that_shapely_finds(db: Connection, seed: int) -> None:
    mesh = Mesh(random.Random(seed))
    before, at = mesh.shapes(), datetime(2020, 1, 1, tzinfo=UTC)
    publish_leaves(db, before, valid_from=at.isoformat())
    for _ in range(12):
        at += timedelta(days=1)
        held = dict(mesh.holder), dict(mesh.corner)
        mesh.redraw()
        after = mesh.shapes()
        if any(code in after and not before[code].intersection(after[code]).area for code in before):
            mesh.holder, mesh.corner = held  # a code that keeps none of its ground is refused
            continue
        publish_leaves(db, after, valid_from=at.isoformat())
        found, wanted = recorded(db), passages(before, after)
        hairs = {pair for pair in {*found, *wanted} if max(_shares(found, pair) + _shares(wanted, pair)) < 1e-9}
        assert all(found[pair].word == "reshape" for pair in hairs & found.keys())
        assert {pair: way.word for pair, way in found.items() if pair not in hairs} == {
            pair: way.word for pair, way in wanted.items() if pair not in hairs
        }
        for pair in wanted.keys() - hairs:
            assert _shares(found, pair) == pytest.approx(_shares(wanted, pair), abs=1e-9)
        before = after


def _shares(ways: dict[tuple[str, str], Passage], pair: tuple[str, str]) -> tuple[float, float]:
    return (ways[pair].gave, ways[pair].took) if pair in ways else (0.0, 0.0)


def words(db: Connection, before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    publish_leaves(db, before, valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(db, after, valid_from="2024-01-01T00:00:00+08:00")
    return {f"{old}>{new}": way.word for (old, new), way in recorded(db).items()}


@pytest.mark.parametrize("moved", ["corner of two", "corner of four"])
def test_a_corner_moved_on_a_border_is_a_reshape(db: Connection, moved: str) -> None:
    (x, y), step = (WEST + CELL, NORTH - CELL), CELL / 4
    before = draw("AB\nCD")
    end = (x + step, y - step / 2) if moved == "corner of four" else (x, NORTH - 2 * CELL)
    start = (x, y) if moved == "corner of four" else (x, NORTH - 2 * CELL)
    after = {code: _with_corner(shape, start, end) for code, shape in before.items()}
    if moved == "corner of two":
        ring = [(x, NORTH), (x + step, NORTH), (x, y)]
        after["A"], after["B"] = after["A"].union(shapely.Polygon(ring)), after["B"].difference(shapely.Polygon(ring))
    found = words(db, before, after)
    assert len(found) > 2 and set(found.values()) == {"reshape"}


def _with_corner(shape: Any, start: tuple[float, float], end: tuple[float, float]) -> Any:
    near = [end if shapely.Point(p).distance(shapely.Point(start)) < 1e-9 else p for p in shape.exterior.coords]
    return shapely.Polygon(near)


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("AAAA", "AAAX", {"A>A": "split", "A>X": "split"}),
        ("AAAA", "XXYY", {"A>X": "split", "A>Y": "split"}),
        ("AABB", "AAAA", {"A>A": "merge", "B>A": "merge"}),
        ("AABB", "XXXX", {"A>X": "merge", "B>X": "merge"}),
        ("AABB", "AAXX", {"B>X": "renumber"}),
        ("AAABBB", "AABBBB", {"A>A": "reshape", "A>B": "reshape", "B>B": "reshape"}),
        ("AAABBBCCC", "AABBBCCCC", dict.fromkeys(["A>A", "A>B", "B>B", "B>C", "C>C"], "reshape")),
        ("AAAABBBB", "ABBBBBBB", {"A>A": "split", "A>B": "recut", "B>B": "merge"}),
        ("AAAABBBB", "ABBBBAAA", {"A>A": "recut", "A>B": "recut", "B>B": "recut", "B>A": "recut"}),
        (
            "AAAAAAAAAAAAAAABBBB",
            "AAAAXXXXXXXXXXXXBBB",
            {"A>A": "split", "A>X": "split", "B>X": "reshape", "B>B": "reshape"},
        ),
    ],
)
def test_words(db: Connection, before: str, after: str, wanted: dict[str, str]) -> None:
    """The last: a new grid cut from one, and a corner of a neighbour with it."""
    assert words(db, draw(before), draw(after)) == wanted
