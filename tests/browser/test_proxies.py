"""The map behind real web servers with TLS: nginx for a host of its own and below a path, Caddy; by docs/examples."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from gisgrid.api.app import create_app
from gisgrid.settings import read_settings
from tests.api.streams import listening
from tests.browser.conftest import PATIENCE_MS, READY
from tests.browser.server import LiveServer, serving
from tests.browser.webservers import below_a_path, caddy, caddyfile, certificate, free_ports, nginx, whole_site
from tests.house.tree import CHECKOUT
from tests.waiting import PATIENCE_S

F13 = "server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {upstream}; }} }}"
"""A plain nginx, told nothing: one connection a request, answers held back, no word of the client."""
REPORT = {"system": "wgs84", "category": "hazard", "description": "井盖松动"}


@dataclass(frozen=True)
class Fronts:
    """A service, and where it is reached: directly, and through each proxy."""

    direct: str
    secret: str
    whole: str
    http: str
    below: str
    plain: str
    ca: Path

    def client(self, address: str = "127.0.0.1") -> httpx2.Client:
        """A client at this address of the machine, who trusts the test's certificate."""
        transport = httpx2.HTTPTransport(
            local_address=address, verify=ssl.create_default_context(cafile=str(self.ca)), retries=0
        )
        return httpx2.Client(transport=transport, timeout=PATIENCE_S, trust_env=False)


@pytest.fixture(scope="module")
def fronts(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fronts]:
    place = tmp_path_factory.mktemp("nginx")
    place.chmod(0o755)
    certificate(place)
    http, whole, below, plain = free_ports(4)
    settings = read_settings({}, data_dir=place, wait_s=PATIENCE_S, statement_timeout_s=round(PATIENCE_S))
    app = create_app(replace(settings, trusted_proxies="127.0.0.1", tries_per_hour=5), live_server.service_url)
    with serving(app) as direct:
        servers = [
            whole_site(direct, http, whole, place),
            below_a_path(direct, below, place),
            F13.format(port=plain, upstream=direct),
        ]
        with nginx("\n".join(servers), plain, place):
            yield Fronts(
                direct,
                live_server.secret,
                f"https://localhost:{whole}",
                f"http://127.0.0.1:{http}",
                f"https://localhost:{below}/gis",
                f"http://127.0.0.1:{plain}",
                place / "ca.pem",
            )


def spot(fronts: Fronts) -> tuple[float, float]:
    """A point in the district."""
    with fronts.client() as client:
        grid = client.get(f"{fronts.direct}/api/v1/areas?level=grid").json()
    ring = grid["features"][0]["geometry"]["coordinates"][0][0]
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)


@pytest.mark.parametrize("which", ["whole", "below"])
def test_map_sign_in_report_and_events_through_nginx(which: str, fronts: Fronts, chromium: Browser) -> None:
    home: str = getattr(fronts, which)
    context = chromium.new_context(ignore_https_errors=True, locale="zh-CN", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    strays: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((f"{home}/", "data:", "blob:")) else strays.append(r.url))
    page.on("response", lambda r: strays.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(f"{home}/")
    page.wait_for_selector(READY)
    expect(page.locator("[class='live live']")).to_be_visible()
    lon, lat = spot(fronts)
    said = page.evaluate(
        """async ([home, report, name, secret]) => {
          const post = (path, body) => fetch(home + path, {
            method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body) });
          const signedIn = await post('/api/v1/sessions', { name, secret });
          const made = await post('/api/v1/reports', report);
          const own = await fetch(home + '/api/v1/sessions');
          return [signedIn.status, made.status, (await own.json()).name];
        }""",
        [home, {**REPORT, "lon": lon, "lat": lat}, "admin", fronts.secret],
    )
    assert said == [201, 201, "admin"]
    (cookie,) = context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["path"]) == ("__Host-gisgrid_session", True, "/")
    context.close()
    assert [stray for stray in strays if not stray.endswith("favicon.ico")] == []


