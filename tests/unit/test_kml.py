"""KML tracks as rows: what was recorded point by point, lines at an even pace, and what says no time."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gisgrid.errors import GisgridError
from gisgrid.loading import InstantReader
from gisgrid.patrol.kml import InstantOfKml, read_kml

READ = InstantOfKml(InstantReader(ZoneInfo("Asia/Shanghai")))
TRACK = (
    "<gx:Track><when>2024-05-01T08:00:00Z</when><when>2024-05-01T08:00:10Z</when>"
    "<gx:coord>113.8 27.6 5</gx:coord><gx:coord>113.801 27.6</gx:coord></gx:Track>"
)
LINE = "<LineString><coordinates>113.8,27.6,0 113.801,27.6,0\n113.804,27.6</coordinates></LineString>"
SPAN = "<TimeSpan><begin>2024-05-01T08:00:00Z</begin><end>2024-05-01T08:04:00Z</end></TimeSpan>"


def kml(folder: Path, body: str, space: str = "http://kml.example/2.2") -> Path:
    path = folder / "track.kml"
    head = f'<kml xmlns="{space}" xmlns:gx="http://gx.example/2.2">'
    path.write_text(f"{head}<Document>{body}</Document></kml>", encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(GisgridError) as caught:
        read_kml(path, READ)
    assert all(fault.remedy and fault.in_both().message_zh for fault in caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("space", ["http://kml.example/2.2", "http://earth.example/2.1", "urn:other"])
def test_tracks_stay_apart(tmp_path: Path, space: str) -> None:
    several = f"<Placemark>{TRACK}</Placemark><Placemark><gx:MultiTrack>{TRACK}{TRACK}</gx:MultiTrack></Placemark>"
    sheet = read_kml(kml(tmp_path, several, space), READ)
    assert sheet.places == tuple(f"segment {s} point {p}" for s in (1, 2, 3) for p in (1, 2))
    first, second = ("113.8", "27.6", "2024-05-01T08:00:00Z"), ("113.801", "27.6", "2024-05-01T08:00:10Z")
    assert sheet.rows[:2] == ((*first, "wgs84", "1"), (*second, "wgs84", ""))
    assert not sheet.notes


def test_times_come_first_or_last_or_in_turn(tmp_path: Path) -> None:
    """The n-th when is that of the n-th coord, however they are mixed; an empty coord is a point that was missed."""
    mixed = TRACK.replace("</when><when>", "</when><gx:coord/><when>2024-05-01T07:00:00Z</when><when>")
    sheet = read_kml(kml(tmp_path, f"<Placemark>{mixed}</Placemark>"), READ)
    assert [row[0] for row in sheet.rows] == ["113.8", "113.801"]


def test_points_with_a_time_each_are_a_track(tmp_path: Path) -> None:
    dot = "<Placemark><TimeStamp><when>2024-05-01T08:0{0}:00Z</when></TimeStamp><Point><coordinates>113.8{0},27.6"
    body = "".join(dot.format(n) + "</coordinates></Point></Placemark>" for n in (1, 2))
    waypoint = "<Placemark><name>here</name><Point><coordinates>1,2</coordinates></Point></Placemark>"
    sheet = read_kml(kml(tmp_path, waypoint + body), READ)
    assert [row[0] for row in sheet.rows] == ["113.81", "113.82"], "a point without a time is a waypoint"


def test_a_line_is_walked_at_an_even_pace_from_its_begin_to_its_end(tmp_path: Path) -> None:
    sheet = read_kml(kml(tmp_path, f"<Placemark>{SPAN}{LINE}</Placemark>"), READ)
    begin = datetime.fromisoformat("2024-05-01T08:00:00Z")
    seconds = [(datetime.fromisoformat(row[2]) - begin).total_seconds() for row in sheet.rows]
    assert [round(second, 3) for second in seconds] == [0, 60, 120, 180, 240], "the corner at a quarter, and between"
    assert [round(float(row[0]), 6) for row in sheet.rows] == [113.8, 113.801, 113.802, 113.803, 113.804]
    assert sheet.notes == ("1 lines have the times of an even pace",)
    standing = LINE.replace("113.801", "113.8").replace("113.804", "113.8")
    assert len(read_kml(kml(tmp_path, f"<Placemark>{SPAN}{standing}</Placemark>"), READ).rows) == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            f"<Placemark>{LINE}</Placemark><Placemark>{LINE}</Placemark>",
            [
                "track.kml line 1: a line of 3 corners does not say when it was walked",
                "track.kml line 2: a line of 3 corners does not say when it was walked",
            ],
        ),
        (
            f"<Placemark>{SPAN.replace('08:04', '08:00')}{LINE}</Placemark>",
            ["track.kml line 1: a line is walked from 2024-05-01T08:00:00Z to 2024-05-01T08:00:00Z"],
        ),
        (
            f"<Placemark>{SPAN.replace('2024-05-01T08:04', '2124-05-01T08:04')}{LINE}</Placemark>",
            ["track.kml line 1: a line is walked from 2024-05-01T08:00:00Z to 2124-05-01T08:04:00Z"],
        ),
        (
            f"<Placemark>{SPAN.replace('2024-05-01T08:00:00Z', '2024')}{LINE}</Placemark>",
            ["track.kml line 1: '2024' is not a time of a point"],
        ),
        (
            f"<Placemark>{SPAN.replace('08:00:00Z', '08:00:00')}{LINE}</Placemark>",
            ["track.kml line 1: '2024-05-01T08:00:00' does not say its offset"],
        ),
        (
            f"<Placemark>{SPAN}{LINE.replace('113.804', 'nan')}</Placemark>",
            ["track.kml line 1: a corner is not a pair of numbers"],
        ),
        (
            TRACK.replace("<when>2024-05-01T08:00:10Z</when>", ""),
            ["track.kml track 1: a track has 1 times (when) and 2 points (coord)"],
        ),
        (
            TRACK.replace("2024-05-01T08:00:10Z", ""),
            ["track.kml segment 1: 1 of its 2 points have no time"],
        ),
        ("<gx:Track/>", ["track.kml: it has no track point"]),
        ("<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>", ["track.kml: it has no track"]),
    ],
)
def test_what_says_no_time_is_refused(tmp_path: Path, body: str, said: list[str]) -> None:
    faults = faults_of(kml(tmp_path, body))
    assert len(faults) == len(said)
    assert all(fault.startswith(start) for fault, start in zip(faults, said, strict=True)), faults


def test_another_file_is_no_kml(tmp_path: Path) -> None:
    path = tmp_path / "track.kml"
    for body, said in (
        ("<gpx/>", "this is gpx, not kml"),
        ("PK\x03\x04", "this is not XML"),
        ("<!DOCTYPE kml [<!ENTITY a 'aa'>]><kml/>", "it carries a document type"),
    ):
        path.write_text(body)
        assert faults_of(path)[0].startswith(f"track.kml: {said}")
