"""The random model with colleagues: names beside it, conflicts taken mine, theirs or both, two towns, dates to come."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.sql.test_redraws import CELLS, Ground, Redraws, cells_by_code, redrawn, town_of

Drawn = dict[str, set[tuple[int, int]] | None]
POLICIES = st.sampled_from(["move", "stay"])
PAINTED = st.lists(st.sampled_from(CELLS), min_size=1, max_size=5)


def _some(cells: list[tuple[int, int]]) -> st.SearchStrategy[list[tuple[int, int]]]:
    return st.lists(st.sampled_from(cells), min_size=1, max_size=4)


def edited(base: Ground, ground: Ground) -> Drawn:
    """What a draft altered: the cells of each such code, None where it ended."""
    old, new = cells_by_code(base), cells_by_code(ground)
    return {code: new.get(code) for code in {*old, *new} if old.get(code) != new.get(code)}


def collisions(mine: Drawn, theirs: Drawn) -> set[str]:
    """Codes that both altered; that both ended is none, nor is a code that only one of them knows."""
    return {code for code in mine.keys() & theirs.keys() if not mine[code] is theirs[code] is None}


def merged(base: Ground, mine: Ground, theirs: Ground, take: str) -> Ground | None:
    """The ground once mine is published over theirs, conflicts taken so. None: it is refused."""
    old, drawn, live = cells_by_code(base), edited(base, mine), edited(base, theirs)
    found: dict[str, set[tuple[int, int]]] = cells_by_code(theirs)
    for code, cells in drawn.items():
        if code in collisions(drawn, live) and take != "mine":
            other = live[code]
            if take == "theirs":
                continue
            if cells is None or other is None:
                return None
            cells = (cells & other) | (cells - old[code]) | (other - old[code])
            if not cells:
                return None  # each gave away what the other kept
        elif cells is not None and code in live and live[code] is None and 2 * len(cells & old[code]) <= len(old[code]):
            return None  # an ended code comes back with most of its ground only
        found.pop(code, None)
        if cells:
            found[code] = cells
    held = [(cell, code) for code, cells in found.items() for cell in cells]
    return dict(held) if sorted(cell for cell, _ in held) == CELLS else None


class Together(Redraws):
    """Colleagues who draw at the same time."""

    @rule(policy=POLICIES, is_new=st.booleans(), data=st.data())
    def end(self, policy: str, is_new: bool, data: st.DataObject) -> None:
        """A grid ends: it is merged into another one, or renumbered; its tickets go to its heir by either policy."""
        at, before = self.timeline[-1]
        ended = data.draw(st.sampled_from(self.choices(before)))
        heirs = [code for code in self.choices(before) if code != ended]
        heir = self.new_code(town_of(ended)) if is_new or not heirs else data.draw(st.sampled_from(heirs))
        ground = {cell: heir if code == ended else code for cell, code in before.items()}
        changeset = self.draw(ground, at, policy)
        after = redrawn(self.timeline, at, ground)
        assert after is not None
        self.publish(changeset, at, after, policy)
        self.lineage_says_it(changeset, before, ground)

    @rule(policy=POLICIES, data=st.data())
    def rename(self, policy: str, data: st.DataObject) -> None:
        """Another name of any grid moves nothing."""
        at, ground = self.timeline[-1]
        code = data.draw(st.sampled_from(self.choices(ground)))
        changeset = self.draw(ground, at, policy)
        self.run("UPDATE draft.area SET name = :n WHERE changeset_id = :id AND code = :code", changeset, code=code,
                 n=f"{code} {changeset}")  # fmt: skip
        self.publish(changeset, at, self.timeline, policy)

    def run(self, sql: str, changeset: int, **values: Any) -> Any:
        return self.db.execute(text(sql), {"id": changeset, **values})

    @rule(
        mine=PAINTED,
        theirs=PAINTED,
        take=st.sampled_from(["mine", "theirs", "both"]),
        policies=st.tuples(POLICIES, POLICIES),
        data=st.data(),
    )
    def collide(self, mine: Any, theirs: Any, take: str, policies: tuple[str, str], data: st.DataObject) -> None:
        """Two draw at once; the second solves what collides, and publishes if the ground is whole then."""
        at, base = self.timeline[-1]
        grounds = [self.painted(base, cells, data) for cells in (mine, theirs)]
        if data.draw(st.booleans(), label="of the same two grids"):
            pair = data.draw(st.permutations(self.choices(base)))[:2]
            own = sorted(cell for cell, code in base.items() if code in pair)
            grounds = [
                {**base, **{cell: data.draw(st.sampled_from(sorted(pair))) for cell in data.draw(_some(own))}}
                for _ in grounds
            ]
        first, second = (self.draw(ground, at, policy) for ground, policy in zip(grounds, policies, strict=True))
        after = redrawn(self.timeline, at, grounds[1])
        assert after is not None
        self.publish(second, at, after, policies[1])
        self.lineage_says_it(second, base, grounds[1])
        self.run("SELECT app.check_saved(:id)", first)
        clash = collisions(edited(base, grounds[0]), edited(base, grounds[1]))
        assert self.problems(first, "conflict") == clash
        wanted = merged(base, grounds[0], grounds[1], take)
        if clash:
            savepoint = self.db.begin_nested()
            try:
                self.run("SELECT app.solve_conflicts(:id, :take)", first, take=take)
            except DBAPIError as error:
                savepoint.rollback()
                assert take == "both" and wanted is None, error
                return
            savepoint.commit()
            assert self.problems(first, "conflict") == set()
        if wanted is None:
            assert self.errors(first) > 0
            return
        after = redrawn(self.timeline, at, wanted)
        assert after is not None
        self.publish(first, at, after, policies[0])
        self.lineage_says_it(first, grounds[1], wanted)

    def problems(self, changeset: int, kind: str) -> set[str]:
        sql = "SELECT code FROM draft.problem WHERE changeset_id = :id AND kind = :kind"
        return set(self.run(sql, changeset, kind=kind).scalars())

    @precondition(lambda self: len({town_of(code) for code in self.timeline[-1][1].values()}) > 1)
    @rule(painted=PAINTED, policy=POLICIES, data=st.data())
    def redraw_two_towns(self, painted: Any, policy: str, data: st.DataObject) -> None:
        """A change set of two towns: any line between them, nothing of the third."""
        at, before = self.timeline[-1]
        towns = data.draw(st.permutations(sorted({town_of(code) for code in before.values()})))[:2]
        codes = [code for code in self.choices(before) if town_of(code) in towns]
        choices = [*codes, self.new_code(data.draw(st.sampled_from(towns)))]
        ground = {**before, **{cell: data.draw(st.sampled_from(choices), label=str(cell)) for cell in painted}}
        changeset = self.draw(ground, at, policy, tuple(towns))
        if any(town_of(before[cell]) not in towns for cell in painted):
            assert self.errors(changeset) > 0
            return
        after = redrawn(self.timeline, at, ground)
        assert after is not None
        self.publish(changeset, at, after, policy)
        self.lineage_says_it(changeset, before, ground)

    @rule(mine=PAINTED, waiting=PAINTED, policies=st.tuples(POLICIES, POLICIES), data=st.data())
    def contradict(self, mine: Any, waiting: Any, policies: tuple[str, str], data: st.DataObject) -> None:
        """One waits for its date, another redraws some of it now: said as it is saved; on its day live or refused."""
        at, base = self.timeline[-1]
        grounds = [self.painted(base, cells, data) for cells in (mine, waiting)]
        later = self.draw(grounds[1], self.now() + timedelta(days=1), policies[1])
        assert self.run("SELECT errors FROM app.try_publish(:id)", later).scalar_one() == 0
        now = self.draw(grounds[0], at, policies[0])
        self.run("SELECT app.check_saved(:id)", now)
        drawn, waits = edited(base, grounds[0]), edited(base, grounds[1])
        assert self.problems(now, "waiting") == {
            code
            for code, cells in drawn.items()
            if code in collisions(drawn, waits)
            or any(cells and other and cells & other for held, other in waits.items() if held != code)
        }
        after = redrawn(self.timeline, at, grounds[0])
        assert after is not None
        self.publish(now, at, after, policies[0])
        day = self.let_its_day_come(later)
        wanted = merged(base, grounds[1], grounds[0], "mine")
        if collisions(waits, drawn) or wanted is None:
            assert self.run("SELECT errors FROM app.try_publish(:id)", later).scalar_one() > 0
            for status in ("open", "discarded"):
                self.run("UPDATE draft.changeset SET status = :s WHERE changeset_id = :id", later, s=status)
            return
        after = redrawn(self.timeline, day, wanted)
        assert after is not None
        assert self.run("SELECT errors FROM app.try_publish(:id)", later).scalar_one() == 0
        self.follow(later)
        self.published.append((later, day, self.timeline))
        self.learn(after, policies[1])
        self.lineage_says_it(later, grounds[0], wanted)

    def let_its_day_come(self, changeset: int) -> Any:
        self.db.exec_driver_sql("RESET ROLE")
        self.db.exec_driver_sql("SET LOCAL session_replication_role = replica")
        day = self.run(
            "UPDATE draft.changeset SET valid_from = now() WHERE changeset_id = :id RETURNING valid_from", changeset
        ).scalar_one()
        self.db.exec_driver_sql("SET LOCAL session_replication_role = origin")
        self.db.exec_driver_sql("SET ROLE gisgrid_owner")
        return day


def test_redraws_together(shared_url: str) -> None:
    Together.url = shared_url
    run_state_machine_as_test(
        Together,
        settings=settings(
            max_examples=8, stateful_step_count=7, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
