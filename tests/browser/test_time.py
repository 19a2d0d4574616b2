"""The map of another date: the sample had 218 grids before it had 360."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import wait_for
from tests.browser.test_axe import serious

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
GRIDS_DRAWN = """() => {
  const { map } = document.getElementById('map');
  const found = map.queryRenderedFeatures({ layers: ['area-line-grid'] });
  return new Set(found.map((one) => one.id)).size;
}"""

TICKETS_DRAWN = """() => {
  const { map } = document.getElementById('map');
  if (!map.loaded()) return -1;
  const layers = map.getStyle().layers.filter((one) => one.source === 'ticket').map((one) => one.id);
  return new Set(map.queryRenderedFeatures({ layers }).map((one) => one.id)).size;
}"""
"""Asks what is drawn; it throws where a tile is drawn that is not the one that is kept."""


def test_the_slider_shows_the_boundaries_of_a_date_and_what_changed(visit: Open) -> None:
    page = visit()
    wait_for(page, f"({GRIDS_DRAWN})() > 218")
    page.click(".time-open")
    slider = page.locator("input[name=time]")
    expect(page.locator(".time-here")).to_contain_text("360 个网格")
    base = page.locator(".layers li", has_text="基础网格").locator(".count")
    expect(base).to_have_text("359")
    with page.expect_response(lambda answer: "/tiles/area/" in answer.url and "at=" in answer.url):
        slider.focus()
        page.keyboard.press("Home")
    expect(page.locator(".time-here")).to_contain_text("218 个网格")
    expect(page).to_have_url(re.compile("at=2023-01-01"))
    wait_for(page, f"0 < ({GRIDS_DRAWN})() && ({GRIDS_DRAWN})() <= 218")
    expect(base).to_have_text("218")
    page.evaluate("location.hash = ''")  # an address without the date
    expect(base).to_have_text("359")
    page.evaluate("location.hash = 'at=2023-01-01'")
    expect(base).to_have_text("218")
    page.check("input[name=changes]")
    expect(page.locator(".time-keys .before")).to_contain_text("个原网格边界")
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map');
          const layers = ['viewer-changes-before', 'viewer-changes-after'];
          return new Set(map.queryRenderedFeatures({ layers }).map((one) => one.layer.id)).size === 2;
        }""",
    )
    page.reload()
    expect(page.locator(".time-here")).to_contain_text("218 个网格")
    expect(page.locator(".time-keys .after")).to_contain_text("个新网格边界")
    until = page.locator("input[name=until]")
    expect(until).to_have_attribute("placeholder", "现在")
    until.fill("2023-06-01")
    until.press("Enter")
    expect(page.locator(".time-keys .after")).to_have_text("0 个新网格边界")
    expect(page).to_have_url(re.compile("changes=2023-06-01"))
    page.reload()
    expect(page.locator(".time-keys .before")).to_have_text("0 个原网格边界")
    until.fill("2022-12-31")
    until.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="2023年1月1日")).to_be_visible()
    until.fill("")
    until.press("Enter")
    expect(page.locator(".time-keys .after")).not_to_have_text("0 个新网格边界")
    page.click(".time .icon-button")
    expect(page.locator(".time-open")).to_be_visible()
    expect(page).not_to_have_url(re.compile("at="))
    wait_for(page, f"({GRIDS_DRAWN})() > 218")


def test_tickets_of_today_leave_the_map_of_a_day_that_had_none_open(visit: Open) -> None:
    page = visit()
    wait_for(page, f"({TICKETS_DRAWN})() > 0")
    page.evaluate("location.hash = 'at=2023-06-01'")
    expect(page.locator(".time-here")).to_contain_text("218 个网格")
    wait_for(page, f"({TICKETS_DRAWN})() === 0")
    page.evaluate("location.hash = 'state=overdue'")
    wait_for(page, f"({TICKETS_DRAWN})() === 2")  # one alone, two as a figure
    expect(page.locator("[name=list-from]")).to_be_hidden()
    page.evaluate("location.hash = 'from=2001-01-01&to=2001-01-02'")
    expect(page.locator("[name=list-from]")).to_be_visible()
    wait_for(page, f"({TICKETS_DRAWN})() === 0")
    page.evaluate("location.hash = ''")
    wait_for(page, f"({TICKETS_DRAWN})() > 2")


