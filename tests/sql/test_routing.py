"""Routing rules: what applies, what wins, what is refused, who it is, and a ticket routed anew.

Long because it is one question asked in every way, beside a model that counts every hour of every day.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from tests.drawing import draw, spot, write_geojson
from tests.refusing import refusal

DISTRICT, NORTH, SOUTH = "360302", "360302001", "360302002"
A, B, C = f"{NORTH}001001", f"{NORTH}001002", f"{SOUTH}001001"
CHINA = ZoneInfo("Asia/Shanghai")
AREAS = ("", DISTRICT, NORTH, SOUTH, f"{NORTH}001", A, B, C)
CATEGORIES = {
    "hazard": ("hazard",),
    "fire": ("hazard", "fire"),
    "gas": ("hazard", "fire", "gas"),
    "dispute": ("dispute",),
}
KINDS = ("", "base", "special")
DAYS = {"": {"working", "weekend", "holiday"}, "working": {"working"}, "rest": {"weekend", "holiday"},
        "weekend": {"weekend"}, "holiday": {"holiday"}}  # fmt: skip
HOURS = [None, (0, 8), (8, 16), (16, 24), (22, 6), (9, 12)]
RULES_TIED = "can both apply and neither is more specific"


@pytest.fixture(scope="module")
def division(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> None:
    codes = {"A": A, "B": B, "C": C}
    drawn = draw("AAB\nCCC")
    path = write_geojson(tmp_path_factory.mktemp("areas") / "a.geojson", {codes[k]: v for k, v in drawn.items()})
    import_boundaries(owner, ImportOrder(path, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
    with owner.transaction(EVERYTHING) as db:
        for code, role, department in [
            (A, "worker", None), (A, "head", None), (A, "instructor", "司法局"), (B, "head", None),
            (f"{SOUTH}001", "centre", "城管"), (DISTRICT, "centre", None), (DISTRICT, "instructor", "消防"),
        ]:  # fmt: skip
            add_post(db, code, role, department)
        db.execute(
            text(
                "INSERT INTO work.category (category, parent, name_zh, name_en, due_hours) VALUES"
                " ('fire', 'hazard', '消防', 'fire', 12), ('gas', 'fire', '燃气', 'gas', 2)"
            )
        )


@pytest.fixture
def db(division: None, owner: Database) -> Iterator[Connection]:
    """A transaction as the owner, rolled back at the end."""
    with owner.engine.connect() as connection:
        connection.execute(text("SET LOCAL gisgrid.scope = '{0}'; SET LOCAL gisgrid.private = '{0}'"))
        yield connection
        connection.rollback()


def add_post(db: Connection, code: str, role: str, department: str | None = None, name: str = "") -> int:
    post_id: int = db.execute(
        text(
            "WITH who AS (INSERT INTO core.person (name) VALUES (:name) RETURNING person_id)"
            " INSERT INTO core.post (area_id, path, role, person_id, department, title)"
            " SELECT v.area_id, v.path, :role, who.person_id, :department, '岗位' FROM app.area_at(now()) AS v, who"
            " WHERE v.code = :code RETURNING post_id"
        ),
        {"code": code, "role": role, "department": department, "name": name or f"{role}-{code[-6:]}(虚构)"},
    ).scalar_one()
    return post_id


@dataclass(frozen=True)
class Rule:
    """A rule as the model sees it."""

    name: str
    category: str = ""
    area: str = ""
    kind: str = ""
    days: str = ""
    weekdays: tuple[int, ...] = ()
    hours: tuple[int, int] | None = None

    @property
    def week(self) -> set[int]:
        return set(self.weekdays) or set(range(1, 8))

    @property
    def clock(self) -> set[int]:
        if self.hours is None:
            return set(range(24))
        start, end = self.hours
        return set(range(start, end)) if start < end else set(range(start, 24)) | set(range(end))

    @property
    def specificity(self) -> tuple[int, ...]:
        depth = len(CATEGORIES[self.category]) if self.category else 0
        level = {0: 0, 6: 1, 9: 2, 12: 3, 15: 4}[len(self.area)]
        day = 0 if not self.days else 2 if self.days in ("weekend", "holiday") else 1
        return depth, level, int(bool(self.kind)), day, 7 - len(self.week), 24 - len(self.clock)

    def applies(self, about: tuple[str, ...], area: str, kind: str, day_kind: str, weekday: int, hour: int) -> bool:
        return (
            (not self.category or self.category in about)
            and area.startswith(self.area)
            and self.kind in ("", kind)
            and day_kind in DAYS[self.days]
            and weekday in self.week
            and hour in self.clock
        )

    def may_meet(self, other: "Rule") -> bool:
        """Is there any report to which both apply? Every value is tried; the conditions do not know each other."""
        both = (self, other)
        return (
            any(all(not r.category or r.category in about for r in both) for about in CATEGORIES.values())
            and any(all(area.startswith(r.area) for r in both) for area in (A, B, C))
            and any(all(r.kind in ("", kind) for r in both) for kind in ("base", "special"))
            and any(all(day in DAYS[r.days] for r in both) for day in DAYS[""])
            and any(all(weekday in r.week for r in both) for weekday in range(1, 8))
            and any(all(hour in r.clock for r in both) for hour in range(24))
        )


def save(db: Connection, rule: Rule, **target: Any) -> None:
    target = target or {"role": "head"}
    columns = ", ".join(target)
    db.execute(
        text(
            "INSERT INTO work.rule (rule, category, area_id, kind, days, weekdays, starts, ends, " + columns + ")"
            " SELECT :rule, nullif(:category, ''), (SELECT area_id FROM core.area WHERE code = :area),"
            " nullif(:kind, ''), nullif(:days, ''), CAST(:weekdays AS smallint[]), CAST(:starts AS time),"
            " CAST(:ends AS time), " + ", ".join(f":{name}" for name in target)
        ),
        {
            "rule": rule.name,
            "category": rule.category,
            "area": rule.area,
            "kind": rule.kind,
            "days": rule.days,
            "weekdays": list(rule.weekdays) or None,
            "starts": rule.hours and f"{rule.hours[0]:02}:00",
            "ends": rule.hours and f"{rule.hours[1]:02}:00",
            **target,
        },
    )


def try_save(db: Connection, rule: Rule, **target: Any) -> str:
    """What the database said against it; empty when it is saved."""
    savepoint = db.begin_nested()
    try:
        save(db, rule, **target)
    except DBAPIError as error:
        savepoint.rollback()
        return str(error.orig)
    savepoint.commit()
    return ""


def route(db: Connection, category: str, code: str, at: str = "2026-11-23 10:00+08", *, explain: bool = False) -> Any:
    return db.execute(
        text(
            "SELECT r.* FROM app.area_at(now()) AS v CROSS JOIN LATERAL"
            " app.route(:category, v.path, CASE WHEN v.level = 'grid' THEN v.kind END, :at, :explain) AS r"
            " WHERE v.code = :code"
        ),
        {"category": category, "code": code, "at": at, "explain": explain},
    ).one()


def test_without_rules_it_is_the_post_on_duty(db: Connection) -> None:
    found = route(db, "gas", A)
    assert (found.rule, found.assigned_by, found.role, found.code) == ("post on duty", "post on duty", "worker", A)
    assert (found.priority, found.due_hours, found.due_unit, found.others) == (3, 2, "calendar", None)
    assert route(db, "gas", C).department == "城管"
    assert route(db, "gas", B).role == "head"


def test_the_most_specific_rule_wins_and_says_who_by_when(db: Connection) -> None:
    save(db, Rule("all hazards", "hazard"), role="centre")
    save(db, Rule("gas", "gas"), department="消防")
    save(db, Rule("fire in the north", "fire", NORTH), role="head")
    db.execute(text("UPDATE work.rule SET priority = 1, due_hours = 1, due_unit = 'working' WHERE rule = 'gas'"))
    gas = route(db, "gas", A)
    assert (gas.rule, gas.department, gas.code, gas.priority) == ("gas", "消防", DISTRICT, 1)
    assert (gas.due_hours, gas.due_unit) == (1, "working")
    assert (route(db, "fire", A).rule, route(db, "fire", A).role) == ("fire in the north", "head")
    assert (route(db, "fire", C).rule, route(db, "fire", C).code) == ("all hazards", f"{SOUTH}001")
    assert route(db, "dispute", A).rule == "post on duty"


def test_a_rule_whose_target_is_nobody_here_leaves_it_to_the_post_on_duty(db: Connection) -> None:
    save(db, Rule("heads", area=SOUTH), role="unit_head")
    found = route(db, "hazard", C)
    assert (found.rule, found.assigned_by, found.role) == ("heads", "post on duty", "centre")


def test_a_department_without_a_post_here_still_has_it(db: Connection) -> None:
    save(db, Rule("law", "dispute"), department="司法局")
    assert (route(db, "dispute", A).role, route(db, "dispute", A).department) == ("instructor", "司法局")
    found = route(db, "dispute", B)
    assert (found.post_id, found.department, found.assigned_by) == (None, "司法局", "rule")


def test_a_person_has_it_wherever_it_is(db: Connection) -> None:
    post = add_post(db, B, "worker", name="周五(虚构)")
    person = db.execute(text("SELECT person_id FROM core.post WHERE post_id = :id"), {"id": post}).scalar_one()
    save(db, Rule("his", "gas"), person_id=person)
    assert route(db, "gas", C).post_id == post


def test_the_explanation_says_why_not(db: Connection) -> None:
    save(db, Rule("all"))
    save(db, Rule("gas by day", "gas", hours=(8, 16)))
    save(db, Rule("disputes", "dispute"))
    save(db, Rule("south", "gas", SOUTH))
    save(db, Rule("special", "gas", kind="special"))
    save(db, Rule("holidays", "gas", days="holiday"))
    save(db, Rule("sundays", "gas", weekdays=(7,)))
    save(db, Rule("nights", "gas", hours=(22, 6)))
    found = route(db, "gas", A, explain=True)
    assert found.rule == "gas by day"
    why = {other["rule"]: other["why_not"] for other in found.others}
    assert len(why) == 7
    assert why["all"] == "it applies, and gas by day is more specific in category"
    assert why["disputes"] == "category: it is for dispute (矛盾纠纷) and what lies below"
    assert why["south"] == f"area: it is for {SOUTH}"
    assert why["special"] == "kind: it is for special grids, this is base"
    assert why["holidays"] == "days: it is for holiday days, 2026-11-23 is a working day"
    assert why["sundays"] == "weekdays: it is for 7 (1 = Monday), 2026-11-23 is a 1"
    assert why["nights"] == "hours: it is for 22:00-06:00, this is 10:00"


def test_ties_are_refused_when_saved_and_both_are_named(db: Connection) -> None:
    save(db, Rule("one", "gas", hours=(8, 16)))
    said = try_save(db, Rule("two", "gas", hours=(12, 20)))
    assert "rules one and two" in said and RULES_TIED in said
    assert try_save(db, Rule("three", "gas", hours=(16, 24))) == ""
    moved = db.begin_nested()
    with pytest.raises(DBAPIError, match="rules one and three"):
        db.execute(text("UPDATE work.rule SET starts = '12:00', ends = '20:00' WHERE rule = 'three'"))
    moved.rollback()
    db.execute(  # both in one statement
        text(
            "UPDATE work.rule SET starts = CASE rule WHEN 'one' THEN '16:00'::time ELSE '08:00' END,"
            " ends = CASE rule WHEN 'one' THEN '24:00'::time ELSE '16:00' END WHERE rule IN ('one', 'three')"
        )
    )


def test_a_shift_that_moves_cannot_make_a_tie(db: Connection) -> None:
    save(db, Rule("early"), role="head", shift="early")
    save(db, Rule("late"), role="head", shift="late")
    assert route(db, "gas", A, "2026-11-23 17:00+08").rule == "late"
    savepoint = db.begin_nested()
    with pytest.raises(DBAPIError, match="rules early and late"):
        db.execute(text("UPDATE core.shift SET starts = '15:00', ends = '23:00' WHERE shift = 'late'"))
    savepoint.rollback()


def test_a_category_that_moves_measures_its_rules_anew(db: Connection) -> None:
    save(db, Rule("gas", "gas"))
    save(db, Rule("gas2", "fire"))
    db.execute(text("UPDATE work.category SET parent = NULL WHERE category = 'gas'"))
    assert db.execute(text("SELECT specificity[1] FROM work.rule WHERE rule = 'gas'")).scalar() == 1
    assert route(db, "gas", A).rule == "gas"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"department": "无此局"}, "nobody is in department 无此局"),
        ({"note": "nobody"}, "rule_names_one_target"),
        ({"role": "head", "department": "城管"}, "rule_names_one_target"),
        ({"role": "king"}, "rule_role_fkey"),
        ({"role": "head", "priority": 6}, "priority_is_1_to_5"),
        ({"role": "head", "due_hours": 5}, "rule_says_due_hours_and_their_unit"),
        ({"role": "head", "shift": "none"}, "rule_shift_fkey"),
        ({"department": " "}, "department"),
    ],
)
def test_a_broken_rule_is_refused(db: Connection, target: dict[str, Any], said: str) -> None:
    assert said in try_save(db, Rule("broken"), **target)


def test_a_rule_of_an_area_that_ended_is_refused(db: Connection) -> None:
    db.execute(text("INSERT INTO core.area (network, code, level) VALUES ('base', '360302009', 'town')"))
    assert "area 360302009 has ended" in try_save(db, Rule("gone", area="360302009"))


hours = st.sampled_from(HOURS)
rules = st.builds(
    Rule,
    name=st.just(""),
    category=st.sampled_from(["", *CATEGORIES]),
    area=st.sampled_from(AREAS),
    kind=st.sampled_from(KINDS),
    days=st.sampled_from(sorted(DAYS)),
    weekdays=st.sampled_from([(), (), (1, 2, 3, 4, 5), (6, 7), (1,)]),
    hours=hours,
)
INSTANTS = [
    (datetime(2026, 9, 20, 3, tzinfo=CHINA), "working"),  # a Sunday on which people work
    (datetime(2026, 9, 21, 10, tzinfo=CHINA), "working"),
    (datetime(2026, 9, 26, 17, tzinfo=CHINA), "weekend"),
    (datetime(2026, 10, 1, 23, tzinfo=CHINA), "holiday"),
    (datetime(2026, 11, 23, 8, tzinfo=CHINA), "working"),
    (datetime(2026, 11, 22, 15, 59, 59, tzinfo=CHINA), "weekend"),
]
LOCAL = [("2026-09-20", True, None), ("2026-10-01", False, "国庆节")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(rules, min_size=1, max_size=9), chance=st.randoms(use_true_random=False))
def test_whatever_is_saved_the_most_specific_that_applies_wins(
    db: Connection, wanted: list[Rule], chance: random.Random
) -> None:
    savepoint = db.begin_nested()
    try:
        model_and_database_agree(db, wanted, chance)
    finally:
        savepoint.rollback()


def model_and_database_agree(db: Connection, wanted: list[Rule], chance: random.Random) -> None:
    for day, works, name in LOCAL:
        db.execute(
            text("UPDATE core.calendar_day SET is_working = :works, name = :name WHERE date = :day"),
            {"day": day, "works": works, "name": name},
        )
    saved: list[Rule] = []
    for n, rule in enumerate(wanted):
        named = replace(rule, name=f"r{n}")
        tied = [o.name for o in saved if o.specificity == named.specificity and o.may_meet(named)]
        said = try_save(db, named)
        assert bool(said) == bool(tied), (named, tied, said)
        if said:
            assert RULES_TIED in said and named.name in said and any(name in said for name in tied)
        else:
            saved.append(named)
    first = {case: check(db, saved, *case) for case in cases(chance)}
    db.execute(text("DELETE FROM work.rule"))
    chance.shuffle(saved)
    for rule in saved:
        assert try_save(db, rule) == "", "what stood together can be saved in any order"
    assert {case: check(db, saved, *case) for case in first} == first


def cases(chance: random.Random) -> list[tuple[str, str, int]]:
    return chance.sample(list(itertools.product(CATEGORIES, (A, B, C), range(len(INSTANTS)))), 6)


def check(db: Connection, saved: list[Rule], category: str, code: str, instant: int) -> str:
    at, day_kind = INSTANTS[instant]
    meant = [
        rule for rule in saved if rule.applies(CATEGORIES[category], code, "base", day_kind, at.isoweekday(), at.hour)
    ]
    found = route(db, category, code, at.isoformat(), explain=True)
    best = max(meant, key=lambda rule: rule.specificity).name if meant else "post on duty"
    assert found.rule == best
    assert {other["rule"] for other in found.others} == {rule.name for rule in saved} - {best}
    applying = {o["rule"] for o in found.others if o["why_not"].startswith("it applies")}
    assert applying == {rule.name for rule in meant} - {best}
    return str(found.rule)


# Rosters.


def roster(db: Connection, post: int, shift: str, since: str, **more: Any) -> None:
    values = {"post_id": post, "shift": shift, "valid_from": since, **more}
    db.execute(
        text(f"INSERT INTO core.roster ({', '.join(values)}) VALUES ({', '.join(':' + name for name in values)})"),
        values,
    )


def test_three_shifts_a_day_take_turns(db: Connection) -> None:
    """Three teams, six days: each works two days early, two late, two at night."""
    db.execute(text("UPDATE core.post SET valid_to = '2020-01-01' WHERE role = 'worker'"))
    teams = [add_post(db, A, "worker", name=f"甲{n}(虚构)") for n in range(3)]
    for n, team in enumerate(teams):
        for k, shift in enumerate(("early", "late", "night")):
            for day in range(2):
                start = datetime(2026, 11, 2) + timedelta(days=(2 * (k + n) + day) % 6)
                roster(db, team, shift, start.date().isoformat(), every_days=6)
    seen = []
    for day in range(6):
        at = datetime(2026, 11, 9, tzinfo=CHINA) + timedelta(days=day)
        for hour in (4, 12, 20):
            seen.append(route(db, "gas", A, (at + timedelta(hours=hour)).isoformat()).post_id)
    assert all(len(set(seen[i : i + 3])) == 3 for i in range(0, 18, 3)), "one team a shift"
    assert [seen.count(team) for team in teams] == [6, 6, 6]
    assert seen[:3] == seen[3:6] or seen[3:6] == seen[6:9], "two days the same"


def test_a_night_past_midnight_belongs_to_the_day_it_began(db: Connection) -> None:
    worker = db.execute(text("SELECT post_id FROM core.post WHERE role = 'worker'")).scalar_one()
    db.execute(text("INSERT INTO core.shift VALUES ('dark', '夜班二', 'dark', '22:00', '06:00')"))
    roster(db, worker, "dark", "2026-11-06", valid_to="2026-11-10", weekdays=[5])
    on = {
        at: route(db, "gas", A, at).role == "worker"
        for at in ("2026-11-06 21:59+08", "2026-11-06 22:00+08", "2026-11-07 05:59+08", "2026-11-07 06:00+08",
                   "2026-11-07 23:00+08", "2026-11-06 05:00+08")
    }  # fmt: skip
    assert list(on.values()) == [False, True, True, False, False, False]
    assert route(db, "gas", A, "2026-11-05 12:00+08").role == "worker", "before its roster a post is always on duty"
    assert route(db, "gas", A, "2026-11-11 12:00+08").role == "worker"


# Re-routing.


def report(db: Connection, column: float, row: float, category: str = "hazard") -> Any:
    lon, lat = spot(column, row)
    return db.execute(
        text(
            "SELECT * FROM app.receive_report(jsonb_build_object('network', 'base', 'zone', 'Asia/Shanghai',"
            " 'category', CAST(:category AS text), 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84',"
            " CAST(:lat AS float8), 'lon', 0, 'lat', 0, 'system', 'wgs84', 'description', '灯'))"
        ),
        {"lon": lon, "lat": lat, "category": category},
    ).one()


def events(db: Connection, ticket: Any) -> list[Any]:
    return list(
        db.execute(
            text("SELECT action, detail, from_step, to_step FROM work.event WHERE ticket_id = :id ORDER BY event_id"),
            {"id": ticket.ticket_id},
        )
    )


def test_another_category_is_routed_once_with_its_reason(db: Connection) -> None:
    save(db, Rule("fires", "fire"), department="消防")
    ticket = report(db, 0.5, 0.5)
    change = text("SELECT app.change_category(:n, :c, 'wang', 'dispatcher')")
    for _ in range(2):
        assert refusal(db, change, n=ticket.number, c="gas") is None
    received, changed = events(db, ticket)
    assert (changed.action, changed.detail["from"], changed.detail["to"]) == ("recategorised", "hazard", "gas")
    assert (changed.detail["rule"], changed.detail["from_post_id"]) == ("fires", ticket.post_id)
    now = db.execute(
        text("SELECT t.*, p.department FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)"
             " WHERE ticket_id = :id"), {"id": ticket.ticket_id},
    ).one()  # fmt: skip
    assert (now.category, now.department, now.due_at - now.received_at) == ("gas", "消防", timedelta(hours=2))
    told = db.execute(text("SELECT topic FROM work.outbox WHERE ticket_id = :id ORDER BY 1"), {"id": ticket.ticket_id})
    assert list(told.scalars()) == ["ticket.recategorised", "ticket.received"]


def test_another_place_is_located_and_routed_again(db: Connection) -> None:
    ticket = report(db, 0.5, 0.5)
    lon, lat = spot(0.5, 1.5)
    place = f'{{"lon_wgs84": {lon}, "lat_wgs84": {lat}, "lon": 1, "lat": 2, "system": "gcj02"}}'
    change = text("SELECT app.change_location(:n, CAST(:p AS jsonb), 'wang', 'dispatcher', '居民说在南边')")
    assert refusal(db, change, n=ticket.number, p=place) is None
    moved = events(db, ticket)[-1]
    assert (moved.action, moved.detail["from"], moved.detail["to"]) == ("replaced", A, C)
    now = db.execute(
        text("SELECT a.code, p.path = t.path AS is_same, p.system, q.role FROM work.ticket AS t"
             " JOIN work.ticket_private AS p USING (ticket_id) JOIN core.area AS a ON a.area_id = t.area_id"
             " JOIN core.post AS q ON q.post_id = p.post_id WHERE ticket_id = :id"), {"id": ticket.ticket_id},
    ).one()  # fmt: skip
    assert tuple(now) == (C, True, "gcj02", "centre")


@pytest.mark.parametrize(
    ("scope", "role", "said"),
    [("{0}", "worker", "not_allowed"), ("{}", "dispatcher", "not_allowed"), ("{0}", "dispatcher", None)],
)
def test_only_who_dispatches_there_may(db: Connection, scope: str, role: str, said: str | None) -> None:
    ticket = report(db, 0.5, 0.5)
    db.execute(text("SELECT set_config('gisgrid.private', :scope, true)"), {"scope": scope})
    change = text("SELECT app.change_category(:n, 'dispute', 'x', :role)")
    assert refusal(db, change, n=ticket.number, role=role) == said
    assert refusal(db, change, n="none", role=role) == "unknown"


def test_nobody_then_somebody_moves_it_out_of_dispatch(db: Connection) -> None:
    db.execute(text("UPDATE core.post SET valid_to = now() WHERE valid_to = 'infinity'"))
    ticket = report(db, 0.5, 0.5)
    assert ticket.step == "assign"
    add_post(db, A, "worker")
    db.execute(text("SELECT app.change_category(:n, 'dispute', 'x', 'admin')"), {"n": ticket.number})
    assert (events(db, ticket)[-1].from_step, events(db, ticket)[-1].to_step) == ("assign", "handle")


def test_a_rule_decides_where_a_redraw_puts_tickets(db: Connection, tmp_path: Path) -> None:
    save(db, Rule("B's disputes", "dispute", B), role="centre")
    ticket = report(db, 1.5, 0.5, "dispute")
    changeset = db.execute(
        text("INSERT INTO draft.changeset (area_code, valid_from, ground) VALUES (:a, now(), 'any')"
             " RETURNING changeset_id"), {"a": NORTH},
    ).scalar_one()  # fmt: skip
    for code, shape in zip((A, B), draw("ABB").values(), strict=True):
        db.execute(
            text("UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                 " WHERE changeset_id = :id AND code = :code"),
            {"wkt": shape.wkt, "id": changeset, "code": code},
        )  # fmt: skip
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    assert db.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset}).scalar() == 1
    moved = events(db, ticket)[-1]
    assert (moved.action, moved.detail["from"], moved.detail["to"]) == ("moved", A, B)
    assert (moved.detail["rule"], moved.detail["changeset"]) == ("B's disputes", changeset)
    assert db.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset}).scalar() == 0
    assert len(events(db, ticket)) == 2


def test_a_post_that_is_handed_over_keeps_its_roster(db: Connection) -> None:
    worker = db.execute(text("SELECT post_id FROM core.post WHERE role = 'worker'")).scalar_one()
    roster(db, worker, "late", "2026-01-01")
    changeset = db.execute(
        text("INSERT INTO draft.changeset (area_code, valid_from, ground) VALUES (:a, now(), 'any')"
             " RETURNING changeset_id"), {"a": NORTH},
    ).scalar_one()  # fmt: skip
    db.execute(text("DELETE FROM draft.area WHERE changeset_id = :id AND code = :code"), {"id": changeset, "code": A})
    db.execute(
        text("UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
             " WHERE changeset_id = :id AND code = :code"),
        {"wkt": draw("BBB")["B"].wkt, "id": changeset, "code": B},
    )  # fmt: skip
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    for _ in range(2):
        db.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset})
    heir = db.execute(
        text("SELECT post_id FROM core.post WHERE role = 'worker' AND valid_to = 'infinity'")
    ).scalar_one()
    assert heir != worker
    shifts = db.execute(text("SELECT shift FROM core.roster WHERE post_id = :id"), {"id": heir})
    assert list(shifts.scalars()) == ["late"]
