"""Valid and recorded, asked over HTTP: a correction changes what is known of the past, not what was believed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import mapbox_vector_tile
import pytest

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import OWNER, Database
from gisgrid.geo import LonLat, tile_at
from tests.api.conftest import GRIDS, NORTH, District
from tests.api.test_reports import body
from tests.drawing import draw, spot, write_geojson

PAST = "2023-06-01"
NEW = f"{NORTH}001003"
TILE = tile_at(LonLat(*spot(1.5, 0.5)), 16)


@pytest.fixture(scope="module")
def before(district: District, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An instant after which it became known that A's second cell was another grid from March 2023 on."""
    lon, lat = spot(1.5, 0.5)
    assert district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat)).status_code == 201
    owner = Database(district.url, role=OWNER)
    instant = datetime.now(UTC).isoformat()
    drawn = draw("ANB\nCCC")
    codes = {**GRIDS, "N": NEW}
    path = write_geojson(tmp_path_factory.mktemp("areas") / "new.geojson", {codes[k]: drawn[k] for k in "AN"})
    import_boundaries(owner, ImportOrder(path, datetime(2023, 3, 1, tzinfo=UTC), level="grid"))
    yield instant
    owner.close()


def get(district: District, path: str, **params: Any) -> Any:
    answer = district.client().get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def grid_at(district: District, **params: Any) -> str:
    lon, lat = spot(1.5, 0.5)
    return str(get(district, "locate", lon=lon, lat=lat, system="wgs84", **params)["grid"]["code"])


def test_locate(district: District, before: str) -> None:
    assert grid_at(district) == NEW
    assert grid_at(district, at=PAST) == NEW, "as is known today"
    assert grid_at(district, at=PAST, as_recorded=before) == GRIDS["A"], "as was believed"
    assert grid_at(district, at="2023-02-01") == GRIDS["A"]


def test_areas(district: District, before: str) -> None:
    def codes(**params: Any) -> set[str]:
        return {f["properties"]["code"] for f in get(district, "areas", level="grid", **params)["features"]}

    assert codes() - codes(as_recorded=before) == {NEW}
    assert NEW in codes(at=PAST) and NEW not in codes(at=PAST, as_recorded=before)
    assert get(district, f"areas/{NEW}", at=PAST)["properties"]["valid_from"] == "2023-03-01T08:00:00+08:00"
    assert district.client().get(f"/api/v1/areas/{NEW}", params={"as_recorded": before}).status_code == 404


def test_counters_say_how_it_stood_and_what_was_believed(district: District, before: str) -> None:
    community = f"{NORTH}001"

    def count(area: str, **params: Any) -> tuple[int, int]:
        found = get(district, "counters", area=area, **params)
        return found["total"], found["unplaced"]

    assert [count(area) for area in (community, GRIDS["A"], NEW)] == [(1, 0), (0, 0), (1, 0)]
    for then in ({"as_recorded": before}, {"at": before, "as_recorded": before}):
        assert [count(area, **then) for area in (community, GRIDS["A"])] == [(1, 0), (1, 0)], "as was believed"
    assert [count(area, at=before) for area in (community, GRIDS["A"], NEW)] == [(1, 0), (0, 0), (1, 0)], "as locate"
    assert count(community, at=PAST) == (0, 0), "it had not come"
    assert district.client().get("/api/v1/counters", params={"area": NEW, "as_recorded": before}).status_code == 404


def test_what_was_opened_again_counts_as_done_then(district: District, before: str) -> None:
    lon, lat = spot(2.5, 0.5)
    boss, number = (
        district.client("boss"),
        district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat)).json()["number"],
    )

    def count(**params: Any) -> tuple[int, int]:
        found = get(district, "counters", area=GRIDS["B"], **params)
        return found["done"], found["open"]

    def step(*names: str) -> str:
        for name in names:
            answer = boss.post(f"/api/v1/tickets/{number}/steps", json={"step": name, "note": "(测试)"})
            assert answer.status_code == 201, answer.text
        return datetime.now(UTC).isoformat()

    opened = step()
    closed = step("inspect", "feedback", "rate")
    again = step("handle")
    step("inspect", "feedback", "rate")
    assert [count(at=at) for at in (opened, closed, again)] == [(0, 1), (1, 0), (0, 1)]
    assert count() == (1, 0)


