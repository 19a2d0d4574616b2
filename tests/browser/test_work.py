"""Somebody on the ground: his list, a call, done with a photo, also without a network; patrol on and off."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import PATIENCE_MS, READY
from tests.browser.hands import wait_for
from tests.browser.jobs import Hand, asking, enter, new_account, new_ticket
from tests.browser.server import LiveServer
from tests.pictures import encode, plain
from tests.waiting import until

pytestmark = pytest.mark.timeout(1800)
PLACE = (113.851, 27.62)
PHONE = {"width": 390, "height": 844}
Carry = Callable[..., BrowserContext]


@pytest.fixture
def carry(chromium: Browser) -> Iterator[Carry]:
    """A phone that stands at the place and lets pages know."""
    phones: list[BrowserContext] = []

    def make(**more: Any) -> BrowserContext:
        phone = chromium.new_context(
            viewport=PHONE,  # type: ignore[arg-type]
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            reduced_motion="reduce",
            permissions=["geolocation"],
            geolocation={"longitude": PLACE[0], "latitude": PLACE[1], "accuracy": 8},
            **more,
        )
        phone.set_default_timeout(PATIENCE_MS)
        phones.append(phone)
        return phone

    yield make
    for phone in phones:
        phone.close()


@pytest.fixture
def phone(carry: Carry) -> BrowserContext:
    """Such a phone with the service worker."""
    return carry()


@pytest.fixture(scope="module")
def worker(live_server: LiveServer) -> tuple[str, str]:
    """Name and secret of a worker of the grid at the place."""
    found = asking(live_server, "GET", f"/api/v1/locate?lon={PLACE[0]}&lat={PLACE[1]}&system=wgs84")
    return "walker1", new_account(live_server, "walker1", "worker", found["grid"]["code"])


def at_work(phone: BrowserContext, server: LiveServer, worker: tuple[str, str]) -> Page:
    page = phone.new_page()
    page.goto(server.url)
    page.wait_for_selector(READY)
    enter(page, *worker)
    expect(page.locator(".page-head h2")).to_have_text("我的工作")
    return page


def step_of(server: LiveServer, number: str) -> str:
    step: str = asking(server, "GET", f"/api/v1/tickets/{number}")["step"]
    return step


def test_a_worker_finds_calls_and_finishes_a_ticket_in_six_taps(
    phone: BrowserContext, live_server: LiveServer, worker: tuple[str, str], tmp_path: Path
) -> None:
    number = new_ticket(live_server, *PLACE, "井盖缺失(测试)", contact_name="李梅", contact_phone="13800000001")
    page = at_work(phone, live_server, worker)
    job = page.locator(f".job[data-number='{number}']")
    expect(job).to_contain_text("井盖缺失")
    hand = Hand(page, touch=True)
    call = job.locator("a[href='tel:13800000001']")
    call.evaluate("link => link.addEventListener('click', event => event.preventDefault())")  # this phone cannot dial
    hand.tap(call)
    assert "geo:27.62" in (job.locator("[data-go]").get_attribute("href") or "")
    hand.tap(job.locator("[data-do]"))
    photo = tmp_path / "done.jpg"
    photo.write_bytes(encode(plain()))
    with page.expect_file_chooser() as chooser:
        hand.tap(job.locator("label.thumb-add"))
    chooser.value.set_files(photo)
    expect(job.locator(".thumbs img")).to_have_count(1)
    hand.tap(job.locator("[data-step=inspect]"))
    expect(job).to_have_count(0)
    expect(page.locator(".said")).to_be_visible()
    assert hand.taps <= 6, hand.done
    assert step_of(live_server, number) == "inspect"
    assert len(asking(live_server, "GET", f"/api/v1/tickets/{number}")["photos"]) == 1


def test_work_without_a_network_waits_on_the_phone_and_is_sent_once(
    phone: BrowserContext, live_server: LiveServer, worker: tuple[str, str]
) -> None:
    number = new_ticket(live_server, *PLACE, "路灯不亮(测试)")
    page = at_work(phone, live_server, worker)
    job = page.locator(f".job[data-number='{number}']")
    expect(job).to_be_visible()
    wait_for(page, "() => navigator.serviceWorker.controller?.state === 'activated'")
    page.reload()  # with the service worker, which keeps the parts of this page
    expect(job).to_be_visible()
    page.wait_for_load_state("networkidle")
    phone.set_offline(True)
    page.reload()
    expect(job).to_contain_text("路灯不亮")
    expect(page.locator(".work .waits").first).to_contain_text("没有网络")
    job.locator("[data-do]").tap()
    job.locator("textarea").fill("已更换灯泡")
    job.locator("[data-step=inspect]").tap()
    expect(job.locator(".badge")).to_have_text("已保存，待提交")
    page.close()  # what was done outlives the page
    assert step_of(live_server, number) == "handle"
    phone.set_offline(False)
    page = phone.new_page()
    page.goto(f"{live_server.url}/#desk=work")
    expect(page.locator(".page-head h2")).to_have_text("我的工作")
    until(lambda: step_of(live_server, number) == "inspect")
    expect(page.locator(".work .waits")).to_have_count(0)
    history = asking(live_server, "GET", f"/api/v1/tickets/{number}")["history"]
    assert [one["note"] for one in history if one["to_step"] == "inspect"] == ["已更换灯泡"]


def test_an_answer_that_was_lost_makes_no_second_step(
    carry: Carry, live_server: LiveServer, worker: tuple[str, str]
) -> None:
    number = new_ticket(live_server, *PLACE, "积水(测试)")
    page = at_work(carry(service_workers="block"), live_server, worker)
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().text())
        route.abort()

    page.route(f"**/tickets/{number}/steps", lose, times=1)
    job = page.locator(f".job[data-number='{number}']")
    job.locator("[data-do]").tap()
    job.locator("[data-step=inspect]").tap()
    expect(page.locator(".work .waits")).to_contain_text("1 项处理已保存在本机")
    assert len(lost) == 1
    page.reload()
    expect(page.locator(".page-head h2")).to_have_text("我的工作")
    expect(page.locator(".work .waits")).to_have_count(0)
    expect(page.locator(".job .error")).to_have_count(0)
    history = asking(live_server, "GET", f"/api/v1/tickets/{number}")["history"]
    assert len([one for one in history if one["to_step"] == "inspect"]) == 1


def test_beside_his_work_stand_the_figures_of_his_own_grid(
    visit: Callable[..., Page], live_server: LiveServer, worker: tuple[str, str]
) -> None:
    new_ticket(live_server, *PLACE, "井盖松动(本网格)")
    found = asking(live_server, "GET", f"/api/v1/locate?lon={PLACE[0]}&lat={PLACE[1]}&system=wgs84")["grid"]
    own = asking(live_server, "GET", f"/api/v1/counters?area={found['code']}")["total"]
    assert 0 < own < asking(live_server, "GET", "/api/v1/counters?area=")["total"]
    page = visit("#desk=work", (390, 844), touch=True, drawn=False, signed_in=worker)
    expect(page.locator(".counters-of")).to_have_text(f"{found['name']}的事件")
    expect(page.locator("[data-counter=total] .counter-value")).to_have_text(str(own))
    page.locator("[data-counter=total]").tap()
    expect(page.locator("table.tickets tbody tr")).to_have_count(own)


def test_patrol_sends_where_the_phone_was_also_afterwards(
    phone: BrowserContext, live_server: LiveServer, worker: tuple[str, str]
) -> None:
    page = at_work(phone, live_server, worker)
    button = page.locator(".patrol button")
    with page.expect_response("**/api/v1/pings") as sent:
        button.tap()
    assert sent.value.json()["accepted"] == 1
    expect(page.locator(".patrol .hint").first).to_contain_text("已上传 1 个轨迹点")
    phone.set_offline(True)
    button.tap()
    expect(button).to_have_attribute("aria-pressed", "false")
    phone.set_offline(False)


def test_who_signs_out_leaves_nothing_of_his_list_on_the_phone(
    phone: BrowserContext, live_server: LiveServer, worker: tuple[str, str]
) -> None:
    new_ticket(live_server, *PLACE, "电线垂落(测试)")
    page = at_work(phone, live_server, worker)
    expect(page.locator(".job").first).to_be_visible()
    kept = """() => new Promise((done) => {
      const asked = indexedDB.open('gisgrid');
      asked.onsuccess = () => {
        const all = asked.result.transaction('work').objectStore('work').getAll();
        all.onsuccess = () => done(all.result.length);
      };
    })"""
    until(lambda: page.evaluate(kept) == 1)
    page.tap(".top-button[aria-label=退出登录]")
    expect(page.locator(".desks")).to_have_count(0)
    until(lambda: page.evaluate(kept) == 0)
