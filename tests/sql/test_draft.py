"""The draft workspace as an editor's own login meets it: the statements that QGIS sends, each save a transaction.

Long because it is one story: two towns, their editors, and everything that can happen between them.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisgrid.boundaries.publishing import relocate
from gisgrid.database import EVERYTHING
from gisgrid.errors import Conflict
from tests.desk import NORTH, SOUTH, START, A, B, C, D, Desk, open_desk
from tests.drawing import draw, spot
from tests.waiting import LOCKS


@pytest.fixture
def desk(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Desk]:
    with open_desk(new_database, tmp_path) as desk:
        yield desk


def test_opening_fills_the_draft_with_the_leaves_of_the_area(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    rows = desk.rows(
        desk.north, "SELECT code, is_changed FROM draft.area WHERE changeset_id = :id ORDER BY 1", id=changeset
    )
    assert [tuple(row) for row in rows] == [(A, False), (B, False)]
    defaults = desk.rows(
        desk.north,
        "SELECT network, status, policy, opened_by FROM draft.changeset WHERE changeset_id = :id",
        id=changeset,
    )[0]
    assert tuple(defaults) == ("base", "open", "move", desk.north)
    assert desk.one(desk.north, "INSERT INTO draft.changeset DEFAULT VALUES RETURNING area_code") == NORTH


def test_an_editor_sees_and_touches_only_his_own_area(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    assert desk.rows(desk.south, "SELECT * FROM draft.changeset") == []
    assert desk.rows(desk.south, "SELECT * FROM draft.area") == []
    for area in (NORTH, A, "360302"):
        with pytest.raises(DBAPIError, match="row-level security"):
            desk.open(desk.south, area)
    with pytest.raises(DBAPIError, match="nothing was saved"):
        desk.redraw(desk.south, changeset, A, START["A"])
    with pytest.raises(DBAPIError, match="nothing was saved"):
        desk.publish(desk.south, changeset)
    for sql in ("UPDATE core.area_version SET name = 'x'", "DELETE FROM core.area_version", "DELETE FROM app.area_now"):
        with pytest.raises(DBAPIError, match="permission denied|cannot delete"):
            desk.run(desk.north, sql)


@pytest.mark.parametrize("asked", ["app.name_part(:id, :code, 'x', NULL, NULL, NULL)"], ids=["name"])
def test_a_foreign_editor_asks_in_vain_for_what_a_save_does(desk: Desk, asked: str) -> None:
    changeset = desk.open(desk.north, NORTH)
    desk.redraw(desk.north, changeset, A, START["A"].buffer(0.0001))
    with desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE draft.problem SET message = 'of the last save'"))
    values = {"id": changeset, "code": A} if ":code" in asked else {"id": changeset}
    with pytest.raises(DBAPIError, match=f"there is no change set {changeset} in your areas"):
        desk.rows(desk.south, f"SELECT * FROM {asked}", **values)
    found = desk.rows(desk.north, "SELECT DISTINCT message FROM draft.problem WHERE changeset_id = :id", id=changeset)
    assert found == [("of the last save",)], "nothing was checked again"
    desk.rows(desk.north, f"SELECT * FROM {asked}", **values)
    with pytest.raises(DBAPIError, match="there is no change set 99 in your areas"):
        desk.rows(desk.north, f"SELECT * FROM {asked}", **values | {"id": 99})


CHINESE = re.compile("[\u4e00-\u9fff]")


def both(said: str) -> bool:
    """Chinese first, then a line of English that has none."""
    chinese, _, english = said.partition("\n")
    return bool(CHINESE.search(chinese) and english and not CHINESE.search(english))


def test_problems_and_what_refuses_a_publish_are_told_in_chinese_and_english(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    x, y = spot(1, 1)
    bow = shapely.Polygon([(x, y), (x + 0.002, y + 0.002), (x + 0.002, y), (x, y + 0.002), (x, y)])
    for code, shape in ((A, draw("AAAB")["A"]), (B, bow)):
        desk.redraw(desk.north, changeset, code, shape)
    add = "INSERT INTO draft.area (changeset_id, code, geom) VALUES (:id, :code, ST_Multi(ST_GeomFromText(:wkt, 4326)))"
    for code, shape in (("x", draw("....\n....\nEEEE")["E"]), (C, draw("....\n....\n....\nE...")["E"])):
        desk.run(desk.north, add, id=changeset, code=code, wkt=shape.wkt)
    found = desk.rows(desk.north, "SELECT * FROM draft.problem WHERE changeset_id = :id", id=changeset)
    assert {"overlap", "ring", "code_malformed", "code_reused", "code_parent", "ground_gained"} <= {
        p.kind for p in found
    }
    for problem in found:
        assert both(f"{problem.message_zh}\n{problem.message}"), problem
        assert both(f"{problem.remedy_zh}\n{problem.remedy}"), problem
        for code in (problem.code, problem.other_code):
            assert code is None or (code in problem.message) == (code in problem.message_zh), "codes in both"
    with pytest.raises(DBAPIError) as refused:
        desk.publish(desk.north, changeset)
    words = refused.value.orig.diag  # type: ignore[union-attr]
    assert both(words.message_primary) and both(words.message_hint)
    assert f"变更集 {changeset} 有" in words.message_primary and f"change set {changeset} has" in words.message_primary


def test_a_refused_publish_says_when_the_problems_are_shown(desk: Desk) -> None:
    """It writes nothing: a conflict is in the table with the next save of the draft, as the text says."""
    first, second = (desk.open(desk.north, NORTH) for _ in range(2))
    for changeset in (first, second):
        desk.run(desk.north, "UPDATE draft.area SET name = :n WHERE changeset_id = :id AND code = :code",
                 n=f"改 {changeset}", id=changeset, code=A)  # fmt: skip
    desk.publish(desk.north, first)
    with pytest.raises(DBAPIError, match="was redrawn by somebody else") as refused:
        desk.publish(desk.north, second)
    hint = refused.value.orig.diag.message_hint  # type: ignore[union-attr]
    assert "take mine, theirs or both" in hint and "用我的、用对方的" in hint, "the remedies themselves"
    assert "renewed when the draft" in hint and "repair what draft.problem shows" not in hint
    assert desk.problems(desk.north, second) == []
    desk.run(desk.north, "UPDATE draft.area SET name = '再改' WHERE changeset_id = :id AND code = :b", id=second, b=B)
    assert desk.problems(desk.north, second) == [("conflict", A)]


def test_a_shared_line_moves_and_the_map_follows(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    moved = draw("AAAB\nAAAB")
    desk.redraw(desk.north, changeset, A, moved["A"])
    assert ("overlap", A) in desk.problems(desk.north, changeset)
    desk.redraw(desk.north, changeset, B, moved["B"])
    assert desk.problems(desk.north, changeset) == []
    before = datetime.now(UTC)
    desk.publish(desk.north, changeset)
    assert desk.located(2.5, 0.5) == A
    assert desk.located(2.5, 0.5, at=before.isoformat()) == B, "it applies from its publishing on"
    status, published = desk.rows(desk.north, "SELECT status, published_at FROM draft.changeset")[0]
    assert status == "published" and published is not None
    with pytest.raises(DBAPIError, match="is published"):
        desk.redraw(desk.north, changeset, A, START["A"])
    with pytest.raises(DBAPIError, match="published already"):
        desk.publish(desk.north, changeset)


def test_a_split_part_gets_the_next_free_code_and_its_origin(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    cut = draw("AXBB\nAXBB")
    new = desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    assert new == f"{NORTH}001003"
    row = desk.rows(
        desk.north, "SELECT origin_code, parent_code, base_version_id FROM draft.area WHERE code = :code", code=new
    )[0]
    assert tuple(row) == (A, f"{NORTH}001", None)
    assert desk.problems(desk.north, changeset) == []
    desk.publish(desk.north, changeset)
    assert desk.located(1.5, 0.5) == new
    again = desk.open(desk.north, NORTH)
    cut = draw("AABY\nAXBY")
    assert desk.split(desk.north, again, B, cut["B"], cut["Y"]) == f"{NORTH}001004"


def test_a_merge_is_a_reshape_and_a_deletion(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    desk.redraw(desk.north, changeset, A, draw("AAAA\nAAAA")["A"])
    desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :code", id=changeset, code=B)
    assert desk.problems(desk.north, changeset) == []
    desk.publish(desk.north, changeset)
    assert desk.located(3.5, 0.5) == A
    with desk.owner.transaction() as connection:
        kinds = connection.execute(
            text(
                "SELECT f.code, o.code, lineage.kind FROM core.lineage JOIN core.area AS f ON f.area_id = from_area_id"
                " JOIN core.area AS o ON o.area_id = to_area_id WHERE changeset_id = :id ORDER BY 1"
            ),
            {"id": changeset},
        ).all()
    assert [tuple(row) for row in kinds] == [(A, A, "merge"), (B, A, "merge")]


def test_a_new_code_on_the_same_ground_is_a_renumbering(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.area SET code = :new WHERE code = :old", new=f"{NORTH}001009", old=A)
    assert desk.problems(desk.north, changeset) == []
    desk.publish(desk.north, changeset)
    assert desk.located(0.5, 0.5) == f"{NORTH}001009"
    with desk.owner.transaction() as connection:
        kind = connection.execute(
            text("SELECT kind FROM core.lineage WHERE changeset_id = :id"), {"id": changeset}
        ).scalars()
        assert list(kind) == ["renumber"]


BAD_CODES = {
    "12": "code_malformed",
    f"{NORTH}00100X": "code_malformed",
    f"{NORTH}999001": "code_parent",
    f"{SOUTH}001007": "code_parent",
    C: "code_parent",
    B: "code",
}


@pytest.mark.parametrize("code", BAD_CODES)
def test_a_bad_code_is_kept_in_the_draft_and_refused_at_publish(desk: Desk, code: str) -> None:
    changeset = desk.open(desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.area SET code = :new WHERE code = :old", new=code, old=A)
    assert (BAD_CODES[code], code) in desk.problems(desk.north, changeset)
    with pytest.raises(DBAPIError, match=code):
        desk.publish(desk.north, changeset)
    assert desk.one(desk.north, "SELECT status FROM draft.changeset WHERE changeset_id = :id", id=changeset) == "open"


def test_bad_shapes_stay_in_the_draft_and_are_shown(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    (x0, y0), (x1, y1) = spot(0, 2), spot(2, 0)
    for wkt, kind in (
        (f"POLYGON(({x0} {y0}, {x1} {y1}, {x1} {y0}, {x0} {y1}, {x0} {y0}))", "ring"),
        ("POLYGON EMPTY", "ring"),
    ):
        desk.run(
            desk.north,
            "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326)) WHERE code = :code",
            wkt=wkt,
            code=A,
        )
        assert (kind, A) in desk.problems(desk.north, changeset)
    with pytest.raises(DBAPIError, match="no shape"):
        desk.publish(desk.north, changeset)
    assert desk.map() == [A, A, B, B, A, A, B, B, C, C, D, D]


def test_ground_lost_gained_and_taken_from_a_neighbour_town(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    desk.redraw(desk.north, changeset, A, draw("AA\nA.")["A"])
    assert ("ground_lost", A) in desk.problems(desk.north, changeset)
    for ground, marks in (("any", []), ("keep", [("ground_lost", A)])):
        desk.run(desk.north, "UPDATE draft.changeset SET ground = :g WHERE changeset_id = :id", g=ground, id=changeset)
        assert desk.problems(desk.north, changeset) == marks, "another policy is another check"
    desk.redraw(desk.north, changeset, A, draw("AA..\nAA..\nAA..")["A"])
    kinds = desk.problems(desk.north, changeset)
    assert ("overlap", A) in kinds, "C is live, outside this change set"
    with pytest.raises(DBAPIError, match="overlap"):
        desk.publish(desk.north, changeset)
    desk.run(desk.north, "UPDATE draft.changeset SET ground = 'any' WHERE changeset_id = :id", id=changeset)
    desk.redraw(desk.north, changeset, A, draw("AA\nA.")["A"])
    assert desk.problems(desk.north, changeset) == []


def test_a_sliver_is_refused_by_its_width(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH)
    (x0, y0), (x1, y1) = spot(0, 2), spot(2, 0)
    thin = x1 - 3e-6
    desk.run(
        desk.north,
        "UPDATE draft.area SET geom = ST_Multi(ST_MakeEnvelope(:x0, :y0, :thin, :y1, 4326)) WHERE code = :code",
        x0=x0, y0=y0, thin=thin, y1=y1, code=A,
    )  # fmt: skip
    desk.run(
        desk.north,
        "INSERT INTO draft.area (changeset_id, name, geom)"
        " VALUES (:id, 'thin', ST_Multi(ST_MakeEnvelope(:thin, :y0, :x1, :y1, 4326)))",
        id=changeset, thin=thin, y0=y0, x1=x1, y1=y1,
    )  # fmt: skip
    assert desk.problems(desk.north, changeset) == [("sliver", f"{NORTH}001003")], "and it got a code by its place"


def test_two_drafts_of_one_area_find_out_at_publish(desk: Desk) -> None:
    first, second, third = (desk.open(desk.north, NORTH) for _ in range(3))
    moved = draw("AAAB\nAAAB")
    for changeset in (first, second):
        desk.redraw(desk.north, changeset, B, moved["B"])
        desk.redraw(desk.north, changeset, A, moved["A"])
    desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :code", id=third, code=B)
    desk.redraw(desk.north, third, A, draw("AAAA\nAAAA")["A"])
    desk.publish(desk.north, first)
    with pytest.raises(DBAPIError, match="was redrawn by somebody else") as caught:
        desk.publish(desk.north, second)
    assert A in str(caught.value) and B in str(caught.value)
    with pytest.raises(DBAPIError, match="redrawn by somebody else since this draft was opened, and is deleted here"):
        desk.publish(desk.north, third)
    assert desk.located(2.5, 0.5) == A


def test_what_others_published_elsewhere_is_taken_over(desk: Desk) -> None:
    boss = desk.owner
    with boss.transaction(EVERYTHING) as connection:
        whole = connection.execute(
            text("INSERT INTO draft.changeset (area_code) VALUES ('360302') RETURNING changeset_id")
        ).scalar_one()
    changeset = desk.open(desk.north, NORTH)
    cut = draw("AXBB\nAXBB")
    new = desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    desk.publish(desk.north, changeset)
    south = draw("....\n....\nCDDD")
    with boss.transaction(EVERYTHING) as connection:
        for code, shape in ((C, south["C"]), (D, south["D"])):
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": whole, "code": code},
            )
        connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": whole})
    assert desk.map() == [A, new, B, B, A, new, B, B, C, D, D, D]


def take_report(desk: Desk, column: float, row: float, category: str = "hazard") -> str:
    lon, lat = spot(column, row)
    with desk.owner.transaction(EVERYTHING) as connection:
        number: str = connection.execute(
            text(
                "SELECT number FROM app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC',"
                " 'category', CAST(:category AS text), 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84',"
                " CAST(:lat AS float8), 'lon', CAST(:lon AS float8), 'lat', CAST(:lat AS float8),"
                " 'system', 'wgs84', 'description', ''))"
            ),
            {"lon": lon, "lat": lat, "category": category},
        ).scalar_one()
    return number


def holder(desk: Desk, number: str) -> tuple[str, str]:
    with desk.owner.transaction(EVERYTHING) as connection:
        row = connection.execute(
            text(
                "SELECT a.code, v.code AS by FROM work.ticket AS t JOIN core.area AS a USING (area_id)"
                " JOIN core.area_version AS v USING (area_version_id) WHERE number = :number"
            ),
            {"number": number},
        ).one()
    return row.code, row.by


def test_preview_is_what_publish_then_does(desk: Desk) -> None:
    stays, moves = take_report(desk, 0.5, 0.5), take_report(desk, 1.5, 0.5)
    closed = take_report(desk, 1.5, 1.5)
    with desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.ticket SET closed_at = now() WHERE number = :n"), {"n": closed})
    changeset = desk.open(desk.north, NORTH)
    cut = draw("AXBB\nAXBB")
    new = desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    preview = desk.rows(
        desk.north,
        "SELECT what, id, from_code, to_code, ST_NPoints(geom) AS n FROM draft.preview WHERE changeset_id = :id",
        id=changeset,
    )
    assert [tuple(row) for row in preview] == [("ticket", moves, A, new, 2)]
    desk.publish(desk.north, changeset)
    assert holder(desk, moves) == (A, A), "tickets follow after the flip"
    assert relocate(desk.owner, changeset) == 1
    assert relocate(desk.owner, changeset) == 0
    assert holder(desk, moves) == (new, new)
    assert holder(desk, stays) == holder(desk, closed) == (A, A)
    with desk.owner.transaction(EVERYTHING) as connection:
        event = connection.execute(
            text(
                "SELECT detail FROM work.event JOIN work.ticket USING (ticket_id)"
                " WHERE number = :n AND action = 'moved'"
            ),
            {"n": moves},
        ).scalar_one()
    assert (event["from"], event["to"], event["changeset"]) == (A, new, changeset)


def test_a_special_grid_that_comes_to_stand_on_another_base_grid_is_previewed(desk: Desk) -> None:
    opened = desk.open(desk.north, NORTH)
    (west, north), (east, south) = spot(1.2, 0.2), spot(1.8, 0.8)
    market = desk.one(
        desk.north,
        "INSERT INTO draft.area (changeset_id, name, kind, geom) VALUES (:id, '市场', 'special',"
        " ST_Multi(ST_MakeEnvelope(:west, :south, :east, :north, 4326))) RETURNING code",
        id=opened, west=west, south=south, east=east, north=north,
    )  # fmt: skip
    preview = "SELECT what, id, from_code, to_code FROM draft.preview WHERE changeset_id = :id"
    assert desk.rows(desk.north, preview, id=opened) == [], "a new one moves from nowhere"
    desk.publish(desk.north, opened)
    changeset = desk.open(desk.north, NORTH)
    desk.run(
        desk.north, "UPDATE draft.area SET name = '新名' WHERE changeset_id = :id AND code = :b", id=changeset, b=B
    )
    assert desk.rows(desk.north, preview, id=changeset) == []
    cut = draw("AXBB\nAXBB")
    new = desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    assert desk.rows(desk.north, preview, id=changeset) == [("special", market, A, new)]


def test_by_policy_tickets_stay(desk: Desk) -> None:
    number = take_report(desk, 1.5, 0.5)
    changeset = desk.open(desk.north, NORTH, policy="stay")
    cut = draw("AXBB\nAXBB")
    new = desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    preview = "SELECT id, from_code, to_code FROM draft.preview WHERE changeset_id = :id"
    assert desk.rows(desk.north, preview, id=changeset) == [], "and the preview says so"
    for policy, moves in (("move", [(number, A, new)]), ("stay", [])):
        desk.run(desk.north, "UPDATE draft.changeset SET policy = :p WHERE changeset_id = :id", p=policy, id=changeset)
        assert desk.rows(desk.north, preview, id=changeset) == moves
    desk.publish(desk.north, changeset)
    assert relocate(desk.owner, changeset) == 0
    assert holder(desk, number) == (A, A)


def test_undo_restores_every_answer_and_keeps_what_was_recorded(desk: Desk) -> None:
    start = desk.map()
    changeset = desk.open(desk.north, NORTH)
    cut = draw("AXBB\nAXBB")
    new = desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :b", id=changeset, b=B)
    desk.redraw(desk.north, changeset, new, draw(".XXX\n.XXX")["X"])
    desk.publish(desk.north, changeset)
    number = take_report(desk, 1.5, 0.5)
    between = datetime.now(UTC).isoformat()
    assert desk.map() != start
    with desk.owner.transaction(EVERYTHING) as connection:
        undo = connection.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
        connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": undo})
    relocate(desk.owner, undo)
    assert desk.map() == start
    assert desk.map(at=between) == start, "a correction: as if it had never been"
    assert desk.map(at=between, as_recorded=between) != start, "but what was believed then is kept"
    assert holder(desk, number) == (A, A)


def test_an_undo_leaves_no_corner_of_a_split(desk: Desk) -> None:
    """The line ends between corners of the outline, and the neighbour got a corner there, as QGIS adds one."""
    shapes = "SELECT code, st_astext(geom, 17) AS wkt FROM app.area_now WHERE level = 'grid' ORDER BY code"
    before = desk.rows(desk.north, shapes)
    changeset = desk.open(desk.north, NORTH)
    whole, cut = shapely.box(*spot(0, 2), *spot(2, 0)), shapely.box(*spot(-1, 3), *spot(2.5, 1.3))
    desk.split(desk.north, changeset, A, whole.difference(cut), whole.intersection(cut))
    x, y = spot(2, 1.3)
    corner = "UPDATE draft.area SET geom = ST_Snap(geom, ST_SetSRID(ST_MakePoint(:x, :y), 4326), 1e-9) WHERE code = :b"
    desk.run(desk.north, corner, x=x, y=y, b=B)
    desk.publish(desk.north, changeset)
    assert len(desk.rows(desk.north, shapes)) == len(before) + 1
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'undone' WHERE changeset_id = :id", id=changeset)
    assert desk.rows(desk.north, shapes) == before


def test_an_undo_leaves_no_ticket_on_a_grid_that_is_gone(desk: Desk) -> None:
    """Tickets stayed when the grid was cut; what was reported on the new part goes back with its ground too."""
    before = take_report(desk, 1.5, 0.5)
    changeset = desk.open(desk.north, NORTH, policy="stay")
    cut = draw("AXBB\nAXBB")
    desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    desk.publish(desk.north, changeset)
    relocate(desk.owner, changeset)
    between = take_report(desk, 1.5, 0.5)
    with desk.owner.transaction(EVERYTHING) as connection:
        undo = connection.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
        connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": undo})
    relocate(desk.owner, undo)
    assert (holder(desk, before)[0], holder(desk, between)[0]) == (A, A)


def test_undo_of_what_was_altered_again_is_refused(desk: Desk) -> None:
    first = desk.open(desk.north, NORTH)
    cut = draw("AXBB\nAXBB")
    desk.split(desk.north, first, A, cut["A"], cut["X"])
    desk.publish(desk.north, first)
    second = desk.open(desk.north, NORTH)
    moved = draw("....\nA...")
    desk.redraw(desk.north, second, A, moved["A"].union(draw("A...")["A"]))
    desk.run(desk.north, "UPDATE draft.area SET name = '改名' WHERE changeset_id = :id AND code = :a", id=second, a=A)
    desk.publish(desk.north, second)
    with pytest.raises(Conflict, match=f"{A} changed again since"), desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("SELECT app.undo_changeset(:id)"), {"id": first})


def test_posts_of_a_merged_grid_are_handed_over_and_come_back_with_an_undo(desk: Desk) -> None:
    with desk.owner.transaction(EVERYTHING) as connection:
        for code, role, name in ((A, "worker", "甲(虚构)"), (B, "worker", "乙(虚构)"), (B, "head", "丙(虚构)")):
            connection.execute(
                text(
                    "WITH who AS (INSERT INTO core.person (name) VALUES (:name) RETURNING person_id)"
                    " INSERT INTO core.post (area_id, path, role, person_id) SELECT v.area_id, v.path, :role, person_id"
                    " FROM app.area_at(now()) AS v, who WHERE v.code = :code"
                ),
                {"code": code, "role": role, "name": name},
            )

    def staff() -> set[tuple[str, str, str]]:
        with desk.owner.transaction(EVERYTHING) as connection:
            rows = connection.execute(
                text(
                    "SELECT a.code, p.role, q.name FROM core.post AS p JOIN core.area AS a USING (area_id)"
                    " JOIN core.person AS q USING (person_id) WHERE p.valid_to > clock_timestamp()"
                )
            )
            return {(row.code, row.role, row.name) for row in rows}

    def moving(number: int) -> list[tuple[str | None, str | None, str, str]]:
        """The posts of the preview, as the editor reads it; in which role they are the owner says."""
        seen = desk.rows(
            desk.north,
            "SELECT id, from_code, to_code, ST_GeometryType(geom) FROM draft.preview"
            " WHERE changeset_id = :id AND what = 'post'",
            id=number,
        )
        with desk.owner.transaction(EVERYTHING) as connection:
            found = connection.execute(text("SELECT post_id::text, role FROM core.post")).all()
        roles = {post: role for post, role in found}
        return sorted(((source, to, roles[post], kind) for post, source, to, kind in seen), key=lambda row: row[2])

    before = staff()
    changeset = desk.open(desk.north, NORTH)
    desk.redraw(desk.north, changeset, A, draw("AAAA\nAAAA")["A"])
    desk.run(desk.north, "DELETE FROM draft.area WHERE changeset_id = :id AND code = :b", id=changeset, b=B)
    assert ("staff", A) in desk.problems(desk.north, changeset, "warning")
    line = "ST_LineString"
    assert moving(changeset) == [(B, A, "head", line), (B, None, "worker", line)], "A has a worker already: B's ends"
    desk.publish(desk.north, changeset)
    relocate(desk.owner, changeset)
    assert staff() == {(A, "worker", "甲(虚构)"), (A, "head", "丙(虚构)")}
    with desk.owner.transaction(EVERYTHING) as connection:
        undo = connection.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
        connection.execute(text("SELECT app.review_changeset(:id)"), {"id": undo})
    assert moving(undo) == [(A, B, "head", line), (None, B, "worker", line)], "B's are opened again"
    with desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": undo})
    relocate(desk.owner, undo)
    assert staff() == before


def test_a_later_date_waits_for_its_job(desk: Desk) -> None:
    changeset = desk.open(desk.north, NORTH, valid_from="2999-01-01T00:00:00+08:00")
    moved = draw("AAAB\nAAAB")
    desk.redraw(desk.north, changeset, B, moved["B"])
    desk.redraw(desk.north, changeset, A, moved["A"])
    desk.publish(desk.north, changeset)
    row = desk.rows(desk.north, "SELECT status, published_at FROM draft.changeset")[0]
    assert tuple(row) == ("published", None)
    assert desk.located(2.5, 0.5) == B
    with desk.owner.transaction(EVERYTHING) as connection:
        assert connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset}).scalar() is None
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'open' WHERE changeset_id = :id", id=changeset)


def test_what_waits_keeps_its_codes(desk: Desk) -> None:
    """A part cut today must not get the code of one that goes live tomorrow."""
    waiting, today = desk.open(desk.north, NORTH, valid_from="2999-01-01T00:00:00+08:00"), desk.open(desk.north, NORTH)
    cut = draw("AXBB\nAXBY")
    first = desk.split(desk.north, waiting, A, cut["A"], cut["X"])
    desk.publish(desk.north, waiting)
    second = desk.split(desk.north, today, B, cut["B"], cut["Y"])
    assert (first, second) == (f"{NORTH}001003", f"{NORTH}001004")


def test_deleting_a_change_set(desk: Desk) -> None:
    """Gone or not one's own: an error, as everywhere. What is live or waits is not deleted but undone or discarded."""
    changeset = desk.open(desk.north, NORTH)
    delete = "DELETE FROM draft.changeset WHERE changeset_id = :id"
    with pytest.raises(DBAPIError, match="nothing was saved"):
        desk.run(desk.south, delete, id=changeset)
    desk.run(desk.north, delete, id=changeset)
    with pytest.raises(DBAPIError, match="nothing was saved"):
        desk.run(desk.north, delete, id=changeset)
    for date in ("2024-01-01T00:00:00+08:00", "2999-01-01T00:00:00+08:00"):
        published = desk.open(desk.north, NORTH, valid_from=date)
        desk.publish(desk.north, published)
        with pytest.raises(DBAPIError, match=f"change set {published} is published"):
            desk.run(desk.north, delete, id=published)


