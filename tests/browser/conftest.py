"""A real server with the sample district, and a real Chromium that looks at it."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from gisgrid.settings import PACKAGE
from tests.browser.hands import draw_nothing
from tests.browser.server import LiveServer, serving_sample
from tests.waiting import PATIENCE_S

READY = "#map[data-state=ready]"
VIOLATIONS = """addEventListener('securitypolicyviolation', (event) =>
  console.error('Content Security Policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""
DESK = (1440, 900)
FAILED = pytest.StashKey[bool]()
PATIENCE_MS = PATIENCE_S * 1000
expect.set_options(timeout=PATIENCE_MS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """What takes a picture knows whether the test failed."""
    report: Any = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


@dataclass
class Visit:
    """A page that was opened, and everything that went wrong on it, but for what the test is about."""

    page: Page
    expected: str = ""
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def live_server(new_database: Callable[[], str]) -> Iterator[LiveServer]:
    """The service with the sample district, one for the whole run."""
    assert (PACKAGE / "static" / "index.html").exists(), "the viewer is not built: npm run build in viewer/"
    with serving_sample(new_database()) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium that the test command found, or the machine's."""
    found = os.environ.get("GISGRID_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no Chromium here: install one, or name it in GISGRID_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def visit(
    chromium: Browser, live_server: LiveServer, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open the viewer at an address's hash, wait for its map, and at the end find nothing wrong, or take a picture."""
    visits: list[Visit] = []

    def open_page(
        hash_: str = "",
        size: tuple[int, int] = DESK,
        *,
        touch: bool = False,
        expected: str = "",
        moving: bool = False,
        drawn: bool = True,
        signed_in: tuple[str, str] | None = None,
        sign: str = READY,
        locale: str = "zh-CN",
    ) -> Page:
        """`drawn`: with the map's tiles, which cost more than the rest of the page; `sign`: what is waited for."""
        viewport: ViewportSize = {"width": size[0], "height": size[1]}
        context = chromium.new_context(
            viewport=viewport,
            has_touch=touch,
            is_mobile=touch,
            locale=locale,
            service_workers="block",  # whose requests could not be seen
            reduced_motion="no-preference" if moving else "reduce",
        )
        context.add_init_script(VIOLATIONS)
        context.set_default_timeout(PATIENCE_MS)
        visited = Visit(context.new_page(), expected)
        visits.append(visited)
        _listen(visited, live_server.url)
        if not drawn:
            draw_nothing(context)
        if signed_in:
            _sign_in(context, live_server.url, *signed_in)
        visited.page.goto(f"{live_server.url}/{hash_}")
        visited.page.locator(sign).first.wait_for(state="visible" if sign == READY else "attached")
        return visited.page

    yield open_page
    for number, visited in enumerate(visits):
        visited.page.evaluate("0")  # what it has said by now is heard before the answer
        if visited.complaints or request.node.stash.get(FAILED, True):
            visited.page.screenshot(path=tmp_path / f"page-{number}.png")
        visited.page.context.close()
        assert visited.complaints == []


def _sign_in(context: BrowserContext, home: str, name: str, secret: str) -> None:
    """Before the first page, which is then loaded once; the form has tests of its own."""
    answer: Any = context.request.post(f"{home}/api/v1/sessions", data={"name": name, "secret": secret})
    assert answer.ok
    context.add_init_script("localStorage.setItem('gisgrid.signed-in', '1')")


def _listen(visited: Visit, home: str) -> None:
    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not (visited.expected and visited.expected in message.text):
            visited.complaints.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith((f"{home}/", "data:", "blob:")):
            visited.complaints.append(f"a request left the host: {request.url}")

    visited.page.on("console", hear)
    visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
    visited.page.on("request", see)
