"""`gisgrid bench`: small runs of what a page of figures is made of; answers compared, nothing left behind."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from gisgrid.bench.coming_in import count_differences, measure_import, plan_of
from gisgrid.bench.coverage import Plan as DistrictPlan
from gisgrid.bench.coverage import draw_district
from gisgrid.bench.exact import Progress, compare_answers
from gisgrid.bench.figures import measure_figures
from gisgrid.bench.filling import fill_posts, fill_tickets
from gisgrid.bench.idle import measure_idle, measure_starts
from gisgrid.bench.loads import KINDS, measure_loads
from gisgrid.bench.many_tickets import fill_many_tickets
from gisgrid.bench.pages import Setting, describe_versions, write_page
from gisgrid.bench.peers import Peers
from gisgrid.bench.pings import Place, measure_pings
from gisgrid.bench.pings import Plan as PingPlan
from gisgrid.bench.reports import Plan as ReportPlan
from gisgrid.bench.reports import measure_reports
from gisgrid.bench.rows import Row
from gisgrid.bench.screens import Area, Load, Watch
from gisgrid.bench.screens import measure as watch_screens
from gisgrid.bench.server import serving_many
from gisgrid.bench.tile_servers import Plan as TilePlan
from gisgrid.bench.tile_servers import measure_tiles
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import NotFound
from tests.conftest import url_of
from tests.drawing import publish_leaves

SHAPES = draw_district(DistrictPlan(5, 4))


@pytest.fixture(scope="module")
def place(owner_url: str, owner: Database) -> Place:
    """Twenty grids of one community with posts and tickets."""
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, SHAPES, parents=dict.fromkeys(SHAPES, "360302"))
        fill_posts(connection)
        fill_tickets(connection, 200)
    service = url_of(owner_url, str(make_url(owner_url).database), "gisgrid_api")
    return Place(owner, owner_url, service, (113.7, 27.5, 113.71, 27.508))


def check_answers(rows: list[Row]) -> dict[tuple[str, str], Row]:
    """Every row was measured, and no answer was another than the peer's."""
    assert all(row.operations > 0 and row.p50_ms > 0 for row in rows)
    assert [row for row in rows if row.differences] == []
    return {(row.work, row.way): row for row in rows}


def test_reports_are_held_against_the_same_rows_without_a_grid(place: Place) -> None:
    rows = check_answers(measure_reports(place, ReportPlan(reports=30, clients=3, processes=1, rounds=2)))
    assert len(rows) == 9
    with place.database.transaction(EVERYTHING) as connection:
        ours = connection.execute(text("SELECT count(*) FROM work.ticket WHERE number NOT LIKE 'bench%'")).scalar_one()
        theirs = connection.execute(text("SELECT count(*) FROM peer.ticket")).scalar_one()
        assert (ours, theirs) == (240, 60)
        connection.execute(text("DROP SCHEMA peer CASCADE"))


def test_no_tile_is_stale_while_two_processes_serve_and_others_write(place: Place) -> None:
    plan = TilePlan(tiles=20, clients=2, processes=2, rounds=1, writers=3, seconds=1, peers=Peers())
    rows = check_answers(measure_tiles(place, plan))
    ways = {way for _, way in rows}
    assert ways == {"gisgrid", "ST_AsMVT in ten lines"}
    written = next(row for (work, _), row in rows.items() if "just acknowledged" in work)
    assert written.differences == 0
    assert "2 processes" in written.note
    with place.database.transaction(EVERYTHING) as connection:
        connection.execute(text("DROP SCHEMA peer CASCADE"))
        left = connection.execute(text("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'bench_tiles_%'")).scalar_one()
    assert left == 0


def test_pings_are_counted_and_coverage_is_the_same_kept_and_from_pings(place: Place) -> None:
    plan = PingPlan(batches=6, clients=2, processes=1, rounds=2, workers=4, hours=1, cameras=300)
    rows = check_answers(measure_pings(place, plan))
    assert len(rows) == 11
    assert sum(work.startswith("tile: ") for work, _ in rows) == 4
    with place.database.transaction(EVERYTHING) as connection:
        sent = connection.execute(text("SELECT count(*) FROM overlay.ping WHERE worker LIKE 'walker-%'")).scalar_one()
        connection.execute(text("DROP SCHEMA peer CASCADE"))
    assert sent == 1200


def test_maps_of_two_processes_hear_of_every_report(place: Place) -> None:
    with serving_many(place.service_url, 2) as services:
        cost = watch_screens(services, Load(4, 3.0, 2.0, [Area("360302", place.box)]))
    assert (cost.reports, cost.heard_share) == (6, 1.0)


def test_figures_of_tickets_written_in_bulk_are_a_count_of_them(place: Place) -> None:
    fill_many_tickets(create_engine(place.owner_url, poolclass=NullPool), 3000, lambda line: None)
    rows = check_answers(measure_figures(place.database, 1))
    assert rows["figures of every grid", "gisgrid"].note == "20 rows"
    assert rows["every counter and sum that is kept", "gisgrid check --counters"].differences == 0
    asked = {work for work, _ in rows}
    assert {"counters of a grid", "figures by post", "figures by department", "ranking of grids"} <= asked


