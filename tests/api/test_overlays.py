"""Which cameras see a point, which grids they see badly; which places are near, visited, overdue."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod
from sqlalchemy import text

from gisgrid.cameras import load_cameras
from gisgrid.coordinates import from_wgs84
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import Refused
from gisgrid.layers import thing_layers
from gisgrid.loading import ReadOptions
from gisgrid.patrol import keep_walks
from gisgrid.things import load_things
from tests.api.conftest import GRIDS, NORTH, District
from tests.drawing import spot

WGS84 = ReadOptions(system="wgs84")
CODES = [f"3603020000132000000{n}" for n in range(5)]


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    yield database
    database.close()


@pytest.fixture(scope="module", autouse=True)
def overlays(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("overlays")
    (folder / "cameras.csv").write_text(
        "code,name,lon,lat,bearing_deg,angle_deg,range_m\n"
        + "".join(
            f"{code},路口,{spot(*place)[0]},{spot(*place)[1]},{look}\n"
            for code, place, look in zip(
                CODES,
                [(0.5, 0.5), (1.0, 0.5), (0.5, 0.3), (0.6, 0.5), (1.0, 1.4)],
                ["90,60,120", "270,60,150", "180,40,90", "90,90,5", "0,30,250"],
                strict=True,
            )
        ),
        encoding="utf-8",
    )
    load_cameras(owner, folder / "cameras.csv", WGS84)
    (folder / "places.csv").write_text(
        "code,name,kind,lon,lat,visit_hours\n"
        + "".join(
            f"JSD-{n},救生点,{kind},{spot(0.2 * n, 0.5)[0]},{spot(0.2 * n, 0.5)[1]},{hours}\n"
            for n, (kind, hours) in enumerate([("rescue", 24)] * 4 + [("gate", ""), ("rescue", 48), ("rescue", "")])
        ),
        encoding="utf-8",
    )
    load_things(owner, thing_layers()["place"], folder / "places.csv", WGS84)


def test_the_cameras_that_see_a_point_come_nearest_first(district: District) -> None:
    lon, lat = spot(0.8, 0.5)
    asked: dict[str, Any] = {"lon": lon, "lat": lat, "system": "wgs84"}
    found = district.client("north").get("/api/v1/cameras", params=asked).json()["cameras"]
    assert [one["code"] for one in found] == [CODES[1], CODES[0]], "the others look away, or not so far"
    assert all(isinstance(one["code"], str) and len(one["code"]) == 20 for one in found)
    exact = Geod(ellps="WGS84").inv(*spot(1.0, 0.5), lon, lat)[2]
    assert found[0]["distance_m"] == pytest.approx(exact, rel=1e-6) and found[0]["grid"] == GRIDS["A"]
    x, y = from_wgs84(lon, lat, "gcj02")
    shifted: dict[str, Any] = {"lon": x, "lat": y, "system": "gcj02"}
    assert len(district.client("north").get("/api/v1/cameras", params=shifted).json()["cameras"]) == 2
    southern = district.client("south").get("/api/v1/cameras", params=asked).json()["cameras"]
    assert [one["code"] for one in southern] == [CODES[4]], "each sees the cameras of his own areas"
    assert district.client().get("/api/v1/cameras", params=asked).status_code == 401
    assert district.client("north").get("/api/v1/cameras", params={**asked, "system": "mars"}).status_code == 422
    swapped: dict[str, Any] = {"lon": lat, "lat": lon, "system": "wgs84"}
    assert district.client("north").get("/api/v1/cameras", params=swapped).status_code == 422


def test_a_ticket_lists_the_cameras_that_see_it(district: District) -> None:
    lon, lat = spot(0.8, 0.5)
    report = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "井盖松动(虚构)"}
    number = district.client().post("/api/v1/reports", json=report).json()["number"]
    seen = district.client("north").get(f"/api/v1/tickets/{number}").json()
    assert [one["code"] for one in seen["cameras"]] == [CODES[1], CODES[0]]
    for name in ("", "south"):
        assert "cameras" not in district.client(name).get(f"/api/v1/tickets/{number}").json()


def test_how_much_of_each_grid_is_in_view(district: District, owner: Database) -> None:
    answer = district.client("north").get("/api/v1/cameras/view", params={"area": NORTH})
    assert answer.status_code == 200, answer.text
    with owner.transaction(EVERYTHING) as connection:
        exact = dict(
            tuple(row)
            for row in connection.execute(
                text(
                    "SELECT v.code, coalesce(ST_Area(ST_Intersection(v.geom, ("
                    " SELECT ST_Union(sector) FROM overlay.camera WHERE code <> :southern))::geography)"
                    " / ST_Area(v.geom::geography), 0) FROM app.area_at(now()) AS v WHERE v.code IN (:a, :b)"
                ),
                {"a": GRIDS["A"], "b": GRIDS["B"], "southern": CODES[4]},
            )
        )
    found = {one["code"]: one["share"] for one in answer.json()["by"]}
    assert found == {code: pytest.approx(share, abs=0.02) for code, share in exact.items()}
    assert found[GRIDS["B"]] == 0 < found[GRIDS["A"]], "a blind spot"
    assert district.client().get("/api/v1/cameras/view").status_code == 401


def test_a_camera_that_is_off_is_named_and_sees_nothing(district: District, owner: Database, tmp_path: Path) -> None:
    lon, lat = spot(0.8, 0.5)

    def seen() -> tuple[dict[str, Any], float]:
        asked: dict[str, Any] = {"lon": lon, "lat": lat, "system": "wgs84"}
        found = district.client("north").get("/api/v1/cameras", params=asked).json()["cameras"]
        view = district.client("north").get("/api/v1/cameras/view", params={"area": NORTH}).json()
        return next(one for one in found if one["code"] == CODES[1]), view["share"]

    def load(more: str, said: str) -> None:
        x, y = spot(1.0, 0.5)
        file = tmp_path / "camera.csv"
        file.write_text(
            f"code,name,lon,lat,bearing_deg,angle_deg,range_m{more}\n{CODES[1]},路口,{x},{y},270,60,150{said}\n",
            "utf-8",
        )
        load_cameras(owner, file, WGS84)

    before, share = seen()
    assert before["state"] is before["height_m"] is before["owner"] is None
    load(",安装高度,状态,所属单位", ",4.5,离线,某派出所(虚构)")
    now, less = seen()
    assert (now["state"], now["height_m"], now["owner"]) == ("off", 4.5, "某派出所(虚构)") and less < share
    load(",status", ",在线")
    assert seen() == (before | {"state": "on"}, share)
    with pytest.raises(Refused, match="the state '坏的' is unknown -> on, off or broken"):
        load(",status", ",坏的")
    load("", "")
    assert seen() == (before, share)


def places(district: District, name: str = "north", **asked: Any) -> list[Any]:
    answer = district.client(name).get("/api/v1/places", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["places"]
    return found


def test_places_come_nearest_first_and_visits_make_them_due(district: District, owner: Database) -> None:
    lon, lat = spot(0.61, 0.5)
    here: dict[str, Any] = {"lon": lon, "lat": lat, "system": "wgs84"}
    assert [one["code"] for one in places(district, **here, limit=3)] == ["JSD-3", "JSD-4", "JSD-2"]
    kits = places(district, **here, kind="rescue")
    assert [one["code"] for one in kits] == ["JSD-3", "JSD-2", "JSD-5", "JSD-1", "JSD-6", "JSD-0"]
    assert [one["overdue"] for one in kits] == [True, True, True, True, False, True]
    assert kits[0]["distance_m"] == pytest.approx(Geod(ellps="WGS84").inv(lon, lat, *spot(0.6, 0.5))[2], rel=1e-6)
    begin = datetime.now(UTC) - timedelta(hours=30)
    walked = [
        {"lon": spot(at, 0.5)[0], "lat": lat, "system": "wgs84", "at": (begin + timedelta(seconds=n * 60)).isoformat()}
        for n, at in enumerate([0.5, 0.7, 0.9, 1.1])
    ]
    sent = district.client("wang").post("/api/v1/pings", json=walked)
    assert sent.json()["accepted"] == 4, sent.text
    with owner.transaction(EVERYTHING) as connection:
        while keep_walks(connection):
            pass
    due = {one["code"]: (one["overdue"], one["visited_at"] is not None) for one in places(district, **here)}
    assert due["JSD-3"] == (True, True), "passed between two pings, 30 h ago, and due each 24 h"
    assert due["JSD-5"] == (False, True) and due["JSD-1"] == (True, False) and due["JSD-4"] == (False, True)
    assert [one["code"] for one in places(district, overdue=True)] == ["JSD-0", "JSD-1", "JSD-2", "JSD-3"]
    assert places(district, "south", **here) == []
    assert places(district, area=GRIDS["B"]) == []
    client = district.client("north")
    assert client.get("/api/v1/places", params={"lon": lon}).status_code == 422
    assert client.get("/api/v1/places", params={"lon": lon, "lat": lat}).status_code == 422
    assert district.client().get("/api/v1/places").status_code == 401


def test_a_camera_whose_id_a_spreadsheet_spoiled_is_refused(owner: Database, tmp_path: Path) -> None:
    """20 digits are more than a number holds: 3.6E+19 is no id."""
    path = tmp_path / "cameras.csv"
    path.write_text("code,name,lon,lat\n3.60302000013200E+19,路口,113.851,27.649\n", encoding="utf-8")
    with pytest.raises(Exception, match="code.*too long"):
        load_cameras(owner, path, WGS84)
