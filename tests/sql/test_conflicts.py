"""Two drew the same grid: mine, theirs, or the changes of both, by the form of a problem or of the change set."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisgrid.database import EVERYTHING, Scope
from gisgrid.errors import GisgridError
from tests.desk import NORTH, SOUTH, START, A, B, Desk, open_desk
from tests.drawing import CELL, draw, spot

SOLVE = "UPDATE draft.problem SET solution = :take WHERE changeset_id = :id AND code = :code AND kind = 'conflict'"
ALL = "UPDATE draft.changeset SET solution = :take WHERE changeset_id = :id"
MINE = {A: START["A"].union(draw("..B.\n....")["B"]), B: START["B"].difference(draw("..B.\n....")["B"])}
THEIRS = {A: START["A"].union(draw("....\n..B.")["B"]), B: START["B"].difference(draw("....\n..B.")["B"])}


@pytest.fixture
def desk(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Desk]:
    with open_desk(new_database, tmp_path) as desk:
        yield desk


@pytest.fixture
def late(desk: Desk) -> int:
    """Each moved another part of the line between A and B; theirs is live, mine is saved again."""
    mine, theirs = desk.open(desk.north, NORTH), desk.open(desk.north, NORTH)
    for changeset, shapes in ((mine, MINE), (theirs, THEIRS)):
        save(desk, changeset, shapes)
    desk.publish(desk.north, theirs)
    desk.run(desk.north, "UPDATE draft.area SET name = '我的' WHERE changeset_id = :id AND code = :a", id=mine, a=A)
    assert {key for key in desk.problems(desk.north, mine) if key[0] == "conflict"} == {
        ("conflict", A),
        ("conflict", B),
    }
    return mine


def save(desk: Desk, changeset: int, shapes: dict[str, Any]) -> None:
    """One save of several grids."""
    with desk.sit(desk.north) as connection:
        for code, shape in shapes.items():
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": changeset, "code": code},
            )


def live(desk: Desk) -> dict[str, Any]:
    with desk.owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(
            text("SELECT code, name, ST_AsBinary(geom) AS g FROM app.area_at(now()) WHERE level = 'grid'")
        ).all()
    return {row.code: shapely.from_wkb(bytes(row.g)) for row in rows}


def same(one: Any, other: Any) -> bool:
    return bool(shapely.symmetric_difference(one, other).area < 1e-15)


def solve(desk: Desk, changeset: int, take: str, code: str | None = None) -> None:
    desk.run(desk.north, SOLVE if code else ALL, take=take, id=changeset, **({"code": code} if code else {}))


@pytest.mark.parametrize(
    ("take", "wanted"),
    [
        ("mine", MINE),
        ("theirs", THEIRS),
        ("both", {A: MINE[A].union(THEIRS[A]), B: MINE[B].intersection(THEIRS[B])}),
    ],
)
@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_conflict_is_solved_and_published(
    desk: Desk, late: int, take: str, wanted: dict[str, Any], one_by_one: bool
) -> None:
    for code in (A, B) if one_by_one else (None,):
        solve(desk, late, take, code)
    assert desk.problems(desk.north, late) == []
    assert desk.one(desk.north, "SELECT solution FROM draft.changeset WHERE changeset_id = :id", id=late) is None
    desk.publish(desk.north, late)
    found = live(desk)
    assert all(same(found[code], shape) for code, shape in wanted.items())
    name = desk.one(desk.north, "SELECT name FROM app.area_now WHERE code = :a", a=A)
    assert (name == "我的") == (take != "theirs")


def test_mine_of_one_and_theirs_of_the_other_is_an_overlap_to_be_drawn(desk: Desk, late: int) -> None:
    solve(desk, late, "mine", A)
    solve(desk, late, "theirs", B)
    assert {kind for kind, _ in desk.problems(desk.north, late)} == {"overlap", "ground_lost"}


def test_where_both_gave_the_same_ground_away_it_shows(desk: Desk) -> None:
    """They end B into A, I cut B: what is theirs is live, what is mine is drawn, and what collides is a problem."""
    mine, theirs = desk.open(desk.north, NORTH), desk.open(desk.north, NORTH)
    part = desk.split(desk.north, mine, B, draw("..BB\n..B.")["B"], draw("....\n...B")["B"])
    desk.redraw(desk.north, theirs, A, START["A"].union(START["B"]))
    desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :b", id=theirs, b=B)
    desk.publish(desk.north, theirs)
    desk.run(desk.north, "UPDATE draft.area SET name = '我的' WHERE changeset_id = :id AND code = :b", id=mine, b=B)
    assert ("conflict", B) in desk.problems(desk.north, mine)
    with pytest.raises(DBAPIError, match=f"{B} was ended by one of the two"):
        solve(desk, mine, "both", B)
    solve(desk, mine, "mine", B)
    assert {(kind, code) for kind, code in desk.problems(desk.north, mine)} == {("overlap", A)}
    desk.redraw(desk.north, mine, A, START["A"])
    assert desk.problems(desk.north, mine) == []
    desk.publish(desk.north, mine)
    found = live(desk)
    assert same(found[A], START["A"]) and same(found[B].union(found[part]), START["B"])


def test_theirs_takes_the_parts_back_too(desk: Desk) -> None:
    mine, theirs = desk.open(desk.north, NORTH), desk.open(desk.north, NORTH)
    part = desk.split(desk.north, mine, B, draw("..BB\n..B.")["B"], draw("....\n...B")["B"])
    save(desk, theirs, THEIRS)
    desk.publish(desk.north, theirs)
    desk.run(desk.north, "UPDATE draft.area SET name = '我的' WHERE changeset_id = :id AND code = :b", id=mine, b=B)
    solve(desk, mine, "theirs", B)
    assert desk.problems(desk.north, mine) == []
    codes = desk.rows(desk.north, "SELECT code FROM draft.area WHERE changeset_id = :id", id=mine)
    assert part not in {row.code for row in codes}


def test_a_grid_that_i_deleted_and_they_redrew(desk: Desk) -> None:
    for take in ("mine", "theirs"):
        mine, theirs = desk.open(desk.north, NORTH), desk.open(desk.north, NORTH)
        desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :b", id=mine, b=B)
        desk.redraw(desk.north, mine, A, START["A"].union(START["B"]))
        desk.run(
            desk.north, "UPDATE draft.area SET name = :n WHERE changeset_id = :id AND code = :b", id=theirs, b=B, n=take
        )
        desk.publish(desk.north, theirs)
        desk.run(desk.north, "UPDATE draft.area SET name = 'x' WHERE changeset_id = :id AND code = :a", id=mine, a=A)
        solve(desk, mine, take, B)
        wanted: list[tuple[str, str]] = [] if take == "mine" else [("overlap", A)]
        assert [problem for problem in desk.problems(desk.north, mine) if problem[0] != "sliver"] == wanted


def ask(desk: Desk, town: str, sql: str, **values: Any) -> None:
    """By the town's editor: what he may call himself by his login, else by the service on his behalf."""
    if "app." not in sql:
        desk.run({NORTH: desk.north, SOUTH: desk.south}[town], sql, **values)
        return
    with desk.owner.transaction(EVERYTHING) as connection:
        area = connection.execute(text("SELECT area_id FROM core.area WHERE code = :c"), {"c": town}).scalar_one()
    with desk.api.transaction(Scope((area,))) as connection:
        connection.execute(text(sql), values)


