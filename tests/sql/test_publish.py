"""Publish: the one door to the live boundaries, on both time axes."""

from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.drawing import draw, publish_leaves

PARENTS = {"A": "north", "B": "north", "C": "south"}


def live(db: Connection, at: str | None = None, **where: str) -> dict[str, Any]:
    rows = db.execute(
        text(
            "SELECT code, level, name, area_m2, round(ST_Area(geom)::numeric / 0.000004, 6) AS cells, path, parent_id"
            " FROM app.area_at(CAST(:at AS timestamptz)) WHERE network = 'base' AND (:level = '' OR level = :level)"
        ),
        {"at": at, "level": where.get("level", "")},
    )
    return {row.code: row for row in rows}


def test_areas_above_are_the_unions_of_their_leaves(db: Connection) -> None:
    publish_leaves(db, draw("AAB\nCCC"), parents=PARENTS)
    now = live(db)
    assert {code: row.cells for code, row in now.items()} == {"A": 2, "B": 1, "C": 3, "north": 3, "south": 3}
    assert now["A"].parent_id == now["north"].path[-1]
    assert now["A"].path == [0, now["north"].path[-1], now["A"].path[-1]]


def test_publishing_the_same_again_changes_nothing(db: Connection) -> None:
    publish_leaves(db, draw("AAB\nCCC"), parents=PARENTS)
    summary = publish_leaves(db, draw("AAB\nCCC"), parents=PARENTS)
    assert (summary["grids"], summary["ended"], summary["above"]) == (0, 0, 0)
    assert db.execute(text("SELECT count(*) FROM core.area_version")).scalar() == 5


def test_a_community_is_left_alone_when_only_its_inner_lines_move(db: Connection) -> None:
    publish_leaves(db, draw("AAB\nCCC"), parents=PARENTS)
    summary = publish_leaves(db, draw("ABB\nCCC"), parents=PARENTS, valid_from="2025-01-01T00:00:00+08:00")
    assert (summary["grids"], summary["above"]) == (2, 0)


def test_a_past_change_is_recorded_now_and_cuts_what_was_later(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(db, draw("ABBB"), valid_from="2025-01-01T00:00:00+08:00")
    publish_leaves(db, draw("AAAA"), valid_from="2024-01-01T00:00:00+08:00")
    assert {c: r.cells for c, r in live(db, "2023-06-01").items()} == {"A": 2, "B": 2}
    assert {c: r.cells for c, r in live(db, "2024-06-01").items()} == {"A": 4}
    assert {c: r.cells for c, r in live(db).items()} == {"A": 4}


def redraw(db: Connection, area_code: str, valid_from: str, areas: dict[str, Any]) -> None:
    """A change set on one subtree, filled with its leaves, some of them drawn anew."""
    changeset_id = db.execute(
        text(
            "INSERT INTO draft.changeset (area_code, valid_from, ground) VALUES (:area, :at, 'any')"
            " RETURNING changeset_id"
        ),
        {"area": area_code, "at": valid_from},
    ).scalar_one()
    for code, shape in areas.items():
        db.execute(
            text(
                "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                " WHERE changeset_id = :id AND code = :code"
            ),
            {"wkt": shape.wkt, "id": changeset_id, "code": code},
        )
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset_id})


