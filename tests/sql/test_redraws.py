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
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.drawing import CELL, NORTH, WEST, publish_leaves

SIDE = 4
CELLS = list(itertools.product(range(SIDE), range(SIDE)))
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
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


class Redraws(RuleBasedStateMachine):
    """The database and, beside it, what it should say."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine(self.url)
        self.db: Connection = self.engine.connect()
        self.db.exec_driver_sql("SET ROLE gisgrid_owner")
        self.codes = (f"g{n:03}" for n in itertools.count(1))
        first = next(self.codes)
        ground: Ground = dict.fromkeys(CELLS, first)
        publish_leaves(self.db, {first: shape(ground, first)}, valid_from=EPOCH.isoformat())
        self.timeline: Timeline = [(EPOCH, ground)]
        self.known: list[tuple[datetime, Timeline]] = [(self.now(), self.timeline)]
        self.published: list[tuple[int, datetime, Timeline]] = []
        self.tickets: dict[str, tuple[int, int]] = {}
        self.stood: list[tuple[datetime, dict[str, str]]] = []

    def teardown(self) -> None:
        self.db.rollback()
        self.db.close()
        self.engine.dispose()

    def now(self) -> datetime:
        instant: datetime = self.db.execute(text("SELECT clock_timestamp()")).scalar_one()
        return instant

    def draw(self, ground: Ground, valid_from: datetime) -> int:
        """An open change set on everything, its draft drawn as wanted."""
        changeset: int = self.db.execute(
            text("INSERT INTO draft.changeset (valid_from, is_dated) VALUES (:at, true) RETURNING changeset_id"),
            {"at": valid_from},
        ).scalar_one()
        wanted = set(ground.values())
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
                if code in present
                else "INSERT INTO draft.area (changeset_id, code, name, geom)"
                " VALUES (:id, :code, :code, ST_GeomFromText(:wkt, 4326))"
            )
            self.db.execute(text(sql), {"id": changeset, "code": code, "wkt": shape(ground, code).wkt})
        return changeset

    @rule(days=st.integers(0, 400), painted=st.lists(st.sampled_from(CELLS), min_size=1, max_size=6), data=st.data())
    def redraw(self, days: int, painted: list[tuple[int, int]], data: st.DataObject) -> None:
        """Some cells change hands, to grids that stand or to new ones, from a date on; later redraws stand."""
        valid_from = EPOCH + timedelta(days=days)
        before = standing(self.timeline, valid_from)
        assert before is not None
        new = next(self.codes)
        choices = sorted({*before.values(), new})
        ground = {**before, **{cell: data.draw(st.sampled_from(choices), label=str(cell)) for cell in painted}}
        changeset = self.draw(ground, valid_from)
        after = redrawn(self.timeline, valid_from, ground)
        if after is None:
            assert self.errors(changeset) > 0
            return
        preview = self.preview(changeset)
        self.db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
        held = self.holders()
        while self.db.execute(text("SELECT app.relocate_changeset(:id, 3)"), {"id": changeset}).scalar_one():
            pass
        now_held = self.holders()
        moved = {(n, held[n], now_held[n]) for n in held if held[n] != now_held[n]}
        assert moved == preview
        self.published.append((changeset, valid_from, self.timeline))
        self.timeline = after
        self.known.append((self.now(), self.timeline))
        self.stood.append((self.now(), now_held))

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
        self.stood.append((self.now(), self.holders()))

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
        while self.db.execute(text("SELECT app.relocate_changeset(:id)"), {"id": opened}).scalar_one():
            pass
        self.timeline = before
        self.known.append((self.now(), self.timeline))

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
    def open_tickets_stand_where_the_map_says(self) -> None:
        now = standing(self.timeline, self.now())
        assert now is not None
        assert self.holders() == {number: now[cell] for number, cell in self.tickets.items()}

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
