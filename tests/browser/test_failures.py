"""Whatever fails has words in the reader's language, and what still works goes on working."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import make_url

from gisgrid.api.app import create_app
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import read_settings
from tests.browser.conftest import DESK, PATIENCE_MS, READY
from tests.browser.hands import centre_on, click_map, quiet_grid, sign_in
from tests.browser.server import LiveServer, serving
from tests.drawing import draw, publish_leaves
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.timeout(1800)
Look = Callable[..., Page]
BLOCKED = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('blocked', 'SecurityError'); },
})"""

UNDER = """() => {
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const line = document.querySelector('.map-fault').getBoundingClientRect();
  const shown = [...document.querySelectorAll('.map :is(button, .maplibregl-ctrl-scale), .panel')];
  const under = shown.filter((one) => one.checkVisibility() && meets(line, one.getBoundingClientRect()));
  return under.map((one) => one.className || one.ariaLabel);
}"""


@pytest.fixture
def look(chromium: Browser, live_server: LiveServer) -> Iterator[Look]:
    """Open a page on which something will fail; nothing is waited for."""
    contexts = []

    def open_page(hash_: str = "", url: str = "", before: Callable[[Page], object] = lambda _page: None) -> Page:
        viewport = {"width": DESK[0], "height": DESK[1]}
        context = chromium.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            locale="zh-CN",
            reduced_motion="reduce",
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        before(page)
        page.goto(f"{url or live_server.url}/{hash_}")
        return page

    yield open_page
    for context in contexts:
        context.close()


def fails(pattern: str) -> Callable[[Page], object]:
    def lose(route: Route) -> None:
        route.abort()

    return lambda page: page.route(re.compile(pattern), lose)


MAPLESS = """(() => {
  const made = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind.startsWith('webgl') ? null : made.call(this, kind, ...more);
  };
})()"""
WORDS = {
    "": ("网站已更新", "重新载入页面", "还没有任何区域"),
    "#lang=en": ("site was updated", "Reload the page", "no areas yet"),
}


@pytest.mark.parametrize("hash_", list(WORDS))
def test_a_map_that_is_gone_after_an_upgrade_is_told(look: Look, hash_: str) -> None:
    page = look(hash_, before=fails(r"assets/start-.*\.js"))
    expect(page.locator(".map .empty")).to_contain_text(WORDS[hash_][0])
    expect(page.locator("table.tickets tbody tr").first).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name=WORDS[hash_][1]).click()
    page.wait_for_selector(READY)


def test_a_style_that_does_not_come_is_told_and_asked_for_again(look: Look) -> None:
    page = look(before=fails(r"/style/day\.json"))
    expect(page.locator(".map-fault")).to_have_text("地图暂时无法载入，正在重试。")
    page.unroute_all()
    page.wait_for_selector(READY)
    expect(page.locator(".map-fault")).to_have_count(0)


