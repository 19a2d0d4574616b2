"""The map in a real browser: what lies on it and on one another, where a typed place is, who is still signed in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import centre_on, click_map, quiet_grid, report, settle, sign_in, wait_for
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]


def test_tickets_at_one_place_open_as_a_list(visit: Open) -> None:
    page = visit()
    code = quiet_grid(page)
    centre_on(page, code)
    middle = page.evaluate("document.getElementById('map').map.getCenter()")
    numbers = [report(page, category="dispute", lon=middle["lng"], lat=middle["lat"])["number"] for _ in range(2)]
    place = page.evaluate(
        "async (number) => (await (await fetch(`/api/v1/tickets/${number}`)).json()).place", numbers[0]
    )
    page.evaluate(
        "([lon, lat]) => document.getElementById('map').map.jumpTo({ center: [lon, lat], zoom: 17 })",
        [place["lon"], place["lat"]],
    )
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map');
          return map.queryRenderedFeatures({ layers: ['ticket-pin'] }).length >= 2;
        }""",
    )
    click_map(page)
    rows = page.locator("table.tickets tbody tr")
    expect(rows).to_have_count(2)
    expect(page.locator(".page-head h2")).to_have_text("此处有 2 件事件")
    rows.first.click()
    expect(page.locator(".page-sub code")).to_have_text(numbers[1])
    page.click(".back")
    expect(rows).to_have_count(2)


def test_typed_coordinates_of_another_system_get_a_pin_where_they_are(visit: Open) -> None:
    page = visit()
    page.click(".report-open")
    page.locator(".segments button").nth(2).click()
    page.select_option(".typed select", "gcj02")
    page.fill("input[name=lon]", "113.865")
    page.fill("input[name=lat]", "27.62")
    expect(page.locator(".where")).to_be_visible()
    expect(page.locator(".maplibregl-marker")).to_be_visible()
    settle(page)
    centre = page.evaluate("document.getElementById('map').map.getCenter()")
    found = page.evaluate("async () => (await fetch('/api/v1/locate?lon=113.865&lat=27.62&system=gcj02')).json()")
    assert centre["lng"] == pytest.approx(found["point"]["lon"], abs=1e-5)
    assert centre["lat"] == pytest.approx(found["point"]["lat"], abs=1e-5)
    assert abs(centre["lng"] - 113.865) > 0.003, "GCJ-02 is half a kilometre off"


def test_the_ground_is_drawn_and_can_be_switched_off(visit: Open) -> None:
    page = visit("#m=16/27.625/113.86")
    drawn = """(count) => {
      const { map } = document.getElementById('map');
      const layers = ['ground-street', 'ground-water', 'ground-name-street'];
      return new Set(map.queryRenderedFeatures({ layers }).map((one) => one.layer.id)).size === count;
    }"""  # a function, because the page's policy lets nobody evaluate an expression again and again
    wait_for(page, drawn, arg=3)
    page.uncheck("[data-layer=ground]")
    wait_for(page, drawn, arg=0)
    assert "off=ground" in page.url


def test_closed_tickets_are_drawn_where_somebody_wants_them(visit: Open) -> None:
    page = visit()
    drawn = """(closed) => {
      const { map } = document.getElementById('map');
      const found = map.queryRenderedFeatures({ layers: ['ticket-pin', 'ticket-cluster-closed'] });
      return (found.filter(({ properties }) => properties.closed).length > 0) === closed;
    }"""
    wait_for(page, drawn, arg=False)
    page.check("[data-key=ticket-done]")
    wait_for(page, drawn, arg=True)
    assert "closed=1" in page.url
    page.uncheck("[data-key=ticket-done]")
    wait_for(page, drawn, arg=False)


def test_a_state_has_the_same_shape_in_a_list_as_in_the_legend(visit: Open) -> None:
    page = visit("", drawn=False)
    shapes = page.evaluate(
        """(states) => states.map((state) => {
          const one = document.body.appendChild(document.createElement('i'));
          return [[`badge ${state}`, '::before'], [`swatch ticket-${state}`, '']].map(([name, part]) => {
            one.className = name;
            const { borderTopWidth, borderRadius, transform, clipPath } = getComputedStyle(one, part);
            const round = borderRadius === '50%';
            return [round, parseFloat(borderTopWidth) > 0, transform === 'none', clipPath].join();
          });
        })""",
        ["open", "due_soon", "overdue", "done"],
    )
    assert [listed for listed, _ in shapes] == [legend for _, legend in shapes]
    assert len({legend for _, legend in shapes}) == 4, "which is another for each"


def test_a_grid_that_fills_the_screen_is_named(visit: Open) -> None:
    page = visit()
    code = quiet_grid(page)
    centre_on(page, code)
    expect(page.locator(".standing")).to_be_hidden()
    page.evaluate(
        """async (code) => {
          const { map } = document.getElementById('map');
          const { geometry } = await (await fetch(`/api/v1/areas/${code}`)).json();
          const [from, to] = [map.getCenter().toArray(), geometry.coordinates[0][0][0]];
          map.jumpTo({ center: [0, 1].map((axis) => from[axis] * 0.1 + to[axis] * 0.9), zoom: 20 });
        }""",
        code,
    )
    expect(page.locator(".standing code")).to_have_text(code)


def test_a_session_that_ended_is_told(visit: Open, live_server: LiveServer) -> None:
    page = visit(expected="401")
    sign_in(page, live_server)
    page.click("[data-counter=open]")
    with page.expect_response("**/similar"):  # the last thing that it asks for
        page.locator("table.tickets tbody tr").first.click()
    expect(page.locator(".step-form")).to_be_visible()
    page.context.clear_cookies()
    page.locator(".step-form .button.primary").click()
    expect(page.locator(".strip")).to_be_visible()
    expect(page.locator(".who")).to_have_count(0)
    expect(page.locator(".words")).to_have_count(0)
    page.click(".strip .button")
    expect(page.locator("dialog[open]")).to_be_visible()


def test_a_device_tells_what_it_is_and_when_it_last_spoke(visit: Open, live_server: LiveServer) -> None:
    page = visit("#m=18/27.6559993/113.8861804")
    sign_in(page, live_server)
    wait_for(
        page,
        """() => {
          const { map } = document.getElementById('map');
          return map.getLayer('device-point') && map.queryRenderedFeatures({ layers: ['device-point'] }).length > 0;
        }""",
    )
    page.evaluate("document.getElementById('map').map.jumpTo({ center: [113.8861804, 27.6559993], zoom: 18 })")
    settle(page)
    click_map(page)
    expect(page.locator(".page-head h2")).to_have_text("柑子园1栋楼道烟感")
    expect(page.locator(".facts")).to_contain_text("从未")


def test_the_map_is_worked_by_keyboard_alone(visit: Open) -> None:
    page = visit()
    code = quiet_grid(page)
    centre_on(page, code)
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    expect(page.locator("dialog.help kbd")).to_have_count(12)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.help")).to_be_hidden()
    page.keyboard.press("m")
    expect(page.locator("#map canvas")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"sel={code}"))
    zoom = page.evaluate("document.getElementById('map').map.getZoom()")
    page.keyboard.press("+")
    wait_for(page, "(zoom) => document.getElementById('map').map.getZoom() > zoom", arg=zoom)
