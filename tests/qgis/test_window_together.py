"""Several people at real windows, by mouse and keyboard: a common border, a collision, what is pasted from a draft."""

import pytest

from tests.drawing import spot
from tests.qgis.desk import CODES, NORTH, SOUTH, TOP, TownHall
from tests.qgis.hands import (
    after,
    choose,
    corners,
    delete_selected,
    draft,
    drag,
    holders,
    is_whole,
    live,
    opens,
    problems,
    publish,
    refused,
    row,
    rows,
    select,
    set_row,
    shows,
    status,
    works_on,
)
from tests.qgis.window import Window
from tests.waiting import until

A, B, C, D, E, F = (CODES[letter] for letter in "ABCDEF")


@pytest.fixture(scope="module")
def hall(own_hall: TownHall) -> TownHall:
    return own_hall


def test_two_editors_and_somebody_above_them_redraw_a_common_border(hall: TownHall) -> None:
    """wei is above the towns of hua and lan, who draws in his own town as well, and publishes that first."""
    was = live(hall, TOP)
    with Window(hall, "wei") as wei, Window(hall, "hua") as hua, Window(hall, "lan") as lan:
        joint = opens(hall, wei, "common border", area=NORTH, together=SOUTH)
        assert set(draft(hall, joint)) == {A, B, C, D, E, F}

        shows(hua, joint)
        assert hua.ask("rows", layer="neighbour") == 0, "no grid of the draft is a neighbour that cuts it off"
        drag(hua, spot(1, 4), spot(1.2, 3.6))
        hua.save("draft_base")
        assert problems(hall, joint) == set()
        drawn = draft(hall, joint)
        assert corners(drawn, spot(1, 4)) == set() and drawn[C].area > was[C].area

        own = opens(hall, lan, "south")
        lan.edit("draft_base")
        lan.take("mActionReshapeFeatures")
        after(lan, lambda: lan.stroke([spot(1.8, 4.3), spot(2.3, 4.4), spot(2.3, 4.7), spot(1.8, 4.8)]))
        lan.save("draft_base")
        publish(hall, lan, own)

        works_on(lan, joint)
        drag(lan, spot(3, 4), spot(2.8, 4.3))
        lan.save("draft_base")
        assert problems(hall, joint) == {"conflict"}

        said = refused(wei, joint, status="发布")
        assert f"{C} was redrawn by somebody else" in said and f"{C} 已被他人改画" in said
        said = refused(wei, joint, solution="两者都画")
        assert "set the status back to open" in said and "把状态改回“进行中”" in said
        set_row(wei, joint, status="进行中")
        until(lambda: not wei.ask("is_modified", layer="changeset"))
        wei.shut()
        assert problems(hall, joint) == set() and is_whole(draft(hall, joint), was)

        publish(hall, wei, joint)
        now = live(hall, TOP)
        assert is_whole(now, was) and set(now) == set(was)
        assert [code for code in sorted(now) if now[code].equals(was[code])] == [A, B]
        moved = (spot(1.2, 3.8), spot(2.2, 4.55), spot(2.8, 4.2))
        assert holders(was, *moved) == [E, D, D] and holders(now, *moved) == [C, C, F]


@pytest.mark.parametrize(
    ("take", "grids", "corner", "step"),
    [("用我的", (A, B), (2, 1), (0.4, 0)), ("用对方的", (B, F), (3, 2), (0, 0.4))],
    ids=["mine", "theirs"],
)
def test_the_second_of_two_editors_takes_mine_or_theirs_in_the_form_of_the_problem(
    hall: TownHall, take: str, grids: tuple[str, str], corner: tuple[int, int], step: tuple[float, float]
) -> None:
    """Both move the same corner, each another way."""
    was = live(hall)
    with Window(hall, "hua") as hua, Window(hall, "mei") as mei:
        first, second = opens(hall, hua, "first"), opens(hall, mei, "second")
        for window, way in ((hua, 1), (mei, -1)):
            drag(window, spot(*corner), spot(corner[0] + way * step[0], corner[1] + way * step[1]))
            window.save("draft_base")
        publish(hall, hua, first)
        theirs, mine = live(hall), draft(hall, second)

        assert "redrawn by somebody else" in refused(mei, second, status="发布")
        set_row(mei, second, status="进行中", policy="留在原网格")
        until(lambda: problems(hall, second) == {"conflict"})
        mei.shut()
        for code in grids:
            mei.edit("problem_area")
            line = f"草稿建立后，{code} "
            row(mei, "problem_area", line)
            choose(mei, line, "solution", take)
            mei.click(mei.sees("knob", words="mActionSaveEdits"))
            until(lambda: not mei.ask("is_modified", layer="problem_area"))
            mei.shut()
        assert problems(hall, second) == set()
        publish(hall, mei, second)
    wanted = mine if take == "用我的" else theirs
    assert {code: shape.equals(wanted[code]) for code, shape in live(hall).items()} == dict.fromkeys(was, True)


def test_what_is_pasted_from_an_old_draft_keeps_a_free_code(hall: TownHall) -> None:
    """Copied and pasted by the keyboard. The old draft was discarded, so the code of its part went to another one."""
    with Window(hall, "hua") as window:
        old = opens(hall, window, "old")
        cut(window, spot(0.5, 0.5), [spot(0.9, -0.4), spot(0.8, 1.1), spot(0.9, 2.4)])
        set_row(window, old, status="作废")
        until(lambda: status(hall, old) == "discarded")
        window.shut()
        new = opens(hall, window, "new")
        was = draft(hall, new)
        cut(window, spot(3.5, 2.6), [spot(4.4, 2.9), spot(2.9, 2.8), spot(4.4, 3.3)])
        [part] = set(draft(hall, old)) - set(was)
        assert set(draft(hall, new)) == {*was, part}
        select(window, spot(0.5, 0.5))
        delete_selected(window)
        window.save("draft_base")

        works_on(window, old)
        window.choose("draft_base")
        select(window, spot(0.5, 0.5), spot(1.5, 0.5))
        window.hands("key", "ctrl+c")
        until(lambda: part in window.ask("copied") and A in window.ask("copied"))
        works_on(window, new)
        window.edit("draft_base")
        after(window, lambda: window.hands("key", "ctrl+v"))
        window.save("draft_base")
    drawn = draft(hall, new)
    [taken] = set(drawn) - {*was, part}
    assert is_whole(drawn, was) and set(draft(hall, old)) == {*was, part}
    assert set(holders(drawn, spot(0.5, 0.5), spot(1.5, 0.5))) == {A, taken}
    warned = rows(hall, "SELECT kind, code, other_code FROM draft.problem WHERE changeset_id = :id", id=new)
    assert [tuple(row) for row in warned] == [("code_taken", taken, part)]


def cut(window: Window, grid: tuple[float, float], line: list[tuple[float, float]]) -> None:
    """Select a grid, split it along a line, save."""
    window.edit("draft_base")
    select(window, grid)
    window.take("mActionSplitFeatures")
    after(window, lambda: window.stroke(line))
    window.save("draft_base")
