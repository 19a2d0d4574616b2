"""A change set of an earlier date: it replaces what it draws, leaves later redraws of everything else standing."""

from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.drawing import draw, publish_leaves
from tests.sql.test_publish import live, redraw

FIRST, EARLIER, LATER = (f"{year}-01-01T00:00:00+08:00" for year in (2023, 2024, 2025))
NOW = "2025-06-01"
TOWNS = {"A": "a", "B": "b", "X": "a"}


def names(db: Connection, at: str | None = None) -> dict[str, str]:
    return {code: row.name for code, row in live(db, at, level="grid").items()}


def cells(db: Connection, at: str | None = None) -> dict[str, int]:
    return {code: int(row.cells) for code, row in live(db, at, level="grid").items()}


def rename(db: Connection, area_code: str | None, valid_from: str | None, code: str, name: str) -> int:
    """Open a change set, give one grid another name, publish."""
    number: int = db.execute(
        text(
            "INSERT INTO draft.changeset (area_code, valid_from, is_dated) VALUES (:area,"
            " coalesce(CAST(:at AS timestamptz), now()), :at IS NOT NULL) RETURNING changeset_id"
        ),
        {"area": area_code, "at": valid_from},
    ).scalar_one()
    db.execute(
        text("UPDATE draft.area SET name = :name WHERE changeset_id = :id AND code = :code"),
        {"name": name, "id": number, "code": code},
    )
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": number})
    return number


def warnings(db: Connection, kind: str) -> list[Any]:
    rows = db.execute(text("SELECT code, message FROM draft.problem WHERE kind = :kind"), {"kind": kind})
    return [tuple(row) for row in rows]


def test_what_it_did_not_draw_keeps_its_later_shapes(db: Connection) -> None:
    publish_leaves(db, draw("AABB\nXXBB"), parents=TOWNS, valid_from=FIRST)
    publish_leaves(db, draw("ABBB\nXXBB"), parents=TOWNS, valid_from=LATER)
    rename(db, "a", EARLIER, "X", "新名")
    assert names(db, EARLIER)["X"] == names(db, NOW)["X"] == "新名"
    assert cells(db, EARLIER) == {"A": 2, "B": 4, "X": 2}
    assert cells(db, NOW) == {"A": 1, "B": 5, "X": 2}
    assert {code: int(row.cells) for code, row in live(db, NOW).items() if code in "ab"} == {"a": 3, "b": 5}


def test_what_was_cut_later_stays_cut(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=FIRST)
    publish_leaves(db, draw("AYBB"), valid_from=LATER)
    rename(db, None, EARLIER, "B", "新名")
    assert cells(db, EARLIER) == {"A": 2, "B": 2}
    assert cells(db, NOW) == {"A": 1, "B": 2, "Y": 1}


def test_a_neighbour_who_came_later_is_not_overlapped(db: Connection) -> None:
    publish_leaves(db, draw("A.\nB."), parents=TOWNS, valid_from=FIRST)
    publish_leaves(db, draw("AB\nB."), parents=TOWNS, valid_from=LATER)
    with pytest.raises(DBAPIError, match="A and B overlap in .* m² from 2025-01-01 on"):
        redraw(db, "a", EARLIER, {"A": draw("AA\n..")["A"]})


def test_within_one_area_neither(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=FIRST)
    publish_leaves(db, draw("AYBB"), valid_from=LATER)
    with pytest.raises(DBAPIError, match="A and Y overlap in .* m² from 2025-01-01 on"):
        rename(db, None, EARLIER, "A", "新名")


def test_ground_that_came_later_is_not_lost(db: Connection) -> None:
    publish_leaves(db, draw("A..B"), valid_from=FIRST)
    publish_leaves(db, draw("AA.B"), valid_from=LATER)
    with pytest.raises(DBAPIError, match="m² of A would be in no area from 2025-01-01 on"):
        rename(db, None, EARLIER, "A", "新名")


def test_a_later_redraw_of_the_same_grid_is_replaced_with_a_warning(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=FIRST)
    rename(db, None, LATER, "A", "后来的名字")
    rename(db, None, EARLIER, "A", "更正的名字")
    assert names(db, NOW)["A"] == "更正的名字"
    assert warnings(db, "later") == [("A", "A was changed on 2025-01-01 already; that is replaced")]


def test_an_undo_leaves_standing_what_others_redrew_since(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=FIRST)
    first = rename(db, None, EARLIER, "A", "甲")
    rename(db, None, LATER, "B", "乙")
    undo = db.execute(text("SELECT app.undo_changeset(:id)"), {"id": first}).scalar_one()
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": undo})
    assert names(db, NOW) == {"A": "网格A", "B": "乙"}
    assert names(db, EARLIER)["A"] == "网格A"
