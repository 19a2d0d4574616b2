"""A misspelt query parameter is refused by name at every door; the document lists every parameter that is taken."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from gisgrid.api.parameters import names_of
from tests.api.conftest import District


def doors(district: District) -> dict[tuple[str, str], APIRoute]:
    return {
        (route.path, method): route
        for route in district.app.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    }


def test_every_door_knows_the_parameters_that_its_document_lists(district: District) -> None:
    paths: dict[str, Any] = district.app.openapi()["paths"]
    for (path, method), route in doors(district).items():
        listed = {p["name"] for p in paths[path][method.lower()].get("parameters", []) if p["in"] == "query"}
        assert names_of(route) == listed, path


@pytest.mark.parametrize(
    ("door", "unknown"),
    [
        ("locate?lon=113.86&lat=27.62&system=wgs84&accuracy=5000", "accuracy"),
        ("locate?lon=113.86&lat=27.62&system=wgs84&date=2023-06-01", "date"),
        ("tickets?bbox=113.8,27.6,113.81,27.61", "bbox"),
        ("areas?levle=grid", "levle"),
        ("config?x=1", "x"),
    ],
)
def test_a_misspelt_parameter_is_named_with_those_there_are(district: District, door: str, unknown: str) -> None:
    answer = district.client().get(f"/api/v1/{door}")
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == unknown
    assert error["message_zh"]
    assert error["remedy"].startswith(("one of ", "leave it out"))


def test_a_stranger_is_asked_to_sign_in_first(district: District) -> None:
    assert district.client().get("/api/v1/changesets?x=1").status_code == 401
