"""Pings come in: from the worker who is signed in, and from his phone by the protocol of OsmAnd; what was covered.

Long because a rule a test.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from shapely import affinity
from sqlalchemy import text

from gisgrid.coordinates import from_wgs84
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.patrol import keep_walks
from gisgrid.patrol.walks import metres_of_a_degree
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.drawing import draw, spot

Json = dict[str, Any]


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def empty(owner: Database) -> None:
    ask(
        owner,
        "TRUNCATE overlay.ping, overlay.walk, overlay.walk_due, overlay.walker, overlay.ping_tally, "
        "overlay.patrol_cell",
    )


def ask(owner: Database, sql: str, **values: Any) -> list[Any]:
    with owner.transaction(EVERYTHING) as connection:
        done = connection.execute(text(sql), values)
        return [tuple(row) for row in done] if done.returns_rows else []


def keep(owner: Database) -> None:
    """As the worker process does each second."""
    with owner.transaction(EVERYTHING) as connection:
        while keep_walks(connection):
            pass


FORGET_KEPT = """
UPDATE overlay.walk SET kept_until = NULL, runs = NULL;
INSERT INTO overlay.walk_due (worker, hour, since) SELECT worker, hour, hour FROM overlay.walk
"""
NOW = datetime.now(UTC).replace(microsecond=0)


def ping(seconds_ago: float, column: float = 0.5, row: float = 0.5, **more: Any) -> Json:
    lon, lat = spot(column, row)
    return {"lon": lon, "lat": lat, "system": "wgs84", "at": (NOW - timedelta(seconds=seconds_ago)).isoformat(), **more}


def send(client: TestClient, *pings: Any) -> Json:
    answer = client.post("/api/v1/pings", json=list(pings))
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_a_batch_comes_in_once_and_each_other_ping_says_why(district: District, owner: Database) -> None:
    wang = district.client("wang")
    lon, lat = spot(0.5, 0.5)
    batch: list[Any] = [
        ping(300, accuracy_m=5),
        ping(290),
        ping(290),
        ping(280, accuracy_m=5000),
        ping(270, lon=lon + 0.01),
        {"lon": lon, "at": NOW.isoformat(), "system": "wgs84"},
        ping(265, at="2026-11-27"),
        ping(260, system=""),
        ping(255, system="wgs 1984"),
        ping(-3600),
        ping(8 * 86400),
        ping(250, lon=0.0, lat=0.0),
        ping(245, lon=lat, lat=lon),
        ping(240, at="1970-01-01T00:00:00Z"),
        ping(235, at=(NOW - timedelta(weeks=1024)).isoformat()),
        ping(295),
        "no ping",
    ]
    wanted = {
        2: "repeated",
        3: "coarse",
        4: "jump",
        5: "unreadable",
        6: "unreadable",
        7: "system",
        8: "system",
        9: "future",
        10: "late",
        11: "outside",
        12: "outside",
        13: "receiver",
        14: "receiver",
        16: "unreadable",
    }
    # 1 km in 20 s is what a train does: further away, it is a jump.
    batch[4]["lon"] = lon + 0.02
    answer = send(wang, *batch)
    assert {one["index"]: one["reason"] for one in answer["set_aside"]} == wanted
    assert answer["accepted"] == 3
    kept = "SELECT extract(EPOCH FROM :now - at)::int, doubt FROM overlay.ping ORDER BY at"
    stored = [(300, None), (295, None), (290, None), (280, "coarse"), (270, "jump")]
    assert ask(owner, kept, now=NOW) == stored
    tally = "SELECT reason, pings FROM overlay.ping_tally WHERE worker = 'wang' AND pings > 0 ORDER BY reason"
    first = dict(ask(owner, tally))
    assert first == {
        "accepted": 3, "coarse": 1, "future": 1, "jump": 1, "late": 1, "outside": 2, "receiver": 2, "repeated": 1,
        "system": 2, "unordered": 1, "unreadable": 3,
    }  # fmt: skip
    again = send(wang, *batch)
    assert again["accepted"] == 0 and len(again["set_aside"]) == len(batch)
    assert ask(owner, kept, now=NOW) == stored
    assert dict(ask(owner, tally))["accepted"] == 3


def test_other_systems_come_in_and_lines_of_json_too(district: District, owner: Database) -> None:
    wang = district.client("wang")
    lon, lat = spot(0.5, 0.5)
    shifted = from_wgs84(lon, lat, "gcj02")
    lines = "\n".join(
        f'{{"lon": {x!r}, "lat": {y!r}, "system": "{system}", "at": "{(NOW - timedelta(seconds=ago)).isoformat()}"}}'
        for x, y, system, ago in ((lon, lat, "cgcs2000", 60), (*shifted, "gcj02", 50))
    )
    answer = wang.post("/api/v1/pings", content=lines, headers={"content-type": "application/x-ndjson"})
    assert answer.json() == {"accepted": 2, "set_aside": []}, answer.text
    places = ask(owner, "SELECT ST_X(geom), ST_Y(geom), worker FROM overlay.ping")
    assert places == [(pytest.approx(lon, abs=2e-6), pytest.approx(lat, abs=2e-6), "wang")] * 2


def test_who_may_send_and_what_is_no_batch(district: District) -> None:
    one = [ping(10)]
    assert district.client().post("/api/v1/pings", json=one).status_code == 401
    assert district.client("painter").post("/api/v1/pings", json=one).status_code == 403
    wang = district.client("wang")
    assert wang.post("/api/v1/pings", content=b"{[").status_code == 400
    assert wang.post("/api/v1/pings", content=b"\xff\xfe").status_code == 400
    assert wang.post("/api/v1/pings", json=7).status_code == 422
    assert wang.post("/api/v1/pings", json=[{}] * 10_001).status_code == 422
    assert wang.post("/api/v1/pings?worker=li", json=one).status_code == 422
    assert send(wang) == {"accepted": 0, "set_aside": []}


def test_a_phone_sends_by_the_protocol_of_osmand(district: District, owner: Database) -> None:
    """As Traccar Client does: the values in the query of a POST without a body, or of a GET; older ones as a form."""
    stranger, wang = district.client(), district.client("wang")
    token = wang.post("/api/v1/pings/token").json()["token"]
    lon, lat = spot(0.5, 0.5)
    at = NOW - timedelta(seconds=100)
    common = {"id": token, "lat": str(lat), "lon": str(lon), "speed": "2.1", "bearing": "90.0", "altitude": "60.0"}
    rest = {"accuracy": "4.8", "batt": "87.0", "charge": "false", "mock": "false"}

    def stamp(more: float) -> float:
        return (at + timedelta(seconds=more)).timestamp()

    asked = [
        stranger.post("/osmand", params={**common, **rest, "timestamp": f"{stamp(0):.0f}"}),
        stranger.get("/osmand", params={**common, **rest, "timestamp": f"{stamp(1) * 1000:.0f}"}),
        stranger.post("/osmand", data={**common, **rest, "timestamp": (at + timedelta(seconds=2)).isoformat()}),
        stranger.get(f"/osmand?id={token}&lat={lat}&lon={lon}&timestamp={stamp(3):.0f}&hdop=0.9&nobody=knows"),
        stranger.get("/osmand", params={**common, "timestamp": (NOW - timedelta(seconds=96)).strftime("%FT%TZ")}),
        stranger.get("/osmand", params={**common, "accuracy": "-1"}),
    ]
    assert [(one.status_code, one.json()) for one in asked] == [(200, {"accepted": 1, "set_aside": []})] * 6
    rows = ask(owner, "SELECT worker, at, accuracy_m FROM overlay.ping ORDER BY at LIMIT 5")
    assert rows == [("wang", at + timedelta(seconds=n), 4.8 if n < 3 else None) for n in range(5)]
    assert stranger.get("/osmand", params={**common, "timestamp": f"{stamp(0):.0f}"}).json()["set_aside"] == [
        {"index": 0, "reason": "repeated"}
    ]
    for wrong in ({"id": "gp_1_" + "x" * 43}, {"id": ""}, {"id": district.secrets["wang"]}):
        assert stranger.get("/osmand", params={**common, **wrong}).status_code == 401
    assert stranger.get("/osmand", params={**common, "lat": "north"}).status_code == 400
    assert stranger.get("/osmand", params={**common, "timestamp": "noon"}).status_code == 400
    wang_by_token = TestClient(district.app, headers={"Authorization": f"Bearer {token}"})
    assert wang_by_token.get("/api/v1/sessions").status_code == 401, "the token opens nothing else"
    assert wang.delete("/api/v1/pings/token").status_code == 204
    assert stranger.get("/osmand", params=common).status_code == 401


def walk(start: tuple[float, float], to: tuple[float, float], steps: int, begin: datetime) -> list[Json]:
    """Pings each 10 s on a straight line."""
    return [
        {
            "lon": start[0] + (to[0] - start[0]) * n / (steps - 1),
            "lat": start[1] + (to[1] - start[1]) * n / (steps - 1),
            "system": "wgs84",
            "at": (begin + timedelta(seconds=10 * n)).isoformat(),
        }
        for n in range(steps)
    ]


def covered(client: TestClient, **asked: Any) -> Json:
    answer = client.get("/api/v1/coverage", params=asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def exact_share(grid: shapely.Geometry, line: shapely.Geometry, radius_m: float) -> float:
    """By shapely, in metres about the grid's middle."""
    sides = metres_of_a_degree(grid.centroid.y)
    flat = [affinity.affine_transform(shape, [sides[0], 0, 0, sides[1], 0, 0]) for shape in (grid, line)]
    return float(shapely.buffer(flat[1], radius_m, quad_segs=64).intersection(flat[0]).area / flat[0].area)


