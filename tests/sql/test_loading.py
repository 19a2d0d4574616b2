"""What exists already comes in from files, all of a file or nothing. Long: one test an oddity of files."""

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.cameras import load_cameras
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import NotFound, Refused
from gisgrid.layers import thing_layers
from gisgrid.loading import Loaded, ReadOptions
from gisgrid.people import load_posts
from gisgrid.things import load_things
from gisgrid.tickets.loading import load_tickets
from tests import data
from tests.drawing import draw, publish_leaves, spot

WGS84 = ReadOptions(system="wgs84")
PLACE = thing_layers()["place"]
OLD, NEW = "2023-01-01T00:00:00+08:00", "2024-06-01T00:00:00+08:00"


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    """Two grids A and B under C; from June 2024 on the ground of A is A1, and A is no more."""
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AAB AAB"), valid_from=OLD, parents={"A": "C", "B": "C"})
    with owner.transaction(EVERYTHING) as connection:
        shapes = draw("xxB xxB")
        publish_leaves(connection, {"A1": shapes["x"], "B": shapes["B"]}, valid_from=NEW, parents={"A1": "C", "B": "C"})


@pytest.fixture(autouse=True)
def empty(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("ALTER TABLE work.event DISABLE TRIGGER events_append"))
        connection.execute(
            text("TRUNCATE work.ticket, work.rule, core.post, core.person, overlay.camera, overlay.place CASCADE")
        )
        connection.execute(text("ALTER TABLE work.event ENABLE TRIGGER events_append"))