def test_nothing_is_half_published(desk: Desk) -> None:
    """The flip is part of the commit that saves the status: a crash before it leaves no trace."""
    changeset = desk.open(desk.north, NORTH)
    moved = draw("AAAB\nAAAB")
    desk.redraw(desk.north, changeset, B, moved["B"])
    desk.redraw(desk.north, changeset, A, moved["A"])
    with desk.engine.connect() as connection:
        connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{desk.north}"')
        connection.execute(
            text("UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id"), {"id": changeset}
        )
        connection.invalidate()
    assert desk.located(2.5, 0.5) == B
    assert desk.one(desk.north, "SELECT status FROM draft.changeset WHERE changeset_id = :id", id=changeset) == "open"
    assert desk.rows(desk.north, "SELECT 1 FROM core.area_version WHERE changeset_id = :id", id=changeset) == []


def test_a_published_one_is_undone_by_its_status(desk: Desk) -> None:
    """As QGIS does: another status in the row of the change set; live with the commit."""
    start = desk.map()
    changeset = desk.open(desk.north, NORTH)
    cut = draw("AXBB\nAXBB")
    new = desk.split(desk.north, changeset, A, cut["A"], cut["X"])
    undo = "UPDATE draft.changeset SET status = 'undone' WHERE changeset_id = :id"
    with pytest.raises(DBAPIError, match=f"change set {changeset} is not published"):
        desk.run(desk.north, undo, id=changeset)
    desk.publish(desk.north, changeset)
    number = take_report(desk, 1.5, 0.5)
    assert holder(desk, number)[0] == new
    with pytest.raises(DBAPIError, match="nothing was saved"):
        desk.run(desk.south, undo, id=changeset)
    with pytest.raises(DBAPIError, match="only at the commit"), desk.sit(desk.north) as connection:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        connection.execute(text(undo), {"id": changeset})
    with desk.sit(desk.north) as connection:
        connection.execute(text(undo), {"id": changeset})
        locked = f"{LOCKS} AND locktype = 'advisory' AND mode = 'ExclusiveLock'"
        with desk.owner.transaction(EVERYTHING) as other:
            other.execute(text("SELECT pg_advisory_xact_lock_shared(app.boundary_lock())"))
            assert other.execute(text(locked)).scalar_one() >= 1, "the publishers', not the one that reports wait for"
    assert desk.map() == start
    rows = desk.rows(
        desk.north, "SELECT changeset_id, status, undoes, opened_by FROM draft.changeset ORDER BY changeset_id"
    )
    assert [(row.status, row.undoes) for row in rows[-2:]] == [("published", None), ("published", changeset)]
    assert rows[-1].opened_by == desk.north
    relocate(desk.owner, rows[-1].changeset_id)
    assert holder(desk, number)[0] == A
    later = desk.open(desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.area SET name = '改' WHERE changeset_id = :id AND code = :a", id=later, a=A)
    desk.publish(desk.north, later)
    with pytest.raises(DBAPIError, match=f"{A}.* changed again since"):
        desk.run(desk.north, undo, id=changeset)
