"""A link shows what it says, on every screen: the right place, page, list; Back leads back. Long: each way in.

Where the map is and how far it sees is asked, not how it looks: it draws no tiles but where one is clicked.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, READY
from tests.browser.hands import becomes, centre_on, click_map, quiet_grid, report, wait_for
from tests.browser.jobs import asking, enter
from tests.browser.server import LiveServer
from tests.waiting import until

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
PHONE, LYING, ZOOMED = (390, 844), (844, 390), (720, 450)
SEEN = """(place) => {
  const { map } = document.getElementById('map');
  const box = map.getContainer().getBoundingClientRect();
  const panel = document.getElementById('panel').getBoundingClientRect();
  const over = panel.top < box.bottom && panel.right > box.left && panel.left < box.right;
  const bottom = over ? panel.top - box.top : box.height;
  return place.every(([lon, lat]) => {
    const { x, y } = map.project([lon, lat]);
    return x >= 0 && x <= box.width && y >= 0 && y <= bottom;
  });
}"""
ZOOM = "document.getElementById('map')?.map?.getZoom()"
PLACE = """() => {
  const map = document.getElementById('map')?.map;
  return map && [map.getZoom().toFixed(2), ...map.getCenter().toArray().map((one) => one.toFixed(4))];
}"""


OVER = """() => {
  const button = document.querySelector('.report-open').getBoundingClientRect();
  const meets = (one) => one.left < button.right && one.right > button.left && one.top < button.bottom
    && one.bottom > button.top;
  const all = [...document.querySelectorAll('.maplibregl-ctrl')];
  return all.filter((one) => meets(one.getBoundingClientRect())).map((one) => one.className);
}"""


OVER_AT = f"""(steps) => {{
  const {{ map }} = document.getElementById('map');
  return steps.flatMap((more) => {{
    map.jumpTo({{ zoom: map.getZoom() + more }});
    return ({OVER})();
  }});
}}"""
"""The same at several zooms, none of which is drawn: the scale's bar is as long as the zoom says, at once."""


def sees(page: Page, *places: tuple[float, float], closer_than: float = 0) -> None:
    """Wait until the map shows all these places, clear of the panel."""
    wait_for(page, f"([places, zoom]) => ({SEEN})(places) && {ZOOM} >= zoom", arg=[places, closer_than])


def a_ticket(page: Page) -> tuple[str, tuple[float, float]]:
    """A new ticket away from the district's middle; its number and where it is."""
    number = report(page, category="hazard", lon=113.905, lat=27.668)["number"]
    place = page.evaluate("(n) => fetch(`/api/v1/tickets/${n}`).then((one) => one.json())", number)["place"]
    return number, (place["lon"], place["lat"])


@pytest.mark.parametrize("size", [PHONE, LYING, DESK])
def test_a_link_to_a_ticket_opens_with_the_ticket_in_sight(visit: Open, size: tuple[int, int]) -> None:
    number, place = a_ticket(visit(drawn=False))
    page = visit(f"#ticket={number}", size, touch=size != DESK, moving=True, drawn=False)
    expect(page.locator(".page-sub code")).to_have_text(number)
    sees(page, place, closer_than=15.9)
    assert number in page.title()


@pytest.mark.parametrize("size", [PHONE, LYING, ZOOMED, DESK])
def test_the_whole_district_is_in_sight_at_first(visit: Open, size: tuple[int, int]) -> None:
    page = visit("", size, touch=size in (PHONE, LYING), drawn=False)  # where things lie, not how they look
    corners = page.evaluate(
        """async () => {
          const { features } = await (await fetch('/api/v1/areas?level=district')).json();
          return features[0].geometry.coordinates.flat(2);
        }"""
    )
    wait_for(page, SEEN, corners)
    for lang, words in (("en", "Report an issue"), ("zh-CN", "我要上报")):
        page.evaluate("(lang) => { location.hash = `lang=${lang}` }", lang)
        expect(page.locator(".report-open")).to_have_text(words)
        wait_for(page, "() => document.querySelector('#map[data-state=ready]')?.map")
        becomes(page, OVER, [])  # the report button lies on nothing
        assert page.evaluate(OVER_AT, [0.3, 0.3, 0.3, 0.3, -1.2]) == []
    wait_for(  # and as large as there is room
        page,
        "(all) => { const xs = all.map((at) => document.getElementById('map').map.project(at).x);"
        " return Math.max(...xs) - Math.min(...xs) > 140; }",
        corners,
    )


