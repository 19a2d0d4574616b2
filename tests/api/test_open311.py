"""Open311 GeoReport v2, driven by an independent client and held against the standard's names and rules.

Long because it is one standard.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import uvicorn
from fastapi.testclient import TestClient
from georeport import GeoReport
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gisgrid.api.app import create_app
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import Settings
from tests.api.conftest import GRIDS, District
from tests.conftest import url_of
from tests.drawing import spot
from tests.waiting import until

WORDS = "井盖缺失 <b>注意</b> & 危险"
LON, LAT = spot(0.5, 0.5)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SERVICE = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"]
ATTRIBUTE = ["variable", "code", "datatype", "required", "datatype_description", "order", "description", "values"]
REQUEST = (
    "service_request_id status status_notes service_name service_code description agency_responsible service_notice"
    " requested_datetime updated_datetime expected_datetime address address_id zipcode lat long media_url"
).split()
DISCOVERY = ["changeset", "contact", "key_service", "endpoints"]
ENDPOINT = ["specification", "url", "changeset", "type", "formats"]
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


@pytest.fixture(scope="module")
def door(district: District) -> TestClient:
    return TestClient(district.app, base_url="http://city.example/open311/v2", raise_server_exceptions=False)


@pytest.fixture(scope="module")
def key(district: District) -> str:
    return district.secrets["north"]


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    with closing(Database(district.url, role=OWNER)) as database:
        yield database


@pytest.fixture(scope="module")
def number(door: TestClient, key: str) -> str:
    """A request made in the form's own way."""
    made = door.post("/requests.json", data=form(key))
    assert made.status_code == 201, made.text
    return str(made.json()[0]["service_request_id"])