@pytest.mark.parametrize("which", ["whole", "below"])
def test_every_address_is_of_the_proxy(which: str, fronts: Fronts) -> None:
    home: str = getattr(fronts, which)
    with fronts.client() as client:
        answer = client.get(f"{home}/tiles/area.json")
        assert answer.json()["tiles"] == [f"{home}/tiles/area/{{z}}/{{x}}/{{y}}.mvt"]
        assert answer.headers["strict-transport-security"]
        style = client.get(f"{home}/style/day.json").json()["sources"]["area"]["tiles"]
        assert style == answer.json()["tiles"]
        discovery = client.get(f"{home}/open311/v2/discovery.json").json()
        assert discovery["endpoints"][0]["url"] == f"{home}/open311/v2"
        assert client.get(f"{home}/api/v1/qr/360302").json()["url"].startswith(f"{home}/?report=")
        if which == "whole":
            assert client.get(fronts.http).headers["location"].startswith("https://")
        else:
            assert client.get(home).headers["location"].endswith("/gis/")


@pytest.mark.parametrize("which", ["plain", "direct"])
def test_an_event_comes_at_once(which: str, fronts: Fronts) -> None:
    lon, lat = spot(fronts)
    with listening(getattr(fronts, which)) as stream, fronts.client() as client:
        headers = {"Authorization": f"Bearer {fronts.secret}"}
        body = {**REPORT, "lon": lon, "lat": lat}
        number = client.post(f"{fronts.direct}/api/v1/reports", json=body, headers=headers).json()["number"]
        stream.wait_for(number)


def tries(fronts: Fronts, home: str, address: str, count: int, **headers: str) -> list[int]:
    wrong = {"name": "admin", "secret": "not-the-secret"}
    with fronts.client(address) as client:
        return [client.post(f"{home}/api/v1/sessions", json=wrong, headers=headers).status_code for _ in range(count)]


def test_each_client_of_nginx_is_limited_by_itself(fronts: Fronts) -> None:
    assert tries(fronts, fronts.whole, "127.0.0.2", 7) == [401] * 5 + [429] * 2
    assert tries(fronts, fronts.whole, "127.0.0.3", 1) == [401]
    assert tries(
        fronts, fronts.whole, "127.0.0.2", 1, **{"X-Forwarded-For": "9.9.9.9", "Forwarded": "for=9.9.9.9"}
    ) == [429], "what a client says of itself does not come through"


def test_behind_a_plain_nginx_nobody_is_the_machine_itself(fronts: Fronts) -> None:
    assert tries(fronts, fronts.plain, "127.0.0.1", 7)[-1] == 429


def test_caddy_by_its_example(live_server: LiveServer, fronts: Fronts, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_bytes((fronts.ca.parent / name).read_bytes())
    home = f"https://localhost:{port}"
    with caddy(caddyfile(fronts.direct, port, tmp_path), port, tmp_path), fronts.client("127.0.0.4") as client:
        forged = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-For": "9.9.9.9", "Forwarded": "for=9.9.9.9"}
        answer = client.get(f"{home}/tiles/area.json", headers=forged)
        assert answer.json()["tiles"] == [f"{home}/tiles/area/{{z}}/{{x}}/{{y}}.mvt"]
        assert answer.headers["strict-transport-security"]
        with client.stream("GET", f"{home}/api/v1/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert next(stream.iter_text())
        assert tries(fronts, home, "127.0.0.4", 6) == [401] * 5 + [429]
        assert tries(fronts, home, "127.0.0.5", 1) == [401]


def test_the_page_on_proxies_shows_these_files() -> None:
    page = (CHECKOUT / "docs" / "proxies.md").read_text("utf-8")
    for name in ("nginx.conf", "nginx-below-a-path.conf", "Caddyfile", "gisgrid.service"):
        assert f"(examples/{name})" in page
