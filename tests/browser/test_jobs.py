"""The jobs of resident, dispatcher, clerk and leader on a real server in a real browser, with every tap counted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import expect_tickets, settle, wait_for
from tests.browser.jobs import Hand, asking, enter, new_account, new_ticket
from tests.browser.server import LiveServer
from tests.pictures import encode, plain

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
DISTRICT = "360302"
PLACE = (113.8602, 27.6243)


def test_a_resident_reports_in_three_taps(visit: Open, live_server: LiveServer, tmp_path: Path) -> None:
    page = visit("", (390, 844), touch=True, drawn=False)
    page.context.grant_permissions(["geolocation"], origin=live_server.url)
    page.context.set_geolocation({"longitude": PLACE[0], "latitude": PLACE[1], "accuracy": 8})
    hand = Hand(page, touch=True)
    photo = tmp_path / "hole.jpg"
    photo.write_bytes(encode(plain()))
    with page.expect_file_chooser() as camera:
        hand.tap(".report-open")
    camera.value.set_files(photo)
    expect(page.locator(".report .where:not(.doubt)")).to_be_visible()
    hand.tap(page.locator(".report label.choice").filter(has_text="安全隐患"))
    hand.tap(".report button[type=submit]")
    number = page.locator("[data-receipt=number]").inner_text()
    assert hand.taps == 3, hand.done
    assert page.locator("[data-spoken]").inner_text() == f"{int(number.split('-')[1])} 号"
    expect(page.locator("[data-sent='1']")).to_be_visible()
    ticket = asking(live_server, "GET", f"/api/v1/tickets/{number}")
    assert (ticket["description"], len(ticket["photos"])) == ("", 1)
    page.goto(f"{live_server.url}/#follow=")
    row = page.locator(f"[data-own='{number}']")
    expect(row.locator("img")).to_be_visible()
    expect(row.locator(".report-state")).to_contain_text("服务处置")


def test_who_sees_the_same_says_so_with_one_tap(visit: Open, live_server: LiveServer) -> None:
    here = (PLACE[0] + 0.002, PLACE[1])  # where no other test reports: of many nearby the first are shown
    number = new_ticket(live_server, *here, "看不见的话(测试)")
    asking(live_server, "PUT", f"/api/v1/tickets/{number}/public_words", {"words": "已安排明日维修"})
    page = visit("", (390, 844), touch=True, drawn=False)
    page.context.grant_permissions(["geolocation"], origin=live_server.url)
    page.context.set_geolocation({"longitude": here[0], "latitude": here[1], "accuracy": 8})
    with page.expect_file_chooser():
        page.tap(".report-open")
    near = page.locator(f"[data-near='{number}']")
    expect(near).to_contain_text("已安排明日维修")
    expect(near).to_contain_text("米外")
    assert "看不见的话" not in page.content()
    near.locator("button").tap()
    expect(near.locator("button")).to_have_attribute("aria-pressed", "true")
    expect(near).to_contain_text("1 人也看到了")
    assert asking(live_server, "GET", f"/api/v1/tickets/{number}", secret="")["followers"] == 1
    near.locator("button").tap()
    expect(near.locator("button")).to_have_attribute("aria-pressed", "false")
    assert asking(live_server, "GET", f"/api/v1/tickets/{number}", secret="")["followers"] == 0


def unplaced(server: LiveServer, words: str) -> str:
    body = {"place_unknown": True, "category": "hazard", "description": words}
    number: str = asking(server, "POST", "/api/v1/reports", body, secret="")["number"]
    return number


def test_a_dispatcher_places_and_hands_over_ten_tickets_in_25_taps(visit: Open, live_server: LiveServer) -> None:
    secret = new_account(live_server, "desk1", "dispatcher", DISTRICT)
    for other in asking(live_server, "GET", "/api/v1/tickets?list=no_grid&limit=1000")["tickets"]:  # of other tests
        where = {"lon": PLACE[0], "lat": PLACE[1], "system": "wgs84", "note": "测试"}
        asking(live_server, "PUT", f"/api/v1/tickets/{other['number']}/place", where)
    numbers = [unplaced(live_server, f"不知在哪(测试{n})") for n in range(10)]
    page = visit(drawn=False)
    enter(page, "desk1", secret)
    expect(page.locator(".page-head h2")).to_have_text("调度台")
    hand = Hand(page)
    hand.tap("[data-list=no_grid]")
    expect(page.locator(".grid-table tbody tr")).to_have_count(10)
    hand.tap("[data-all]")
    hand.tap("[data-place]")
    page.evaluate(
        "([lon, lat]) => document.getElementById('map').map.jumpTo({ center: [lon, lat], zoom: 15 })", list(PLACE)
    )
    for place in range(10):
        expect(page.locator(".placing-bar")).to_contain_text(f"第 {place + 1}/10 件")
        settle(page)
        box = page.locator("#map").bounding_box()
        assert box
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 3 * place)
        hand.taps += 1
        expect(page.locator(".placing-bar .said")).to_have_count(1 if place < 9 else 0)
    expect(page.locator(".bulk-count")).to_contain_text("已选 10 件")
    expect(page.locator("[data-deed] option[value='role:worker']")).to_have_count(1)
    page.select_option("[data-deed]", "role:head")
    hand.taps += 2  # it opens, and one of it is chosen
    hand.tap("[data-run]")
    expect(page.locator(".bulk-count")).to_contain_text("10 件已完成")
    assert hand.taps <= 25, hand.taps
    for number in numbers:
        ticket = asking(live_server, "GET", f"/api/v1/tickets/{number}")
        assert ticket["grid"] is not None
        assert [one["action"] for one in ticket["history"]][-2:] == ["replaced", "handed_over"]


def test_what_is_refused_stays_selected_and_says_why(visit: Open, live_server: LiveServer) -> None:
    secret = new_account(live_server, "desk2", "dispatcher", DISTRICT)
    numbers = [new_ticket(live_server, *PLACE, f"转办(测试{n})") for n in range(2)]
    page = visit(expected="409 (Conflict)", drawn=False)
    enter(page, "desk2", secret)
    page.click("[data-list=area]")
    for number in numbers:
        page.locator(f"[data-row='{number}'] input").click()
    asking(live_server, "POST", f"/api/v1/tickets/{numbers[0]}/steps", {"step": "inspect"})
    page.select_option("[data-deed]", "step:inspect")
    page.click("[data-run]")
    expect(page.locator(".bulk [role=alert]")).to_contain_text(numbers[0])
    expect(page.locator(".bulk-count")).to_contain_text("已选 1 件")
    assert asking(live_server, "GET", f"/api/v1/tickets/{numbers[1]}")["step"] == "inspect"


def test_the_table_is_worked_by_keys(visit: Open, live_server: LiveServer) -> None:
    secret = new_account(live_server, "desk3", "dispatcher", DISTRICT)
    page = visit(drawn=False)
    enter(page, "desk3", secret)
    page.click("[data-list=area]")
    rows = page.locator(".grid-table tbody tr")
    rows.first.locator("input").focus()
    page.keyboard.press("Space")
    expect(rows.first).to_have_attribute("data-on", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".bulk-count")).to_contain_text("已选 2 件")
    number = rows.nth(2).get_attribute("data-row")
    page.keyboard.press("Enter")
    expect(page.locator(".page-head")).to_contain_text(str(number))
    page.keyboard.press("Escape")
    expect(page.locator(".bulk-count")).to_contain_text("已选 2 件")
    page.click("[data-sort=grid]")
    names = [one.inner_text() for one in page.locator(".grid-table thead th[aria-sort=ascending]").all()]
    assert len(names) == 1


def neighbours(server: LiveServer) -> list[Any]:
    """Two base grids of one community that do not hold a special one, as features."""
    features = asking(server, "GET", "/api/v1/areas?level=grid")["features"]
    base = [one for one in features if one["properties"]["kind"] == "base"]
    first = base[0]
    other = next(one for one in base[1:] if one["properties"]["parent"] == first["properties"]["parent"])
    return [first, other]


def test_a_clerk_previews_and_publishes_a_redraw_and_the_pin_changes_its_owner(
    visit: Open, live_server: LiveServer, tmp_path: Path
) -> None:
    one, other = neighbours(live_server)
    here, there = one["properties"]["code"], other["properties"]["code"]
    hit = next(hit for hit in asking(live_server, "GET", f"/api/v1/search?q={here}")["hits"] if hit["code"] == here)
    number = new_ticket(live_server, hit["lon"], hit["lat"], "换了主人(测试)")
    assert asking(live_server, "GET", f"/api/v1/tickets/{number}")["grid"]["code"] == here
    for feature, code in ((one, there), (other, here)):  # each ground gets the other's code
        feature["properties"] = {"code": code, "name": f"{code[-3:]}改(测试)", "kind": "base"}
    drawn = tmp_path / "redraw.geojson"
    drawn.write_text(json.dumps({"type": "FeatureCollection", "features": [one, other]}), encoding="utf-8")

    secret = new_account(live_server, "clerk1", "editor", DISTRICT)
    page = visit(drawn=False)
    enter(page, "clerk1", secret)
    expect(page.locator(".page-head h2")).to_have_text("边界变更")
    page.click("[data-new]")
    page.fill("input[name=title]", "换码(测试)")
    page.click(".page-body form button[type=submit]")
    page.set_input_files("[data-import]", drawn)
    expect(page.locator("[data-side=after]")).to_be_visible()
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map');
          return map.queryRenderedFeatures({ layers: ['viewer-sketch-drawn'] }).length > 0;
        }""",
    )
    page.click("[data-preview]")
    moves = page.locator(".moves li")
    expect(moves.first).to_be_visible()
    page.click("[data-ask-to=publish]")
    page.click("[data-do=publish]")
    expect(page.locator(".said")).to_contain_text("新边界已生效")
    page.goto(f"{live_server.url}/#ticket={number}")
    expect(page.locator(".page-body")).to_contain_text(there)
    page.goto(f"{live_server.url}/#desk=drafts")
    page.click("[data-draft] >> nth=0")
    page.click("[data-ask-to=undo]")
    page.click("[data-do=undo]")
    expect(page.locator(".said")).to_contain_text("已撤销")
    expect(page.locator("[data-ask-to=undo]")).to_have_count(0)
    page.goto(f"{live_server.url}/#ticket={number}")
    expect(page.locator(".page-body")).to_contain_text(here)