def test_coverage_is_the_ground_along_the_line(district: District, owner: Database) -> None:
    """From pings, from kept hours, and from both, by any radius: the exact share of each grid within 2 %."""
    wang, north, boss = (district.client(name) for name in ("wang", "north", "boss"))
    begin = (NOW - timedelta(hours=3)).replace(minute=40, second=0)
    start, to = spot(0.2, 0.3), spot(2.9, 0.7)
    line = shapely.LineString([start, to])
    send(wang, *walk(start, to, 240, begin))
    span = {"from": (begin - timedelta(minutes=1)).isoformat(), "to": (begin + timedelta(hours=1)).isoformat()}
    shapes = {GRIDS[k]: shape for k, shape in draw("AAB\nCCC").items()}
    for radius in (30.0, 80.0):
        wanted = {code: exact_share(shape, line, radius) for code, shape in shapes.items() if code != GRIDS["C"]}
        for is_kept in (False, True):
            if is_kept:
                keep(owner)
            found = covered(north, area=NORTH, radius_m=radius, **span)
            assert {one["code"]: one["share"] for one in found["by"]} == {
                code: pytest.approx(share, abs=0.02) for code, share in wanted.items()
            }
            assert 0 < min(wanted.values()) and found["share"] > 0
            ask(owner, FORGET_KEPT)
    keep(owner)
    day = {"from": (NOW - timedelta(days=1)).isoformat(), "to": NOW.isoformat()}
    whole = covered(north, area=NORTH, **day)
    half = {**day, "to": (begin + timedelta(minutes=10)).isoformat()}
    assert 0.25 < covered(north, area=NORTH, **half)["share"] / whole["share"] < 0.35, "a quarter, and the end's disc"
    ask(owner, "DELETE FROM overlay.ping")
    assert covered(north, area=NORTH, **day) == whole, "whole hours are read as they were kept"
    assert covered(boss, **day)["by"][-1] == {"code": GRIDS["C"], "share": 0.0}
    for client, status in ((district.client(), 401), (district.client("chengguan"), 403)):
        assert client.get("/api/v1/coverage", params={"area": NORTH}).status_code == status
    assert district.client("south").get("/api/v1/coverage", params={"area": NORTH}).status_code == 403
    assert boss.get("/api/v1/coverage", params={"area": "nowhere"}).status_code == 404
    assert covered(district.client("south"), area=SOUTH)["share"] == 0


