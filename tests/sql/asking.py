"""Every answer of a district that has lived, as text that can be compared: HTTP as everybody, and SQL.

What is asked says at which instant. Left out, because it depends on the day on which it is asked: `state=today`;
what a reporter may do still (a day, thirty days after closing); who is on shift this minute. Left out, because it says
when the schema was deployed: Open311's discovery.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import mapbox_vector_tile
from fastapi.testclient import TestClient
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.geo import LonLat, tile_at
from tests.drawing import spot
from tests.sql.doors import Doors
from tests.sql.lived_in import ACCOUNTS, DISTRICT, LATE, MARKET, NEW, NORTH, OLD, Life

PASSING = {"may", "is_on_shift", "now"}
"""Parts of answers that hang on the minute in which they are asked; `now` is the clock of a style."""
STAFF = ("", "boss", "north", "wang", "chengguan", "pen")
LAYERS = ("area", "ticket", "camera", "patrol", "device", "ground")
LISTS = ("mine", "area", "no_grid", "near_edge", "due_soon", "overdue", "waiting", "reporter")


@dataclass(frozen=True)
class Case:
    """What is asked about: instants (`now` is when the story ended), codes ever given, ticket numbers, change sets."""

    now: str
    instants: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    changesets: tuple[int, ...]
    receipts: tuple[tuple[str, str], ...]
    secrets: dict[str, str]


def case_of(doors: Doors, life: Life) -> Case:
    """What there is to ask about in this database, now that its story has ended."""
    owner = Database(doors.cluster.owner_url, role=OWNER)
    with owner.transaction(EVERYTHING) as db:
        now: datetime = db.execute(text("SELECT clock_timestamp()")).scalar_one()
        codes = db.execute(text("SELECT DISTINCT network, code FROM core.area ORDER BY 1, 2")).all()
        numbers = db.execute(text("SELECT number FROM work.ticket ORDER BY ticket_id")).scalars().all()
        changesets = db.execute(text("SELECT changeset_id FROM draft.changeset ORDER BY 1")).scalars().all()
        published: datetime = db.execute(
            text("SELECT published_at FROM draft.changeset WHERE title = 'correction'")
        ).scalar_one()
    owner.close()
    instants = (
        OLD,
        "2023-06-12",
        NEW,
        "2025-03-01T18:00:00+08:00",
        "2025-07-06",
        published.isoformat(),
        now.isoformat(),
    )
    secrets = {name: doors.secrets[name] for name in ACCOUNTS}
    receipts = tuple((str(one["number"]), str(one["secret"])) for one in life.receipts.values() if "secret" in one)
    pairs = tuple((network, code) for network, code in codes)
    return Case(now.isoformat(), instants, pairs, tuple(numbers), tuple(changesets), receipts, secrets)


def read_case(found: dict[str, Any]) -> Case:
    """A case that was kept as JSON."""
    pairs = {name: tuple(map(tuple, found[name])) for name in ("codes", "receipts")}
    return Case(**{**found, **{k: tuple(found[k]) for k in ("instants", "numbers", "changesets")}, **pairs})


def keep_case(case: Case) -> dict[str, Any]:
    """A case as JSON."""
    return asdict(case)


def ask_everything(doors: Doors, case: Case) -> dict[str, Any]:
    """Every answer by its question."""
    doors.secrets.update(case.secrets)
    answers = {f"{who or 'stranger'} {path}": _get(doors.client(who), path) for who, path in _paths(case)}
    for number, secret in case.receipts:
        answers[f"reporter {number}"] = _get(doors.client(**{"X-Report-Secret": secret}), f"/api/v1/reports/{number}")
    return answers | _ask_sql(doors, case)


def differences(before: dict[str, Any], after: dict[str, Any], *, words: bool = True) -> list[str]:
    """Where do two sets of answers part? The question, and the first place in which its answers differ.

    Without `words` a refusal is its status, its title and the fields that it is about: how it is worded may change
    from one version to the next, and more languages may come.
    """
    found = [f"{question}: asked only once" for question in sorted(before.keys() ^ after.keys())]
    for question in sorted(before.keys() & after.keys()):
        pair = [one if words else _without_words(one) for one in (before[question], after[question])]
        if pair[0] != pair[1]:
            found.append(f"{question}: {_first_difference(pair[0], pair[1], '')}")
    return found


def _without_words(answer: Any) -> Any:
    if not isinstance(answer, dict) or answer["status"] < 400 or "errors" not in (answer["body"] or {}):
        return answer
    body = answer["body"]
    fields = [error["field"] for error in body["errors"] if error["message"]]
    return {"status": answer["status"], "title": body["title"], "type": body["type"], "fields": fields}


def _first_difference(before: Any, after: Any, place: str) -> str:
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        pairs = [(f"{place}.{key}", before[key], after[key]) for key in before]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(f"{place}[{n}]", *pair) for n, pair in enumerate(zip(before, after, strict=True))]
    elif isinstance(before, dict) and isinstance(after, dict):
        lost, new = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
        return f"{place or 'all of it'}: without {lost}, with {new}"
    else:
        told = (json.dumps(one, ensure_ascii=False)[:300] for one in (before, after))
        return f"{place or 'all of it'}: {' -> '.join(told)}"
    return next(_first_difference(b, a, where) for where, b, a in pairs if b != a)


def _paths(case: Case) -> Iterator[tuple[str, str]]:
    """Who asks what."""
    yield from (("", path) for path in _of_facts(case))
    for who in STAFF:
        yield from ((who, path) for path in _of_tickets(case))
        yield from ((who, path) for path in _of_changesets(case))
        yield from ((who, path) for path in _of_tiles(case))


def _url(path: str, **asked: Any) -> str:
    return f"{path}?{urlencode({k.rstrip('_'): v for k, v in asked.items() if v not in ('', None)})}"


def _of_facts(case: Case) -> Iterator[str]:
    """Areas, places, counters, rules: the same for everybody."""
    yield from (f"/api/v1/{what}" for what in ("categories", "workflows", "sources"))
    yield from (f"/open311/v2/{what}" for what in ("services.json", "requests.json"))
    yield from (f"/tiles/{layer}.json" for layer in ("area", "ticket", "ground", "area,ticket"))
    yield from (f"/api/v1/aliases/{alias}" for alias in ("DJ-X", "DJ-Z", "nothing"))
    for at in case.instants:
        yield from (_url("/api/v1/areas", at=at, network=network) for network in ("base", "party"))
        yield _url("/api/v1/areas", at=at, as_recorded=case.instants[-2])
        for _, code in case.codes:
            network = "party" if code.startswith("DJ") else "base"
            yield _url(f"/api/v1/areas/{code}", at=at, network=network)
            yield _url("/api/v1/counters", area=code, at=at, network=network)
            yield _url("/api/v1/counters", area=code, at=at, network=network, as_recorded=case.instants[-2])
        for column, row in ((0.5, 0.5), (2, 1.5), (4, 3.5), (4.8, 1.8), (5.5, 2.5), (6.5, 0.5), (-3.0, 1.0)):
            lon, lat = (round(value, 7) for value in spot(column, row))
            where = {"lon": lon, "lat": lat, "system": "wgs84", "at": at}
            yield _url("/api/v1/locate", **where, accuracy_m=80)
            yield _url("/api/v1/locate", **where, as_recorded=case.instants[-2])
            yield _url("/api/v1/duty", **where)
            yield from (_url("/api/v1/route", **where, category=c) for c in ("road", "pothole", "quarrel"))
    for network, code in case.codes:
        yield _url(f"/api/v1/areas/{code}/lineage", network=network, at=case.now)
        when = {"from_": OLD, "to": case.now, "at": case.now}
        yield _url(f"/api/v1/areas/{code}/figures", network=network, **when)


def _of_tickets(case: Case) -> Iterator[str]:
    """Lists, details, exports, figures: more of them for some."""
    yield from (f"/api/v1/tickets/{number}" for number in case.numbers)
    yield from (f"/api/v1/tickets/{number}/photos" for number in case.numbers[-20:])
    yield from (f"/api/v1/tickets/{number}/{what}" for number in case.numbers[-8:] for what in ("assignees", "similar"))
    yield "/api/v1/worklists"
    asked: list[dict[str, str]] = [{"list_": name} for name in LISTS]
    asked += [{"state": state} for state in ("", "open", "done", "due_soon", "overdue", "unplaced")]
    asked += [{"area": code} for code in (NORTH, MARKET)] + [{"category": c} for c in ("livelihood", "wire")]
    asked += [{"step": "handle"}, {"method": "none"}, {"from_": "2024-01-01", "to": "2025-03-01"}]
    yield from (_url("/api/v1/tickets", limit="1000", **one) for one in asked)
    yield from (_url(f"/api/v1/tickets.{ending}", state="open") for ending in ("csv", "geojson"))
    yield _url("/api/v1/tickets.csv", lang="en")
    for by in ("area", "category", "source", "post", "department", "day", "month"):
        yield _url("/api/v1/figures", by=by, at=case.now, from_=OLD, to=case.now)
    yield _url("/api/v1/figures", by="area", level="grid", area=DISTRICT, at=LATE)
    yield from (_url("/api/v1/ranking", of=of, at=case.now, from_=OLD) for of in ("grid", "community", "town", "post"))


def _of_changesets(case: Case) -> Iterator[str]:
    yield "/api/v1/changesets"
    for number in case.changesets:
        yield from (f"/api/v1/changesets/{number}{what}" for what in ("", "/preview"))


def _of_tiles(case: Case) -> Iterator[str]:
    for zoom in (12, 14, 16):
        tiles = {
            tile_at(LonLat(*spot(column, row)), zoom) for column in (0.5, 2.5, 5.0, 7.5) for row in (0.5, 2.5, 4.5)
        }
        for tile in sorted(tiles, key=lambda t: (t.x, t.y)):
            where = f"{tile.z}/{tile.x}/{tile.y}.mvt"
            yield from (_url(f"/tiles/{layer}/{where}", at=case.now) for layer in LAYERS)
            yield _url(f"/tiles/area/{where}", at="2024-01-01")
    yield "/style/day.json"


def _get(client: TestClient, path: str) -> Any:
    """Status and what was said, without what passes; of a tile its features, of a table its rows."""
    answer = client.get(path)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    body: Any = None
    if kind == "application/vnd.mapbox-vector-tile":
        body = mapbox_vector_tile.decode(answer.content)
    elif kind == "text/csv":
        body = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    elif answer.content:
        body = json.loads(answer.content)
    return {"status": answer.status_code, "body": json.loads(json.dumps(_lasting(body)))}


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(one) for key, one in value.items() if key not in PASSING}
    return [_lasting(one) for one in value] if isinstance(value, list | tuple) else value


SQL = {
    "locate": "SELECT l.code, l.kind, l.path, l.method, l.confidence FROM app.locate("
    "ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :network, :at, :accuracy_m, :as_recorded) AS l",
    "counters": "SELECT c.* FROM app.counters(:area, :at, 'Asia/Shanghai', '24 h') AS c",
    "counters_then": "SELECT c.* FROM app.counters_then(:area, :at, 'Asia/Shanghai', '24 h', :as_recorded) AS c",
    "successors": "SELECT s.* FROM app.successors(:area, :at) AS s ORDER BY s.code",
    "find_named": "SELECT f.* FROM app.find_named(:words) AS f ORDER BY f.rank, f.what, f.code, f.name",
    "next_code": "SELECT app.next_code('base', :parent, :like) AS code",
    "area_at": "SELECT md5(string_agg(v::text, ',' ORDER BY v.area_version_id)) AS versions FROM app.area_at(:at) AS v",
    "area_now": "SELECT a.* FROM app.area_now AS a ORDER BY a.network, a.code",
}
"""SQL that programs and QGIS ask, as the owner."""


def _ask_sql(doors: Doors, case: Case) -> dict[str, Any]:
    owner = Database(doors.cluster.owner_url, role=OWNER, statement_timeout_s=60)
    answers = {}
    with owner.transaction(EVERYTHING) as db:
        areas = db.execute(text("SELECT area_id, code FROM core.area ORDER BY area_id")).all()
        for name, values in _of_sql(case, [(area.area_id, area.code) for area in areas]):
            rows = [dict(row._mapping) for row in db.execute(text(SQL[name]), values)]
            question = f"sql {name} {json.dumps(values, ensure_ascii=False, default=str)}"
            answers[question] = json.loads(json.dumps(rows, default=str))
    owner.close()
    return answers


def _of_sql(case: Case, areas: list[tuple[int, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    quarter = [(column / 2, row / 2) for row in range(-1, 12) for column in range(-1, 18)]
    instants = [datetime.fromisoformat(at if len(at) > 10 else f"{at}T00:00:00+08:00") for at in case.instants]
    before = instants[-2] - timedelta(seconds=1)
    for at, known in [(at, None) for at in instants[2:]] + [(instants[-1], before), (instants[-3], before)]:
        for column, row in quarter:
            lon, lat = spot(column, row)
            values = {"lon": lon, "lat": lat, "network": "base", "at": at, "accuracy_m": None, "as_recorded": known}
            yield "locate", values
    for area, _ in [(0, ""), *areas]:
        for at in instants[1:]:
            yield "counters", {"area": area, "at": at}
            yield "counters_then", {"area": area, "at": at, "as_recorded": None}
            yield "counters_then", {"area": area, "at": at, "as_recorded": before}
        if area:
            yield "successors", {"area": area, "at": instants[-1]}
    yield from (("find_named", {"words": words}) for words in ("3栋", "网格360302001001", "大市场", "CAM", "nothing"))
    yield from (("next_code", {"parent": f"{NORTH}00{n}", "like": None}) for n in (1, 2))
    yield from (("area_at", {"at": at}) for at in instants)
    yield "area_now", {}
