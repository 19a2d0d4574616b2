"""docs/qgis.md from beginning to end in the real window: every tool by its button, every corner by the mouse.

Long because the page is one story.

The tests stand in the order of the page. What they look at is the database.
"""

from collections.abc import Iterator

import pytest

from tests.drawing import CELL, spot
from tests.qgis.desk import CODES, NORTH, TownHall
from tests.qgis.hands import (
    after,
    corners,
    delete_selected,
    draft,
    drag,
    is_whole,
    latest,
    live,
    opens,
    problems,
    publish,
    refused,
    rows,
    select,
    set_row,
    shows,
    status,
)
from tests.qgis.window import Window
from tests.waiting import until

A, B, E, F = (CODES[letter] for letter in "ABEF")


@pytest.fixture(scope="module")
def hall(own_hall: TownHall) -> TownHall:
    return own_hall


@pytest.fixture(scope="module")
def window(hall: TownHall) -> Iterator[Window]:
    """The window of the northern town's editor."""
    with Window(hall, "hua") as opened:
        yield opened


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


@pytest.mark.parametrize("take", ["", "mFromSelectedPushButton"], ids=["without a choice", "attributes of the second"])
def test_two_grids_become_one(hall: TownHall, window: Window, take: str) -> None:
    """QGIS 3.22 takes the key of the row whose attributes are taken for its own number of it."""
    number = opens(hall, window, "merge")
    before = draft(hall, number)
    window.edit("draft_base")
    select(window, spot(0.5, 0.5), spot(2.5, 0.5))
    window.press("mActionMergeFeatures")
    if take:
        window.click(window.sees("item", words=B))
        window.click(window.sees("knob", words=take))
    after(window, lambda: window.answer("Ok"))
    window.save("draft_base")
    drawn = draft(hall, number)
    assert len(drawn) == 3 and is_whole(drawn, before) and problems(hall, number) == set()
    kept = B if take else ({A, B} & set(drawn)).pop()
    assert drawn[kept].equals(before[A].union(before[B]))


def test_what_others_open_is_listed_and_drawn_at_once(hall: TownHall, window: Window) -> None:
    window.choose("changeset")
    window.press("mActionOpenTable")
    window.sees("windows")
    sql = "INSERT INTO draft.changeset (area_code, title) VALUES (:area, 'from afar') RETURNING changeset_id"
    number = rows(hall, sql, area=NORTH)[0].changeset_id
    window.sees("item", words=f"{number} from afar")
    window.shut()


def test_a_hole_is_refused_repaired_and_published_and_the_publish_undone(hall: TownHall, window: Window) -> None:
    was = live(hall)
    number = opens(hall, window, "whole")
    window.edit("draft_base")
    select(window, spot(0.5, 3.5))
    delete_selected(window)
    window.save("draft_base")
    assert problems(hall, number) == {"ground_lost"}

    said = refused(window, number, status="发布")
    assert "would be in no area" in said and f"{E} 有" in said and "不属于任何区域" in said
    assert status(hall, number) == "open" and live(hall) == was

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

    publish(hall, window, number)
    now = live(hall)
    assert {A, B, F} < set(now) and len(now) == 4 and is_whole(now, was)

    set_row(window, number, status="撤销")
    until(lambda: set(live(hall)) == set(was))
    window.sees("item", words=f"{latest(hall)} undo {number}")
    window.shut()
    assert {code: shape.equals(was[code]) for code, shape in live(hall).items()} == dict.fromkeys(was, True)


def test_a_change_set_is_added_while_the_table_shows_its_rows(hall: TownHall, window: Window) -> None:
    """By the button of the main window and by the table's own; QGIS 3.22 ended here while the table showed actions."""
    first = opens(hall, window, "first")
    window.press("mActionOpenTable")
    window.click(window.sees("knob", words="mTableViewButton"))
    window.shut()
    window.press("mActionOpenTable")
    window.sees("item", words="first")
    for _ in range(2):
        second = latest(hall)
        window.click(window.sees("knob", words="mActionAddFeature"))
        window.sees("item", words="nextval")
        window.click(window.sees("knob", words="mActionSaveEdits"))
        until(lambda before=second: latest(hall) > before)  # type: ignore[misc]
        until(lambda: not window.ask("is_modified", layer="changeset"))
    second = latest(hall)
    window.press("mActionAddFeature")
    window.fill("title", "third")
    window.answer("Ok")
    window.save("changeset")
    until(lambda: latest(hall) > second)
    third = latest(hall)

    window.click(window.sees("item", words="third"), button=3)
    window.click(window.sees("menu", words="在此变更集上工作"))
    shows(window, third)
    window.click(window.sees("knob", words="mAttributeViewButton"))
    window.click(window.sees("item", words=f"{first} "))
    until(lambda: window.ask("value", name="changeset_id") == str(first))
    window.click(window.sees("knob", words="在此变更集上工作 work on this change set"))
    shows(window, first)
    window.shut()
