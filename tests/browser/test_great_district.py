"""A district of great volume on the map: its grids stay named, its tickets are figures, its filter is in the tiles.

The grids and tickets are those of `gisgrid bench`, as dense as 10,000 with 200,000; GISGRID_TEST_GRIDS makes as many.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request
from sqlalchemy import make_url, text

from gisgrid.api.app import create_app
from gisgrid.bench.coverage import CELL, SOUTH, WEST, Plan, write_district
from gisgrid.bench.filling import fill_tickets
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.cli.bench_database import FROM
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import read_settings
from tests.browser.conftest import DESK, PATIENCE_MS, READY
from tests.browser.hands import settle, wait_for
from tests.browser.server import serving
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.timeout(3600)
SIDE = round(int(os.environ.get("GISGRID_TEST_GRIDS", "1600")) ** 0.5)
IDLE = """() => {
  const { map } = document.getElementById('map');
  const own = map.getStyle().layers.filter(({ source = '' }) => source.startsWith('viewer-'));
  const drawn = own.filter(({ layout }) => layout?.visibility !== 'none');
  return [drawn.map(({ id }) => id), map.getPaintProperty('viewer-hover', 'line-opacity')];
}"""
"""The layers of the viewer's own that are drawn, and how much is seen of the area under the pointer."""
MIDDLE = f"{SOUTH + SIDE * CELL / 2:.5f}/{WEST + SIDE * CELL / 2:.5f}"
DRAWN = """() => {
  const { map } = document.getElementById('map');
  const ids = (layers) => new Set(map.queryRenderedFeatures({ layers }).map((one) => one.id)).size;
  const places = map.queryRenderedFeatures({ layers: ['ticket-pin', 'ticket-cluster'] });
  const open = new Map(places.map((one) => [one.id, one.properties.open ?? 1]));
  return {
    labels: ids(['area-label-grid']), marks: open.size, figures: ids(['ticket-cluster']),
    open: [...open.values()].reduce((sum, one) => sum + one, 0),
  };
}"""


@pytest.fixture(scope="module")
def great(new_database: Callable[[], str]) -> Iterator[str]:
    """The address of a service over such a district."""
    owner_url = new_database()
    owner = Database(owner_url, role=OWNER, statement_timeout_s=3600)
    with tempfile.TemporaryDirectory() as folder:
        path = write_district(Plan(SIDE, SIDE), Path(folder) / "district.gpkg")
        import_boundaries(owner, ImportOrder(path, FROM, level="grid"), say=lambda _: None)
        with owner.transaction(EVERYTHING) as connection:
            fill_tickets(connection, 20 * SIDE * SIDE)
            connection.execute(text("SELECT app.add_up_counters()"))
        owner.close()
        settings = read_settings({}, data_dir=folder, wait_s=PATIENCE_S, statement_timeout_s=round(PATIENCE_S))
        service_url = make_url(owner_url).set(username="gisgrid_api").render_as_string(hide_password=False)
        with serving(create_app(settings, service_url)) as url:
            yield url


@pytest.fixture
def page(chromium: Browser, great: str) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": DESK[0], "height": DESK[1]}, service_workers="block", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    yield opened
    context.close()


def test_grids_are_named_and_open_tickets_are_figures(page: Page, great: str) -> None:
    page.goto(f"{great}/#m=14.00/{MIDDLE}")
    page.wait_for_selector(READY)
    settle(page)
    drawn = page.evaluate(DRAWN)
    assert drawn["labels"] >= 30, drawn
    assert drawn["marks"] <= 1.5 * drawn["labels"], drawn
    assert drawn["open"] > 2 * drawn["marks"], "several tickets are one figure"
    assert page.evaluate(IDLE) == [[], 0], "what is empty costs nothing in a frame"
    page.mouse.move(700, 420)
    wait_for(page, f"() => ({IDLE})()[1] === 1")
    page.evaluate("document.getElementById('map').map.jumpTo({ zoom: 12 })")
    settle(page)
    nearby = page.evaluate(DRAWN)
    assert nearby["figures"] > 0
    assert nearby["marks"] < drawn["marks"], "communities instead of grids"
    assert nearby["open"] > drawn["open"]


def test_a_filter_asks_for_other_tiles_and_not_for_a_thousand_tickets(page: Page, great: str) -> None:
    page.goto(f"{great}/#m=15.00/{MIDDLE}")
    page.wait_for_selector(READY)
    settle(page)
    asked: list[str] = []

    def hear(request: Request) -> None:
        asked.append(request.url)

    page.on("request", hear)
    with page.expect_request(lambda request: "/tiles/ticket/" in request.url and "state=overdue" in request.url):
        page.click("[data-counter=overdue]")
    settle(page)
    assert not [url for url in asked if "/tiles/ticket/" in url and "state=overdue" not in url]
    wait_for(page, f"() => {{ const {{ marks, figures }} = ({DRAWN})(); return marks > 0 && figures === 0; }}")
    page.evaluate("document.getElementById('map').map.jumpTo({ zoom: 14 })")
    settle(page)
    drawn = page.evaluate(DRAWN)
    assert 0 < drawn["marks"] <= 400, "cells of 64 px"
    assert drawn["open"] > 2 * drawn["marks"]
    page.reload()
    page.wait_for_selector(READY)
    wait_for(page, f"(wanted) => ({DRAWN})().open === wanted", arg=drawn["open"])
