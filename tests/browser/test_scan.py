"""Whoever scans the code on a wall reports with that grid filled in."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.hands import quiet_grid

PHONE = (390, 844)
Visits = Callable[..., Page]


def test_a_scanned_grid_is_filled_in_and_sent(visit: Visits) -> None:
    code = quiet_grid(visit())
    page = visit(f"?report={code}", PHONE, touch=True, drawn=False)
    expect(page.locator(f".report .where[data-grid='{code}']")).to_be_visible()
    expect(page.locator(".report .segments button").first).to_have_attribute("aria-pressed", "true")
    at = re.search(r"/#(?:m=[^&]*&)?report=(\w+)$", page.url)
    assert at and at[1] == code, "and is where it was, however often it is loaded again"
    page.locator(".report label.choice").filter(has_text="安全隐患").click()
    page.fill(".report textarea", "楼道灯不亮(测试)")
    page.click(".report button[type=submit]")
    number = page.locator("[data-receipt=number]").inner_text()
    ticket = page.evaluate("(number) => fetch(`/api/v1/tickets/${number}`).then((one) => one.json())", number)
    assert (ticket["grid"]["code"], ticket["assignment"]["method"], ticket["source"]) == (code, "code", "scan")


def test_a_code_of_nobody_is_told_and_the_map_still_serves(visit: Visits) -> None:
    page = visit("?report=999#lang=en", PHONE, touch=True, expected="404", drawn=False)
    expect(page.locator(".report .failed")).to_be_visible()
    expect(page.locator(".report .segments button")).to_have_count(4)


def test_heirs_are_offered_where_a_printed_code_was_divided(visit: Visits) -> None:
    code = visit(drawn=False).evaluate(
        """async () => {
          const get = async (path) => (await fetch(path)).json();
          const codes = async (path) => (await get(path)).features.map((one) => one.properties.code);
          const now = new Set(await codes('/api/v1/areas?level=grid'));
          const retired = (await codes('/api/v1/areas?level=grid&at=2023-06-01')).filter((one) => !now.has(one));
          for (const one of retired) if ((await get(`/api/v1/qr/${one}`)).areas.length > 1) return one;
        }"""
    )
    page = visit(f"?report={code}", PHONE, touch=True, drawn=False)
    heirs = page.locator(".report .heirs button")
    expect(heirs.nth(1)).to_be_visible()
    heirs.nth(1).click()
    expect(heirs.nth(1)).to_have_attribute("aria-pressed", "true")
    chosen = heirs.nth(1).locator("code").inner_text()
    expect(page.locator(f".report .where[data-grid='{chosen}']")).to_be_visible()
