"""Figures add up whatever they are told apart by; rankings carry old figures over and keep a person's record."""

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, text

from gisgrid.boundaries.areas import area_id, list_lineage
from gisgrid.boundaries.successors import carry_figures
from gisgrid.statistics import By, Cohort, Counts, Figures, Order, count_by, rank
from gisgrid.statistics.counting import NamedFigures, PostFigures
from gisgrid.statistics.ranking import RankedPost
from tests.drawing import draw, publish_leaves, spot

AT = datetime(2025, 1, 1, tzinfo=UTC)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
COUNTS = ("received", "closed", "open", "overdue", "on_time", "solved_in_grid", "rated")
WHOLE = Cohort(AT, "base")
PARENTS = {"A": "north", "B": "north", "C": "south"}


def year(number: int) -> str:
    return f"{number}-01-01T00:00:00+08:00"


def take(db: Connection, column: float, at: str, count: int = 1, **more: Any) -> None:
    """Tickets at a place of the drawing, received then; `closed_at` closes them."""
    lon, lat = spot(column, 0.5)
    closing = {"step": "rate"} if "closed_at" in more else {}
    report = {
        "network": "base", "zone": "UTC", "category": "hazard", "lon_wgs84": lon, "lat_wgs84": lat, "lon": lon,
        "lat": lat, "system": "wgs84", "description": "", "at": at, **closing, **more,
    }  # fmt: skip
    db.execute(
        text("SELECT app.receive_report(CAST(:report AS jsonb)) FROM generate_series(1, CAST(:count AS integer))"),
        {"report": json.dumps(report), "count": count},
    )


def hire(db: Connection, code: str, role: str, name: str) -> None:
    db.execute(
        text(
            "WITH who AS (INSERT INTO core.person (name) VALUES (:name) RETURNING person_id)"
            " INSERT INTO core.post (area_id, path, role, person_id)"
            " SELECT v.area_id, v.path, :role, who.person_id FROM core.area_version AS v, who WHERE v.code = :code"
        ),
        {"code": code, "role": role, "name": name},
    )


def add_up(figures: Figures) -> None:
    for count in COUNTS:
        told = sum(getattr(row, count) for row in [*figures.rows, figures.rest])
        assert told == getattr(figures.total, count), count
    for row in [*figures.rows, figures.rest, figures.total]:
        assert row.open == row.received - row.closed
        assert (row.closing_rate is None) == (row.received == 0)


@pytest.fixture
def town(db: Connection) -> Connection:
    """A, B in the north and C in the south, an outlier, and tickets in every state."""
    publish_leaves(db, draw("AABBCC"), parents=PARENTS, valid_from=year(2021))
    hire(db, "A", "worker", "王一(虚构)")
    take(db, 0.5, "2024-03-01T00:00:00Z", 3, closed_at="2024-03-01T10:00:00Z", source="app")
    take(db, 0.5, "2024-03-01T00:00:00Z", closed_at="2024-03-05T00:00:00Z", source="12345")
    take(db, 2.5, "2024-04-01T00:00:00Z", source="camera", category="dispute")
    take(db, 2.5, "2024-12-31T20:00:00Z", source="app")
    take(db, 0.5, "2025-03-01T00:00:00Z", source="app")
    take(db, 9.5, "2024-04-01T00:00:00Z", source="app")
    return db


def test_every_way_of_telling_apart_adds_up(town: Connection) -> None:
    for by in get_args(By):
        figures = count_by(town, by, WHOLE)
        add_up(figures)
        assert figures.total.received == 7, f"{by}: what came after the instant is not there yet"
        assert figures.total == count_by(town, "area", WHOLE).total


def test_rows_of_an_area_are_its_children_or_a_level(town: Connection) -> None:
    figures = count_by(town, "area", WHOLE)
    assert {row.key: row.received for row in figures.rows} == {"north": 6, "south": 1}
    grids = count_by(town, "area", WHOLE, level="grid")
    assert {row.key: row.received for row in grids.rows} == {"A": 4, "B": 2, "C": 0}
    assert grids.rest.received == 1, "outside every grid"
    assert grids.rows[2].closing_rate is None and grids.rows[2].on_time_rate is None
    north = Cohort(AT, "base", area_id(town, "north", network="base"))
    total = count_by(town, "area", north).total
    assert total == Counts(**{count: getattr(figures.rows[0], count) for count in vars(total)}), (
        "a row is what its area has in all"
    )