def rows_of(owner: Database, sql: str) -> list[Any]:
    with owner.transaction(EVERYTHING) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def write(folder: Path, body: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(body, encoding="utf-8")
    return path


def at(column: float, row: float) -> str:
    lon, lat = spot(column, row)
    return f"{lon},{lat}"


POSTS = "area_code,role,person,phone,title,department,from,to\n"


def test_posts_come_in_once(owner: Database, tmp_path: Path) -> None:
    """Roles by id or in Chinese; a retired grid's posts keep its path; one phone is one person."""
    path = write(
        tmp_path,
        POSTS
        + "A,worker,吴一,1,,,2023-01-01,2024-06-01\n"
        + "A1,网格员,吴一,1,,,2024-06-01,\n"
        + "B,head,王二,,,,,\n"
        + "B,worker,王二,,,,,\n"
        + "C,grid centre,,,中心,民政,2023-01-01,\n",
    )
    assert load_posts(owner, path) == Loaded(5)
    assert load_posts(owner, path) == Loaded(0, 0, 5)
    posts = rows_of(
        owner,
        "SELECT a.code, p.role, h.name, p.title, p.department, p.valid_from = '-infinity', p.valid_to = 'infinity',"
        " p.path[1] = 0 AND p.path[cardinality(p.path)] = p.area_id"
        " FROM core.post AS p JOIN core.area AS a USING (area_id) LEFT JOIN core.person AS h USING (person_id)"
        " ORDER BY post_id",
    )
    assert posts == [
        ("A", "worker", "吴一", None, None, False, False, True),
        ("A1", "worker", "吴一", None, None, False, True, True),
        ("B", "head", "王二", None, None, True, True, True),
        ("B", "worker", "王二", None, None, True, True, True),
        ("C", "centre", None, "中心", "民政", False, True, True),
    ]
    assert rows_of(owner, "SELECT name, phone FROM core.person ORDER BY person_id") == [
        ("吴一", "1"),
        ("王二", None),
        ("王二", None),
    ]


def test_a_post_that_has_ended_since_is_changed(owner: Database, tmp_path: Path) -> None:
    load_posts(owner, write(tmp_path, POSTS + "B,worker,吴一,1,,,2024-01-01,\n"))
    ended = write(tmp_path, POSTS + "B,worker,吴一,1,,,2024-01-01,2024-07-01\nB,worker,郑三,3,,,2024-07-01,\n")
    assert load_posts(owner, ended) == Loaded(1, 1)
    assert load_posts(owner, ended) == Loaded(0, 0, 2)
    assert rows_of(owner, "SELECT valid_to AT TIME ZONE 'Asia/Shanghai' FROM core.post ORDER BY post_id")[0] == (
        datetime(2024, 7, 1),
    )


def test_wrong_posts_are_all_told_and_nothing_comes_in(owner: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        POSTS
        + "B,worker,吴一,1,,,2024-01-01,\n"
        + "Z,worker,吴一,1,,,,\n"
        + "B,king,吴一,1,,,,\n"
        + "B,worker,吴一,1,,,2024-01-01,\n"
        + "B,worker,李四,4,,,2024-05-01,2024-05-01\n"
        + ",worker,李四,4,,,05/01/2024,\n",
    )
    with pytest.raises(Refused) as caught:
        load_posts(owner, path)
    assert [str(fault).split(" ->")[0] for fault in caught.value.faults] == [
        "file.csv row 3, area_code: network base has no area 'Z'",
        "file.csv row 4, role: there is no role 'king'",
        "file.csv row 5, area_code: this post is in row 2 already",
        "file.csv row 6, to: the post ends before it begins",
        "file.csv row 7, area_code: is empty",
        "file.csv row 7, from: '05/01/2024' is no time",
    ]
    assert all(fault.remedy for fault in caught.value.faults)
    assert rows_of(owner, "SELECT count(*) FROM core.post") == [(0,)]
    with pytest.raises(NotFound):
        load_posts(owner, path, network="none")


TICKETS = "external_id,category,lon,lat,received_at,due_at,closed_at,step\n"


def test_history_is_located_at_its_own_date(owner: Database, tmp_path: Path) -> None:
    load_posts(owner, write(tmp_path, POSTS + "A,worker,吴一,1,,环卫,2023-01-01,2024-06-01\n", "posts.csv"))
    path = write(
        tmp_path,
        TICKETS
        + f"t1,民生事项,{at(0.5, 0.5)},2024-05-31,,2024-06-03,\n"
        + f"t2,hazard,{at(0.5, 0.5)},2024-06-01,2024-06-05,,\n"
        + f"t3,dispute,{at(0.5, 0.5)},2022-12-31T23:59:59+08:00,,,assign\n"
        + f"t4,hazard,{at(9, 9)},2024-06-01,,,\n",
    )
    done = load_tickets(owner, path, WGS84)
    assert done == Loaded(4, notes=("2 lay outside every grid of base at their date",))
    tickets = rows_of(
        owner,
        "SELECT p.external_id, v.code, t.step, t.method, p.department, t.number LIKE '20%-%', t.source,"
        " t.due_at - t.received_at, t.reported_at = t.received_at"
        " FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)"
        " LEFT JOIN core.area_version AS v USING (area_version_id) ORDER BY t.ticket_id",
    )
    assert tickets == [
        ("t1", "A", "rate", "inside", "环卫", True, "load", timedelta(hours=72), True),
        ("t2", "A1", "assign", "inside", None, True, "load", timedelta(days=4), True),
        ("t3", None, "assign", "none", None, True, "load", timedelta(hours=120), True),
        ("t4", None, "assign", "none", None, True, "load", timedelta(hours=24), True),
    ]
    events = rows_of(owner, "SELECT action, to_step, at FROM work.event ORDER BY event_id LIMIT 6")
    assert [event[:2] for event in events if event[1] == "rate"] == [("received", "rate"), ("step", "rate")]
    assert rows_of(owner, "SELECT count(*) FROM work.outbox") == [(0,)]


def test_tickets_come_in_once(owner: Database, tmp_path: Path) -> None:
    """By their number in the other system; the same number of another source is another ticket."""
    body = TICKETS + f"t1,hazard,{at(0.5, 0.5)},2024-07-01,,,\nt2,hazard,{at(2.5, 0.5)},2024-07-02,,,\n"
    assert load_tickets(owner, write(tmp_path, body), WGS84).loaded == 2
    more = write(tmp_path, body + f"t3,hazard,{at(0.5, 0.5)},2024-07-01,,,\n,hazard,{at(0.5, 0.5)},2024-07-01,,,\n")
    done = load_tickets(owner, more, WGS84)
    assert (done.loaded, done.skipped) == (2, 2)
    assert done.notes == ("1 have no external_id: loading this file again would load them again",)
    other = ReadOptions(system="wgs84", values={"source": "hotline"})
    assert load_tickets(owner, write(tmp_path, body), other).loaded == 2
    moved = write(tmp_path, body.replace("2024-07-01", "2024-07-03"))
    assert "another time" in load_tickets(owner, moved, WGS84).notes[0]


def test_two_loads_of_one_file_at_once_make_every_row_once(owner: Database, tmp_path: Path) -> None:
    posts = write(tmp_path, POSTS + "B,worker,吴一,1,,,2024-01-01,\n", "posts.csv")
    body = "".join(f"t{n},hazard,{at(0.5, 0.5)},2024-07-01,,,\n" for n in range(200))
    tickets = write(tmp_path, TICKETS + body)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: load_tickets(owner, tickets, WGS84).loaded, range(2)))
        done += list(pool.map(lambda _: load_posts(owner, posts).loaded, range(2)))
    assert sorted(done) == [0, 0, 1, 200]


