"""Tickets without a point when boundaries move: they stay on the area that was named, or go to its heirs."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gisgrid.errors import NotFound, Refused
from gisgrid.tickets.naming import list_areas, name_area, name_place
from tests.drawing import draw, publish_leaves

BEFORE = {"A": "north", "B": "north", "C": "south"}
_dates = (datetime(2024, 1, 2, tzinfo=UTC) + timedelta(days=n) for n in itertools.count())


@pytest.fixture
def town(db: Connection) -> Connection:
    publish_leaves(db, draw("AAB\nCCC"), parents=BEFORE)
    return db


def redraw(db: Connection, picture: str, parents: dict[str, str]) -> tuple[int, dict[str, tuple[str, str]]]:
    """Publish, look at the preview first, let everything follow; the change set, and what the preview said."""
    said: dict[str, tuple[str, str]] = {}
    publish_leaves(db, draw(picture), parents=parents, valid_from=next(_dates).isoformat())
    changeset = db.execute(text("SELECT max(changeset_id) FROM draft.changeset")).scalar_one()
    for row in db.execute(text("SELECT * FROM app.to_relocate(:id)"), {"id": changeset}):
        said |= {row.id: (row.from_code, row.to_code)} if row.from_code != row.to_code else {}
    while db.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset}).scalar():
        pass
    return changeset, said


def report(db: Connection, code: str | None = None, category: str = "hazard") -> str:
    area = None if code is None else name_area(db, code, "base").area_id
    told = {"network": "base", "zone": "UTC", "category": category, "description": "路灯不亮", "area_id": area}
    number: str = db.execute(
        text("SELECT number FROM app.receive_report(:report)"), {"report": json.dumps(told)}
    ).scalar_one()
    return number


def held(db: Connection, number: str) -> tuple[Any, ...]:
    row = db.execute(
        text(
            "SELECT a.code, t.method, round(t.confidence::numeric, 3)::float8 AS confidence, t.area_version_id, t.geom,"
            " ST_Equals(t.geom, v.label_point) AS is_label, t.path = p.path AND t.path = v.path AS is_one_path"
            " FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)"
            " LEFT JOIN core.area AS a ON a.area_id = t.area_id"
            " LEFT JOIN app.area_at(now()) AS v ON v.area_id = t.area_id WHERE t.number = :number"
        ),
        {"number": number},
    ).one()
    assert row.is_one_path, row
    assert row.geom is None or row.is_label, row
    return (row.code, row.method, row.confidence)


def strays(db: Connection) -> list[str]:
    return list(db.execute(text("SELECT message FROM app.stray('base') WHERE kind = 'ticket'")).scalars())


def test_it_stays_while_its_area_does(town: Connection) -> None:
    on_grid, on_list, nowhere = report(town, "A"), report(town, "north"), report(town)
    _, said = redraw(town, "ABB\nCCC", BEFORE)
    assert said == {}
    assert held(town, on_grid) == ("A", "code", 1)
    assert held(town, on_list) == ("north", "code", 0)
    assert held(town, nowhere)[1:] == ("none", 0)
    assert strays(town) == []


def test_its_area_may_come_to_lie_below_another(town: Connection) -> None:
    number = report(town, "B")
    redraw(town, "AAB\nCCC", {"A": "north", "B": "south", "C": "south"})
    assert held(town, number) == ("B", "code", 1)


def test_a_divided_grid_leaves_it_to_who_took_most(town: Connection) -> None:
    number = report(town, "C")
    changeset, said = redraw(town, "AAB\nDDE", {"A": "north", "B": "north", "D": "south", "E": "south"})
    assert said == {number: ("C", "D")}
    code, method, confidence = held(town, number)
    assert (code, method) == ("D", "code") and confidence == pytest.approx(2 / 3, abs=0.01)
    moved = town.execute(
        text(
            "SELECT detail FROM work.event JOIN work.ticket USING (ticket_id)"
            " WHERE number = :number AND action = 'moved'"
        ),
        {"number": number},
    ).scalar_one()
    assert (moved["from"], moved["to"], moved["changeset"]) == ("C", "D", changeset)
    assert strays(town) == []


def test_where_it_went_it_stays_until_that_ends_too(town: Connection) -> None:
    number = report(town, "C")
    redraw(town, "AAB\nDDE", {"A": "north", "B": "north", "D": "south", "E": "south"})
    redraw(town, "AAB\nDEE", {"A": "north", "B": "north", "D": "south", "E": "south"})
    assert held(town, number)[0] == "D"
    redraw(town, "AAB\nFFF", {"A": "north", "B": "north", "F": "south"})
    assert held(town, number) == ("F", "code", 1)
    assert strays(town) == []


def test_an_area_above_that_ends_leaves_its_list_to_an_heir(town: Connection) -> None:
    number = report(town, "north")
    redraw(town, "AAB\nCCC", {"A": "east", "B": "east", "C": "south"})
    assert held(town, number) == ("east", "code", 0)


def test_an_undo_puts_it_back(town: Connection) -> None:
    number = report(town, "C")
    changeset, _ = redraw(town, "AAB\nDDE", {"A": "north", "B": "north", "D": "south", "E": "south"})
    undo = town.execute(text("SELECT app.undo_changeset(:id)"), {"id": changeset}).scalar_one()
    town.execute(text("SELECT app.publish_changeset(:id)"), {"id": undo})
    while town.execute(text("SELECT app.relocate_changeset(:id)"), {"id": undo}).scalar():
        pass
    assert held(town, number) == ("C", "code", 1)


def test_one_that_is_reopened_takes_what_became_of_its_area(town: Connection) -> None:
    number = report(town, "C")
    town.execute(
        text("UPDATE work.ticket SET step = 'rate', closed_at = clock_timestamp() WHERE number = :number"),
        {"number": number},
    )
    redraw(town, "AAB\nDDE", {"A": "north", "B": "north", "D": "south", "E": "south"})
    town.execute(
        text("SELECT app.reopen(ticket_id, 'handle', NULL, NULL) FROM work.ticket WHERE number = :number"),
        {"number": number},
    )
    assert held(town, number)[:2] == ("D", "code")


def test_before_there_is_any_area_it_waits_for_one(db: Connection) -> None:
    db.execute(text("INSERT INTO core.network VALUES ('base', 'base', 'base', 'free')"))
    number = report(db)
    redraw(db, "AAB\nCCC", BEFORE)
    assert held(db, number)[0] == "north"


def test_what_happens_at_home_is_shown_where_the_rest_is(town: Connection) -> None:
    assert held(town, report(town, "A", "dispute"))[0] == "A"


def test_a_retired_code_means_its_one_heir_or_is_asked_about(town: Connection) -> None:
    redraw(town, "FFF\nDDE", {"F": "north", "D": "south", "E": "south"})
    assert name_area(town, "A", "base").code == "F"
    assert [area.code for area in list_areas(town, "C", "base")] == ["D", "E"]
    with pytest.raises(Refused) as refused:
        name_area(town, "C", "base")
    fault = refused.value.faults[0]
    assert fault.field == "area" and "D (" in fault.remedy and "67%" in fault.remedy and "E (" in fault.remedy
    with pytest.raises(NotFound):
        list_areas(town, "X", "base")


def test_a_post_leads_to_its_area_and_after_a_redraw_to_the_heirs(town: Connection) -> None:
    post = town.execute(
        text(
            "INSERT INTO core.post (area_id, path, role, title) SELECT area_id, path, 'building_head', '7栋'"
            " FROM app.area_at(now()) WHERE code = 'C' RETURNING post_id"
        )
    ).scalar_one()
    assert [area.code for area in list_areas(town, f"post-{post}", "base")] == ["C"]
    assert name_place(town, "7栋", "base").code == f"post-{post}"
    redraw(town, "AAB\nDDE", {"A": "north", "B": "north", "D": "south", "E": "south"})
    assert [area.code for area in list_areas(town, f"post-{post}", "base")] == ["D", "E"]
