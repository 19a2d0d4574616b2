"""The main screens are laid out as they were: fourteen of them, in both languages, on three sizes, some on a great one.

Pictures would differ by machine (fonts, the software that draws the map) and by the minute (times, counts), so what is
kept of a screen is where its named parts lie, `layout.json`; and in no screen is a word cut, covered, out of sight or
too small. After a change that is meant:

    GISGRID_RENEW_LAYOUT=1 python3 -m gisgrid test tests/browser/test_layout.py
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import wait_for
from tests.browser.jobs import asking, new_ticket
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
KEPT = Path(__file__).with_suffix("").with_name("layout.json")
MEASURE = KEPT.with_suffix(".js").read_text(encoding="utf-8")
RENEW = "GISGRID_RENEW_LAYOUT"
SIZES = {"phone": (390, 844), "lying": (844, 390), "desk": (1440, 900), "great": (3840, 2160)}
LANGS = ("zh-CN", "en")
ON_GREAT = ("map", "ticket", "table", "wall")
"""Software draws eight million dots of a map here, so not each screen is opened as large, and in one language."""
PLACE = (113.8602, 27.6243)
PARTS = {
    "top": ".top",
    "search": ".search",
    "counters": ".counters",
    "panel": ".panel",
    "map": "section.map",
    "title": ".panel .page-head h2",
    "tabs": ".panel .tabs",
    "desks": ".desks",
    "time": ".time-open",
    "tools": ".map-tools",
    "legend": ".layers",
    "report": ".report-open",
    "scale": ".maplibregl-ctrl-scale",
    "maker": ".maplibregl-ctrl-attrib",
    "fault": ".map-fault",
    "zoom": ".maplibregl-ctrl-bottom-right",
    "dialog": "dialog[open]",
    "figures": ".wall-figures",
    "trend": ".wall-trend",
    "kinds": ".wall-kinds",
    "towns": ".wall-towns",
    "feed": ".wall-feed",
}
ON_MAP = "m=10.5/27.62/113.86"
"""A place of the map; an address of nothing but the language opens the desk of who is signed in."""
HOME = ".panel:not(:has(.trail))"
"""The page of the topmost area, which lies below none."""
OPENED = {"dialog.printing[open]": "[data-tool=print]", "dialog.calendar[open]": "#list-dates .day-open"}
"""What is pressed to open a dialog."""
BY_WORDS = ("title", "tabs", "time", "report", "scale", "maker", "legend", "kinds", "towns", "dialog", "trend")
"""How high and wide these are is up to their words; where they begin is not."""
ANCHORED = {"legend": (1, 2), "tools": (0, 1)}
NEAR_PX, LEAST_PX = 26, 11.5
SETTLED = """() => !document.querySelector('.panel .skeleton, .map-wait')
  && !document.getElementById('map')?.map?.isMoving()"""


def screens(grid: str, number: str) -> dict[str, tuple[str, str]]:
    """The address of each, and what has to be there before it is measured."""
    return {
        "map": (ON_MAP, f"{HOME} table.tickets"),
        "ticket": (f"ticket={number}", f".page-sub code:text-is('{number}')"),
        "area": (f"sel={grid}", ".panel:has(.trail) .duty"),
        "report": ("report=", ".panel .report"),
        "figures": ("tab=figures", f"{HOME} table.figures"),
        "ranking": ("tab=figures&ask=of&of=town", f"{HOME} table.figures[data-of=town]"),
        "comparison": ("tab=figures&ask=two", f"{HOME} table.compared"),
        "table": ("desk=table&list=area", ".panel .grid-table"),
        "posts": ("desk=posts", ".panel .keep-list"),
        "people": ("desk=people", ".panel .people-table [data-change]"),
        "then": ("at=2023-06-01&changes=1", ".time .time-keys"),
        "print": (ON_MAP, "dialog.printing[open]"),
        "calendar": ("from=2026-10-01", "dialog.calendar[open]"),
        "wall": ("wall", ".wall:has(.wall-towns li):has(.wall-kinds li) .wall-feed li"),
    }


def show(page: Page, server: LiveServer, lang: str, address: str, sign: str) -> None:
    """Go there within the page; the wall is a page of its own, and so is what comes after it."""
    where = f"{server.url}/wall#lang={lang}" if address == "wall" else f"{server.url}/#{address}&lang={lang}"
    page.goto(where)
    if sign in OPENED:
        button = page.locator(OPENED[sign]).first
        expect(button).to_be_visible()
        wait_for(page, SETTLED)  # else it is not yet where it will be
        button.click()
    expect(page.locator(sign).first).to_be_visible()
    wait_for(page, SETTLED)


def walk(page: Page, server: LiveServer, places: dict[str, tuple[str, str]], size: str) -> dict[str, dict[str, Any]]:
    """What each screen of this size measures, by language and name."""
    seen: dict[str, dict[str, Any]] = {}
    asked = {"named": PARTS, "least": LEAST_PX, "great": size == "great"}
    names = ON_GREAT if size == "great" else tuple(places)
    for lang in LANGS[-1:] if size == "great" else LANGS:
        for name in names:
            address, sign = places[name]
            show(page, server, lang, address, sign)
            seen[f"{name} {size} {lang}"] = page.evaluate(MEASURE, asked)
            if sign in OPENED:
                page.keyboard.press("Escape")
    return seen


def differing(kept: dict[str, list[int]], found: dict[str, list[float]], near: float) -> list[str]:
    """Which parts came, went, or lie elsewhere; of a part that words make large only where it begins is asked."""
    differs = [f"{name} is {'new' if name in found else 'gone'}" for name in sorted(kept.keys() ^ found.keys())]
    for name in sorted(kept.keys() & found.keys()):
        was, now = kept[name], found[name]
        edges = range(4) if name not in BY_WORDS else ANCHORED.get(name, (0, 1))
        if any(abs(was[edge] - now[edge]) > near for edge in edges):
            differs.append(f"{name} is at {[round(one) for one in now]}, was at {was}")
    return differs


@pytest.fixture(scope="module")
def places(live_server: LiveServer) -> dict[str, tuple[str, str]]:
    grid = asking(live_server, "GET", f"/api/v1/locate?lon={PLACE[0]}&lat={PLACE[1]}&system=wgs84")["grid"]["code"]
    return screens(grid, new_ticket(live_server, *PLACE, "路灯不亮"))


@pytest.mark.parametrize("size", SIZES)
def test_the_main_screens_are_laid_out_as_they_were(
    visit: Open, live_server: LiveServer, places: dict[str, tuple[str, str]], size: str
) -> None:
    page = visit(
        "",
        SIZES[size],
        touch=size in ("phone", "lying"),
        expected="Failed to load resource",  # left before it has all
        drawn=False,  # the map's picture is not asked for
        signed_in=("admin", live_server.secret),
        sign="[data-desk=people][aria-current=page]",
    )
    expect(page.locator("[data-desk=people][aria-current=page]")).to_be_attached()
    walked = walk(page, live_server, places, size)
    found = {screen: seen["parts"] for screen, seen in walked.items()}
    kept = renewed(found) if RENEW in os.environ else json.loads(KEPT.read_text(encoding="utf-8"))
    near = NEAR_PX * (1.6 if size == "great" else 1)
    moved = {screen: differing(kept.get(screen, {}), parts, near) for screen, parts in found.items()}
    wrong = {screen: seen["faults"] + moved[screen] for screen, seen in walked.items()}
    assert {screen: differs for screen, differs in wrong.items() if differs} == {}


def renewed(found: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """What is kept, with what was found now."""
    kept: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept |= {
        screen: {name: [round(one) for one in box] for name, box in parts.items()} for screen, parts in found.items()
    }
    lines = ",\n".join(f"{json.dumps(screen)}: {json.dumps(parts)}" for screen, parts in sorted(kept.items()))
    KEPT.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    return kept
