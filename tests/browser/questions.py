"""Draws the pictures of the five questions in docs/overlays.md: `.venv/bin/python -m tests.browser.questions`.

The sample district on a throw-away server, the map as a dispatcher has it, in both languages; needs Chromium.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect, sync_playwright

from gisgrid.cluster import test_cluster
from gisgrid.migrations import migrate
from tests.browser.hands import settle, sign_in
from tests.browser.server import LiveServer, serving_sample
from tests.house.tree import CHECKOUT
from tests.sql.servers import ignore
from tests.waiting import PATIENCE_S

IMAGES = CHECKOUT / "docs" / "images"
SIZE = (1100, 720)
AREA, TOWN, RIVERSIDE = "360302", "360302006", "360302002"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
ZONE = "Asia/Shanghai"
QUESTIONS = {
    "who": (AREA, 113.8733, 27.6251, 14.5),
    "unwalked": (TOWN, 113.850, 27.600, 12.7),
    "cameras": (AREA, 113.88775, 27.65949, 17.3),
    "kit": (AREA, 113.8835, 27.6390, 14.3),
    "reach": (RIVERSIDE, 113.880, 27.637, 13.2),
}
"""The area whose page is open, and where the map is: lon, lat, zoom."""


def ask(page: Page, question: str, lang: str) -> None:
    """Put the question, as a dispatcher does, and wait for its answer."""
    area, lon, lat, zoom = QUESTIONS[question]
    page.evaluate(f"location.hash = 'm={zoom}/{lat}/{lon}&sel={area}&tab=facts&lang={LANGUAGES[lang]}'")
    expect(page.locator(".page-sub code")).to_have_text(area)
    button = page.locator(f"[data-ask={question}]")
    expect(button).to_be_visible()
    settle(page)
    if question == "who":
        yesterday = (datetime.now(UTC) - timedelta(days=1)).astimezone(ZoneInfo(ZONE)).date()
        page.fill("input[name=ask-day]", yesterday.isoformat())
        page.fill("input[name=ask-time]", "10:00")
    button.click()
    expect(page.locator("[data-questions] [data-found]")).to_be_visible()
    page.locator("[data-questions]").evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    page.mouse.move(0, 0)
    settle(page)


def draw(browser: Browser, server: LiveServer, lang: str) -> None:
    """The five pictures in a language."""
    context = browser.new_context(
        viewport={"width": SIZE[0], "height": SIZE[1]},
        locale="zh-CN",
        timezone_id=ZONE,
        reduced_motion="reduce",
        service_workers="block",
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(f"{server.url}/")
    page.wait_for_selector("#map[data-state=ready]")
    sign_in(page, server)
    page.click(".layers-toggle")
    for question in QUESTIONS:
        ask(page, question, lang)
        page.screenshot(path=IMAGES / f"ask-{question}-{lang}.png")
    context.close()


@contextmanager
def serving() -> Iterator[LiveServer]:
    """The service over the sample."""
    with test_cluster() as url:
        migrate(url, say=ignore)
        with serving_sample(url) as server:
            yield server


def main() -> None:
    """All pictures, into docs/images."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    found = os.environ.get("GISGRID_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        for lang in LANGUAGES:
            draw(browser, server, lang)
        browser.close()
    sys.stdout.write(f"drawn into {IMAGES}\n")


if __name__ == "__main__":
    main()
