"""Where a point is private, no public answer tells of it, wherever it is. Long because it asks at every door."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from gisgrid.geo import LonLat, tile_at
from tests.drawing import draw, spot, write_geojson
from tests.walls.conftest import CODES, LOGINS, START, Facts
from tests.walls.test_logins import READABLE

OUTSIDERS = ("", "away", "drawer", "reader")
"""A stranger, a worker of a grid in the other town, who draws the boundaries of this one, who reads its figures."""
MIDDLE = (1.0, 1.0, 1.0)
"""Column, row, accuracy in metres: the middle of grid A."""
UNTOLD = ("/healthz", "/readyz", "/metrics", "/api/v1/events", "/style/{theme}.json")
"""Clocks of the service, and a stream that never ends: what it says stands in core.change, which SQL compares."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:?(\d\d)?|Z)?")
TIES = ("parent_id", "duplicate_of")
HIDDEN = ("method", "confidence", *TIES)
Answers = dict[str, tuple[int, str]]


def places(count: int) -> list[tuple[float, float, float]]:
    """Points of grid A with an accuracy, some of them on its edge and just outside it; the first is the same."""
    chance = random.Random(8)
    drawn = [(chance.uniform(0, 2), chance.uniform(0, 2), chance.choice([1, 15, 60, 400])) for _ in range(count)]
    return [MIDDLE, (0.0, 0.7, 1.0), (-0.02, 0.5, 30.0), *drawn]


def questions(app: FastAPI, number: str, *others: str) -> Iterator[str]:
    """Every door that is read, from the document of the service: as it is, and with each value of each choice.

    Of other tickets only what names one.
    """
    tile = tile_at(LonLat(*spot(1, 1)), 16)
    values = {"number": number, "code": CODES["A"], "alias": CODES["A"], "layers": "area,ticket", "theme": "day"}
    values |= {"name": "home", "z": tile.z, "x": tile.x, "y": tile.y, "photo_id": 1, "changeset_id": 1}  # type: ignore[dict-item]
    values |= {"kind": "reporter", "mark": "none"}
    lon, lat = spot(1, 1)
    needs = {
        "lon": lon,
        "lat": lat,
        "system": "wgs84",
        "category": "dispute",
        "q": CODES["A"],
        "id": "none",
        "from": "2023-01-01",
    }
    for path, door in app.openapi()["paths"].items():
        if "get" not in door or path in UNTOLD:
            continue
        asked = door["get"].get("parameters", [])
        needed = "&".join(
            f"{one['name']}={needs[one['name']]}" for one in asked if one["in"] == "query" and one.get("required")
        )
        for ticket in (number, *others) if "{number}" in path else (number,):
            plain = f"{path.format(**{**values, 'number': ticket})}?{needed}"
            yield plain
            for one in asked:
                for choice in choices(one["schema"]) if one["in"] == "query" else ():
                    yield f"{plain}&{one['name']}={choice}"
                if one["name"] == "confidence":
                    yield from (f"{plain}&list=near_edge&confidence={sure}" for sure in (0.1, 0.5, 0.9, 0.999))
    named = [f"/{ticket}.json" for ticket in (number, *others)]
    yield from (f"/open311/v2/requests{more}" for more in (*named, ".json", ".xml"))


def choices(schema: dict[str, Any]) -> list[str]:
    found: list[str] = schema.get("enum", [])
    return found + [value for one in schema.get("anyOf", []) for value in choices(one)]


def told_by_http(facts: Facts, who: str, *numbers: str) -> Answers:
    """What the service answers to all of these, without instants."""
    client = facts.client(who)
    told: Answers = {}
    for question in questions(facts.app, *numbers):
        answer = client.get(question)
        told[question] = (answer.status_code, plain(answer.content))
    return told


def plain(body: bytes) -> str:
    if body.startswith(b"PK"):
        sheets = zipfile.ZipFile(io.BytesIO(body))
        body = b"".join(sheets.read(name) for name in sorted(sheets.namelist()) if name.startswith("xl/"))
    return INSTANT.sub("*", body.decode("utf-8", "backslashreplace"))


