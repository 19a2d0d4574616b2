"""Draws the pictures of docs/loading.md again: `.venv/bin/python -m tests.browser.story` (needs Chromium).

The sample district on a throw-away server; the commands of the page; what they answer, what they write, and the map.
"""

import html
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from gisgrid.cluster import test_cluster
from gisgrid.loading import ReadOptions, read_sheet
from gisgrid.migrations import migrate
from tests.browser.hands import settle, sign_in
from tests.browser.server import LiveServer, serving_sample
from tests.hotline import write_hotline
from tests.house.tree import CHECKOUT
from tests.sql.servers import ignore
from tests.story import Command, commands_of, fill_in, follow

IMAGES = CHECKOUT / "docs" / "images"
PAGE = (CHECKOUT / "docs" / "loading.md").read_text(encoding="utf-8")
SHEET = """<style>body {{ margin: 0; background: #fff; display: inline-block }}
table {{ border-collapse: collapse; font: 13px "WenQuanYi Micro Hei", sans-serif }}
td, th {{ border: 1px solid #d0d0d0; padding: 3px 9px; white-space: nowrap; max-width: 460px; overflow: hidden;
text-overflow: ellipsis }} th {{ background: #eef1ee; text-align: left }} .new {{ background: #fff6d6 }}</style>
<table><tr>{head}</tr>{rows}</table>"""
TERMINAL = """<style>body {{ margin: 0; display: inline-block }}
pre {{ margin: 0; padding: 14px 18px; background: #16211d; color: #dfe9e3;
font: 13px/1.5 "DejaVu Sans Mono", "WenQuanYi Micro Hei Mono", monospace }}</style><pre>{text}</pre>"""


def draw_sheet(browser: Browser, path: Path, name: str, marked: str, rows: int = 9) -> None:
    """The first rows of a file that the product wrote, as a spreadsheet shows them."""
    sheet = read_sheet(path, ReadOptions())
    place = sheet.header.index(marked)

    def line(cells: Sequence[str], tag: str) -> str:
        shown = (f'<{tag} class="{"new" if n == place else ""}">{html.escape(c)}</{tag}>' for n, c in enumerate(cells))
        return f"<tr>{''.join(shown)}</tr>"

    body = "".join(line(row, "td") for row in _one_of_each(sheet.rows, place, rows))
    shoot(browser, SHEET.format(head=line(sheet.header, "th"), rows=body), name)


def _one_of_each(rows: Sequence[tuple[str, ...]], place: int, most: int) -> list[tuple[str, ...]]:
    """Rows with different values of a column first, then the first others; in the order of the file."""
    first: dict[str, int] = {}
    for n, row in enumerate(rows):
        first.setdefault(row[place], n)
    chosen = dict.fromkeys([*list(first.values())[:most], *range(len(rows))])
    return [rows[n] for n in sorted(list(chosen)[:most])]


def draw_terminal(browser: Browser, command: Command, said: str, name: str) -> None:
    """A command as it is typed, and its answer."""
    words = [f'"{word}"' if " " in word else word for word in command.words]
    lines, line = [], "$ gisgrid"
    for word in words:
        if len(line) + len(word) > 104 and word.startswith("--"):
            lines.append(f"{line} \\")
            line = "   "
        line = f"{line} {word}"
    shoot(browser, TERMINAL.format(text=html.escape("\n".join([*lines, line, said.rstrip()]))), name)


def shoot(browser: Browser, content: str, name: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_content(content)
    page.locator("body").screenshot(path=IMAGES / name)
    page.close()


def draw_map(browser: Browser, server: LiveServer) -> None:
    """The district with the tickets that came in."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce")
    page.goto(server.url)
    page.wait_for_selector("#map[data-state=ready]")
    sign_in(page, server)
    page.evaluate("document.getElementById('map').map.jumpTo({ center: [113.857, 27.622], zoom: 14.2 })")
    settle(page)
    page.screenshot(path=IMAGES / "loading-map.png")


@contextmanager
def story(folder: Path) -> Iterator[LiveServer]:
    """The service over the sample, and this folder to work in."""
    with test_cluster() as url:
        migrate(url, say=ignore)
        with serving_sample(url) as server:
            os.environ |= {"GISGRID_DATABASE_URL": url, "GISGRID_DATA_DIR": str(folder / "data")}
            os.chdir(folder)
            write_hotline(folder)
            yield server


def main() -> None:
    """All pictures, into docs/images."""
    found = os.environ.get("GISGRID_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as place, story(Path(place)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        for command in commands_of(PAGE, "A city's hotline export"):
            said = follow(command).said
            if "--values-skeleton" in command.words:
                fill_in(Path("words.xlsx"))
                draw_sheet(browser, Path("words.xlsx"), "loading-words.png", "becomes")
            if "left.xlsx" in command.words and "--set-aside" in command.words and "--layer" in command.words:
                draw_terminal(browser, command, said, "loading-terminal.png")
                draw_sheet(browser, Path("left.xlsx"), "loading-left.png", "reason")
        draw_map(browser, server)
        browser.close()
    sys.stdout.write(f"drawn into {IMAGES}\n")


if __name__ == "__main__":
    main()
