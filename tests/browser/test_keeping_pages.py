"""An administrator keeps posts, rules, categories, targets and tokens on pages of their own; nobody else sees them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jobs import asking, enter, new_account, new_ticket
from tests.browser.server import LiveServer
from tests.browser.test_axe import SIZES, serious
from tests.waiting import until

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
DESKS = ("posts", "rules", "categories", "targets")
PLACE = (113.8602, 27.6243)


@pytest.fixture(scope="module")
def keeper(live_server: LiveServer) -> tuple[str, str]:
    return "keeper1", new_account(live_server, "keeper1", "admin")


def at_desk(page: Page, desk: str) -> None:
    page.locator(f"[data-desk={desk}]").click()
    expect(page.locator(f"[data-desk={desk}][aria-current=page]")).to_be_visible()
    expect(page.locator(".page-body.keep [role=status]").first).to_be_visible()


def middle(page: Page, of: str) -> int:
    box = page.locator(of).bounding_box()
    assert box is not None
    return round(box["y"] + box["height"] / 2)


def name_of(server: LiveServer, code: str) -> str:
    return str(asking(server, "GET", f"/api/v1/areas/{code}")["properties"]["name"])


def fill(page: Page, **values: str) -> None:
    """The open form's fields, by their names."""
    for name, value in values.items():
        field = page.locator(f".account [name=keep-{name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def test_a_post_is_added_and_handed_over_by_keyboard_alone(
    visit: Open, live_server: LiveServer, keeper: tuple[str, str]
) -> None:
    grid = asking(live_server, "GET", f"/api/v1/locate?lon={PLACE[0]}&lat={PLACE[1]}&system=wgs84")["grid"]["code"]
    page = visit(drawn=False)
    enter(page, *keeper)
    at_desk(page, "posts")
    page.locator("[data-new]").press("Enter")
    fill(page, area=grid, role="building_head", name="楼一(测试)", phone="000-0001")
    meant = page.locator(".account .field", has=page.locator("[name=keep-area]")).locator(".hint")
    expect(meant).to_have_text(" · ".join(name_of(live_server, code) for code in (grid[:12], grid)))
    page.set_viewport_size({"width": 1920, "height": 1080})  # where the box stands in a row with fields that have notes
    assert middle(page, ".account [name=keep-is_public]") == middle(page, ".account [name=keep-valid_to]")
    page.locator(".account [name=keep-phone]").press("Enter")
    page.locator("input[name=ask-q]").fill("楼一(测试)")
    page.locator("input[name=ask-q]").press("Enter")
    row = page.locator(".keep-list > li")
    expect(row).to_have_count(1)
    row.locator("[data-change]").press("Enter")
    fill(page, name="楼二(测试)")
    page.locator(".kept-open [name=keep-name]").press("Enter")
    expect(row).to_have_count(0)
    page.locator("input[name=ask-past]").press("Space")
    expect(row).to_contain_text("已结束")
    page.locator("input[name=ask-q]").fill("楼二(测试)")
    page.locator("input[name=ask-q]").press("Enter")
    expect(row.locator("h3")).to_have_text("楼二(测试) · 楼栋长")
    row.locator("[data-change]").press("Enter")
    fill(page, name="楼三(测试)", **{"from": "2999-01-01"})
    page.locator(".kept-open [name=keep-name]").press("Enter")
    expect(row).to_contain_text("至 2999年1月1日")
    row.locator("[data-change]").press("Enter")
    row.locator("[data-act=end]").press("Enter")
    expect(row.locator("[data-act=end-really]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_contain_text("已结束")


def test_a_rule_that_is_written_here_sends_the_next_report(
    visit: Open, live_server: LiveServer, keeper: tuple[str, str]
) -> None:
    page = visit(expected="422", drawn=False)
    enter(page, *keeper)
    at_desk(page, "rules")
    page.locator("[data-new]").click()
    fill(page, rule="测试规则", role="head", category="hazard", due_hours="3")
    page.locator(".account button[type=submit]").click()
    expect(page.locator(".account .error")).to_contain_text("时限要有小时数和单位")
    fill(page, due_unit="calendar")
    page.locator(".account button[type=submit]").click()
    row = page.locator(".keep-list > li[data-kept='测试规则']")
    expect(row).to_contain_text("交给：网格长")
    number = new_ticket(live_server, *PLACE, "按规则(测试)")
    told = asking(live_server, "GET", f"/api/v1/tickets/{number}")
    given = [datetime.fromisoformat(told[name]) for name in ("received_at", "due_at")]
    assert given[1] - given[0] == timedelta(hours=3)
    row.locator("[data-change]").click()
    row.locator("[data-act=remove]").click()
    row.locator("[data-act=remove-really]").click()
    expect(row).to_have_count(0)


def test_a_category_is_made_and_its_hours_are_changed(
    visit: Open, live_server: LiveServer, keeper: tuple[str, str]
) -> None:
    page = visit("#lang=en", drawn=False)
    enter(page, *keeper)
    at_desk(page, "categories")
    page.locator("[data-new]").click()
    fill(page, id="test-lamp", name_zh="路灯(测试)", name_en="Street lamp (test)", parent="hazard", due_hours="8")
    page.locator(".account button[type=submit]").click()
    row = page.locator(".keep-list > li[data-kept=test-lamp]")
    expect(row).to_contain_text("due after 8 hours")
    row.locator("[data-change]").click()
    fill(page, due_hours="5", public_place="grid")
    row.locator(".account button[type=submit]").click()
    expect(row).to_contain_text("due after 5 hours")
    expect(row.locator(".badge")).to_have_text("its grid only")
    row.locator("[data-change]").click()
    row.locator("[data-act=remove]").click()
    row.locator("[data-act=remove-really]").click()
    expect(row).to_have_count(0)


def test_a_secret_and_a_token_are_shown_once(visit: Open, live_server: LiveServer, keeper: tuple[str, str]) -> None:
    page = visit(drawn=False)
    enter(page, *keeper)
    at_desk(page, "targets")
    page.locator("[data-new]").click()
    fill(page, name="test-city", address="https://city.example/hook", topics="ticket.step, ticket.received")
    page.locator(".account button[type=submit]").click()
    row = page.locator(".keep-list > li[data-kept=test-city]")
    expect(row).to_contain_text("ticket.step, ticket.received")
    secret = page.locator(".keep > .once [data-secret]").inner_text()
    row.locator("[data-change]").click()
    row.locator("[data-act=end]").click()
    row.locator("[data-act=end-really]").click()
    expect(row).to_have_count(0)
    device = page.locator(".tokens .keep-list > li").first
    code = (device.get_attribute("data-kept") or "").removeprefix("device-")
    device.locator("[data-change]").click()
    device.locator("[data-act=make]").click()
    token = page.locator(".tokens [data-secret]").inner_text()
    assert token.startswith("gd_") and secret
    device.locator("[data-change]").click()
    device.locator("[data-act=switch]").click()
    expect(device.locator(".badge")).to_contain_text("停用")
    kept = {one["code"]: one for one in asking(live_server, "GET", "/api/v1/tokens")["tokens"]}
    assert kept[code]["made_at"] and kept[code]["disabled_at"]
    asking(live_server, "POST", f"/api/v1/tokens/devices/{code}/enable")
    page.reload()
    expect(page.locator(".tokens .keep-list > li").first).to_be_visible()
    assert page.locator("[data-secret]").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_where_something_is_kept(
    visit: Open, live_server: LiveServer, keeper: tuple[str, str], size: str
) -> None:
    """One page goes from desk to desk, once in each language: each desk is opened anew."""
    page = visit("", SIZES[size], touch=size == "phone", drawn=False, signed_in=keeper, sign="[data-desk]")
    for lang, desk in product(("zh-CN", "en"), DESKS):
        page.goto(f"{live_server.url}/#desk={desk}&lang={lang}")
        at_desk(page, desk)
        assert page.evaluate("document.documentElement.lang") == lang
        if page.locator(".keep-list [data-change]").count():
            page.locator(".keep-list [data-change]").first.click()
            assert serious(page) == [], (desk, size, lang)
        page.locator("[data-new]").click()
        expect(page.locator("form.account")).to_be_visible()
        assert serious(page) == [], (desk, size, lang)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


def test_no_page_and_no_figure_is_out_of_sight_without_a_hint(visit: Open, keeper: tuple[str, str]) -> None:
    page = visit("#desk=posts", (1000, 800), drawn=False, signed_in=keeper)
    entries = page.locator(".desks [data-desk]")
    expect(entries).to_have_count(11)
    for width in (320, 360, 420):
        page.evaluate("(px) => document.documentElement.style.setProperty('--panel', `${px}px`)", width)
        page.locator(".body").evaluate("(body) => body.setAttribute('data-wide', 'false')")
        assert page.locator(".panel").evaluate("(panel) => panel.clientWidth") <= width
        for entry in entries.all():
            expect(entry).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 390, "height": 844})
    for counter in page.locator(".counter").all():
        expect(counter).to_be_in_viewport(ratio=1)
    for row in page.locator(".counter-list, .desks").all():
        assert "gradient" in row.evaluate("(row) => getComputedStyle(row).backgroundImage"), "what is beyond its end"
    page.evaluate("location.hash = '#desk=audit'")
    expect(page.locator("td.audit-facts").filter(has_text="角色：").first).to_be_visible()


def test_who_may_not_keep_them_has_no_such_pages(visit: Open, live_server: LiveServer) -> None:
    secret = new_account(live_server, "keeper2", "supervisor", "360302")
    page = visit(drawn=False)
    enter(page, "keeper2", secret)
    expect(page.locator("[data-desk=posts]")).to_be_visible()
    until(lambda: [page.locator(f"[data-desk={desk}]").count() for desk in DESKS] == [1, 0, 0, 0])
