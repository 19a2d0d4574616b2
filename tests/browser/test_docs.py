"""/docs shows the API to be read and tried out in a real browser, from this service alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request, expect

from tests.browser.conftest import PATIENCE_MS, VIOLATIONS
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)


def test_a_programmer_reads_a_door_and_tries_it(chromium: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(VIOLATIONS)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wrong: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:")):
            wrong.append(request.url)

    page.on("console", hear)
    page.on("request", see)
    page.goto(f"{live_server.url}/docs")
    icon = page.locator("link[rel=icon]").evaluate("link => link.href")
    assert page.request.get(icon).headers["content-type"] == "image/svg+xml"
    expect(page.locator("#operations-reports-createReport")).to_be_visible()
    page.get_by_role("textbox", name="Filter").fill("/api/v1/locate")  # the page draws what is in sight alone
    door = page.locator("#operations-areas-locatePoint")
    expect(door).to_contain_text("/api/v1/locate")
    door.click()
    expect(door).to_contain_text("confidence")
    door.get_by_role("button", name="Try it out").click()
    for name, value in (("lon", "113.86"), ("lat", "27.624"), ("system", "gcj02")):
        door.locator(f"tr[data-param-name={name}] input").fill(value)
    door.get_by_role("button", name="Execute").click()
    expect(door.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(door.locator(".live-responses-table")).to_contain_text("塘边网格")
    page.screenshot(path=tmp_path / "docs.png")
    context.close()
    assert wrong == []