@pytest.fixture(scope="module")
def city(district: District, number: str) -> Iterator[str]:
    """The same app behind a real server, for clients that bring their own HTTP."""
    server = uvicorn.Server(uvicorn.Config(district.app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/open311/v2"
    server.should_exit = True
    thread.join()


def form(key: str, **changed: Any) -> dict[str, Any]:
    fields = {"api_key": key, "service_code": "hazard", "lat": LAT, "long": LON, "description": WORDS, **changed}
    return {name: value for name, value in fields.items() if value is not None}


def xml(response: Any) -> ElementTree.Element:
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(response.content)  # noqa: S314  # our own
    assert not [element for element in root.iter() if element.attrib or "}" in element.tag]
    return root


def names(element: ElementTree.Element) -> list[str]:
    return [child.tag for child in element]


# --- an independent client


@pytest.mark.parametrize("form_of", ["json", "xml"])
def test_an_independent_client_reads_everything(city: str, number: str, form_of: str) -> None:
    client = GeoReport(city, jurisdiction="360302", output_format=form_of)
    services = client.get_service_list()
    assert {service["service_code"]: service["service_name"] for service in services}["hazard"] == "安全隐患"
    definition = client.get_service_definition("hazard")
    assert definition["service_code"] == "hazard"
    found = client.get_service_request(number)
    assert (found["service_request_id"], found["status"], found["service_code"]) == (number, "open", "hazard")
    assert float(found["lat"]) == pytest.approx(LAT)
    day = timedelta(days=1)
    now = datetime.now(UTC)
    listed = client.get_service_requests(
        start_date=(now - day).isoformat(timespec="seconds"),
        end_date=(now + day).isoformat(timespec="seconds"),
        status="open",
        service_code="hazard,dispute",
    )
    held = [listed] if isinstance(listed, dict) else listed
    assert number in {request["service_request_id"] for request in held}


# --- the standard's names


def test_discovery_is_as_the_standard_says(door: TestClient) -> None:
    told = door.get("/discovery.json").json()
    assert list(told) == DISCOVERY
    [endpoint] = told["endpoints"]
    assert list(endpoint) == ENDPOINT
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "http://city.example/open311/v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    root = xml(door.get("/discovery.xml"))
    assert (root.tag, names(root)) == ("discovery", DISCOVERY)
    assert names(root.find("endpoints/endpoint")) == ENDPOINT  # type: ignore[arg-type]
    assert [each.text for each in root.iterfind("endpoints/endpoint/formats/format")] == endpoint["formats"]


def test_the_changeset_moves_when_the_services_do(door: TestClient, owner: Database) -> None:
    before, read_at = door.get("/discovery.json").json()["changeset"], time.monotonic()
    until(lambda: time.monotonic() > read_at + 1.1)  # it is told in seconds
    assert door.get("/discovery.json").json()["changeset"] == before
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.category SET name_en = name_en || ' ' WHERE category = 'dispute'"))
    assert door.get("/discovery.json").json()["changeset"] > before


def test_services_and_their_definition_are_as_the_standard_says(door: TestClient) -> None:
    listed = door.get("/services.json").json()
    assert all(list(service) == SERVICE for service in listed)
    assert {service["type"] for service in listed} == {"realtime"}
    root = xml(door.get("/services.xml"))
    assert (root.tag, {child.tag for child in root}) == ("services", {"service"})
    assert all(names(service) == SERVICE for service in root)
    assert [service.findtext("service_code") for service in root] == [service["service_code"] for service in listed]
    assert root[0].findtext("metadata") == "true"
    definition = door.get("/services/hazard.json").json()
    assert list(definition) == ["service_code", "attributes"]
    assert [list(attribute) for attribute in definition["attributes"]] == [ATTRIBUTE]
    root = xml(door.get("/services/hazard.xml"))
    assert (root.tag, names(root)) == ("service_definition", ["service_code", "attributes"])
    assert names(root.find("attributes/attribute")) == ATTRIBUTE  # type: ignore[arg-type]


def test_a_request_is_told_as_the_standard_says_and_without_words(door: TestClient, key: str, number: str) -> None:
    [told] = door.get(f"/requests/{number}.json", params={"api_key": key}).json()
    assert list(told) == REQUEST
    assert (told["description"], told["address_id"], told["service_name"]) == (None, GRIDS["A"], "安全隐患")
    assert all(W3C.fullmatch(told[name]) for name in REQUEST if name.endswith("_datetime"))
    assert told["requested_datetime"].endswith("+08:00")
    answer = door.get(f"/requests/{number}.xml")
    root = xml(answer)
    assert (root.tag, names(root), names(root[0])) == ("service_requests", ["request"], REQUEST)
    assert "井盖" not in answer.text
    for name in REQUEST:
        assert (root[0].findtext(name) or None) == (None if told[name] is None else str(told[name]))


def test_the_token_of_a_request_is_its_id(door: TestClient, number: str) -> None:
    assert door.get(f"/tokens/{number}.json").json() == [{"service_request_id": number, "token": number}]
    root = xml(door.get(f"/tokens/{number}.xml"))
    assert names(root[0]) == ["service_request_id", "token"]
    assert door.get("/tokens/20200101-000001.json").status_code == 404


# --- requests made


def test_what_comes_along_reaches_whoever_goes_there(door: TestClient, key: str, district: District) -> None:
    made = door.post(
        "/requests.xml",
        data=form(
            key,
            first_name="三",
            last_name="张",
            phone="000-0000-0001",
            email="zhang@resident.example",
            address_string="东街 5 号",
            media_url="https://photo.example/1.jpg",
            account_id="77",
            device_id="d",
            jurisdiction_id="360302",
            **{"attribute[accuracy_m]": "15"},
        ),
    )
    root = xml(made)
    assert (made.status_code, names(root[0])) == (201, ["service_request_id", "service_notice", "account_id"])
    number = root[0].findtext("service_request_id")
    ticket = district.client("north").get(f"/api/v1/tickets/{number}").json()
    assert ticket["description"].splitlines() == [
        WORDS,
        "地址 / address: 东街 5 号",
        "照片 / media: https://photo.example/1.jpg",
    ]
    assert ticket["contact"] == {"name": "张三", "phone": "000-0000-0001, zhang@resident.example"}
    assert (ticket["source"], ticket["point"]["accuracy_m"], ticket["grid"]["code"]) == ("open311", 15, GRIDS["A"])
    assert ticket["point"]["given"]["system"] == "wgs84"
    assert root[0].findtext("account_id") == "77"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (json.dumps({"service_code": "hazard", "lat": LAT, "long": LON, "attribute": {"accuracy_m": 3}}), JSON),
        (f"service_code=hazard&lat={LAT}&long={LON}&description=%E4%BA%95", FORM),
        (f"service_code=hazard&lat={LAT}&long={LON}&description=%BE%AE", f"{FORM}; charset=GBK"),
    ],
)
def test_forms_and_json_are_taken_in_utf8_and_gbk(
    door: TestClient, key: str, district: District, content: str, media: str
) -> None:
    headers = {"Content-Type": media, "Authorization": f"Bearer {key}"}
    made = door.post("/requests.json", content=content.encode(), headers=headers)
    assert made.status_code == 201, made.text
    ticket = district.client("north").get(f"/api/v1/tickets/{made.json()[0]['service_request_id']}").json()
    assert ticket["description"] in ("", "井")


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"api_key": None}, 403, "api_key is missing"),
    ({"api_key": "gg_1_" + "a" * 43}, 403, "nobody's"),
    ({"service_code": None}, 400, "service_code was not provided"),
    ({"service_code": "nothing"}, 404, "service_code was not found"),
    ({"jurisdiction_id": "sfgov.org"}, 404, "jurisdiction_id was not found"),
    ({"lat": None, "long": None}, 400, "lat and long were not provided"),
    ({"lat": None}, 400, "lat was not provided"),
    ({"lat": None, "long": None, "address_id": "12"}, 400, "address_id alone is not supported"),
    ({"lat": None, "long": None, "address_string": "东街"}, 400, "address_string alone is not supported"),
    ({"lat": LON, "long": LAT}, 400, "swapped"),
    ({"lat": "north"}, 400, "lat is not a number"),
    ({"lat": "nan"}, 400, "lat is not a number"),
    ({"lat": "1e999"}, 400, "lat is not a number"),
    ({"lat": 91}, 400, "lat"),
    ({"description": "字" * 4001}, 400, "longer than 4000"),
    ({"description": "a\0b"}, 400, "no text"),
    ({"attribute[colour]": "red"}, 400, "there is no attribute"),
    ({"attribute[accuracy_m]": "-1"}, 400, "accuracy_m"),
]


