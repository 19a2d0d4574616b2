"""Random redraws beside a model: one grid a point at every instant and state of knowledge, preview = publish, undo.

Long because it is one model.
"""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.drawing import CELL, NORTH, WEST, publish_leaves
from tests.lineage import passages

SIDE = 4
CELLS = list(itertools.product(range(SIDE), range(SIDE)))
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
TOWNS = ("east", "middle", "west")
Ground = dict[tuple[int, int], str]
Timeline = list[tuple[datetime, Ground]]


def shape(ground: Ground, code: str) -> Any:
    boxes = [
        shapely.box(WEST + c * CELL, NORTH - (r + 1) * CELL, WEST + (c + 1) * CELL, NORTH - r * CELL)
        for (c, r), holder in ground.items()
        if holder == code
    ]
    joined = shapely.union_all(boxes)
    return shapely.multipolygons([joined]) if joined.geom_type == "Polygon" else joined


def standing(timeline: Timeline, at: datetime) -> Ground | None:
    found = [ground for start, ground in timeline if start <= at]
    return found[-1] if found else None


def cells_by_code(ground: Ground) -> dict[str, set[tuple[int, int]]]:
    return {code: {cell for cell, holder in ground.items() if holder == code} for code in ground.values()}


def redrawn(timeline: Timeline, valid_from: datetime, ground: Ground) -> Timeline | None:
    """What stands when this ground is published: what it changed stays so, everything else keeps its later shapes.

    None: at some later instant that would be two grids on one cell, or none.
    """
    before = standing(timeline, valid_from) or {}
    old, new = cells_by_code(before), cells_by_code(ground)
    changed = {code for code in {*old, *new} if old.get(code) != new.get(code)}
    after = [entry for entry in timeline if entry[0] < valid_from] + [(valid_from, ground)]
    for start, stood in timeline:
        if start > valid_from:
            kept = {cell: code for cell, code in stood.items() if code not in changed}
            drawn = {cell: code for cell, code in ground.items() if code in changed}
            if kept.keys() & drawn.keys() or {*kept, *drawn} != set(CELLS):
                return None
            after.append((start, {**kept, **drawn}))
    return after


def town_of(code: str) -> str:
    """A code says its town."""
    return next(town for town in TOWNS if town[0] == code[0])


def shapes(ground: Ground) -> dict[str, Any]:
    return {code: shape(ground, code) for code in sorted(set(ground.values()))}