def test_tiles(district: District, before: str) -> None:
    def codes(**params: Any) -> set[str]:
        answer = district.client().get(f"/tiles/area/{TILE.z}/{TILE.x}/{TILE.y}.mvt", params=params)
        assert answer.status_code == 200, answer.text
        features = mapbox_vector_tile.decode(answer.content)["area"]["features"]
        return {f["properties"]["code"] for f in features if f["properties"]["level"] == "grid"}

    assert NEW in codes() and NEW in codes(at=PAST)
    assert NEW not in codes(as_recorded=before) and NEW not in codes(at=PAST, as_recorded=before)
    url = f"/tiles/area/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
    assert district.client().get(url, params={"as_recorded": "then"}).status_code == 422


def test_lineage_names_who_holds_the_ground(district: District, before: str) -> None:
    lineage = get(district, f"areas/{GRIDS['A']}/lineage")
    assert lineage["successors"] == [{"code": GRIDS["A"], "name": f"网格{GRIDS['A']}", "kind": "base", "share": 1}]
    assert lineage["lost_share"] == 0
    assert [(entry["code"], entry["kind"]) for entry in lineage["to"]] == [(GRIDS["A"], "split"), (NEW, "split")]


def test_figures_are_carried_over(district: District, before: str) -> None:
    new = get(district, f"areas/{NEW}/figures")
    assert (new["code"], new["received"], new["closed"]) == (NEW, 1, 0)
    assert new["by_code"] == [{"code": NEW, "own": True, "share": 1, "received": 1, "closed": 0}]
    whole = get(district, f"areas/{NORTH}/figures", **{"from": "2023-01-01", "to": "2024-01-01"})
    assert (whole["received"], whole["from"]) == (0, "2023-01-01T00:00:00+08:00")
    assert district.client().get("/api/v1/areas/999/figures").status_code == 404
    assert district.client().get(f"/api/v1/areas/{NEW}/figures", params={"from": "x"}).status_code == 422


def test_boundaries_say_when_they_changed_and_what_became_of_what(district: District, before: str) -> None:
    history = get(district, "boundaries/history")
    assert [change["at"] for change in history["changes"]][-1] == "2023-03-01T08:00:00+08:00"
    first, last = history["changes"][0], history["changes"][-1]
    assert (first["ended"], last["grids"] - first["grids"]) == (0, 1)
    assert (last["began"], last["ended"]) == (2, 1), "A in its new shape, and the new grid"
    for change in history["changes"]:
        there = get(district, "areas", level="grid", at=change["at"], geometry=False)["features"]
        assert len(there) == change["grids"]
    found = get(district, "boundaries/changes", **{"from": "2023-02-01", "to": PAST})["features"]
    told = [(f["properties"]["side"], f["properties"]["code"], f["properties"]["became"]) for f in found]
    assert told == [
        ("after", GRIDS["A"], None),
        ("after", NEW, None),
        ("before", GRIDS["A"], None),
        ("link", GRIDS["A"], GRIDS["A"]),
        ("link", GRIDS["A"], NEW),
    ]
    shapes = {f["properties"]["side"]: f["geometry"]["type"] for f in found}
    assert shapes == {"after": "MultiPolygon", "before": "MultiPolygon", "link": "LineString"}
    assert get(district, "boundaries/changes", **{"from": PAST})["features"] == []
    for wrong in ({}, {"from": "then"}, {"from": PAST, "to": "2023-01-01"}):
        assert district.client().get("/api/v1/boundaries/changes", params=wrong).status_code == 422
