"""Working together in a real browser: a ticket goes back with a reason, and departments are called in to it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import sign_in
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
ALREADY = "已经是这样了 → 无需操作"


def test_a_dispatcher_sends_back_hands_over_and_whistles(visit: Open, live_server: LiveServer) -> None:
    page = visit(expected="409 (Conflict)", drawn=False)
    sign_in(page, live_server)
    page.click("[data-counter=open]")
    row = page.locator("table.tickets tbody tr").first
    row.click()
    form = page.locator(".step-form")
    back = form.get_by_role("button", name="退回")
    expect(back).to_be_disabled()
    form.locator("textarea").fill("不归本网格管(测试)")
    back.click()
    expect(page.locator(".history li").first).to_contain_text("分流交办")
    expect(page.locator(".history li").first).to_contain_text("不归本网格管(测试)")

    together = page.locator(".cooperation")
    together.get_by_role("button", name="转办", exact=True).click()
    together.locator("select").select_option("department:区住建局")
    together.locator("button[type=submit]").click()
    expect(page.locator(".history li").first).to_contain_text("转办")
    expect(page.locator(".history li").first).to_contain_text("区住建局")

    together.get_by_role("button", name="转办", exact=True).click()
    together.locator("select").select_option("department:区住建局")
    together.locator("button[type=submit]").click()
    expect(together.locator(".failed")).to_contain_text(ALREADY)
    page.get_by_role("button", name="English").click()
    expect(together.locator(".failed")).not_to_contain_text(ALREADY)
    page.get_by_role("button", name="中文").click()

    together.get_by_role("button", name="吹哨", exact=True).click()
    for name in ("区城管局", "区应急局"):
        together.get_by_label(name).check()
    together.locator("button[type=submit]").click()
    called = page.locator(".whistles li")
    expect(called).to_have_count(2)
    called.first.get_by_role("button", name="报到").click()
    expect(called.first.locator(".badge")).to_have_text("已报到")
    called.first.get_by_role("button", name="办结").click()
    expect(called.first.locator(".badge")).to_have_text("已办结")
    called.last.get_by_role("button", name="撤回").click()
    expect(called.last.locator(".badge")).to_have_text("已撤回")
