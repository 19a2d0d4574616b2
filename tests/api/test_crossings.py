"""Patrols leave grids and enter others: by walking, by a redraw; as events, notices and figures.

Long because each way to cross is walked.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import text

from gisgrid.boundaries.changesets import ChangesetOrder, open_changeset, publish_changeset
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.geo import LonLat, tile_at
from gisgrid.notices.targets import TargetOrder, add_target
from gisgrid.patrol import follow_patrols, keep_walks
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.drawing import draw, spot

Json = dict[str, Any]
EMPTY = """
TRUNCATE overlay.ping, overlay.walk, overlay.walk_due, overlay.walker, overlay.presence, overlay.crossing
"""


@cache
def now() -> datetime:
    """When these tests began: a long while after the file was read, where others come first."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    with database.transaction(EVERYTHING) as connection:
        for name, area, words in (("north", NORTH, True), ("south", SOUTH, True), ("open", NORTH, False)):
            order = TargetOrder(name, "webhook", f"https://{name}.example/", topics=("patrol.*",), area=area)
            add_target(connection, TargetOrder(**{**vars(order), "with_words": words}), may_be_http=False)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def empty(owner: Database) -> None:
    ask(owner, EMPTY)
    ask(owner, "TRUNCATE overlay.patrol_cell, overlay.patrol_bin, overlay.patrol_bin_change")
    ask(owner, "DELETE FROM work.delivery")
    ask(owner, "DELETE FROM work.outbox WHERE topic LIKE 'patrol.%'")


def ask(owner: Database, sql: str, **values: Any) -> list[Any]:
    with owner.transaction(EVERYTHING) as connection:
        done = connection.execute(text(sql), values)
        return [tuple(row) for row in done] if done.returns_rows else []


def walk(district: District, *legs: tuple[float, float, float], name: str = "wang") -> None:
    """Pings every 15 s: (seconds ago, column, row) to the next leg's beginning."""
    pings = []
    for (ago, column, row), (until, *_) in zip(legs, [*legs[1:], (legs[-1][0] - 1,)], strict=True):
        lon, lat = spot(column, row)
        for second in range(int(ago), int(until), -15):
            at = (now() - timedelta(seconds=second)).isoformat()
            pings.append({"lon": lon, "lat": lat, "system": "wgs84", "at": at, "accuracy_m": 5})
    answer = district.client(name).post("/api/v1/pings", json=pings)
    assert answer.json() == {"accepted": len(pings), "set_aside": []}, answer.text


def follow(owner: Database) -> int:
    with owner.transaction(EVERYTHING) as connection:
        while keep_walks(connection):
            pass
    with owner.transaction(EVERYTHING) as connection:
        return follow_patrols(connection)


def crossings(district: District, name: str = "boss", **asked: Any) -> list[Any]:
    since = (now() - timedelta(days=1)).isoformat()
    answer = district.client(name).get("/api/v1/patrols/crossings", params={"from": since, **asked})
    assert answer.status_code == 200, answer.text
    letters = {code: letter for letter, code in GRIDS.items()} | {None: None}
    return [
        (one["cause"], letters[one["left"]], letters[one["entered"]],
         round((now() - datetime.fromisoformat(one["at"])).total_seconds()))
        for one in reversed(answer.json()["crossings"])
    ]  # fmt: skip


def told(owner: Database) -> list[Any]:
    return ask(
        owner,
        "SELECT g.name, o.topic, o.facts->'left'->>'code', o.facts->'entered'->>'code', o.facts->>'worker'"
        " FROM work.delivery AS d JOIN work.outbox AS o USING (outbox_id) JOIN work.target AS g USING (target_id)"
        " ORDER BY o.outbox_id, g.name",
    )


def test_a_patrol_crosses_once_however_its_pings_flutter(district: District, owner: Database) -> None:
    """Ten minutes in A, then to and fro on the edge, then in B: one crossing, of the instant at which B stayed."""
    flutter = [(float(600 - 15 * k), 1.99 if k % 2 else 2.01, 0.5) for k in range(10)]
    walk(district, (900, 1.0, 0.5), *flutter, (450, 2.5, 0.5), (300, 2.6, 0.5), (285, 2.6, 0.5))
    assert follow(owner) == 2
    assert crossings(district) == [("start", None, "A", 900), ("walk", "A", "B", 450)]
    assert follow(owner) == 0, "nothing is noted twice"
    walk(district, (200, 1.0, 0.5), (185, 2.5, 0.5), (170, 2.5, 0.5))
    assert follow(owner) == 0, "a quarter of a minute in A is no crossing"
    walk(district, (100, 1.0, 1.5), (20, 1.0, 1.5))
    assert follow(owner) == 1 and crossings(district)[-1] == ("walk", "B", "C", 100)


