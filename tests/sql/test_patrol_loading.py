"""The points of patrols come in, and the cells that they lie in were seen. Long because what is kept is checked too."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Refused
from gisgrid.loading import Loaded, ReadOptions
from gisgrid.patrol import check_walks, keep_walks, load_pings
from tests import data
from tests.drawing import draw, publish_leaves, spot

WGS84 = ReadOptions(system="wgs84")
HEADER = "worker,at,lon,lat,accuracy_m\n"


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw(f"AAB AAB {'. ' * 11}{'.' * 11}C"))


@pytest.fixture(autouse=True)
def empty(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text(
                "TRUNCATE overlay.ping, overlay.patrol_cell, overlay.walk, overlay.walk_due, overlay.walker, "
                "overlay.ping_tally"
            )
        )


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
        + ping("w2", "2024-05-01T10:00:00+08:00", 5)
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
    assert [row[1:] for row in cells if row[3]] == [("00:00:10", "B", 1), ("01:00:00", "A", 2), ("02:00:00", None, 1)]
    assert {row[2] for row in cells if not row[3]} == {"A", "B"}, "those between, where the line leads"
    assert all(h3.get_resolution(cell) == 11 for cell, *_ in cells)


def test_an_older_patrol_makes_no_cell_older(owner: Database, tmp_path: Path) -> None:
    load_pings(owner, write(tmp_path, ping("w1", "2024-05-02T08:00:00Z", 0.5)), WGS84)
    before = rows_of(owner, "SELECT count(*) FROM core.change WHERE layer = 'patrol'")
    load_pings(owner, write(tmp_path, ping("w2", "2024-05-01T08:00:00Z", 0.5)), WGS84)
    assert rows_of(owner, "SELECT seen_at FROM overlay.patrol_cell") == [(datetime(2024, 5, 2, 8, tzinfo=UTC),)]
    assert rows_of(owner, "SELECT count(*) FROM core.change WHERE layer = 'patrol'") == before


def test_cells_that_cannot_be_read_refuse_the_file(owner: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ping("w1", "2024-05-01T08:00:00Z", 0.5)
        + ping("", "2024-05-01T08:00:00Z", 0.5)
        + ping("w1", "2024-05-01T08:00:00", 0.5)
        + ping("w1", "2024-05-01T08:00:00Z", 0.5, accuracy="-1"),
    )
    with pytest.raises(Refused) as caught:
        load_pings(owner, path, WGS84)
    assert [str(fault).split(":")[0] for fault in caught.value.faults] == [
        "pings.csv row 3, worker",
        "pings.csv row 4, at",
        "pings.csv row 5, accuracy_m",
    ]
    assert rows_of(owner, "SELECT count(*) FROM overlay.ping") == [(0,)]


def test_pings_that_cannot_be_true_refuse_no_others(owner: Database, tmp_path: Path) -> None:
    """They are counted, and go to the file of rows set aside; what is coarse or a jump is kept and colours nothing."""
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    path = write(
        tmp_path,
        ping("w1", "2024-05-01T08:00:00Z", 0.5)
        + ping("w1", "1901-12-13T20:45:52Z", 0.5)
        + ping("w1", later, 0.5)
        + ping("w1", "2024-05-01T16:00:00+08:00", 1.5)
        + ping("w1", "2024-05-01T08:00:20Z", 1.5, accuracy="5000")
        + ping("w1", "2024-05-01T08:00:10Z", 10)
        + "w1,2024-05-01T08:00:30Z,0,0,5\n",
    )
    counts = {"receiver": 1, "future": 1, "coarse": 1, "jump": 1, "outside": 1}
    done = load_pings(owner, path, WGS84)
    assert (done.loaded, done.skipped) == (1, 0)
    reasons = {**counts, "elsewhere": 1}
    assert sorted(done.notes) == sorted(f"{count} set aside: {reason}" for reason, count in reasons.items())
    assert rows_of(owner, "SELECT doubt FROM overlay.ping ORDER BY at") == [(None,), ("jump",), ("coarse",)]
    assert len(rows_of(owner, "SELECT FROM overlay.patrol_cell")) == 1
    tally = "SELECT reason, pings FROM overlay.ping_tally WHERE reason <> 'unordered' AND pings > 0"
    assert dict(rows_of(owner, tally)) == {**counts, "accepted": 1, "repeated": 1}
    aside = load_pings(owner, path, ReadOptions(system="wgs84", set_aside=tmp_path / "aside.csv"))
    assert (aside.loaded, aside.set_aside, aside.skipped) == (0, 4, 3), aside
    rows = csv.DictReader((tmp_path / "aside.csv").read_text("utf-8-sig").splitlines())
    assert [row["reason"] for row in rows] == [
        "at: this is before GPS began, or 1024 weeks off -> the device had no time: correct it",
        "at: this is still to come -> correct the time or its offset",
        "at: 'w1' was elsewhere at this instant (row 2)"
        " -> give the instants to the fraction of a second, or leave one out",
        "lon: this is far outside the district -> correct the point or its system",
    ]


@pytest.mark.parametrize(
    ("case", "loaded", "cells", "notes"),
    [
        ("F12-patrol-coverage/coarse.csv", 0, 0, ["1 set aside: coarse"]),
        ("F12-patrol-coverage/jump.csv", 1, 1, ["1 set aside: outside"]),
        ("F12-patrol-coverage/null-island.csv", 0, 0, ["2 set aside: outside"]),
    ],
)
def test_pings_of_the_field_that_no_worker_can_have_sent(
    owner: Database, case: str, loaded: int, cells: int, notes: list[str]
) -> None:
    done = load_pings(owner, data.test_data("cases") / case)
    assert (done.loaded, list(done.notes)) == (loaded, notes)
    assert rows_of(owner, "SELECT count(*) FROM overlay.patrol_cell") == [(cells,)]


def test_cells_are_seen_along_the_line_and_not_at_its_pings_alone(owner: Database, tmp_path: Path) -> None:
    """Two pings 200 m and 100 s apart: every cell between; with 200 s between, or a new segment, only their own."""
    for seconds, between in ((100, True), (200, False)):
        start, end = (
            datetime(2024, 5, 1, 8, tzinfo=UTC),
            datetime(2024, 5, 1, 8, tzinfo=UTC) + timedelta(seconds=seconds),
        )
        load_pings(owner, write(tmp_path, ping("w1", start.isoformat(), 0.5) + ping("w1", end.isoformat(), 1.5)), WGS84)
        count = rows_of(owner, "SELECT count(*) FROM overlay.patrol_cell")[0][0]
        assert (count >= 4) if between else (count == 2)
        middle = (
            "SELECT count(*) FROM overlay.patrol_cell WHERE ST_Intersects(geom, ST_SetSRID(ST_MakePoint({}, {}), 4326))"
        )
        assert rows_of(owner, middle.format(*spot(1, 0.5)))[0][0] == between
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(
                text("TRUNCATE overlay.ping, overlay.patrol_cell, overlay.walk, overlay.walk_due, overlay.walker")
            )


def test_a_track_comes_in_for_the_worker_that_is_named(owner: Database) -> None:
    """GPX says its system and means UTC; the worker it cannot know. Its length is that of its segments."""
    tracks = data.test_data("tracks")
    with pytest.raises(Refused, match="there is no column worker"):
        load_pings(owner, tracks / "cerknicko-jezero.gpx")
    named = ReadOptions(values={"worker": "w1"})
    with pytest.raises(Refused, match="--map: GPX has names of its own.*--system: GPX is WGS 84 by its standard"):
        load_pings(owner, tracks / "cerknicko-jezero.gpx", ReadOptions(system="gcj02", columns={"at": "time"}))
    done = load_pings(owner, tracks / "cerknicko-jezero.gpx", named)
    assert done.loaded == 0 and "296 set aside: outside" in done.notes, "Slovenia is not in this district"
    lengths = [note for note in done.notes if " km " in note]
    assert len(lengths) == 1 and lengths[0].startswith("4.5")


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
        ping(
            f"w{n % 7}", (start + timedelta(seconds=n)).isoformat(), abs(n % 600 - 300) / 100, abs(n % 400 - 200) / 100
        )
        for n in range(10_000)
    )
    path = write(tmp_path, body)
    assert load_pings(owner, path, WGS84).loaded == 10_000


def test_a_wrong_hour_is_named_and_reckoned_again(owner: Database, tmp_path: Path) -> None:
    """What a hand did: ground that nobody saw, an hour that is gone, one that says nothing, a cell not seen."""
    walk = "".join(ping("w1", f"2024-05-01T{8 + n // 6:02}:{n % 6 * 10 + s:02}:00+08:00", n / 6 + s / 10)
                   for n in range(18) for s in (0, 1))  # fmt: skip
    load_pings(owner, write(tmp_path, walk + ping("w2", "2024-05-01T08:00:00+08:00", 0.2)), WGS84)

    def ask(sql: str) -> Any:
        with owner.transaction(EVERYTHING) as connection:
            return connection.execute(text(sql)).rowcount

    def wrong() -> set[tuple[str, str, str]]:
        with owner.transaction(EVERYTHING) as connection:
            return {(one.worker, f"{one.hour.astimezone(UTC):%H}", one.what) for one in check_walks(connection)}

    def reckon() -> None:
        ask("SELECT app.recount_walks()")
        assert wrong() == set(), "an hour that is due is answered by its pings"
        with owner.transaction(EVERYTHING) as connection:
            while keep_walks(connection):
                pass

    assert wrong() == set()
    hour = "hour = '2024-05-01T01:00Z'"
    for act, said in (
        (f"UPDATE overlay.walk AS w SET runs = o.runs FROM overlay.walk AS o WHERE w.{hour}"
         " AND o.hour = '2024-05-01T02:00Z'", {("w1", "01", "ground seen")}),
        (f"DELETE FROM overlay.walk WHERE {hour}", {("w1", "01", "ground seen")}),
        (f"UPDATE overlay.walk SET runs = NULL WHERE {hour}", {("w1", "01", "ground seen")}),
        ("UPDATE overlay.patrol_cell SET seen_at = '2024-05-01T01:30Z' WHERE seen_at > '2024-05-01T02:00Z'",
         {("w1", "02", "cells of the map")}),
        ("DELETE FROM overlay.ping WHERE at >= '2024-05-01T01:30Z' AND at < '2024-05-01T02:00Z'",
         {("w1", "01", "ground seen")}),
    ):  # fmt: skip
        assert ask(act), act
        assert wrong() == said, act
        reckon()
        assert wrong() == set(), act
    # The first pings go, as those that were kept long enough do: what was seen then stays, and is right.
    assert ask("DELETE FROM overlay.ping WHERE at < '2024-05-01T00:30Z'")
    assert wrong() == set()
