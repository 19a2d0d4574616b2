"""What a dispatcher asks of the map is answered on it, too, and goes when he leaves."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.hands import becomes
from tests.browser.questions import ask
from tests.browser.server import LiveServer

Visits = Callable[..., Page]
RINGS = """() => document.getElementById('map').map.getSource('viewer-sketch').serialize().data.features
  .filter((one) => one.properties.kind === 'answer').map((one) => one.properties.name)"""


DRAWN = """() => document.getElementById('map').map.getSource('viewer-sketch').serialize().data.features
  .map((one) => one.properties.kind + ' ' + one.geometry.type)"""


def test_the_answers_are_ringed_until_another_page_opens(visit: Visits, live_server: LiveServer) -> None:
    page = visit(drawn=False, signed_in=("admin", live_server.secret))
    ask(page, "kit", "zh")
    names = page.locator("[data-found] li span:first-child").all_inner_texts()
    assert len(names) == 3
    becomes(page, RINGS, names)
    ask(page, "cameras", "zh")
    camera = page.locator("[data-found] li span:first-child").all_inner_texts()
    assert len(camera) == 1
    becomes(page, RINGS, camera)
    page.click("[role=tab] >> nth=0")
    expect(page.locator("[data-questions]")).to_have_count(0)
    becomes(page, RINGS, [])


def test_the_ground_within_ten_minutes_is_drawn(visit: Visits, live_server: LiveServer) -> None:
    """The sample's circles round the kits: the facts have their share, the question the grids that lack one."""
    page = visit(drawn=False, signed_in=("admin", live_server.secret))
    ask(page, "reach", "zh")
    expect(page.locator("[data-found] button.link")).to_have_count(5)
    expect(page.locator("[data-found] .hint")).to_have_text("另有 9 个")  # 14 of the town's 25 grids
    becomes(page, DRAWN, ["reach MultiPolygon"])
    share = page.locator("[data-watched]").get_by_text("10 分钟可达").locator("xpath=following-sibling::*[1]")
    expect(share).to_have_text(re.compile(r"^[1-9]\d?(\.\d+)?\s?%$"))