def test_what_comes_in_parts_crosses_as_what_comes_at_once(district: District, owner: Database) -> None:
    legs = [(900, 1.0, 0.5), (700, 1.0, 1.5), (600, 1.0, 0.5), (500, 2.5, 0.5), (460, 1.0, 0.5), (300, 1.5, 0.5)]
    walk(district, *legs)
    follow(owner)
    whole = crossings(district)
    assert [one[0] for one in whole] == ["start", "walk", "walk"] and len(whole) == 3, whole
    ask(owner, EMPTY)
    for one, other in zip(legs, [*legs[1:], (285, 0, 0)], strict=True):
        for ago in range(int(one[0]), int(other[0]), -15):
            walk(district, (ago, one[1], one[2]))
            follow(owner)
    assert crossings(district) == whole


def test_only_who_may_read_of_people_hears_of_it(district: District, owner: Database) -> None:
    walk(district, (900, 1.0, 0.5), (600, 1.0, 1.5), (300, 1.0, 1.5))
    follow(owner)
    a, c = GRIDS["A"], GRIDS["C"]
    assert told(owner) == [
        ("north", "patrol.entered", None, a, "wang"),
        ("north", "patrol.left", a, c, "wang"),
        ("south", "patrol.entered", a, c, "wang"),
    ]
    assert crossings(district, "south") == [("walk", "A", "C", 600)], "of what touches the own areas"
    assert district.client("chengguan").get("/api/v1/patrols/crossings").status_code == 403
    assert district.client().get("/api/v1/patrols/crossings").status_code == 401
    assert crossings(district, area=GRIDS["C"]) == [("walk", "A", "C", 600)]
    assert crossings(district, worker="nobody") == []


def test_what_is_old_is_kept_and_not_told(district: District, owner: Database) -> None:
    walk(district, (8000, 1.0, 0.5), (7700, 1.0, 1.5), (7400, 1.0, 1.5))
    assert follow(owner) == 2 and told(owner) == []
    walk(district, (600, 1.0, 1.5), (500, 1.0, 1.5))
    assert follow(owner) == 1, "after half an hour without a ping a new patrol begins"
    assert crossings(district)[-1] == ("start", None, "C", 600) and len(told(owner)) == 1


def publish(owner: Database, picture: str) -> int:
    with owner.transaction(EVERYTHING) as connection:
        number = open_changeset(connection, ChangesetOrder()).changeset_id
        for letter, shape in draw(picture).items():
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": number, "code": GRIDS[letter]},
            )
    publish_changeset(owner, number)
    return number


@pytest.mark.parametrize("is_followed", [True, False])
def test_a_boundary_goes_over_a_patrol(district: District, owner: Database, is_followed: bool) -> None:
    """Whether its pings were followed before the redraw, or came just before it."""
    walk(district, (600, 1.5, 0.5), (15, 1.5, 0.5))
    if is_followed:
        follow(owner)
    number = publish(owner, "ABB\nCCC")
    try:
        follow(owner)
        assert follow(owner) == 0
        assert [one[:3] for one in crossings(district)] == [("start", None, "A"), ("redraw", "A", "B")]
        found = district.client("boss").get("/api/v1/patrols/crossings").json()["crossings"][0]
        assert (found["cause"], found["left"], found["entered"]) == ("redraw", GRIDS["A"], GRIDS["B"])
        assert found["changeset_id"] == number
        assert ("north", "patrol.entered", GRIDS["A"], GRIDS["B"], "wang") in told(owner)
        lon, lat = spot(1.5, 0.5)
        for _ in range(2):
            later = {"lon": lon, "lat": lat, "system": "wgs84", "at": datetime.now(UTC).isoformat()}
            district.client("wang").post("/api/v1/pings", json=[later])
            assert follow(owner) == 0, "who stays in the grid that came over him crosses nothing"
    finally:
        publish(owner, "AAB\nCCC")


