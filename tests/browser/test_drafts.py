"""An editor solves conflicts, and swipes between before and after on the map, by pointer and by arrow keys."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import wait_for
from tests.browser.jobs import asking, new_account
from tests.browser.server import LiveServer
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
TOWN = "360302001"
SIDES = """(wanted) => {
  const { map } = document.getElementById('map');
  const shown = (layer) => map.queryRenderedFeatures({ layers: [layer] }).length > 0;
  return shown('viewer-sketch-before') === wanted[0] && shown('viewer-sketch-after') === wanted[1];
}"""


def draw(server: LiveServer, feature: dict[str, Any], name: str) -> int:
    """A new draft in which the grid has another name; its number."""
    opened = asking(server, "POST", "/api/v1/changesets", {"area": TOWN, "title": name})
    code = feature["properties"]["code"]
    drawn = {**feature, "properties": {"code": code, "name": name}}
    body = json.dumps({"type": "FeatureCollection", "features": [drawn]}).encode()
    number = int(opened["changeset_id"])
    request = urllib.request.Request(  # noqa: S310
        f"{server.url}/api/v1/changesets/{number}/import?name=grids.geojson",
        data=body,
        headers={"Authorization": f"Bearer {server.secret}", "Content-Type": "application/octet-stream"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310
        return number


@pytest.fixture
def conflicting(live_server: LiveServer) -> Iterator[tuple[int, str]]:
    """A draft whose grid somebody else altered and published since, and the grid's code."""
    grids = asking(live_server, "GET", f"/api/v1/areas?level=grid&parent={TOWN}001")["features"]
    grid = next(one for one in grids if one["properties"]["kind"] == "base")
    mine, theirs = (draw(live_server, grid, name) for name in ("我的名字(测试)", "别人的名字(测试)"))
    asking(live_server, "POST", f"/api/v1/changesets/{theirs}/publish", {})
    yield mine, grid["properties"]["code"]
    asking(live_server, "POST", f"/api/v1/changesets/{mine}/discard")
    asking(live_server, "POST", f"/api/v1/changesets/{theirs}/undo")


def at_draft(visit: Open, server: LiveServer, name: str, number: int) -> Page:
    secret = new_account(server, name, "editor", "360302")
    where = f"#desk=drafts/{number}"  # what is drawn of a draft is no tile
    page = visit(where, expected="422 (Unprocessable", drawn=False, signed_in=(name, secret))
    expect(page.locator("[data-side=swipe]")).to_be_visible()
    return page


@pytest.mark.parametrize("take", ["mine", "theirs"])
def test_a_conflict_is_solved_by_taking_one_side(
    visit: Open, live_server: LiveServer, conflicting: tuple[int, str], take: str
) -> None:
    number, code = conflicting
    page = at_draft(visit, live_server, f"solver-{take}", number)
    page.click("[data-preview]")  # before anything was checked
    expect(page.locator(".panel .failed")).to_contain_text(code)
    expect(page.get_by_text("没有发现问题")).to_have_count(0)
    page.click("[data-check]")
    conflict = page.locator(f"[data-conflict='{code}']")
    expect(conflict).to_be_visible()
    page.locator("[data-preview]").press("Enter")
    expect(page.locator(".failed p")).to_contain_text(code)
    expect(page.locator(".failed")).not_to_contain_text("gisgrid")  # the three buttons below say what to do
    conflict.locator(f"[data-take={take}]").press("Enter")
    expect(conflict).to_have_count(0)
    solved = asking(live_server, "GET", f"/api/v1/changesets/{number}")
    assert "conflict" not in [one["kind"] for one in solved["problems"]]
    assert solved["changed"] == (1 if take == "mine" else 0)


def test_the_line_between_before_and_after_moves_by_keys_and_by_pointer(
    visit: Open, live_server: LiveServer, conflicting: tuple[int, str]
) -> None:
    number, _ = conflicting
    page = at_draft(visit, live_server, "swiper", number)
    page.click("[data-side=swipe]")
    line = page.locator(".swipe input")
    expect(line).to_have_value("50")
    line.press("Home")
    wait_for(page, SIDES, arg=[False, True])
    line.press("End")
    wait_for(page, SIDES, arg=[True, False])
    box = line.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 22, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 22, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(line).to_have_value("0")
    wait_for(page, SIDES, arg=[False, True])
    page.click("[data-side=both]")
    expect(line).to_have_count(0)
    wait_for(page, SIDES, arg=[True, True])