def test_a_leader_filters_by_a_figure_and_colours_the_map(visit: Open, live_server: LiveServer) -> None:
    secret = new_account(live_server, "leader1", "supervisor", DISTRICT)
    page = visit(drawn=False)
    enter(page, "leader1", secret)
    expect(page.locator("#tab-figures")).to_have_attribute("aria-selected", "true")
    page.click("[data-sort=received]")
    page.click("[data-colour]")
    expect(page.locator(".colour-legend li").first).to_be_visible()
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map');
          return map.queryRenderedFeatures({ layers: ['viewer-sketch-figure'] }).length >= 11;
        }""",
    )
    figure = page.locator("table.figures tbody [data-figure=overdue]").first
    count = int(figure.inner_text().replace(",", ""))
    figure.click()
    expect_tickets(page, count)
    expect(page.locator("#tab-tickets")).to_have_attribute("aria-selected", "true")


def test_an_administrator_lets_people_in_and_out_and_an_auditor_sees_it(visit: Open, live_server: LiveServer) -> None:
    boss = new_account(live_server, "boss1", "admin")
    page = visit(drawn=False)
    enter(page, "boss1", boss)
    expect(page.locator(".page-head h2")).to_have_text("人员账号")
    page.click("[data-new]")
    page.fill("input[name=account-name]", "fresh1")
    page.select_option("select[name=account-role]", "worker")
    page.fill("input[name=account-area]", DISTRICT)
    page.click("form.account button[type=submit]")
    secret = page.locator("[data-secret]").inner_text()
    assert asking(live_server, "GET", "/api/v1/sessions", secret=secret)["role"] == "worker"
    page.click("[data-change=fresh1]")
    page.click("[data-act=disable]")
    expect(page.locator("[data-account=fresh1] .badge")).to_contain_text("停用")
    page.click("[data-change=fresh1]")
    page.click("[data-act=remove]")
    page.click("[data-act=really]")
    expect(page.locator("[data-account=fresh1]")).to_have_count(0)
    page.click("[data-desk=audit]")
    page.fill("[data-audit=who]", "boss1")
    expect(page.locator(".audit-table tbody tr").filter(has_text="fresh1").first).to_be_visible()
