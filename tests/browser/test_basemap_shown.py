"""The base map in a real browser: it lies where it should, is asked of this service alone, says whose it is."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from gisgrid.api.app import create_app
from gisgrid.basemaps.pictures import Pixels
from gisgrid.coordinates import to_wgs84_array
from gisgrid.geo import LonLat, TileCoord, tile_at
from gisgrid.settings import read_settings
from tests.browser.conftest import DESK, PATIENCE_MS, READY, VIOLATIONS
from tests.browser.hands import becomes, settle, wait_for
from tests.browser.server import LiveServer, serving
from tests.tileservers import serving_tiles, square, write_pmtiles
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.timeout(1800)
MAGENTA, CYAN = (230, 0, 230), (0, 220, 220)
AT = "#m=16/27.6240/113.8600"
OVER = """() => document.querySelectorAll('.map > :not(#map), .maplibregl-control-container')
  .forEach((one) => (one.style.visibility = 'hidden'))"""
CORNER = """() => {
  const at = document.getElementById('map').map.project([113.86, 27.624]);
  return [at.x, at.y];
}"""
OTHERS = "() => { const { map } = document.getElementById('map'); for (const { id } of map.getStyle().layers) {\
 if (id !== 'basemap') map.setLayoutProperty(id, 'visibility', 'none'); } }"


@contextmanager
def page_with(
    chromium: Browser, live_server: LiveServer, tmp_path: Path, hash_: str = AT, path: str = "", **settings: Any
) -> Iterator[Page]:
    """The viewer of a service with this base map; nothing goes wrong on it, and it asks no other host."""
    own = read_settings({}, data_dir=tmp_path, wait_s=PATIENCE_S, statement_timeout_s=round(PATIENCE_S), **settings)
    with serving(create_app(own, live_server.service_url)) as url:
        context = chromium.new_context(
            locale="zh-CN",
            viewport={"width": DESK[0], "height": DESK[1]},
            service_workers="block",
            reduced_motion="reduce",
        )
        context.add_init_script(VIOLATIONS)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("request", lambda one: None if one.url.startswith((url, "data:", "blob:")) else wrong.append(one.url))
        page.goto(f"{url}/{path}{hash_}")
        page.wait_for_selector(READY)
        settle(page)
        yield page
        page.screenshot(path=tmp_path / "basemap.png")
        context.close()
        assert wrong == []


def seen(page: Page) -> Pixels:
    """The map's pixels, with nothing on it but the base map, and nothing over it."""
    page.evaluate(OVER)
    page.evaluate(OTHERS)
    settle(page)
    box = page.locator("#map").bounding_box()
    assert box
    shot = page.screenshot(clip=box)
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))


def share(pixels: Pixels, colour: tuple[int, int, int]) -> float:
    """How much of it is of this colour?"""
    return float((np.abs(pixels.astype(int) - colour).max(axis=2) < 12).mean())