def test_rates_are_what_the_page_says(town: Connection) -> None:
    row = count_by(town, "area", WHOLE, level="grid").rows[0]
    assert (row.received, row.closed, row.on_time, row.overdue) == (4, 4, 3, 0)
    assert (row.closing_rate, row.on_time_rate) == (1, 0.75)
    assert row.hours_to_close == (3 * 10 + 96) / 4
    assert (row.solved_in_grid_rate, row.rating) == (None, None), "not known of what was loaded"
    town.execute(
        text(
            "UPDATE work.ticket SET solved_in_grid = closed_at <= due_at WHERE closed_at IS NOT NULL;"
            " INSERT INTO work.rating (ticket_id, rater, score)"
            " SELECT ticket_id, 'reporter', 4 + row_number() OVER () % 2 FROM work.ticket"
            " WHERE source = 'app' AND closed_at IS NOT NULL LIMIT 2"
        )
    )
    row = count_by(town, "area", WHOLE, level="grid").rows[0]
    assert (row.solved_in_grid, row.solved_in_grid_rate) == (3, 0.75)
    assert (row.rated, row.rating) == (2, 4.5)
    other = count_by(town, "area", WHOLE, level="grid").rows[1]
    assert (other.open, other.overdue) == (2, 1), "one is due tomorrow"
    assert other.on_time_rate == 0
    assert other.hours_to_close is None


def test_what_is_closed_at_the_very_instant_that_it_is_due_is_in_time(town: Connection) -> None:
    town.execute(text("UPDATE work.ticket SET due_at = closed_at WHERE closed_at IS NOT NULL"))
    total = count_by(town, "area", Cohort(datetime.now(UTC), "base"), level="grid").total
    assert total.on_time == total.closed == 4


def test_by_category_source_month_and_post(town: Connection) -> None:
    def received(by: By, cohort: Cohort = WHOLE) -> dict[str, int]:
        return {row.key: row.received for row in count_by(town, by, cohort).rows}

    town.execute(
        text(
            "INSERT INTO work.category (category, parent, name_zh, name_en, due_hours) VALUES"
            " ('hazard.fire', 'hazard', '消防', 'fire', 24)"
        )
    )
    take(town, 0.5, "2024-05-01T00:00:00Z", category="hazard.fire", source="app")
    assert received("category") == {"consultation": 0, "dispute": 1, "hazard": 7, "livelihood": 0}
    hazards = Cohort(AT, "base", category="hazard")
    assert received("category", hazards) == {"hazard.fire": 1}
    assert count_by(town, "category", hazards).rest.received == 6, "of the category itself"
    assert received("source") == {"app": 6, "12345": 1, "camera": 1}
    names = {row.key: row.name for row in count_by(town, "source", WHOLE).rows if isinstance(row, NamedFigures)}
    assert (names["app"], names["12345"]) == ("网页上报", None), "one of another system has its own name only"
    assert received("month") == {"2024-03": 4, "2024-04": 2, "2024-05": 1, "2025-01": 1}, "in the district's zone"
    assert received("day")["2025-01-01"] == 1
    posts = count_by(town, "post", WHOLE)
    [row] = posts.rows
    assert isinstance(row, PostFigures)
    assert (row.name, row.role, row.area, row.received) == ("王一(虚构)", "worker", "A", 5)
    assert posts.rest.received == 3


def test_a_grid_that_has_ended_keeps_its_name(db: Connection) -> None:
    publish_leaves(db, draw("AB"), valid_from=year(2021))
    hire(db, "A", "worker", "王一(虚构)")
    take(db, 0.5, "2021-06-01T00:00:00Z", 2, closed_at="2021-06-01T02:00:00Z")
    for drawn, since in (("CB", 2022), ("CD", 2023)):
        publish_leaves(db, draw(drawn), valid_from=year(since))
    [row] = count_by(db, "post", WHOLE).rows
    assert isinstance(row, PostFigures)
    assert (row.area, row.area_name, row.received) == ("A", "网格A", 2)
    assert list_lineage(db, "A", network="base").name == "网格A"


def test_the_closing_rate_of_the_write_off_loop(db: Connection) -> None:
    """灌南: 发现, 上报, 指派, 处理, 督查, 销号; 98.8 % closed."""
    publish_leaves(db, draw("A"), valid_from=year(2021))
    db.execute(text("UPDATE work.category SET workflow = 'write_off' WHERE category = 'hazard'"))
    closed = {"closed_at": "2024-03-01T12:00:00Z", "step": "write_off"}
    take(db, 0.5, "2024-03-01T00:00:00Z", 247, **closed)
    take(db, 0.5, "2024-03-01T00:00:00Z", 3, step="supervise")
    total = count_by(db, "month", WHOLE).total
    assert (total.received, total.closed, total.closing_rate) == (250, 247, 0.988)
    assert total.on_time_rate == 0.988, "what is open is overdue"


