"""The page asks before it sends a report whose point is no location, and sends it if that is what is wanted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import becomes, settle, sign_in
from tests.browser.jobs import new_ticket
from tests.browser.server import LiveServer

Visits = Callable[..., Page]
ASKED = ".report [role=alert][data-doubt]"


def write(page: Page, lon: str, lat: str) -> None:
    page.click(".report .segments button:nth-child(3)")
    page.fill(".report input[name=lon]", lon)
    page.fill(".report input[name=lat]", lat)


def submitted(page: Page) -> None:
    with page.expect_response("**/api/v1/locate?**"):
        page.click(".report button[type=submit]")


@pytest.mark.parametrize(("lang", "words"), [("zh", "不在本区范围内"), ("en", "far outside the district")])
def test_a_report_from_far_away_is_asked_about(visit: Visits, lang: str, words: str) -> None:
    page = visit(f"#lang={lang}", drawn=False)
    settle(page)
    page.click(".report-open")
    write(page, "0", "0")
    page.locator(".report label.choice").first.click()
    page.fill(".report textarea", "远处的上报(测试)")
    submitted(page)
    expect(page.locator(ASKED)).to_contain_text(words)
    assert page.locator("[data-receipt=number]").count() == 0
    page.click(".report button[type=submit]")
    number = page.locator("[data-receipt=number]").inner_text()
    ticket = page.evaluate("(number) => fetch(`/api/v1/tickets/${number}`).then((one) => one.json())", number)
    assert (ticket["grid"], ticket["step"], ticket["area"]["level"]) == (None, "assign", "district")


def test_another_place_takes_the_question_back(visit: Visits) -> None:
    page = visit(drawn=False)
    settle(page)
    page.click(".report-open")
    write(page, "0", "0")
    page.locator(".report label.choice").first.click()
    page.fill(".report textarea", "改过地点(测试)")
    submitted(page)
    expect(page.locator(ASKED)).to_be_visible()
    write(page, "113.86", "27.624")
    expect(page.locator(ASKED)).to_have_count(0)
    page.click(".report button[type=submit]")
    number = page.locator("[data-receipt=number]").inner_text()
    ticket = page.evaluate("(number) => fetch(`/api/v1/tickets/${number}`).then((one) => one.json())", number)
    assert ticket["grid"] is not None


RINGS = "async () => (await document.getElementById('map').map.getSource('viewer-doubt').getData()).features.length"


def test_a_ticket_of_a_vague_place_shows_how_far_off_it_may_be(visit: Visits, live_server: LiveServer) -> None:
    vague, sure = (new_ticket(live_server, 113.8602, 27.6243, "模糊(测试)", accuracy_m=wide) for wide in (500, 5))
    page = visit(f"#ticket={vague}")
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/#ticket={vague}")
    unsure = page.locator(".page-body [data-unsure]")
    expect(unsure).to_contain_text("500米")
    expect(unsure.locator("li").nth(1)).to_contain_text("%")
    becomes(page, RINGS, 1)
    page.goto(f"{live_server.url}/#ticket={sure}")
    expect(page.locator(".page-sub code")).to_have_text(sure)
    expect(unsure).to_have_count(0)
    becomes(page, RINGS, 0)