def test_tiles_that_do_not_come_are_told_and_asked_for_again(look: Look) -> None:
    said: list[str] = []

    def fail(page: Page) -> None:
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        fails(r"/tiles/area/")(page)

    page = look("#lang=en", before=fail)
    expect(page.locator(".map-fault")).to_have_text("Parts of the map did not load; trying again.")
    for width, height in (DESK, (390, 844), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(UNDER) == [], f"the line lies over what is pressed at {width} x {height}"
    page.unroute_all()
    expect(page.locator(".map-fault")).to_have_count(0)
    assert [one for one in said if not one.startswith("Failed to load resource")] == [], (
        "it is told once, by its address"
    )


def test_a_browser_that_keeps_nothing_shows_everything_and_says_so(look: Look) -> None:
    page = look(before=lambda page: page.add_init_script(BLOCKED))
    page.wait_for_selector(READY)
    centre_on(page, quiet_grid(page))
    page.click(".report-open")
    click_map(page)
    page.locator(".report label.choice").get_by_text("安全隐患", exact=True).click()
    page.fill("textarea[name=description]", "井盖松动")
    page.click("button[type=submit]")
    expect(page.locator(".receipt .error")).to_contain_text("请抄下编号和查询码")


def test_categories_that_do_not_come_are_told_where_they_are_missed(look: Look) -> None:
    page = look("#report", before=fails(r"/api/v1/categories"))
    expect(page.locator(".report .failed")).to_contain_text("无法连接服务器，请检查网络后重试。")
    page.unroute_all()
    page.click(".report .failed button")
    expect(page.locator(".report label.choice").first).to_be_visible()


def test_a_list_that_does_not_come_is_not_said_to_be_empty(look: Look) -> None:
    page = look("#tab=tickets", before=fails(r"/api/v1/tickets\?"))
    expect(page.locator(".panel .failed")).to_contain_text("无法连接服务器")
    expect(page.locator(".filter-line")).not_to_contain_text("件")
    page.unroute_all()
    page.click(".panel .failed button")
    expect(page.locator(".filter-line")).to_contain_text("件")


def test_a_page_whose_first_questions_failed_goes_on_by_a_press(look: Look) -> None:
    page = look(before=fails(r"/api/v1/(config|networks)$"))
    expect(page.locator(".panel .failed")).to_contain_text("无法连接服务器")
    page.unroute_all()
    page.click(".panel .failed button")
    page.wait_for_selector(READY)


def test_a_session_that_ended_while_nobody_asked_is_told(look: Look, live_server: LiveServer) -> None:
    page = look()
    page.wait_for_selector(READY)
    sign_in(page, live_server)
    page.context.clear_cookies()
    page.evaluate("dispatchEvent(new Event('offline'))")  # and the stream comes back, as a stranger's
    expect(page.locator(".strip")).to_contain_text("登录已过期")
    expect(page.locator(".who")).to_have_count(0)


def test_a_session_that_ended_before_the_page_opened_is_told_and_signing_in_shows_that_page(
    look: Look, live_server: LiveServer
) -> None:
    page = look(
        "#desk=audit", before=lambda page: page.add_init_script("localStorage.setItem('gisgrid.signed-in', '1')")
    )
    expect(page.locator(".strip")).to_contain_text("登录已过期")
    page.locator(".strip .button").click()
    page.fill("input[name=name]", "admin")
    page.fill("input[name=secret]", live_server.secret)
    page.click("dialog button[type=submit]")
    expect(page.locator(".audit-table tbody tr").first).to_be_visible()
    assert "desk=audit" in page.url


@pytest.mark.parametrize("hash_", list(WORDS))
def test_a_server_without_boundaries_says_what_to_do_and_wakes_up_with_the_first(
    look: Look, new_database: Callable[[], str], tmp_path: Path, hash_: str
) -> None:
    url = new_database()
    service = make_url(url).set(username="gisgrid_api").render_as_string(hide_password=False)
    settings = read_settings({}, data_dir=tmp_path, statement_timeout_s=round(PATIENCE_S))
    with serving(create_app(settings, service)) as where:
        page = look(hash_, url=where)
        expect(page.locator(".panel")).to_contain_text(WORDS[hash_][2])
        expect(page.locator(".failed")).to_have_count(0)
        owner = Database(url, role=OWNER)
        with owner.transaction(EVERYTHING) as connection:
            publish_leaves(connection, draw("AAB\nAAB"), parents={"A": "T", "B": "T"})
        owner.close()
        page.wait_for_selector(READY)


def test_a_proxy_whose_service_is_away_is_told_in_words_and_a_report_is_kept(look: Look) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=502, body="<html>Bad Gateway</html>", content_type="text/html")

    page = look(before=lambda page: page.route(re.compile(r"/api/v1/(tickets|reports)"), refuse))
    expect(page.locator(".panel .failed")).to_contain_text("服务暂时不可用，请稍后再试")
    page.wait_for_selector(READY)
    page.click(".report-open")
    click_map(page)
    page.locator(".report label.choice").get_by_text("安全隐患", exact=True).click()
    page.fill("textarea[name=description]", "井盖松动")
    page.click("button[type=submit]")
    expect(page.locator(".panel")).to_contain_text("上报已保存在本机")


def test_without_a_map_a_report_is_placed_by_other_means(look: Look) -> None:
    page = look("#report=", before=lambda page: page.add_init_script(MAPLESS))
    expect(page.locator(".map .empty")).to_contain_text("无法显示地图")
    expect(page.locator(".report .segments button")).to_have_text(["我的位置", "输入坐标"])
    page.click(".gps button")
    expect(page.locator(".gps .error")).to_contain_text("在上方搜索道路")
    page.fill("#search", "凤凰路")
    page.locator("#search-hits [role=option]").first.click()
    page.locator(".report label.choice").get_by_text("安全隐患", exact=True).click()
    page.fill("textarea[name=description]", "井盖松动")
    page.click("button[type=submit]")
    expect(page.locator("[data-receipt=number]")).to_be_visible()
