"""GET /figures and /ranking: facts for everybody, people for whoever may see them."""

from typing import Any

import pytest

from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.test_reports import body
from tests.drawing import spot

PLACES = {"A": (spot(0.5, 0.5), 3), "B": (spot(2.5, 0.5), 1), "C": (spot(0.5, 1.5), 2), "": (spot(1.5, 3), 1)}


@pytest.fixture(scope="module", autouse=True)
def reports(district: District) -> None:
    """Seven tickets: A 3, B 1, C 2, one outside every grid; one of A is closed."""
    client = district.client("boss")
    for (lon, lat), count in PLACES.values():
        for _ in range(count):
            number = client.post("/api/v1/reports", json=body(lon=lon, lat=lat)).json()["number"]
    number = client.get("/api/v1/tickets", params={"area": GRIDS["A"]}).json()["tickets"][0]["number"]
    for step in ("inspect", "feedback", "rate"):
        assert client.post(f"/api/v1/tickets/{number}/steps", json={"step": step, "note": "好"}).status_code == 201


def get(district: District, path: str, who: str = "", **params: Any) -> Any:
    answer = district.client(who).get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_figures_agree_with_the_counters(district: District) -> None:
    for area in ("", "360302", NORTH, f"{SOUTH}001"):
        figures, counters = get(district, "figures", area=area), get(district, "counters", area=area)
        assert figures["total"]["received"] == counters["total"]
        assert figures["total"]["closed"] == counters["done"]
        assert figures["total"]["overdue"] == counters["overdue"]
        assert figures["rest"]["received"] == counters["unplaced"]
        assert sum(row["received"] for row in figures["rows"]) + figures["rest"]["received"] == counters["total"]
    [town, other] = get(district, "figures", area="360302")["rows"]
    assert (town["key"], town["level"], town["received"], town["closed"]) == (NORTH, "town", 4, 1)
    assert town["closing_rate"] == 0.25
    assert (other["key"], other["closing_rate"]) == (SOUTH, 0)


def test_rows_of_a_level_and_of_a_time(district: District) -> None:
    rows = get(district, "figures", level="grid")["rows"]
    assert {row["key"]: row["received"] for row in rows} == {GRIDS["A"]: 3, GRIDS["B"]: 1, GRIDS["C"]: 2}
    none = get(district, "figures", to="2020-01-01")
    assert (none["total"]["received"], none["total"]["closing_rate"]) == (0, None)
    assert none["to"] == "2020-01-02T00:00:00+08:00", "the day of a bare date counts"


def test_who_has_them_is_for_whoever_may_see_it(district: District) -> None:
    for path in ("figures?by=post", "figures?by=department", "ranking?of=post"):
        assert district.client().get(f"/api/v1/{path}").status_code == 401
    seen = get(district, "figures", "north", by="post")
    assert {row["area"]: row["received"] for row in seen["rows"]} == {GRIDS["A"]: 3, GRIDS["B"]: 1}
    assert (seen["rest"]["received"], seen["total"]["received"]) == (3, 7), "the others' in one"
    assert [row["key"] for row in get(district, "figures", "boss", by="department")["rows"]] == ["城管"]
    ranked = get(district, "ranking", "north", of="post")["rows"]
    assert [(row["name"], row["areas"], row["rank"]) for row in ranked] == [
        ("李二(虚构)", [GRIDS["B"]], 1),
        ("王一(虚构)", [GRIDS["A"]], 1),
    ], "each among those of the same role"
    assert {row["name"] for row in get(district, "ranking", "boss", of="post")["rows"]} > {"赵三(虚构)"}


def test_ranking_of_grids(district: District) -> None:
    rows = get(district, "ranking")["rows"]
    assert [(row["key"], row["rank"]) for row in rows] == [(GRIDS["A"], 1), (GRIDS["B"], 2), (GRIDS["C"], 2)]
    assert rows[0]["carried"] == 0
    [row] = get(district, "ranking", of="community", area=NORTH, order="received")["rows"]
    assert (row["key"], row["received"], row["rank"]) == (f"{NORTH}001", 4, 1)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("figures?by=colour", 422),
        ("figures?level=street", 422),
        ("figures?area=999", 404),
        ("figures?network=none", 404),
        ("figures?category=none", 422),
        ("figures?from=soon", 422),
        ("ranking?of=house", 422),
        ("ranking?order=beauty", 422),
        (f"ranking?area={GRIDS['A']}&at=2020-01-01", 404),
    ],
)
def test_what_cannot_be_asked_is_refused(district: District, path: str, status: int) -> None:
    assert district.client().get(f"/api/v1/{path}").status_code == status