def test_what_cannot_be_solved_is_refused_with_words(desk: Desk, late: int) -> None:
    for sql, values, why in (
        (ALL, {"take": "yours"}, "solution cannot be yours"),
        ("SELECT app.solve_conflicts(:id, :take)", {"take": "yours"}, "conflicts are not solved by yours"),
        (
            "SELECT app.solve_conflicts(:id, :take, :code)",
            {"take": "mine", "code": "C"},
            f"set {late} has no conflict C",
        ),
    ):
        with pytest.raises((DBAPIError, GisgridError), match=why):
            ask(desk, NORTH, sql, id=late, **values)
        with pytest.raises(
            (DBAPIError, GisgridError), match="nothing was saved|there is no change set|solution_is_mine"
        ):
            ask(desk, SOUTH, sql, id=late, **values)
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'discarded' WHERE changeset_id = :id", id=late)
    with pytest.raises(GisgridError, match=f"change set {late} is discarded already"):
        ask(desk, NORTH, "SELECT app.solve_conflicts(:id, 'mine')", id=late)


def test_after_a_refused_publish_the_solution_is_saved_with_the_status_open_again(desk: Desk, late: int) -> None:
    """QGIS keeps the status that was refused, so it comes along with the solution: the words say what to do."""
    both = "UPDATE draft.changeset SET status = :s, solution = 'both' WHERE changeset_id = :id"
    with pytest.raises(DBAPIError, match="set the status back to open and save") as refused:
        desk.run(desk.north, both, id=late, s="published")
    assert "把状态改回“进行中”再保存" in str(refused.value)
    desk.run(desk.north, both, id=late, s="open")
    assert desk.problems(desk.north, late) == []
    desk.publish(desk.north, late)