@pytest.mark.parametrize(("changed", "status", "told"), REFUSED)
@pytest.mark.parametrize("extension", ["json", "xml"])
def test_what_is_refused_is_told_in_the_standards_form(
    door: TestClient, key: str, changed: dict[str, Any], status: int, told: str, extension: str
) -> None:
    refused = door.post(f"/requests.{extension}", data=form(key, **changed))
    assert refused.status_code == status, refused.text
    if extension == "json":
        errors = refused.json()
    else:
        root = xml(refused)
        assert (root.tag, {child.tag for child in root}) == ("errors", {"error"})
        errors = [{child.tag: child.text for child in error} for error in root]
    assert all(list(error) == ["code", "description"] and str(error["code"]) == str(status) for error in errors)
    assert any(told in error["description"] for error in errors), errors


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"<request/>", "text/xml"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b'{"lat": {"a": 1}}', "application/json"),
        (b'{"lat": "\\ud800"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"a=%FF", "application/x-www-form-urlencoded"),
        (b"a=1", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"&".join(b"a%d=1" % n for n in range(500)), "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_a_400(door: TestClient, content: bytes, media: str) -> None:
    refused = door.post("/requests.json", content=content, headers={"Content-Type": media})
    assert (refused.status_code, refused.json()[0]["code"]) == (400, 400)


# --- requests listed


def test_requests_are_filtered_as_the_standard_says(door: TestClient, key: str, owner: Database, number: str) -> None:
    other = door.post("/requests.json", data=form(key, service_code="dispute")).json()[0]["service_request_id"]
    old = door.post("/requests.json", data=form(key)).json()[0]["service_request_id"]
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.ticket SET closed_at = now() WHERE number = :n"), {"n": other})
        connection.execute(
            text("UPDATE work.ticket SET received_at = now() - interval '100 days' WHERE number = :n"), {"n": old}
        )

    def listed(**query: str) -> list[str]:
        answer = door.get("/requests.json", params=query)
        assert answer.status_code == 200, answer.text
        return [request["service_request_id"] for request in answer.json()]

    now = datetime.now(UTC)
    instant = {days: (now - timedelta(days=days)).isoformat(timespec="seconds") for days in (-1, 1, 99, 101, 150)}
    assert {number, other} <= set(listed())
    assert old not in listed()
    assert listed(service_code="dispute") == listed(status="closed") == [other]
    assert number in listed(status="open", service_code="hazard,dispute")
    assert listed(service_code="nothing") == []
    assert listed(service_request_id=f"{old},{other}, nothing", status="open", service_code="x") == [other, old]
    assert listed(start_date=instant[101], end_date=instant[99]) == [old]
    assert old in listed(start_date=instant[150])
    assert old in listed(end_date=instant[99])
    assert listed(start_date=now.date().isoformat(), end_date=instant[-1], status="", service_code="") != []
    assert listed(end_date=instant[1], start_date=instant[1]) == []
    [mine] = door.get(f"/requests/{number}.json").json()
    day = mine["requested_datetime"][:10]
    assert number in listed(start_date=day, end_date=day), "a day without a time is the whole of it"
    [closed] = door.get(f"/requests/{other}.json").json()
    assert closed["updated_datetime"] >= closed["requested_datetime"]
    assert closed["lat"] is not None  # the grid's label point: disputes happen at somebody's home
    assert (closed["lat"], closed["long"]) != (LAT, LON)


@pytest.mark.parametrize(
    "query",
    [
        {"status": "new"},
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"},
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"service_request_id": ",".join(map(str, range(1001)))},
        {"service_code": "a\0"},
    ],
)
def test_a_question_that_cannot_be_is_a_400(door: TestClient, query: dict[str, str]) -> None:
    refused = door.get("/requests.json", params=query)
    assert (refused.status_code, refused.json()[0]["code"]) == (400, 400), refused.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/requests/20200101-000001.json", 404), ("/requests/a%00b.json", 400), ("/services/nothing.json", 404),
        ("/services/%00.json", 404), ("/nothing.json", 404), ("/services.csv", 404), ("/requests", 404),
        ("/services.json?jurisdiction_id=sfgov.org", 404), ("/services.json?api_key=wrong", 403),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_in_the_standards_form(door: TestClient, path: str, status: int) -> None:
    answer = door.get(path)
    assert answer.status_code == status
    if path.partition("?")[0].endswith(".json"):
        assert answer.json()[0]["code"] == status
    else:
        assert xml(answer).findtext("error/code") == str(status)


NAUGHTY = st.text(max_size=40) | st.sampled_from(
    ["", "null", "1e999", "-0", "' OR 1=1 --", "%00", "\ufeff", "\u202e", "9" * 60]
)


@given(
    name=st.sampled_from(
        [
            "service_code",
            "lat",
            "long",
            "status",
            "start_date",
            "service_request_id",
            "api_key",
            "jurisdiction_id",
            "attribute[accuracy_m]",
            "description",
            "first_name",
        ]
    ),
    value=NAUGHTY,
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_brings_the_service_down(door: TestClient, key: str, name: str, value: str) -> None:
    for extension in ("xml", "json"):
        asked = door.get(f"/requests.{extension}", params={name: value.encode("utf-8", "replace")})
        assert asked.status_code in (200, 400, 403, 404), asked.text
    told = door.post("/requests.xml", data=form(key, **{name: value}))
    assert told.status_code in (201, 400, 403, 404), told.text
    ElementTree.fromstring(told.content)  # noqa: S314
    told = door.post("/requests.json", content=json.dumps(form(key, **{name: value})), headers={"Content-Type": JSON})
    assert told.status_code in (201, 400, 403, 404), told.text
    assert door.get(f"/services/{quote(value, safe='')}.xml").status_code in (200, 400, 404)


def test_closed_facts_take_a_key(district: District, key: str) -> None:
    url = url_of(district.url, district.url.partition("?")[0].rpartition("/")[2], "gisgrid_api")
    app = create_app(Settings(public_facts=False, open311_jurisdiction="anyuan.example"), url)
    with TestClient(app, base_url="http://city.example/open311/v2") as door:
        assert door.get("/requests.json").status_code == 403
        assert (
            door.get("/requests.json", params={"api_key": key, "jurisdiction_id": "anyuan.example"}).status_code == 200
        )
        assert door.get("/requests.json", params={"api_key": key, "jurisdiction_id": "360302"}).status_code == 404


def test_a_thousand_requests_are_the_most(door: TestClient, owner: Database, number: str) -> None:
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text(
                "INSERT INTO work.ticket (ticket_id, number, network, category, workflow, step, path, method,"
                " confidence, area_id, area_version_id, geom, reported_at, received_at, due_at)"
                " SELECT 100000 + n, 'many-' || n, network, category, workflow, step, path, method,"
                " confidence, area_id, area_version_id, geom, reported_at, received_at - interval '1 hour', due_at"
                " FROM work.ticket, generate_series(1, 1200) AS n WHERE number = :n"
            ),
            {"n": number},
        )
    assert len(door.get("/requests.json").json()) == 1000


def changed(door: TestClient, **params: Any) -> list[str]:
    answer = door.get("/requests.json", params=params)
    assert answer.status_code == 200, answer.text
    return [one["service_request_id"] for one in answer.json()]


def test_a_client_can_ask_what_changed(door: TestClient, key: str, owner: Database, district: District) -> None:
    """A ticket of half a year ago that something happens to today is told of; what rests is not."""
    old, resting = (door.post("/requests.json", data=form(key)).json()[0]["service_request_id"] for _ in range(2))
    with owner.transaction(EVERYTHING) as connection:
        for sql in (
            "UPDATE work.ticket SET received_at = now() - interval '180 days' WHERE number = ANY(:n)",
            "ALTER TABLE work.event DISABLE TRIGGER USER",
            "UPDATE work.event AS e SET at = now() - interval '180 days' FROM work.ticket AS t"
            " WHERE t.ticket_id = e.ticket_id AND t.number = ANY(:n)",
            "ALTER TABLE work.event ENABLE TRIGGER USER",
        ):
            connection.execute(text(sql), {"n": [old, resting]} if ":n" in sql else {})
        before = connection.execute(text("SELECT to_char(now(), 'YYYY-MM-DD\"T\"HH24:MI:SSOF:00')")).scalar_one()
    assert old not in changed(door) and old not in changed(door, updated_after=before)
    district.client("boss").post(f"/api/v1/tickets/{old}/steps", json={"step": "inspect"})
    found = changed(door, updated_after=before)
    assert old in found and resting not in found
    long_ago = "2020-01-01T00:00:00Z"
    assert {old, resting} <= set(changed(door, updated_after=long_ago))
    assert old not in changed(door, updated_after=long_ago, updated_before="2020-06-01")
    told = door.get(f"/requests/{old}.json").json()[0]["updated_datetime"]
    assert old in changed(door, updated_after=told, updated_before=told[:10])
    assert old not in changed(door, updated_after=before, start_date=before) and old not in changed(
        door, status="closed"
    )


def test_a_list_comes_page_by_page(door: TestClient, key: str, number: str) -> None:
    for _ in range(3):
        door.post("/requests.json", data=form(key))
    whole = changed(door)
    assert len(whole) > 3
    pages = [changed(door, page=n, page_size=2) for n in (1, 2)]
    assert [one for page in pages for one in page] == whole[:4] and [len(page) for page in pages] == [2, 2]
    assert changed(door, page=2, page_size=1) == whole[1:2] and changed(door, page=10_000) == []


@pytest.mark.parametrize(
    ("path", "params", "words"),
    [
        ("/requests.json", {"updated_since": "2026-01-01"}, "updated_after"),
        ("/requests.json", {"bbox": "1,2,3,4", "radius": "9"}, "'radius'"),
        ("/services.json", {"page": "1"}, "'page' is not known here"),
        ("/discovery.json", {"x": "1"}, "'x'"),
        ("/requests/1.json", {"start_date": "2026-01-01"}, "'start_date'"),
        ("/requests.json", {"page": "0"}, "page is a number from 1"),
        ("/requests.json", {"page_size": "1001"}, "page_size"),
        ("/requests.json", {"page": "9" * 30}, "page"),
        ("/requests.json", {"page": "²"}, "page"),
        ("/requests.json", {"updated_after": "yesterday"}, "updated_after"),
        ("/requests.json", {"updated_after": "2026-02-01", "updated_before": "2026-01-01"}, "later than"),
    ],
)
def test_what_is_not_known_is_400_and_named(door: TestClient, path: str, params: dict[str, str], words: str) -> None:
    answer = door.get(path, params=params)
    assert answer.status_code == 400 and words in str([one["description"] for one in answer.json()])


def test_a_misspelt_argument_in_the_address_of_a_post_is_400(door: TestClient, key: str) -> None:
    answer = door.post("/requests.json", params={"descripton": "x"}, data=form(key))
    assert answer.status_code == 400 and "'descripton'" in answer.text
    assert door.post("/requests.json", params={"phone": "1", "attribute[accuracy_m]": "3"}, data=form(key)).is_success
