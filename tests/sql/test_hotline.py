"""A city's hotline export comes in: its times, its words, its rows that cannot be used. Long: one test an oddity."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from gisgrid.loading import ReadOptions, read_sheet
from tests.drawing import draw, publish_leaves, spot
from tests.unit.test_spreadsheets import book

LON, LAT = spot(0.5, 0.5)
HEADER = "external_id,category,received_at,closed_at,lon,lat,system,description\n"


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"), valid_from="2010-01-01T00:00:00+08:00")


@pytest.fixture(autouse=True)
def settings(owner: Database, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path / "data"))
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("ALTER TABLE work.event DISABLE TRIGGER events_append"))
        connection.execute(text("TRUNCATE work.ticket, overlay.ping, overlay.camera CASCADE"))
        connection.execute(text("ALTER TABLE work.event ENABLE TRIGGER events_append"))


def row(number: object, at: str, closed: str = "", category: str = "hazard", point: str = f"{LON},{LAT}") -> str:
    return f"{number},{category},{at},{closed},{point},wgs84,路灯不亮\n"


def write(folder: Path, body: str, name: str = "hotline.csv") -> str:
    path = folder / name
    path.write_text(body, encoding="utf-8")
    return str(path)


def received(owner: Database) -> list[tuple[Any, ...]]:
    with owner.transaction(EVERYTHING) as connection:
        found = connection.execute(
            text(
                "SELECT p.external_id, to_char(t.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS at,"
                " t.category, t.method FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)"
                " ORDER BY t.ticket_id"
            )
        )
        return [tuple(one) for one in found]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


Said = pytest.CaptureFixture[str]


def test_times_without_offset_need_a_zone_that_somebody_names(owner: Database, tmp_path: Path, capsys: Said) -> None:
    path = write(tmp_path, HEADER + row("R1", "2026-11-20 08:00:00") + row("R2", "2026/11/20 8:05"))
    assert run(["load", "tickets", path]) == 1
    assert "--zone, as Asia/Shanghai" in capsys.readouterr().err
    assert run(["load", "tickets", path, "--zone", "Asia/Shanghai"]) == 0
    assert [one[1] for one in received(owner)] == ["2026-11-20 00:00:00", "2026-11-20 00:05:00"]


US = HEADER + (
    row(1, "06/26/2018 10:58:54 AM", "06/26/2018 12:50:01 PM")
    + row(2, "2018-06-26 10:58:54")
    + row(3, "2018/6/26 10:58")
    + row(4, "2018-06-26T10:58:54+08:00", point=",")
    + row(5, "06/26/2018 10:58:54 AM", "06/25/2018 10:58:54 AM")
    + row(6, "the day before")
    + "7,hazard,06/26/2018 10:58:54 AM,,1,2\n"
    + row(8, "06/26/2018 10:58:54 AM", category="=fire")
)


def test_rows_that_cannot_be_used_are_set_aside_mended_and_loaded_once(
    owner: Database, tmp_path: Path, capsys: Said
) -> None:
    aside = tmp_path / "aside.csv"
    options = ["--time-format", "us", "--zone", "Asia/Shanghai"]
    assert run(["load", "tickets", write(tmp_path, US), *options, "--set-aside", str(aside), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["loaded"], said["set_aside"]) == (3, 5)
    assert said["reasons"] == {
        "lon: lon and lat are empty": 1,
        "closed_at: it was closed before it was received": 1,
        "received_at: … is no time": 1,
        "… cells under … headers": 1,
        "category: there is no category …": 1,
    }
    held = rows_of(aside)
    assert list(held[0]) == [*HEADER.strip().split(","), "reason"]
    assert [one["external_id"] for one in held] == ["4", "5", "6", "7", "8"]
    assert "--without-point" in held[0]["reason"]
    assert (held[4]["category"], read_sheet(aside, ReadOptions()).rows[4][1]) == ("'=fire", "'=fire")

    mended = aside.read_text(encoding="utf-8-sig").replace("06/25", "06/27").replace("'=fire", "hazard")
    path = write(tmp_path, mended, "mended.csv")
    left = str(tmp_path / "left.xlsx")
    assert run(["load", "tickets", path, *options, "--set-aside", left, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["loaded"] == 2
    assert [one[0] for one in received(owner)] == ["1", "2", "3", "5", "8"]
    sheet = read_sheet(Path(left), ReadOptions())
    assert [one[0] for one in sheet.rows] == ["4", "6", "7"]
    again = [*options, "--set-aside", str(tmp_path / "again.csv"), "--json"]
    assert run(["load", "tickets", path, *again]) == 0
    assert json.loads(capsys.readouterr().out)["skipped"] == 2


def test_a_file_of_many_faults_is_told_in_a_few_lines(tmp_path: Path, capsys: Said) -> None:
    body = HEADER + "".join(row(n, f"06/26/2018 10:{n % 60}:{n // 60}") for n in range(3000))
    assert run(["load", "tickets", write(tmp_path, body)]) == 1
    lines = capsys.readouterr().err.partition("Refused:")[2].splitlines()
    assert len(lines) == 9  # the rest of the title, three faults with their Chinese, how many more, of which kind
    assert lines[-2:] == [
        "  and 2,997 more (--json has all of them):",
        "    3,000 x received_at: … is no time",
    ]
    assert run(["load", "tickets", write(tmp_path, body), "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 3000


@pytest.mark.parametrize("target", ["hotline.csv", "there.csv", "aside.txt", "aside"])
def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, capsys: Said, target: str) -> None:
    (tmp_path / "there.csv").write_text("half mended", encoding="utf-8")
    path = write(tmp_path, HEADER + row(1, "2018-06-26") + row(2, "x"))
    assert run(["load", "tickets", path, "--set-aside", str(tmp_path / target)]) == 1
    assert "--set-aside: " in capsys.readouterr().err
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "half mended"


def test_a_file_of_which_no_row_can_be_used_is_refused(owner: Database, tmp_path: Path, capsys: Said) -> None:
    path = write(tmp_path, HEADER + row(1, "x") + row(2, "y"))
    assert run(["load", "tickets", path, "--set-aside", str(tmp_path / "aside.csv")]) == 1
    assert not (tmp_path / "aside.csv").exists()
    assert "is no time" in capsys.readouterr().err


def test_of_one_number_twice_the_row_that_can_be_used_comes_in(owner: Database, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + row(1, "x") + row(1, "2018-06-26") + row(1, "2018-06-27"))
    assert run(["load", "tickets", path, "--set-aside", str(tmp_path / "aside.csv")]) == 0
    assert [one[:2] for one in received(owner)] == [("1", "2018-06-25 16:00:00")]
    assert "this number is in row 3 already" in rows_of(tmp_path / "aside.csv")[1]["reason"]


def test_tickets_without_a_point_are_in_no_grid_if_somebody_wants_them(
    owner: Database, tmp_path: Path, capsys: Said
) -> None:
    path = write(tmp_path, HEADER + row(1, "2018-06-26", point=",") + row(2, "2018-06-26", point=f"{LON},"))
    assert run(["load", "tickets", path]) == 1
    assert "lon and lat are empty -> give it lon and lat, or load such rows into no grid: --without-point" in (
        capsys.readouterr().err
    )
    options = ["--without-point", "--set-aside", str(tmp_path / "aside.csv")]
    assert run(["load", "tickets", path, *options]) == 0
    said = capsys.readouterr()
    assert "1 have no point and are in no grid" in said.err
    assert "a point needs both lon and lat" in rows_of(tmp_path / "aside.csv")[0]["reason"]
    assert [(one[0], one[3]) for one in received(owner)] == [("1", "none")]


def test_a_citys_words_become_categories(owner: Database, tmp_path: Path, capsys: Said) -> None:
    names = ["Street Light Out", "安全隐患", *(f"Type {n}" for n in range(98))]
    body = HEADER + "".join(row(n, "2018-06-26", category=names[n % 100]) for n in range(250))
    path, skeleton = write(tmp_path, body), tmp_path / "values.xlsx"
    assert run(["load", "tickets", path]) == 1
    said = capsys.readouterr().err
    assert "99 values are no categories, with their rows: 'Street Light Out' (3)" in said
    assert "--values-skeleton" in said and "'Type 97' (2)" in said

    named = ["--map", "external_id=external_id", "--set", "source=hotline"]
    assert run(["load", "tickets", path, *named, "--values-skeleton", str(skeleton), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(skeleton), "values": {"category": 100}}
    sheet = read_sheet(skeleton, ReadOptions())
    assert sheet.header == ("column", "value", "rows", "becomes", "guess", "guess_name")
    assert ("category", "安全隐患", "3", "", "hazard", "安全隐患") in sheet.rows
    assert received(owner) == []

    def fill(becomes: dict[str, str], ending: str) -> str:
        rows = [[*line[:3], becomes.get(line[1], "livelihood"), *line[4:]] for line in sheet.rows]
        if ending == "xlsx":
            return str(book(tmp_path / "filled.xlsx", ("a", [list(sheet.header), *rows])))
        lines = "\n".join(";".join(line) for line in (list(sheet.header), *rows))
        (tmp_path / "filled.csv").write_bytes(lines.encode("gbk"))
        return str(tmp_path / "filled.csv")

    wrong = fill({"Type 7": "fire", "Type 8": ""}, "csv")
    assert run(["load", "tickets", path, "--values", wrong]) == 1
    said = capsys.readouterr().err
    assert "there is no category 'fire'" in said and "there is no category 'Type 8'" in said
    right = fill({"Street Light Out": "hazard", "Type 7": "-"}, "xlsx")
    assert run(["load", "tickets", path, "--values", right, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["loaded"] == 247
    assert f"3 rows left out, as {right} says" in done["notes"]
    assert {one[2] for one in received(owner)} == {"hazard", "livelihood"}


def test_two_meanings_of_a_word_are_refused(tmp_path: Path, capsys: Said) -> None:
    values = write(tmp_path, "column,value,becomes\ncategory,a,hazard\ncategory,a,livelihood\n", "values.csv")
    path = write(tmp_path, HEADER + row(1, "2018-06-26", category="a"))
    assert run(["load", "tickets", path, "--values", values]) == 1
    assert "'a' becomes 'hazard' and 'livelihood'" in capsys.readouterr().err
    values = write(tmp_path, "column,value,becomes\ncolour,a,hazard\n", "values.csv")
    assert run(["load", "tickets", path, "--values", values]) == 1
    assert "--values: there is no column 'colour' to fill" in capsys.readouterr().err


def test_a_workbook_of_tickets(owner: Database, tmp_path: Path, capsys: Said) -> None:
    head = HEADER.strip().split(",")
    rows = [["007", "hazard", "2026-11-20 08:05", "", LON, LAT, "wgs84", "x"]]
    path = str(book(tmp_path / "a.xlsx", ("说明", [["只读"]]), ("工单", [head, *rows])))
    assert run(["load", "tickets", path]) == 1
    assert "--layer, one of 说明, 工单" in capsys.readouterr().err
    assert run(["load", "tickets", path, "--layer", "工单", "--zone", "Asia/Shanghai"]) == 0
    assert [one[:2] for one in received(owner)] == [("007", "2026-11-20 00:05:00")]


def test_a_code_that_was_a_long_number_is_refused(owner: Database, tmp_path: Path, capsys: Said) -> None:
    rows = [["code", "name", "lon", "lat", "system"], [36030200100100100123, "a", LON, LAT, "wgs84"]]
    said = "code: 3.60302001001001E+19 is too long: a number of more than 15 digits cannot be read exactly here"
    assert run(["load", "cameras", str(book(tmp_path / "a.xlsx", ("a", rows)))]) == 1
    assert f"{said} -> save the column as text" in capsys.readouterr().err
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [LON, LAT]}}
    features = [feature | {"properties": {"code": 36030200100100100123, "name": "a"}}]
    path = write(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    assert run(["load", "cameras", path]) == 1
    assert said in capsys.readouterr().err
    kept = '="36030200100100100123"'
    path = write(tmp_path, f"code,name,lon,lat,system\n{kept},a,{LON},{LAT},wgs84\n", "a.csv")
    assert run(["load", "cameras", path]) == 0
    with owner.transaction(EVERYTHING) as connection:
        assert connection.execute(text("SELECT code FROM overlay.camera")).scalar() == "36030200100100100123"


def test_one_bad_ping_does_not_refuse_the_others(owner: Database, tmp_path: Path, capsys: Said) -> None:
    body = "worker,at,lon,lat\n" + "".join(
        f"a,2008-10-23T02:53:{second}Z,{LON + step},{LAT}\n" for second, step in (("04", 0), ("04", 0.0001), ("10", 0))
    )
    options = ["--system", "wgs84", "--set-aside", str(tmp_path / "aside.csv"), "--json"]
    assert run(["load", "pings", write(tmp_path, body), *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["loaded"], said["set_aside"]) == (2, 1)
    assert list(said["reasons"]) == ["at: … was elsewhere at this instant (row …)"]
    assert len(rows_of(tmp_path / "aside.csv")) == 1


def test_what_was_set_aside_of_points_and_tracks_can_be_loaded_again(
    owner: Database, tmp_path: Path, capsys: Said
) -> None:
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    shapes = [{"type": "Point", "coordinates": [LON, LAT]}, None, line]
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"code": f"00{n}", "name": "a"}}
        for n, shape in enumerate(shapes)
    ]
    path = write(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    aside = tmp_path / "points.csv"
    assert run(["load", "cameras", path, "--set-aside", str(aside), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["set_aside"] == 2
    held = rows_of(aside)
    assert [(one["code"], one["lon"], one["system"]) for one in held] == [("001", "", ""), ("002", "", "")]
    aside.write_text(aside.read_text(encoding="utf-8-sig").replace(",,,,", f",{LON},{LAT},wgs84,"), encoding="utf-8")
    assert run(["load", "cameras", str(aside), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["loaded"] == 2

    point = f'<trkpt lat="{LAT}" lon="{{}}"><time>2024-05-01T08:00:00Z</time></trkpt>'
    track = "".join(f"<trkseg>{point.format(LON + step)}</trkseg>" for step in (0, 0.0001))
    path = write(tmp_path, f'<gpx version="1.1"><trk>{track}</trk></gpx>', "a.gpx")
    options = ["--set", "worker=w1", "--set-aside", str(tmp_path / "track.csv"), "--json"]
    assert run(["load", "pings", path, *options]) == 0
    assert json.loads(capsys.readouterr().out)["set_aside"] == 1
    assert [one["at"] for one in rows_of(tmp_path / "track.csv")] == ["2024-05-01T08:00:00Z"]
