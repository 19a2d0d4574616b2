"""The viewer does its job in a real browser: find a grid, report, see the ticket; staff move it on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import becomes, centre_on, click_map, expect_tickets, figure, quiet_grid, settle, sign_in
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]

WORDS = {
    "zh-CN": {"title": "网格治理一张图", "hazard": "安全隐患", "worker": "网格员"},
    "en": {"title": "Community grid map", "hazard": "Safety hazard", "worker": "Grid worker"},
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_resident_finds_a_grid_and_reports(visit: Open, language: str) -> None:
    page = visit(f"#lang={language}")
    words = WORDS[language]
    expect(page.locator("h1")).to_have_text(words["title"])
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("[data-counter=total] .counter-value")).not_to_have_text("–")
    before = figure(page, "total")
    code = quiet_grid(page)

    page.keyboard.press("/")
    page.keyboard.type(code)
    page.wait_for_selector("#search-hits [role=option]")
    page.keyboard.press("Enter")
    expect(page.locator(".page-sub code")).to_have_text(code)
    assert f"sel={code}" in page.url

    page.locator(".trail button").first.click()
    expect(page.locator(".page-sub code")).not_to_have_text(code)
    settle(page)
    centre_on(page, code)
    click_map(page)
    expect(page.locator(".page-sub code")).to_have_text(code)

    page.locator(".trail button").first.click()
    settle(page)
    centre_on(page, code)
    page.click(".report-open")
    click_map(page)
    expect(page.locator(".where")).to_have_attribute("data-grid", code)
    page.click("button[type=submit]")
    expect(page.locator(".error")).to_have_count(2)
    page.locator(".report label.choice").get_by_text(words["hazard"], exact=True).click()
    page.fill("textarea[name=description]", "路面塌陷,影响通行")
    page.click("button[type=submit]")
    number = page.locator("[data-receipt=number]").inner_text()
    assert page.locator("[data-receipt=secret]").inner_text()
    expect(page.locator(".receipt")).to_contain_text(code)
    expect(page.locator("[data-counter=total] .counter-value")).to_have_text(str(before + 1))

    page.click(".receipt .button.primary")
    expect(page.locator(".page-sub code")).to_have_text(number)
    expect(page.locator(".words")).to_have_count(0)
    settle(page)


def test_staff_sign_in_and_move_a_ticket_on(visit: Open, live_server: LiveServer) -> None:
    page = visit()
    expect(page.locator("[data-layer=area]")).to_be_visible()
    expect(page.locator("[data-layer=camera]")).to_have_count(0)
    sign_in(page, live_server)
    expect(page.locator("[data-layer=camera]")).to_be_visible()
    expect(page.locator("[data-layer=patrol]")).to_be_visible()

    page.click("[data-counter=open]")
    page.locator("table.tickets tbody tr").first.click()
    expect(page.locator(".words p")).not_to_be_empty()
    events = page.locator(".history li")
    expect(events.first).to_be_visible()
    held = events.count()
    page.locator(".step-form button").first.click()
    expect(events).to_have_count(held + 1)
    settle(page)

    page.click(".top-button[aria-label=退出登录]")
    expect(page.locator(".words")).to_have_count(0)
    expect(page.locator("[data-layer=camera]")).to_have_count(0)


def test_the_counters_filter_the_list_and_the_address_keeps_the_place(visit: Open) -> None:
    page = visit()
    expect(page.locator("[data-counter=open] .counter-value")).not_to_have_text("–")
    number_open = figure(page, "open")
    page.click("[data-counter=open]")
    expect_tickets(page, number_open)
    page.evaluate("document.getElementById('map').map.jumpTo({ zoom: 15 })")
    settle(page)
    assert "#m=15.00/" in page.url
    page.reload()
    page.wait_for_selector("#map[data-state=ready]")
    becomes(page, "() => document.getElementById('map').map.getZoom()", 15)


def test_it_fits_a_phone(visit: Open) -> None:
    page = visit("#lang=en", (390, 844), touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.tap(".report-open")
    expect(page.locator(".report")).to_be_visible()
    box = page.locator(".panel").bounding_box()
    assert box
    assert box["y"] > 300, "the map stays in sight while a place is chosen"