def test_what_comes_late_gives_the_same_coverage(district: District, owner: Database) -> None:
    """The pings of a walk in any order and any batches, added up in between, cover what they cover at once."""
    wang, boss = district.client("wang"), district.client("boss")
    pings = walk(spot(0.2, 0.3), spot(2.9, 0.7), 200, (NOW - timedelta(hours=2)).replace(minute=45))
    span = {"from": (NOW - timedelta(hours=6)).isoformat(), "to": NOW.isoformat()}
    send(wang, *pings)
    at_once = covered(boss, **span)
    ask(owner, "TRUNCATE overlay.ping, overlay.walk, overlay.walk_due, overlay.walker")
    for part in (pings[3::4], pings[0::4], pings[2::4], pings[1::4]):
        send(wang, *part)
        keep(owner)
    assert covered(boss, **span)["share"] == pytest.approx(at_once["share"], abs=1e-4)
    cells = ask(owner, "SELECT count(*), count(*) FILTER (WHERE path = '{0}') FROM overlay.patrol_cell")
    assert cells[0][0] > 10 and cells[0][1] == 0


def test_one_more_batch_is_in_the_next_answer(district: District, owner: Database) -> None:
    """What is remembered of kept hours is no older than they are: later pings, earlier ones, and a redone hour."""
    wang, boss = district.client("wang"), district.client("boss")
    begin = (NOW - timedelta(hours=2)).replace(minute=10, second=0)
    pings = walk(spot(0.2, 0.3), spot(2.9, 0.7), 200, begin)
    span = {"from": (NOW - timedelta(hours=6)).isoformat(), "to": NOW.isoformat()}
    shares = []
    for part, is_kept in ((pings[40:80], True), (pings[80:120], False), (pings[120:], True), (pings[:40], False)):
        send(wang, *part)
        if is_kept:
            keep(owner)
        shares.append(covered(boss, **span)["share"])
        assert shares[-1] == covered(boss, **span)["share"]
    assert shares == sorted(set(shares)), "each batch saw more"
    ask(owner, FORGET_KEPT)
    assert covered(boss, **span)["share"] == pytest.approx(shares[-1], abs=1e-4), "as from the pings alone"
    ask(owner, "DELETE FROM overlay.walk")
    assert covered(boss, **span)["share"] == 0


