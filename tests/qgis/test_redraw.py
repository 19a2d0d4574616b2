"""A clerk redraws grids in QGIS: every edit of the trade, what is refused, and what is live afterwards.

Long because one QGIS session is shared by all of it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import shapely

from tests.drawing import spot
from tests.qgis.desk import CODES, NORTH, Clerk, TownHall

A, B, E, F = (CODES[letter] for letter in "ABEF")
NEXT = f"{NORTH}001005"


@pytest.fixture
def draft(hua: Clerk) -> Iterator[int]:
    """A change set of the northern town, discarded unless the test published it."""
    number = hua.opens(title="改界")
    yield number
    hua.drop(layer="draft_base")
    if any(row["changeset_id"] == number and row["status"] == "open" for row in hua.rows(layer="changeset")):
        assert hua.sets(number, "discarded")["saved"]


def shape(clerk: Clerk, code: str) -> Any:
    return shapely.from_wkt(clerk.draft()[code]["wkt"])


def wkt(area: Any) -> str:
    """As QGIS draws it: a multipolygon."""
    text: str = area.wkt if area.geom_type == "MultiPolygon" else shapely.multipolygons([area]).wkt
    return text


def middle(clerk: Clerk) -> list[float]:
    """The corner where the four grids of the northern town meet."""
    corners = [
        {(round(x, 10), round(y, 10)) for x, y in shapely.get_coordinates(shape(clerk, code))} for code in (A, B, E, F)
    ]
    return list(set.intersection(*corners).pop())


def test_a_new_change_set_holds_the_towns_grids(hua: Clerk, draft: int) -> None:
    row = next(row for row in hua.rows(layer="changeset") if row["changeset_id"] == draft)
    assert (row["area_code"], row["opened_by"], row["status"], row["policy"]) == (NORTH, "hua", "open", "move")
    assert (row["is_dated"], row["ground"]) == (False, "keep")
    assert {row["changeset_id"] for row in hua.draft().values()} == {draft}
    assert not any(row["is_changed"] for row in hua.draft().values())
    assert hua.problems() == set()


def test_a_shared_corner_moves_in_all_its_grids_and_the_preview_says_what_moves(
    hall: TownHall, hua: Clerk, draft: int
) -> None:
    x, y = corner = middle(hua)
    number = hall.report_at(x + 0.0002, y - 0.0002)["number"]
    assert hall.holder(number) == F
    assert hua.move_corner(layer="draft_base", corner=corner, to=[x + 0.0006, y - 0.0006]) == [A, B, E, F]
    outcome = hua.saves()
    assert outcome["saved"] and not outcome["left"]
    [said] = outcome["errors"]
    assert said.startswith("SUCCESS: ") and "4 attribute value(s)" in said and "geometries" in said
    assert hua.problems() == set()
    assert [row["is_changed"] for row in hua.draft().values()] == [True] * 4
    moved = {row["id"]: row for row in hua.rows(layer="preview")}
    assert (moved[number]["what"], moved[number]["from_code"], moved[number]["to_code"]) == ("ticket", F, A)
    start, end = shapely.get_coordinates(shapely.from_wkt(moved[number]["wkt"]))
    assert start == pytest.approx((x + 0.0002, y - 0.0002)) and shape(hua, A).contains(shapely.Point(end))
    assert hall.holder(number) == F, "a preview moves nothing"


def test_a_split_part_gets_the_next_code_and_says_whence(hua: Clerk, draft: int) -> None:
    west, south, east, north = shape(hua, A).bounds
    line = [[(west + east) / 2, south - 0.001], [(west + east) / 2 + 0.0001, north + 0.001]]
    assert hua.split(layer="draft_base", line=line) == 0
    assert hua.saves()["saved"]
    after = hua.draft()
    assert set(after) == {A, B, E, F, NEXT}
    part = after[NEXT]
    assert (part["origin_code"], part["parent_code"], part["base_version_id"]) == (A, f"{NORTH}001", None)
    assert part["is_changed"] and after[A]["is_changed"]
    assert hua.problems() == set()
    assert shape(hua, A).area == pytest.approx(shape(hua, NEXT).area, rel=0.2)


@pytest.mark.parametrize("keep", [False, True], ids=["parts deleted, union added", "first part kept"])
def test_merged_grids_are_one_under_the_first_code(hua: Clerk, draft: int, keep: bool) -> None:
    base = hua.draft()[A]["base_version_id"]
    whole = shape(hua, A).union(shape(hua, B)).area
    hua.merge(layer="draft_base", keys=[hua.key(A), hua.key(B)], keep=keep)
    outcome = hua.saves()
    assert outcome["saved"], outcome
    assert set(hua.draft()) == {A, E, F}
    assert hua.draft()[A]["base_version_id"] == base, "it is still the area that it was"
    assert shape(hua, A).area == pytest.approx(whole)
    assert hua.problems() == set()


def test_a_bad_shape_is_kept_shown_and_refused(hua: Clerk, draft: int) -> None:
    west, south, east, north = shape(hua, A).bounds
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north), (west, south)])
    hua.reshape(layer="draft_base", key=hua.key(A), wkt=wkt(bow))
    assert hua.saves()["saved"]
    assert shape(hua, A).equals_exact(shapely.multipolygons([bow]), 1e-9)
    assert ("ring", A) in hua.problems()
    assert "ground_lost" not in {kind for kind, _ in hua.problems()}, "which ground it covers nobody can say yet"
    ring = next(row for row in hua.rows(layer="problem") if row["kind"] == "ring")
    assert "Self-intersection" in ring["message"] and ring["wkt"].startswith("Point")
    outcome = hua.sets(draft, "published")
    assert not outcome["saved"] and outcome["left"], "the edit is kept, to try again"
    said = "\n".join(outcome["errors"])
    assert f"change set {draft} has" in said and f"{A}: the shape is invalid" in said
    assert f"变更集 {draft} 有" in said and f"{A}：图形无效：边界自相交" in said, "Chinese as well"
    assert "在该处重画边界" in said and "redraw the ring at that place" in said


def test_one_grid_moved_alone_overlaps_and_loses_ground(hua: Clerk, draft: int) -> None:
    moved = shapely.affinity.translate(shape(hua, A), 0.0005, 0)
    hua.reshape(layer="draft_base", key=hua.key(A), wkt=wkt(moved))
    assert hua.saves()["saved"]
    assert {("overlap", A), ("ground_lost", A)} <= hua.problems()
    areas = {row["kind"]: shapely.from_wkt(row["wkt"]) for row in hua.rows(layer="problem_area")}
    assert areas["overlap"].area == pytest.approx(0.0005 * (moved.bounds[3] - moved.bounds[1]), rel=0.2)
    labels = hua.words(layer="problem", expression='represent_value("kind") || \': \' || "message"')
    assert any(label.startswith("重叠 overlap: ") for label in labels)
    shown = hua.rows(layer="problem")
    assert all(row["message_zh"] and row["remedy_zh"] and row["message"] and row["remedy"] for row in shown)


def test_a_code_that_names_another_area_is_shown(hua: Clerk, draft: int) -> None:
    hua.change(layer="draft_base", key=hua.key(A), column="code", value=CODES["C"])
    assert hua.saves()["saved"]
    assert {kind for kind, code in hua.problems() if code == CODES["C"]} >= {"code_reused"}


def test_a_grid_stands_below_the_area_that_its_code_says(hua: Clerk, draft: int) -> None:
    moved = f"{NORTH}002007"
    hua.change(layer="draft_base", key=hua.key(A), column="code", value=moved)
    assert hua.saves()["saved"]
    assert hua.draft()[moved]["parent_code"] == f"{NORTH}002"
    assert ("code_parent", moved) in hua.problems(), "there is no such community"


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_emptied_code_is_the_next_free_one(hua: Clerk, draft: int, nothing: str | None) -> None:
    hua.change(layer="draft_base", key=hua.key(A), column="code", value=nothing)
    assert hua.saves()["saved"]
    assert set(hua.draft()) == {NEXT, B, E, F}


def test_metres_pasted_as_degrees_are_refused_at_once(hua: Clerk, draft: int) -> None:
    before = hua.draft()[A]
    metres = shapely.box(485_000, 3_058_000, 486_000, 3_059_000)
    hua.reshape(layer="draft_base", key=before["draft_area_id"], wkt=wkt(metres))
    outcome = hua.saves()
    hua.drop(layer="draft_base")
    assert not outcome["saved"]
    said = "\n".join(outcome["errors"])
    assert "a corner lies outside the world: longitudes 485000 to 486000" in said
    assert "有拐点在地球之外：经度 485000 至 486000" in said
    assert hua.draft()[A] == before


@pytest.mark.parametrize("kind", ["MultiPolygonZ", "MultiPolygonM", "MultiPolygonZM"])
def test_heights_and_measures_are_dropped(hua: Clerk, draft: int, kind: str) -> None:
    before = hua.draft()[A]
    more = " 31.5" * (len(kind) - len("MultiPolygon"))
    corners = ", ".join(
        f"{x!r} {y!r}{more}" for x, y in shapely.get_coordinates(shapely.from_wkt(before["wkt"])).tolist()
    )
    assert hua.reshape(layer="draft_base", key=before["draft_area_id"], wkt=f"{kind} ((({corners})))")
    assert hua.saves()["saved"]
    assert hua.draft()[A] == before


@pytest.mark.parametrize("kind", ["Polygon", "PolygonZ", "PolygonZM"])
def test_a_new_grid_of_any_kind_of_polygon_is_saved_flat(hua: Clerk, draft: int, kind: str) -> None:
    x, y = middle(hua)
    more = " 31.5" * (len(kind) - kind.index("on") - 2)
    ring = ", ".join(f"{x + dx * 1e-4} {y + dy * 1e-4}{more}" for dx, dy in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0)))
    rings = f"(({ring}))"
    assert hua.add(layer="draft_base", values={"name": "新"}, wkt=f"{kind} {rings}")
    outcome = hua.saves()
    assert outcome["saved"], outcome
    assert hua.draft()[NEXT]["wkt"].startswith("MultiPolygon (((") and shape(hua, NEXT).area == pytest.approx(1e-8)


def test_what_was_taken_back_before_the_save_is_not_saved(hua: Clerk, draft: int) -> None:
    """A split and a corner, both taken back (Ctrl+Z); then another corner, which is saved alone."""
    before = hua.draft()
    x, y = corner = middle(hua)
    west, south, east, north = shape(hua, A).bounds
    assert hua.split(layer="draft_base", line=[[x - 0.001, south - 0.001], [x - 0.0011, north + 0.001]]) == 0
    hua.move_corner(layer="draft_base", corner=corner, to=[x + 0.0006, y])
    hua.undo(layer="draft_base")
    hua.undo(layer="draft_base")
    hua.saves()
    assert hua.draft() == before
    hua.move_corner(layer="draft_base", corner=corner, to=[x, y - 0.0006])
    assert hua.saves()["saved"]
    assert set(hua.draft()) == {A, B, E, F} and hua.problems() == set()


def test_a_row_stays_in_its_change_set_whatever_is_written(hua: Clerk, draft: int) -> None:
    other = hua.opens(title="另一个")
    hua.act(layer="changeset", key=draft)
    before = hua.draft()
    for number in (other, None, 10**9):
        hua.change(layer="draft_base", key=before[A]["draft_area_id"], column="changeset_id", value=number)
        hua.change(layer="draft_base", key=before[A]["draft_area_id"], column="draft_area_id", value=10**6)
        hua.saves()
        hua.drop(layer="draft_base")
        assert hua.draft() == before
    assert hua.sets(other, "discarded")["saved"]


def test_a_grid_without_a_shape_is_red(hua: Clerk, draft: int) -> None:
    assert hua.add(layer="draft_base", values={"name": "没有图形"})
    assert hua.saves()["saved"]
    assert {kind for kind, _ in hua.problems()} == {"ring", "code"}, "its code comes from the ground"


def test_a_curve_is_saved_as_short_lines(hua: Clerk, draft: int) -> None:
    x, y = middle(hua)
    circle = f"{x - 1e-4} {y}, {x} {y + 1e-4}, {x + 1e-4} {y}, {x} {y - 1e-4}, {x - 1e-4} {y}"
    hua.reshape(layer="draft_base", key=hua.key(A), wkt=f"CurvePolygon (CircularString ({circle}))")
    assert hua.saves()["saved"]
    assert shape(hua, A).geom_type == "MultiPolygon" and len(shapely.get_coordinates(shape(hua, A))) > 50


def test_a_pasted_grid_with_the_keys_of_another_is_a_new_one(hua: Clerk, draft: int) -> None:
    """A feature is copied with its key, code, base version and what else it has."""
    before = hua.draft()
    copied = {
        name: before[B][name] for name in ("draft_area_id", "code", "name", "kind", "base_version_id", "is_changed")
    }
    x, y = middle(hua)
    assert hua.add(layer="draft_base", values=copied, wkt=wkt(shapely.box(x, y, x + 1e-4, y + 1e-4)))
    assert hua.saves()["saved"]
    after = hua.draft()
    new = after[NEXT]
    assert {code: row for code, row in after.items() if code != NEXT} == before
    assert new["draft_area_id"] not in {row["draft_area_id"] for row in before.values()}
    assert (new["origin_code"], new["base_version_id"], new["is_changed"]) == (B, None, True)


def test_a_name_of_two_lines_is_refused_and_the_edit_is_kept(hua: Clerk, draft: int) -> None:
    hua.change(layer="draft_base", key=hua.key(A), column="name", value="两行\n名称")
    outcome = hua.saves()
    said = "\n".join(outcome["errors"])
    assert not outcome["saved"] and outcome["left"]
    assert "看不见的字符" in said and "characters that nobody sees" in said


def test_a_grid_without_a_name_is_red(hua: Clerk, draft: int) -> None:
    hua.change(layer="draft_base", key=hua.key(A), column="name", value=None)
    assert hua.saves()["saved"]
    assert hua.problems() == {("name", A)}


def test_locked_columns_stay_whatever_is_saved(hua: Clerk, draft: int) -> None:
    before = hua.draft()[A]
    for column, value in {"origin_code": "x", "base_version_id": None, "is_changed": True}.items():
        hua.change(layer="draft_base", key=before["draft_area_id"], column=column, value=value)
    assert hua.saves()["saved"]
    assert hua.draft()[A] == before


def test_a_special_grid_stands_over_base_ones_and_takes_the_next_code(hua: Clerk, draft: int) -> None:
    market = shapely.box(*spot(2.5, 0.9), *spot(2.9, 0.5))
    assert hua.add(layer="draft_special", values={"name": "市场"}, wkt=wkt(market))
    outcome = hua.save(layer="draft_special")
    assert outcome["saved"], outcome
    special = hua.rows(layer="draft_special")
    assert [(row["kind"], row["name"], row["changeset_id"]) for row in special] == [("special", "市场", draft)]
    assert special[0]["code"] and special[0]["code"].startswith(NORTH)
    assert hua.problems() == set()
    hua.drop(layer="draft_special")


def test_a_grid_drawn_over_others_gets_what_is_left(hua: Clerk, draft: int) -> None:
    """The new polygon is turned, so that where it is cut its corners lie beside its neighbours' edges by rounding."""
    hua.change(layer="changeset", key=draft, column="ground", value="gain")
    assert hua.save(layer="changeset")["saved"]
    west = shapely.union_all([shape(hua, code) for code in hua.draft()]).bounds[0]
    x, y = middle(hua)
    drawn = shapely.affinity.rotate(shapely.box(west - 0.0013, y - 0.0011, west + 0.0007, y + 0.0017), 11)
    left = shapely.from_wkt(hua.draw(layer="draft_base", values={"name": "新地"}, wkt=wkt(drawn)))
    assert 0 < left.area < drawn.area
    assert hua.saves()["saved"]
    new = set(hua.draft()) - {A, B, E, F}
    assert len(new) == 1
    assert hua.problems() == {("ground_gained", *new)}, "somebody above the town publishes it"


