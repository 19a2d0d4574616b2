"""Tools of the map: measured on the ellipsoid, put on a sheet as picture and on paper, told by its address.

Long because each tool is tried by mouse, by finger and by keys.
"""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pyproj import Geod

from tests.browser.hands import settle, sign_in
from tests.browser.server import LiveServer
from tests.browser.test_axe import SIZES, serious

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
AT = "#m=15/27.6240/113.8600"
CORNERS = [(113.8570, 27.6225), (113.8630, 27.6221), (113.8641, 27.6262), (113.8580, 27.6270)]
WGS84 = Geod(ellps="WGS84")
PLACE = """([lon, lat]) => {
  const { map } = document.getElementById('map');
  const at = map.project([lon, lat]);
  const { left, top } = map.getCanvas().getBoundingClientRect();
  return [at.x + left, at.y + top];
}"""
PRINTER = "() => { window.print = () => (document.body.dataset.printed = 'yes'); }"
"""A headless browser has none."""
INCH_PT = 72


def begin(page: Page, tool: str) -> None:
    settle(page)
    page.click(f"[data-tool={tool}]")


def measured(page: Page) -> tuple[float, float]:
    shown = page.locator(".measure p")
    return float(shown.get_attribute("data-length") or 0), float(shown.get_attribute("data-area") or 0)


def test_what_is_measured_is_what_proj_says(visit: Open) -> None:
    page = visit(AT, drawn=False)
    begin(page, "ruler")
    expect(page.locator(".measure")).to_contain_text("回车")
    for lon, lat in CORNERS:
        page.mouse.click(*page.evaluate(PLACE, [lon, lat]))
    expect(page.locator(".measure")).to_contain_text("公顷")
    lons, lats = zip(*CORNERS, strict=True)
    length, area = measured(page)
    # a click is a whole pixel of 2 m: the corners that were really set are compared, to a thousandth
    set_ = page.evaluate(
        "async () => (await document.getElementById('map').map.getSource('viewer-measure').getData()).features"
    )
    points = [one["geometry"]["coordinates"] for one in set_ if one["geometry"]["type"] == "Point"]
    assert len(points) == 4
    apart = [WGS84.line_length([lon, at[0]], [lat, at[1]]) for (lon, lat), at in zip(CORNERS, points, strict=True)]
    assert max(apart) < 3
    lons, lats = zip(*points, strict=True)
    assert length == pytest.approx(WGS84.line_length(lons, lats), rel=1e-3)
    assert area == pytest.approx(abs(WGS84.polygon_area_perimeter(lons, lats)[0]), rel=1e-3)
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".measure")).to_have_count(0)
    expect(page.locator("[data-tool=ruler]")).to_be_visible()