def test_another_language_leaves_the_map_where_it_was(visit: Open) -> None:
    page = visit("", drawn=False)
    at = page.evaluate(PLACE)
    for words, lang in (("English", "en"), ("中文", "zh-CN")):
        old = page.evaluate_handle("document.getElementById('map').map")
        page.get_by_role("button", name=words).click()
        wait_for(
            page, "(old) => { const { map } = document.getElementById('map') ?? {}; return map && map !== old; }", old
        )
        wait_for(page, "(lang) => document.documentElement.lang === lang", lang)
        becomes(page, PLACE, at)
    page.evaluate("location.hash = 'lang=en'")  # an address that names no place has the district in sight
    expect(page.locator(".report-open")).to_have_text("Report an issue")
    becomes(page, PLACE, at)
    page.evaluate("location.hash = 'sel=360302001&lang=zh-CN'")
    wait_for(page, f"(zoom) => document.documentElement.lang === 'zh-CN' && {ZOOM} > zoom", float(at[0]) + 1)
    wait_for(page, f"() => location.hash.startsWith(`#m=${{({ZOOM})?.toFixed(2)}}/`)")  # which is what a link would say


def test_a_scanned_code_opens_with_its_grid_in_sight(visit: Open) -> None:
    first = visit(drawn=False)
    code = quiet_grid(first)
    ring = first.evaluate(
        "async (code) => (await (await fetch(`/api/v1/areas/${code}`)).json()).geometry.coordinates[0][0]",
        code,
    )
    page = visit(f"?report={code}", PHONE, touch=True, moving=True, drawn=False)
    expect(page.locator(f".report .where[data-grid='{code}']")).to_be_visible()
    sees(page, *[tuple(at) for at in ring], closer_than=12)
    page.reload()
    expect(page.locator(f".report .where[data-grid='{code}']")).to_be_visible()


def test_back_leads_to_the_row_that_was_opened(visit: Open) -> None:
    page = visit("#lang=en", drawn=False)
    rows = page.locator("table.tickets tbody tr")
    page.click("[data-counter=open]")
    expect(page.locator(".filter-line .badge")).to_be_visible()
    rows.nth(7).locator(".row-open").click()
    number = page.locator(".page-sub code").inner_text()
    expect(page.locator(".page-head h2")).to_be_focused()
    assert page.title().endswith(f"{number} · Community grid map · gisgrid")
    page.go_back()
    expect(page.locator(f"[data-number='{number}']")).to_be_focused()
    assert "state=open" in page.url and "ticket=" not in page.url
    page.go_forward()
    expect(page.locator(".page-sub code")).to_have_text(number)
    page.click(".back")  # is a step back, not a new page on top
    expect(page.locator(f"[data-number='{number}']")).to_be_focused()
    page.go_back()
    expect(page.locator(".filter-line .badge")).to_have_count(0)
    assert "state=" not in page.url


def test_a_report_that_was_begun_is_there_again_after_back(visit: Open) -> None:
    page = visit(drawn=False)
    page.click(".report-open")
    page.fill("textarea[name=description]", "井盖松动")
    page.go_back()
    expect(page.locator(".report")).to_have_count(0)
    page.go_forward()
    expect(page.locator("textarea[name=description]")).to_have_value("井盖松动")


AT_ONCE = """async () => {
  document.querySelector('.report-open').click();
  let box;
  while (!(box = document.querySelector('textarea[name=description]'))) await Promise.resolve();
  box.value = '井盖松动';
  box.dispatchEvent(new InputEvent('input', { bubbles: true }));
  history.back();
}"""


def test_what_was_typed_is_kept_although_the_page_was_left_before_it_was_painted(visit: Open) -> None:
    page = visit(drawn=False)
    page.evaluate(AT_ONCE)
    expect(page.locator(".report")).to_have_count(0)
    page.go_forward()
    expect(page.locator("textarea[name=description]")).to_have_value("井盖松动")


