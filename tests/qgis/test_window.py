"""docs/qgis.md from beginning to end in the real window: every tool by its button, every corner by the mouse.

Long because the page is one story.

The tests stand in the order of the page. What they look at is the database.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gisgrid.database import EVERYTHING
from gisgrid.pyqgis import REMEDY, missing_programs
from tests.drawing import CELL, spot
from tests.qgis.conftest import open_hall
from tests.qgis.desk import CODES, NORTH, TownHall
from tests.qgis.window import Window
from tests.waiting import until

A, B, E, F = (CODES[letter] for letter in "ABEF")
BOX = [*spot(-1, 5), *spot(5, -1)]


@pytest.fixture(scope="module")
def hall(qgis_python: str) -> Iterator[TownHall]:
    """One of its own, as it was built."""
    if missing_programs():
        pytest.skip(f"no window of QGIS here, without {', '.join(missing_programs())}: {REMEDY}")
    with open_hall(qgis_python) as found:
        yield found


@pytest.fixture(scope="module")
def window(hall: TownHall) -> Iterator[Window]:
    """The window of the northern town's editor."""
    opened = Window(hall, "hua")
    yield opened
    opened.close()


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


def opens(hall: TownHall, window: Window, title: str) -> int:
    """Open a change set by its form; its number."""
    before = latest(hall)
    window.edit("changeset")
    window.press("mActionAddFeature")
    window.fill("title", title)
    window.answer("Ok")
    window.save("changeset")
    until(lambda: latest(hall) > before)
    window.look(BOX)
    until(lambda: window.ask("rows", layer="draft_base") >= 4)
    return latest(hall)


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
            window.hands("windowfocus", number, "key", "Return")
        return bool(window.ask("edits", layer="draft_base") > before)

    until(is_deleted)


def is_whole(shapes: dict[str, Any], was: dict[str, Any]) -> bool:
    """Is the same ground covered, once?"""
    ground, before = shapely.union_all(list(shapes.values())), shapely.union_all(list(was.values()))
    lost = before.difference(ground, grid_size=1e-12).area + ground.difference(before, grid_size=1e-12).area
    twice = sum(shape.area for shape in shapes.values()) - ground.area
    return bool(lost < 1e-9 * before.area and twice < 1e-9 * before.area)


def test_forms_show_values_and_no_sql(window: Window) -> None:
    window.edit("changeset")
    window.press("mActionAddFeature")
    window.sees("field", name="title")
    shown = window.ask("shown")
    window.answer("Cancel")
    assert {"title", "area_code", "starts_on", "policy", "ground"} <= set(shown)
    assert "status" not in shown and "opened_by" not in shown, "what a new change set does not have yet"
    assert not [words for words in shown.values() if "nextval" in words or "SESSION_USER" in words or "now()" in words]


@pytest.mark.parametrize(
    ("corner", "moved"),
    [(spot(2, 2), {A, B, E, F}), (spot(2, 1), {A, B})],
    ids=["a corner of four", "a corner of two"],
)
@pytest.mark.parametrize("step", [(0.31, 0.22), (-0.3, 0.17)], ids=["south-east", "south-west"])
def test_the_vertex_tool_takes_the_neighbours_along(
    hall: TownHall, window: Window, corner: tuple[float, float], moved: set[str], step: tuple[float, float]
) -> None:
    number = opens(hall, window, "corner")
    before = draft(hall, number)
    drag(window, corner, (corner[0] + step[0] * CELL, corner[1] - step[1] * CELL))
    window.save("draft_base")
    drawn = draft(hall, number)
    assert corners(before, corner) == moved and corners(drawn, corner) == set()
    assert {code for code in drawn if not drawn[code].equals(before[code])} == moved
    assert is_whole(drawn, before)
    assert problems(hall, number) == set()


def test_a_line_that_begins_and_ends_outside_cuts_a_grid_in_two(hall: TownHall, window: Window) -> None:
    number = opens(hall, window, "split")
    before = draft(hall, number)
    window.edit("draft_base")
    select(window, spot(0.5, 0.5))
    window.take("mActionSplitFeatures")
    after(window, lambda: window.stroke([spot(1.13, -0.4), spot(0.9, 1.1), spot(1.2, 2.4)]))
    window.save("draft_base")
    drawn = draft(hall, number)
    assert set(drawn) > set(before) and len(drawn) == 5
    assert is_whole(drawn, before) and problems(hall, number) == set()
    cut = rows(hall, "SELECT code, origin_code FROM draft.area WHERE changeset_id = :id", id=number)
    assert [row.origin_code for row in cut if row.code not in before] == [A]