def test_who_was_where(district: District, owner: Database) -> None:
    walk(district, (1200, 1.0, 0.5), (900, 2.5, 0.5), (885, 2.5, 0.5))
    then = (now() - timedelta(seconds=1000)).isoformat()
    asked = district.client("north").get("/api/v1/patrols", params={"at": then}).json()
    (one,) = asked["patrols"]
    assert (one["worker"], one["grid"]) == ("wang", GRIDS["A"]) and one["distance_m"] is None
    lon, lat = spot(2.5, 0.5)
    near: Json = {"lon": lon, "lat": lat, "system": "wgs84", "at": (now() - timedelta(seconds=600)).isoformat()}
    (one,) = district.client("north").get("/api/v1/patrols", params=near).json()["patrols"]
    assert one["grid"] == GRIDS["B"] and one["distance_m"] < 1
    assert district.client("north").get("/api/v1/patrols").json()["patrols"] == [], "his last ping is too old"
    assert district.client("south").get("/api/v1/patrols", params=near).json()["patrols"] == []
    assert district.client("chengguan").get("/api/v1/patrols").status_code == 403


def test_presence_counts_minutes_in_the_own_grid(district: District, owner: Database) -> None:
    """15 minutes in A, which is his, 5 in B; a silence of 10 minutes counts for nobody."""
    walk(district, (3000, 1.0, 0.5), (2100, 1.0, 0.5))
    walk(district, (1500, 2.5, 0.5), (1200, 2.5, 0.5))
    since = (now() - timedelta(hours=1)).isoformat()
    found = district.client("north").get("/api/v1/patrols/presence", params={"from": since}).json()["presence"]
    (one,) = found
    assert one["worker"] == "wang" and one["minutes"] == 20 and one["own_minutes"] == 15
    found = district.client("north").get("/api/v1/patrols/presence", params={"from": since, "area": GRIDS["B"]})
    assert [(one["minutes"], one["own_minutes"]) for one in found.json()["presence"]] == [(5, 0)]


def test_a_tile_shows_the_track_of_a_shift_to_who_may_see_it(district: District, owner: Database) -> None:
    walk(district, (1500, 1.0, 0.5), (1485, 1.2, 0.5), (1470, 1.4, 0.5), (1455, 1.4, 0.6))
    walk(district, (900, 1.0, 0.5), (885, 1.2, 0.5))
    follow(owner)
    tile = tile_at(LonLat(*spot(1.2, 0.5)), 14)
    path = f"/tiles/patrol/{tile.z}/{tile.x}/{tile.y}.mvt"
    asked = {"worker": "wang", "walked_from": (now() - timedelta(hours=1)).isoformat(), "walked_to": now().isoformat()}

    def tracks(name: str, **more: str) -> list[Any]:
        answer = district.client(name).get(path, params={**asked, **more})
        assert answer.status_code in (200, 204), answer.text
        features = mapbox_vector_tile.decode(answer.content).get("patrol", {}).get("features", [])
        return [one for one in features if "worker" in one["properties"]]

    found = tracks("north")
    assert [one["geometry"]["type"] for one in found] == ["LineString", "LineString"], "nothing joins two segments"
    begun = [round(now().timestamp()) - one["properties"]["from_at"] for one in found]
    assert begun == [1500, 900] and {one["properties"]["worker"] for one in found} == {"wang"}
    assert len(tracks("north", walked_to=(now() - timedelta(seconds=1000)).isoformat())) == 1
    assert tracks("north", worker="li") == [] and tracks("south") == [], "a worker of other people's areas"
    assert district.client("chengguan").get(path, params=asked).status_code == 403


def test_an_urgent_ticket_says_who_passed_last_and_who_is_near(district: District, owner: Database) -> None:
    lon, lat = spot(1.0, 0.5)
    report = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "井盖松动(虚构)"}
    number = district.client().post("/api/v1/reports", json=report).json()["number"]
    walk(district, (900, 1.0, 0.5), (885, 1.9, 0.5), (870, 1.9, 0.5))
    walk(district, (60, 1.5, 0.5), (15, 1.6, 0.5))
    follow(owner)

    def seen(name: str) -> Json:
        found: Json = district.client(name).get(f"/api/v1/tickets/{number}").json()
        return found

    passed = seen("north")["last_patrol"]
    assert passed["worker"] == "wang" and passed["distance_m"] < 5
    assert round((now() - datetime.fromisoformat(passed["at"])).total_seconds()) == 900
    assert "nearest_patrols" not in seen("north"), "it is not urgent"
    ask(owner, "UPDATE work.ticket SET priority = 1 WHERE number = :number", number=number)
    (near,) = seen("north")["nearest_patrols"]
    assert near["worker"] == "wang" and near["grid"] == GRIDS["A"] and 100 < near["distance_m"] < 140
    for name in ("", "south", "chengguan"):
        assert {"last_patrol", "nearest_patrols"} & seen(name).keys() == set()