def test_a_figure_that_is_wrong_is_counted(place: Place) -> None:
    with place.database.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.leaf_sum SET received = received + 1"))
    wrong = {row.work for row in measure_figures(place.database, 1) if row.differences}
    assert {"figures of every grid", "ranking of grids", "every counter and sum that is kept"} <= wrong
    with place.database.transaction(EVERYTHING) as connection:
        connection.execute(text("SELECT app.recount_tickets()"))


def test_rows_are_loaded_into_the_grids_of_their_date(place: Place, tmp_path: Path) -> None:
    rows = measure_loads(place, 60, tmp_path, lambda line: None)
    assert [(row.operations, row.differences) for row in rows] == [(60, 0)] * len(KINDS)


def test_what_nobody_asks_for_is_counted_in_the_log(place: Place) -> None:
    engine = create_engine(place.owner_url, poolclass=NullPool)
    row = measure_idle(place, engine, 8, settle_s=0)
    assert 0 < float(row.note.split()[0]) < 50
    with engine.connect() as connection:
        left = "SELECT count(*) FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase"
        found = connection.execute(text(f"{left} WHERE d.datname = current_database() AND s.setconfig::text ~ 'log_'"))
        assert found.scalar_one() == 0
    starts = ["gisgrid version", *(f"gisgrid {verb}--help" for verb in ("", "load ", "up "))]
    assert [row.way for row in measure_starts(0, 1, 1)] == starts


def test_a_map_that_hears_of_other_tickets_has_not_heard_of_the_reports() -> None:
    watch = Watch(sent={"A": 1.0, "B": 2.0})
    watch.heard |= {(0, "A"): 1.5, (0, "without a receipt"): 1.5, (1, "without a receipt"): 1.5, (1, "A"): 0.5}
    assert watch.waits(watch.heard) == [0.5, 0]


def test_hard_points_have_the_grids_that_locate_gives_them(place: Place) -> None:
    with place.database.transaction(EVERYTHING) as connection:
        found = compare_answers(connection, 6000, lambda line: None)
    assert (found.other_grid, found.other_method, found.other_distance) == (0, 0, 0)
    assert found.points == 6000
    assert found.on_an_edge > 500
    assert found.outside > 50


def test_a_comparison_goes_on_where_it_was_stopped(place: Place, tmp_path: Path) -> None:
    said, file = list[str](), tmp_path / "progress.json"
    with place.database.transaction(EVERYTHING) as connection:
        first = compare_answers(connection, 600, said.append, Progress(file))
        again = compare_answers(connection, 600, said.append, Progress(file))
        assert (again, len(said)) == (first, 1), "all was compared already"
        more = compare_answers(connection, 1000, said.append, Progress(file))
    assert (more.points, more.other_grid, len(said)) == (1000, 0, 2)
    assert more.locate_s > first.locate_s
    assert set(Progress(file).turns.values()) == {2}, "the second turn had other points"
    assert Progress(file).begin([b"another ground"])[1].points == 0


def test_a_page_gets_its_part_and_keeps_the_rest(place: Place, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench x -->\nold\n<!-- /bench x -->\nafter\n")
    row = Row("a work", "gisgrid", 1000, 12.5, 1.0, 2.0, 0.25, 0.0, 0.0, 0.0, 0, "a note")
    with place.database.transaction() as connection:
        setting = Setting("gisgrid bench x", describe_versions(connection), (1.0, 2.0))
    write_page(page, "x", [row], setting)
    said = page.read_text()
    assert said.startswith("before\n<!-- bench x -->\n`gisgrid bench x`, 20")
    assert said.endswith("| a work | gisgrid | 1,000 | 12.5 | 1 | 2 | 0.25 | 0 | a note |\n<!-- /bench x -->\nafter\n")
    assert "PostGIS" in said
    assert "old" not in said
    with pytest.raises(NotFound, match="no part for the measurement y"):
        write_page(page, "y", [row], setting)


def test_an_import_is_measured_by_part_and_held_against_its_file(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    database, heard = Database(new_database(), role=OWNER), list[str]()
    rows = measure_import(database, 42, datetime(2024, 1, 1, tzinfo=UTC), tmp_path, say=heard.append)
    assert [row.work for row in rows] == ["reading", "drawing", "publishing", "following", "all of it"]
    *parts, whole = rows
    assert all(row.grids == 42 and row.seconds > 0 and row.differences is None for row in parts)
    assert whole.seconds == pytest.approx(sum(row.seconds for row in parts))
    assert whole.differences == 0
    assert {"reading district.gpkg", "checking and publishing 42 areas"} <= set(heard)
    shapes = draw_district(plan_of(42))
    one, other = list(shapes)[:2]
    with database.transaction(EVERYTHING) as connection:
        assert count_differences(connection, shapes, seed=1) == 0
        swapped = shapes | {one: shapes[other], other: shapes[one]}
        assert 10 < count_differences(connection, swapped, seed=1) < 100
        assert count_differences(connection, shapes | {"360302099001001": shapes[one]}, seed=1) >= 3
    database.close()


@pytest.mark.parametrize(
    ("grids", "columns", "rows"), [(100_160, 313, 320), (10_000, 100, 100), (42, 6, 7), (101, 10, 10)]
)
def test_a_district_of_so_many_grids_is_as_square_as_can_be(grids: int, columns: int, rows: int) -> None:
    plan = plan_of(grids)
    assert (plan.columns, plan.rows) == (columns, rows)
