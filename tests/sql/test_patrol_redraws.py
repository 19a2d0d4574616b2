"""Redraws under patrols that go on, beside a model: events, coverage, cells, cameras and devices on the right side.

Long because it is one model. Its clock is ahead of the machine's, so that patrols walk for minutes between redraws.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gisgrid.boundaries.changesets import ChangesetOrder, open_changeset, publish_changeset
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.patrol import Extent, Ping, cover, follow_patrols, keep_walks, receive
from gisgrid.patrol.walks import metres_of_a_degree
from gisgrid.worker import work
from tests.drawing import CELL, NORTH, WEST, publish_leaves

WIDE, HIGH, STEPS = 4, 3, 24
WORKERS = ("wang", "li", "zhao")
Cell = tuple[int, int]


def place(cell: Cell) -> tuple[float, float]:
    """A point of a cell, off its middle, so that no lattice or label meets it by chance."""
    return WEST + (cell[0] + 0.43) * CELL, NORTH - (cell[1] + 0.57) * CELL


def box(cell: Cell) -> Any:
    """Its sides are reckoned as its neighbours', to the last bit."""
    c, r = cell
    return shapely.box(WEST + c * CELL, NORTH - (r + 1) * CELL, WEST + (c + 1) * CELL, NORTH - r * CELL)


