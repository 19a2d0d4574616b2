"""axe finds nothing serious on the page that each role begins with, phone and desk, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jobs import asking, new_account, new_ticket
from tests.browser.server import LiveServer
from tests.house.tree import CHECKOUT

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
AXE = CHECKOUT / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
DISTRICT, PLACE = "360302", (113.8602, 27.6243)
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const shown = (nodes) => nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ');
  return serious.map(({ id, nodes }) => `${id}: ${shown(nodes)}`);
}"""
ROLES = {
    "worker": ("", "work"),
    "dispatcher": (DISTRICT, "table"),
    "editor": (DISTRICT, "drafts"),
    "supervisor": (DISTRICT, "figures"),
    "admin": ("", "people"),
    "auditor": ("", "audit"),
}


def serious(page: Page) -> list[str]:
    """What axe has against the page; its code is evaluated, which a content security policy does not stop."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN)
    return found


@pytest.fixture(scope="module")
def secrets(live_server: LiveServer) -> dict[str, str]:
    """A secret of an account of each role; the worker has a ticket to do."""
    grid = asking(live_server, "GET", f"/api/v1/locate?lon={PLACE[0]}&lat={PLACE[1]}&system=wgs84")["grid"]["code"]
    new_ticket(live_server, *PLACE, "无障碍(测试)", contact_phone="13800000002")
    areas = {role: grid if role == "worker" else area for role, (area, _) in ROLES.items()}
    return {role: new_account(live_server, f"axe_{role}", role, area) for role, area in areas.items()}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_serious_on_a_roles_page(visit: Open, secrets: dict[str, str], role: str, size: str) -> None:
    desk = ROLES[role][1]
    where, sign = "tab=figures" if desk == "figures" else f"desk={desk}", f"[data-desk={desk}][aria-current=page]"
    who = (f"axe_{role}", secrets[role])
    page = visit(f"#{where}", SIZES[size], touch=size == "phone", drawn=False, signed_in=who, sign=sign)
    for lang in ("zh-CN", "en"):
        if lang == "en":
            page.evaluate("(where) => { location.hash = where }", f"{where}&lang=en")
            page.reload()
        expect(page.locator(sign)).to_be_visible()
        expect(page.locator(".panel .skeleton")).to_have_count(0)
        assert page.evaluate("document.documentElement.lang") == lang
        if role == "worker":
            page.locator("[data-do]").first.click()
        if role == "dispatcher":
            page.locator("[data-list=area]").click()
            page.locator("[data-all]").click()
        if role == "editor":
            page.locator("[data-new]").click()
        if role == "admin":
            page.locator("[data-change]").first.click()
        assert serious(page) == [], (role, size, lang)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


def test_axe_finds_nothing_serious_where_residents_report_and_follow(visit: Open, live_server: LiveServer) -> None:
    page = visit("", SIZES["phone"], touch=True, drawn=False)
    number = new_ticket(live_server, *PLACE, "附近(测试)")
    with page.expect_file_chooser():
        page.tap(".report-open")
    page.evaluate(
        "([lon, lat]) => document.getElementById('map').map.jumpTo({ center: [lon, lat], zoom: 17 })", list(PLACE)
    )
    page.locator(".report .segments button").first.tap()
    box = page.locator("#map").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 120)
    expect(page.locator(".report .where")).to_be_visible()
    assert serious(page) == []
    page.goto(f"{live_server.url}/#follow=")
    assert serious(page) == []
    page.goto(f"{live_server.url}/#ticket={number}")
    expect(page.locator("[data-spoken]")).to_be_visible()
    assert serious(page) == []


def test_axe_is_there_and_finds_what_is_wrong(visit: Open) -> None:
    page = visit(drawn=False)
    page.evaluate("document.body.append(Object.assign(document.createElement('button'), { type: 'button' }))")
    assert any(one.startswith("button-name") for one in serious(page))
