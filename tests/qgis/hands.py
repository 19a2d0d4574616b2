"""What a person does at the window, step by step, and what the database then holds."""

import subprocess
from contextlib import suppress
from typing import Any

import shapely
from sqlalchemy import text

from gisgrid.database import EVERYTHING
from tests.drawing import spot
from tests.qgis.desk import NORTH, TownHall
from tests.qgis.window import Window
from tests.waiting import until

BOX = [*spot(-1, 6), *spot(5, -1)]


def rows(hall: TownHall, sql: str, **given: Any) -> list[Any]:
    with hall.owner.transaction(EVERYTHING) as connection:
        return list(connection.execute(text(sql), given))


def draft(hall: TownHall, changeset: int) -> dict[str, Any]:
    """The shapes that the database holds for a change set, by code."""
    found = rows(hall, "SELECT code, st_astext(geom, 17) AS wkt FROM draft.area WHERE changeset_id = :id", id=changeset)
    return {row.code: shapely.from_wkt(row.wkt) for row in found}


def problems(hall: TownHall, changeset: int) -> set[str]:
    return {row.kind for row in rows(hall, "SELECT kind FROM draft.problem WHERE changeset_id = :id", id=changeset)}


def latest(hall: TownHall) -> int:
    return int(rows(hall, "SELECT max(changeset_id) AS id FROM draft.changeset")[0].id or 0)


def opens(hall: TownHall, window: Window, title: str, area: str = "", together: str = "") -> int:
    """Open a change set by its form; its number."""
    before = latest(hall)
    window.edit("changeset")
    window.press("mActionAddFeature")
    window.fill("title", title)
    if area:
        window.pick("area_code", f"{area} ")
    if together:
        window.tick(f"{together} ")
    window.answer("Ok")
    window.save("changeset")
    until(lambda: latest(hall) > before)
    window.look(BOX)
    shows(window, latest(hall))
    return latest(hall)


def shows(window: Window, changeset: int) -> None:
    """Wait until the map shows the draft of this change set."""
    until(lambda: window.ask("column", layer="draft_base", name="changeset_id") == [str(changeset)])


def works_on(window: Window, changeset: int) -> None:
    """Choose a change set by the menu of its line."""
    row(window, "changeset", f"{changeset} ", button=3)
    window.click(window.sees("menu", words="在此变更集上工作"))
    window.shut()
    shows(window, changeset)


def row(window: Window, layer: str, line: str, button: int = 1) -> None:
    """Open a layer's table, and click the line that begins so, once the form of the first line is there."""
    window.choose(layer)
    window.press("mActionOpenTable")
    window.sees("field", name="changeset_id")
    window.click(window.sees("item", words=line), button)


def choose(window: Window, line: str, name: str, words: str) -> None:
    """In the form of the table's line that begins so choose from a list. QGIS may turn to the first line again."""

    def is_there() -> bool:
        return any(f"{window.ask('value', name=key)} ".startswith(line) for key in ("changeset_id", "message_zh"))

    def is_chosen() -> bool:
        if not is_there():
            window.click(window.sees("item", words=line))
        elif not window.ask("value", name=name).startswith(words):
            wanted = window.ask("item", words=words) if window.ask("is_listing") else window.ask("field", name=name)
            window.click(wanted) if wanted else None
        return is_there() and bool(window.ask("value", name=name).startswith(words))

    until(is_chosen)


def grip(window: Window, corner: tuple[float, float]) -> None:
    """Rest the mouse on a corner until the vertex tool has it, and take it."""
    place = window.ask("spot", lon=corner[0], lat=corner[1])

    def touched() -> bool:
        window.hands("mousemove", place[0] + 4, place[1] + 3)
        window.hands("mousemove", *place)
        return bool(window.ask("is_indexed", layer="draft_base") and window.ask("is_corner"))

    until(touched)
    window.click(place)
    until(lambda: window.ask("dragged") >= 2)


