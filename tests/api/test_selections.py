"""Devices inside a drawn polygon: each sees his own, their list goes to who may have it, and the trail says so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.cli.main import run
from gisgrid.coordinates import from_wgs84
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.devices import MOST_SELECTED, load_devices
from gisgrid.loading import ReadOptions
from gisgrid.notices.targets import TargetOrder, add_target
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.drawing import spot
from tests.sql.endpoints import EndPoint, answer, listening
from tests.sql.notices import sender_of

DOOR = "/api/v1/devices/selections"
AT = {"D-1": (0.5, 0.5, "loudspeaker"), "D-2": (1.5, 0.5, "smoke"), "D-3": (2.5, 0.5, "loudspeaker")}
SOUTHERN = {"D-4": (0.5, 1.5, "loudspeaker")}


@pytest.fixture(scope="module")
def owner(district: District, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    path = tmp_path_factory.mktemp("devices") / "devices.csv"
    rows = [
        f"{code},设备{code},{kind},hazard,{spot(x, y)[0]},{spot(x, y)[1]}"
        for code, (x, y, kind) in {**AT, **SOUTHERN}.items()
    ]
    path.write_text("\n".join(["code,name,kind,category,lon,lat", *rows]), encoding="utf-8")
    load_devices(database, path, ReadOptions(system="wgs84"))
    yield database
    database.close()


@pytest.fixture(scope="module", autouse=True)
def auditor(district: District) -> None:
    superuser = Database(district.url, role="")
    with superuser.transaction() as connection:
        district.secrets["shen"] = add_account(connection, "shen", "auditor")
    superuser.close()


def ring(*corners: tuple[float, float], system: str = "wgs84") -> dict[str, Any]:
    points = [spot(*corner) for corner in corners]
    return {"polygon": [list(from_wgs84(*point, system)) for point in points], "system": system}


EAST = ring((1.0, -0.1), (3.1, -0.1), (3.1, 1.9), (1.0, 1.9))
ALL = ring((-0.1, -0.1), (3.1, -0.1), (3.1, 2.1), (-0.1, 2.1))


def select(district: District, name: str, body: dict[str, Any], **more: Any) -> Any:
    return district.client(name).post(DOOR, json={**body, **more})


def codes(told: Any) -> list[str]:
    assert told.status_code == 200, told.text
    return [one["code"] for one in told.json()["devices"]]


def trail(district: District) -> list[dict[str, Any]]:
    told = district.client("shen").get("/api/v1/audit", params={"what": "devices", "limit": 100})
    found: list[dict[str, Any]] = told.json()["entries"]
    return found


def test_each_selects_the_devices_of_his_own_areas(district: District, owner: Database) -> None:
    assert codes(select(district, "boss", ALL)) == ["D-1", "D-2", "D-3", "D-4"]
    assert codes(select(district, "north", ALL)) == ["D-1", "D-2", "D-3"]
    assert codes(select(district, "south", ALL)) == ["D-4"]
    assert codes(select(district, "north", EAST)) == ["D-2", "D-3"]
    assert codes(select(district, "north", ALL, kind="loudspeaker")) == ["D-1", "D-3"]
    assert codes(select(district, "north", ring((5, 5), (6, 5), (6, 6)))) == []
    one = select(district, "north", EAST).json()["devices"][0]
    assert (one["grid"], one["kind"], one["off"], one["last_seen_at"]) == (GRIDS["A"], "smoke", False, None)
    assert (one["lon"], one["lat"]) == pytest.approx(spot(1.5, 0.5))


def test_a_polygon_of_another_system_closed_or_not_is_the_same(district: District, owner: Database) -> None:
    shifted = ring((1.0, -0.1), (3.1, -0.1), (3.1, 1.9), (1.0, 1.9), system="gcj02")
    assert codes(select(district, "north", shifted)) == ["D-2", "D-3"]
    assert codes(select(district, "north", {**EAST, "polygon": [*EAST["polygon"], EAST["polygon"][0]]})) == [
        "D-2",
        "D-3",
    ]


@pytest.mark.parametrize(
    "body",
    [
        ring((0, 0), (1, 1), (1, 0), (0, 1)),
        ring((0, 0), (1, 1), (2, 2)),
        {**EAST, "polygon": EAST["polygon"][:2]},
        {**EAST, "polygon": [EAST["polygon"][0], *EAST["polygon"][:1]] * 2},
        {**EAST, "system": "mars"},
        {"polygon": EAST["polygon"]},
        {**EAST, "polygon": [[lat, lon] for lon, lat in EAST["polygon"]]},
        {**EAST, "polygon": [[113.85 + n * 1e-6, 27.65 + (n % 2) * 1e-3] for n in range(502)]},
    ],
)
def test_what_is_no_polygon_is_refused_in_both_languages(district: District, owner: Database, body: Any) -> None:
    told = select(district, "north", body)
    assert told.status_code == 422, told.text
    assert all(one["message"] and one["message_zh"] for one in told.json()["errors"])


def test_who_may_not_see_devices_or_hand_them_over_is_refused(district: District, owner: Database) -> None:
    assert select(district, "", ALL).status_code == 401
    assert select(district, "shen", ALL).status_code == 403
    assert codes(select(district, "wang", ALL)) == ["D-1", "D-2"], "a worker sees those of his grid"
    refused = select(district, "wang", ALL, hand_over=True)
    assert refused.status_code == 403 and "不能把设备交给" in refused.json()["errors"][0]["message_zh"]


def test_more_devices_than_one_list_holds_are_refused(district: District, owner: Database) -> None:
    many = (
        "INSERT INTO overlay.device (code, name, kind, category, area_id, path, geom) SELECT 'M-' || n, 'm', 'many',"
        " category, area_id, path, geom FROM overlay.device, generate_series(1, :n) AS n WHERE code = 'D-4'"
    )
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text(many), {"n": MOST_SELECTED})
    try:
        assert len(codes(select(district, "south", ALL, kind="many"))) == MOST_SELECTED
        told = select(district, "south", ALL)
        assert told.status_code == 422 and f"more than {MOST_SELECTED}" in told.text
    finally:
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text("DELETE FROM overlay.device WHERE kind = 'many'"))


@pytest.fixture
def hooks(owner: Database) -> Iterator[dict[str, EndPoint]]:
    """Webhooks of the district, of each town, and of one that is trusted with no words."""
    areas = {"all": ("360302", True), "north": (NORTH, True), "south": (SOUTH, True), "open": (NORTH, False)}
    ok = answer(200)
    with listening(ok) as one, listening(ok) as two, listening(ok) as three, listening(ok) as four:
        heard = dict(zip(areas, (one, two, three, four), strict=True))
        with owner.transaction(EVERYTHING) as connection:
            for name, (area, words) in areas.items():
                order = TargetOrder(name, "webhook", heard[name].url, topics=("device.*",), area=area)
                order = TargetOrder(**{**vars(order), "with_words": words, "may_be_private": True})
                add_target(connection, order, may_be_http=True)
        yield heard
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text("DELETE FROM work.delivery"))
            connection.execute(text("DELETE FROM work.target"))
            connection.execute(text("DELETE FROM work.outbox WHERE topic = 'device.selected'"))


def test_the_list_goes_to_who_may_have_all_of_it(
    district: District, owner: Database, hooks: dict[str, EndPoint]
) -> None:
    """A selection of one town goes to its target and to the district's; one of both towns to the district's alone."""
    own = select(district, "north", EAST, hand_over=True, words="请播放防汛广播")
    assert own.json()["handed_over"]["targets"] == 2
    both = select(district, "boss", ALL, hand_over=True)
    assert both.json()["handed_over"]["targets"] == 1
    nobody = select(district, "boss", ring((5, 5), (6, 5), (6, 6)), hand_over=True)
    assert nobody.json() == {"devices": [], "handed_over": None}
    with sender_of(district.url) as sender:
        sender.send_once()
    assert [len(hooks[name].requests) for name in ("all", "north", "south", "open")] == [2, 1, 0, 0]
    told = hooks["north"].requests[0].message
    assert (told["type"], told["id"]) == ("device.selected", own.json()["handed_over"]["notice_id"])
    assert (told["data"]["by"], told["data"]["words"], told["data"]["count"]) == ("north", "请播放防汛广播", 2)
    assert [one["code"] for one in told["data"]["devices"]] == ["D-2", "D-3"]
    assert told["data"]["polygon"]["type"] == "Polygon"


def test_the_trail_says_who_selected_what_and_to_how_many_it_went(
    district: District, owner: Database, hooks: dict[str, EndPoint]
) -> None:
    select(district, "north", EAST, kind="loudspeaker")
    select(district, "north", EAST, hand_over=True, words="秘密")
    handed, seen = trail(district)[:2]
    assert (seen["who"], seen["subject"], seen["facts"]["of"]) == ("north", "selected", ["D-3"])
    assert (handed["who"], handed["subject"], handed["facts"]["targets"]) == ("north", "handed_over", 2)
    assert "秘密" not in json.dumps(handed, ensure_ascii=False), "what was said is not in the trail"


def test_the_verb_selects_by_a_file(
    district: District,
    owner: Database,
    hooks: dict[str, EndPoint],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    corners = [*EAST["polygon"], EAST["polygon"][0]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [corners]}}
    path = tmp_path / "drawn.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert (
        run(["device", "select", str(path), "--kind", "loudspeaker", "--hand-over", "--words", "试播", "--json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in said["devices"]] == ["D-3"] and said["handed_over"]["targets"] == 2
    assert trail(district)[0]["who"].startswith("machine/")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, feature]}))
    assert run(["device", "select", str(path)]) == 1
    assert "需要一个没有洞的多边形" in capsys.readouterr().err