class Redraws(RuleBasedStateMachine):
    """The database and, beside it, what it should say."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine(self.url)
        self.db: Connection = self.engine.connect()
        self.db.exec_driver_sql("SET ROLE gisgrid_owner")
        self.numbers = itertools.count(1)
        ground: Ground = {(c, r): f"{('west', 'middle', 'east', 'east')[c][0]}000" for c, r in CELLS}
        first = shapes(ground)
        publish_leaves(self.db, first, parents={c: town_of(c) for c in first}, valid_from=EPOCH.isoformat())
        self.timeline: Timeline = [(EPOCH, ground)]
        self.known: list[tuple[datetime, Timeline]] = [(self.now(), self.timeline)]
        self.published: list[tuple[int, datetime, Timeline]] = []
        self.tickets: dict[str, tuple[int, int]] = {}
        self.held: dict[str, str] = {}
        self.stood: list[tuple[datetime, dict[str, str]]] = []

    def teardown(self) -> None:
        self.db.rollback()
        self.db.close()
        self.engine.dispose()

    def now(self) -> datetime:
        instant: datetime = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        return instant

    def new_code(self, town: str) -> str:
        return f"{town[0]}{next(self.numbers):03}"

    def today(self) -> Ground:
        ground = standing(self.timeline, self.now())
        assert ground is not None
        return ground

    def draw(self, ground: Ground, valid_from: datetime, policy: str = "move", areas: tuple[str, ...] = ()) -> int:
        """An open change set on everything, or on some areas, its draft drawn as wanted."""
        changeset: int = self.db.execute(
            text(
                "INSERT INTO draft.changeset (valid_from, is_dated, policy, area_code, together_with)"
                " VALUES (:at, true, :policy, :area, CAST(:with AS text[])) RETURNING changeset_id"
            ),
            {"at": valid_from, "policy": policy, "area": areas[0] if areas else None, "with": list(areas[1:])},
        ).scalar_one()
        wanted = {code for code in ground.values() if not areas or town_of(code) in areas}
        present = set(
            self.db.execute(text("SELECT code FROM draft.area WHERE changeset_id = :id"), {"id": changeset}).scalars()
        )
        for code in present - wanted:
            self.db.execute(
                text("DELETE FROM draft.area WHERE changeset_id = :id AND code = :code"),
                {"id": changeset, "code": code},
            )
        for code in sorted(wanted):
            sql = (
                "UPDATE draft.area SET geom = ST_GeomFromText(:wkt, 4326) WHERE changeset_id = :id AND code = :code"
                " AND NOT ST_Equals(geom, ST_GeomFromText(:wkt, 4326))"
                if code in present
                else "INSERT INTO draft.area (changeset_id, code, name, parent_code, geom)"
                " VALUES (:id, :code, :code, :town, ST_GeomFromText(:wkt, 4326))"
            )
            values = {"id": changeset, "code": code, "wkt": shape(ground, code).wkt, "town": town_of(code)}
            self.db.execute(text(sql), values)
        return changeset

    @rule(
        days=st.integers(0, 400),
        painted=st.lists(st.sampled_from(CELLS), min_size=1, max_size=6),
        policy=st.sampled_from(["move", "stay"]),
        data=st.data(),
    )
    def redraw(self, days: int, painted: list[tuple[int, int]], policy: str, data: st.DataObject) -> None:
        """Some cells change hands, to grids that stand or to new ones, from a date on; later redraws stand."""
        valid_from = EPOCH + timedelta(days=days)
        before = standing(self.timeline, valid_from)
        assert before is not None
        ground = self.painted(before, painted, data)
        changeset = self.draw(ground, valid_from, policy)
        after = redrawn(self.timeline, valid_from, ground)
        if after is None:
            assert self.errors(changeset) > 0
            return
        self.publish(changeset, valid_from, after, policy)
        self.lineage_says_it(changeset, before, ground)

    @staticmethod
    def choices(ground: Ground) -> list[str]:
        return sorted(set(ground.values()))

    def painted(self, before: Ground, cells: list[tuple[int, int]], data: st.DataObject) -> Ground:
        """Some cells given to grids that there are, or to a new one of a town that there is."""
        new = self.new_code(data.draw(st.sampled_from(sorted({town_of(code) for code in before.values()}))))
        choices = [*self.choices(before), new]
        return {**before, **{cell: data.draw(st.sampled_from(choices), label=str(cell)) for cell in cells}}

    def publish(self, changeset: int, valid_from: datetime, after: Timeline, policy: str) -> None:
        """What the preview says is what happens, and every ticket is where the model has it."""
        preview = self.preview(changeset)
        self.db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
        held = self.holders()
        self.follow(changeset)
        now_held = self.holders()
        moved = {(n, held[n], now_held[n]) for n in held if held[n] != now_held[n]}
        assert moved == preview
        self.published.append((changeset, valid_from, self.timeline))
        self.learn(after, policy)

    def follow(self, changeset: int) -> None:
        while self.db.execute(text("SELECT app.relocate_changeset(:id, 3)"), {"id": changeset}).scalar_one():
            pass

    def learn(self, after: Timeline, policy: str) -> None:
        """A ticket follows its ground, by policy stay only when its grid has ended."""
        was = self.today()
        self.timeline = after
        now = self.today()
        for number, cell in self.tickets.items():
            if self.held[number] not in now.values() or (policy == "move" and was[cell] != now[cell]):
                self.held[number] = now[cell]
        self.known.append((self.now(), self.timeline))
        self.stood.append((self.now(), dict(self.held)))

    def lineage_says_it(self, changeset: int, before: Ground, after: Ground) -> None:
        """Word for word, and share for share."""
        rows = self.db.execute(
            text(
                "SELECT f.code AS old, o.code AS new, l.kind, l.from_share, l.to_share FROM core.lineage AS l"
                " JOIN core.area AS f ON f.area_id = l.from_area_id JOIN core.area AS o ON o.area_id = l.to_area_id"
                " WHERE l.changeset_id = :id"
            ),
            {"id": changeset},
        ).all()
        wanted = {pair: way for pair, way in passages(shapes(before), shapes(after)).items() if way.gave > 1e-9}
        found = {(row.old, row.new): row for row in rows if row.from_share > 1e-9}
        assert {pair: row.kind for pair, row in found.items()} == {pair: way.word for pair, way in wanted.items()}
        for pair, way in wanted.items():
            assert (found[pair].from_share, found[pair].to_share) == pytest.approx((way.gave, way.took), abs=1e-9)

    def errors(self, changeset: int) -> int:
        found: int = self.db.execute(text("SELECT app.check_changeset(:id)"), {"id": changeset}).scalar_one()
        return found

    def preview(self, changeset: int) -> set[tuple[str, str, str]]:
        assert self.errors(changeset) == 0
        self.db.execute(text("SELECT app.preview_changeset(:id)"), {"id": changeset})
        rows = self.db.execute(
            text("SELECT id, from_code, to_code FROM draft.preview WHERE changeset_id = :id"), {"id": changeset}
        )
        return {(row.id, row.from_code, row.to_code) for row in rows}

    @initialize()
    def report_everywhere(self) -> None:
        """Something happened in every cell, so there are tickets on all ground that changes hands."""
        for cell in CELLS:
            self.report(cell)

    @rule(cell=st.sampled_from(CELLS))
    def report(self, cell: tuple[int, int]) -> None:
        lon, lat = self.middle(cell)
        number = self.db.execute(
            text(
                "SELECT number FROM app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category',"
                " 'hazard', 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84', CAST(:lat AS float8), 'lon',"
                " CAST(:lon AS float8), 'lat', CAST(:lat AS float8), 'system', 'wgs84', 'description', ''))"
            ),
            {"lon": lon, "lat": lat},
        ).scalar_one()
        self.tickets[number] = cell
        self.held[number] = self.today()[cell]
        self.stood.append((self.now(), dict(self.held)))

    @precondition(lambda self: self.published)
    @rule()
    def undo(self) -> None:
        """The last publish is taken back: every answer is what it was, but for what was recorded meanwhile."""
        changeset, valid_from, before = self.published.pop()
        lost = [entry for entry in before if entry[0] > valid_from]
        savepoint = self.db.begin_nested()
        try:
            opened = self.db.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
        except DBAPIError as error:
            savepoint.rollback()
            assert lost, f"only what replaced later history cannot be undone: {error}"
            self.published.clear()
            return
        self.db.execute(text("SELECT app.publish_changeset(:id)"), {"id": opened})
        self.follow(opened)
        self.learn(before, "move")

    @staticmethod
    def middle(cell: tuple[int, int]) -> tuple[float, float]:
        return WEST + (cell[0] + 0.5) * CELL, NORTH - (cell[1] + 0.5) * CELL

    def holders(self) -> dict[str, str]:
        rows = self.db.execute(text("SELECT number, code FROM work.ticket JOIN core.area USING (area_id)"))
        return {row.number: row.code for row in rows if row.number in self.tickets}

    def asked(self, at: datetime, as_recorded: datetime | None) -> Ground:
        rows = self.db.execute(
            text(
                "SELECT n, l.code FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[]))"
                " WITH ORDINALITY AS p (x, y, n),"
                " app.locate(ST_SetSRID(ST_MakePoint(p.x, p.y), 4326), 'base', :at, NULL, :seen) AS l"
            ),
            {
                "lon": [self.middle(c)[0] for c in CELLS],
                "lat": [self.middle(c)[1] for c in CELLS],
                "at": at,
                "seen": as_recorded,
            },
        )
        return {CELLS[row.n - 1]: row.code for row in rows}

    @invariant()
    def one_grid_at_every_instant(self) -> None:
        instants = {start + timedelta(hours=12) for start, _ in self.timeline}
        for at in sorted(instants):
            assert self.asked(at, None) == standing(self.timeline, at)

    @invariant()
    def what_was_believed_is_kept(self) -> None:
        for recorded, timeline in self.known[-2:]:
            for at, ground in timeline[-1:]:
                assert self.asked(at, recorded) == ground

    @invariant()
    def open_tickets_are_held_by_whom_the_model_says(self) -> None:
        assert self.holders() == self.held

    @invariant()
    def counters_say_how_it_stood(self) -> None:
        """Each ticket is counted where it stood when the state of knowledge was noted; sums agree."""
        for recorded, holders in self.stood[-3:]:
            rows = self.db.execute(
                text(
                    "SELECT v.code, c.total, c.unplaced FROM app.area_at(:at, :at) AS v CROSS JOIN LATERAL"
                    " app.counters_then(v.area_id, :at, 'UTC', '1 day', :at) AS c WHERE v.level = 'grid'"
                ),
                {"at": recorded},
            ).all()
            whole = self.db.execute(
                text("SELECT total, unplaced FROM app.counters_then(0, :at, 'UTC', '1 day', :at)"), {"at": recorded}
            ).one()
            counted = {row.code: row.total for row in rows if row.total}
            assert counted == dict(Counter(holders.values()))
            assert whole.total == sum(counted.values()) + whole.unplaced == len(holders)

    @invariant()
    def every_code_resolves(self) -> None:
        """Of every leaf that a publish altered all its ground is accounted for."""
        shares = self.db.execute(
            text("SELECT changeset_id, from_area_id, sum(from_share) AS whole FROM core.lineage GROUP BY 1, 2")
        ).all()
        assert all(row.whole == pytest.approx(1, abs=1e-9) for row in shares)


def test_redraws(shared_url: str) -> None:
    Redraws.url = shared_url
    run_state_machine_as_test(
        Redraws,
        settings=settings(
            max_examples=6, stateful_step_count=7, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
