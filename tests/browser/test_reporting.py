"""Somebody with a phone: his place at once, asked where it is vague; without a network nothing is lost or doubled."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS, READY
from tests.browser.hands import draw_nothing, wait_for
from tests.browser.jobs import new_ticket
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Carry = Callable[..., BrowserContext]
TICKETS = "async () => (await (await fetch('/api/v1/counters?area=')).json()).total"


@pytest.fixture
def carry(chromium: Browser) -> Iterator[Carry]:
    """A phone that knows where it is, so exactly."""
    phones: list[BrowserContext] = []

    def make(accuracy: float, **more: Any) -> BrowserContext:
        phone = chromium.new_context(
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            reduced_motion="reduce",
            permissions=["geolocation"],
            geolocation={"longitude": 113.8602, "latitude": 27.6243, "accuracy": accuracy},
            **more,
        )
        phone.set_default_timeout(PATIENCE_MS)
        phones.append(phone)
        return phone

    yield make
    for phone in phones:
        phone.close()


def write(page: Page, words: str) -> None:
    page.locator(".report label.choice").filter(has_text="安全隐患").tap()
    page.fill(".report textarea", words)
    page.tap(".report button[type=submit]")


def test_the_camera_opens_and_the_place_is_known_at_once(carry: Carry, live_server: LiveServer) -> None:
    page = carry(8, service_workers="block").new_page()
    page.goto(live_server.url)
    page.wait_for_selector(READY)
    with page.expect_file_chooser() as chooser:
        page.tap(".report-open")
    assert chooser.value.element.get_attribute("capture") == "environment"
    expect(page.locator(".report .where:not(.doubt)")).to_be_visible()
    write(page, "井盖松动")
    expect(page.locator("[data-receipt=number]")).to_be_visible()


def test_what_a_report_lacks_is_said_below_it_too_and_leads_there(visit: Callable[..., Page]) -> None:
    page = visit("#report=", (390, 844), touch=True, drawn=False)
    expect(page.locator(".report label.choice").first).to_be_visible()
    page.tap(".report button[type=submit]")
    said = page.locator(".report > .failed")
    expect(said.locator("p")).to_have_text(["请先确定地点", "请选择类别", "请填写情况说明"])
    for name, place in {
        "请先确定地点": "button",
        "请选择类别": "input[type=radio]",
        "请填写情况说明": "textarea",
    }.items():
        said.get_by_role("button", name=name).tap()
        reached = page.locator(f".report .field.wrong {place}").first
        expect(reached).to_be_focused()
        expect(reached).to_be_in_viewport()


def test_all_that_is_open_nearby_can_be_seen(carry: Carry, live_server: LiveServer) -> None:
    for n in range(5):
        new_ticket(live_server, 113.8602, 27.6243 + n / 1e5, f"井盖松动{n}")
    phone = carry(8, service_workers="block")
    draw_nothing(phone)
    page = phone.new_page()
    page.goto(f"{live_server.url}/#report=")
    near = page.locator("[data-near]")
    expect(near).to_have_count(4)
    rest = page.locator("[data-near-all]")
    more = int(rest.inner_text().removeprefix("另外 ").removesuffix(" 件"))
    rest.tap()
    expect(near).to_have_count(4 + more)


def test_a_vague_place_is_asked_about(carry: Carry, live_server: LiveServer) -> None:
    page = carry(500, service_workers="block").new_page()
    page.goto(f"{live_server.url}/#report=")
    expect(page.locator(".where.doubt")).to_contain_text("500")
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map') ?? {};
          return map?.getLayer('viewer-doubt-fill')
            && map.queryRenderedFeatures({ layers: ['viewer-doubt-fill'] }).length > 0;
        }""",
    )
    second = page.locator(".candidates button").nth(1)
    code = str(second.get_attribute("data-candidate"))
    second.tap()
    expect(second).to_have_attribute("aria-pressed", "true")
    write(page, "路灯不亮")
    expect(page.locator(".receipt")).to_contain_text(code)


def test_a_report_written_without_a_network_is_sent_once_when_the_tab_is_gone_and_the_network_back(
    carry: Carry, live_server: LiveServer
) -> None:
    phone = carry(8)
    page = phone.new_page()
    page.goto(live_server.url)
    page.wait_for_selector(READY)
    before = page.evaluate(TICKETS)
    wait_for(page, "() => navigator.serviceWorker.controller?.state === 'activated'")
    phone.set_offline(True)
    page.goto(f"{live_server.url}/#report=")
    page.reload()  # the page itself comes from the phone
    expect(page.locator(".report label.choice").first).to_be_visible()
    expect(page.locator(".gps button")).to_be_enabled()
    write(page, "涵洞积水")
    expect(page.locator(".panel")).to_contain_text("没有网络，上报已保存在本机")
    page.close()
    phone.set_offline(False)

    page = phone.new_page()
    page.goto(f"{live_server.url}/#follow=")
    expect(page.locator(".kept-reports:not(.waiting-reports) li")).to_have_count(1)
    expect(page.locator(".waiting-reports")).to_have_count(0)
    assert page.evaluate(TICKETS) == before + 1
    page.reload()
    expect(page.locator(".kept-reports li")).to_have_count(1)
    assert page.evaluate(TICKETS) == before + 1