def test_a_batch_does_not_wait_for_who_adds_up(district: District, owner: Database) -> None:
    """What comes while its hour is being added up is in the next round, wherever in the hour it lies."""
    wang, boss = district.client("wang"), district.client("boss")
    begin = (NOW - timedelta(hours=2)).replace(minute=10, second=0)
    pings = walk(spot(0.2, 0.3), spot(2.9, 0.7), 200, begin)
    span = {"from": (NOW - timedelta(hours=6)).isoformat(), "to": NOW.isoformat()}
    send(wang, *pings[40:80])
    with owner.transaction(EVERYTHING) as connection:
        assert keep_walks(connection) == 1
        assert send(wang, *pings[:40], *pings[80:])["accepted"] == 160, "committed, and the round is not"
    shares = [covered(boss, **span)["share"]]
    for _ in range(2):
        keep(owner)
        shares.append(covered(boss, **span)["share"])
        assert not ask(owner, "SELECT FROM overlay.walk_due")
        ask(owner, FORGET_KEPT)
    assert shares == pytest.approx([shares[0]] * 3, abs=1e-4)
    ask(owner, "DELETE FROM overlay.walk; DELETE FROM overlay.walk_due")
    send(wang, *pings[40:80])
    assert covered(boss, **span)["share"] == 0, "they were there already"
