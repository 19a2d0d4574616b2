"""POST /api/v1/reports by its contract."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gisgrid.coordinates import from_wgs84
from tests.api.conftest import GRIDS, SOUTH, District
from tests.drawing import spot

INSIDE_A = spot(0.5, 0.5)


def body(**more: Any) -> dict[str, Any]:
    lon, lat = INSIDE_A
    return {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "井盖松动", **more}


def post(district: District, who: str = "", **more: Any) -> Any:
    return district.client(who).post("/api/v1/reports", json=body(**more))


def test_a_report_is_located_and_routed(district: District) -> None:
    answer = post(district)
    assert answer.status_code == 201, answer.text
    ticket = answer.json()
    assert ticket["grid"] == {"code": GRIDS["A"], "name": f"网格{GRIDS['A']}", "kind": "base"}
    assert ticket["area"] == {"code": GRIDS["A"], "level": "grid"}
    assert ticket["step"] == "handle"
    assert ticket["assignee"]["role"] == "worker"
    assert ticket["assignee"]["area"] == GRIDS["A"]
    assert "department" not in ticket["assignee"]
    assert ticket["assignment"]["method"] == "inside"
    assert ticket["assignment"]["system"] == "wgs84"
    assert ticket["due_at"].endswith("+08:00")
    assert ticket["number"].isascii() and len(ticket["secret"]) >= 16


@pytest.mark.parametrize("system", ["gcj02", "bd09", "cgcs2000", "EPSG:4547"])
def test_the_same_place_in_every_system(district: District, system: str) -> None:
    lon, lat = from_wgs84(*INSIDE_A, system)
    answer = post(district, lon=lon, lat=lat, system=system).json()
    assert answer["grid"]["code"] == GRIDS["A"]


def test_without_a_worker_the_head_without_both_the_centre(district: District) -> None:
    lon, lat = spot(2.5, 0.5)
    assert post(district, lon=lon, lat=lat).json()["assignee"]["role"] == "head"
    lon, lat = spot(0.5, 1.5)
    assignee = post(district, lon=lon, lat=lat).json()["assignee"]
    assert (assignee["role"], assignee["area"], assignee["department"]) == ("centre", f"{SOUTH}001", "城管")


def test_outside_every_grid_it_is_kept_above(district: District) -> None:
    lon, lat = spot(1.5, 3)
    ticket = post(district, lon=lon, lat=lat).json()
    assert ticket["grid"] is None
    assert ticket["assignment"]["method"] == "none"
    assert ticket["area"] == {"code": f"{SOUTH}001", "level": "community"}
    assert ticket["assignee"]["role"] == "centre"
    assert ticket["step"] == "handle"


def test_a_chinese_category_name_serves(district: District) -> None:
    number = post(district, category="矛盾纠纷").json()["number"]
    assert district.client().get(f"/api/v1/tickets/{number}").json()["category"] == "dispute"


def test_the_same_key_gives_the_same_ticket(district: District) -> None:
    key = str(uuid.uuid4())
    first, again = post(district, client_ref=key), post(district, client_ref=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = post(district, client_ref=key, description="something else")
    assert other.status_code == 409
    assert other.json()["errors"][0]["field"] == "client_ref"


def test_twenty_at_once_with_one_key_make_one_ticket(district: District) -> None:
    key = str(uuid.uuid4())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(district, client_ref=key), range(20)))
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert len({a.json()["number"] for a in answers}) == 1


def test_keys_of_clients_are_apart(district: District) -> None:
    assert post(district, who="wang", client_ref="7").status_code == 201
    assert post(district, who="north", client_ref="7").status_code == 201
    stranger = post(district, client_ref="7")
    assert stranger.status_code == 422
    assert "UUID" in stranger.json()["errors"][0]["message"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no system": ({"system": None}, "system"),
    "unknown system": ({"system": "mars"}, "system"),
    "unknown category": ({"category": "nonsense"}, "category"),
    "text for a number": ({"lon": "113.85"}, "lon"),
    "true for a number": ({"lat": True}, "lat"),
    "out of range": ({"lon": 513.8}, "lon"),
    "swapped": ({"lon": INSIDE_A[1], "lat": INSIDE_A[0]}, "lon"),
    "negative accuracy": ({"accuracy_m": -1}, "accuracy_m"),
    "a time without offset": ({"reported_at": "2026-11-23T08:00:00"}, "reported_at"),
    "NUL": ({"description": "井盖\0松动"}, "description"),
    "unknown field": ({"colour": "red"}, "colour"),
    "too long": ({"description": "长" * 20_000}, "description"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_readable_and_wrong_is_422_with_field_and_remedy(district: District, name: str) -> None:
    more, field = BAD[name]
    sent = {key: value for key, value in body(**more).items() if value is not None}
    answer = district.client().post("/api/v1/reports", json=sent)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    faults = answer.json()["errors"]
    assert any(field in fault["field"] for fault in faults), faults
    assert all(fault["message"] and fault["remedy"] for fault in faults)


RAW: dict[str, tuple[str | bytes, int]] = {
    "NaN": (json.dumps(body()).replace(str(INSIDE_A[0]), "NaN"), 422),
    "infinity": (json.dumps(body()).replace(str(INSIDE_A[0]), "1e400"), 422),
    "half a surrogate pair": (json.dumps(body()).replace("\\u4e95", "\\ud83d"), 422),
    "no JSON": ("{", 400),
    "not UTF-8": (b'{"description": "\xff\xfe"}', 400),
    "a list": ("[]", 422),
    "very deep": ("[" * 100_000 + "]" * 100_000, 400),
}


@pytest.mark.parametrize("name", RAW)
def test_odd_bodies_are_named_and_never_5xx(district: District, name: str) -> None:
    content, status = RAW[name]
    answer = district.client().post("/api/v1/reports", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("declared", [True, False])
def test_an_oversized_body_is_413(district: District, declared: bool) -> None:
    big = json.dumps(body(description="x" * 3_000_000)).encode()
    content: Any = big if declared else (big[i : i + 65536] for i in range(0, len(big), 65536))
    answer = district.client().post("/api/v1/reports", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["status"] == 413


def test_lively_text_is_kept_as_it_is(district: District) -> None:
    words = "🚧 井盖 \u202e‮ <script>alert(1)</script> '; DROP TABLE work.ticket; --"
    number = post(district, description=words).json()["number"]
    assert district.client("boss").get(f"/api/v1/tickets/{number}").json()["description"] == words


def test_reported_at_is_kept_and_received_is_now(district: District) -> None:
    number = post(district, reported_at="2026-11-01").json()["number"]
    ticket = district.client().get(f"/api/v1/tickets/{number}").json()
    assert ticket["reported_at"] == "2026-11-01T00:00:00+08:00"
    assert ticket["received_at"] > ticket["reported_at"]
