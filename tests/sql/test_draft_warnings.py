"""What a draft may not mean: far pieces, a grid apart from its community, ground outside; and no false alarm."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from gisgrid.boundaries.measuring import said_m2
from tests.drawing import CELL, NORTH, WEST, draw, publish_leaves, spot

PARENTS = {"A": "north", "B": "north", "C": "south", "D": "south"}
START = "AABB\nCCDD"


@pytest.fixture
def town(db: Connection) -> Connection:
    publish_leaves(db, draw(START), parents=PARENTS)
    return db


def found(
    db: Connection,
    areas: dict[str, Any],
    *,
    area: str | None = None,
    ground: str = "any",
    parents: dict[str, str] | None = None,
    renamed: dict[str, str] | None = None,
) -> dict[tuple[str, str], Any]:
    """Draw these grids in a filled draft, end those that are missing; every problem by kind and code."""
    parents = {**PARENTS, **(parents or {})}
    changeset = db.execute(
        text(
            "INSERT INTO draft.changeset (area_code, valid_from, is_dated, ground) VALUES (:area, '2025-01-01', true,"
            " :ground) RETURNING changeset_id"
        ),
        {"area": area, "ground": ground},
    ).scalar_one()
    db.execute(
        text("DELETE FROM draft.area WHERE changeset_id = :id AND code <> ALL(:codes)"),
        {"id": changeset, "codes": list(areas)},
    )
    for code, shape in areas.items():
        values = {"id": changeset, "code": code, "wkt": shape.wkt, "parent": parents.get(code)}
        sql = (
            "UPDATE draft.area SET geom = CASE WHEN ST_Equals(geom, ST_GeomFromText(:wkt, 4326)) THEN geom"
            " ELSE ST_Multi(ST_GeomFromText(:wkt, 4326)) END, parent_code = :parent"
            " WHERE changeset_id = :id AND code = :code"
        )
        if not db.execute(text(sql), values).rowcount:
            sql = (
                "INSERT INTO draft.area (changeset_id, code, name, parent_code, geom) VALUES (:id, :code, :code,"
                " :parent, ST_Multi(ST_GeomFromText(:wkt, 4326)))"
            )
            db.execute(text(sql), values)
    for code, name in (renamed or {}).items():
        sql = "UPDATE draft.area SET name = :name WHERE changeset_id = :id AND code = :code"
        db.execute(text(sql), {"id": changeset, "code": code, "name": name})
    db.execute(text("SELECT app.check_changeset(:id)"), {"id": changeset})
    rows = db.execute(
        text(
            "SELECT kind, code, severity, message, message_zh, remedy, remedy_zh, ST_X(ST_PointOnSurface(geom)) AS lon,"
            " ST_Y(ST_PointOnSurface(geom)) AS lat FROM draft.problem WHERE changeset_id = :id"
        ),
        {"id": changeset},
    ).all()
    assert all(row.message and row.message_zh and row.remedy and row.remedy_zh for row in rows)
    return {(row.kind, row.code): row for row in rows}


def cell_of(problem: Any) -> tuple[int, int]:
    return int((problem.lon - WEST) // CELL), int((NORTH - problem.lat) // CELL)


def test_far_pieces_are_warned_of_with_the_far_one(town: Connection) -> None:
    problems = found(town, draw("AABA\nCCDD"))
    problem = problems["pieces", "A"]
    assert problem.severity == "warning" and cell_of(problem) == (3, 0)
    assert problem.message == f"a part of A lies {round(CELL * 111_320 * 0.886)} m from the rest"
    assert ("pieces", "B") not in problems


def test_pieces_across_a_street_are_one_grid(town: Connection) -> None:
    areas = draw(START)
    street = draw("A")["A"].buffer(0).centroid.buffer(CELL / 8).envelope
    strip = street.union(street).buffer(0)
    west, _, east, _ = strip.bounds
    _, south, _, north = areas["A"].bounds
    areas["A"] = areas["A"].difference(type(strip)([(west, south), (east, south), (east, north), (west, north)]))
    assert areas["A"].geom_type == "MultiPolygon"
    assert not {key for key in found(town, areas) if key[0] == "pieces"}


def test_a_grid_apart_from_its_community_is_warned_of(town: Connection) -> None:
    problems = found(town, draw("AABB\nCCXD"), parents={"X": "north"})
    assert ("apart", "X") not in problems, "it touches B"
    problems = found(town, draw("AABB\nCCDD\nDDDX"), parents={"X": "north"})
    assert problems["apart", "X"].severity == "warning" and cell_of(problems["apart", "X"]) == (3, 2)
    assert ("apart", "D") not in problems


def test_a_grid_that_comes_below_another_community_by_its_code_alone_is_checked_too(town: Connection) -> None:
    publish_leaves(
        town, draw("AABB\nCCDD\nEEEE"), parents={**PARENTS, "E": "south"}, valid_from="2024-06-01T00:00:00+08:00"
    )
    assert ("apart", "E") in found(town, draw("AABB\nCCDD\nEEEE"), parents={"E": "north"})


def test_the_only_grid_of_a_community_is_not_apart(town: Connection) -> None:
    assert not found(town, draw("AABB\nCCXD"), parents={"X": "east"}).keys() & {("apart", "X"), ("pieces", "X")}


def test_a_new_name_asks_nothing_of_an_old_shape(town: Connection) -> None:
    publish_leaves(town, draw("AABA\nCCDD"), parents=PARENTS, valid_from="2024-06-01T00:00:00+08:00")
    assert found(town, draw("AABA\nCCDD"), renamed={"A": "新名"}) == {}


def test_ground_outside_the_district_is_warned_of(db: Connection) -> None:
    publish_leaves(db, draw("AABB\nC.DD\nCCDD"), parents=PARENTS)
    _crown(db)
    problems = found(db, draw("AABB.\nCCDDD\nCCDD."))
    problem = problems["outside_district", "D"]
    assert problem.severity == "warning" and cell_of(problem) == (4, 1) and "甲区" in problem.message_zh
    assert ("outside_district", "C") not in problems, "a hole of the district is not outside it"
    assert set(found(db, draw("AABB.\nC.DDD\nCCDD."), ground="keep")) == {("ground_gained", "D")}, "an error says it"


def _crown(db: Connection) -> None:
    """A district above the two communities."""
    changeset = db.execute(
        text("INSERT INTO draft.changeset (valid_from, is_dated) VALUES ('2024-01-01', true) RETURNING changeset_id")
    ).scalar_one()
    for code, name, level, parent in (
        ("top", "甲区", "district", None),
        ("north", "north", "community", "top"),
        ("south", "south", "community", "top"),
    ):
        db.execute(
            text("INSERT INTO draft.area (changeset_id, code, name, level, parent_code) VALUES (:id, :c, :n, :l, :p)"),
            {"id": changeset, "c": code, "n": name, "l": level, "p": parent},
        )
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})


def post(db: Connection, code: str, at: tuple[float, float] | None = None) -> None:
    lon, lat = spot(*at) if at else (None, None)
    db.execute(
        text(
            "INSERT INTO core.post (area_id, path, role, title, geom) SELECT v.area_id, v.path, r.role, r.role,"
            " ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) FROM app.area_at(now()) AS v, core.post_role AS r"
            " WHERE v.code = :code AND r.staffs_grids"
        ),
        {"code": code, "lon": lon, "lat": lat},
    )


@pytest.mark.parametrize("at", [None, (2.5, 0.5)])
def test_a_renumbered_grid_whose_posts_move_along_has_staff(town: Connection, at: tuple[float, float] | None) -> None:
    for code in "ABCD":
        post(town, code, at if code == "B" else None)
    assert found(town, draw("AAXX\nCCDD"), parents={"X": "north"}) == {}
    changeset = town.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
    town.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    town.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset})
    assert (
        town.execute(
            text(
                "SELECT count(*) FROM core.post JOIN core.area USING (area_id)"
                " WHERE code = 'X' AND valid_to = 'infinity'"
            )
        ).scalar_one()
        == town.execute(text("SELECT count(*) FROM core.post_role WHERE staffs_grids")).scalar_one()
    )


def test_of_two_parts_the_one_that_gets_no_post_lacks_staff(town: Connection) -> None:
    for code in "ABCD":
        post(town, code)
    problems = found(town, draw("AAXY\nCCXD"), parents={"X": "north", "Y": "north"})
    assert ("staff", "Y") in problems and ("staff", "X") not in problems


def test_the_posts_that_an_undo_opens_again_count(town: Connection) -> None:
    for code in "ABCD":
        post(town, code)
    assert found(town, draw("AAAA\nCCDD")) == {}
    changeset = town.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
    town.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    town.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset})
    undo = town.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
    town.execute(text("SELECT app.check_changeset(:id)"), {"id": undo})
    rows = town.execute(text("SELECT kind, code FROM draft.problem WHERE changeset_id = :id"), {"id": undo}).all()
    assert rows == []


def test_a_neighbour_s_ground_is_not_called_nobody_s(town: Connection) -> None:
    """Whether the area's own editor draws over it or somebody who has the whole."""
    areas = {key: shape for key, shape in draw("AABB\nCCBD").items() if key in "AB"}
    areas["B"] = areas["B"].union(draw("....B")["B"])  # and one cell that really is nobody's
    problems = found(town, areas, area="north", ground="keep")
    assert ("overlap", "B") in problems
    gained = problems["ground_gained", "B"]
    assert cell_of(gained) == (4, 0)
    [one_cell] = town.execute(
        text("SELECT app.said_m2(ST_Area(ST_GeomFromText(:wkt, 4326)::geography))"),
        {"wkt": draw("....B")["B"].wkt},
    ).scalars()
    assert gained.message.startswith(f"{one_cell} m²")


@pytest.mark.parametrize(
    ("m2", "said"),
    [
        (0.0, "0.001"),
        (0.0004, "0.001"),
        (0.0123, "0.012"),
        (1.26, "1.3"),
        (9.96, "10.0"),
        (10.4, "10"),
        (4671.093, "4,671"),
        (347561.1, "347,561"),
        (212_345_678.9, "212,345,679"),
    ],
)
def test_square_metres_are_said_as_people_say_them(town: Connection, m2: float, said: str) -> None:
    """By the database, which checks drafts, and by the program, which checks files."""
    assert town.execute(text("SELECT app.said_m2(:m2)"), {"m2": m2}).scalar_one() == said
    assert said_m2(m2) == said
