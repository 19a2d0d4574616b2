"""An area's page draws what it came from and became, and opens each as it was then."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import wait_for
from tests.browser.jobs import asking
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
DRAWN = """() => document.getElementById('map').map
  .queryRenderedFeatures({ layers: ['viewer-sketch-before'] }).length > 0"""


def split_grid(server: LiveServer) -> tuple[str, str]:
    """A grid of today that came from another one, and the code of that one."""
    for one in asking(server, "GET", "/api/v1/areas?level=grid&geometry=false")["features"]:
        code = one["properties"]["code"]
        came = [
            entry for entry in asking(server, "GET", f"/api/v1/areas/{code}/lineage")["from"] if entry["code"] != code
        ]
        if came:
            return code, came[0]["code"]
    raise AssertionError("no grid of the sample came from another one")


def test_what_a_grid_came_from_is_drawn_and_opens_as_it_was(visit: Open, live_server: LiveServer) -> None:
    code, former = split_grid(live_server)
    page = visit(f"#sel={code}", expected="404")  # the list is that of now, when the code has ended
    page.locator("[data-lineage-show]").press("Enter")
    link = page.locator(f"[data-lineage='{former}']").first
    expect(link).to_contain_text(former)
    expect(link).not_to_have_text(former)  # its name is said, too
    wait_for(page, DRAWN)
    link.click()
    expect(page.locator(".page-head h2")).to_be_visible()
    wait_for(page, "(code) => location.hash.includes(`sel=${code}`) && location.hash.includes('at=')", arg=former)
    expect(page.locator(".facts code").first).to_have_text(former)
    wait_for(page, "() => document.getElementById('map').map.querySourceFeatures('viewer-sketch').length === 0")