def test_a_past_change_of_one_subtree_leaves_later_ones_of_others_standing(db: Connection) -> None:
    """What is above both is the union of what stood at every instant, also between the change and now."""
    publish_leaves(db, draw("A.\nC."), parents={"A": "all", "C": "all"}, valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(
        db, draw("A.\nCC"), parents={"A": "all", "C": "all"}, valid_from="2025-01-01T00:00:00+08:00", ground="any"
    )
    redraw(db, "A", "2024-01-01T00:00:00+08:00", {"A": draw("AA\n..")["A"]})
    cells = {
        at: {c: int(r.cells) for c, r in live(db, at).items()} for at in ("2023-06-01", "2024-06-01", "2025-06-01")
    }
    assert cells == {
        "2023-06-01": {"A": 1, "C": 1, "all": 2},
        "2024-06-01": {"A": 2, "C": 1, "all": 3},
        "2025-06-01": {"A": 2, "C": 2, "all": 4},
    }


def test_history_only_grows(db: Connection) -> None:
    publish_leaves(db, draw("AB"))
    for sql in (
        "UPDATE core.area_version SET name = 'x'",
        "UPDATE core.area_version SET valid_to = now()",
        "UPDATE core.area_version SET recorded_to = now(), name = 'x'",
        "DELETE FROM core.area_version",
    ):
        savepoint = db.begin_nested()
        with pytest.raises(DBAPIError, match="history only grows"):
            db.execute(text(sql))
        savepoint.rollback()


def test_leaves_must_not_overlap(db: Connection) -> None:
    a, b = draw("AA."), draw(".BB")
    savepoint = db.begin_nested()
    with pytest.raises(DBAPIError, match="A and B overlap in .* m²"):
        publish_leaves(db, {**a, **b})
    savepoint.rollback()
    publish_leaves(db, {**a, "Z": b["B"]}, special="Z")


def test_ground_is_kept_unless_the_policy_allows_otherwise(db: Connection) -> None:
    publish_leaves(db, draw("AAB"))
    for picture, ground, why in (
        ("A.B", "keep", "would be in no area"),
        ("A.B", "gain", "would be in no area"),
        ("AAB\nBBB", "keep", "that no area held"),
    ):
        savepoint = db.begin_nested()
        with pytest.raises(DBAPIError, match=why):
            publish_leaves(db, draw(picture), ground=ground)
        savepoint.rollback()
    publish_leaves(db, draw("AAB\nBBB"), ground="gain", valid_from="2025-01-01T00:00:00+08:00")
    publish_leaves(db, draw("A.B"), ground="any", valid_from="2026-01-01T00:00:00+08:00")


def test_a_code_is_never_reused_for_other_ground(db: Connection) -> None:
    publish_leaves(db, draw("AB"), valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(db, draw("AA"), valid_from="2024-01-01T00:00:00+08:00")
    savepoint = db.begin_nested()
    with pytest.raises(DBAPIError, match="the code named another area"):
        publish_leaves(db, draw("BA"), valid_from="2025-01-01T00:00:00+08:00")
    savepoint.rollback()
    publish_leaves(db, draw("AB"), valid_from="2025-01-01T00:00:00+08:00")
    assert set(live(db)) == {"A", "B"}, "its own ground gets its code back"


def test_lineage_says_what_became_of_what(db: Connection) -> None:
    publish_leaves(db, draw("AAB\nCCC"), valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(db, draw("AEE\nCCC"), valid_from="2024-01-01T00:00:00+08:00")
    rows = db.execute(
        text(
            "SELECT f.code || '>' || o.code AS way, l.kind, round(l.from_share::numeric, 9) AS gave,"
            " round(l.to_share::numeric, 9) AS took FROM core.lineage AS l"
            " JOIN core.area AS f ON f.area_id = l.from_area_id JOIN core.area AS o ON o.area_id = l.to_area_id"
            " ORDER BY 1"
        )
    ).all()
    assert [(r.way, r.kind, float(r.gave), float(r.took)) for r in rows] == [
        ("A>A", "split", 0.5, 1),
        ("A>E", "recut", 0.5, 0.5),
        ("B>E", "merge", 1, 0.5),
    ]


def test_a_change_is_noted_where_it_happened(db: Connection) -> None:
    publish_leaves(db, draw("AB\nCD"), valid_from="2023-01-01T00:00:00+08:00")
    db.execute(text("DELETE FROM core.change"))
    publish_leaves(db, draw("AA\nCD"), valid_from="2024-01-01T00:00:00+08:00")
    box = db.execute(text("SELECT ST_AsText(ST_Extent(box)::geometry) FROM core.change WHERE layer = 'area'")).scalar()
    both = db.execute(
        text("SELECT ST_AsText(ST_Extent(geom)::geometry) FROM core.area_version WHERE code IN ('A', 'B')")
    ).scalar()
    assert box == both
