"""Areas, locate, counters, lists, health: what everybody may ask."""

from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.test_reports import body
from tests.drawing import spot
from tests.waiting import until


def get(district: District, path: str, **params: Any) -> Any:
    return district.client().get(f"/api/v1/{path}", params=params)


def test_areas_are_one_geojson_collection(district: District) -> None:
    answer = get(district, "areas", level="grid")
    assert answer.headers["content-type"].startswith("application/geo+json")
    features = answer.json()["features"]
    assert [f["properties"]["code"] for f in features] == sorted(GRIDS.values())
    first = features[0]
    assert first["geometry"]["type"] == "MultiPolygon"
    assert {"code", "name", "level", "kind", "parent", "network", "valid_from", "valid_to"} <= set(first["properties"])
    assert first["properties"]["parent"] == f"{NORTH}001"
    assert first["properties"]["valid_from"] == "2023-01-01T08:00:00+08:00", "in the district's zone"
    assert first["properties"]["valid_to"] is None


def test_areas_by_parent_box_and_date(district: District) -> None:
    assert len(get(district, "areas", parent="360302").json()["features"]) == 2
    west, north = spot(2.1, 0.1)
    east, south = spot(2.9, 0.9)
    inside = get(district, "areas", level="grid", bbox=f"{west},{south},{east},{north}").json()["features"]
    assert [f["properties"]["code"] for f in inside] == [GRIDS["B"]]
    assert get(district, "areas", at="2020-01-01").json()["features"] == []
    assert get(district, "areas", bbox="1,2,3").status_code == 422
    assert get(district, "areas", at="yesterday").status_code == 422
    assert "offset" in get(district, "areas", at="2026-01-01T08:00:00").json()["detail"]
    assert "years" in get(district, "areas", at="9999-12-31T23:59:59-12:00").json()["detail"]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({"level": "street"}, 422),
        ({"parent": "999"}, 404),
        ({"parent": NORTH, "at": "2020-01-01"}, 404),
        ({"network": "none-such"}, 404),
    ],
)
def test_areas_of_what_is_unknown_are_refused_not_empty(
    district: District, question: dict[str, str], status: int
) -> None:
    answer = get(district, "areas", **question)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, next(iter(question)))


def test_one_area_and_what_is_said_of_an_unknown_one(district: District) -> None:
    assert get(district, f"areas/{GRIDS['A']}").json()["properties"]["name"]
    for path in ("areas/999", f"areas/{GRIDS['A']}?at=2020-01-01", "areas/999/lineage", "counters?area=999"):
        answer = district.client().get(f"/api/v1/{path}")
        assert answer.status_code == 404, path
        assert answer.json()["errors"][0]["field"] == "code"


