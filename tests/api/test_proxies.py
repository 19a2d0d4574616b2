"""The service behind a proxy: limits, addresses, cookies, other sites' pages. The proxy itself: tests/browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from gisgrid.api.app import create_app
from gisgrid.settings import Settings
from tests.api.conftest import PATIENT, District
from tests.conftest import url_of

PROXY = "10.0.0.1"
BEHIND = {"X-Forwarded-Proto": "https", "Host": "grid.example"}
HOME = "https://grid.example"
WRONG = {"name": "boss", "secret": "not-the-secret"}


@contextmanager
def behind(district: District, peer: str = PROXY, **given: object) -> Iterator[TestClient]:
    """A client of a service with these settings, which trusts a proxy at PROXY; asked from `peer`."""
    settings: Settings = replace(PATIENT, **{"trusted_proxies": PROXY, "tries_per_hour": 3, **given})  # type: ignore[arg-type]
    app = create_app(settings, url_of(district.url, str(make_url(district.url).database), "gisgrid_api"))
    with TestClient(app, client=(peer, 5000), raise_server_exceptions=False, headers={"Host": "127.0.0.1"}) as client:
        yield client


def tries(client: TestClient, *addresses: str, header: str = "X-Forwarded-For") -> list[int]:
    return [
        client.post("/api/v1/sessions", json=WRONG, headers={header: address} if address else {}).status_code
        for address in addresses
    ]


def test_each_client_of_a_proxy_is_limited_by_itself(district: District) -> None:
    with behind(district) as client:
        assert tries(client, *["203.0.113.7"] * 4, "203.0.113.8") == [401, 401, 401, 429, 401]
        assert tries(client, *["127.0.0.1"] * 4)[-1] == 429, "a proxied client is never the machine itself"


def test_an_ipv6_client_is_its_network(district: District) -> None:
    with behind(district) as client:
        assert tries(client, *(f"2001:db8:1:2::{n}" for n in range(1, 5))) == [401, 401, 401, 429]
        assert tries(client, "2001:db8:1:3::1") == [401]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_nobody_else_says_who_he_is(district: District, header: str) -> None:
    with behind(district, "127.0.0.1") as client:
        assert tries(client, *(f"203.0.113.{n}" for n in range(4)), header=header) == [401, 401, 401, 429]


def test_the_machine_itself_is_not_limited(district: District) -> None:
    with behind(district, "127.0.0.1") as client:
        assert tries(client, *[""] * 5) == [401] * 5


def said_addresses(client: TestClient, headers: dict[str, str]) -> set[str]:
    """Up to their paths, every address of this service that an answer holds."""
    tiles = client.get("/tiles/area.json", headers=headers).json()["tiles"]
    style = client.get("/style/day.json", headers=headers).json()["sources"]["area"]["tiles"]
    qr = [client.get("/api/v1/qr/360302001", headers=headers).json()["url"]]
    discovery = [client.get("/open311/v2/discovery.json", headers=headers).json()["endpoints"][0]["url"]]
    cut = {"tiles": tiles, "?report": qr, "open311": discovery}
    addresses = {one.partition(f"/{part}")[0] for part, ones in cut.items() for one in ones}
    return addresses | {one.partition("/tiles")[0] for one in style}


def test_all_addresses_agree(district: District) -> None:
    with behind(district) as client:
        assert said_addresses(client, BEHIND) == {HOME}
        assert said_addresses(client, {**BEHIND, "X-Forwarded-Prefix": "/gis"}) == {f"{HOME}/gis"}
    with behind(district, "192.168.0.9") as client:
        assert said_addresses(client, {**BEHIND, "Host": "evil.example"}) == {"http://testserver"}
    with behind(district, "192.168.0.9", public_url="https://public.example/gis/") as client:
        assert said_addresses(client, {**BEHIND, "Host": "evil.example"}) == {"https://public.example/gis"}


def test_a_path_is_found_below_the_prefix_too(district: District) -> None:
    with behind(district) as client:
        asked = {**BEHIND, "X-Forwarded-Prefix": "/gis"}
        assert client.get("/gis/api/v1/config", headers=asked).status_code == 200
        assert client.get("/api/v1/config", headers=asked).status_code == 200
        answer = client.get("/gis", headers=asked, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (308, "/gis/")
        assert client.get("/gis/api/v1/config", headers=BEHIND).status_code == 404


def test_over_https_the_cookie_is_of_this_host_alone(district: District) -> None:
    right = {"name": "boss", "secret": district.secrets["boss"]}
    with behind(district) as client:
        answer = client.post("/api/v1/sessions", json=right, headers=BEHIND)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-gisgrid_session=")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        token = cookie.partition(";")[0]
        client.cookies.clear()
        signed_in = {**BEHIND, "Cookie": token}
        assert client.get("/api/v1/sessions", headers=signed_in).json()["name"] == "boss"
        planted = {**BEHIND, "Cookie": token.removeprefix("__Host-")}
        assert client.get("/api/v1/sessions", headers=planted).status_code == 401
        gone = client.delete("/api/v1/sessions", headers=signed_in).headers["set-cookie"]
        assert gone.startswith("__Host-gisgrid_session=") and "Secure" in gone
    with behind(district) as client:
        answer = client.post("/api/v1/sessions", json=right)
        assert answer.headers["set-cookie"].startswith("gisgrid_session=")
        assert "strict-transport-security" not in answer.headers


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://sub.grid.example"},
    {"Origin": HOME, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
OWN: list[dict[str, str]] = [{}, {"Origin": HOME}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://other"}]


@pytest.mark.parametrize(("headers", "status"), [(h, 403) for h in FOREIGN] + [(h, 204) for h in OWN])
def test_another_sites_page_does_not_act(district: District, headers: dict[str, str], status: int) -> None:
    right = {"name": "boss", "secret": district.secrets["boss"]}
    with behind(district) as client:
        made = client.post("/api/v1/sessions", json=right, headers=BEHIND)
        token = made.headers["set-cookie"].partition(";")[0]
        client.cookies.clear()
        answer = client.delete("/api/v1/sessions", headers={**BEHIND, "Cookie": token, **headers})
        assert answer.status_code == status, answer.text
        if status == 403:
            (error,) = answer.json()["errors"]
            assert error["message_zh"] and error["remedy_zh"]
            signing = client.post("/api/v1/sessions", json=right, headers={**BEHIND, **headers})
            assert signing.status_code == 403, "nor does it sign anybody in"


def test_a_bearer_secret_is_no_page(district: District) -> None:
    with behind(district) as client:
        asked = {**BEHIND, "Origin": "https://evil.example", "Authorization": f"Bearer {district.secrets['boss']}"}
        assert client.delete("/api/v1/sessions", headers=asked).status_code == 204


PUBLIC = [
    "/api/v1/areas",
    "/api/v1/areas/NOWHERE",
    "/api/v1/tickets",
    "/api/v1/counters?area=360302",
    "/api/v1/locate?lon=1",
    "/tiles/area.json",
    "/tiles/area/14/13373/6883.mvt",
    "/tiles/area/14/0/0.mvt",
    "/tiles/none.json",
    "/style/day.json",
    "/open311/v2/services.json",
]
PORTAL = {"Origin": "https://portal.example"}


@pytest.mark.parametrize("path", PUBLIC)
def test_public_facts_are_for_every_page(district: District, path: str) -> None:
    client = district.client()
    for headers in (PORTAL, {}):
        answer = client.get(path, headers=headers)
        assert answer.headers["access-control-allow-origin"] == "*", answer.status_code
        assert "access-control-allow-credentials" not in answer.headers


def test_a_page_asks_first_and_hears_what_it_may(district: District) -> None:
    client = district.client()
    asked = {**PORTAL, "Access-Control-Request-Method": "GET"}
    answer = client.options("/api/v1/areas", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    for refused in (
        {**asked, "Access-Control-Request-Method": "POST"},
        {**asked, "Access-Control-Request-Headers": "authorization"},
    ):
        assert client.options("/api/v1/areas", headers=refused).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/accounts", "/api/v1/audit", "/api/v1/changesets"])
def test_what_is_not_public_is_for_no_page(district: District, path: str) -> None:
    assert "access-control-allow-origin" not in district.client().get(path, headers=PORTAL).headers


def test_a_setting_names_the_pages(district: District) -> None:
    with behind(district, cors_origins="https://portal.example") as client:
        answer = client.get("/api/v1/areas", headers=PORTAL)
        assert answer.headers["access-control-allow-origin"] == "https://portal.example"
        assert "Origin" in answer.headers["vary"]
        other = client.get("/api/v1/areas", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
    for closed in ({"cors_origins": ""}, {"public_facts": False}):
        with behind(district, **closed) as client:
            assert "access-control-allow-origin" not in client.get("/api/v1/areas", headers=PORTAL).headers


@pytest.mark.parametrize(
    "path",
    [
        "requests.json?changed_after=2023-01-01",
        "services.xml?x=1",
        "discovery.json?jurisdiction=1",
        "requests.json?lat=1",
    ],
)
def test_open311_names_an_unknown_parameter(district: District, path: str) -> None:
    answer = district.client().get(f"/open311/v2/{path}")
    assert answer.status_code == 400
    assert path.partition("?")[2].partition("=")[0] in answer.text
