"""Real recorded tracks through `gisgrid load pings`: their lengths, what was seen along them, and odd files."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import gpxpy
import numpy as np
import pytest
import shapely
from gpxpy.gpx import GPX, GPXTrackPoint
from sqlalchemy import text

from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Refused
from gisgrid.patrol import cover, coverage
from gisgrid.patrol.pings import GAP
from gisgrid.patrol.walks import metres_of_a_degree
from tests import data
from tests.drawing import publish_leaves

WALKED = (
    "cerknicko-jezero.gpx",
    "around-visnjan-with-car.gpx",
    "track-with-empty-segment.gpx",
    "track-with-less-sec-time.gpx",
    "track_with_speed.gpx",
)


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def settings(owner: Database, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text("TRUNCATE overlay.ping, overlay.patrol_cell, overlay.walk, overlay.walk_due, overlay.walker")
        )


def parsed(name: str) -> GPX:
    """The track as gpxpy reads it."""
    return gpxpy.parse((data.test_data("tracks") / name).read_text("utf-8-sig"))


def load(capsys: pytest.CaptureFixture[str], path: Path) -> Ended:
    code = run(["load", "pings", str(path), "--set", "worker=w1", "--json"])
    said = capsys.readouterr()
    return Ended(code, said.out, said.err)


def publish_around(owner: Database, code: str, track: GPX) -> None:
    """A district of one grid around the track, instead of what was there."""
    box = track.get_bounds()
    assert box and None not in (box.min_longitude, box.min_latitude, box.max_longitude, box.max_latitude)
    ground = shapely.box(box.min_longitude, box.min_latitude, box.max_longitude, box.max_latitude)
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, {code: ground.buffer(0.005, quad_segs=2)})


@pytest.mark.parametrize("name", WALKED)
def test_a_track_is_as_long_as_gpxpy_says_and_what_is_seen_lies_along_it(
    owner: Database, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """gpxpy reckons on a sphere, so lengths agree within 0.1 %; nothing joins two segments: joined, the first of
    these would be 13.67 km.
    """
    track = parsed(name)
    publish_around(owner, name, track)
    done = load(capsys, data.test_data("tracks") / name)
    assert done.code == 0, done.err
    result = json.loads(done.out)
    (length,) = [note for note in result["notes"] if " km in " in note]
    kilometres, segments = float(length.split()[0]), int(length.split()[3])
    assert kilometres == pytest.approx(track.length_2d() / 1000, rel=1e-3, abs=0.005)
    assert segments == sum(bool(s.points) for t in track.tracks for s in t.segments)
    if name == "cerknicko-jezero.gpx":
        assert (length, result["loaded"]) == ("4.58 km in 7 segments", 295), "two of its 296 are of one instant"
    since, until = track.get_time_bounds()
    assert since and until
    with owner.transaction(EVERYTHING) as connection:
        area = connection.execute(text("SELECT area_id FROM core.area WHERE code = :code"), {"code": name}).scalar_one()
        shape = text("SELECT ST_AsBinary(geom) FROM app.area_now WHERE code = :code")
        ground = connection.execute(shape, {"code": name}).scalar_one()
        seen = cover(connection, area, since, until + timedelta(seconds=1)).share
    exact = seen_exactly(track, shapely.from_wkb(bytes(ground)))
    assert seen == pytest.approx(exact, abs=0.02, rel=0.02)


def test_more_pings_than_are_read_for_one_answer_are_refused(
    owner: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "cerknicko-jezero.gpx"
    track = parsed(name)
    publish_around(owner, name, track)
    assert load(capsys, data.test_data("tracks") / name).code == 0
    since, until = track.get_time_bounds()
    assert since and until
    with owner.transaction(EVERYTHING) as connection:
        monkeypatch.setattr(coverage, "MOST_PINGS", 400)
        assert cover(connection, 0, since, until + timedelta(seconds=1)).by
        monkeypatch.setattr(coverage, "MOST_PINGS", 100)
        with pytest.raises(Refused, match="there are more than 100 pings"):
            cover(connection, 0, since, until + timedelta(seconds=1))


def seen_exactly(track: GPX, ground: Any) -> float:
    """The share of the ground within 30 m of the lines, which break at segments and after 120 s."""
    lat = ground.centroid.y
    scale = np.array(metres_of_a_degree(lat))
    flat = [
        shapely.LineString(points * scale) if len(points) > 1 else shapely.Point(*(points[0] * scale))
        for points in pieces(track)
    ]
    wide = shapely.union_all(shapely.buffer(np.array(flat, dtype=object), 30, quad_segs=16))
    whole = shapely.transform(ground, lambda xy: xy * scale)
    return float(wide.intersection(whole).area / whole.area)


def pieces(track: GPX) -> list[Any]:
    """lon and lat of what is one line."""
    found: list[list[GPXTrackPoint]] = []
    for segment in (s for t in track.tracks for s in t.segments):
        before: datetime | None = None
        for point in segment.points:
            assert point.time
            if before is None or point.time - before > GAP:
                found.append([])
            found[-1].append(point)
            before = point.time
    return [np.array([(p.longitude, p.latitude) for p in points]) for points in found]


def test_a_track_of_which_the_receiver_had_no_time_says_its_length_all_the_same(
    owner: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_around(owner, "Mojstrovka.gpx", parsed("Mojstrovka.gpx"))
    result = json.loads(load(capsys, data.test_data("tracks") / "Mojstrovka.gpx").out)
    assert result["loaded"] == 0 and {"2.70 km in 1 segments", "184 set aside: receiver"} <= set(result["notes"])


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("cerknicko-without-times.gpx", "points have no time -> export the track with its times", "没有时间"),
        ("korita-zbevnica.gpx", "points have no time -> export the track with its times", "请连同时间导出轨迹"),
        ("gpx1.1_with_extensions.gpx", "it has no track point -> save the recorded track", "不要保存航点"),
        ("unicode_with_bom.gpx", "it has no track point -> save the recorded track", "其中没有轨迹点"),
    ],
)
def test_real_files_that_are_no_patrol_are_answered_in_both_languages(
    capsys: pytest.CaptureFixture[str], name: str, english: str, chinese: str
) -> None:
    said = run(["load", "pings", str(data.test_data("tracks") / name), "--set", "worker=w1"]), capsys.readouterr()
    assert said[0] == 1 and said[1].out == ""
    assert english in said[1].err and chinese in said[1].err


ONE = '<trkpt lat="27.6" lon="113.8"><time>{}</time></trkpt>'


@pytest.mark.parametrize(
    ("body", "english", "chinese"),
    [
        ("<gpx><trk><trkseg/></trk></gpx>", "it has no track point", "其中没有轨迹点"),
        ("<gpx><trk><trkseg>", "this is not XML: ", "这不是 XML"),
        ("", "this is not XML: ", "请把轨迹重新存为 GPX"),
        ("<kml/>", "this is kml, not gpx", "这是 kml，不是 gpx"),
        ("<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx/>", "it carries a document type", "请删除 DOCTYPE"),
        (f"<gpx><trk><trkseg>{ONE}</trkseg></trk></gpx>".format("2024-05-01"), "is not a time of a point", "时间"),
        (f"<gpx><trk><trkseg>{ONE}</trkseg></trk></gpx>".format("yesterday"), "'yesterday' is no time", "不是时间"),
        (
            "<gpx><trk><trkseg><trkpt><time>2024-05-01T08:00:00Z</time></trkpt></trkseg></trk></gpx>",
            "segment 1 point 1, lon: is empty",
            "是空的",
        ),
    ],
)
def test_odd_files_are_answered_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, english: str, chinese: str
) -> None:
    path = tmp_path / "odd.gpx"
    path.write_text(body, encoding="utf-8")
    assert run(["load", "pings", str(path), "--set", "worker=w1"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert english in said.err and chinese in said.err, said.err


def test_a_time_without_a_zone_is_utc_as_gpx_has_it_and_kml_asks_for_it(
    owner: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, {"T": shapely.box(113.7, 27.5, 113.9, 27.7)})
    path = tmp_path / "track.gpx"
    path.write_text(f"<gpx><trk><trkseg>{ONE}</trkseg></trk></gpx>".format("2024-05-01T08:00:00"))
    assert json.loads(load(capsys, path).out)["loaded"] == 1
    path = tmp_path / "track.kml"
    path.write_text(
        "<kml><Placemark><Track><when>2024-05-01T17:00:00</when><coord>113.8 27.6 0</coord></Track></Placemark></kml>"
    )
    refused = load(capsys, path)
    assert refused.code == 1 and "--zone, as Asia/Shanghai" in refused.out
    zoned = run(["load", "pings", str(path), "--set", "worker=w1", "--zone", "Asia/Shanghai", "--json"])
    assert zoned == 0 and json.loads(capsys.readouterr().out)["loaded"] == 1
    with owner.transaction(EVERYTHING) as connection:
        found = connection.execute(
            text("SELECT extract(HOUR FROM at AT TIME ZONE 'UTC') FROM overlay.ping ORDER BY at")
        )
        assert [row[0] for row in found] == [8, 9]