def redraw(db: Connection) -> None:
    """A and B give half each to C; M is special."""
    parents = dict.fromkeys("ABC", "all")
    special = {"M": draw("....MM")["M"]}
    base = draw("AABBDD")
    publish_leaves(db, base | special, special="M", valid_from=year(2021), parents=parents | {"D": "all"})
    hire(db, "A", "worker", "王一(虚构)")
    take(db, 0.5, "2021-06-01T00:00:00Z", 10, closed_at="2021-06-01T02:00:00Z")
    take(db, 3.5, "2021-06-01T00:00:00Z", 4)
    take(db, 4.5, "2021-06-01T00:00:00Z", 3, closed_at="2021-06-01T02:00:00Z")
    publish_leaves(db, draw("ACCBDD") | special, special="M", valid_from=year(2022), parents=parents | {"D": "all"})
    take(db, 1.5, "2022-06-01T00:00:00Z", 2, closed_at="2022-06-01T02:00:00Z")


def test_ranking_follows_the_ground(db: Connection) -> None:
    redraw(db)
    rows = {row.key or "": row for row in rank(db, "grid", WHOLE)}
    for code, row in rows.items():
        carried = carry_figures(db, area_id(db, code, network="base"), SINCE, AT)
        assert row.received == pytest.approx(carried.received, abs=1e-6), "the same rule for all at once"
        assert row.closed == pytest.approx(carried.closed, abs=1e-6)
    assert (rows["C"].received, rows["C"].carried, rows["C"].carried_share) == (9, 7, 0.777778)
    assert (rows["A"].received, rows["A"].carried) == (5, 0), "of its own old shape"
    assert {code: row.rank for code, row in rows.items()} == {"A": 1, "B": 3, "C": 2, "D": None, "M": 1}
    assert rows["M"].apart == "special", "ranked among its kind"
    assert sum(row.received for row in rows.values()) == 19, "nothing is counted twice, nothing left out"
    before = {row.key: row.received for row in rank(db, "grid", Cohort(datetime(2021, 9, 1, tzinfo=UTC), "base"))}
    assert before == {"A": 10, "B": 4, "D": 0, "M": 3}, "at an instant before, nothing is carried"
    [whole] = rank(db, "community", WHOLE)
    assert (whole.key, whole.rank) == ("all", 1)


@pytest.mark.parametrize("order", get_args(Order))
def test_ties_share_a_rank(town: Connection, order: Order) -> None:
    take(town, 4.5, "2024-03-01T00:00:00Z", 3, closed_at="2024-03-01T10:00:00Z")
    take(town, 4.5, "2024-03-01T00:00:00Z", closed_at="2024-03-05T00:00:00Z")
    ranks = {row.key: row.rank for row in rank(town, "grid", WHOLE, order)}
    assert ranks["A"] == ranks["C"] == 1, "the same record"
    assert ranks["B"] in (3, None)
    assert rank(town, "grid", WHOLE, order)[0].key in ("A", "C"), "the best first"


def test_a_person_keeps_the_record_when_the_post_is_handed_over(db: Connection) -> None:
    parents = {"A": "all", "B": "all"}
    publish_leaves(db, draw("AAB"), valid_from=year(2021), parents=parents)
    hire(db, "A", "worker", "王一(虚构)")
    hire(db, "B", "worker", "李二(虚构)")
    take(db, 0.5, "2021-06-01T00:00:00Z", 6, closed_at="2021-06-01T02:00:00Z")
    summary = publish_leaves(db, draw("DEB"), valid_from=year(2022), parents={"D": "all", "E": "all", "B": "all"})
    db.execute(text("SELECT app.relocate_changeset(:id, 100)"), {"id": summary["changeset_id"]})
    take(db, 0.5, "2022-06-01T00:00:00Z", 2)
    rows = {row.name: row for row in rank(db, "post", WHOLE) if isinstance(row, RankedPost)}
    wang = rows["王一(虚构)"]
    assert (wang.received, wang.closed, wang.carried) == (8, 6, 6)
    assert wang.areas == ["D"], "where the post is now"
    assert rows["李二(虚构)"].rank is None
