"""The points of patrols come in, and the cells that they lie in were seen then."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Refused
from gisgrid.loading import Loaded, ReadOptions
from gisgrid.patrol import load_pings
from tests import data
from tests.drawing import draw, publish_leaves, spot

WGS84 = ReadOptions(system="wgs84")
HEADER = "worker,at,lon,lat,accuracy_m\n"


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AAB AAB"))


@pytest.fixture(autouse=True)
def empty(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("TRUNCATE overlay.ping, overlay.patrol_cell"))


def rows_of(owner: Database, sql: str) -> list[Any]:
    with owner.transaction(EVERYTHING) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def write(folder: Path, body: str) -> Path:
    path = folder / "pings.csv"
    path.write_text(HEADER + body, encoding="utf-8")
    return path


def ping(worker: str, at: str, column: float, row: float = 0.5, accuracy: str = "") -> str:
    lon, lat = spot(column, row)
    return f"{worker},{at},{lon},{lat},{accuracy}\n"


def test_pings_come_in_once_and_their_cells_are_seen(owner: Database, tmp_path: Path) -> None:
    body = (
        ping("w1", "2024-05-01T08:00:00+08:00", 0.5, accuracy="8")
        + ping("w1", "2024-05-01T08:00:10+08:00", 2.5)
        + ping("w2", "2024-05-01T09:00:00+08:00", 0.5)
        + ping("w2", "2024-05-01T09:00:00+08:00", 0.5)
        + ping("w2", "2024-05-01T10:00:00+08:00", 9)
    )
    path = write(tmp_path, body)
    assert load_pings(owner, path, WGS84) == Loaded(4, 0, 1)
    assert load_pings(owner, path, WGS84) == Loaded(0, 0, 5)
    grids = rows_of(
        owner,
        "SELECT p.worker, a.code, p.accuracy_m FROM overlay.ping AS p"
        " LEFT JOIN core.area AS a ON a.area_id = p.path[cardinality(p.path)] ORDER BY worker, at",
    )
    assert grids == [("w1", "A", 8), ("w1", "B", None), ("w2", "A", None), ("w2", None, None)]
    cells = rows_of(
        owner,
        "SELECT c.cell, to_char(c.seen_at, 'HH24:MI:SS'), a.code,"
        " (SELECT count(*) FROM overlay.ping AS p WHERE p.cell = c.cell AND ST_Covers(c.geom, p.geom))"
        " FROM overlay.patrol_cell AS c LEFT JOIN core.area AS a ON a.area_id = c.path[cardinality(c.path)]"
        " ORDER BY seen_at",
    )
    assert [row[1:] for row in cells] == [("00:00:10", "B", 1), ("01:00:00", "A", 2), ("02:00:00", None, 1)]
    assert all(h3.get_resolution(cell) == 11 for cell, *_ in cells)


def test_an_older_patrol_makes_no_cell_older(owner: Database, tmp_path: Path) -> None:
    load_pings(owner, write(tmp_path, ping("w1", "2024-05-02T08:00:00Z", 0.5)), WGS84)
    before = rows_of(owner, "SELECT count(*) FROM core.change WHERE layer = 'patrol'")
    load_pings(owner, write(tmp_path, ping("w2", "2024-05-01T08:00:00Z", 0.5)), WGS84)
    assert rows_of(owner, "SELECT seen_at FROM overlay.patrol_cell") == [(datetime(2024, 5, 2, 8, tzinfo=UTC),)]
    assert rows_of(owner, "SELECT count(*) FROM core.change WHERE layer = 'patrol'") == before


def test_wrong_pings_are_all_told_and_nothing_comes_in(owner: Database, tmp_path: Path) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    path = write(
        tmp_path,
        ping("w1", "2024-05-01T08:00:00Z", 0.5)
        + ping("w1", "1901-12-13T20:45:52Z", 0.5)
        + ping("w1", later, 0.5)
        + ping("", "2024-05-01T08:00:00Z", 0.5)
        + ping("w1", "2024-05-01T08:00:00", 0.5)
        + ping("w1", "2024-05-01T08:00:00Z", 0.5, accuracy="-1"),
    )
    with pytest.raises(Refused) as caught:
        load_pings(owner, path, WGS84)
    assert [str(fault).split(":")[0] for fault in caught.value.faults] == [
        "pings.csv row 3, at",
        "pings.csv row 4, at",
        "pings.csv row 5, worker",
        "pings.csv row 6, at",
        "pings.csv row 7, accuracy_m",
    ]
    twice = write(tmp_path, ping("w1", "2024-05-01T08:00:00Z", 0.5) + ping("w1", "2024-05-01T16:00:00+08:00", 1.5))
    with pytest.raises(Refused, match=r"row 3, at: 'w1' was elsewhere at this instant \(row 2\)"):
        load_pings(owner, twice, WGS84)
    assert rows_of(owner, "SELECT count(*) FROM overlay.ping") == [(0,)]


def test_a_track_comes_in_for_the_worker_that_is_named(owner: Database) -> None:
    """GPX says its system and means UTC; the worker it cannot know."""
    tracks = data.test_data("tracks")
    with pytest.raises(Refused, match="there is no column worker"):
        load_pings(owner, tracks / "cerknicko-jezero.gpx")
    named = ReadOptions(values={"worker": "w1"})
    with pytest.raises(Refused, match="--map: GPX has names of its own.*--system: GPX is WGS 84 by its standard"):
        load_pings(owner, tracks / "cerknicko-jezero.gpx", ReadOptions(system="gcj02", columns={"at": "time"}))
    assert load_pings(owner, tracks / "cerknicko-jezero.gpx", named).loaded == 296
    assert load_pings(owner, tracks / "track-with-less-sec-time.gpx", named).loaded == 2
    times = rows_of(owner, "SELECT at FROM overlay.ping ORDER BY at DESC LIMIT 2")
    assert times == [
        (datetime(2015, 12, 11, 14, 43, 13, 994000, UTC),),
        (datetime(2015, 12, 11, 14, 43, 13, tzinfo=UTC),),
    ]
    with pytest.raises(Refused, match="segment 1 points 1, 3-184, at.*before GPS began"):
        load_pings(owner, tracks / "Mojstrovka.gpx", named)


def test_others_see_pings_by_area_only(service: Database, owner: Database, tmp_path: Path) -> None:
    load_pings(owner, write(tmp_path, ping("w1", "2024-05-01T08:00:00Z", 0.5)), WGS84)
    for table in ("overlay.ping", "overlay.patrol_cell"):
        with service.transaction() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
        with service.transaction(EVERYTHING) as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1


def test_ten_thousand_pings_are_loaded(owner: Database, tmp_path: Path) -> None:
    start = datetime(2024, 5, 1, tzinfo=UTC)
    body = "".join(
        ping(f"w{n % 7}", (start + timedelta(seconds=n)).isoformat(), n % 300 / 100, n % 200 / 100)
        for n in range(10_000)
    )
    path = write(tmp_path, body)
    assert load_pings(owner, path, WGS84).loaded == 10_000
