"""Draws the pictures of README and docs/viewer.md again: `.venv/bin/python -m tests.browser.pictures` (needs Chromium).

The sample district on a throw-away server. The names of some, as arguments, draw these alone.
"""

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import READY
from tests.browser.hands import settle, wait_for
from tests.browser.jobs import asking, new_account, new_ticket
from tests.browser.questions import IMAGES, ZONE, serving
from tests.browser.server import LiveServer
from tests.browser.test_drafts import draw
from tests.waiting import PATIENCE_S

DESK, PHONE, WALL = (1440, 900), (390, 844), (1920, 1080)
DISTRICT, TOWN, PLACE = "360302", "360302001", (113.8602, 27.6243)
NEAR = f"m=15.4/{PLACE[1]}/{PLACE[0]}"
COLOURS = 256


class Painter:
    """A browser that opens the sample as anybody, and keeps what it shows."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self._browser, self._server = browser, server
        self.grid: str = asking(server, "GET", f"/api/v1/locate?lon={PLACE[0]}&lat={PLACE[1]}&system=wgs84")["grid"][
            "code"
        ]

    def open(self, where: str, size: tuple[int, int], role: str = "", area: str = "") -> Page:
        """The page at this address, for a stranger or a new account of a role."""
        touch = size == PHONE
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id=ZONE,
            has_touch=touch,
            is_mobile=touch,
            reduced_motion="reduce",
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        if role:
            name = f"{role}{len(self._browser.contexts)}"
            secret = new_account(self._server, name, role, area)
            answer: Any = page.request.post(
                f"{self._server.url}/api/v1/sessions", data={"name": name, "secret": secret}
            )
            assert answer.ok
            context.add_init_script("localStorage.setItem('gisgrid.signed-in', '1')")
        page.goto(f"{self._server.url}/{where}")
        page.wait_for_selector(READY)
        return page

    def keep(self, page: Page, name: str) -> None:
        """What the page shows once it stands still, with few colours: a repository keeps every version."""
        expect(page.locator(".panel .skeleton")).to_have_count(0)
        settle(page)
        save(page.screenshot(), name)

    def draft(self) -> int:
        """A change set in which a grid has another name."""
        grids = asking(self._server, "GET", f"/api/v1/areas?level=grid&parent={TOWN}002")["features"]
        base = [one for one in grids if one["properties"]["kind"] == "base"]
        return draw(self._server, base[1], "重新命名的网格")

    def report(self) -> None:
        """What a worker has to do."""
        words = "路灯不亮，夜里行人看不清路，已有两人摔倒"
        number = new_ticket(self._server, *PLACE, words, contact_phone="000-0000-0002")
        asking(self._server, "PUT", f"/api/v1/tickets/{number}/public_words", {"words": "已安排明日维修"})


def save(data: bytes, name: str, size: tuple[int, int] | None = None) -> None:
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    if size:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    few = picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.FLOYDSTEINBERG)
    few.save(IMAGES / name, optimize=True)


def the_map(painter: Painter) -> None:
    painter.keep(painter.open("", DESK), "map.png")


def the_wall(painter: Painter) -> None:
    page = painter.open("wall", WALL)
    expect(page.locator(".wall-feed li")).to_have_count(12)
    painter.keep(page, "wall.png")


def figures(painter: Painter) -> None:
    page = painter.open("#tab=figures", DESK)
    page.click("[data-colour]")
    expect(page.locator(".colour-legend li").first).to_be_visible()
    painter.keep(page, "viewer-figures.png")


def table(painter: Painter) -> None:
    page = painter.open("#desk=table&list=area", DESK, "dispatcher", DISTRICT)
    for n in range(3):
        page.locator("[data-row] input").nth(n).click()
    painter.keep(page, "viewer-table.png")


def work(painter: Painter) -> None:
    page = painter.open("#desk=work", PHONE, "worker", painter.grid)
    page.locator("[data-do]").first.click()
    painter.keep(page, "viewer-work.png")


def then(painter: Painter) -> None:
    page = painter.open("#at=2023-06-01&changes=1", DESK)
    expect(page.locator(".time-keys")).to_be_visible()
    painter.keep(page, "viewer-then.png")


def measure(painter: Painter) -> None:
    page = painter.open(f"#{NEAR}", DESK)
    page.click("[data-tool=ruler]")
    for n, (x, y) in enumerate(((600, 400), (800, 380), (900, 600), (700, 650))):
        page.mouse.click(x, y)
        if n:
            expect(page.locator(".measure strong")).to_have_count(min(n, 2))
    page.mouse.move(720, 860)
    painter.keep(page, "viewer-measure.png")


def sheet(painter: Painter) -> None:
    page = painter.open(f"#{NEAR}", DESK)
    page.click("[data-tool=print]")
    with page.expect_download() as download:
        page.click("[data-act=png]")
    save(Path(download.value.path()).read_bytes(), "viewer-sheet.png", (1200, 848))


def report(painter: Painter) -> None:
    page = painter.open(f"#{NEAR}&report=", PHONE)
    page.locator(".report .segments button").first.tap()
    page.touchscreen.tap(195, 240)
    expect(page.locator(".report .where")).to_be_visible()
    page.locator(".report .where").evaluate("(one) => one.scrollIntoView({ block: 'start' })")
    painter.keep(page, "viewer-report.png")


def swipe(painter: Painter) -> None:
    page = painter.open(f"#desk=drafts/{painter.draft()}", DESK, "editor", DISTRICT)
    page.click("[data-check]")
    page.click("[data-side=swipe]")
    expect(page.locator(".swipe input")).to_have_value("50")
    wait_for(page, "() => !document.getElementById('map').map.isMoving()")
    painter.keep(page, "viewer-swipe.png")


PICTURES: tuple[Callable[[Painter], None], ...] = (
    the_map, the_wall, figures, then, measure, sheet, table, work, report, swipe,
)  # fmt: skip


def main(wanted: list[str]) -> None:
    """All pictures, or those of these functions, into docs/images."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    found = os.environ.get("GISGRID_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        painter = Painter(browser, server)
        for picture in PICTURES:
            if picture is work:
                painter.report()
            if not wanted or picture.__name__ in wanted:
                picture(painter)
                sys.stdout.write(f"{json.dumps(picture.__name__)}\n")
        browser.close()
    sys.stdout.write(f"drawn into {IMAGES}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
