"""Work lists, figures and ranking on the page: badges narrow the list, tables sort, the file is what is shown."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import becomes, expect_tickets, figure, sign_in
from tests.browser.jobs import asking
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]


def test_staff_work_by_their_lists(visit: Open, live_server: LiveServer) -> None:
    page = visit(drawn=False)
    expect(page.locator("[data-counter=open] .counter-value")).not_to_have_text("–")
    expect(page.locator(".work-list")).to_have_count(0)
    sign_in(page, live_server)
    badge = page.locator("[data-list=area] .count")
    expect(badge).to_have_text(str(figure(page, "open")))
    page.click("[data-list=area]")
    expect_tickets(page, figure(page, "open"))
    with page.expect_download() as download:
        page.click("[data-export=csv]")
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("编号,") and "描述" in lines[0]
    assert len(lines) > figure(page, "open")
    page.click("[data-list=overdue]")
    expect_tickets(page, figure(page, "overdue"))
    page.click(".top-button[aria-label=退出登录]")
    expect(page.locator(".work-list")).to_have_count(0)
    expect(page.locator(".filter-line .link")).to_have_count(0)


COVERED = """() => {
  const { map } = document.getElementById('map');
  const drawn = (id) => map.getLayoutProperty(id, 'visibility') ?? 'visible';
  return ['patrol-fill', 'camera-sector', 'area-fill'].map(drawn);
}"""


def test_a_figure_that_colours_areas_has_the_ground_for_itself(visit: Open, live_server: LiveServer) -> None:
    page = visit("#tab=figures", drawn=False, signed_in=("admin", live_server.secret))
    patrols = page.locator(".layer", has=page.locator("[data-layer=patrol]"))
    expect(patrols.locator("li").first).to_have_text("刚巡查")
    colour = page.locator("[data-colour]")
    colour.click()
    becomes(page, COVERED, ["none", "none", "visible"])
    expect(patrols.locator("li")).to_have_text(["按统计着色时不显示"])
    expect(page.locator(".colour-map .hint")).to_have_text("着色期间不显示：摄像头、巡查覆盖")
    colour.click()
    becomes(page, COVERED, ["visible", "visible", "visible"])
    expect(patrols.locator("li").first).to_have_text("刚巡查")


def test_two_times_are_compared_and_their_days_are_in_the_address(visit: Open, live_server: LiveServer) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    first = f"2020-02-01~{today}~2024-01-01~2024-01-31"
    page = visit(f"#tab=figures&ask=two&by=category&pair={first}&lang=en", expected="404", drawn=False)
    received = page.locator("table.compared tfoot td").first
    total = asking(live_server, "GET", "/api/v1/figures?by=category&area=360302&from=2020-02-01")["total"]["received"]
    expect(received.locator(".figure-open")).to_have_text(f"{total:,}")
    change = received.locator(".change")
    expect(change).to_have_attribute("data-way", "up")
    expect(change).to_contain_text("▲up")
    note = page.locator("[role=note]")
    expect(note).to_contain_text("Jan 1, 2024 to Jan 31, 2024 (31 days)")
    expect(note).to_contain_text("compare rates, not cases")
    page.evaluate("(hash) => { location.hash = hash }", f"tab=figures&ask=two&pair={first.replace('2024', '2020')}")
    expect(page.locator(".compared ~ *, .hint").get_by_text("前一段结束时还没有这个区域。")).to_be_visible()
    page.select_option("[data-ask=pair]", "last")
    expect(page).to_have_url(re.compile("pair=last"))
    expect(note).not_to_contain_text("still running")
    page.reload()
    expect(page.locator("[data-ask=pair]")).to_have_value("last")
    page.select_option("[data-ask=pair]", "own")
    page.locator("input[name=now-from]").fill("2020-02-01")
    page.locator("input[name=now-to]").fill(f"{today}")
    expect(received.locator(".figure-open")).to_have_text(f"{total:,}")
    received.locator(".figure-open").click()
    expect(page).to_have_url(re.compile(f"from=2020-02-01&to={today}"))
    expect_tickets(page, total)


def test_figures_and_ranking_of_an_area(visit: Open) -> None:
    page = visit("#lang=en&from=2020-01-01", (390, 844), touch=True, drawn=False)
    expect(page.locator(".body")).to_have_attribute("data-snap", "half")  # a list that an address names is in sight
    expect(page.locator("#list-dates input").first).to_have_value("Jan 1, 2020")
    page.tap("#tab-figures")
    total = page.locator("table.figures tfoot td").first
    expect(total).to_have_text(f"{figure(page, 'total'):,}")
    page.tap("[data-sort=closing_rate]")
    rates = [float(text.rstrip("%")) for text in page.locator("table.figures tbody td:nth-child(3)").all_inner_texts()]
    assert rates == sorted(rates, reverse=True)
    expect(page.locator("[data-ask=by] option[value=post]")).to_have_count(0)
    page.tap(".figure-ask .segments button:nth-child(2)")
    expect(page.locator("table.figures[data-of=grid] .apart")).to_have_count(1)
    page.select_option("[data-ask=of]", "town")
    rows = page.locator("table.figures[data-of=town] tbody tr")  # no heading: only grids are of a kind
    expect(rows).to_have_count(11)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    name = rows.first.locator("button").inner_text()
    rows.first.locator("button").tap()
    expect(page.locator(".page-head h2")).to_have_text(name)
    expect(page.locator("#tab-figures")).to_have_attribute("aria-selected", "true")