def told_by_sql(facts: Facts, login: str) -> Answers:
    """All that a person's own login reads, relation by relation, without instants; of changes each box once."""
    walls, told = facts.walls, {}
    with walls.owner.transaction() as connection:
        relations = connection.execute(text(READABLE), {"login": login}).all()
    with walls.sit(login) as connection:
        for name, columns in ((one.name, one.columns) for one in relations):
            only = "DISTINCT layer, box" if name == "core.change" else columns
            rows = sorted(str(tuple(row)) for row in connection.execute(text(f"SELECT {only} FROM {name}")))
            told[name] = (len(rows), INSTANT.sub("*", re.sub(r"datetime\.datetime\([^)]*\)+", "*", "\n".join(rows))))
    return told


def told(facts: Facts, *numbers: str, outsiders: tuple[str, ...] = OUTSIDERS) -> Answers:
    found: Answers = {}
    for who in outsiders:
        found |= {f"{who or 'stranger'} {key}": value for key, value in told_by_http(facts, who, *numbers).items()}
    for kind in LOGINS:
        mine = told_by_sql(facts, facts.walls.login(kind))
        found |= {f"{kind} {key}": value for key, value in mine.items()}
    return found


def differing(one: Answers, other: Answers) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def test_wherever_the_point_is_every_public_answer_is_the_same(facts: Facts) -> None:
    """Two tickets whose public place is their grid, a dispute and an alarm, are moved and asked about together."""
    both = {"dispute": facts.report(*MIDDLE), "alarm": facts.alarm()}
    seen: dict[str, set[tuple[str, float]]] = {kind: set() for kind in both}
    first: Answers = {}
    for place in places(1):
        for kind, number in both.items():
            facts.move(number, *place)
            found = facts.see("home", number)["assignment"]
            seen[kind].add((found["method"], found["confidence"]))
        here = told(facts, *both.values())
        first = first or here
        assert differing(first, here) == set(), place
    assert any("near_edge" in key for key in first) and len(first) > 200
    assert all(any(f"/tickets/{number}?" in key for key in first) for number in both.values())
    for varied in seen.values():
        assert len(varied) >= 3 and {method for method, _ in varied} == {"inside", "edge", "nearest"}, "nothing varied"


def test_two_reports_from_one_grid_are_told_apart_by_number_and_instants_alone(facts: Facts) -> None:
    """As they come in, and as notices tell them."""
    said = set()
    for place in places(12):
        number = facts.report(*place)
        told_here = [told_by_one(facts, who, number) for who in OUTSIDERS]
        notice = facts.walls.one(
            "SELECT app.public_facts(ticket_id)::text FROM work.ticket WHERE number = :number", number=number
        )
        assert facts.see("", number)["grid"]["code"] == CODES["A"], place
        said.add(INSTANT.sub("*", "\n".join([*told_here, notice]).replace(number, "N")))
    assert len(said) == 1


def told_by_one(facts: Facts, who: str, number: str) -> str:
    client = facts.client(who)
    doors = (f"/api/v1/tickets/{number}", f"/open311/v2/requests/{number}.json")
    return "\n".join(plain(client.get(door).content) for door in doors)


@pytest.mark.parametrize("what", ["duplicate", "parent"])
@pytest.mark.parametrize("home_is_first", [True, False])
def test_a_tie_does_not_lead_to_a_home(facts: Facts, what: str, home_is_first: bool) -> None:
    """The dispute is in grid A, what it is tied to is public, and in grid B."""
    home, known = facts.report(1.9, 1, 30), facts.report(2.1, 1, 30, "hazard")
    child, other = (home, known) if home_is_first else (known, home)
    for who in (*OUTSIDERS, "next"):
        for number in (home, known):
            before = facts.client(who).get(f"/api/v1/tickets/{number}").text
            assert not {home, known} - {number} & set(re.findall(r"\d{8}-\d{6,}", before))
    facts.tie(child, other, what)
    for who in (*OUTSIDERS, "next"):
        for number, hidden in ((home, known), (known, home)):
            if who == "next" and number == home:
                continue
            assert hidden not in facts.client(who).get(f"/api/v1/tickets/{number}").text, (who, number)
    key = {"duplicate": "duplicate_of", "parent": "parent"}[what]
    for who in ("boss", "north"):
        assert facts.see(who, child)[key] == other
        assert facts.see(who, other)["duplicates" if what == "duplicate" else "parts"] == [child]
        listed = facts.client(who).get("/api/v1/tickets", params={"limit": 1000}).json()["tickets"]
        assert {one["number"]: one[key] for one in listed}[child] == other
    for who in OUTSIDERS:
        listed = facts.client(who).get("/api/v1/tickets", params={"limit": 1000}).json()["tickets"]
        assert {one["number"]: one[key] for one in listed}[child] is None