def test_both_drawn_agrees_with_shapely(desk: Desk) -> None:
    """Lines of hands: corners moved by two from one base."""
    (x, y), step = spot(2, 1), CELL / 3
    base = START["A"]
    mine = shapely.Polygon([*list(base.exterior.coords)[:-1], (x + step, y)]).convex_hull
    theirs = base.difference(shapely.Point(spot(0, 0)).buffer(step))
    with desk.owner.transaction(EVERYTHING) as connection:
        found = connection.execute(
            text(
                "SELECT ST_AsBinary(app.both_drawn(ST_GeomFromText(:b, 4326), ST_GeomFromText(:m, 4326),"
                " ST_GeomFromText(:t, 4326)))"
            ),
            {"b": base.wkt, "m": mine.wkt, "t": theirs.wkt},
        ).scalar_one()
    wanted = base.difference(base.difference(mine)).difference(base.difference(theirs)).union(mine.difference(base))
    assert same(shapely.from_wkb(bytes(found)), wanted)


def test_what_is_pasted_from_an_old_draft_keeps_a_free_code(desk: Desk) -> None:
    """QGIS pastes every column of the old row; the code is free once the new draft's own row is deleted."""
    old = desk.open(desk.north, NORTH)
    part = desk.split(desk.north, old, B, draw("..BB\n..B.")["B"], draw("....\n...B")["B"])
    new = desk.open(desk.north, NORTH)
    paste = (
        "INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, origin_code, base_version_id,"
        " is_changed, geom) SELECT :new, code, name, level, kind, parent_code, origin_code, base_version_id,"
        " is_changed, geom FROM draft.area WHERE changeset_id = :old AND code = :code RETURNING code"
    )
    desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :b", id=new, b=B)
    assert desk.one(desk.north, paste, new=new, old=old, code=B) == B
    assert desk.one(desk.north, paste, new=new, old=old, code=part) == part
    assert desk.one(desk.north, paste, new=new, old=old, code=part) not in (B, part), "it is not free any more"
    desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code <> ALL(:c)", id=new, c=[A, B, part])
    assert desk.problems(desk.north, new) == []
    desk.publish(desk.north, new)
    assert same(live(desk)[part], draw("....\n...B")["B"])


def test_a_pasted_grid_whose_code_is_taken_gets_the_next_and_a_warning(desk: Desk) -> None:
    """The old draft was discarded, so its code went to another part; what it drew can still be copied."""
    old = desk.open(desk.north, NORTH)
    part = desk.split(desk.north, old, B, draw("..BB\n..B.")["B"], draw("....\n...B")["B"])
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'discarded' WHERE changeset_id = :id", id=old)
    new = desk.open(desk.north, NORTH)
    assert desk.split(desk.north, new, A, draw("AA..\nA...")["A"], draw("....\n.A..")["A"]) == part
    desk.redraw(desk.north, new, B, draw("..BB\n..B.")["B"])
    assert desk.problems(desk.north, new, "warning") == []
    paste = (
        "INSERT INTO draft.area (changeset_id, code, name, kind, origin_code, base_version_id, geom)"
        " SELECT :new, code, name, kind, origin_code, base_version_id, geom FROM draft.area"
        " WHERE changeset_id = :old AND code = :code RETURNING code"
    )
    pasted = desk.one(desk.north, paste, new=new, old=old, code=part)
    assert pasted not in (A, B, part)
    assert desk.problems(desk.north, new) == []
    assert desk.problems(desk.north, new, "warning") == [("code_taken", pasted)]
    half = shapely.clip_by_rect(draw("....\n.A..")["A"], *spot(1, 2), *spot(1.5, 1))
    again = desk.split(desk.north, new, part, half, draw("....\n.A..")["A"].difference(half))
    assert ("code_taken", again) not in desk.problems(desk.north, new, "warning"), "cut from what was cut"
