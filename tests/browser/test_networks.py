"""The map of a department's own network: chosen on the map, kept in the address, with its own codes and figures."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import make_url, text

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.networks import name_network
from gisgrid.settings import read_settings
from tests.browser.hands import figure, settle
from tests.browser.server import LiveServer, serving
from tests.drawing import draw, publish_leaves, spot
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
RECEIVE = """
SELECT number FROM app.receive_report(jsonb_build_object('network', CAST(:network AS text), 'zone', 'UTC',
    'category', 'hazard', 'lon_wgs84', :lon, 'lat_wgs84', :lat, 'lon', :lon, 'lat', :lat, 'system', 'wgs84',
    'description', '井盖松动'))
"""


@pytest.fixture(scope="module")
def live_server(new_database: Callable[[], str]) -> Iterator[LiveServer]:
    """A district of two networks: unified grids A and B with one ticket, the party's P, Q, R with three."""
    url = new_database()
    owner = Database(url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AAB\nAAB"), parents={"A": "T", "B": "T"})
        publish_leaves(connection, draw("PPQ\nRRR"), network="party")
        name_network(connection, "party", "党建网", "Party building")
        for network, place in (("base", (0.5, 0.5)), ("party", (0.5, 0.5)), ("party", (2.5, 0.5)), ("party", (1, 1.5))):
            lon, lat = spot(*place)
            connection.execute(text(RECEIVE), {"network": network, "lon": lon, "lat": lat})
    owner.close()
    superuser = Database(url, role="")
    with superuser.transaction() as connection:
        secret = add_account(connection, "admin", "admin")
    superuser.close()
    settings = read_settings({}, statement_timeout_s=round(PATIENCE_S))
    service = make_url(url).set(username="gisgrid_api").render_as_string(hide_password=False)
    with serving(create_app(settings, service)) as where:
        yield LiveServer(where, secret, service)


def drawn_codes(page: Page) -> set[str]:
    """The codes that the map's tiles of areas carry now."""
    settle(page)
    found: list[str] = page.evaluate(
        """() => document.getElementById('map').map.querySourceFeatures('area', { sourceLayer: 'area' })
          .map(({ properties }) => properties.code).filter(Boolean)"""
    )
    return set(found)


@pytest.mark.parametrize(
    ("language", "name", "title"), [("zh-CN", "党建网", "显示哪张网"), ("en", "Party building", "Network shown")]
)
def test_the_map_is_switched_to_a_departments_network(visit: Open, language: str, name: str, title: str) -> None:
    page = visit(f"#lang={language}")
    expect(page.locator("[data-counter=total] .counter-value")).to_have_text("1")
    assert {"A", "B"} <= drawn_codes(page)
    page.get_by_label(title).select_option(label=name)
    expect(page.locator(".page-head h2")).to_have_text(name)
    expect(page.locator("[data-counter=total] .counter-value")).to_have_text("3")
    assert "net=party" in page.url
    expect(page.locator("table.tickets tbody tr")).to_have_count(3)
    assert drawn_codes(page) == {"P", "Q", "R"}

    page.locator("#tab-facts").click()
    page.locator(".area-list button", has_text="P").first.click()
    expect(page.locator(".page-sub code")).to_have_text("P")
    expect(page.locator("[data-counter=total] .counter-value")).to_have_text("1")
    assert "sel=P" in page.url and "net=party" in page.url

    page.reload()
    page.wait_for_selector("#map[data-state=ready]")
    expect(page.locator(".page-sub code")).to_have_text("P")
    expect(page.locator(".trail button")).to_have_text(name)
    assert drawn_codes(page) <= {"P", "Q", "R"}
    page.keyboard.press("/")
    page.keyboard.type("Q")
    page.wait_for_selector("#search-hits [role=option]")
    page.keyboard.press("Enter")
    expect(page.locator(".page-sub code")).to_have_text("Q")
    page.locator("#tab-tickets").click()
    page.locator("table.tickets tbody tr").first.click()
    expect(page.locator(".link", has_text="Q")).to_be_visible()

    page.get_by_label(title).select_option("base")
    expect(page.locator(".page-sub code")).to_have_text("T")
    expect(page.locator("[data-counter=total] .counter-value")).to_have_text("1")
    assert "net=" not in page.url
    assert figure(page, "unplaced") == 0


def test_an_unknown_network_in_the_address_is_said_and_left(visit: Open) -> None:
    page = visit("#lang=en", expected="404")
    page.goto(page.url.partition("#")[0] + "#lang=en&net=nosuch")
    page.reload()
    expect(page.locator(".panel")).to_contain_text("unified grid (base), Party building (party)")
    expect(page.locator(".panel [data-network]")).to_have_text(["Unified grid", "Party building"])
    page.locator(".panel [data-network=base]").click()
    expect(page.locator(".page-sub code")).to_have_text("T")
    assert "net=" not in page.url

    page.goto(page.url.partition("#")[0] + "#lang=en&net=nosuch")  # within the page
    page.locator(".panel [data-network=party]").click()
    expect(page.locator(".page-head h2")).to_have_text("Party building")
    assert "net=party" in page.url
