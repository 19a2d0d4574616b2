"""The document tells what answers hold, and answers hold what it tells."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import text

from gisgrid import __version__
from gisgrid.api import answers
from gisgrid.codes import LEVELS
from gisgrid.database import OWNER, Database
from tests.api.conftest import GRIDS, NORTH, District
from tests.api.test_reports import body
from tests.drawing import spot


@pytest.fixture(scope="module")
def document(district: District) -> dict[str, Any]:
    told: dict[str, Any] = district.client().get("/openapi.json").json()
    return told


def told_answers(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                yield f"{method} {path}", status, answer


def empty_schemas(document: dict[str, Any]) -> list[str]:
    """Which answers with a body say nothing of it?"""
    return [
        f"{name} {status}"
        for name, status, answer in told_answers(document)
        if status not in ("204", "304")
        and not ("mvt" in name and status == "200")
        and not all(content.get("schema") for content in answer.get("content", {"none": {}}).values())
    ]


def test_every_answer_is_described(document: dict[str, Any]) -> None:
    assert empty_schemas(document) == []
    document["paths"]["/planted"] = {"get": {"responses": {"200": {"content": {"application/json": {"schema": {}}}}}}}
    assert empty_schemas(document) == ["get /planted 200"], "the check catches what it is for"
    del document["paths"]["/planted"]


def test_every_refusal_is_a_problem_document(document: dict[str, Any]) -> None:
    refusals = {(name, status): answer for name, status, answer in told_answers(document) if status >= "400"}
    assert {tuple(answer["content"]) for answer in refusals.values()} == {("application/problem+json",)}
    assert {status for name, status in refusals if name.startswith("post /api/v1/tickets")} == {
        "400", "401", "403", "404", "409", "413", "422", "503", "507",
    }  # fmt: skip
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_what_only_some_may_see_is_not_required(document: dict[str, Any]) -> None:
    ticket = document["components"]["schemas"]["Ticket"]
    hidden = {"description", "contact", "point", "department", "post", "history", "next_steps", "whistles"}
    hidden |= {"photos", "rating", "cameras", "last_patrol", "nearest_patrols"}
    assert set(ticket["properties"]) - set(ticket["required"]) == hidden


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/api/v1/areas", answers.AreaCollection),
        ("/api/v1/areas?geometry=false", answers.AreaCollection),
        (f"/api/v1/areas/{NORTH}", answers.AreaFeature),
        ("/api/v1/areas/0", answers.Problem),
        ("/api/v1/areas?geometry=perhaps", answers.Problem),
        ("/tiles/area,ticket.json", answers.TileJson),
        ("/tiles/area/x/0/0.mvt", answers.Problem),
        ("/style/day.json", answers.MapStyle),
    ],
)
def test_what_is_answered_as_it_is_keeps_to_the_document(district: District, path: str, model: type[BaseModel]) -> None:
    """The other answers pass through their models on their way out."""
    model.model_validate_json(district.client("boss").get(path).content)


def test_areas_without_shapes(district: District) -> None:
    client = district.client()
    whole = client.get("/api/v1/areas", params={"level": "grid"}).json()["features"]
    bare = client.get("/api/v1/areas", params={"level": "grid", "geometry": "false"}).json()["features"]
    assert [feature["geometry"] for feature in bare] == [None] * len(GRIDS)
    assert [feature["properties"] for feature in bare] == [feature["properties"] for feature in whole]


def test_locate_says_where_the_point_is_in_wgs84(district: District) -> None:
    lon, lat = spot(0.5, 0.5)
    given: dict[str, str | float] = {"lon": lon + 0.004, "lat": lat - 0.003, "system": "gcj02"}
    found = district.client().get("/api/v1/locate", params=given).json()
    assert found["point"] == pytest.approx({"lon": lon, "lat": lat}, abs=0.002)
    assert found["point"] != {"lon": given["lon"], "lat": given["lat"]}


def test_what_a_client_needs_to_know_of_the_server(district: District) -> None:
    told = district.client().get("/api/v1/config").json()
    roles, levels = told.pop("roles"), told.pop("levels")
    assert told == {
        "zone": "Asia/Shanghai", "due_soon_hours": 24, "network": "base", "version": __version__, "sample": False,
    }  # fmt: skip
    assert {"worker", "editor", "admin", "department"} < {one["role"] for one in roles}, "those of accounts"
    assert [one["level"] for one in levels] == list(LEVELS)
    assert all(one["name_zh"] and one["name_en"] for one in [*roles, *levels])


def test_states_are_what_the_counters_count(district: District) -> None:
    client, boss = district.client(), district.client("boss")
    places = {"hazard": spot(0.5, 0.5), "consultation": spot(2.5, 0.5), "livelihood": spot(1.5, 3)}
    numbers = [
        client.post("/api/v1/reports", json=body(category=category, lon=lon, lat=lat)).json()["number"]
        for category, (lon, lat) in places.items()
    ]
    for step in ("inspect", "feedback", "rate"):
        assert boss.post(f"/api/v1/tickets/{numbers[1]}/steps", json={"step": step}).status_code == 201
    owner = Database(district.url, role=OWNER)
    with owner.transaction() as connection:
        late = text("UPDATE work.ticket SET due_at = now() - interval '1 s' WHERE number = :number")
        connection.execute(late, {"number": numbers[2]})
    owner.close()
    seen: dict[str, int] = {}
    for area in ("", "360302", NORTH, f"{NORTH}001", f"{NORTH[:-1]}2001", GRIDS["A"]):
        counted = client.get("/api/v1/counters", params={"area": area}).json()
        for state in ("open", "done", "due_soon", "overdue", "today", "unplaced"):
            params = {"area": area, "state": state, "limit": 1000}
            listed = client.get("/api/v1/tickets", params=params).json()["tickets"]
            assert len(listed) == counted[state], (area, state)
            seen[state] = seen.get(state, 0) + len(listed)
    assert all(seen.values()), seen
    refused = client.get("/api/v1/tickets", params={"state": "nonsense"})
    assert refused.status_code == 422
    [fault] = refused.json()["errors"]
    assert fault["field"] == "state"
    assert fault["remedy"].startswith("one of 'open', 'done'")
