"""A change set of two towns: opened and published from above them, drawn in by the editors of both."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisgrid.access import add_account
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import Database
from tests.desk import NORTH, SOUTH, START, A, B, C, D, Desk, open_desk
from tests.drawing import draw, write_geojson

TOP, THIRD = "360302", "360302003"
E = f"{THIRD}001001"
LINE = draw("....\n....\nC...")["C"]
"""A cell of C, south of A."""


@pytest.fixture
def desk(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Desk]:
    with open_desk(new_database, tmp_path) as desk:
        path = write_geojson(tmp_path / "third.geojson", {E: draw("....E\n....E\n....E")["E"]})
        import_boundaries(desk.owner, ImportOrder(path, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
        yield desk


@pytest.fixture
def above(desk: Desk) -> Iterator[str]:
    """The login of an editor of the whole district."""
    name = desk.north.replace("north", "above")
    superuser = Database(desk.url, role="")
    with superuser.transaction() as connection:
        add_account(connection, name, "editor", area=TOP)
    yield name
    desk.engine.dispose()
    with superuser.transaction() as connection:
        connection.exec_driver_sql(f'DROP ROLE "{name}"')
    superuser.close()


def test_two_towns_move_their_common_border(desk: Desk, above: str) -> None:
    """Each editor draws his own side; neither publishes alone; who is above both does."""
    joint = desk.open(above, NORTH, together_with=[SOUTH])
    rows = desk.rows(desk.north, "SELECT code FROM draft.area WHERE changeset_id = :id ORDER BY 1", id=joint)
    assert [row.code for row in rows] == [A, B, C, D], "the grids of both, and of no third"
    desk.redraw(desk.north, joint, A, START["A"].union(LINE))
    assert ("overlap", A) in desk.problems(desk.south, joint), "the other sees what is left to do"
    desk.redraw(desk.south, joint, C, START["C"].difference(LINE))
    assert desk.problems(desk.north, joint) == desk.problems(desk.south, joint) == []
    for town in (desk.north, desk.south):
        for status in ("published", "discarded"):
            with pytest.raises(DBAPIError, match="nothing was saved"):
                desk.run(town, "UPDATE draft.changeset SET status = :s WHERE changeset_id = :id", s=status, id=joint)
        with pytest.raises(DBAPIError, match="nothing was saved"):
            desk.run(town, "DELETE FROM draft.changeset WHERE changeset_id = :id", id=joint)
    desk.publish(above, joint)
    assert desk.located(0.5, 2.5) == A
    with pytest.raises(DBAPIError, match="nothing was saved"):
        desk.run(desk.north, "UPDATE draft.changeset SET status = 'undone' WHERE changeset_id = :id", id=joint)
    desk.run(above, "UPDATE draft.changeset SET status = 'undone' WHERE changeset_id = :id", id=joint)
    assert desk.located(0.5, 2.5) == C


def test_nobody_opens_one_over_a_town_that_is_not_his(desk: Desk, above: str) -> None:
    for login, area, more in (
        (desk.north, NORTH, [SOUTH]), (desk.south, SOUTH, [NORTH]), (desk.north, NORTH, [TOP]),
        (desk.north, SOUTH, [NORTH]),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="row-level security"):
            desk.open(login, area, together_with=more)
    with pytest.raises(DBAPIError, match="has no area 999"):
        desk.open(above, NORTH, together_with=["999"])
    own = desk.open(desk.north, NORTH, together_with=[f"{NORTH}001", NORTH])
    assert desk.problems(desk.north, own) == [], "a part of his own town adds nothing"
    with pytest.raises(DBAPIError, match="only title, date, policies and status"):
        desk.run(
            desk.north, "UPDATE draft.changeset SET together_with = :w WHERE changeset_id = :id", w=[SOUTH], id=own
        )


def test_it_changes_nothing_outside_its_towns(desk: Desk, above: str) -> None:
    """Neither by a base grid nor by a special one nor by a code, by either editor."""
    joint = desk.open(above, NORTH, together_with=[SOUTH])
    cell = draw("....E")["E"]
    desk.redraw(desk.north, joint, B, START["B"].union(cell))
    assert ("overlap", B) in desk.problems(desk.north, joint)
    desk.redraw(desk.north, joint, B, START["B"])
    market = desk.add(desk.south, joint, cell)
    assert ("special_outside", market) in desk.problems(desk.south, joint)
    desk.run(desk.south, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :m", id=joint, m=market)
    desk.add(desk.north, joint, draw("....\n...M\n...M")["M"])
    assert desk.problems(desk.south, joint) == [], "it may lie on the ground of both its towns"
    desk.add(desk.south, joint, draw("....\n....\n....\nE...")["E"], kind="base", code=E)
    assert ("code_reused", E) in desk.problems(desk.south, joint)


def test_new_ground_needs_somebody_who_has_the_whole(desk: Desk, above: str) -> None:
    joint = desk.open(above, NORTH, together_with=[SOUTH], ground="gain")
    desk.redraw(desk.south, joint, C, START["C"].union(draw("....\n....\n....\nC...")["C"]))
    assert ("ground_gained", C) in desk.problems(desk.south, joint), "to him"
    desk.publish(above, joint)
    assert desk.located(0.5, 3.5) == C


def test_a_town_s_own_publish_meanwhile_is_a_conflict_that_its_editor_solves(desk: Desk, above: str) -> None:
    joint, own = desk.open(above, NORTH, together_with=[SOUTH]), desk.open(desk.south, SOUTH)
    desk.redraw(desk.north, joint, A, START["A"].union(LINE))
    desk.redraw(desk.south, joint, C, START["C"].difference(LINE))
    part = draw("....\n....\n.C..")["C"]
    new = desk.split(desk.south, own, C, START["C"].difference(part), part)
    desk.publish(desk.south, own)
    desk.run(desk.north, "UPDATE draft.area SET name = '甲' WHERE changeset_id = :id AND code = :a", id=joint, a=A)
    assert {p for p in desk.problems(desk.south, joint) if p[0] == "conflict"} == {("conflict", C)}
    with pytest.raises(DBAPIError, match=f"{C} was redrawn by somebody else"):
        desk.publish(above, joint)
    desk.run(
        desk.south,
        "UPDATE draft.problem SET solution = 'theirs' WHERE changeset_id = :id AND code = :c AND kind = 'conflict'",
        id=joint,
        c=C,
    )
    desk.redraw(desk.south, joint, C, START["C"].difference(LINE).difference(part).union(part))
    assert {kind for kind, _ in desk.problems(desk.south, joint)} == {"overlap"}
    desk.run(desk.south, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :n", id=joint, n=new)
    assert desk.problems(desk.south, joint) == []
    desk.publish(above, joint)
    assert [desk.located(x, 2.5) for x in (0.5, 1.5)] == [A, C]


def test_what_the_service_s_door_says(desk: Desk, above: str) -> None:
    joint = desk.open(above, NORTH, together_with=[SOUTH])
    for call in ("app.try_publish(:id)", "app.undo_changeset(:id)"):
        with pytest.raises(DBAPIError, match="it is published and undone from above them"):
            with desk.engine.begin() as connection:
                connection.exec_driver_sql("SET SESSION AUTHORIZATION gisgrid_api")
                connection.exec_driver_sql("SET ROLE gisgrid_service")
                connection.execute(
                    text(
                        "SELECT set_config('gisgrid.scope', ARRAY[area_id]::text, true) FROM core.area WHERE code = :c"
                    ),
                    {"c": NORTH},
                )
                connection.execute(text(f"SELECT {call}"), {"id": joint})
