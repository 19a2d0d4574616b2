"""What every door says to a method that it does not have, and to HEAD."""

import pytest

from tests.api.conftest import District

DOORS = ["/", "/healthz", "/readyz", "/api/v1/areas?level=grid", "/tiles/area/13/6689/3441.mvt", "/style/day.json"]


@pytest.mark.parametrize("path", DOORS)
def test_head_is_get_without_the_body(district: District, path: str) -> None:
    client = district.client()
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code < 300
    assert head.content == b""
    shared = {"content-type", "etag", "cache-control", "content-length"}
    assert {k: v for k, v in head.headers.items() if k in shared} == {
        k: v for k, v in get.headers.items() if k in shared
    }


def test_head_of_what_is_not_there_is_404(district: District) -> None:
    assert district.client().head("/nowhere").status_code == 404
    assert district.client().head("/api/v1/areas/999").status_code == 404


def test_a_person_who_follows_a_wrong_link_is_shown_the_way_to_the_map(district: District) -> None:
    accept = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    client = district.client()
    for path, top in (("/nowhere", "./"), ("/a/b/c", "../../")):
        answer = client.get(path, headers=accept)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "没有这个页面" in answer.text and "This page does not exist" in answer.text
        assert answer.text.count(f'href="{top}"') == 2
        assert client.get(path).headers["content-type"] == "application/problem+json"
    assert client.get("/api/v1/areas/999", headers=accept).headers["content-type"] == "application/problem+json"


def test_head_does_not_wait_for_a_stream_that_never_ends(district: District) -> None:
    answer = district.client().head("/api/v1/events")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v1/locate", {"GET"}),
        ("GET", "/api/v1/reports", {"POST"}),
        ("GET", "/api/v1/tickets/x/steps", {"POST"}),
        ("DELETE", "/tiles/area/1/0/0.mvt", {"GET"}),
        ("OPTIONS", "/api/v1/areas", {"GET"}),
        ("POST", "/healthz", {"GET"}),
    ],
)
def test_a_method_that_a_door_lacks_is_405_and_told_which_it_has(
    district: District, method: str, path: str, allowed: set[str]
) -> None:
    answer = district.client().request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_what_is_not_there_is_404_by_any_method(district: District, method: str) -> None:
    for path in ("/nowhere", "/api/v1/nowhere", "/tiles/area/1/0", "/pyproject.toml"):
        answer = district.client().request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
