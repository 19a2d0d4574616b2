"""Several editors at QGIS at once: who sees what, who may what, and that nobody's edit is lost in silence."""

from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy import text

from gisgrid.database import EVERYTHING
from tests.qgis.desk import CODES, NORTH, SOUTH, Clerk, TownHall

A, B, C, E = (CODES[letter] for letter in "ABCE")
SAYS_ZH = "什么都没有保存：这一行已不存在，或您无权修改"
SAYS = "nothing was saved: the row is gone, or not yours to change"


@pytest.fixture
def draft(hua: Clerk) -> Iterator[int]:
    """A change set of hua's town."""
    number = hua.opens(title="北镇")
    yield number
    hua.drop(layer="draft_base")
    hua.sets(number, "discarded")


def nudge(clerk: Clerk, code: str, by: float = 1e-5) -> bool:
    """Redraw one grid a little."""
    row = clerk.draft()[code]
    shape = shapely.affinity.translate(shapely.from_wkt(row["wkt"]), 0, by)
    return bool(clerk.reshape(layer="draft_base", key=row["draft_area_id"], wkt=shape.wkt))


def test_an_editor_of_another_town_sees_nothing_of_it(hua: Clerk, lan: Clerk, draft: int) -> None:
    nudge(hua, A)
    assert hua.saves()["saved"] and hua.problems()
    assert draft not in {row["changeset_id"] for row in lan.rows(layer="changeset")}
    for layer in ("draft_base", "problem", "problem_area", "preview"):
        assert lan.rows(layer=layer) == []
    assert {row["code"] for row in lan.rows(layer="live_grid")} >= {A, C}, "live areas are everybody's"


def test_a_change_set_of_another_town_cannot_be_opened(lan: Clerk) -> None:
    assert {row["code"] for row in lan.rows(layer="upper_area")} == {SOUTH, f"{SOUTH}001"}
    lan.add(layer="changeset", values={"title": "别的镇", "area_code": NORTH})
    outcome = lan.save(layer="changeset")
    lan.drop(layer="changeset")
    assert not outcome["saved"]
    assert "row-level security" in "\n".join(outcome["errors"])


def test_what_only_publishing_says_cannot_be_said_by_hand(hua: Clerk, lan: Clerk, draft: int) -> None:
    """A forged `undoes` would open and close the posts of another town."""
    before = {row["changeset_id"] for row in lan.rows(layer="changeset")}
    forged = {
        "undoes": draft,
        "followed_at": "2024-01-01",
        "opened_by": "hua",
        "status": "published",
        "is_filled": False,
    }
    lan.add(layer="changeset", values=forged)
    assert lan.save(layer="changeset")["saved"]
    row = next(row for row in lan.rows(layer="changeset") if row["changeset_id"] not in before)
    assert (row["undoes"], row["followed_at"], row["published_at"]) == (None, None, None)
    assert (row["opened_by"], row["status"], row["is_filled"], row["area_code"]) == ("lan", "open", True, SOUTH)
    assert lan.sets(row["changeset_id"], "discarded")["saved"]


def test_live_areas_are_closed_to_editors(hua: Clerk) -> None:
    assert not hua.edit(layer="live_grid"), "the project says so"
    assert not hua.unlock(layer="live_grid"), "and the database says so to whoever unlocks the layer"
    assert not hua.unlock(layer="preview")


def test_a_row_that_is_gone_is_an_error_and_the_edit_is_kept(hua: Clerk, mei: Clerk, draft: int) -> None:
    assert nudge(hua, A)
    mei.act(layer="changeset", key=draft)
    mei.remove(layer="draft_base", key=mei.key(A))
    assert mei.saves()["saved"]
    outcome = hua.saves()
    assert not outcome["saved"] and outcome["left"]
    assert SAYS in "\n".join(outcome["errors"]) and SAYS_ZH in "\n".join(outcome["errors"])


def test_the_second_who_saves_a_grid_of_one_draft_is_refused_and_loses_nothing(
    hua: Clerk, mei: Clerk, draft: int
) -> None:
    mei.act(layer="changeset", key=draft)
    assert nudge(hua, A, 1e-5)
    for name in ("先改", "改名"):
        mei.change(layer="draft_base", key=mei.key(A), column="name", value=name)
        assert mei.saves()["saved"], "a window's own saves are no others'"
    outcome = hua.saves()
    said = "\n".join(outcome["errors"])
    assert not outcome["saved"] and outcome["left"]
    assert f"您改动网格 {A} 之后，另一个窗口先保存了它" in said and f"another window saved grid {A}" in said
    assert mei.draft()[A]["name"] == "改名"
    hua.drop(layer="draft_base")
    for _ in range(2):
        assert nudge(hua, A, 1e-5), "what is altered now is altered in its latest state"
        assert hua.saves()["saved"]
    assert hua.draft()[A]["name"] == "改名"


def test_others_grids_of_one_draft_are_no_obstacle(hua: Clerk, mei: Clerk, draft: int) -> None:
    mei.act(layer="changeset", key=draft)
    assert nudge(hua, A, 1e-5) and nudge(mei, E, 1e-5)
    assert mei.saves()["saved"] and hua.saves()["saved"]


def test_deleting_what_is_gone_is_an_error(hua: Clerk, mei: Clerk, draft: int) -> None:
    hua.remove(layer="draft_base", key=hua.key(A))
    mei.act(layer="changeset", key=draft)
    mei.merge(layer="draft_base", keys=[mei.key(E), mei.key(A)])
    assert mei.saves()["saved"]
    outcome = hua.saves()
    assert not outcome["saved"]
    assert SAYS in "\n".join(outcome["errors"]) and SAYS_ZH in "\n".join(outcome["errors"])