class Model:
    """What the database should say: who holds which cell, where everybody is, what he walked."""

    def __init__(self, owner: Database, chance: random.Random) -> None:
        self.owner, self.chance, self.extent = owner, chance, Extent()
        self.clock = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)
        self.begin = self.clock
        self.ground: dict[Cell, str] = {(c, r): "AABB"[c] for c in range(WIDE) for r in range(HIGH)}
        self.ground |= {(c, 2): "C" for c in range(WIDE)}
        self.at: dict[str, Cell] = {}
        self.holder: dict[str, str] = {}
        self.lines: list[list[tuple[float, float]]] = []
        self.events: list[tuple[str, str, str | None, str]] = []
        with owner.transaction(EVERYTHING) as connection:
            publish_leaves(connection, self.shapes())
        work(owner)

    def ask(self, sql: str, **values: Any) -> list[Any]:
        with self.owner.transaction(EVERYTHING) as connection:
            done = connection.execute(text(sql), values)
            return [tuple(row) for row in done] if done.returns_rows else []

    def shapes(self) -> dict[str, Any]:
        return {
            grid: shapely.union_all([box(cell) for cell, holder in sorted(self.ground.items()) if holder == grid])
            for grid in sorted(set(self.ground.values()))
        }

    def settle(self) -> None:
        with self.owner.transaction(EVERYTHING) as connection:
            while keep_walks(connection):
                pass
        with self.owner.transaction(EVERYTHING) as connection:
            follow_patrols(connection)

    def walk(self) -> None:
        """One of them goes to a neighbouring cell, or to any at first, and stays there for two minutes."""
        worker = self.chance.choice(WORKERS)
        here = self.at.get(worker)
        cells = [cell for cell in self.ground if here is None or abs(cell[0] - here[0]) + abs(cell[1] - here[1]) == 1]
        there = self.chance.choice(sorted(cells))
        (x1, y1), (x2, y2) = place(here or there), place(there)
        pings = [
            Ping(x1 + (x2 - x1) * part, y1 + (y2 - y1) * part, "wgs84", self.clock + timedelta(seconds=15 * n))
            for n, part in enumerate([0, 0.25, 0.5, 0.75, *[1] * 8])
        ]
        with self.owner.transaction(EVERYTHING) as connection:
            receive(connection, worker, pings, self.extent, now=self.clock + timedelta(minutes=5))
        self.clock += timedelta(seconds=15 * len(pings))
        self.lines.append([(x1, y1), (x2, y2)])
        self.at[worker] = there
        grid = self.ground[there]
        if worker not in self.holder:
            self.events.append(("start", worker, None, grid))
        elif self.holder[worker] != grid:
            self.events.append(("walk", worker, self.holder[worker], grid))
        self.holder[worker] = grid
        self.settle()

    def redraw(self) -> None:
        """One cell goes to the grid of a neighbour; no grid ends."""
        before = dict(self.ground)
        mixed = self.chance.sample(sorted(self.ground), len(self.ground))
        for cell in sorted(mixed, key=lambda cell: cell not in self.at.values()):  # below somebody, where that goes
            near = sorted({before[c] for c in before if abs(c[0] - cell[0]) + abs(c[1] - cell[1]) == 1})
            self.ground = {**before, cell: self.chance.choice(near)}
            if self.ground != before and len(set(self.ground.values())) == 3:
                break
        with self.owner.transaction(EVERYTHING) as connection:
            number = open_changeset(connection, ChangesetOrder()).changeset_id
            for code, shape in self.shapes().items():
                connection.execute(
                    text(
                        "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                        " WHERE changeset_id = :id AND code = :code"
                    ),
                    {"wkt": shape.wkt, "id": number, "code": code},
                )
        publish_changeset(self.owner, number)
        self.settle()
        for worker, cell in sorted(self.at.items()):
            if self.holder[worker] != self.ground[cell]:
                self.events.append(("redraw", worker, self.holder[worker], self.ground[cell]))
                self.holder[worker] = self.ground[cell]

    def check(self) -> None:
        noted = self.ask(
            "SELECT c.cause, c.worker, l.code, e.code FROM overlay.crossing AS c"
            " LEFT JOIN core.area AS l ON l.area_id = c.left_area_id"
            " LEFT JOIN core.area AS e ON e.area_id = c.entered_area_id ORDER BY c.crossing_id"
        )
        assert noted == self.events
        told = self.ask("SELECT payload->'entered'->>'code', payload->>'worker' FROM work.outbox"
                        " WHERE topic = 'patrol.entered' ORDER BY outbox_id")  # fmt: skip
        assert told[-len(self.events) :] == [(grid, worker) for _, worker, _, grid in self.events]
        for kind in ("camera", "device"):
            held = dict(self.ask(f"SELECT o.code, a.code FROM overlay.{kind} AS o JOIN core.area AS a USING (area_id)"))
            assert held == {f"{c}-{r}": grid for (c, r), grid in self.ground.items()}, kind
        astray = self.ask(
            "SELECT p.cell FROM overlay.patrol_cell AS p CROSS JOIN LATERAL app.locate(ST_Centroid(p.geom)) AS l"
            " WHERE p.path <> coalesce(l.path, '{0}')"
        )
        assert astray == []
        with self.owner.transaction(EVERYTHING) as connection:
            found = {one.code: one.share for one in cover(connection, 0, self.begin, self.clock).by}
        assert found == pytest.approx(self.exact(), abs=0.02)

    def exact(self) -> dict[str, float]:
        east, north = metres_of_a_degree(NORTH)
        seen = shapely.union_all(
            [shapely.LineString([(x * east, y * north) for x, y in line]).buffer(30) for line in self.lines]
        )
        flat = {k: shapely.transform(v, lambda xy: xy * (east, north)) for k, v in self.shapes().items()}
        return {code: seen.intersection(shape).area / shape.area for code, shape in flat.items()}


@pytest.fixture
def owner(new_database: Callable[[], str]) -> Iterator[Database]:
    database = Database(new_database(), role=OWNER)
    cells = [(c, r) for c in range(WIDE) for r in range(HIGH)]
    with database.transaction(EVERYTHING) as connection:
        for kind, columns, values in (("camera", "", ""), ("device", ", kind, category", ", 'smoke', 'hazard'")):
            for cell in cells:
                connection.execute(
                    text(
                        f"INSERT INTO overlay.{kind} (code, name, path, geom{columns})"
                        f" SELECT :code, :code, '{{0}}', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326){values}"
                    ),
                    {"code": f"{cell[0]}-{cell[1]}", "lon": place(cell)[0], "lat": place(cell)[1]},
                )
    yield database
    database.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_everything_is_on_the_right_side_after_every_redraw(owner: Database, seed: int) -> None:
    model = Model(owner, random.Random(seed))
    for step in range(STEPS):
        model.redraw() if model.events and model.chance.random() < 0.4 else model.walk()
        if step % 4 == 3:
            model.check()
    model.check()
    assert {event[0] for event in model.events} == {"start", "walk", "redraw"}
