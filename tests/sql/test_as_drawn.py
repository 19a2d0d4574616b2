"""What hands and drawing tools write into a draft: heights, odd shapes, odd names, dates as people write them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy.exc import DBAPIError

from tests.desk import NORTH, A, B, Desk, open_desk
from tests.drawing import spot

BOX = shapely.box(*spot(0, 2), *spot(2, 0))
FINE = "ST_Buffer(ST_Centroid(geom), 0.001, 'quad_segs=2600')"


@pytest.fixture(scope="module")
def desk(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(new_database, Path(tmp_path_factory.mktemp("desk"))) as found:
        yield found


@pytest.fixture
def changeset(desk: Desk) -> Iterator[int]:
    number = desk.open(desk.north, NORTH)
    yield number
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'discarded' WHERE changeset_id = :id", id=number)


def save(desk: Desk, changeset: int, expression: str, column: str = "geom", **given: Any) -> None:
    desk.run(
        desk.north,
        f"UPDATE draft.area SET {column} = {expression} WHERE changeset_id = :id AND code = :code",
        id=changeset, code=A, **given,
    )  # fmt: skip


def draft(desk: Desk, changeset: int) -> Any:
    return desk.rows(
        desk.north,
        "SELECT draft_area_id, name, is_changed, is_redrawn, st_astext(geom) AS wkt FROM draft.area"
        " WHERE changeset_id = :id AND code = :c",
        id=changeset, c=A,
    )[0]  # fmt: skip


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DBAPIError) as caught:
        act()
    return str(caught.value.orig)


@pytest.mark.parametrize(
    "expression",
    ["ST_Force3D(geom)", "ST_Force3DM(geom)", "ST_Force4D(geom)", "ST_GeometryN(geom, 1)", "ST_ForceCurve(geom)",
     "ST_Force3D(ST_ForceCurve(ST_GeometryN(geom, 1)))"],
    ids=["heights", "measures", "both", "one polygon", "arcs", "arcs with heights"],
)  # fmt: skip
def test_what_the_ground_does_not_need_is_dropped(desk: Desk, changeset: int, expression: str) -> None:
    before = draft(desk, changeset)
    save(desk, changeset, expression)
    assert draft(desk, changeset) == before and not before.is_changed


@pytest.mark.parametrize(
    ("expression", "chinese", "english", "remedy"),
    [
        ("ST_Boundary(geom)", "网格须是多边形", "a grid is a polygon", "paste polygons alone"),
        ("ST_Collect(geom, ST_PointOnSurface(geom))", "网格须是多边形", "a grid is a polygon", "只粘贴多边形"),
        ("ST_PointOnSurface(geom)", "图形是 POINT", "the shape is a POINT", "draw it with Add polygon"),
        ("ST_Transform(geom, 3857)", "图形的坐标系是 EPSG:3857", "the shape is in EPSG:3857", "paste again"),
        ("ST_SetSRID(geom, 0)", "图形的坐标系是 EPSG:0", "the shape is in EPSG:0", "设好坐标系再粘贴"),
        ("ST_Translate(geom, 400, 0)", "有拐点在地球之外", "a corner lies outside the world", "EPSG:4326"),
        (FINE, "10401 个拐点，最多 10000 个", "10401 corners, 10000 at most", "Simplify"),
    ],
)  # fmt: skip
def test_what_is_no_grid_is_refused_in_both_languages(
    desk: Desk, changeset: int, expression: str, chinese: str, english: str, remedy: str
) -> None:
    before = draft(desk, changeset)
    said = refused(lambda: save(desk, changeset, expression))
    assert chinese in said and english in said and remedy in said
    assert draft(desk, changeset) == before


@pytest.mark.parametrize("shape", ["NULL", "ST_GeomFromText('MULTIPOLYGON EMPTY', 4326)"])
def test_a_grid_without_a_shape_is_a_problem(desk: Desk, changeset: int, shape: str) -> None:
    save(desk, changeset, shape)
    assert ("ring", A) in desk.problems(desk.north, changeset)


@pytest.mark.parametrize(("column", "nothing"), [("level", None), ("kind", None), ("kind", "")])
def test_an_empty_column_of_what_was_pasted_says_nothing(
    desk: Desk, changeset: int, column: str, nothing: str | None
) -> None:
    before = draft(desk, changeset)
    save(desk, changeset, ":nothing", column, nothing=nothing)
    assert draft(desk, changeset) == before and desk.problems(desk.north, changeset) == []


def test_a_kind_that_there_is_not_is_refused_in_both_languages(desk: Desk, changeset: int) -> None:
    said = refused(lambda: save(desk, changeset, "'market'", "kind"))
    assert "没有这种网格：market" in said and "grids have no kind market" in said and "choose base or special" in said


def test_an_emptied_title_is_none(desk: Desk, changeset: int) -> None:
    desk.run(desk.north, "UPDATE draft.changeset SET title = NULL WHERE changeset_id = :id", id=changeset)
    opened = desk.open(desk.north, NORTH, title=None)
    for number in (changeset, opened):
        assert desk.one(desk.north, "SELECT title FROM draft.changeset WHERE changeset_id = :id", id=number) == ""
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'discarded' WHERE changeset_id = :id", id=opened)


@pytest.mark.parametrize("name", [None, "", "  ", "　", "\u00a0 "])
def test_a_grid_without_a_name_is_a_problem(desk: Desk, changeset: int, name: str | None) -> None:
    save(desk, changeset, ":name", "name", name=name)
    assert desk.problems(desk.north, changeset) == [("name", A)]
    assert "the area has no name" in refused(lambda: desk.publish(desk.north, changeset))


@pytest.mark.parametrize(
    "name", ["两行\n名称", "制表\t符", "回车\r", "零\u200b宽", "反\u202e向", "\ufeff名称", "行\u2028分", "铃\u0007"]
)
@pytest.mark.parametrize("column", ["name", "code"])
def test_what_nobody_sees_is_in_no_name(desk: Desk, changeset: int, name: str, column: str) -> None:
    said = refused(lambda: save(desk, changeset, ":name", column, name=name))
    assert "看不见的字符" in said and "characters that nobody sees" in said and "write it in one line" in said
    title = "UPDATE draft.changeset SET title = :t WHERE changeset_id = :id"
    assert "看不见的字符" in refused(lambda: desk.run(desk.north, title, t=name, id=changeset))
    assert "看不见的字符" in refused(lambda: desk.open(desk.north, NORTH, title=name))


@pytest.mark.parametrize("column", ["name", "code"])
def test_a_name_of_more_than_200_characters_is_refused(desk: Desk, changeset: int, column: str) -> None:
    said = refused(lambda: save(desk, changeset, ":name", column, name="长" * 201))
    assert "有 201 个字，最多 200 个" in said and "has 201 characters, 200 at most" in said and "写短一些" in said
    title = "UPDATE draft.changeset SET title = :t WHERE changeset_id = :id"
    assert "最多 200 个" in refused(lambda: desk.run(desk.north, title, t="长" * 201, id=changeset))
    assert "最多 200 个" in refused(lambda: desk.open(desk.north, NORTH, title="长" * 201))
    desk.run(desk.north, title, t="长" * 200, id=changeset)
    save(desk, changeset, ":name", "name", name="长" * 200)
    assert draft(desk, changeset).name == "长" * 200


@pytest.mark.parametrize("emptied", [None, ""])
@pytest.mark.parametrize("column", ["policy", "ground", "status", "solution"])
def test_an_emptied_choice_changes_nothing(desk: Desk, changeset: int, column: str, emptied: str | None) -> None:
    chosen = f"SELECT {column} FROM draft.changeset WHERE changeset_id = :id"
    before = desk.one(desk.north, chosen, id=changeset)
    desk.run(desk.north, f"UPDATE draft.changeset SET {column} = :v WHERE changeset_id = :id", v=emptied, id=changeset)
    assert desk.one(desk.north, chosen, id=changeset) == before


def test_a_change_set_with_emptied_choices_has_the_usual_ones(desk: Desk) -> None:
    opened = desk.open(desk.north, NORTH, policy=None, ground=None, valid_from=None)
    chosen = "SELECT policy || ' ' || ground || ' ' || is_dated FROM draft.changeset WHERE changeset_id = :id"
    assert desk.one(desk.north, chosen, id=opened) == "move keep false"
    desk.run(desk.north, "UPDATE draft.changeset SET valid_from = NULL WHERE changeset_id = :id", id=opened)
    assert desk.one(desk.north, chosen, id=opened) == "move keep false"
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'discarded' WHERE changeset_id = :id", id=opened)


@pytest.mark.parametrize("column", ["policy", "ground", "status", "solution"])
def test_a_choice_that_there_is_not_is_refused_in_both_languages(desk: Desk, changeset: int, column: str) -> None:
    chosen = f"UPDATE draft.changeset SET {column} = 'maybe' WHERE changeset_id = :id"
    said = refused(lambda: desk.run(desk.north, chosen, id=changeset))
    assert f"{column} 不能是“maybe”" in said and f"{column} cannot be maybe" in said and "one of " in said


def test_the_key_of_a_row_stays(desk: Desk, changeset: int) -> None:
    """QGIS writes it when it merges."""
    before = draft(desk, changeset).draft_area_id
    save(desk, changeset, "draft_area_id + 1000", "draft_area_id")
    assert draft(desk, changeset).draft_area_id == before


def test_blanks_round_a_name_are_no_part_of_it(desk: Desk, changeset: int) -> None:
    save(desk, changeset, ":name", "name", name="　幸福 里 ")
    assert draft(desk, changeset).name == "幸福 里"


def test_a_new_name_touches_no_check_of_shapes(desk: Desk, changeset: int) -> None:
    """Beside a redrawn grid that overlaps it, the renamed one is only what stands there."""
    save(desk, changeset, ":name", "name", name="新名")
    row = draft(desk, changeset)
    assert row.is_changed and not row.is_redrawn
    desk.redraw(desk.north, changeset, B, BOX.buffer(0.0001))
    kinds = {kind for kind, _ in desk.problems(desk.north, changeset)}
    assert "overlap" in kinds, "the shape that was drawn is compared with the one that was renamed"
    assert "ground_lost" in kinds
    desk.redraw(desk.north, changeset, B, shapely.box(*spot(2, 2), *spot(4, 0)))
    assert desk.problems(desk.north, changeset) == []


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("2031-12-01", "2031-12-01 00:00:00+08"), ("2031/12/1", "2031-12-01 00:00:00+08"),
        ("2031.12.1", "2031-12-01 00:00:00+08"), ("2031年12月1日", "2031-12-01 00:00:00+08"),
        ("2031年12月1号 8点", "2031-12-01 08:00:00+08"), ("2031年12月1日8时30分", "2031-12-01 08:30:00+08"),
        ("2031年12月1日 下午3点", "2031-12-01 15:00:00+08"), ("2031年12月1日上午9:05", "2031-12-01 09:05:00+08"),
        ("２０３１年１２月１日　８：３０", "2031-12-01 08:30:00+08"), (" 2031-12-01 08:30 ", "2031-12-01 08:30:00+08"),
        ("2031-12-01T08:30:15+00:00", "2031-12-01 16:30:15+08"), ("2031-12-01T00:00:00Z", "2031-12-01 08:00:00+08"),
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(desk: Desk, words: str, instant: str) -> None:
    number = desk.open(desk.north, NORTH, starts_on=words)
    read = "SELECT is_dated AND valid_from = CAST(:t AS timestamptz) FROM draft.changeset WHERE changeset_id = :id"
    assert desk.one(desk.north, read, t=instant, id=number)
    change = "UPDATE draft.changeset SET starts_on = :w WHERE changeset_id = :id"
    desk.run(desk.north, change, w=" ", id=number)
    assert not desk.one(desk.north, read, t=instant, id=number), "an emptied date: from publishing on"
    desk.run(desk.north, change, w=words, id=number)
    assert desk.one(desk.north, read, t=instant, id=number)


@pytest.mark.parametrize(
    "words", ["明天", "2031-13-01", "2031年2月30日", "2031-12-01 25:00", "12/1/2031", "2031-12", "0000-01-01"]
)
def test_what_is_no_date_is_refused_in_both_languages(desk: Desk, changeset: int, words: str) -> None:
    change = "UPDATE draft.changeset SET starts_on = :w WHERE changeset_id = :id"
    for said in (
        refused(lambda: desk.run(desk.north, change, w=words, id=changeset)),
        refused(lambda: desk.open(desk.north, NORTH, starts_on=words)),
    ):
        assert f"“{words}”不是日期" in said and "2026年12月1日" in said
        assert f"'{words}' cannot be read as a date" in said


def test_a_date_that_another_door_sets_is_shown(desk: Desk, changeset: int) -> None:
    set_date = "UPDATE draft.changeset SET valid_from = '2031-12-01 08:30+08' WHERE changeset_id = :id"
    desk.run(desk.north, set_date, id=changeset)
    shown = "SELECT starts_on FROM draft.changeset WHERE changeset_id = :id"
    assert desk.one(desk.north, shown, id=changeset) == "2031-12-01 08:30"