def test_a_ticket_says_whose_its_place_was_then(visit: Open) -> None:
    page = visit("#at=2023-06-01", drawn=False)
    one = page.evaluate("async () => (await (await fetch('/api/v1/tickets?state=open&limit=50')).json()).tickets")
    ticket = next(each for each in one if each["place"])
    then = page.evaluate(
        "async ({ lon, lat }) => (await (await fetch("
        "`/api/v1/locate?lon=${lon}&lat=${lat}&system=wgs84&at=2023-06-01`)).json()).grid.code",
        ticket["place"],
    )
    page.goto(page.url.split("#")[0] + f"#at=2023-06-01&ticket={ticket['number']}")
    expect(page.locator(".then")).to_contain_text(then)


@pytest.mark.parametrize("browser", ["zh-CN", "en-US"])
def test_a_date_is_shown_and_typed_in_the_language_of_the_page(visit: Open, browser: str) -> None:
    page = visit("#at=2023-06-01&lang=zh-CN", drawn=False, locale=browser)
    field = page.locator("input[name=at]")
    expect(field).to_have_value("2023年6月1日")
    for typed, day in {"2023年7月1日": "2023-07-01", "2023/8/5": "2023-08-05", "20230901": "2023-09-01"}.items():
        field.fill(typed)
        field.press("Enter")
        expect(page).to_have_url(re.compile(f"at={day}"))
    page.get_by_role("button", name="English").click()
    expect(field).to_have_value("Sep 1, 2023")
    field.fill("28/9/2023")
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="“28/9/2023” is not a day")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("2999-01-01")
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Not after")).to_be_visible()
    assert "at=2023-09-01" in page.url, "what cannot be read changes nothing"
    field.fill("28 Sep 2023")
    field.press("Enter")
    expect(field).to_have_value("Sep 28, 2023")
    expect(page).to_have_url(re.compile("at=2023-09-28"))
    assert page.locator("input[type=date], input[type=time], input[type=datetime-local]").count() == 0


def test_a_date_is_chosen_in_a_calendar_by_keys_and_by_finger(visit: Open) -> None:
    page = visit("#at=2023-06-01", drawn=False, locale="en-US")
    page.click(".time .day-open")
    calendar = page.locator("dialog.calendar")
    expect(calendar).to_contain_text("2023年6月")
    expect(calendar.locator("button[data-day='2023-06-01']")).to_be_focused()
    assert serious(page) == []
    for key in ("ArrowDown", "End", "PageUp", "ArrowLeft"):
        page.keyboard.press(key)
    expect(calendar.locator("button[data-day='2023-05-10']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(calendar).to_have_count(0)
    expect(page).to_have_url(re.compile("at=2023-05-10"))
    expect(page.locator(".time .day-open")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(calendar).to_have_count(0)
    expect(page.locator(".time")).to_be_visible()
    phone = visit("#at=2023-06-01&lang=en", (390, 844), touch=True, drawn=False)
    phone.tap(".time .day-open")
    box = phone.locator("dialog.calendar").bounding_box()
    assert box
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844), "at the foot, below the thumb"
    phone.tap("dialog.calendar [aria-label='Month after']")
    phone.tap("button[data-day='2023-07-04']")
    expect(phone).to_have_url(re.compile("at=2023-07-04"))
    expect(phone.locator("input[name=at]")).to_have_value("Jul 4, 2023")
    phone.tap(".time .day-open")
    phone.tap("dialog.calendar [data-act=none]")
    expect(phone).not_to_have_url(re.compile("at="))
