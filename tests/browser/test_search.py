"""One field finds whatever has a name, a code, a number or coordinates; equal names are told apart."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import report, settle, sign_in, wait_for
from tests.browser.jobs import asking
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]


def hits(page: Page, words: str) -> list[dict[str, Any]]:
    query = "async (q) => (await (await fetch(`/api/v1/search?${new URLSearchParams({ q })}`)).json()).hits"
    found: list[dict[str, Any]] = page.evaluate(query, words)
    return found


def test_whatever_has_a_name_is_found(visit: Open, live_server: LiveServer) -> None:
    page = visit(drawn=False)
    for words in ("凤凰街道", "fhjjd", "fenghuangjiejiedao", "360302002"):
        assert (hits(page, words)[0]["name"], hits(page, words)[0]["code"]) == ("凤凰街街道", "360302002"), words
    assert hits(page, "凤凰路")[0]["kind"] == "ground"
    number = report(page, category="hazard", lon=113.86, lat=27.624)["number"]
    assert [(one["kind"], one["code"]) for one in hits(page, number)] == [("ticket", number)]
    same = hits(page, "银杏路网格")
    assert len({one["within"] for one in same}) == len(same) > 1, "equal names lie in different communities"
    smoke = "柑子园1栋楼道烟感"
    assert smoke not in {one["name"] for one in hits(page, smoke)}, "a stranger sees no devices"
    sign_in(page, live_server)
    assert ("device", smoke) in {(one["kind"], one["name"]) for one in hits(page, smoke)}


def grid_at(server: LiveServer, lon: float, lat: float) -> str:
    code: str = asking(server, "GET", f"/api/v1/locate?lon={lon}&lat={lat}&system=wgs84")["grid"]["code"]
    return code


def test_a_place_by_coordinates_and_a_hit_by_keyboard(visit: Open, live_server: LiveServer) -> None:
    page = visit("#lang=en", drawn=False)
    page.keyboard.press("/")
    page.keyboard.type("gcj02 113.865 27.62")
    expect(page.locator("#search-hits [role=option]")).to_contain_text("GCJ-02")
    page.keyboard.press("Enter")
    wait_for(
        page,
        """() => {
          const { lng, lat } = document.getElementById('map').map.getCenter();
          return Math.hypot(lng - 113.859712, lat - 27.623419) < 1e-5;
        }""",
    )
    expect(page.locator(".maplibregl-marker")).to_have_attribute("aria-label", "Pin")
    expect(page.locator(".page-sub code")).to_have_text(grid_at(live_server, 113.859712, 27.623419))
    settle(page)
    page.fill("#search", "zzzz")
    expect(page.locator(".hits")).to_contain_text("Nothing found")
    page.fill("#search", "360302002")
    expect(page.locator("#search-hits [role=option]").first).to_contain_text("凤凰街街道")
    page.keyboard.press("Enter")
    expect(page.locator(".page-sub code")).to_have_text("360302002")
    expect(page.locator(".maplibregl-marker")).to_have_count(0)
