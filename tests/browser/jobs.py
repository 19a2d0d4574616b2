"""Whose job it is: accounts made through the API, a phone or a desk for each, and taps that are counted."""

import json
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.server import LiveServer
from tests.waiting import PATIENCE_S


@dataclass
class Hand:
    """A finger or a mouse that counts: what is typed is no tap."""

    page: Page
    touch: bool = False
    taps: int = 0
    done: list[str] = field(default_factory=list)

    def tap(self, what: str | Locator) -> None:
        target = self.page.locator(what) if isinstance(what, str) else what
        self.done.append(str(what))
        if self.touch:
            target.tap()
        else:
            target.click()
        self.taps += 1


def asking(server: LiveServer, method: str, path: str, body: Any = None, secret: str | None = None) -> Any:
    """What the API answers to the administrator, or to whoever has this secret; empty: to a stranger."""
    headers = {"Content-Type": "application/json"}
    if secret != "":
        headers["Authorization"] = f"Bearer {secret or server.secret}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}{path}", data=data, headers=headers, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
        text = answer.read()
    return json.loads(text) if text else None


def new_account(server: LiveServer, name: str, role: str, area: str = "") -> str:
    """The secret of a new account."""
    secret: str = asking(server, "POST", "/api/v1/accounts", {"name": name, "role": role, "area": area})["secret"]
    return secret


def new_ticket(server: LiveServer, lon: float, lat: float, words: str, **more: Any) -> str:
    """The number of a stranger's new report."""
    body = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": words, **more}
    number: str = asking(server, "POST", "/api/v1/reports", body, secret="")["number"]
    return number


def enter(page: Page, name: str, secret: str) -> None:
    """Sign in by the form; the page that the role begins with opens."""
    page.locator(".top-button[aria-label=登录], .top-button[aria-label='Sign in']").click()
    page.fill("input[name=name]", name)
    page.fill("input[name=secret]", secret)
    page.click("dialog button[type=submit]")
    expect(page.locator(".desks")).to_be_visible()