def test_measuring_needs_no_mouse(visit: Open) -> None:
    page = visit(f"{AT}&lang=en", drawn=False)
    settle(page)
    page.locator("[data-tool=ruler]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".measure")).to_contain_text("Enter sets one")
    expect(page.locator("#map canvas")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    settle(page)
    page.keyboard.press("Enter")
    expect(page.locator(".measure")).to_contain_text("Length")
    assert measured(page)[0] > 10
    page.keyboard.press("Backspace")
    expect(page.locator(".measure")).to_contain_text("Enter sets one")
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.locator(".measure")).to_have_count(0)


ROUND = "() => ({ ...document.getElementById('map').map.getSource('viewer-measure').serialize().data })"


def ringed(page: Page) -> list[str]:
    """The devices that the map rings."""
    features = page.evaluate(ROUND)["features"]
    return sorted(one["properties"]["device"] for one in features if "device" in one["properties"])


FREE = """([lon, lat]) => {
  const { map } = document.getElementById('map');
  const { left, top, width, height } = map.getCanvas().getBoundingClientRect();
  const x = left + width / 2;
  const free = (y) => document.elementFromPoint(x, y) === map.getCanvas();
  let [best, run] = [[0, 0], 0];
  for (let y = top; y < top + height; y++) {
    run = free(y) ? run + 1 : 0;
    if (run > best[1]) best = [y, run];
  }
  const middle = best[0] - best[1] / 2;
  map.jumpTo({ center: [lon, lat], zoom: 15 });
  const at = map.project([lon, lat]);
  map.panBy([left + at.x - x, top + at.y - middle], { duration: 0 });
  const high = Math.min(best[1] / 2 - 10, 60);
  return [[x - 60, middle + high], [x + 60, middle + high], [x, middle - high]];
}"""
"""Brings a place to the middle of what is free of panels; three pixels round it."""


def a_device(server: LiveServer, page: Page) -> tuple[str, list[float]]:
    """A device of the sample, and where it stands."""
    secret = {"Authorization": f"Bearer {server.secret}"}
    body = {"polygon": [[113, 27], [115, 27], [115, 29], [113, 29]], "system": "wgs84"}
    found = page.request.post(f"{server.url}/api/v1/devices/selections", headers=secret, data=body).json()["devices"]
    return found[0]["code"], [found[0]["lon"], found[0]["lat"]]


@pytest.mark.parametrize("size", SIZES)
def test_devices_inside_of_what_is_drawn_are_listed_and_handed_over(
    visit: Open, live_server: LiveServer, size: str
) -> None:
    """By mouse and by finger: corners, list, rings on the map; the list is handed over; another corner empties it."""
    touch = size == "phone"
    page = visit(AT, SIZES[size], touch=touch, drawn=False)
    expect(page.locator("[data-tool=lasso]")).to_have_count(0)
    sign_in(page, live_server)
    code, place = a_device(live_server, page)
    settle(page)
    page.click("[data-desk=map]")
    expect(page.locator(".body")).to_have_attribute("data-snap", "half")
    begin(page, "lasso")
    expect(page.locator(".selecting")).to_contain_text("回车")
    expect(page.locator(".body")).to_have_attribute("data-snap", "peek")  # a phone's sheet leaves the map free
    press = page.touchscreen.tap if touch else page.mouse.click
    corners = page.evaluate(FREE, place)
    settle(page)
    for n, corner in enumerate(corners):
        expect(page.locator("[data-act=find-devices]")).to_have_count(0)
        press(*corner)
        expect(page.locator(f".selecting[data-corners='{n + 1}']")).to_have_count(1)
    page.click("[data-act=find-devices]")
    expect(page.locator("[data-selected] li", has_text=code)).to_be_visible()
    assert code in ringed(page)
    assert serious(page) == []
    page.fill(".selecting input[name=words]", "请播放防汛广播")
    page.click("[data-act=hand-over]")
    expect(page.locator(".selecting [data-targets]")).to_contain_text("没有系统接收")
    page.get_by_role("button", name="撤销一点").click()
    expect(page.locator("[data-selected]")).to_have_count(0)
    assert ringed(page) == []
    page.get_by_role("button", name="结束圈选").click()
    expect(page.locator("[data-tool=lasso]")).to_be_visible()
    expect(page.locator(".body")).to_have_attribute("data-snap", "half")


def test_devices_are_selected_without_a_mouse(visit: Open, live_server: LiveServer) -> None:
    page = visit(AT, drawn=False)
    sign_in(page, live_server)
    code, (lon, lat) = a_device(live_server, page)
    corners = [(lon + x, lat + y) for x, y in ((-2e-3, -1e-3), (2e-3, -1e-3), (2e-3, 1e-3), (-2e-3, 1e-3))]
    go = "([lon, lat]) => document.getElementById('map').map.jumpTo({ center: [lon, lat], zoom: 16 })"
    page.evaluate("location.hash = location.hash.replace(/&?lang=[^&]*/, '') + '&lang=en'")
    expect(page.locator("[data-tool=lasso]")).to_have_attribute("aria-label", "Select devices")
    page.locator("[data-tool=lasso]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map canvas")).to_be_focused()
    for corner in corners:
        page.evaluate(go, list(corner))
        page.keyboard.press("Enter")
    expect(page.locator(".selecting[data-corners='4']")).to_have_count(1)
    page.locator("[data-act=find-devices]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-selected] li", has_text=code)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".selecting")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_a_sheet_is_saved_as_a_picture(visit: Open, tmp_path: Path, size: str) -> None:
    page = visit(AT, SIZES[size], touch=size == "phone")
    begin(page, "print")
    page.fill("input[name=sheet-title]", "凤凰街/周报?")
    assert serious(page) == []
    with page.expect_download() as saved:
        page.click("[data-act=png]")
    assert saved.value.suggested_filename == "凤凰街 周报 .png"
    saved.value.save_as(tmp_path / "sheet.png")
    sheet = np.asarray(Image.open(tmp_path / "sheet.png").convert("RGB")).astype(int)
    assert sheet.shape == (794 * 2, 1123 * 2, 3)
    inside, title, foot = sheet[300:1100, 200:2000], sheet[80:150, 76:700], sheet[1480:1512, 76:500]
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) > 30, "the map"
    assert (title.sum(axis=2) < 200).any(), "the title"
    assert (foot.sum(axis=2) < 200).any(), "the scale"
    red = (sheet[..., 0] > 160) & (sheet[..., 1] < 60) & (sheet[..., 2] < 60)
    below = red[1400:].any()
    assert below == red[:1380].any(), "an overdue ticket is explained where one is on the sheet, and only there"


