"""A department's own network beside the unified grid: its map, its tickets, its figures and files are its own.

Long: one network is asked for at every door.
"""

import csv
import io
import re
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.geo import LonLat, tile_at
from gisgrid.networks import name_network
from tests.api.conftest import GRIDS, District
from tests.api.doors import doors
from tests.api.test_reports import body
from tests.drawing import draw, publish_leaves, spot

PARTY = {"P": (0.5, 0.5), "Q": (2.5, 0.5), "R": (1.5, 1.5)}
"""A place inside each grid of the party's network; Q's ground is the unified grids' as well."""
OUTSIDE = (0.5, 3.2)
STATES = ("total", "done", "open", "today", "due_soon", "overdue", "unplaced")
NOW: dict[str, str] = {}
NETWORKS, NETWORKS_ZH = "unified grid (base), Party building (party)", "基础网格（base）、党建网（party）"


def receive(connection: Any, place: tuple[float, float]) -> str:
    lon, lat = spot(*place)
    number: str = connection.execute(
        text(
            "SELECT number FROM app.receive_report(jsonb_build_object('network', 'party', 'zone', 'UTC',"
            " 'category', 'hazard', 'lon_wgs84', :lon, 'lat_wgs84', :lat, 'lon', :lon, 'lat', :lat,"
            " 'system', 'wgs84', 'description', 'own'))"
        ),
        {"lon": lon, "lat": lat},
    ).scalar_one()
    return number


@pytest.fixture(scope="module")
def base_numbers(district: District) -> list[str]:
    """Two tickets of the unified grid."""
    client = district.client("boss")
    return [
        client.post("/api/v1/reports", json=body(lon=spot(*place)[0], lat=spot(*place)[1])).json()["number"]
        for place in ((0.5, 0.5), (2.5, 0.5))
    ]


@pytest.fixture(scope="module")
def party_numbers(district: District, base_numbers: list[str]) -> list[str]:
    """Five tickets of the party's network: two in P, one in Q, one in R, one outside."""
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("PPQ\nRRR"), network="party")
        name_network(connection, "party", "党建网", "Party building")
        numbers = [receive(connection, place) for place in (PARTY["P"], *PARTY.values(), OUTSIDE)]
    owner.close()
    return numbers


@pytest.fixture
def client(district: District, party_numbers: list[str]) -> TestClient:
    return district.client("boss")


def get(client: TestClient, path: str, **params: Any) -> Any:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_networks_say_what_they_are(client: TestClient) -> None:
    base, party = get(client, "/api/v1/networks")
    assert (base["network"], base["is_default"], base["levels"]) == (
        "base",
        True,
        ["district", "town", "community", "grid"],
    )
    assert party == {
        "network": "party",
        "name_zh": "党建网",
        "name_en": "Party building",
        "scheme": "free",
        "grids": 3,
        "levels": ["grid"],
        "is_default": False,
    }


def test_a_network_counts_its_own_tickets(client: TestClient, base_numbers: list[str]) -> None:
    whole = get(client, "/api/v1/counters", network="party")
    assert (whole["network"], whole["total"], whole["unplaced"]) == ("party", 5, 1)
    unified = get(client, "/api/v1/counters")
    assert (unified["network"], unified["total"]) == ("base", len(base_numbers))
    grids = [get(client, "/api/v1/counters", network="party", area=code) for code in PARTY]
    assert [one["total"] for one in grids] == [2, 1, 1]
    for at in (NOW, {"as_recorded": "2100-01-01"}, {"at": "2100-01-01"}):
        whole = get(client, "/api/v1/counters", network="party", **at)
        parts = [get(client, "/api/v1/counters", network="party", area=code, **at)["total"] for code in PARTY]
        assert whole["total"] == sum(parts) + whole["unplaced"] == 5, at


@pytest.mark.parametrize("network", ["", "base", "party"])
def test_lists_files_and_badges_hold_what_the_counters_count(client: TestClient, network: str) -> None:
    counted = get(client, "/api/v1/counters", network=network)
    for state in STATES:
        asked = {"network": network, "state": "" if state == "total" else state}
        asked = {key: value for key, value in asked.items() if value}
        listed = get(client, "/api/v1/tickets", limit=1000, **asked)["tickets"]
        assert len(listed) == counted[state], state
        assert {one["network"] for one in listed} <= {network or "base"}
        rows = table(client, **asked)
        assert {row["编号"] for row in rows} == {one["number"] for one in listed}
        assert {row["网"] for row in rows} <= {network or "base"}
        features = get(client, "/api/v1/tickets.geojson", **asked)["features"]
        assert len(features) == counted[state]
        assert {one["properties"]["network"] for one in features} <= {network or "base"}
    badges = get(client, "/api/v1/worklists", network=network)
    assert badges["area"] == counted["open"] and badges["overdue"] == counted["overdue"]
    assert badges["no_grid"] == len(get(client, "/api/v1/tickets", network=network, list="no_grid")["tickets"])


