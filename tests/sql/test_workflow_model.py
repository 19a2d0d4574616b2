"""Random lives of tickets beside a model: nothing leaves its template, no event is lost, no clock is stopped twice.

Long because it is one model: every verb that changes a ticket, and what must hold after each.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.tickets.intake import Report, receive
from tests.drawing import draw, publish_leaves, spot
from tests.refusing import refusal, refused

TEMPLATES = {
    "livelihood": {
        "assign": {"handle": "forward"},
        "handle": {"inspect": "forward", "assign": "return"},
        "inspect": {"feedback": "forward", "handle": "return"},
        "feedback": {"rate": "forward"},
        "rate": {"handle": "reopen"},
    },
    "inspection": {
        "assign": {"handle": "forward"},
        "handle": {"supervise": "forward", "assign": "return"},
        "supervise": {"write_off": "forward", "handle": "return"},
        "write_off": {"handle": "reopen"},
    },
}
"""What the shipped templates allow, written down apart from them."""
ENDS = {"rate", "write_off"}
DEPARTMENTS = ["城管", "住建"]
STEPS = sorted({step for arcs in TEMPLATES.values() for step in arcs} | {"report", "discover", "nonsense"})
TICKETS = 4


@dataclass
class Model:
    """What a ticket should be."""

    number: str
    category: str
    step: str
    events: int = 1
    paused: bool = False
    original: int | None = None
    parent: int | None = None
    called: dict[str, str] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        return self.original is not None or self.step in ENDS


WHICH = st.integers(0, TICKETS - 1)
NOTE = st.sampled_from(["说明(测试)", None, " "])


class Lives(RuleBasedStateMachine):
    """Four tickets of two templates, two on each grid, and all that people do with them."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.engine = create_engine(self.url)
        self.db: Connection = self.engine.connect()
        self.db.exec_driver_sql("SET ROLE gisgrid_owner; SET gisgrid.scope = '{0}'; SET gisgrid.private = '{0}'")
        publish_leaves(self.db, draw("AB"), parents={"A": "community", "B": "community"})
        for code, role, department in (("A", "worker", None), ("community", "centre", "城管"), ("B", "head", "住建")):
            self.sql(
                "INSERT INTO core.post (area_id, path, role, department) SELECT v.area_id, v.path, :role, :department"
                " FROM app.area_at(now()) AS v WHERE v.code = :code",
                code=code, role=role, department=department,
            )  # fmt: skip
        self.sql(
            "INSERT INTO work.category (category, name_zh, name_en, workflow, due_hours)"
            " VALUES ('inspection', '巡检(测试)', 'inspection', 'write_off', 24)"
        )
        self.tickets = [self.report(n) for n in range(TICKETS)]

    def report(self, n: int) -> Model:
        lon, lat = spot(0.5 + n % 2, 0.5)
        category = sorted(TEMPLATES)[n // 2]
        taken = receive(self.db, Report(lon, lat, "wgs84", category, "x"), network="base", zone="Asia/Shanghai")
        return Model(taken.facts["number"], category, taken.facts["step"])

    def teardown(self) -> None:
        self.db.rollback()
        self.db.close()
        self.engine.dispose()

    def sql(self, sql: str, **values: Any) -> Any:
        return self.db.execute(text(sql), values)

    def do(self, call: str, ticket: Model, **values: Any) -> str | None:
        key, self.said = refused(self.db, f"SELECT app.{call}", n=ticket.number, **values)
        return key

    # Along the template.

    @rule(which=WHICH, step=st.sampled_from(STEPS), note=NOTE)
    def take(self, which: int, step: str, note: str | None) -> None:
        """Any step is tried, at any time."""
        ticket = self.tickets[which]
        kind = None if ticket.original is not None else TEMPLATES[ticket.category].get(ticket.step, {}).get(step)
        said = self.do("take_step(:n, :step, 'boss', 'admin', :note)", ticket, step=step, note=note)
        open_parts = [t for t in self.tickets if t.parent == which and not t.closed]
        if kind is None:
            assert said == "no_such_step"
        elif kind != "forward" and not (note or "").strip():
            assert said == "needs_note"
        elif kind == "forward" and ticket.step != "assign" and "open" in ticket.called.values():
            assert said == "whistles_open"
        elif step in ENDS and open_parts:
            assert said == "parts_open"
            assert self.said == "parts of it are open: " + ", ".join(t.number for t in open_parts)
        else:
            assert said is None
            ticket.step = step
            ticket.events += 1
            ticket.paused = ticket.paused and not ticket.closed and step != "assign"

    # To whom.

    @rule(which=WHICH, department=st.sampled_from([*DEPARTMENTS, "没有"]))
    def hand_over(self, which: int, department: str) -> None:
        """It goes to a department."""
        ticket = self.tickets[which]
        before = self.holder(ticket)
        said = self.do("hand_over(:n, NULL, :d, 'boss', 'admin', NULL)", ticket, d=department)
        if ticket.closed:
            assert said == "closed"
        elif department == "没有":
            assert said == "no_such_department"
        elif before == (None, department):
            assert said == "already"
        else:
            assert said is None
            assert self.holder(ticket) == (None, department)
            self.given(ticket)

    @rule(which=WHICH)
    def pass_up(self, which: int) -> None:
        """It goes up to the centre, which is the highest there is."""
        ticket = self.tickets[which]
        said = self.do("pass_up(:n, 'boss', 'admin', '上报')", ticket)
        if ticket.closed:
            assert said == "closed"
        elif said is None:
            assert self.holder(ticket)[1] == "城管"
            self.given(ticket)
        else:
            assert said == "nobody_above"
            assert self.holder(ticket)[1] == "城管"

    def given(self, ticket: Model) -> None:
        ticket.events += 1
        ticket.step = "handle" if ticket.step == "assign" else ticket.step

    def holder(self, ticket: Model) -> tuple[int | None, str | None]:
        row = self.sql(
            "SELECT post_id, department FROM work.ticket_private JOIN work.ticket USING (ticket_id) WHERE number = :n",
            n=ticket.number,
        ).one()
        return row.post_id, row.department

    # Clocks.

    @rule(which=WHICH, running=st.booleans())
    def turn(self, which: int, running: bool) -> None:
        """The clocks are stopped, or started."""
        ticket = self.tickets[which]
        said = self.do("turn_clock(:n, :running, '等材料', 'boss', 'admin')", ticket, running=running)
        if ticket.closed:
            assert said == "closed"
        elif ticket.paused != running:
            assert said == ("clock_runs" if running else "clock_stands")
        else:
            assert said is None
            ticket.paused = not running
            ticket.events += 1

    # Departments.

    @rule(which=WHICH, departments=st.sets(st.sampled_from(DEPARTMENTS), min_size=1))
    def whistle(self, which: int, departments: set[str]) -> None:
        """Departments are called in."""
        ticket = self.tickets[which]
        said = self.do("blow_whistle(:n, :d, 2, NULL, 'boss', 'admin', NULL)", ticket, d=sorted(departments))
        if ticket.closed:
            assert said == "closed"
        elif any(ticket.called.get(d) == "open" for d in departments):
            assert said == "already_called"
        else:
            assert said is None
            ticket.called |= dict.fromkeys(departments, "open")
            ticket.events += len(departments)

    @rule(which=WHICH, department=st.sampled_from(DEPARTMENTS), state=st.sampled_from(["done", "withdrawn"]))
    def answer(self, which: int, department: str, state: str) -> None:
        """One of them is done, or let go."""
        ticket = self.tickets[which]
        last = self.sql(
            "SELECT max(whistle_id) FROM work.whistle AS w JOIN work.ticket USING (ticket_id)"
            " WHERE number = :n AND w.department = :d",
            n=ticket.number, d=department,
        ).scalar()  # fmt: skip
        said = self.do("answer_whistle(:n, :w, :s, 'boss', 'admin')", ticket, w=last, s=state)
        if last is None:
            assert said == "no_such_whistle"
        elif ticket.called[department] != "open":
            assert said == "already"
        else:
            assert said is None
            ticket.called[department] = state
            ticket.events += 1

    # Together.

    @rule(which=WHICH, other=st.none() | WHICH)
    def tie(self, which: int, other: int | None) -> None:
        """It is part of another, or of none."""
        ticket = self.tickets[which]
        whole = None if other is None else self.tickets[other]
        said = self.do("set_parent(:n, :p, 'boss', 'admin')", ticket, p=whole and whole.number)
        if ticket.closed:
            assert said == "closed"
        elif other == which:
            assert said == "no_such_parent"
        elif whole and whole.closed:
            assert said == "parent_closed"
        elif whole and whole.parent is not None:
            assert said == "parent_is_part"
        elif whole and any(t.parent == which for t in self.tickets):
            assert said == "has_parts"
        elif ticket.parent == other:
            assert said == "already"
        else:
            assert said is None
            ticket.parent = other
            ticket.events += 1

    @rule(which=WHICH, other=WHICH)
    def merge(self, which: int, other: int) -> None:
        """It is about the same thing as another."""
        ticket, original = self.tickets[which], self.tickets[other]
        said = self.do("merge_ticket(:n, :o, 'boss', 'admin')", ticket, o=original.number)
        if ticket.closed:
            assert said == "closed"
        elif which == other:
            assert said == "no_such_original"
        elif original.closed:
            assert said == "original_closed"
        elif any(t.parent == which and not t.closed for t in self.tickets):
            assert said == "has_parts"
        elif "open" in ticket.called.values():
            assert said == "whistles_open"
        else:
            assert said is None
            for follower in self.tickets:
                follower.original = other if follower.original == which else follower.original
            ticket.original, ticket.paused = other, False
            ticket.events += 1
            original.events += 1

    @precondition(lambda self: any(t.original is not None for t in self.tickets))
    @rule(which=WHICH)
    def unmerge(self, which: int) -> None:
        """It was not, after all."""
        ticket = self.tickets[which]
        said = self.do("unmerge_ticket(:n, 'boss', 'admin')", ticket)
        if ticket.original is None:
            assert said == "no_duplicate"
        else:
            assert said is None
            ticket.original = None
            ticket.events += 1

    @rule(which=WHICH, column=st.sampled_from([0.3, 1.7]))
    def move(self, which: int, column: float) -> None:
        """It lies elsewhere: routed again, in the same step or where somebody has it."""
        ticket = self.tickets[which]
        lon, lat = spot(column, 0.5)
        said = refusal(
            self.db,
            "SELECT app.change_location(:n, jsonb_build_object('lon_wgs84', :lon ::float8, 'lat_wgs84', :lat ::float8,"
            " 'lon', :lon ::float8, 'lat', :lat ::float8, 'system', 'wgs84'), 'boss', 'admin')",
            n=ticket.number, lon=lon, lat=lat,
        )  # fmt: skip
        assert said == ("closed" if ticket.closed else None)
        if not ticket.closed:
            self.given(ticket)

    @rule()
    def tick(self) -> None:
        """A worker looks at the clocks; nothing is due within the seconds of a test."""
        self.sql("SELECT app.tick_clocks()")

    # What must hold.

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        """Step, end, pause, ties and the number of events; and the events are one chain from step to step."""
        for ticket in self.tickets:
            row = self.sql(
                "SELECT t.step, t.closed_at IS NOT NULL AS closed, c.paused_at IS NOT NULL AS paused,"
                " o.number AS original, u.number AS parent, t.solved_in_grid IS NOT NULL AS judged,"
                " (SELECT count(*) FROM work.pause AS x"
                "  WHERE x.ticket_id = t.ticket_id AND x.resumed_at IS NULL) AS pauses,"
                " (SELECT count(*) FROM work.outbox AS x WHERE x.ticket_id = t.ticket_id) AS notices"
                " FROM work.ticket AS t JOIN work.clock AS c USING (ticket_id)"
                " LEFT JOIN work.ticket AS o ON o.ticket_id = t.duplicate_of"
                " LEFT JOIN work.ticket AS u ON u.ticket_id = t.parent_id WHERE t.number = :n",
                n=ticket.number,
            ).one()
            original = None if ticket.original is None else self.tickets[ticket.original].number
            parent = None if ticket.parent is None else self.tickets[ticket.parent].number
            assert (row.step, row.closed, row.paused, row.original, row.parent) == (
                ticket.step, ticket.closed, ticket.paused, original, parent,
            )  # fmt: skip
            assert row.pauses == int(ticket.paused)
            assert row.judged == (ticket.step in ENDS and ticket.original is None)
            chain = self.sql(
                "SELECT from_step, to_step FROM work.event JOIN work.ticket USING (ticket_id) WHERE number = :n"
                " ORDER BY event_id",
                n=ticket.number,
            ).all()
            assert len(chain) == row.notices == ticket.events
            assert [e.from_step for e in chain[1:]] == [e.to_step for e in chain[:-1]]
            assert chain[-1].to_step == ticket.step


def test_lives_of_tickets(shared_url: str) -> None:
    class Here(Lives):
        url = shared_url

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


BAD = [
    ("DELETE FROM work.transition WHERE workflow = 'six_step' AND to_step = 'rate'", "no step closes a ticket"),
    ("DELETE FROM work.transition WHERE workflow = 'six_step' AND from_step = 'assign'", "no transition leads"),
    ("UPDATE work.step SET is_unrouted = true WHERE step = 'inspect'", "one step must be where a report waits"),
    ("UPDATE work.step SET is_first_routed = false WHERE workflow = 'six_step'", "one step must be where a routed"),
    ("UPDATE work.step SET closes = false WHERE workflow = 'six_step'", "no step closes a ticket"),
    ("UPDATE work.transition SET roles = '{mayor}' WHERE to_step = 'rate'", "a role that nobody can have"),
    ("UPDATE work.transition SET roles = '{}' WHERE to_step = 'rate'", "nobody who may take it"),
    ("UPDATE work.transition SET kind = 'forward' WHERE from_step = 'rate'", "called reopen if and only if"),
    ("UPDATE work.transition SET kind = 'reopen' WHERE to_step = 'inspect'", "called reopen if and only if"),
]


@pytest.mark.parametrize(("sql", "why"), BAD, ids=[why for _, why in BAD])
def test_a_template_in_which_a_ticket_could_be_lost_is_refused(db: Connection, sql: str, why: str) -> None:
    db.exec_driver_sql(sql)
    with pytest.raises(DBAPIError, match=why):
        db.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