def test_a_row_that_was_hidden_meanwhile_is_an_error(hall: TownHall, hua: Clerk, draft: int) -> None:
    assert nudge(hua, A)
    move = (
        "UPDATE core.login_scope SET area_id = (SELECT area_id FROM core.area WHERE code = :code) WHERE login = 'hua'"
    )
    try:
        with hall.owner.transaction(EVERYTHING) as connection:
            connection.execute(text(move), {"code": SOUTH})
        outcome = hua.saves()
    finally:
        with hall.owner.transaction(EVERYTHING) as connection:
            connection.execute(text(move), {"code": NORTH})
    assert not outcome["saved"] and outcome["left"]
    assert SAYS in "\n".join(outcome["errors"]) and SAYS_ZH in "\n".join(outcome["errors"])
    assert hua.saves()["saved"], "the edit was kept, and is saved when the row is hers again"


def test_the_second_of_two_who_redrew_the_same_learns_it_when_publishing(hua: Clerk, mei: Clerk) -> None:
    first, second = hua.opens(title="先"), mei.opens(title="后")
    for clerk in (hua, mei):
        clerk.change(layer="draft_base", key=clerk.key(A), column="name", value=f"改名 {first} {clerk is hua}")
        assert clerk.saves()["saved"]
        assert clerk.problems() == set()
    assert hua.sets(first, "published")["saved"]
    outcome = mei.sets(second, "published")
    assert not outcome["saved"]
    said = "\n".join(outcome["errors"])
    assert f"{A} was redrawn by somebody else since this draft was opened" in said
    assert f"草稿建立后，{A} 已被他人改画" in said and "用我的、用对方的" in said
    assert mei.problems() == set(), "what is refused writes nothing, and its text says so"
    assert "the problem layer is renewed when the draft" in said and "问题图层" in said
    mei.change(layer="draft_base", key=mei.key(E), column="name", value="又改")
    assert mei.saves()["saved"]
    assert ("conflict", A) in mei.problems()
    assert mei.draft()[A]["name"] == f"改名 {first} False", "the draft is kept"
    assert mei.sets(second, "discarded")["saved"]


@pytest.mark.parametrize("by_change_set", [False, True])
def test_the_second_chooses_whose_shape_is_taken(hua: Clerk, mei: Clerk, by_change_set: bool) -> None:
    """In the form of the problem, or of the change set right after the refused publish."""
    first, second = hua.opens(title="先"), mei.opens(title="后")
    for clerk in (hua, mei):
        clerk.change(layer="draft_base", key=clerk.key(A), column="name", value=f"选 {first} {clerk is hua}")
        assert clerk.saves()["saved"]
    assert hua.sets(first, "published")["saved"]
    assert not mei.sets(second, "published")["saved"]
    mei.drop(layer="changeset")
    if by_change_set:
        assert mei.change(layer="changeset", key=second, column="solution", value="mine")
        outcome = mei.save(layer="changeset")
        assert outcome["saved"], outcome
    else:
        mei.change(layer="draft_base", key=mei.key(E), column="name", value=f"又改 {first}")
        assert mei.saves()["saved"]
        [conflict] = [row for row in mei.rows(layer="problem_area") if row["kind"] == "conflict"]
        assert mei.change(layer="problem_area", key=conflict["problem_id"], column="solution", value="mine")
        assert mei.save(layer="problem_area")["saved"]
    assert mei.problems() == set()
    assert mei.sets(second, "published")["saved"]
    assert {row["code"]: row["name"] for row in mei.rows(layer="live_grid")}[A] == f"选 {first} False"


def test_a_published_one_is_undone_in_its_row(hua: Clerk) -> None:
    number = hua.opens()
    before = hua.draft()[A]["name"]
    hua.change(layer="draft_base", key=hua.key(A), column="name", value=f"一时 {number}")
    assert hua.saves()["saved"]
    assert hua.sets(number, "published")["saved"]
    outcome = hua.sets(number, "undone")
    assert outcome["saved"], outcome
    assert {row["code"]: row["name"] for row in hua.rows(layer="live_grid")}[A] == before
    states = {row["changeset_id"]: (row["status"], row["undoes"]) for row in hua.rows(layer="changeset")}
    assert states[number] == ("published", None) and ("published", number) in states.values()


def test_two_towns_are_redrawn_side_by_side(hua: Clerk, lan: Clerk) -> None:
    north, south = hua.opens(), lan.opens()
    for clerk, code in ((hua, B), (lan, C)):
        clerk.change(layer="draft_base", key=clerk.key(code), column="name", value=f"新名 {north}")
        assert clerk.saves()["saved"]
    assert lan.sets(south, "published")["saved"]
    assert hua.sets(north, "published")["saved"]
    named = {row["code"]: row["name"] for row in hua.rows(layer="live_grid")}
    assert (named[B], named[C]) == (f"新名 {north}", f"新名 {north}")


def test_nothing_can_be_drawn_in_what_is_published(hua: Clerk, mei: Clerk) -> None:
    number = hua.opens()
    mei.act(layer="changeset", key=number)
    assert nudge(mei, B)
    assert hua.sets(number, "published")["saved"], "nothing was drawn, nothing stands against it"
    outcome = mei.saves()
    mei.drop(layer="draft_base")
    assert not outcome["saved"]
    assert f"change set {number} is published" in "\n".join(outcome["errors"])
