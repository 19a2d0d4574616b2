"""The wall of screens: everything in view at once, kept going by itself, in the colours of its theme."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, READY
from tests.browser.hands import becomes, report
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
OVERFLOWING = """() => [...document.querySelectorAll('.wall, .wall > *')]
  .map((one) => [one.className, one.getBoundingClientRect()])
  .filter(([, box]) => box.bottom > innerHeight + 1 || box.right > innerWidth + 1)
  .map(([name]) => name)"""
FILLING = """() => {
  const { map } = document.getElementById('map');
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const lines = map.queryRenderedFeatures({ layers: ['area-line-district'] });
  const points = lines.flatMap((one) => one.geometry.coordinates.flat(9));
  const at = Array.from({ length: points.length / 2 }, (_, i) => map.project([points[2 * i], points[2 * i + 1]]));
  const span = (values) => Math.max(...values) - Math.min(...values);
  return [span(at.map(({ x }) => x)) / width, span(at.map(({ y }) => y)) / height];
}"""
SECTIONS = ("wall-figures", "wall-map", "wall-trend", "wall-kinds", "wall-towns", "wall-feed")


def opened(chromium: Browser, server: LiveServer, size: tuple[int, int], hash_: str = "") -> tuple[Page, list[str]]:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, service_workers="block", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/wall{hash_}")
    page.wait_for_selector(READY)
    return page, complaints


ABOVE_BARS = """() => [...document.querySelectorAll('.wall-trend li')]
  .map((one) => [one.querySelector('rect.received'), one.querySelector('b')])
  .filter(([, number]) => number.textContent)
  .map(([bar, number]) => bar.getBoundingClientRect().top - number.getBoundingClientRect().bottom)"""
"""How far above its bar the number of a day stands."""


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_the_wall_fills_its_screens_and_nothing_falls_off(
    chromium: Browser, live_server: LiveServer, size: tuple[int, int]
) -> None:
    page, complaints = opened(chromium, live_server, size)
    for name in SECTIONS:
        expect(page.locator(f".{name}")).to_be_visible()
    expect(page.locator(".wall-towns li")).to_have_count(11)
    expect(page.locator(".wall-feed li")).to_have_count(12)
    becomes(page, OVERFLOWING, [])
    shares = page.evaluate(FILLING)
    assert max(shares) > 0.85 and min(shares) > 0.4, f"the district fills its map: {shares}"
    map_box = page.locator("#map").bounding_box()
    assert map_box and map_box["height"] > size[1] * 0.75, "a map that is drawn larger is as large as its place"
    factor = page.evaluate(
        "document.getElementById('map').getBoundingClientRect().width / document.getElementById('map').clientWidth"
    )
    assert factor == pytest.approx(size[1] / 1080 * 1.33, rel=0.02), "labels grow with the wall, as its type does"
    base = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert base * 1.1 >= size[1] / 1080 * 16, "type grows with the wall"
    mark = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.wall-feed .badge'), '::before').width)")
    assert mark >= size[1] / 1080 * 6, "and the marks of states, which are no colours alone"
    assert [gap for gap in page.evaluate(ABOVE_BARS) if not -2 <= gap <= size[1] / 1080 * 12] == []
    background = page.evaluate("document.getElementById('map').map.getPaintProperty('background', 'background-color')")
    assert background == "#081219", "the map is in the wall's colours"
    assert complaints == []
    page.context.close()


def test_the_wall_goes_on_by_itself(chromium: Browser, live_server: LiveServer) -> None:
    page, _ = opened(chromium, live_server, (1920, 1080), "#lang=en")
    expect(page.locator(".wall-trend h2")).to_contain_text("Received")
    expect(page.locator(".wall-feed li").first).to_be_visible()
    total = page.locator(".wall-figures [data-counter=total] strong")
    before = int(total.inner_text().replace(",", ""))
    first = page.locator(".wall-feed li time").first.get_attribute("datetime")
    middle = page.evaluate("document.getElementById('map').map.getCenter()")
    report(page, category="hazard", lon=middle["lng"], lat=middle["lat"])
    expect(total).to_have_text(f"{before + 1:,}")
    expect(page.locator(f".wall-feed li:first-child time:not([datetime='{first}'])")).to_be_visible()
    page.context.close()
