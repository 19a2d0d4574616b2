"""What an open page asks of the server while boundaries are published, tickets come in, and the server goes and comes.

The windows in which requests are counted only let a fault show; none of them is a deadline.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from gisgrid.api.app import create_app
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import Settings
from tests.browser.conftest import DESK, PATIENCE_MS, READY
from tests.browser.hands import figure, settle, wait_for
from tests.browser.server import LiveServer, serving, serving_sample
from tests.waiting import PATIENCE_S, until

pytestmark = pytest.mark.timeout(1800)
WATCH_MS, LISTEN_MS = 4000, 1000
LIST, COUNTERS, AREAS, EVENTS = "/api/v1/tickets", "/api/v1/counters", "/api/v1/areas", "/api/v1/events"
CENTRE = "document.getElementById('map').map.getCenter()"
LIVE = "[class='live live']"


@dataclass(frozen=True)
class District:
    """The sample, its database, and a service that is always there for the test itself."""

    server: LiveServer
    owner: Database

    def post(self, path: str, **body: object) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.server.secret}"}
        answer = httpx2.post(f"{self.server.url}{path}", json=body, headers=headers, timeout=PATIENCE_S)
        assert answer.is_success, answer.text
        told: dict[str, object] = answer.json()
        return told

    def report(self, lon: float, lat: float, category: str = "hazard") -> str:
        body = {"lon": lon, "lat": lat, "system": "wgs84", "category": category, "description": "井盖松动"}
        return str(self.post("/api/v1/reports", **body)["number"])

    def publish(self) -> None:
        """A name of a grid changes for good."""
        with self.owner.transaction(EVERYTHING) as connection:
            code = connection.execute(
                text("SELECT min(code) FROM app.area_now WHERE level = 'community' AND network = 'base'")
            ).scalar_one()
        number = self.post("/api/v1/changesets", area=code)["changeset_id"]
        with self.owner.transaction(EVERYTHING) as connection:
            sql = (
                "UPDATE draft.area SET name = name || '甲' WHERE changeset_id = :id"
                " AND code = (SELECT min(d.code) FROM draft.area AS d WHERE d.changeset_id = :id)"
            )
            connection.execute(text(sql), {"id": number})
        self.post(f"/api/v1/changesets/{number}/publish")


@dataclass
class Watched:
    """A page, and the paths that it asked for since `forget`."""

    page: Page
    asked: list[str] = field(default_factory=list)

    def count(self, path: str) -> int:
        return self.asked.count(path)

    def watch(self) -> None:
        """Let a fault show itself: what the page means to do within this time it does at once."""
        self.page.clock.run_for(WATCH_MS)
        self.page.wait_for_timeout(LISTEN_MS)


def becomes(page: Page, true: Callable[[], bool]) -> None:
    """Wait for this, while the page goes on."""

    def look() -> bool:
        page.wait_for_timeout(100)
        return true()

    until(look)


@pytest.fixture(scope="module")
def district(new_database: Callable[[], str]) -> Iterator[District]:
    url = new_database()
    with serving_sample(url) as server:
        owner = Database(url, role=OWNER, statement_timeout_s=PATIENCE_S)
        yield District(server, owner)
        owner.close()


class Service:
    """The service that the page looks at: it can go and come back under the same address."""

    def __init__(self, service_url: str, folder: Path) -> None:
        self.service_url, self.folder, self.port = service_url, folder, 0
        self.stack = ExitStack()

    def start(self) -> str:
        app = create_app(Settings(data_dir=self.folder, statement_timeout_s=round(PATIENCE_S)), self.service_url)
        url = self.stack.enter_context(serving(app, self.port))
        self.port = urlsplit(url).port or 0
        return url

    def stop(self) -> None:
        self.stack.close()


@pytest.fixture
def service(district: District, tmp_path: Path) -> Iterator[Service]:
    found = Service(district.server.service_url, tmp_path)
    yield found
    found.stop()


@pytest.fixture
def watched(service: Service, chromium: Browser) -> Iterator[Watched]:
    """A page that is open, live and quiet."""
    viewport = {"width": DESK[0], "height": DESK[1]}
    context = chromium.new_context(viewport=viewport, locale="zh-CN", reduced_motion="reduce", service_workers="block")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.clock.install()
    found = Watched(page)
    page.on("request", lambda request: found.asked.append(urlsplit(request.url).path))
    page.goto(service.start())
    page.wait_for_selector(READY)
    expect(page.locator(LIVE)).to_be_visible()
    settle(page)
    becomes(page, lambda: figure(page, "total") > 0)
    found.watch()
    found.asked.clear()
    yield found
    context.close()


def test_a_publish_is_asked_about_once(district: District, watched: Watched) -> None:
    district.publish()
    becomes(watched.page, lambda: watched.count(AREAS) > 0)
    watched.watch()
    watched.watch()
    assert watched.count(AREAS) == 1, "the list of areas, once"
    assert len([path for path in watched.asked if path.startswith(AREAS)]) <= 6
    assert watched.count(LIST) + watched.count(COUNTERS) == 0


def test_a_reconnect_asks_for_nothing_but_what_was_missed(
    district: District, service: Service, watched: Watched
) -> None:
    page = watched.page
    total = figure(page, "total")
    centre = page.evaluate(CENTRE)
    service.stop()
    expect(page.locator(LIVE)).to_have_count(0)
    number = district.report(centre["lng"], centre["lat"])
    watched.asked.clear()
    service.start()
    expect(page.locator(LIVE)).to_be_visible()
    expect(page.locator("table.tickets tbody tr").filter(has_text=number)).to_have_count(1)
    becomes(page, lambda: figure(page, "total") == total + 1)
    watched.watch()
    assert [path for path in watched.asked if path.startswith("/api") and path != EVENTS] == []
    assert watched.count(EVENTS) >= 1


def test_100_reports_move_their_rows_and_tiles_only(district: District, watched: Watched) -> None:
    page = watched.page
    total = figure(page, "total")
    centre = page.evaluate(CENTRE)
    for _ in range(100):
        number = district.report(centre["lng"], centre["lat"])
    expect(page.locator("table.tickets tbody tr").filter(has_text=number)).to_have_count(1)
    becomes(page, lambda: figure(page, "total") == total + 100)
    watched.watch()
    assert [path for path in watched.asked if path.startswith("/api")] == []
    tiles = [path for path in watched.asked if path.startswith("/tiles/")]
    assert tiles and {path.split("/")[2] for path in tiles} == {"ticket"}
    assert len(set(tiles)) <= 9, "its tile and those around it, in which its area's figure may stand"
    assert len(tiles) <= 100, "several reports are one refresh"


def test_ten_minutes_idle_ask_for_nothing(watched: Watched) -> None:
    for _ in range(10):
        watched.page.clock.fast_forward(60_000)
    watched.watch()
    # when it fetches a page's icon is the browser's own affair
    assert [path for path in watched.asked if path not in (EVENTS, "/mark.svg")] == []
    assert watched.count(EVENTS) <= 40, "no sign of life comes in minutes that pass at once"


def test_a_map_that_was_moved_while_the_server_was_gone_is_drawn(
    district: District, service: Service, watched: Watched
) -> None:
    page = watched.page
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(urlsplit(request.url).path))
    service.stop()
    expect(page.locator(LIVE)).to_have_count(0)
    with district.owner.transaction(EVERYTHING) as connection:
        where = connection.execute(
            text(
                "SELECT ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat FROM app.area_now"
                " WHERE level = 'grid' AND network = 'base' ORDER BY code LIMIT 1"
            )
        ).one()
    page.evaluate(
        "(to) => document.getElementById('map').map.jumpTo({ center: to, zoom: 16.5 })", [where.lon, where.lat]
    )
    becomes(page, lambda: any(path.startswith("/tiles/area") for path in failed))
    watched.asked.clear()
    service.start()
    expect(page.locator(LIVE)).to_be_visible()
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map');
          const sources = Object.entries(map.getStyle().sources).filter(([, { type }]) => type === 'vector');
          const tiles = sources.flatMap(([id]) => map.style.tileManagers[id]._inViewTiles.getAllTiles());
          return tiles.length > 0 && tiles.every(({ state }) => state === 'loaded');
        }""",
    )
    watched.watch()
    assert len(watched.asked) < 80
