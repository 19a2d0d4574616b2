"""What the hands of a visitor do on the page: look, click, sign in, report."""

from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.browser.server import LiveServer
from tests.waiting import until

TILES = "**/*.mvt*"


def wait_for(page: Page, true: str, arg: Any = None) -> None:
    """Wait until this script says yes, also across a load of the page.

    Playwright's own `wait_for_function` evaluates text in the page, which the page's policy forbids from the second
    look on.
    """

    def look() -> bool:
        try:
            return bool(page.evaluate(true, arg))
        except Error as error:
            if "context was destroyed" in str(error):
                return False
            raise

    until(look)


def becomes(page: Page, says: str, value: Any) -> None:
    """Wait until this script says this value."""
    wait_for(page, f"async (value) => JSON.stringify(await ({says})()) === JSON.stringify(value)", arg=value)


def quiet_grid(page: Page) -> str:
    """The code of a base grid that no ticket is in, so that a click in its middle means the grid."""
    answer: str = page.evaluate(
        """async () => {
          const get = async (path) => (await fetch(path)).json();
          const grids = (await get('/api/v1/areas?level=grid')).features.map((one) => one.properties);
          const busy = (await get('/api/v1/tickets?limit=1000')).tickets.map((one) => one.grid?.code);
          return grids.find((one) => one.kind === 'base' && !busy.includes(one.code)).code;
        }"""
    )
    return answer


def figure(page: Page, counter: str) -> int:
    text = page.locator(f"[data-counter={counter}] .counter-value").inner_text()
    return int(text.replace(",", "")) if text != "–" else -1


def expect_tickets(page: Page, count: int) -> None:
    """The list has so many rows, with those that it shows only when it is unrolled: a screenful is 60."""
    rows, more = page.locator("table.tickets tbody tr"), page.locator(".list-more button")
    expect(rows).to_have_count(min(count, 60))
    for shown in range(60, count, 60):
        more.click()
        expect(rows).to_have_count(min(count, shown + 60))
    expect(more).to_have_count(0)


def settle(page: Page) -> None:
    """Wait until the map stands still and has drawn everything, as finely as it does at rest."""
    page.evaluate(
        """() => new Promise((done) => {
          const { map } = document.getElementById('map');
          const isDrawn = () => !map.getContainer().matches('[data-coarse], [data-drawing]');
          const isBusy = () => map.isMoving() || !map.areTilesLoaded() || !isDrawn();
          const look = () => (isBusy() ? setTimeout(look, 50) : done());
          setTimeout(look, 100);
        })"""
    )


def sign_in(page: Page, server: LiveServer) -> None:
    page.click(".top-button[aria-label=登录]")
    page.fill("input[name=name]", "admin")
    page.fill("input[name=secret]", server.secret)
    page.click("dialog button[type=submit]")
    expect(page.locator(".who")).to_contain_text("admin")
    expect(page.locator(".desks")).to_be_visible()
    if page.locator("[data-desk=people][aria-current=page]").count():  # where nothing is open, a role's own page opens
        page.click("[data-desk=map]")


def click_map(page: Page, place: dict[str, Any] | None = None) -> None:
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def centre_on(page: Page, code: str) -> None:
    """Put the label point of a grid in the middle of the map, close enough to name the grid."""
    page.evaluate(
        """async (code) => {
          const { geometry } = await (await fetch(`/api/v1/areas/${code}`)).json();
          const ring = geometry.coordinates[0][0].slice(1);
          const middle = [0, 1].map((axis) => ring.reduce((sum, point) => sum + point[axis], 0) / ring.length);
          document.getElementById('map').map.jumpTo({ center: middle, zoom: 16 });
        }""",
        code,
    )
    settle(page)


def report(page: Page, **body: Any) -> dict[str, Any]:
    """Send a report as the page could; what became of it."""
    answer: dict[str, Any] = page.evaluate(
        """async (body) => {
          const headers = { 'Content-Type': 'application/json' };
          return (await fetch('/api/v1/reports', { method: 'POST', headers, body: JSON.stringify(body) })).json();
        }""",
        {"system": "wgs84", "description": "邻里噪音(测试)", **body},
    )
    return answer


def draw_nothing(context: BrowserContext) -> None:
    """The tiles of its pages are empty, until `context.unroute(TILES)`."""
    context.route(TILES, lambda route: route.fulfill(status=204))
