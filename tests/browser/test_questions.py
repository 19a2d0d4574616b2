"""What a dispatcher asks of the map is answered on it, too, and goes when he leaves."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.hands import sign_in
from tests.browser.questions import ask
from tests.browser.server import LiveServer

Visits = Callable[..., Page]
RINGS = """() => document.getElementById('map').map.getSource('viewer-sketch').serialize().data.features
  .filter((one) => one.properties.kind === 'answer').map((one) => one.properties.name)"""


def rings(page: Page) -> list[str]:
    found: list[str] = page.evaluate(RINGS)
    return found


def test_the_answers_are_ringed_until_another_page_opens(visit: Visits, live_server: LiveServer) -> None:
    page = visit()
    sign_in(page, live_server)
    ask(page, "kit", "zh")
    names = page.locator("[data-found] li span:first-child").all_inner_texts()
    assert len(names) == 3 and rings(page) == names
    ask(page, "cameras", "zh")
    assert rings(page) == page.locator("[data-found] li span:first-child").all_inner_texts() and len(rings(page)) == 1
    page.click("[role=tab] >> nth=0")
    expect(page.locator("[data-questions]")).to_have_count(0)
    assert rings(page) == []