def test_repaired_and_published_it_is_live(hall: TownHall, hua: Clerk, draft: int) -> None:
    """The whole way: a neighbour forgotten, refused, repaired, published; then a report and a tile of that place."""
    x, y = middle(hua)
    strip = (x + 0.001, y + 0.0002)
    waiting = hall.report_at(*strip)
    assert waiting["grid"]["code"] == B
    bytes_before, tile_before = hall.tile_at(*strip)
    alone = shape(hua, F).union(shapely.box(x + 0.0005, y - 0.0001, x + 0.0015, y + 0.0005))
    hua.reshape(layer="draft_base", key=hua.key(F), wkt=wkt(alone))
    assert hua.saves()["saved"]
    refused = hua.sets(draft, "published")
    assert not refused["saved"] and f"{B} and {F} overlap" in "\n".join(refused["errors"])
    less = shape(hua, B).difference(alone)
    hua.reshape(layer="draft_base", key=hua.key(B), wkt=wkt(less))
    assert hua.saves()["saved"] and hua.problems() == set()
    assert [row["id"] for row in hua.rows(layer="preview")] == [waiting["number"]]
    assert hua.sets(draft, "published") == {
        "saved": True, "errors": ["SUCCESS: 1 attribute value(s) changed."], "left": False
    }  # fmt: skip
    assert hall.report_at(*strip)["grid"]["code"] == F
    assert hall.relocate(draft) == 1 and hall.holder(waiting["number"]) == F
    bytes_after, tile_after = hall.tile_at(*strip)
    assert bytes_after != bytes_before
    assert tile_after[F] != tile_before[F] and tile_after[B] != tile_before[B]
    row = next(row for row in hua.rows(layer="changeset") if row["changeset_id"] == draft)
    assert row["status"] == "published" and row["published_at"] and row["followed_at"]
    live = {row["code"]: shapely.from_wkt(row["wkt"]) for row in hua.rows(layer="live_grid")}
    assert live[F].equals(alone)