@pytest.mark.parametrize("home_is_first", [True, False])
def test_what_a_tie_does_elsewhere_does_not_tell_it(facts: Facts, home_is_first: bool) -> None:
    """The reporter's page, the notices of one instant, the time of the last change in Open311."""
    order = {"lon": spot(2.1, 1)[0], "lat": spot(2.1, 1)[1], "system": "wgs84", "category": "hazard"}
    known = facts.client().post("/api/v1/reports", json=order | {"description": "x"}).json()
    home = facts.report(1.9, 1, 30)
    changed_at = "SELECT app.ticket_changed_at(ticket_id) FROM work.ticket WHERE number = :number"
    with facts.walls.owner.transaction(EVERYTHING) as connection:
        last = connection.execute(text("SELECT max(outbox_id) FROM work.outbox")).scalar_one()
    child, other = (home, known["number"]) if home_is_first else (known["number"], home)
    changed = facts.walls.one(changed_at, number=other)
    facts.tie(child, other, "duplicate")
    secret = {"X-Report-Secret": known["secret"]}
    page = facts.client().get(f"/api/v1/reports/{known['number']}", headers=secret).json()
    assert home not in json.dumps(page)
    told = facts.walls.one("SELECT count(*) FROM work.outbox WHERE outbox_id > :last", last=last)
    assert told == 1, "two notices of one instant are a tie"
    assert facts.walls.one(changed_at, number=other) == changed


def test_a_tie_of_two_public_points_is_public(facts: Facts) -> None:
    one, other = facts.report(0.5, 0.5, category="hazard"), facts.report(0.51, 0.5, category="hazard")
    facts.tie(other, one, "parent")
    assert facts.see("", other)["parent"] == one and facts.see("away", one)["parts"] == [other]


def test_a_whole_that_waits_does_not_name_a_part_at_a_home(facts: Facts) -> None:
    part, whole = facts.report(1.9, 1, 30), facts.report(2.1, 1, 30, "hazard")
    facts.tie(part, whole, "parent")
    for who, named in (("next", False), ("boss", True)):
        client = facts.client(who)
        for step in ("handle", "inspect", "feedback", "rate"):
            answer = client.post(f"/api/v1/tickets/{whole}/steps", json={"step": step})
        assert answer.status_code in (403, 409) and (part in answer.text) == named, answer.text


def test_who_sees_the_private_half_sees_what_the_point_says(facts: Facts) -> None:
    number = facts.report(1.9, 1, 30)
    for who in ("home", "north", "boss"):
        assert facts.see(who, number)["assignment"]["method"] == "inside"
        assert facts.see(who, number)["assignment"]["confidence"] < 1
        listed = facts.client(who).get("/api/v1/tickets", params={"list": "near_edge", "limit": 1000}).json()
        assert number in {one["number"] for one in listed["tickets"]}


def test_a_public_point_is_told_as_before(facts: Facts) -> None:
    number = facts.report(1.9, 1, 30, "hazard")
    found = facts.see("", number)["assignment"]
    assert found["method"] == "inside" and 0 < found["confidence"] < 1
    listed = facts.client().get("/api/v1/tickets", params={"list": "near_edge", "limit": 1000}).json()["tickets"]
    assert number in {one["number"] for one in listed}
    with facts.walls.sit(facts.walls.login("south")) as connection:
        row = connection.execute(
            text("SELECT method, confidence FROM app.ticket_fact WHERE number = :number"), {"number": number}
        ).one()
    assert (row.method, row.confidence) == (found["method"], found["confidence"])


@pytest.mark.parametrize("kind", LOGINS)
def test_a_login_of_ones_own_has_no_such_column(facts: Facts, kind: str) -> None:
    facts.walls.one("SELECT 1 FROM work.ticket LIMIT 1")
    with facts.walls.owner.transaction() as connection:
        connection.execute(text("ANALYZE work.ticket"))
    for column in HIDDEN:
        for sql in (f"SELECT {column} FROM work.ticket", f"SELECT 1 FROM work.ticket WHERE {column} IS NOT NULL"):
            with pytest.raises(Exception, match="permission denied"), facts.walls.sit(facts.walls.login(kind)) as db:
                db.execute(text(f"EXPLAIN ANALYZE {sql}"))
    with facts.walls.sit(facts.walls.login(kind)) as db:
        known = set(db.execute(text("SELECT attname FROM pg_stats WHERE tablename = 'ticket'")).scalars())
    assert "category" in known and not known & set(HIDDEN)