def table(client: TestClient, **params: Any) -> list[dict[str, str]]:
    answer = client.get("/api/v1/tickets.csv", params=params)
    network = params.get("network") or "base"
    assert f'filename="tickets-{network}-' in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_files_have_the_networks_own_codes(client: TestClient, party_numbers: list[str]) -> None:
    rows = {row["编号"]: row for row in table(client, network="party")}
    assert [rows[number]["网格编码"] for number in party_numbers] == ["P", "P", "Q", "R", ""]
    assert [row["编号"] for row in table(client, network="party", area="Q")] == [party_numbers[2]]


def test_tiles_show_one_network(client: TestClient, base_numbers: list[str], party_numbers: list[str]) -> None:
    tile = tile_at(LonLat(*spot(2.5, 0.5)), 16)
    where = f"/tiles/area,ticket/{tile.z}/{tile.x}/{tile.y}.mvt"
    for network, code, number in (
        ("", GRIDS["B"], base_numbers[1]),
        ("base", GRIDS["B"], base_numbers[1]),
        ("party", "Q", party_numbers[2]),
    ):
        held = mapbox_vector_tile.decode(client.get(where, params={"network": network}).content)
        codes = {one["properties"].get("code") for one in held["area"]["features"]}
        assert code in codes and (codes <= {*PARTY} if network == "party" else not codes & {*PARTY})
        numbers = {one["properties"]["number"] for one in held["ticket"]["features"]}
        assert number in numbers and numbers <= {*(party_numbers if network == "party" else base_numbers)}


def test_tilejson_and_style_know_the_network(client: TestClient) -> None:
    assert get(client, "/tiles/area.json")["tiles"][0].endswith("/tiles/area/{z}/{x}/{y}.mvt")
    for layers in ("area", "ticket", "ground,area"):
        asked = get(client, f"/tiles/{layers}.json", network="party")["tiles"]
        assert [address.partition("?")[2] for address in asked] == ["network=party"]
    assert "?" not in get(client, "/tiles/ground.json", network="party")["tiles"][0]
    style = get(client, "/style/day.json", network="party")
    assert style["metadata"]["gisgrid:network"] == {"id": "party", "zh": "党建网", "en": "Party building"}
    asked = {
        source["tiles"][0].partition("?")[2] for name, source in style["sources"].items() if name in ("area", "ticket")
    }
    assert asked == {"network=party"}
    assert all(
        "?" not in source["tiles"][0] for name, source in style["sources"].items() if name not in ("area", "ticket")
    )
    plain = get(client, "/style/day.json")
    assert "gisgrid:network" not in plain["metadata"] and len(plain["layers"]) == len(style["layers"])
    assert client.get(asked_tile(style)).status_code == 200


def asked_tile(style: Any) -> str:
    """The address of a tile of areas, as a client makes it of the style."""
    tile = tile_at(LonLat(*spot(1.5, 1)), 14)
    address: str = style["sources"]["area"]["tiles"][0].format(z=tile.z, x=tile.x, y=tile.y)
    return re.sub(r"^https?://[^/]+", "", address)


def test_every_door_says_which_networks_there_are(
    district: District, client: TestClient, known: dict[str, Any]
) -> None:
    """An unknown network is refused by name at each door that takes one, in an address or in a body."""
    asked = [(door, slot) for door in doors() for slot in door.slots() if slot.name == "network"]
    assert len(asked) >= 16
    for door, slot in asked:
        request = door.request({**known, "by": "area", "of": "grid"}, {slot: "nosuch"})
        answer = client.request(request.method, request.url, content=request.body, headers=dict(request.headers))
        said = answer.json()
        if door.path.endswith("/batch"):
            said = said["results"][0]["problem"]
        assert said.get("status") == 404, (door.label, answer.status_code, answer.text[:300])
        fault = said["errors"][0]
        assert fault["field"].endswith("network"), (door.label, fault)
        said = {fault["remedy"].removeprefix("one of "), fault["remedy_zh"].removeprefix("可用的有：")}
        assert said == {NETWORKS, NETWORKS_ZH}, (door.label, fault)


def test_a_network_is_called_by_its_name(client: TestClient, party_numbers: list[str]) -> None:
    """Whoever reads a refusal knows the network by its name; a program takes the id beside it."""
    for path in ("areas/99", "areas/99/lineage"):
        answer = client.get(f"/api/v1/{path}", params={"network": "party"})
        fault = answer.json()["errors"][0]
        assert "Party building (party)" in fault["message"], (path, fault)
        assert "党建网（party）" in fault["message_zh"], fault


def test_a_report_may_name_its_network(client: TestClient) -> None:
    """It is located and counted there, and the key of a report holds for one network."""
    lon, lat = spot(*PARTY["Q"])
    before = get(client, "/api/v1/counters", network="party", area="Q")["total"]
    given = body(lon=lon, lat=lat, client_ref="7d1f6c4e-8a41-4c0e-9a3e-1f1d5f0a2b77")
    first = client.post("/api/v1/reports", json={**given, "network": "party"})
    assert (first.status_code, first.json()["grid"]["code"]) == (201, "Q")
    again = client.post("/api/v1/reports", json={**given, "network": "party"})
    assert (again.status_code, again.json()["number"]) == (200, first.json()["number"])
    assert client.post("/api/v1/reports", json=given).status_code == 409
    assert get(client, "/api/v1/counters", network="party", area="Q")["total"] == before + 1