def test_a_border_is_drawn_anew_in_both_its_grids(hall: TownHall, window: Window) -> None:
    number = opens(hall, window, "reshape")
    before = draft(hall, number)
    window.edit("draft_base")
    window.take("mActionReshapeFeatures")
    after(window, lambda: window.stroke([spot(1.8, 0.6), spot(2.3, 0.8), spot(2.3, 1.4), spot(1.8, 1.6)]))
    window.save("draft_base")
    drawn = draft(hall, number)
    assert is_whole(drawn, before) and problems(hall, number) == set()
    assert drawn[A].area > before[A].area and drawn[B].area < before[B].area


def test_two_grids_become_one(hall: TownHall, window: Window) -> None:
    number = opens(hall, window, "merge")
    before = draft(hall, number)
    window.edit("draft_base")
    select(window, spot(0.5, 0.5), spot(2.5, 0.5))
    window.press("mActionMergeFeatures")
    after(window, lambda: window.answer("Ok"))
    window.save("draft_base")
    drawn = draft(hall, number)
    assert len(drawn) == 3 and is_whole(drawn, before) and problems(hall, number) == set()
    kept = ({A, B} & set(drawn)).pop()
    assert drawn[kept].equals(before[A].union(before[B]))


def set_status(window: Window, changeset: int, words: str) -> None:
    """Choose another status in the change set's form, save, and close the table."""
    window.edit("changeset")
    window.press("mActionOpenTable")
    window.click(window.sees("item", words=f"{changeset} "))
    window.pick("status", words)
    window.click(window.sees("knob", words="mActionSaveEdits"))


def status(hall: TownHall, changeset: int) -> str:
    return str(rows(hall, "SELECT status FROM draft.changeset WHERE changeset_id = :id", id=changeset)[0].status)


def live(hall: TownHall) -> dict[str, Any]:
    """The base grids that apply now in the northern town, by code."""
    found = rows(
        hall,
        "SELECT code, st_astext(geom, 17) AS wkt FROM app.area_now WHERE level = 'grid' AND code LIKE :c",
        c=f"{NORTH}%",
    )
    return {row.code: shapely.from_wkt(row.wkt) for row in found}


def test_a_hole_is_refused_repaired_and_published_and_the_publish_undone(hall: TownHall, window: Window) -> None:
    was = live(hall)
    number = opens(hall, window, "whole")
    window.edit("draft_base")
    select(window, spot(0.5, 3.5))
    delete_selected(window)
    window.save("draft_base")
    assert problems(hall, number) == {"ground_lost"}

    set_status(window, number, "发布")
    window.click(window.sees("knob", words="Show more"))
    until(lambda: "would be in no area" in window.ask("said"))
    assert f"{E} 有" in window.ask("said") and "不属于任何区域" in window.ask("said")
    assert status(hall, number) == "open" and live(hall) == was
    window.shut()

    window.edit("draft_base")
    drag(window, spot(1, 2), spot(0.6, 1.4))
    window.take("mActionAddFeature")
    corners_of_the_hole = [spot(0, 2), spot(0.6, 1.4), spot(2, 2), spot(2, 4), spot(0, 4)]
    edits = window.ask("edits", layer="draft_base")
    window.stroke(corners_of_the_hole)
    window.fill("name", "new")
    window.answer("Ok")
    until(lambda: window.ask("edits", layer="draft_base") > edits)
    window.save("draft_base")
    assert problems(hall, number) == set() and is_whole(draft(hall, number), was)

    set_status(window, number, "发布")
    until(lambda: status(hall, number) == "published")
    window.shut()
    now = live(hall)
    assert {A, B, F} < set(now) and len(now) == 4 and is_whole(now, was)

    set_status(window, number, "撤销")
    until(lambda: set(live(hall)) == set(was))
    window.shut()
    assert {code: shape.equals(was[code]) for code, shape in live(hall).items()} == dict.fromkeys(was, True)