@pytest.mark.parametrize("kind", LOGINS)
def test_no_plan_counts_by_a_hidden_value(facts: Facts, kind: str) -> None:
    """How many rows a question by edge drops is the same, wherever the point is."""
    number, dropped = facts.report(*MIDDLE), set()
    for place in places(2):
        facts.move(number, *place)
        with facts.walls.sit(facts.walls.login(kind)) as db:
            sql = "SELECT 1 FROM app.ticket_fact WHERE number = :number AND (method <> 'inside' OR confidence < 1)"
            plan = "\n".join(
                db.execute(text(f"EXPLAIN (ANALYZE, TIMING off, COSTS off) {sql}"), {"number": number}).scalars()
            )
        dropped.add(tuple(re.findall(r"rows=\d+|Removed by Filter: \d+", plan)))
    assert len(dropped) == 1


def test_a_home_that_changes_its_grid_is_shown_in_the_new_one(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The old grid's label point beside the new grid's code would say: it lies where both have been."""
    owner = Database(new_database(), role="gisgrid_owner", statement_timeout_s=120)
    folder = tmp_path_factory.mktemp("moved")
    for shapes, at in ((START, 2023), (draw("ABBB\nABBB\nCCDD"), 2024)):
        file = write_geojson(folder / f"{at}.geojson", {CODES[name]: shape for name, shape in shapes.items()})
        import_boundaries(owner, ImportOrder(file, datetime(at, 1, 1, tzinfo=UTC), level="grid"))
        with owner.transaction(EVERYTHING) as connection:
            if at == 2023:
                lon, lat = spot(1.5, 1)
                where = {"lon_wgs84": lon, "lat_wgs84": lat, "lon": lon, "lat": lat, "system": "wgs84"}
                what = {"network": "base", "zone": "UTC", "category": "dispute", "description": "x"}
                told = json.dumps(where | what)
                connection.execute(text("SELECT app.receive_report(:told)"), {"told": told})
            latest = connection.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
            while connection.execute(text("SELECT app.relocate_changeset(:id)"), {"id": latest}).scalar():
                pass
            shown = connection.execute(
                text(
                    "SELECT v.code, ST_Equals(t.geom, v.label_point) AS is_label FROM work.ticket AS t"
                    " JOIN app.area_at(now()) AS v ON v.area_id = t.area_id"
                )
            ).one()
        assert shown == (CODES["A" if at == 2023 else "B"], True)
    owner.close()


def test_a_planted_leak_is_caught(facts: Facts) -> None:
    """Over HTTP and by SQL: a ticket that says its point is public, a login that reads the whole table."""
    number = facts.report(*MIDDLE)
    with facts.walls.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("GRANT SELECT (method, confidence) ON work.ticket TO gisgrid_viewer"))
    first = told(facts, number, outsiders=())
    facts.move(number, 1.97, 1, 60)
    assert {f"{kind} work.ticket" for kind in LOGINS} == differing(first, told(facts, number, outsiders=()))
    with facts.walls.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("REVOKE SELECT (method, confidence) ON work.ticket FROM gisgrid_viewer"))
    facts.move(number, *MIDDLE)
    flag = text("UPDATE work.ticket SET has_public_point = true WHERE number = :number")
    with facts.walls.owner.transaction(EVERYTHING) as connection:
        connection.execute(flag, {"number": number})
    first = told(facts, number, outsiders=("",))
    with facts.walls.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.ticket SET confidence = 0.25 WHERE number = :number"), {"number": number})
    found = differing(first, told(facts, number, outsiders=("",)))
    for door in ("tickets?", "tickets.csv?", "tickets.xlsx?", "tickets.geojson?", "worklists?", f"tickets/{number}?"):
        assert any(f"stranger /api/v1/{door}" in key for key in found), door
    assert {f"{kind} app.ticket_fact" for kind in LOGINS} <= found