@pytest.mark.parametrize("rest", ["", "/lineage", "/figures"])
def test_a_code_that_cannot_be_stored_is_422(district: District, rest: str) -> None:
    answer = district.client().get(f"/api/v1/areas/{GRIDS['A']}%00{rest}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "code")
    assert district.client().get("/api/v1/aliases/a%00").status_code == 422


def test_locate_always_answers(district: District) -> None:
    lon, lat = spot(0.5, 0.5)
    found = get(district, "locate", lon=lon, lat=lat, system="wgs84").json()
    assert found["grid"]["code"] == GRIDS["A"]
    assert found["assignment"]["confidence"] == 1
    far = get(district, "locate", lon=0, lat=0, system="wgs84")
    assert (far.status_code, far.json()["grid"], far.json()["assignment"]["method"]) == (200, None, "none")
    shape = get(district, f"areas/{GRIDS['A']}").json()["geometry"]["coordinates"][0][0]
    edge = max(corner[0] for corner in shape)  # to the last digit
    disc = get(district, "locate", lon=edge, lat=lat, system="wgs84", accuracy_m=50).json()
    assert disc["assignment"]["method"] == "edge"
    assert disc["assignment"]["confidence"] == pytest.approx(0.5, abs=0.01)
    assert len(disc["assignment"]["candidates"]) == 2


@pytest.mark.parametrize(
    "params",
    [
        {"lon": "nan", "lat": 1, "system": "wgs84"},
        {"lon": "inf", "lat": 1, "system": "wgs84"},
        {"lon": 500, "lat": 1, "system": "wgs84"},
        {"lon": 1, "lat": 1},
        {"lon": 1, "lat": 1, "system": "mars"},
        {"lon": 1, "lat": 1, "system": "wgs84", "accuracy_m": -1},
        {"lon": spot(0.5, 0.5)[1], "lat": spot(0.5, 0.5)[0], "system": "wgs84"},
    ],
)
def test_locate_refuses_what_is_no_point(district: District, params: dict[str, Any]) -> None:
    answer = district.client().get("/api/v1/locate", params=params)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["remedy"]


def test_an_unknown_network_is_404(district: District) -> None:
    assert get(district, "locate", lon=1, lat=1, system="wgs84", network="party").status_code == 404


def test_counters_add_up_and_move(district: District) -> None:
    client = district.client()
    points = [spot(0.5, 0.5), spot(2.5, 0.5), spot(0.5, 1.5), spot(1.5, 3)]
    for lon, lat in points:
        assert client.post("/api/v1/reports", json=body(lon=lon, lat=lat)).status_code == 201

    def count(area: str) -> dict[str, int]:
        counted: dict[str, int] = get(district, "counters", area=area).json()
        return counted

    for parent, children in {
        "360302": [NORTH, SOUTH],
        NORTH: [f"{NORTH}001"],
        f"{NORTH}001": [GRIDS["A"], GRIDS["B"]],
        f"{SOUTH}001": [GRIDS["C"]],
    }.items():
        whole = count(parent)
        assert whole["total"] == sum(count(child)["total"] for child in children) + whole["unplaced"]
        assert whole["open"] == whole["total"] - whole["done"]
    assert count(f"{SOUTH}001")["unplaced"] == 1
    assert count(GRIDS["A"])["unplaced"] == 0
    assert count("360302")["today"] == count("360302")["total"] == 4
    assert count("360302")["due_soon"] == 4, "a hazard is due within a day"


def test_tickets_by_filter(district: District) -> None:
    client = district.client()
    lon, lat = spot(0.5, 0.5)
    number = client.post("/api/v1/reports", json=body(category="consultation", lon=lon, lat=lat)).json()["number"]

    def numbers(**params: Any) -> list[str]:
        return [t["number"] for t in client.get("/api/v1/tickets", params=params).json()["tickets"]]

    assert numbers(limit=1) == [number], "the newest first"
    assert number in numbers(area=NORTH, category="政策咨询", step="handle")
    assert number not in numbers(area=SOUTH)
    assert number not in numbers(category="hazard")
    assert numbers(**{"from": "2020-01-01", "to": "2021-01-01"}) == []
    assert client.get("/api/v1/tickets", params={"limit": 0}).status_code == 422
    assert client.get("/api/v1/tickets", params={"category": "nonsense"}).status_code == 422
    assert client.get("/api/v1/tickets/none-such").status_code == 404


def test_categories_and_health(district: District) -> None:
    categories = {c["id"]: c["name_zh"] for c in get(district, "categories").json()}
    assert categories == {
        "livelihood": "民生事项", "consultation": "政策咨询", "dispute": "矛盾纠纷", "hazard": "安全隐患",
    }  # fmt: skip
    assert district.client().get("/healthz").status_code == 200
    assert district.client().get("/readyz").status_code == 200


def metrics(district: District) -> dict[str, float]:
    answer = district.client().get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=1.0.0; charset=utf-8")
    samples = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    return {name.partition("{")[0]: float(value) for name, value in samples}


def test_metrics_say_how_far_changes_lag_behind(district: District) -> None:
    owner = Database(district.url, role=OWNER)
    lon, lat = spot(0.5, 0.5)
    try:
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text("SELECT pg_current_xact_id()"))  # a long writer: what follows cannot be read yet
            district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat))
            until(lambda: metrics(district)["gisgrid_change_lag_seconds"] > 0.1)
    finally:
        owner.close()
    until(lambda: metrics(district)["gisgrid_change_lag_seconds"] == 0)
    told = metrics(district)
    assert (told["gisgrid_info"], told["gisgrid_ready"], told["gisgrid_event_listeners"]) == (1, 1, 0)


def test_every_answer_keeps_to_its_place(district: District) -> None:
    for path in ("/", "/api/v1/tickets", "/nowhere"):
        headers = district.client().get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert district.client().get("/nowhere").headers["content-type"] == "application/problem+json"


def test_the_openapi_document_names_every_door(district: District) -> None:
    paths = district.client().get("/openapi.json").json()["paths"]
    assert {"/api/v1/reports", "/api/v1/locate", "/api/v1/areas", "/api/v1/tickets/{number}/steps"} <= set(paths)