def test_everything_that_is_shown_is_in_the_address(visit: Open) -> None:
    page = visit("#lang=en", drawn=False)
    page.click("#tab-figures")
    page.locator(".figure-ask .segments button").nth(1).click()
    page.select_option("[data-ask=of]", "town")
    page.select_option("[data-ask=period]", "year")
    district = page.locator(".page-head h2").inner_text()
    page.locator("table.figures[data-of=town] tbody button").first.click()
    expect(page.locator(".page-head h2")).not_to_have_text(district)
    name = page.locator(".page-head h2").inner_text()
    page.click("[data-counter=done]")
    page.click("#tab-figures")
    page.evaluate("document.getElementById('map').map.jumpTo({ center: [113.9, 27.65], zoom: 14 })")
    expect(page).to_have_url(page.url.partition("#")[0] + page.evaluate("location.hash"))
    wait_for(page, "location.hash.includes('m=14.00/27.65000/113.90000')")
    other = visit(page.evaluate("location.hash"), DESK, drawn=False)
    expect(other.locator(".page-head h2")).to_have_text(name)
    expect(other.locator("#tab-figures")).to_have_attribute("aria-selected", "true")
    expect(other.locator("[data-ask=of]")).to_have_value("town")
    expect(other.locator("[data-ask=period]")).to_have_value("year")
    expect(other.locator("[data-counter=done]")).to_have_attribute("aria-pressed", "true")
    becomes(other, f"() => {ZOOM}", 14)


def test_a_link_to_a_thing_goes_where_it_is(visit: Open, live_server: LiveServer) -> None:
    found = asking(live_server, "GET", "/api/v1/places?limit=1")["places"][0]
    page = visit(f"#thing=place/{found['code']}", signed_in=("admin", live_server.secret))
    expect(page.locator(".panel h2")).to_have_text(found["name"])
    sees(page, (found["lon"], found["lat"]), closer_than=14)
    expect(page.locator(".panel .facts")).to_be_visible()  # its tile is there
    ring = "document.getElementById('map').map.querySourceFeatures('viewer-chosen')[0]?.geometry.coordinates"
    wait_for(page, f"() => {ring}")
    assert page.evaluate(ring) == pytest.approx([found["lon"], found["lat"]], abs=0.00002)
    page.evaluate("location.hash = '#thing=camera/C-NONE'")
    wait_for(page, f"() => !{ring}")
    expect(page.locator(".panel .private")).to_contain_text("没有编号为 C-NONE 的对象")


def test_a_link_to_no_ticket_says_so(visit: Open) -> None:
    page = visit("#ticket=20200101-000001", expected="404", drawn=False)
    expect(page.locator(".panel .failed")).to_contain_text("没有找到")


@pytest.mark.parametrize("held", ["config", "areas?level=district"])
def test_an_address_that_comes_while_the_page_is_starting_is_shown(visit: Open, held: str) -> None:
    page = visit(drawn=False)
    number, place = a_ticket(page)
    waiting: list[Route] = []
    page.route(lambda url: url.split("/api/v1/")[-1].startswith(held), lambda one: waiting.append(one))
    page.reload(wait_until="commit")
    expect(page.locator(".top")).to_be_visible()
    until(lambda: page.evaluate("1") and bool(waiting))
    page.evaluate("(hash) => { location.hash = hash }", f"ticket={number}&lang=en")
    for one in waiting:
        one.continue_()
    expect(page.locator(".page-sub code")).to_have_text(number)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_selector(READY)
    sees(page, place)
    until(lambda: f"ticket={number}" in page.url)


def test_a_map_that_was_never_moved_follows_an_address(visit: Open) -> None:
    page = visit(drawn=False)
    town = page.evaluate("async () => (await (await fetch('/api/v1/areas?level=town')).json()).features[0]")
    code, ring = town["properties"]["code"], town["geometry"]["coordinates"][0][0]
    far = page.evaluate(ZOOM)
    page.evaluate("(code) => { location.hash = `sel=${code}` }", code)
    sees(page, *[tuple(at) for at in ring], closer_than=far + 0.5)
    fresh = visit(drawn=False)
    fresh.evaluate("location.hash = 'm=15.2/27.6240/113.8600'")
    sees(fresh, (113.86, 27.624), closer_than=15.1)


def test_an_area_is_called_by_its_name_before_it_has_come(visit: Open) -> None:
    """Where answers are slow: no other area's facts stand there meanwhile; nothing is asked for to name the trail."""
    page = visit(drawn=False)
    code = quiet_grid(page)
    above = [code[:6], code[:9], code[:12]]
    waiting: list[Route] = []
    asked: list[str] = []
    page.route(f"**/api/v1/areas/{code}", lambda one: waiting.append(one))
    page.on("request", lambda request: asked.append(request.url.partition("/api/v1/areas/")[2]))
    page.evaluate("(code) => { location.hash = `sel=${code}` }", code)
    expect(page.locator(".panel .page-sub code")).to_have_text(code)
    expect(page.locator(".panel .facts")).to_contain_text(code)
    expect(page.locator(".panel .trail button")).to_have_count(len(above))
    until(lambda: page.evaluate("1") and bool(waiting))
    for one in waiting:
        one.continue_()
    becomes(page, "() => document.getElementById('map').map.getZoom() > 14", True)
    assert not {*above} & {*asked}


