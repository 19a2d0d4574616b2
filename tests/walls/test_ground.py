"""Ground outside a change set's area changes hands by nobody's drawing inside it: each way that was tried.

Long because a wall is tried from all sides, and each try is a story of a few lines.
"""

from collections.abc import Callable
from typing import Any

import pytest
import shapely
from shapely import Polygon, box
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisgrid.boundaries.changesets import publish_changeset, undo_changeset
from gisgrid.database import EVERYTHING, Scope
from gisgrid.errors import Refused
from gisgrid.worker import work
from tests.desk import NORTH, SOUTH, START, A, B, C, D, Desk
from tests.drawing import spot

DISTRICT = "360302"
NEW = f"{NORTH}001007"
HAIR = 1e-13
"""Degrees: narrower than what rounding may overlap, wide enough to hold a point."""


def cells(west: float, north: float, east: float, south: float) -> Polygon:
    """A box in cells of the drawing."""
    (x, y), (u, v) = spot(west, north), spot(east, south)
    return box(x, v, u, y)


def area_id(desk: Desk, code: str) -> int:
    with desk.owner.transaction(EVERYTHING) as connection:
        return int(connection.execute(text("SELECT area_id FROM core.area WHERE code = :c"), {"c": code}).scalar_one())


def refused(desk: Desk, changeset: int, login: str = "") -> list[tuple[str, str]]:
    """What the draft shows as errors; publishing it is refused and changes nothing."""
    login = login or desk.north
    found = desk.problems(login, changeset)
    before = desk.map()
    with pytest.raises(DBAPIError, match="变更集"):
        desk.publish(login, changeset)
    assert desk.map() == before
    return found