def test_a_wmts_is_below_the_areas_and_can_be_switched_off(
    chromium: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    with serving_tiles(lambda _: square(MAGENTA), key="k") as peer:
        address = (
            f"{peer.url}/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&TILEMATRIXSET=w&TILEMATRIX={{TileMatrix}}"
            "&TILEROW={TileRow}&TILECOL={TileCol}&tk={key}"
        )
        said = {"basemap": address, "basemap_key": "k", "basemap_attribution": "© 测绘 <i>GS(0)</i>"}
        with page_with(chromium, live_server, tmp_path, **said) as page:
            expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("© 测绘 <i>GS(0)</i>")
            becomes(page, "() => document.getElementById('map').map.getGlobalState().basemap", True)
            box = page.locator("input[data-layer=basemap]")
            expect(box).to_be_checked()
            names = page.locator("#layers-list .layer > label > span:first-of-type").all_text_contents()
            assert "底图" in names and "道路水系" in names, "one word for one thing"
            streets = page.locator(".layer", has=page.locator("[data-layer=ground]"))
            expect(streets.locator("li")).to_have_text(["在底图之下，底图缺失处可见"])
            page.screenshot(path=tmp_path / "on.png")
            box.uncheck()
            wait_for(page, "!document.getElementById('map').map.getGlobalState().basemap")
            expect(streets.locator("li").first).to_have_text("道路")
            box.check()
            settle(page)
            assert share(seen(page), MAGENTA) > 0.98
        assert peer.asked and all("tk=k" in one for one in peer.asked)


def test_a_file_of_tiles_shows_larger_than_its_last_zoom(
    chromium: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    here = tile_at(LonLat(113.86, 27.624), 12)
    tiles = {TileCoord(12, here.x + dx, here.y + dy): square(CYAN) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    file = write_pmtiles(tmp_path / "a.pmtiles", tiles, attribution="测绘院")
    with page_with(chromium, live_server, tmp_path, basemap=str(file)) as page:
        expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("测绘院")
        assert share(seen(page), CYAN) > 0.98, "closer than its last zoom it is drawn larger"


def test_a_street_of_gcj02_lies_where_wgs84_has_it(chromium: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    """The peer paints what lies east of 113.86 (in the world, not on its own map) and north of 27.624 in magenta."""

    def paint(tile: TileCoord) -> bytes:
        n, along = 1 << tile.z, (np.arange(256) + 0.5) / 256
        x, y = np.meshgrid(tile.x + along, tile.y + along)
        lon, lat = x / n * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y / n))))
        real_lon, real_lat = (part.reshape(x.shape) for part in to_wgs84_array(lon.ravel(), lat.ravel(), "gcj02"))
        inside = (real_lon > 113.86) & (real_lat > 27.624)
        pixels = np.where(inside[..., None], MAGENTA, CYAN).astype(np.uint8)
        written = io.BytesIO()
        Image.fromarray(pixels).save(written, "PNG")
        return written.getvalue()

    with serving_tiles(paint) as peer:
        said = {"basemap": f"{peer.url}/{{z}}/{{x}}/{{y}}.png", "basemap_system": "gcj02"}
        with page_with(chromium, live_server, tmp_path, **said) as page:
            pixels = seen(page)
            corner = page.evaluate(CORNER)
            middle_row, middle_column = pixels[int(corner[1] / 2)], pixels[:, int(corner[0] + 200)]
            is_magenta = [(line[:, 1].astype(int) < 110) for line in (middle_row, middle_column)]
            east, south = int(np.argmax(is_magenta[0])), int(len(is_magenta[1]) - np.argmax(is_magenta[1][::-1]))
            metres = 40_075_017 * np.cos(np.radians(27.624)) / (512 * 2**16)
            off = [abs(east - corner[0]) * metres, abs(south - corner[1]) * metres]
            assert max(off) < 2, f"{off} m off"
            print(f"{off[0]:.2f} m east, {off[1]:.2f} m north")


def test_a_base_map_that_is_down_leaves_the_map_as_it_is(
    chromium: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    with serving_tiles(lambda _: square(MAGENTA)) as peer:
        peer.status = 500
        own = read_settings({}, data_dir=tmp_path, basemap=f"{peer.url}/{{z}}/{{x}}/{{y}}.png", wait_s=PATIENCE_S)
        with serving(create_app(own, live_server.service_url)) as url:
            page = chromium.new_page(locale="zh-CN", viewport={"width": DESK[0], "height": DESK[1]})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{url}/{AT}")
            expect(page.locator(".map-fault")).to_be_visible()
            wait_for(
                page, "document.getElementById('map').map.queryRenderedFeatures({ layers: ['area-fill'] }).length > 0"
            )
            peer.status = 200
            expect(page.locator(".map-fault")).to_have_count(0)
            settle(page)
            assert share(seen(page), MAGENTA) > 0.9, "asked for again by itself"
            page.close()