def test_a_page_that_was_left_leaves_nothing_behind(visit: Open) -> None:
    page = visit(drawn=False)
    grid = quiet_grid(page)
    held: list[Route] = []
    page.route(f"**/api/v1/areas/{grid}*", lambda route: held.append(route))
    with page.expect_request(f"**/api/v1/areas/{grid}*"):
        page.evaluate("(code) => { location.hash = `sel=${code}` }", grid)
    page.evaluate("location.hash = 'tab=figures'")
    expect(page.locator("table.figures")).to_be_visible()
    with page.expect_response(f"**/api/v1/areas/{grid}*"):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")  # long enough for what is wrong to show
    expect(page.locator(".trail")).to_have_count(0)


def test_a_district_fills_the_map_again_when_a_wide_page_is_closed(visit: Open) -> None:
    page = visit("#lang=en", drawn=False)
    before = page.evaluate(ZOOM)
    page.set_viewport_size({"width": 1000, "height": 700})
    wait_for(page, f"{ZOOM} < {before} - 0.1")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    wait_for(page, f"Math.abs({ZOOM} - {before}) < 0.05")


def test_marks_in_english_words_are_narrow_and_a_great_screen_is_read_from_afar(visit: Open) -> None:
    page = visit("#lang=en", (2560, 1440))
    width = """(text) => {
      const one = Object.assign(document.createElement('span'), { textContent: text });
      one.style.position = 'absolute';
      document.querySelector('.panel').append(one);
      const { width } = one.getBoundingClientRect();
      const size = parseFloat(getComputedStyle(one).fontSize) * one.currentCSSZoom;
      one.remove();
      return [width, size];
    }"""
    mark, size = page.evaluate(width, "\u201c")
    assert mark < 0.7 * size, "a mark as wide as a character tears an English word apart"
    assert size >= 18
    code = quiet_grid(page)
    centre_on(page, code)
    click_map(page)
    expect(page.locator(".panel")).to_contain_text(code)


def test_nothing_is_asked_for_twice_on_the_way(visit: Open) -> None:
    first = visit(drawn=False)
    number, _ = a_ticket(first)
    page = visit(drawn=False)
    expect(page.locator(".panel table.tickets tbody tr").first).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/api/v1/")[2]))
    page.evaluate("(number) => { location.hash = `ticket=${number}` }", number)
    expect(page.locator(".page-sub code")).to_have_text(number)
    page.evaluate("location.hash = 'tab=figures'")
    expect(page.locator("table.figures")).to_be_visible()
    page.go_back()
    expect(page.locator(".page-sub code")).to_have_text(number)
    own = [one for one in asked if one.startswith("tickets")]
    assert own == [f"tickets/{number}"] * 2, "once when it is opened, once when it is come back to; the list not at all"


def test_an_address_is_obeyed_whoever_arrives(visit: Open, live_server: LiveServer) -> None:
    """A link to a place, opened by an administrator whose role begins with a page of its own."""
    there = "m=15.00/27.62400/113.86000"
    place = """() => {
      const { map } = document.getElementById('map');
      const { lng, lat } = map.getCenter();
      return [map.getZoom().toFixed(2), lat.toFixed(4), lng.toFixed(4)].join('/');
    }"""
    page = visit(f"#{there}")
    enter(page, "admin", live_server.secret)
    assert "desk=" not in page.url, "who signs in stays where the link led"
    becomes(page, place, "15.00/27.6240/113.8600")
    for hash_, kept in {there: there, f"{there}&desk=audit": "desk=audit", "lang=en": "desk=people"}.items():
        page.goto("about:blank")
        page.goto(f"{live_server.url}/#{hash_}")
        page.wait_for_selector(READY)
        expect(page.locator(".desks")).to_be_visible()
        expect(page).to_have_url(re.compile(f"{re.escape(kept)}.*" + ("lang=en" if "lang" in hash_ else "")))
        assert ("desk=" in page.url) == ("desk=" in kept)
        if there in hash_:
            becomes(page, place, "15.00/27.6240/113.8600")