def drag(window: Window, corner: tuple[float, float], to: tuple[float, float]) -> None:
    """Move a corner with the vertex tool: click it, click where it goes."""
    window.edit("draft_base")
    window.take("mActionVertexToolActiveLayer")
    before = window.ask("edits", layer="draft_base")
    grip(window, corner)
    window.click(window.ask("spot", lon=to[0], lat=to[1]))
    until(lambda: window.ask("edits", layer="draft_base") > before)


def corners(shapes: dict[str, Any], near: tuple[float, float]) -> set[str]:
    """Which grids have a corner here?"""
    here = shapely.Point(near)
    held = {code: shapely.MultiPoint(shapely.get_coordinates(shape)) for code, shape in shapes.items()}
    return {code for code, points in held.items() if points.distance(here) < 1e-9}


def select(window: Window, *places: tuple[float, float]) -> None:
    """Select the grids at these places, the second and further ones with Shift."""
    window.take("mActionSelectFeatures")
    for count, (lon, lat) in enumerate(places):
        window.point(window.ask("spot", lon=lon, lat=lat))
        window.hands("keydown", "shift") if count else None
        window.hands("click", 1)
        window.hands("keyup", "shift") if count else None
        until(lambda wanted=count + 1: len(window.ask("selected", layer="draft_base")) == wanted)  # type: ignore[misc]


def after(window: Window, act: Any) -> None:
    """Do this, and wait until QGIS has an edit more."""
    before = window.ask("edits", layer="draft_base")
    act()
    until(lambda: window.ask("edits", layer="draft_base") > before)


def delete_selected(window: Window) -> None:
    """Press *Delete selected*; QGIS of later years asks once more."""
    before = window.ask("edits", layer="draft_base")
    window.press("mActionDeleteSelected")

    def is_deleted() -> bool:
        for number in window.ask("numbers"):
            with suppress(subprocess.CalledProcessError):  # which may close in this very moment
                window.hands("windowfocus", number, "key", "Return")
        return bool(window.ask("edits", layer="draft_base") > before)

    until(is_deleted)


def is_whole(shapes: dict[str, Any], was: dict[str, Any]) -> bool:
    """Is the same ground covered, once?"""
    ground, before = shapely.union_all(list(shapes.values())), shapely.union_all(list(was.values()))
    lost = before.difference(ground, grid_size=1e-12).area + ground.difference(before, grid_size=1e-12).area
    twice = sum(shape.area for shape in shapes.values()) - ground.area
    return bool(lost < 1e-9 * before.area and twice < 1e-9 * before.area)


def set_row(window: Window, changeset: int, **chosen: str) -> None:
    """Choose other values in the change set's form, and press *save*; the table stays open."""
    window.edit("changeset")
    row(window, "changeset", f"{changeset} ")
    for name, words in chosen.items():
        choose(window, f"{changeset} ", name, words)
    window.click(window.sees("knob", words="mActionSaveEdits"))


def publish(hall: TownHall, window: Window, changeset: int) -> None:
    """Choose *published* in its row: it is live."""
    set_row(window, changeset, status="发布")
    until(lambda: status(hall, changeset) == "published")
    window.shut()


def refused(window: Window, changeset: int, **chosen: str) -> str:
    """Choose these values, which are refused; what QGIS says under *more*. Table and message are closed again."""
    set_row(window, changeset, **chosen)
    window.click(window.sees("knob", words="Show more"))
    until(lambda: "HINT" in window.ask("said"))
    said = str(window.ask("said"))
    window.shut()
    return said


def status(hall: TownHall, changeset: int) -> str:
    return str(rows(hall, "SELECT status FROM draft.changeset WHERE changeset_id = :id", id=changeset)[0].status)


def live(hall: TownHall, area: str = NORTH) -> dict[str, Any]:
    """The base grids that apply now in an area, the northern town, by code."""
    found = rows(
        hall,
        "SELECT code, st_astext(geom, 17) AS wkt FROM app.area_now WHERE level = 'grid' AND code LIKE :c",
        c=f"{area}%",
    )
    return {row.code: shapely.from_wkt(row.wkt) for row in found}


def holders(shapes: dict[str, Any], *places: tuple[float, float]) -> list[str]:
    """The code of the grid at each place."""
    return [next(code for code, shape in shapes.items() if shape.contains(shapely.Point(place))) for place in places]
