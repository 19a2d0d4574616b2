"""What a dispatcher asks of the map is answered on it, too, and goes when he leaves."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import shapely
from playwright.sync_api import Page, expect
from sqlalchemy import make_url, text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.reach import load_reach
from tests.browser.hands import sign_in
from tests.browser.questions import ask
from tests.browser.server import LiveServer

Visits = Callable[..., Page]
RINGS = """() => document.getElementById('map').map.getSource('viewer-sketch').serialize().data.features
  .filter((one) => one.properties.kind === 'answer').map((one) => one.properties.name)"""


DRAWN = """() => document.getElementById('map').map.getSource('viewer-sketch').serialize().data.features
  .map((one) => one.properties.kind + ' ' + one.geometry.type)"""


def rings(page: Page) -> list[str]:
    found: list[str] = page.evaluate(RINGS)
    return found


def test_the_answers_are_ringed_until_another_page_opens(visit: Visits, live_server: LiveServer) -> None:
    page = visit()
    sign_in(page, live_server)
    ask(page, "kit", "zh")
    names = page.locator("[data-found] li span:first-child").all_inner_texts()
    assert len(names) == 3 and rings(page) == names
    ask(page, "cameras", "zh")
    assert rings(page) == page.locator("[data-found] li span:first-child").all_inner_texts() and len(rings(page)) == 1
    page.click("[role=tab] >> nth=0")
    expect(page.locator("[data-questions]")).to_have_count(0)
    assert rings(page) == []


def test_the_ground_within_ten_minutes_is_drawn(visit: Visits, live_server: LiveServer, tmp_path: Path) -> None:
    """A circle round one kit: the facts have its share, the question the grids that lack it, the map the circle."""
    superuser = make_url(live_server.service_url).set(username="postgres")
    owner = Database(superuser.render_as_string(hide_password=False), role=OWNER)
    try:
        with owner.transaction(EVERYTHING) as connection:
            code, lon, lat = connection.execute(
                text(
                    "SELECT code, ST_X(geom), ST_Y(geom) FROM overlay.place WHERE kind = 'rescue' ORDER BY code LIMIT 1"
                )
            ).one()
        circle = {"type": "Feature", "properties": {"place": code, "minutes": 10}}
        circle["geometry"] = json.loads(shapely.to_geojson(shapely.Point(lon, lat).buffer(0.006)))
        (path := tmp_path / "reach.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [circle]}))
        assert load_reach(owner, path).loaded == 1
        page = visit()
        sign_in(page, live_server)
        ask(page, "reach", "zh")
        assert page.locator("[data-found] code").count() == 5 and page.locator("[data-found] .hint").count() == 1
        assert page.evaluate(DRAWN) == ["reach Polygon"]
        share = page.locator("[data-watched]").get_by_text("10 分钟可达").locator("xpath=following-sibling::*[1]")
        assert re.fullmatch(r"0\.\d+\s?%|[1-9]\d?(\.\d+)?\s?%", share.inner_text()), share.inner_text()
    finally:
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(text("DELETE FROM overlay.reach"))
        owner.close()
