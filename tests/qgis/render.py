"""Draws the pictures of docs/qgis.md again: `.venv/bin/python -m tests.qgis.render` (needs PyQGIS and a Chinese font).

The sample district on a throw-away server, an invented editor, real QGIS: what a clerk sees, drawn by QGIS itself. The
pictures of the whole window need the packages qgis, xvfb and xdotool as well; without them the old ones stay.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely
from fastapi.testclient import TestClient

from gisgrid.api.app import create_app
from gisgrid.boundaries.qgis.storage import make_project, store
from gisgrid.cli.people import make_account
from gisgrid.cli.sample import load_sample
from gisgrid.cluster import ensure_cluster, stop_cluster
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.migrations import migrate
from gisgrid.pyqgis import SYSTEM, missing_programs
from gisgrid.settings import read_settings
from tests.house.tree import CHECKOUT
from tests.qgis.desk import URI, Clerk, TownHall
from tests.qgis.story import draw_story
from tests.qgis.window import Window
from tests.sql.servers import free_port, ignore

IMAGES = CHECKOUT / "docs" / "images"
DISTRICT, TOWN, BESIDE = "360302", "360302001", "360302003"
COMMUNITY = f"{TOWN}001"
ONE, TWO, THREE, FOUR, FIVE = (f"{COMMUNITY}00{n}" for n in range(1, 6))
MAP = ["problem", "problem_area", "preview", "ticket", "draft_special", "draft_base", "live_town", "live_grid"]
LANGUAGES = {"zh-Hans": "-zh", "en_US": ""}
SIZE = {"width": 1000, "height": 720}


@contextmanager
def sample_hall() -> Iterator[TownHall]:
    """The sample district with editors (invented): `li` and `wang` of two towns, `zhao` of the district."""
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-render-", dir="/tmp"))
    folder.chmod(0o711)
    settings = replace(read_settings({}, data_dir=folder), db_port=free_port())
    cluster = ensure_cluster(settings, say=ignore, fsync=False)
    try:
        migrate(cluster.owner_url)
        owner = Database(cluster.owner_url, role=OWNER, statement_timeout_s=120)
        load_sample(owner, settings, say=ignore)
        with owner.transaction(EVERYTHING) as connection:
            store(connection, make_project(connection), "gisgrid")
        areas = {"li": TOWN, "wang": BESIDE, "zhao": DISTRICT}
        secrets = {name: make_account(cluster, name, "editor", area) for name, area in areas.items()}
        with TestClient(create_app(settings, cluster.service_url)) as client:
            hall = TownHall(cluster, client, owner, folder, str(SYSTEM), secrets)
            yield hall
            hall.close()
        owner.close()
    finally:
        stop_cluster(cluster, force=True)
        shutil.rmtree(folder, ignore_errors=True)


def shape(clerk: Clerk, code: str) -> Any:
    return shapely.from_wkt(clerk.draft()[code]["wkt"])


def corner_of(clerk: Clerk, *codes: str) -> tuple[float, float]:
    """The corner that these grids share."""
    held = [{(round(x, 10), round(y, 10)) for x, y in shapely.get_coordinates(shape(clerk, code))} for code in codes]
    return set.intersection(*held).pop()


def look(clerk: Clerk) -> list[float]:
    """The community and a little round it."""
    west, south, east, north = shapely.union_all([shape(clerk, code) for code in clerk.draft()]).bounds
    return [west - 0.0008, south - 0.0006, east + 0.0008, north + 0.0006]


def draw_problems(clerk: Clerk) -> None:
    """One grid drawn over its neighbour, the neighbour forgotten."""
    number = clerk.opens(area=COMMUNITY, title="幸福路两侧调整")
    x, y = corner_of(clerk, ONE, TWO, THREE)
    grown = shape(clerk, ONE).union(shapely.Polygon([(x, y), (x + 0.0016, y - 0.0007), (x + 0.0032, y + 0.0008)]))
    clerk.reshape(layer="draft_base", key=clerk.key(ONE), wkt=grown.wkt)
    _, south, east, _ = shape(clerk, FIVE).bounds
    less = shape(clerk, FIVE).difference(shapely.box(east - 0.0016, south - 0.01, east, south + 0.0010))
    clerk.reshape(layer="draft_base", key=clerk.key(FIVE), wkt=less.wkt)
    assert clerk.saves()["saved"]
    picture(clerk, "qgis-problems.png")
    assert clerk.sets(number, "discarded")["saved"]


def add_market(clerk: Clerk, shape: Any) -> None:
    """A special grid (invented) goes live, so that the preview can tell on which base grid it would stand."""
    number = clerk.opens(area=COMMUNITY, title="新设菜市场专属网格")
    assert clerk.add(layer="draft_special", values={"name": "菜市场专属网格"}, wkt=shape.wkt)
    assert clerk.save(layer="draft_special")["saved"]
    clerk.drop(layer="draft_special")
    assert clerk.sets(number, "published")["saved"]


def draw_preview(hall: TownHall, clerk: Clerk) -> int:
    """A border moved in both its grids, under a special one; a grid cut in two; one ends: what moves. Its number."""
    number = clerk.opens(area=COMMUNITY, title="量一量")
    one, three, five = (shape(clerk, code) for code in (ONE, THREE, FIVE))
    assert clerk.sets(number, "discarded")["saved"]
    band = three.intersection(one.buffer(0.0007, quad_segs=1, join_style="mitre"))
    east = band.bounds[2]
    add_market(clerk, band.buffer(-0.0001).intersection(shapely.box(east - 0.0013, -90, east - 0.0006, 90)))
    number = clerk.opens(area=COMMUNITY, title="幸福路两侧调整")
    west, south, east, north = five.bounds
    middle = (west + east) / 2 + 0.0002
    places = [band.representative_point(), shapely.box(west, south, middle - 0.0006, north).intersection(five).centroid]
    for place in places:
        hall.report_at(place.x, place.y)
    clerk.reshape(layer="draft_base", key=clerk.key(ONE), wkt=one.union(band).wkt)
    clerk.reshape(layer="draft_base", key=clerk.key(THREE), wkt=three.difference(band).wkt)
    clerk.merge(layer="draft_base", keys=[clerk.key(TWO), clerk.key(FOUR)], keep=True)
    clerk.split(layer="draft_base", line=[[middle + 0.0002, south - 0.001], [middle, north - 0.0004]])
    assert clerk.saves()["saved"]
    picture(clerk, "qgis-preview.png")
    return number


def draw_windows(hall: TownHall, box: list[float]) -> bool:
    """The desktop itself in both languages, on a screen that nobody sees. False: there is none here."""
    if missing_programs():
        return False
    for language, ending in LANGUAGES.items():
        with Window(hall, "li", language) as window:
            window.edit("draft_base")
            window.look(box)
            window.sees("is_drawn")
            assert window.ask("picture", path=str(IMAGES / f"qgis-window{ending}.png"))
            window.edit("changeset")
            window.press("mActionAddFeature")
            window.sees("field", name="title")
            assert window.ask("picture", path=str(IMAGES / f"qgis-new-changeset{ending}.png"))
    return True


def picture(clerk: Clerk, name: str) -> None:
    assert clerk.render(path=str(IMAGES / name), layers=MAP, box=look(clerk), **SIZE)


def main() -> None:
    """All pictures, into docs/images."""
    with sample_hall() as hall:
        clerk = hall.seat("li")
        assert clerk.open(uri=URI)["read"]
        draw_problems(clerk)
        shown = draw_preview(hall, clerk)
        assert clerk.show_form(layer="draft_base", path=str(IMAGES / "qgis-grid-form.png"))
        whole = draw_windows(hall, look(clerk))
        assert clerk.sets(shown, "discarded")["saved"], "or his own one would hide the joint one"
        if whole:
            draw_story(hall, TOWN, BESIDE, IMAGES)
    sys.stdout.write(f"drawn into {IMAGES}{'' if whole else ', without the window'}\n")


if __name__ == "__main__":
    main()