def test_wrong_tickets_are_all_told_and_nothing_comes_in(owner: Database, tmp_path: Path) -> None:
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    path = write(
        tmp_path,
        "external_id,category,lon,lat,received_at,due_at,closed_at,step,reported_at\n"
        + f"t1,hazard,{at(0.5, 0.5)},2024-07-01,,,,\n"
        + f"t1,hazard,{at(0.5, 0.5)},2024-07-01,,,,\n"
        + f"t2,fire,{at(0.5, 0.5)},2024-07-01,,,,\n"
        + f"t3,hazard,{at(0.5, 0.5)},2024-07-02,2024-07-01,2024-07-01,,2024-07-03\n"
        + f"t4,hazard,{at(0.5, 0.5)},{later},,,,\n"
        + f"t5,hazard,{at(0.5, 0.5)},2024-07-01,,,rate,\n"
        + f"t6,hazard,{at(0.5, 0.5)},2024-07-01,,2024-07-02,handle,\n"
        + f"t7,hazard,{at(0.5, 0.5)},2024-07-01,,,write_off,\n"
        + f"t8,hazard,{spot(0.5, 0.5)[1]},{spot(0.5, 0.5)[0]},2024-07-01,,,,\n"
        + f"t9,hazard,{at(0.5, 0.5)},,,,,\n",
    )
    with pytest.raises(Refused) as caught:
        load_tickets(owner, path, WGS84)
    assert [str(fault).split(" ->")[0][len("file.csv ") :] for fault in caught.value.faults] == [
        "row 3, external_id: this number is in row 2 already",
        "row 4, category: there is no category 'fire'",
        "row 5, reported_at: it was reported after it was received",
        "row 5, closed_at: it was closed before it was received",
        "row 5, due_at: it was due before it was received",
        "row 6, received_at: this is still to come",
        "row 7, step: 'rate' does not agree with closed_at",
        "row 8, step: 'handle' does not agree with closed_at",
        "row 9, step: six_step has no step 'write_off'",
        f"row 10, lon: lon and lat are swapped: {spot(0.5, 0.5)} is in the district, {spot(0.5, 0.5)[::-1]} is not",
        "row 11, received_at: is empty",
    ]
    assert rows_of(owner, "SELECT count(*) FROM work.ticket") == [(0,)]


def test_numbers_are_given_in_the_order_of_the_file(owner: Database, tmp_path: Path) -> None:
    days = [f"2024-07-{1 + n * 7 % 28:02}" for n in range(2500)]
    body = "".join(f"t{n},hazard,{at(0.5, 0.5)},{day},,,\n" for n, day in enumerate(days))
    said: list[str] = []
    assert load_tickets(owner, write(tmp_path, TICKETS + body), WGS84, say=said.append).loaded == 2500
    assert said == ["  1000 of 2500", "  2000 of 2500", "  2500 of 2500"]
    order = rows_of(owner, "SELECT external_id FROM work.ticket_private ORDER BY ticket_id")
    assert order == [(f"t{n}",) for n in range(2500)]


CAMERAS = "code,name,lon,lat,bearing_deg,angle_deg,range_m\n"


def test_cameras_see_a_sector(owner: Database, tmp_path: Path) -> None:
    """A circle of 100 m has 31,416 m2, a quarter of it a quarter; the chords take a thousandth."""
    path = write(
        tmp_path,
        CAMERAS + f"1,球机,{at(0.5, 0.5)},,360,100\n2,枪机,{at(2.5, 0.5)},360,90,100\n3,未知,{at(9, 9)},,,\n",
    )
    done = load_cameras(owner, path, WGS84)
    assert (done.loaded, done.notes) == (3, ("1 lie outside every grid",))
    assert load_cameras(owner, path, WGS84).skipped == 3
    cameras = rows_of(
        owner,
        "SELECT c.code, a.code, c.bearing_deg, round(ST_Area(sector::geography)::numeric, -2)::float,"
        " ST_IsValid(sector), ST_Covers(sector, c.geom),"
        " round(degrees(ST_Azimuth(c.geom::geography, ST_Centroid(sector)::geography)))::int % 360, c.path = '{0}'"
        " FROM overlay.camera AS c LEFT JOIN core.area AS a USING (area_id) ORDER BY c.code",
    )
    assert cameras[0][:6] == ("1", "A1", None, 31400, True, True)
    assert cameras[1] == ("2", "B", 0, 7800, True, True, 0, False)
    assert cameras[2] == ("3", None, None, None, None, None, None, True)
    moved = write(tmp_path, CAMERAS + f"1,球机,{at(2.5, 0.5)},,360,100\n2,枪机,{at(2.5, 0.5)},0,90,100\n")
    assert load_cameras(owner, moved, WGS84) == Loaded(0, 1, 1)


