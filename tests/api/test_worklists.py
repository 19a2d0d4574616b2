"""Work lists: what is on each, for whom, in which order, page by page; the badges agree with the lists."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import Refused
from gisgrid.tickets.filtering import PERSONAL, WORK_LISTS, Place, TicketFilter, read_place
from gisgrid.tickets.worklists import count_lists
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.test_reports import body
from tests.drawing import spot

SPOTS: dict[str, dict[str, Any]] = {
    "a": {"lon_lat": spot(0.5, 0.5)},
    "a2": {"lon_lat": spot(1.5, 0.5), "category": "livelihood"},
    "b": {"lon_lat": spot(2.5, 0.5)},
    "c": {"lon_lat": spot(0.5, 1.5)},
    "edge": {"lon_lat": spot(1.95, 0.5), "accuracy_m": 30},
    "unsure": {"lon_lat": spot(0.1, 1.5), "accuracy_m": 21},
    "out": {"lon_lat": spot(1.5, 3)},
    "late": {"lon_lat": spot(0.6, 0.6)},
    "asked": {"lon_lat": spot(0.7, 0.6), "category": "livelihood"},
    "done": {"lon_lat": spot(0.4, 0.6)},
}


@pytest.fixture(scope="module")
def numbers(district: District) -> dict[str, str]:
    """A ticket of each sort, by its name."""
    client, made = district.client("boss"), {}
    for name, facts in SPOTS.items():
        lon, lat = facts["lon_lat"]
        more = {key: value for key, value in facts.items() if key != "lon_lat"}
        made[name] = client.post("/api/v1/reports", json=body(lon=lon, lat=lat, **more)).json()["number"]
    for step in ("inspect", "feedback", "rate"):
        client.post(f"/api/v1/tickets/{made['done']}/steps", json={"step": step})
    answer = client.put(f"/api/v1/tickets/{made['asked']}/clock", json={"state": "paused", "reason": "请补充地址"})
    assert answer.is_success, answer.text
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text("UPDATE work.ticket SET due_at = now() - interval '1 hour' WHERE number = :number"),
            {"number": made["late"]},
        )
    owner.close()
    return made


def listed(district: District, numbers: dict[str, str], who: str, work_list: str, **params: Any) -> list[str]:
    """The names on a list, in its order."""
    answer = district.client(who).get("/api/v1/tickets", params={"list": work_list, **params})
    assert answer.status_code == 200, answer.text
    names = {number: name for name, number in numbers.items()}
    return [names[ticket["number"]] for ticket in answer.json()["tickets"]]


EXPECTED = {
    ("wang", "mine"): {"a", "a2", "edge", "late", "asked"},
    ("wang", "waiting"): {"a", "a2", "edge", "late", "asked"},
    ("north", "mine"): set(),
    ("north", "area"): {"a", "a2", "b", "edge", "late", "asked"},
    ("north", "waiting"): {"a", "a2", "b", "edge", "late", "asked"},
    ("north", "no_grid"): set(),
    ("south", "area"): {"c", "unsure", "out"},
    ("south", "no_grid"): {"out"},
    ("south", "near_edge"): {"unsure"},
    ("chengguan", "mine"): {"c", "unsure", "out"},
    ("chengguan", "waiting"): {"c", "unsure", "out"},
    ("boss", "near_edge"): {"edge", "unsure"},
    ("boss", "reporter"): {"asked"},
    ("boss", "overdue"): {"late"},
    ("boss", "due_soon"): {"a", "b", "c", "edge", "unsure", "out"},
    ("south", "overdue"): set(),
    ("", "overdue"): {"late"},
    ("", "no_grid"): {"out"},
}


@pytest.mark.parametrize(("who", "work_list"), EXPECTED)
def test_who_has_what(district: District, numbers: dict[str, str], who: str, work_list: str) -> None:
    assert set(listed(district, numbers, who, work_list)) == EXPECTED[who, work_list]


def test_the_badges_agree_with_the_lists(district: District, numbers: dict[str, str]) -> None:
    for who in ("wang", "north", "south", "chengguan", "watch", "boss", ""):
        for area in ("", SOUTH):
            badges = district.client(who).get("/api/v1/worklists", params={"area": area}).json()
            for work_list in WORK_LISTS:
                if not who and work_list in PERSONAL:
                    assert badges[work_list] is None
                else:
                    assert badges[work_list] == len(listed(district, numbers, who, work_list, area=area)), work_list


@pytest.mark.parametrize("work_list", PERSONAL)
def test_a_stranger_has_no_list_of_his_own(district: District, work_list: str) -> None:
    assert district.client().get("/api/v1/tickets", params={"list": work_list}).status_code == 401


def test_other_filters_still_apply(district: District, numbers: dict[str, str]) -> None:
    assert set(listed(district, numbers, "north", "area", category="livelihood")) == {"a2", "asked"}
    assert listed(district, numbers, "boss", "area", area=GRIDS["B"]) == ["b"]
    assert listed(district, numbers, "north", "area", state="overdue") == ["late"]
    assert listed(district, numbers, "north", "area", state="done") == [], "a list is of open tickets"
    assert listed(district, numbers, "boss", "near_edge", confidence=0.5) == []
    assert district.client().get("/api/v1/tickets", params={"list": "none"}).status_code == 422
    assert district.client().get("/api/v1/tickets", params={"confidence": 0}).status_code == 422


def test_the_most_urgent_first_page_by_page(district: District, numbers: dict[str, str]) -> None:
    client = district.client("boss")
    whole = listed(district, numbers, "boss", "area")
    assert whole[0] == "late"
    for query in ({"list": "area"}, {}):
        seen, after = [], ""
        for _ in range(20):
            page = client.get("/api/v1/tickets", params={**query, "limit": 2, "after": after}).json()
            seen += [ticket["number"] for ticket in page["tickets"]]
            after = page["next"]
            if after is None:
                break
        everything = client.get("/api/v1/tickets", params=query).json()
        assert seen == [ticket["number"] for ticket in everything["tickets"]]
        assert everything["next"] is None
        assert len(set(seen)) == len(seen) == len(whole) + (0 if query else 1)


@pytest.mark.parametrize("cursor", ["x", "1", "1_", "_1", "1_1_1", "-99999999999999999_1", "1_9999999999999999999"])
def test_a_place_that_was_not_given_out_is_refused(district: District, cursor: str) -> None:
    answer = district.client().get("/api/v1/tickets", params={"after": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")


def test_a_place_is_exact_to_the_microsecond() -> None:
    for microseconds in (0, 1, 999_999):
        place = Place(datetime(2026, 11, 23, 8, 0, tzinfo=UTC) + timedelta(microseconds=microseconds), 7)
        assert read_place(str(place)) == place
    assert read_place(str(Place(datetime(1969, 1, 1, tzinfo=UTC), 1))) == Place(datetime(1969, 1, 1, tzinfo=UTC), 1)


def test_an_account_can_be_a_persons(district: District, numbers: dict[str, str]) -> None:
    """The head of B signs in as a dispatcher of the town: what is his are the posts that he holds."""
    superuser = Database(district.url, role="")
    with superuser.transaction() as connection:
        secret = add_account(connection, "li", "dispatcher", NORTH, person="李二(虚构)")
        with pytest.raises(Refused, match="nobody called"):
            add_account(connection, "no", "dispatcher", NORTH, person="无人")
        connection.execute(text("INSERT INTO core.person (name) VALUES ('李二(虚构)')"))
        with pytest.raises(Refused, match="2 people are called"):
            add_account(connection, "no", "dispatcher", NORTH, person="李二(虚构)")
    superuser.close()
    district.secrets["li"] = secret
    assert listed(district, numbers, "li", "mine") == ["b"]


def test_the_verb_binds_an_account(
    district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    arguments = ["user", "add", "zhao", "--role", "dispatcher", "--area", f"{SOUTH}001", "--person", "赵三(虚构)"]
    assert run([*arguments, "--json"]) == 0
    district.secrets["zhao"] = json.loads(capsys.readouterr().out)["secret"]
    badges = district.client("zhao").get("/api/v1/worklists").json()
    assert badges["mine"] == badges["area"] == 3
    assert set(badges) == set(WORK_LISTS)


def test_a_ticket_whose_grid_has_ended_has_no_grid(district: District, numbers: dict[str, str]) -> None:
    """As one outside every grid: the list holds what no grid of today does, and so does its badge."""
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        before = count_lists(connection, TicketFilter())["no_grid"]
        ended = "UPDATE core.area_version SET recorded_to = now() WHERE code = :code"
        connection.execute(text(ended + " AND recorded_to = 'infinity'"), {"code": GRIDS["C"]})
        after = count_lists(connection, TicketFilter())["no_grid"]
        connection.rollback()
    owner.close()
    assert (before, after) == (1, 3), "out alone; then what lies in C too"