def test_a_sheet_of_the_whole_district_has_it_in_the_middle_and_explains_what_it_shows(visit: Open) -> None:
    page = visit("#off=ticket")
    begin(page, "print")
    with page.expect_download() as saved:
        page.click("[data-act=png]")
    sheet = np.asarray(Image.open(saved.value.path()).convert("RGB")).astype(int)
    colours = ((0xD9, 0xD3, 0xC7), (0xAB, 0xD0, 0xE3), (0x0B, 0x4A, 0x5B))
    building, water, outline = ((sheet == rgb).all(axis=2) for rgb in colours)
    assert not building.any(), "buildings are drawn from zoom 14 on"
    assert water[-180:].any(), "there is a river"
    drawn = np.flatnonzero(outline[250:-250].any(axis=0))
    assert abs(drawn[0] - (sheet.shape[1] - drawn[-1])) < 20


def test_a_sheet_explains_the_colours_of_a_figure(visit: Open) -> None:
    """Each class with its colour, below what was asked."""
    page = visit("#tab=figures&off=ticket")
    page.click("[data-colour]")
    tints = page.locator(".colour-legend rect").evaluate_all("(all) => all.map((one) => one.getAttribute('fill'))")
    assert len(tints) > 2
    begin(page, "print")
    with page.expect_download() as saved:
        page.click("[data-act=png]")
    sheet = np.asarray(Image.open(saved.value.path()).convert("RGB")).astype(int)
    below = sheet[sheet.shape[0] // 2 :]
    rows = []
    for tint in tints:
        is_drawn = (below == [int(tint[at : at + 2], 16) for at in (1, 3, 5)]).all(axis=2)
        assert is_drawn.sum() > 300, f"{tint} has a key, unmixed with the ground"
        rows.append(int(np.median(np.flatnonzero(is_drawn.any(axis=1)))))
    words = below[min(rows) - 60 : min(rows) - 20, 76:1000]
    assert (words.sum(axis=2) < 200).sum() > 200, "and above them what they are classes of"


def test_a_sheet_goes_on_paper_of_its_own_size(visit: Open, tmp_path: Path) -> None:
    page = visit(f"{AT}&lang=en", drawn=False)
    page.evaluate(PRINTER)
    for paper, (width, height) in {"a4-portrait": (210, 297), "a3-landscape": (420, 297)}.items():
        if not page.locator("dialog.printing[open]").count():
            begin(page, "print")
        page.select_option("select[name=paper]", paper)
        page.click("[data-act=print]")
        page.wait_for_selector("body[data-printed]")
        pdf = page.pdf(prefer_css_page_size=True, path=tmp_path / f"{paper}.pdf")
        boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
        sizes = [tuple(round(float(part) / INCH_PT * 25.4) for part in box) for box in boxes]
        assert sizes == [(width, height)], "one page"
        page.evaluate("dispatchEvent(new Event('afterprint')); delete document.body.dataset.printed")
        expect(page.locator(".print-sheet")).to_have_count(0)


def test_the_sheet_as_on_the_screen_is_for_the_screen(visit: Open) -> None:
    page = visit(AT, drawn=False)
    begin(page, "print")
    page.select_option("select[name=paper]", "screen")
    page.fill("input[name=sheet-title]", "安源区网格治理一张图十一月在办事件周报" * 4)
    expect(page.locator("[data-act=print]")).to_be_disabled()
    with page.expect_download() as saved:
        page.click("[data-act=png]")
    picture = Image.open(io.BytesIO(Path(saved.value.path()).read_bytes()))
    width, height = picture.size
    lines = (np.asarray(picture.convert("L"))[20:90, 38 : width - 300] < 100).any(axis=1)
    assert np.count_nonzero(np.diff(lines.astype(int)) == 1) >= 2, "a long title goes on two lines, not narrower"
    box = page.locator("#map").bounding_box()
    assert box and width > box["width"] and height > box["height"]
    page.keyboard.press("Escape")
    expect(page.locator("dialog.printing[open]")).to_have_count(0)


def test_a_link_to_the_map_as_it_is(visit: Open) -> None:
    page = visit(AT, drawn=False)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("delete Navigator.prototype.share")  # where the system has a sheet for it, that opens
    begin(page, "share")
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="已复制")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert "m=15" in page.url