def test_wrong_cameras_are_all_told(owner: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        CAMERAS
        + f"1,a,{at(0.5, 0.5)},,90,100\n1,b,{at(0.5, 0.5)},10,,100\n3,c,{at(0.5, 0.5)},361,20,30000\n"
        + f"4,d,{at(0.5, 0.5)},-1,20,10\n5,e,{at(0.5, 0.5)},10,0,10\n6,f,113.9,89.99,10,20,10\n7,,{at(1, 1)},,,\n",
    )
    with pytest.raises(Refused) as caught:
        load_cameras(owner, path, WGS84)
    assert [str(fault).split(" ->")[0][len("file.csv ") :] for fault in caught.value.faults] == [
        "row 2, bearing_deg: which way does it look?",
        "row 3, code: this code is in row 2 already",
        "row 3, angle_deg: a view needs both angle and range",
        "row 4, bearing_deg: 361 is out of range",
        "row 4, range_m: 30000 is out of range",
        "row 5, bearing_deg: -1 is out of range",
        "row 6, angle_deg: 0 sees nothing",
        "row 7, lon: no view can be drawn so near to a pole or the 180th meridian",
        "row 8, name: is empty",
    ]


def test_places_come_in_and_change(owner: Database, tmp_path: Path) -> None:
    body = f"code,name,kind,lon,lat\np1,救生点,rescue,{at(0.5, 0.5)}\np2,门岗,gate,{at(2.5, 1.5)}\n"
    assert load_things(owner, PLACE, write(tmp_path, body), WGS84) == Loaded(2)
    assert load_things(owner, PLACE, write(tmp_path, body.replace("门岗", "东门")), WGS84) == Loaded(0, 1, 1)
    assert rows_of(
        owner,
        "SELECT p.code, name, p.kind, a.code FROM overlay.place AS p JOIN core.area AS a USING (area_id) ORDER BY 1",
    ) == [("p1", "救生点", "rescue", "A1"), ("p2", "东门", "gate", "B")]
    with pytest.raises(Refused, match="rows 2-3, system: the coordinate system is not said"):
        load_things(owner, PLACE, write(tmp_path, body))


def test_real_requests_lie_in_the_tract_of_their_date(owner: Database, tmp_path: Path) -> None:
    """1,068 requests of a city through --map and --set: each is where app.locate says at its date."""
    folder = data.test_data("dc2016")
    tract = ImportOrder(
        folder / "boundaries" / "tract.geojson",
        datetime(2016, 1, 1, tzinfo=ZoneInfo("America/New_York")),
        level="grid",
        network="tract",
        scheme="free",
        fields=Fields(code="key"),
    )
    import_boundaries(owner, tract)
    options = ReadOptions(
        columns={"external_id": "id", "received_at": "created", "due_at": "due", "closed_at": "resolved",
                 "description": "service"},
        values={"category": "livelihood", "system": "wgs84", "source": "dc311"},
        zone=ZoneInfo("America/New_York"),
    )  # fmt: skip
    source = folder / "service_requests.csv"
    done = load_tickets(owner, source, options, network="tract")
    assert (done.loaded, done.skipped) == (1068, 0)
    assert load_tickets(owner, source, options, network="tract").skipped == 1068
    found = rows_of(
        owner,
        "SELECT p.external_id, t.received_at, t.due_at, t.closed_at, t.step = 'rate', p.description, v.code, l.code"
        " FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)"
        " LEFT JOIN core.area_version AS v USING (area_version_id)"
        " CROSS JOIN LATERAL app.locate(p.geom, 'tract', t.received_at) AS l ORDER BY ticket_id",
    )
    assert all(ticket == grid for *_, ticket, grid in found)
    assert sum(ticket is not None for *_, ticket, _ in found) > 1000
    with source.open(encoding="utf-8", newline="") as file:
        for row, ticket in zip(csv.DictReader(file), found, strict=True):
            closed = row["resolved"]
            assert ticket[:6] == (
                row["id"],
                datetime.fromisoformat(row["created"]),
                datetime.fromisoformat(row["due"]),
                datetime.fromisoformat(closed) if closed else None,
                bool(closed),
                row["service"],
            )
