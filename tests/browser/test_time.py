"""The map of another date: the sample had 218 grids before it had 360."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import wait_for

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
GRIDS_DRAWN = """() => {
  const { map } = document.getElementById('map');
  const found = map.queryRenderedFeatures({ layers: ['area-line-grid'] });
  return new Set(found.map((one) => one.id)).size;
}"""


def test_the_slider_shows_the_boundaries_of_a_date_and_what_changed(visit: Open) -> None:
    page = visit()
    wait_for(page, f"({GRIDS_DRAWN})() > 218")
    page.click(".time-open")
    slider = page.locator("input[name=time]")
    expect(page.locator(".time-here")).to_contain_text("360 个网格")
    with page.expect_response(lambda answer: "/tiles/area/" in answer.url and "at=" in answer.url):
        slider.focus()
        page.keyboard.press("Home")
    expect(page.locator(".time-here")).to_contain_text("218 个网格")
    expect(page).to_have_url(re.compile("at=2023-01-01"))
    wait_for(page, f"0 < ({GRIDS_DRAWN})() && ({GRIDS_DRAWN})() <= 218")
    page.check("input[name=changes]")
    expect(page.locator(".time-keys .before")).to_contain_text("个原网格边界")
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map');
          const layers = ['viewer-changes-before', 'viewer-changes-after'];
          return new Set(map.queryRenderedFeatures({ layers }).map((one) => one.layer.id)).size === 2;
        }""",
    )
    page.reload()
    expect(page.locator(".time-here")).to_contain_text("218 个网格")
    expect(page.locator(".time-keys .after")).to_contain_text("个新网格边界")
    page.click(".time .icon-button")
    expect(page.locator(".time-open")).to_be_visible()
    expect(page).not_to_have_url(re.compile("at="))
    wait_for(page, f"({GRIDS_DRAWN})() > 218")


def test_a_ticket_says_whose_its_place_was_then(visit: Open) -> None:
    page = visit("#at=2023-06-01")
    one = page.evaluate("async () => (await (await fetch('/api/v1/tickets?state=open&limit=50')).json()).tickets")
    ticket = next(each for each in one if each["place"])
    then = page.evaluate(
        "async ({ lon, lat }) => (await (await fetch("
        "`/api/v1/locate?lon=${lon}&lat=${lat}&system=wgs84&at=2023-06-01`)).json()).grid.code",
        ticket["place"],
    )
    page.goto(page.url.split("#")[0] + f"#at=2023-06-01&ticket={ticket['number']}")
    expect(page.locator(".then")).to_contain_text(then)
