"""Places that stand for a time, and linear ones: what is near, what is due, which grid has which metres, reach.

Long because each of these is asked before and after one redraw.
"""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from pyproj import Geod
from sqlalchemy import text

from gisgrid.boundaries.changesets import ChangesetOrder, open_changeset, publish_changeset
from gisgrid.courses import Course
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import Refused
from gisgrid.geo import LonLat, tile_at
from gisgrid.loading import ReadOptions
from gisgrid.patrol import keep_walks
from gisgrid.patrol.walks import metres_of_a_degree
from gisgrid.places import load_places
from gisgrid.reach import load_reach
from tests.api.conftest import GRIDS, District
from tests.drawing import draw, spot

NOW = datetime.now(UTC)
WGS84 = ReadOptions(system="wgs84")
GROUND = Geod(ellps="WGS84")
BANK = [(0.5, 0.4), (2.5, 0.4), (2.5, 1.6)]
"""Columns and rows: 1.5 cells in A, half a cell and 0.6 rows in B, 0.6 rows in C."""
TIMES = {
    "P-always": (None, None),
    "P-now": (-1, 1),
    "P-begun": (-1, None),
    "P-later": (1, None),
    "P-over": (-2, -1),
}


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    yield database
    database.close()


def day(days: float | None) -> str:
    return "" if days is None else (NOW + timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def checkpoints(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One of each time, at the same place, due each day."""
    lon, lat = spot(0.5, 0.5)
    rows = [f"{code},卡点,checkpoint,{lon},{lat},24,{day(a)},{day(b)}" for code, (a, b) in TIMES.items()]
    path = tmp_path_factory.mktemp("places") / "checkpoints.csv"
    path.write_text("\n".join(["编码,名称,类型,经度,纬度,间隔,开始日期,结束日期", *rows]), encoding="utf-8")
    assert load_places(owner, path, WGS84).loaded == len(TIMES)
    assert load_places(owner, path, WGS84).skipped == len(TIMES)


def draw_lines(folder: Path, *lines: Any, **more: Any) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"L-{n}", "name": f"堤岸{n}", "kind": "bank", **more},
            "geometry": json.loads(shapely.to_geojson(line)),
        }
        for n, line in enumerate(lines, start=1)
    ]
    path = folder / "lines.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bank(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[float, float]]:
    """A bank through three grids whose chainage begins at 1,000 m; its corners."""
    corners = [spot(*at) for at in BANK]
    path = draw_lines(tmp_path_factory.mktemp("bank"), shapely.LineString(corners), chainage_m=1000)
    assert load_places(owner, path).loaded == 1 and load_places(owner, path).skipped == 1
    return corners


def asked(district: District, who: str = "boss", **query: Any) -> list[Any]:
    answer = district.client(who).get("/api/v1/places", params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["places"]
    return found


def on_tile(district: District, at: tuple[float, float], z: int) -> list[dict[str, Any]]:
    tile = tile_at(LonLat(*at), z)
    answer = district.client("boss").get(f"/tiles/place/{z}/{tile.x}/{tile.y}.mvt")
    layers = mapbox_vector_tile.decode(answer.content) if answer.status_code == 200 else {}
    return [
        {**one["properties"], "type": one["geometry"]["type"]} for one in layers.get("place", {}).get("features", [])
    ]


def length(corners: list[tuple[float, float]]) -> float:
    return float(GROUND.line_length([lon for lon, _ in corners], [lat for _, lat in corners]))


CURRENT = ["P-always", "P-begun", "P-now"]


def test_a_place_is_one_between_its_dates(district: District, checkpoints: None) -> None:
    """Near, by code, overdue, on tiles that show each and on those that count."""
    lon, lat = spot(0.5, 0.5)
    near: dict[str, Any] = {"lon": lon, "lat": lat, "system": "wgs84", "kind": "checkpoint"}
    queries: list[dict[str, Any]] = [{}, near, {"overdue": "true"}]
    for query in queries:
        assert [one["code"] for one in asked(district, **{"kind": "checkpoint", **query})] == CURRENT
    (one,) = (one for one in asked(district, **near) if one["code"] == "P-now")
    assert datetime.fromisoformat(one["ends_at"]) == NOW + timedelta(days=1)
    assert sorted(one["code"] for one in on_tile(district, (lon, lat), 15)) == CURRENT
    assert [one["count"] for one in on_tile(district, (lon, lat), 12) if one.get("count")] == [3]


def test_places_begin_and_end_when_their_time_comes(district: District, owner: Database, checkpoints: None) -> None:
    """The worker turns them, so that tiles that are kept are made again; what never ends is not touched."""

    def turn(sql: str = "SELECT app.add_up_overlays()") -> None:
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text(sql))

    def changes() -> Any:
        with owner.transaction(EVERYTHING) as connection:
            return connection.execute(text("SELECT count(*) FROM core.change WHERE layer = 'place'")).scalar_one()

    turn("ALTER TABLE overlay.place DISABLE TRIGGER date_place")
    later = "starts_at = starts_at - interval '30 hours', ends_at = ends_at - interval '30 hours'"
    turn(f"UPDATE overlay.place SET {later} WHERE kind = 'checkpoint'")
    turn("ALTER TABLE overlay.place ENABLE TRIGGER date_place")
    before = changes()
    try:
        codes = [one["code"] for one in on_tile(district, spot(0.5, 0.5), 15)]
        assert "P-now" in codes and "P-later" not in codes, "nothing has looked yet"
        turn()
        codes = [one["code"] for one in on_tile(district, spot(0.5, 0.5), 15)]
        assert sorted(codes) == ["P-always", "P-begun", "P-later"]
        assert changes() == before + 2, "of the two that turned"
        turn()
        assert changes() == before + 2
    finally:
        turn(f"UPDATE overlay.place SET {later.replace('-', '+')} WHERE kind = 'checkpoint'")


def test_dates_that_cannot_be_are_refused(owner: Database, tmp_path: Path) -> None:
    lon, lat = spot(0.5, 0.5)
    path = tmp_path / "wrong.csv"
    rows = (f"X-1,卡点,checkpoint,{lon},{lat},{day(1)},{day(-1)}", f"X-2,卡点,checkpoint,{lon},{lat},gestern,")
    path.write_text("\n".join(["code,name,kind,lon,lat,starts_at,ends_at", *rows]))
    with pytest.raises(Refused) as caught:
        load_places(owner, path, WGS84)
    assert [str(fault.field) for fault in caught.value.faults] == [
        "wrong.csv row 2, ends_at",
        "wrong.csv row 3, starts_at",
    ]
    assert caught.value.faults[0].in_both().message_zh == "巡查点的结束早于开始"


def test_each_grid_has_its_metres_of_a_bank(district: District, bank: list[tuple[float, float]]) -> None:
    answer = district.client("boss").get("/api/v1/places/L-1/stretches")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    whole = length(bank)
    assert told["length_m"] == pytest.approx(whole, abs=0.01)
    assert [one["grid"] for one in told["stretches"]] == [GRIDS["A"], GRIDS["B"], GRIDS["C"]]
    edge, corner, south = spot(2, 0.4), bank[1], spot(2.5, 1)
    first = GROUND.inv(*bank[0], *edge)[2]
    second = first + GROUND.inv(*edge, *corner)[2] + GROUND.inv(*corner, *south)[2]
    ends = [1000.0, 1000 + first, 1000 + second, 1000 + whole]
    for one, begin, end in zip(told["stretches"], ends, ends[1:], strict=False):
        assert (one["from_m"], one["to_m"]) == pytest.approx((begin, end), abs=0.02)


def test_a_bank_is_everybodys_through_whose_grids_it_runs(
    district: District, owner: Database, bank: list[tuple[float, float]], checkpoints: None
) -> None:
    """Its middle lies in A: who works in C alone has it too, and a patrol that passes its end in C has visited
    what lies within 30 m there."""
    for who in ("boss", "north", "south"):
        answer = district.client(who).get("/api/v1/places", params={"kind": "bank", "area": GRIDS["C"]})
        assert [one["code"] for one in answer.json()["places"]] == ["L-1"], who
    assert district.client("south").get("/api/v1/places/L-1/stretches").status_code == 200
    assert district.client("south").get("/api/v1/places?kind=checkpoint").json()["places"] == [], "points of A"
    end = spot(2.5, 1.5)
    assert [one["visited_at"] for one in stretches(district)] == [None, None, None]
    pings = [
        {
            "lon": end[0],
            "lat": end[1] + n * 1e-5,
            "system": "wgs84",
            "at": (NOW - timedelta(seconds=60 - 10 * n)).isoformat(),
        }
        for n in range(3)
    ]
    assert district.client("wang").post("/api/v1/pings", json=pings).json()["accepted"] == 3
    with owner.transaction(EVERYTHING) as connection:
        keep_walks(connection)
    with owner.transaction(EVERYTHING) as connection:
        visited = connection.execute(
            text(
                "SELECT q.from_m, q.to_m FROM overlay.place_part AS q JOIN overlay.place AS p USING (place_id)"
                " WHERE p.code = 'L-1' AND q.visited_at IS NOT NULL ORDER BY 1"
            )
        ).all()
        (old,) = connection.execute(
            text(
                "SELECT ST_Covers(ST_Expand(c.box, 1e-9), p.course) AND c.path @> p.scope AND p.scope @> c.path"
                " FROM core.change AS c CROSS JOIN overlay.place AS p WHERE c.layer = 'place' AND p.code = 'L-1'"
                " ORDER BY c.change_id DESC LIMIT 1"
            )
        ).one()
    assert old, "tiles of all of it are drawn anew, for whoever sees them"
    near = length(bank) - GROUND.inv(*bank[-1], *end)[2]
    assert near - 45 < visited[0].from_m < near - 10 and near + 10 < visited[-1].to_m < near + 45
    (one,) = asked(district, kind="bank")
    assert one["visited_at"] is None and not one["overdue"], "most of it was not visited, whenever it is to be"


def stretches(district: District, code: str = "L-1") -> list[Any]:
    answer = district.client("boss").get(f"/api/v1/places/{code}/stretches")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["stretches"]
    return found


def test_the_nearest_position_on_a_bank_has_a_chainage(district: District, bank: list[tuple[float, float]]) -> None:
    """Where the line passes 20 m away it is nearer than its middle, by which it is known elsewhere."""
    lon, lat = spot(0.7, 0.5)
    (one,) = asked(district, lon=lon, lat=lat, system="wgs84", kind="bank")
    foot = spot(0.7, 0.4)
    assert one["distance_m"] == pytest.approx(GROUND.inv(lon, lat, *foot)[2], abs=0.05)
    assert one["chainage_m"] == pytest.approx(1000 + GROUND.inv(*bank[0], *foot)[2], abs=0.05)
    (plain,) = asked(district, kind="bank")
    assert (plain["chainage_m"], plain["distance_m"]) == (1000, None)
    assert plain["length_m"] == pytest.approx(length(bank), abs=0.01)


def test_a_bank_is_a_line_on_the_map(district: District, bank: list[tuple[float, float]]) -> None:
    for z in (12, 15):
        lines = [one for one in on_tile(district, bank[0], z) if one["type"] == "LineString"]
        assert [(one["code"], one["length"]) for one in lines] == [("L-1", round(length(bank)))]


def draw_reach(folder: Path, *rows: tuple[str, float, Any]) -> Path:
    """A file of polygons: place, minutes, shape."""
    features = [
        {
            "type": "Feature",
            "properties": {"编码": code, "分钟": minutes},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, minutes, shape in rows
    ]
    path = folder / "reach.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def within(owner: Database, checkpoints: None, tmp_path_factory: pytest.TempPathFactory) -> shapely.Polygon:
    """Within ten minutes of a place lies three quarters of A; within 20 all; of one that is over, C too."""
    near = shapely.box(*spot(0, 1), *spot(1.5, 0))
    folder = tmp_path_factory.mktemp("reach")
    rows = (("P-always", 10, near), ("P-always", 20, draw("AAB")["A"]), ("P-over", 10, draw("A\nA\nA\nA")["A"]))
    assert load_reach(owner, draw_reach(folder, *rows)).loaded == 3
    assert load_reach(owner, draw_reach(folder, *rows)).skipped == 3
    assert load_reach(owner, draw_reach(folder, ("P-always", 20, draw("AAB")["A"]))).skipped == 1
    return near


def reached(district: District, who: str = "boss", **asked: Any) -> Any:
    answer = district.client(who).get("/api/v1/places/reach", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_lies_within_reach_is_counted_by_grid(district: District, within: shapely.Polygon) -> None:
    found = reached(district, minutes=10, outline=True)
    assert found["polygons"] == 1, "the place that is over reaches nothing"
    shares = {one["code"]: one["share"] for one in found["by"]}
    assert shares == pytest.approx({GRIDS["A"]: 0.75, GRIDS["B"]: 0, GRIDS["C"]: 0}, abs=0.02)
    assert found["without"] == [GRIDS["B"], GRIDS["C"]]
    assert shapely.from_geojson(json.dumps(found["outline"])).equals_exact(within, 1e-6) or (
        shapely.from_geojson(json.dumps(found["outline"])).symmetric_difference(within).area < within.area / 1000
    )
    assert reached(district)["without"] == [GRIDS["B"], GRIDS["C"]]
    assert {one["code"]: one["share"] for one in reached(district)["by"]}[GRIDS["A"]] == pytest.approx(1, abs=0.02)
    assert reached(district, minutes=10)["outline"] is None
    for nothing in ({"minutes": 9.9}, {"kind": "canteen"}):
        found = reached(district, outline=True, **nothing)
        assert (found["polygons"], found["share"], found["outline"]) == (0, 0, None)
    assert reached(district, "south")["polygons"] == 0, "the place stands elsewhere"
    assert district.client().get("/api/v1/places/reach").status_code == 401
    assert district.client("boss").get("/api/v1/places/reach?area=nowhere").status_code == 404


def test_reach_of_nothing_and_other_shapes_are_refused(
    owner: Database, within: shapely.Polygon, tmp_path: Path
) -> None:
    line = shapely.LineString([spot(0, 0), spot(1, 1)])
    rows = (
        ("P-none", 10, within),
        ("P-now", 10, line),
        ("P-now", 0, within),
        ("P-now", 5, within),
        ("P-now", 5, within),
    )
    with pytest.raises(Refused) as caught:
        load_reach(owner, draw_reach(tmp_path, *rows))
    assert [fault.in_both().message_zh for fault in caught.value.faults] == [
        "没有编码为 P-none 的巡查点",
        "它的图形是 LineString，不是面",
        "0 超出范围",
        "这个点位和时间已在 feature 4 出现过",
    ]


def test_after_a_redraw_the_new_grids_have_the_metres(
    district: District, owner: Database, bank: list[tuple[float, float]], within: shapely.Polygon, tmp_path: Path
) -> None:
    """A and B are cut elsewhere: nothing of a line's metres or of a reach is kept by grid, so nothing has to be
    relocated; a line whose middle stays in A, and whose end is B's now, is B's too.
    """
    path = draw_lines(tmp_path, shapely.LineString([spot(0.1, 0.8), spot(1.7, 0.8)]))
    path.write_text(path.read_text("utf-8").replace("L-1", "L-8"), encoding="utf-8")
    assert load_places(owner, path).loaded == 1
    assert [one["code"] for one in asked(district, area=GRIDS["B"], kind="bank")] == ["L-1"]
    before = district.client("boss").get("/api/v1/places/L-1/stretches").json()["stretches"]
    redraw(owner, "ABB\nCCC")
    assert [one["code"] for one in asked(district, area=GRIDS["B"], kind="bank")] == ["L-1", "L-8"]
    after = district.client("boss").get("/api/v1/places/L-1/stretches").json()["stretches"]
    assert [one["grid"] for one in after] == [one["grid"] for one in before]
    shares = {one["code"]: one["share"] for one in reached(district, minutes=10)["by"]}
    assert shares == pytest.approx({GRIDS["A"]: 1, GRIDS["B"]: 0.25, GRIDS["C"]: 0}, abs=0.02)
    cut = 1000 + GROUND.inv(*bank[0], *spot(1, 0.4))[2]
    assert after[0]["to_m"] == pytest.approx(cut, abs=0.02) and before[0]["to_m"] > cut + 100


def test_only_a_line_of_ones_own_areas_is_divided(
    district: District, bank: list[tuple[float, float]], checkpoints: None
) -> None:
    assert district.client("south").get("/api/v1/places/L-2/stretches").status_code == 404
    assert district.client().get("/api/v1/places/L-1/stretches").status_code == 401
    answer = district.client("boss").get("/api/v1/places/P-now/stretches")
    assert answer.status_code == 422 and answer.json()["errors"][0]["message_zh"] == "巡查点 P-now 是一个点"


def test_shapes_that_are_no_line_are_refused(owner: Database, tmp_path: Path) -> None:
    line = shapely.LineString([spot(0, 0), spot(1, 1)])
    two = shapely.MultiLineString([[spot(0, 0), spot(1, 0)], [spot(0, 1), spot(1, 1)]])
    with pytest.raises(Refused) as caught:
        load_places(owner, draw_lines(tmp_path, line, line.buffer(0.001), two))
    assert [fault.message for fault in caught.value.faults] == [
        "is a Polygon, not one line",
        "is a MultiLineString, not one line",
    ]
    joined = shapely.MultiLineString([[spot(0, 0), spot(1, 0)], [spot(1, 0), spot(1, 1)]])
    path = draw_lines(tmp_path, joined)
    path.write_text(path.read_text("utf-8").replace("L-1", "L-9"), encoding="utf-8")
    assert load_places(owner, path).loaded == 1
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("DELETE FROM overlay.place WHERE code = 'L-9'"))


DUE_H, SIGHT_M, UNSURE_M = 24, 30, 1.5
WALKED_BANK = [(0.3, 1.4), (0.3, 0.7), (2.8, 0.7), (2.8, 1.7)]
"""From C through A and B back to C; the grids are drawn anew half way."""


class Walked:
    """What the bank should say: of each of its metres when a patrol was last there; metres it cannot tell are None."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.course = chance, Course(shapely.LineString([spot(*at) for at in WALKED_BANK]))
        self.metres = [self.course.point_at(m + 0.5) for m in range(int(self.course.length_m))]
        self.seen: list[tuple[float, float] | None] = [None] * len(self.metres)
        self.unsure: dict[int, float] = {}

    def walk(self, hours_ago: float) -> list[dict[str, Any]]:
        """Pings along a part of the bank, beside it, at an hour; what is within 30 m was seen then."""
        begin, far = self.chance.uniform(0, self.course.length_m), self.chance.uniform(60, 500)
        beside = self.chance.choice((0.0, 8e-5, 2.2e-4, 6e-4))
        corners = [self.course.point_at(min(begin + k * 40, self.course.length_m)) for k in range(int(far // 40) + 2)]
        corners = [(lon + beside, lat + beside) for lon, lat in corners]
        line = shapely.LineString(self.flat(corners))
        at = NOW.timestamp() - hours_ago * 3600
        times = [at + 30 * k for k in range(len(corners))]
        for metre, spot_m in enumerate(self.flat(self.metres)):
            off, seen = line.distance(shapely.Point(spot_m)), self.seen[metre]
            if off > SIGHT_M + UNSURE_M or (seen and seen[1] >= times[-1]):
                continue
            if off < SIGHT_M - UNSURE_M:
                self.seen[metre] = (times[0], times[-1])
            else:
                self.unsure[metre] = max(times[-1], self.unsure.get(metre, 0))
        return [
            {"lon": lon, "lat": lat, "system": "wgs84", "at": datetime.fromtimestamp(t, UTC).isoformat()}
            for (lon, lat), t in zip(corners, times, strict=True)
        ]

    @staticmethod
    def flat(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
        east_m, north_m = metres_of_a_degree(27.65)
        return [(lon * east_m, lat * north_m) for lon, lat in corners]

    def parts(self, rows: Iterable[Any]) -> None:
        """Each part was visited when its middle was."""
        for part in rows:
            metre = min(int((part.from_m + part.to_m) / 2), len(self.metres) - 1)
            seen, found = self.seen[metre], part.visited_at
            unsure = max(self.unsure.get(near, 0) for near in (metre - 1, metre, metre + 1))
            if unsure > (seen[1] if seen else 0):
                continue
            assert (seen is None) == (found is None), (part, seen)
            assert seen is None or seen[0] - 1 <= found.timestamp() <= seen[1] + 1, (part, seen)


def test_a_bank_is_visited_and_due_by_the_metres_that_were_walked(
    district: District, owner: Database, tmp_path: Path
) -> None:
    """Random walks along it and a redraw, beside a model by the metre; what is due is told by grid."""
    model = Walked(random.Random(14))
    line = shapely.LineString([spot(*at) for at in WALKED_BANK])
    path = draw_lines(tmp_path, line, kind="walked", visit_hours=DUE_H, chainage_m=500)
    path.write_text(path.read_text("utf-8").replace("L-1", "L-7"), encoding="utf-8")
    assert load_places(owner, path).loaded == 1
    hours = model.chance.sample(range(1, 100), 14)
    for n, ago in enumerate(hours):
        pings = model.walk(ago)
        assert district.client("wang").post("/api/v1/pings", json=pings).json()["accepted"] == len(pings)
        with owner.transaction(EVERYTHING) as connection:
            while keep_walks(connection):
                pass
        if n == len(hours) // 2:
            redraw(owner, "AAB\nACC")
        check(district, owner, model)
    assert 0.2 < sum(seen is not None for seen in model.seen) / len(model.seen) < 1
    assert load_places(owner, path).skipped == 1
    check(district, owner, model)
    with owner.transaction(EVERYTHING) as connection:  # all of it within the hour: nothing is due, nowhere
        connection.execute(text("UPDATE overlay.place_part SET visited_at = now()"))
        connection.execute(text("UPDATE overlay.place SET visited_at = now() WHERE code = 'L-7'"))
    assert asked(district, kind="walked", overdue="true") == []
    assert {one["overdue_m"] for one in stretches(district, "L-7")} == {0}


def check(district: District, owner: Database, model: Walked) -> None:
    with owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(
            text(
                "SELECT q.from_m, q.to_m, q.visited_at, l.path FROM overlay.place_part AS q"
                " JOIN overlay.place AS p USING (place_id) CROSS JOIN LATERAL app.locate(q.middle, 'base') AS l"
                " WHERE p.code = 'L-7' ORDER BY q.part"
            )
        ).all()
        codes: dict[int, str] = {
            row.area_id: row.code for row in connection.execute(text("SELECT area_id, code FROM core.area"))
        }
    assert sum(row.to_m - row.from_m for row in rows) == pytest.approx(model.course.length_m, abs=0.01)
    model.parts(rows)
    before = datetime.now(UTC) - timedelta(hours=DUE_H)
    due: dict[str, float] = dict.fromkeys(GRIDS.values(), 0.0)
    for row in rows:
        (grid,) = {codes.get(area, "") for area in row.path} & set(GRIDS.values())
        due[grid] += (row.to_m - row.from_m) * (row.visited_at is None or row.visited_at < before)
    told = stretches(district, "L-7")
    for code, metres in due.items():
        told_m = sum(one["overdue_m"] for one in told if one["grid"] == code)
        assert told_m == pytest.approx(metres, abs=45), "parts on an edge are told as far as they are in the grid"
        assert bool(told_m) == bool(metres)
        found = asked(district, kind="walked", area=code, overdue="true")
        assert bool(found) == (metres > 0), (code, metres)
    lines = [one for one in on_tile(district, spot(1.5, 0.7), 14) if "Line" in one["type"] and one["kind"] == "walked"]
    assert {"visited_at" in one for one in lines} == {row.visited_at is not None for row in rows}


def redraw(owner: Database, picture: str) -> None:
    with owner.transaction(EVERYTHING) as connection:
        number = open_changeset(connection, ChangesetOrder()).changeset_id
        for letter, shape in draw(picture).items():
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:shape, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"shape": shape.wkt, "id": number, "code": GRIDS[letter]},
            )
    publish_changeset(owner, number)