def test_a_special_grid_is_not_drawn_over_another_towns_ground(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    new = desk.add(desk.north, changeset, cells(1.5, 0.5, 2.5, 2.5), code=NEW)
    assert set(refused(desk, changeset)) == {("special_outside", new)}
    told = desk.rows(
        desk.north,
        "SELECT other_code, message, message_zh, remedy, remedy_zh, ST_Area(geom) AS size FROM draft.problem"
        " WHERE changeset_id = :id AND severity = 'error' ORDER BY 1",
        id=changeset,
    )
    assert [row.other_code for row in told] == [C, D]
    assert all(row.other_code in row.message and row.other_code in row.message_zh and row.size > 0 for row in told)
    assert all(row.remedy and row.remedy_zh for row in told)


def test_a_special_grid_on_own_ground_is_published(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    new = desk.add(desk.north, changeset, cells(1.5, 0.5, 2.5, 2))
    assert desk.problems(desk.north, changeset) == []
    desk.publish(desk.north, changeset)
    assert desk.located(1.9, 1.9) == new and desk.located(1.9, 2.1) == C


def hair(column: float, down_to: float, base: Polygon) -> Any:
    """The base with a hair that hangs down through a column of the drawing."""
    (x, y), (_, end) = spot(column, 1.5), spot(column, down_to)
    return shapely.union(base, box(x - HAIR, end, x + HAIR, y))


def flat_hair(row: float, to: float) -> Polygon:
    """Along a row of the drawing, from the third column on."""
    (x, y), (end, _) = spot(3, row), spot(to, row)
    return box(x, y, end, y + HAIR)


def special_past(desk: Desk, changeset: int) -> None:
    desk.run(desk.north, "UPDATE draft.changeset SET valid_from = '2023-06-01' WHERE changeset_id = :id", id=changeset)
    desk.add(desk.north, changeset, cells(0, 1, 1, 3), code=NEW)


def special_before_all(desk: Desk, changeset: int) -> None:
    desk.run(desk.north, "UPDATE draft.changeset SET valid_from = '1900-01-01' WHERE changeset_id = :id", id=changeset)
    desk.add(desk.north, changeset, cells(0, 1, 1, 3), code=NEW)


def special_far_future(desk: Desk, changeset: int) -> None:
    desk.run(desk.north, "UPDATE draft.changeset SET valid_from = '2990-01-01' WHERE changeset_id = :id", id=changeset)
    desk.add(desk.north, changeset, cells(0, 1, 1, 3), code=NEW)


def special_as_parts(desk: Desk, changeset: int) -> None:
    parts = shapely.multipolygons([cells(0, 0, 1, 1), cells(3, 2, 4, 3)])
    desk.run(
        desk.north,
        "INSERT INTO draft.area (changeset_id, code, kind, geom) VALUES (:id, :code, 'special',"
        " ST_GeomFromText(:wkt, 4326))",
        id=changeset, code=NEW, wkt=parts.wkt,
    )  # fmt: skip


def special_round_a_hole(desk: Desk, changeset: int) -> None:
    shape = shapely.difference(cells(0, 0, 4, 3), cells(0.5, 0.5, 1.5, 1.5))
    desk.add(desk.north, changeset, shape, code=NEW)


def special_by_a_change_of_kind(desk: Desk, changeset: int) -> None:
    new = desk.add(desk.north, changeset, cells(0, 1, 1, 3), kind="base", code=NEW)
    desk.run(desk.north, "UPDATE draft.area SET kind = 'special' WHERE code = :new", new=new)


TRIES: dict[str, tuple[str, Callable[[Desk, int], Any]]] = {
    "special over all of it": ("special_outside", lambda d, n: d.add(d.north, n, cells(0, 0, 4, 3), code=NEW)),
    "special over part of it": ("special_outside", lambda d, n: d.add(d.north, n, cells(3, 1, 4, 2.001))),
    "a hair of a special": ("special_outside", lambda d, n: d.add(d.north, n, hair(1.25, 2.5, cells(1, 1, 1.5, 2)))),
    "a hair right through": ("special_outside", lambda d, n: d.add(d.north, n, hair(1.25, 3.5, cells(1, 1, 1.5, 2)))),
    "special on nobody's ground": ("special_outside", lambda d, n: d.add(d.north, n, cells(3, 0, 5, 1))),
    "special with a date past": ("special_outside", special_past),
    "special before everything": ("special_outside", special_before_all),
    "special in parts": ("special_outside", special_as_parts),
    "special with a hole": ("special_outside", special_round_a_hole),
    "special that was base": ("special_outside", special_by_a_change_of_kind),
    "base over it": ("overlap", lambda d, n: d.redraw(d.north, n, A, cells(0, 0, 2, 2.2))),
    "a hair of a base grid": ("overlap", lambda d, n: d.redraw(d.north, n, A, hair(1.25, 3.5, START["A"]))),
    "its code": ("code_reused", lambda d, n: rename(d, n, B, C)),
    "nobody's ground": ("ground_gained", lambda d, n: d.redraw(d.north, n, B, cells(2, 0, 5, 2))),
    "a hair of nobody's ground": (
        "ground_gained",
        lambda d, n: d.redraw(d.north, n, B, shapely.union(START["B"], flat_hair(0.5, 6))),
    ),
}  # fmt: skip


def rename(desk: Desk, changeset: int, old: str, new: str) -> None:
    desk.run(
        desk.north, "UPDATE draft.area SET code = :new WHERE changeset_id = :id AND code = :old",
        new=new, id=changeset, old=old,
    )  # fmt: skip


@pytest.mark.parametrize("way", TRIES)
def test_no_drawing_takes_ground_outside(desk: Desk, way: str) -> None:
    kind, draw_it = TRIES[way]
    changeset = desk.open(desk.north, NORTH, ground="any")
    draw_it(desk, changeset)
    assert kind in {k for k, _ in refused(desk, changeset)}


def test_what_waits_for_a_far_day_is_held_to_the_same(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    special_far_future(desk, changeset)
    assert ("special_outside", NEW) in refused(desk, changeset)


def test_ground_that_was_anothers_later_is_not_taken_by_an_earlier_date(desk: Desk) -> None:
    """The upper half of the west came to the south in 2024: a correction of 2023 leaves that alone."""
    whole = desk_whole_moves(desk, "2024-01-01", {A: cells(0, 0, 2, 1), C: cells(0, 1, 2, 3)})
    assert desk.located(0.5, 1.5, at="2023-06-01") == A and desk.located(0.5, 1.5) == C and whole
    changeset = desk.open(desk.north, NORTH, valid_from="2023-06-01")
    new = desk.add(desk.north, changeset, cells(0, 1, 1, 2), code=NEW)
    assert ("special_outside", new) in refused(desk, changeset)
    told = "SELECT message FROM draft.problem WHERE changeset_id = :id AND kind = 'special_outside'"
    assert " from 2024-01-01" in desk.one(desk.north, told, id=changeset)


def desk_whole_moves(desk: Desk, valid_from: str, shapes: dict[str, Any]) -> int:
    """Somebody who has the whole redraws grids of both towns, or draws new ones; live at once."""
    with desk.owner.transaction(EVERYTHING) as connection:
        changeset: int = connection.execute(
            text(
                "INSERT INTO draft.changeset (valid_from, is_dated, ground)"
                " VALUES (CAST(:at AS timestamptz), true, 'any') RETURNING changeset_id"
            ),
            {"at": valid_from},
        ).scalar_one()
        for code, shape in shapes.items():
            values = {"id": changeset, "code": code, "wkt": shape.wkt}
            drawn = connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                values,
            )
            if not drawn.rowcount:
                connection.execute(
                    text(
                        "INSERT INTO draft.area (changeset_id, code, name, kind, parent_code, geom) VALUES (:id, :code,"
                        " '市场', 'special', left(:code, 12), ST_Multi(ST_GeomFromText(:wkt, 4326)))"
                    ),
                    values,
                )
        connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    return changeset


MARKET = f"{NORTH}001021"


@pytest.fixture
def straddling(desk: Desk) -> Desk:
    """A market of the north's that stands on both towns' ground, as somebody who has both drew it."""
    desk_whole_moves(desk, "2023-06-01", {MARKET: cells(0.5, 1.5, 1.5, 2.5)})
    assert desk.located(1, 2.25) == MARKET
    return desk


@pytest.mark.parametrize(
    "shape", [cells(0.5, 1.5, 1.5, 2), cells(0.5, 1.25, 1.5, 2.5), cells(0.5, 1.5, 1.5, 2.6), None]
)
def test_what_stands_on_anothers_ground_already_is_neither_ended_nor_redrawn(straddling: Desk, shape: Any) -> None:
    changeset = straddling.open(straddling.north, NORTH)
    if shape is None:
        straddling.run(straddling.north, "DELETE FROM draft.area WHERE code = :code", code=MARKET)
    else:
        straddling.redraw(straddling.north, changeset, MARKET, shape)
    assert ("special_outside", MARKET) in refused(straddling, changeset)


def test_what_stands_on_anothers_ground_may_get_another_name(straddling: Desk) -> None:
    changeset = straddling.open(straddling.north, NORTH)
    straddling.run(straddling.north, "UPDATE draft.area SET name = '新市场' WHERE changeset_id = :id AND code = :code",
                   id=changeset, code=MARKET)  # fmt: skip
    assert straddling.problems(straddling.north, changeset) == []
    straddling.publish(straddling.north, changeset)
    rename(straddling, straddling.open(straddling.north, NORTH), MARKET, f"{NORTH}001022")
    assert straddling.located(1, 2.25) == MARKET


def grow(desk: Desk, login: str, area: str) -> int:
    """A change set of this area that brings ground that nobody held."""
    changeset = desk.open(login, area, ground="any")
    desk.redraw(login, changeset, B, cells(2, 0, 5, 2))
    return changeset


def publish_as(desk: Desk, code: str, changeset: int) -> Any:
    """As somebody with this area does over HTTP."""
    scope = EVERYTHING if code == "all" else Scope((area_id(desk, code),))
    return publish_changeset(desk.api, changeset, scope=scope)


def test_new_ground_needs_somebody_above(desk: Desk) -> None:
    for area in (NORTH, f"{NORTH}001"):
        changeset = grow(desk, desk.north, area)
        assert ("ground_gained", B) in refused(desk, changeset), area
        with pytest.raises(Refused, match="would come to"):
            publish_as(desk, NORTH, changeset)
    publish_as(desk, DISTRICT, grow(desk, desk.north, NORTH))
    assert desk.located(4.5, 0.5) == B


def test_the_policy_is_asked_of_whoever_is_above_as_well(desk: Desk) -> None:
    changeset = grow(desk, desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.changeset SET ground = 'keep' WHERE changeset_id = :id", id=changeset)
    with pytest.raises(Refused, match="would come to"):
        publish_as(desk, "all", changeset)


def test_the_worker_publishes_what_was_approved_and_nothing_else(desk: Desk) -> None:
    ahead = "UPDATE draft.changeset SET valid_from = now() + interval '1 hour' WHERE changeset_id = :id"
    today = "UPDATE draft.changeset SET valid_from = now() WHERE changeset_id = :id"
    forged, approved = (grow(desk, desk.north, NORTH) for _ in range(2))
    for changeset in (forged, approved):
        desk.run(desk.north, ahead, id=changeset)
    assert refused(desk, forged), "it may not even wait"
    publish_as(desk, DISTRICT, approved)
    with pytest.raises(DBAPIError, match="permission denied"):
        desk.run(desk.north, "UPDATE draft.changeset SET is_approved = true WHERE changeset_id = :id", id=forged)
    mine = desk.one(
        desk.north,
        "INSERT INTO draft.changeset (area_code, is_approved) VALUES (:a, true) RETURNING is_approved",
        a=NORTH,
    )
    assert mine is False
    with desk.owner.transaction(EVERYTHING) as connection:  # as if the editor's had slipped through
        connection.execute(
            text("UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id"), {"id": forged}
        )
        for changeset in (forged, approved):
            connection.execute(text(today), {"id": changeset})
    while work(desk.owner):
        pass
    states = dict(desk.rows(desk.north, "SELECT changeset_id, published_at IS NOT NULL FROM draft.changeset"))
    assert (states[forged], states[approved]) == (False, True)
    assert desk.located(4.5, 0.5) == B


def test_an_approval_ends_when_the_draft_is_opened_again(desk: Desk) -> None:
    changeset = grow(desk, desk.north, NORTH)
    desk.run(
        desk.north, "UPDATE draft.changeset SET valid_from = now() + interval '1 hour' WHERE changeset_id = :id",
        id=changeset,
    )  # fmt: skip
    publish_as(desk, DISTRICT, changeset)
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'open' WHERE changeset_id = :id", id=changeset)
    desk.redraw(desk.north, changeset, B, cells(2, 0, 6, 2))
    assert ("ground_gained", B) in refused(desk, changeset)


def test_an_undo_gives_back_what_was_held_and_no_more(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH, ground="any")
    desk.redraw(desk.north, changeset, B, cells(2, 0, 3, 2))
    desk.publish(desk.north, changeset)
    assert desk.located(3.5, 0.5) is None
    scope = Scope((area_id(desk, NORTH),))
    with desk.api.transaction(scope) as connection:
        more: int = connection.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
    desk.redraw(desk.north, more, B, cells(2, 0, 5, 2))
    assert ("ground_gained", B) in refused(desk, more)
    undo_changeset(desk.api, changeset, scope=scope)
    assert desk.located(3.5, 0.5) == B and desk.located(4.5, 0.5) is None


def test_whoever_has_the_whole_undoes_a_theft_of_before(straddling: Desk) -> None:
    """A special grid that a town's editor drew over another town before this was refused."""
    with straddling.owner.transaction(EVERYTHING) as connection:
        changeset: int = connection.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
        north = area_id(straddling, NORTH)
        connection.execute(
            text(
                "UPDATE draft.changeset SET area_code = :code, path = (SELECT path FROM app.area_at(now())"
                " WHERE area_id = :area) WHERE changeset_id = :id"
            ),
            {"code": NORTH, "area": north, "id": changeset},
        )
    with pytest.raises(Refused, match="stays as it is"):
        undo_changeset(straddling.api, changeset, scope=Scope((north,)))
    undo_changeset(straddling.api, changeset)
    assert straddling.located(1, 2.25) == C


def test_a_transaction_with_an_old_view_publishes_nothing(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.area SET name = '改' WHERE changeset_id = :id AND code = :a", id=changeset, a=A)
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        with pytest.raises(DBAPIError, match="isolation level"), desk.sit(desk.north) as connection:
            connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL {level}")
            connection.execute(
                text("UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id"), {"id": changeset}
            )
    desk.publish(desk.north, changeset)


def test_what_is_opened_again_before_the_commit_is_not_published(desk: Desk) -> None:
    """Checked on one date, it would go live on another."""
    changeset = desk.open(desk.north, NORTH)
    desk.redraw(desk.north, changeset, A, cells(0, 0, 3, 2))
    desk.redraw(desk.north, changeset, B, cells(3, 0, 4, 2))
    with desk.sit(desk.north) as connection:
        for change in ("status = 'published'", "status = 'open'", "valid_from = '2023-02-01'"):
            connection.execute(text(f"UPDATE draft.changeset SET {change} WHERE changeset_id = :id"), {"id": changeset})
    assert desk.located(2.5, 0.5) == B and desk.located(2.5, 0.5, at="2023-06-01") == B


def test_a_draft_that_is_anothers_is_neither_seen_nor_drawn_in(desk: Desk) -> None:
    theirs = desk.open(desk.south, SOUTH)
    assert desk.one(desk.north, "SELECT 1 FROM draft.changeset WHERE changeset_id = :id", id=theirs) is None
    with pytest.raises(DBAPIError, match="row-level security|不属于|not yours"):
        desk.add(desk.north, theirs, cells(0, 0, 1, 1))
    mine = desk.open(desk.north, NORTH)
    with pytest.raises(DBAPIError, match="not yours"):
        desk.run(
            desk.north, "UPDATE draft.area SET changeset_id = :theirs WHERE changeset_id = :id", theirs=theirs, id=mine
        )
    another = desk.open(desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.area SET changeset_id = :id WHERE changeset_id = :mine", id=another, mine=mine)
    held = desk.one(desk.south, "SELECT count(*) FROM draft.area WHERE changeset_id = :id", id=theirs)
    assert held == 2
    held = desk.one(desk.north, "SELECT count(*) FROM draft.area WHERE changeset_id = :id", id=mine)
    assert held == 2, "rows stay where they are"


def test_no_grid_is_hung_below_an_area_outside(desk: Desk) -> None:
    """Where codes say no tree the parent is a column of the row."""
    with desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("DELETE FROM core.code_segment WHERE network = 'base'"))
    changeset = desk.open(desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.area SET parent_code = :p WHERE changeset_id = :id AND code = :a",
             p=f"{SOUTH}001", id=changeset, a=A)  # fmt: skip
    assert refused(desk, changeset) == [("code_parent", A)]
    other = desk.open(desk.north, NORTH)
    (x, y), (u, v) = spot(0, 1), spot(2, 2)
    touching = Polygon([(x, y), (u, y), (u, v), (x, v - 5e-13)])  # overlaps its south neighbour by rounding alone
    desk.redraw(desk.north, other, A, cells(0, 0, 2, 1))
    desk.add(desk.north, other, touching, kind="base", code=C)
    assert ("code_reused", C) in refused(desk, other)


def test_a_change_set_on_one_grid_takes_nothing_beside_it(desk: Desk) -> None:
    changeset = desk.open(desk.north, A, ground="any")
    desk.redraw(desk.north, changeset, A, cells(0, 0, 3, 2))
    assert ("overlap", A) in refused(desk, changeset)
    other = desk.open(desk.north, A, ground="any")
    new = desk.add(desk.north, other, cells(0.5, 0.5, 1, 1))
    assert ("code_parent", new) in refused(desk, other), "it would stand beside the grid, not below it"


def test_lines_that_nearly_match_do_not_wander(desk: Desk) -> None:
    """What lies beside another town's line by less than the tolerance is published on the line, however often."""
    (x, y), (u, v) = spot(0, 0), spot(2, 2)
    for depth in (5e-13, 4e-12, 9e-9, 9e-9, -9e-9):
        changeset = desk.open(desk.north, NORTH)
        desk.redraw(desk.north, changeset, A, box(x, v - depth, u, y))
        assert desk.problems(desk.north, changeset) == []
        desk.publish(desk.north, changeset)
        south = desk.one(desk.north, "SELECT ST_YMin(geom) FROM app.area_now WHERE code = :code", code=A)
        assert south == pytest.approx(v, abs=1e-13)
    changeset = desk.open(desk.north, NORTH)
    desk.redraw(desk.north, changeset, A, box(x, v - 2e-8, u, y))
    assert ("overlap", A) in refused(desk, changeset)
