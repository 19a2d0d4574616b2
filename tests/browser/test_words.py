"""No Chinese page shows a key or an English word, whoever looks at it; an English page shows no key either."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import TILES, draw_nothing
from tests.browser.jobs import asking, new_account, new_ticket
from tests.browser.server import LiveServer

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
PLACE = (113.8602, 27.6243)
ROLES = {
    "": "",
    "worker": "",
    "dispatcher": "360302",
    "editor": "360302",
    "supervisor": "360302",
    "admin": "",
    "auditor": "",
}
WHOLE = ("", "admin")
"""Who sees least and who sees most walk through everything, the others through their own pages."""
OUT = "code, script, style, noscript, .who, .kept-head, .drafts :is(.hint, strong), [data-account] th"
OUT += ", option:not(:checked), .audit-table th[scope=row]"
"""What is data: codes, names of accounts, names in the other language."""
SEEN = """() => {
  const OUT = '@out';
  const copy = document.body.cloneNode(true);
  const whole = [...document.body.querySelectorAll('*')];
  const copies = [...copy.querySelectorAll('*')];
  whole.forEach((one, n) => { if (getComputedStyle(one).display === 'none') copies[n].remove(); });
  for (const one of copy.querySelectorAll(OUT)) one.remove();
  const said = [...copy.querySelectorAll('[aria-label], [title], [placeholder]')]
    .flatMap((one) => ['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name) ?? ''));
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  const parts = [];
  while (texts.nextNode()) parts.push(texts.currentNode.data);
  return [...parts, ...said].join('\\n');
}""".replace("@out", OUT)
BY_BROWSER = ":is(input[type=date], input[type=datetime-local], input[type=time])"
"""A field of a day or a time that its browser says, in the browser's own language and order."""
KEY = re.compile(r"\b[a-z]+\.[a-z_]+[A-Za-z_.]*\b")
WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = set(
    "English gisgrid MapLibre WebGL GPS CSV Excel GeoJSON EPSG GCJ CGCS WGS QGIS GeoPackage KML FlatGeobuf Shapefile"
    " Webhook https audit verify patrol token ticket received Esc Enter Alt Backspace".split()
)
"""Names of things, commands and topics that are written so in Chinese as well."""


def stray(text: str) -> set[str]:
    """English words and keys of a Chinese page. An e-mail, a path and a command's option are none."""
    return {word for word in WORD.findall(re.sub(r"\w+_test|walk_\w+|--\w+|\S+@\S+", "", text)) if word not in NAMES}


def gaps(text: str) -> set[str]:
    """Where a space follows a mark that has its own: two sentences that were put together as in English."""
    return set(re.findall(r"\S{0,6}[，。；：！？]\n? \S{1,6}", text))


def machine_dates(text: str) -> set[str]:
    """Months and days as machines write them."""
    return set(re.findall(r"(?<![\w-])\d{4}-\d\d(?:-\d\d)?(?![\w-])", text))


def keys(text: str) -> set[str]:
    return {key for key in KEY.findall(text) if not key.startswith(("ticket.", "ticket", "gisgrid"))}


def test_stray_words_and_keys_are_found() -> None:
    assert stray("共 3 件 Overdue gisgrid audit --verify 导出 CSV") == {"Overdue"}
    assert keys("desk.people 如 ticket.received") == {"desk.people"}
    assert machine_dates("2026-10, 2026-10-01 20261128-000560 2026年10月") == {"2026-10", "2026-10-01"}
    assert gaps("数值大的在前。 同类\n好。\n 后一段\n好。\n后") == {"数值大的在前。 同类", "好。\n 后一段"}


def walk(page: Page, server: LiveServer, lang: str, *, whole: bool) -> dict[str, str]:
    """What each page says: the desks of the menu; and, as a whole, list, area, figures, ticket, time, help."""
    desks = page.locator(".desks [data-desk]")
    names = [desks.nth(n).get_attribute("data-desk") or "" for n in range(desks.count())]
    if not whole:
        return look(page, server, lang, desks_of(names))
    grid = asking(server, "GET", f"/api/v1/locate?lon={PLACE[0]}&lat={PLACE[1]}&system=wgs84")["grid"]["code"]
    number = new_ticket(server, *PLACE, "路灯不亮")
    places = desks_of(names) | {
        "list": "",
        "facts": f"sel={grid}",
        "figures": "tab=figures",
        "months": "tab=figures&by=month",
        "nowhere": "sel=999999",
        "compared": "tab=figures&ask=two",
        "ranking": "tab=figures&ask=of&of=town",
    }
    places |= {"ticket": f"ticket={number}", "follow": "follow=", "time": "at=2023-06-01", "lists": "list=no_grid"}
    if names:  # a stranger sees no such place
        places["place"] = "m=17/27.6620995/113.9409222&thing=place/JSD-01"
    return look(page, server, lang, places)


def desks_of(names: list[str]) -> dict[str, str]:
    return {name: f"desk={name}" for name in names if name not in ("map", "figures")}


def look(page: Page, server: LiveServer, lang: str, places: dict[str, str]) -> dict[str, str]:
    said = {}
    for name, place in places.items():
        if "&thing=" in place:  # whose facts are those of its tile
            page.context.unroute(TILES)
        page.goto(f"{server.url}/#{place}&lang={lang}")
        if "&thing=" in place:
            expect(page.locator(".panel .facts").first).to_be_visible()
            draw_nothing(page.context)
        if place.startswith("desk="):
            expect(page.locator(f"[data-desk={name}][aria-current=page]")).to_be_visible()
            expect(page.locator(".panel .page-head h2")).to_be_visible()
        expect(page.locator(".panel .skeleton")).to_have_count(0)
        if page.locator("[data-new]").count():
            page.locator("[data-new]").click()
        expect(page.locator(BY_BROWSER)).to_have_count(0)
        said[name] = str(page.evaluate(SEEN))
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    said["help"] = str(page.evaluate(SEEN))
    page.keyboard.press("Escape")
    expect(page.locator("dialog.help")).to_be_hidden()
    return said


@pytest.mark.parametrize("role", ROLES)
def test_no_chinese_page_shows_a_key_or_an_english_word(visit: Open, live_server: LiveServer, role: str) -> None:
    signed_in = None
    if role:
        secret = new_account(
            live_server, f"walk_{role}", role, ROLES[role] or ("" if role in ("admin", "auditor") else "360302")
        )
        signed_in = (f"walk_{role}", secret)
    # a page is left before it has all: this asks of words, and no tile has any in the document
    page = visit(expected="Failed to load resource", drawn=False, signed_in=signed_in)
    if role:
        expect(page.locator(".desks [aria-current=page]")).to_be_visible()
    found = {
        name: stray(text) | keys(text) | gaps(text) | machine_dates(text)
        for name, text in walk(page, live_server, "zh-CN", whole=role in WHOLE).items()
    }
    assert {name: words for name, words in found.items() if words} == {}
    said = {
        name: keys(text) | machine_dates(text)
        for name, text in walk(page, live_server, "en", whole=role in WHOLE).items()
    }
    assert {name: words for name, words in said.items() if words} == {}
